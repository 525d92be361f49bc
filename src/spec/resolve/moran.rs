//! Moran blocks.

use super::{Resolver, at};
use crate::ident::{KeyPath, Located, VarName};
use crate::mistake::suggest;
use crate::model::autocorrelation::Autocorrelation;
use crate::spec::MoranSpec;
use crate::spec::raw::{OneOrMany, RawMoran, RawTable};
use crate::spec::tables::MoranColumns;

/// Fewer permutations than this can reject nothing at 5 %.
const FEWEST_PERMUTATIONS: u32 = 19;
/// More permutations than this are a slip of the keyboard.
pub(super) const MOST_PERMUTATIONS: u32 = 9_999_999;
/// p-values below it are significant where nothing else is said.
const LEVEL: f64 = 0.05;

impl Resolver<'_> {
    pub(super) fn moran(&mut self) -> Vec<MoranSpec> {
        let raw = self.raw;
        let ids: Vec<&str> = raw.moran.iter().filter_map(|m| m.id.as_deref()).collect();
        let mut out = Vec::new();
        for (i, block) in raw.moran.iter().enumerate() {
            let place = at(&["moran"]).join(i);
            let id =
                self.required(block.id.clone(), &place.join("id"), "a name for tables to refer to");
            let variable =
                self.required(block.variable.clone(), &place.join("variable"), "a column");
            let weights =
                self.required(block.weights.clone(), &place.join("weights"), "the name of weights");
            if id.as_deref().is_some_and(|id| ids.iter().filter(|other| **other == id).count() > 1)
                && id.as_deref() != ids.first().copied().filter(|_| i == 0)
            {
                let text = format!(
                    "several [[moran]] blocks are called `{}`",
                    id.clone().unwrap_or_default()
                );
                self.wrong(&place.join("id"), text, "give each an id of its own");
            }
            let known_weights = weights
                .as_deref()
                .is_some_and(|w| self.declared("weights", "weights", w, &place.join("weights")));
            let known_region = block
                .region
                .as_deref()
                .is_none_or(|r| self.declared("region", "regions", r, &place.join("region")));
            let permutations = block.permutations.unwrap_or(0);
            if block.permutations.is_some() && permutations < FEWEST_PERMUTATIONS {
                let text = format!("{permutations} permutations tell nothing at 5 %");
                let help = "expected 19 at least, 999 is usual; leave the key out for none";
                self.wrong(&place.join("permutations"), text, help);
            }
            if permutations > MOST_PERMUTATIONS {
                let text = format!("{permutations} permutations are more than {MOST_PERMUTATIONS}");
                self.wrong(&place.join("permutations"), text, "999 is usual");
            }
            let statistics = self.statistics_of(block, &place);
            let with = self.other_variable(block, &statistics, &place);
            let level = block.level.unwrap_or(LEVEL);
            if !(level > 0.0 && level < 1.0) {
                let text = format!("a level of {level}");
                self.wrong(&place.join("level"), text, "expected a number between 0 and 1");
            }
            self.refuse_levels_of_nothing(block, &statistics, &place);
            let (Some(id), Some(variable), Some(weights), true, true) =
                (id, variable, weights, known_weights, known_region)
            else {
                continue;
            };
            out.push(MoranSpec {
                id,
                variable: Located::new(VarName(variable), place.join("variable")),
                weights,
                region: block.region.clone(),
                statistics,
                with,
                alternative: block.alternative.unwrap_or_default(),
                permutations: permutations.min(MOST_PERMUTATIONS),
                level,
                fdr: block.fdr.unwrap_or(true),
            });
        }
        out
    }

    /// `level` and `fdr` are of local statistics, and of those that are permuted.
    fn refuse_levels_of_nothing(
        &mut self,
        block: &RawMoran,
        statistics: &[Autocorrelation],
        place: &KeyPath,
    ) {
        if statistics.iter().any(|statistic| statistic.is_local()) {
            return;
        }
        for (key, given) in [("level", block.level.is_some()), ("fdr", block.fdr.is_some())] {
            if given {
                let text =
                    format!("`{key}` is of local statistics, which this block does not compute");
                let help = "add for instance statistics = [\"local-moran\"], or take it out";
                self.wrong(&place.join(key), text, help);
            }
        }
    }

    /// Each once; Moran's I, which every block has, left out.
    fn statistics_of(&mut self, block: &RawMoran, place: &KeyPath) -> Vec<Autocorrelation> {
        let listed = match &block.statistics {
            None => Vec::new(),
            Some(OneOrMany::One(one)) => vec![*one],
            Some(OneOrMany::Many(many)) => many.clone(),
        };
        let names: Vec<&str> = listed.iter().map(|statistic| statistic.name()).collect();
        self.refuse_twice(&names, &place.join("statistics"));
        listed.into_iter().filter(|statistic| *statistic != Autocorrelation::Moran).collect()
    }

    /// The variable that `with` names; it and the statistics that need it come together.
    fn other_variable(
        &mut self,
        block: &RawMoran,
        statistics: &[Autocorrelation],
        place: &KeyPath,
    ) -> Option<Located<VarName>> {
        let at = place.join("with");
        let needed = statistics.iter().find(|statistic| statistic.needs_another());
        match (&block.with, needed) {
            (None, Some(statistic)) => {
                let text = format!("`{}` needs another variable", statistic.name());
                self.wrong(
                    &at,
                    text,
                    "add for instance with = \"ln_gdp\", whose lag it is held against",
                );
            }
            (Some(_), None) => {
                let text = "no statistic of this block looks at another variable";
                self.wrong(&at, text, "add \"bivariate\" to `statistics`, or take `with` out");
            }
            _ => {}
        }
        block.with.as_ref().map(|name| Located::new(VarName::new(name.as_str()), at))
    }

    /// What a table of Moran's I shows: only what its block computes.
    pub(super) fn moran_columns(
        &mut self,
        raw: &RawTable,
        id: &str,
        place: &KeyPath,
    ) -> Vec<MoranColumns> {
        let Some(names) = &raw.statistics else { return vec![MoranColumns::Moran] };
        let place = place.join("statistics");
        self.refuse_twice(names, &place);
        if names.is_empty() {
            self.wrong(
                &place,
                "this table shows nothing",
                "list at least one, or take the key out",
            );
        }
        let block = self.raw.moran.iter().find(|block| block.id.as_deref() == Some(id));
        let asked = block.and_then(|block| block.statistics.clone());
        let asked: Vec<Autocorrelation> = match asked {
            None => Vec::new(),
            Some(OneOrMany::One(one)) => vec![one],
            Some(OneOrMany::Many(many)) => many,
        };
        let mut columns = Vec::new();
        for (i, name) in names.iter().enumerate() {
            let at = place.join(i);
            let Some(found) = MoranColumns::ALL.into_iter().find(|c| c.name() == name) else {
                let text = format!("a table of kind `moran` has no columns called `{name}`");
                self.wrong(&at, text, suggest(name, MoranColumns::ALL.map(MoranColumns::name)));
                continue;
            };
            let missing = match found {
                MoranColumns::Moran => false,
                MoranColumns::Quadrants => asked.is_empty(),
                MoranColumns::Geary | MoranColumns::GetisOrd | MoranColumns::Bivariate => {
                    found.statistic().is_some_and(|statistic| !asked.contains(&statistic))
                }
            };
            if missing {
                let text = format!("the [[moran]] block `{id}` does not compute `{name}`");
                let add = if found == MoranColumns::Quadrants { "local-moran" } else { name };
                self.wrong(&at, text, format!("add \"{add}\" to its `statistics`"));
            }
            columns.push(found);
        }
        columns
    }
}
