//! The spatial error model (SEM) by maximum likelihood.
//!
//! *Model*: y = Xβ + μᵢ + τₜ + u, u = λWu + e, e ~ (0, σ²I).
//! *Estimator*: effects, β and σ² are concentrated out; λ maximises
//! l(λ) = −(n/2)(ln 2π + 1 + ln(SSR(λ)/n)) + T ln|I − λW|, SSR(λ) that of generalised least squares
//! of y − λWy on X − λWX and the filtered dummies (Elhorst 2010, section C.2.3; Anselin 1988,
//! section 8.2). The dummies are those of the exact likelihood; with `demean-then-lag` Qy and QX
//! are filtered and not projected again, as splm has it.
//! *Standard errors and divisors*: inverse of the expected information, σ² = e'e/n, normal
//! distribution; β is uncorrelated with λ and σ².
//! *Limits*: as for the SLM; see [`incidental`](super::incidental) for what `correction` does.
//! *References*: Elhorst (2010), Handbook of Applied Spatial Analysis, C.2; Anselin (1988).

use super::batch::{self, Reduction};
use super::gram::FilteredGram;
use super::incidental::Frame;
use super::leverage::{self, Hat};
use super::likelihood::{self, Optimum, Point};
use super::problem::{combine, matrix};
use super::random::Spatial;
use super::random::either::EitherEffects;
use super::score::{self, Form, Scored};
use super::{Estimated, Estimator, FitError, Info, Problem};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, dot, spd_inverse};
use crate::math::optimize::{Jet, Maximum, maximise};
use crate::model::{Effects, LagOrder, Model, Term};

/// The spatial error model by maximum likelihood.
#[derive(Debug)]
pub struct Sem;

/// The spatial error model with fixed effects, with random ones or with none.
pub static SEM: EitherEffects<Sem> = EitherEffects::new(&Sem, Spatial::ERROR);

static INFO: Info = Info {
    name: "sem",
    label: "SEM",
    summary: "spatial error model, maximum likelihood",
    reference: "Elhorst (2010), section C.2.3; Anselin (1988), section 8.2",
    version: 2,
    spatial: &[Term::Lambda],
    small_sample: false,
    durbin: false,
};

impl Estimator for Sem {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn supports(&self, _model: &Model) -> Result<(), String> {
        Ok(())
    }

    /// The filter I − λW_t of a period leaves the dummy of a period in place where rows sum to one
    /// number, and makes another column of that of a unit in each period.
    fn by_period(&self, model: &Model) -> Result<(), String> {
        if model.effects.has_individual() {
            return Err("under a W for each period the filter of the errors changes the dummy of a unit from \
                        period to period, and unit effects are no longer differenced out: take `slm` or \
                        `sdm`, or effects = \"time\" or \"none\""
                .to_owned());
        }
        Ok(())
    }

    fn has_correction(&self) -> bool {
        true
    }

    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError> {
        let space = problem.within_space()?;
        let filtered = Filtered::new(problem, &space)?;
        let (low, high) = filtered.frame.spectrum().interval();
        let maximum = maximise(|lambda| filtered.loglik(lambda), low, high, problem.search)
            .map_err(|why| FitError::no_maximum(why, "lambda", (low, high)))?;
        let highest = filtered.profile(maximum.at).ok_or(FitError::SingularInformation)?;
        let innovations = filtered.innovations(maximum.at, &highest.gamma);
        let point = Point::highest(&maximum, dot(&innovations, &innovations), &filtered.frame);
        let plain = assemble(problem, (&space, &filtered), maximum, (&highest.gamma, point))?;
        likelihood::settled(problem, &[(&filtered.frame, "lambda")], plain, |theta| {
            let (coefficients, rest) = theta.split_at(theta.len() - 2);
            let linear = problem.within(&problem.linear_part(coefficients));
            let coordinates = space.coordinates(&linear);
            let gamma: Vec<f64> =
                coordinates.iter().zip(&filtered.start).map(|(c, start)| c - start).collect();
            let (spatial, sigma2) = (rest[0], rest[1]);
            let e = filtered.innovations(spatial, &gamma);
            let loglik = filtered.frame.loglik(dot(&e, &e), spatial, sigma2);
            let there = (&gamma[..], Point { spatial, sigma2, loglik });
            assemble(problem, (&space, &filtered), maximum, there)
        })
    }

