//! Random effects that spill over as the innovations do, by moments: `sem-gm` and `sac-gm`.
//!
//! *Model*: y = ρWy + Xβ + u, u = λWu + ε, ε = μᵢ + e: Var ε = σ²Q + σ²_1P, σ²_1 = σ² + Tσ²_μ
//! (`error_components = "kkp"`).
//! *Residuals*: of least squares, split in both halves; with endogenous columns (ρWy) of two-stage least
//! squares within units and between them, whose instruments are those of
//! [`design`](super::design) (Mutl & Pfaffermayr 2011, section 3).
//! *Moments*: with ε(λ) = u − λWu, εQ = Qε, εP = Pε and b = (1, tr W'W/N, 0)
//!
//! ```text
//! (εQ'εQ, (WεQ)'WεQ, εQ'WεQ)/N(T − 1) − σ²b      (εP'εP, (WεP)'WεP, εP'WεP)/N − σ²_1b
//! ```
//!
//! are six whose mean is 0 (Kapoor, Kelejian & Prucha 2007, equation 9). [`MomentWeights`] says how they
//! are weighted; the variances in the weights are those of `initial`. For given λ the two variances are
//! linear in them, and what is left a polynomial of fourth degree in λ, whose minimum is found exactly.
//! *Estimator*: least squares, or two-stage least squares by the instruments of both halves, of
//! v − λWv − θP(v − λWv), θ = 1 − σ/σ_1.
//! *Standard errors*: of the coefficients σ²(Ẑ*'Ẑ*)⁻¹, σ² that of the moments (Kapoor, Kelejian & Prucha
//! 2007, theorem 4). They give none for λ, σ² and σ²_1. Here it is that of an estimator of moments,
//! V = (GJ)⁻¹GΨG'(J'G')⁻¹ with J the derivatives of the moments, G how they are combined (J'Ω), and Ψ
//! their covariance under normal errors, σ⁴T_W/N(T − 1) and σ⁴_1T_W/N in blocks (T_W in
//! [`residuals`](super::residuals)); with endogenous columns the moments move through the coefficients
//! behind the residuals too, as in Kelejian & Prucha (2010), theorem 2. φ = (σ²_1/σ² − 1)/T has its by
//! the delta method. Normal distribution.
//! *Bound*: σ²_1 ≤ σ² is no sign of effects: the fit is then that without them, and says so.
//! *References*: Kapoor, Kelejian & Prucha (2007), Journal of Econometrics 140; Mutl & Pfaffermayr (2011),
//! Econometrics Journal 14; Kelejian & Prucha (2010), Journal of Econometrics 157.

use super::assemble::{FoundRandom, assemble_random};
use super::design::Design;
use super::halves::{Half, Halves, between, star};
use super::residuals::{Behind, Ground, Moments, Quadratic};
use super::stages::{Stages, filtered};
use crate::estimator::random::columns::with_unit_means;
use crate::estimator::random::maximum::without_effects;
use crate::estimator::{Estimated, Estimator, FitError, Info, Problem};
use crate::math::Matrix;
use crate::math::linalg::{Lu, dot, spd_inverse};
use crate::model::moment_weights::MomentWeights;
use crate::model::{Model, Term};
use crate::outcome::Reference;

/// The fit; `pooled` estimates the same without random effects.
pub(super) fn fit(
    problem: &Problem<'_>,
    info: &'static Info,
    pooled: &dyn Estimator,
) -> Result<Estimated, FitError> {
    if problem.has_own_error_weights() {
        return Err(FitError::OneMatrix);
    }
    let (sample, cautions) = with_unit_means(problem);
    let own = Problem { sample: &sample, ..*problem };
    let design = Design::new(&own, info.spatial.contains(&Term::Rho))?;
    let ground = Ground::new(&own);
    let halves = residuals(&own, &design)?;
    let how = own.model.moment_weights.unwrap_or(MomentWeights::Full);
    let components = components(&own, &ground, &halves, how)?;
    let mut fitted = if components.s() <= 0.0 {
        let model = Model { moment_weights: None, ..own.model.clone() };
        without_effects(&Problem { model: &model, ..own }, pooled)?
    } else {
        let found = found(&own, info, &design, (&ground, &halves), &components)?;
        assemble_random(&own, found)?
    };
    fitted.fit.cautions.extend(cautions);
    Ok(fitted)
}

