//! Numbers on plain arrays. The only folder that names the linear-algebra, distribution and
//! random-number crates.
//!
//! | file | what it does |
//! |---|---|
//! | `linalg` | orthonormal bases, least squares, symmetric inverses, solves |
//! | `dist` | survival functions and quantiles |
//! | `lanczos` | the ends of the spectrum of a large symmetric matrix |
//! | `multiplicity` | p-values of hypotheses that are tested together |
//! | `multiplier` | random multipliers of mean 0 and variance 1 |
//! | `optimize` | the maximum of a smooth function on an open interval |
//! | `plane` | the maxima of a smooth function of two parameters |
//! | `dual` | numbers that carry their derivative |
//! | `random` | streams of random numbers |
//! | `words` | the same streams, those of many replicates side by side |
//! | `lanes` | numbers of many replicates side by side: products, logarithms |
//! | `chebyshev` | smooth functions on an interval from their values at a few points |
//! | `simd` | kernels with the widest instructions of the processor |
//! | `sparse` | sparse symmetric systems: determinants and solves |
//! | `sphere` | points on a sphere, great circles |

pub mod chebyshev;
pub mod dickey_fuller;
pub mod dist;
pub mod dual;
pub mod lanczos;
pub mod lanes;
pub mod linalg;
pub mod multiplicity;
pub mod multiplier;
pub mod optimize;
pub mod plane;
pub mod random;
pub mod simd;
pub mod sparse;
pub mod sphere;
pub mod words;

/// A dense matrix.
pub type Matrix = faer::Mat<f64>;
