use super::{Chinese, joined, of_them, percentage};
use crate::model::autocorrelation::Alternative;
use crate::model::{Normalisation, Permute, RegionWeights, Rescale};
use crate::outcome::Reference;
use crate::report::number;
use crate::report::words::{Below, Filling, Generated, Notes, Place, Resampled};
use crate::spec::Missing;
use crate::spec::tables::{Brackets, Parentheses};

/// `（第 (2) 列）` after what a note is about.
fn of_columns(columns: Option<&str>) -> String {
    columns.map(|columns| format!("（{columns}）")).unwrap_or_default()
}

impl Notes for Chinese {
    fn list(&self, items: &[String]) -> String {
        items.join("、")
    }

    fn clauses(&self, clauses: &[String]) -> String {
        clauses.join("；")
    }

    fn both(&self, items: &[String]) -> String {
        items.join("，并且")
    }

    fn and_more(&self, first: &str, second: &str, more: usize) -> String {
        joined(&[first, "、", second, &format!("及另外 {more} 个个体")])
    }

    fn columns(&self, which: &[String], _several: bool) -> String {
        format!("第 {} 列", which.join("、"))
    }

    fn in_columns(&self, text: &str, columns: &str) -> String {
        format!("{text}（{columns}）")
    }

    fn sentence(&self, text: &str) -> String {
        let text = text.trim();
        let stop = match text.chars().last() {
            None | Some('.' | '!' | '?' | '。' | '！' | '？') => "",
            Some(last) if last.is_ascii() => ".",
            Some(_) => "。",
        };
        format!("{text}{stop}")
    }

    /// Without its full stop, in quotation marks; those inside become single ones.
    fn quoted(&self, text: &str) -> String {
        let text = text.trim().trim_end_matches('.').replace('“', "‘").replace('”', "’");
        format!("“{text}”")
    }

