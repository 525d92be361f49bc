//! Job arrays: their scripts, what of an experiment they fit, and what `status` says. The Slurm here
//! is made of four small scripts; `.ci/slurm` does the same with a real one.

use crate::cli::{Lab, assert_exit, text};
use std::collections::BTreeMap;
use std::fs::read_to_string;
use std::process::{Command, Output};

/// Without what differs from one machine, and one moment, to another.
fn snapshot(name: &str, lab: &Lab, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/submit");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let folder = lab.path(".").canonicalize().unwrap();
    let text = text
        .replace(&*folder.to_string_lossy(), "[folder]")
        .replace(env!("CARGO_BIN_EXE_spanel"), "[spanel]");
    settings.add_filter(r"about .+ on one core", "about [time] on one core");
    settings.add_filter(r"\d{4}-\d\d-\d\dT[0-9:]+Z", "[moment]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

const BLOCK: &str = r#"
[submit.slurm]
parts = 5
at_once = 2
partition = "compute"
account = "economics"
time = "04:00:00"
memory = "4G"
cpus = 2
sbatch = ["--qos=long"]
setup = ["module load gcc"]
"#;

#[test]
fn a_dry_run_prints_the_scripts_and_writes_nothing() {
    let lab = Lab::new();
    lab.write("spanel.toml", BLOCK);
    let before = lab.files(".");
    let output = Command::new(env!("CARGO_BIN_EXE_spanel"))
        .args(["submit", "lab.toml", "--to", "slurm", "--dry-run", "--set", "title=It's $HERE"])
        .current_dir(lab.path("."))
        .env_clear()
        .envs([("SPANEL_SEED", "9"), ("SPANEL_DATA__NOTE", "a 'note'"), ("SPANEL_JOBS", "7")])
        .output()
        .unwrap();
    assert_exit(&output, 0);
    snapshot("dry_run", &lab, &(text(&output.stdout) + &text(&output.stderr)));
    assert!(lab.files(".") == before, "something was written");
    // The command line wins.
    let one = lab.run(&["submit", "lab.toml", "--to", "slurm", "--dry-run", "--parts", "3"]);
    assert!(text(&one.stdout).contains("#SBATCH --array=1-3%2\n"), "{}", text(&one.stdout));
    assert_exit(&lab.run(&["submit", "lab.toml", "--to", "pbs", "--dry-run"]), 2);
}

/// The block that `experiments/MACHINES.md` shows, and a time that needs no quotes.
#[test]
fn the_page_about_machines_shows_a_block_that_holds() {
    let lab = Lab::new();
    let page = read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/experiments/MACHINES.md"));
    let page = page.unwrap();
    let block = page.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    lab.write("spanel.toml", block);
    let run = ["submit", "lab.toml", "--to", "slurm", "--dry-run", "--set", "submit.slurm.time=30"];
    let output = lab.run(&run);
    assert_exit(&output, 0);
    for option in ["array=1-32%8", "mem=4G", "mail-type=FAIL", "time=30"] {
        assert!(text(&output.stdout).contains(&format!("#SBATCH --{option}\n")), "{option}");
    }
    for file in ["experiments/machines/kubernetes.yaml", ".github/workflows/sweep.yml"] {
        assert!(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file).exists());
        let name = file.trim_start_matches("experiments/");
        assert!(page.contains(name), "{name}");
    }
}

#[test]
fn nothing_that_a_queue_is_told_makes_a_cell_another() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    lab.write("spanel.toml", BLOCK);
    let again = lab.run(&["run", "lab.toml"]);
    assert!(text(&again.stdout).contains("0 cells fitted"), "{}", text(&again.stdout));
}

