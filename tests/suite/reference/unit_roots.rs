//! Unit roots of the variables of Produc, against plm.

use super::*;
use data::json;
use spanel::diagnostic::unit_roots::combined::combined;
use spanel::diagnostic::unit_roots::{test, units};
use spanel::math::dickey_fuller::{Beside, Tails, tails};
use spanel::math::dist::normal_quantile;
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
    let of_urca = &file["p_of_dickey_fuller_t_by_urca"];
    let mut ledger = Ledger::new("produc_unit_roots.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let parts: Vec<&str> = case.split('_').collect();
        let variable = series(parts[1]);
        let (which, trend) = match (parts[0], parts[2]) {
            ("purtest", "levinlin") => (UnitRootTest::Llc, parts[3]),
            ("purtest", "ips") => (UnitRootTest::Ips, parts[3]),
            ("cipstest", trend) => (UnitRootTest::Cips, trend),
            ("purtest", "madwu") => (UnitRootTest::MaddalaWu, parts[3]),
            ("purtest", "Pm") => (UnitRootTest::ChoiP, parts[3]),
            ("purtest", "invnormal") => (UnitRootTest::ChoiZ, parts[3]),
            ("purtest", "logit") => (UnitRootTest::ChoiLogit, parts[3]),
            ("purtest", "hadri") if case.ends_with("homo") => {
                (UnitRootTest::HadriHomoskedastic, parts[3])
            }
            ("purtest", "hadri") => (UnitRootTest::Hadri, parts[3]),
            other => panic!("{other:?}"),
        };
        let trend = match trend {
            "none" => Trend::None,
            "intercept" | "drift" => Trend::Intercept,
            "trend" => Trend::Trend,
            other => panic!("{other}"),
        };
        let lags = parts.iter().find_map(|p| p.strip_prefix("lags")).unwrap_or("0");
        let lags = match lags {
            "AIC" => LagChoice::Aic(4),
            "SIC" => LagChoice::Sic(4),
            number => LagChoice::Number(number.parse().expect("a number")),
        };
        if case.ends_with("_plain") {
            continue;
        }
        if which.combines() {
            let of = &of_urca[format!("{}_{}", parts[1], parts[3])];
            check_combination(&mut ledger, (case, block), which, of);
            let t = units(&variable, trend, &vec![1; n], Divisor::Observations).expect("t");
            check_p_values(&mut ledger, case, (&t, trend), of);
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
    ledger.finish(150 + 40 + 80 + 40 * 40);
}

/// plm takes the p-values of units from MacKinnon's (1996) simulated quantiles by package urca, whose least squares by
/// normal equations have condition numbers of 1e14. Combined as plm does, the p-values that urca 1.3-3 gives for our t
/// are plm's statistics to 1e-10. One decimal of its tables decides the eighth digit with a constant: R 4.2 reads
/// -.25666852e+01 as -0x1.488924009048cp+1, one bit off the closest double (…8bp+1), and p moves by up to 5e-7 of itself
/// with it. The file has p by the quantiles as R reads them.
fn check_combination(
    ledger: &mut Ledger,
    (case, block): (&str, &Value),
    which: UnitRootTest,
    of: &Value,
) {
    let p = of["p"].as_array().expect("p-values");
    let units: Vec<Tails> = p.iter().map(|p| Tails::of_share(number(p))).collect();
    let (statistic, p) = combined(which, &units).expect("a combination");
    let wanted = number(&block["statistic"]);
    ledger.check((case, "statistic", ""), wanted, Some(statistic), Scale::Relative, 1e-10);
    ledger.check((case, "p-value", ""), number(&block["p_value"]), Some(p), Scale::Unit, 1e-10);
}

/// Ours are those of the distribution that MacKinnon simulated: his quantiles must lie within four of the standard
/// errors that his tables give them. Where t is beyond his outermost quantiles, P below 5e-4 or above 0.998, urca
/// extrapolates, and there is no standard error: `dickey_fuller.json` holds ours there.
fn check_p_values(ledger: &mut Ledger, case: &str, (t, trend): (&[f64], Trend), of: &Value) {
    let beside = if trend == Trend::Trend { Beside::Trend } else { Beside::Constant };
    let [p, errors] =
        ["p", "standard_error_of_probit"].map(|key| of[key].as_array().expect("a list"));
    for ((t, p), error) in t.iter().zip(p).zip(errors) {
        let Some(error) = error.as_f64() else { continue };
        let ours = tails(*t, beside).normal;
        let theirs = normal_quantile(number(p));
        ledger.check_sized((case, "normal of p", ""), theirs, Some(ours), error, 4.0);
    }
}

/// The integral itself, computed elsewhere.
#[test]
fn the_distribution_of_dickey_and_fuller_is_the_integral() {
    let file = json("dickey_fuller.json");
    let mut ledger = Ledger::new("dickey_fuller.json");
    for (name, beside) in
        [("none", Beside::Nothing), ("intercept", Beside::Constant), ("trend", Beside::Trend)]
    {
        for row in file[name].as_array().expect("points") {
            let [t, lower, upper] = [0, 1, 2].map(|k| number(&row[k]));
            let wanted = if lower < 0.5 { normal_quantile(lower) } else { -normal_quantile(upper) };
            let at = (name, "normal of p", &*t.to_string());
            ledger.check(at, wanted, Some(tails(t, beside).normal), Scale::Unit, 5e-6);
        }
    }
    ledger.finish(100);
}
