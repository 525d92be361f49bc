//! Variants and the names of their values.

use super::{Resolver, at, items, located, repeats};
use crate::ident::{KeyPath, Located, Period, VarName};
use crate::mistake::suggest;
use crate::model::change::{LeaveOut, Placebo, TailRule};
use crate::spec::raw::{OneOrMany, RawVariant, RawWithout};
use crate::spec::variants::{
    BASE, Family, SEPARATOR, TailsSpec, VariantName, VariantSpec, WithoutSpec,
};
use std::collections::BTreeMap;

/// More permutations than this are a slip of the keyboard.
const MOST_DRAWS: u32 = 9_999;

/// Permutations when a placebo does not say how many.
const DRAWS: u32 = 20;

/// What a variant may change.
const KEYS: &str = "expected one or more of: years = [2002, 2010]; without = { units = […], \
                    regions = […], years = […] }; leave_out = \"unit\"; winsorise = 0.01; \
                    trim = 0.01; placebo = \"weights\"";

impl Resolver<'_> {
    pub(super) fn variants(&mut self) -> BTreeMap<String, VariantSpec> {
        let base = VariantSpec::base(None, at(&["variants", BASE]));
        let mut variants = BTreeMap::from([(BASE.to_owned(), base)]);
        for (name, raw) in &self.raw.variants {
            let place = at(&["variants", name]);
            if name.contains(SEPARATOR) {
                let text = format!("the name `{name}` of a variant has a `{SEPARATOR}`");
                let help = "a dot stands between a variant and one of its values: loo_units.Hainan";
                self.wrong(&place, text, help);
                continue;
            }
            let variant = self.variant(raw, &place);
            if name != BASE {
                self.refuse_no_change(&variant, &place);
            } else if variant != VariantSpec::base(variant.label.clone(), place.clone()) {
                let help = "give it a label only, and the variant another name";
                self.wrong(&place, "`base` is the variant that changes nothing", help);
            }
            variants.insert(name.clone(), variant);
        }
        variants
    }

    fn variant(&mut self, raw: &RawVariant, place: &KeyPath) -> VariantSpec {
        let years = raw.years.as_ref().and_then(|years| self.years(years, &place.join("years")));
        let without = raw.without.as_ref().map(|w| self.without(w, &place.join("without")));
        VariantSpec {
            label: raw.label.clone(),
            years,
            without: without.unwrap_or_default(),
            tails: self.tails(raw, place),
            placebo: raw.placebo,
            family: self.family(raw, place),
            at: place.clone(),
        }
    }

    fn refuse_no_change(&mut self, variant: &VariantSpec, place: &KeyPath) {
        let nothing = *variant == VariantSpec::base(variant.label.clone(), place.clone());
        let said = |r: &Self| r.mistakes.iter().any(|m| m.is_within(place));
        if nothing && !self.reported(place) && !said(self) {
            self.wrong(place, "this variant changes nothing", KEYS);
        }
    }

    fn without(&mut self, raw: &RawWithout, place: &KeyPath) -> WithoutSpec {
        let empty = raw.units.is_empty() && raw.regions.is_empty() && raw.years.is_empty();
        if empty && !self.reported(place) {
            let help = "expected for instance { units = [\"Hainan\"] } or { years = [2008] }";
            self.wrong(place, "this `without` leaves nothing out", help);
        }
        let units: Vec<String> = raw.units.iter().map(|unit| unit.0.clone()).collect();
        let (at_regions, at_years) = (place.join("regions"), place.join("years"));
        for i in repeats(&raw.years) {
            let text = format!("{} is listed twice", raw.years[i]);
            self.wrong(&at_years.join(i), text, "list it once");
        }
        for (i, region) in raw.regions.iter().enumerate() {
            let at_region = at_regions.join(i);
            let known = self.declared("region", "regions", region, &at_region);
            if known && self.is_everything(region) {
                let text = format!("region `{region}` is every unit: nothing would be left");
                self.wrong(&at_region, text, "leave out a part of the units");
            }
        }
        for i in repeats(&raw.regions) {
            let text = format!("region `{}` is listed twice", raw.regions[i]);
            self.wrong(&at_regions.join(i), text, "list it once");
        }
        let years: Vec<Period> = raw.years.iter().copied().map(Period).collect();
        WithoutSpec {
            units: located(&units, &place.join("units")),
            regions: raw.regions.clone(),
            years: located(&years, &at_years),
        }
    }

    fn is_everything(&self, region: &str) -> bool {
        self.raw.regions.get(region).is_some_and(|region| region.all == Some(true))
    }

    fn tails(&mut self, raw: &RawVariant, place: &KeyPath) -> Option<TailsSpec> {
        let at_columns = place.join("columns");
        let (rule, share, at_share) = match (raw.winsorise, raw.trim) {
            (Some(share), None) => (TailRule::Winsorise, share, place.join("winsorise")),
            (None, Some(share)) => (TailRule::Trim, share, place.join("trim")),
            (Some(_), Some(_)) => {
                let text = "a variant either winsorises or trims";
                self.wrong(&place.join("trim"), text, "declare two variants");
                return None;
            }
            (None, None) => {
                let said = ["winsorise", "trim"].iter().any(|key| self.reported(&place.join(key)));
                if raw.columns.is_some() && !said {
                    let text = "`columns` goes with `winsorise` or `trim`";
                    self.wrong(&at_columns, text, "add winsorise = 0.01");
                }
                return None;
            }
        };
        if !(share > 0.0 && share < 0.5) {
            let text = format!("{share} is no share of observations in a tail");
            self.wrong(&at_share, text, "expected a number between 0 and 0.5, such as 0.01");
        }
        let columns = raw.columns.as_deref().map(|columns| self.tail_columns(columns, &at_columns));
        Some(TailsSpec { rule, share, columns })
    }

    fn tail_columns(&mut self, columns: &[String], place: &KeyPath) -> Vec<Located<VarName>> {
        if columns.is_empty() && !self.reported(place) {
            let help =
                "list at least one, or take `columns` out for the response and all regressors";
            self.wrong(place, "this list of columns is empty", help);
        }
        for i in repeats(columns) {
            let text = format!("column `{}` is listed twice", columns[i]);
            self.wrong(&place.join(i), text, "list it once");
        }
        let names: Vec<VarName> = columns.iter().map(|c| VarName::new(c.as_str())).collect();
        located(&names, place)
    }

    fn family(&mut self, raw: &RawVariant, place: &KeyPath) -> Option<Family> {
        let permutes = matches!(raw.placebo, Some(Placebo::Weights | Placebo::Measure));
        if let Some(draws) = raw.draws {
            let at = place.join("draws");
            if !permutes && !self.reported(&place.join("placebo")) {
                let text = "`draws` goes with placebo = \"weights\" or \"measure\"";
                self.wrong(&at, text, "take it out");
            } else if !(1..=MOST_DRAWS).contains(&draws) {
                let text = format!("{draws} permutations are too few or too many");
                let help = format!("expected 1 to {MOST_DRAWS}; each is a cell of its own");
                self.wrong(&at, text, help);
            }
        }
        match raw.leave_out {
            Some(_) if permutes => {
                let text = "a placebo that permutes and `leave_out` each stand for several values";
                self.wrong(&place.join("leave_out"), text, "declare two variants");
                None
            }
            Some(what) => {
                self.refuse_no_regions(what, place);
                Some(Family::LeaveOut(what))
            }
            None => {
                permutes.then(|| Family::Draws(raw.draws.unwrap_or(DRAWS).clamp(1, MOST_DRAWS)))
            }
        }
    }

    fn refuse_no_regions(&mut self, what: LeaveOut, place: &KeyPath) {
        let part = |name: &String| !self.is_everything(name);
        if what == LeaveOut::Region && !self.raw.regions.keys().any(part) {
            let text = "no region is declared that could be left out";
            self.wrong(
                &place.join("leave_out"),
                text,
                "declare parts of the units under [regions]",
            );
        }
    }

    /// Names of variants or of single values of them; `None` when one is not declared.
    pub(super) fn variant_names(
        &mut self,
        list: &OneOrMany<String>,
        place: &KeyPath,
    ) -> Option<Vec<VariantName>> {
        let mut names = Vec::new();
        let mut good = true;
        for (text, at) in items(list, place) {
            let name = VariantName::parse(text);
            good &= self.declared("variant", "variants", &name.family, &at)
                && !self.reported(&super::at(&["variants", &name.family]))
                && self.known_member(&name, &at);
            names.push(name);
        }
        good.then_some(names)
    }

    /// Whether a variant can have this value, as far as that is known without the data.
    fn known_member(&mut self, name: &VariantName, place: &KeyPath) -> bool {
        let (Some(member), Some(raw)) = (&name.member, self.raw.variants.get(&name.family)) else {
            if name.member.is_some() {
                self.wrong(place, "`base` is one value", "write `base`");
            }
            return name.member.is_none();
        };
        let family = &name.family;
        let (good, expected) = match (raw.leave_out, raw.placebo) {
            (Some(LeaveOut::Unit), _) => (true, String::new()),
            (Some(LeaveOut::Year), _) => {
                (member.parse::<i64>().is_ok(), format!("expected a year: {family}.2008"))
            }
            (Some(LeaveOut::Region), _) => (
                self.raw.regions.contains_key(member),
                suggest(member, self.raw.regions.keys().map(String::as_str)),
            ),
            (None, Some(Placebo::Weights | Placebo::Measure)) => {
                let draws = raw.draws.unwrap_or(DRAWS);
                let number = member.parse().is_ok_and(|n: u32| (1..=draws).contains(&n));
                // `01` would be another name of the same draw.
                let plain = !member.starts_with(['0', '+']);
                (number && plain, format!("its values are {family}.1 to {family}.{draws}"))
            }
            (None, Some(Placebo::Lead) | None) => (false, format!("write `{family}`")),
        };
        if !good {
            let one = raw.leave_out.is_none()
                && !matches!(raw.placebo, Some(Placebo::Weights | Placebo::Measure));
            let text = if one {
                format!("variant `{family}` is one value")
            } else {
                format!("variant `{family}` has no value `{member}`")
            };
            self.wrong(place, text, expected);
        }
        good
    }
}
