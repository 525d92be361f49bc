//! Local Moran's I on the map: clusters and outliers by colour and hatch.

use super::ground::{Ground, Painted};
use super::{Figure, canvas, empty, row, width};
use crate::drawing::chart::axes::panel_title;
use crate::drawing::chart::panels::Panels;
use crate::drawing::chart::{Entry, Key, legend};
use crate::drawing::colour::{BLUE, VERMILLION, WHITE};
use crate::drawing::hatch::Hatch;
use crate::drawing::{Colour, Rich};
use crate::report::words::FigureNote;
use crate::report::{Source, labels, notes, number};
use crate::spec::figures::{FigureSpec, LisaFigure};
use crate::store::figures::{LocalMoranPeriod, LocalUnit};

/// What a unit and its neighbours have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cluster {
    HighHigh,
    LowLow,
    HighLow,
    LowHigh,
    NotSignificant,
    Alone,
    Outside,
}

impl Cluster {
    const ALL: [Self; 7] = [
        Self::HighHigh,
        Self::LowLow,
        Self::HighLow,
        Self::LowHigh,
        Self::NotSignificant,
        Self::Alone,
        Self::Outside,
    ];

    fn of(unit: &LocalUnit, wanted: &LisaFigure) -> Self {
        if !significant(unit, wanted) {
            return Self::NotSignificant;
        }
        match (unit.z > 0.0, unit.lag > 0.0) {
            (true, true) => Self::HighHigh,
            (false, false) => Self::LowLow,
            (true, false) => Self::HighLow,
            (false, true) => Self::LowHigh,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::HighHigh => "high-high",
            Self::LowLow => "low-low",
            Self::HighLow => "high-low",
            Self::LowHigh => "low-high",
            Self::NotSignificant => "not significant",
            Self::Alone => "no neighbours",
            Self::Outside => "not included",
        }
    }

