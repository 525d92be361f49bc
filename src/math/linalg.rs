//! Orthonormal bases, least squares, symmetric inverses, solves.

use super::Matrix;
use faer::linalg::solvers::{DenseSolveCore, PartialPivLu, Solve};
use faer::{Mat, Side};

/// A column whose norm falls below this share of its own length, once the columns before it are
/// taken out, is a linear combination of them.
const COLLINEAR: f64 = 1e-9;

/// A pivot of a correlation matrix below this is none: one of its variables is a combination of
/// those before it.
const DEPENDENT: f64 = 1e-12;

/// An orthonormal basis of the column space of a full-rank matrix, X = QR.
#[derive(Debug, Clone)]
pub struct ColumnSpace {
    /// Orthonormal columns, n × k.
    pub q: Matrix,
    /// Upper triangular, k × k, invertible.
    r: Matrix,
}

/// A column that is a linear combination of columns before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collinear {
    /// The column.
    pub column: usize,
    /// The earlier columns that make it up; empty when it is zero.
    pub of: Vec<usize>,
}

impl ColumnSpace {
    /// Householder QR of `x` (n × k). Errors name every column that depends on earlier ones, and
    /// the whole of `x` when there are fewer rows than columns.
    pub fn new(x: &Matrix) -> Result<Self, Vec<Collinear>> {
        let k = x.ncols();
        let scales: Vec<f64> = (0..k).map(|j| norm(x, j)).collect();
        let dependent = dependent_columns(x, &scales);
        if !dependent.is_empty() {
            return Err(dependent);
        }
        let qr = x.qr();
        let r = qr.thin_R().to_owned();
        Ok(Self { q: qr.compute_thin_Q(), r })
    }

    /// Number of columns.
    pub fn rank(&self) -> usize {
        self.q.ncols()
    }

    /// Coordinates of `v` (length n) in the orthonormal basis, Q'v.
    pub fn coordinates(&self, v: &[f64]) -> Vec<f64> {
        (0..self.rank()).map(|j| column_dot(&self.q, j, v)).collect()
    }

    /// `v` minus its projection. Projects twice, so that the result is orthogonal to rounding.
    pub fn residual(&self, v: &[f64]) -> Vec<f64> {
        let mut e = v.to_vec();
        for _ in 0..2 {
            let a = self.coordinates(&e);
            for (j, &aj) in a.iter().enumerate() {
                for (ei, qi) in e.iter_mut().zip(self.q.col(j).iter()) {
                    *ei -= aj * qi;
                }
            }
        }
        e
    }

    /// Coefficients b with Xb the vector of these coordinates: R⁻¹a.
    pub fn coefficients(&self, coordinates: &[f64]) -> Vec<f64> {
        let k = self.rank();
        let mut b = coordinates.to_vec();
        for i in (0..k).rev() {
            let later: f64 = (i + 1..k).map(|j| self.r[(i, j)] * b[j]).sum();
            b[i] = (b[i] - later) / self.r[(i, i)];
        }
        b
    }

    /// Least-squares coefficients of `v` on X.
    pub fn least_squares(&self, v: &[f64]) -> Vec<f64> {
        self.coefficients(&self.coordinates(v))
    }

    /// R⁻¹, k × k.
    pub fn r_inverse(&self) -> Matrix {
        let k = self.rank();
        let mut inverse = Mat::zeros(k, k);
        for j in 0..k {
            let unit: Vec<f64> = (0..k).map(|i| f64::from(u8::from(i == j))).collect();
            for (i, v) in self.coefficients(&unit).into_iter().enumerate() {
                inverse[(i, j)] = v;
            }
        }
        inverse
    }

    /// (X'X)⁻¹ = R⁻¹R⁻ᵀ, k × k.
    pub fn gram_inverse(&self) -> Matrix {
        let r = self.r_inverse();
        &r * r.transpose()
    }
}

