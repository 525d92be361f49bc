//! The data behind the reference values: CSV and GAL as plain columns, straight into a sample.
//!
//! It goes past our own loader on purpose: what is tested here are the numbers.

use spanel::ident::{Period, UnitId, UnitIndex, VarName};
use spanel::model::{
    Effects, LagOrder, Model, Normalisation, RegionWeights, Regressor, SmallSample,
};
use spanel::panel::sample::Sample;
use spanel::weights::{Links, Weights};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The text of a file of this package.
pub fn read(path: &str) -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// A reference file.
pub fn json(name: &str) -> serde_json::Value {
    serde_json::from_str(&read(&format!("tests/reference/{name}"))).expect("reference JSON")
}

/// A balanced panel of text, units in the order of the weights file.
pub struct Table {
    pub periods: Vec<i64>,
    rows: BTreeMap<(String, i64), BTreeMap<String, String>>,
}

impl Table {
    /// Reads a CSV; without a `time` column everything is period 0.
    pub fn read(path: &str, unit: &str, time: Option<&str>) -> Self {
        let text = read(path);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let mut rows = BTreeMap::new();
        for row in reader.deserialize::<BTreeMap<String, String>>() {
            let row = row.expect("a row of the CSV");
            let period = time.map_or(0, |t| row[t].parse().expect("a period"));
            // Ids of a GAL file hold no spaces.
            rows.insert((row[unit].replace(' ', "_"), period), row);
        }
        let units: BTreeSet<&String> = rows.keys().map(|(u, _)| u).collect();
        let periods: BTreeSet<i64> = rows.keys().map(|(_, t)| *t).collect();
        assert_eq!(rows.len(), units.len() * periods.len(), "{path} is balanced");
        Self { periods: periods.into_iter().collect(), rows }
    }

    /// The text of `column` for a unit in a period.
    pub fn text(&self, unit: &str, period: i64, column: &str) -> &str {
        &self.rows[&(unit.to_owned(), period)][column]
    }

    /// The number of `column`; a name of Produc's logs (`lgsp`) is the log of the level.
    fn number(&self, unit: &str, period: i64, column: &str) -> f64 {
        let row = &self.rows[&(unit.to_owned(), period)];
        let parse = |text: &String| text.parse::<f64>().expect("a number");
        match row.get(column) {
            Some(text) => parse(text),
            None => parse(&row[column.strip_prefix('l').expect("a log")]).ln(),
        }
    }

    /// The sample of `response` on `regressors`, whose names may end in `_l1`, `_l2`, over the
    /// last `n_periods` periods, units in the order of `weights`.
    pub fn sample(
        &self,
        weights: &Weights,
        response: &str,
        regressors: &[String],
        n_periods: usize,
    ) -> Sample {
        let periods = &self.periods[self.periods.len() - n_periods..];
        let stack = |column: &str, lag: i64| -> Vec<f64> {
            let units = weights.units().as_slice();
            periods
                .iter()
                .flat_map(|&t| units.iter().map(move |u| self.number(&u.0, t - lag, column)))
                .collect()
        };
        let split: Vec<(&str, i32)> = regressors.iter().map(|r| lag_of(r)).collect();
        Sample {
            units: weights.units().clone(),
            periods: periods.iter().map(|&t| Period(t)).collect(),
            response: VarName::new(response),
            y: stack(response, 0),
            regressors: split
                .iter()
                .map(|&(v, lag)| Regressor::new(VarName::new(v), lag))
                .collect(),
            x: split.iter().map(|&(v, lag)| stack(v, i64::from(lag))).collect(),
        }
    }
}

/// `lpcap_l1` → (`lpcap`, 1).
pub fn lag_of(name: &str) -> (&str, i32) {
    match name.rsplit_once("_l") {
        Some((variable, lag)) if lag.len() == 1 => (variable, lag.parse().expect("a lag")),
        _ => (name, 0),
    }
}

/// The model of a reference block over `sample`.
pub fn model(
    estimator: &str,
    sample: &Sample,
    effects: Effects,
    lag_order: LagOrder,
    small_sample: Option<SmallSample>,
) -> Model {
    Model {
        estimator: estimator.to_owned(),
        response: sample.response.clone(),
        regressors: sample.regressors.clone(),
        effects,
        lag_order,
        small_sample,
        std_errors: spanel::model::std_errors::StdErrors::Default,
        error_components: None,
        instruments: spanel::model::instruments::Instruments::default(),
        correction: spanel::model::incidental::Correction::None,
        dynamics: None,
        moment_weights: None,
        variance_components: None,
    }
}

/// A GAL file, row-standardised.
pub fn weights(path: &str) -> Weights {
    let (units, links) = gal(path);
    Weights::new(&units, &links, Normalisation::Row).expect("a weights matrix")
}

/// A GAL file, its links as they are.
pub fn binary_weights(path: &str) -> Weights {
    let (units, links) = gal(path);
    Weights::new(&units, &links, Normalisation::None).expect("a weights matrix")
}

/// A GAL file, row-standardised, without the links of `island`.
pub fn weights_without_links_of(path: &str, island: &str) -> Weights {
    let (units, mut links) = gal(path);
    let name = |i: usize| units.as_slice()[i].0.as_str();
    links.links.retain(|&(from, to, _)| name(from) != island && name(to) != island);
    Weights::new(&units, &links, Normalisation::Row).expect("a weights matrix")
}

/// The part of a GAL file whose units `keep` accepts, row-standardised again.
pub fn weights_of(path: &str, keep: impl Fn(&str) -> bool) -> Weights {
    let (units, links) = gal(path);
    let kept: Vec<usize> = (0..units.len()).filter(|&i| keep(&units.as_slice()[i].0)).collect();
    let how = RegionWeights::Renormalise;
    Weights::region(&units, &links, &kept, Normalisation::Row, how).expect("a weights matrix")
}

/// GAL: after the header, for each unit its id, the number of neighbours, the neighbours.
fn gal(path: &str) -> (UnitIndex, Links) {
    let text = read(path);
    let mut words = text.lines().skip(1).flat_map(str::split_whitespace);
    let mut lists = Vec::new();
    while let Some(unit) = words.next() {
        let count: usize = words.next().and_then(|w| w.parse().ok()).expect("a count");
        lists.push((unit, words.by_ref().take(count).collect::<Vec<_>>()));
    }
    let names: Vec<UnitId> = lists.iter().map(|(u, _)| UnitId((*u).to_owned())).collect();
    let place: BTreeMap<&str, usize> =
        lists.iter().enumerate().map(|(i, (unit, _))| (*unit, i)).collect();
    let links = lists
        .iter()
        .enumerate()
        .flat_map(|(i, (_, to))| to.iter().map(move |t| (i, t)))
        .map(|(i, t)| (i, place[t], 1.0))
        .collect();
    (UnitIndex::new(names.clone()).expect("distinct units"), Links { units: names, links })
}
