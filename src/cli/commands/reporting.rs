//! Records → a page of HTML, or the results section of a paper.

use super::super::Ending;
use super::super::args::{Experiment, ReportFormat, Results};
use super::super::output::{put, with_losses};
use super::inspecting::{command_for_others, quoted};
use super::rendering::{Stored, slim, stored, tested, whole};
use super::{ended, published};
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::report::page::Said;
use crate::report::{self, RenderedFile, Source};
use std::path::Path;

/// Writes the report of the stored records in each of `formats`.
pub(super) fn report(
    experiment: &Experiment,
    results: &Results,
    formats: &[ReportFormat],
) -> Ending {
    ended((|| {
        let Stored { loaded, folder, series, templates, _lock } = stored(experiment, results)?;
        let records = loaded.or_report(folder.records().and_then(whole))?;
        let (spec, plan) = (&loaded.spec, &loaded.plan);
        let kept = records.read_current(plan.cells.iter().map(|cell| &cell.id));
        let kept = slim(loaded.or_report(kept)?, &tested(spec, plan));
        let printed = loaded.or_report(published(spec))?;
        let published = printed.as_ref();
        let source = Source { spec, plan, records: &kept, experiment: &series, published };
        let again = |label: &str| {
            let run = command_for_others("run", experiment, results);
            format!("{run} --cell {} --force", quoted(label))
        };
        let show = |label: &str| {
            format!("{} {}", command_for_others("show", experiment, results), quoted(label))
        };
        let header = loaded.or_report(header(&experiment.spec))?;
        let said = Said { header, again: &again, show: &show };
        let make = |format: &ReportFormat| match format {
            ReportFormat::Html => {
                report::page::render(source, &said, &templates).map(|page| vec![page])
            }
            ReportFormat::Latex => report::manuscript::render(source, &templates),
        };
        let mut mistakes = Vec::new();
        let mut files: Vec<RenderedFile> = Vec::new();
        for made in formats.iter().map(make) {
            match made {
                Ok(made) => files.extend(made),
                Err(found) => mistakes.extend(found.into_vec()),
            }
        }
        let files = loaded.or_report(Mistakes::unless_empty(mistakes, files))?;
        for file in &files {
            loaded.or_report(folder.write(&file.path, file.as_bytes()))?;
        }
        for file in
            files.iter().filter(|f| ["report.html", "report/report.tex"].contains(&&*f.path))
        {
            put!("{}", folder.root().join(&file.path).display());
        }
        let missing = plan.cells.iter().filter(|cell| !kept.contains_key(&cell.id)).count();
        if missing > 0 {
            eprintln!("{missing} cells have no record: run the experiment again");
        }
        Ok(with_losses(if missing > 0 { Ending::CellsFailed } else { Ending::Done }))
    })())
}

/// The comment that a file opens with, without its signs; lines for machines are left out.
fn header(file: &Path) -> Checked<Option<String>> {
    let text = std::fs::read_to_string(file)
        .map_err(|e| Mistake::file(file, format!("cannot be read: {e}")))?;
    let lines = text.lines().take_while(|line| line.starts_with('#'));
    let said = lines.filter(|line| !line.starts_with("#:")).map(|line| {
        let line = line.trim_start_matches('#');
        line.strip_prefix(' ').unwrap_or(line).trim_end()
    });
    let said = said.collect::<Vec<_>>().join("\n");
    Ok((!said.trim().is_empty()).then_some(said))
}
