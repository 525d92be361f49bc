//! Results held against claims and against other results. Arithmetic over records that are there
//! already; nothing is fitted, read or printed.
//!
//! | file | what it does |
//! |---|---|
//! | `night` | the cells of one set of results, with or without a specification |
//! | `figures` | a record → the numbers and decisions that can differ |
//! | `diff` | two sets of results → what changed, the gravest first |
//! | `change` | what a change is, and how grave |
//! | `order` | how a coefficient ranks over the measures |
//! | `claims` | what must hold → whether it does |
//! | `shapley` | a difference → what each choice contributes |

pub mod change;
pub mod claims;
pub mod diff;
pub mod figures;
pub mod night;
mod order;
pub mod shapley;
