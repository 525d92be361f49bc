//! What must hold → whether it does.
//!
//! A claim is judged on *units*: cells, sets of cells that are compared along an axis, or periods of a
//! Moran block. What a cell does not have (a lag that is not in its model, an effect of a model without
//! Wy, a test that does not apply to it) does not concern the claim; a cell that failed or was not run
//! does, and is not judged. Units that differ in the arbitrary axes only make a *group*. With h of n
//! units of a group holding, f not, and u not judged, and a share s that must hold,
//!
//! ```text
//! holds          h ≥ s·n
//! fails          h + u < s·n
//! not judged     otherwise: the units that are missing decide
//! ```
//!
//! and the claim holds when every group does, and fails when any does.

mod conditions;

use super::change::{Change, Conclusion, Side, What};
use super::night::{Listed, State};
use crate::outcome::MoranSeries;
use crate::spec::Axis;
use crate::spec::claims::{About, ClaimSpec, Condition};
use conditions::{of_cell, of_set, periods, words};
use serde::Serialize;
use std::collections::BTreeMap;

/// Rounding of shares: 0.9 of 10 is 9.
const ROUNDING: f64 = 1e-9;

/// How a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// The results do not say.
    NotJudged,
}

impl Standing {
    /// In words, as in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::NotJudged => "cannot be judged",
        }
    }

    /// The standing called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Holds, Self::Fails, Self::NotJudged].into_iter().find(|s| s.name() == name)
    }
}

/// A number behind a judgement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    /// Whose it is, where a unit has several: `oa`; empty otherwise.
    pub of: String,
    /// The number.
    pub value: f64,
    /// Its p-value, where it has one and it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
}

/// One unit of a claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unit {
    /// What it is called: a cell's label, or what a set of cells has in common.
    pub unit: String,
    /// Whether it holds; absent where it is not judged.
    pub holds: Option<bool>,
    /// The numbers.
    pub seen: Vec<Seen>,
    /// What is said instead of numbers, or why it is not judged.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub said: String,
}

/// Units that differ in the arbitrary axes only.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// What its units have in common beside the claim's own selection; empty for all.
    pub group: String,
    /// How it stands.
    pub standing: Standing,
    /// Its units.
    pub units: Vec<Unit>,
}

impl Group {
    /// How many units hold, do not, and are not judged.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |which: Option<bool>| self.units.iter().filter(|u| u.holds == which).count();
        (count(Some(true)), count(Some(false)), count(None))
    }
}

/// How a claim stands, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// Its name.
    pub claim: String,
    /// The sentence.
    pub text: String,
    /// How it stands.
    pub standing: Standing,
    /// The share that must hold.
    pub share: f64,
    /// Its groups; none where no unit is concerned.
    pub groups: Vec<Group>,
    /// Why it cannot be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Judgement {
    /// How many units hold, do not, and are not judged.
    pub fn counts(&self) -> (usize, usize, usize) {
        self.groups
            .iter()
            .map(Group::counts)
            .fold((0, 0, 0), |(a, b, c), (x, y, z)| (a + x, b + y, c + z))
    }

    /// The smallest share of a group that holds; `None` without groups.
    pub fn least_share(&self) -> Option<f64> {
        let share = |group: &Group| group.counts().0 as f64 / group.units.len() as f64;
        self.groups.iter().map(share).min_by(f64::total_cmp)
    }
}

/// What claims are judged on.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// The cells, in the order of the plan.
    pub listed: &'a [Listed],
    /// What became of each.
    pub state: &'a dyn Fn(&Listed) -> State,
    /// Moran's I.
    pub moran: &'a [MoranSeries],
}

impl std::fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evidence").field("listed", &self.listed.len()).finish_non_exhaustive()
    }
}

/// The cells that claims look at.
pub fn looked_at<'l>(
    claims: &BTreeMap<String, ClaimSpec>,
    listed: &'l [Listed],
) -> Vec<&'l Listed> {
    let choices = claims.values().filter_map(|claim| match &claim.about {
        About::Cells { cells, .. } => Some(cells),
        About::Moran { .. } => None,
    });
    let choices: Vec<_> = choices.collect();
    let chosen = |cell: &&Listed| {
        choices.iter().any(|c| c.grid == cell.grid && c.select.matches_text(&cell.axes))
    };
    listed.iter().filter(chosen).collect()
}

