//! The shipped experiments, and the one in the README, are right and complete.

use spanel::store::records::Records;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn spanel(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spanel"));
    command.args(arguments).current_dir(top()).output().expect("spanel starts")
}

fn check(spec: &Path) {
    let output = spanel(&["check", &spec.display().to_string()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{}\n{said}", spec.display());
}

#[test]
fn every_shipped_experiment_is_valid() {
    let mut checked = 0;
    for entry in std::fs::read_dir(top().join("experiments")).expect("the experiments") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_toml = path.extension().is_some_and(|e| e == "toml");
        if is_toml && !name.ends_with("-dgp") && name != "spanel" {
            check(&path);
            checked += 1;
        }
    }
    assert!(checked >= 2, "us-states and paper");
}

/// The table and the pictures of the README are those that the experiment gave.
#[test]
fn the_readme_shows_what_is_in_results() {
    let read = |name: &str| std::fs::read_to_string(top().join(name)).expect(name);
    let readme = read("README.md");
    let shown = read("results/us-states/tables/models.md");
    let table: Vec<&str> = shown.lines().filter(|line| line.starts_with('|')).collect();
    assert!(readme.contains(&table.join("\n")), "README.md shows another table");
    let pictures = readme.lines().filter_map(|line| line.split_once("](")).map(|(_, rest)| rest);
    let pictures = pictures.filter_map(|rest| rest.strip_suffix(".svg)"));
    let pictures: Vec<String> = pictures.map(|name| format!("{name}.svg")).collect();
    assert!(pictures.len() >= 2, "{pictures:?}");
    for picture in pictures {
        assert!(read(&picture).starts_with("<?xml") || read(&picture).starts_with("<svg"));
    }
}

/// What the README shows as an experiment is one, and gives the table it declares.
#[test]
fn the_readme_shows_a_valid_experiment() {
    let readme = std::fs::read_to_string(top().join("README.md")).expect("the README");
    let after = readme.split_once("```toml\n").expect("an experiment").1;
    let text = after.split_once("```").expect("its end").0;
    let data = top().join("experiments/data").display().to_string().replace('\\', "/");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let spec = folder.path().join("readme.toml");
    std::fs::write(&spec, text.replace("\"data/", &format!("\"{data}/"))).expect("written");
    check(&spec);
    let results = folder.path().join("results").display().to_string();
    let output = spanel(&["run", &spec.display().to_string(), "--results", &results]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let table = Path::new(&results).join("readme/tables/main.md");
    let table = std::fs::read_to_string(table).expect("the table");
    assert!(table.contains("(t−2)"), "{table}");
    let records = Records::open(&Path::new(&results).join("readme")).expect("records");
    let cells = records.all_current().len();
    assert_eq!(cells, 3 * 2 * 3, "three models, two kinds of effects, three lag depths");
}

/// The commands of the README's quick start are those that CI runs in a clean clone.
#[test]
fn the_readme_names_two_commands() {
    let readme = std::fs::read_to_string(top().join("README.md")).expect("the README");
    let block = readme.split_once("```sh\n").expect("a block").1.split_once("```").expect("end").0;
    let commands: Vec<&str> = block.lines().collect();
    assert_eq!(commands, ["cargo run --release -- run experiments/us-states.toml", "cargo test"]);
}

/// Every key of the TOML mirror is explained in `experiments/README.md`.
#[test]
fn every_key_of_an_experiment_is_documented() {
    let read = |path: &str| {
        std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
    };
    let (raw, page) = (read("src/spec/raw.rs"), read("experiments/README.md"));
    let fields = raw.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(':'));
    let keys: Vec<&str> = fields
        .map(|(name, _)| if name == "select" { "where" } else { name })
        .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect();
    assert!(keys.len() > 50, "{keys:?}");
    let missing: Vec<&&str> = keys
        .iter()
        .filter(|key| {
            let shown =
                [format!("`{key}`"), format!("[{key}]"), format!("[{key}."), format!("{key} =")];
            !shown.iter().any(|text| page.contains(text))
        })
        .collect();
    assert!(missing.is_empty(), "not documented: {missing:?}");
}
