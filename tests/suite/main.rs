//! One test binary: one link instead of ten.

mod architecture;
mod data_errors;
mod laws;
mod reference;
mod report;
mod simulate;
mod support;