/// The claims that stand otherwise than they did: name, what is said of them, standing.
pub fn flips(
    old: &[(String, String, Standing)],
    new: &[(String, String, Standing)],
) -> Vec<Change> {
    let flip = |(name, said, now): &(String, String, Standing)| {
        let (_, _, before) = old.iter().find(|(known, ..)| known == name)?;
        let what = match (before, now) {
            (before, now) if before == now => return None,
            (Standing::Holds, _) => What::ClaimLost,
            (Standing::Fails | Standing::NotJudged, _) => What::ClaimTurned,
        };
        let side = |standing: &Standing| Side::Word(standing.name().to_owned());
        let change = Change::of_cell(what, name, side(before), side(now));
        Some(Change { conclusions: vec![Conclusion::Claim(said.clone())], ..change })
    };
    new.iter().filter_map(flip).collect()
}

/// Judges every claim.
pub fn judge(claims: &BTreeMap<String, ClaimSpec>, evidence: Evidence<'_>) -> Vec<Judgement> {
    claims.iter().map(|(name, claim)| judge_one(name, claim, evidence)).collect()
}

fn judge_one(name: &str, claim: &ClaimSpec, evidence: Evidence<'_>) -> Judgement {
    let units: Vec<(String, Unit)> = match &claim.about {
        About::Moran { id, points } => {
            periods(evidence.moran, id, *points).into_iter().map(|u| (String::new(), u)).collect()
        }
        About::Cells { cells, condition } => {
            let chosen = evidence
                .listed
                .iter()
                .filter(|cell| cell.grid == cells.grid && cells.select.matches_text(&cell.axes));
            units(claim, condition, &chosen.collect::<Vec<_>>(), evidence.state)
        }
    };
    let mut groups: Vec<Group> = Vec::new();
    for (group, unit) in units {
        match groups.iter_mut().find(|known| known.group == group) {
            Some(known) => known.units.push(unit),
            None => groups.push(Group { group, standing: Standing::Holds, units: vec![unit] }),
        }
    }
    for group in &mut groups {
        group.standing = stands(group.counts(), claim.share);
    }
    let standing = groups.iter().map(|g| g.standing).fold(Standing::Holds, worse);
    let standing = if groups.is_empty() { Standing::NotJudged } else { standing };
    let reason = (standing == Standing::NotJudged).then(|| why(&groups));
    let (claim, text, share) = (name.to_owned(), claim.text.clone(), claim.share);
    Judgement { claim, text, standing, share, groups, reason }
}

/// One group that fails is enough; one that is not judged leaves it open.
fn worse(a: Standing, b: Standing) -> Standing {
    match (a, b) {
        (Standing::Fails, _) | (_, Standing::Fails) => Standing::Fails,
        (Standing::NotJudged, _) | (_, Standing::NotJudged) => Standing::NotJudged,
        (Standing::Holds, Standing::Holds) => Standing::Holds,
    }
}

fn stands((holding, failing, open): (usize, usize, usize), share: f64) -> Standing {
    let needed = share * (holding + failing + open) as f64 - ROUNDING;
    if holding as f64 >= needed {
        Standing::Holds
    } else if ((holding + open) as f64) < needed {
        Standing::Fails
    } else {
        Standing::NotJudged
    }
}

fn why(groups: &[Group]) -> String {
    let open = groups.iter().flat_map(|g| &g.units).find(|u| u.holds.is_none());
    match open {
        None => "no cell has what it is about".to_owned(),
        Some(unit) => {
            let all = groups.iter().map(|g| g.counts().2).sum::<usize>();
            let more = if all > 1 { format!(", and {} more", all - 1) } else { String::new() };
            format!("{}: {}{more}", unit.unit, unit.said)
        }
    }
}

/// What a cell, or a set of cells, says: whether it holds, and the numbers. `None`: it is not
/// concerned.
type Said = Option<Result<(bool, Vec<Seen>), String>>;

fn unit(name: String, said: Result<(bool, Vec<Seen>), String>, words: String) -> Unit {
    match said {
        Ok((holds, seen)) => Unit { unit: name, holds: Some(holds), seen, said: words },
        Err(why) => Unit { unit: name, holds: None, seen: Vec::new(), said: why },
    }
}

