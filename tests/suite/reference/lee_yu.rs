//! Lee and Yu's corrections of lag and error models, and of those with both, of 48 states: the likelihood of transformed data
//! and the estimates without their bias of the first order.

use super::*;
use data::json;
use spanel::estimator::covariance;
use spanel::model::Model;
use spanel::model::incidental::Correction;
use spanel::model::std_errors::StdErrors;

fn fitted(
    (sample, weights): (&Sample, &Weights),
    (name, effects): (&str, Effects),
    correction: Correction,
    std_errors: StdErrors,
) -> Estimated {
    let plain = model(name, sample, effects, LagOrder::LagThenDemean, None);
    let model = Model { correction, std_errors, ..plain };
    let problem = Problem::new(sample, weights, &model).expect("the same units");
    covariance::fit(find(name).expect("an estimator"), &problem).expect("a fit")
}

#[test]
fn transformed_and_corrected_fits_agree() {
    let data = produc::sample_and_weights();
    let data = (&data.0, &data.1);
    let file = json("produc_lee_yu.json");
    let mut ledger = Ledger::new("produc_lee_yu.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let mut parts = case.split('_');
        let mut part = || parts.next().expect("model, effects, kind");
        let of = (estimator(part()), effects(part()));
        if case.ends_with("bias_corrected_direct") {
            let ours = fitted(data, of, Correction::BiasCorrected, StdErrors::Default);
            check_coefficients(&mut ledger, case, &block["coef"], &ours);
            continue;
        }
        let ours = fitted(data, of, Correction::Transformation, StdErrors::Default);
        check_likelihood_fit(&mut ledger, case, block, &ours);
        let observed = fitted(data, of, Correction::Transformation, StdErrors::Hessian);
        // Of a SAC its source supports less.
        let within = if case.starts_with("sac") { 1e-7 } else { 1e-8 };
        check_std_errors(&mut ledger, case, &block["se_observed_information"], &observed, within);
        check_covariance(&mut ledger, case, &block["vcov_observed"], &observed, within);
    }
    ledger.finish(9 * 60);
}
