//! Profiles, and the layers around them: what wins, what is merged, what is replaced.

use crate::cli::{GAL, Lab, SPEC, panel};
use crate::spec_errors::{folder, ok, planned};
use spanel::ident::{KeyPath, Seed};
use spanel::spec::Spec;
use spanel::spec::layers::Source;
use std::process::Command;

const PROFILES: &str = r#"
seed = 7
[data]
file = "panel.csv"
unit = "unit"
time = "year"
[weights.w]
file = "links.gal"
[regions]
all = { all = true }
[measures]
x = { variable = "x" }
[bootstrap.wild]
replicates = 99
[bootstrap.residual]
replicates = 99
[grids.main]
response = "y"
model = ["ols", "slm"]
effects = ["individual", "two-way"]
measure = "x"
region = "all"
weights = "w"
bootstrap = ["wild", "residual"]

[profile.nightly]
inherits = "default"
bootstrap.wild.replicates = 999

[profile.nightly.grids.main]
effects = ["time"]

[profile.weekly]
inherits = "nightly"
seed = 8
bootstrap.residual.replicates = 1999
"#;

fn spec(shared: Option<&str>, env: &[(&str, &str)], sets: &[&str]) -> Spec {
    let folder = folder(PROFILES, shared);
    ok(folder.path().join("spec.toml").to_str().unwrap(), env, sets).0
}

fn replicates(spec: &Spec) -> (u32, u32) {
    let of = |name: &str| spec.bootstrap[name].design.replicates;
    (of("wild"), of("residual"))
}

#[test]
fn a_profile_changes_the_keys_it_sets_and_inherits_the_others() {
    let plain = spec(None, &[], &[]);
    assert_eq!((plain.seed, replicates(&plain)), (Seed(7), (99, 99)));
    for name in ["default", ""] {
        let same = spec(None, &[("SPANEL_PROFILE", name)], &[]);
        assert_eq!((same.seed, replicates(&same)), (plain.seed, replicates(&plain)));
        assert_eq!(same.grids, plain.grids);
    }

    let nightly = spec(None, &[("SPANEL_PROFILE", "nightly")], &[]);
    assert_eq!((nightly.seed, replicates(&nightly)), (Seed(7), (999, 99)));
    // A list replaces the list.
    assert_eq!(nightly.grids["main"].effects.len(), 1);

    let weekly = spec(None, &[("SPANEL_PROFILE", "weekly")], &[]);
    assert_eq!((weekly.seed, replicates(&weekly)), (Seed(8), (999, 1999)));
    assert_eq!(weekly.grids["main"].effects, nightly.grids["main"].effects);
}

#[test]
fn environment_and_set_win_over_a_profile_and_a_profile_over_the_files() {
    let shared =
        "seed = 1\n[profile.weekly]\nseed = 2\ntitle = \"Shared\"\n[profile.own]\nseed = 3";
    let seed = |env: &[(&str, &str)], sets: &[&str]| spec(Some(shared), env, sets).seed.0;
    assert_eq!(seed(&[], &[]), 7);
    let weekly = ("SPANEL_PROFILE", "weekly");
    // The experiment's own word on the profile wins; the rest of the shared one stays.
    assert_eq!(seed(&[weekly], &[]), 8);
    assert_eq!(spec(Some(shared), &[weekly], &[]).title, "Shared");
    assert_eq!(seed(&[("SPANEL_PROFILE", "own")], &[]), 3);
    assert_eq!(seed(&[weekly, ("SPANEL_SEED", "20")], &[]), 20);
    assert_eq!(seed(&[weekly, ("SPANEL_SEED", "20")], &["seed=30"]), 30);
}

#[test]
fn a_users_own_settings_are_below_all_files() {
    let home = tempfile::tempdir().unwrap();
    let own = home.path().join(".config/spanel");
    std::fs::create_dir_all(&own).unwrap();
    let text = "seed = 1\ntitle = \"Mine\"\n[profile.mine]\ninherits = \"weekly\"\nseed = 5";
    std::fs::write(own.join("config.toml"), text).unwrap();
    let home_is = ("HOME", home.path().to_str().unwrap());
    let plain = spec(None, &[home_is], &[]);
    assert_eq!((plain.title.as_str(), plain.seed), ("Mine", Seed(7)));
    assert_eq!(spec(Some("title = \"Ours\""), &[home_is], &[]).title, "Ours");
    let mine = spec(None, &[home_is, ("SPANEL_PROFILE", "mine")], &[]);
    assert_eq!((mine.seed, replicates(&mine)), (Seed(5), (999, 1999)));
    // $XDG_CONFIG_HOME takes the place of ~/.config; a relative one is no folder.
    let elsewhere = tempfile::tempdir().unwrap();
    let xdg = ("XDG_CONFIG_HOME", elsewhere.path().to_str().unwrap());
    assert_eq!(spec(None, &[home_is, xdg], &[]).title, "spec");
    assert_eq!(spec(None, &[home_is, ("XDG_CONFIG_HOME", "here")], &[]).title, "Mine");
}

