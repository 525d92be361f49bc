use super::English;
use crate::model::unit_roots::{LagChoice, Trend, UnitRootTest};
use crate::outcome::FailureKind;
use crate::report::words::{Frames, JointHeads, MoranHeads, NoBase, Notes, RobustnessHeads};
use crate::spec::tables::Style;

impl Frames for English {
    fn numbered(&self, number: u32) -> String {
        format!("Table {number}.")
    }

    fn table(&self) -> &'static str {
        "Table"
    }

    fn notes(&self) -> &'static str {
        "Notes"
    }

    fn continued(&self) -> &'static str {
        "continued on the next page"
    }

    fn dependent_variable(&self, label: &str) -> String {
        format!("Dependent variable: {label}")
    }

    fn panel(&self, letter: &str, name: &str) -> String {
        format!("Panel {letter}: {name}")
    }

    fn effects_rows(&self) -> [&'static str; 2] {
        ["Individual effect", "Time effect"]
    }

    fn effects_words(&self, style: Style) -> [&'static str; 2] {
        match style {
            Style::Plain => ["control", "no"],
            Style::Aer | Style::Qje | Style::Elsevier => ["Yes", "No"],
        }
    }

    fn random_effect(&self) -> &'static str {
        "random"
    }

    fn qualified(&self, label: &str, by: &str) -> String {
        format!("{label} ({by})")
    }

    fn test_stub(&self) -> &'static str {
        "Test"
    }

    fn variable_stub(&self) -> &'static str {
        "Variable"
    }

    fn period_stub(&self) -> &'static str {
        "Period"
    }

    fn unit_head(&self) -> &'static str {
        "Unit"
    }

    fn no_tests(&self) -> &'static str {
        "No tests"
    }

    fn no_hypotheses(&self) -> &'static str {
        "No hypotheses"
    }

    fn all_hypotheses(&self) -> &'static str {
        "All hypotheses"
    }

    fn all_periods(&self) -> &'static str {
        "All periods"
    }

    fn averages_over_some(&self, periods: usize) -> String {
        format!("Averages are over those of the {periods} periods that have the statistic.")
    }

    fn average(&self) -> &'static str {
        "Average"
    }

    fn standard_score(&self, test: &str) -> String {
        format!("{test}, standard score")
    }

    fn protocol_chooses(&self) -> &'static str {
        "LM protocol chooses"
    }

    fn unit_root_heads(&self) -> [&'static str; 4] {
        ["Statistic", "p", "Critical value, 5 %", "Lags (mean)"]
    }

    fn unit_root_test(&self, test: UnitRootTest) -> &'static str {
        match test {
            UnitRootTest::Llc => "Levin–Lin–Chu",
            UnitRootTest::Ips => "Im–Pesaran–Shin",
            UnitRootTest::Cips => "CIPS (Pesaran)",
            UnitRootTest::MaddalaWu => "Maddala–Wu P",
            UnitRootTest::ChoiP => "Choi Pm",
            UnitRootTest::ChoiZ => "Choi Z",
            UnitRootTest::ChoiLogit => "Choi L*",
            UnitRootTest::Hadri => "Hadri",
            UnitRootTest::HadriHomoskedastic => "Hadri, homoskedastic",
        }
    }

    fn short_series(&self, test: &str, from: u32) -> String {
        format!(
            "{test} has moments from T = {from}; of series as short as these it rejects unit roots \
             too often."
        )
    }

    fn unit_roots_of(&self, trend: Trend, lags: LagChoice, region: Option<&str>) -> String {
        let trend = match trend {
            Trend::None => "neither a constant nor a trend",
            Trend::Intercept => "a constant of each unit",
            Trend::Trend => "a constant and a trend of each unit",
        };
        let lags = match lags {
            LagChoice::Number(1) => "1 lagged difference".to_owned(),
            LagChoice::Number(lags) => format!("{lags} lagged differences"),
            LagChoice::Aic(most) => format!("up to {most} lagged differences, chosen by AIC"),
            LagChoice::Sic(most) => format!("up to {most} lagged differences, chosen by SIC"),
        };
        let region = region.map(|r| format!(", region {r}")).unwrap_or_default();
        format!(
            "Null hypothesis: every series has a unit root{region}. Regressions with {trend} and \
             {lags}; small values are against the null. Levin–Lin–Chu and Im–Pesaran–Shin against the \
             standard normal distribution, CIPS against the critical values of Pesaran (2007)."
        )
    }

    fn combined_p_values(&self) -> &'static str {
        "Maddala–Wu P (χ² with 2N degrees of freedom), Choi Pm and Z (standard normal) and L* (Student's t \
         with 5N + 4) combine the p-values of Dickey and Fuller's t of each unit in long series; of P and \
         Pm large values are against the null."
    }

    fn stationarity_of(&self, trend: Trend, region: Option<&str>) -> String {
        let around = if trend == Trend::Trend { "a trend" } else { "a constant" };
        let region = region.map(|r| format!(", region {r}")).unwrap_or_default();
        format!(
            "Null hypothesis of Hadri's tests: every series is stationary around {around}{region}, without \
             correlation over time; large values are against it, by the standard normal distribution."
        )
    }

    fn moran_heads(&self) -> MoranHeads {
        MoranHeads {
            statistic: "Moran's I",
            normality: "Normality",
            randomisation: "Randomisation",
            permutation: "Permutation",
            others: ["Geary's C", "Getis–Ord G", "Bivariate Moran's I"],
            quadrants: "Units by quadrant",
        }
    }

    fn joint_heads(&self) -> JointHeads {
        JointHeads {
            p_value: "p-value",
            simultaneous: "Simultaneous",
            columns: ["Estimate", "Fit", "Holm", "B–H", "Bootstrap", "Max-t", "Romano–Wolf"],
        }
    }

    fn interval_head(&self, percent: &str) -> String {
        format!("{percent} interval")
    }

    fn robustness_heads(&self) -> RobustnessHeads {
        RobustnessHeads {
            fits: "Fits",
            base: "Base",
            range: ["Min", "Median", "Max"],
            share: "Share",
            estimate: "Estimate",
            same_sign: "Same sign",
            opposite: "Opposite",
        }
    }

    fn of_all(&self, some: usize, all: usize) -> String {
        format!("{some} of {all}")
    }

    fn failed(&self) -> &'static str {
        "failed"
    }

    fn not_run(&self) -> &'static str {
        "not run"
    }

    fn not_applicable(&self) -> &'static str {
        "n/a"
    }

    fn none(&self) -> &'static str {
        "none"
    }

    fn no_record_of_cell(&self) -> &'static str {
        "Not run: there is no record of this cell."
    }

    fn no_record_of_cells(&self) -> &'static str {
        "Not run: there is no record of any of these cells."
    }

    fn no_record_of_series(&self) -> &'static str {
        "Not run: there is no record of this series."
    }

    fn no_record_of_moments(&self) -> &'static str {
        "Not run: there is no record of this variable's moments."
    }

    fn no_record_of_family(&self) -> &'static str {
        "Not run: there are no stored results of this family as it is now."
    }

    fn no_coefficient(&self) -> &'static str {
        "None: no cell that was fitted has this coefficient."
    }

    fn no_base(&self, why: NoBase) -> String {
        let why = match why {
            NoBase::WithoutCoefficient => "it does not have this coefficient",
            NoBase::Failed => "it could not be fitted",
            NoBase::NotRun => "there is no record of it",
        };
        format!("The base has no estimate: {why}. The sign is that of the median.")
    }

    fn not_fitted(&self, kind: FailureKind, reason: &str) -> String {
        format!("Not fitted ({kind}): {}", self.sentence(reason))
    }

    fn not_applicable_because(&self, reason: &str) -> String {
        format!("Not applicable: {}", self.sentence(reason))
    }
}
