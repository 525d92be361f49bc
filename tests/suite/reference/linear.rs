//! Every number that linearmodels, pyfixest and wildboottest print of least squares, each under its own
//! factors: covariances, statistics, kinds of R².
//!
//! What these packages take for degrees of freedom differs from ours in three places, and is written out
//! here: linearmodels' p-values have those of the residuals where ours have G − 1 or a normal
//! distribution, its `debiased=False` divides by n less the effects, and pyfixest's `NW` has T − 1.

use super::*;
use as_printed::panel;
use data::{Table, json};
use spanel::estimator::covariance::{self, Beside};
use spanel::estimator::goodness::gaussian_loglik;
use spanel::estimator::transform::demeaned;
use spanel::estimator::transformed::{made_panel, supports};
use spanel::math::dist::{chi_squared_sf, f_sf, normal_two_sided, student_975, student_two_sided};
use spanel::model::Model;
use spanel::model::std_errors::{
    Cluster, Count, GroupFactor, Meat, ObservationFactor, Residuals, Robust, StdErrors, TimeKernel,
};

/// Closed forms whose inputs are raw columns there: nine digits.
const STATISTIC: f64 = 1e-8;

/// The sample of a panel, its weights, and the cluster of each observation by region or block.
pub(super) struct Ground {
    pub(super) sample: Sample,
    pub(super) weights: Weights,
    pub(super) clusters: Option<Vec<usize>>,
}

pub(super) fn ground(name: &str) -> Ground {
    let (sample, weights) = panel(name);
    let (file, unit, time, column) = match name {
        "produc" => ("experiments/data/us-states.csv", "state", "year", "region"),
        "lattice_pos" => ("tests/reference/data/lattice_pos.csv", "unit", "period", "block"),
        _ => return Ground { sample, weights, clusters: None },
    };
    let table = Table::read(file, unit, Some(time));
    let first = table.periods[0];
    let text = |u: &spanel::ident::UnitId| table.text(&u.0, first, column).to_owned();
    let texts: Vec<String> = sample.units.as_slice().iter().map(text).collect();
    let mut known: Vec<&String> = texts.iter().collect();
    known.sort();
    known.dedup();
    let of_unit: Vec<usize> =
        texts.iter().map(|t| known.binary_search(&t).expect("a known text")).collect();
    let clusters = (0..sample.n_periods()).flat_map(|_| of_unit.iter().copied()).collect();
    Ground { sample, weights, clusters: Some(clusters) }
}

/// What is estimated of a panel.
#[derive(Clone)]
struct Asked {
    estimator: &'static str,
    effects: Effects,
    std_errors: StdErrors,
}

fn estimated(ground: &Ground, asked: &Asked) -> (Sample, Estimated) {
    let sample = made_panel(ground.sample.clone(), asked.effects);
    let order = LagOrder::LagThenDemean;
    let plain = model(asked.estimator, &sample, asked.effects, order, None);
    let model = Model { std_errors: asked.std_errors.clone(), ..plain };
    let beside = Beside { clusters: ground.clusters.as_deref(), ..Beside::default() };
    let estimator = find(asked.estimator).expect("an estimator");
    covariance::supports(estimator, &model).expect("these standard errors");
    estimator.supports(&model).expect("these effects");
    supports(estimator, &model).expect("these effects");
    let problem = Problem::new(&sample, &ground.weights, &model).expect("the same units");
    let ours = covariance::fit(estimator, &Problem { beside, ..problem }).expect("a fit");
    (sample, ours)
}

fn robust(
    meat: Meat,
    of_observations: ObservationFactor,
    of_groups: GroupFactor,
    count: Count,
) -> StdErrors {
    let residuals = Residuals::AsTheyAre;
    StdErrors::Robust(Robust { meat, residuals, of_observations, of_groups, count })
}

fn clusters(by: &str) -> Vec<Cluster> {
    match by {
        "entity" | "unit" => vec![Cluster::Unit],
        "time" => vec![Cluster::Period],
        "region" => vec![Cluster::Column(spanel::ident::VarName::new("region"))],
        "both" | "unit_time" => vec![Cluster::Unit, Cluster::Period],
        other => panic!("unknown clusters {other}"),
    }
}

