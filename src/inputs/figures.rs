//! Periods that figures name, held against the data.

use crate::ident::{Located, Period};
use crate::mistake::Mistake;
use crate::spec::figures::{FigureKind, FigureSpec};

/// What is wrong with the periods that figures show.
pub(super) fn check(figures: &[FigureSpec], periods: &[Period]) -> Vec<Mistake> {
    let unknown = |year: &&Located<Period>| !periods.contains(&year.value);
    let mistake = |year: &Located<Period>| {
        let help = match (periods.first(), periods.last()) {
            (Some(first), Some(last)) => format!("they go from {first} to {last}"),
            _ => "there are none".to_owned(),
        };
        Mistake::spec(&year.at, format!("the data have no period {}", year.value)).help(help)
    };
    let mut all: Vec<Mistake> = Vec::new();
    for found in figures.iter().flat_map(years).filter(unknown).map(mistake) {
        if !all.contains(&found) {
            all.push(found);
        }
    }
    all
}

fn years(figure: &FigureSpec) -> &[Located<Period>] {
    match &figure.kind {
        FigureKind::MoranScatter(figure) => &figure.years,
        FigureKind::Map(figure) => &figure.years,
        FigureKind::LisaMap(figure) => &figure.years,
        FigureKind::MoranYears { .. }
        | FigureKind::MapRegions { .. }
        | FigureKind::EffectDiagram(_)
        | FigureKind::Coefplot(_)
        | FigureKind::SpecCurve(_)
        | FigureKind::BootstrapDensity { .. }
        | FigureKind::RhoOverWeights(_)
        | FigureKind::LagPlot(_)
        | FigureKind::Profile(_) => &[],
    }
}
