//! Weights as a function of distance, by a tree of points: no n × n matrix unless all are linked.

use crate::math::sphere;
use crate::model::weighting::{Bandwidth, DistanceKernel, DistanceRule};
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// Links of one matrix at most.
pub const MOST_LINKS: usize = 50_000_000;

/// Distances that differ by less, relatively, are equal.
const EQUAL: f64 = 1e-12;

/// Where units are.
#[derive(Debug)]
pub struct Sites {
    points: Vec<[f64; 3]>,
    on_sphere: bool,
}

/// Why links cannot be made of distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmakeable {
    /// These two units are at no distance, of which there is no inverse.
    Coincide(usize, usize),
    /// A unit has not that many others.
    TooFew,
    /// A unit has no other beyond its k nearest, where its bandwidth would end.
    NoneBeyond(usize),
    /// The matrix would have more than [`MOST_LINKS`] links.
    TooMany,
}

/// Links: (from, to, weight), rising, weights finite and positive.
pub type Made = Vec<(usize, usize, f64)>;

type Tree = RTree<GeomWithData<[f64; 3], usize>>;

impl Sites {
    /// Points by longitude and latitude in degrees; distances in km along great circles.
    pub fn sphere(points: &[(f64, f64)]) -> Self {
        let points = points.iter().map(|&(x, y)| sphere::unit_vector(x, y)).collect();
        Self { points, on_sphere: true }
    }

    /// Points of a plane.
    pub fn plane(points: &[(f64, f64)]) -> Self {
        let points = points.iter().map(|&(x, y)| [x, y, 0.0]).collect();
        Self { points, on_sphere: false }
    }

    /// Points of a line: distances are absolute differences.
    pub fn line(values: &[f64]) -> Self {
        let points = values.iter().map(|&x| [x, 0.0, 0.0]).collect();
        Self { points, on_sphere: false }
    }

    fn n(&self) -> usize {
        self.points.len()
    }

    fn straight(&self, i: usize, j: usize) -> f64 {
        let squares: f64 =
            self.points[i].iter().zip(self.points[j]).map(|(a, b)| (a - b) * (a - b)).sum();
        squares.sqrt()
    }

    /// Distance between two units; the same both ways.
    pub fn distance(&self, i: usize, j: usize) -> f64 {
        let straight = self.straight(i, j);
        if self.on_sphere { sphere::arc(straight) } else { straight }
    }

    fn tree(&self) -> Tree {
        let sites = self.points.iter().enumerate().map(|(i, p)| GeomWithData::new(*p, i));
        RTree::bulk_load(sites.collect())
    }

    /// The others within a distance of `i`, which is included, rising; all without one.
    fn around(&self, tree: &Tree, i: usize, within: Option<f64>) -> Vec<(usize, f64)> {
        let Some(limit) = within.map(|limit| limit * (1.0 + EQUAL)) else {
            let others = (0..self.n()).filter(|&j| j != i);
            return others.map(|j| (j, self.distance(i, j))).collect();
        };
        let reach = if self.on_sphere { sphere::chord(limit) } else { limit };
        // A little wider than need be: what is too far is taken out below.
        let reach = reach * (1.0 + 1e-9) + 1e-12 * f64::from(u8::from(self.on_sphere));
        let near = tree.locate_within_distance(self.points[i], reach * reach);
        let near = near.filter(|site| site.data != i).map(|site| site.data);
        let mut found: Vec<(usize, f64)> = near
            .map(|j| (j, self.distance(i, j)))
            .filter(|(_, distance)| *distance <= limit)
            .collect();
        found.sort_unstable_by_key(|(j, _)| *j);
        found
    }

    /// The k nearest of `i`, and the next distance beyond that of the last, if there is one.
    /// Of those that are equally far as the last, they are the first by `rank`.
    fn nearest(
        &self,
        tree: &Tree,
        i: usize,
        k: usize,
        rank: &[usize],
    ) -> (Vec<(usize, f64)>, Option<f64>) {
        let mut found: Vec<(usize, f64)> = Vec::with_capacity(k + 1);
        let mut beyond = None;
        for site in tree.nearest_neighbor_iter(self.points[i]).filter(|site| site.data != i) {
            let distance = self.distance(i, site.data);
            if found.len() >= k && !equal(distance, found[k - 1].1) {
                beyond = Some(distance);
                break;
            }
            found.push((site.data, distance));
        }
        if found.len() > k {
            let last = found[k - 1].1;
            let first_tied = found.iter().position(|(_, d)| equal(*d, last)).unwrap_or(k - 1);
            found[first_tied..].sort_unstable_by_key(|(j, _)| rank[*j]);
            found.truncate(k);
        }
        found.sort_unstable_by_key(|(j, _)| *j);
        (found, beyond)
    }
}

