//! What a user reads when a specification is wrong, and where settings come from.

use spanel::cli::diagnostic::report;
use spanel::diagnostic::DIAGNOSTICS;
use spanel::estimator::ESTIMATORS;
use spanel::ident::KeyPath;
use spanel::mistake::{Kind, Mistakes};
use spanel::plan::{Plan, check_tables, plan};
use spanel::spec::layers::{Layers, Source};
use spanel::spec::vocabulary::{EstimatorWords, TestWords, Vocabulary};
use spanel::spec::{Spec, load};
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn vocabulary() -> Vocabulary {
    let estimators = ESTIMATORS.iter().map(|estimator| EstimatorWords {
        name: estimator.info().name.to_owned(),
        label: estimator.info().label.to_owned(),
        small_sample: estimator.info().small_sample,
    });
    let tests = DIAGNOSTICS.iter().map(|diagnostic| TestWords {
        name: diagnostic.info().name.to_owned(),
        tests: diagnostic.info().tests.iter().map(|(name, _)| (*name).to_owned()).collect(),
    });
    Vocabulary {
        estimators: estimators.collect(),
        tests: tests.collect(),
        templates: vec!["table".to_owned()],
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The specification, its plan, and its layers; or all mistakes of the first stage that has any.
fn planned(
    path: &Path,
    env: &[(&str, &str)],
    sets: &[&str],
) -> Result<(Spec, Plan, Layers), (Mistakes, Layers)> {
    let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    let (spec, layers) = load(path, env, &sets, &vocabulary())?;
    let made = plan(&spec)
        .and_then(|plan| Mistakes::unless_empty(check_tables(&spec, &plan), plan));
    match made {
        Ok(plan) => Ok((spec, plan, layers)),
        Err(mistakes) => Err((mistakes, layers)),
    }
}

/// The report with paths as they stand in the repository.
fn shown((mistakes, layers): &(Mistakes, Layers)) -> String {
    let text = report(mistakes, layers, false).replace(&format!("{}/", root().display()), "");
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

fn ok(path: &str, env: &[(&str, &str)], sets: &[&str]) -> (Spec, Plan, Layers) {
    planned(&root().join(path), env, sets).unwrap_or_else(|e| panic!("{}", shown(&e)))
}

fn wrong(path: &str, env: &[(&str, &str)], sets: &[&str]) -> String {
    match planned(&root().join(path), env, sets) {
        Ok(_) => panic!("{path} with {env:?} and {sets:?} was accepted"),
        Err(e) => shown(&e),
    }
}

fn cells(plan: &Plan, grid: &str) -> usize {
    plan.cells.iter().filter(|c| c.grid == grid).count()
}

#[test]
fn both_shipped_experiments_load_and_have_the_cells_counted_by_hand() {
    let (spec, plan, _) = ok("experiments/us-states.toml", &[], &[]);
    // 3 models × 4 effects; 2 models × 2 measures × 4 regions × 3 lag depths.
    assert_eq!((cells(&plan, "models"), cells(&plan, "regions"), plan.cells.len()), (12, 48, 60));
    assert_eq!(spec.data.file.value, root().join("experiments/data/us-states.csv"));

    let (spec, plan, _) = ok("experiments/paper.toml", &[], &[]);
    // 2 models × 4 measures × 4 regions × 3 lag depths.
    assert_eq!((plan.cells.len(), cells(&plan, "paper")), (96, 96));
    let ids: Vec<&str> = spec.tables.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(
        ids,
        ["table2", "table3", "table4", "table5", "table6", "table7", "lm", "moran"]
    );
    assert_eq!(spec.tables[3].caption, "LA and carbon emissions by region");
}

/// Every broken specification of the folder, with the report that a user reads.
#[test]
fn every_broken_specification_is_reported_with_file_line_and_column() {
    let folder = root().join("tests/fixtures/bad/spec");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder of broken specifications")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    assert!(files.len() >= 30, "{} broken specifications", files.len());
    for file in files {
        let name = file.file_stem().expect("a file name").to_string_lossy().into_owned();
        let Err(found) = planned(&file, &[], &[]) else { panic!("{name} was accepted") };
        let text = shown(&found);
        let file = format!("tests/fixtures/bad/spec/{name}.toml");
        let kind = if name.starts_with("file-") { Kind::File } else { Kind::Spec };
        assert_eq!(found.0.kind(), kind, "{text}");
        assert!(text.contains(&file), "{text}");
        if kind == Kind::Spec {
            assert!(has_line_and_column(&text, &file), "{name}: no line and column in\n{text}");
        }
        insta::with_settings!({ snapshot_path => "../snapshots/spec_errors", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

/// Whether `file:line:column` stands in the text.
fn has_line_and_column(text: &str, file: &str) -> bool {
    text.match_indices(file).any(|(at, _)| {
        let after: Vec<&str> = text[at + file.len()..].splitn(4, [':', ']']).collect();
        matches!(after[..], ["", line, column, ..]
            if line.parse::<usize>().is_ok() && column.parse::<usize>().is_ok())
    })
}