    fn profile<'p>(
        &self,
        problem: &'p Problem<'p>,
    ) -> Result<Option<super::Profile<'p>>, FitError> {
        let space = problem.within_space()?;
        let filtered = Filtered::new(problem, &space)?;
        Ok(Some(Box::new(move |lambda| filtered.loglik(lambda).value)))
    }

    fn reduction(
        &self,
        problem: &Problem<'_>,
        at: &Estimated,
        spread: f64,
    ) -> Option<Box<dyn Reduction>> {
        if problem.weights.is_by_period() {
            return None;
        }
        batch::sem::reduction(problem, at, spread).map(|r| Box::new(r) as Box<dyn Reduction>)
    }

    fn leverages(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<f64> {
        leverages(problem, at.value(&Term::Lambda).unwrap_or(0.0))
    }

    fn hat(&self, problem: &Problem<'_>, at: &Estimated) -> Hat {
        hat(problem, at.value(&Term::Lambda).unwrap_or(0.0))
    }

    fn scored(&self) -> Option<&dyn Scored> {
        Some(self)
    }

    fn simulate(&self, problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
        let lambda = at.value(&Term::Lambda).unwrap_or(0.0);
        let u = problem.weights.resolve(lambda, errors);
        at.systematic.iter().zip(&u).map(|(f, u)| f + u).collect()
    }
}