fn equal(a: f64, b: f64) -> bool {
    (a - b).abs() <= EQUAL * a.abs().max(b.abs())
}

/// The links that `rule` makes of the distances between `sites`. `rank` is the place of each unit in
/// the order of names, by which ties are settled.
pub fn links(sites: &Sites, rank: &[usize], rule: DistanceRule) -> Result<Made, Unmakeable> {
    let tree = sites.tree();
    let n = sites.n();
    let enough = |k: u32| if (k as usize) < n { Ok(k as usize) } else { Err(Unmakeable::TooFew) };
    let mut links = Made::new();
    let mut add = |i: usize, found: Vec<(usize, f64)>, worth: &dyn Fn(f64) -> f64| {
        for (j, distance) in found {
            let weight = worth(distance);
            if !weight.is_finite() {
                return Err(Unmakeable::Coincide(i.min(j), i.max(j)));
            }
            if weight > 0.0 {
                links.push((i, j, weight));
            }
        }
        if links.len() > MOST_LINKS { Err(Unmakeable::TooMany) } else { Ok(()) }
    };
    match rule {
        DistanceRule::Nearest { neighbours, symmetric } => {
            let k = enough(neighbours)?;
            for i in 0..n {
                add(i, sites.nearest(&tree, i, k, rank).0, &|_| 1.0)?;
            }
            if symmetric {
                let back: Made = links.iter().map(|&(i, j, w)| (j, i, w)).collect();
                links.extend(back);
                links.sort_unstable_by_key(|&(i, j, _)| (i, j));
                links.dedup_by_key(|link| (link.0, link.1));
            }
        }
        DistanceRule::Within(limit) => {
            for i in 0..n {
                add(i, sites.around(&tree, i, Some(limit)), &|_| 1.0)?;
            }
        }
        DistanceRule::Inverse { power, within, neighbours } => {
            let k = neighbours.map(enough).transpose()?;
            for i in 0..n {
                let mut found = match k {
                    Some(k) => sites.nearest(&tree, i, k, rank).0,
                    None => sites.around(&tree, i, within),
                };
                if let Some(limit) = within {
                    found.retain(|(_, distance)| *distance <= limit * (1.0 + EQUAL));
                }
                add(i, found, &|distance| distance.powf(-power))?;
            }
        }
        DistanceRule::Kernel { kernel, bandwidth, within } => {
            for i in 0..n {
                let h = match bandwidth {
                    Bandwidth::Fixed(h) => h,
                    Bandwidth::Adaptive(k) => {
                        let (_, beyond) = sites.nearest(&tree, i, enough(k)?, rank);
                        beyond.ok_or(Unmakeable::NoneBeyond(i))?
                    }
                };
                let reach = match (kernel, within) {
                    (DistanceKernel::Gaussian, within) => within,
                    (_, within) => Some(within.map_or(h, |limit| limit.min(h))),
                };
                add(i, sites.around(&tree, i, reach), &|distance| height(kernel, distance / h))?;
            }
        }
    }
    Ok(links)
}

/// K(z), z ≥ 0.
fn height(kernel: DistanceKernel, z: f64) -> f64 {
    let inside = |value: f64| if z < 1.0 && !equal(z, 1.0) { value } else { 0.0 };
    match kernel {
        DistanceKernel::Uniform => inside(1.0),
        DistanceKernel::Triangular => inside(1.0 - z),
        DistanceKernel::Epanechnikov => inside(1.0 - z * z),
        DistanceKernel::Bisquare => inside((1.0 - z * z) * (1.0 - z * z)),
        DistanceKernel::Gaussian => (-0.5 * z * z).exp(),
    }
}