#[test]
fn values_of_a_profile_know_their_line() {
    let folder = folder(PROFILES, None);
    let path = folder.path().join("spec.toml");
    let env = [("SPANEL_PROFILE", "weekly")];
    let (_, _, layers) = ok(path.to_str().unwrap(), &env, &[]);
    let at = KeyPath(["bootstrap", "wild", "replicates"].map(str::to_owned).to_vec());
    let Some(spanel::mistake::Place::Line { line, text, .. }) = layers.line_of_value(&at) else {
        panic!("no line")
    };
    let written = PROFILES.lines().nth(line - 1).unwrap();
    assert_eq!((text.as_str(), written), (written, "bootstrap.wild.replicates = 999"));
    assert!(matches!(layers.source(&at), Source::File { .. }));
}

/// The message, and nothing but it.
fn refused(env: &[(&str, &str)], sets: &[&str]) -> String {
    let folder = folder(PROFILES, None);
    let (mistakes, _) = planned(&folder.path().join("spec.toml"), env, sets).unwrap_err();
    let [mistake] = &mistakes.into_vec()[..] else { panic!("several mistakes") };
    format!("{}; {}", mistake.message, mistake.help.clone().unwrap_or_default())
}

#[test]
fn unknown_profiles_are_named_and_none_is_declared_by_set() {
    assert_eq!(
        refused(&[("SPANEL_PROFILE", "nigtly")], &[]),
        "--profile nigtly: there is no profile of that name; did you mean `nightly`?"
    );
    let advice = "profiles are declared in files; \
                  set the key itself: what is set wins over every profile";
    assert_eq!(
        refused(&[], &["profile.nightly.seed=3"]),
        format!("--set profile.nightly.seed=3: {advice}")
    );
    assert_eq!(
        refused(&[("SPANEL_PROFILE__NIGHTLY__SEED", "3")], &[]),
        format!("environment variable SPANEL_PROFILE__NIGHTLY__SEED: {advice}")
    );
}

/// A profile that sets what is already so gives the same files, and one that adds a cell leaves
/// the others as they were.
#[test]
fn results_depend_on_the_keys_alone() {
    let lab = Lab::new();
    lab.write("links.gal", GAL);
    lab.write("panel.csv", &panel());
    let profiles = "[profile.same]\nseed = 7\n[profile.more.grids.main]\nlags = [0, 1, 2]\n";
    lab.write("lab.toml", &format!("{SPEC}\n{profiles}"));
    let run = |arguments: &[&str], results: &str| {
        let all = [&["run", "lab.toml", "--results", results], arguments].concat();
        let output = lab.run(&all);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        lab.files(results)
    };
    let plain = run(&[], "plain");
    assert_eq!(plain, run(&["--profile", "same"], "same"));
    let more = lab.run(&["run", "lab.toml", "--results", "plain", "--profile", "more"]);
    let said = String::from_utf8_lossy(&more.stdout).into_owned();
    assert!(said.contains("18 cells fitted, 0 failed, 36 kept from earlier"), "{said}");
}

/// The variable and the option choose alike, and the option wins.
#[test]
fn the_option_wins_over_the_variable() {
    let lab = Lab::new();
    lab.write("lab.toml", &format!("{SPEC}\n[profile.one.grids.main]\nregion = \"all\"\n"));
    let cells = |arguments: &[&str], variable: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spanel"));
        command.arg("plan").arg(lab.path("lab.toml")).args(arguments).env_clear();
        let output = command.envs(variable.map(|v| ("SPANEL_PROFILE", v))).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().count()
    };
    assert_eq!(cells(&[], None), 36);
    assert_eq!(cells(&["--profile", "one"], None), 18);
    assert_eq!(cells(&[], Some("one")), 18);
    assert_eq!(cells(&["--profile", "default"], Some("one")), 36);
}
