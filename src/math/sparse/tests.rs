//! Hand-worked factorisations, and what must be true of all of them.

use super::Pencil;
use crate::math::random::Stream;

/// Compressed rows of symmetric links, each pair once.
struct Links {
    starts: Vec<usize>,
    columns: Vec<usize>,
    links: Vec<f64>,
}

fn links(n: usize, pairs: &[(usize, usize, f64)]) -> Links {
    let mut all: Vec<_> = pairs.iter().flat_map(|&(i, j, c)| [(i, j, c), (j, i, c)]).collect();
    all.sort_by_key(|l| (l.0, l.1));
    let mut starts = vec![0; n + 1];
    for l in &all {
        starts[l.0 + 1] += 1;
    }
    for i in 0..n {
        starts[i + 1] += starts[i];
    }
    Links {
        starts,
        columns: all.iter().map(|l| l.1).collect(),
        links: all.iter().map(|l| l.2).collect(),
    }
}

fn pencil(diagonal: &[f64], links: &Links) -> Pencil {
    Pencil::new(diagonal, &links.starts, &links.columns, &links.links)
}

/// The path a – b – c of unit links with D = (1, 2, 1).
fn path() -> Pencil {
    pencil(&[1.0, 2.0, 1.0], &links(3, &[(0, 1, 1.0), (1, 2, 1.0)]))
}

/// Random links, about four a unit, in an order that says nothing about place, and a dominant D.
fn random(n: usize, seed: u8) -> (Vec<f64>, Links) {
    let mut stream = Stream::new([seed; 32], 0);
    let mut place: Vec<usize> = (0..n).collect();
    stream.shuffle(&mut place);
    let mut pairs = Vec::new();
    for i in 0..n {
        for step in [1, 2, 1 + stream.below(12)] {
            let (a, b) = (place[i], place[(i + step) % n]);
            if a != b && !pairs.iter().any(|&(x, y, _)| (x, y) == (a, b) || (x, y) == (b, a)) {
                pairs.push((a, b, 0.5 + stream.uniform()));
            }
        }
    }
    let links = links(n, &pairs);
    let sums = (0..n).map(|i| links.links[links.starts[i]..links.starts[i + 1]].iter().sum());
    (sums.collect(), links)
}

/// A(r)x.
fn times(diagonal: &[f64], links: &Links, r: f64, x: &[f64]) -> Vec<f64> {
    (0..x.len())
        .map(|i| {
            let row = links.starts[i]..links.starts[i + 1];
            let lag: f64 = row.map(|at| links.links[at] * x[links.columns[at]]).sum();
            diagonal[i] * x[i] - r * lag
        })
        .collect()
}

#[test]
fn the_path_by_hand() {
    // |D − rC| = 2 − 2r²; at r = ½ the first column of the inverse is (7/6, 1/3, 1/6).
    let factor = path().factor(0.5).unwrap();
    assert!((factor.log_det() - 1.5_f64.ln()).abs() < 1e-15);
    let mut x = [1.0, 0.0, 0.0];
    factor.solve(&mut x);
    for (x, want) in x.iter().zip([7.0 / 6.0, 1.0 / 3.0, 1.0 / 6.0]) {
        assert!((x - want).abs() < 1e-15);
    }
}

#[test]
fn determinants_of_the_path_at_more_values_than_lanes() {
    let r: Vec<f64> = (0..11).map(|i| -0.9 + 0.17 * f64::from(i)).collect();
    for (r, log_det) in r.iter().zip(path().log_dets(&r)) {
        assert!((log_det - (1.0 - r * r).ln()).abs() < 1e-14);
    }
}

#[test]
fn a_matrix_that_is_not_definite_has_no_factor_and_no_log_determinant() {
    assert!(path().factor(1.5).is_none());
    assert!(path().log_dets(&[1.5, 0.5])[0].is_nan());
    assert!(path().log_dets(&[1.5, 0.5])[1].is_finite());
}

#[test]
fn units_without_links_are_left_alone() {
    let p = pencil(&[1.0, 1.0, 1.0, 1.0], &links(4, &[(1, 3, 1.0)]));
    let factor = p.factor(0.5).unwrap();
    let mut x = [2.0, 3.0, -1.0, 0.0];
    factor.solve(&mut x);
    // [[1, −½], [−½, 1]]⁻¹ = [[4, 2], [2, 4]]/3.
    assert_eq!((x[0], x[2]), (2.0, -1.0));
    assert!((x[1] - 4.0).abs() < 1e-15 && (x[3] - 2.0).abs() < 1e-15);
}

