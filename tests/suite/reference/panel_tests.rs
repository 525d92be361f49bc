//! Tests of panels against plm, splm, linearmodels and spatialreg, and against dense algebra where
//! these are not what they say.

use super::produc::{check_test, sample_and_weights};
use super::*;
use data::{Table, json, weights};
use spanel::outcome::Test;

/// What needs an optimiser there, relative.
const SEARCHED: f64 = 1e-5;

/// Every test of a group for a model over the sample.
fn tests(
    group: &str,
    (sample, weights): (&Sample, &Weights),
    name: &str,
    effects: Effects,
) -> Vec<Test> {
    let model = model(name, sample, effects, LagOrder::LagThenDemean, None);
    let problem = Problem::new(sample, weights, &model).expect("the same units");
    spanel::diagnostic::find(group).expect("a group of tests").run(&Context::new(problem)).tests
}

fn find_test<'t>(all: &'t [Test], name: &str, basis: Basis) -> Option<&'t Test> {
    all.iter().find(|t| t.name == name && t.basis == basis)
}

/// Statistic and p-value; of a measure NaN.
fn value(all: &[Test], name: &str, basis: Basis) -> Option<(f64, f64)> {
    match &find_test(all, name, basis)?.outcome {
        TestOutcome::Computed { statistic, p_value, .. } => {
            Some((*statistic, p_value.unwrap_or(f64::NAN)))
        }
        TestOutcome::NotApplicable { .. } => None,
    }
}

fn detail(all: &[Test], name: &str, of: &str) -> Option<f64> {
    find_test(all, name, Basis::Pooled)?.details.get(of).copied()
}

/// Where the file's p-value is two-sided of a one-sided test, or of another form.
const P_OTHERWISE: [&str; 8] = [
    "plmtest_individual_honda",
    "plmtest_individual_kw",
    "plmtest_time_honda",
    "plmtest_time_kw",
    "plmtest_twoways_honda",
    "plmtest_twoways_kw",
    "pwtest",
    "pbsytest_re",
];

