//! Parts of a plan run apart and merged, several runs on one folder, and runs that are killed.

use crate::cli::{Lab, assert_exit, text};
use spanel::outcome::{Failure, FailureKind};
use spanel::store::CellResult;
use spanel::store::records::Records;
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The experiment with a bootstrap in every cell.
fn lab() -> Lab {
    let lab = Lab::new();
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    let with = spec.replacen("[grids.main]", "[bootstrap.b]\nscheme = \"residual\"\nreplicates = 480\n\n[grids.main]\nbootstrap = [\"b\"]", 1);
    assert!(with != spec);
    lab.write("lab.toml", &with);
    lab
}

/// All that is a function of the experiment, the journals of replicates aside.
fn results(lab: &Lab, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = lab.files(folder);
    files.retain(|name, _| !name.ends_with(".journal"));
    files
}

fn start(lab: &Lab, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spanel"));
    command.args(arguments).current_dir(lab.path(".")).env_clear();
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn merged_parts_are_the_whole() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "whole"]), 0);
    for by in ["hash", "slice"] {
        let folder = format!("by-{by}");
        for part in 1..=3 {
            let part = format!("{by}:{part}/3");
            let run = ["run", "lab.toml", "--results", &folder, "--partition", &part];
            assert_exit(&lab.run(&run), 0);
        }
        let merged = lab.run(&["merge", "lab.toml", "--results", &folder]);
        assert_exit(&merged, 0);
        assert!(text(&merged.stdout).contains("36 records of 3 parts taken in"));
        assert!(results(&lab, &folder) == results(&lab, "whole"), "{by}");
        let again = lab.run(&["run", "lab.toml", "--results", &folder]);
        assert!(text(&again.stdout).contains("0 cells fitted"), "{}", text(&again.stdout));
    }
}

#[test]
fn a_merge_says_what_is_missing_and_the_next_part_fits_only_that() {
    let lab = lab();
    let part = |part: &str| lab.run(&["run", "lab.toml", "--partition", part]);
    assert_exit(&part("slice:1/3"), 0);
    let merged = lab.run(&["merge", "lab.toml"]);
    assert_exit(&merged, 1);
    assert!(text(&merged.stderr).contains("missing: "), "{}", text(&merged.stderr));
    // Another division: what the whole has is not fitted again.
    let rest = [part("slice:1/2"), part("slice:2/2")];
    let fitted: usize = rest
        .iter()
        .map(|output| {
            let said = text(&output.stdout);
            said.split_whitespace().next().unwrap().parse::<usize>().unwrap()
        })
        .sum();
    assert_eq!(fitted, 24);
    assert_exit(&lab.run(&["merge", "lab.toml"]), 0);
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "whole"]), 0);
    assert!(results(&lab, "results") == results(&lab, "whole"));
}

#[test]
fn a_part_that_is_none_is_a_mistake_of_the_command_line() {
    let lab = Lab::new();
    let output = lab.run(&["run", "lab.toml", "--partition", "third:1/2"]);
    assert_exit(&output, 2);
    assert!(text(&output.stderr).contains("expected hash:1/8"), "{}", text(&output.stderr));
    assert_exit(&lab.run(&["merge", "lab.toml"]), 3);
}

#[test]
fn two_runs_on_one_folder_share_the_work() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "whole"]), 0);
    let children: Vec<Child> = (0..2).map(|_| start(&lab, &["run", "lab.toml"])).collect();
    let mut fitted = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert_exit(&output, 0);
        let said = text(&output.stdout);
        let line = said.lines().find(|l| l.contains(" cells fitted, ")).unwrap();
        fitted += line.split_whitespace().next().unwrap().parse::<usize>().unwrap();
    }
    assert_eq!(fitted, 36);
    assert!(results(&lab, "results") == results(&lab, "whole"));
}

/// Runs are killed at moments spread over their course, until one goes through.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_anywhere_ends_where_an_undisturbed_one_does() {
    let lab = lab();
    let began = std::time::Instant::now();
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "whole", "--jobs", "1"]), 0);
    let whole = began.elapsed();
    let mut killed = 0;
    for round in 0..12u32 {
        let mut child = start(&lab, &["run", "lab.toml", "--results", "cut"]);
        std::thread::sleep(whole * (round * 7 % 12 + 1) / 24 + Duration::from_micros(137) * round);
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
    }
    assert!(killed > 0, "no run was killed");
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "cut"]), 0);
    assert!(results(&lab, "cut") == results(&lab, "whole"));
    let left = |name: &str| name.contains(".spanel-");
    assert!(!lab.files("cut").keys().any(|name| left(name)), "temporary files are left");
}

