//! A specification curve (Simonsohn, Simmons & Nelson 2020): one coefficient over the cells of a
//! grid, sorted by its estimate; below it its p-values and the choices of each specification; beside
//! the choices what share of the variance of the estimates each explains.

use super::{Figure, canvas, empty, labelled, row, width};
use crate::drawing::chart::axes::{panel_title, x_title, y_axis_width, y_title};
use crate::drawing::chart::scale::ticks;
use crate::drawing::chart::{Entry, Frame, Key, Marker, SMALL, Tick, legend};
use crate::drawing::colour::{BLUE, GREY, INK, PALE, VERMILLION};
use crate::drawing::{Colour, Dash, Letters, Paint, Path, Point, Rect, Rich, Scene, Stroke, point};
use crate::mistake::Checked;
use crate::outcome::Estimate;
use crate::report::build::regression::{estimate, row_label, term_in};
use crate::report::columns::CellColumn;
use crate::report::robustness::{Gathered, gather};
use crate::report::words::{FigureNote, FigureTexts, Place};
use crate::report::{Source, labels, notes, number};
use crate::robustness::{Robustness, Sign};
use crate::spec::Axis;
use crate::spec::figures::FigureSpec;
use crate::spec::tables::RobustnessTable;

/// Height of the estimates.
const ESTIMATES: f64 = 130.0;
/// Height of the p-values.
const P_VALUES: f64 = 52.0;
/// Height of a row of choices.
const ROW: f64 = 8.6;
/// Room between the choices of two axes.
const BETWEEN: f64 = 4.0;
/// Room between two parts of the figure.
const APART: f64 = 9.0;
/// Width of the bars beside the choices.
const BARS: f64 = 74.0;
/// More specifications than this are drawn as ribbons and bars.
const SINGLE: usize = 200;
/// An axis with more values than this has no rows of its own.
const VALUES: usize = 24;

/// What a specification says of the coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Positive,
    Negative,
    Nothing,
}

impl Says {
    const ALL: [Self; 3] = [Self::Positive, Self::Nothing, Self::Negative];

    fn of(estimate: &Estimate, level: f64) -> Self {
        match (estimate.p_value < level, estimate.value > 0.0) {
            (true, true) => Self::Positive,
            (true, false) => Self::Negative,
            (false, _) => Self::Nothing,
        }
    }

    fn colour(self) -> Colour {
        match self {
            Self::Positive => BLUE,
            Self::Negative => VERMILLION,
            Self::Nothing => GREY,
        }
    }

    /// The shape among many, where a circle would be no rounder than a square.
    fn speck(self) -> Marker {
        match self {
            Self::Nothing => Marker::Square,
            Self::Positive | Self::Negative => self.marker().0,
        }
    }

    /// Shape, and whether it is filled.
    fn marker(self) -> (Marker, bool) {
        match self {
            Self::Positive => (Marker::Triangle, true),
            Self::Negative => (Marker::Wedge, true),
            Self::Nothing => (Marker::Circle, false),
        }
    }
}

/// A specification at its place in the curve.
struct Placed<'a> {
    cell: CellColumn<'a>,
    estimate: &'a Estimate,
    says: Says,
    base: bool,
}

/// An axis on which the specifications differ.
struct Choices {
    axis: Axis,
    name: &'static str,
    /// Values with their labels.
    values: Vec<(String, String)>,
    eta_squared: Option<f64>,
}

