//! Results against other results, and against claims: `diff`, `claims`.

use super::super::Ending;
use super::super::args::{
    ClaimsOptions, ClaimsPolicy, DiffFormat, DiffOptions, Experiment, Results,
};
use super::{Loaded, ended, load, report_mistakes, write_beside};
use crate::compare::claims::{Evidence, Judgement, Standing, flips, judge};
use crate::compare::diff::{Comparison, Night, diff as compare, partners};
use crate::compare::figures::beside;
use crate::compare::night::{Listed, State, of_plan};
use crate::ident::{CellId, Digest};
use crate::mistake::{Checked, Mistake};
use crate::report::claims::{line, standings, tally};
use crate::report::night::{self, junit, listed, markdown, text};
use crate::spec::layers::Layers;
use crate::spec::nights::DiffSpec;
use crate::store::folder::Folder;
use crate::store::local::PanelCopy;
use crate::store::records::Records;
use crate::store::{ExperimentRecord, Record};
use std::path::{Path, PathBuf};

/// Numbers that merely moved and are listed unless all are asked for.
const MOST: usize = 20;

/// A set of results that is kept in a folder.
pub(super) struct Kept {
    folder: Folder,
    records: Records,
    listed: Vec<Listed>,
    experiment: Option<ExperimentRecord>,
    /// Claims as the folder's last rendering judged them.
    standings: Vec<(String, String, Standing)>,
}

impl DiffOptions {
    fn experiment(&self, spec: &Path) -> Experiment {
        let (set, profile) = (self.set.clone(), self.profile.clone());
        Experiment { spec: spec.to_owned(), set, profile }
    }
}

impl Kept {
    /// The results in the folder `root` as it lists them itself; `None` where there are none.
    pub(super) fn open(root: &Path) -> Checked<Option<Self>> {
        let folder = Folder::at(root);
        let records = folder.records()?;
        if let Some(mistake) = records.damaged.first() {
            return Err(mistake.clone().into());
        }
        let current = records.all_current();
        if current.is_empty() {
            return Ok(None);
        }
        let key = |id: &CellId| records.current(id).map(|entry| entry.key);
        let fits = folder.read_text("fits.csv")?;
        let cells = fits.and_then(|fits| listed(&fits, key)).unwrap_or_else(|| {
            let nameless = |id: &CellId| Listed {
                label: id.to_string(),
                id: *id,
                key: key(id),
                grid: String::new(),
                axes: Default::default(),
            };
            current.iter().map(|entry| nameless(&entry.cell)).collect()
        });
        let experiment = folder.read_experiment()?;
        let claims = folder.read_text("claims.csv")?.unwrap_or_default();
        let standings = standings(&claims);
        Ok(Some(Self { listed: cells, folder, records, experiment, standings }))
    }

    /// The same results as a plan names them.
    pub(super) fn of(loaded: &Loaded, folder: &Folder) -> Checked<Option<Self>> {
        let Some(kept) = Self::open(folder.root())? else { return Ok(None) };
        let key = |id: &CellId| kept.records.current(id).map(|entry| entry.key);
        let listed = of_plan(&loaded.plan, key);
        Ok(Some(Self { listed, ..kept }))
    }

    /// Where it is.
    pub(super) fn place(&self) -> String {
        self.folder.root().display().to_string()
    }

    /// Looks again where the records lie: a run moves what it replaces to the history.
    pub(super) fn look_again(&mut self) -> Checked<()> {
        self.records = self.folder.records()?;
        Ok(())
    }

    /// The record of the cell with this label, or of that content.
    pub(super) fn record_of(&self, label: &str, id: &CellId) -> Checked<Option<Record>> {
        let by_label = self.listed.iter().find(|cell| cell.label == label);
        let found = by_label.or_else(|| self.listed.iter().find(|cell| cell.id == *id));
        found.map_or(Ok(None), |cell| self.record(cell))
    }

    /// The copy of the panel of its last run, if it is kept.
    pub(super) fn panel(&self) -> Option<PanelCopy> {
        let local = self.folder.local();
        local.panel(&local.last().panel)
    }

