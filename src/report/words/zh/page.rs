use super::{Chinese, joined};
use crate::report::words::{Counted, Finding, PageNote, PageTexts, Pages, ScriptTexts, Sentence};

const TEXTS: PageTexts = PageTexts {
    lang: "zh-Hans",
    sections: [
        "研究问题",
        "数据",
        "研究设计",
        "表",
        "图",
        "论断",
        "设定曲线",
        "未能估计的模型",
        "全部模型",
    ],
    skip: "跳至正文",
    contents: "目录",
    experiment: "实验",
    simulated: "模拟数据",
    own_words: "实验文件中的说明",
    warning: "数据为模拟所得：以下结果不能说明现实情况。",
    file: "文件",
    hash: "文件的 BLAKE3 值",
    provenance: "来源",
    note: "说明",
    missing: "缺失值",
    filled: "填补的值",
    dropped: "剔除",
    sample: "样本",
    every_unit: "全部个体",
    variables: "变量",
    variable_heads: ["名称", "标签", "单位", "定义"],
    a_column: "文件中的列",
    seed: "随机种子",
    cells: "模型个数",
    response: "被解释变量",
    controls: "控制变量",
    left_out: "排除模型的规则",
    added: "增加模型的规则",
    tests: "检验",
    tests_under_null: "原假设下的自助法检验",
    bootstraps: "自助法",
    randomisation: "核心解释变量的随机化",
    functions: "系数的函数",
    joint_tests: "联合检验",
    choices: "判别规则选择的模型",
    choice_heads: ["网格", "规则", "所检验的模型", "选择"],
    standings: "各论断的结论",
    curve: "每个点为一个模型的系数及其 95% 区间，下方为该模型的各项选择。不同核心解释变量的估计值，以及有无 \
            Wy 的模型的估计值，均按原样显示。",
    still_heads: ["系数或效应", "模型数", "最小值", "中位数", "最大值", "与中位数同号"],
    failed_heads: ["模型", "类别", "原因"],
    no_record: "没有该模型的记录",
    cell_heads: ["模型", "核心解释变量与空间参数", "观测值", "对数似然值"],
    made_from: ["标识", "样本", "权重", "种子", "版本", "查看", "重新估计"],
    not_run: "未运行：没有该模型的记录",
    behind: "图中的数值",
    foot: ["由以下实验已保存的记录生成：", "；生成时未估计任何模型。"],
    script: ScriptTexts {
        close: "关闭",
        row: "在全部模型中的位置",
        behind: "该数值所属的模型",
        which: "显示哪些模型",
        legend: [
            "● p < {level}",
            "○ p ≥ {level}",
            "蓝色为正，橙色为负",
            "线段为 95% 区间",
            "按键：← → Home End 选择模型，Enter 显示该模型",
        ],
        grid: "网格",
        all_grids: "全部网格",
        coefficient_of: "系数所属变量",
        lag: "滞后期",
        effect: "效应",
        effects: ["系数", "直接效应", "间接效应", "总效应"],
        order: "排序",
        by_estimate: "按估计值",
        by_axis: "按{axis}",
        same_period: "当期",
        back: "滞后 {n} 期",
        ahead: "提前 {n} 期",
        none: "所选模型均不含该系数。",
        counted: "{title}：共 {n} 个模型，{up} 个为正（其中 {up_below} 个 p < {level}），{down} 个为负\
                  （其中 {down_below} 个 p < {level}）。",
        point: "将指针移至某一模型，或用 Tab 键移至曲线并用方向键逐个查看。",
        title: "设定曲线：{title}",
        estimate: "估计值",
        at: "第 {n} 个，共 {all} 个：{estimate}。{choices}。{cell}",
    },
};