#[test]
fn tests_of_panels_agree_with_plm_and_splm() {
    let (sample, weights) = sample_and_weights();
    let data = (&sample, &weights);
    let of = |group: &str, effects: Effects| tests(group, data, "ols", effects);
    let file = json("produc_panel_tests.json");
    let mut ledger = Ledger::new("produc_panel_tests.json");
    let effects_tests = of("effects", Effects::None);
    let components = of("error-components", Effects::None);
    let serial = of("serial-correlation", Effects::Individual);
    let bsk = of("bsk", Effects::None);
    let bsjk = of("bsjk", Effects::None);
    let (pool, within, two) =
        (of("cd", Effects::None), of("cd", Effects::Individual), of("cd", Effects::TwoWay));
    let pooled = Basis::Pooled;
    let mut left_out = Vec::new();
    for (case, block) in file["results"].as_object().expect("results") {
        let cd = |kind: &str| match kind {
            "cd" => "cd",
            "lm" => "cd-lm",
            "sclm" => "cd-scaled-lm",
            "bcsclm" => "cd-bias-corrected",
            "rho" => "cd-mean",
            "absrho" => "cd-absolute",
            other => panic!("{other}"),
        };
        let ours = match case.as_str() {
            "pFtest_individual" => value(&effects_tests, "f-individual", pooled),
            "pFtest_time" => value(&effects_tests, "f-time", pooled),
            "pFtest_twoways" => value(&effects_tests, "f-two-way", pooled),
            "pFtest_twoways_vs_individual" => {
                value(&effects_tests, "f-time-given-individual", pooled)
            }
            "plmtest_individual_bp" => value(&components, "bp-individual", pooled),
            "plmtest_time_bp" => value(&components, "bp-time", pooled),
            "plmtest_twoways_bp" => value(&components, "bp-two-way", pooled),
            "plmtest_individual_honda" | "plmtest_individual_kw" => {
                value(&components, "honda-individual", pooled)
            }
            "plmtest_time_honda" | "plmtest_time_kw" => value(&components, "honda-time", pooled),
            "plmtest_twoways_honda" => value(&components, "honda-two-way", pooled),
            "plmtest_twoways_kw" => value(&components, "king-wu", pooled),
            "plmtest_twoways_ghm" => value(&components, "ghm", pooled),
            "pwtest" => value(&components, "wooldridge-effects", pooled),
            "pwartest" => value(&serial, "wooldridge-ar", Basis::Within),
            "pwfdtest_fd" => value(&serial, "wooldridge-fd", pooled),
            "pbnftest_within" => value(&serial, "durbin-watson", Basis::Within),
            "pbltest" => {
                let found = value(&serial, "baltagi-li", pooled);
                let at = (case.as_str(), "LM of ML estimates", "");
                let reference = number(&block["statistic"]);
                ledger.check(at, reference, found.map(|f| f.0), Scale::Relative, SEARCHED);
                continue;
            }
            "pbsytest_j" | "pbsytest_ar" | "pbsytest_re" => {
                let name = match case.as_str() {
                    "pbsytest_j" => "bsy-joint",
                    "pbsytest_ar" => "bsy-ar",
                    _ => "bsy-re",
                };
                let at = (case.as_str(), "closed form", "plm's denominators");
                let found = detail(&serial, name, "plm");
                let reference = number(&block["statistic"]);
                ledger.check(at, reference, found, Scale::Relative, CLOSED_FORM);
                continue;
            }
            "bsktest_LMH" => value(&bsk, "bsk-lmh", pooled),
            "bsktest_LM1" => value(&bsk, "bsk-lm1", pooled),
            "bsktest_LM1_standardized" => value(&bsk, "bsk-slm1", pooled),
            "bsktest_LM2" => value(&bsk, "bsk-lm2", pooled),
            "bsktest_CLMlambda" | "bsktest_CLMmu" => {
                let name = if case.ends_with("mu") { "bsk-clm-mu" } else { "bsk-clm-lambda" };
                let at = (case.as_str(), "LM of ML estimates", "");
                let found = value(&bsk, name, pooled).map(|f| f.0);
                let reference = number(&block["statistic"]);
                ledger.check(at, reference, found, Scale::Relative, SEARCHED);
                continue;
            }
            "bsjktest_J" => value(&bsjk, "bsjk-joint", pooled),
            "pcdtest_local_within_m_cd" => value(&within, "cd-local", Basis::Within),
            "pcdtest_local_within_m_lm" => value(&within, "cd-local-lm", Basis::Within),
            other if other.starts_with("pcdtest_") => {
                let rest = &other["pcdtest_".len()..];
                let (of, kind) = rest.rsplit_once('_').expect("sample and test");
                let member = cd(kind).trim_start_matches("cd-");
                match of {
                    "pool" => value(&pool, cd(kind), pooled),
                    "within_m" => value(&within, cd(kind), Basis::Within),
                    "tw" => value(&two, cd(kind), Basis::Within),
                    "depvar" | "heterogeneous" => {
                        let name = if of == "depvar" { "cd-response" } else { "cd-by-unit" };
                        if kind == "cd" {
                            value(&pool, name, pooled)
                        } else {
                            detail(&pool, name, member).map(|found| (found, f64::NAN))
                        }
                    }
                    other => panic!("{other}"),
                }
            }
            // Held against dense algebra below.
            other => {
                left_out.push(other.to_owned());
                continue;
            }
        };
        let statistic = number(&block["statistic"]);
        let at = (case.as_str(), "closed form", "");
        ledger.check(at, statistic, ours.map(|o| o.0), Scale::Relative, CLOSED_FORM);
        let p = block["p_value"].as_f64().filter(|_| !P_OTHERWISE.contains(&case.as_str()));
        if let (Some(p), Some((_, own))) = (p, ours)
            && !own.is_nan()
        {
            let at = (case.as_str(), "p-value of a test", "");
            // splm's LM-H has its mixture only to a dozen digits of 1.
            ledger.check(at, p, Some(own), Scale::Unit, CLOSED_FORM);
        }
    }
    let dense = [
        "bsjktest_C.1",
        "bsjktest_C.2",
        "bsjktest_C.3",
        "bsktest_LM2_standardized",
        "pbgtest_within_order1",
        "pdwtest_within",
    ];
    assert_eq!(left_out, dense);
    ledger.finish(80);
}