/// The curve of the row over the cells of `wanted`.
pub(super) fn draw(
    source: Source<'_>,
    spec: &FigureSpec,
    wanted: &RobustnessTable,
) -> Checked<Figure> {
    let gathered = gather(source, &spec.at, wanted)?;
    let curve = placed(&gathered, wanted);
    let summary = gathered.rows.first().and_then(|row| row.summary.as_ref());
    let (Some(summary), Some(first)) = (summary, gathered.rows.first()) else {
        return Ok(empty(source, spec, source.words().drawn().no_coefficient));
    };
    let name = row_label(source, &wanted.labels, first.row, &gathered.cells);
    let (choices, untold) = choices(source, &curve, summary);
    let texts = source.words().drawn();
    let entries = entries(texts, &curve, wanted.level);
    let heights = Heights::new(&choices, legend::height_of_rows(&entries, width(spec)));
    let mut scene = canvas(spec, heights.total());
    // A height that is asked for is that of the estimates.
    let extra = scene.height - heights.total();

    let low = curve.iter().map(|p| p.estimate.conf_low).fold(0.0, f64::min);
    let high = curve.iter().map(|p| p.estimate.conf_high).fold(0.0, f64::max);
    let y_ticks = labelled(&ticks(low, high, 5, true));
    let y_range = ticks(low, high, 5, true).ends();
    let widest = choices.iter().flat_map(|c| c.values.iter().map(|(_, label)| label.as_str()));
    let widest = widest.map(|label| Rich::plain(label).width(SMALL)).fold(0.0, f64::max);
    let heads = choices.iter().map(|c| Rich::bold(c.name).width(SMALL));
    let heads = heads.fold(0.0, f64::max);
    let left = (y_axis_width(&y_ticks) + 14.0).max(widest + heads + 14.0);
    let right = if choices.is_empty() { 6.0 } else { BARS };
    let across = (scene.width - left - right).max(20.0);
    let part = |top: f64, height: f64| Rect::new(left, top, across, height);
    let x_range = (0.5, curve.len() as f64 + 0.5);

    let top = Frame::new(part(heights.heading, (ESTIMATES + extra).max(20.0)), x_range, y_range);
    let mut below = top.area.bottom() + APART;
    let middle = Frame::new(part(below, P_VALUES), x_range, (0.0, 1.0));
    below = middle.area.bottom() + APART;
    let bottom = part(below, heights.choices);

    mark_base(&mut scene, &curve, [&top.area, &middle.area, &bottom], &top);
    draw_estimates(&mut scene, &top, &y_ticks, &curve);
    y_title(&mut scene, &top.area, 0.0, &Rich::plain(texts.estimate));
    panel_title(&mut scene, &top.area, &Rich::bold(name));
    draw_p_values(&mut scene, &middle, &curve, wanted.level);
    y_title(&mut scene, &middle.area, 0.0, &Rich::default().italic("p"));
    draw_choices(&mut scene, &bottom, &top, (&choices, &curve, texts));
    let legend_top = scene.height - heights.legend;
    let count = format!("{}{}", curve.len(), texts.specifications);
    x_title(&mut scene, &top.area, legend_top - 2.0, &Rich::plain(count));
    let total = scene.width;
    legend::draw_rows(&mut scene, &entries, (0.0, legend_top), total);

    let said = said(source, wanted, (&gathered, &curve), (&choices, &untold, summary));
    Ok(Figure { scene, rows: csv(&curve), notes: said })
}

/// The specifications that have the coefficient, by estimate; of equal ones in the order of the plan.
fn placed<'a>(gathered: &Gathered<'a>, wanted: &RobustnessTable) -> Vec<Placed<'a>> {
    let Some(row) = wanted.rows.first() else { return Vec::new() };
    let base = gathered.base.map(|base| base.cell.id);
    let mut curve: Vec<Placed<'a>> = gathered
        .cells
        .iter()
        .filter_map(|cell| {
            let estimate = estimate(cell.outcome()?, &term_in(&row.value, cell))?;
            let says = Says::of(estimate, wanted.level);
            Some(Placed { cell: *cell, estimate, says, base: base == Some(cell.cell.id) })
        })
        .collect();
    curve.sort_by(|a, b| a.estimate.value.total_cmp(&b.estimate.value));
    curve
}

