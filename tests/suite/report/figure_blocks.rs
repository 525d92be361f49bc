//! What blocks of figures may ask for, and what is told of those that ask for what there is not.

use crate::cli::{Lab, SPEC, assert_exit};

/// The small experiment with a joint test and these figures.
fn with(figures: &str) -> String {
    let spec = SPEC.replace("tests = [\"lm\", \"moran\"]", "tests = [\"lm\"]\nwald = \"both\"");
    let wald = "\n[wald.both]\nzero = [\"measure\", \"z\"]\nlabel = \"neither X nor Z\"\n\
                [wald.idle]\nzero = [\"z\"]\n";
    format!("{spec}{wald}{figures}")
}

fn said(lab: &Lab, figures: &str) -> String {
    lab.write("lab.toml", &with(figures));
    let refused = lab.run(&["check", "lab.toml"]);
    assert_exit(&refused, 2);
    String::from_utf8_lossy(&refused.stderr).into_owned()
}

const LAGS: &str = "\n[[figures]]\nkind = \"lag-plot\"\ngrid = \"main\"\ngroup = \"model\"\n\
                    where = { effects = \"individual\", lags = 1 }\n";

#[test]
fn a_figure_is_repeated_over_an_axis_and_shows_a_declared_test() {
    let lab = Lab::new();
    let figure = "each = \"region\"\nid = \"lags-{region}\"\ncaption = \"Lags in {region}\"\n\
                  number = 4\nwald = \"both\"\n";
    lab.write("lab.toml", &with(&format!("{LAGS}{figure}")));
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    for (region, label) in [("all", "All"), ("some", "Some")] {
        let float =
            std::fs::read_to_string(lab.path(&format!("results/lab/figures/lags-{region}.tex")))
                .expect("it was drawn");
        assert!(float.contains(&format!("\\caption{{Lags in {label}}}")), "{float}");
        assert!(float.contains("In the corner: neither X nor Z"), "{float}");
        let picture =
            std::fs::read_to_string(lab.path(&format!("results/lab/figures/lags-{region}.svg")))
                .expect("it was drawn");
        assert!(picture.contains("<svg"), "{picture}");
    }
}

#[test]
fn joint_tests_and_axes_that_there_are_not_are_refused() {
    let lab = Lab::new();
    let text =
        said(&lab, &format!("{LAGS}id = \"a-{{region}}\"\neach = \"region\"\nwald = \"bth\"\n"));
    assert!(
        text.contains("Wald test") && text.contains("`bth`") && text.contains("both"),
        "{text}"
    );
    assert!(text.contains("1 mistake in"), "said of each turn: {text}");
    let text = said(&lab, &format!("{LAGS}id = \"a-{{n}}\"\neach = \"region\"\nwald = \"idle\"\n"));
    assert!(text.contains("the grid `main` does not run `idle`"), "{text}");
    let text = said(&lab, &format!("{LAGS}id = \"same\"\neach = \"region\"\n"));
    assert!(text.contains("several figures are called `same`"), "{text}");
    let years =
        "\n[[figures]]\nid = \"y\"\nkind = \"moran-years\"\nmoran = \"y\"\neach = \"region\"\n";
    let text = said(&lab, years);
    assert!(text.contains("has no `each`"), "{text}");
}

/// Rows are told with the rows of tables; years and variables with the columns of the data.
#[test]
fn what_figures_name_is_told_with_the_mistakes_of_its_kind() {
    let lab = Lab::new();
    let coefplot = "\n[[figures]]\nid = \"c\"\nkind = \"coefplot\"\ngrid = \"main\"\n\
                    where = { effects = \"individual\", lags = 1, region = \"all\" }\n\
                    group = \"model\"\nrows = [\"measure\", \"zz\"]\n\
                    \n[[tables]]\nid = \"t\"\nkind = \"regression\"\ngrid = \"main\"\n\
                    where = { effects = \"individual\", region = \"all\", lags = 1 }\n\
                    columns = [\"model\"]\nrows = [\"yy\"]\n";
    let text = said(&lab, coefplot);
    assert!(text.contains("no cell of this figure has a row `zz`"), "{text}");
    assert!(text.contains("no cell of this table has a row `yy`"), "{text}");
    lab.write("tiles.csv", "name,row,column\na,0,0\nb,0,1\nc,0,2\nd,1,0\ne,1,1\nf,1,2\n");
    let map = "\n[map]\nfile = \"tiles.csv\"\n\
               [[figures]]\nid = \"m\"\nkind = \"map\"\nvariable = \"nope\"\nyears = [1066]\n";
    lab.write("lab.toml", &with(map));
    let refused = lab.run(&["check", "lab.toml"]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(text.contains("nope"), "{text}");
    assert!(text.contains("the data have no period 1066"), "{text}");
    assert!(text.contains("lab.toml:"), "{text}");
}