/// Where splm and plm compute something else, the same tests in NumPy with dense matrices; and their own
/// numbers from what they put in the place of the estimates.
#[test]
fn what_packages_get_wrong_agrees_with_dense_algebra() {
    let (sample, weights) = sample_and_weights();
    let data = (&sample, &weights);
    let file = json("produc_panel_tests_dense.json");
    let mut ledger = Ledger::new("produc_panel_tests_dense.json");
    let mut all = tests("bsk", data, "ols", Effects::None);
    all.extend(tests("bsjk", data, "ols", Effects::None));
    all.extend(tests("serial-correlation", data, "ols", Effects::Individual));
    all.extend(tests("debarsy-ertur", data, "ols", Effects::Individual));
    for (name, block) in file["results"].as_object().expect("results") {
        let basis = match block["basis"].as_str() {
            Some("within") => Basis::Within,
            _ => Basis::Pooled,
        };
        let at = (name.as_str(), "dense algebra", "");
        let found = value(&all, name, basis).map(|f| f.0);
        ledger.check(at, number(&block["statistic"]), found, Scale::Relative, SEARCHED);
    }
    ledger.finish(9);
}

#[test]
fn a_cross_section_has_the_tests_of_spatialreg() {
    let table = Table::read("tests/reference/data/columbus.csv", "unit", None);
    let weights = weights("tests/reference/data/columbus.gal");
    let names = ["INC".to_owned(), "HOVAL".to_owned()];
    let plain = table.sample(&weights, "CRIME", &names, 1);
    let durbin = durbin::with_durbin(&plain, &weights);
    let file = json("produc_panel_tests.json");
    let mut ledger = Ledger::new("columbus");
    let of = |sample: &Sample, name: &str, group: &str| {
        tests(group, (sample, &weights), name, Effects::None)
    };
    for (case, block) in file["columbus"].as_object().expect("results") {
        let found = match case.as_str() {
            "lr_sdm_vs_sar" => value(&of(&durbin, "sdm", "nested"), "lr-to-slm", Basis::Fit),
            "lr_sdm_vs_sem" => value(&of(&durbin, "sdm", "nested"), "lr-to-sem", Basis::Fit),
            "lr_sac_vs_sar" => value(&of(&plain, "sac", "nested"), "lr-to-slm", Basis::Fit),
            "lr_sac_vs_sem" => value(&of(&plain, "sac", "nested"), "lr-to-sem", Basis::Fit),
            "lr_gns_vs_sdm" => value(&of(&durbin, "gns", "nested"), "lr-to-sdm", Basis::Fit),
            "bptest_sar" => value(&of(&plain, "slm", "heteroskedasticity"), "koenker", Basis::Fit),
            "bptest_sem" => value(&of(&plain, "sem", "heteroskedasticity"), "koenker", Basis::Fit),
            other => panic!("{other}"),
        };
        // spatialreg stops its search with about seven digits.
        let at = (case.as_str(), "statistic", "");
        let statistic = number(&block["statistic"]);
        ledger.check(at, statistic, found.map(|f| f.0), Scale::Unit, 1e-6);
        let at = (case.as_str(), "p-value", "");
        ledger.check(at, number(&block["p_value"]), found.map(|f| f.1), Scale::Unit, 1e-6);
    }
    ledger.finish(14);
}

