//! N₁ = Q_x'Q(I ⊗ G)Q_x and N₂ = (Q(I ⊗ G)Q_x)'(Q(I ⊗ G)Q_x), the regressors as lanes.

use super::operator::Operator;
use crate::estimator::Problem;
use crate::math::lanes::Packed;
use crate::math::simd::{Kernel, dispatch};
use crate::model::Effects;

/// Regressors side by side.
const L: usize = 8;

/// Eight regressors, a row an observation.
type Group = Vec<[f64; L]>;

/// Q_x, ready for products at many values of the spatial parameter.
#[derive(Debug)]
pub struct Products {
    units: usize,
    effects: Effects,
    k: usize,
    groups: Vec<Group>,
    transposed: Packed,
}

impl Products {
    /// From the orthonormal columns of QX, each N·T.
    pub fn new(problem: &Problem<'_>, basis: &[Vec<f64>]) -> Self {
        let n = problem.n();
        let groups = basis
            .chunks(L)
            .map(|some| {
                (0..n)
                    .map(|row| std::array::from_fn(|l| some.get(l).map_or(0.0, |q| q[row])))
                    .collect()
            })
            .collect();
        Self {
            units: problem.n_units(),
            effects: problem.model.effects,
            k: basis.len(),
            groups,
            transposed: Packed::new(basis.len(), n, |j, row| basis[j][row]),
        }
    }

    /// Appends N₁ row by row, then the upper triangle of N₂ row by row, entries off its diagonal
    /// doubled.
    pub fn at(&self, operator: &Operator, out: &mut Vec<f64>) {
        if self.k == 0 {
            return;
        }
        let lagged: Vec<Group> =
            self.groups.iter().map(|x| dispatch(Lagged { of: self, operator, x })).collect();
        let other = Packed::new(self.k, self.groups[0].len(), |j, row| lagged[j / L][row][j % L]);
        let tables = [&self.transposed, &other].map(|left| {
            let each = |x: &Group| dispatch(Product { left, x });
            lagged.iter().map(each).collect::<Vec<Group>>()
        });
        let entry = |table: &[Group], i: usize, j: usize| table[j / L][i][j % L];
        let [n1, n2] = &tables;
        for i in 0..self.k {
            out.extend((0..self.k).map(|j| entry(n1, i, j)));
        }
        for i in 0..self.k {
            out.push(entry(n2, i, i));
            out.extend((i + 1..self.k).map(|j| 2.0 * entry(n2, i, j)));
        }
    }

    /// Q(I ⊗ G)x
    #[inline(always)]
    fn lagged(&self, operator: &Operator, x: &Group) -> Group {
        let n = self.units;
        let mut out = Vec::with_capacity(x.len());
        let mut room = vec![[0.0; L]; operator.room()];
        for period in x.chunks_exact(n) {
            operator.apply(period, &mut room);
            out.extend_from_slice(&room[..n]);
        }
        if self.effects.has_individual() {
            let share = n as f64 / x.len() as f64;
            let mut means = vec![[0.0; L]; n];
            for period in out.chunks_exact(n) {
                for (mean, x) in means.iter_mut().zip(period) {
                    for l in 0..L {
                        mean[l] = x[l].mul_add(share, mean[l]);
                    }
                }
            }
            for period in out.chunks_exact_mut(n) {
                period.iter_mut().zip(&means).for_each(|(x, mean)| minus(x, mean));
            }
        }
        if self.effects.has_time() {
            for period in out.chunks_exact_mut(n) {
                let mut mean = [0.0; L];
                for x in period.iter() {
                    for l in 0..L {
                        mean[l] = x[l].mul_add(1.0 / n as f64, mean[l]);
                    }
                }
                period.iter_mut().for_each(|x| minus(x, &mean));
            }
        }
        out
    }
}

#[inline(always)]
fn minus(x: &mut [f64; L], mean: &[f64; L]) {
    for l in 0..L {
        x[l] -= mean[l];
    }
}

struct Lagged<'a> {
    of: &'a Products,
    operator: &'a Operator,
    x: &'a Group,
}

impl Kernel for Lagged<'_> {
    type Output = Group;

    #[inline(always)]
    fn run(self) -> Group {
        self.of.lagged(self.operator, self.x)
    }
}

struct Product<'a> {
    left: &'a Packed,
    x: &'a Group,
}

impl Kernel for Product<'_> {
    type Output = Group;

    #[inline(always)]
    fn run(self) -> Group {
        let mut out = vec![[0.0; L]; self.left.padded_rows()];
        self.left.multiply(self.x, &mut out);
        out
    }
}
