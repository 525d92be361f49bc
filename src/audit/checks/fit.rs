//! R² and log likelihood of one sample of one dependent variable: both rise as the residual variance
//! falls, so that they should rank the columns alike. Not exactly: ρ enters the likelihood by ln|I − ρW|
//! as well, and there are several R² of spatial models.

use crate::audit::columns::{by_sample, column_of, sample_name};
use crate::audit::{Check, Evidence, Finding, Severity, Spot};
use crate::printed::{Entry, Role};

/// Differences below which ranks may differ.
const R_SQUARED: f64 = 0.1;
const LOG_LIKELIHOOD: f64 = 10.0;

pub(in crate::audit) const CHECK: Check = Check {
    name: "fit",
    about: "R² and log likelihood that rank the columns of one sample differently",
    find,
};

/// R² and log likelihood of a column.
type Pair<'a> = (&'a Entry, &'a Entry);

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    by_sample(evidence).iter().filter_map(|sample| of_sample(sample)).collect()
}

fn of_sample(sample: &[&Entry]) -> Option<Finding> {
    let of = |role: Role| sample.iter().copied().filter(move |e| e.role() == role);
    let partner = |r: &Entry| of(Role::LogLikelihood).find(|l| column_of(l) == column_of(r));
    let pairs: Vec<Pair<'_>> = of(Role::Fit).filter_map(|r| Some((r, partner(r)?))).collect();
    let both = pairs.iter().flat_map(|a| pairs.iter().map(move |b| (a, b)));
    let gaps = |(a, b): (&Pair<'_>, &Pair<'_>)| {
        (a.0.value.value - b.0.value.value, b.1.value.value - a.1.value.value)
    };
    let against = both.filter(|&(a, b)| {
        let (r, l) = gaps((a, b));
        r > R_SQUARED && l > LOG_LIKELIHOOD
    });
    let (a, b) = against.max_by(|x, y| gaps(*x).1.total_cmp(&gaps(*y).1))?;
    Some(Finding {
        check: CHECK.name,
        severity: Severity::Note,
        sentence: format!(
            "For {}, {} with R² {} has the log likelihood {}, {} with R² {} has {}: of one dependent \
             variable, the better fit should have the larger likelihood.",
            sample_name(a.0),
            a.0.column(),
            a.0.value.text,
            a.1.value.text,
            b.0.column(),
            b.0.value.text,
            b.1.value.text
        ),
        places: [a.0, a.1, b.0, b.1].map(Spot::of).to_vec(),
    })
}
