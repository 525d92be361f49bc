//! p-values of hypotheses that are tested together, from those of each alone.

/// Holm (1979): with p₍₁₎ ≤ … ≤ p₍ₘ₎, max over j ≤ i of (m − j + 1)p₍ⱼ₎, at most 1. Holds the chance
/// of any false rejection whatever the dependence.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let order = rising(p);
    let mut adjusted = vec![0.0; p.len()];
    let mut largest = 0.0_f64;
    for (rank, &at) in order.iter().enumerate() {
        largest = largest.max((p.len() - rank) as f64 * p[at]).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}

/// Benjamini & Hochberg (1995): min over j ≥ i of (m/j)p₍ⱼ₎, at most 1. Holds the expected share of
/// false rejections under independence or positive dependence (Benjamini & Yekutieli 2001).
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let order = rising(p);
    let mut adjusted = vec![0.0; p.len()];
    let mut smallest = 1.0_f64;
    for (rank, &at) in order.iter().enumerate().rev() {
        smallest = smallest.min(p.len() as f64 / (rank + 1) as f64 * p[at]);
        adjusted[at] = smallest;
    }
    adjusted
}

fn rising(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f64], wanted: &[f64]) {
        assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?}");
    }

    /// R's p.adjust(c(0.03, 0.01, 0.04, 0.02), "holm") and "BH".
    #[test]
    fn four_hypotheses_by_hand() {
        let p = [0.03, 0.01, 0.04, 0.02];
        close(&holm(&p), &[0.06, 0.04, 0.06, 0.06]);
        close(&benjamini_hochberg(&p), &[0.04, 0.04, 0.04, 0.04]);
        let p = [0.8, 0.001, 0.02];
        close(&holm(&p), &[0.8, 0.003, 0.04]);
        close(&benjamini_hochberg(&p), &[0.8, 0.003, 0.03]);
        close(&holm(&[0.6, 0.7]), &[1.0, 1.0]);
        assert!(holm(&[]).is_empty() && benjamini_hochberg(&[]).is_empty());
    }
}
