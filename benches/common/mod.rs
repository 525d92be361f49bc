//! What benches share: cells, the clock, the peak of the machine.

use pulp::{Arch, Simd, WithSimd};
use spanel::bootstrap::replicates::{Design, Path, Replicator, bootstrapped};
use spanel::bootstrap::{Draws, Scheme};
use spanel::estimator::{Estimated, Estimator, Problem, find};
use spanel::ident::{Period, UnitId, UnitIndex, VarName};
use spanel::math::random::Stream;
use spanel::model::{Effects, LagOrder, Model, Normalisation, Regressor, Rescale};
use spanel::outcome::Estimate;
use spanel::panel::sample::Sample;
use spanel::weights::{Links, Weights};

/// CPU seconds of this thread.
pub fn cpu() -> f64 {
    cpu_time::ThreadTime::now().as_duration().as_secs_f64()
}

/// The least CPU seconds of `repeats` runs.
pub fn best(repeats: usize, mut run: impl FnMut()) -> f64 {
    (0..repeats)
        .map(|_| {
            let start = cpu();
            run();
            cpu() - start
        })
        .fold(f64::MAX, f64::min)
}

/// Multiply-adds that never leave the registers, in operations a second: what one core can do.
pub fn peak() -> f64 {
    const STEPS: usize = 400_000;
    struct Peak;
    impl WithSimd for Peak {
        type Output = (f64, usize);

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> (f64, usize) {
            let mut sums = [simd.splat_f64s(0.1); 12];
            let (a, b) = (simd.splat_f64s(0.999_999), simd.splat_f64s(1e-9));
            for _ in 0..STEPS {
                for s in &mut sums {
                    *s = simd.mul_add_f64s(*s, a, b);
                }
            }
            (sums.into_iter().map(|s| simd.reduce_sum_f64s(s)).sum(), S::F64_LANES)
        }
    }
    let mut lanes = 0;
    let seconds = best(7, || lanes = std::hint::black_box(Arch::new().dispatch(Peak)).1);
    (STEPS * 12 * 2 * lanes) as f64 / seconds
}

/// A cell to be bootstrapped.
pub struct Case {
    pub name: String,
    pub sample: Sample,
    pub weights: Weights,
    pub model: Model,
}

/// Its fit.
pub struct Fitted {
    pub at: Estimated,
    pub impacts: Vec<Estimate>,
}

impl Fitted {
    pub fn estimates(&self) -> Vec<&Estimate> {
        bootstrapped(&self.at, &self.impacts)
    }
}

impl Case {
    pub fn problem(&self) -> Problem<'_> {
        Problem::new(&self.sample, &self.weights, &self.model).expect("the same units")
    }

    pub fn estimator(&self) -> &'static dyn Estimator {
        find(&self.model.estimator).expect("an estimator")
    }

    pub fn fit(&self) -> Fitted {
        let at = self.estimator().fit(&self.problem()).expect("a fit");
        let impacts = self.estimator().impacts(&self.problem(), &at);
        Fitted { at, impacts }
    }

    pub fn replicator<'a>(&'a self, fit: &'a Fitted, scheme: &str, path: Path) -> Replicator<'a> {
        self.replicator_of(&self.problem(), fit, scheme, (path, [5; 32]))
    }

    /// Of the fit of another sample of this case, from streams of `key`.
    pub fn replicator_of<'a>(
        &self,
        problem: &Problem<'a>,
        fit: &'a Fitted,
        scheme: &str,
        (path, key): (Path, [u8; 32]),
    ) -> Replicator<'a> {
        let scheme = spanel::bootstrap::find(scheme).expect("a scheme");
        let design = Design { scheme, rescale: usual(scheme), block_length: None, key };
        Replicator::new(problem, self.estimator(), (&fit.at, &fit.impacts), design, path)
    }

    /// F, the operations of a replicate by dense products.
    pub fn operations(&self) -> f64 {
        let (n, t) = (self.sample.n_units() as f64, self.sample.n_periods() as f64);
        let k = self.sample.x.len() as f64;
        let m = if self.model.estimator == "sem" { 3.0 * k } else { 2.0 * k + 2.0 };
        (t + 1.0) * (2.0 * n * n + 4.0 * n) + 2.0 * m * n * t + 4.0 * n * t
    }
}

