//! **spanel**: a declarative experiment runner for spatial panel econometrics. One TOML file is
//! expanded into a grid of cells (model × effects × measure × region × lags × weights × variant),
//! every cell is fitted in parallel with its tests, the records are kept, and the paper's tables
//! are rendered from them. This page is the plan of the house.
//!
//! # Flow
//!
//! ```text
//! experiment.toml ── spec ──▶ plan ──▶ run ─────────────────────▶ store ──▶ report ──▶ tables, CSV
//!                     │        │        │ inputs ◀ load ◀ files     ▲         ▲
//!                   model     Cell      ├─ estimator ─▶ Fit ────────┤      templates/
//!                 (question)            └─ diagnostic ─▶ Test ──────┘
//!                                                outcome (answer)
//! ```
//!
//! Two waists of plain data hold it together: [`model`], what is asked, and [`outcome`], what came
//! out. The numerics between them know neither TOML nor tables; specification, store and report
//! know no numerics.
//!
//! # Rooms, from the ground up
//!
//! | module | concern | may import |
//! |---|---|---|
//! | [`ident`] | names, positions, identities, seeds | – |
//! | [`mistake`] | what is wrong with an input, where, how to mend it | ident |
//! | [`math`] | linear algebra, dense and sparse, distributions, optimisation, random streams | – |
//! | [`drawing`] | shapes, lettering, charts; SVG, PDF, PNG | – |
//! | [`model`] | the question as data | ident |
//! | [`outcome`] | the answer as data | ident, model |
//! | [`printed`] | numbers and sentences of a text, as data | – |
//! | [`expr`] | the grammar of derived variables and of functions of coefficients | ident, mistake |
//! | [`spec`] | TOML layers → resolved specification | ident, mistake, model, expr, outcome |
//! | [`plan`] | axes × exclusions → cells | + spec |
//! | [`panel`] | units × periods × columns, missing values, derived columns, samples | ident, mistake, model, expr |
//! | [`weights`] | links, normalisation, spatial lag and filter, log-determinant | ident, math, model |
//! | [`store`] | records, replicates, and a results folder of whole files | ident, mistake, model, outcome |
//! | [`load`] | the only reader of input files | ident, mistake, model, printed, panel, weights, spec, store |
//! | [`inputs`] | specification → open panel, links, regions | + load |
//! | [`scaffold`] | a data file → a first experiment, commented | ident, mistake, model, expr, panel, weights, spec, load |
//! | [`estimator`] | sample + weights + model → fit | ident, math, model, outcome, expr, panel, weights |
//! | [`diagnostic`] | tests of a fitted cell, Moran's I, local Moran's I | + estimator |
//! | [`bootstrap`] | innovations drawn again: standard errors, intervals, p-values | + diagnostic |
//! | [`randomisation`] | the measure permuted over units: p-values | ident, math, model, outcome, panel, estimator |
//! | [`simulate`] | a declared process → a panel | ident, mistake, math, weights, load, model |
//! | [`run`] | cells → records, in parallel, pure | everything above but load |
//! | [`agenda`] | cells against kept records: what is new, kept, stale and why | ident, mistake, outcome, inputs, spec, plan, store, run |
//! | [`repro`] | a cell → the files that are an experiment of it alone | ident, model, outcome, inputs, spec, plan, panel, weights |
//! | [`robustness`] | one coefficient over many specifications: shares, range, influence of choices | – |
//! | [`compare`] | results against claims and against other results: what changed, what it means | ident, mistake, model, outcome, spec, plan, store |
//! | [`report`] | records → tables, figures and CSV; recomputes nothing | ident, mistake, math, drawing, model, outcome, printed, expr, spec, plan, store, robustness, compare |
//! | [`audit`] | printed tables → what a referee would ask | printed, report |
//! | [`cli`] | arguments, progress, exit codes | all |
//!
//! Invariants, held by `tests/suite/architecture.rs`:
//!
//! * A room imports only what its row lists. Nothing imports [`cli`].
//! * Only [`load`], [`store`], [`spec`] and [`cli`] touch the disk; only [`cli`] prints, reads the
//!   environment or ends the process.
//! * Only [`math`] names the linear-algebra, distribution and random-number crates.
//! * A consumer asks an estimator what it supports; it never compares names.
//! * Every number is rounded in one place, `report::number`; every p-value of a coefficient is
//!   made in one place, `estimator::inference`.
//!
//! # Adding
//!
//! * **an estimator**: a file in `src/estimator/` and a line in [`estimator::ESTIMATORS`];
//! * **a group of tests**: a file in `src/diagnostic/` and a line in [`diagnostic::DIAGNOSTICS`];
//! * **a bootstrap scheme**: a file in `src/bootstrap/` and a line in [`bootstrap::SCHEMES`];
//! * **a check of printed tables**: a file in `src/audit/checks/` and a line in [`audit::CHECKS`];
//! * **an output format**: a file in `src/report/`, a template, a line in its list of formats;
//! * **a language of tables**: a folder in `src/report/words/` and a variant of [`spec::Language`];
//! * **a statistic of a fit**: a variant of [`outcome::Statistic`], which the compiler then carries
//!   through.
//!
//! `CONTRIBUTING.md` walks through each.
//!
//! # Determinism
//!
//! Results are a pure function of specification, data and seed. Linear algebra runs on one thread
//! inside a cell, cells share nothing that they change, random streams are derived by name
//! ([`ident::Seed::stream`]), and everything that is iterated is ordered.
//!
//! # Exit codes
//!
//! 0 all cells, 1 some cells failed, 2 wrong specification, 3 unusable file, 4 nothing selected,
//! 5 a regression against earlier results or an audit that was asked to be strict, 6 stopped because cells failed, 70 a bug, 130 interrupted
//! ([`cli::Ending`]).

pub mod agenda;
pub mod audit;
pub mod bootstrap;
pub mod cli;
pub mod compare;
pub mod diagnostic;
pub mod drawing;
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
pub mod printed;
pub mod randomisation;
pub mod report;
pub mod repro;
pub mod robustness;
pub mod run;
pub mod scaffold;
pub mod simulate;
pub mod spec;
pub mod store;
pub mod weights;
