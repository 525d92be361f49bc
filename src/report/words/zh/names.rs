use super::{Chinese, joined, panel_tests};
use crate::model::std_errors::Cluster;
use crate::model::variance_components::VarianceComponents;
use crate::model::wild_cluster::{Multipliers, Shared, WildCluster};
use crate::model::{Effects, Impact, Normalisation};
use crate::outcome::{Basis, FailureKind, NullDistribution, Statistic};
use crate::report::words::Names;
use crate::spec::Axis;
use crate::spec::tables::{Facet, Moment};

impl Names for Chinese {
    fn constant(&self) -> &'static str {
        "常数项"
    }

    fn measure(&self) -> &'static str {
        "核心解释变量"
    }

    fn impact(&self, kind: Impact, label: &str) -> String {
        match kind {
            Impact::Direct => format!("直接效应：{label}"),
            Impact::Indirect => format!("间接效应：{label}"),
            Impact::Total => format!("总效应：{label}"),
            Impact::LongRunDirect => format!("长期直接效应：{label}"),
            Impact::LongRunIndirect => format!("长期间接效应：{label}"),
            Impact::LongRunTotal => format!("长期总效应：{label}"),
        }
    }

    fn base(&self) -> &'static str {
        "基准"
    }

    fn without(&self, member: &str) -> String {
        joined(&["剔除", member])
    }

    fn labelled(&self, label: &str, member: &str) -> String {
        format!("{label}：{member}")
    }

    fn unit_mean(&self, label: &str) -> String {
        format!("{label} 的个体均值")
    }

    fn effects(&self, effects: Effects) -> &'static str {
        match effects {
            Effects::None => "混合回归",
            Effects::Individual => "个体固定效应",
            Effects::Time => "时间固定效应",
            Effects::TwoWay => "双向固定效应",
            Effects::Random => "随机效应",
            Effects::RandomTime => "随机效应与时间固定效应",
            Effects::CorrelatedRandom => "相关随机效应",
            Effects::RandomPeriods => "时期随机效应",
            Effects::RandomTwoWay => "双向随机效应",
            Effects::FirstDifference => "一阶差分",
            Effects::Between => "组间",
        }
    }

    fn by_period(&self) -> &'static str {
        "各期矩阵不同"
    }

    fn error_weights(&self, described: &str) -> String {
        format!("误差项的 W 为{described}")
    }

    fn described(&self, name: &str, what: &str) -> String {
        format!("{name}，{what}")
    }

    fn effects_phrase(&self, effects: Effects) -> &'static str {
        match effects {
            Effects::None => "无固定效应",
            Effects::Individual => "个体固定效应",
            Effects::Time => "时间固定效应",
            Effects::TwoWay => "个体与时间双向固定效应",
            Effects::Random => "个体随机效应",
            Effects::RandomTime => "个体随机效应与时间固定效应",
            Effects::CorrelatedRandom => "相关随机效应（含个体均值）",
            Effects::RandomPeriods => "时期随机效应",
            Effects::RandomTwoWay => "个体与时期随机效应",
            Effects::FirstDifference => "相邻时期一阶差分",
            Effects::Between => "个体均值（组间估计）",
        }
    }

    fn lags(&self, which: &str, _several: bool) -> String {
        format!("滞后 {which} 期")
    }

    fn axis(&self, axis: Axis) -> &'static str {
        match axis {
            Axis::Model => "模型",
            Axis::Effects => "固定效应",
            Axis::Measure => "核心解释变量",
            Axis::Region => "地区",
            Axis::Lags => "滞后期",
            Axis::Weights => "空间权重矩阵",
            Axis::StdErrors => "标准误",
            Axis::Variant => "稳健性设定",
        }
    }

    fn axis_word(&self, axis: Axis) -> &'static str {
        self.axis(axis)
    }

    fn axis_phrase(&self, axis: Axis, value: &str) -> String {
        match axis {
            Axis::Effects => value.to_owned(),
            Axis::Lags => format!("核心解释变量{value}"),
            Axis::Model
            | Axis::Measure
            | Axis::Region
            | Axis::Weights
            | Axis::StdErrors
            | Axis::Variant => joined(&[self.axis(axis), "为", value]),
        }
    }

    fn facet(&self, facet: Facet) -> &'static str {
        match facet {
            Facet::Coefficient => "系数",
            Facet::Direct => "直接效应",
            Facet::Indirect => "间接效应",
            Facet::Total => "总效应",
        }
    }

    fn normalisation(&self, normalisation: Normalisation) -> &'static str {
        match normalisation {
            Normalisation::Row => "行标准化（各行之和为 1）",
            Normalisation::Spectral => "除以谱半径",
            Normalisation::MinMax => "除以最大行和与最大列和中的较小者",
            Normalisation::None => "未标准化",
        }
    }

    fn statistic(&self, statistic: Statistic) -> &'static str {
        match statistic {
            Statistic::N => "观测值",
            Statistic::Units => "个体数",
            Statistic::Periods => "时期数",
            Statistic::Slopes => "系数个数",
            Statistic::AbsorbedEffects => "吸收的效应数",
            Statistic::ResidualDf => "残差自由度",
            Statistic::Ssr => "残差平方和",
            Statistic::Sigma2 => "σ²",
            Statistic::Loglik => "对数似然值",
            Statistic::Aic => "AIC",
            Statistic::Bic => "BIC",
            Statistic::R2 => "R²",
            Statistic::R2ReducedForm => "R²（简化式）",
            Statistic::R2Corr => "R²（相关系数平方）",
            Statistic::R2Within => "R²（组内）",
            Statistic::R2CorrWithin => "R²（组内，相关系数平方）",
            Statistic::R2Adjusted => "调整后的 R²",
            Statistic::R2PseudoAdjusted => "调整后的伪 R²",
            Statistic::R2WithinAdjusted => "调整后的 R²（组内）",
            Statistic::Sigma2Unit => "σ²_μ",
            Statistic::Theta => "θ",
            Statistic::Sigma2Period => "σ²_τ",
            Statistic::ThetaPeriod => "θ_τ",
            Statistic::Persistence => "τ + ρ + η",
            Statistic::LargestRoot => "最大特征根",
        }
    }

    fn formula(&self, statistic: Statistic) -> Option<&'static str> {
        match statistic {
            Statistic::N
            | Statistic::Units
            | Statistic::Periods
            | Statistic::Slopes
            | Statistic::ResidualDf
            | Statistic::Ssr
            | Statistic::Loglik => None,
            Statistic::Sigma2Unit => Some("σ²_μ 为个体随机效应的方差。"),
            Statistic::Sigma2Period => Some("σ²_τ 为时期随机效应的方差。"),
            Statistic::ThetaPeriod => {
                Some("θ_τ = 1 − 1/√(1 + Nσ²_τ/σ²)：随机效应估计从时期均值中扣除的份额。")
            }
            Statistic::Theta => {
                Some("θ = 1 − 1/√(1 + Tφ)，φ = σ²_μ/σ²：随机效应从变量中减去个体均值的份额。")
            }
            Statistic::AbsorbedEffects => Some("吸收的效应数包括常数项。"),
            Statistic::Sigma2 => Some("σ² 为计算标准误所用的扰动项方差。"),
            Statistic::Aic | Statistic::Bic => Some(
                "信息准则计入系数、空间参数、σ² 与随机效应的方差，不计入固定效应，因此只能在固定效应设定相同的\
                 模型之间比较。",
            ),
            Statistic::R2 => Some(
                "R² = 1 − SSR/TSS，按水平值计算；拟合值包含固定效应与 ρWy，不含随机效应，误差模型的残差为 \
                 y − Xβ − 固定效应。",
            ),
            Statistic::R2ReducedForm => Some(
                "R²（简化式）= 1 − SSR/TSS，按水平值计算，拟合值为 (I − ρW)⁻¹(Xβ + 固定效应)。",
            ),
            Statistic::R2Corr => Some(
                "R²（相关系数平方）为 y 与 (I − ρW)⁻¹(Xβ + 固定效应) 的相关系数之平方，按水平值\
                 计算。",
            ),
            Statistic::R2Within => Some("R²（组内）= 1 − Σe²/Σ(Qy)²，其中 Q 从 y 中消去固定效应。"),
            Statistic::R2CorrWithin => Some(
                "R²（组内，相关系数平方）为 Qy 与 Q(I − ρW)⁻¹QXβ 的相关系数之平方，其中 Q 消去\
                 固定效应。",
            ),
            Statistic::R2Adjusted => Some(
                "调整后的 R² = 1 − (1 − R²)(n − 1)/(n − k − a)，其中 R² = 1 − SSR/TSS 按水平值\
                 计算（拟合值包含固定效应与 ρWy），k 为系数个数（混合回归包括常数项），a 为吸收的\
                 效应数。",
            ),
            Statistic::R2PseudoAdjusted => Some(
                "调整后的伪 R² = 1 − (1 − R²)(n − 1)/(n − k − a − s)，其中 R² = 1 − SSR/TSS 按\
                 水平值计算（拟合值包含固定效应与 ρWy），k 为系数个数（混合回归包括常数项），a 为\
                 吸收的效应数，s 为空间参数个数。",
            ),
            Statistic::R2WithinAdjusted => Some(
                "调整后的 R²（组内）= 1 − (1 − 组内 R²)(n − a)/(n − a − k)，其中 a 为吸收的效应数\
                 （混合回归为 1，即常数项），k 为斜率系数个数。",
            ),
            Statistic::Persistence => {
                Some("τ + ρ + η：被解释变量的时间滞后、空间滞后与时空滞后的系数之和。")
            }
            Statistic::LargestRoot => Some(
                "最大特征根：(τ + ηω)/(1 − ρω) 在 W 的特征值 ω 上的最大模，小于 1 时过程平稳。",
            ),
        }
    }

    fn moment(&self, moment: Moment) -> &'static str {
        match moment {
            Moment::N => "观测值",
            Moment::Min => "最小值",
            Moment::Max => "最大值",
            Moment::Mean => "均值",
            Moment::Sd => "标准差",
            Moment::Median => "中位数",
        }
    }

    fn test(&self, raw: &str) -> Option<&'static str> {
        Some(match raw {
            "lm-lag" => "LM 滞后检验",
            "lm-error" => "LM 误差检验",
            "robust-lm-lag" => "稳健 LM 滞后检验",
            "robust-lm-error" => "稳健 LM 误差检验",
            "lm-joint" => "LM 滞后与误差联合检验",
            "mundlak" => "个体均值检验（Mundlak）",
            "hausman" => "豪斯曼检验",
            "hausman-common" => "豪斯曼检验（共同方差）",
            "hausman-robust" => "豪斯曼检验（稳健）",
            "first-stage" => "第一阶段 F（最小值）",
            "sargan" => "Sargan 检验",
            "stability" => "τ + ρ + η = 1（Wald 检验）",
            "region-equality" => "地区间系数相等检验",
            "threshold-1" => "单一门槛 F 检验（原假设：无门槛）",
            "threshold-2" => "双重门槛 F 检验（原假设：单一门槛）",
            "wild-cluster" => "测度的 t 统计量（野聚类自助法）",
            "moran-residuals" => "残差的 Moran's I",
            _ => return panel_tests::label(raw),
        })
    }

    fn exact_form(&self, test: &str) -> String {
        format!("{test}（精确形式）")
    }

    fn joint_test(&self, name: &str) -> String {
        format!("Wald 检验：{name}")
    }

    fn basis(&self, basis: Basis) -> &'static str {
        match basis {
            Basis::Pooled => "混合 OLS",
            Basis::Within => "组内 OLS",
            Basis::Fit => "本列模型",
        }
    }

    fn null(&self, null: &NullDistribution) -> String {
        match null {
            NullDistribution::ChiSquared { df } => format!("χ²({df})"),
            NullDistribution::F { numerator, denominator } => {
                format!("F({numerator}, {denominator})")
            }
            NullDistribution::Normal => "标准正态分布（双侧）".to_owned(),
            NullDistribution::NormalUpper => "标准正态分布（右侧）".to_owned(),
            NullDistribution::NormalLower => "标准正态分布（左侧）".to_owned(),
            NullDistribution::ChiBarSquared => "¼χ²(0) + ½χ²(1) + ¼χ²(2)".to_owned(),
            NullDistribution::Descriptive => "无分布（度量，而非检验）".to_owned(),
            NullDistribution::Nonstandard => "依赖于样本、只能由自助法得到的分布".to_owned(),
            NullDistribution::WildCluster { design, clusters, draws, enumerated } => {
                wild_cluster(design, *clusters, (*draws, *enumerated))
            }
            NullDistribution::Permutation { replicates } => format!("{replicates} 次置换的分布"),
        }
    }

    fn failure(&self, kind: FailureKind) -> String {
        match kind {
            FailureKind::Singular => "矩阵奇异",
            FailureKind::NoConvergence => "未收敛",
            FailureKind::AtBound => "位于边界",
            FailureKind::Unsupported => "不支持",
            FailureKind::BadData => "数据有误",
            FailureKind::Timeout => "超时",
            FailureKind::Killed => "进程终止",
            FailureKind::Panic => "程序错误",
        }
        .to_owned()
    }

    fn variance_components_of(&self, how: VarianceComponents) -> &'static str {
        match how {
            VarianceComponents::SwamyArora => "Swamy & Arora（1972）",
            VarianceComponents::Amemiya => "Amemiya（1971）",
            VarianceComponents::WallaceHussain => "Wallace & Hussain（1969）",
            VarianceComponents::Nerlove => "Nerlove（1971）",
        }
    }

    fn variance_components(&self, said: &str) -> String {
        format!("随机效应方差的估计方法：{said}。")
    }

    fn std_errors(&self, kind: &str) -> String {
        match kind {
            "expected information matrix" => "期望信息矩阵".to_owned(),
            "observed information matrix" => "观测信息矩阵".to_owned(),
            "generalised least squares, given the variance components" => {
                "给定方差成分的广义最小二乘".to_owned()
            }
            "classical, divisor n" => "经典标准误，除数为 n".to_owned(),
            "classical, degrees of freedom corrected" => "经典标准误，按自由度调整".to_owned(),
            other => incidental(other).unwrap_or_else(|| {
                ROBUST.iter().fold(other.to_owned(), |said, (en, zh)| said.replace(en, zh))
            }),
        }
    }

    /// The scheme with its multiplier: `unit-wild-webb`.
    fn scheme(&self, raw: &str) -> String {
        let multipliers =
            [("-mammen", "Mammen 权重"), ("-normal", "正态权重"), ("-webb", "Webb 权重")];
        let of =
            |(suffix, name): (&'static str, &'static str)| Some((raw.strip_suffix(suffix)?, name));
        let (base, multiplier) = match multipliers.into_iter().find_map(of) {
            Some((base, multiplier)) => (base, format!("（{multiplier}）")),
            None => (raw, String::new()),
        };
        let scheme = match base {
            "residual" => "残差自助法",
            "unit-residual" => "按个体的残差自助法",
            "wild" => "野自助法",
            "unit-wild" => "按个体的野自助法",
            "time-wild" => "按时期的野自助法",
            "time-block" => "时间区块自助法",
            "time-stationary" => "时间平稳自助法",
            "spatial-block" => "空间区块自助法",
            "pairs" => "成对自助法",
            "parametric" => "参数自助法",
            "score" => "得分自助法",
            "estimates" => "估计量的正态模拟",
            _ => return raw.to_owned(),
        };
        format!("{scheme}{multiplier}")
    }

    fn conclusion(&self, because: &str) -> String {
        match because {
            "neither rejects at 5 %" => "两个检验在 5% 水平上均不拒绝",
            "only the lag test rejects at 5 %" => "仅滞后检验在 5% 水平上拒绝",
            "only the error test rejects at 5 %" => "仅误差检验在 5% 水平上拒绝",
            "of the robust tests only the lag rejects" => "稳健检验中仅滞后检验拒绝",
            "of the robust tests only the error rejects" => "稳健检验中仅误差检验拒绝",
            "both robust tests reject, the lag more strongly" => {
                "两个稳健检验均拒绝，滞后检验更为显著"
            }
            "both robust tests reject, the error more strongly" => {
                "两个稳健检验均拒绝，误差检验更为显著"
            }
            "no robust test rejects; the lag statistic is the larger" => {
                "稳健检验均不拒绝，滞后检验统计量较大"
            }
            "no robust test rejects; the error statistic is the larger" => {
                "稳健检验均不拒绝，误差检验统计量较大"
            }
            "both reject at 5 %, the larger statistic decides" => {
                "两个检验在 5% 水平上均拒绝，以统计量较大者为准"
            }
            other => return format!("“{other}”"),
        }
        .to_owned()
    }
}

