//! What `run` does around the fits: results are held against a baseline and against claims, and
//! somebody is told.

use super::super::Ending;
use super::super::args::{Experiment, NightOptions, Results, RunOptions};
use super::super::events::{emit, end, say, speak};
use super::super::output::{print, put, with_losses};
use super::comparing::{Kept, changes, lost, pretty};
use super::{Loaded, ended, load, report_mistakes, running, spec_of};
use crate::compare::claims::{Judgement, Standing};
use crate::mistake::{Checked, Mistake};
use crate::report::claims::line;
use crate::report::night;
use crate::spec::Spec;
use crate::spec::layers::{HANDED_OVER, Layers};
use crate::store::folder::Folder;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Numbers that merely moved and are listed.
const MOST: usize = 20;

/// What is told of a run.
#[derive(Default)]
struct Told {
    summary: String,
    text: String,
    regressions: usize,
    claims: Vec<Judgement>,
    compared: bool,
}

pub(super) fn run(experiment: &Experiment, results: &Results, options: &RunOptions) -> Ending {
    let night = &options.night;
    if let Err(mistakes) = speak(night.log_format, night.events.as_deref()) {
        return report_mistakes(&mistakes, &Layers::default());
    }
    let mut told = Told::default();
    // What is wrong with it is reported by the run.
    let spec = spec_of(experiment);
    let ending = ended(around(experiment, results, (options, spec.as_ref()), &mut told));
    let ending = with_losses(ending);
    notify(experiment, results, (night, spec.as_ref()), (&told, ending));
    end(ending.code());
    with_losses(ending)
}

fn around(
    experiment: &Experiment,
    results: &Results,
    (options, spec): (&RunOptions, Option<&Spec>),
    told: &mut Told,
) -> Result<Ending, Ending> {
    let checked = |mistakes| report_mistakes(&mistakes, &Layers::default());
    // Before the run: it may work on the very folder.
    let base = match &options.night.baseline {
        None => None,
        Some(folder) => baseline(folder, spec, results).map_err(checked)?,
    };
    let ending = running::run_cells(experiment, results, options);
    let whole = matches!(ending, Ending::Done | Ending::CellsFailed) && options.partition.is_none();
    let claims = spec.is_some_and(|spec| !spec.claims.is_empty());
    if !whole || (options.night.baseline.is_none() && !claims) {
        return Ok(ending);
    }
    let mut loaded = load(experiment)?;
    let folder = Folder::existing(&results.results, &loaded.spec.name);
    super::inspecting::settle_without_data(&mut loaded, &folder)?;
    let Some(new) = loaded.or_report(Kept::of(&loaded, &folder))? else { return Ok(ending) };
    told.claims = new.judged(&loaded);
    tell_claims(&told.claims);
    let mut regression = lost(&told.claims, options.night.claims);
    if let Some(mut base) = base {
        loaded.or_report(base.look_again())?;
        loaded.or_report(compared(&loaded, &folder, (&base, &new), told))?;
        regression |= told.regressions > 0;
    } else if let Some(baseline) = &options.night.baseline {
        told.summary = format!("no baseline yet in {}: nothing to compare", baseline.display());
        put!("{}", told.summary);
    }
    Ok(match (regression, options.night.baseline.is_some()) {
        (true, _) => Ending::Regression,
        // The policy decides; what failed before, and still does, is no news.
        (false, true) if told.compared => Ending::Done,
        (false, _) => ending,
    })
}

/// The results to compare with; none only where they would be those of this experiment, which has not
/// run yet.
fn baseline(folder: &Path, spec: Option<&Spec>, results: &Results) -> Checked<Option<Kept>> {
    if let Some(kept) = Kept::open(folder)? {
        return Ok(Some(kept));
    }
    let own = spec.map(|spec| results.results.join(&spec.name));
    let same = |own: &std::path::PathBuf| {
        let whole = |path: &Path| std::path::absolute(path).ok();
        whole(own) == whole(folder)
    };
    if own.as_ref().is_some_and(same) {
        return Ok(None);
    }
    Err(Mistake::file(folder, "holds no results to compare with")
        .help("name a results folder, such as archive/paper, or the one this run writes to")
        .into())
}

