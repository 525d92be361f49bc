//! A variable on the map, a panel a period, in classes from light to dark.

use super::ground::{Ground, Painted};
use super::{Figure, canvas, empty, row, width};
use crate::drawing::chart::axes::panel_title;
use crate::drawing::chart::panels::Panels;
use crate::drawing::chart::{Entry, Key, legend};
use crate::drawing::colour::WHITE;
use crate::drawing::hatch::Hatch;
use crate::drawing::{Colour, Rich};
use crate::report::words::FigureNote;
use crate::report::{Source, labels, notes, number};
use crate::spec::figures::{ClassRule, Classes, FigureSpec, MapFigure};
use crate::store::figures::UnitValues;

/// The map of a variable.
pub(super) fn draw(source: Source<'_>, spec: &FigureSpec, wanted: &MapFigure) -> Figure {
    let data = &source.experiment.figures;
    let Some(map) = &data.map else { return empty(source, spec, source.words().drawn().no_map) };
    let name = wanted.variable.value.as_str();
    let mut panels: Vec<&UnitValues> = data.values.iter().filter(|v| v.variable == name).collect();
    if wanted.years.is_empty() {
        let last = panels.iter().map(|v| v.period).max();
        panels.retain(|v| Some(v.period) == last);
    } else {
        panels.retain(|v| wanted.years.iter().any(|year| year.value.0 == v.period));
    }
    panels.sort_by_key(|v| v.period);
    let observed: Vec<f64> =
        panels.iter().flat_map(|p| p.values.values().copied().flatten()).collect();
    if observed.is_empty() {
        return empty(source, spec, source.words().drawn().not_observed_then);
    }
    let scale = ClassScale::new(&wanted.classes, &observed);
    let missing = panels.iter().any(|p| p.values.values().any(Option::is_none));
    let entries = scale.entries(missing.then_some(source.words().drawn().not_observed));

    let (rows, columns) = Panels::square(panels.len());
    let total = width(spec);
    let title = legend_title(source, wanted);
    let (legend_width, legend_height) = legend::size_of_column(&entries);
    let legend_width = legend_width.max(Rich::bold(&title).width(8.0));
    let each = (total - legend_width - 16.0 - 10.0 * (columns - 1) as f64) / columns as f64;
    let heading = 16.0;
    let tall = rows as f64 * (each * Ground::shape(map) + heading);
    let mut scene = canvas(spec, tall.max(legend_height + 30.0));
    let inside = scene.area().inset([heading, legend_width + 16.0, 2.0, 2.0]);
    let grid = Panels::new(inside, rows, columns, (10.0, heading));
    for (i, panel) in panels.iter().enumerate() {
        let area = grid.nth(i);
        panel_title(&mut scene, &area, &Rich::bold(panel.period.to_string()));
        Ground::new(map, &area).draw(&mut scene, wanted.names, |unit| {
            let value = panel.values.get(unit).copied().flatten()?;
            Some(Painted { colour: scale.colour(value), hatch: Hatch::Plain })
        });
    }
    let (x, y) = (total - legend_width, scene.height - legend_height - 4.0);
    let at = crate::drawing::point(x, y - 4.0);
    scene.text(at, &Rich::bold(title), crate::drawing::Letters::start(8.0));
    legend::draw_column(&mut scene, &entries, (x, y));
    Figure { scene, rows: csv(&panels, &scale), notes: said(source, wanted, map.file.as_str()) }
}

fn legend_title(source: Source<'_>, wanted: &MapFigure) -> String {
    let variable = source.spec.variables.get(&wanted.variable.value);
    let label = labels::variable(source.spec, &wanted.variable.value);
    let logarithm = label.starts_with("ln ");
    match variable.and_then(|v| v.unit.as_deref()).filter(|_| !logarithm) {
        Some(unit) => source.words().qualified(label, &labels::unit(unit)),
        None => label.to_owned(),
    }
}

/// Classes with their colours.
struct ClassScale {
    low: f64,
    high: f64,
    /// Values between classes, rising.
    breaks: Vec<f64>,
    decimals: usize,
}

impl ClassScale {
    fn new(classes: &Classes, observed: &[f64]) -> Self {
        let mut sorted = observed.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        let mut breaks: Vec<f64> = match classes {
            Classes::Breaks(breaks) => breaks.clone(),
            Classes::ByRule(ClassRule::Equal, count) => {
                let step = (high - low) / *count as f64;
                (1..*count).map(|i| low + i as f64 * step).collect()
            }
            Classes::ByRule(ClassRule::Quantile, count) => {
                (1..*count).map(|i| quantile(&sorted, i as f64 / *count as f64)).collect()
            }
        };
        // Values that are alike make fewer classes.
        breaks.dedup();
        breaks.retain(|b| matches!(classes, Classes::Breaks(_)) || (*b > low && *b <= high));
        let mut marks = vec![low];
        marks.extend(breaks.iter().copied().chain([high]));
        Self { low, high, decimals: decimals(&marks), breaks }
    }

