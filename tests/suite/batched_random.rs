//! The batched bootstrap of models with random effects of units against one fit at a time.

use crate::batched::{apart, draw};
use crate::support::{all_weights, fit, model, sample, whole};
use spanel::bootstrap::replicates::{Design, Path, Replicates, Replicator};
use spanel::bootstrap::residuals::{Factors, pool};
use spanel::bootstrap::{Draws, Layout, SCHEMES};
use spanel::estimator::batch::TileEstimates;
use spanel::estimator::{Estimated, Problem, find};
use spanel::math::lanes::{LANES, Lane};
use spanel::math::random::Stream;
use spanel::math::words::Words;
use spanel::model::ErrorComponents::{Anselin, Kkp};
use spanel::model::{Effects, ErrorComponents, Model, Rescale, Term};
use spanel::outcome::Statistic;
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 9;
const T: usize = 7;

fn with(name: &str, effects: Effects, error_components: Option<ErrorComponents>) -> Model {
    Model { error_components, ..model(name, effects, 2) }
}

/// The largest difference between both ways; `None` where there is no reduction.
fn difference(data: &Sample, w: &Weights, m: &Model, scheme: &str) -> Option<f64> {
    let data = whole(data, w, &m.estimator);
    let (batched, reduced) = draw(&data, w, m, scheme, Path::Batched);
    if !reduced {
        return None;
    }
    let (plain, _) = draw(&data, w, m, scheme, Path::Plain);
    Some(apart(&batched, &plain))
}

/// Whether replicates go batched: links are mutual, rows have one sum under effects of periods, and W is
/// symmetric where means of units are apart. Without spatial terms nothing is asked.
fn reduces(w: &Weights, m: &Model) -> bool {
    let spatial = !find(&m.estimator).unwrap().info().spatial.is_empty();
    let symmetric = || {
        let n = w.n();
        (0..n).all(|i| (0..n).all(|j| (w.entry(i, j) - w.entry(j, i)).abs() < 1e-14))
    };
    let sums = m.effects != Effects::RandomTime || w.common_row_sum().is_some();
    let apart = m.error_components == Some(Anselin);
    !spatial || (w.spectrum().unwrap().is_real() && sums && (!apart || symmetric()))
}

/// Every kind of W and of random effects, with and without Durbin terms.
#[test]
fn replicates_of_one_spatial_parameter_agree_to_rounding() {
    let kinds = [
        (Effects::Random, "residual"),
        (Effects::RandomTime, "unit-wild"),
        (Effects::CorrelatedRandom, "wild"),
    ];
    let mut reductions = 0;
    for (at, (kind, w)) in all_weights(N).into_iter().enumerate() {
        let data = sample(&w, T, 3);
        for (also, (name, form)) in [
            ("ols", None),
            ("slx", None),
            ("slm", None),
            ("sdm", None),
            ("sem", Some(Kkp)),
            ("sdem", Some(Kkp)),
            ("sem", Some(Anselin)),
        ]
        .into_iter()
        .enumerate()
        {
            let (effects, scheme) = kinds[(at + also) % 3];
            let m = with(name, effects, form);
            let worst = difference(&data, &w, &m, scheme);
            let what = format!("{name} {effects} {form:?} {kind} {scheme}");
            // A fit without effects of units to be seen is one of another model.
            let theta = fit(&data, &w, &m).fit.statistics.get(&Statistic::Theta).copied();
            let seen = ["ols", "slx"].contains(&name) || theta.is_some_and(|theta| theta > 0.0);
            assert_eq!(worst.is_some(), seen && reduces(&w, &m), "{what}");
            let Some(worst) = worst else { continue };
            assert!(worst < 1e-12, "{what}: {worst:e}");
            reductions += 1;
        }
    }
    assert!(reductions >= 24, "{reductions}");
}

#[test]
fn replicates_of_two_spatial_parameters_agree() {
    let mut reductions = 0;
    for (kind, w) in
        all_weights(N).into_iter().filter(|(kind, _)| ["ring", "spectral"].contains(kind))
    {
        let data = sample(&w, T, 3);
        for (name, form, effects, scheme) in [
            ("sac", Kkp, Effects::Random, "residual"),
            ("gns", Kkp, Effects::CorrelatedRandom, "unit-wild"),
            ("sac", Anselin, Effects::RandomTime, "wild"),
        ] {
            let m = with(name, effects, Some(form));
            let Some(worst) = difference(&data, &w, &m, scheme) else { continue };
            assert!(worst < 1e-10, "{name} {effects} {form:?} {kind} {scheme}: {worst:e}");
            reductions += 1;
        }
    }
    assert_eq!(reductions, 5);
}

