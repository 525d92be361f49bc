//! Every number that plm has of a model without spatial terms: pooled, within, between units, in first
//! differences, with random effects of units and of both by four ways to their variances. Robust
//! covariances of the same are in `robust`.

use super::*;
use data::json;
use produc::sample_and_weights;
use spanel::estimator::wald;
use spanel::expr::formula::Formula;
use spanel::model::Model;
use spanel::model::variance_components::VarianceComponents;
use spanel::outcome::Reference;

/// The sample of changes from one period to the next.
fn differences(sample: &Sample) -> Sample {
    let n = sample.n_units();
    let changes = |v: &Vec<f64>| -> Vec<f64> { (n..v.len()).map(|i| v[i] - v[i - n]).collect() };
    Sample {
        periods: sample.periods[1..].to_vec(),
        y: changes(&sample.y),
        x: sample.x.iter().map(changes).collect(),
        ..sample.clone()
    }
}

/// Effects and variance components of one of plm's names.
pub(super) fn of_plm(case: &str) -> (Effects, Option<VarianceComponents>) {
    match case {
        "pooled_ols" | "between" | "first_difference" => (Effects::None, None),
        "random_swar" => (Effects::Random, Some(VarianceComponents::SwamyArora)),
        "random_amemiya" => (Effects::Random, Some(VarianceComponents::Amemiya)),
        "random_walhus" => (Effects::Random, Some(VarianceComponents::WallaceHussain)),
        "random_twoways_swar" => (Effects::RandomTwoWay, Some(VarianceComponents::SwamyArora)),
        other => (effects(other.strip_prefix("within_").expect("within")), None),
    }
}

pub(super) fn fitted(
    (sample, weights): (&Sample, &Weights),
    (effects, variance_components): (Effects, Option<VarianceComponents>),
) -> Estimated {
    let plain = model("ols", sample, effects, LagOrder::LagThenDemean, None);
    let model = Model { variance_components, ..plain };
    let problem = Problem::new(sample, weights, &model).expect("the same units");
    let fit = find("ols").expect("an estimator").fit(&problem);
    fit.unwrap_or_else(|e| panic!("{effects} {variance_components:?}: {e}"))
}

/// How far a fit goes with means: (Tσ²_μ/σ², Nσ²_τ/σ²), 0 where there are no such effects.
fn shares(of: &Estimated) -> [f64; 2] {
    [Statistic::Theta, Statistic::ThetaPeriod].map(|theta| {
        let theta = of.fit.statistics.get(&theta).copied().unwrap_or(0.0);
        (1.0 - theta).powi(-2) - 1.0
    })
}

/// θ, θ_τ and θ₃ of y − θȳᵢ − θ_τȳₜ + θ₃ȳ.
fn thetas(of: &Estimated) -> [f64; 3] {
    let [a, b] = shares(of);
    let theta = |s: f64| 1.0 - 1.0 / (1.0 + s).sqrt();
    [theta(a), theta(b), theta(a) + theta(b) - theta(a + b)]
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let all: Vec<f64> = values.collect();
    all.iter().sum::<f64>() / all.len() as f64
}

/// Means of units, of periods, of all.
fn means(v: &[f64], n: usize) -> (Vec<f64>, Vec<f64>, f64) {
    let units = (0..n).map(|i| mean(v.iter().skip(i).step_by(n).copied())).collect();
    let periods = v.chunks_exact(n).map(|p| mean(p.iter().copied())).collect();
    (units, periods, mean(v.iter().copied()))
}

/// Σ(y* − ȳ*)² of y with the shares of a fit taken off.
fn total(sample: &Sample, of: &Estimated) -> f64 {
    let n = sample.n_units();
    let [a, b, c] = thetas(of);
    let (units, periods, grand) = means(&sample.y, n);
    let one = |(i, y): (usize, &f64)| y - a * units[i % n] - b * periods[i / n] + c * grand;
    let star: Vec<f64> = sample.y.iter().enumerate().map(one).collect();
    let centre = mean(star.iter().copied());
    star.iter().map(|v| (v - centre).powi(2)).sum()
}

/// ln|Ω/σ²|, which plm's log-likelihood of the transformed regression does not have.
fn log_det(sample: &Sample, of: &Estimated) -> f64 {
    let (n, t) = (sample.n_units() as f64, sample.n_periods() as f64);
    let [a, b] = shares(of);
    (n - 1.0) * a.ln_1p() + (t - 1.0) * b.ln_1p() + (a + b).ln_1p()
}

