//! One test binary: one link instead of ten.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test panics when it fails, and prints what it measured"
)]

mod architecture;
mod audit;
mod batched;
mod batched_random;
mod cache;
mod changing;
mod claims;
mod cli;
mod config;
mod coverage;
mod data_errors;
mod dense;
mod diff;
mod dynamic;
mod experiments;
mod failures;
mod functions;
mod functions_resampled;
mod grids;
mod hausman;
mod incidental;
mod joint;
mod journal;
mod large;
mod laws;
mod made_panels;
mod manual;
mod moments;
mod night;
mod other_tools;
mod panel_tests;
mod parts;
mod profiles;
mod protocol;
mod provenance;
mod published;
mod random;
mod randomisation;
mod reference;
mod region_equality;
mod report;
mod sac;
mod scaffold;
mod schema;
mod schemes;
mod simulate;
mod slips;
mod spec_errors;
mod splits;
mod std_errors;
mod submit;
mod support;
mod terms;
mod threshold;
mod under_null;
mod unit_effects;
mod unit_roots;
mod variants;
mod watch;
mod weights_made;
mod wild_cluster;
