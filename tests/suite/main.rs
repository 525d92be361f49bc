//! One test binary: one link instead of ten.

mod architecture;
mod laws;
mod reference;
mod simulate;
mod support;