#[test]
fn status_counts_the_whole_and_its_parts() {
    let lab = Lab::new();
    let status = |lab: &Lab| {
        let output = lab.run(&["status", "lab.toml"]);
        assert_exit(&output, 0);
        text(&output.stdout)
    };
    snapshot("status_of_nothing", &lab, &status(&lab));
    assert_exit(&lab.run(&["run", "lab.toml", "--cell", "main/ols*"]), 0);
    assert_exit(&lab.run(&["run", "lab.toml", "--partition", "slice:2/3"]), 0);
    assert_exit(&lab.run(&["run", "lab.toml", "--partition", "hash:1/2"]), 0);
    let part = lab.run(&["run", "lab.toml", "--partition", "slice:1/3", "--cell", "main/slm*"]);
    assert_exit(&part, 0);
    snapshot("status_of_parts", &lab, &status(&lab));
    let json = lab.run(&["status", "lab.toml", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let number = |key: &str| json[key].as_u64().unwrap();
    assert_eq!(number("fitted") + number("open"), 36);
    assert_eq!(
        (json["merged"]["fitted"].as_u64(), json["merged"]["open"].as_u64()),
        (Some(12), Some(24))
    );
    assert_eq!(json["parts"].as_array().map(Vec::len), Some(3));
    // What is missing in the whole and in every part is what a submission fits.
    let dry = lab.run(&["submit", "lab.toml", "--to", "slurm", "--dry-run"]);
    let said = format!("cells to fit: {},", number("open"));
    assert!(text(&dry.stderr).contains(&said), "{said}: {}", text(&dry.stderr));
    assert_exit(&lab.run(&["merge", "lab.toml"]), 1);
    assert!(status(&lab).starts_with(&format!("lab: 36 cells: {} fitted", number("fitted"))));
}

/// A folder of commands that stand for those of Slurm: jobs are remembered, not run.
#[cfg(unix)]
fn cluster(lab: &Lab) {
    use std::os::unix::fs::PermissionsExt;
    let sbatch = r#"#!/bin/sh
case "$*" in *--dependency*) [ ! -e "$LAB/full" ] || { echo "sbatch: error: queue is full" >&2; exit 1; };; esac
job=$(($(cat "$LAB/jobs" 2>/dev/null || echo 0) + 1))
echo "$job" > "$LAB/jobs"
echo "sbatch $*" >> "$LAB/orders"
for script; do :; done
cp "$script" "$LAB/job-$job.sh"
echo "$job;cluster"
"#;
    let squeue = "#!/bin/sh\ncat \"$LAB/queue\" 2>/dev/null && exit\n\
        echo 'slurm_load_jobs error: Invalid job id specified' >&2\nexit 1\n";
    let sacct = "#!/bin/sh\necho 'Slurm accounting storage is disabled' >&2\nexit 1\n";
    let scancel = "#!/bin/sh\necho \"scancel $*\" >> \"$LAB/orders\"\n";
    std::fs::create_dir(lab.path("bin")).unwrap();
    for (name, script) in
        [("sbatch", sbatch), ("squeue", squeue), ("sacct", sacct), ("scancel", scancel)]
    {
        lab.write(&format!("bin/{name}"), script);
        let path = lab.path("bin").join(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[cfg(unix)]
fn with_cluster(lab: &Lab, program: &str, arguments: &[&str], task: &str) -> Output {
    let path = format!("{}:/usr/bin:/bin", lab.path("bin").display());
    Command::new(program)
        .args(arguments)
        .current_dir(lab.path("."))
        .env_clear()
        .envs([("PATH", path.as_str()), ("LAB", &lab.path(".").to_string_lossy())])
        .envs([("SLURM_ARRAY_TASK_ID", task), ("SLURM_CPUS_PER_TASK", "1")])
        .output()
        .unwrap()
}

#[cfg(unix)]
fn spanel(lab: &Lab, arguments: &[&str]) -> Output {
    with_cluster(lab, env!("CARGO_BIN_EXE_spanel"), arguments, "")
}

/// All but journals of replicates, and what has a clock.
#[cfg(unix)]
fn results(lab: &Lab, folder: &str) -> BTreeMap<String, Vec<u8>> {
    lab.files(folder).into_iter().filter(|(name, _)| !name.ends_with(".journal")).collect()
}

const SUBMIT: [&str; 6] = ["submit", "lab.toml", "--to", "slurm", "--parts", "4"];

#[cfg(unix)]
#[test]
fn an_array_fits_what_is_missing_and_the_merge_is_the_whole() {
    let lab = Lab::new();
    cluster(&lab);
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "whole"]), 0);
    let run = |job: &str, task: &str| {
        assert_exit(&with_cluster(&lab, "bash", &[&format!("job-{job}.sh")], task), 0);
    };
    let handed = spanel(&lab, &SUBMIT);
    assert_exit(&handed, 0);
    assert_eq!(text(&handed.stdout), "array 1, merge 2\n");
    let orders = read_to_string(lab.path("orders")).unwrap();
    assert_eq!(
        orders,
        "sbatch --parsable array.sh\nsbatch --parsable --dependency=afterany:1 merge.sh\n"
    );

    lab.write("queue", "1_1|COMPLETED\n1_2|RUNNING\n1_3|RUNNING\n1_4|PENDING\n2|PENDING\n");
    run("1", "1");
    let twice = spanel(&lab, &SUBMIT);
    assert_exit(&twice, 3);
    assert!(text(&twice.stderr).contains("still in the queue"), "{}", text(&twice.stderr));
    snapshot("status_of_a_queue", &lab, &text(&spanel(&lab, &["status", "lab.toml"]).stdout));

    // Task 3 never starts, and neither does the merge: the parts that are there are not lost.
    run("1", "2");
    run("1", "4");
    lab.write("queue", "1_3|CANCELLED\n2|CANCELLED\n");
    let rest = spanel(&lab, &SUBMIT);
    assert_exit(&rest, 0);
    assert!(text(&rest.stderr).contains("cells to fit: 9, tasks: 1,"), "{}", text(&rest.stderr));
    let script = read_to_string(lab.path("results/lab/local/submit/2/array.sh")).unwrap();
    assert!(script.contains("#SBATCH --array=3\n"), "{script}");
    std::fs::remove_file(lab.path("queue")).unwrap();
    run("3", "3");
    run("4", "");
    assert!(results(&lab, "results") == results(&lab, "whole"));
    let nothing = spanel(&lab, &SUBMIT);
    assert_exit(&nothing, 0);
    assert_eq!(text(&nothing.stdout), "nothing to submit: all 36 cells are kept\n");
    let status = text(&spanel(&lab, &["status", "lab.toml"]).stdout);
    assert!(status.contains("1 tasks: 1 ended\nmerge 4: ended"), "{status}");
}

#[cfg(unix)]
#[test]
fn an_array_without_its_merge_is_taken_back() {
    let lab = Lab::new();
    cluster(&lab);
    lab.write("full", "");
    let output = spanel(&lab, &SUBMIT);
    assert_exit(&output, 3);
    assert!(text(&output.stderr).contains("queue is full"), "{}", text(&output.stderr));
    assert!(read_to_string(lab.path("orders")).unwrap().ends_with("scancel 1\n"));
    assert!(!lab.path("results/lab/local/jobs.jsonl").exists());
}

#[cfg(unix)]
#[test]
fn without_slurm_nothing_is_submitted_and_status_goes_on() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path("bin")).unwrap();
    std::fs::create_dir_all(lab.path("results/lab/local")).unwrap();
    let alone = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_spanel"))
            .args(arguments)
            .current_dir(lab.path("."))
            .env_clear()
            .env("PATH", lab.path("bin"))
            .output()
            .unwrap()
    };
    let output = alone(&SUBMIT);
    assert_exit(&output, 3);
    assert!(text(&output.stderr).contains("`sbatch` is not here"), "{}", text(&output.stderr));
    lab.write(
        "results/lab/local/jobs.jsonl",
        "{\"at\":\"2026-01-01T00:00:00Z\",\"array\":\"1\",\"merge\":\"2\",\"parts\":2,\
         \"tasks\":[1,2],\"cells\":9,\"folder\":\"submit/1\"}\n",
    );
    let status = alone(&["status", "lab.toml"]);
    assert_exit(&status, 0);
    assert!(text(&status.stdout).contains("`squeue` is not here"), "{}", text(&status.stdout));
}

