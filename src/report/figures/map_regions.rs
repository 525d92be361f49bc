//! Regions on the map, by colour and hatch.

use super::ground::{Ground, Painted};
use super::{Figure, canvas, empty, row, width};
use crate::drawing::Colour;
use crate::drawing::chart::{Entry, Key, legend};
use crate::drawing::hatch::Hatch;
use crate::ident::Located;
use crate::report::words::FigureNote;
use crate::report::{Source, labels, notes};
use crate::spec::figures::FigureSpec;

/// The map of regions.
pub(super) fn draw(
    source: Source<'_>,
    spec: &FigureSpec,
    regions: &[Located<String>],
    names: bool,
) -> Figure {
    let data = &source.experiment.figures;
    let Some(map) = &data.map else { return empty(source, spec, source.words().drawn().no_map) };
    let painted =
        |i: usize| Painted { colour: Colour::group(i).lighter(0.55), hatch: Hatch::group(i) };
    let members = |i: usize| data.regions.get(&regions[i].value);
    let entries: Vec<Entry> = regions
        .iter()
        .enumerate()
        .map(|(i, region)| {
            let count = members(i).map_or(0, Vec::len);
            let text = source
                .words()
                .qualified(&labels::region(source.spec, &region.value), &count.to_string());
            Entry::new(Key::Swatch(painted(i).colour, painted(i).hatch), text)
        })
        .collect();
    let legend_height = legend::height_of_rows(&entries, width(spec));
    let mut scene = canvas(spec, width(spec) * Ground::shape(map) + legend_height + 8.0);
    let area = scene.area().inset([2.0, 2.0, legend_height + 6.0, 2.0]);
    let region_of = |unit: &str| {
        (0..regions.len())
            .find(|&i| members(i).is_some_and(|units| units.iter().any(|u| u == unit)))
    };
    Ground::new(map, &area).draw(&mut scene, names, |unit| {
        let none = Painted { colour: crate::drawing::colour::WHITE, hatch: Hatch::Plain };
        Some(region_of(unit).map_or(none, painted))
    });
    let (top, total) = (scene.height - legend_height, scene.width);
    legend::draw_rows(&mut scene, &entries, (0.0, top), total);
    let mut rows = vec![row(["region", "unit"])];
    for (i, region) in regions.iter().enumerate() {
        rows.extend(members(i).into_iter().flatten().map(|unit| row([&region.value, unit])));
    }
    let mut said = notes::data(source);
    let words = source.words();
    said.push(words.figure_note(FigureNote::Units(false)));
    said.push(words.figure_note(FigureNote::Map(map.file.as_str())));
    Figure { scene, rows, notes: said }
}