/// What standard errors that are not the estimator's own say of themselves, longer phrases first.
const ROBUST: &[(&str, &str)] = &[
    (
        "error-components two-stage least squares, given the variance components, divisor ",
        "给定方差成分的误差成分两阶段最小二乘，除数为 ",
    ),
    (
        "generalised spatial two-stage least squares, lambda's and phi's under normal errors",
        "广义空间两阶段最小二乘，λ 与 φ 的标准误基于正态误差",
    ),
    (
        "feasible generalised least squares, lambda's and phi's under normal errors",
        "可行广义最小二乘，λ 与 φ 的标准误基于正态误差",
    ),
    (
        "generalised spatial two-stage least squares, lambda's under normal errors",
        "广义空间两阶段最小二乘，λ 的标准误基于正态误差",
    ),
    (
        "feasible generalised least squares, lambda's under normal errors",
        "可行广义最小二乘，λ 的标准误基于正态误差",
    ),
    ("generalised moments, robust to heteroskedasticity", "广义矩估计，异方差稳健"),
    ("two-stage least squares, divisor ", "两阶段最小二乘，除数为 "),
    (" − effects of periods", " − 时期效应数"),
    (" − effects", " − 效应数"),
    ("observed information matrix", "观测信息矩阵"),
    (
        "sandwich of independent errors of any one distribution (QML)",
        "拟极大似然（QML）三明治估计，误差独立同分布而分布任意",
    ),
    ("heteroskedasticity-robust", "异方差稳健"),
    ("robust to a variance of each unit", "对个体异方差稳健"),
    ("clustered by unit and period", "按个体与时期双向聚类"),
    ("clustered by unit", "按个体聚类"),
    ("clustered by period", "按时期聚类"),
    ("clustered by ", "聚类依据 "),
    ("jackknife over clusters by unit", "按个体聚类的刀切法"),
    ("jackknife over clusters by period", "按时期聚类的刀切法"),
    ("jackknife over clusters by ", "刀切法，聚类依据 "),
    ("standard deviation of the coefficients of periods", "各期系数的标准差"),
    ("Newey–West over the coefficients of periods", "各期系数的 Newey–West"),
    ("Newey–West within units", "个体内 Newey–West"),
    ("Bartlett weights over ", "Bartlett 权重，滞后阶数 "),
    ("Parzen weights over ", "Parzen 权重，滞后阶数 "),
    ("quadratic spectral weights of bandwidth ", "二次谱权重，带宽 "),
    (" periods", " 期"),
    ("panel-corrected: dependent across units", "面板校正，个体间相关"),
    (
        "Kiefer: dependent over time in any way, alike in all units",
        "Kiefer，误差在时间上任意相关，各个体相同",
    ),
    ("Conley, uniform kernel to ", "Conley，均匀核，截断距离 "),
    ("Conley, Bartlett kernel to ", "Conley，Bartlett 核，截断距离 "),
    (" on a sphere of radius 6371 km, ", "（球面半径 6371 km），个体内滞后阶数 "),
    (" lags within units", ""),
    (" lags", ""),
    ("residuals over √(1 − h) (HC2)", "残差除以 √(1 − h)（HC2）"),
    ("residuals over 1 − h (HC3)", "残差除以 1 − h（HC3）"),
    ("factor ", "调整系数 "),
    (" of the smaller G", "（取较小的 G）"),
    ("k without effects", "k 不含固定效应"),
    ("k with effects outside the clusters", "k 含聚类以外的固定效应"),
    ("k with effects", "k 含固定效应"),
    (" and ", " 与 "),
    (", ", "，"),
];