fn units(
    claim: &ClaimSpec,
    condition: &Condition,
    chosen: &[&Listed],
    state: &dyn Fn(&Listed) -> State,
) -> Vec<(String, Unit)> {
    let compared = condition.compared();
    if compared.is_empty() {
        let alone = |cell: &&Listed| {
            let state = state(cell);
            let said = of_cell(condition, &state)?;
            let words = words(condition, &state);
            Some((group_of(claim, &[], cell, chosen), unit(cell.label.clone(), said, words)))
        };
        return chosen.iter().filter_map(alone).collect();
    }
    let mut sets: Vec<(Vec<String>, Vec<&Listed>)> = Vec::new();
    for cell in chosen {
        let key = cell.apart_from(&compared);
        match sets.iter_mut().find(|(known, _)| *known == key) {
            Some((_, set)) => set.push(cell),
            None => sets.push((key, vec![cell])),
        }
    }
    let of = |(_, set): (Vec<String>, Vec<&Listed>)| {
        let first = set.first()?;
        let name = in_common(first, chosen, &compared);
        let said = of_set(condition, &set, state)?;
        Some((group_of(claim, &compared, first, chosen), unit(name, said, String::new())))
    };
    sets.into_iter().filter_map(of).collect()
}

/// What a unit has in common with the others of its group: its values on the axes that are neither
/// arbitrary nor compared, of those on which the chosen cells differ. Empty where the claim names no
/// arbitrary axes.
fn group_of(claim: &ClaimSpec, compared: &[Axis], cell: &Listed, chosen: &[&Listed]) -> String {
    if claim.over.is_empty() {
        return String::new();
    }
    let apart: Vec<Axis> = claim.over.iter().chain(compared).copied().collect();
    in_common(cell, chosen, &apart)
}

