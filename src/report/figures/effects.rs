//! Arrows from a measure and its lags to the response, each with its coefficient: full where it is
//! significant, dotted where it is not, dashed where negative.

use super::panels::{Panel, estimate, label, panels, rows, said};
use super::{Figure, canvas, row, width};
use crate::drawing::chart::axes::panel_title;
use crate::drawing::chart::panels::Panels;
use crate::drawing::chart::{Entry, Key, legend};
use crate::drawing::colour::{BLUE, GREY, GROUND, INK, VERMILLION, WHITE};
use crate::drawing::{Colour, Dash, Letters, Paint, Path, Point, Rect, Rich, Scene, Stroke, point};
use crate::mistake::Checked;
use crate::report::columns::CellColumn;
use crate::report::number::{self, default_stars};
use crate::report::words::FigureNote;
use crate::report::{Source, labels, notes};
use crate::spec::figures::{CellFigure, FigureSpec};
use crate::spec::tables::RowTerm;

/// Height of a box.
const BOX: f64 = 16.0;
/// Distance of boxes.
const APART: f64 = 9.0;
/// Size of letters in boxes.
const SIZE: f64 = 7.0;
/// Length of the head of an arrow.
const HEAD: f64 = 6.0;

/// The diagram of cells.
pub(super) fn draw(source: Source<'_>, spec: &FigureSpec, wanted: &CellFigure) -> Checked<Figure> {
    let (panels, down, across) = panels(source, wanted, &spec.at)?;
    let terms = rows(wanted, &panels);
    let entries = entries(source, wanted.level);
    let legend_height = legend::height_of_rows(&entries, width(spec));
    let tall = terms.len() as f64 * (BOX + APART) - APART;
    let heading = 18.0;
    let height = down as f64 * (tall + heading + 6.0) + legend_height + 4.0;
    let mut scene = canvas(spec, height);
    let inside = scene.area().inset([heading, 1.0, legend_height + 8.0, 1.0]);
    let grid = Panels::new(inside, down, across, (16.0, heading + 6.0));
    let mut table =
        vec![row(["cell", "panel", "term", "estimate", "std_error", "p_value", "significant"])];
    for panel in &panels {
        let area = grid.at(panel.row, panel.column);
        if !panel.title.is_empty() {
            panel_title(&mut scene, &area, &Rich::bold(&panel.title));
        }
        if let Some(cell) = panel.cells.first() {
            draw_panel(source, &mut scene, &area, (wanted, &terms, cell));
            table.extend(csv(wanted, &terms, panel, cell));
        }
    }
    let (top, total) = (scene.height - legend_height, scene.width);
    legend::draw_rows(&mut scene, &entries, (0.0, top), total);
    let mut said = said(source, &wanted.cells.columns, &panels);
    said.extend(notes::stars(source, &default_stars()));
    said.push(source.words().figure_note(FigureNote::Arrows(&number::threshold(wanted.level))));
    Ok(Figure { scene, rows: table, notes: said })
}

fn entries(source: Source<'_>, level: f64) -> Vec<Entry> {
    let (level, texts) = (number::threshold(level), source.words().drawn());
    let p = |text: &str, sign: &str| Rich::plain(text).italic("p").then(format!(" {sign} {level}"));
    vec![
        Entry::new(Key::Line(arrow_line(1.0, true)), p(texts.positive, "<")),
        Entry::new(Key::Line(arrow_line(-1.0, true)), p(texts.negative, "<")),
        Entry::new(Key::Line(arrow_line(1.0, false)), p("", "≥")),
    ]
}

fn colour(value: f64, significant: bool) -> Colour {
    if !significant {
        GREY
    } else if value < 0.0 {
        VERMILLION
    } else {
        BLUE
    }
}

fn arrow_line(value: f64, significant: bool) -> Stroke {
    let stroke = Stroke::new(colour(value, significant), if significant { 1.3 } else { 0.8 });
    // Grey print has no colours.
    match (significant, value < 0.0) {
        (false, _) => stroke.dashed(Dash::Dotted),
        (true, true) => stroke.dashed(Dash::Dashed),
        (true, false) => stroke,
    }
}

