//! Unit roots of the variables of Produc, against plm.

use super::*;
use data::json;
use spanel::diagnostic::unit_roots::test;
use spanel::model::unit_roots::{Divisor, LagChoice, Trend, UnitRootTest};

#[test]
fn unit_root_tests_agree_with_plm() {
    let (sample, _) = produc::sample_and_weights();
    let n = sample.n_units();
    let by_unit = |v: &[f64]| -> Vec<Vec<f64>> {
        (0..n).map(|i| v.iter().skip(i).step_by(n).copied().collect()).collect()
    };
    let series =
        |name: &str| match sample.regressors.iter().position(|r| r.variable.as_str() == name) {
            Some(at) => by_unit(&sample.x[at]),
            None => by_unit(&sample.y),
        };
    let file = json("produc_unit_roots.json");
    let mut ledger = Ledger::new("produc_unit_roots.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let parts: Vec<&str> = case.split('_').collect();
        let variable = series(parts[1]);
        let (which, trend) = match (parts[0], parts[2]) {
            ("purtest", "levinlin") => (UnitRootTest::Llc, parts[3]),
            ("purtest", "ips") => (UnitRootTest::Ips, parts[3]),
            ("cipstest", trend) => (UnitRootTest::Cips, trend),
            other => panic!("{other:?}"),
        };
        let trend = match trend {
            "none" => Trend::None,
            "intercept" | "drift" => Trend::Intercept,
            "trend" => Trend::Trend,
            other => panic!("{other}"),
        };
        let lags = parts.iter().find_map(|p| p.strip_prefix("lags")).expect("lags");
        let lags = match lags {
            "AIC" => LagChoice::Aic(4),
            "SIC" => LagChoice::Sic(4),
            number => LagChoice::Number(number.parse().expect("a number")),
        };
        if case.ends_with("_plain") {
            continue;
        }
        let found = test(&variable, which, trend, (lags, Divisor::Observations))
            .unwrap_or_else(|why| panic!("{case}: {why}"));
        let at = (case.as_str(), "statistic", "");
        // Regressions of 16 periods on up to 12 columns keep nine digits there.
        let tolerance = if which == UnitRootTest::Cips { 1e-7 } else { 1e-9 };
        ledger.check(
            at,
            number(&block["statistic"]),
            Some(found.statistic),
            Scale::Unit,
            tolerance,
        );
        if let Some(wanted) = block["lags"].as_array() {
            let wanted: Vec<u64> = wanted.iter().filter_map(Value::as_u64).collect();
            let ours: Vec<u64> = found.lags.iter().map(|&l| u64::from(l)).collect();
            assert_eq!(ours, wanted, "{case}");
        }
        let p = number(&block["p_value"]);
        match (found.p_value, found.critical) {
            (Some(own), _) => ledger.check((case, "p-value", ""), p, Some(own), Scale::Unit, 1e-9),
            // plm has p-values between the critical values alone, from 200 points.
            (None, Some([one, five, ten])) => {
                let s = found.statistic;
                let fits = match p {
                    p if p >= 0.1 => s >= ten,
                    p if p > 0.05 => s >= five && s <= ten,
                    p if p > 0.01 => s >= one && s <= five,
                    _ => s <= one,
                };
                assert!(fits, "{case}: {s} {:?} {p}", found.critical);
            }
            (None, None) => panic!("{case}: no critical values"),
        }
    }
    ledger.finish(150);
}
