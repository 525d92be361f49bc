use super::{English, of_them};
use crate::model::autocorrelation::Alternative;
use crate::model::{Normalisation, Permute, RegionWeights, Rescale};
use crate::outcome::Reference;
use crate::report::number;
use crate::report::words::{Below, Filling, Generated, Notes, Place, Resampled};
use crate::spec::Missing;
use crate::spec::tables::{Brackets, Parentheses};

/// `, column (2)` after what a note is about.
fn of_columns(columns: Option<&str>) -> String {
    columns.map(|columns| format!(", {columns}")).unwrap_or_default()
}

impl Notes for English {
    fn list(&self, items: &[String]) -> String {
        items.join(", ")
    }

    fn clauses(&self, clauses: &[String]) -> String {
        clauses.join("; ")
    }

    fn both(&self, items: &[String]) -> String {
        items.join(" and ")
    }

    fn and_more(&self, first: &str, second: &str, more: usize) -> String {
        format!("{first}, {second} and {more} more units")
    }

    fn columns(&self, which: &[String], several: bool) -> String {
        format!("{} {}", if several { "columns" } else { "column" }, which.join(", "))
    }

    fn in_columns(&self, text: &str, columns: &str) -> String {
        format!("{text} in {columns}")
    }

    fn sentence(&self, text: &str) -> String {
        let text = text.trim();
        if text.is_empty() || text.ends_with(['.', '!', '?', '。']) {
            text.to_owned()
        } else {
            format!("{text}.")
        }
    }

    fn quoted(&self, text: &str) -> String {
        text.to_owned()
    }