#[test]
fn a_fit_takes_the_place_of_a_failure_and_not_the_other_way_round() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml", "--cell", "main/ols/none/x/all/lag0/w"]), 0);
    let fitted = Records::open(&lab.path("results/lab")).unwrap();
    let entry = fitted.all_current().remove(0);
    let mut record = fitted.read(&entry).unwrap();
    record.result =
        CellResult::Failed(Failure { kind: FailureKind::Panic, reason: "a cosmic ray".to_owned() });
    let failed = Records::open(&lab.path("elsewhere")).unwrap();
    failed.append(&record).unwrap();
    assert_eq!(fitted.take_in(&failed).unwrap(), 0);
    assert_eq!(failed.take_in(&fitted).unwrap(), 1);
    assert_eq!(failed.find(&entry.cell, &entry.key).unwrap().state, "fitted");
}

/// Of two blocks or fewer replicates would repeat the sample: said by `check`, and a failed cell.
#[test]
fn blocks_of_periods_must_be_two_at_least() {
    let lab = lab();
    let set = ["--set", "bootstrap.b.scheme=time-block", "--set", "bootstrap.b.block_length=5"];
    let checked = lab.run(&[&["check", "lab.toml"][..], &set].concat());
    assert!(text(&checked.stdout).contains("are fewer than two"), "{}", text(&checked.stdout));
    let ran = lab.run(&[&["run", "lab.toml"][..], &set].concat());
    assert_exit(&ran, 1);
    assert!(text(&ran.stderr).contains("replicates would repeat the sample"));
}

/// What a part had as `--results`, what is below it, and a folder of such are all names of parts.
#[test]
fn parts_are_found_below_the_folder_that_is_named() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "whole"]), 0);
    for part in 1..=2 {
        let (folder, part) = (format!("parts/{part}"), format!("slice:{part}/2"));
        let run = ["run", "lab.toml", "--results", &folder, "--partition", &part];
        assert_exit(&lab.run(&run), 0);
    }
    let exact = ["parts/1/lab/shards/slice-1-2", "parts/2/lab/shards/slice-2-2"];
    for (at, names) in
        [&exact[..], &["parts/1", "parts/2"], &["parts/1/lab", "parts/2/lab"]].iter().enumerate()
    {
        let folder = format!("merged-{at}");
        let merge = [&["merge", "lab.toml", "--results", &folder], *names].concat();
        let merged = lab.run(&merge);
        assert_exit(&merged, 0);
        assert!(text(&merged.stdout).contains("36 records of 2 parts taken in"), "{names:?}");
        assert!(results(&lab, &folder) == results(&lab, "whole"), "{names:?}");
    }
    // A run of cells without --partition, and a folder of such.
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "runs/1", "--cell", "main/ols*"]), 0);
    for name in ["runs", "runs/1", "runs/1/lab"] {
        let merged = lab.run(&["merge", "lab.toml", "--results", "some", name]);
        assert_exit(&merged, 1);
        assert!(text(&merged.stdout).contains("of 1 parts taken in"), "{name}");
    }
    std::fs::create_dir(lab.path("empty")).unwrap();
    for (name, why) in [("nowhere", "is no folder"), ("empty", "holds no results of `lab`")] {
        let merged = lab.run(&["merge", "lab.toml", "--results", "none", name]);
        assert_exit(&merged, 3);
        let said = text(&merged.stderr);
        assert!(said.contains(why) && said.contains("part-1/lab"), "{said}");
    }
}

/// Rendering waits for the run that writes the same files.
#[test]
fn a_rendering_waits_for_a_run() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let lock =
        std::fs::File::options().write(true).open(lab.path("results/lab/local/lock")).unwrap();
    lock.lock().unwrap();
    let mut rendering = start(&lab, &["render", "lab.toml"]);
    std::thread::sleep(Duration::from_millis(700));
    assert!(rendering.try_wait().unwrap().is_none(), "it did not wait");
    lock.unlock().unwrap();
    let output = rendering.wait_with_output().unwrap();
    assert_exit(&output, 0);
    assert!(text(&output.stderr).contains("waiting until it is done"), "{}", text(&output.stderr));
    // Where there are no results nothing is made.
    assert_exit(&lab.run(&["render", "lab.toml", "--results", "none"]), 3);
    assert!(!lab.path("none").exists());
}

/// Lines of progress rise, and the last says that all is done.
#[test]
fn progress_without_a_terminal_is_in_order() {
    let lab = lab();
    let output = lab.run(&["run", "lab.toml", "--jobs", "4"]);
    assert_exit(&output, 0);
    let said = text(&output.stderr);
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("/36 cells")).collect();
    let done = |line: &&str| line.split('/').next().unwrap().parse::<u32>().unwrap();
    let done: Vec<u32> = lines.iter().map(done).collect();
    assert!(done.is_sorted() && done.last() == Some(&36), "{said}");
}
