//! Matrix Market files in coordinate form. The format has no names: they stand in comments,
//! `% unit NAME` in order, as `spanel weights --write` puts them, or in a file of their own.

use crate::load::links::{Builder, Named, Origin};
use crate::load::text::Text;
use crate::load::{Sort, collect, number};
use crate::mistake::{Checked, Mistake, Mistakes};
use std::ops::Range;

/// How entries are given.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind {
    pattern: bool,
    symmetric: bool,
}

/// Reads the matrix of `text`, whose units are the lines of `names` or of its own comments.
pub fn read(text: Text, names: Option<Text>) -> Checked<Named> {
    let kind = kind(&text)?;
    let comments = own_names(&text);
    let (list, source) = match &names {
        Some(names) => (lines(names), names),
        None => (comments, &text),
    };
    let mut builder = Builder::new(&source.file);
    for (name, at) in &list {
        builder.unit(source, name, at.clone());
    }
    Mistakes::unless_empty(builder.take_mistakes(), ())?;
    let mut entries = (1..=text.n_lines()).filter(|line| {
        let line = text.line(*line).trim();
        !line.is_empty() && !line.starts_with('%')
    });
    let Some(size) = entries.next() else {
        let message = "this file has no line with rows, columns and entries";
        return Err(Mistake::file(&text.file, message).help("it may be cut short").into());
    };
    let (n, announced) = size_of(&text, size, &list)?;
    let mut found = 0;
    let mut links = Vec::new();
    let mut sort = Sort::new(&text.file, "lines that are no entries");
    for line in entries {
        found += 1;
        match entry(text.line(line), kind, n) {
            Ok((i, j, weight)) if weight > 0.0 => {
                links.push((i, j, weight, line));
                if kind.symmetric && i != j {
                    links.push((j, i, weight, line));
                }
            }
            Ok(_) => {}
            Err(message) => {
                sort.add(|| text.mistake(whole(&text, line), message).help(
                    "expected `row column weight`, rows and columns counted from 1, weights zero or positive",
                ));
            }
        }
    }
    let sound = sort.is_empty();
    let mut mistakes = collect([sort]);
    if sound && found != announced {
        let message = format!("the header announces {announced} entries, the file has {found}");
        let help = if found < announced {
            "the file may be cut short: write it again"
        } else {
            "correct the number of entries"
        };
        mistakes.push(text.mistake(whole(&text, size), message).help(help));
    }
    for (i, j, weight, line) in links {
        builder.link(&text, &list[i].0, &list[j].0, weight, whole(&text, line));
    }
    mistakes.extend(builder.take_mistakes());
    let places = list.iter().map(|(_, at)| at.clone()).collect();
    let origin = Origin::Text(source.clone(), places);
    let named = Named { origin, ..builder.with(text.clone()) };
    Mistakes::unless_empty(mistakes, named)
}

fn whole(text: &Text, line: usize) -> Range<usize> {
    let start = text.line_start(line);
    start..start + text.line(line).len()
}