/// Gravity: each weight times the masses of both units.
pub fn with_masses(links: &mut Made, masses: &[f64]) {
    for (i, j, weight) in links {
        *weight *= masses[*i] * masses[*j];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The units of a row, one apart: 0 – 1 – 2 – 3.
    fn row() -> Sites {
        Sites::plane(&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)])
    }

    const IN_ORDER: [usize; 4] = [0, 1, 2, 3];

    fn of(sites: &Sites, rule: DistanceRule) -> Made {
        links(sites, &IN_ORDER, rule).unwrap()
    }

    fn nearest(neighbours: u32, symmetric: bool) -> DistanceRule {
        DistanceRule::Nearest { neighbours, symmetric }
    }

    #[test]
    fn ties_of_the_nearest_are_settled_by_rank() {
        // 1 is as far from 0 as from 2, 2 as far from 1 as from 3.
        let one = of(&row(), nearest(1, false));
        assert_eq!(one, [(0, 1, 1.0), (1, 0, 1.0), (2, 1, 1.0), (3, 2, 1.0)]);
        let other = links(&row(), &[3, 2, 1, 0], nearest(1, false)).unwrap();
        assert_eq!(other, [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 2, 1.0)]);
        let both = of(&row(), nearest(1, true));
        let pairs: Vec<(usize, usize)> = both.iter().map(|&(i, j, _)| (i, j)).collect();
        assert_eq!(pairs, [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2)]);
        assert_eq!(links(&row(), &IN_ORDER, nearest(4, false)), Err(Unmakeable::TooFew));
    }

    #[test]
    fn a_band_holds_its_end() {
        let tenths: Vec<(f64, f64)> = (0..4).map(|i| (0.1 * f64::from(i), 0.0)).collect();
        let band = of(&Sites::plane(&tenths), DistanceRule::Within(0.1));
        let pairs: Vec<(usize, usize)> = band.iter().map(|&(i, j, _)| (i, j)).collect();
        assert_eq!(pairs, [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2)]);
    }

    #[test]
    fn inverses_are_cut_off_and_refuse_no_distance() {
        let rule = |within, neighbours| DistanceRule::Inverse { power: 2.0, within, neighbours };
        let near = of(&row(), rule(Some(2.0), None));
        assert_eq!(near[..2], [(0, 1, 1.0), (0, 2, 0.25)]);
        assert_eq!(near.len(), 10);
        assert_eq!(of(&row(), rule(None, Some(1))).len(), 4);
        assert_eq!(of(&row(), rule(None, None)).len(), 12);
        let twice = Sites::line(&[1.0, 2.0, 1.0, 5.0]);
        assert_eq!(links(&twice, &IN_ORDER, rule(None, None)), Err(Unmakeable::Coincide(0, 2)));
    }

    #[test]
    fn kernels_end_at_their_bandwidth() {
        let rule = |kernel, bandwidth| DistanceRule::Kernel { kernel, bandwidth, within: None };
        let fixed = Bandwidth::Fixed(2.0);
        let worth = |kernel| of(&row(), rule(kernel, fixed))[0].2;
        assert_eq!(worth(DistanceKernel::Uniform), 1.0);
        assert_eq!(worth(DistanceKernel::Triangular), 0.5);
        assert_eq!(worth(DistanceKernel::Epanechnikov), 0.75);
        assert_eq!(worth(DistanceKernel::Bisquare), 0.5625);
        assert_eq!(worth(DistanceKernel::Gaussian), (-0.125_f64).exp());
        assert_eq!(of(&row(), rule(DistanceKernel::Triangular, fixed)).len(), 6);
        assert_eq!(of(&row(), rule(DistanceKernel::Gaussian, fixed)).len(), 12);
        // The nearest of 0 is at 1, the next at 2: h = 2. 1 has two at 1, the next at 2.
        let adaptive = of(&row(), rule(DistanceKernel::Triangular, Bandwidth::Adaptive(1)));
        assert_eq!(adaptive[..3], [(0, 1, 0.5), (1, 0, 0.5), (1, 2, 0.5)]);
        let none =
            links(&row(), &IN_ORDER, rule(DistanceKernel::Triangular, Bandwidth::Adaptive(3)));
        assert_eq!(none, Err(Unmakeable::NoneBeyond(0)));
    }

    #[test]
    fn distances_on_the_sphere_cross_the_date_line() {
        // 179° E and 179° W are 2° apart on the equator, 0 is far from both.
        let sites = Sites::sphere(&[(179.0, 0.0), (-179.0, 0.0), (0.0, 0.0)]);
        let degree = sphere::RADIUS * std::f64::consts::PI / 180.0;
        assert!((sites.distance(0, 1) - 2.0 * degree).abs() < 1e-9);
        let band = links(&sites, &[0, 1, 2], DistanceRule::Within(2.0 * degree)).unwrap();
        assert_eq!(band, [(0, 1, 1.0), (1, 0, 1.0)]);
    }

    #[test]
    fn gravity_multiplies_by_both_masses() {
        let rule = DistanceRule::Inverse { power: 1.0, within: Some(1.0), neighbours: None };
        let mut made = of(&row(), rule);
        with_masses(&mut made, &[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(made[..3], [(0, 1, 2.0), (1, 0, 2.0), (1, 2, 6.0)]);
    }
}
