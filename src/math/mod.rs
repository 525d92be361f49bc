//! Numbers on plain arrays. The only folder that names the linear-algebra, distribution and
//! random-number crates.
//!
//! | file | what it does |
//! |---|---|
//! | `linalg` | orthonormal bases, least squares, symmetric inverses, solves |
//! | `dist` | survival functions and quantiles |
//! | `optimize` | the maximum of a smooth function on an open interval |
//! | `random` | streams of random numbers |

pub mod dist;
pub mod linalg;
pub mod optimize;
pub mod random;

/// A dense matrix.
pub type Matrix = faer::Mat<f64>;
