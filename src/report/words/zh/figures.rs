use super::{Chinese, joined};
use crate::report::words::{FigureNote, FigureTexts, Figures};
use crate::spec::figures::ClassRule;

const TEXTS: FigureTexts = FigureTexts {
    figure: "图",
    note: "注：",
    no_series: "未运行：没有该序列的记录",
    no_map: "未运行：没有地图的记录",
    not_observed_then: "这些时期没有该变量的观测值",
    no_local: "这些时期没有局部 Moran’s I",
    no_estimates: "这些模型没有估计值",
    no_likelihood: "这些模型没有空间参数的似然函数",
    no_replicates: "这些估计值没有自助法样本",
    no_coefficient: "这些模型均不含该系数",
    year: "年份",
    average: "均值 ",
    not_observed: "无观测值",
    standardised: "（标准化）",
    spatial_lag: "空间滞后 ",
    positive: "为正，",
    negative: "为负，",
    effect: "效应",
    estimate: "估计值",
    weights: "空间权重矩阵",
    time: ["解释变量所在时期（被解释变量为 ", " 期）"],
    maximum: "极大值点",
    interval_ends: "95% 区间",
    likelihood_ratio: "95% 临界线（似然比，χ²(1)）",
    admissible: "参数的取值区间",
    around: "极大值附近",
    loglik: "对数似然值与极大值之差",
    replicates: "自助法样本",
    normal: "正态分布",
    estimate_line: "估计值",
    percentile_t: "95% 百分位 t 区间",
    asymptotic: "95% 渐近区间",
    density: "密度",
    share_of_variance: "方差占比",
    main_specification: "基准模型",
    specifications: " 个模型，按估计值排序",
    clusters: ["高–高", "低–低", "高–低", "低–高", "不显著", "无邻居", "未包括"],
};

impl Figures for Chinese {
    fn drawn(&self) -> &'static FigureTexts {
        &TEXTS
    }

    fn numbered_figure(&self, number: u32) -> String {
        format!("图 {number}")
    }

    fn figure_note(&self, note: FigureNote<'_>) -> String {
        match note {
            FigureNote::FilledPoints(level) => {
                format!("实心点：p < {level}；空心点：在该水平上不显著。")
            }
            FigureNote::Arrows(level) => {
                format!("实线箭头：p < {level}，负值为虚线；点线箭头：在该水平上不显著。")
            }
            FigureNote::ThinAndThick => {
                "细线为 95% 区间，粗线为 90% 区间；实心点：p < 0.05。".to_owned()
            }
            FigureNote::Lines => "线段为 95% 区间；实心点：p < 0.05。".to_owned(),
            FigureNote::Seed(seed) => format!("随机种子为 {seed}。"),
            FigureNote::Classes(rule, together) => {
                let rule = match rule {
                    None => "事先给定",
                    Some(ClassRule::Quantile) => "按分位数",
                    Some(ClassRule::Equal) => "等间距",
                };
                let over = if together { "（所示各时期合并计算）" } else { "" };
                format!("分级方法：{rule}{over}；位于两级界限上的值归入较高一级。")
            }
            FigureNote::Map(file) => format!("地图：{file}。"),
            FigureNote::Units(by_period) => {
                let periods = if by_period { "（依次为各时期）" } else { "" };
                format!("括号内为个体数{periods}。")
            }
            FigureNote::Scatter => {
                "z 为变量减去均值后除以标准差，直线的斜率为 Moran's I。四角为个体数，第一个字母指\
                 自身，第二个字母指邻居，H 为高，L 为低。"
                    .to_owned()
            }
            FigureNote::Local(variable, weights, region) => {
                let region = region.map(|r| joined(&["，地区为", r])).unwrap_or_default();
                let said = ["变量：", variable, "，空间权重矩阵：", weights, &region, "。"];
                format!("局部 Moran's I。{}", joined(&said))
            }
            FigureNote::Permutations(count, level, fdr) => {
                let rule = if fdr {
                    format!("错误发现率不超过 {level}（Benjamini 与 Hochberg）")
                } else {
                    format!("对每个个体 p < {level}，未就个体数调整")
                };
                format!("双侧 p 值由 {count} 次条件置换得到；{rule}。")
            }
            FigureNote::Clusters => {
                "高–高与低–低为集聚，高–低与低–高为异常值，前者指自身，后者指邻居。".to_owned()
            }
            FigureNote::Corner(None) => {
                "角上为 Wald 检验，原假设为所示模型的各期系数均为零，按该模型的协方差矩阵计算。"
                    .to_owned()
            }
            FigureNote::Corner(Some(label)) => {
                joined(&["角上的检验为", label, "，按各模型的协方差矩阵计算。"])
            }
            FigureNote::Profile => {
                "对数似然值已对其余参数集中，并减去极大值；左图为整个取值区间，右图为极大值附近。水平线\
                 比极大值低 χ²(1) 的 95% 分位数之半；曲线位于其上的部分为 95% 似然比区间。"
                    .to_owned()
            }
            FigureNote::Maxima(said) => format!("极大值点与区间：{}。", said.join("；")),
            FigureNote::Replicates(design, seed) => {
                joined(&["自助法：", design, "，随机种子为", &seed.to_string(), "。"])
            }
            FigureNote::Outside(count) => {
                format!("直方图取 0.1% 与 99.9% 分位数之间；另有 {count} 次抽样位于其外。")
            }
            FigureNote::Absent(some, all) => {
                format!("{all} 个模型中有 {some} 个没有估计值，留空。")
            }
            FigureNote::Without(some, all) => {
                format!("{all} 个模型中有 {some} 个没有该估计值，未列入。")
            }
            FigureNote::Untold(axis, count) => format!("{axis}的 {count} 个取值未逐一列出。"),
            FigureNote::Median(median, share, negative, significant, level) => {
                let sign = if negative { "负" } else { "正" };
                format!(
                    "中位数为 {median}；{share}% 的估计值为{sign}，{significant}% 的估计值同号且 \
                     p < {level}。"
                )
            }
            FigureNote::Curve(shaded) => {
                let bars = if shaded { "阴影" } else { "线段" };
                format!("{bars}为 95% 区间。p 值取自各模型，按平方根刻度绘制。")
            }
            FigureNote::ShareOfVariance => {
                "方差占比为每项选择的 η²，即估计值的组间平方和与总平方和之比。".to_owned()
            }
        }
    }
}