/// `region east, lags 0-2`: the values of a cell on the axes on which the chosen cells differ, but
/// for those `apart`.
fn in_common(cell: &Listed, chosen: &[&Listed], apart: &[Axis]) -> String {
    let differs = |axis: &Axis| chosen.iter().any(|c| c.value(*axis) != cell.value(*axis));
    let axes = Axis::ALL.into_iter().filter(|axis| !apart.contains(axis)).filter(differs);
    let named: Vec<String> =
        axes.map(|axis| format!("{} {}", axis.name(), cell.value(axis))).collect();
    if named.is_empty() { "all".to_owned() } else { named.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::figures::Estimated;
    use crate::compare::figures::Figures;
    use crate::ident::{CellId, KeyPath, Located, VarName};
    use crate::outcome::{Failure, FailureKind};
    use crate::spec::Selector;
    use crate::spec::claims::ClaimedSign;
    use crate::spec::claims::Points;
    use crate::spec::tables::{CellChoice, RowTerm};

    fn listed(measure: &str, region: &str, weights: &str) -> Listed {
        let axes =
            ["slm", "two-way", measure, region, "0", weights, "default", "base"].map(str::to_owned);
        let label = format!("g/{measure}/{region}/{weights}");
        Listed { id: CellId::of(label.as_bytes()), label, key: None, grid: "g".to_owned(), axes }
    }

    fn fitted(value: f64, p_value: f64) -> State {
        let estimate = Estimated { value, std_error: 1.0, p_value };
        State::Fitted(Box::new(Figures {
            measure: Some(VarName::new("x")),
            estimates: [("x".to_owned(), estimate)].into(),
            ..Figures::default()
        }))
    }

    fn claim(condition: Condition, over: Vec<Axis>, share: f64) -> ClaimSpec {
        let cells =
            CellChoice { grid: "g".to_owned(), select: Selector::default(), columns: Vec::new() };
        let about = About::Cells { cells: Box::new(cells), condition };
        ClaimSpec { text: "so it is".to_owned(), about, over, share, at: KeyPath::root() }
    }

    fn row() -> Located<RowTerm> {
        Located::new(RowTerm::parse("measure"), KeyPath::root())
    }

    fn positive() -> Condition {
        let points = Points { sign: ClaimedSign::Positive, level: Some(0.05) };
        Condition::Sign { row: row(), points }
    }

    fn judged(claim: ClaimSpec, cells: &[(Listed, State)]) -> Judgement {
        let all: Vec<Listed> = cells.iter().map(|(cell, _)| cell.clone()).collect();
        let state =
            |cell: &Listed| cells.iter().find(|(c, _)| c == cell).expect("one of them").1.clone();
        let evidence = Evidence { listed: &all, state: &state, moran: &[] };
        judge(&[("c".to_owned(), claim)].into(), evidence).remove(0)
    }

    fn failed() -> State {
        State::Failed(Failure { kind: FailureKind::Singular, reason: "collinear".to_owned() })
    }

    /// East: 2 of 3 weights; west: 1 of 3. Over all 3 of 6 = 0.5; by region 2/3 and 1/3.
    fn six() -> Vec<(Listed, State)> {
        vec![
            (listed("oa", "east", "w1"), fitted(1.0, 0.01)),
            (listed("oa", "east", "w2"), fitted(1.0, 0.04)),
            (listed("oa", "east", "w3"), fitted(1.0, 0.05)),
            (listed("oa", "west", "w1"), fitted(1.0, 0.01)),
            (listed("oa", "west", "w2"), fitted(-1.0, 0.01)),
            (listed("oa", "west", "w3"), fitted(1.0, 0.5)),
        ]
    }

    #[test]
    fn a_share_over_all_and_over_arbitrary_axes() {
        let all = judged(claim(positive(), vec![], 0.5), &six());
        assert_eq!((all.standing, all.counts()), (Standing::Holds, (3, 3, 0)));
        assert_eq!(judged(claim(positive(), vec![], 0.51), &six()).standing, Standing::Fails);
        let by = judged(claim(positive(), vec![Axis::Weights], 0.5), &six());
        assert_eq!(by.standing, Standing::Fails);
        let groups: Vec<(&str, Standing)> =
            by.groups.iter().map(|g| (g.group.as_str(), g.standing)).collect();
        assert_eq!(groups, [("region east", Standing::Holds), ("region west", Standing::Fails)]);
        assert!((by.least_share().expect("groups") - 1.0 / 3.0).abs() < 1e-15);
        let both = vec![Axis::Weights, Axis::Region];
        assert_eq!(judged(claim(positive(), both, 0.5), &six()).standing, Standing::Holds);
    }

    /// 3 hold, 2 do not, 1 failed: half of six is reached without it; 0.6 of six, 3.6, could still be
    /// reached with it; 0.8, 4.8, could not.
    #[test]
    fn what_is_missing_decides_only_where_it_can() {
        let mut cells = six();
        cells[5].1 = failed();
        let standing = |share| judged(claim(positive(), vec![], share), &cells);
        assert_eq!(standing(0.5).standing, Standing::Holds);
        assert_eq!(standing(0.8).standing, Standing::Fails);
        let open = standing(0.6);
        assert_eq!(open.standing, Standing::NotJudged);
        let reason = open.reason.expect("a reason");
        assert_eq!(reason, "g/oa/west/w3: failed: singular: collinear");
    }

    #[test]
    fn cells_without_the_row_are_not_concerned() {
        let points = Points { sign: ClaimedSign::Positive, level: None };
        let row = Located::new(RowTerm::parse("measure@lag1"), KeyPath::root());
        let lost = judged(claim(Condition::Sign { row, points }, vec![], 1.0), &six());
        assert_eq!(lost.standing, Standing::NotJudged);
        assert_eq!(lost.reason.as_deref(), Some("no cell has what it is about"));
    }

    #[test]
    fn an_order_over_the_measures() {
        let cells = vec![
            (listed("oa", "east", "w"), fitted(3.0, 0.9)),
            (listed("la", "east", "w"), fitted(2.0, 0.9)),
            (listed("oa", "west", "w"), fitted(3.0, 0.9)),
            (listed("la", "west", "w"), fitted(4.0, 0.9)),
        ];
        let values = ["oa", "la"].map(|v| Located::new(v.to_owned(), KeyPath::root())).to_vec();
        let order = Condition::Order { row: row(), axis: Axis::Measure, values };
        let half = judged(claim(order.clone(), vec![], 0.5), &cells);
        assert_eq!((half.standing, half.counts()), (Standing::Holds, (1, 1, 0)));
        assert_eq!(half.groups[0].units[1].unit, "region west");
        assert_eq!(judged(claim(order, vec![], 1.0), &cells).standing, Standing::Fails);
    }

    #[test]
    fn east_larger_than_west_for_each_measure() {
        let pattern = |region: &str| {
            Box::new(Selector { region: Some(vec![region.to_owned()]), ..Selector::default() })
        };
        let larger =
            Condition::Larger { row: row(), larger: pattern("east"), than: pattern("west") };
        let mut cells = vec![
            (listed("oa", "east", "w"), fitted(3.0, 0.9)),
            (listed("oa", "west", "w"), fitted(2.0, 0.9)),
            (listed("la", "east", "w"), fitted(1.0, 0.9)),
            (listed("la", "west", "w"), fitted(0.5, 0.9)),
        ];
        let all = judged(claim(larger.clone(), vec![], 1.0), &cells);
        assert_eq!((all.standing, all.counts()), (Standing::Holds, (2, 0, 0)));
        cells[3].1 = State::NotRun;
        let open = judged(claim(larger, vec![], 1.0), &cells);
        assert_eq!(open.standing, Standing::NotJudged);
        assert_eq!(open.reason.as_deref(), Some("measure la: west: it has no record"));
    }
}
