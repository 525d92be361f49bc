//! Functions of coefficients and joint tests, from the reference's own coefficients and covariance
//! with gradients worked out by hand.

use super::*;
use data::{Table, json};
use regions::sample_of;
use spanel::estimator::derived::derived;
use spanel::estimator::wald::wald;
use spanel::expr::formula::Formula;

/// Our function over the names of the files, written with the raw names of terms.
pub fn formula(text: &str) -> Formula<Term> {
    let written = Formula::parse(text).expect("a function");
    written.renamed(|w| Ok::<_, ()>(Term::parse(&w.name))).expect("terms")
}

/// Coefficients and covariance of a reference block.
struct Block<'a> {
    coefficients: &'a Value,
    covariance: &'a Value,
}

impl Block<'_> {
    fn value(&self, name: &str) -> f64 {
        number(&self.coefficients[name])
    }

    fn covariance(&self, a: &str, b: &str) -> f64 {
        let names = self.covariance["names"].as_array().expect("names");
        let at = |name: &str| names.iter().position(|n| n == name).expect("a parameter");
        number(&self.covariance["matrix"][at(a)][at(b)])
    }

    /// √(g'Vg)
    fn std_error(&self, gradient: &[(&str, f64)]) -> f64 {
        let pairs = gradient.iter().flat_map(|x| gradient.iter().map(move |y| (x, y)));
        pairs.map(|((a, g), (b, h))| g * self.covariance(a, b) * h).sum::<f64>().sqrt()
    }

    /// b'V⁻¹b of three coefficients, the inverse by cofactors.
    fn wald(&self, names: [&str; 3]) -> f64 {
        let v = |i: usize, j: usize| self.covariance(names[i % 3], names[j % 3]);
        let cofactor = |i: usize, j: usize| {
            v(i + 1, j + 1) * v(i + 2, j + 2) - v(i + 1, j + 2) * v(i + 2, j + 1)
        };
        let determinant: f64 = (0..3).map(|j| v(0, j) * cofactor(0, j)).sum();
        let pairs = (0..3).flat_map(|i| (0..3).map(move |j| (i, j)));
        let form = |(i, j)| self.value(names[i]) * cofactor(i, j) * self.value(names[j]);
        pairs.map(form).sum::<f64>() / determinant
    }
}

const LAGS: [&str; 3] = ["lpcap", "lpcap_l1", "lpcap_l2"];

/// The long-run sum of a measure's lags (1'V1), what is left of it beyond the neighbours, a ratio,
/// and the test that all lags are zero: the country and three regions, lag and error models.
#[test]
fn functions_of_coefficients_agree() {
    let table = Table::read("experiments/data/us-states.csv", "state", Some("year"));
    let file = json("produc_lags_regions.json");
    let mut ledger = Ledger::new("functions of produc_lags_regions.json");
    for (case, block) in file["results"].as_object().expect("results") {
        if !case.ends_with("_joint") {
            continue;
        }
        let (sample, weights) = sample_of(&table, block);
        for (kind, name) in ["individual", "twoways"].iter().flat_map(|k| [(k, "sar"), (k, "sem")])
        {
            let case = format!("{case} {kind} {name}");
            let model = (estimator(name), effects(kind), LagOrder::LagThenDemean);
            let ours = fit(&sample, &weights, model, None);
            let reference = &block[*kind][name];
            let reference =
                Block { coefficients: &reference["coef"], covariance: &reference["vcov_expected"] };
            check(&mut ledger, &case, name, &reference, &ours);
        }
    }
    ledger.finish(4 * 2 * 2 * 7);
}

fn check(ledger: &mut Ledger, case: &str, name: &str, reference: &Block<'_>, ours: &Estimated) {
    let sum: f64 = LAGS.iter().map(|lag| reference.value(lag)).sum();
    // The files call the spatial lag `lambda` and the spatial error `rho`.
    let (theirs, own) = if name == "sar" { ("lambda", "rho") } else { ("rho", "lambda") };
    let left = 1.0 - reference.value(theirs);
    let ratio = reference.value("lpc") / reference.value("lemp");
    let long_run = "lpcap + lpcap@lag1 + lpcap@lag2";
    let cases = [
        (long_run.to_owned(), sum, LAGS.map(|lag| (lag, 1.0)).to_vec()),
        (
            format!("({long_run}) / (1 - {own})"),
            sum / left,
            LAGS.map(|lag| (lag, 1.0 / left))
                .into_iter()
                .chain([(theirs, sum / left / left)])
                .collect(),
        ),
        (
            "lpc / lemp".to_owned(),
            ratio,
            vec![
                ("lpc", 1.0 / reference.value("lemp")),
                ("lemp", -ratio / reference.value("lemp")),
            ],
        ),
    ];
    for (text, value, gradient) in cases {
        let found = derived("f", &formula(&text), &ours.fit, None);
        let found = found.estimate();
        let at = (case, "function", text.as_str());
        ledger.check(at, value, found.map(|e| e.value), Scale::Unit, COEFFICIENTS);
        let at = (case, "standard error of a function", text.as_str());
        let std_error = reference.std_error(&gradient);
        ledger.check(at, std_error, found.map(|e| e.std_error), Scale::Relative, STD_ERRORS);
    }
    let zero = ["lpcap", "lpcap@lag1", "lpcap@lag2"].map(formula);
    let statistic = match wald("lags", &zero, &ours.fit, None).outcome {
        TestOutcome::Computed { statistic, .. } => Some(statistic),
        TestOutcome::NotApplicable { .. } => None,
    };
    let at = (case, "Wald test", "lags");
    ledger.check(at, reference.wald(LAGS), statistic, Scale::Relative, STD_ERRORS);
}