/// Every W with mutual links, data whose dependence is close to the end of its interval, and models of one parameter.
fn near_the_end(mut each: impl FnMut(&str, &Problem<'_>)) {
    for (kind, w) in all_weights(N).into_iter().filter(|(kind, _)| *kind != "directed") {
        let plain = sample(&w, T, 4);
        let (_, high) = w.spectrum().unwrap().interval();
        let data = Sample { y: w.resolve(0.93 * high, &plain.y), ..plain };
        for (name, form) in [("slm", None), ("sem", Some(Kkp))] {
            let m = with(name, Effects::Random, form);
            each(kind, &Problem::new(&data, &w, &m).unwrap());
        }
    }
}

/// The errors of replicate `number` under `draw`'s design, and its y.
fn drawn(problem: &Problem<'_>, at: &Estimated, number: usize) -> [Vec<f64>; 2] {
    let estimator = find(&problem.model.estimator).unwrap();
    let df = at.fit.statistics[&Statistic::ResidualDf];
    let leverages = || estimator.leverages(problem, at);
    let factors = Factors::new(Rescale::Df, problem.n(), df, leverages);
    let pool = pool(&at.innovations, Rescale::Df, &factors, || estimator.hat(problem, at));
    let Draws::Innovations(scheme) = spanel::bootstrap::find("residual").unwrap().draws() else {
        panic!("innovations are drawn")
    };
    let mut lanes = vec![[0.0; LANES]; pool.len()];
    let first = number / LANES * LANES;
    let layout = Layout::new(problem.weights, T, None);
    scheme.draw(&pool, &layout, &mut Words::new([9; 32], first as u64), &mut lanes);
    let errors: Vec<f64> = lanes.iter().map(|lane| lane[number % LANES]).collect();
    let y = estimator.simulate(problem, at, &errors);
    [errors, y]
}

/// κ = (‖a‖ + |ρ|‖b‖)²/q: a sum of squares q = ‖a − ρb‖² that is put together from the products of a and b has
/// them in it κ times. a and b are what X leaves of y and Wy, or y and W times that with λ, in the coordinates of
/// generalised least squares.
fn condition(problem: &Problem<'_>, y: &[f64], of: impl Fn(&Term) -> Option<f64>) -> f64 {
    let space = problem.within_space().unwrap();
    let (a, b, parameter) = match of(&Term::Rho) {
        Some(rho) => (space.residual(y), space.residual(&problem.weights.lag(y)), rho),
        None => {
            let left = space.residual(y);
            let lag = problem.weights.lag(&left);
            (left, lag, of(&Term::Lambda).unwrap())
        }
    };
    let theta = 1.0 - (1.0 + T as f64 * of(&Term::Phi).unwrap()).sqrt().recip();
    let norm = |v: &[f64]| -> f64 {
        let mean = |i: usize| v.iter().skip(i % N).step_by(N).sum::<f64>() / T as f64;
        let squares = v.iter().enumerate().map(|(i, v)| (v - theta * mean(i)).powi(2));
        squares.sum::<f64>().sqrt()
    };
    (norm(&a) + parameter.abs() * norm(&b)).powi(2) / (y.len() as f64 * of(&Term::Sigma2).unwrap())
}

/// Strong dependence: estimates close to the end of the interval, where y and Wy are some twenty times as large
/// as the errors. The fit of one sample has q, the sum of squares of errors, as a form in the products of y and Wy: each
/// is a sum of n terms, off by up to nu of their sizes (u = 2⁻⁵³; Higham 2002, equation 3.5), and q by nuκ of itself, as
/// are standard errors; κ is 1000 to 10⁴ here. Replicates are from forms of their errors, with κ near 1. Done again from
/// the same errors with 50 digits (`near_the_end.py`), the replicate in which the two ways are furthest apart has the
/// standard error of φ off by
///
/// ```text
///                     batched   one fit
/// ring, SLM           4e-15     1.1e-12
/// spectral, SEM       3e-14     4.1e-12
/// the other eight     7e-14     1.9e-12 at most
/// ```
///
/// and y rounded to doubles changes it by 4e-15 at most: it is the fit of one sample that loses them.
#[test]
fn replicates_near_the_end_of_the_interval_agree() {
    let mut checked = 0;
    near_the_end(|kind, problem| {
        let (data, w, m) = (problem.sample, problem.weights, problem.model);
        let at = find(&m.estimator).unwrap().fit(problem).unwrap();
        let (batched, reduced) = draw(data, w, m, "residual", Path::Batched);
        assert!(reduced, "{} {kind}", m.estimator);
        let (plain, _) = draw(data, w, m, "residual", Path::Plain);
        assert_eq!(batched.good, plain.good);
        let good = (0..plain.count).filter(|b| plain.good[b / LANES][b % LANES]);
        let terms = at.fit.estimates.iter().map(|e| &e.term);
        let columns = |r: &Replicates| -> Vec<Vec<(f64, f64)>> {
            (0..r.estimates).map(|i| r.of(i).collect()).collect()
        };
        let (batched, plain) = (columns(&batched), columns(&plain));
        for (place, number) in good.enumerate() {
            let [_, y] = drawn(problem, &at, number);
            let value =
                |term: &Term| terms.clone().position(|t| t == term).map(|i| plain[i][place].0);
            let bound = y.len() as f64 * 0.5 * f64::EPSILON * condition(problem, &y, value);
            assert!(bound < 1e-10, "{} {kind}: {bound:e}", m.estimator);
            for (of_batched, of_plain) in batched.iter().zip(&plain) {
                let ((v, s), (a, b)) = (of_batched[place], of_plain[place]);
                let apart = ((v - a).abs() / a.abs().max(b)).max((s - b).abs() / b);
                assert!(apart < bound, "{} {kind} {number}: {apart:e} {bound:e}", m.estimator);
            }
            checked += 1;
        }
    });
    assert!(checked > 240, "{checked}");
}

/// What `near_the_end.py` reads, in the folder for temporary files of tests.
#[test]
#[ignore = "writes a file for a script"]
fn replicates_near_the_end_are_written() {
    let mut all = Vec::new();
    near_the_end(|kind, problem| {
        let (data, w, m) = (problem.sample, problem.weights, problem.model);
        let at = find(&m.estimator).unwrap().fit(problem).unwrap();
        let (batched, _) = draw(data, w, m, "residual", Path::Batched);
        let (plain, _) = draw(data, w, m, "residual", Path::Plain);
        let columns = |r: &Replicates| -> Vec<Vec<(f64, f64)>> {
            (0..at.fit.estimates.len()).map(|i| r.of(i).collect()).collect()
        };
        let good = (0..plain.count).filter(|b| plain.good[b / LANES][b % LANES]);
        all.push(serde_json::json!({
            "weights": kind,
            "estimator": m.estimator,
            "w": (0..N).map(|i| (0..N).map(|j| w.entry(i, j)).collect()).collect::<Vec<Vec<f64>>>(),
            "x": data.x,
            "terms": at.fit.estimates.iter().map(|e| e.term.to_string()).collect::<Vec<_>>(),
            "fit": at.fit.estimates.iter().map(|e| e.value).collect::<Vec<_>>(),
            "systematic": at.systematic,
            "errors_and_y": good.map(|b| drawn(problem, &at, b)).collect::<Vec<_>>(),
            "batched": columns(&batched),
            "plain": columns(&plain),
        }));
    });
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("near_the_end.json");
    std::fs::write(path, serde_json::to_string(&all).unwrap()).unwrap();
}

#[test]
fn every_scheme_of_random_effects_goes_either_way() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 5);
    for scheme in SCHEMES {
        let Draws::Innovations(_) = scheme.draws() else { continue };
        let name = scheme.info().name;
        for (estimator, form) in [("ols", None), ("slm", None), ("sem", Some(Kkp))] {
            let m = with(estimator, Effects::Random, form);
            let worst = difference(&data, &w, &m, name).expect("a reduction");
            assert!(worst < 1e-12, "{estimator} {name}: {worst:e}");
        }
    }
}

