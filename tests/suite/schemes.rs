//! Laws of bootstrap schemes that draw something else than innovations, and of what innovations
//! are rescaled by.

use crate::support::{all_weights, fit, likelihoods, model, sample, units, whole};
use spanel::bootstrap::replicates::{Design, Path, Replicates, Replicator};
use spanel::bootstrap::residuals::left_out;
use spanel::bootstrap::{SCHEMES, Support, find as scheme};
use spanel::estimator::leverage;
use spanel::estimator::{Estimated, Estimator, Problem, find};
use spanel::model::{Effects, LagOrder, Model, Normalisation, Rescale, Term};
use spanel::outcome::Statistic;
use spanel::panel::sample::Sample;
use spanel::weights::{Links, Weights};

fn drawn(
    problem: &Problem<'_>,
    at: &Estimated,
    (name, rescale): (&str, Rescale),
    count: usize,
) -> Replicates {
    let estimator = find(&problem.model.estimator).expect("an estimator");
    let impacts = estimator.impacts(problem, at);
    let scheme = scheme(name).expect("a scheme");
    let design = Design { scheme, rescale, block_length: None, key: [4; 32] };
    Replicator::new(problem, estimator, (at, &impacts), design, Path::Batched).replicates(0, count)
}

fn mean_and_sd(of: &Replicates, i: usize) -> (f64, f64) {
    let values: Vec<f64> = of.of(i).map(|(v, _)| v).collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

/// Every estimator × effects × weights × order of lags.
fn everything(mut each: impl FnMut(&str, &dyn Estimator, &Problem<'_>, &Estimated)) {
    for (kind, w) in all_weights(9) {
        let data = sample(&w, 7, 3);
        for estimator in likelihoods() {
            let data = whole(&data, &w, estimator.info().name);
            for effects in Effects::FIXED {
                for lag_order in [LagOrder::LagThenDemean, LagOrder::DemeanThenLag] {
                    let m = Model { lag_order, ..model(estimator.info().name, effects, 2) };
                    let problem = Problem::new(&data, &w, &m).expect("the same units");
                    let at = fit(&data, &w, &m);
                    let what = format!("{} {effects} {kind} {lag_order:?}", m.estimator);
                    each(&what, *estimator, &problem, &at);
                }
            }
        }
    }
}

/// The pieces of the score sum to zero where the likelihood is highest.
#[test]
fn pieces_of_the_score_sum_to_zero_at_the_fit() {
    let mut checked = 0;
    everything(|what, estimator, problem, at| {
        let Some(scored) = estimator.scored() else { return };
        let pieces = scored.pieces(problem, at);
        assert_eq!(pieces.len(), at.fit.estimates.len());
        for (pieces, estimate) in pieces.iter().zip(&at.fit.estimates) {
            assert_eq!(pieces.len(), problem.n());
            let sum: f64 = pieces.iter().sum();
            let size: f64 = pieces.iter().map(|g| g.abs()).sum();
            assert!(sum.abs() < 1e-8 * size, "{what} {}: {sum} of {size}", estimate.term);
            checked += 1;
        }
    });
    assert!(checked > 500, "{checked}");
}

/// Leverages sum to the number of coefficients and absorbed effects, and none is above one.
#[test]
fn leverages_sum_to_what_is_estimated() {
    everything(|what, estimator, problem, at| {
        let h = estimator.leverages(problem, at);
        let count = |s| at.fit.statistics[&s];
        let wanted = count(Statistic::Slopes) + count(Statistic::AbsorbedEffects);
        let sum: f64 = h.iter().sum();
        assert!((sum - wanted).abs() < 1e-9, "{what}: {sum} instead of {wanted}");
        assert!(h.iter().all(|h| (0.0..1.0 + 1e-12).contains(h)), "{what}");
    });
}

/// The leverage of a spatial error model is that of the explicit regression on filtered regressors
/// and dummies, and innovations as if a unit were left out are those of its hat matrix:
/// (I − H_i)v_i = e_i.
#[test]
fn leverages_equal_those_with_dummies() {
    use spanel::math::Matrix;
    use spanel::math::linalg::ColumnSpace;
    for (kind, w) in all_weights(9) {
        let data = sample(&w, 7, 3);
        let (n, t) = (9, 7);
        for effects in [Effects::Individual, Effects::Time, Effects::TwoWay] {
            for name in ["slm", "sem"] {
                let m = model(name, effects, 2);
                let problem = Problem::new(&data, &w, &m).expect("the same units");
                let at = fit(&data, &w, &m);
                let mut columns = problem.columns();
                let dummy = |is: &dyn Fn(usize) -> bool| -> Vec<f64> {
                    (0..n * t).map(|at| f64::from(u8::from(is(at)))).collect()
                };
                if effects.has_individual() {
                    columns.extend((0..n).map(|i| dummy(&|at| at % n == i)));
                }
                let first = usize::from(effects.has_individual());
                if effects.has_time() {
                    columns.extend((first..t).map(|p| dummy(&|at| at / n == p)));
                }
                let lambda = at.value(&Term::Lambda).unwrap_or(0.0);
                for column in &mut columns {
                    let lag = w.lag(column);
                    column.iter_mut().zip(lag).for_each(|(v, l)| *v -= lambda * l);
                }
                let x = Matrix::from_fn(n * t, columns.len(), |i, j| columns[j][i]);
                let space = ColumnSpace::new(&x).expect("independent columns");
                let h = find(name).expect("an estimator").leverages(&problem, &at);
                for (i, h) in h.iter().enumerate() {
                    let want: f64 = (0..space.rank()).map(|j| space.q[(i, j)].powi(2)).sum();
                    assert!((h - want).abs() < 1e-10, "{name} {effects} {kind}: {h} {want}");
                }
                // Filtered dummies of periods are constant where the rows of W have one sum.
                let alike = name == "slm" || !effects.has_time() || w.common_row_sum().is_some();
                let hat = find(name).expect("an estimator").hat(&problem, &at);
                let left = left_out(&at.innovations, &hat);
                for i in (0..n * t).filter(|_| alike) {
                    let with = |j: usize| (0..space.rank()).map(move |c| (c, j));
                    let h = |j: usize| with(j).map(|(c, j)| space.q[(i, c)] * space.q[(j, c)]);
                    let fitted: f64 =
                        (i % n..n * t).step_by(n).map(|j| h(j).sum::<f64>() * left[j]).sum();
                    let (got, want) = (left[i] - fitted, at.innovations[i]);
                    assert!((got - want).abs() < 1e-9, "{name} {effects} {kind}: {got} {want}");
                }
            }
        }
    }
    assert_eq!(leverage::of_effects(Effects::Individual, 9, 7), 1.0 / 7.0);
}

/// For least squares moving along the score is estimating again: β* is that of the wild bootstrap
/// with the same signs.
#[test]
fn the_score_of_least_squares_is_its_wild_bootstrap() {
    let (_, w) = all_weights(9).swap_remove(1);
    let data = sample(&w, 7, 3);
    for effects in Effects::FIXED {
        let m = model("ols", effects, 2);
        let problem = Problem::new(&data, &w, &m).expect("the same units");
        let at = fit(&data, &w, &m);
        let score = drawn(&problem, &at, ("score", Rescale::Df), 60);
        let wild = drawn(&problem, &at, ("wild", Rescale::Df), 60);
        for i in 0..at.fit.estimates.len() - 1 {
            for ((a, s), (b, _)) in score.of(i).zip(wild.of(i)) {
                assert!((a - b).abs() < 1e-12 * b.abs().max(1.0), "{effects}: {a} {b}");
                assert_eq!(s, at.fit.estimates[i].std_error);
            }
        }
    }
}

/// A rook lattice of 6 × 5 with 40 periods: enough for moments to settle.
fn lattice() -> (Sample, Weights) {
    let (rows, columns) = (6, 5);
    let mut links = Vec::new();
    for i in 0..rows * columns {
        if i % columns + 1 < columns {
            links.extend([(i, i + 1, 1.0), (i + 1, i, 1.0)]);
        }
        if i + columns < rows * columns {
            links.extend([(i, i + columns, 1.0), (i + columns, i, 1.0)]);
        }
    }
    let units = units(rows * columns);
    let links = Links { units: units.as_slice().to_vec(), links };
    let w = Weights::new(&units, &links, Normalisation::Row).expect("links");
    (sample(&w, 40, 8), w)
}

/// With independent normal errors the pieces have the variance that the information says, and so
/// have the replicates; with `df` it is larger by n/(n − k − absorbed).
#[test]
fn replicates_by_the_score_have_the_covariance_of_the_fit() {
    let (data, w) = lattice();
    for name in ["ols", "slm", "sem"] {
        let m = model(name, Effects::TwoWay, 2);
        let problem = Problem::new(&data, &w, &m).expect("the same units");
        let at = fit(&data, &w, &m);
        let df = at.fit.statistics[&Statistic::ResidualDf] / at.fit.statistics[&Statistic::N];
        for scheme in ["score", "score-mammen", "score-webb", "score-normal"] {
            let made = drawn(&problem, &at, (scheme, Rescale::None), 1_200);
            let larger = drawn(&problem, &at, (scheme, Rescale::Df), 1_200);
            assert_eq!(made.failed(), 0);
            for (i, estimate) in at.fit.estimates.iter().enumerate() {
                let (mean, sd) = mean_and_sd(&made, i);
                let (ratio, term) = (sd / estimate.std_error, &estimate.term);
                assert!((ratio - 1.0).abs() < 0.12, "{name} {scheme} {term}: {ratio}");
                let off = (mean - estimate.value) / sd;
                assert!(off.abs() < 4.0 / 1_200.0_f64.sqrt(), "{name} {scheme} {term}: {off}");
                let (_, wider) = mean_and_sd(&larger, i);
                assert!((sd / wider - df.sqrt()).abs() < 1e-9, "{name} {scheme} {term}");
            }
        }
        // Effects are those at θ*, with the standard errors of the fit.
        let estimator = find(name).expect("an estimator");
        let impacts = estimator.impacts(&problem, &at);
        let made = drawn(&problem, &at, ("score", Rescale::None), 200);
        for (i, impact) in impacts.iter().enumerate() {
            let (_, sd) = mean_and_sd(&made, at.fit.estimates.len() + i);
            assert!((sd / impact.std_error - 1.0).abs() < 0.2, "{}", impact.term);
            let first = made.of(at.fit.estimates.len() + i).next().expect("a replicate");
            assert_eq!(first.1, impact.std_error);
        }
    }
}

/// Pairs of least squares: estimates of other samples around the fit, with the spread of
/// clustered standard errors. Put to a spatial lag, which the scheme refuses, ρ* falls to nothing:
/// that is why.
#[test]
fn pairs_are_sound_for_least_squares_and_destroy_neighbours() {
    let (data, w) = lattice();
    let m = model("ols", Effects::TwoWay, 2);
    let problem = Problem::new(&data, &w, &m).expect("the same units");
    let at = fit(&data, &w, &m);
    let made = drawn(&problem, &at, ("pairs", Rescale::None), 400);
    assert_eq!(made.failed(), 0);
    for (i, estimate) in at.fit.estimates[..2].iter().enumerate() {
        let (mean, sd) = mean_and_sd(&made, i);
        assert!((mean - estimate.value).abs() < 0.35 * sd, "{}", estimate.term);
        let ratio = sd / estimate.std_error;
        assert!((0.6..1.6).contains(&ratio), "{}: {ratio}", estimate.term);
    }
    let m = model("slm", Effects::TwoWay, 2);
    let problem = Problem::new(&data, &w, &m).expect("the same units");
    let at = fit(&data, &w, &m);
    let rho = at.fit.estimates.iter().position(|e| e.term == Term::Rho).expect("a lag");
    let made = drawn(&problem, &at, ("pairs", Rescale::None), 48);
    let (mean, _) = mean_and_sd(&made, rho);
    let fell = at.fit.estimates[rho].value - mean;
    assert!(fell > 0.8 * at.fit.estimates[rho].value, "ρ* is {fell} below");
}

/// A sign for each period leaves the quadratic forms that ρ rests on as they are.
#[test]
fn signs_of_periods_say_too_little_of_a_spatial_parameter() {
    let (data, w) = lattice();
    let m = model("slm", Effects::TwoWay, 2);
    let problem = Problem::new(&data, &w, &m).expect("the same units");
    let at = fit(&data, &w, &m);
    let rho = at.fit.estimates.iter().position(|e| e.term == Term::Rho).expect("a lag");
    let sd = |scheme| mean_and_sd(&drawn(&problem, &at, (scheme, Rescale::Df), 480), rho).1;
    assert!(sd("time-wild") < 0.8 * sd("wild"), "{} {}", sd("time-wild"), sd("wild"));
}

/// What each scheme says of each estimator.
#[test]
fn schemes_refuse_what_they_are_not_for() {
    let of = |name: &str, estimator: &str| {
        let estimator = find(estimator).expect("an estimator");
        scheme(name).expect("a scheme").supports(estimator, Effects::TwoWay)
    };
    for (name, refuses) in [
        ("residual", false),
        ("unit-wild-normal", false),
        ("time-block", false),
        ("time-stationary", false),
        ("spatial-block", false),
        ("score", false),
        ("time-wild", true),
        ("pairs", true),
    ] {
        assert!(!matches!(of(name, "ols"), Support::Refused { .. }), "{name}");
        for estimator in ["slm", "sem"] {
            let refused = matches!(of(name, estimator), Support::Refused { .. });
            assert_eq!(refused, refuses, "{name} {estimator}");
        }
    }
    for scheme in ["time-block", "time-stationary"] {
        let [plain, spatial] = ["ols", "slm"].map(|estimator| of(scheme, estimator).caution());
        assert!(plain.is_some() && spatial.is_some() && plain != spatial, "{scheme}");
    }
    assert!(of("score", "sem").caution().is_some());
    assert!(of("spatial-block", "ols").caution().is_some());
    assert_eq!(of("residual", "slm"), Support::Sound);
}

/// Every scheme is explained to users.
#[test]
fn every_scheme_is_documented() {
    let page = std::fs::read_to_string("experiments/README.md").expect("the page");
    for scheme in SCHEMES {
        let name = format!("`{}`", scheme.info().name);
        assert!(page.contains(&name), "{name}");
    }
}
