//! A table with a row a unit, or several that agree → where the units are.

use crate::load::links::{Named, Origin};
use crate::load::table::Table;
use crate::load::{Sort, collect, number};
use crate::mistake::{Checked, Mistakes, suggest};
use crate::model::weighting::Metric;
use std::collections::HashMap;

/// The columns of the table.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Names of units.
    pub unit: &'a str,
    /// Longitudes, or first coordinates.
    pub x: &'a str,
    /// Latitudes, or second coordinates.
    pub y: &'a str,
}

/// The units that `table` names and their points. Rows without coordinates are passed over where
/// another row of the unit has them; those of `missing` are as if empty.
pub fn read(
    table: Table,
    columns: Columns<'_>,
    metric: Metric,
    missing: &[String],
) -> Checked<(Named, Vec<(f64, f64)>)> {
    let mut mistakes = collect([table.duplicate_columns()]);
    let found = [columns.unit, columns.x, columns.y].map(|name| {
        table.column(name).or_else(|| {
            let known = suggest(name, table.header.iter().filter(|name| !name.is_empty()));
            let message = format!("there is no column `{name}`");
            mistakes.push(table.header_mistake(0, &message).help(known));
            None
        })
    });
    let [Some(unit), Some(x), Some(y)] = found else { return Err(Mistakes::some(mistakes)) };
    let mut reading = Reading {
        nameless: Sort::new(table.file(), "rows without a unit"),
        numbers: Sort::new(table.file(), "cells that are no coordinates"),
        twice: Sort::new(table.file(), "units at two places"),
        table: &table,
        axes: [(x, 180.0, "longitude"), (y, 90.0, "latitude")],
        metric,
        missing,
    };
    let mut units = Units::default();
    for row in 0..table.rows.len() {
        reading.row(row, unit, &mut units);
    }
    let mut nowhere = Sort::new(table.file(), "units without coordinates");
    for (i, name) in units.names.iter().enumerate().filter(|(i, _)| units.points[*i].is_none()) {
        let message = format!("`{name}` has no coordinates");
        let row = units.rows[i];
        nowhere.add(|| table.mistake(row, x, &message).help("give its point, or leave it out"));
    }
    mistakes.extend(collect([reading.nameless, reading.numbers, reading.twice, nowhere]));
    let points: Vec<(f64, f64)> = units.points.into_iter().flatten().collect();
    Mistakes::unless_empty(mistakes, ())?;
    Ok((Named::units(units.names, Origin::Table(table, unit, units.rows)), points))
}

/// Units in the order in which they come first.
#[derive(Default)]
struct Units {
    names: Vec<String>,
    at: HashMap<String, usize>,
    rows: Vec<usize>,
    points: Vec<Option<(f64, f64)>>,
    point_rows: Vec<usize>,
}

struct Reading<'a> {
    table: &'a Table,
    /// Column, largest absolute value on a sphere, what it is there.
    axes: [(usize, f64, &'static str); 2],
    metric: Metric,
    missing: &'a [String],
    nameless: Sort,
    numbers: Sort,
    twice: Sort,
}

impl Reading<'_> {
    fn row(&mut self, row: usize, unit: usize, units: &mut Units) {
        let table = self.table;
        let name = table.cell(row, unit);
        if name.is_empty() {
            return self.nameless.add(|| table.mistake(row, unit, "the unit is missing"));
        }
        let index = *units.at.entry(name.to_owned()).or_insert_with(|| {
            units.names.push(name.to_owned());
            units.rows.push(row);
            units.points.push(None);
            units.point_rows.push(row);
            units.names.len() - 1
        });
        let empty = |column: usize| {
            let cell = table.cell(row, column);
            cell.is_empty() || self.missing.iter().any(|code| code == cell)
        };
        if self.axes.iter().all(|(column, ..)| empty(*column)) {
            return;
        }
        let axes = self.axes;
        let [Some(x), Some(y)] = axes.map(|axis| self.coordinate(row, axis)) else {
            // Told already: the unit is not also without coordinates.
            units.points[index].get_or_insert((0.0, 0.0));
            return;
        };
        match units.points[index] {
            None => {
                units.points[index] = Some((x, y));
                units.point_rows[index] = row;
            }
            Some(point) if point == (x, y) => {}
            Some((a, b)) => {
                let first = table.row_name(units.point_rows[index]);
                let message = format!("`{name}` is at ({x}, {y}), in {first} at ({a}, {b})");
                let help = "a unit has one point";
                self.twice.add(|| table.mistake(row, axes[0].0, &message).help(help));
            }
        }
    }

    fn coordinate(
        &mut self,
        row: usize,
        (column, most, what): (usize, f64, &'static str),
    ) -> Option<f64> {
        let table = self.table;
        let cell = table.cell(row, column);
        match number::parse(cell) {
            Ok(value) if self.metric == Metric::Sphere && value.abs() > most => {
                let message =
                    format!("{cell} is no {what}: it goes from −{most} to {most} degrees");
                let help = "`x` is the longitude, `y` the latitude; coordinates of a projection \
                            need distance = \"plane\"";
                self.numbers.add(|| table.mistake(row, column, &message).help(help));
                None
            }
            Ok(value) => Some(value),
            Err(reason) => {
                let message = match cell {
                    "" => "this coordinate is missing".to_owned(),
                    text => format!("`{text}` is no coordinate"),
                };
                self.numbers.add(|| table.mistake(row, column, &message).help(reason.help));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::csv;
    use crate::load::text::Text;
    use std::path::Path;

    fn of(text: &str, metric: Metric) -> Checked<(Named, Vec<(f64, f64)>)> {
        let table = csv::read(Text::new(Path::new("p.csv"), text.to_owned())).expect("a table");
        let columns = Columns { unit: "city", x: "lon", y: "lat" };
        read(table, columns, metric, &["NA".to_owned()])
    }

    #[test]
    fn rows_of_a_unit_agree() {
        let text = "city,year,lon,lat\nA,1,10,20\nB,1,NA,\nA,2,10,20\nB,2,-5,0\n";
        let (named, points) = of(text, Metric::Sphere).expect("sound");
        assert_eq!(named.names, ["A", "B"]);
        assert_eq!(points, [(10.0, 20.0), (-5.0, 0.0)]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let text = "city,lon,lat\nA,10,91\nB,x,0\n,1,1\nC,,\nD,1,2\nD,1,3\nE,1,\n";
        let said = of(text, Metric::Sphere).expect_err("wrong").to_string();
        for part in [
            "p.csv:2:6: 91 is no latitude",
            "p.csv:3:3: `x` is no coordinate",
            "p.csv:4:1: the unit is missing",
            "p.csv:5:3: `C` has no coordinates",
            "p.csv:7:3: `D` is at (1, 3), in line 6 at (1, 2)",
            "p.csv:8:5: this coordinate is missing",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
        assert_eq!(said.lines().count(), 6, "{said}");
        assert!(of("city,lon,lat\nA,1000,91\n", Metric::Plane).is_ok());
    }
}