#[test]
fn replicates_of_random_effects_are_the_same_on_every_thread() {
    let (_, w) = all_weights(N).swap_remove(3);
    let data = sample(&w, T, 5);
    for (name, form) in [("slm", None), ("sem", Some(Kkp)), ("sem", Some(Anselin))] {
        let m = with(name, Effects::Random, form);
        let problem = Problem::new(&data, &w, &m).unwrap();
        let estimator = find(name).unwrap();
        let at = estimator.fit(&problem).unwrap();
        let impacts = estimator.impacts(&problem, &at);
        let made = Replicator::new(
            &problem,
            estimator,
            (&at, &impacts),
            design("residual"),
            Path::Batched,
        );
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads").install(|| made.replicates(0, 200))
        };
        assert_eq!(on(1), on(3));
    }
}

fn design(scheme: &str) -> Design<'static> {
    Design {
        scheme: spanel::bootstrap::find(scheme).expect("a scheme"),
        rescale: Rescale::None,
        block_length: None,
        key: [1; 32],
    }
}

/// The kernel does not leave its work to the plain path.
#[test]
fn the_kernel_solves_what_has_effects_of_units() {
    let (_, w) = all_weights(N).swap_remove(3);
    for (name, form) in [("slm", None), ("sem", Some(Kkp)), ("sem", Some(Anselin))] {
        let m = with(name, Effects::Random, form);
        // A sample whose fit has effects of units to be seen.
        let clear = |seed: &u8| {
            let (phi, std_error) = fit(&sample(&w, T, *seed), &w, &m)
                .fit
                .estimates
                .iter()
                .find(|e| e.term == Term::Phi)
                .map_or((0.0, 1.0), |e| (e.value, e.std_error));
            phi > 1.5 * std_error
        };
        let seed = (1..40).find(clear).expect("effects of units");
        let data = sample(&w, T, seed);
        let problem = Problem::new(&data, &w, &m).unwrap();
        let estimator = find(name).unwrap();
        let at = estimator.fit(&problem).unwrap();
        let reduction = estimator.reduction(&problem, &at, 1.0).expect("a reduction");
        let mut stream = Stream::new([7; 32], 0);
        let sd = at.innovations.iter().map(|e| e * e / problem.n() as f64).sum::<f64>().sqrt();
        let errors: Vec<Lane> =
            (0..problem.n()).map(|_| std::array::from_fn(|_| sd * stream.normal())).collect();
        let forms = reduction.forms();
        let (mut work, mut found) = (forms.workspace(), forms.room());
        forms.of(&errors, &mut work, &mut found);
        let mut scratch = vec![[0.0; LANES]; reduction.scratch()];
        let mut values = vec![[0.0; LANES]; reduction.estimates()];
        let mut std_errors = values.clone();
        let mut tile = TileEstimates {
            values: &mut values,
            std_errors: &mut std_errors,
            solved: [false; LANES],
        };
        reduction.finish(&found, &mut scratch, &mut tile);
        let solved = tile.solved.iter().filter(|s| **s).count();
        assert!(solved >= LANES - 4, "{name} {form:?}: {solved} of {LANES}");
    }
}

