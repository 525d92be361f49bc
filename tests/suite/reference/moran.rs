//! Moran's I of a variable, each year and in a cross-section.

use super::*;
use data::{Table, json, weights};
use spanel::diagnostic::local_moran::local_moran;
use spanel::diagnostic::moran::moran_of_period;
use spanel::ident::{Period, Seed};
use spanel::math::random::Stream;
use spanel::outcome::MoranYear;

fn check_moran(ledger: &mut Ledger, case: &str, block: &Value, ours: &MoranYear) {
    let moran = &block["moran"];
    let normality = &moran["normality_two.sided"];
    let randomisation = &moran["randomisation_two.sided"];
    for (term, reference, value) in [
        ("I", &normality["I"], ours.i),
        ("expectation", &normality["expectation"], ours.expectation),
        ("variance, normality", &normality["variance"], ours.variance_normality),
        ("z, normality", &normality["z"], ours.z_normality),
        ("variance, randomisation", &randomisation["variance"], ours.variance_randomisation),
        ("z, randomisation", &randomisation["z"], ours.z_randomisation),
    ] {
        let at = (case, "Moran's I", term);
        ledger.check(at, number(reference), Some(value), Scale::Relative, CLOSED_FORM);
    }
    for (term, reference, value) in [
        ("normality", &normality["p_value"], ours.p_normality),
        ("randomisation", &randomisation["p_value"], ours.p_randomisation),
    ] {
        let at = (case, "Moran's I, p-value", term);
        ledger.check(at, number(reference), Some(value), Scale::Unit, CLOSED_FORM);
    }
    // Ours is two-sided, twice the tail; I is above its expectation in all of these.
    let mc = &block["moran_mc"];
    if let Some(tolerance) = mc["tolerance_p_for_999"].as_f64() {
        let tail = ours.p_permutation.map(|p| p / 2.0);
        let at = (case, "Moran's I, permutation", "tail");
        let reference = number(&mc["p_value_greater_9999"]);
        ledger.check_sized(at, reference, tail, 1.0, tolerance);
    }
}

#[test]
fn moran_by_year_agrees() {
    let table = Table::read("experiments/data/us-states.csv", "state", Some("year"));
    let weights = weights("experiments/data/us-states.gal");
    let sample = table.sample(&weights, "lgsp", &[], 17);
    let file = json("produc_moran_by_year.json");
    let mut ledger = Ledger::new("produc_moran_by_year.json");
    for (t, (year, block)) in file["results"].as_object().expect("results").iter().enumerate() {
        let n = sample.n_units();
        let period = Period(year.parse().expect("a year"));
        assert_eq!(sample.periods[t], period);
        let stream = Stream::new(Seed(1).stream("moran"), t as u64);
        let values = &sample.y[t * n..(t + 1) * n];
        let ours = moran_of_period(&weights, values, period, 999, stream).expect("Moran's I");
        check_moran(&mut ledger, year, block, &ours);
    }
    ledger.finish(17 * 9);
}

#[test]
fn moran_of_a_cross_section_agrees() {
    let table = Table::read("tests/reference/data/columbus.csv", "unit", None);
    let weights = weights("tests/reference/data/columbus.gal");
    let file = json("columbus_moran.json");
    let mut ledger = Ledger::new("columbus_moran.json");
    for (variable, block) in file["results"].as_object().expect("results") {
        let sample = table.sample(&weights, variable, &[], 1);
        let stream = Stream::new(Seed(1).stream("moran"), 0);
        let ours = moran_of_period(&weights, &sample.y, Period(0), 999, stream).expect("Moran's I");
        check_moran(&mut ledger, variable, block, &ours);
    }
    ledger.finish(24);
}

/// I_i against spdep's `localmoran`; p-values by 9999 conditional permutations against its moments
/// under conditional randomisation: where |z| of those moments is large, p is small, and the other way
/// round. The quadrants are those of esda.
#[test]
fn local_moran_of_a_cross_section_agrees() {
    let table = Table::read("tests/reference/data/columbus.csv", "unit", None);
    let weights = weights("tests/reference/data/columbus.gal");
    let file = json("columbus_local_moran.json");
    let mut ledger = Ledger::new("columbus_local_moran.json");
    for (variable, block) in file["results"].as_object().expect("results") {
        let sample = table.sample(&weights, variable, &[], 1);
        let key = Seed(1).stream("local moran");
        let ours = local_moran(&weights, &sample.y, 9999, key).expect("it varies");
        let list = |name: &str| block[name].as_array().expect("a list").clone();
        let (i, z, quadrants) = (list("Ii"), list("z_conditional"), list("quadrant_pysal"));
        for (unit, ours) in ours.iter().enumerate() {
            let name = unit.to_string();
            let at = (variable.as_str(), "local Moran's I", name.as_str());
            ledger.check(at, number(&i[unit]), Some(ours.i), Scale::Unit, CLOSED_FORM);
            let z = number(&z[unit]).abs();
            let plausible = if z > 3.0 {
                ours.p_value < 0.05
            } else if z < 0.5 {
                ours.p_value > 0.2
            } else {
                true
            };
            assert!(plausible, "{variable} {unit}: z = {z}, p = {}", ours.p_value);
            let high = |v: f64| if v > 0.0 { "High" } else { "Low" };
            assert_eq!(
                quadrants[unit].as_str(),
                Some(format!("{}-{}", high(ours.z), high(ours.lag)).as_str()),
                "{variable} {unit}"
            );
        }
    }
    ledger.finish(3 * 49);
}
