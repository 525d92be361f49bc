//! Unit roots of variables as a block of an experiment.

use crate::cli::Lab;

const BLOCK: &str = r#"
[[unit_roots]]
id = "roots"
variables = ["y", "x"]
lags = 0

[[unit_roots]]
id = "trend"
variables = ["y"]
tests = ["llc", "maddala-wu", "choi-logit", "hadri"]
trend = "trend"
lags = "aic"
max_lags = 1

[[tables]]
id = "t"
kind = "unit-roots"
caption = "Unit roots"
unit_roots = "roots"

[[tables]]
id = "u"
kind = "unit-roots"
caption = "Unit roots beside a trend"
unit_roots = "trend"
"#;

#[test]
fn an_experiment_tests_its_variables() {
    let lab = Lab::new();
    let spec = crate::cli::SPEC;
    let head = &spec[..spec.find("[grids").expect("a grid")];
    lab.write("lab.toml", &format!("{head}{BLOCK}"));
    let done = lab.run(&["run", "lab.toml"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let files = lab.files("results/lab");
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    let rows = text("unit_roots.csv");
    assert_eq!(rows.lines().count(), 1 + 2 * 3 + 4, "{rows}");
    assert!(rows.contains("roots,y,all units,llc,intercept,0,"), "{rows}");
    assert!(rows.contains("trend,y,all units,llc,trend,aic(1),"), "{rows}");
    let table = text("tables/t.md");
    for words in ["Levin–Lin–Chu", "CIPS (Pesaran)", "every series has a unit root"] {
        assert!(table.contains(words), "{words}: {table}");
    }
    assert!(rows.contains("trend,y,all units,hadri,trend,,,"), "{rows}");
    let table = text("tables/u.md");
    for words in [
        "Maddala–Wu P",
        "Choi L\\*",
        "Hadri",
        "5N + 4",
        "every series is stationary around a trend",
    ] {
        assert!(table.contains(words), "{words}: {table}");
    }
    let wrong = |what: &str, by: &str, says: &str| {
        lab.write("wrong.toml", &format!("{head}{}", BLOCK.replace(what, by)));
        let done = lab.run(&["check", "wrong.toml"]);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && said.contains(says), "{says}: {said}");
    };
    wrong("[\"y\", \"x\"]", "[\"y\", \"y\"]", "`y` is listed twice");
    wrong("[\"llc\", ", "[\"hadri\", \"llc\", ", "`hadri` is listed twice");
    wrong("trend = \"trend\"", "trend = \"none\"", "supposes a constant of each unit");
    wrong("id = \"trend\"", "id = \"roots\"", "several [[unit_roots]] blocks are called `roots`");
    wrong("unit_roots = \"roots\"", "unit_roots = \"rots\"", "rots");
    wrong("lags = 0", "lags = 0\nmax_lags = 3", "of lags that a criterion chooses");
    wrong("lags = 0", "lags = 1.5", "aic");
    wrong("lags = 0", "lags = 0\ntests = []", "no test is asked for");
    wrong("lags = 0", "lags = 99", "99 lags are more than 24");
    wrong("[\"y\", \"x\"]", "[]", "no variable is tested");
    wrong("[\"y\", \"x\"]", "[\"nought\"]", "nought");
}
