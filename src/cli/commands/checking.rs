//! `spanel check`: is anything wrong with an experiment or its data?

use super::super::Ending;
use super::super::args::Experiment;
use super::super::output::{print as put_text, put, with_losses};
use super::super::schemes;
use super::comparing::pretty;
use super::{Loaded, rehearse, report_mistakes, user_templates};
use crate::cli::diagnostic::{self, Told};
use crate::cli::words::vocabulary;
use crate::mistake::{Checked, Mistakes};
use crate::plan;
use crate::run;
use crate::spec::layers::Layers;
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

/// An experiment with which something is wrong.
#[derive(Debug, Serialize)]
struct Unsound {
    experiment: String,
    mistakes: Vec<Told>,
}

pub(super) fn check(experiment: &Experiment, json: bool) -> Ending {
    match sound(experiment) {
        Ok(sound) if json => put_text(&pretty(&sound)),
        Ok(sound) => print_sound(experiment, &sound),
        Err((mistakes, layers)) => {
            if json {
                let experiment = experiment.spec.display().to_string();
                let mistakes = diagnostic::told(&mistakes, &layers);
                put_text(&pretty(&Unsound { experiment, mistakes }));
            }
            return report_mistakes(&mistakes, &layers);
        }
    }
    with_losses(Ending::Done)
}

/// What is found of an experiment with which nothing is wrong; or all mistakes, and where settings
/// come from.
fn sound(experiment: &Experiment) -> Result<Sound, (Mistakes, Layers)> {
    let (spec, plan, layers) =
        plan::load(&experiment.spec, experiment.environment(), &experiment.set, &vocabulary())?;
    let mut loaded = Loaded { spec, plan, layers };
    looked_at(&mut loaded, experiment).map_err(|mistakes| (mistakes, loaded.layers))
}

fn looked_at(loaded: &mut Loaded, experiment: &Experiment) -> Checked<Sound> {
    let inputs = loaded.read()?;
    let templates = user_templates(&experiment.spec)?;
    rehearse(loaded, &inputs, &templates)?;
    let (spec, plan, panel) = (&loaded.spec, &loaded.plan, &inputs.panel);
    let islands = run::islands(plan, spec, &inputs);
    let odd = plan::lint(plan).into_iter().chain(run::lint(plan, spec, &inputs));
    Ok(Sound {
        experiment: spec.name.clone(),
        cells: plan.cells.len(),
        grids: spec.grids.len(),
        units: panel.units().len(),
        periods: panel.periods().len(),
        dropped: panel.repairs.dropped.clone(),
        filled: panel.repairs.filled.len(),
        cautions: islands.into_iter().chain(odd).chain(schemes::cautions(plan)).collect(),
    })
}

fn print_sound(experiment: &Experiment, sound: &Sound) {
    let Sound { cells, grids, units, periods, .. } = sound;
    put!(
        "{}: {cells} cells in {grids} grids, {units} units, {periods} periods, nothing wrong",
        experiment.spec.display(),
    );
    sound.dropped.iter().for_each(|text| put!("dropped: {text}"));
    if sound.filled > 0 {
        put!("filled: {} values", sound.filled);
    }
    sound.cautions.iter().for_each(|text| put!("{text}"));
}
