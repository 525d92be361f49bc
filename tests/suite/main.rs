//! One test binary: one link instead of ten.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod architecture;
mod cli;
mod data_errors;
mod experiments;
mod grids;
mod laws;
mod reference;
mod report;
mod simulate;
mod spec_errors;
mod support;