impl Scored for Sem {
    /// Of β, the filtered regressors; of λ, A = G: e'Wu = e'Ge.
    fn pieces(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Vec<f64>> {
        let (e, lambda) = (&at.innovations, at.value(&Term::Lambda).unwrap_or(0.0));
        let sigma2 = score::mean_square(e);
        let dummies = Dummies::of(problem);
        let columns = problem.columns();
        let mut pieces: Vec<Vec<f64>> = columns
            .iter()
            .map(|x| score::of_coefficient(&dummies.filtered(problem, lambda, x), e, sigma2))
            .collect();
        let g = problem.weights.resolvents(lambda);
        pieces.push(score::of_spatial(&g, &vec![0.0; e.len()], e, sigma2));
        pieces.push(score::of_variance(e, sigma2));
        pieces
    }

    /// s_β = X̃'e/σ², s_λ = e'(I ⊗ G)e/σ² − T tr G with e the filtered residuals, effects removed:
    /// what effects explain best at each λ adds nothing to the derivative (envelope theorem).
    fn score_at(&self, problem: &Problem<'_>, theta: &[f64]) -> Option<Vec<f64>> {
        let (k, frame) = (theta.len() - 2, Frame::of(problem).ok()?);
        let (lambda, sigma2) = (theta[k], theta[k + 1]);
        let dummies = Dummies::of(problem);
        let linear = problem.linear_part(&theta[..k]);
        let u: Vec<f64> = problem.sample.y.iter().zip(&linear).map(|(y, x)| y - x).collect();
        let e = dummies.filtered(problem, lambda, &u);
        let columns = problem.columns();
        let of = |x: &Vec<f64>| dot(&dummies.filtered(problem, lambda, x), &e) / sigma2;
        let mut score: Vec<f64> = columns.iter().map(of).collect();
        let lag = problem.weights.lag(&problem.weights.resolve(lambda, &e));
        score.push(dot(&lag, &e) / sigma2 - frame.trace_g(lambda));
        score.push(frame.variance_score(&e, sigma2));
        Some(score)
    }

    fn forms(&self, problem: &Problem<'_>, at: &Estimated) -> Option<Vec<Form>> {
        let lambda = at.value(&Term::Lambda)?;
        let (n, sigma2) = (problem.n_units(), score::mean_square(&at.innovations));
        let dummies = Dummies::of(problem);
        let columns = problem.columns();
        let of =
            |x: &Vec<f64>| Form::of_coefficient(&dummies.filtered(problem, lambda, x), n, sigma2);
        let mut forms: Vec<Form> = columns.iter().map(of).collect();
        let g = problem.weights.resolvents(lambda);
        forms.push(Form::of_spatial(&g, &vec![0.0; problem.n()], sigma2));
        forms.push(Form::of_variance(n, problem.n(), sigma2));
        Some(forms)
    }
}

/// h of generalised least squares: of the filtered regressors, and of the filtered dummies. Those
/// of units span the same space as before, those of periods are multiples of c = (I − λW)1.
pub(super) fn leverages(problem: &Problem<'_>, lambda: f64) -> Vec<f64> {
    let filtered = filtered_basis(problem, lambda);
    let k = filtered.len();
    let gram = Matrix::from_fn(k, k, |i, j| dot(&filtered[i], &filtered[j]));
    let inverse = if k == 0 { Some(gram) } else { spd_inverse(&gram) };
    let inverse = inverse.expect("the fit has inverted the same matrix");
    let own = Dummies::of(problem).leverages(problem, lambda);
    (0..problem.n())
        .map(|at| {
            let row = |i: usize, j: usize| filtered[i][at] * inverse[(i, j)] * filtered[j][at];
            let regressors: f64 = (0..k).map(|i| (0..k).map(|j| row(i, j)).sum::<f64>()).sum();
            regressors + own[at % problem.n_units()]
        })
        .collect()
}

/// The hat matrix of generalised least squares.
pub(super) fn hat(problem: &Problem<'_>, lambda: f64) -> Hat {
    let space = ColumnSpace::new(&matrix(&filtered_basis(problem, lambda)));
    Hat::new(problem, &space.expect("the fit has inverted the same matrix"))
}

/// The filtered regressors, all effects removed. They come from a basis that is orthonormal before
/// it is filtered: no digits are lost to collinearity.
fn filtered_basis(problem: &Problem<'_>, lambda: f64) -> Vec<Vec<f64>> {
    let space = problem.within_space().expect("what has been fitted has independent regressors");
    let dummies = Dummies::of(problem);
    basis(problem, &space).iter().map(|x| dummies.filtered(problem, lambda, x)).collect()
}

/// Columns of X that are an orthonormal basis of QX once effects are removed.
pub(super) fn basis(problem: &Problem<'_>, space: &ColumnSpace) -> Vec<Vec<f64>> {
    let (raw, r_inverse) = (problem.columns(), space.r_inverse());
    (0..space.rank())
        .map(|j| {
            let weights: Vec<f64> = (0..space.rank()).map(|i| r_inverse[(i, j)]).collect();
            combine(problem.n(), &raw, &weights)
        })
        .collect()
}

/// How the dummies of effects are removed from a column and its lag.
pub(super) struct Dummies {
    /// Those that can be removed before filtering: of units, which commute with W, and of periods
    /// where the rows of W have one sum.
    before: Effects,
    /// Row sums of W, when the dummies of periods have to be projected out for each λ.
    row_sums: Option<Vec<f64>>,
}

impl Dummies {
    pub(super) fn of(problem: &Problem<'_>) -> Self {
        let exact_periods = problem.model.effects.has_time()
            && problem.model.lag_order == LagOrder::LagThenDemean
            && problem.weights.common_row_sum().is_none();
        let before = match (exact_periods, problem.model.effects) {
            (true, Effects::TwoWay) => Effects::Individual,
            (true, _) => Effects::None,
            (false, effects) => effects,
        };
        Self { before, row_sums: exact_periods.then(|| problem.weights.row_sums()) }
    }

    /// Row sums of W, when the dummies of periods have to be projected out for each λ.
    pub(super) fn row_sums(&self) -> Option<&[f64]> {
        self.row_sums.as_deref()
    }