/// One half of the residuals of the first stage.
struct Part {
    /// N·T
    residuals: Vec<f64>,
    /// n of its moments: N(T − 1) or N.
    count: f64,
    /// What the residuals rest on where columns are endogenous: how coefficients move with the errors,
    /// and the columns.
    behind: Option<(Columns, Columns)>,
}

/// Columns, each over the observations.
type Columns = Vec<Vec<f64>>;

/// The residuals within units, and between them.
fn residuals(own: &Problem<'_>, design: &Design) -> Result<[Part; 2], FitError> {
    let n = own.n_units();
    let counts = [own.n() as f64 - n as f64, n as f64];
    if design.endogenous.iter().any(|e| *e) {
        let halves = Halves::new(own, design)?;
        let part = |half: Half, count| Part {
            count,
            behind: Some((half.stages.influence(), half.columns)),
            residuals: half.stages.residuals,
        };
        return Ok([part(halves.within, counts[0]), part(halves.between, counts[1])]);
    }
    let levels = Stages::of(design)?;
    let means = between(&levels.residuals, n);
    let within = levels.residuals.iter().zip(&means).map(|(u, m)| u - m).collect();
    let part = |residuals, count| Part { residuals, count, behind: None };
    Ok([part(within, counts[0]), part(means, counts[1])])
}

/// λ, σ² and σ²_1 with what makes their covariance.
struct Components {
    lambda: f64,
    /// σ² and σ²_1
    variances: [f64; 2],
    /// How the six moments are combined, 3 × 6.
    combination: Matrix,
    /// Their derivatives in (λ, σ², σ²_1), 6 × 3.
    slopes: Matrix,
}

impl Components {
    /// Tφ
    fn s(&self) -> f64 {
        self.variances[1] / self.variances[0] - 1.0
    }
}

/// b'Ωm/b'Ωb of three moments at λ.
fn variance(of: &[Quadratic], weights: &Matrix, b: [f64; 3], lambda: f64) -> f64 {
    let weighted = |r: usize| -> f64 { (0..3).map(|s| weights[(r, s)] * b[s]).sum() };
    let (above, below) = (0..3).fold((0.0, 0.0), |(above, below), r| {
        (above + weighted(r) * of[r].at(lambda), below + weighted(r) * b[r])
    });
    above / below
}

/// Ω − Ωbb'Ω/b'Ωb: weights of moments whose σ² is solved for.
fn solved_for(weights: &Matrix, b: [f64; 3]) -> Matrix {
    let weighted: Vec<f64> = (0..3).map(|r| (0..3).map(|s| weights[(r, s)] * b[s]).sum()).collect();
    let size: f64 = (0..3).map(|r| weighted[r] * b[r]).sum();
    Matrix::from_fn(3, 3, |i, j| weights[(i, j)] - weighted[i] * weighted[j] / size)
}