#[test]
fn an_sdm_is_held_against_what_is_nested_in_it() {
    let (plain, weights) = sample_and_weights();
    let sample = durbin::with_durbin(&plain, &weights);
    let file = json("produc_durbin.json");
    let mut ledger = Ledger::new("produc_durbin.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let Some(kind) = case.strip_prefix("sdm_") else { continue };
        let found = tests("nested", (&sample, &weights), "sdm", effects(kind));
        for (name, member) in [
            ("lr-to-slm", "lr_sdm_vs_sar"),
            ("lr-to-sem", "lr_sdm_vs_sem"),
            ("wald-to-slm", "wald_sdm_vs_sar"),
            ("wald-to-sem", "wald_sdm_vs_sem_common_factor"),
        ] {
            let ours = value(&found, name, Basis::Fit);
            let at = (case.as_str(), "statistic", name);
            let reference = number(&block[member]["statistic"]);
            ledger.check(at, reference, ours.map(|o| o.0), Scale::Unit, 1e-7);
            if let Some(p) = block[member]["p_value"].as_f64() {
                let at = (case.as_str(), "p-value", name);
                ledger.check(at, p, ours.map(|o| o.1), Scale::Unit, LOGLIK);
            }
        }
    }
    ledger.finish(12);
}

#[test]
fn effects_and_dependence_agree_with_linearmodels() {
    let file = json("produc_panel_tests.json");
    let mut ledger = Ledger::new("linearmodels");
    for (dataset, (unit, time), y, x) in [
        ("usincome", ("state", "year"), "g", ["rel_lag", "g_lag"]),
        ("lattice_pos", ("unit", "period"), "y", ["x1", "x2"]),
    ] {
        let path = format!("tests/reference/data/{dataset}.csv");
        let table = Table::read(&path, unit, Some(time));
        let weights = weights(&format!("tests/reference/data/{dataset}.gal"));
        let x = x.map(str::to_owned);
        let sample = table.sample(&weights, y, &x, table.periods.len());
        let data = (&sample, &weights);
        let mut all = tests("effects", data, "ols", Effects::Individual);
        all.extend(tests("cd", data, "ols", Effects::Individual));
        for (name, block) in file["linearmodels"][dataset].as_object().expect("tests") {
            let basis = if name == "cd" { Basis::Within } else { Basis::Pooled };
            let at = (dataset, "statistic", name.as_str());
            check_test(
                &mut ledger,
                at,
                number(&block["statistic"]),
                number(&block["p_value"]),
                value(&all, name, basis),
            );
        }
    }
    ledger.finish(16);
}

/// Signed values: most differences of covariances are indefinite, and then there is no test. The file's
/// covariances of random effects come from differences of the likelihood.
#[test]
fn spatial_hausman_tests_have_their_sign() {
    use spanel::model::ErrorComponents;
    let (sample, weights) = sample_and_weights();
    let file = json("produc_panel_tests.json");
    let mut ledger = Ledger::new("spatial Hausman");
    for (case, block) in file["hausman"].as_object().expect("tests") {
        let (name, components) = case.split_once('_').expect("model and components");
        let name = if name == "sarar" { "sac" } else { estimator(name) };
        let components = match (name, components) {
            ("slm", _) => None,
            (_, "BSK") => Some(ErrorComponents::Anselin),
            (_, "KKP") => Some(ErrorComponents::Kkp),
            other => panic!("{other:?}"),
        };
        let plain = model(name, &sample, Effects::Individual, LagOrder::LagThenDemean, None);
        let model = spanel::model::Model { error_components: components, ..plain };
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let group = spanel::diagnostic::find("hausman-spatial").expect("a group of tests");
        let all = group.run(&Context::new(problem)).tests;
        let test = find_test(&all, "hausman-spatial", Basis::Fit).expect("the test");
        let form = test.details.get("quadratic-form").copied();
        let at = (case.as_str(), "quadratic form", "");
        ledger.check(at, number(&block["full_statistic"]), form, Scale::Relative, 1e-3);
        match &test.outcome {
            TestOutcome::NotApplicable { reason } => {
                assert!(reason.contains("indefinite"), "{case}: {reason}");
                assert!(test.details["smallest-eigenvalue"] <= 0.0, "{case}");
            }
            TestOutcome::Computed { statistic, .. } => {
                assert!(*statistic >= 0.0 && test.details["smallest-eigenvalue"] > 0.0, "{case}");
            }
        }
        assert!(value(&all, "hausman-spatial-means", Basis::Fit).is_some(), "{case}");
    }
    ledger.finish(5);
}