    fn simulated(&self) -> &'static str {
        "Simulated data."
    }

    fn after_simulated(&self, note: &str) -> String {
        format!("{} {note}", self.simulated()).trim_end().to_owned()
    }

    fn data(&self, file: &str) -> String {
        format!("Data: {file}.")
    }

    fn all(&self, who: Place, phrases: &[String]) -> String {
        let who = match who {
            Place::Column => "The column",
            Place::Columns => "All columns",
            Place::Model => "The model",
            Place::Models => "In all models",
            Place::Specifications => "In all of them",
            Place::Panel => "Model",
            Place::Panels => "All panels",
            Place::Curve => "All specifications",
        };
        format!("{who}: {}.", self.list(phrases))
    }

    fn sample(&self, units: usize, periods: &str) -> String {
        format!("{units} units, {periods}")
    }

    fn samples(&self, said: &str) -> String {
        format!("Sample: {said}.")
    }

    fn weights(&self, said: &str) -> String {
        format!("W: {said}.")
    }

    fn region_weights(&self, normalise: Normalisation, how: RegionWeights) -> &'static str {
        match (normalise, how) {
            (Normalisation::None, RegionWeights::Renormalise | RegionWeights::Cut) => {
                "a region's W is the sub-matrix of its units"
            }
            (
                Normalisation::Row | Normalisation::Spectral | Normalisation::MinMax,
                RegionWeights::Renormalise,
            ) => "a region's W is the sub-matrix of its units, normalised again",
            (Normalisation::Row, RegionWeights::Cut) => {
                "a region's W is cut from the normalised matrix of all units, as it is: its rows \
                 may sum to less than 1"
            }
            (Normalisation::Spectral | Normalisation::MinMax, RegionWeights::Cut) => {
                "a region's W is cut from the normalised matrix of all units, as it is"
            }
        }
    }

    fn weights_without_units(&self, normalise: Normalisation, how: RegionWeights) -> &'static str {
        match (normalise, how) {
            (Normalisation::None, RegionWeights::Renormalise | RegionWeights::Cut) => {
                "where units are left out, W is the sub-matrix of the others"
            }
            (
                Normalisation::Row | Normalisation::Spectral | Normalisation::MinMax,
                RegionWeights::Renormalise,
            ) => "where units are left out, W is the sub-matrix of the others, normalised again",
            (
                Normalisation::Row | Normalisation::Spectral | Normalisation::MinMax,
                RegionWeights::Cut,
            ) => "where units are left out, W is cut from the normalised matrix of all, as it is",
        }
    }

    fn empty_rows(&self) -> &'static str {
        "rows of units without neighbours are zero"
    }

    fn demeaned_first(&self) -> &'static str {
        "W(Qy), effects removed before the spatial lag is taken"
    }

    fn lag_order(&self, said: &str) -> String {
        format!("Convention of the spatial lag: {said}.")
    }

    fn reference(&self, reference: &Reference) -> String {
        match reference {
            Reference::Normal => "standard normal".to_owned(),
            Reference::Student { df } => format!("Student's t, {df} degrees of freedom"),
        }
    }

    fn inference(&self, said: &str) -> String {
        format!("Reference distribution: {said}.")
    }

    fn stars(&self, thresholds: &[(f64, String)]) -> String {
        let each = |(p, symbol): &(f64, String)| {
            format!("{symbol}\u{a0}p\u{a0}<\u{a0}{}", number::threshold(*p))
        };
        format!("{}.", thresholds.iter().map(each).collect::<Vec<_>>().join(", "))
    }

    fn rho(&self) -> &'static str {
        "ρ: coefficient of the spatial lag Wy"
    }

    fn lambda(&self) -> &'static str {
        "λ: coefficient of the lagged error Wu"
    }

    fn impacts(&self) -> &'static str {
        "Direct, indirect, total: average effects β(I − ρW)⁻¹ (asymptotic standard errors by the \
         delta method)"
    }

    fn once_a_model(&self) -> &'static str {
        "What belongs to a whole model, such as its statistics, stands in the first of its columns."
    }

    fn no_spillovers(&self) -> &'static str {
        "no spatial lag of the dependent variable, hence no spillovers: a direct effect is the \
         coefficient, and the columns of effects are blank"
    }

    fn said(&self, clauses: &[String]) -> String {
        format!("{}.", self.clauses(clauses))
    }

    fn resampled(&self, resampled: Resampled<'_>) -> String {
        let Resampled { scheme, block_length, replicates, failed, undefined, rescale, caution } =
            resampled;
        let blocks = match block_length {
            Some(1) => " of 1 period".to_owned(),
            Some(length) => format!(" of {length} periods"),
            None => String::new(),
        };
        let failed = of_them(failed, ", ", "without a fit");
        let undefined = of_them(undefined, ", up to ", "without a value of a function");
        let rescaled = match rescale {
            Rescale::Df => ", innovations rescaled for degrees of freedom",
            Rescale::Leverage => ", innovations rescaled by leverage",
            Rescale::Jackknife => ", innovations of each unit as if it were left out",
            Rescale::None => "",
        };
        let caution = caution.map(|caution| format!("; {caution}")).unwrap_or_default();
        format!("{scheme}{blocks}, {replicates} replicates{failed}{undefined}{rescaled}{caution}")
    }

    fn bootstrap(&self, said: &str, seed: u64) -> String {
        format!("Bootstrap: {said}; seed {seed}.")
    }

    fn permuted(&self, permute: Permute, replicates: u32, failed: u32) -> String {
        let permuted = match permute {
            Permute::Units => "histories of the measure permuted over units",
            Permute::WithinPeriod => "the measure permuted over units within each period",
        };
        let failed = match failed {
            0 => String::new(),
            failed => format!(" ({failed} of them without a fit)"),
        };
        format!("{permuted}, {replicates} permutations{failed}, two-sided by |t|")
    }

    fn randomisation(&self, said: &str, seed: u64) -> String {
        format!(
            "Randomisation: {said}; null hypothesis: the measure has no effect on any unit at any \
             lag; seed {seed}."
        )
    }

    fn filled(&self, count: usize, how: Missing, which: &str) -> String {
        let how = match how {
            Missing::Mean => "by the unit's mean over the periods",
            Missing::Interpolate => "by linear interpolation in time",
            Missing::Error | Missing::DropUnit | Missing::DropPeriod => "before estimation",
        };
        format!("{count} {how} ({which})")
    }

    fn filled_value(&self, value: Filling<'_>) -> String {
        format!("{} of {} in {}", value.column, value.unit, value.period)
    }

    fn filled_values(&self, count: usize, of: Filling<'_>) -> String {
        let noun = if count == 1 { "value" } else { "values" };
        format!("{}: {count} {noun} of {}, {}", of.column, of.unit, of.period)
    }

    fn values_filled(&self, said: &str) -> String {
        format!("Values filled in: {said}.")
    }

    fn missing(&self, said: &str) -> String {
        format!("Missing values: {said}.")
    }

    fn isolates(&self, said: &str) -> String {
        format!("Units without neighbours: {said}.")
    }

    fn isolates_at_times(&self, said: &str) -> String {
        format!("Units without neighbours in some periods: {said}.")
    }

    fn caution(&self, said: &str) -> String {
        format!("Caution: {said}.")
    }

    fn functions(&self, said: &[String], by_delta: bool) -> String {
        let errors =
            if by_delta { " (asymptotic standard errors by the delta method)" } else { "" };
        format!("Functions of the coefficients b{errors}: {}.", self.clauses(said))
    }

    fn hypotheses(&self, said: &[String]) -> String {
        format!("Wald tests of the coefficients b: {}.", self.clauses(said))
    }

    fn below(&self, below: Below<'_>) -> String {
        let place = enclosed(below.brackets, "below the estimates");
        let from = below.errors.map(|e| format!(" Standard errors: {e}.")).unwrap_or_default();
        match below.what {
            Parentheses::StdError => {
                let of = below.errors.map(|e| format!(" ({e})")).unwrap_or_default();
                format!("Standard errors {place}{of}.")
            }
            Parentheses::Statistic => {
                let ratio = match below.ratio {
                    (true, true) => "t or z",
                    (true, false) => "t",
                    (false, _) => "z",
                };
                format!("{ratio} statistics {place}.{from}")
            }
            Parentheses::PValue => format!("p-values {place}.{from}"),
            Parentheses::Interval => format!("95 % confidence intervals in brackets.{from}"),
            Parentheses::BootstrapStdError => format!(
                "Bootstrap standard errors {place}; stars by bootstrap p-values (studentised)."
            ),
            Parentheses::BootstrapInterval => {
                "95 % bootstrap percentile-t intervals in brackets, equal-tailed; stars by \
                 bootstrap p-values of |t|, which need not agree with them where replicates are \
                 skewed."
                    .to_owned()
            }
            Parentheses::RandomisationPValue => format!(
                "Randomisation p-values of the measure {place}, stars by them; other rows are not \
                 tested."
            ),
            Parentheses::None => String::new(),
        }
    }

    fn errors(&self, errors: &str) -> String {
        format!("Standard errors: {errors}.")
    }

    fn unit_left_out(&self) -> &'static str {
        "the unit named left out"
    }

    fn region_left_out(&self) -> &'static str {
        "the units of the region named left out"
    }

    fn period_left_out(&self) -> &'static str {
        "the period named left out of the sample, lags look at it all the same"
    }

    fn left_out(&self, who: &str) -> String {
        format!("{who} left out")
    }

    fn part_of_periods(&self) -> &'static str {
        "a part of the periods of the sample, lags taken before periods were left out"
    }

    fn periods_left_out(&self, which: &str) -> String {
        format!("{which} left out of the sample, lags look at it all the same")
    }

    fn draw(&self, draw: u32) -> String {
        format!(" (draw {draw})")
    }

    fn placebo_weights(&self, draw: &str) -> String {
        format!("placebo, the units of W permuted at random{draw}")
    }

    fn placebo_measure(&self, draw: &str) -> String {
        format!("placebo, histories of the measure permuted at random over the units{draw}")
    }

    fn placebo_lead(&self) -> &'static str {
        "placebo, leads of the measure in the place of its lags"
    }

    fn quantiles(&self, low: &str, high: &str) -> String {
        format!("the column's {low} or {high} quantile over the sample (type 7 of Hyndman & Fan)")
    }

    fn tail(&self, label: &str, below: usize, above: usize) -> String {
        format!("{label} {below} below, {above} above")
    }

    fn winsorised(&self, quantiles: &str, counts: &[String]) -> String {
        format!("observations beyond {quantiles} set to it ({})", self.clauses(counts))
    }

    fn trimmed(&self, who: Option<&str>, several: bool, of: &str, quantiles: &str) -> String {
        let who = who.unwrap_or("no unit");
        let verb = if several { "leave" } else { "leaves" };
        format!("{who} {verb} because of an observation of {of} beyond {quantiles}")
    }

    fn variants(&self, said: &str) -> String {
        format!("Variants: {said}.")
    }

    fn p_values_in_brackets(&self, brackets: Brackets) -> String {
        format!("p-values {}.", enclosed(brackets, "below the statistics"))
    }

    fn p_values_below_tests(&self, brackets: Brackets) -> String {
        let place = enclosed(brackets, "");
        format!("Below test statistics their p-values {place}").trim_end().to_owned() + "."
    }

    fn null_of(&self, null: &str, tests: &[String]) -> String {
        format!("{null} for {}", self.list(tests))
    }

    fn nulls(&self, said: &[String]) -> String {
        format!("Null distributions: {}.", self.clauses(said))
    }

    fn test_replicates(&self, design: &str, failed: u32) -> String {
        format!("{design}{}", of_them(failed, ", up to ", "without the statistic"))
    }

    fn test_bootstrap(
        &self,
        (how, brackets): (Generated, Brackets),
        said: &str,
        seed: u64,
        without: &[String],
    ) -> String {
        let without = match without {
            [] => String::new(),
            some => format!("; no bootstrap version of {}", self.list(some)),
        };
        let how = match how {
            Generated::UnderNull => "generated under the null hypothesis",
            Generated::OfFit => "of the fit, centred at its estimates (Hall & Wilson 1991)",
            Generated::Both => {
                "generated under the null hypothesis (Wald tests: of the fit, centred at its \
                 estimates; Hall & Wilson 1991)"
            }
        };
        let place = enclosed(brackets, "below the statistics");
        format!(
            "Bootstrap p-values {place}, which the stars go by, the statistic among those \
             of replicates {how}: {said}; seed {seed}{without}."
        )
    }

    fn protocol(&self, basis: &str, columns: Option<&str>, because: &str) -> String {
        format!("LM protocol on {basis}{}: {because}.", of_columns(columns))
    }

    fn by_region(&self, columns: Option<&str>, said: &str) -> String {
        format!("Coefficients by region (standard errors){}: {said}.", of_columns(columns))
    }

    fn thresholds(&self, two: bool, columns: Option<&str>, said: &str) -> String {
        let what = if two { "Two thresholds" } else { "One threshold" };
        format!("{what}{}: {said}.", of_columns(columns))
    }

    fn thresholds_shown(&self) -> &'static str {
        "Thresholds with 95 % likelihood-ratio intervals in brackets, coefficients (standard \
         errors) by rising regime."
    }

    fn threshold_at(&self, label: &str, at: &[String]) -> String {
        format!("{label} at {}", self.both(at))
    }

    fn observations(&self, counts: &[String]) -> String {
        format!("observations {}", counts.join(", "))
    }

    fn counts(&self, counts: &[(usize, String)]) -> String {
        let each = |(n, label): &(usize, String)| match label.as_str() {
            "" => n.to_string(),
            label => format!("{n} for {label}"),
        };
        format!("N = {}.", counts.iter().map(each).collect::<Vec<_>>().join(", "))
    }

    fn divisor(&self) -> &'static str {
        "Standard deviations have the divisor n − 1."
    }

    fn moran_of(&self, variable: &str, region: Option<&str>, weights: &str) -> String {
        let region = region.map(|region| format!(" in {region}")).unwrap_or_default();
        format!("Global Moran's I of {variable}{region}; W: {weights}.")
    }

    fn moran_expectation(&self, units: usize) -> String {
        format!("n = {units} units with neighbours, E(I) = −1/(n − 1).")
    }

    fn moran_stars(&self, permutations: Option<u32>, alternative: Alternative) -> String {
        let by = match permutations {
            Some(permutations) => format!("{permutations} permutations"),
            None => "the p-value under randomisation".to_owned(),
        };
        let sides = match alternative {
            Alternative::TwoSided => "two-sided",
            Alternative::Greater => "one-sided, against neighbours that are alike",
            Alternative::Less => "one-sided, against neighbours that are unlike",
        };
        format!("p-values are {sides}; stars by {by}.")
    }

    fn moran_others(&self) -> &'static str {
        "Standard scores of other statistics than Moran's I are under randomisation, positive where \
         neighbours are alike."
    }

    fn moran_with(&self, variable: &str) -> String {
        format!("Bivariate Moran's I: against the lag of {variable}.")
    }

    fn moran_quadrants(&self, significant: Option<(&str, bool)>) -> String {
        let inside = significant.map(|(level, fdr)| {
            let adjusted = if fdr {
                ", adjusted for the number of units (Benjamini & Hochberg 1995)"
            } else {
                ""
            };
            format!("; in parentheses those with local Moran's I significant at {level}{adjusted}")
        });
        format!(
            "HH, LH, LL, HL: units by whether they and, second, their neighbours are high or low, both \
             about the mean of the variable{}.",
            inside.unwrap_or_default()
        )
    }

    fn family(&self, hypotheses: usize) -> String {
        format!("Family of {hypotheses} hypotheses, each that a value is 0.")
    }

    fn family_p_values(&self) -> &'static str {
        "Fit, Bootstrap: p-values of each hypothesis alone. Holm, B–H: those of the fits, adjusted \
         for the chance of any false rejection (Holm 1979) and for the share of false ones among \
         rejections (Benjamini & Hochberg 1995). Max-t: single-step p-values by the \
         largest |t| of the family (Westfall & Young 1993). Romano–Wolf: stepdown p-values \
         (Romano & Wolf 2005, 2016). Replicates have t\u{a0}=\u{a0}(θ*\u{a0}−\u{a0}θ)/s*."
    }

    fn simultaneous(&self, critical: &str, percent: &str) -> String {
        format!(
            "Simultaneous intervals θ\u{a0}±\u{a0}{critical}\u{a0}s hold all at once in {percent} \
             of samples."
        )
    }

    fn family_bootstrap(&self, design: &str, failed: u32, seed: u64) -> String {
        let failed = of_them(failed, "; ", "without a fit in some cell are left out for all");
        format!("Bootstrap: {design}{failed}; seed {seed}.")
    }

    fn draws(&self, sets: u32) -> String {
        match sets {
            0 | 1 => "All cells share their draws.".to_owned(),
            sets => format!(
                "The cells are {sets} sets over different units or periods: draws are shared \
                 within a set and independent between sets, which errs on the side of larger \
                 p-values (Šidák 1967)."
            ),
        }
    }

    fn family_stars(&self) -> &'static str {
        "Stars by Romano–Wolf p-values."
    }

    fn specifications(&self, count: usize, choices: &[(&'static str, String)]) -> String {
        let choice = |(axis, values): &(&'static str, String)| format!("{axis} ({values})");
        let by = match choices {
            [] => String::new(),
            some => format!(": {}", some.iter().map(choice).collect::<Vec<_>>().join(", ")),
        };
        format!("{count} specifications{by}.")
    }

    fn unfitted(&self, failed: usize, not_run: usize) -> String {
        let count = |n: usize, what: &str| (n > 0).then(|| format!("{n} {what}"));
        let said: Vec<String> =
            [count(failed, "failed"), count(not_run, "not run")].into_iter().flatten().collect();
        format!("Specifications without a fit: {}.", said.join(", "))
    }

    fn sign_of_median(&self) -> &'static str {
        "The sign is that of the median."
    }

    fn sign_of_only(&self) -> &'static str {
        "The base is the only specification; the sign is its own."
    }

    fn sign_of_base(&self, phrases: &[String]) -> String {
        format!("Base, which gives the sign: {}.", self.list(phrases))
    }

    fn shares(&self, level: &str) -> String {
        format!(
            "Same sign, opposite: shares of the specifications with that sign, and with that sign \
             and p\u{a0}<\u{a0}{level}, p-values those of each fit."
        )
    }

    fn influence(&self) -> &'static str {
        "Below a row its most influential choice, the one with the largest η²: the share of the \
         variance of the estimates that lies between its values (between-group over total sum of \
         squares). Named are its values with the lowest and the highest mean; means in parentheses."
    }
}

/// Where a number stands: in which brackets, or else at `bare`.
fn enclosed(brackets: Brackets, bare: &'static str) -> &'static str {
    match brackets {
        Brackets::Round => "in parentheses",
        Brackets::Square => "in brackets",
        Brackets::Curly => "in braces",
        Brackets::None => bare,
    }
}