/// y − Xβ of the slopes.
fn without_slopes(sample: &Sample, of: &Estimated) -> Vec<f64> {
    let mut left = sample.y.clone();
    for (regressor, column) in sample.regressors.iter().zip(&sample.x) {
        let b = of.value(&Term::Variable(regressor.clone())).expect("a slope");
        left.iter_mut().zip(column).for_each(|(l, x)| *l -= b * x);
    }
    left
}

struct Case<'a> {
    name: &'a str,
    block: &'a Value,
    sample: &'a Sample,
    ours: &'a Estimated,
}

impl Case<'_> {
    fn statistic(&self, of: Statistic) -> Option<f64> {
        self.ours.fit.statistics.get(&of).copied()
    }

    fn of_terms(
        &self,
        ledger: &mut Ledger,
        (member, quantity, scale): (&str, &'static str, Scale),
        ours: &dyn Fn(&spanel::outcome::Estimate) -> f64,
    ) {
        for (name, value) in numbers(&self.block[member]) {
            let found = self.ours.fit.estimates.iter().find(|e| e.term == term(name)).map(ours);
            ledger.check((self.name, quantity, name), value, found, scale, CLOSED_FORM);
        }
    }

    fn r2(&self) -> Option<f64> {
        let effects = self.ours.fit.effects;
        if effects.is_random() {
            return Some(1.0 - self.statistic(Statistic::Ssr)? / total(self.sample, self.ours));
        }
        let within = effects != Effects::None;
        self.statistic(if within { Statistic::R2Within } else { Statistic::R2 })
    }

    /// That all slopes are zero.
    fn wald(&self) -> (f64, Option<f64>) {
        let zero: Vec<Formula<Term>> = (self.sample.regressors.iter())
            .map(|r| {
                let written = Formula::parse(&r.to_string()).expect("a function");
                written.renamed(|w| Ok::<_, ()>(Term::parse(&w.name))).expect("a term")
            })
            .collect();
        match wald::wald("slopes", &zero, &self.ours.fit, None).outcome {
            TestOutcome::Computed { statistic, p_value, .. } => (statistic, p_value),
            TestOutcome::NotApplicable { reason } => panic!("{reason}"),
        }
    }

    /// Effects as plm has them: of two kinds the first unit, or the first period, is the base.
    fn levels(&self, ledger: &mut Ledger, levels: &Value) {
        let (units, periods, grand) =
            means(&without_slopes(self.sample, self.ours), self.sample.n_units());
        let both = self.ours.fit.effects == Effects::TwoWay;
        let base = |other: &[f64]| if both { other[0] - grand } else { 0.0 };
        for (kind, names, ours, base) in [
            (
                "individual",
                self.sample.units.as_slice().iter().map(|u| u.0.clone()).collect::<Vec<_>>(),
                &units,
                base(&periods),
            ),
            (
                "time",
                self.sample.periods.iter().map(ToString::to_string).collect(),
                &periods,
                base(&units),
            ),
        ] {
            let Some(of) = levels.get(kind) else { continue };
            assert_eq!(of.as_object().map(serde_json::Map::len), Some(names.len()));
            for (name, ours) in names.iter().zip(ours) {
                let value = number(&of[name]);
                let at = (self.name, "fixed effect", name.as_str());
                ledger.check(at, value, Some(ours + base), Scale::Relative, CLOSED_FORM);
            }
        }
    }

    /// Every member of the block, each by its name: one that is not known fails.
    fn check(&self, ledger: &mut Ledger) {
        let relative = Scale::Relative;
        for (member, value) in self.block.as_object().expect("a block") {
            let mut one = |quantity: &'static str, ours: Option<f64>, scale, tolerance| {
                ledger.check((self.name, quantity, ""), number(value), ours, scale, tolerance);
            };
            match member.as_str() {
                "package" | "call" => {}
                "coef" => {
                    self.of_terms(ledger, ("coef", "coefficient", relative), &|e| e.value);
                }
                "se" => {
                    self.of_terms(ledger, ("se", "standard error", relative), &|e| e.std_error);
                }
                "stat" => {
                    let of = |e: &spanel::outcome::Estimate| e.value / e.std_error;
                    self.of_terms(ledger, ("stat", "t statistic", relative), &of);
                }
                "p" => self.of_terms(ledger, ("p", "p-value", Scale::Unit), &|e| e.p_value),
                "p_distribution" => {
                    let said = match self.ours.fit.inference {
                        Reference::Student { .. } => "student t with df_residual",
                        Reference::Normal => "normal",
                    };
                    assert_eq!(value.as_str(), Some(said), "{}", self.name);
                }
                "vcov" => check_covariance(ledger, self.name, value, self.ours, CLOSED_FORM),
                "n" => one("observations", self.statistic(Statistic::N), relative, 0.0),
                "df_residual" => one("df", self.statistic(Statistic::ResidualDf), relative, 0.0),
                "rss" => one("SSR", self.statistic(Statistic::Ssr), relative, CLOSED_FORM),
                "sigma2" => one("s²", self.statistic(Statistic::Sigma2), relative, CLOSED_FORM),
                "r2" => one("R²", self.r2(), relative, CLOSED_FORM),
                "adj_r2" => {
                    let (n, df) = (self.ours.innovations.len() as f64, self.ours.residual_df());
                    let ours = self.r2().map(|r2| 1.0 - (1.0 - r2) * (n - 1.0) / df);
                    one("adjusted R²", ours, relative, CLOSED_FORM);
                }
                "f_stat" => one("F or χ²", Some(self.wald().0), relative, CLOSED_FORM),
                "f_p" => one("p-value of F or χ²", self.wald().1, Scale::Unit, CLOSED_FORM),
                "loglik_gaussian_ml" => {
                    let ours = self.statistic(Statistic::Loglik);
                    let ours = ours.map(|l| l + 0.5 * log_det(self.sample, self.ours));
                    one("log-likelihood", ours, relative, CLOSED_FORM);
                }
                "within_intercept" => {
                    let left = without_slopes(self.sample, self.ours);
                    one("intercept", Some(mean(left.into_iter())), relative, CLOSED_FORM);
                }
                "fixef_level" => self.levels(ledger, value),
                "sigma2_components" => {
                    for (name, value) in numbers(value) {
                        let ours = match name {
                            "idios" => self.ours.value(&Term::Sigma2),
                            "id" => self.statistic(Statistic::Sigma2Unit),
                            _ => self.statistic(Statistic::Sigma2Period),
                        };
                        let at = (self.name, "variance component", name);
                        ledger.check(at, value, ours, relative, CLOSED_FORM);
                    }
                }
                "theta" => {
                    let [unit, period, both] = thetas(self.ours);
                    for (name, value) in numbers(value) {
                        let ours = match name {
                            "id" | "id.id" => unit,
                            "time.time" => period,
                            _ => both,
                        };
                        let at = (self.name, "θ", name);
                        ledger.check(at, value, Some(ours), relative, CLOSED_FORM);
                    }
                }
                other => panic!("{}: `{other}` is held by nothing", self.name),
            }
        }
    }
}