fn components(
    own: &Problem<'_>,
    ground: &Ground<'_>,
    parts: &[Part; 2],
    how: MomentWeights,
) -> Result<Components, FitError> {
    let interval = own.weights.spectrum().ok_or(FitError::NoSpectrum)?.interval();
    let b = ground.of_variance();
    let moments: [Vec<Quadratic>; 2] =
        [0, 1].map(|h| ground.three(&parts[h].residuals, parts[h].count));
    // λ and σ² of the moments within units, σ²_1 of the first between them.
    let plain = Matrix::identity(3, 3);
    let first = Moments { all: moments[0].clone(), weights: solved_for(&plain, b) };
    let lambda = first.minimise(interval)?;
    let start = [variance(&moments[0], &plain, b, lambda), moments[1][0].at(lambda)];
    if how == MomentWeights::Initial {
        let slopes = slopes(&moments, b, lambda);
        let combination = Matrix::from_fn(3, 6, |i, j| match (i, j) {
            (0 | 1, 0..3) => slopes[(j, i)],
            (2, 3) => 1.0,
            _ => 0.0,
        });
        return Ok(Components { lambda, variances: start, combination, slopes });
    }
    let shape = ground.covariance_of_three();
    let of_half = match how {
        MomentWeights::Full => spd_inverse(&Matrix::from_fn(3, 3, |i, j| shape[i][j]))
            .ok_or_else(|| {
                FitError::Unsupported(
                    "the moments of these weights are not independent (W'W is a multiple of the unit \
                     matrix): take moment_weights = \"diagonal\""
                        .to_owned(),
                )
            })?,
        MomentWeights::Diagonal | MomentWeights::Initial => plain,
    };
    let sizes = [0, 1].map(|h| parts[h].count / own.n_units() as f64 / start[h].powi(2));
    let weights = sizes.map(|size| Matrix::from_fn(3, 3, |i, j| size * of_half[(i, j)]));
    let halves = weights.each_ref().map(|w| solved_for(w, b));
    let block = |of: &[Matrix; 2], i: usize, j: usize| {
        if i / 3 == j / 3 { of[i / 3][(i % 3, j % 3)] } else { 0.0 }
    };
    let all: Vec<Quadratic> = moments.iter().flatten().copied().collect();
    let six = Moments { all, weights: Matrix::from_fn(6, 6, |i, j| block(&halves, i, j)) };
    let lambda = six.minimise(interval)?;
    let slopes = slopes(&moments, b, lambda);
    let omega = Matrix::from_fn(6, 6, |i, j| block(&weights, i, j));
    let combination = slopes.transpose() * omega;
    let variances = [0, 1].map(|h| variance(&moments[h], &weights[h], b, lambda));
    Ok(Components { lambda, variances, combination, slopes })
}

/// ∂m/∂(λ, σ², σ²_1)
fn slopes(moments: &[Vec<Quadratic>; 2], b: [f64; 3], lambda: f64) -> Matrix {
    Matrix::from_fn(6, 3, |i, j| match j {
        0 => -moments[i / 3][i % 3].fall(lambda),
        _ if j == 1 + i / 3 => -b[i % 3],
        _ => 0.0,
    })
}

/// Covariance of the moments, and the vectors by which they move through the coefficients.
fn spread(
    own: &Problem<'_>,
    ground: &Ground<'_>,
    parts: &[Part; 2],
    at: &Components,
) -> (Matrix, Vec<Vec<f64>>) {
    let shape = ground.covariance_of_three();
    let resolve = |l: &Vec<f64>| own.weights.resolve_transposed(at.lambda, l);
    let filter = |v: &Vec<f64>| filtered(own, at.lambda, v);
    let through = |part: &Part| -> Option<Vec<Vec<f64>>> {
        let (influence, columns) = part.behind.as_ref()?;
        let influence: Vec<Vec<f64>> = influence.iter().map(resolve).collect();
        let columns: Vec<Vec<f64>> = columns.iter().map(filter).collect();
        let behind = Behind { influence: &influence, filtered: &columns };
        let all = ground.through_coefficients(&filter(&part.residuals), &behind);
        Some(all.into_iter().map(|a| a.iter().map(|a| a / part.count).collect()).collect())
    };
    let moves: Vec<Vec<f64>> = parts.iter().filter_map(through).flatten().collect();
    let psi = Matrix::from_fn(6, 6, |i, j| {
        if i / 3 != j / 3 {
            return 0.0;
        }
        let (variance, count) = (at.variances[i / 3], parts[i / 3].count);
        let own = variance * variance * shape[i % 3][j % 3] / count;
        if moves.is_empty() { own } else { own + variance * dot(&moves[i], &moves[j]) }
    });
    (psi, moves)
}

