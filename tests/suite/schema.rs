//! The JSON Schemas that editors read: current, true of every good file, and no laxer than they
//! seem. An independent validator (the `boon` crate) reads them.

use crate::cli::Lab;
use crate::spec_errors::planned;
use boon::{Compiler, SchemaIndex, Schemas, ValidationError};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const EXPERIMENT: &str = "experiments/spanel.schema.json";
const PROCESS: &str = "experiments/process.schema.json";

fn printed(kind: &str) -> String {
    let output = Lab::new().run(&["schema", "--for", kind]);
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stdout).unwrap()
}

/// A schema that was found to be one of draft 7.
struct Validator {
    schemas: Schemas,
    root: SchemaIndex,
}

fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    let mut schemas = Schemas::new();
    let mut compiler = Compiler::new();
    compiler.add_resource("https://spanel.example/schema.json", schema).unwrap();
    let root = compiler.compile("https://spanel.example/schema.json", &mut schemas);
    Validator { root: root.unwrap_or_else(|e| panic!("no schema: {e:#}")), schemas }
}

/// The file as JSON; `None` when it is not TOML.
fn json(file: &Path) -> Option<Value> {
    parsed(&String::from_utf8(std::fs::read(file).unwrap()).ok()?)
}

fn parsed(text: &str) -> Option<Value> {
    let table: toml::Table = toml::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    Some(serde_json::to_value(table).unwrap())
}

/// The places that the schema has something against, in order.
fn faults(validator: &Validator, value: &Value) -> Vec<String> {
    fn leaves(error: &ValidationError<'_, '_>, found: &mut BTreeSet<String>) {
        if error.causes.is_empty() {
            let place = error.instance_location.to_string();
            found.insert(if place.is_empty() { "/".to_owned() } else { place });
        }
        error.causes.iter().for_each(|cause| leaves(cause, found));
    }
    let mut found = BTreeSet::new();
    if let Err(error) = validator.schemas.validate(value, validator.root) {
        leaves(&error, &mut found);
    }
    found.into_iter().collect()
}

fn tomls(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for (kind, file) in [("experiment", EXPERIMENT), ("process", PROCESS)] {
        assert!(
            std::fs::read_to_string(file).is_ok_and(|text| text == printed(kind)),
            "{file} is not current: spanel schema --for {kind} > {file}"
        );
    }
}

/// Each names its schema in its first line, and the schema has nothing against it.
#[test]
fn every_shipped_experiment_is_valid() {
    let files = tomls("experiments");
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let named = text.lines().next().and_then(|line| line.strip_prefix("#:schema "));
        let named = named.unwrap_or_else(|| panic!("{} names no schema", file.display()));
        let schema = file.with_file_name(named);
        let found = faults(&validator(schema.to_str().unwrap()), &json(&file).unwrap());
        assert!(found.is_empty(), "{}: {found:?}", file.display());
    }
    let found = faults(&validator(EXPERIMENT), &parsed(crate::cli::SPEC).unwrap());
    assert!(found.is_empty(), "{found:?}");
}

/// What the schema lets pass of the broken specifications is caught when names are looked up. The
/// snapshot says which places an editor underlines.
#[test]
fn every_broken_specification_fails_the_schema_or_is_caught_later() {
    let validator = validator(EXPERIMENT);
    let mut caught = String::new();
    for file in tomls("tests/fixtures/bad/spec") {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let found = json(&file).map(|value| faults(&validator, &value));
        let what = match &found {
            None => "no TOML".to_owned(),
            Some(faults) if faults.is_empty() => "passes".to_owned(),
            Some(faults) => faults.join(" "),
        };
        assert!(planned(&file, &[], &[]).is_err(), "{name} was accepted");
        writeln!(caught, "{name}: {what}").unwrap();
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/schema");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("broken_specifications", caught));
}

/// The words of the vocabulary are closed where nothing else is possible, open where a
/// specification may declare its own.
#[test]
fn words_come_from_the_vocabulary() {
    let validator = validator(EXPERIMENT);
    let wrong = |text: &str| faults(&validator, &parsed(text).unwrap());
    for estimator in spanel::estimator::ESTIMATORS {
        let name = estimator.info().name;
        assert!(wrong(&format!("[models.m]\nestimator = \"{name}\"")).is_empty());
    }
    for scheme in spanel::bootstrap::SCHEMES {
        let name = scheme.info().name;
        assert!(wrong(&format!("[bootstrap.b]\nscheme = \"{name}\"")).is_empty());
    }
    for statistic in spanel::outcome::Statistic::ALL {
        let name = statistic.name();
        assert!(wrong(&format!("[[tables]]\nstatistics = [\"{name}\"]")).is_empty());
    }
    assert_eq!(wrong("[models.m]\nestimator = \"magic\""), ["/models/m/estimator"]);
    assert_eq!(wrong("[bootstrap.b]\nscheme = \"wyld\""), ["/bootstrap/b/scheme"]);
    assert_eq!(wrong("[grids.g]\ntests = [\"lm\", \"llm\"]"), ["/grids/g/tests/1"]);
    assert_eq!(wrong("[[tables]]\nstatistics = [\"r3\"]"), ["/tables/0/statistics/0"]);
    assert!(wrong("[grids.g]\nmodel = [\"ols\", \"of-my-own\"]").is_empty());
    assert!(wrong("[grids.g]\nlags = [0, [0, 2]]\neffects = \"two-way\"").is_empty());
}

/// Where a file finds its schema is a comment, for every tool to skip; never a key.
#[test]
fn no_key_names_a_schema() {
    let lab = Lab::new();
    lab.write("lab.toml", &format!("\"$schema\" = \"spanel.schema.json\"\n{}", crate::cli::SPEC));
    let output = lab.run(&["check", "lab.toml"]);
    let shown = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(shown.contains("there is no key `$schema`"), "{shown}");
    assert!(shown.contains("lab.toml:1:1"), "{shown}");
    let value = parsed("\"$schema\" = \"x\"").unwrap();
    assert_eq!(faults(&validator(EXPERIMENT), &value), ["/"]);
}
