//! A family of hypotheses made by hand: one cell failed, one hypothesis has no interval.

use super::made::{at, choice, select};
use spanel::ident::{CellId, KeyPath, VarName};
use spanel::model::{Bootstrap, Regressor, Rescale, Term};
use spanel::outcome::joint::{JointCell, JointFamily, JointHypothesis};
use spanel::outcome::{Failure, FailureKind};
use spanel::spec::JointSpec;
use spanel::spec::tables::RowTerm;

/// Its name, and the table's.
pub const NAME: &str = "agglomeration";

/// How it draws.
pub fn design() -> Bootstrap {
    Bootstrap {
        scheme: "residual".to_owned(),
        rescale: Rescale::Df,
        block_length: None,
        replicates: 999,
    }
}

/// The block: the lag models of all units and of the west.
pub fn block() -> JointSpec {
    JointSpec {
        cells: choice(&[], select(&["slm"], &[], &["all", "west"])),
        rows: vec![
            at(RowTerm::Measure { impact: None, lag: 0 }),
            at(RowTerm::Named("rho".to_owned())),
        ],
        bootstrap: "residual".to_owned(),
        level: 0.05,
        at: KeyPath::root().join("joint").join(NAME),
    }
}

/// What came out.
pub fn record() -> JointFamily {
    let cell = |measure: &str, region: &str, hypotheses| JointCell {
        cell: CellId::of(format!("slm/{measure}/{region}").as_bytes()),
        hypotheses,
    };
    let variable = |v: &str| Term::Variable(Regressor::new(VarName::new(v), 0));
    let hypothesis = |term, value: f64, p_romano_wolf: f64, interval| JointHypothesis {
        term,
        value,
        std_error: 0.1,
        p_value: p_romano_wolf / 8.0,
        p_bootstrap: p_romano_wolf / 4.0,
        p_max_t: (p_romano_wolf + 0.01).min(1.0),
        p_romano_wolf,
        interval,
    };
    let both = |v: &str, first: f64| {
        Ok(vec![
            hypothesis(variable(v), -0.258_04, first, Some((-0.545_04, 0.028_96))),
            hypothesis(Term::Rho, 0.4, 0.001, None),
        ])
    };
    let failure = Failure {
        kind: FailureKind::NoConvergence,
        reason: "the score is 0.2 after 100 iterations".to_owned(),
    };
    JointFamily {
        name: NAME.to_owned(),
        key: String::new(),
        rows: vec!["measure".to_owned(), "rho".to_owned()],
        design: design(),
        level: 0.05,
        failed: 3,
        draws: 2,
        critical: Some(2.87),
        cells: vec![
            cell("oa", "all", both("ln_oa", 0.049_99)),
            cell("oa", "west", Err(failure)),
            cell("la", "all", both("ln_la", 0.2)),
            cell("la", "west", both("ln_la", 1.0)),
        ],
    }
}