#[test]
fn a_solve_undoes_the_product() {
    for (n, seed) in [(5, 1), (40, 2), (300, 3)] {
        let (diagonal, links) = random(n, seed);
        let p = pencil(&diagonal, &links);
        for r in [-0.7, 0.0, 0.3, 0.95] {
            let x: Vec<f64> = (0..n).map(|i| (i as f64 * 0.7).sin()).collect();
            let mut b = times(&diagonal, &links, r, &x);
            p.factor(r).unwrap().solve(&mut b);
            for (a, b) in x.iter().zip(&b) {
                assert!((a - b).abs() < 1e-12, "n = {n}, r = {r}: {a} and {b}");
            }
        }
    }
}

#[test]
fn a_lane_has_the_bits_of_a_solve_alone() {
    const LANES: usize = 24;
    let (diagonal, links) = random(120, 4);
    let factor = pencil(&diagonal, &links).factor(0.6).unwrap();
    let value = |i: usize, lane: usize| ((i * 31 + lane * 7) as f64 * 0.37).cos();
    let mut together: Vec<[f64; LANES]> =
        (0..120).map(|i| std::array::from_fn(|lane| value(i, lane))).collect();
    let mut tile = vec![[0.0; LANES]; 120];
    factor.solve_tile(&[1.0; 120], &together, &mut tile);
    factor.solve_many(&mut together);
    assert_eq!(together, tile);
    for lane in 0..LANES {
        let mut alone: Vec<f64> = (0..120).map(|i| value(i, lane)).collect();
        factor.solve(&mut alone);
        for (alone, together) in alone.iter().zip(&together) {
            assert_eq!(alone.to_bits(), together[lane].to_bits());
        }
    }
}

#[test]
fn the_order_of_units_is_of_little_weight_for_the_fill() {
    // A 12 × 12 lattice, row by row and shuffled.
    let side = 12;
    let mut place: Vec<usize> = (0..side * side).collect();
    let lattice = |place: &[usize]| {
        let mut pairs = Vec::new();
        for i in 0..side {
            for j in 0..side {
                let here = place[i * side + j];
                if i + 1 < side {
                    pairs.push((here, place[(i + 1) * side + j], 1.0));
                }
                if j + 1 < side {
                    pairs.push((here, place[i * side + j + 1], 1.0));
                }
            }
        }
        pencil(&vec![4.0; side * side], &links(side * side, &pairs)).fill()
    };
    let in_order = lattice(&place);
    Stream::new([5; 32], 0).shuffle(&mut place);
    let shuffled = lattice(&place);
    assert!(shuffled as f64 <= 1.2 * in_order as f64, "{shuffled} entries against {in_order}");
}

#[test]
fn the_square_norm_of_the_resolvent_by_hand() {
    // A pair with D = I: G = [[r, 1], [1, r]]/(1 − r²), tr(G'G) = 2(1 + r²)/(1 − r²)².
    let pair = pencil(&[1.0, 1.0], &links(2, &[(0, 1, 1.0)]));
    for r in [0.0_f64, 1e-9, -1e-3, 0.5, -0.9] {
        let want = 2.0 * (1.0 + r * r) / (1.0 - r * r).powi(2);
        assert!((pair.trace_gtg(r).unwrap() / want - 1.0).abs() < 1e-14, "r = {r}");
    }
    // The path at r = 0: W'W has the trace 1 + ¼ + ¼ + 1.
    assert_eq!(path().trace_gtg(0.0), Some(2.5));
    assert!(pair.trace_gtg(1.0).is_none());
}

#[test]
fn the_square_norm_of_the_resolvent_is_that_of_its_columns() {
    let (n, r) = (150, 0.8);
    let (diagonal, links) = random(n, 6);
    let p = pencil(&diagonal, &links);
    let factor = p.factor(r).unwrap();
    let by_columns: f64 = (0..n)
        .map(|j| {
            let mut g = vec![0.0; n];
            for at in links.starts[j]..links.starts[j + 1] {
                g[links.columns[at]] = links.links[at];
            }
            factor.solve(&mut g);
            g.iter().map(|v| v * v).sum::<f64>()
        })
        .sum();
    assert!((p.trace_gtg(r).unwrap() / by_columns - 1.0).abs() < 1e-12);
    let near_zero = p.trace_gtg(1e-10).unwrap();
    assert!((near_zero / p.trace_gtg(0.0).unwrap() - 1.0).abs() < 1e-8);
}
