//! A variable against its spatial lag, a panel a period: quadrants with their numbers of units, the
//! line whose slope is Moran's I, names of the units that lie farthest out.

use super::{Figure, canvas, empty, labelled, row, width};
use crate::drawing::chart::axes::{X_AXIS_HEIGHT, panel_title, x_title, y_axis_width, y_title};
use crate::drawing::chart::labels::{Wanted, placed};
use crate::drawing::chart::panels::Panels;
use crate::drawing::chart::scale::ticks;
use crate::drawing::chart::{Frame, Marker};
use crate::drawing::colour::{BLUE, GREY, INK, VERMILLION};
use crate::drawing::{Anchor, Dash, Letters, Rect, Rich, Scene, Stroke, point};
use crate::report::build::moran::{deciding_p, series_notes, years};
use crate::report::number::{self, default_stars};
use crate::report::words::FigureNote;
use crate::report::{Source, labels};
use crate::spec::figures::{FigureSpec, MoranScatterFigure};
use crate::store::figures::{MoranScatter, ScatterPoint};

/// Radius of points.
const RADIUS: f64 = 1.9;
/// Size of names of units.
const NAME: f64 = 5.5;

/// The quadrants: name, and on which side of the means they lie.
const QUADRANTS: [(&str, bool, bool); 4] =
    [("HH", true, true), ("LH", false, true), ("LL", false, false), ("HL", true, false)];

/// The scatters of a `[[moran]]` block.
pub(super) fn draw(source: Source<'_>, spec: &FigureSpec, wanted: &MoranScatterFigure) -> Figure {
    let kept = &source.experiment.figures.scatter;
    let listed = |s: &&MoranScatter| {
        wanted.years.is_empty() || wanted.years.iter().any(|year| year.value.0 == s.period)
    };
    let mut panels: Vec<&MoranScatter> =
        kept.iter().filter(|s| s.moran == wanted.moran).filter(listed).collect();
    panels.sort_by_key(|s| s.period);
    if panels.is_empty() {
        return empty(source, spec, source.words().drawn().no_series);
    }
    let all = || panels.iter().flat_map(|panel| &panel.points);
    // Above and below there is room for the corners.
    let range = |value: fn(&ScatterPoint) -> f64, room: f64| {
        let low = all().map(value).fold(0.0, f64::min);
        let high = all().map(value).fold(0.0, f64::max);
        let room = room * (high - low);
        (low - room, high + room)
    };
    let (x_range, y_range) = (range(|p| p.z, 0.06), range(|p| p.lag, 0.13));
    let x_ticks = labelled(&ticks(x_range.0, x_range.1, 5, false));
    let y_ticks = labelled(&ticks(y_range.0, y_range.1, 5, false));

    let (rows, columns) = Panels::square(panels.len());
    let left = y_axis_width(&y_ticks) + 14.0;
    let (gap, between) = (12.0, 22.0);
    let each = (width(spec) - left - 4.0 - gap * (columns - 1) as f64) / columns as f64;
    let below = X_AXIS_HEIGHT + 14.0;
    let height = 18.0 + below + rows as f64 * 0.8 * each + between * (rows - 1) as f64;
    let mut scene = canvas(spec, height);
    let inside = scene.area().inset([18.0, 4.0, below, left]);
    let grid = Panels::new(inside, rows, columns, (gap, between));
    for (i, panel) in panels.iter().enumerate() {
        let frame = Frame::new(grid.nth(i), x_range, y_range);
        frame.border(&mut scene);
        // The lowest panel of each column carries the axis.
        if i + columns >= panels.len() {
            frame.x_axis(&mut scene, &x_ticks);
        }
        if i % columns == 0 {
            frame.y_axis(&mut scene, &y_ticks);
        }
        draw_panel(source, &mut scene, &frame, panel, wanted);
    }
    let variable = source.spec.moran.iter().find(|m| m.id == wanted.moran);
    let variable = variable.map_or("", |m| labels::variable(source.spec, &m.variable.value));
    let (bottom, texts) = (scene.height, source.words().drawn());
    x_title(
        &mut scene,
        &inside,
        bottom,
        &Rich::plain(format!("{variable}{}", texts.standardised)).italic("z"),
    );
    y_title(&mut scene, &inside, 0.0, &Rich::plain(texts.spatial_lag).italic("Wz"));
    let notes = notes(source, wanted);
    Figure { scene, rows: csv(&panels), notes }
}

