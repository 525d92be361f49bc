//! A part of the cells, for one of several machines.

use crate::ident::CellId;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// Which part of the cells: every cell is in exactly one of `of` parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    /// How parts are made.
    pub by: PartitionBy,
    /// Which part, from 1.
    pub part: NonZeroU32,
    /// How many there are.
    pub of: NonZeroU32,
}

/// How parts are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionBy {
    /// By the identity of the cell: it stays in its part when others come or go.
    Hash,
    /// By the place in the plan, one after the other: parts are of the same size.
    Slice,
}

impl Partition {
    /// Whether the cell at this place among the distinct cells of the plan is in the part.
    pub fn has(&self, place: usize, cell: &CellId) -> bool {
        let number = match self.by {
            // The first 15 digits.
            PartitionBy::Hash => cell.0.leading() >> 4,
            PartitionBy::Slice => place as u64,
        };
        self.has_number(number)
    }

    fn has_number(&self, number: u64) -> bool {
        number % u64::from(self.of.get()) == u64::from(self.part.get() - 1)
    }

    /// The part whose folder has this name.
    pub fn of_folder(name: &str) -> Option<Self> {
        let (by, rest) = name.split_once('-')?;
        format!("{by}:{}", rest.replacen('-', "/", 1)).parse().ok()
    }

    /// The name of its folder.
    pub fn folder(&self) -> String {
        self.to_string().replace([':', '/'], "-")
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = match self.by {
            PartitionBy::Hash => "hash",
            PartitionBy::Slice => "slice",
        };
        write!(f, "{by}:{}/{}", self.part, self.of)
    }
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || format!("`{text}` is no part: expected hash:1/8 or slice:1/8, the first of 8");
        let (by, rest) = text.split_once(':').ok_or_else(expected)?;
        let by = match by {
            "hash" => PartitionBy::Hash,
            "slice" => PartitionBy::Slice,
            _ => return Err(expected()),
        };
        let (part, of) = rest.split_once('/').ok_or_else(expected)?;
        let number = |text: &str| text.parse::<NonZeroU32>().map_err(|_| expected());
        let (part, of) = (number(part)?, number(of)?);
        if part > of { Err(expected()) } else { Ok(Self { by, part, of }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_and_shown() {
        for text in ["hash:1/8", "slice:3/3"] {
            assert_eq!(text.parse::<Partition>().unwrap().to_string(), text);
        }
        let part = "hash:1/8".parse::<Partition>().unwrap();
        assert_eq!(part.folder(), "hash-1-8");
        assert_eq!(Partition::of_folder("hash-1-8"), Some(part));
        assert_eq!(Partition::of_folder("elsewhere"), None);
        for text in ["", "hash", "hash:0/3", "slice:4/3", "other:1/2", "hash:1", "hash:a/2"] {
            assert!(text.parse::<Partition>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_cell_is_in_exactly_one_part() {
        let cells: Vec<CellId> = (0..100u32).map(|i| CellId::of(&i.to_le_bytes())).collect();
        for by in ["hash", "slice"] {
            let parts: Vec<Partition> =
                (1..=3).map(|part| format!("{by}:{part}/3").parse().unwrap()).collect();
            let mut sizes = [0; 3];
            for (place, cell) in cells.iter().enumerate() {
                let within: Vec<usize> = (0..3).filter(|&p| parts[p].has(place, cell)).collect();
                assert_eq!(within.len(), 1);
                sizes[within[0]] += 1;
            }
            assert!(sizes.iter().all(|&n| n > 20), "{by} {sizes:?}");
        }
    }
}
