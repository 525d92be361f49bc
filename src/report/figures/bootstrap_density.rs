//! How the replicates of an estimate are distributed, against the normal distribution that asymptotic
//! theory has for it, with the intervals that both give.

use super::panels::{estimate, label, panels, said};
use super::{Figure, canvas, empty, labelled, row, width};
use crate::drawing::chart::axes::{X_AXIS_HEIGHT, panel_title, y_title};
use crate::drawing::chart::panels::Panels;
use crate::drawing::chart::scale::ticks;
use crate::drawing::chart::{Entry, Frame, Key, legend};
use crate::drawing::colour::{BLUE, GREY, INK, VERMILLION};
use crate::drawing::hatch::Hatch;
use crate::drawing::{Dash, Paint, Path, Point, Rich, Scene, Stroke};
use crate::mistake::Checked;
use crate::outcome::{BootstrapEstimate, Estimate};
use crate::report::columns::CellColumn;
use crate::report::words::{FigureNote, FigureTexts};
use crate::report::{Source, notes, number};
use crate::spec::Axis;
use crate::spec::figures::{CellFigure, FigureSpec};
use crate::spec::tables::RowTerm;
use crate::store::figures::ReplicateHistogram;
use std::f64::consts::PI;

/// Height of the area of a panel.
const TALL: f64 = 120.0;
/// Points of the normal curve.
const POINTS: i32 = 80;

/// An estimate with its replicates.
struct Spread<'a> {
    cell: CellColumn<'a>,
    title: String,
    term: String,
    estimate: &'a Estimate,
    of: &'a ReplicateHistogram,
    /// What the bootstrap says of it.
    said: &'a BootstrapEstimate,
}

impl Spread<'_> {
    /// Replicates in all.
    fn count(&self) -> f64 {
        f64::from(self.of.counts.iter().sum::<u32>() + self.of.outside.0 + self.of.outside.1)
    }

    fn bin(&self) -> f64 {
        (self.of.range.1 - self.of.range.0) / self.of.counts.len().max(1) as f64
    }

    /// Density of a bin.
    fn density(&self, count: u32) -> f64 {
        f64::from(count) / (self.count() * self.bin())
    }

    /// Density of N(estimate, s²).
    fn normal(&self, x: f64) -> f64 {
        let s = self.estimate.std_error;
        let z = (x - self.estimate.value) / s;
        (-0.5 * z * z).exp() / (s * (2.0 * PI).sqrt())
    }
}

/// A panel for each cell and term.
pub(super) fn draw(
    source: Source<'_>,
    spec: &FigureSpec,
    (wanted, bootstrap): (&CellFigure, &str),
) -> Checked<Figure> {
    let (cells, _, _) = panels(source, wanted, &spec.at)?;
    let all: Vec<CellColumn<'_>> = cells.iter().flat_map(|p| p.cells.iter().copied()).collect();
    let measure = RowTerm::Measure { impact: None, lag: 0 };
    let rows: Vec<RowTerm> = match wanted.rows.as_slice() {
        [] => vec![measure],
        rows => rows.iter().map(|row| row.value.clone()).collect(),
    };
    let mut shown: Vec<Spread<'_>> = Vec::new();
    for panel in &cells {
        for cell in &panel.cells {
            for row in &rows {
                let name = label(source, wanted, row, &all);
                let title = match panel.title.as_str() {
                    "" => name,
                    title => format!("{name}, {title}"),
                };
                shown.extend(spread(source, bootstrap, (*cell, row), title));
            }
        }
    }
    if shown.is_empty() {
        return Ok(empty(source, spec, source.words().drawn().no_replicates));
    }
    let texts = source.words().drawn();
    let entries = entries(texts);
    let legend_height = legend::height_of_rows(&entries, width(spec));
    let (down, across) = Panels::square(shown.len());
    let between = 16.0 + X_AXIS_HEIGHT + 4.0;
    let height = down as f64 * (TALL + between) + legend_height + 2.0;
    let mut scene = canvas(spec, height);
    let below = X_AXIS_HEIGHT + 6.0 + legend_height;
    let inside = scene.area().inset([16.0, 8.0, below, 16.0]);
    let grid = Panels::new(inside, down, across, (16.0, between));
    for (i, of) in shown.iter().enumerate() {
        let area = grid.nth(i);
        draw_panel(&mut scene, &area, of);
        panel_title(&mut scene, &area, &Rich::bold(&of.title));
    }
    y_title(&mut scene, &inside, 0.0, &Rich::plain(texts.density));
    let (total, top) = (scene.width, scene.height - legend_height);
    legend::draw_rows(&mut scene, &entries, (0.0, top), total);
    let heads: Vec<Axis> = wanted.cells.columns.clone();
    let mut notes = said(source, &heads, &cells);
    let drawn = notes::design(source.words(), &shown[0].of.design);
    let note = FigureNote::Replicates(&drawn, source.spec.seed.0);
    notes.push(source.words().figure_note(note));
    let outside: u32 = shown.iter().map(|s| s.of.outside.0 + s.of.outside.1).sum();
    if outside > 0 {
        notes.push(source.words().figure_note(FigureNote::Outside(outside)));
    }
    Ok(Figure { scene, rows: csv(&shown), notes })
}

