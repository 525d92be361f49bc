//! Links as text: what other programs read, and what is read back here.

use super::Links;
use std::fmt::Write as _;

/// A GAL list of neighbours; weights are lost.
pub fn gal(name: &str, links: &Links) -> String {
    let mut text = header(name, links);
    for (i, of) in by_unit(links).into_iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} {}", word(&links.units[i].0), of.len());
        let names: Vec<String> = of.iter().map(|(j, _)| word(&links.units[*j].0)).collect();
        text.push_str(&names.join(" "));
        text.push('\n');
    }
    text
}

/// A GWT list of links. Units without neighbours are counted in its first line only.
pub fn gwt(name: &str, links: &Links) -> String {
    let mut text = header(name, links);
    for (i, of) in by_unit(links).into_iter().enumerate() {
        for (j, weight) in of {
            let (from, to) = (word(&links.units[i].0), word(&links.units[j].0));
            let _ = writeln!(text, "{from} {to} {weight}");
        }
    }
    text
}

/// A Matrix Market file; its comments name the units in order.
pub fn mtx(links: &Links) -> String {
    let mut text = String::from("%%MatrixMarket matrix coordinate real general\n");
    for unit in &links.units {
        let _ = writeln!(text, "% unit {unit}");
    }
    let n = links.units.len();
    let _ = writeln!(text, "{n} {n} {}", links.links.len());
    for (i, of) in by_unit(links).into_iter().enumerate() {
        for (j, weight) in of {
            let _ = writeln!(text, "{} {} {weight}", i + 1, j + 1);
        }
    }
    text
}

/// A CSV of links; a unit without neighbours has a row of its own.
pub fn edges(links: &Links) -> String {
    let mut text = String::from("from,to,weight\n");
    for (i, of) in by_unit(links).into_iter().enumerate() {
        let from = cell(&links.units[i].0);
        if of.is_empty() {
            let _ = writeln!(text, "{from},,");
        }
        for (j, weight) in of {
            let _ = writeln!(text, "{from},{},{weight}", cell(&links.units[j].0));
        }
    }
    text
}

fn header(name: &str, links: &Links) -> String {
    format!("0 {} {} unit\n", links.units.len(), word(name))
}

/// The links of each unit, rising.
fn by_unit(links: &Links) -> Vec<Vec<(usize, f64)>> {
    let mut of = vec![Vec::new(); links.units.len()];
    for &(from, to, weight) in &links.links {
        of[from].push((to, weight));
    }
    of.iter_mut().for_each(|list: &mut Vec<(usize, f64)>| list.sort_unstable_by_key(|l| l.0));
    of
}

/// The first unit whose name GAL and GWT have no way to write: a quotation mark ends a name there.
pub fn unwritable(links: &Links) -> Option<&str> {
    let quoted = |name: &&str| {
        name.starts_with('"') || (name.contains('"') && name.contains(char::is_whitespace))
    };
    links.units.iter().map(|unit| unit.0.as_str()).find(quoted)
}

/// A name among blanks.
fn word(name: &str) -> String {
    let plain = !name.is_empty() && !name.contains(char::is_whitespace);
    if plain { name.to_owned() } else { format!("\"{name}\"") }
}

/// A name among commas.
fn cell(name: &str) -> String {
    let plain = !name.contains([',', '"', '\n', '\r', ';', '\t']) && name.trim() == name;
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::UnitId;

    #[test]
    fn names_with_quotation_marks_and_blanks_are_told() {
        let of = |name: &str| Links { units: vec![UnitId(name.to_owned())], links: Vec::new() };
        assert_eq!(unwritable(&of("New \"York\"")), Some("New \"York\""));
        assert_eq!(unwritable(&of("\"York")), Some("\"York"));
        assert_eq!(unwritable(&of("Y\"ork")), None);
        assert_eq!(unwritable(&of("New York")), None);
    }

    #[test]
    fn every_format_by_hand() {
        let links = Links {
            units: ["A", "New York", "C"].map(|name| UnitId(name.to_owned())).to_vec(),
            links: vec![(0, 1, 0.5), (1, 0, 2.0)],
        };
        assert_eq!(gal("w", &links), "0 3 w unit\nA 1\n\"New York\"\n\"New York\" 1\nA\nC 0\n\n");
        assert_eq!(gwt("w", &links), "0 3 w unit\nA \"New York\" 0.5\n\"New York\" A 2\n");
        assert_eq!(edges(&links), "from,to,weight\nA,New York,0.5\nNew York,A,2\nC,,\n");
        let lines = "% unit A\n% unit New York\n% unit C\n3 3 2\n1 2 0.5\n2 1 2\n";
        assert!(mtx(&links).ends_with(lines));
    }
}