/// The axes on which specifications differ, and those with too many values to be shown.
fn choices(
    source: Source<'_>,
    curve: &[Placed<'_>],
    summary: &Robustness,
) -> (Vec<Choices>, Vec<Choices>) {
    let mut all = Vec::new();
    for (axis, influence) in Axis::ALL.into_iter().zip(&summary.axes) {
        let value = |choice: &crate::robustness::Choice| {
            let of = |p: &&Placed<'_>| p.cell.cell.axes.value(axis) == choice.value;
            let label = curve.iter().find(of);
            let label = label.map(|p| labels::axis_value(source.spec, &p.cell.cell.axes, axis));
            (choice.value.clone(), label.unwrap_or_else(|| choice.value.clone()))
        };
        let values: Vec<(String, String)> = influence.choices.iter().map(value).collect();
        if values.len() > 1 {
            all.push(Choices {
                axis,
                name: source.words().axis(axis),
                values,
                eta_squared: influence.eta_squared,
            });
        }
    }
    all.into_iter().partition(|choices| choices.values.len() <= VALUES)
}

/// What the parts take.
struct Heights {
    heading: f64,
    choices: f64,
    legend: f64,
}

impl Heights {
    fn new(choices: &[Choices], legend: f64) -> Self {
        let rows: usize = choices.iter().map(|c| c.values.len()).sum();
        let gaps = choices.len().saturating_sub(1) as f64 * BETWEEN;
        Self { heading: 16.0, choices: rows as f64 * ROW + gaps + 2.0, legend }
    }

    fn total(&self) -> f64 {
        self.heading + ESTIMATES + P_VALUES + 2.0 * APART + self.choices + 15.0 + self.legend
    }
}

fn entries(texts: &FigureTexts, curve: &[Placed<'_>], level: f64) -> Vec<Entry> {
    let level = number::threshold(level);
    let mut entries: Vec<Entry> = Says::ALL
        .into_iter()
        .filter(|says| curve.iter().any(|p| p.says == *says))
        .map(|says| {
            let (marker, filled) = says.marker();
            let text = match says {
                Says::Positive => {
                    Rich::plain(texts.positive).italic("p").then(format!(" < {level}"))
                }
                Says::Negative => {
                    Rich::plain(texts.negative).italic("p").then(format!(" < {level}"))
                }
                Says::Nothing => Rich::default().italic("p").then(format!(" ≥ {level}")),
            };
            Entry::new(Key::Marker(marker, says.colour(), filled), text)
        })
        .collect();
    if curve.iter().any(|p| p.base) {
        entries.push(Entry::new(Key::Line(base_line()), texts.main_specification));
    }
    entries
}

fn base_line() -> Stroke {
    Stroke::new(INK, 0.9).dashed(Dash::Dashed)
}

/// An upright line through the parts at the main specification.
fn mark_base(scene: &mut Scene, curve: &[Placed<'_>], parts: [&Rect; 3], frame: &Frame) {
    let Some(at) = curve.iter().position(|p| p.base) else { return };
    let x = frame.x.at(at as f64 + 1.0);
    for part in parts {
        scene.line(point(x, part.y), point(x, part.bottom()), base_line());
    }
}

/// Radius of points, so that neighbours do not cover each other.
fn radius(frame: &Frame, curve: &[Placed<'_>]) -> f64 {
    (0.42 * frame.area.width / curve.len() as f64).clamp(0.9, 2.4)
}

fn draw_estimates(scene: &mut Scene, frame: &Frame, y_ticks: &[Tick], curve: &[Placed<'_>]) {
    frame.level_grid(scene, y_ticks);
    let many = curve.len() > SINGLE;
    if many {
        let ribbon = ribbon(frame, curve);
        scene.path(Path::polygon(&ribbon), Paint::fill(PALE));
    }
    frame.level(scene, 0.0, Stroke::new(GREY, 0.8).dashed(Dash::Dotted));
    frame.border(scene);
    frame.y_axis(scene, y_ticks);
    let each = frame.area.width / curve.len() as f64;
    let thickness = (0.3 * each).clamp(0.35, 1.0);
    let radius = radius(frame, curve);
    for says in Says::ALL {
        let own = || curve.iter().enumerate().filter(|(_, p)| p.says == says);
        if !many {
            let mut bars = Path::default();
            for (i, p) in own() {
                let x = i as f64 + 1.0;
                let ends = [p.estimate.conf_low, p.estimate.conf_high].map(|y| frame.at(x, y));
                bars = bars.and(Path::line(ends[0], ends[1]));
            }
            let colour = says.colour().lighter(0.35);
            scene.path(bars, Paint::stroke(Stroke::new(colour, thickness)));
        }
        for (i, p) in own() {
            let (marker, filled) = says.marker();
            let at = frame.at(i as f64 + 1.0, p.estimate.value);
            if many {
                scene.path(says.speck().path(at, radius), Paint::fill(says.colour()));
            } else {
                marker.draw(scene, at, radius, says.colour(), filled);
            }
        }
    }
    for (i, p) in curve.iter().enumerate().filter(|(_, p)| p.base) {
        let at = frame.at(i as f64 + 1.0, p.estimate.value);
        let ring = Marker::Diamond.path(at, radius + 2.4);
        scene.path(ring, Paint::stroke(Stroke::new(INK, 1.1)));
    }
}

/// The intervals of all specifications as one area.
fn ribbon(frame: &Frame, curve: &[Placed<'_>]) -> Vec<Point> {
    let at = |(i, p): (usize, &Placed<'_>), of: fn(&Estimate) -> f64| {
        frame.at(i as f64 + 1.0, of(p.estimate))
    };
    let upper = curve.iter().enumerate().map(|p| at(p, |e| e.conf_high));
    let lower = curve.iter().enumerate().rev().map(|p| at(p, |e| e.conf_low));
    upper.chain(lower).collect()
}

/// p-values on a root scale, which leaves room between those that matter.
fn draw_p_values(scene: &mut Scene, frame: &Frame, curve: &[Placed<'_>], level: f64) {
    let tick = |p: f64| Tick { value: p.sqrt(), label: number::threshold(p) };
    let near = |p: &f64| (p.sqrt() - level.sqrt()).abs() > 0.13;
    let mut ticks: Vec<Tick> = [0.25, 1.0].into_iter().filter(near).map(tick).collect();
    ticks.insert(0, Tick { value: 0.0, label: "0".to_owned() });
    frame.level_grid(scene, &ticks);
    ticks.push(tick(level));
    frame.level(scene, level.sqrt(), Stroke::new(GREY, 0.8).dashed(Dash::Dotted));
    frame.border(scene);
    frame.y_axis(scene, &ticks);
    let points: Vec<Point> = curve
        .iter()
        .enumerate()
        .map(|(i, p)| frame.at(i as f64 + 1.0, p.estimate.p_value.clamp(0.0, 1.0).sqrt()))
        .collect();
    scene.path(Path::polyline(&points), Paint::stroke(Stroke::new(PALE.mixed(GREY, 0.4), 0.6)));
    let radius = 0.8 * radius(frame, curve);
    for (p, &at) in curve.iter().zip(&points) {
        let (marker, filled) = p.says.marker();
        if curve.len() > SINGLE {
            scene.path(p.says.speck().path(at, radius), Paint::fill(p.says.colour()));
        } else {
            marker.draw(scene, at, radius, p.says.colour(), filled);
        }
    }
}

/// A mark for every value that a specification chose; beside each axis the share of the variance that
/// it explains.
fn draw_choices(
    scene: &mut Scene,
    area: &Rect,
    frame: &Frame,
    (choices, curve, texts): (&[Choices], &[Placed<'_>], &FigureTexts),
) {
    let each = area.width / curve.len() as f64;
    let tall = if curve.len() > SINGLE { 2.6 } else { 2.0 };
    let mut y = area.y + 1.0;
    let bars = Rect::new(area.right() + 10.0, area.y, BARS - 36.0, area.height);
    if choices.iter().any(|c| c.eta_squared.is_some()) {
        let at = point(bars.x, area.y - 3.0);
        scene.text(at, &Rich::plain(texts.share_of_variance), Letters::start(6.5));
    }
    for (i, of) in choices.iter().enumerate() {
        if i > 0 {
            let line = y - 0.5 * BETWEEN;
            scene.line(point(area.x, line), point(area.right(), line), Stroke::new(PALE, 0.5));
        }
        let (from, to) = (y, y + of.values.len() as f64 * ROW);
        head(scene, of, y + 0.5 * ROW);
        for (value, label) in &of.values {
            let middle = y + 0.5 * ROW;
            let letters = Letters::end(SMALL);
            let at = point(area.x - 5.0, middle + letters.drop());
            scene.text(at, &Rich::plain(label), letters);
            for says in Says::ALL {
                let chosen =
                    |p: &Placed<'_>| p.says == says && p.cell.cell.axes.value(of.axis) == *value;
                let mut marks = Path::default();
                for (first, last) in runs(curve, chosen) {
                    let (a, b) = (frame.x.at(first as f64 + 1.0), frame.x.at(last as f64 + 1.0));
                    let half =
                        (0.42 * each).min(1.9).max(0.5 * each * f64::from(u8::from(each < 3.0)));
                    if each < 3.0 {
                        let bar =
                            Rect::new(a - half, middle - tall, b - a + 2.0 * half, 2.0 * tall);
                        marks = marks.and(Path::rect(&bar));
                    } else {
                        for k in first..=last {
                            let at = point(frame.x.at(k as f64 + 1.0), middle);
                            marks =
                                marks.and(Path::rect(&Rect::new(at.x, at.y, 0.0, 0.0).grown(half)));
                        }
                    }
                }
                if !marks.segments.is_empty() {
                    let pale = if says == Says::Nothing { 0.25 } else { 0.0 };
                    scene.path(marks, Paint::fill(says.colour().lighter(pale)));
                }
            }
            y += ROW;
        }
        share(scene, &bars, of, 0.5 * (from + to));
        y += BETWEEN;
    }
    scene.path(Path::rect(area), Paint::stroke(Stroke::new(GREY, 0.6)));
}

/// The name of an axis at the left.
fn head(scene: &mut Scene, of: &Choices, middle: f64) {
    let letters = Letters::start(SMALL);
    scene.text(point(1.0, middle + letters.drop()), &Rich::bold(of.name), letters);
}

/// The share of variance that an axis explains, as a bar and a number.
fn share(scene: &mut Scene, bars: &Rect, of: &Choices, middle: f64) {
    let Some(eta_squared) = of.eta_squared else { return };
    let bar = Rect::new(bars.x, middle - 3.0, (eta_squared * bars.width).max(0.4), 6.0);
    let full = Rect::new(bars.x, middle - 3.0, bars.width, 6.0);
    scene.path(Path::rect(&full), Paint::fill(PALE));
    scene.path(Path::rect(&bar), Paint::fill(INK));
    let letters = Letters::start(SMALL);
    let at = point(bars.right() + 4.0, middle + letters.drop());
    scene.text(at, &Rich::plain(number::plain(eta_squared, 2)), letters);
}

/// First and last places of neighbours that are all chosen.
fn runs(curve: &[Placed<'_>], chosen: impl Fn(&Placed<'_>) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (i, _) in curve.iter().enumerate().filter(|(_, p)| chosen(p)) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == i => *last = i,
            Some(_) | None => runs.push((i, i)),
        }
    }
    runs
}

fn csv(curve: &[Placed<'_>]) -> Vec<Vec<String>> {
    let mut head = row([
        "position",
        "cell",
        "label",
        "estimate",
        "std_error",
        "p_value",
        "low_95",
        "high_95",
        "significant",
        "main",
    ]);
    head.extend(Axis::ALL.map(|axis| axis.name().to_owned()));
    let mut rows = vec![head];
    for (i, p) in curve.iter().enumerate() {
        let e = p.estimate;
        let mut line = vec![(i + 1).to_string(), p.cell.cell.id.to_string(), p.cell.cell.label()];
        line.extend([e.value, e.std_error, e.p_value, e.conf_low, e.conf_high].map(number::exact));
        line.extend([(p.says != Says::Nothing).to_string(), p.base.to_string()]);
        line.extend(Axis::ALL.map(|axis| p.cell.cell.axes.value(axis)));
        rows.push(line);
    }
    rows
}

fn said(
    source: Source<'_>,
    wanted: &RobustnessTable,
    (gathered, curve): (&Gathered<'_>, &[Placed<'_>]),
    (choices, untold, summary): (&[Choices], &[Choices], &Robustness),
) -> Vec<String> {
    let mut said = notes::data(source);
    let differ: Vec<Axis> = choices.iter().chain(untold).map(|c| c.axis).collect();
    let places = [Place::Panel, Place::Curve];
    said.extend(notes::common_of(source, &differ, &gathered.cells, places));
    let words = source.words();
    let without = gathered.cells.len() - curve.len();
    if without > 0 {
        said.push(words.figure_note(FigureNote::Without(without, gathered.cells.len())));
    }
    for of in untold {
        let (axis, count) = (words.axis_word(of.axis), of.values.len());
        said.push(words.figure_note(FigureNote::Untold(axis, count)));
    }
    let shares = summary.shares;
    said.push(words.figure_note(FigureNote::Median(
        &number::plain(summary.median, 4),
        &number::plain(100.0 * shares.same_sign, 0),
        summary.sign == Sign::Negative,
        &number::plain(100.0 * shares.significant, 0),
        &number::threshold(wanted.level),
    )));
    said.push(words.figure_note(FigureNote::Curve(curve.len() > SINGLE)));
    if choices.iter().any(|c| c.eta_squared.is_some()) {
        said.push(words.figure_note(FigureNote::ShareOfVariance));
    }
    said
}