fn draw_panel(
    source: Source<'_>,
    scene: &mut Scene,
    area: &Rect,
    (wanted, terms, cell): (&CellFigure, &[RowTerm], &CellColumn<'_>),
) {
    let cells = [*cell];
    let names: Vec<String> = terms.iter().map(|row| label(source, wanted, row, &cells)).collect();
    let response = labels::variable(source.spec, &cell.cell.model.response).to_owned();
    let widest = |names: &[String]| {
        names.iter().map(|n| Rich::plain(n).width(SIZE) + 8.0).fold(0.0, f64::max)
    };
    let left = widest(&names).min(0.45 * area.width);
    let right = widest(std::slice::from_ref(&response)).min(0.3 * area.width);
    let step = area.height / terms.len().max(1) as f64;
    let target = Rect::new(area.right() - right, area.centre().y - 0.5 * BOX, right, BOX);
    boxed(scene, &target, &response, WHITE);
    for (i, (row, name)) in terms.iter().zip(&names).enumerate() {
        let y = area.y + (i as f64 + 0.5) * step;
        let from = Rect::new(area.x, y - 0.5 * BOX, left, BOX);
        boxed(scene, &from, name, GROUND);
        let Some(found) = estimate(cell, row) else { continue };
        let significant = found.p_value < wanted.level;
        let spread = (i as f64 - 0.5 * (terms.len() as f64 - 1.0)) * 3.5;
        let (start, end) = (point(from.right(), y), point(target.x, target.centre().y + spread));
        arrow(scene, start, end, arrow_line(found.value, significant));
        let stars = number::stars(found.p_value, &default_stars());
        let decimals = number::decimals_to_see(&[found.value], 3);
        let text = Rich::plain(format!("{}{stars}", number::plain(found.value, decimals)));
        let ink = if significant { INK } else { GREY };
        let letters = Letters::middle(SIZE).coloured(ink);
        // Near the box, where arrows are farthest apart, on a ground of its own.
        let at = start.towards(end, 0.36);
        let width = text.width(SIZE);
        let back =
            Rect::new(at.x - 0.5 * width - 1.5, at.y - 0.5 * SIZE - 0.5, width + 3.0, SIZE + 1.0);
        scene.path(Path::rect(&back), Paint::fill(WHITE));
        scene.text(point(at.x, at.y + letters.drop()), &text, letters);
    }
}

fn boxed(scene: &mut Scene, area: &Rect, text: &str, ground: Colour) {
    scene.path(Path::rect(area), Paint::both(ground, Stroke::new(INK, 0.7)));
    let text = Rich::plain(text);
    // A long name is written smaller rather than over the edge.
    let size = (SIZE * (area.width - 4.0) / text.width(SIZE).max(1e-9)).min(SIZE);
    let letters = Letters::middle(size);
    let at = area.centre();
    scene.text(point(at.x, at.y + letters.drop()), &text, letters);
}

fn arrow(scene: &mut Scene, from: Point, to: Point, stroke: Stroke) {
    let length = from.distance(to).max(1e-9);
    let neck = to.towards(from, (HEAD / length).min(1.0));
    scene.line(from, neck, stroke);
    let (dx, dy) = ((to.x - from.x) / length, (to.y - from.y) / length);
    let half = 0.38 * HEAD;
    let head = [to, neck.shifted(-dy * half, dx * half), neck.shifted(dy * half, -dx * half)];
    scene.path(Path::polygon(&head), Paint::fill(stroke.colour));
}

fn csv(
    wanted: &CellFigure,
    terms: &[RowTerm],
    panel: &Panel<'_>,
    cell: &CellColumn<'_>,
) -> Vec<Vec<String>> {
    let line = |term: &RowTerm| {
        let found = estimate(cell, term)?;
        Some(vec![
            cell.cell.id.to_string(),
            panel.title.clone(),
            term.to_string(),
            number::exact(found.value),
            number::exact(found.std_error),
            number::exact(found.p_value),
            (found.p_value < wanted.level).to_string(),
        ])
    };
    terms.iter().filter_map(line).collect()
}