/// What linearmodels calls a model: ours, and whether effects count in its factors.
fn of_linearmodels(name: &str) -> (Asked, bool) {
    let (family, kind) = name.rsplit_once('/').expect("a model and a covariance");
    let (estimator, effects) = match family {
        "PanelOLS/entity" => ("ols", Effects::Individual),
        "PanelOLS/time" => ("ols", Effects::Time),
        "PanelOLS/twoway" => ("ols", Effects::TwoWay),
        "PooledOLS" => ("ols", Effects::None),
        "RandomEffects" | "RandomEffects_small_sample" => ("ols", Effects::Random),
        "FirstDifferenceOLS" => ("ols", Effects::FirstDifference),
        "BetweenOLS" => ("ols", Effects::Between),
        "FamaMacBeth" => ("fama-macbeth", Effects::None),
        other => panic!("unknown model {other}"),
    };
    let kind = kind.strip_suffix("_debiased_false").unwrap_or(kind);
    let of_groups =
        if kind.ends_with("_group_debias") { GroupFactor::Own } else { GroupFactor::None };
    let kind = kind.strip_suffix("_group_debias").unwrap_or(kind);
    let nested = matches!(
        (effects, kind),
        (Effects::Individual, "clustered_entity" | "clustered_region")
            | (Effects::Time, "clustered_time")
    );
    let count = if nested { Count::Slopes } else { Count::Effects };
    // Its factor of groups is G/(G − 1)·(n − 1)/n beside n/(n − k).
    let of_observations = match of_groups {
        GroupFactor::Own => ObservationFactor::LessOne,
        _ => ObservationFactor::Divisor,
    };
    let in_time =
        |kernel, lags| robust(Meat::Periods { lags, kernel }, of_observations, of_groups, count);
    let std_errors = match kind {
        _ if estimator == "fama-macbeth" => StdErrors::Default,
        "unadjusted" => StdErrors::Default,
        "robust" => robust(Meat::Observations, of_observations, of_groups, count),
        "kernel_default" => in_time(TimeKernel::Bartlett, None),
        "kernel_bartlett_bw0" => in_time(TimeKernel::Bartlett, Some(0)),
        "kernel_bartlett_bw3" => in_time(TimeKernel::Bartlett, Some(3)),
        "kernel_parzen_bw3" => in_time(TimeKernel::Parzen, Some(3)),
        "kernel_qs_bw3" => in_time(TimeKernel::QuadraticSpectral, Some(3)),
        "autocorrelated_bw3" => {
            let meat = Meat::Units { lags: 3, kernel: TimeKernel::Bartlett };
            robust(meat, of_observations, of_groups, count)
        }
        _ => {
            let by = kind.strip_prefix("clustered_").expect("clusters");
            robust(Meat::Clusters(clusters(by)), of_observations, of_groups, count)
        }
    };
    (Asked { estimator, effects, std_errors }, !nested)
}

/// x of Ax = b by elimination; k is four at most.
fn solved(a: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let k = b.len();
    let mut rows: Vec<Vec<f64>> =
        a.iter().zip(b).map(|(row, b)| row[..k].iter().copied().chain([*b]).collect()).collect();
    for i in 0..k {
        let best = (i..k).max_by(|&p, &q| rows[p][i].abs().total_cmp(&rows[q][i].abs()));
        rows.swap(i, best.expect("a row"));
        for j in i + 1..k {
            let by = rows[j][i] / rows[i][i];
            for c in i..=k {
                rows[j][c] -= by * rows[i][c];
            }
        }
    }
    let mut x = vec![0.0; k];
    for i in (0..k).rev() {
        let known: f64 = (i + 1..k).map(|j| rows[i][j] * x[j]).sum();
        x[i] = (rows[i][k] - known) / rows[i][i];
    }
    x
}

/// b'V⁻¹b of some estimates, units of the covariance taken out first.
fn wald(ours: &Estimated, which: &[usize], scale: f64) -> f64 {
    let v = &ours.fit.covariance;
    let size = |i: usize| (scale * v[i][i]).sqrt();
    let b: Vec<f64> = which.iter().map(|&i| ours.fit.estimates[i].value / size(i)).collect();
    let a: Vec<Vec<f64>> = which
        .iter()
        .map(|&i| which.iter().map(|&j| scale * v[i][j] / (size(i) * size(j))).collect())
        .collect();
    solved(&a, &b).iter().zip(&b).map(|(x, b)| x * b).sum()
}

