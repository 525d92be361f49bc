use super::English;
use crate::compare::claims::Standing;
use crate::report::words::{ClaimHeads, Claims, Tally};
use std::fmt::Write;

impl Claims for English {
    fn claim_heads(&self) -> ClaimHeads {
        ClaimHeads {
            title: "Claims",
            columns: ["Claim", "Statement", "Standing", "Holds in", "Numbers"],
            note: "Holds in: of the cells, sets of cells or periods that a claim is about, those \
                   in which it holds. A claim with groups must reach its share in each of them.",
        }
    }

    fn standing(&self, standing: Standing) -> &'static str {
        standing.name()
    }

    fn tally(&self, tally: Tally<'_>) -> String {
        let mut said = format!("{} of {}", tally.holding, tally.all);
        // Writing to a string cannot fail.
        if tally.open > 0 {
            let _ = write!(said, ", {} not judged", tally.open);
        }
        if let Some((groups, good)) = tally.groups {
            let _ = write!(said, " in {groups} groups, {good} of which hold");
        }
        if let Some(needed) = tally.needed {
            let _ = write!(said, ", needed {needed}");
        }
        said
    }

    fn range(&self, low: &str, high: &str) -> String {
        format!("from {low} to {high}")
    }

    fn not_in(&self, unit: &str) -> String {
        format!("not in {unit}")
    }
}