impl Pages for Chinese {
    fn page(&self) -> &'static PageTexts {
        &TEXTS
    }

    fn page_note(&self, note: PageNote<'_>) -> String {
        match note {
            PageNote::Sample(units, periods, (first, last)) => {
                format!("{units} 个个体 × {periods} 个时期，{first}–{last}")
            }
            PageNote::Smallest(said) => joined(&["最小的样本：", said]),
            PageNote::More(more) => format!("及另外 {more} 个"),
            PageNote::Count(name, count) => format!("{name}（{count}）"),
            PageNote::Weights(name) => joined(&["空间权重矩阵", name]),
            PageNote::Region(label) => joined(&["地区：", label]),
            PageNote::UnitsWhose(column, values) => {
                joined(&[column, "为", &values.join("、"), "的个体"])
            }
            PageNote::Moran(id) => format!("Moran's I {id}"),
            PageNote::MoranOf(variable, units, weights, permutations) => {
                let permutations = if permutations == 0 {
                    "无置换".to_owned()
                } else {
                    format!("{permutations} 次置换")
                };
                format!("{variable}，逐期，{units}，{weights}，{permutations}")
            }
            PageNote::Grid(name) => joined(&["网格", name]),
            PageNote::Rules(count) => format!("{count} 条规则"),
            PageNote::Permuted(what, count) => format!("{what}，{count} 次置换"),
            PageNote::Cells(all, fitted, failed, open) => {
                let failed =
                    if failed > 0 { format!("，{failed} 个未能估计") } else { String::new() };
                let open =
                    if open > 0 { format!("，{open} 个没有记录") } else { String::new() };
                format!("共 {all} 个：{fitted} 个已估计{failed}{open}")
            }
            PageNote::Chosen(name, some, all) => {
                joined(&[name, "：", &format!("{all} 个模型中的 {some} 个")])
            }
            PageNote::Estimate(value, error, p, [low, high]) => {
                format!("{value}，标准误 {error}，{p}，95% 区间 [{low}, {high}]")
            }
            PageNote::Ranges(grid) => joined(&["网格", grid, "各模型的系数与效应"]),
            PageNote::AndBelow(level) => format!("同号且 p < {level}"),
            PageNote::OtherBelow(level) => format!("异号且 p < {level}"),
            PageNote::AllFitted(all) => format!("无：全部 {all} 个模型均已估计。"),
            PageNote::Failed(some, all) => format!("{all} 个模型中的 {some} 个。"),
            PageNote::EveryCell(count) => format!(
                "共 {count} 个模型。命令须在运行实验的文件夹中执行。括号内为标准误；* p < 0.1，\
                 ** p < 0.05，*** p < 0.01。"
            ),
            PageNote::NotFitted(kind, reason) => format!("未能估计（{kind}）：{reason}"),
        }
    }

    fn result_sections(&self) -> [&'static str; 5] {
        ["数据与描述性统计", "空间相关性", "主要结果", "分地区结果", "稳健性检验"]
    }

    fn of_table(&self, said: Sentence<'_>, found: Option<Finding<'_>>) -> String {
        let said = match said {
            Sentence::Describes(variables) => format!("给出 {variables} 个变量的描述性统计"),
            Sentence::Fits(fits) => format!("给出 {fits} 个模型的估计结果"),
            Sentence::Tests(cells) => format!("给出 {cells} 个模型的检验结果"),
            Sentence::NoMoran => "没有 Moran's I".to_owned(),
            Sentence::Moran(periods, (least, first), (most, last), level, significant) => format!(
                "给出 {periods} 个时期的 Moran's I：其值介于 {least}（{first}）与 {most}（{last}）之间，\
                 其中 {significant} 个时期 p < {level}"
            ),
            Sentence::SumsUp(cells) => format!("汇总 {cells} 个模型"),
            Sentence::Family => "对多个假设作联合检验".to_owned(),
            Sentence::Rejected(all, rejected, level) => format!(
                "对 {all} 个假设作联合检验：其中 {rejected} 个的 Romano–Wolf p 值小于 {level}"
            ),
            Sentence::Published => "将原文的数值与计算值对照".to_owned(),
            Sentence::UnitRoots => "检验变量的单位根".to_owned(),
        };
        let found = found.map(|found| match found {
            Finding::Coefficient(label, value, error, p) => {
                joined(&["：", label, "的系数为", value, "（标准误", error, "，", p, "）"])
            }
            Finding::Between(label, low, high, level, significant, all) => joined(&[
                "：",
                label,
                "的系数介于",
                low,
                "与",
                high,
                &format!("之间，{all} 个系数中有 {significant} 个 p < {level}"),
            ]),
            Finding::Rejects(level, by_basis) => {
                let of = |(basis, tests): &(&str, Vec<Counted>)| {
                    let tests = tests.iter().map(|(t, n, all)| format!("{t} {all} 个中有 {n} 个"));
                    joined(&[basis, "：", &tests.collect::<Vec<_>>().join("，")])
                };
                let said: Vec<String> = by_basis.iter().map(of).collect();
                format!("。相同的回归只计一次，p < {level} 的有：{}", said.join("；"))
            }
            Finding::Range(label, least, greatest, median, share, fits, level) => joined(&[
                "：",
                label,
                "的系数介于",
                least,
                "与",
                greatest,
                "之间，中位数为",
                median,
                &format!("，{fits} 个模型中有"),
                share,
                &format!("同号且 p < {level}"),
            ]),
        });
        format!("{said}{}。", found.unwrap_or_default())
    }

    fn of_figure(&self, caption: &str) -> String {
        joined(&["为", caption, "。"])
    }
}
