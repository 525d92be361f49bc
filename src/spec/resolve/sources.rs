//! Data, variables, regions, measures.

use super::{RESERVED, Resolver, at, located, repeats};
use crate::expr::Expr;
use crate::ident::{KeyPath, Located, Period, VarName};
use crate::model::{Bootstrap, Rescale, SmallSample};
use crate::spec::raw::{RawBootstrap, RawRegion, RawVariable};
use crate::spec::weights::OF_PERIOD;
use crate::spec::{
    BootstrapSpec, DataSpec, MeasureSpec, Missing, RegionSpec, RegionUnits, VariableSpec,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

impl Resolver<'_> {
    pub(super) fn data(&mut self) -> Option<DataSpec> {
        let section = at(&["data"]);
        let raw = self.raw.data.clone();
        let file = self.required(raw.file, &section.join("file"), "a CSV file or a workbook");
        let unit = self.required(raw.unit, &section.join("unit"), "the column of unit names");
        let time = self.required(raw.time, &section.join("time"), "the column of periods");
        let years = raw.years.and_then(|years| self.years(&years, &section.join("years")));
        Some(DataSpec {
            file: self.path(&file?, &section.join("file")),
            sheet: raw.sheet.map(|s| Located::new(s, section.join("sheet"))),
            unit: Located::new(VarName(unit?), section.join("unit")),
            time: Located::new(VarName(time?), section.join("time")),
            years,
            missing: raw.missing.unwrap_or(Missing::Error),
            missing_codes: raw.missing_codes.unwrap_or_default().into_iter().map(|t| t.0).collect(),
            note: raw.note,
        })
    }

    /// A path relative to the folder of whatever names it.
    /// The period of a file of weights stands in its name alone.
    pub(super) fn refuse_periods_in_folder(&mut self, file: &str, at: &KeyPath) {
        let folder = std::path::Path::new(file).parent();
        if folder.is_some_and(|folder| folder.to_string_lossy().contains(OF_PERIOD)) {
            let text = format!("`{OF_PERIOD}` stands in a folder");
            self.wrong(at, text, "it stands in the name of the file: \"w-{period}.gal\"");
        }
    }

    pub(super) fn path(&self, file: &str, at: &KeyPath) -> Located<PathBuf> {
        Located::new(self.origin.folder(at).join(file), at.clone())
    }

    /// A first and a last period.
    pub(super) fn years(
        &mut self,
        years: &[i64],
        at: &KeyPath,
    ) -> Option<Located<(Period, Period)>> {
        match years {
            [first, last] if first <= last => {
                Some(Located::new((Period(*first), Period(*last)), at.clone()))
            }
            [first, last] => {
                let help = format!("write [{last}, {first}]");
                self.wrong(at, format!("the first year, {first}, is after the last, {last}"), help);
                None
            }
            _ => {
                let text = format!("`years` takes two values, not {}", years.len());
                self.wrong(at, text, "expected the first and the last year: [2002, 2018]");
                None
            }
        }
    }

    pub(super) fn variables(&mut self) -> BTreeMap<VarName, VariableSpec> {
        let mut variables = BTreeMap::new();
        for (name, raw) in &self.raw.variables {
            let place = at(&["variables", name]);
            if RESERVED.contains(&name.as_str()) {
                let text = format!("`{name}` has a meaning of its own in tables");
                self.wrong(&place, text, "give the variable another name");
            }
            let expr = self.definition(raw, &place);
            let spec =
                VariableSpec { expr, label: raw.label.clone(), unit: raw.unit.clone(), at: place };
            variables.insert(VarName::new(name.as_str()), spec);
        }
        self.refuse_circles(&variables);
        variables
    }

    fn definition(&mut self, raw: &RawVariable, place: &KeyPath) -> Option<Located<Expr>> {
        if let (Some(_), Some(_)) = (&raw.expr, &raw.weighted_sum) {
            let text = "a variable has either `expr` or `weighted_sum`";
            self.wrong(&place.join("weighted_sum"), text, "take one of them out");
        }
        if let Some(text) = &raw.expr {
            let at = place.join("expr");
            return match Expr::parse(text) {
                Ok(expr) => Some(Located::new(expr, at)),
                Err(error) => {
                    self.wrong_inside(&at, error);
                    None
                }
            };
        }
        let sum = raw.weighted_sum.as_ref()?;
        let at = place.join("weighted_sum");
        if sum.is_empty() {
            self.wrong(&at, "this sum has no columns", "expected { coal = 1.9003, coke = 2.8604 }");
            return None;
        }
        let terms = sum.iter().map(|(column, b)| (VarName::new(column.as_str()), *b)).collect();
        Some(Located::new(Expr::WeightedSum(terms), at))
    }

    /// A derived variable may not be made of itself, at any remove.
    fn refuse_circles(&mut self, variables: &BTreeMap<VarName, VariableSpec>) {
        let mut settled: BTreeSet<&VarName> = BTreeSet::new();
        for start in variables.keys() {
            if let Some(circle) = circle_from(start, variables, &mut Vec::new(), &mut settled) {
                let names: Vec<&str> = circle.iter().map(|name| name.as_str()).collect();
                let text = if names.len() == 1 {
                    format!("`{}` is defined by itself", names[0])
                } else {
                    let shown = names.join("` by `");
                    format!("variables are defined in a circle: `{shown}` by `{}`", names[0])
                };
                let spec = &variables[circle[0]];
                let place = spec.expr.as_ref().map_or(&spec.at, |e| &e.at).clone();
                self.wrong(&place, text, "give the derived variable a name of its own");
                settled.extend(circle);
            }
        }
    }

    pub(super) fn regions(&mut self) -> BTreeMap<String, RegionSpec> {
        let mut regions = BTreeMap::new();
        for (name, raw) in &self.raw.regions {
            let place = at(&["regions", name]);
            if let Some(units) = self.region_units(raw, &place) {
                let spec = RegionSpec { label: raw.label.clone(), units, at: place };
                regions.insert(name.clone(), spec);
            }
        }
        regions
    }

    fn region_units(&mut self, raw: &RawRegion, place: &KeyPath) -> Option<RegionUnits> {
        let ways = "one of: all = true; units = [\"…\"]; column = \"…\" with values = [\"…\"]";
        let given = [raw.all == Some(true), raw.units.is_some(), raw.column.is_some()];
        match given.iter().filter(|g| **g).count() {
            0 if self.reported(&place.join("units"))
                || self.reported(&place.join("all"))
                || self.reported(&place.join("column")) =>
            {
                return None;
            }
            0 => {
                self.wrong(
                    place,
                    "this region does not say which units it has",
                    format!("expected {ways}"),
                );
                return None;
            }
            1 => {}
            _ => {
                self.wrong(
                    place,
                    "this region says in several ways which units it has",
                    format!("expected {ways}"),
                );
                return None;
            }
        }
        if let (Some(_), None) = (&raw.values, &raw.column) {
            let text = "`values` goes with `column`";
            self.wrong(&place.join("values"), text, format!("expected {ways}"));
        }
        if raw.all == Some(true) {
            return Some(RegionUnits::All);
        }
        if let Some(units) = &raw.units {
            let at = place.join("units");
            for i in repeats(units) {
                let text = format!("`{}` is listed twice", units[i].0);
                self.wrong(&at.join(i), text, "list each unit once");
            }
            if units.is_empty() {
                self.wrong(&at, "this region has no units", "list at least two");
            }
            let names: Vec<String> = units.iter().map(|t| t.0.clone()).collect();
            return Some(RegionUnits::Listed(located(&names, &at)));
        }
        let at = place.join("values");
        let values = self.required(
            raw.values.clone(),
            &at,
            "the values of the column that belong to the region",
        )?;
        let located = super::items(&values, &at)
            .into_iter()
            .map(|(value, at)| Located::new(value.0.clone(), at))
            .collect();
        let column = raw.column.clone().unwrap_or_default();
        Some(RegionUnits::ByColumn {
            column: Located::new(VarName(column), place.join("column")),
            values: located,
        })
    }

    pub(super) fn measures(&mut self) -> BTreeMap<String, MeasureSpec> {
        let mut measures = BTreeMap::new();
        for (name, raw) in &self.raw.measures {
            let at = at(&["measures", name, "variable"]);
            if let Some(variable) = self.required(raw.variable.clone(), &at, "a column") {
                let variable = Located::new(VarName(variable), at);
                measures.insert(name.clone(), MeasureSpec { variable, label: raw.label.clone() });
            }
        }
        measures
    }

    pub(super) fn bootstraps(&mut self) -> BTreeMap<String, BootstrapSpec> {
        let mut bootstraps = BTreeMap::new();
        for (name, raw) in &self.raw.bootstrap {
            let place = at(&["bootstrap", name]);
            let schemes: Vec<&str> =
                self.vocabulary.schemes.iter().map(|s| s.name.as_str()).collect();
            let own = schemes.contains(&name.as_str()).then(|| name.clone());
            let given = raw.scheme.clone().or(own);
            let at = place.join("scheme");
            let Some(scheme) = self.required(given, &at, "the name of a bootstrap scheme") else {
                continue;
            };
            let known = self.known("bootstrap scheme", &scheme, &at, schemes);
            self.refuse_keys_of_other_schemes(&scheme, raw, &place);
            let replicates = raw.replicates.unwrap_or(999);
            if !(19..=99_999_999).contains(&replicates) {
                let text = format!("{replicates} replicates are too few or too many");
                self.wrong(
                    &place.join("replicates"),
                    text,
                    "expected 19 to 99999999; 999 is usual",
                );
            } else if known {
                let words = self.vocabulary.schemes.iter().find(|s| s.name == scheme);
                let usual = match words {
                    Some(words) if words.by_unit => Rescale::Jackknife,
                    Some(words) if words.rescale => Rescale::Df,
                    Some(_) | None => Rescale::None,
                };
                let rescale = raw.rescale.unwrap_or(usual);
                let block_length = raw.block_length;
                let design = Bootstrap { scheme, rescale, block_length, replicates };
                let keep = raw.keep.unwrap_or_default();
                bootstraps.insert(name.clone(), BootstrapSpec { design, keep });
            }
        }
        bootstraps
    }

    /// A key that a scheme does not heed is a slip.
    fn refuse_keys_of_other_schemes(&mut self, name: &str, raw: &RawBootstrap, place: &KeyPath) {
        let vocabulary = self.vocabulary;
        let Some(words) = vocabulary.schemes.iter().find(|s| s.name == name) else { return };
        let at = place.join("block_length");
        if raw.block_length.is_some() && !words.block_length {
            let with = vocabulary.schemes.iter().filter(|s| s.block_length);
            let names: Vec<String> = with.map(|s| format!("`{}`", s.name)).collect();
            let text = format!("scheme `{name}` draws no blocks of periods");
            let help = format!("take `block_length` out; {} have it", names.join(" and "));
            self.wrong(&at, text, help);
        } else if raw.block_length == Some(0) {
            self.wrong(&at, "a block has at least one period", "expected 1 or more");
        }
        if raw.rescale.is_some() && !words.rescale {
            let text = format!("scheme `{name}` draws no innovations that could be rescaled");
            self.wrong(&place.join("rescale"), text, "take `rescale` out");
        } else if raw.rescale == Some(Rescale::Jackknife) && !words.by_unit {
            let with = vocabulary.schemes.iter().filter(|s| s.by_unit);
            let names: Vec<String> = with.map(|s| format!("`{}`", s.name)).collect();
            let text = format!("scheme `{name}` does not keep the histories of units apart");
            let help = format!("`jackknife` is for {}; take `df` or `leverage`", names.join(", "));
            self.wrong(&place.join("rescale"), text, help);
        }
    }

    pub(super) fn known_estimator(&mut self, name: &str, at: &KeyPath) -> bool {
        let names: Vec<&str> = self.vocabulary.estimators.iter().map(|e| e.name.as_str()).collect();
        self.known("estimator", name, at, names)
    }

    pub(super) fn refuse_small_sample(
        &mut self,
        name: &str,
        asked: Option<SmallSample>,
        place: &KeyPath,
    ) {
        let has = self.vocabulary.estimators.iter().any(|e| e.name == name && e.small_sample);
        if asked == Some(SmallSample::Corrected) && !has {
            let text = format!("`{name}` has no small-sample form");
            let help = "maximum likelihood divides by the number of observations and uses the \
                        normal distribution; take `small_sample` out";
            self.wrong(&place.join("small_sample"), text, help);
        }
    }
}

/// The first circle of definitions met from `name` on, if any.
fn circle_from<'v>(
    name: &'v VarName,
    variables: &'v BTreeMap<VarName, VariableSpec>,
    path: &mut Vec<&'v VarName>,
    settled: &mut BTreeSet<&'v VarName>,
) -> Option<Vec<&'v VarName>> {
    if let Some(start) = path.iter().position(|p| *p == name) {
        return Some(path[start..].to_vec());
    }
    if settled.contains(name) {
        return None;
    }
    let (_, spec) = variables.get_key_value(name)?;
    path.push(name);
    let columns = spec.expr.as_ref().map(|e| e.value.columns()).unwrap_or_default();
    for column in &columns {
        if let Some((key, _)) = variables.get_key_value(column)
            && let Some(circle) = circle_from(key, variables, path, settled)
        {
            return Some(circle);
        }
    }
    path.pop();
    settled.insert(name);
    None
}