    fn record(&self, cell: &Listed) -> Checked<Option<Record>> {
        let key = cell.key.as_ref();
        let entry = key.and_then(|key| self.records.find(&cell.id, key));
        entry.map(|entry| self.records.read(&entry)).transpose()
    }

    fn sum(&self, cell: &Listed) -> Option<Digest> {
        let entry = self.records.find(&cell.id, cell.key.as_ref()?)?;
        Some(entry.sum())
    }

    /// How the claims of an experiment stand by these results. A record that cannot be read counts
    /// as none.
    pub(super) fn judged(&self, loaded: &Loaded) -> Vec<Judgement> {
        self.judged_as(loaded, &self.listed, |cell| self.record(cell).ok().flatten())
    }

    /// How they stand by these results, the cells being those of `new`: what was claimed otherwise, or
    /// of other cells, is judged as it is claimed now.
    fn judged_for(&self, loaded: &Loaded, new: &Self) -> Vec<Judgement> {
        let partners = partners(&self.listed, &new.listed);
        self.judged_as(loaded, &new.listed, |cell| {
            self.record(partners.get(cell.label.as_str())?).ok().flatten()
        })
    }

    fn judged_as(
        &self,
        loaded: &Loaded,
        listed: &[Listed],
        record: impl Fn(&Listed) -> Option<Record>,
    ) -> Vec<Judgement> {
        let state = |cell: &Listed| State::of(record(cell).as_ref());
        let moran = self.experiment.as_ref().map(|e| e.moran.as_slice()).unwrap_or_default();
        judge(&loaded.spec.claims, Evidence { listed, state: &state, moran })
    }
}

/// What changed between two sets of results; with an experiment, its claims are judged on both.
pub(super) fn changes(
    base: &Kept,
    new: &Kept,
    rule: &DiffSpec,
    loaded: Option<&Loaded>,
) -> Checked<(Comparison, Vec<Judgement>)> {
    let (read_base, read_new) = (|c: &Listed| base.record(c), |c: &Listed| new.record(c));
    let (sum_base, sum_new) = (|c: &Listed| base.sum(c), |c: &Listed| new.sum(c));
    let of = |kept: &Kept| kept.experiment.as_ref().map(beside).unwrap_or_default();
    let old =
        Night { listed: base.listed.clone(), read: &read_base, sum: &sum_base, beside: of(base) };
    let now = Night { listed: new.listed.clone(), read: &read_new, sum: &sum_new, beside: of(new) };
    let mut found = compare(&old, &now, rule)?;
    let Some(loaded) = loaded else {
        found.add(flips(&base.standings, &new.standings));
        return Ok((found, Vec::new()));
    };
    let (before, after) = (base.judged_for(loaded, new), new.judged(loaded));
    found.add(flips(&named(&before), &named(&after)));
    Ok((found, after))
}

fn named(judgements: &[Judgement]) -> Vec<(String, String, Standing)> {
    let said = |j: &Judgement| format!("{}: {}", j.text, tally(j));
    judgements.iter().map(|j| (j.claim.clone(), said(j), j.standing)).collect()
}