    /// A value at a break belongs to the class above it.
    fn class(&self, value: f64) -> usize {
        self.breaks.partition_point(|b| *b <= value)
    }

    fn colour(&self, value: f64) -> Colour {
        self.colour_of(self.class(value))
    }

    fn colour_of(&self, class: usize) -> Colour {
        // The ends of the ramp are left out: white is paper, and black hides borders.
        let share =
            if self.breaks.is_empty() { 0.5 } else { class as f64 / self.breaks.len() as f64 };
        Colour::sequential(0.05 + 0.9 * share)
    }

    fn entries(&self, missing: Option<&str>) -> Vec<Entry> {
        let text = |v: f64| number::plain(v, self.decimals);
        let mut entries: Vec<Entry> = (0..=self.breaks.len())
            .rev()
            .map(|class| {
                let low = if class == 0 {
                    self.low.min(self.breaks.first().copied().unwrap_or(self.low))
                } else {
                    self.breaks[class - 1]
                };
                let high = self.breaks.get(class).copied().unwrap_or_else(|| self.high.max(low));
                let range = format!("{} – {}", text(low), text(high));
                Entry::new(Key::Swatch(self.colour_of(class), Hatch::Plain), range)
            })
            .collect();
        entries.extend(missing.map(|text| Entry::new(Key::Swatch(WHITE, Hatch::Rising), text)));
        entries
    }
}

/// Of sorted values, by linear interpolation (type 7 of Hyndman & Fan 1996).
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = p * (sorted.len() - 1) as f64;
    let low = at.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (at - low as f64) * (sorted[high] - sorted[low])
}

/// Decimals, at most six, with which neighbours among rising values differ.
fn decimals(marks: &[f64]) -> usize {
    let differ = |d: usize| {
        let written: Vec<String> = marks.iter().map(|m| number::plain(*m, d)).collect();
        let pairs = marks.windows(2).zip(written.windows(2));
        pairs.filter(|(m, _)| m[0] < m[1]).all(|(_, w)| w[0] != w[1])
    };
    let span = marks[marks.len() - 1] - marks[0];
    let needed = if span >= 100.0 {
        0
    } else if span >= 10.0 {
        1
    } else {
        2
    };
    (needed..6).find(|d| differ(*d)).unwrap_or(6)
}

fn csv(panels: &[&UnitValues], scale: &ClassScale) -> Vec<Vec<String>> {
    let mut rows = vec![row(["period", "unit", "variable", "value", "class"])];
    for panel in panels {
        for (unit, value) in &panel.values {
            let class = value.map(|v| (scale.class(v) + 1).to_string()).unwrap_or_default();
            let value = value.map(number::exact).unwrap_or_default();
            let period = panel.period.to_string();
            rows.push(row([&period, unit, &panel.variable, &value, &class]));
        }
    }
    rows
}

fn said(source: Source<'_>, wanted: &MapFigure, file: &str) -> Vec<String> {
    let mut said = notes::data(source);
    let rule = match &wanted.classes {
        Classes::Breaks(_) => None,
        Classes::ByRule(rule, _) => Some(*rule),
    };
    let words = source.words();
    said.push(words.figure_note(FigureNote::Classes(rule, wanted.years.len() > 1)));
    said.push(words.figure_note(FigureNote::Map(file)));
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_as_many_units_or_are_as_wide() {
        let values: Vec<f64> = (0..10).map(|i| f64::from(i * i)).collect();
        let by = |rule| ClassScale::new(&Classes::ByRule(rule, 5), &values);
        let quantile = by(ClassRule::Quantile);
        let counts: Vec<usize> =
            (0..5).map(|c| values.iter().filter(|v| quantile.class(**v) == c).count()).collect();
        assert_eq!(counts, [2, 2, 2, 2, 2]);
        assert_eq!(by(ClassRule::Equal).breaks[0], 81.0 / 5.0);
        assert_eq!(
            ClassScale::new(&Classes::ByRule(ClassRule::Quantile, 5), &[3.0; 7]).breaks.len(),
            0
        );
        let stated = ClassScale::new(&Classes::Breaks(vec![1.0, 50.0]), &values);
        assert_eq!((stated.class(1.0), stated.class(0.9), stated.class(81.0)), (1, 0, 2));
    }
}
