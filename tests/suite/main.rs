//! One test binary: one link instead of ten.

mod data_errors;
mod laws;
mod reference;
mod support;