    fn simulated(&self) -> &'static str {
        "模拟数据。"
    }

    fn after_simulated(&self, note: &str) -> String {
        format!("{}{note}", self.simulated())
    }

    fn data(&self, file: &str) -> String {
        format!("数据：{file}。")
    }

    fn all(&self, who: Place, phrases: &[String]) -> String {
        let who = match who {
            Place::Column => "本列设定",
            Place::Columns => "各列共同设定",
            Place::Model | Place::Panel => "模型设定",
            Place::Models | Place::Specifications | Place::Panels | Place::Curve => {
                "各模型共同设定"
            }
        };
        format!("{who}：{}。", phrases.join("，"))
    }

    fn sample(&self, units: usize, periods: &str) -> String {
        format!("{units} 个个体，时期为 {periods}")
    }

    fn samples(&self, said: &str) -> String {
        format!("样本：{said}。")
    }

    fn weights(&self, said: &str) -> String {
        format!("W：{said}。")
    }

    fn region_weights(&self, normalise: Normalisation, how: RegionWeights) -> &'static str {
        match (normalise, how) {
            (Normalisation::None, RegionWeights::Renormalise | RegionWeights::Cut) => {
                "地区的 W 为其个体的子矩阵"
            }
            (
                Normalisation::Row | Normalisation::Spectral | Normalisation::MinMax,
                RegionWeights::Renormalise,
            ) => "地区的 W 为其个体的子矩阵，并重新标准化",
            (Normalisation::Row, RegionWeights::Cut) => {
                "地区的 W 直接截取自全部个体的标准化矩阵，各行之和可能小于 1"
            }
            (Normalisation::Spectral | Normalisation::MinMax, RegionWeights::Cut) => {
                "地区的 W 直接截取自全部个体的标准化矩阵"
            }
        }
    }

    fn weights_without_units(&self, normalise: Normalisation, how: RegionWeights) -> &'static str {
        match (normalise, how) {
            (Normalisation::None, RegionWeights::Renormalise | RegionWeights::Cut) => {
                "剔除个体后，W 为其余个体的子矩阵"
            }
            (
                Normalisation::Row | Normalisation::Spectral | Normalisation::MinMax,
                RegionWeights::Renormalise,
            ) => "剔除个体后，W 为其余个体的子矩阵，并重新标准化",
            (
                Normalisation::Row | Normalisation::Spectral | Normalisation::MinMax,
                RegionWeights::Cut,
            ) => "剔除个体后，W 直接截取自全部个体的标准化矩阵",
        }
    }

    fn empty_rows(&self) -> &'static str {
        "无邻居个体所在的行为零"
    }

    fn demeaned_first(&self) -> &'static str {
        "W(Qy)，先消去固定效应再取空间滞后"
    }

    fn lag_order(&self, said: &str) -> String {
        format!("空间滞后的约定：{said}。")
    }

    fn reference(&self, reference: &Reference) -> String {
        match reference {
            Reference::Normal => "标准正态分布".to_owned(),
            Reference::Student { df } => format!("自由度为 {df} 的 t 分布"),
        }
    }

    fn inference(&self, said: &str) -> String {
        format!("统计推断依据的分布：{said}。")
    }

    /// `*、**、*** 分别表示在 10%、5%、1% 的水平上显著。`
    fn stars(&self, thresholds: &[(f64, String)]) -> String {
        let symbols: Vec<&str> = thresholds.iter().map(|(_, symbol)| symbol.as_str()).collect();
        let levels: Vec<String> =
            thresholds.iter().map(|(p, _)| percentage(&number::percent(*p))).collect();
        let each = if thresholds.len() > 1 { "分别" } else { "" };
        format!("{} {each}表示在 {} 的水平上显著。", symbols.join("、"), levels.join("、"))
    }

    fn rho(&self) -> &'static str {
        "ρ 为空间滞后项 Wy 的系数"
    }

    fn lambda(&self) -> &'static str {
        "λ 为空间误差项 Wu 的系数"
    }

    fn impacts(&self) -> &'static str {
        "直接效应、间接效应与总效应为 β(I − ρW)⁻¹ 的平均效应（渐近标准误由 Delta 方法计算）"
    }

    fn once_a_model(&self) -> &'static str {
        "属于整个模型的内容（如统计量）列于该模型的第一列。"
    }

    fn no_spillovers(&self) -> &'static str {
        "模型不含因变量的空间滞后，故无溢出效应：直接效应即系数，效应各列留空"
    }

    fn said(&self, clauses: &[String]) -> String {
        format!("{}。", self.clauses(clauses))
    }

    fn resampled(&self, resampled: Resampled<'_>) -> String {
        let Resampled { scheme, block_length, replicates, failed, undefined, rescale, caution } =
            resampled;
        let blocks = block_length.map(|length| format!("（每个区块 {length} 期）"));
        let blocks = blocks.unwrap_or_default();
        let failed = of_them(failed, "，其中", "未能估计");
        let undefined = of_them(undefined, "，其中至多", "的函数值不存在");
        let rescaled = match rescale {
            Rescale::Df => "，残差按自由度调整",
            Rescale::Leverage => "，残差按杠杆值调整",
            Rescale::Jackknife => "，每个个体的残差取自剔除该个体后的估计",
            Rescale::None => "",
        };
        let caution = caution.map(|c| format!("；{}", self.quoted(c))).unwrap_or_default();
        let drawn = joined(&[scheme, &blocks]);
        format!("{drawn}，{replicates} 次重复抽样{failed}{undefined}{rescaled}{caution}")
    }

    fn bootstrap(&self, said: &str, seed: u64) -> String {
        format!("自助法：{said}；随机种子 {seed}。")
    }

    fn permuted(&self, permute: Permute, replicates: u32, failed: u32) -> String {
        let permuted = match permute {
            Permute::Units => "将核心解释变量的时间序列在个体之间置换",
            Permute::WithinPeriod => "在每一时期内将核心解释变量在个体之间置换",
        };
        let failed = match failed {
            0 => String::new(),
            failed => format!("（其中 {failed} 次未能估计）"),
        };
        format!("{permuted}，{replicates} 次置换{failed}，按 |t| 作双侧检验")
    }

    fn randomisation(&self, said: &str, seed: u64) -> String {
        format!(
            "随机化检验：{said}；原假设：核心解释变量在任何滞后期对任何个体均无影响；随机种子 \
             {seed}。"
        )
    }

    fn filled(&self, count: usize, how: Missing, which: &str) -> String {
        let how = match how {
            Missing::Mean => "以个体各期均值填补",
            Missing::Interpolate => "以时间线性插值填补",
            Missing::Error | Missing::DropUnit | Missing::DropPeriod => "在估计前填补",
        };
        format!("{count} 个，{how}（{which}）")
    }

    fn filled_value(&self, value: Filling<'_>) -> String {
        joined(&[value.unit, " ", value.period, "的", value.column])
    }

    fn filled_values(&self, count: usize, of: Filling<'_>) -> String {
        joined(&[of.column, "：", of.unit, &format!("的 {count} 个值，时期为"), of.period])
    }

    fn values_filled(&self, said: &str) -> String {
        format!("填补的缺失值：{said}。")
    }

    fn missing(&self, said: &str) -> String {
        format!("缺失值：{said}。")
    }

    fn isolates(&self, said: &str) -> String {
        format!("无邻居的个体：{said}。")
    }

    fn isolates_at_times(&self, said: &str) -> String {
        format!("部分时期无邻居的个体：{said}。")
    }

    fn caution(&self, said: &str) -> String {
        format!("注意：{said}。")
    }

    fn functions(&self, said: &[String], by_delta: bool) -> String {
        let errors = if by_delta { "（渐近标准误由 Delta 方法计算）" } else { "" };
        let errors = joined(&["系数 b 的函数", errors]);
        format!("{errors}：{}。", self.clauses(said))
    }

    fn hypotheses(&self, said: &[String]) -> String {
        format!("系数 b 的 Wald 检验：{}。", self.clauses(said))
    }

    fn below(&self, below: Below<'_>) -> String {
        let place = enclosed(below.brackets, "估计值下方");
        let from = below.errors.map(|e| self.errors(e)).unwrap_or_default();
        match below.what {
            Parentheses::StdError => {
                let of = below.errors.map(|e| format!("（{e}）")).unwrap_or_default();
                format!("{place}为标准误{of}。")
            }
            Parentheses::Statistic => {
                let ratio = match below.ratio {
                    (true, true) => "t 或 z",
                    (true, false) => "t",
                    (false, _) => "z",
                };
                format!("{place}为 {ratio} 统计量。{from}")
            }
            Parentheses::PValue => format!("{place}为 p 值。{from}"),
            Parentheses::Interval => format!("方括号内为 95% 置信区间。{from}"),
            Parentheses::BootstrapStdError => {
                format!("{place}为自助法标准误；显著性由自助法 p 值（学生化）确定。")
            }
            Parentheses::BootstrapInterval => {
                "方括号内为 95% 自助法百分位 t 区间（等尾）；显著性由 |t| 的自助法 p 值确定，重复\
                 抽样的分布有偏时二者未必一致。"
                    .to_owned()
            }
            Parentheses::RandomisationPValue => format!(
                "{place}为核心解释变量的随机化检验 p 值，显著性由其确定；其他各行未作该检验。"
            ),
            Parentheses::None => String::new(),
        }
    }

    fn errors(&self, errors: &str) -> String {
        format!("标准误：{errors}。")
    }

    fn unit_left_out(&self) -> &'static str {
        "剔除列名所示个体"
    }

    fn region_left_out(&self) -> &'static str {
        "剔除列名所示地区的个体"
    }

    fn period_left_out(&self) -> &'static str {
        "从样本中剔除列名所示时期，滞后项仍取自该时期"
    }

    fn left_out(&self, who: &str) -> String {
        joined(&["剔除", who])
    }

    fn part_of_periods(&self) -> &'static str {
        "仅保留样本的部分时期，滞后项在剔除时期之前计算"
    }

    fn periods_left_out(&self, which: &str) -> String {
        joined(&["从样本中剔除", which, "，滞后项仍取自该时期"])
    }

    fn draw(&self, draw: u32) -> String {
        format!("（第 {draw} 次抽取）")
    }

    fn placebo_weights(&self, draw: &str) -> String {
        format!("安慰剂检验，随机置换 W 的个体{draw}")
    }

    fn placebo_measure(&self, draw: &str) -> String {
        format!("安慰剂检验，将核心解释变量的时间序列在个体之间随机置换{draw}")
    }

    fn placebo_lead(&self) -> &'static str {
        "安慰剂检验，以核心解释变量的超前项代替滞后项"
    }

    fn quantiles(&self, low: &str, high: &str) -> String {
        let (low, high) = (percentage(low), percentage(high));
        format!("该列样本 {low} 或 {high} 分位数（Hyndman & Fan 第 7 类）")
    }

    fn tail(&self, label: &str, below: usize, above: usize) -> String {
        joined(&[label, &format!("低于者 {below} 个，高于者 {above} 个")])
    }

    fn winsorised(&self, quantiles: &str, counts: &[String]) -> String {
        format!("超出{quantiles}的观测值以该分位数代替（{}）", self.clauses(counts))
    }

    fn trimmed(&self, who: Option<&str>, _several: bool, of: &str, quantiles: &str) -> String {
        let who = who.unwrap_or("个体（无）");
        joined(&["剔除", who, "：其", of, &format!("的观测值超出{quantiles}")])
    }

    fn variants(&self, said: &str) -> String {
        format!("稳健性设定：{said}。")
    }

    fn p_values_in_brackets(&self, brackets: Brackets) -> String {
        format!("{}为 p 值。", enclosed(brackets, "检验统计量下方"))
    }

    fn p_values_below_tests(&self, brackets: Brackets) -> String {
        match enclosed(brackets, "") {
            "" => "检验统计量下方为其 p 值。".to_owned(),
            place => format!("检验统计量下方的{place}为其 p 值。"),
        }
    }

    fn null_of(&self, null: &str, tests: &[String]) -> String {
        joined(&[&self.list(tests), "为", null])
    }

    fn nulls(&self, said: &[String]) -> String {
        format!("原假设下的分布：{}。", self.clauses(said))
    }

    fn test_replicates(&self, design: &str, failed: u32) -> String {
        format!("{design}{}", of_them(failed, "，其中至多", "未能得到统计量"))
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
            some => joined(&["；以下检验没有自助法形式：", &self.list(some)]),
        };
        let how = match how {
            Generated::UnderNull => "重复抽样在原假设下生成",
            Generated::OfFit => "重复抽样由估计模型生成，以其估计值为中心（Hall & Wilson 1991）",
            Generated::Both => {
                "重复抽样在原假设下生成（Wald 检验：由估计模型生成，以其估计值为中心；Hall & \
                 Wilson 1991）"
            }
        };
        let place = enclosed(brackets, "检验统计量下方");
        format!(
            "{place}为自助法 p 值，显著性由其确定，即统计量在重复抽样中的位置，{how}：{said}；\
             随机种子 {seed}{without}。"
        )
    }

    fn protocol(&self, basis: &str, columns: Option<&str>, because: &str) -> String {
        let about = joined(&["基于", basis, "的 LM 检验"]);
        format!("{about}{}：{because}。", of_columns(columns))
    }

    fn by_region(&self, columns: Option<&str>, said: &str) -> String {
        format!("分地区系数（圆括号内为标准误）{}：{said}。", of_columns(columns))
    }

    fn thresholds(&self, two: bool, columns: Option<&str>, said: &str) -> String {
        let what = if two { "双重门槛" } else { "单一门槛" };
        format!("{what}{}：{said}。", of_columns(columns))
    }

    fn thresholds_shown(&self) -> &'static str {
        "门槛值后的方括号内为 95% 似然比区间；系数（圆括号内为标准误）按门槛区间由低到高排列。"
    }

    fn threshold_at(&self, label: &str, at: &[String]) -> String {
        joined(&[label, "的门槛值为", &at.join("、")])
    }

    fn observations(&self, counts: &[String]) -> String {
        format!("观测值 {}", counts.join("、"))
    }

    fn counts(&self, counts: &[(usize, String)]) -> String {
        let each = |(n, label): &(usize, String)| match label.as_str() {
            "" => n.to_string(),
            label => format!("{n}（{label}）"),
        };
        format!("N = {}。", counts.iter().map(each).collect::<Vec<_>>().join("、"))
    }

    fn divisor(&self) -> &'static str {
        "标准差的除数为 n − 1。"
    }

    fn moran_of(&self, variable: &str, region: Option<&str>, weights: &str) -> String {
        let of = joined(&[variable, "的全局 Moran's I"]);
        let region = region.map(|region| format!("（{region}）")).unwrap_or_default();
        format!("{of}{region}；W：{weights}。")
    }

    fn moran_expectation(&self, units: usize) -> String {
        format!("n = {units} 个有邻居的个体，E(I) = −1/(n − 1)。")
    }

    fn moran_stars(&self, permutations: Option<u32>, alternative: Alternative) -> String {
        let by = match permutations {
            Some(permutations) => format!("由 {permutations} 次置换确定"),
            None => "由随机化假设下的 p 值确定".to_owned(),
        };
        let sides = match alternative {
            Alternative::TwoSided => "双侧",
            Alternative::Greater => "单侧（备择假设为邻居相似）",
            Alternative::Less => "单侧（备择假设为邻居相异）",
        };
        format!("p 值为{sides}；显著性{by}。")
    }

    fn moran_others(&self) -> &'static str {
        "Moran's I 以外的统计量，其标准化得分基于随机化假设，为正表示邻居相似。"
    }

    fn moran_with(&self, variable: &str) -> String {
        joined(&["双变量 Moran's I 所用空间滞后为", variable, "的空间滞后。"])
    }

    fn moran_quadrants(&self, significant: Option<(&str, bool)>) -> String {
        let inside = significant.map(|(level, fdr)| {
            let adjusted =
                if fdr { "，已按个体数调整（Benjamini & Hochberg 1995）" } else { "" };
            format!("；括号内为局部 Moran's I 在 {level} 水平上显著的个体数{adjusted}")
        });
        format!(
            "HH、LH、LL、HL 为个体数：首字母指个体自身，次字母指其邻居，高低均以变量的均值为界{}。",
            inside.unwrap_or_default()
        )
    }

    fn family(&self, hypotheses: usize) -> String {
        format!("假设族共 {hypotheses} 个假设，每个假设为某一数值等于 0。")
    }

    fn family_p_values(&self) -> &'static str {
        "单个检验、自助法：每个假设单独检验的 p 值。Holm、B–H：由单个检验的 p 值调整，分别控制出现任何错误拒绝的\
         概率（Holm 1979）与错误拒绝所占的比例（Benjamini & Hochberg 1995）。Max-t：依据假设族中最大 |t| 的单步 p 值\
         （Westfall & Young 1993）。Romano–Wolf：逐步 p 值（Romano & Wolf 2005, 2016）。重复\
         抽样的统计量为 t\u{a0}=\u{a0}(θ*\u{a0}−\u{a0}θ)/s*。"
    }

    fn simultaneous(&self, critical: &str, percent: &str) -> String {
        format!(
            "联合区间 θ\u{a0}±\u{a0}{critical}\u{a0}s 在 {} 的样本中同时成立。",
            percentage(percent)
        )
    }

    fn family_bootstrap(&self, design: &str, failed: u32, seed: u64) -> String {
        let failed = of_them(failed, "；其中", "在某一模型中未能估计，对全部模型均不采用");
        format!("自助法：{design}{failed}；随机种子 {seed}。")
    }

    fn draws(&self, sets: u32) -> String {
        match sets {
            0 | 1 => "各模型共用同一抽样。".to_owned(),
            sets => format!(
                "各模型按个体或时期的不同分为 {sets} 组：组内共用同一抽样，组间相互独立，由此 p 值\
                 只会偏大（Šidák 1967）。"
            ),
        }
    }

    fn family_stars(&self) -> &'static str {
        "显著性由 Romano–Wolf p 值确定。"
    }

    fn specifications(&self, count: usize, choices: &[(&'static str, String)]) -> String {
        let choice = |(axis, values): &(&'static str, String)| format!("{axis}（{values}）");
        let by = match choices {
            [] => String::new(),
            some => format!("：{}", some.iter().map(choice).collect::<Vec<_>>().join("、")),
        };
        format!("共 {count} 种模型设定{by}。")
    }

    fn unfitted(&self, failed: usize, not_run: usize) -> String {
        let count = |n: usize, what: &str| (n > 0).then(|| format!("{n} 个{what}"));
        let said: Vec<String> =
            [count(failed, "失败"), count(not_run, "未运行")].into_iter().flatten().collect();
        format!("没有估计结果的模型设定：{}。", said.join("、"))
    }

    fn sign_of_median(&self) -> &'static str {
        "符号以中位数为准。"
    }

    fn sign_of_only(&self) -> &'static str {
        "基准模型是唯一的模型设定，符号以其自身为准。"
    }

    fn sign_of_base(&self, phrases: &[String]) -> String {
        format!("基准模型（符号以其为准）：{}。", phrases.join("，"))
    }

    fn shares(&self, level: &str) -> String {
        format!(
            "同号、异号：具有该符号的模型设定所占比例，以及具有该符号且 p\u{a0}<\u{a0}{level} 的\
             比例，p 值为各模型自身的 p 值。"
        )
    }

    fn influence(&self) -> &'static str {
        "每行下方为影响最大的设定，即 η² 最大者：η² 为估计值的方差中来自该设定不同取值之间的比例\
         （组间平方和与总平方和之比）。列出均值最低与最高的取值，圆括号内为均值。"
    }
}

/// Where a number stands: in which brackets, or else at `bare`.
fn enclosed(brackets: Brackets, bare: &'static str) -> &'static str {
    match brackets {
        Brackets::Round => "圆括号内",
        Brackets::Square => "方括号内",
        Brackets::Curly => "花括号内",
        Brackets::None => bare,
    }
}
