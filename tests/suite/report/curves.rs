//! Figures over many specifications, weights and lags, of local Moran's I, of likelihoods and of
//! replicates: where things are drawn.

use super::figures::{cells, figure, file, made, place, rendered, says, scene};
use super::made::{Made, at, robustness};
use spanel::drawing::geometry::{Segment, bounds};
use spanel::drawing::{Paint, Path, Point, Scene, Shape};
use spanel::ident::CellId;
use spanel::model::{Bootstrap, Rescale, Term};
use spanel::outcome::{BootstrapEstimate, BootstrapSummary};
use spanel::spec::Axis;
use spanel::spec::figures::{CellFigure, FigureKind, FigureSpec, LisaFigure};
use spanel::spec::tables::{RobustnessTable, RowTerm};
use spanel::spec::variants::VariantName;
use spanel::store::CellResult;
use spanel::store::figures::{
    FigureData, LikelihoodProfile, LocalMoranPeriod, LocalUnit, ReplicateHistogram,
};

/// The ids of the figures.
pub const IDS: [&str; 6] = ["curve", "clusters", "replicates", "weights", "lags", "likelihood"];

fn design() -> Bootstrap {
    Bootstrap {
        scheme: "residual".to_owned(),
        rescale: Rescale::Df,
        block_length: None,
        replicates: 999,
    }
}

fn curve() -> RobustnessTable {
    let mut curve = robustness();
    curve.rows.truncate(1);
    curve
}

fn one(region: &[&str], measure: &[&str], rows: Vec<RowTerm>) -> CellFigure {
    let mut figure = cells(&[], None, &["slm"]);
    let owned = |list: &[&str]| Some(list.iter().map(|&v| v.to_owned()).collect());
    figure.cells.select.region = owned(region);
    figure.cells.select.measure = owned(measure);
    figure.rows = rows.into_iter().map(at).collect();
    figure
}

fn rho() -> RowTerm {
    RowTerm::Named("rho".to_owned())
}

/// One of each kind.
pub fn kinds() -> Vec<FigureSpec> {
    let lisa = LisaFigure {
        moran: "emissions".to_owned(),
        years: Vec::new(),
        permutations: 999,
        fdr: true,
        level: 0.05,
        names: true,
    };
    let both = vec![RowTerm::Measure { impact: None, lag: 0 }, rho()];
    let weights =
        CellFigure { group: Some(Axis::Measure), ..one(&["all"], &["oa", "la"], vec![rho()]) };
    let lags = CellFigure { group: Some(Axis::Measure), ..one(&["all"], &["oa", "la"], vec![]) };
    vec![
        figure("curve", FigureKind::SpecCurve(curve())),
        figure("clusters", FigureKind::LisaMap(lisa)),
        figure(
            "replicates",
            FigureKind::BootstrapDensity {
                cells: one(&["all"], &["oa"], both),
                bootstrap: "residual".to_owned(),
            },
        ),
        figure("weights", FigureKind::RhoOverWeights(weights)),
        figure("lags", FigureKind::LagPlot(lags)),
        figure("likelihood", FigureKind::Profile(one(&["all"], &["oa"], vec![]))),
    ]
}