/// The tasks, and the merge after them, lay the same profile over the experiment.
#[test]
fn a_profile_goes_with_the_job() {
    let lab = Lab::new();
    lab.write("spanel.toml", BLOCK);
    let spec = read_to_string(lab.path("lab.toml")).unwrap();
    let profile = "\n[profile.nightly.grids.main]\nmodel = [\"slm\"]\n";
    lab.write("lab.toml", &(spec + profile));
    let submit = ["submit", "lab.toml", "--to", "slurm", "--dry-run", "--profile", "nightly"];
    let output = lab.run(&submit);
    assert_exit(&output, 0);
    let script = text(&output.stdout);
    let with: Vec<&str> =
        script.lines().filter(|line| line.contains("--profile nightly")).collect();
    assert!(
        with.iter().any(|line| line.contains(" run ") && line.contains("--partition")),
        "{script}"
    );
    assert!(with.iter().any(|line| line.contains(" merge ")), "{script}");
    // Of 36 cells the profile has 12.
    let said = script + &text(&output.stderr);
    assert!(said.contains("cells to fit: 12"), "{said}");
    // From the environment as well.
    let output = Command::new(env!("CARGO_BIN_EXE_spanel"))
        .args(["submit", "lab.toml", "--to", "slurm", "--dry-run"])
        .current_dir(lab.path("."))
        .env_clear()
        .env("SPANEL_PROFILE", "nightly")
        .output()
        .unwrap();
    assert_exit(&output, 0);
    assert!(text(&output.stdout).contains("nightly"), "{}", text(&output.stdout));
}
