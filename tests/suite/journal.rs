//! Bootstraps that go on from what earlier runs kept: more replicates, damaged journals, runs that
//! were stopped or killed. Results are those of an undisturbed run, to the last byte.

use crate::cli::{Lab, SPEC, assert_exit, text};
use spanel::math::random::Stream;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Output;

/// The small experiment with two bootstraps of eight cells, of `replicates` each.
fn lab(replicates: u32) -> Lab {
    let lab = Lab::new();
    let bootstraps = format!(
        "[bootstrap.plain]\nscheme = \"residual\"\nreplicates = {replicates}\n\n\
         [bootstrap.signs]\nscheme = \"unit-wild\"\nreplicates = {replicates}\n\n[grids.main]\n\
         bootstrap = [\"plain\", \"signs\"]"
    );
    let spec = SPEC
        .replace("[grids.main]", &bootstraps)
        .replace("[\"ols\", \"slm\", \"sem\"]", "[\"slm\", \"sem\"]")
        .replace("[\"none\", \"individual\", \"two-way\"]", "\"individual\"");
    lab.write("lab.toml", &spec);
    lab
}

const CELLS: u32 = 8;

/// A run into `results` with so many replicates and further settings.
fn run(lab: &Lab, results: &str, replicates: u32, more: &[&str]) -> Output {
    let sets = ["plain", "signs"].map(|name| format!("bootstrap.{name}.replicates={replicates}"));
    let mut arguments = vec!["run", "lab.toml", "--force", "--results", results];
    for setting in sets.iter().map(String::as_str).chain(more.iter().copied()) {
        arguments.extend(["--set", setting]);
    }
    lab.run(&arguments)
}

/// Panics unless the run went through `all` replicates of each bootstrap of each cell, `earlier` of
/// them from earlier runs.
fn assert_replicates(output: &Output, all: u32, earlier: u32) {
    assert_exit(output, 0);
    let (all, earlier) = (2 * CELLS * all, 2 * CELLS * earlier);
    let said = text(&output.stdout);
    let line = format!("\n{all} replicates, {earlier} of them from earlier runs\n");
    assert!(said.contains(&line), "{said}");
}

/// What a run leaves for people and later programs: all but the journals.
fn results(lab: &Lab, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = lab.files(folder);
    files.retain(|name, _| !name.ends_with(".journal"));
    files
}

fn journals(lab: &Lab, folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(lab.path(folder).join("lab/replicates")).unwrap();
    let mut found: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    found.retain(|f| f.extension().is_some_and(|e| e == "journal"));
    found.sort();
    found
}

#[test]
fn more_replicates_go_on_from_those_that_are_there() {
    let lab = lab(99);
    assert_replicates(&run(&lab, "grown", 99, &[]), 99, 0);
    assert_eq!(journals(&lab, "grown").len(), 2 * CELLS as usize);
    // 99 replicates are five tiles of 24, which are drawn and kept whole.
    assert_replicates(&run(&lab, "grown", 299, &[]), 299, 120);
    assert_replicates(&run(&lab, "fresh", 299, &[]), 299, 0);
    // The records of 99 are other cells, and stay.
    let (grown, fresh) = (results(&lab, "grown"), results(&lab, "fresh"));
    assert!(fresh.iter().all(|(name, bytes)| grown.get(name) == Some(bytes)));
    // Fewer are the first of them.
    assert_replicates(&run(&lab, "grown", 99, &[]), 99, 99);
    let (grown, fresh) = (results(&lab, "grown"), lab);
    assert_replicates(&run(&fresh, "few", 99, &[]), 99, 0);
    let few = results(&fresh, "few");
    assert!(few.iter().all(|(name, bytes)| grown.get(name) == Some(bytes)));
}

#[test]
fn damaged_journals_cost_time_and_nothing_else() {
    let lab = lab(500);
    assert_exit(&run(&lab, "results", 500, &[]), 0);
    let sound = results(&lab, "results");
    let kept: Vec<(PathBuf, Vec<u8>)> = journals(&lab, "results")
        .into_iter()
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    let mut stream = Stream::new([2; 32], 0);
    for round in 0..6 {
        for (i, (path, bytes)) in kept.iter().enumerate() {
            let mut bytes = bytes.clone();
            let at = (stream.uniform() * bytes.len() as f64) as usize;
            match (round + i) % 3 {
                0 => bytes.truncate(at),
                1 => bytes[at] ^= 0x40,
                _ => bytes[at..].fill(0),
            }
            std::fs::write(path, bytes).unwrap();
        }
        assert_exit(&run(&lab, "results", 500, &[]), 0);
        assert!(results(&lab, "results") == sound, "round {round}");
        assert_replicates(&run(&lab, "results", 500, &[]), 500, 500);
    }
}

