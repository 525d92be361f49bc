//! Axes and rules.

use super::{Resolver, at, items, located, repeats};
use crate::ident::{KeyPath, Located, VarName};
use crate::mistake::Mistake;
use crate::model::LagSet;
use crate::spec::raw::{Lags, OneOrMany, RawGrid, RawSelector};
use crate::spec::std_errors::DEFAULT;
use crate::spec::variants::VariantName;
use crate::spec::{GridSpec, Selector, Spec};
use std::collections::{BTreeMap, BTreeSet};

/// A deeper lag than this is a slip of the keyboard.
const DEEPEST: u32 = 1_000;

impl Resolver<'_> {
    pub(super) fn grids(&mut self) -> BTreeMap<String, GridSpec> {
        let mut grids = BTreeMap::new();
        for (name, raw) in &self.raw.grids {
            let place = at(&["grids", name]);
            if let Some(grid) = self.grid(raw, &place) {
                grids.insert(name.clone(), grid);
            }
        }
        grids
    }

    fn grid(&mut self, raw: &RawGrid, place: &KeyPath) -> Option<GridSpec> {
        let response = self.required(
            raw.response.clone(),
            &place.join("response"),
            "the variable on the left-hand side",
        );
        let controls = raw.controls.clone();
        self.refuse_repeats(&controls, &place.join("controls"), "control");
        let terms = self.terms(raw, place);
        let model = self.named_axis(raw.model.as_ref(), place, "model", "models");
        let effects = self.axis(raw.effects.as_ref(), place, "effects").map(|list| values(&list));
        let measure = self.named_axis(raw.measure.as_ref(), place, "measure", "measures");
        let region = self.named_axis(raw.region.as_ref(), place, "region", "regions");
        let none = OneOrMany::One(Lags::Depth(0));
        let lags = raw.lags.clone().unwrap_or(none);
        let lags = self.axis(Some(&lags), place, "lags").map(|list| {
            let sets = self.lag_sets(&list, &place.join("lags"));
            self.refuse_repeats(&sets, &place.join("lags"), "set of lags");
            sets
        });
        let weights = self.named_axis(raw.weights.as_ref(), place, "weights", "weights");
        let plain = OneOrMany::One(DEFAULT.to_owned());
        let std_errors = raw.std_errors.as_ref().unwrap_or(&plain);
        let std_errors = self.named_axis(Some(std_errors), place, "std_errors", "std_errors");
        let variant = self.variant_axis(raw.variant.as_ref(), place);
        let exclude = self.rules(&raw.exclude, &place.join("exclude"));
        let include = self.rules(&raw.include, &place.join("include"));
        let bootstrap =
            self.listed(raw.bootstrap.as_ref(), &place.join("bootstrap"), "bootstrap", "bootstrap");
        let randomisation = self.listed(
            raw.randomisation.as_ref(),
            &place.join("randomisation"),
            "randomisation",
            "randomisation",
        );
        let derived = self.listed(
            raw.derived.as_ref(),
            &place.join("derived"),
            "function of the coefficients",
            "derived",
        );
        let wald = self.listed(raw.wald.as_ref(), &place.join("wald"), "Wald test", "wald");
        let tests = raw.tests.clone();
        for (i, test) in tests.iter().enumerate() {
            let groups: Vec<&str> = self.vocabulary.tests.iter().map(|t| t.name.as_str()).collect();
            self.known("group of tests", test, &place.join("tests").join(i), groups);
        }
        let test_bootstrap = match &raw.test_bootstrap {
            Some(name) => self.test_bootstrap(name, raw, place).map(Some),
            None => Some(None),
        };
        let region_equality = self.region_equality(raw, place);
        let threshold = self.threshold(raw, place);
        let wild_cluster = self.wild_cluster(raw, place);
        let effects = effects?;
        self.refuse_repeats(&effects, &place.join("effects"), "kind of effects");
        Some(GridSpec {
            response: Located::new(VarName(response?), place.join("response")),
            controls: controls
                .iter()
                .enumerate()
                .map(|(i, c)| {
                    Located::new(VarName::new(c.as_str()), place.join("controls").join(i))
                })
                .collect(),
            terms,
            model: model?,
            effects,
            measure: measure?,
            region: region?,
            lags: lags?,
            weights: weights?,
            std_errors: std_errors?,
            variant: variant?,
            common_sample: raw.common_sample.unwrap_or(false),
            bootstrap: bootstrap?,
            randomisation: randomisation?,
            derived: derived?,
            wald: wald?,
            unit_effects: raw.unit_effects.unwrap_or(false),
            exclude,
            include,
            tests: located(&tests, &place.join("tests")),
            test_bootstrap: test_bootstrap?,
            region_equality,
            threshold,
            wild_cluster,
            protocol: self.protocol(raw, place),
            at: place.clone(),
        })
    }

    /// Distinct names declared in `section`, none when the key is absent.
    fn listed(
        &mut self,
        list: Option<&OneOrMany<String>>,
        at: &KeyPath,
        kind: &str,
        section: &str,
    ) -> Option<Vec<String>> {
        let Some(list) = list else { return Some(Vec::new()) };
        self.refuse_repeats(&values(list), at, kind);
        self.names(list, at, kind, section)
    }

    /// The bootstrap of a grid's tests: its draws have to obey the null hypothesis, but for Wald
    /// tests, whose replicates are centred at the estimates.
    fn test_bootstrap(&mut self, name: &str, raw: &RawGrid, place: &KeyPath) -> Option<String> {
        let at = place.join("test_bootstrap");
        let known = |key: &str| self.reported(&place.join(key));
        let wald = raw.wald.as_ref().is_some_and(|wald| !values(wald).is_empty());
        if raw.tests.is_empty() && !wald && !known("tests") && !known("wald") {
            let help = "add for instance tests = [\"lm\", \"moran\"], or take it out";
            self.wrong(&at, "this grid has no tests to bootstrap", help);
        }
        self.names(&OneOrMany::One(name.to_owned()), &at, "bootstrap", "bootstrap")?;
        let scheme = self.raw.bootstrap.get(name).and_then(|b| b.scheme.as_deref()).unwrap_or(name);
        let known = self.vocabulary.schemes.iter().find(|known| known.name == scheme);
        if let Some(known) = known
            && let Some(because) = &known.no_null
        {
            let of = self.vocabulary.tests.iter().filter(|group| raw.tests.contains(&group.name));
            let of = of.filter(|group| !(known.whole_periods && group.whole_periods));
            let of: Vec<String> = of.map(|group| format!("`{}`", group.name)).collect();
            if !of.is_empty() {
                let of = of.join(", ");
                let text = format!("draws of `{scheme}` do not obey the null hypothesis of {of}");
                let help = format!("{because}; `residual`, `wild` and `unit-wild` do obey it");
                self.wrong(&at, text, help);
            }
        }
        Some(name.to_owned())
    }

    /// The values of an axis, which must be there and not be empty.
    fn axis<T: Clone>(
        &mut self,
        list: Option<&OneOrMany<T>>,
        place: &KeyPath,
        axis: &str,
    ) -> Option<OneOrMany<T>> {
        let at = place.join(axis);
        let list =
            self.required(list.cloned(), &at, "a value or a list of values for this axis")?;
        if items(&list, &at).is_empty() {
            if !self.reported(&at) {
                self.wrong(&at, format!("axis `{axis}` has no values"), "give at least one");
            }
            return None;
        }
        Some(list)
    }

    /// An axis whose values are names declared in `section`.
    fn named_axis(
        &mut self,
        list: Option<&OneOrMany<String>>,
        place: &KeyPath,
        axis: &str,
        section: &str,
    ) -> Option<Vec<String>> {
        let list = self.axis(list, place, axis)?;
        self.refuse_repeats(&values(&list), &place.join(axis), axis);
        self.names(&list, &place.join(axis), axis, section)
    }

    /// The variants of a grid: `base` when it names none.
    fn variant_axis(
        &mut self,
        list: Option<&OneOrMany<String>>,
        place: &KeyPath,
    ) -> Option<Vec<VariantName>> {
        if list.is_none() {
            return Some(vec![VariantName::base()]);
        }
        let list = self.axis(list, place, "variant")?;
        self.refuse_repeats(&values(&list), &place.join("variant"), "variant");
        self.variant_names(&list, &place.join("variant"))
    }

    /// Names declared in `section`; `None` when one is not.
    fn names(
        &mut self,
        list: &OneOrMany<String>,
        place: &KeyPath,
        kind: &str,
        section: &str,
    ) -> Option<Vec<String>> {
        let mut good = true;
        for (name, place) in items(list, place) {
            good &= self.declared(kind, section, name, &place);
            good &= !self.reported(&at(&[section, name]));
        }
        good.then(|| values(list))
    }

    fn refuse_repeats<T: Ord + ToText>(&mut self, items: &[T], place: &KeyPath, what: &str) {
        for i in repeats(items) {
            let text = format!("{what} `{}` is listed twice", items[i].to_text());
            self.wrong(&place.join(i), text, "list it once");
        }
    }

    fn lag_sets(&mut self, list: &OneOrMany<Lags>, place: &KeyPath) -> Vec<LagSet> {
        let mut sets = Vec::new();
        for (lags, at) in items(list, place) {
            if lags.deepest() > DEEPEST {
                let text = format!("a lag of {} periods is longer than any panel", lags.deepest());
                self.wrong(&at, text, format!("expected at most {DEEPEST}"));
                continue;
            }
            match lags.set() {
                Some(set) => sets.push(set),
                None => {
                    self.wrong(&at, "this set of lags is empty", "expected for instance [0, 2]");
                }
            }
        }
        sets
    }

    fn rules(&mut self, raw: &[RawSelector], place: &KeyPath) -> Vec<Located<Selector>> {
        let mut rules = Vec::new();
        for (i, rule) in raw.iter().enumerate() {
            let at = place.join(i);
            let before = self.mistakes.len();
            let selector = self.selector(rule, &at);
            let said = self.reported(&at) || self.mistakes.len() > before;
            if selector == Selector::default() && !said {
                self.mistakes.push(
                    Mistake::spec(&at, "this rule names no axis, so it would match every cell")
                        .help("expected for instance { model = \"sem\", region = \"west\" }"),
                );
            } else if !said {
                rules.push(Located::new(selector, at));
            }
        }
        rules
    }

    /// A variable stands once in a cell: as its response, its measure or one of its controls.
    pub(super) fn refuse_clashes(&mut self, spec: &Spec) {
        for grid in spec.grids.values() {
            let included = grid.include.iter().flat_map(|rule| rule.value.measure.iter().flatten());
            let names: BTreeSet<&String> = grid.measure.iter().chain(included).collect();
            let response = &grid.response.value;
            for control in grid.controls.iter().filter(|control| control.value == *response) {
                let text = format!("control `{response}` is the response itself");
                self.wrong(&control.at, text, "take it out of `controls`");
            }
            for name in names {
                let Some(measure) = spec.measures.get(name) else { continue };
                let variable = &measure.variable.value;
                if variable == response {
                    let text = format!("the response `{variable}` is also the measure `{name}`");
                    let help = "take the measure off the axis, or choose another response";
                    self.wrong(&grid.response.at, text, help);
                }
                for control in grid.controls.iter().filter(|control| control.value == *variable) {
                    let text = format!("control `{variable}` is also the measure `{name}`");
                    self.wrong(&control.at, text, "take it out of `controls`");
                }
            }
        }
    }

    /// A pattern over cells, every name in it looked up.
    pub(super) fn selector(&mut self, raw: &RawSelector, place: &KeyPath) -> Selector {
        let mut names = |list: &Option<OneOrMany<String>>, axis: &str, section: &str| {
            let list = list.as_ref()?;
            self.names(list, &place.join(axis), axis, section)
        };
        let model = names(&raw.model, "model", "models");
        let measure = names(&raw.measure, "measure", "measures");
        let region = names(&raw.region, "region", "regions");
        let weights = names(&raw.weights, "weights", "weights");
        let std_errors = names(&raw.std_errors, "std_errors", "std_errors");
        let lags = raw.lags.as_ref().map(|list| self.lag_sets(list, &place.join("lags")));
        let variants = raw.variant.as_ref();
        let variant = variants.and_then(|list| self.variant_names(list, &place.join("variant")));
        Selector {
            model,
            effects: raw.effects.as_ref().map(values),
            measure,
            region,
            lags,
            weights,
            std_errors,
            variant,
        }
    }
}

/// The values of `list`.
fn values<T: Clone>(list: &OneOrMany<T>) -> Vec<T> {
    match list {
        OneOrMany::One(item) => vec![item.clone()],
        OneOrMany::Many(items) => items.clone(),
    }
}

/// What a message calls a value.
trait ToText {
    fn to_text(&self) -> String;
}

impl ToText for String {
    fn to_text(&self) -> String {
        self.clone()
    }
}

impl ToText for crate::model::Effects {
    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl ToText for LagSet {
    fn to_text(&self) -> String {
        self.to_string()
    }
}
