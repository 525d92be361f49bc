//! Claims.

use super::{Resolver, at, located};
use crate::ident::{KeyPath, Located};
use crate::mistake::suggest;
use crate::outcome::Statistic;
use crate::spec::claims::{About, ClaimSpec, ClaimedSign, Condition, Points, Quantity};
use crate::spec::raw::{OneOrMany, RawClaim};
use crate::spec::tables::{CellChoice, RowTerm};
use crate::spec::{Axis, Spec};
use std::collections::BTreeMap;

/// The level of a claim that must have one and states none.
const LEVEL: f64 = 0.05;

/// Kinds of claims, by the key that makes a claim one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sign,
    Range,
    Test,
    Chosen,
    Order,
    Larger,
    Moran,
}

impl Kind {
    /// What makes a claim one of this kind.
    fn key(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Range => "at_least` or `at_most",
            Self::Test => "test",
            Self::Chosen => "chosen",
            Self::Order => "order",
            Self::Larger => "larger",
            Self::Moran => "moran",
        }
    }
}

impl Resolver<'_> {
    pub(super) fn claims(&mut self, spec: &Spec) -> BTreeMap<String, ClaimSpec> {
        let mut claims = BTreeMap::new();
        let raw = self.raw;
        for (name, raw) in &raw.claims {
            if let Some(claim) = self.claim(raw, spec, &at(&["claims", name])) {
                claims.insert(name.clone(), claim);
            }
        }
        claims
    }

    fn claim(&mut self, raw: &RawClaim, spec: &Spec, place: &KeyPath) -> Option<ClaimSpec> {
        let sentence = "the sentence that is claimed";
        let text = self.required(raw.text.clone(), &place.join("text"), sentence);
        let share = self.share(raw, place);
        let kind = self.kind_of(raw, place)?;
        self.refuse_idle_keys(raw, kind, place);
        let over = match &raw.over {
            None => Vec::new(),
            Some(OneOrMany::One(axis)) => vec![*axis],
            Some(OneOrMany::Many(axes)) => axes.clone(),
        };
        let about = if kind == Kind::Moran {
            self.about_moran(raw, place)
        } else {
            self.about_cells(raw, spec, kind, place)
        };
        let about = about?;
        if let About::Cells { condition, .. } = &about {
            self.refuse_compared_axes(condition, &over, place);
        }
        Some(ClaimSpec { text: text?, about, over, share, at: place.clone() })
    }

    fn share(&mut self, raw: &RawClaim, place: &KeyPath) -> f64 {
        let share = raw.share.unwrap_or(1.0);
        if !(share > 0.0 && share <= 1.0) {
            let text = format!("a share of {share} is none");
            self.wrong(&place.join("share"), text, "expected above 0 and at most 1, such as 0.9");
        }
        share
    }

    /// The one kind that the keys of a claim make it.
    fn kind_of(&mut self, raw: &RawClaim, place: &KeyPath) -> Option<Kind> {
        let given = [
            (Kind::Moran, raw.moran.is_some()),
            (Kind::Sign, raw.sign.is_some() && raw.moran.is_none()),
            (Kind::Range, raw.at_least.is_some() || raw.at_most.is_some()),
            (Kind::Test, raw.test.is_some()),
            (Kind::Chosen, raw.chosen.is_some()),
            (Kind::Order, raw.order.is_some()),
            (Kind::Larger, raw.larger.is_some() || raw.than.is_some()),
        ];
        let kinds: Vec<Kind> = given.into_iter().filter(|(_, is)| *is).map(|(k, _)| k).collect();
        match kinds.as_slice() {
            [kind] => Some(*kind),
            [] => {
                // A key that was taken out may have been the one.
                if !self.reported(place) {
                    let help = "add one of `sign`, `at_least`, `at_most`, `test`, `chosen`, \
                                `order`, `larger` with `than`, `moran`";
                    self.wrong(place, "this claim does not say what must hold", help);
                }
                None
            }
            several => {
                let keys: Vec<String> = several.iter().map(|k| format!("`{}`", k.key())).collect();
                let text = format!("this claim says {} at once", keys.join(" and "));
                self.wrong(place, text, "make a claim of each");
                None
            }
        }
    }

    /// A key that says nothing of this kind of claim would be ignored, so it is refused.
    fn refuse_idle_keys(&mut self, raw: &RawClaim, kind: Kind, place: &KeyPath) {
        use Kind::{Chosen, Larger, Moran, Order, Range, Sign, Test};
        let keys: [(&str, bool, &[Kind]); 9] = [
            ("grid", raw.grid.is_some(), &[Sign, Range, Test, Chosen, Order, Larger]),
            ("where", raw.select.is_some(), &[Sign, Range, Test, Chosen, Order, Larger]),
            ("over", raw.over.is_some(), &[Sign, Range, Test, Chosen, Order, Larger]),
            ("row", raw.row.is_some(), &[Sign, Range, Order, Larger]),
            ("level", raw.level.is_some(), &[Sign, Test, Moran]),
            ("statistic", raw.statistic.is_some(), &[Range]),
            ("rejects", raw.rejects.is_some(), &[Test]),
            ("basis", raw.basis.is_some(), &[Test, Chosen]),
            ("by", raw.by.is_some(), &[Order]),
        ];
        for (key, given, kinds) in keys {
            if given && !kinds.contains(&kind) {
                let text = format!("a claim with `{}` has no `{key}`", kind.key());
                self.wrong(&place.join(key), text, "take it out");
            }
        }
    }

    fn about_moran(&mut self, raw: &RawClaim, place: &KeyPath) -> Option<About> {
        let id = raw.moran.clone()?;
        let blocks = &self.raw.moran;
        let ids: Vec<&str> = blocks.iter().filter_map(|m| m.id.as_deref()).collect();
        let known = self.known("[[moran]] block", &id, &place.join("moran"), ids);
        let points = self.points(raw, place)?;
        known.then_some(About::Moran { id, points })
    }

    fn about_cells(
        &mut self,
        raw: &RawClaim,
        spec: &Spec,
        kind: Kind,
        place: &KeyPath,
    ) -> Option<About> {
        let only = (spec.grids.len() == 1).then(|| spec.grids.keys().next().cloned()).flatten();
        let grid_at = place.join("grid");
        let grid = self.required(raw.grid.clone().or(only), &grid_at, "the name of a grid");
        let known =
            grid.as_ref().is_some_and(|grid| self.declared("grid", "grids", grid, &grid_at));
        let before = self.mistakes.len();
        let select = self.selector(&raw.select.clone().unwrap_or_default(), &place.join("where"));
        let good = self.mistakes.len() == before;
        let condition = self.condition(raw, kind, place);
        let cells = CellChoice { grid: grid?, select, columns: Vec::new() };
        let condition = condition?;
        (known && good && spec.grids.contains_key(&cells.grid))
            .then_some(About::Cells { cells: Box::new(cells), condition })
    }

    fn condition(&mut self, raw: &RawClaim, kind: Kind, place: &KeyPath) -> Option<Condition> {
        match kind {
            Kind::Sign => {
                let (row, points) = (self.row(raw, place), self.points(raw, place));
                Some(Condition::Sign { row: row?, points: points? })
            }
            Kind::Range => self.range(raw, place),
            Kind::Test => self.test_condition(raw, place),
            Kind::Chosen => {
                let estimator = raw.chosen.clone()?;
                let at = place.join("chosen");
                let names: Vec<&str> =
                    self.vocabulary.estimators.iter().map(|e| e.name.as_str()).collect();
                let known = self.known("estimator", &estimator, &at, names);
                known.then_some(Condition::Chosen { estimator, basis: raw.basis })
            }
            Kind::Order => self.order(raw, place),
            Kind::Larger => {
                let row = self.row(raw, place);
                let pattern = "a pattern over cells, such as { region = \"east\" }";
                let larger = self.required(raw.larger.clone(), &place.join("larger"), pattern);
                let than = self.required(raw.than.clone(), &place.join("than"), pattern);
                let before = self.mistakes.len();
                let larger = larger.map(|raw| self.selector(&raw, &place.join("larger")));
                let than = than.map(|raw| self.selector(&raw, &place.join("than")));
                let good = self.mistakes.len() == before;
                let condition = Condition::Larger {
                    row: row?,
                    larger: Box::new(larger?),
                    than: Box::new(than?),
                };
                good.then_some(condition)
            }
            Kind::Moran => None,
        }
    }

    fn row(&mut self, raw: &RawClaim, place: &KeyPath) -> Option<Located<RowTerm>> {
        let at = place.join("row");
        let row = self.required(raw.row.clone(), &at, "a coefficient, such as \"measure\"")?;
        Some(Located::new(RowTerm::parse(&row), at))
    }

    /// Which way, and at which level; where there must be a level, 0.05.
    fn points(&mut self, raw: &RawClaim, place: &KeyPath) -> Option<Points> {
        let signs = "\"positive\", \"negative\", \"any\" or \"none\"";
        let sign = self.required(raw.sign, &place.join("sign"), signs)?;
        let level = self.claimed_level(raw, place);
        let level = match sign {
            ClaimedSign::Positive | ClaimedSign::Negative => level,
            ClaimedSign::Any | ClaimedSign::None => Some(level.unwrap_or(LEVEL)),
        };
        Some(Points { sign, level })
    }

    fn claimed_level(&mut self, raw: &RawClaim, place: &KeyPath) -> Option<f64> {
        let level = raw.level?;
        if !(level > 0.0 && level < 1.0) {
            let text = format!("a level of {level} is no probability of an error");
            let help = "expected a number between 0 and 1, such as 0.05";
            self.wrong(&place.join("level"), text, help);
        }
        Some(level)
    }

    fn range(&mut self, raw: &RawClaim, place: &KeyPath) -> Option<Condition> {
        let (low, high) = (raw.at_least, raw.at_most);
        if let (Some(low), Some(high)) = (low, high)
            && low > high
        {
            let text = format!("no number is at least {low} and at most {high}");
            self.wrong(&place.join("at_most"), text, "expected at_least ≤ at_most");
        }
        let of = match (&raw.statistic, &raw.row) {
            (Some(_), Some(_)) => {
                let text = "a claim is about a `row` or about a `statistic`";
                self.wrong(&place.join("statistic"), text, "take one of them out");
                return None;
            }
            (Some(name), None) => match Statistic::parse(name) {
                Some(statistic) => Quantity::Statistic(statistic),
                None => {
                    let help = suggest(name, Statistic::ALL.map(Statistic::name));
                    let text = format!("there is no statistic called `{name}`");
                    self.wrong(&place.join("statistic"), text, help);
                    return None;
                }
            },
            (None, _) => Quantity::Row(self.row(raw, place)?),
        };
        Some(Condition::Range { of, low, high })
    }

    fn test_condition(&mut self, raw: &RawClaim, place: &KeyPath) -> Option<Condition> {
        let (test, at) = (raw.test.clone()?, place.join("test"));
        let groups = self.vocabulary.tests.iter().flat_map(|t| t.tests.clone());
        let joint = self.raw.wald.keys().map(|name| format!("wald:{name}"));
        let names: Vec<String> = groups.chain(joint).collect();
        let known = self.known("test", &test, &at, names.iter().map(String::as_str));
        let level = self.claimed_level(raw, place).unwrap_or(LEVEL);
        let expected = "true or false: whether the test rejects";
        let rejects = self.required(raw.rejects, &place.join("rejects"), expected)?;
        let test = Located::new(test, at);
        known.then_some(Condition::Test { test, basis: raw.basis, rejects, level })
    }

    fn order(&mut self, raw: &RawClaim, place: &KeyPath) -> Option<Condition> {
        let row = self.row(raw, place);
        let axis = raw.by.unwrap_or(Axis::Measure);
        let values = raw.order.clone()?;
        let at = place.join("order");
        let distinct: std::collections::BTreeSet<&String> = values.iter().collect();
        if values.len() < 2 || distinct.len() < values.len() {
            let text = "an order needs two different values at least";
            self.wrong(&at, text, "list them, that with the largest coefficient first");
            return None;
        }
        Some(Condition::Order { row: row?, axis, values: located(&values, &at) })
    }

    /// What is compared along an axis is no share over it.
    fn refuse_compared_axes(&mut self, condition: &Condition, over: &[Axis], place: &KeyPath) {
        let compared = condition.compared();
        for axis in over.iter().filter(|axis| compared.contains(axis)) {
            let text = format!("cells are compared along the axis `{}`", axis.name());
            self.wrong(&place.join("over"), text, "take it out of `over`");
        }
    }
}