#[test]
fn every_estimator_agrees_with_plm() {
    let (sample, weights) = sample_and_weights();
    let file = json("produc_plm.json");
    let mut ledger = Ledger::new("produc_plm.json");
    for (name, block) in file["results"].as_object().expect("results") {
        let sample = match name.as_str() {
            "between" => as_printed::between(&sample),
            "first_difference" => differences(&sample),
            _ => sample.clone(),
        };
        let ours = fitted((&sample, &weights), of_plm(name));
        Case { name, block, sample: &sample, ours: &ours }.check(&mut ledger);
    }
    ledger.finish(500);
}

/// Methods and effects that plm has and the file has not, with N·T × N·T matrices written out.
#[test]
fn random_effects_agree_with_matrices_written_out() {
    let (sample, weights) = sample_and_weights();
    let file = json("produc_random_dense.json");
    let mut ledger = Ledger::new("produc_random_dense.json");
    for effects in
        [Effects::Random, Effects::RandomTime, Effects::RandomPeriods, Effects::RandomTwoWay]
    {
        for how in VarianceComponents::ALL {
            let name = format!("{effects} {}", how.name());
            let block = &file["results"][&name];
            let ours = fitted((&sample, &weights), (effects, Some(how)));
            let case = name.as_str();
            for (term_name, value) in numbers(&block["coef"]) {
                let at = (case, "coefficient", term_name);
                ledger.check(at, value, ours.value(&term(term_name)), Scale::Unit, COEFFICIENTS);
            }
            check_std_errors(&mut ledger, case, &block["se"], &ours, STD_ERRORS);
            for (member, statistic) in [
                ("sigma2_unit", Statistic::Sigma2Unit),
                ("sigma2_period", Statistic::Sigma2Period),
                ("loglik", Statistic::Loglik),
            ] {
                let found = ours.fit.statistics.get(&statistic).copied();
                match block[member].as_f64() {
                    Some(value) => {
                        let at = (case, "statistic", member);
                        ledger.check(at, value, found, Scale::Relative, COEFFICIENTS);
                    }
                    None => assert_eq!(found, None, "{name} {member}"),
                }
            }
            let at = (case, "statistic", "sigma2");
            let found = ours.value(&Term::Sigma2);
            ledger.check(at, number(&block["sigma2"]), found, Scale::Relative, COEFFICIENTS);
        }
    }
    ledger.finish(16 * 11);
}