fn spread<'a>(
    source: Source<'a>,
    bootstrap: &str,
    (cell, row): (CellColumn<'a>, &RowTerm),
    title: String,
) -> Option<Spread<'a>> {
    let design = &source.spec.bootstrap.get(bootstrap)?.design;
    let found = estimate(&cell, row)?;
    let summary = cell.outcome()?.bootstraps.iter().find(|b| b.design == *design)?;
    let said = summary.estimates.iter().find(|e| e.term == found.term)?;
    let term = found.term.to_string();
    let is_of = |h: &&ReplicateHistogram| {
        h.cell == cell.cell.id && h.term == term && h.design == summary.design
    };
    let of = source.experiment.figures.replicates.iter().find(is_of)?;
    Some(Spread { cell, title, term, estimate: found, of, said })
}

fn normal_line() -> Stroke {
    Stroke::new(VERMILLION, 1.1).dashed(Dash::Dashed)
}

fn estimate_line() -> Stroke {
    Stroke::new(INK, 0.9)
}

fn percentile_t() -> Stroke {
    Stroke::new(BLUE, 2.2)
}

fn asymptotic() -> Stroke {
    Stroke::new(VERMILLION, 1.1)
}

fn entries(texts: &FigureTexts) -> Vec<Entry> {
    vec![
        Entry::new(Key::Swatch(BLUE.lighter(0.65), Hatch::Plain), texts.replicates),
        Entry::new(Key::Line(normal_line()), texts.normal),
        Entry::new(Key::Line(estimate_line()), texts.estimate_line),
        Entry::new(Key::Line(percentile_t()), texts.percentile_t),
        Entry::new(Key::Line(asymptotic()), texts.asymptotic),
    ]
}

fn draw_panel(scene: &mut Scene, area: &crate::drawing::Rect, of: &Spread<'_>) {
    let e = of.estimate;
    let reach = 3.3 * e.std_error;
    let values = [
        of.of.range.0,
        of.of.range.1,
        e.value - reach,
        e.value + reach,
        of.said.percentile_t.0,
        of.said.percentile_t.1,
    ];
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let tallest = of.of.counts.iter().map(|&n| of.density(n)).fold(of.normal(e.value), f64::max);
    let frame = Frame::new(*area, (low, high), (-0.2 * tallest, 1.06 * tallest));
    let x_ticks = labelled(&ticks(low, high, 4, false));
    frame.upright_grid(scene, &x_ticks);
    scene.path(bars(&frame, of), Paint::both(BLUE.lighter(0.65), Stroke::new(BLUE, 0.4)));
    if low < 0.0 && high > 0.0 {
        frame.upright(scene, 0.0, Stroke::new(GREY, 0.8).dashed(Dash::Dotted));
    }
    frame.level(scene, 0.0, Stroke::new(GREY, 0.6));
    frame.upright(scene, e.value, estimate_line());
    let x = |i: i32| low + (high - low) * f64::from(i) / f64::from(POINTS);
    let curve: Vec<Point> = (0..=POINTS).map(|i| frame.at(x(i), of.normal(x(i)))).collect();
    scene.path(Path::polyline(&curve), Paint::stroke(normal_line()));
    interval(scene, (&frame, -0.065 * tallest), of.said.percentile_t, percentile_t());
    interval(scene, (&frame, -0.14 * tallest), (e.conf_low, e.conf_high), asymptotic());
    frame.border(scene);
    frame.x_axis(scene, &x_ticks);
}

/// The outline of a histogram.
fn bars(frame: &Frame, of: &Spread<'_>) -> Path {
    let mut outline = vec![frame.at(of.of.range.0, 0.0)];
    for (i, &count) in of.of.counts.iter().enumerate() {
        let from = of.of.range.0 + i as f64 * of.bin();
        outline.push(frame.at(from, of.density(count)));
        outline.push(frame.at(from + of.bin(), of.density(count)));
    }
    outline.push(frame.at(of.of.range.1, 0.0));
    Path::polygon(&outline)
}

fn interval(scene: &mut Scene, (frame, y): (&Frame, f64), (low, high): (f64, f64), stroke: Stroke) {
    frame.line(scene, (low, y), (high, y), stroke);
    for end in [low, high] {
        let at = frame.at(end, y);
        scene.line(at.shifted(0.0, -2.6), at.shifted(0.0, 2.6), Stroke { width: 1.0, ..stroke });
    }
}

fn csv(shown: &[Spread<'_>]) -> Vec<Vec<String>> {
    let mut rows = vec![row([
        "cell", "label", "term", "quantity", "from", "to", "count", "density", "normal",
    ])];
    for of in shown {
        let head = [of.cell.cell.id.to_string(), of.cell.cell.label(), of.term.clone()];
        let mut add = |quantity: &str, numbers: [Option<f64>; 5]| {
            let mut line = head.to_vec();
            line.push(quantity.to_owned());
            line.extend(numbers.map(|n| n.map(number::exact).unwrap_or_default()));
            rows.push(line);
        };
        let e = of.estimate;
        add("estimate", [Some(e.value), Some(e.value), None, None, Some(of.normal(e.value))]);
        add("asymptotic", [Some(e.conf_low), Some(e.conf_high), None, None, None]);
        let (low, high) = of.said.percentile_t;
        add("percentile-t", [Some(low), Some(high), None, None, None]);
        for (i, &count) in of.of.counts.iter().enumerate() {
            let from = of.of.range.0 + i as f64 * of.bin();
            let to = from + of.bin();
            let normal = of.normal(0.5 * (from + to));
            let numbers = [from, to, f64::from(count), of.density(count), normal];
            add("bin", numbers.map(Some));
        }
        add("below", [None, Some(of.of.range.0), Some(f64::from(of.of.outside.0)), None, None]);
        add("above", [Some(of.of.range.1), None, Some(f64::from(of.of.outside.1)), None, None]);
    }
    rows
}