pub(super) fn diff(
    base: &Path,
    new: Option<&Path>,
    results: &Results,
    options: &DiffOptions,
) -> Ending {
    let is_experiment =
        |path: &&Path| path.extension().is_some_and(|e| e == "toml") && !path.is_dir();
    ended((|| {
        let experiment = new.filter(is_experiment);
        let loaded =
            experiment.map(|spec| with_cells(&options.experiment(spec), results)).transpose()?;
        let layers = Layers::default();
        let checked = |mistakes| match &loaded {
            Some((loaded, _)) => report_mistakes(&mistakes, &loaded.layers),
            None => report_mistakes(&mistakes, &layers),
        };
        let old = there(Kept::open(base), base).map_err(checked)?;
        let now = match (&loaded, new) {
            (Some((loaded, folder)), _) => there(Kept::of(loaded, folder), folder.root()),
            (None, Some(new)) => there(Kept::open(new), new),
            (None, None) => {
                let current = current(base, &results.results);
                there(Kept::open(&current), &current)
            }
        };
        let now = now.map_err(checked)?;
        let own = loaded.as_ref().map(|(loaded, _)| loaded.spec.diff.clone());
        let rule = ruled(own.unwrap_or_default(), options);
        let loaded = loaded.as_ref().map(|(loaded, _)| loaded);
        let (found, claims) = changes(&old, &now, &rule, loaded).map_err(checked)?;
        let (old, now) = (old.folder.root().display(), now.folder.root().display());
        let title = format!("{now} against {old}");
        let night = night::Night {
            title: &title,
            comparison: &found,
            policy: &rule.fail_on,
            claims: &claims,
        };
        let most = if options.all { usize::MAX } else { MOST };
        let written = match options.format {
            DiffFormat::Text => text(night, most),
            DiffFormat::Markdown => markdown(night, most),
            DiffFormat::Json => pretty(&night::json(night)),
            DiffFormat::Junit => junit(night),
        };
        match &options.out {
            None => print!("{written}"),
            Some(file) => write_beside(file, &written).map_err(checked)?,
        }
        Ok(if night.regressions() > 0 { Ending::Regression } else { Ending::Done })
    })())
}

pub(super) fn pretty(value: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value)
        .expect("a structure of strings and numbers always has a JSON form");
    text.push('\n');
    text
}

/// An experiment with all its cells, and its results folder.
fn with_cells(experiment: &Experiment, results: &Results) -> Result<(Loaded, Folder), Ending> {
    let mut loaded = load(experiment)?;
    let folder = Folder::existing(&results.results, &loaded.spec.name);
    super::inspecting::settle_without_data(&mut loaded, &folder)?;
    Ok((loaded, folder))
}

/// The results folder of the same name as another.
fn current(base: &Path, results: &Path) -> PathBuf {
    let name = base.canonicalize().ok().and_then(|base| base.file_name().map(Into::into));
    results.join(name.unwrap_or_else(|| base.to_path_buf()))
}

fn there(kept: Checked<Option<Kept>>, folder: &Path) -> Checked<Kept> {
    kept?.ok_or_else(|| {
        Mistake::file(folder, "holds no results")
            .help("name a results folder, such as results/paper, or run the experiment")
            .into()
    })
}

/// The rule of an experiment, with what the command line says otherwise.
fn ruled(mut rule: DiffSpec, options: &DiffOptions) -> DiffSpec {
    rule.relative = options.relative.unwrap_or(rule.relative);
    rule.absolute = options.absolute.unwrap_or(rule.absolute);
    if let Some(concerns) = &options.fail_on {
        rule.fail_on = concerns.iter().copied().flatten().collect();
    }
    rule
}

pub(super) fn claims(
    experiment: &Experiment,
    results: &Results,
    options: &ClaimsOptions,
) -> Ending {
    ended((|| {
        let (loaded, folder) = with_cells(experiment, results)?;
        let kept = loaded.or_report(there(Kept::of(&loaded, &folder), folder.root()))?;
        let judgements = kept.judged(&loaded);
        if options.json {
            print!("{}", pretty(&judgements));
        } else if judgements.is_empty() {
            println!("{} claims nothing", loaded.spec.name);
        } else {
            judgements.iter().for_each(|j| println!("{}", line(j)));
        }
        Ok(if lost(&judgements, options.claims) { Ending::Regression } else { Ending::Done })
    })())
}

/// Whether a policy calls some claim lost.
pub(super) fn lost(judgements: &[Judgement], policy: ClaimsPolicy) -> bool {
    let lost = |j: &Judgement| match (policy, j.standing) {
        (ClaimsPolicy::Report, _) | (_, Standing::Holds) => false,
        (ClaimsPolicy::Fail, standing) => standing == Standing::Fails,
        (ClaimsPolicy::Strict, _) => true,
    };
    judgements.iter().any(lost)
}