    /// What a legend calls it.
    fn in_words(self, source: Source<'_>) -> &'static str {
        let position = Self::ALL.iter().position(|of| *of == self);
        source.words().drawn().clusters[position.unwrap_or_default()]
    }

    /// Clusters are dark and plain, outliers pale and hatched; high is red, low is blue.
    fn painted(self) -> Painted {
        let (colour, hatch) = match self {
            Self::HighHigh => (VERMILLION, Hatch::Plain),
            Self::LowLow => (BLUE.mixed(Colour(0, 0, 0), 0.35), Hatch::Plain),
            Self::HighLow => (VERMILLION.lighter(0.6), Hatch::Rising),
            Self::LowHigh => (BLUE.lighter(0.65), Hatch::Falling),
            Self::NotSignificant => (Colour(0xe6, 0xe6, 0xe6), Hatch::Plain),
            Self::Alone => (WHITE, Hatch::Dots),
            Self::Outside => (WHITE, Hatch::Plain),
        };
        Painted { colour, hatch }
    }
}

fn significant(unit: &LocalUnit, wanted: &LisaFigure) -> bool {
    if wanted.fdr { unit.p_adjusted <= wanted.level } else { unit.p_value < wanted.level }
}

fn cluster(panel: &LocalMoranPeriod, wanted: &LisaFigure, name: &str) -> Cluster {
    match panel.units.iter().find(|unit| unit.unit == name) {
        Some(unit) => Cluster::of(unit, wanted),
        None if panel.isolates.iter().any(|unit| unit == name) => Cluster::Alone,
        None => Cluster::Outside,
    }
}

/// The map of clusters.
pub(super) fn draw(source: Source<'_>, spec: &FigureSpec, wanted: &LisaFigure) -> Figure {
    let data = &source.experiment.figures;
    let Some(map) = &data.map else { return empty(source, spec, source.words().drawn().no_map) };
    let mut panels: Vec<&LocalMoranPeriod> = data
        .local
        .iter()
        .filter(|l| l.moran == wanted.moran && l.permutations == wanted.permutations)
        .collect();
    if wanted.years.is_empty() {
        let last = panels.iter().map(|l| l.period).max();
        panels.retain(|l| Some(l.period) == last);
    } else {
        panels.retain(|l| wanted.years.iter().any(|year| year.value.0 == l.period));
    }
    panels.sort_by_key(|l| l.period);
    if panels.is_empty() {
        return empty(source, spec, source.words().drawn().no_local);
    }
    let areas = || map.areas.iter().filter(|area| area.unit).map(|area| area.name.as_str());
    let count = |of: Cluster| -> Vec<usize> {
        let own = |panel: &&LocalMoranPeriod| {
            areas().filter(|name| cluster(panel, wanted, name) == of).count()
        };
        panels.iter().map(own).collect()
    };
    let entries: Vec<Entry> = Cluster::ALL
        .into_iter()
        .map(|of| (of, count(of)))
        .filter(|(of, counts)| {
            let always = !matches!(of, Cluster::Alone | Cluster::Outside);
            always || counts.iter().any(|n| *n > 0)
        })
        .map(|(of, counts)| {
            let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
            let text = source.words().qualified(of.in_words(source), &counts.join(", "));
            Entry::new(Key::Swatch(of.painted().colour, of.painted().hatch), text)
        })
        .collect();

    let (rows, columns) = Panels::square(panels.len());
    let legend_height = legend::height_of_rows(&entries, width(spec));
    let each = (width(spec) - 4.0 - 10.0 * (columns - 1) as f64) / columns as f64;
    let heading = 16.0;
    let tall = rows as f64 * (each * Ground::shape(map) + heading);
    let mut scene = canvas(spec, tall + legend_height + 8.0);
    let inside = scene.area().inset([heading, 2.0, legend_height + 6.0, 2.0]);
    let grid = Panels::new(inside, rows, columns, (10.0, heading));
    for (i, panel) in panels.iter().enumerate() {
        let area = grid.nth(i);
        panel_title(&mut scene, &area, &Rich::bold(panel.period.to_string()));
        Ground::new(map, &area)
            .draw(&mut scene, wanted.names, |unit| Some(cluster(panel, wanted, unit).painted()));
    }
    let (top, total) = (scene.height - legend_height, scene.width);
    legend::draw_rows(&mut scene, &entries, (0.0, top), total);
    let said = said(source, wanted, panels.len(), map.file.as_str());
    Figure { scene, rows: csv(&panels, wanted), notes: said }
}

fn csv(panels: &[&LocalMoranPeriod], wanted: &LisaFigure) -> Vec<Vec<String>> {
    let mut rows =
        vec![row(["period", "unit", "z", "lag", "i", "p_value", "p_adjusted", "cluster"])];
    for panel in panels {
        for unit in &panel.units {
            let mut line = vec![panel.period.to_string(), unit.unit.clone()];
            line.extend(
                [unit.z, unit.lag, unit.i, unit.p_value, unit.p_adjusted].map(number::exact),
            );
            line.push(Cluster::of(unit, wanted).name().to_owned());
            rows.push(line);
        }
        for unit in &panel.isolates {
            let mut line = vec![panel.period.to_string(), unit.clone()];
            line.extend(vec![String::new(); 5]);
            line.push(Cluster::Alone.name().to_owned());
            rows.push(line);
        }
    }
    rows
}

fn said(source: Source<'_>, wanted: &LisaFigure, panels: usize, file: &str) -> Vec<String> {
    let words = source.words();
    let mut said = notes::data(source);
    if let Some(block) = source.spec.moran.iter().find(|block| block.id == wanted.moran) {
        let variable = labels::variable(source.spec, &block.variable.value);
        let weights = labels::weights(source.spec, &block.weights);
        let region = block.region.as_ref().map(|r| labels::region(source.spec, r));
        let note = FigureNote::Local(variable, &weights, region.as_deref());
        said.push(words.figure_note(note));
    }
    let level = number::threshold(wanted.level);
    let notes = [
        FigureNote::Permutations(wanted.permutations, &level, wanted.fdr),
        FigureNote::Clusters,
        FigureNote::Units(panels > 1),
        FigureNote::Map(file),
        FigureNote::Seed(source.spec.seed.0),
    ];
    said.extend(notes.map(|note| words.figure_note(note)));
    said
}
