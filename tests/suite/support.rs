//! Samples and weights that tests share.

use spanel::estimator::durbin;
use spanel::estimator::{ESTIMATORS, Estimated, Estimator, Problem, find};
use spanel::ident::{Period, UnitId, UnitIndex, VarName};
use spanel::math::random::Stream;
use spanel::model::{
    Effects, LagOrder, Model, Normalisation, RegionWeights, Regressor, SmallSample, Term,
};
use spanel::panel::sample::Sample;
use spanel::weights::{Algebra, Links, Weights};

/// Units `u00`, `u01`, …
pub fn units(n: usize) -> UnitIndex {
    UnitIndex::new((0..n).map(|i| UnitId(format!("u{i:02}"))).collect()).unwrap()
}

/// Undirected links of weight 1.
pub fn undirected(n: usize, pairs: &[(usize, usize)]) -> Links {
    Links {
        units: units(n).as_slice().to_vec(),
        links: pairs.iter().flat_map(|&(i, j)| [(i, j, 1.0), (j, i, 1.0)]).collect(),
    }
}

/// The kinds of weights every law is held against. A ring hides a transposed W and a circulant
/// hides the Jacobian, so the irregular ones matter most.
pub fn all_weights(n: usize) -> Vec<(&'static str, Weights)> {
    let ring: Vec<(usize, usize)> = (0..n).map(|i| (i, (i + 1) % n)).collect();
    let build = |links: &Links, how| Weights::new(&units(n), links, how).unwrap();
    vec![
        ("ring", build(&undirected(n, &ring), Normalisation::Row)),
        ("irregular", build(&irregular(n), Normalisation::Row)),
        ("directed", build(&directed(n), Normalisation::Row)),
        ("spectral", build(&irregular(n), Normalisation::Spectral)),
        ("isolate", build(&with_isolate(n), Normalisation::Row)),
        ("unequal links", build(&unequal(n), Normalisation::MinMax)),
    ]
}

/// The same, and some whose determinants come from factorisations, as those of many units do.
pub fn all_weights_and_algebras(n: usize) -> Vec<(&'static str, Weights)> {
    let build = |links: &Links, how| Weights::new(&units(n), links, how).unwrap();
    let mut all = all_weights(n);
    all.push(("sparse", build(&irregular(n), Normalisation::Row).by(Algebra::Sparse)));
    all.push(("sparse, unequal", build(&unequal(n), Normalisation::MinMax).by(Algebra::Sparse)));
    all
}

/// A chain with a hub at 0 and a few shortcuts: degrees from 1 to n/2.
pub fn irregular(n: usize) -> Links {
    let mut pairs: Vec<(usize, usize)> = (1..n - 1).map(|i| (i, i + 1)).collect();
    pairs.extend((1..n).step_by(2).map(|i| (0, i)));
    pairs.extend([(2, n - 1), (3, n - 2)]);
    undirected(n, &pairs)
}

/// Two neighbours each, not mutual: complex eigenvalues.
pub fn directed(n: usize) -> Links {
    let links = (0..n)
        .flat_map(|i| [(i, (i + 1) % n, 1.0), (i, (i * i + 3) % n, 1.0)])
        .filter(|(i, j, _)| i != j)
        .collect::<Vec<_>>();
    let mut distinct = links;
    distinct.sort_by_key(|&(i, j, _)| (i, j));
    distinct.dedup_by_key(|&mut (i, j, _)| (i, j));
    Links { units: units(n).as_slice().to_vec(), links: distinct }
}

fn with_isolate(n: usize) -> Links {
    let mut links = irregular(n);
    links.links.retain(|&(i, j, _)| i != n - 1 && j != n - 1);
    links
}

fn unequal(n: usize) -> Links {
    let mut links = irregular(n);
    for (i, j, w) in &mut links.links {
        *w = 1.0 + (*i * *j) as f64 % 3.0;
    }
    links
}

/// A model of `y` on `x0`, `x1`, ….
pub fn model(estimator: &str, effects: Effects, regressors: usize) -> Model {
    Model {
        estimator: estimator.to_owned(),
        response: VarName::new("y"),
        regressors: (0..regressors).map(regressor).collect(),
        effects,
        lag_order: LagOrder::LagThenDemean,
        small_sample: find(estimator)
            .is_some_and(|e| e.info().small_sample)
            .then_some(SmallSample::Asymptotic),
        std_errors: spanel::model::std_errors::StdErrors::Default,
        error_components: None,
        instruments: spanel::model::instruments::Instruments::default(),
        correction: spanel::model::incidental::Correction::None,
        dynamics: None,
        moment_weights: None,
        variance_components: None,
    }
}

