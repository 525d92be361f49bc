//! The batched bootstrap against its twin, one fit at a time: the same draws, estimates and
//! standard errors to rounding.

use crate::support::{all_weights, fit, model, of_one_parameter, sample, whole};
use spanel::bootstrap::replicates::{Design, Path, Replicates, Replicator};
use spanel::bootstrap::{Draws, SCHEMES};
use spanel::estimator::{Estimator, Problem, find};
use spanel::model::incidental::Correction;
use spanel::model::{Effects, Model, Rescale};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 9;
const T: usize = 7;
const COUNT: usize = 30;

/// Replicates of a fit, and whether the estimator has a reduction there.
pub fn draw(data: &Sample, w: &Weights, m: &Model, scheme: &str, path: Path) -> (Replicates, bool) {
    draw_two(data, (w, w), m, scheme, path)
}

/// The same, the errors with a matrix of their own.
fn draw_two(
    data: &Sample,
    (w, of_errors): (&Weights, &Weights),
    m: &Model,
    scheme: &str,
    path: Path,
) -> (Replicates, bool) {
    let problem = Problem::new(data, w, m).expect("the same units");
    let problem = problem.with_error_weights(of_errors).expect("the same units");
    let estimator = find(&m.estimator).expect("an estimator");
    let at =
        estimator.fit(&problem).unwrap_or_else(|e| panic!("{} {}: {e}", m.estimator, m.effects));
    let impacts = estimator.impacts(&problem, &at);
    let design = Design {
        scheme: spanel::bootstrap::find(scheme).expect("a scheme"),
        rescale: Rescale::Df,
        block_length: None,
        key: [9; 32],
    };
    let reduced = estimator.reduction(&problem, &at, 1.0).is_some();
    let made = Replicator::new(&problem, estimator, (&at, &impacts), design, path);
    (made.replicates(0, COUNT), reduced)
}

/// The largest difference of an estimate or a standard error, as a share of the size of the
/// numbers of its kind.
pub fn apart(a: &Replicates, b: &Replicates) -> f64 {
    assert_eq!(a.good, b.good);
    let mut worst = 0.0_f64;
    for i in 0..a.estimates {
        let size = a.of(i).map(|(v, s)| v.abs().max(s)).fold(0.0, f64::max);
        for ((v, s), (w, t)) in a.of(i).zip(b.of(i)) {
            worst = worst.max((v - w).abs() / size).max((s - t).abs() / t);
        }
    }
    worst
}

#[test]
fn batched_and_plain_replicates_agree_to_rounding() {
    let mut reductions = 0;
    for (kind, w) in all_weights(N) {
        let data = sample(&w, T, 3);
        for estimator in of_one_parameter() {
            let data = whole(&data, &w, estimator.info().name);
            for effects in Effects::FIXED {
                let m = model(estimator.info().name, effects, 2);
                for scheme in ["residual", "unit-wild"] {
                    let (batched, reduced) = draw(&data, &w, &m, scheme, Path::Batched);
                    let (plain, _) = draw(&data, &w, &m, scheme, Path::Plain);
                    let worst = apart(&batched, &plain);
                    let what = format!("{} {effects} {kind} {scheme}", m.estimator);
                    assert!(worst < 1e-12, "{what}: {worst:e}");
                    reductions += usize::from(reduced);
                }
            }
        }
    }
    // Of 48 cases each: least squares all; the others with five kinds of weights without effects of
    // periods, with two (equal row sums) with them: 2·(2·5 + 2·2). With and without Durbin terms.
    assert_eq!(reductions, 2 * (48 + 2 * 28));
}