/// What the figures need beside cells: `A` and `B` significant, `C` not, `D` an island; a parabola for
/// a likelihood; twelve bins of replicates.
pub fn add_data(data: &mut FigureData) {
    let cell = CellId::of(b"slm/oa/all");
    let unit = |name: &str, z: f64, lag: f64, p: f64| LocalUnit {
        unit: name.to_owned(),
        z,
        lag,
        i: z * lag,
        p_value: p,
        p_adjusted: 3.0 * p,
    };
    data.local = vec![LocalMoranPeriod {
        moran: "emissions".to_owned(),
        period: 2003,
        permutations: 999,
        units: vec![
            unit("A", 1.0, 0.5, 0.004),
            unit("B", 0.4, -0.9, 0.016),
            unit("C", -1.4, -0.1, 0.03),
        ],
        isolates: vec!["D".to_owned()],
    }];
    let loglik = |rho: f64| -1326.7 - 40.0 * (rho + 0.25).powi(2);
    let over = |from: f64, to: f64| {
        let at = |i: i32| from + (to - from) * f64::from(i) / 10.0;
        (0..=10).map(|i| (at(i), loglik(at(i)))).collect()
    };
    data.profiles = vec![LikelihoodProfile {
        cell,
        record: None,
        parameter: "rho".to_owned(),
        interval: (-1.5, 1.0),
        at: -0.25,
        loglik: -1326.7,
        ends: (Some(-0.469), Some(-0.031)),
        points: over(-1.4, 0.9),
        near: over(-0.7, 0.2),
    }];
    let histogram = |term: &str, range| ReplicateHistogram {
        cell,
        record: None,
        design: design(),
        term: term.to_owned(),
        range,
        counts: vec![2, 10, 40, 90, 160, 200, 190, 150, 90, 45, 15, 5],
        outside: (1, 1),
    };
    data.replicates = vec![histogram("ln_oa", (-0.6, 0.1)), histogram("rho", (-0.6, 0.15))];
}

/// Gives the first cell a bootstrap, and all of them covariances.
pub fn add_bootstrap(made: &mut Made) {
    for (id, record) in &mut made.records {
        let CellResult::Fitted(outcome) = &mut record.result else { continue };
        for (i, estimate) in outcome.fit.estimates.iter().enumerate() {
            outcome.fit.covariance[i][i] = estimate.std_error.powi(2);
        }
        if *id != CellId::of(b"slm/oa/all") {
            continue;
        }
        let terms: Vec<(Term, f64)> =
            outcome.fit.estimates.iter().map(|e| (e.term.clone(), e.value)).collect();
        let said = |(term, value): (Term, f64)| BootstrapEstimate {
            term,
            std_error: 0.12,
            bias: 0.01,
            percentile: (value - 0.22, value + 0.25),
            basic: (value - 0.25, value + 0.22),
            percentile_t: (value - 0.23, value + 0.27),
            bca: None,
            p_value: 0.06,
            undefined: 0,
        };
        outcome.bootstraps = vec![BootstrapSummary {
            design: design(),
            caution: None,
            failed: 0,
            estimates: terms.into_iter().map(said).collect(),
        }];
    }
}

fn paths(scene: &Scene) -> Vec<(&Path, &Paint)> {
    let shapes = scene.shapes.iter();
    let paths = shapes.filter_map(|shape| match shape {
        Shape::Path(path, paint) => Some((path, paint)),
        Shape::Text(_) | Shape::Clip(..) => None,
    });
    paths.collect()
}

fn points(path: &Path) -> Vec<Point> {
    let of = |segment: &Segment| match segment {
        Segment::Move(p) | Segment::Line(p) => vec![*p],
        Segment::Quad(a, b) => vec![*a, *b],
        Segment::Cubic(a, b, c) => vec![*a, *b, *c],
        Segment::Close => Vec::new(),
    };
    path.segments.iter().flat_map(of).collect()
}

/// x of the upright lines of a path of pairs of points.
fn uprights(path: &Path) -> Vec<f64> {
    let points = points(path);
    let pairs = points.chunks_exact(2);
    if points.len() % 2 == 1 || !pairs.clone().all(|pair| pair[0].x == pair[1].x) {
        return Vec::new();
    }
    pairs.map(|pair| pair[0].x).collect()
}

#[test]
fn new_kinds_are_as_they_were() {
    let files = rendered(&made(kinds())).files;
    for id in IDS {
        for ending in ["csv", "tex", "svg"] {
            let path = format!("figures/{id}.{ending}");
            insta::assert_snapshot!(path.replace('/', "-"), file(&files, &path).as_text());
        }
    }
}

