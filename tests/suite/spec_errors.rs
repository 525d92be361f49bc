//! What a user reads when a specification is wrong, and where settings come from.

use proptest::prelude::*;
use spanel::cli::diagnostic::report;
pub use spanel::cli::words::vocabulary;
use spanel::ident::KeyPath;
use spanel::mistake::{Kind, Mistakes};
use spanel::plan::{Plan, load};
use spanel::spec::Spec;
use spanel::spec::layers::{Layers, Source};
use std::path::{Path, PathBuf};

/// The package's folder, in which cargo runs tests. Relative, so that reports wrap their lines in
/// the same places wherever the repository lies.
fn root() -> &'static Path {
    Path::new("")
}

/// The specification, its plan, and its layers; or all mistakes.
pub fn planned(
    path: &Path,
    env: &[(&str, &str)],
    sets: &[&str],
) -> Result<(Spec, Plan, Layers), (Mistakes, Layers)> {
    let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    load(path, env, &sets, &vocabulary())
}

/// The report, without blanks at the ends of lines.
fn shown((mistakes, layers): &(Mistakes, Layers)) -> String {
    let text = report(mistakes, layers, false);
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

pub fn ok(path: &str, env: &[(&str, &str)], sets: &[&str]) -> (Spec, Plan, Layers) {
    planned(&root().join(path), env, sets).unwrap_or_else(|e| panic!("{}", shown(&e)))
}

fn wrong(path: &str, env: &[(&str, &str)], sets: &[&str]) -> String {
    match planned(&root().join(path), env, sets) {
        Ok(_) => panic!("{path} with {env:?} and {sets:?} was accepted"),
        Err(e) => shown(&e),
    }
}

fn cells(plan: &Plan, grid: &str) -> usize {
    plan.cells.iter().filter(|c| *c.grid == *grid).count()
}

#[test]
fn both_shipped_experiments_load_and_have_the_cells_counted_by_hand() {
    let (spec, plan, _) = ok("experiments/us-states.toml", &[], &[]);
    // 3 models × 4 effects; 2 models × 2 measures × 4 regions × 3 lag depths; 2 effects.
    assert_eq!((cells(&plan, "models"), cells(&plan, "regions"), plan.cells.len()), (12, 48, 62));
    assert_eq!(spec.data.file.value, root().join("experiments/data/us-states.csv"));

    let (spec, plan, _) = ok("experiments/paper.toml", &[], &[]);
    // 2 models × 4 measures × 4 regions × 3 lag depths; 4 measures × 4 regions; 4 measures; 3 models.
    assert_eq!((cells(&plan, "paper"), plan.cells.len()), (96, 96 + 16 + 4 + 3));
    let ids: Vec<&str> = spec.tables.iter().map(|t| t.id.as_str()).collect();
    let of_the_paper = ["table2", "table3", "table4", "table5", "table6", "table7"];
    let beside = [
        "lm",
        "choice",
        "choice-oa",
        "choice-la",
        "choice-ca",
        "choice-ta",
        "moran",
        "long-run",
        "wald",
        "structure",
        "published-nation",
        "published-regions",
    ];
    assert_eq!(ids, [&of_the_paper[..], &beside[..]].concat());
    let numbers: Vec<_> = spec.tables.iter().filter_map(|t| t.number).collect();
    assert_eq!(numbers, [2, 3, 4, 5, 6, 7]);
    assert_eq!(spec.tables[3].caption, "LA and carbon emissions by region");
}

fn snapshot(name: &str, text: String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/spec_errors");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
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
        snapshot(&name, text);
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

/// A folder with an experiment `spec.toml` and, if given, a `spanel.toml` beside it.
pub fn folder(spec: &str, shared: Option<&str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("spec.toml"), spec).expect("writable");
    if let Some(shared) = shared {
        std::fs::write(folder.path().join("spanel.toml"), shared).expect("writable");
    }
    folder
}

const GOOD: &str = r#"
seed = 7
[data]
file = "panel.csv"
unit = "unit"
time = "year"
[weights.near]
file = "near.gal"
[regions]
all = { all = true }
[measures]
x = { variable = "x" }
[grids.Main]
response = "y"
model = ["slm", "sem"]
effects = "two-way"
measure = "x"
region = "all"
lags = 1
weights = "near"
[[tables]]
id = "first"
kind = "descriptive"
variables = ["x"]
digits = 2
[[tables]]
id = "second"
kind = "descriptive"
variables = ["y"]
digits = 2
"#;

#[test]
fn later_layers_win_over_earlier_ones() {
    let shared = "[data]\nmissing = \"mean\"\nnote = \"shared\"\nsheet = \"one\"\n";
    let own = GOOD.replace("[data]\n", "[data]\nnote = \"own\"\nsheet = \"two\"\n");
    let place = folder(&own, Some(shared));
    let path = place.path().join("spec.toml");
    let env = [("SPANEL_SEED", "8"), ("SPANEL_DATA__SHEET", "three"), ("OTHER_SEED", "1")];
    let sets = ["data.sheet=four", "seed = 9"];
    let data = |env: &[(&str, &str)], sets: &[&str]| {
        let (spec, ..) = ok(path.to_str().expect("a plain path"), env, sets);
        (spec.seed.0, spec.data.missing.name(), spec.data.note, spec.data.sheet.map(|s| s.value))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(data(&[], &[]), (7, "mean", some("own"), some("two")));
    assert_eq!(data(&env, &[]), (8, "mean", some("own"), some("three")));
    assert_eq!(data(&env, &sets), (9, "mean", some("own"), some("four")));
    std::fs::remove_file(place.path().join("spanel.toml")).expect("it was there");
    // Without any other layer, the built-in default.
    assert_eq!(data(&[], &[]).1, "error");
}

#[test]
fn lists_are_replaced_and_their_entries_reached_by_position_or_id() {
    let place = folder(GOOD, None);
    let path = place.path().join("spec.toml");
    let path = path.to_str().expect("a plain path");
    let (spec, plan, _) = ok(path, &[], &["grids.Main.model=[\"ols\"]"]);
    assert_eq!((spec.grids["Main"].model.clone(), plan.cells.len()), (vec!["ols".to_owned()], 1));
    let digits = |env: &[(&str, &str)], sets: &[&str]| -> Vec<usize> {
        ok(path, env, sets).0.tables.iter().map(|t| t.digits).collect()
    };
    assert_eq!(digits(&[], &["tables.0.digits=3"]), [3, 2]);
    assert_eq!(digits(&[], &["tables.second.digits=5", "tables.0.digits=1"]), [1, 5]);
    assert_eq!(digits(&[("SPANEL_TABLES__SECOND__DIGITS", "6")], &[]), [2, 6]);
    // An environment variable has no capitals of its own to go by.
    let (spec, ..) = ok(path, &[("SPANEL_GRIDS__MAIN__MODEL", "sem")], &[]);
    assert_eq!(spec.grids["Main"].model, ["sem"]);
}

#[test]
fn files_are_looked_for_beside_the_file_that_names_them() {
    let place = folder(
        &GOOD.replace("file = \"near.gal\"\n", ""),
        Some("[weights.near]\nfile = \"w/near.gal\"\n"),
    );
    let path = place.path().join("spec.toml");
    let path = path.to_str().expect("a plain path");
    let (spec, ..) = ok(path, &[], &["data.file=my panel.csv"]);
    assert_eq!(spec.data.file.value, Path::new("my panel.csv"));
    assert_eq!(spec.weights["near"].source.files()[0].value, place.path().join("w/near.gal"));
    let (spec, _, layers) = ok(path, &[], &[]);
    assert_eq!(spec.data.file.value, place.path().join("panel.csv"));
    let at = KeyPath::root().join("weights").join("near").join("file");
    assert!(
        matches!(layers.source(&at), Source::File { path, .. } if path.ends_with("spanel.toml"))
    );
}

#[test]
fn a_mistake_of_another_layer_names_that_layer() {
    let states = "experiments/us-states.toml";
    snapshot("set_of_a_wrong_value", wrong(states, &[], &["seed=many"]));
    snapshot("format_of_tables", wrong(states, &[], &["output.tables=[\"htlm\", \"word\"]"]));
    snapshot("set_of_an_unknown_key", wrong(states, &[], &["data.fiel=x.csv"]));
    snapshot(
        "set_of_an_unknown_name",
        wrong(states, &[], &["grids.models.model=[\"slm\", \"slmm\"]"]),
    );
    snapshot("set_without_a_value", wrong(states, &[], &["seed", "=3", "a..b=1"]));
    snapshot(
        "environment_with_a_wrong_value",
        wrong(states, &[("SPANEL_DATA__MISSING", "never")], &[]),
    );
    // Only the entry that --set touched is its mistake; the others keep their lines.
    snapshot("set_of_an_entry", wrong(states, &[], &["tables.1.digits=99", "tables.lm.kind=test"]));
    let place = folder(GOOD, Some("[data]\nmising = \"mean\"\n"));
    let path = place.path().join("spec.toml");
    let text = wrong(path.to_str().expect("a plain path"), &[], &[]);
    assert!(text.contains("spanel.toml:2:1]"), "{text}");
    assert!(text.contains("did you mean `missing`?"), "{text}");
}

#[test]
fn files_that_cannot_be_read_are_said_so() {
    for (path, words) in
        [("experiments/none.toml", "there is no such file"), ("experiments", "this is a folder")]
    {
        let Err(found) = planned(&root().join(path), &[], &[]) else { panic!("{path} was read") };
        assert_eq!(found.0.kind(), Kind::File);
        assert!(shown(&found).contains(words), "{}", shown(&found));
    }
}

#[test]
fn colours_are_only_for_terminals() {
    let Err((mistakes, layers)) =
        planned(&root().join("experiments/us-states.toml"), &[], &["seed=x"])
    else {
        panic!("accepted")
    };
    assert!(report(&mistakes, &layers, true).contains('\u{1b}'));
    assert!(!report(&mistakes, &layers, false).contains('\u{1b}'));
}

/// A line put in the place of another, or a character of it changed.
#[derive(Debug, Clone)]
enum Slip {
    Drop,
    Repeat,
    Replace(&'static str),
    Insert(usize, char),
}

fn slips() -> impl Strategy<Value = Slip> {
    let odd = vec![
        "x = 1",
        "lags = [[], [[0]]]",
        "units = [1, {}, [\"a\"]]",
        "[grids]",
        "[[grids]]",
        "id = \"{n}{\"",
        "each = \"lags\"",
        "where = { lags = [9], model = [] }",
        "exclude = [{ lags = 0 }, 3]",
        "stars = [nan, inf]",
        "years = [9223372036854775807, 0]",
        "digits = 99999999999999999999",
        "\u{feff}",
    ];
    prop_oneof![
        Just(Slip::Drop),
        Just(Slip::Repeat),
        prop::sample::select(odd).prop_map(Slip::Replace),
        (0usize..60, prop::sample::select("\"'[]{}=.,#\\ \t0é工\u{0}".chars().collect::<Vec<_>>()))
            .prop_map(|(at, c)| Slip::Insert(at, c)),
    ]
}

fn slipped(text: &str, slips: &[(prop::sample::Index, Slip)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (at, slip) in slips {
        let at = at.index(lines.len());
        match slip {
            Slip::Drop => lines[at].clear(),
            Slip::Repeat => lines.insert(at, lines[at].clone()),
            Slip::Replace(line) => (*line).clone_into(&mut lines[at]),
            Slip::Insert(column, c) => {
                let mut chars: Vec<char> = lines[at].chars().collect();
                chars.insert((*column).min(chars.len()), *c);
                lines[at] = chars.into_iter().collect();
            }
        }
    }
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_slip_of_the_keyboard_makes_spanel_panic(
        paper in any::<bool>(),
        slips in prop::collection::vec((any::<prop::sample::Index>(), slips()), 1..5),
    ) {
        let name = if paper { "experiments/paper.toml" } else { "experiments/us-states.toml" };
        let text = std::fs::read_to_string(root().join(name)).expect("shipped");
        let place = folder(&slipped(&text, &slips), None);
        if let Err((mistakes, layers)) = planned(&place.path().join("spec.toml"), &[], &[]) {
            // Rendering must not fail either.
            let text = report(&mistakes, &layers, false);
            prop_assert!(text.contains("spec.toml"), "{}", text);
        }
    }
}