/// Under either correction replicates are corrected as the fit is.
#[test]
fn corrected_replicates_agree_to_rounding() {
    let mut reductions = 0;
    for (kind, w) in all_weights(N).into_iter().skip(1) {
        let data = sample(&w, T, 3);
        for (name, scheme) in [("slm", "unit-wild"), ("sdm", "residual"), ("sem", "wild")] {
            let data = whole(&data, &w, name);
            for effects in [Effects::Individual, Effects::Time, Effects::TwoWay] {
                for correction in [Correction::Transformation, Correction::BiasCorrected] {
                    let m = Model { correction, ..model(name, effects, 2) };
                    let sums = w.common_row_sum().is_some_and(|s| (s - 1.0).abs() < 1e-9);
                    if m.needs_row_sums() && !sums {
                        continue;
                    }
                    let (batched, reduced) = draw(&data, &w, &m, scheme, Path::Batched);
                    let (plain, _) = draw(&data, &w, &m, scheme, Path::Plain);
                    let worst = apart(&batched, &plain);
                    let what = format!("{name} {effects} {correction:?} {kind} {scheme}");
                    assert!(worst < 1e-12, "{what}: {worst:e}");
                    reductions += usize::from(reduced);
                }
            }
        }
    }
    assert!(reductions > 30, "{reductions}");
}

/// Replicates of models with two spatial parameters, with one matrix and with two.
#[test]
fn replicates_of_two_spatial_parameters_agree() {
    let all = all_weights(N);
    let mut reductions = 0;
    for (at, (kind, w)) in all.iter().enumerate().filter(|(at, _)| [0, 3].contains(at)) {
        let plain = sample(w, 2 * T, 3);
        for (name, second) in [("sac", at), ("sac", (at + 1) % all.len()), ("gns", at)] {
            let data = whole(&plain, w, name);
            for (effects, scheme) in [
                (Effects::None, "residual"),
                (Effects::Individual, "unit-wild"),
                (Effects::TwoWay, "wild"),
            ] {
                let m = model(name, effects, 2);
                let two = (w, &all[second].1);
                let (batched, reduced) = draw_two(&data, two, &m, scheme, Path::Batched);
                let (plain, _) = draw_two(&data, two, &m, scheme, Path::Plain);
                let worst = apart(&batched, &plain);
                let what = format!("{name} {effects} {kind} {second} {scheme} {reduced}");
                assert!(worst < 1e-10, "{what}: {worst:e}");
                reductions += usize::from(reduced);
            }
        }
    }
    // The ring with all effects, the other without those of periods: 9 and 6.
    assert_eq!(reductions, 15);
}

#[test]
fn every_scheme_goes_either_way() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 5);
    for scheme in SCHEMES {
        let name = scheme.info().name;
        for estimator in ["ols", "slm", "sem"] {
            let m = model(estimator, Effects::TwoWay, 2);
            let (batched, reduced) = draw(&data, &w, &m, name, Path::Batched);
            assert!(reduced);
            let Draws::Innovations(_) = scheme.draws() else { continue };
            let (plain, _) = draw(&data, &w, &m, name, Path::Plain);
            let worst = apart(&batched, &plain);
            assert!(worst < 1e-12, "{estimator} {name}: {worst:e}");
        }
    }
}

#[test]
fn a_replicate_is_the_same_in_every_batch_and_on_every_thread() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 5);
    for (estimator, scheme) in [("slm", "residual"), ("sem", "unit-wild"), ("ols", "wild")] {
        let m = model(estimator, Effects::Individual, 2);
        let problem = Problem::new(&data, &w, &m).expect("the same units");
        let estimator: &dyn Estimator = find(estimator).expect("an estimator");
        let at = fit(&data, &w, &m);
        let impacts = estimator.impacts(&problem, &at);
        let design = Design {
            scheme: spanel::bootstrap::find(scheme).expect("a scheme"),
            rescale: Rescale::None,
            block_length: None,
            key: [1; 32],
        };
        let made = Replicator::new(&problem, estimator, (&at, &impacts), design, Path::Batched);
        let on = |threads: usize, first: u64, count: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads").install(|| made.replicates(first, count))
        };
        let all = on(1, 0, 500);
        assert_eq!(all, on(3, 0, 500));
        let late = on(2, 240, 50);
        for i in 0..all.estimates {
            let of_all: Vec<_> = all.of(i).skip(240).take(50).collect();
            assert_eq!(of_all, late.of(i).collect::<Vec<_>>());
            let few: Vec<_> = on(2, 0, 7).of(i).collect();
            assert_eq!(few, all.of(i).take(7).collect::<Vec<_>>());
        }
    }
}
