//! Small dense matrices as rows of numbers, written out: what tests hold the program's own algebra
//! against.

pub type Rows = Vec<Vec<f64>>;

pub fn from_fn(rows: usize, columns: usize, entry: impl Fn(usize, usize) -> f64) -> Rows {
    (0..rows).map(|i| (0..columns).map(|j| entry(i, j)).collect()).collect()
}

pub fn identity(n: usize) -> Rows {
    from_fn(n, n, |i, j| f64::from(u8::from(i == j)))
}

pub fn transposed(a: &Rows) -> Rows {
    from_fn(a[0].len(), a.len(), |i, j| a[j][i])
}

pub fn times(a: &Rows, b: &Rows) -> Rows {
    from_fn(a.len(), b[0].len(), |i, j| (0..b.len()).map(|k| a[i][k] * b[k][j]).sum())
}

/// a·A + b·B
pub fn sum((a, x): (f64, &Rows), (b, y): (f64, &Rows)) -> Rows {
    from_fn(x.len(), x[0].len(), |i, j| a * x[i][j] + b * y[i][j])
}

pub fn trace(a: &Rows) -> f64 {
    (0..a.len()).map(|i| a[i][i]).sum()
}

/// By Gauss and Jordan with pivots: the inverse and ln|det|.
pub fn inverse(a: &Rows) -> (Rows, f64) {
    let n = a.len();
    let (mut a, mut out, mut log_det) = (a.clone(), identity(n), 0.0);
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).unwrap();
        a.swap(k, pivot);
        out.swap(k, pivot);
        let by = a[k][k];
        log_det += by.abs().ln();
        for j in 0..n {
            a[k][j] /= by;
            out[k][j] /= by;
        }
        for i in (0..n).filter(|&i| i != k) {
            let by = a[i][k];
            for j in 0..n {
                a[i][j] -= by * a[k][j];
                out[i][j] -= by * out[k][j];
            }
        }
    }
    (out, log_det)
}

/// The columns of forward orthogonal deviations: m × (m − 1), orthonormal, orthogonal to a constant.
pub fn helmert(m: usize) -> Rows {
    from_fn(m, m - 1, |i, j| {
        let left = (m - j - 1) as f64;
        let scale = (left / (left + 1.0)).sqrt();
        match i.cmp(&j) {
            std::cmp::Ordering::Less => 0.0,
            std::cmp::Ordering::Equal => scale,
            std::cmp::Ordering::Greater => -scale / left,
        }
    })
}

pub fn of(w: &spanel::weights::Weights) -> Rows {
    from_fn(w.n(), w.n(), |i, j| w.entry(i, j))
}
