//! One test binary: one link instead of ten.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test panics when it fails, and prints what it measured"
)]

mod architecture;
mod cli;
mod data_errors;
mod experiments;
mod laws;
mod reference;
mod report;
mod simulate;
mod support;
