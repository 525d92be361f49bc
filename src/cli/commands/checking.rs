//! `spanel check`: is anything wrong with an experiment or its data?

use super::super::Ending;
use super::super::args::Experiment;
use super::super::schemes;
use super::comparing::pretty;
use super::{ended, load, rehearse, user_templates};
use crate::plan;
use crate::run;
use serde::Serialize;

/// An experiment with which nothing is wrong.
#[derive(Debug, Serialize)]
struct Sound {
    experiment: String,
    cells: usize,
    grids: usize,
    units: usize,
    periods: usize,
    /// Units and periods that the policy of missing values dropped.
    dropped: Vec<String>,
    /// How many values it filled.
    filled: usize,
    /// What is odd, though not wrong.
    cautions: Vec<String>,
}

pub(super) fn check(experiment: &Experiment, json: bool) -> Ending {
    ended((|| {
        let mut loaded = load(experiment)?;
        let inputs = loaded.open()?;
        let templates = loaded.or_report(user_templates(&experiment.spec))?;
        loaded.or_report(rehearse(&loaded, &inputs, &templates))?;
        let (spec, plan, panel) = (&loaded.spec, &loaded.plan, &inputs.panel);
        let islands = run::islands(plan, spec, &inputs);
        let odd = plan::lint(plan).into_iter().chain(run::lint(plan, spec, &inputs));
        let sound = Sound {
            experiment: spec.name.clone(),
            cells: plan.cells.len(),
            grids: spec.grids.len(),
            units: panel.units().len(),
            periods: panel.periods().len(),
            dropped: panel.repairs.dropped.clone(),
            filled: panel.repairs.filled.len(),
            cautions: islands.into_iter().chain(odd).chain(schemes::cautions(plan)).collect(),
        };
        if json {
            print!("{}", pretty(&sound));
        } else {
            print_sound(experiment, &sound);
        }
        Ok(Ending::Done)
    })())
}

fn print_sound(experiment: &Experiment, sound: &Sound) {
    let Sound { cells, grids, units, periods, .. } = sound;
    println!(
        "{}: {cells} cells in {grids} grids, {units} units, {periods} periods, nothing wrong",
        experiment.spec.display(),
    );
    sound.dropped.iter().for_each(|text| println!("dropped: {text}"));
    if sound.filled > 0 {
        println!("filled: {} values", sound.filled);
    }
    sound.cautions.iter().for_each(|text| println!("{text}"));
}