#[test]
fn the_parts_of_a_curve_stand_exactly_below_each_other() {
    let made = made(kinds());
    let scene = scene(&made, "curve");
    // Ten cells have the coefficient; their intervals are upright lines.
    let mut intervals: Vec<f64> = paths(&scene)
        .into_iter()
        .filter(|(path, paint)| paint.fill.is_none() && path.segments.len() > 2)
        .flat_map(|(path, _)| uprights(path))
        .collect();
    intervals.sort_by(f64::total_cmp);
    assert_eq!(intervals.len(), 10, "{intervals:?}");
    // The choices are squares: as many as cells for each axis that varies.
    let squares: Vec<f64> = paths(&scene)
        .into_iter()
        .filter(|(_, paint)| paint.stroke.is_none())
        .flat_map(|(path, _)| {
            let corners = points(path);
            corners.chunks_exact(4).map(bounds).collect::<Vec<_>>()
        })
        .filter(|square| (square.width - square.height).abs() < 1e-9)
        .map(|square| square.centre().x)
        .collect();
    assert_eq!(squares.len(), 3 * 10);
    for x in squares {
        assert!(intervals.iter().any(|i| (i - x).abs() < 1e-9), "{x} is no place of {intervals:?}");
    }
    // The main specification: one line through three parts.
    let dashed: Vec<f64> = paths(&scene)
        .into_iter()
        .filter(|(path, paint)| {
            let dashed = paint.stroke.is_some_and(|s| s.dash == spanel::drawing::Dash::Dashed);
            dashed && path.segments.len() == 2
        })
        .flat_map(|(path, _)| uprights(path))
        .collect();
    assert_eq!(dashed.len(), 3);
    assert!(dashed.iter().all(|x| x.to_bits() == dashed[0].to_bits()));
}

#[test]
fn a_curve_is_sorted_and_names_its_main_specification() {
    let files = rendered(&made(kinds())).files;
    let csv = file(&files, "figures/curve.csv").as_text().to_owned();
    let estimates: Vec<f64> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(3).and_then(|v| v.parse().ok()).expect("a number"))
        .collect();
    assert!(estimates.windows(2).all(|pair| pair[0] <= pair[1]), "{estimates:?}");
    let is_main = |line: &&str| line.split(',').nth(9) == Some("true");
    let main: Vec<&str> = csv.lines().filter(is_main).collect();
    assert_eq!(main.len(), 1);
    assert!(main[0].contains(&CellId::of(b"slm/oa/all").to_string()));
}

/// Fifty times each cell under another variant.
fn many() -> Made {
    let mut made = made(kinds());
    let (cells, records) = (made.plan.cells.clone(), made.records.clone());
    for draw in 0..50 {
        for cell in &cells {
            let Some(record) = records.get(&cell.id) else { continue };
            let mut cell = cell.clone();
            cell.id = CellId::of(format!("{} {draw}", cell.id).as_bytes());
            cell.axes.variant =
                VariantName { family: "draws".to_owned(), member: Some(draw.to_string()) };
            let mut record = record.clone();
            if let CellResult::Fitted(outcome) = &mut record.result {
                for (i, e) in outcome.fit.estimates.iter_mut().enumerate() {
                    let by = 0.1 * f64::from((draw * 37 + 11 * i as i32) % 50 - 25) / 25.0;
                    for value in [&mut e.value, &mut e.conf_low, &mut e.conf_high] {
                        *value += by;
                    }
                    e.p_value = if e.conf_low > 0.0 || e.conf_high < 0.0 { 0.01 } else { 0.3 };
                }
            }
            made.records.insert(cell.id, record);
            made.plan.cells.push(cell);
        }
    }
    if let FigureKind::SpecCurve(curve) = &mut made.spec.figures[0].kind {
        curve.base = None;
    }
    made
}