/// Standard errors of estimates that are corrected for what effects cost.
fn incidental(kind: &str) -> Option<String> {
    let rest = kind.strip_prefix("expected information matrix")?;
    if let Some(source) = rest.strip_prefix(" at bias-corrected estimates (") {
        return Some(format!("偏误修正估计处的期望信息矩阵（{}）", source.strip_suffix(')')?));
    }
    let (count, source) =
        rest.strip_prefix(" of transformed data, ")?.split_once(" observations (")?;
    let (source, corrected) = match source.strip_suffix("), bias-corrected") {
        Some(source) => (source, "，并经偏误修正"),
        None => (source.strip_suffix(')')?, ""),
    };
    Some(format!("变换后数据（{count} 个观测值）的期望信息矩阵{corrected}（{source}）"))
}

/// `按 region 划分的 9 个聚类、全部 512 种符号组合下的 t*（…）`
fn wild_cluster(design: &WildCluster, clusters: u32, (draws, all): (u64, bool)) -> String {
    let what = match design.multipliers {
        Multipliers::Rademacher if all => format!("全部 {draws} 种符号组合"),
        Multipliers::Rademacher => format!("{draws} 次随机符号"),
        Multipliers::Webb => format!("{draws} 次 Webb 权重抽样"),
        Multipliers::Mammen => format!("{draws} 次 Mammen 权重抽样"),
    };
    let of = match &design.by {
        Shared::Observation => format!("{clusters} 个观测"),
        Shared::Cluster(Cluster::Unit) => format!("按个体划分的 {clusters} 个聚类"),
        Shared::Cluster(Cluster::Period) => format!("按时期划分的 {clusters} 个聚类"),
        Shared::Cluster(Cluster::Column(name)) => format!("按 {name} 划分的 {clusters} 个聚类"),
    };
    let null = if design.impose_null { "施加" } else { "不施加" };
    let kind = design.kind.name();
    format!(
        "{of}、{what}下的 t*（残差类型 {kind}，{null}原假设；Cameron, Gelbach & Miller 2008；\
         MacKinnon, Nielsen & Webb 2023）"
    )
}
