//! Randomisation tests of the measure.

use super::{Resolver, at};
use crate::model::{Permute, Randomisation};
use std::collections::BTreeMap;

impl Resolver<'_> {
    pub(super) fn randomisations(&mut self) -> BTreeMap<String, Randomisation> {
        let mut randomisations = BTreeMap::new();
        for (name, raw) in &self.raw.randomisation {
            let replicates = raw.replicates.unwrap_or(999);
            if !(19..=999_999).contains(&replicates) {
                let place = at(&["randomisation", name, "replicates"]);
                let text = format!("{replicates} permutations are too few or too many");
                self.wrong(&place, text, "expected 19 to 999999; 999 is usual");
                continue;
            }
            let permute = raw.permute.unwrap_or(Permute::Units);
            randomisations.insert(name.clone(), Randomisation { permute, replicates });
        }
        randomisations
    }
}