#[test]
fn replicates_of_other_data_are_not_taken() {
    let lab = lab(99);
    assert_exit(&run(&lab, "results", 99, &[]), 0);
    let panel = std::fs::read_to_string(lab.path("panel.csv")).unwrap();
    lab.write("panel.csv", &panel.replacen("a,2003,", "a,2003,9", 1));
    assert_replicates(&run(&lab, "results", 99, &[]), 99, 0);
}

#[test]
fn what_is_kept_changes_no_result() {
    let lab = lab(99);
    let no = ["bootstrap.plain.keep=no", "bootstrap.signs.keep=no"];
    assert_exit(&run(&lab, "nothing", 99, &no), 0);
    assert!(!lab.path("nothing/lab/replicates").exists());
    assert_exit(&run(&lab, "journal", 99, &[]), 0);
    // The manifest says what was asked, `keep` too.
    let but_manifest = |folder: &str| {
        let mut files = results(&lab, folder);
        files.remove("lab/manifest.json").expect("a manifest");
        files
    };
    assert!(but_manifest("nothing") == but_manifest("journal"));
}

#[test]
fn distributions_are_the_same_whatever_is_there_already() {
    let lab = lab(99);
    let parquet = ["bootstrap.plain.keep=parquet"];
    for (results, replicates) in [("grown", 99), ("grown", 5_000), ("fresh", 5_000)] {
        assert_exit(&run(&lab, results, replicates, &parquet), 0);
    }
    let files = |folder: &str| -> BTreeMap<String, Vec<u8>> {
        let all = results(&lab, folder).into_iter();
        all.filter(|(name, _)| name.ends_with(".parquet")).collect()
    };
    let fresh = files("fresh");
    assert_eq!(fresh.len(), CELLS as usize);
    let file = &fresh["lab/replicates/main,slm,individual,x,some,lag0-1,w,plain.parquet"];
    assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
    assert!(files("grown") == fresh);
}

/// Runs that are interrupted or killed at some moment, again and again, end where one that is left
/// alone ends.
#[cfg(unix)]
#[test]
fn runs_that_are_stopped_or_killed_go_on() {
    use std::process::{Child, Command, Stdio};
    const MANY: u32 = 2_400;
    let lab = lab(MANY);
    // Fits one at a time, in blocks of ten tiles: directed links have no batched path.
    lab.write("links.gal", &crate::cli::GAL.replace("a 2\nb f\n", "a 1\nb\n"));
    let more = ["weights.w.asymmetric=true"];
    assert_exit(&run(&lab, "whole", MANY, &more), 0);
    let start = || -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spanel"));
        command.args(["run", "lab.toml", "--results", "cut", "--set", more[0]]);
        command.current_dir(lab.path(".")).env_clear();
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let kept = || -> u64 {
        let folder = lab.path("cut/lab/replicates");
        let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
        entries.map(|e| e.unwrap().metadata().unwrap().len()).sum()
    };
    let mut interrupted = 0;
    for round in 0..6 {
        let before = kept();
        let mut child = start();
        // Until something more is kept, or all is done.
        while kept() <= before && child.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let signal = if round % 2 == 0 { "-INT" } else { "-KILL" };
        Command::new("kill").args([signal, &child.id().to_string()]).output().unwrap();
        let output = child.wait_with_output().unwrap();
        if round % 2 == 0 && !output.status.success() {
            assert_exit(&output, 130);
            let said = text(&output.stderr);
            assert!(said.contains("goes on from there"), "{said}");
            interrupted += 1;
        }
    }
    assert!(interrupted > 0, "no run was interrupted");
    let last = run(&lab, "cut", MANY, &more);
    assert_exit(&last, 0);
    assert!(!text(&last.stdout).contains(" 0 of them from earlier runs"));
    assert!(results(&lab, "cut") == results(&lab, "whole"));
}
