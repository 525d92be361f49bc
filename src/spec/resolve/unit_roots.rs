//! Unit roots of variables.

use super::{Resolver, at};
use crate::ident::{KeyPath, Located, VarName};
use crate::model::unit_roots::{Divisor, LagChoice, Trend, UnitRootTest};
use crate::spec::UnitRootsSpec;
use crate::spec::raw::{Criterion, RawLags};

/// The most lags of a block.
const MOST_LAGS: u32 = 24;

impl Resolver<'_> {
    pub(super) fn unit_roots(&mut self) -> Vec<UnitRootsSpec> {
        let raw = self.raw;
        let ids: Vec<Option<&String>> = raw.unit_roots.iter().map(|b| b.id.as_ref()).collect();
        let mut out = Vec::new();
        for (i, block) in raw.unit_roots.iter().enumerate() {
            let place = at(&["unit_roots"]).join(i);
            let expected = "a name for tables to refer to";
            let id = self.required(block.id.clone(), &place.join("id"), expected);
            let variables =
                self.required(block.variables.clone(), &place.join("variables"), "columns");
            if let Some(id) = &id
                && ids.iter().position(|other| *other == Some(id)) != Some(i)
            {
                let text = format!("several [[unit_roots]] blocks are called `{id}`");
                self.wrong(&place.join("id"), text, "give each an id of its own");
            }
            if variables.as_ref().is_some_and(Vec::is_empty) {
                let text = "no variable is tested";
                self.wrong(&place.join("variables"), text, "name columns, or take the block out");
            }
            if block.tests.as_ref().is_some_and(Vec::is_empty) {
                let text = "no test is asked for";
                let names = UnitRootTest::ALL.map(|test| format!("\"{}\"", test.name())).join(", ");
                let help = format!("expected {names}; the first three when the key is left out");
                self.wrong(&place.join("tests"), text, help);
            }
            let names = |t: &Vec<UnitRootTest>| t.iter().map(|t| t.name()).collect::<Vec<_>>();
            let tests = block.tests.as_ref().map(names).unwrap_or_default();
            self.refuse_twice(&tests, &place.join("tests"));
            let columns = variables.iter().flatten().map(String::as_str).collect::<Vec<_>>();
            self.refuse_twice(&columns, &place.join("variables"));
            if block.trend == Some(Trend::None) {
                let of_stationarity = |test: &UnitRootTest| test.is_of_stationarity();
                if let Some(j) = block.tests.iter().flatten().position(of_stationarity) {
                    let text = "Hadri's test supposes a constant of each unit";
                    let help = "write trend = \"intercept\" or \"trend\", or take the test out";
                    self.wrong(&place.join("tests").join(j), text, help);
                }
            }
            let region = block.region.as_deref();
            let known =
                region.is_none_or(|r| self.declared("region", "regions", r, &place.join("region")));
            let most = self.lags_of(block.max_lags.unwrap_or(4), &place.join("max_lags"));
            if block.max_lags.is_some() && !matches!(block.lags, Some(RawLags::By(_))) {
                let text = "`max_lags` is of lags that a criterion chooses";
                let help = "take it out, or write lags = \"aic\" or \"sic\"";
                self.wrong(&place.join("max_lags"), text, help);
            }
            let lags = match block.lags.unwrap_or(RawLags::Number(1)) {
                RawLags::Number(lags) => LagChoice::Number(self.lags_of(lags, &place.join("lags"))),
                RawLags::By(Criterion::Aic) => LagChoice::Aic(most),
                RawLags::By(Criterion::Sic) => LagChoice::Sic(most),
            };
            let (Some(id), Some(variables), true) = (id, variables, known) else { continue };
            let located = |(j, name): (usize, String)| {
                Located::new(VarName(name), place.join("variables").join(j))
            };
            out.push(UnitRootsSpec {
                id,
                variables: variables.into_iter().enumerate().map(located).collect(),
                tests: block.tests.clone().unwrap_or_else(|| UnitRootTest::USUAL.to_vec()),
                trend: block.trend.unwrap_or_default(),
                lags,
                divisor: match block.dfcor {
                    Some(false) => Divisor::Observations,
                    Some(true) | None => Divisor::DegreesOfFreedom,
                },
                region: block.region.clone(),
            });
        }
        out
    }

    fn lags_of(&mut self, lags: u32, place: &KeyPath) -> u32 {
        if lags > MOST_LAGS {
            let text = format!("{lags} lags are more than {MOST_LAGS}");
            self.wrong(place, text, "1 is usual for annual data");
        }
        lags.min(MOST_LAGS)
    }

    /// The id of a `[[unit_roots]]` block.
    pub(super) fn unit_roots_block(
        &mut self,
        given: Option<&String>,
        at: &KeyPath,
    ) -> Option<String> {
        let id = self.required(given.cloned(), at, "the id of a [[unit_roots]] block")?;
        let raw = self.raw;
        let ids: Vec<&str> = raw.unit_roots.iter().filter_map(|b| b.id.as_deref()).collect();
        self.known("[[unit_roots]] block", &id, at, ids).then_some(id)
    }
}