/// Writes what changed to `local/night.md` and `local/night.json`, and prints it.
fn compared(
    loaded: &Loaded,
    folder: &Folder,
    (base, new): (&Kept, &Kept),
    told: &mut Told,
) -> Checked<()> {
    let rule = &loaded.spec.diff;
    let (found, claims) = changes(base, new, rule, Some(loaded))?;
    let title = format!("{} against {}", loaded.spec.name, base.place());
    let night =
        night::Night { title: &title, comparison: &found, policy: &rule.fail_on, claims: &claims };
    folder.write("local/night.md", night::markdown(night, usize::MAX).as_bytes())?;
    folder.write("local/night.json", pretty(&night::json(night)).as_bytes())?;
    told.summary = night::summary(night);
    told.text = night::text(night, MOST);
    told.regressions = night.regressions();
    told.compared = true;
    emit("compared", json!({ "summary": told.summary, "regressions": told.regressions }));
    print(&told.text);
    put!("{}", folder.root().join("local/night.md").display());
    Ok(())
}

/// How many claims hold; those that do not, one by one.
fn tell_claims(claims: &[Judgement]) {
    if claims.is_empty() {
        return;
    }
    let [holds, fails, open] = counts(claims);
    emit("claims", json!({ "holds": holds, "fails": fails, "not_judged": open }));
    let open = if open > 0 { format!(", {open} cannot be judged") } else { String::new() };
    put!("{holds} of {} claims hold, {fails} fail{open}", claims.len());
    for j in claims.iter().filter(|j| j.standing != Standing::Holds) {
        put!("{}", line(j));
    }
}

fn counts(claims: &[Judgement]) -> [usize; 3] {
    [Standing::Holds, Standing::Fails, Standing::NotJudged]
        .map(|standing| claims.iter().filter(|j| j.standing == standing).count())
}

/// Runs the command that is to be told, with a summary on its standard input. That it fails is said,
/// and changes nothing.
fn notify(
    experiment: &Experiment,
    results: &Results,
    (options, spec): (&NightOptions, Option<&Spec>),
    (told, ending): (&Told, Ending),
) {
    let own = spec.map(|spec| spec.notify.command.clone());
    let words = match &options.notify {
        Some(command) => vec!["/bin/sh".to_owned(), "-c".to_owned(), command.clone()],
        None => own.unwrap_or_default(),
    };
    let Some((program, arguments)) = words.split_first() else { return };
    let stem = experiment.spec.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = stem.unwrap_or_default();
    let folder = results.results.join(&name);
    let code = ending.code().to_string();
    let [holds, fails, open] = counts(&told.claims);
    let summary = if told.summary.is_empty() {
        format!("{name}: {}", ending.in_words())
    } else {
        told.summary.clone()
    };
    let input = json!({
        "experiment": name,
        "exit_code": ending.code(),
        "ending": ending.in_words(),
        "summary": summary,
        "regressions": told.regressions,
        "claims": { "holds": holds, "fails": fails, "not_judged": open },
        "folder": folder,
        "text": told.text,
    });
    let variables = [
        ("EXPERIMENT", name),
        ("EXIT_CODE", code),
        ("SUMMARY", summary),
        ("REGRESSIONS", told.regressions.to_string()),
        ("FOLDER", folder.display().to_string()),
    ];
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    command.envs(variables.map(|(key, value)| (format!("{HANDED_OVER}{key}"), value)));
    let done = command.spawn().and_then(|mut child| {
        if let Some(mut pipe) = child.stdin.take() {
            // A command that does not read what it is told is none the worse.
            drop(writeln!(pipe, "{input}"));
        }
        child.wait()
    });
    match done {
        Ok(status) if status.success() => {}
        Ok(status) => {
            say(&format!("warning: the command to notify, `{program}`, ended with {status}"));
        }
        Err(e) => say(&format!("warning: the command to notify, `{program}`, cannot be run: {e}")),
    }
}