fn draw_panel(
    source: Source<'_>,
    scene: &mut Scene,
    frame: &Frame,
    panel: &MoranScatter,
    wanted: &MoranScatterFigure,
) {
    let means = Stroke::new(GREY, 0.6).dashed(Dash::Dashed);
    frame.level(scene, 0.0, means);
    frame.upright(scene, 0.0, means);
    let slope = slope(panel);
    let (low, high) = frame.x.values;
    frame.line(scene, (low, slope * low), (high, slope * high), Stroke::new(VERMILLION, 1.1));
    let year = years(source, &wanted.moran).iter().find(|y| y.period == panel.period);
    let stars = year.map(|y| number::stars(deciding_p(y), &default_stars())).unwrap_or_default();
    let title = Rich::bold(panel.period.to_string())
        .then("   Moran’s ")
        .italic("I")
        .then(format!(" = {}{stars}", number::plain(slope, number::decimals_to_see(&[slope], 3))));
    panel_title(scene, &frame.area, &title);

    let places: Vec<_> = panel.points.iter().map(|p| frame.at(p.z, p.lag)).collect();
    for &at in &places {
        Marker::Circle.draw(scene, at, RADIUS, BLUE, true);
    }
    let mut kept_free = quadrants(scene, &frame.area, panel);
    // Names do not stand on the line.
    kept_free.extend((0..=100).map(|i| {
        let x = low + f64::from(i) / 100.0 * (high - low);
        let at = frame.at(x, slope * x);
        Rect::new(at.x, at.y, 0.0, 0.0).grown(1.5)
    }));
    let map = source.experiment.figures.map.as_ref();
    let names: Vec<&str> = panel
        .points
        .iter()
        .map(|p| map.map_or(p.unit.as_str(), |map| map.label(&p.unit)))
        .collect();
    let mut order: Vec<usize> = (0..panel.points.len()).collect();
    let distance = |i: usize| panel.points[i].z.hypot(panel.points[i].lag);
    order.sort_by(|&a, &b| distance(b).total_cmp(&distance(a)).then(a.cmp(&b)));
    let wanted: Vec<Wanted> = order
        .into_iter()
        .take(wanted.names)
        .map(|i| Wanted { point: i, size: (Rich::plain(names[i]).width(NAME), NAME) })
        .collect();
    let free = placed(&places, RADIUS, &wanted, &frame.area.grown(-1.0), &kept_free);
    for (name, place) in wanted.iter().zip(free) {
        if let Some(place) = place {
            let at = point(place.x, place.bottom() - 0.2 * NAME);
            scene.text(at, &Rich::plain(names[name.point]), Letters::start(NAME));
        }
    }
}

/// The numbers of units in the corners; the areas they take.
fn quadrants(scene: &mut Scene, area: &Rect, panel: &MoranScatter) -> Vec<Rect> {
    let counts = QUADRANTS.map(|quadrant| count(panel, quadrant));
    QUADRANTS
        .iter()
        .zip(counts)
        .map(|((name, right, above), count)| {
            let x = if *right { area.right() - 4.0 } else { area.x + 4.0 };
            let y = if *above { area.y + 10.0 } else { area.bottom() - 4.0 };
            let anchor = if *right { Anchor::End } else { Anchor::Start };
            let letters = Letters { anchor, colour: INK, ..Letters::start(7.0) };
            scene.text(point(x, y), &Rich::bold(format!("{name} {count}")), letters)
        })
        .collect()
}

fn count(panel: &MoranScatter, (_, right, above): (&str, bool, bool)) -> usize {
    panel.points.iter().filter(|p| (p.z > 0.0) == right && (p.lag > 0.0) == above).count()
}

/// Of the least-squares line of the lag on z: Moran's I.
fn slope(panel: &MoranScatter) -> f64 {
    let cross: f64 = panel.points.iter().map(|p| p.z * p.lag).sum();
    let square: f64 = panel.points.iter().map(|p| p.z * p.z).sum();
    cross / square
}

fn csv(panels: &[&MoranScatter]) -> Vec<Vec<String>> {
    let mut rows = vec![row(["period", "unit", "z", "lag", "quadrant"])];
    for panel in panels {
        for p in &panel.points {
            let (name, ..) = QUADRANTS
                .iter()
                .find(|(_, right, above)| (p.z > 0.0) == *right && (p.lag > 0.0) == *above)
                .unwrap_or(&QUADRANTS[0]);
            let period = panel.period.to_string();
            rows.push(row([&period, &p.unit, &number::exact(p.z), &number::exact(p.lag), name]));
        }
    }
    rows
}

fn notes(source: Source<'_>, wanted: &MoranScatterFigure) -> Vec<String> {
    let years = years(source, &wanted.moran);
    let mut said = series_notes(source, &wanted.moran, years);
    said.extend(crate::report::notes::stars(source, &default_stars()));
    said.push(source.words().figure_note(FigureNote::Scatter));
    if years.iter().any(|y| y.p_permutation.is_some()) {
        said.push(source.words().figure_note(FigureNote::Seed(source.spec.seed.0)));
    }
    said
}