    /// The column and its lag without the effects that are removed before filtering.
    pub(super) fn removed(&self, problem: &Problem<'_>, column: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let model = Model { effects: self.before, ..problem.model.clone() };
        let sub = Problem { model: &model, ..*problem };
        (sub.within(column), sub.within_lag(column))
    }

    /// Takes c = (I − λW)1 out of every period, where that is still to be done.
    pub(super) fn project(&self, lambda: f64, filtered: &mut [f64]) {
        let Some(sums) = &self.row_sums else { return };
        let c: Vec<f64> = sums.iter().map(|s| 1.0 - lambda * s).collect();
        let size = dot(&c, &c);
        for period in filtered.chunks_exact_mut(c.len()) {
            let share = dot(&c, period) / size;
            period.iter_mut().zip(&c).for_each(|(x, c)| *x -= share * c);
        }
    }

    /// The filtered column, all effects removed.
    pub(super) fn filtered(&self, problem: &Problem<'_>, lambda: f64, column: &[f64]) -> Vec<f64> {
        let (direct, lag) = self.removed(problem, column);
        let mut out: Vec<f64> = direct.iter().zip(&lag).map(|(d, l)| d - lambda * l).collect();
        self.project(lambda, &mut out);
        out
    }

    /// The dummies' own share of the leverage of each unit.
    fn leverages(&self, problem: &Problem<'_>, lambda: f64) -> Vec<f64> {
        let (n, t) = (problem.n_units(), problem.n_periods());
        let before = leverage::of_effects(self.before, n, t);
        let Some(sums) = &self.row_sums else { return vec![before; n] };
        let c: Vec<f64> = sums.iter().map(|s| 1.0 - lambda * s).collect();
        let size = dot(&c, &c);
        // Beside dummies of units only what c has around its mean over time is left: 1 − 1/T.
        c.iter().map(|c| before + (1.0 - before) * c * c / size).collect()
    }
}

/// The columns [u, Q_x] and their lags. u is the residual at λ = 0 and Q_x the orthonormal basis
/// of QX, so that no digits are lost to a large fitted part or to collinear regressors.
struct Filtered<'a> {
    columns: Vec<Vec<f64>>,
    lags: Vec<Vec<f64>>,
    dummies: Dummies,
    gram: FilteredGram,
    /// Coordinates of the fitted part that was taken off y.
    start: Vec<f64>,
    frame: Frame<'a>,
}

/// What generalised least squares gives at one λ.
struct Profile {
    ssr: f64,
    first: f64,
    second: f64,
    /// Coordinates of the coefficients, beside `start`.
    gamma: Vec<f64>,
    /// Cross-products of the filtered basis.
    block: Matrix,
}

impl<'a> Filtered<'a> {
    fn new(problem: &Problem<'a>, space: &ColumnSpace) -> Result<Self, FitError> {
        let dummies = Dummies::of(problem);
        let y = &problem.sample.y;
        let start = space.coordinates(&problem.within(y));
        let basis = basis(problem, space);
        let fitted = combine(problem.n(), &basis, &start);
        let u: Vec<f64> = y.iter().zip(&fitted).map(|(y, f)| y - f).collect();

        let (columns, lags): (Vec<Vec<f64>>, Vec<Vec<f64>>) =
            std::iter::once(u).chain(basis).map(|v| dummies.removed(problem, &v)).unzip();
        let gram = FilteredGram::new(&columns, &lags, dummies.row_sums.as_deref());
        let residual = space.residual(&problem.within(y));
        let (left, total) =
            (dot(&residual, &residual), dot(&problem.within(y), &problem.within(y)));
        if left <= 1e-24 * total || left == 0.0 {
            return Err(FitError::PerfectFit);
        }
        Ok(Self { columns, lags, dummies, gram, start, frame: Frame::of(problem)? })
    }