#[test]
fn five_hundred_specifications_stay_small() {
    let made = many();
    let files = rendered(&made).files;
    let svg = file(&files, "figures/curve.svg").as_text();
    assert!(svg.len() < 200_000, "{}", svg.len());
    let csv = file(&files, "figures/curve.csv").as_text();
    assert_eq!(csv.lines().count(), 1 + 10 * 51);
    assert!(file(&files, "figures/curve.tex").as_text().contains("51 values"));
}

#[test]
fn clusters_are_named_by_the_unit_first() {
    let made = made(kinds());
    let files = rendered(&made).files;
    let csv = file(&files, "figures/clusters.csv").as_text().to_owned();
    let ends = |unit: &str| {
        let line = csv.lines().find(|line| line.starts_with(&format!("2003,{unit},")));
        line.and_then(|line| line.rsplit(',').next()).map(str::to_owned)
    };
    // p adjusted 0.012, 0.048, 0.09.
    for (unit, cluster) in
        [("A", "high-high"), ("B", "high-low"), ("C", "not significant"), ("D", "no neighbours")]
    {
        assert_eq!(ends(unit).as_deref(), Some(cluster), "{unit}");
    }
    let scene = scene(&made, "clusters");
    assert!(says(&scene, "high-high (1)") && says(&scene, "no neighbours (1)"));
    assert!(says(&scene, "low-low (0)") && !says(&scene, "not included"));
}

#[test]
fn islands_are_never_significant_without_adjustment_either() {
    let mut made = made(kinds());
    if let FigureKind::LisaMap(lisa) = &mut made.spec.figures[1].kind {
        lisa.fdr = false;
    }
    let files = rendered(&made).files;
    let csv = file(&files, "figures/clusters.csv").as_text();
    assert!(csv.contains("2003,D,,,,,,no neighbours"));
    assert!(csv.lines().any(|line| line.starts_with("2003,C,") && line.ends_with("low-low")));
}

#[test]
fn lags_are_tested_together() {
    // b = (−0.25804, −0.00004), s = (0.1, 0.0002): 6.658… + 0.04 = 6.70, χ²(2), p = 0.035.
    let scene = scene(&made(kinds()), "lags");
    assert!(says(&scene, "χ²(2) = 6.70"));
    assert!(place(&scene, "t").0 < place(&scene, "t−1").0);
}

#[test]
fn a_profile_says_its_interval() {
    let files = rendered(&made(kinds())).files;
    let note = file(&files, "figures/likelihood.tex").as_text();
    assert!(note.contains("0.469") && note.contains("0.031"), "{note}");
    let scene = scene(&made(kinds()), "likelihood");
    let (left, right) = (place(&scene, "Admissible interval"), place(&scene, "Around the maximum"));
    assert!(left.0 < right.0 && left.1 == right.1);
}

#[test]
fn densities_integrate_to_one() {
    let files = rendered(&made(kinds())).files;
    let csv = file(&files, "figures/replicates.csv").as_text();
    for term in ["ln_oa", "rho"] {
        let bins = csv.lines().filter(|line| line.contains(&format!(",{term},bin,")));
        let inside: f64 = bins
            .map(|line| {
                let numbers: Vec<f64> =
                    line.rsplitn(6, ',').take(5).filter_map(|v| v.parse().ok()).collect();
                // From behind: normal, density, count, to, from.
                numbers[1] * (numbers[3] - numbers[4])
            })
            .sum();
        assert!((inside - 997.0 / 999.0).abs() < 1e-9, "{term}: {inside}");
    }
}

#[test]
fn what_was_not_run_is_told() {
    let mut made = made(kinds());
    made.experiment.figures = FigureData::default();
    let files = rendered(&made).files;
    for (id, text) in
        [("clusters", "Not run"), ("replicates", "no replicates"), ("likelihood", "no likelihood")]
    {
        let note = file(&files, &format!("figures/{id}.tex")).as_text();
        assert!(note.contains(text), "{id}: {note}");
    }
}