fn norm(x: &Matrix, j: usize) -> f64 {
    x.col(j).iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// `Σ_i x_ij v_i`.
pub fn column_dot(x: &Matrix, j: usize, v: &[f64]) -> f64 {
    x.col(j).iter().zip(v).map(|(a, b)| a * b).sum()
}

/// Modified Gram-Schmidt, used only to find and explain dependence: a plain QR says that a matrix
/// is singular, not which columns make it so.
fn dependent_columns(x: &Matrix, scales: &[f64]) -> Vec<Collinear> {
    let n = x.nrows();
    let mut basis: Vec<(usize, Vec<f64>)> = Vec::new();
    let mut found = Vec::new();
    for (j, &scale) in scales.iter().enumerate() {
        let mut rest: Vec<f64> = x.col(j).iter().copied().collect();
        if scale > 0.0 {
            rest.iter_mut().for_each(|v| *v /= scale);
        }
        for _ in 0..2 {
            for (_, b) in &basis {
                let a = dot(b, &rest);
                rest.iter_mut().zip(b).for_each(|(v, bi)| *v -= a * bi);
            }
        }
        let left = dot(&rest, &rest).sqrt();
        if scale == 0.0 || left < COLLINEAR || basis.len() == n {
            found.push(Collinear { column: j, of: composition(x, &basis, j, scales) });
        } else {
            rest.iter_mut().for_each(|v| *v /= left);
            basis.push((j, rest));
        }
    }
    found
}

/// Which columns behind `basis` make up column `j`: those with a weight of some size.
fn composition(x: &Matrix, basis: &[(usize, Vec<f64>)], j: usize, scales: &[f64]) -> Vec<usize> {
    if basis.is_empty() || scales[j] == 0.0 {
        return Vec::new();
    }
    let earlier =
        Mat::from_fn(x.nrows(), basis.len(), |i, c| x[(i, basis[c].0)] / scales[basis[c].0]);
    let target: Vec<f64> = x.col(j).iter().map(|v| v / scales[j]).collect();
    let qr = earlier.qr();
    let space = ColumnSpace { q: qr.compute_thin_Q(), r: qr.thin_R().to_owned() };
    let weights = space.least_squares(&target);
    basis.iter().zip(weights).filter(|(_, w)| w.abs() > 1e-6).map(|((c, _), _)| *c).collect()
}

/// Inner product.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Inverse of a symmetric positive definite matrix, or `None` when it is not. The matrix is
/// scaled to unit diagonal first, so that parameters of very different size do no harm.
pub fn spd_inverse(a: &Matrix) -> Option<Matrix> {
    let k = a.nrows();
    let s: Vec<f64> = (0..k).map(|i| a[(i, i)].sqrt()).collect();
    if s.iter().any(|v| !v.is_finite() || *v <= 0.0) {
        return None;
    }
    let scaled = Mat::from_fn(k, k, |i, j| a[(i, j)] / (s[i] * s[j]));
    let inverse = scaled.llt(Side::Lower).ok()?.inverse();
    let inverse =
        Mat::from_fn(k, k, |i, j| 0.5 * (inverse[(i, j)] + inverse[(j, i)]) / (s[i] * s[j]));
    (0..k).all(|i| inverse[(i, i)].is_finite() && inverse[(i, i)] > 0.0).then_some(inverse)
}

/// ln|A| of a symmetric positive definite matrix, or `None` when it is not.
pub fn spd_log_det(a: &Matrix) -> Option<f64> {
    let factor = a.llt(Side::Lower).ok()?;
    let l = factor.L();
    let sum: f64 = (0..a.nrows()).map(|i| l[(i, i)].ln()).sum();
    sum.is_finite().then_some(2.0 * sum)
}

/// A to a power, symmetric, of a symmetric positive definite matrix; `None` when the iteration fails
/// or it is not.
pub fn symmetric_power(a: &Matrix, power: f64) -> Option<Matrix> {
    let eigen = a.self_adjoint_eigen(Side::Lower).ok()?;
    let (u, n) = (eigen.U(), a.nrows());
    let values: Vec<f64> = eigen.S().column_vector().iter().copied().collect();
    if values.iter().any(|v| *v <= 0.0) {
        return None;
    }
    let scaled = Matrix::from_fn(n, n, |i, j| u[(i, j)] * values[j].powf(power));
    Some(&scaled * u.transpose())
}

/// b'A⁻¹b of a symmetric positive definite matrix (k × k, row by row, k the length of `b`), or
/// `None` when a row is a linear combination of others. Both are overwritten; nothing is allocated.
pub fn inverse_quadratic(a: &mut [f64], b: &mut [f64]) -> Option<f64> {
    let k = b.len();
    // To unit diagonal, so that a small pivot means dependence and not a small unit.
    for i in 0..k {
        let size = a[i * k + i].sqrt();
        if !(size > 0.0 && size.is_finite()) {
            return None;
        }
        b[i] /= size;
        for j in 0..k {
            a[i * k + j] /= size;
            a[j * k + i] /= size;
        }
    }
    // Cholesky factor in the lower triangle, forward substitution on the way.
    let mut sum = 0.0;
    for i in 0..k {
        for j in 0..=i {
            let inner: f64 = (0..j).map(|l| a[i * k + l] * a[j * k + l]).sum();
            let rest = a[i * k + j] - inner;
            if j < i {
                a[i * k + j] = rest / a[j * k + j];
            } else if rest > DEPENDENT {
                a[i * k + i] = rest.sqrt();
            } else {
                return None;
            }
        }
        let inner: f64 = (0..i).map(|l| a[i * k + l] * b[l]).sum();
        b[i] = (b[i] - inner) / a[i * k + i];
        sum += b[i] * b[i];
    }
    Some(sum)
}

/// An invertible matrix factorised by LU with partial pivoting.
#[derive(Debug)]
pub struct Lu(PartialPivLu<f64>);

impl Lu {
    /// Of `a`.
    pub fn new(a: &Matrix) -> Self {
        Self(a.partial_piv_lu())
    }

    /// A⁻¹B, B given by columns.
    pub fn solve(&self, b: &Matrix) -> Matrix {
        self.0.solve(b)
    }

    /// (A')⁻¹B, B given by columns.
    pub fn solve_transposed(&self, b: &Matrix) -> Matrix {
        self.0.solve_transpose(b)
    }
}

/// Eigenvalues of a symmetric matrix, rising; `None` if the iteration fails.
pub fn symmetric_eigenvalues(a: &Matrix) -> Option<Vec<f64>> {
    a.self_adjoint_eigenvalues(Side::Lower).ok()
}

/// Eigenvalues of a symmetric matrix, rising, and its orthonormal eigenvectors by column; `None` if
/// the iteration fails.
pub fn symmetric_eigen(a: &Matrix) -> Option<(Vec<f64>, Matrix)> {
    let found = a.self_adjoint_eigen(Side::Lower).ok()?;
    Some((found.S().column_vector().iter().copied().collect(), found.U().to_owned()))
}

/// L of A = LL', lower triangular; `None` where A is not positive definite. A is scaled to a diagonal
/// of ones first.
pub fn cholesky(a: &Matrix) -> Option<Matrix> {
    let n = a.nrows();
    let scale: Vec<f64> = (0..n).map(|i| a[(i, i)].sqrt()).collect();
    if !scale.iter().all(|s| s.is_finite() && *s > 0.0) {
        return None;
    }
    let scaled = Matrix::from_fn(n, n, |i, j| a[(i, j)] / (scale[i] * scale[j]));
    let factor = scaled.llt(Side::Lower).ok()?;
    Some(Matrix::from_fn(n, n, |i, j| if j <= i { scale[i] * factor.L()[(i, j)] } else { 0.0 }))
}

/// A symmetric matrix with its negative eigenvalues set to zero, and whether there were any beyond
/// rounding.
pub fn positive_part(a: &Matrix) -> (Matrix, bool) {
    let n = a.nrows();
    let Ok(found) = a.self_adjoint_eigen(Side::Lower) else { return (a.clone(), false) };
    let values: Vec<f64> = found.S().column_vector().iter().copied().collect();
    let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    if values.iter().all(|v| *v >= -1e-12 * largest) {
        return (a.clone(), false);
    }
    let u = found.U();
    let entry = |i: usize, j: usize| {
        (0..n).map(|c| values[c].max(0.0) * u[(i, c)] * u[(j, c)]).sum::<f64>()
    };
    (Matrix::from_fn(n, n, entry), true)
}

/// Eigenvalues of a general matrix as (real, imaginary); `None` if the iteration fails.
pub fn general_eigenvalues(a: &Matrix) -> Option<Vec<(f64, f64)>> {
    Some(a.eigenvalues().ok()?.into_iter().map(|z| (z.re, z.im)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[&[f64]]) -> Matrix {
        Mat::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
    }

    #[test]
    fn least_squares_of_a_line_through_three_points() {
        // y = 1 + 2x + e with e = (1, -2, 1)/6 orthogonal to (1, x): hand-worked, x = 0, 1, 2.
        let x = matrix(&[&[1.0, 0.0], &[1.0, 1.0], &[1.0, 2.0]]);
        let y = [1.0 + 1.0 / 6.0, 3.0 - 2.0 / 6.0, 5.0 + 1.0 / 6.0];
        let space = ColumnSpace::new(&x).unwrap();
        let b = space.least_squares(&y);
        assert!((b[0] - 1.0).abs() < 1e-14 && (b[1] - 2.0).abs() < 1e-14);
        let e = space.residual(&y);
        assert!((e[1] + 1.0 / 3.0).abs() < 1e-14);
        // (X'X)^-1 = [[5, -3], [-3, 3]] / 6.
        let g = space.gram_inverse();
        assert!((g[(0, 0)] - 5.0 / 6.0).abs() < 1e-14);
        assert!((g[(0, 1)] + 0.5).abs() < 1e-14);
    }

    #[test]
    fn dependent_columns_are_named_with_what_they_are_made_of() {
        let x = matrix(&[
            &[1.0, 0.0, 1.0, 0.0, 2.0],
            &[1.0, 1.0, 5.0, 0.0, 3.0],
            &[1.0, 2.0, 2.0, 0.0, 4.0],
            &[1.0, 3.0, 7.0, 0.0, 5.0],
        ]);
        let found = ColumnSpace::new(&x).unwrap_err();
        assert_eq!(
            found,
            vec![Collinear { column: 3, of: vec![] }, Collinear { column: 4, of: vec![0, 1] },]
        );
    }

    #[test]
    fn a_quadratic_form_by_hand() {
        // A = [[0.04, 0.01], [0.01, 0.09]], det 0.0035: (0.09·4 − 0.02·8 + 0.04·16)/0.0035 = 240.
        let mut a = [0.04, 0.01, 0.01, 0.09];
        let w = inverse_quadratic(&mut a, &mut [2.0, 4.0]).unwrap();
        assert!((w - 240.0).abs() < 1e-10);
        // In units a million times larger.
        let mut a = [0.04e12, 0.01e6, 0.01e6, 0.09];
        let w = inverse_quadratic(&mut a, &mut [2.0e6, 4.0]).unwrap();
        assert!((w - 240.0).abs() < 1e-9);
        assert_eq!(inverse_quadratic(&mut [1.0, 2.0, 2.0, 4.0], &mut [1.0, 2.0]), None);
        assert_eq!(inverse_quadratic(&mut [0.0], &mut [1.0]), None);
    }

    #[test]
    fn the_inverse_survives_parameters_of_very_different_size() {
        let a = matrix(&[&[4.0e16, 2.0e6], &[2.0e6, 3.0e-3]]);
        let inverse = spd_inverse(&a).unwrap();
        let back = &a * &inverse;
        assert!((back[(0, 0)] - 1.0).abs() < 1e-12 && (back[(1, 1)] - 1.0).abs() < 1e-12);
        assert!(spd_inverse(&matrix(&[&[1.0, 2.0], &[2.0, 1.0]])).is_none());
    }
}