    /// SSR(λ) = θ'Gθ with θ = (1, −γ) and its derivatives by the envelope theorem:
    /// SSR′ = θ'G′θ, SSR″ = θ'G″θ − 2(G′θ)ₓ'Gₓₓ⁻¹(G′θ)ₓ.
    fn profile(&self, lambda: f64) -> Option<Profile> {
        let g = self.gram.at(lambda);
        let k = self.start.len();
        let block = Matrix::from_fn(k, k, |i, j| g.value[(i + 1, j + 1)]);
        let inverse = if k == 0 { Matrix::zeros(0, 0) } else { spd_inverse(&block)? };
        let apply = |v: &[f64]| -> Vec<f64> {
            (0..k).map(|i| (0..k).map(|j| inverse[(i, j)] * v[j]).sum()).collect()
        };
        let right: Vec<f64> = (0..k).map(|i| g.value[(i + 1, 0)]).collect();
        let gamma = apply(&right);
        let theta: Vec<f64> = std::iter::once(1.0).chain(gamma.iter().map(|c| -c)).collect();
        let times = |m: &Matrix| -> Vec<f64> {
            (0..=k).map(|i| (0..=k).map(|j| m[(i, j)] * theta[j]).sum()).collect()
        };
        let slope = times(&g.first);
        let moved = apply(&slope[1..]);
        Some(Profile {
            ssr: dot(&theta, &times(&g.value)),
            first: dot(&theta, &slope),
            second: dot(&theta, &times(&g.second)) - 2.0 * dot(&slope[1..], &moved),
            gamma,
            block,
        })
    }

    fn loglik(&self, lambda: f64) -> Jet {
        let Some(p) = self.profile(lambda) else {
            return Jet { value: f64::NAN, slope: f64::NAN, curvature: f64::NAN };
        };
        self.frame.concentrated((p.ssr, p.first, p.second), lambda)
    }

    /// e = the filtered residual, period dummies projected out where that is still to be done.
    fn innovations(&self, lambda: f64, gamma: &[f64]) -> Vec<f64> {
        let theta: Vec<f64> = std::iter::once(1.0).chain(gamma.iter().map(|c| -c)).collect();
        let n = self.columns[0].len();
        let direct = combine(n, &self.columns, &theta);
        let lag = combine(n, &self.lags, &theta);
        let mut e: Vec<f64> = direct.iter().zip(&lag).map(|(d, l)| d - lambda * l).collect();
        self.dummies.project(lambda, &mut e);
        e
    }
}

fn assemble(
    problem: &Problem<'_>,
    (space, filtered): (&ColumnSpace, &Filtered<'_>),
    maximum: Maximum,
    (gamma, point): (&[f64], Point),
) -> Result<Estimated, FitError> {
    let lambda = point.spatial;
    let profile = filtered.profile(lambda).ok_or(FitError::SingularInformation)?;
    let innovations = filtered.innovations(lambda, gamma);
    let coordinates: Vec<f64> = filtered.start.iter().zip(gamma).map(|(a, b)| a + b).collect();
    let coefficients = space.coefficients(&coordinates);

    // y = Xβ + effects + (I − λW)⁻¹e, with the effects of the exact likelihood.
    let disturbance = problem.weights.resolve(lambda, &innovations);
    let systematic: Vec<f64> =
        problem.sample.y.iter().zip(&disturbance).map(|(y, u)| y - u).collect();
    // R² in levels takes unit and period means of y − Xβ for the effects, as splm does; with
    // period effects they differ a little from those of the likelihood.
    let linear = problem.linear_part(&coefficients);
    let rest: Vec<f64> = problem.sample.y.iter().zip(&linear).map(|(y, l)| y - l).collect();
    let level_residual = problem.within(&rest);
    let within_linear = problem.within(&linear);

    let fit = likelihood::fit(
        problem,
        space,
        &filtered.frame,
        Optimum {
            info: &INFO,
            parameter: (Term::Lambda, "lambda"),
            maximum,
            point,
            cross: vec![0.0; coefficients.len()],
            coefficients,
            block: profile.block,
            mean_square: 0.0,
            innovations: &innovations,
            level_residual: &level_residual,
            reduced_form: None,
            within_reduced_form: &within_linear,
        },
    )?;
    Ok(Estimated { fit, innovations, systematic, bread: None })
}