/// What an experiment that says nothing of it asks for.
fn usual(scheme: &dyn Scheme) -> Rescale {
    match scheme.draws() {
        Draws::Innovations(draws) if draws.by_unit().is_some() => Rescale::Jackknife,
        Draws::Innovations(_) | Draws::Scores(_) => Rescale::Df,
        Draws::Units | Draws::Estimates => Rescale::None,
    }
}

/// The cells of the design notes: two-way effects, a contiguity matrix of 30 and of 48 units.
pub fn cases() -> Vec<Case> {
    let sizes = [((6, 5), 15, 8), ((8, 6), 17, 4)];
    let each = |(grid, t, k)| ["slm", "sem"].map(|model| lattice(model, grid, t, k));
    sizes.into_iter().flat_map(each).collect()
}

/// A panel of its own making on a rook lattice.
pub fn lattice(estimator: &str, grid: (usize, usize), t: usize, k: usize) -> Case {
    panel(estimator, grid, &[(0, 1), (1, 0)], (t, k))
}

/// A panel of its own making on a queen lattice.
pub fn queen(estimator: &str, grid: (usize, usize), t: usize, k: usize) -> Case {
    panel(estimator, grid, &[(0, 1), (1, 0), (1, 1), (1, -1)], (t, k))
}

fn panel(
    estimator: &str,
    (rows, columns): (usize, usize),
    steps: &[(usize, isize)],
    (t, k): (usize, usize),
) -> Case {
    let n = rows * columns;
    let units =
        UnitIndex::new((0..n).map(|i| UnitId(format!("u{i:06}"))).collect()).expect("distinct");
    let mut links = Vec::new();
    for i in 0..n {
        for &(down, right) in steps {
            let row = i / columns + down;
            let column = (i % columns).checked_add_signed(right);
            if let Some(column) = column.filter(|c| row < rows && *c < columns) {
                let j = row * columns + column;
                links.extend([(i, j, 1.0), (j, i, 1.0)]);
            }
        }
    }
    let links = Links { units: units.as_slice().to_vec(), links };
    let weights = Weights::new(&units, &links, Normalisation::Row).expect("links");
    let mut stream = Stream::new([2; 32], 0);
    let mut normal = |count: usize| -> Vec<f64> { (0..count).map(|_| stream.normal()).collect() };
    let x: Vec<Vec<f64>> = (0..k).map(|_| normal(n * t)).collect();
    let mut y = normal(n * t);
    for (j, x) in x.iter().enumerate() {
        y.iter_mut().zip(x).for_each(|(y, x)| *y += x / (1.0 + j as f64));
    }
    let regressors: Vec<Regressor> =
        (0..k).map(|j| Regressor::new(VarName::new(format!("x{j}")), 0)).collect();
    let sample = Sample {
        units,
        periods: (0..t as i64).map(Period).collect(),
        response: VarName::new("y"),
        regressors: regressors.clone(),
        x,
        y: weights.resolve(0.4, &y),
    };
    let model = Model {
        estimator: estimator.to_owned(),
        response: VarName::new("y"),
        regressors,
        effects: Effects::TwoWay,
        lag_order: LagOrder::LagThenDemean,
        small_sample: None,
        std_errors: spanel::model::std_errors::StdErrors::Default,
        instruments: spanel::model::instruments::Instruments::default(),
        correction: spanel::model::incidental::Correction::None,
        dynamics: None,
        moment_weights: None,
        variance_components: None,
        error_components: None,
    };
    Case { name: format!("{estimator} N={n} T={t} k={k}"), sample, weights, model }
}
