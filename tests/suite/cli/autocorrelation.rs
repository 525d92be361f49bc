//! `[[moran]]` with other statistics than Moran's I: files, tables, islands, mistakes.

use super::{GAL, Lab, SPEC, assert_exit, panel, text};
use std::collections::BTreeMap;

const ASKED: &str = r#"permutations = 99
statistics = ["geary", "getis-ord", "bivariate", "local-moran", "local-geary", "local-g", "local-g-star", "local-bivariate"]
with = "z"
fdr = false
"#;

fn asking() -> String {
    let spec = SPEC.replace("permutations = 99\n", ASKED);
    spec + "statistics = [\"moran\", \"geary\", \"getis-ord\", \"bivariate\", \"quadrants\"]\n"
}

fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().collect::<Result<_, _>>().expect("a CSV file")
}

#[test]
fn every_statistic_is_in_the_files_and_the_table() {
    let lab = Lab::new();
    lab.write("lab.toml", &asking());
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let files = lab.files("results/lab");
    let global = rows(&files["moran.csv"]);
    for statistic in ["moran", "geary", "getis-ord", "bivariate"] {
        let of: Vec<_> = global.iter().filter(|row| row["statistic"] == statistic).collect();
        assert_eq!(of.len(), 8, "{statistic}");
        assert!(of.iter().all(|row| !row["value"].is_empty() && !row["p_permutation"].is_empty()));
    }
    for row in global.iter().filter(|row| row["statistic"] == "moran") {
        assert_eq!(row["i"], row["value"]);
        let count = |name: &str| row[name].parse::<usize>().expect("a count");
        assert_eq!(["hh", "lh", "ll", "hl"].map(count).iter().sum::<usize>(), 6);
        assert!(count("hh_significant") <= count("hh"));
    }
    let local = rows(&files["moran_local.csv"]);
    assert_eq!(local.len(), 8 * 5 * 6);
    for row in &local {
        let p: f64 = row["p_permutation"].parse().expect("a p-value");
        assert!(
            (0.02 - 1e-12..=1.0).contains(&p)
                && ["HH", "LH", "LL", "HL"].contains(&&*row["quadrant"])
        );
    }
    let table = text(&files["tables/moran.md"]);
    for word in
        ["Geary's C", "Getis–Ord G", "Bivariate Moran's I", "Units by quadrant", "HH", "(0)"]
    {
        assert!(table.contains(word), "{word} is missing from {table}");
    }
}

#[test]
fn the_files_do_not_depend_on_threads() {
    let lab = Lab::new();
    lab.write("lab.toml", &asking());
    for (jobs, results) in [("1", "one"), ("4", "four")] {
        assert_exit(&lab.run(&["run", "lab.toml", "--jobs", jobs, "--results", results]), 0);
    }
    assert!(lab.files("one") == lab.files("four"), "the results differ");
}

#[test]
fn an_island_has_neither_value_nor_p_value() {
    let lab = Lab::new();
    let keep = "file = \"links.gal\"\nisolates = \"keep\"\n";
    lab.write("lab.toml", &asking().replace("file = \"links.gal\"\n", keep));
    let gal = GAL.replace("a 2\nb f", "a 1\nb").replace("c 3\nb d f", "c 2\nb d");
    lab.write("links.gal", &gal.replace("e 2\nd f", "e 1\nd").replace("f 3\na c e\n", "f 0\n\n"));
    let output = lab.run(&["run", "lab.toml"]);
    let files = lab.files("results/lab");
    assert!(files.contains_key("moran_local.csv"), "{}", text(&output.stderr));
    for row in rows(&files["moran_local.csv"]) {
        let alone = row["unit"] == "f";
        assert_eq!(row["note"] == "no neighbours", alone);
        for name in ["value", "z", "p_normal", "p_permutation", "p_adjusted", "quadrant"] {
            assert_eq!(row[name].is_empty(), alone, "{name} of {}", row["unit"]);
        }
    }
    assert!(rows(&files["moran.csv"]).iter().all(|row| row["units"] == "5"));
}

#[test]
fn a_period_without_variation_has_a_reason_and_the_others_values() {
    let lab = Lab::new();
    let spec = asking()
        .replace("variable = \"y\"", "variable = \"z\"")
        .replace("with = \"z\"", "with = \"y\"");
    lab.write("lab.toml", &spec);
    let constant: String = panel()
        .lines()
        .map(|line| {
            let mut words: Vec<&str> = line.split(',').collect();
            if words[1] == "2003" {
                words[4] = "0.5";
            }
            words.join(",") + "\n"
        })
        .collect();
    lab.write("panel.csv", &constant);
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let files = lab.files("results/lab");
    let moran: Vec<_> =
        rows(&files["moran.csv"]).into_iter().filter(|row| row["statistic"] == "moran").collect();
    assert_eq!(moran.len(), 8);
    let (without, with): (Vec<_>, Vec<_>) = moran.iter().partition(|row| row["value"].is_empty());
    assert_eq!((without.len(), with.len()), (1, 7));
    assert!(without[0]["failure"].contains("does not vary in 2003"), "{:?}", without[0]);
    assert!(text(&files["tables/moran.md"]).contains("does not vary in 2003"));
}

#[test]
fn keys_that_do_not_go_together_are_mistakes() {
    let lab = Lab::new();
    for (from, to, said) in [
        ("with = \"z\"\n", "", "`bivariate` needs another variable"),
        ("with = \"z\"\n", "with = \"zz\"\n", "zz"),
        (
            "\"geary\", \"getis-ord\", \"bivariate\", \"local-moran\"",
            "\"getis-ord\", \"bivariate\", \"local-moran\"",
            "the [[moran]] block `y` does not compute `geary`",
        ),
        ("fdr = false\n", "level = 1.5\n", "a level of 1.5"),
        ("[\"moran\", \"geary\"", "[\"morann\", \"geary\"", "no columns called `morann`"),
    ] {
        lab.write("lab.toml", &asking().replacen(from, to, 1));
        let output = lab.run(&["check", "lab.toml"]);
        let told = text(&output.stderr);
        assert!(output.status.code() == Some(2), "{said}: {told}");
        assert!(told.contains(said), "{said} is missing from {told}");
    }
}
