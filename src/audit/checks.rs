//! The checks, a file each.

pub(super) mod digits;
pub(super) mod edge;
pub(super) mod fit;
pub(super) mod implied;
pub(super) mod likelihood;
pub(super) mod moments;
pub(super) mod orders;
pub(super) mod repeated;
pub(super) mod stars;
pub(super) mod text;
pub(super) mod tiny;
pub(super) mod twice;

/// |z| from which an estimate has so many stars: none, 10 %, 5 %, 1 %, two-sided, of the standard
/// normal distribution. t has heavier tails, so that stars by it need more.
const CRITICAL: [f64; 4] = [0.0, 1.644_854, 1.959_964, 2.575_829];
