//! One test binary: one link instead of ten.

mod laws;
mod reference;
mod simulate;
mod support;