/// The regressor `x<j>`.
pub fn regressor(j: usize) -> Regressor {
    Regressor::new(VarName::new(format!("x{j}")), 0)
}

/// Two regressors, unit and period effects and errors with spatial dependence in the response.
pub fn sample(weights: &Weights, periods: usize, seed: u8) -> Sample {
    let n = weights.n();
    let mut s = Stream::new([seed; 32], 0);
    let mut draw = |count: usize| -> Vec<f64> { (0..count).map(|_| s.normal()).collect() };
    let (unit, period) = (draw(n), draw(periods));
    let x: Vec<Vec<f64>> = (0..2)
        .map(|_| {
            let mut column = draw(n * periods);
            for (at, v) in column.iter_mut().enumerate() {
                *v += 0.5 * unit[at % n] + 0.3 * period[at / n];
            }
            column
        })
        .collect();
    let e = draw(n * periods);
    let shocked: Vec<f64> = (0..n * periods)
        .map(|at| 1.0 + 0.8 * x[0][at] - 0.4 * x[1][at] + unit[at % n] + period[at / n] + e[at])
        .collect();
    Sample {
        units: weights.units().clone(),
        periods: (0..periods).map(|t| Period(2000 + t as i64)).collect(),
        response: VarName::new("y"),
        y: weights.resolve(0.3, &shocked),
        regressors: vec![regressor(0), regressor(1)],
        x,
    }
}

/// The sample with a Durbin term of every regressor, for an estimator that has such.
pub fn whole(sample: &Sample, weights: &Weights, estimator: &str) -> Sample {
    let has = |s: &Sample| s.regressors.iter().any(Regressor::is_of_neighbours);
    if !find(estimator).unwrap().info().durbin || has(sample) {
        return sample.clone();
    }
    let own = sample.regressors.iter();
    let all: Vec<Regressor> =
        own.clone().cloned().chain(own.map(Regressor::of_neighbours)).collect();
    durbin::completed(sample.clone(), weights, &all)
}

/// The estimators that maximise a likelihood; those by moments have laws of their own (`moments`).
pub fn likelihoods() -> impl Iterator<Item = &'static &'static dyn Estimator> {
    ESTIMATORS.iter().filter(|e| e.maximises_likelihood())
}

/// Those with at most one spatial parameter: whose replicates may be batched.
pub fn of_one_parameter() -> impl Iterator<Item = &'static &'static dyn Estimator> {
    likelihoods().filter(|e| e.info().spatial.len() < 2)
}

/// Fits, or panics with the reason.
pub fn fit(sample: &Sample, weights: &Weights, model: &Model) -> Estimated {
    let sample = &whole(sample, weights, &model.estimator);
    let problem = Problem::new(sample, weights, model).unwrap();
    find(&model.estimator)
        .unwrap()
        .fit(&problem)
        .unwrap_or_else(|e| panic!("{} {}: {e}", model.estimator, model.effects))
}

/// The estimate and its standard error.
pub fn estimate(of: &Estimated, term: &Term) -> (f64, f64) {
    let e = of.fit.estimates.iter().find(|e| e.term == *term).unwrap();
    (e.value, e.std_error)
}

/// Panics unless `a` and `b` agree to `tolerance`, scaled to max(1, |b|).
pub fn assert_close(what: &str, a: f64, b: f64, tolerance: f64) {
    let scaled = (a - b).abs() / b.abs().max(1.0);
    assert!(scaled <= tolerance, "{what}: {a} against {b}, off by {scaled:.2e}");
}

/// The weights of all units in another order.
pub fn permuted(links: &Links, order: &[usize], how: Normalisation) -> Weights {
    let all = UnitIndex::new(links.units.clone()).unwrap();
    Weights::region(&all, links, order, how, RegionWeights::Renormalise).unwrap()
}

/// One panel on [`irregular`] links twice: with its units as they are, and in the given order.
pub fn two_orders(order: &[usize], periods: usize, seed: u8) -> [(Weights, Sample); 2] {
    let n = order.len();
    let links = irregular(n);
    let straight = permuted(&links, &(0..n).collect::<Vec<_>>(), Normalisation::Row);
    let shuffled = permuted(&links, order, Normalisation::Row);
    let data = sample(&straight, periods, seed);
    let move_units = |v: &[f64]| -> Vec<f64> {
        v.chunks_exact(n).flat_map(|p| order.iter().map(|&i| p[i])).collect()
    };
    let moved = Sample {
        units: shuffled.units().clone(),
        y: move_units(&data.y),
        x: data.x.iter().map(|c| move_units(c)).collect(),
        ..data.clone()
    };
    [(straight, data), (shuffled, moved)]
}
