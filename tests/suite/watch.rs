//! `spanel watch`: a file is saved, and what changed is run again.

use crate::cli::{Lab, SPEC, panel};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Long for a slow machine; nothing waits for it in vain.
const PATIENCE: Duration = Duration::from_mins(2);

struct Watched {
    child: Child,
    lines: Receiver<String>,
}

/// Lines of both streams in the order in which they arrive.
fn lines(streams: [Box<dyn Read + Send>; 2]) -> Receiver<String> {
    let (send, receive) = channel();
    for stream in streams {
        let send = send.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
    }
    receive
}

impl Watched {
    fn start(lab: &Lab) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_spanel"))
            .args(["watch", "lab.toml", "--jobs", "1"])
            .current_dir(lab.path(""))
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = Box::new(child.stdout.take().unwrap());
        let lines = lines([out, Box::new(child.stderr.take().unwrap())]);
        Self { child, lines }
    }

    /// What is said until it waits again.
    fn until_it_waits(&self) -> String {
        let mut text = String::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|e| panic!("{e}:\n{text}"));
            text = text + &line + "\n";
            if line.starts_with("watch: waiting for a change") {
                // The other stream may lag a little.
                while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(300)) {
                    text = text + &line + "\n";
                }
                return text;
            }
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        let _ = self.child.kill();
    }
}

#[test]
#[cfg(unix)]
fn what_is_saved_is_run_again_until_ctrl_c() {
    let lab = Lab::new();
    let mut watched = Watched::start(&lab);
    let first = watched.until_it_waits();
    assert!(first.contains("36 cells fitted, 0 failed"), "{first}");
    assert!(!first.contains('\u{1b}'), "no terminal, no escapes: {first}");

    // A comment: it runs, and finds nothing to do.
    lab.write("lab.toml", &format!("# A comment\n{SPEC}"));
    let comment = watched.until_it_waits();
    assert!(comment.contains("watch: lab.toml changed, running again"), "{comment}");
    assert!(comment.contains("0 cells fitted, 0 failed, 36 kept"), "{comment}");

    // A mistake: shown at its place; mended, it goes on.
    lab.write("lab.toml", &SPEC.replace("\"sem\"]", "\"sen\"]"));
    let mistake = watched.until_it_waits();
    assert!(mistake.contains("there is no model called `sen`"), "{mistake}");
    let line = SPEC.lines().position(|line| line.contains("\"sem\"]")).unwrap() + 1;
    assert!(mistake.contains("did you mean `sem`?"), "{mistake}");
    assert!(mistake.contains(&format!("lab.toml:{line}:")), "{mistake}");
    lab.write("lab.toml", "this is [no TOML");
    assert!(watched.until_it_waits().contains("this is not TOML"));
    let fewer = SPEC.replace("region = [\"all\", \"some\"]", "region = \"all\"");
    lab.write("lab.toml", &fewer);
    let mended = watched.until_it_waits();
    assert!(mended.contains("0 cells fitted, 0 failed, 18 kept"), "{mended}");

    // The data, a file that was not there, and a template.
    lab.write("panel.csv", &panel().replacen("a,2000,", "a,2000,9", 1));
    let data = watched.until_it_waits();
    assert!(data.contains("watch: panel.csv changed"), "{data}");
    assert!(data.contains("9 cells fitted, 0 failed, 9 kept"), "{data}");
    lab.write("spanel.toml", "[grids.main]\ntests = []\ncontrols = []\n");
    let shared = watched.until_it_waits();
    assert!(shared.contains("watch: spanel.toml changed"), "{shared}");
    std::fs::create_dir(lab.path("templates")).unwrap();
    lab.write("templates/table.md.jinja", "{{ nothing.of.the.kind }}");
    let template = watched.until_it_waits();
    assert!(template.contains("table.md.jinja"), "{template}");

    let id = watched.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(watched.child.wait().unwrap().code(), Some(0));
}

/// Saved while it runs: what is under way is finished, and the new experiment is run.
#[test]
#[cfg(unix)]
fn a_change_during_a_run_starts_it_over() {
    let lab = Lab::new();
    let long = "[bootstrap.wild]\nreplicates = 2000000\n";
    let with = SPEC.replace("tests = [\"lm\", \"moran\"]", "bootstrap = \"wild\"");
    lab.write("lab.toml", &format!("{with}\n{long}"));
    let mut watched = Watched::start(&lab);
    // The journal shows that the bootstrap is under way.
    let journals = lab.path("results/lab/replicates");
    let began = std::time::Instant::now();
    while std::fs::read_dir(&journals).is_ok_and(|mut files| files.next().is_none())
        || !journals.exists()
    {
        assert!(began.elapsed() < PATIENCE, "no bootstrap began");
        std::thread::sleep(Duration::from_millis(50));
    }
    lab.write("lab.toml", SPEC);
    let text = watched.until_it_waits();
    assert!(text.contains("interrupted: "), "{text}");
    assert!(text.contains("watch: lab.toml changed, running again"), "{text}");
    assert!(text.contains("cells fitted, 0 failed"), "{text}");
    let id = watched.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(watched.child.wait().unwrap().code(), Some(0));
}
