//! GWT lists of links with weights, as `GeoDa` and libpysal write them.
//!
//! ```text
//! 0 3 provinces name          or only the number of units
//! Beijing Hebei 1.5
//! Hebei Beijing 1.5
//! ```
//!
//! Units without neighbours are counted in the first line and not named. Names are written as in GAL
//! files.

use crate::load::gal::{Word, span, words};
use crate::load::links::{Builder, Named};
use crate::load::text::Text;
use crate::load::{Sort, collect, number};
use crate::mistake::{Checked, Mistake, Mistakes};

/// Reads the links of `text`.
pub fn read(text: Text) -> Checked<Named> {
    let lines: Vec<Vec<Word<'_>>> = (1..=text.n_lines())
        .map(|line| words(&text, line))
        .filter(|words| !words.is_empty())
        .collect();
    let Some((header, rest)) = lines.split_first() else {
        return Err(Mistake::file(&text.file, "this file is empty").into());
    };
    let count: Option<usize> = match header.as_slice() {
        [(count, _)] | [("0", _), (count, _), ..] => count.parse().ok(),
        _ => None,
    };
    let Some(count) = count else {
        let message = "this is no header of a GWT file: `0 n layer id` or `n` was expected";
        let help = "the first line gives the number of units: 0 48 states name";
        return Err(text.mistake(span(header), message).help(help).into());
    };
    let mut builder = Builder::new(&text.file);
    let mut sorts = [
        Sort::new(&text.file, "lines that are not `from to weight`"),
        Sort::new(&text.file, "weights that cannot be used"),
    ];
    for line in rest {
        let [(from, from_at), (to, to_at), (weight, weight_at)] = line.as_slice() else {
            let message = "`from to weight` was expected";
            let help = "names with blanks stand in quotation marks";
            sorts[0].add(|| text.mistake(span(line), message).help(help));
            continue;
        };
        builder.unit_if_new(from, from_at.clone());
        builder.unit_if_new(to, to_at.clone());
        match number::parse(weight) {
            Ok(weight) if weight > 0.0 => {
                builder.link(&text, from, to, weight, to_at.clone());
            }
            Ok(0.0) => {}
            Ok(_) => {
                let message = format!("the weight {weight} is negative");
                let help = "weights are zero or positive";
                sorts[1].add(|| text.mistake(weight_at.clone(), message).help(help));
            }
            Err(reason) => {
                let message = format!("`{weight}` is not a weight");
                sorts[1].add(|| text.mistake(weight_at.clone(), message).help(reason.help));
            }
        }
    }
    let mut mistakes = collect(sorts);
    mistakes.extend(builder.take_mistakes());
    let header = span(header);
    Mistakes::unless_empty(mistakes, ())?;
    let mut named = builder.with(text.clone());
    match count.checked_sub(named.names.len()) {
        Some(unnamed) => named.unnamed = unnamed,
        None => {
            let found = named.names.len();
            let message = format!("the header announces {count} units, the file names {found}");
            let help = "correct the number in the first line";
            return Err(text.mistake(header, message).help(help).into());
        }
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn of(text: &str) -> Checked<Named> {
        read(Text::new(Path::new("w.gwt"), text.to_owned()))
    }

    #[test]
    fn links_and_the_number_of_silent_units_are_read() {
        let named = of("0 4 layer id\nA \"New York\" 1.5\n\"New York\" A 2\n").expect("sound");
        assert_eq!((named.names, named.unnamed), (vec!["A".into(), "New York".into()], 2));
        assert_eq!(named.links, [(0, 1, 1.5), (1, 0, 2.0)]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let wrong = of("0 4 l id\nA B 1\nA C\nB A -1\nB B x\n").expect_err("three mistakes");
        let said = wrong.to_string();
        assert!(said.contains("w.gwt:3:1: `from to weight`"), "{said}");
        assert!(said.contains("w.gwt:4:5: the weight -1 is negative"), "{said}");
        assert!(said.contains("w.gwt:5:5: `x` is not a weight"), "{said}");
        assert!(of("1\nA B 1\nB A 1\n").expect_err("too many").to_string().contains("names 2"));
    }
}