/// Replicates a second, one fit at a time and batched.
#[test]
#[ignore = "a measurement"]
fn replicates_a_second() {
    const UNITS: usize = 48;
    let all = all_weights(UNITS);
    for (name, form, kind, count) in [
        ("ols", None, "irregular", 480),
        ("slm", None, "irregular", 480),
        ("sdm", None, "irregular", 480),
        ("sem", Some(Kkp), "irregular", 480),
        ("sac", Some(Kkp), "irregular", 48),
        ("sem", Some(Anselin), "spectral", 24),
    ] {
        let w = &all.iter().find(|(k, _)| *k == kind).unwrap().1;
        let m = with(name, Effects::Random, form);
        let data = whole(&sample(w, 15, 3), w, name);
        let problem = Problem::new(&data, w, &m).unwrap();
        let estimator = find(name).unwrap();
        let at = estimator.fit(&problem).unwrap();
        let impacts = estimator.impacts(&problem, &at);
        let rate = |path: Path, count: usize| {
            let made =
                Replicator::new(&problem, estimator, (&at, &impacts), design("residual"), path);
            let start = std::time::Instant::now();
            let _ = made.replicates(0, count);
            count as f64 / start.elapsed().as_secs_f64()
        };
        let (plain, batched) = (rate(Path::Plain, count), rate(Path::Batched, 4800));
        println!(
            "{name} {form:?}: {plain:.0} a second, batched {batched:.0}: {:.0} times",
            batched / plain
        );
    }
}