fn found(
    own: &Problem<'_>,
    info: &'static Info,
    design: &Design,
    (ground, parts): (&Ground<'_>, &[Part; 2]),
    at: &Components,
) -> Result<FoundRandom, FitError> {
    let [sigma2, sigma2_1] = at.variances;
    let theta = 1.0 - (sigma2 / sigma2_1).sqrt();
    let starred = |v: &Vec<f64>| star(&filtered(own, at.lambda, v), own.n_units(), theta);
    let endogenous = design.endogenous.iter().any(|e| *e);
    let stages = Stages::of(&Design {
        terms: design.terms.clone(),
        y: starred(&design.y),
        columns: design.columns.iter().map(starred).collect(),
        // Where powers of W are few, X − λWX is no combination of instruments: all are projected.
        endogenous: vec![endogenous; design.columns.len()],
        instruments: design.instruments.clone(),
    })?;
    let (psi, moves) = spread(own, ground, parts, at);
    // g − g₀ = −(GJ)⁻¹Gm of g = (λ, σ², σ²_1).
    let combined = &at.combination * &at.slopes;
    let solve = Lu::new(&combined).solve(&at.combination);
    let of_components = &solve * &psi * solve.transpose();
    let k = design.columns.len();
    let cross = if moves.is_empty() {
        Matrix::zeros(k, 3)
    } else {
        // ε* = εQ + (σ/σ_1)εP, of variance σ².
        let own = stages.influence();
        let by = [sigma2, (sigma2 * sigma2_1).sqrt()];
        let with = Matrix::from_fn(k, 6, |i, j| by[j / 3] * dot(&own[i], &moves[j]));
        let moved = with * solve.transpose();
        Matrix::from_fn(k, 3, |i, j| -moved[(i, j)])
    };
    let raw = Matrix::from_fn(k + 3, k + 3, |i, j| match (i < k, j < k) {
        (true, true) => sigma2 * stages.gram_inverse[(i, j)],
        (true, false) => cross[(i, j - k)],
        (false, true) => cross[(j, i - k)],
        (false, false) => of_components[(i - k, j - k)],
    });
    // To (δ, λ, φ, σ²), φ = (σ²_1/σ² − 1)/T.
    let t = own.n_periods() as f64;
    let map = Matrix::from_fn(k + 3, k + 3, |i, j| {
        let same = f64::from(u8::from(i == j));
        match (i.checked_sub(k + 1), j.checked_sub(k + 1)) {
            (Some(0), Some(0)) => -sigma2_1 / (t * sigma2 * sigma2),
            (Some(0), Some(1)) => 1.0 / (t * sigma2),
            (Some(1), Some(0)) => 1.0,
            (Some(1), Some(1)) => 0.0,
            _ => same,
        }
    });
    let covariance = &map * raw * map.transpose();
    let mut terms = design.terms.clone();
    terms.extend([Term::Lambda, Term::Phi, Term::Sigma2]);
    let mut values = stages.coefficients;
    values.extend([at.lambda, at.s() / t, sigma2]);
    let kind = if endogenous {
        "generalised spatial two-stage least squares, lambda's and phi's under normal errors"
    } else {
        "feasible generalised least squares, lambda's and phi's under normal errors"
    };
    Ok(FoundRandom {
        info,
        terms,
        values,
        covariance: Matrix::from_fn(k + 3, k + 3, |i, j| {
            0.5 * (covariance[(i, j)] + covariance[(j, i)])
        }),
        s: at.s(),
        kind: kind.to_owned(),
        inference: Reference::Normal,
    })
}