fn kind(text: &Text) -> Checked<Kind> {
    let words: Vec<String> = text.line(1).split_whitespace().map(str::to_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let kind = match words.as_slice() {
        ["%%matrixmarket", "matrix", "coordinate", of, symmetry] => {
            let pattern = match *of {
                "pattern" => Some(true),
                "real" | "integer" => Some(false),
                _ => None,
            };
            let symmetric = match *symmetry {
                "symmetric" => Some(true),
                "general" => Some(false),
                _ => None,
            };
            pattern.zip(symmetric)
        }
        _ => None,
    };
    let Some((pattern, symmetric)) = kind else {
        let message = "this is no Matrix Market file of a kind that weights have";
        let help = "the first line is `%%MatrixMarket matrix coordinate real general`, or with \
                    `integer`, `pattern`, `symmetric`";
        return Err(text.mistake(whole(text, 1), message).help(help).into());
    };
    Ok(Kind { pattern, symmetric })
}

/// Names in comments, and where they stand.
fn own_names(text: &Text) -> Vec<(String, Range<usize>)> {
    let named = |line: usize| {
        let content = text.line(line);
        let name = content.strip_prefix('%')?.trim_start().strip_prefix("unit ")?.trim();
        let start = text.line_start(line) + content.len() - name.len();
        Some((name.to_owned(), start..start + name.len()))
    };
    (1..=text.n_lines()).filter_map(named).collect()
}

fn lines(text: &Text) -> Vec<(String, Range<usize>)> {
    let lines =
        (1..=text.n_lines()).map(|line| (text.line(line).trim().to_owned(), whole(text, line)));
    lines.filter(|(name, _)| !name.is_empty()).collect()
}

/// The number of units, and that of entries.
fn size_of(text: &Text, line: usize, names: &[(String, Range<usize>)]) -> Checked<(usize, usize)> {
    let numbers: Vec<Option<usize>> =
        text.line(line).split_whitespace().map(|word| word.parse().ok()).collect();
    let at = whole(text, line);
    let (n, entries) = match numbers.as_slice() {
        [Some(rows), Some(columns), Some(entries)] if rows == columns => (*rows, *entries),
        _ => {
            let message = "`rows columns entries` was expected, as many rows as columns";
            return Err(text.mistake(at, message).help("W is square").into());
        }
    };
    if names.is_empty() {
        let message = "nothing says which units the rows of this matrix are";
        let help = "set `names` to a file with their names, one a line, or name them in comments: \
                    % unit NAME";
        return Err(text.mistake(at, message).help(help).into());
    }
    if names.len() != n {
        let message = format!("the matrix has {n} rows, but {} names", names.len());
        return Err(text.mistake(at, message).help("each row has a name, in order").into());
    }
    Ok((n, entries))
}

fn entry(line: &str, kind: Kind, n: usize) -> Result<(usize, usize, f64), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (i, j, weight) = match (words.as_slice(), kind.pattern) {
        ([i, j], true) => (i, j, 1.0),
        ([i, j, weight], false) => {
            let weight =
                number::parse(weight).map_err(|_| format!("`{weight}` is not a weight"))?;
            (i, j, weight)
        }
        _ => return Err("this is no entry".to_owned()),
    };
    let place = |word: &&str| match word.parse::<usize>() {
        Ok(place) if (1..=n).contains(&place) => Ok(place - 1),
        _ => Err(format!("`{word}` is no row or column from 1 to {n}")),
    };
    if weight < 0.0 {
        return Err(format!("the weight {weight} is negative"));
    }
    Ok((place(i)?, place(j)?, weight))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const HEAD: &str = "%%MatrixMarket matrix coordinate";

    fn of(text: &str, names: Option<&str>) -> Checked<Named> {
        let file = |name: &str, text: &str| Text::new(Path::new(name), text.to_owned());
        read(file("w.mtx", &format!("{HEAD} {text}")), names.map(|names| file("n.txt", names)))
    }

    #[test]
    fn names_stand_in_comments_or_beside() {
        let own = "real general\n% unit A\n% unit New York\n2 2 2\n1 2 0.5\n2 1 2\n";
        let named = of(own, None).expect("sound");
        assert_eq!(named.names, ["A", "New York"]);
        assert_eq!(named.links, [(0, 1, 0.5), (1, 0, 2.0)]);
        let beside = of("pattern symmetric\n3 3 1\n2 1\n", Some("A\nB\nC\n")).expect("sound");
        assert_eq!((beside.names.len(), beside.links), (3, vec![(1, 0, 1.0), (0, 1, 1.0)]));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let said = |text, names| of(text, names).expect_err("wrong").to_string();
        assert!(said("real general\n2 2 1\n1 2 1\n", None).contains("w.mtx:2:1: nothing says"));
        assert!(
            said("real general\n2 2 1\n1 3 1\n", Some("A\nB")).contains("w.mtx:3:1: `3` is no")
        );
        assert!(said("real general\n3 3 0\n", Some("A\nB")).contains("3 rows, but 2 names"));
        let cut = said("real general\n2 2 2\n1 2 1\n", Some("A\nB"));
        assert!(cut.contains("w.mtx:2:1: the header announces 2 entries, the file has 1"), "{cut}");
        assert!(said("complex general\n", None).contains("w.mtx:1:1"));
    }
}
