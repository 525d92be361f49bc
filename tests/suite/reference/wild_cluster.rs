//! The wild cluster bootstrap against wildboottest: all patterns of signs exactly, draws within four
//! Monte Carlo standard errors of the difference of the two.

use super::linear::{Ground, ground};
use super::*;
use data::json;
use spanel::diagnostic::wild_cluster::{Asked, Counts, Ground as Test};
use spanel::ident::VarName;
use spanel::model::std_errors::Cluster;
use spanel::model::wild_cluster::{Kind, Multipliers, Shared, WildCluster};

/// t and t* of closed forms.
const STATISTIC: f64 = 1e-8;
/// Shares of patterns.
const SHARE: f64 = 1e-12;

/// What a case of the file asks, `HC/x/21` or `unit/x/31/null=True/webb`, and the number of draws.
fn asked(ground: &Ground, parts: &[&str], draws: u32) -> Asked {
    let of_observations = parts[0] == "HC";
    let column = Cluster::Column(VarName::new("region"));
    let design = WildCluster {
        by: if of_observations { Shared::Observation } else { Shared::Cluster(column) },
        multipliers: match parts.get(4) {
            Some(&"webb") => Multipliers::Webb,
            Some(&"mammen") => Multipliers::Mammen,
            _ => Multipliers::Rademacher,
        },
        kind: match parts[2] {
            "11" => Kind::Plain,
            "21" => Kind::Leverage,
            "31" => Kind::LeaveOut,
            other => panic!("unknown type {other}"),
        },
        impose_null: of_observations || parts[3] == "null=True",
        replicates: draws,
    };
    Asked { design, clusters: Ok(ground.clusters.clone()), key: [11; 32] }
}

/// Their t over ours: √((n − k)/(n − k')), k' with every dummy; ours leaves out effects of units, which
/// the clusters hold.
fn of_factor(sample: &Sample, effects: Effects) -> f64 {
    let (n, t) = (sample.n_units(), sample.n_periods());
    let slopes = sample.x.len() + usize::from(effects == Effects::None);
    let own = match effects {
        Effects::Individual => 1,
        Effects::TwoWay => t,
        other => other.absorbed(n, t),
    };
    let free = |absorbed: usize| (n * t - slopes - absorbed) as f64;
    // Two-way effects that are not held are those of periods, the overall constant among them.
    (free(effects.absorbed(n, t)) / free(own)).sqrt()
}

/// Four standard errors of the difference of two shares of so many draws.
fn slack(p: f64, q: f64, (a, b): (f64, f64)) -> f64 {
    let p = (p * a + q * b) / (a + b);
    4.0 * (p * (1.0 - p) * (1.0 / a + 1.0 / b)).sqrt()
}

fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = p * (sorted.len() - 1) as f64;
    let below = at.floor();
    let next = sorted[(below as usize + 1).min(sorted.len() - 1)];
    let low = sorted[below as usize];
    low + (at - below) * (next - low)
}

#[test]
fn wildboottest_agrees() {
    let file = json("wildboottest.json");
    let mut ledger = Ledger::new("wildboottest.json, draws");
    let mut drawn = 0;
    for (panel, block) in file["panels"].as_object().expect("panels") {
        let ground = ground(panel);
        let sample = &ground.sample;
        for (case, result) in block["results"].as_object().expect("results") {
            let Some(t) = result["t"].as_f64() else { continue };
            let parts: Vec<&str> = case.split('/').collect();
            let kind = if parts[0] == "HC" { Effects::None } else { effects(parts[0]) };
            let model = model("ols", sample, kind, LagOrder::LagThenDemean, None);
            let problem = Problem::new(sample, &ground.weights, &model).expect("the same units");
            let position = sample.regressors.iter().position(|r| r.to_string() == parts[1]);
            // All patterns; of draws fewer than theirs, which the slack allows for.
            let own = if parts[0] == "HC" { 499 } else { 9_999 };
            let asked = asked(&ground, &parts, own);
            let test = Test::new(problem, position.expect("a regressor"), &asked).expect(case);
            let factor = if parts[0] == "HC" { 1.0 } else { of_factor(sample, kind) };
            let at = (case.as_str(), "t", panel.as_str());
            ledger.check(at, t, Some(factor * test.t()), Scale::Unit, STATISTIC);
            let counts = test.counts(&asked);
            assert_eq!(counts.undefined, 0, "{case}");
            let mut all = Vec::new();
            if parts[0] != "HC" {
                test.each(&asked, |t| all.push(factor * t));
            }
            all.sort_by(f64::total_cmp);
            if result["enumerated"].as_bool() == Some(true) {
                patterns((&mut ledger, case, panel), result, &counts, &all);
            } else {
                drawn += draws(case, result, &counts, &all);
            }
        }
    }
    ledger.finish(746);
    assert_eq!(drawn, 486);
}

/// Every number of all patterns.
fn patterns(
    (ledger, case, panel): (&mut Ledger, &str, &str),
    result: &Value,
    counts: &Counts,
    all: &[f64],
) {
    assert!(counts.enumerated, "{case}");
    let made = counts.made as f64;
    for (name, ours) in [
        ("draws", made),
        ("n_abs_greater", counts.greater as f64),
        ("n_ties", counts.ties as f64),
        ("p_excluding_ties", counts.greater as f64 / made),
        ("p_counting_ties", counts.p_value().expect("a p-value")),
    ] {
        ledger.check((case, name, panel), number(&result[name]), Some(ours), Scale::Unit, SHARE);
    }
    for (p, value) in numbers(&result["tboot_quantiles"]) {
        let ours = quantile(all, p.parse().expect("a probability"));
        ledger.check((case, "quantile of t*", p), value, Some(ours), Scale::Unit, STATISTIC);
    }
}

/// The p-values of draws, without and with ties, and the shares of ours below their quantiles.
fn draws(case: &str, result: &Value, counts: &Counts, all: &[f64]) -> usize {
    assert!(!counts.enumerated, "{case}");
    let (made, theirs) = (counts.made as f64, number(&result["draws"]));
    let (greater, ties) = (counts.greater as f64, counts.ties as f64);
    let mut checked = 0;
    let mut near = |what: &str, p: f64, q: f64| {
        let slack = slack(p, q, (made, theirs));
        assert!((p - q).abs() <= slack, "{case}, {what}: {p} {q} within {slack}");
        checked += 1;
    };
    if let Some(p) = result["p"].as_f64() {
        // Heteroskedastic: no draw of theirs is as large.
        near("p", greater / made, p);
        return checked;
    }
    near("p", greater / made, number(&result["p_excluding_ties"]));
    near("p with ties", (greater + ties) / made, number(&result["p_counting_ties"]));
    for (p, value) in numbers(&result["tboot_quantiles"]) {
        let p: f64 = p.parse().expect("a probability");
        // A quantile may be a value that many draws share.
        let below = all.partition_point(|t| *t < value - 1e-6) as f64 / made;
        let up_to = all.partition_point(|t| *t <= value + 1e-6) as f64 / made;
        near("quantile", p.clamp(below, up_to), p);
    }
    checked
}
