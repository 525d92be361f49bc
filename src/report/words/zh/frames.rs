use super::{Chinese, percentage};
use crate::model::unit_roots::{LagChoice, Trend, UnitRootTest};
use crate::outcome::FailureKind;
use crate::report::words::{Frames, JointHeads, MoranHeads, Names, NoBase, Notes, RobustnessHeads};
use crate::spec::tables::Style;

impl Frames for Chinese {
    fn numbered(&self, number: u32) -> String {
        format!("表 {number}")
    }

    fn table(&self) -> &'static str {
        "表"
    }

    fn notes(&self) -> &'static str {
        "注"
    }

    fn continued(&self) -> &'static str {
        "续下页"
    }

    fn dependent_variable(&self, label: &str) -> String {
        format!("因变量：{label}")
    }

    fn panel(&self, letter: &str, name: &str) -> String {
        format!("面板 {letter}：{name}")
    }

    fn effects_rows(&self) -> [&'static str; 2] {
        ["个体固定效应", "时间固定效应"]
    }

    fn effects_words(&self, style: Style) -> [&'static str; 2] {
        match style {
            Style::Plain => ["控制", "否"],
            Style::Aer | Style::Qje | Style::Elsevier => ["是", "否"],
        }
    }

    fn random_effect(&self) -> &'static str {
        "随机效应"
    }

    fn qualified(&self, label: &str, by: &str) -> String {
        format!("{label}（{by}）")
    }

    fn test_stub(&self) -> &'static str {
        "检验"
    }

    fn variable_stub(&self) -> &'static str {
        "变量"
    }

    fn period_stub(&self) -> &'static str {
        "时期"
    }

    fn unit_head(&self) -> &'static str {
        "单位"
    }

    fn no_tests(&self) -> &'static str {
        "无检验"
    }

    fn no_hypotheses(&self) -> &'static str {
        "无假设"
    }

    fn all_hypotheses(&self) -> &'static str {
        "全部假设"
    }

    fn all_periods(&self) -> &'static str {
        "全部时期"
    }

    fn averages_over_some(&self, periods: usize) -> String {
        format!("平均值只包括 {periods} 个时期中有该统计量的时期。")
    }

    fn average(&self) -> &'static str {
        "平均值"
    }

    fn standard_score(&self, test: &str) -> String {
        format!("{test}（标准化得分）")
    }

    fn protocol_chooses(&self) -> &'static str {
        "LM 检验选择的模型"
    }

    fn unit_root_heads(&self) -> [&'static str; 4] {
        ["统计量", "p 值", "5 % 临界值", "滞后阶数（平均）"]
    }

    fn unit_root_test(&self, test: UnitRootTest) -> &'static str {
        match test {
            UnitRootTest::Llc => "Levin–Lin–Chu 检验",
            UnitRootTest::Ips => "Im–Pesaran–Shin 检验",
            UnitRootTest::Cips => "CIPS 检验（Pesaran）",
            UnitRootTest::MaddalaWu => "Maddala–Wu P 检验",
            UnitRootTest::ChoiP => "Choi Pm 检验",
            UnitRootTest::ChoiZ => "Choi Z 检验",
            UnitRootTest::ChoiLogit => "Choi L* 检验",
            UnitRootTest::Hadri => "Hadri 检验",
            UnitRootTest::HadriHomoskedastic => "Hadri 检验（同方差）",
        }
    }

    fn short_series(&self, test: &str, from: u32) -> String {
        format!("{test} 检验的矩从 T = {from} 起列表；序列短于此时过度拒绝单位根。")
    }

    fn unit_roots_of(&self, trend: Trend, lags: LagChoice, region: Option<&str>) -> String {
        let trend = match trend {
            Trend::None => "不含常数项和趋势项，含",
            Trend::Intercept => "含各单位的常数项和",
            Trend::Trend => "含各单位的常数项、趋势项和",
        };
        let lags = match lags {
            LagChoice::Number(lags) => format!(" {lags} 阶滞后差分"),
            LagChoice::Aic(most) => format!("由 AIC 选择的至多 {most} 阶滞后差分"),
            LagChoice::Sic(most) => format!("由 SIC 选择的至多 {most} 阶滞后差分"),
        };
        let region = region.map(|r| format!("（{r}）")).unwrap_or_default();
        format!(
            "原假设：每个序列都有单位根{region}。回归{trend}{lags}；统计量越小越拒绝原假设。Levin–Lin–Chu \
             检验和 Im–Pesaran–Shin 检验用标准正态分布，CIPS 检验用 Pesaran (2007) 的临界值。"
        )
    }

    fn combined_p_values(&self) -> &'static str {
        "Maddala–Wu P（自由度为 2N 的 χ² 分布）、Choi Pm 和 Z（标准正态分布）以及 L*（自由度为 5N + 4 的 t \
         分布）合并各单位 Dickey–Fuller t 统计量在长序列下的 p 值；P 和 Pm 越大越拒绝原假设。"
    }

    fn stationarity_of(&self, trend: Trend, region: Option<&str>) -> String {
        let around = if trend == Trend::Trend { "趋势" } else { "常数" };
        let region = region.map(|r| format!("（{r}）")).unwrap_or_default();
        format!(
            "Hadri 检验的原假设：每个序列围绕{around}平稳且无时间相关{region}；统计量越大越拒绝原假设，用标准正态分布。"
        )
    }

    fn moran_heads(&self) -> MoranHeads {
        MoranHeads {
            statistic: "Moran's I",
            normality: "正态假设",
            randomisation: "随机化假设",
            permutation: "置换检验",
            others: ["Geary's C", "Getis–Ord G", "双变量 Moran's I"],
            quadrants: "各象限个体数",
        }
    }

    fn joint_heads(&self) -> JointHeads {
        JointHeads {
            p_value: "p 值",
            simultaneous: "联合",
            columns: ["估计值", "单个检验", "Holm", "B–H", "自助法", "Max-t", "Romano–Wolf"],
        }
    }

    fn interval_head(&self, percent: &str) -> String {
        format!("{} 区间", percentage(percent))
    }

    fn robustness_heads(&self) -> RobustnessHeads {
        RobustnessHeads {
            fits: "模型数",
            base: "基准",
            range: ["最小值", "中位数", "最大值"],
            share: "比例",
            estimate: "估计值",
            same_sign: "同号",
            opposite: "异号",
        }
    }

    fn of_all(&self, some: usize, all: usize) -> String {
        format!("{some}/{all}")
    }

    fn failed(&self) -> &'static str {
        "失败"
    }

    fn not_run(&self) -> &'static str {
        "未运行"
    }

    fn not_applicable(&self) -> &'static str {
        "不适用"
    }

    fn none(&self) -> &'static str {
        "无"
    }

    fn no_record_of_cell(&self) -> &'static str {
        "未运行：没有该模型的记录。"
    }

    fn no_record_of_cells(&self) -> &'static str {
        "未运行：没有其中任何一个模型的记录。"
    }

    fn no_record_of_series(&self) -> &'static str {
        "未运行：没有该序列的记录。"
    }

    fn no_record_of_moments(&self) -> &'static str {
        "未运行：没有该变量描述性统计的记录。"
    }

    fn no_record_of_family(&self) -> &'static str {
        "未运行：没有与当前设定一致的联合检验结果。"
    }

    fn no_coefficient(&self) -> &'static str {
        "无：已估计的模型均不含该系数。"
    }

    fn no_base(&self, why: NoBase) -> String {
        let why = match why {
            NoBase::WithoutCoefficient => "模型不含该系数",
            NoBase::Failed => "未能估计",
            NoBase::NotRun => "没有记录",
        };
        format!("基准模型没有该估计值：{why}。符号以中位数为准。")
    }

    fn not_fitted(&self, kind: FailureKind, reason: &str) -> String {
        format!("未能估计（{}）：{}。", self.failure(kind), self.quoted(reason))
    }

    fn not_applicable_because(&self, reason: &str) -> String {
        format!("不适用：{}。", self.quoted(reason))
    }
}
