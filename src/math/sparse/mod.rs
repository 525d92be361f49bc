//! Sparse symmetric positive definite systems: A(r) = D − rC for many r.
//!
//! For W = D⁻¹C with symmetric C, I − rW = D⁻¹(D − rC): determinants and solves of the spatial
//! filter cost what the entries of L cost, not N³ (Pace & Barry 1997). The order of elimination
//! is approximate minimum degree; the factorisation is the up-looking LDL' (Davis 2006, chapter
//! 4).
//!
//! | file | what it does |
//! |---|---|
//! | `order` | the order of elimination |
//! | `symbolic` | the pattern of L, once for a pattern of C |
//! | `number` | kinds of numbers to factorise in: one matrix, several together |
//! | `numeric` | the numbers of L and D |
//! | `pencil` | A(r): factorisations and determinants |
//! | `factor` | solves, one right-hand side or several together |

mod factor;
mod number;
mod numeric;
mod order;
mod pencil;
mod symbolic;
#[cfg(test)]
mod tests;

pub use factor::Factor;
pub use pencil::Pencil;
