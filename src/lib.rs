//! spanel: one TOML file to the tables of a spatial panel paper.
#![allow(missing_docs)]

pub mod diagnostic;
pub mod estimator;
pub mod expr;
pub mod ident;
pub mod inputs;

pub mod load;
pub mod math;
pub mod mistake;
pub mod model;
pub mod outcome;
pub mod panel;
pub mod plan;
pub mod report;
pub mod run;
pub mod spec;
pub mod store;
pub mod weights;
