//! Moran's I by year: a line, filled points where it is significant, its expectation, its average.

use super::{Figure, canvas, empty, labelled, row};
use crate::drawing::chart::axes::{X_AXIS_HEIGHT, x_title, y_axis_width, y_title};
use crate::drawing::chart::scale::{ticks, whole_ticks};
use crate::drawing::chart::{Entry, Frame, Key, Marker, Tick, legend};
use crate::drawing::colour::{BLUE, GREY, VERMILLION};
use crate::drawing::{Dash, Paint, Path, Point, Rect, Rich, Stroke};
use crate::outcome::MoranYear;
use crate::report::build::moran::{deciding_p, series_notes, years};
use crate::report::words::FigureNote;
use crate::report::{Source, number};
use crate::spec::figures::FigureSpec;

/// Radius of points.
const RADIUS: f64 = 2.8;

/// The figure of the series of a `[[moran]]` block.
pub(super) fn draw(source: Source<'_>, spec: &FigureSpec, moran: &str, level: f64) -> Figure {
    let years = years(source, moran);
    if years.is_empty() {
        return empty(source, spec, source.words().drawn().no_series);
    }
    let mut scene = canvas(spec, 200.0);
    let average = years.iter().map(|y| y.i).sum::<f64>() / years.len() as f64;
    let entries = entries(source, years, level, average);
    let legend_height = legend::height_of_rows(&entries, scene.width);
    let total = scene.width;
    legend::draw_rows(&mut scene, &entries, (0.0, 0.0), total);

    let values = || years.iter().flat_map(|y| [y.i, y.expectation, 0.0]);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let y_ticks = ticks(low, high, 5, true);
    let y_range = y_ticks.ends();
    let y_ticks = labelled(&y_ticks);
    let (first, last) = (years[0].period, years[years.len() - 1].period);
    let x_ticks: Vec<Tick> = whole_ticks(first, last, 9)
        .into_iter()
        .map(|year| Tick { value: year as f64, label: year.to_string() })
        .collect();
    let area = Rect::new(0.0, 0.0, scene.width, scene.height).inset([
        legend_height + 6.0,
        6.0,
        X_AXIS_HEIGHT + 14.0,
        y_axis_width(&y_ticks) + 14.0,
    ]);
    let frame = Frame::new(area, (first as f64 - 0.5, last as f64 + 0.5), y_range);
    frame.level_grid(&mut scene, &y_ticks);
    frame.border(&mut scene);
    frame.x_axis(&mut scene, &x_ticks);
    frame.y_axis(&mut scene, &y_ticks);
    let bottom = scene.height;
    x_title(&mut scene, &area, bottom, &Rich::plain(source.words().drawn().year));
    y_title(&mut scene, &area, 0.0, &Rich::plain("Moran’s ").italic("I"));

    let expected: Vec<Point> =
        years.iter().map(|y| frame.at(y.period as f64, y.expectation)).collect();
    scene.path(Path::polyline(&expected), Paint::stroke(expectation_line()));
    frame.level(&mut scene, average, average_line());
    let points: Vec<Point> = years.iter().map(|y| frame.at(y.period as f64, y.i)).collect();
    scene.path(Path::polyline(&points), Paint::stroke(Stroke::new(BLUE, 1.0)));
    for (year, &at) in years.iter().zip(&points) {
        Marker::Circle.draw(&mut scene, at, RADIUS, BLUE, deciding_p(year) < level);
    }
    Figure { scene, rows: rows(years, level), notes: notes(source, moran, years, level) }
}

fn expectation_line() -> Stroke {
    Stroke::new(GREY, 0.9).dashed(Dash::Dashed)
}

fn average_line() -> Stroke {
    Stroke::new(VERMILLION, 0.9).dashed(Dash::Dotted)
}

fn entries(source: Source<'_>, years: &[MoranYear], level: f64, average: f64) -> Vec<Entry> {
    let level = number::threshold(level);
    let point = |filled| Key::Marker(Marker::Circle, BLUE, filled);
    let p = |sign: &str| Rich::default().italic("p").then(format!(" {sign} {level}"));
    let any = |significant: bool| {
        years.iter().any(|y| (deciding_p(y) < level.parse().unwrap_or(0.05)) == significant)
    };
    let expectation = years[0].expectation;
    let expected =
        Rich::plain("E(").italic("I").then(format!(") = {}", number::plain(expectation, 3)));
    let mean = Rich::plain(source.words().drawn().average).then(number::plain(average, 3));
    let mut entries = Vec::new();
    if any(true) {
        entries.push(Entry::new(point(true), p("<")));
    }
    if any(false) {
        entries.push(Entry::new(point(false), p("≥")));
    }
    entries.push(Entry::new(Key::Line(expectation_line()), expected));
    entries.push(Entry::new(Key::Line(average_line()), mean));
    entries
}

fn rows(years: &[MoranYear], level: f64) -> Vec<Vec<String>> {
    let mut rows = vec![row(["period", "i", "expectation", "p_value", "significant"])];
    rows.extend(years.iter().map(|y| {
        let p = deciding_p(y);
        vec![
            y.period.to_string(),
            number::exact(y.i),
            number::exact(y.expectation),
            number::exact(p),
            (p < level).to_string(),
        ]
    }));
    rows
}

fn notes(source: Source<'_>, moran: &str, years: &[MoranYear], level: f64) -> Vec<String> {
    let mut said = series_notes(source, moran, years);
    said.push(source.words().figure_note(FigureNote::FilledPoints(&number::threshold(level))));
    if years.iter().any(|y| y.p_permutation.is_some()) {
        said.push(source.words().figure_note(FigureNote::Seed(source.spec.seed.0)));
    }
    said
}