fn square(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum()
}

fn centred(v: &[f64], by_mean: bool) -> f64 {
    let mean = if by_mean { v.iter().sum::<f64>() / v.len() as f64 } else { 0.0 };
    v.iter().map(|v| (v - mean).powi(2)).sum()
}

/// y − Xb in levels, a constant among X if there is one.
fn residual(sample: &Sample, b: &[f64]) -> Vec<f64> {
    let (constant, slopes) = match b.len().checked_sub(sample.x.len()) {
        Some(1) => (b[0], &b[1..]),
        _ => (0.0, b),
    };
    let fitted = |i: usize| sample.x.iter().zip(slopes).map(|(x, b)| x[i] * b).sum::<f64>();
    (0..sample.n()).map(|i| sample.y[i] - constant - fitted(i)).collect()
}

/// linearmodels' R² of coefficients: within units, between them, and of all, of the panel in levels.
fn kinds_of_r2(sample: &Sample, b: &[f64]) -> [(&'static str, f64); 3] {
    let has_constant = b.len() > sample.x.len();
    let means = sample.unit_means();
    let share = |left: f64, of: f64| 1.0 - left / of;
    let within = |v: &[f64]| square(&demeaned(v, sample.n_units(), Effects::Individual));
    [
        ("rsquared_within", share(within(&residual(sample, b)), within(&sample.y))),
        ("rsquared_between", share(square(&residual(&means, b)), centred(&means.y, has_constant))),
        ("rsquared_overall", share(square(&residual(sample, b)), centred(&sample.y, has_constant))),
    ]
}

/// Where the coefficient of a name is among ours, which are in the order of the covariance there.
fn place(ours: &Estimated, name: &str) -> usize {
    let wanted = match name {
        "const" | "Intercept" => Term::Constant,
        variable => term(variable),
    };
    ours.fit.estimates.iter().position(|e| e.term == wanted).expect("the coefficient")
}

/// One fit of linearmodels.
fn check_fit(ledger: &mut Ledger, ground: &Ground, (panel, name): (&str, &str), block: &Value) {
    let case = format!("{panel} {name}");
    let case = case.as_str();
    let (asked, count_effects) = of_linearmodels(name);
    let (sample, ours) = estimated(ground, &asked);
    let statistic = |which: Statistic| ours.fit.statistics.get(&which).copied();
    let n = sample.n() as f64;
    let k = numbers(&block["params"]).len();
    let absorbed = asked.effects.absorbed(sample.n_units(), sample.n_periods()) as f64;
    let counted = if count_effects { absorbed } else { 0.0 };
    // What `debiased=False` divides by.
    let biased = name.ends_with("_debiased_false");
    let scale = if biased { (n - k as f64 - counted) / (n - counted) } else { 1.0 };
    let df = number(&block["df_resid"]);
    let ssr = statistic(Statistic::Ssr).expect("a sum of squares");

    let values: Vec<f64> = ours.fit.estimates[..k].iter().map(|e| e.value).collect();
    for (name, value) in numbers(&block["params"]) {
        let e = &ours.fit.estimates[place(&ours, name)];
        let at = (case, "coefficient", name);
        ledger.check(at, value, Some(e.value), Scale::Unit, COEFFICIENTS);
        let se = number(&block["std_errors"][name]);
        let own = e.std_error * scale.sqrt();
        ledger.check((case, "standard error", name), se, Some(own), Scale::Relative, STD_ERRORS);
        let t = number(&block["tstats"][name]);
        ledger.check((case, "t", name), t, Some(e.value / own), Scale::Unit, STATISTIC);
        let p = number(&block["pvalues"][name]);
        let own = if biased {
            normal_two_sided(e.value / own)
        } else {
            student_two_sided(e.value / own, df)
        };
        ledger.check((case, "p-value", name), p, Some(own), Scale::Unit, STATISTIC);
    }
    let entry = |i: usize, j: usize| number(&block["cov"][i][j]);
    for i in 0..k {
        for j in 0..k {
            let at = format!("{i}:{j}");
            let found = Some(scale * ours.fit.covariance[i][j]);
            let size = (entry(i, i) * entry(j, j)).sqrt();
            ledger.check_sized((case, "covariance", &at), entry(i, j), found, size, STD_ERRORS);
        }
    }

    let theta = statistic(Statistic::Theta).unwrap_or(0.0);
    let random = asked.effects == Effects::Random;
    let fama = asked.estimator == "fama-macbeth";
    let residual_df = if fama { n - k as f64 } else { n - k as f64 - counted };
    let s2 = if biased { ssr / (n - counted) } else { ssr / residual_df };
    // Its log-likelihood of random effects leaves the determinant of their covariance out.
    let jacobian = if random { -(sample.n_units() as f64) * (1.0 - theta).ln() } else { 0.0 };
    let loglik = if fama {
        Some(gaussian_loglik(ssr, sample.n()))
    } else {
        statistic(Statistic::Loglik).map(|l| l + jacobian)
    };
    let starred = |v: &[f64]| -> Vec<f64> {
        let means = spanel::estimator::transform::unit_means(v, sample.n_units());
        v.iter().enumerate().map(|(i, v)| v - theta * means[i % sample.n_units()]).collect()
    };
    let r2 = match asked.effects {
        Effects::None | Effects::Between => statistic(Statistic::R2),
        Effects::Random => Some(1.0 - ssr / centred(&starred(&sample.y), true)),
        _ => statistic(Statistic::R2Within),
    };
    for (member, ours) in [
        ("nobs", statistic(Statistic::N)),
        ("df_model", Some(k as f64 + absorbed)),
        ("resid_ss", Some(ssr)),
        ("s2", Some(s2)),
        ("loglik", loglik),
        ("rsquared", r2),
        ("rsquared_inclusive", statistic(Statistic::R2)),
        ("theta_first", Some(theta)),
    ] {
        if let Some(value) = block[member].as_f64() {
            ledger.check((case, "statistic", member), value, ours, Scale::Unit, STATISTIC);
        }
    }
    let own_df = if random || asked.effects == Effects::None && !fama {
        Some(n - k as f64)
    } else {
        statistic(Statistic::ResidualDf)
    };
    ledger.check((case, "statistic", "df_resid"), df, own_df, Scale::Unit, 0.0);
    for (member, found) in kinds_of_r2(&ground.sample, &values) {
        let value = number(&block[member]);
        ledger.check((case, "kind of R2", member), value, Some(found), Scale::Unit, STATISTIC);
    }

    let slopes: Vec<usize> = (k - sample.x.len()..k).collect();
    let q = slopes.len() as f64;
    let f = block["f_statistic_robust"].as_object().map(|f| (number(&f["stat"]), number(&f["p"])));
    if let Some((stat, p)) = f {
        // Of Fama–MacBeth it is Hotelling's.
        let t = sample.n_periods() as f64;
        let (factor, denominator) =
            if fama { ((t - q) / (q * (t - 1.0)), t - q) } else { (1.0 / q, df) };
        // With `debiased=False` it is the χ² statistic itself.
        let w = wald(&ours, &slopes, scale);
        let found = if biased { w } else { factor * w };
        let at = (case, "F of slopes", "robust");
        ledger.check(at, stat, Some(found), Scale::Relative, STATISTIC);
        let count = slopes.len() as u32;
        let found = if biased { chi_squared_sf(w, count) } else { f_sf(found, count, denominator) };
        ledger.check((case, "p of F", "robust"), p, Some(found), Scale::Unit, STATISTIC);
    }
    if let (Some(f), Some(r2)) = (block["f_statistic"].as_object(), r2) {
        let found = r2 / q / ((1.0 - r2) / df);
        let at = (case, "F of slopes", "from R2");
        ledger.check(at, number(&f["stat"]), Some(found), Scale::Relative, 10.0 * STATISTIC);
        let found = f_sf(found, slopes.len() as u32, df);
        let at = (case, "p of F", "from R2");
        ledger.check(at, number(&f["p"]), Some(found), Scale::Unit, STATISTIC);
    }
    if let Some(f) = block["f_pooled"].as_object() {
        let none =
            Asked { effects: Effects::None, std_errors: StdErrors::Default, ..asked.clone() };
        let pooled = estimated(ground, &none).1.fit.statistics[&Statistic::Ssr];
        let found = (pooled - ssr) / (absorbed - 1.0) / (ssr / df);
        let at = (case, "F of effects", "");
        ledger.check(at, number(&f["stat"]), Some(found), Scale::Relative, STATISTIC);
        let p = f_sf(found, (absorbed - 1.0) as u32, df);
        ledger.check((case, "p of F", "effects"), number(&f["p"]), Some(p), Scale::Unit, STATISTIC);
    }
    if let Some(parts) = block["variance_decomposition"].as_object() {
        let (of_effects, of_errors) = if random {
            // Where the variance of effects is 0 our σ² is that of the fit without them.
            let within = Asked {
                effects: Effects::Individual,
                std_errors: StdErrors::Default,
                ..asked.clone()
            };
            let own = estimated(ground, &within).1.fit.statistics[&Statistic::Sigma2];
            (statistic(Statistic::Sigma2Unit).expect("a variance"), own)
        } else {
            let left = residual(&sample, &values);
            let effects: Vec<f64> =
                left.iter().zip(&ours.innovations).map(|(r, e)| r - e).collect();
            (square(&effects) / n, ssr / n)
        };
        for (member, found) in [
            ("Effects", of_effects),
            ("Residual", of_errors),
            ("Percent due to Effects", of_effects / (of_effects + of_errors)),
        ] {
            let at = (case, "share of variance", member);
            ledger.check(at, number(&parts[member]), Some(found), Scale::Unit, STATISTIC);
        }
    }
}

#[test]
fn linearmodels_fits_agree() {
    let file = json("linearmodels.json");
    let mut ledger = Ledger::new("linearmodels.json");
    for (name, block) in file["panels"].as_object().expect("panels") {
        let ground = ground(name);
        for (model, block) in block["models"].as_object().expect("models") {
            check_fit(&mut ledger, &ground, (name, model), block);
        }
        check_tests(&mut ledger, &ground, name, block);
    }
    ledger.finish(7000);
}

/// Hausman's statistic of fixed against random effects with V_FE − V_RE as it is, and Pesaran's CD.
fn check_tests(ledger: &mut Ledger, ground: &Ground, panel: &str, block: &Value) {
    let fit = |effects| {
        let asked = Asked { estimator: "ols", effects, std_errors: StdErrors::Default };
        estimated(ground, &asked).1
    };
    let (fixed, random) = (fit(Effects::Individual), fit(Effects::Random));
    let hausman = &block["hausman_RE_vs_FE"];
    let k = ground.sample.x.len();
    let d: Vec<f64> =
        (0..k).map(|i| fixed.fit.estimates[i].value - random.fit.estimates[i + 1].value).collect();
    let v: Vec<Vec<f64>> = (0..k)
        .map(|i| {
            let of = |j: usize| fixed.fit.covariance[i][j] - random.fit.covariance[i + 1][j + 1];
            (0..k).map(of).collect()
        })
        .collect();
    for (name, value) in numbers(&hausman["diff"]) {
        let (at, i) = ((panel, "Hausman", name), place(&fixed, name));
        ledger.check(at, value, Some(d[i]), Scale::Unit, COEFFICIENTS);
        // The square root of a negative difference is "nan" there.
        match hausman["diff_se"][name].as_f64() {
            Some(se) => ledger.check(at, se, Some(v[i][i].sqrt()), Scale::Relative, 1e-6),
            None => assert!(v[i][i] < 0.0, "{panel} {name}: {}", v[i][i]),
        }
    }
    let stat: f64 = solved(&v, &d).iter().zip(&d).map(|(x, d)| x * d).sum();
    let at = (panel, "Hausman", "statistic");
    ledger.check(at, number(&hausman["stat"]), Some(stat), Scale::Relative, 1e-6);
    let p = chi_squared_sf(stat, k as u32);
    ledger.check((panel, "Hausman", "p"), number(&hausman["p"]), Some(p), Scale::Unit, STATISTIC);

    let findings = Findings::of("cd", &ground.sample, &ground.weights, Effects::Individual);
    let (stat, p) = findings.get("cd", Effects::Individual).expect("a CD statistic");
    let cd = &block["pesaran_cd_entity"];
    ledger.check(
        (panel, "CD", "statistic"),
        number(&cd["stat"]),
        Some(stat),
        Scale::Relative,
        STATISTIC,
    );
    ledger.check((panel, "CD", "p"), number(&cd["p"]), Some(p), Scale::Unit, STATISTIC);
}

/// What pyfixest calls a fit: ours, and the degrees of freedom of its t where they are not ours.
fn of_pyfixest(name: &str) -> (Asked, Option<f64>) {
    let (model, rest) = name.split_once('/').expect("a model and a covariance");
    let effects = effects(model);
    let (kind, small) = rest.split_once('/').map_or((rest, ""), |(kind, small)| (kind, small));
    let less_one = ObservationFactor::LessOne;
    let count = Count::EffectsNotNested;
    let std_errors = match kind {
        "iid" => StdErrors::Default,
        "HC1" => robust(
            Meat::Observations,
            ObservationFactor::Divisor,
            GroupFactor::None,
            Count::Effects,
        ),
        "HC2" | "HC3" => {
            let residuals = if kind == "HC2" { Residuals::Leverage } else { Residuals::Jackknife };
            StdErrors::Robust(Robust {
                meat: Meat::Observations,
                residuals,
                of_observations: ObservationFactor::Divisor,
                of_groups: GroupFactor::None,
                count: Count::Effects,
            })
        }
        "NW_lag3" | "DK_lag3" => {
            let kernel = TimeKernel::Bartlett;
            let meat = if kind == "NW_lag3" {
                Meat::Units { lags: 3, kernel }
            } else {
                Meat::Periods { lags: Some(3), kernel }
            };
            robust(meat, less_one, GroupFactor::Own, Count::Effects)
        }
        "CRV1_unit_time" => {
            robust(Meat::Clusters(clusters("both")), less_one, GroupFactor::Smallest, count)
        }
        _ => {
            let (version, by) = kind.split_once('_').expect("clusters");
            let by = clusters(by);
            let (of_observations, of_groups, count) = match small {
                "" => (less_one, GroupFactor::Own, count),
                "ssc_k_none" => (ObservationFactor::None, GroupFactor::None, count),
                "ssc_G_only" => (ObservationFactor::None, GroupFactor::Own, count),
                "ssc_kfix_full" => (less_one, GroupFactor::Own, Count::Effects),
                other => panic!("unknown factors {other}"),
            };
            let meat = if version == "CRV3" {
                Meat::Jackknife(by.into_iter().next().expect("a cluster"))
            } else {
                Meat::Clusters(by)
            };
            robust(meat, of_observations, of_groups, count)
        }
    };
    let df = (kind == "NW_lag3").then_some(16.0);
    (Asked { estimator: "ols", effects, std_errors }, df)
}

#[test]
fn pyfixest_fits_agree() {
    let file = json("pyfixest.json");
    let ground = ground("produc");
    let mut ledger = Ledger::new("pyfixest.json");
    for (case, block) in file["models"].as_object().expect("models") {
        let (asked, own_df) = of_pyfixest(case);
        let (sample, ours) = estimated(&ground, &asked);
        let statistic = |which: Statistic| ours.fit.statistics.get(&which).copied();
        let df = own_df.unwrap_or(match ours.fit.inference {
            spanel::outcome::Reference::Student { df } => df,
            spanel::outcome::Reference::Normal => f64::INFINITY,
        });
        let quantile = student_975(df);
        for (name, value) in numbers(&block["coef"]) {
            let e = &ours.fit.estimates[place(&ours, name)];
            let at = (case.as_str(), "coefficient", name);
            ledger.check(at, value, Some(e.value), Scale::Unit, COEFFICIENTS);
            for (member, found, scale) in [
                ("se", e.std_error, Scale::Relative),
                ("t", e.value / e.std_error, Scale::Unit),
                ("p", student_two_sided(e.value / e.std_error, df), Scale::Unit),
                ("ci_low", e.value - quantile * e.std_error, Scale::Unit),
                ("ci_high", e.value + quantile * e.std_error, Scale::Unit),
            ] {
                let at = (case.as_str(), "of a coefficient", name);
                ledger.check(at, number(&block[member][name]), Some(found), scale, STD_ERRORS);
            }
        }
        robust::check(&mut ledger, case, &block["vcov"], &ours);
        let n = sample.n() as f64;
        for (member, found) in [
            ("N", statistic(Statistic::N)),
            ("r2", statistic(Statistic::R2)),
            ("r2_within", statistic(Statistic::R2Within)),
            ("adj_r2", statistic(Statistic::R2Adjusted)),
            ("rmse", statistic(Statistic::Ssr).map(|ssr| (ssr / n).sqrt())),
        ] {
            if let Some(value) = block[member].as_f64() {
                ledger.check((case, "statistic", member), value, found, Scale::Unit, COEFFICIENTS);
            }
        }
        check_factor(&mut ledger, &ground, (case, &asked), &block["ssc"], &ours);
    }
    for fit in file["multiple_estimation"]["fits"].as_array().expect("fits") {
        let formula = fit["fml"].as_str().expect("a formula");
        let (of, effects) = match formula.split_once(" | ") {
            None => (formula, Effects::None),
            Some((of, "u_id")) => (of, Effects::Individual),
            Some((of, _)) => (of, Effects::Time),
        };
        let names = regressors(of);
        let mut own = ground.sample.clone();
        own.x.truncate(names.len());
        own.regressors.truncate(names.len());
        let (_, weights) = panel("produc");
        let stepwise = Ground { sample: own, weights, clusters: None };
        let by = Meat::Clusters(vec![Cluster::Unit]);
        let std_errors =
            robust(by, ObservationFactor::LessOne, GroupFactor::Own, Count::EffectsNotNested);
        let (_, ours) = estimated(&stepwise, &Asked { estimator: "ols", effects, std_errors });
        for (name, value) in numbers(&fit["coef"]) {
            let e = &ours.fit.estimates[place(&ours, name)];
            let at = (formula, "coefficient, stepwise", name);
            ledger.check(at, value, Some(e.value), Scale::Unit, COEFFICIENTS);
            let se = number(&fit["se"][name]);
            let at = (formula, "standard error, stepwise", name);
            ledger.check(at, se, Some(e.std_error), Scale::Relative, STD_ERRORS);
        }
    }
    ledger.finish(1700);
}

/// `ssc`: by what our covariance is larger than without factors. Of two kinds of clusters it is one
/// number with the sign of each part; of classical standard errors it is n/(n − k) of ours less one.
fn check_factor(
    ledger: &mut Ledger,
    ground: &Ground,
    (case, asked): (&str, &Asked),
    ssc: &Value,
    ours: &Estimated,
) {
    let StdErrors::Robust(robust) = &asked.std_errors else { return };
    let bare = Robust {
        of_observations: ObservationFactor::None,
        of_groups: GroupFactor::None,
        ..robust.clone()
    };
    let (_, without) =
        estimated(ground, &Asked { std_errors: StdErrors::Robust(bare), ..asked.clone() });
    let found = ours.fit.covariance[0][0] / without.fit.covariance[0][0];
    let all: Vec<f64> = match ssc {
        Value::Array(all) => all.iter().map(number).collect(),
        one => one.as_f64().into_iter().collect(),
    };
    for value in all {
        let at = (case, "factor", "");
        ledger.check(at, value.abs(), Some(found), Scale::Relative, STD_ERRORS);
    }
}

/// t of clusters by region or block, every dummy counted, and of heteroskedastic errors.
#[test]
fn statistics_of_wildboottest_agree() {
    let file = json("wildboottest.json");
    let mut ledger = Ledger::new("wildboottest.json");
    for (panel, block) in file["panels"].as_object().expect("panels") {
        let ground = ground(panel);
        for (case, result) in block["results"].as_object().expect("results") {
            let Some(t) = result["t"].as_f64() else {
                assert!(result["error"].is_string(), "{case}");
                continue;
            };
            let parts: Vec<&str> = case.split('/').collect();
            let (effects, std_errors) = if parts[0] == "HC" {
                // Types 21 and 31 rescale what is drawn; their t has no factor.
                let factor = match parts[2] {
                    "11" => ObservationFactor::LessOne,
                    _ => ObservationFactor::None,
                };
                let no = (GroupFactor::None, Count::Slopes);
                (Effects::None, robust(Meat::Observations, factor, no.0, no.1))
            } else {
                let by = Meat::Clusters(clusters("region"));
                let factors = (ObservationFactor::LessOne, GroupFactor::Own, Count::Effects);
                (effects(parts[0]), robust(by, factors.0, factors.1, factors.2))
            };
            let (_, ours) = estimated(&ground, &Asked { estimator: "ols", effects, std_errors });
            let e = ours.fit.estimates.iter().find(|e| e.term == term(parts[1])).expect("the term");
            let at = (case.as_str(), "t", panel.as_str());
            ledger.check(at, t, Some(e.value / e.std_error), Scale::Unit, STATISTIC);
        }
    }
    ledger.finish(122);
}
