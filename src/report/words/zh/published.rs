use super::{Chinese, joined};
use crate::report::published::{Reason, Respect};
use crate::report::words::{Names, Published, PublishedTexts};

const TEXTS: PublishedTexts = PublishedTexts {
    heads: ["原文", "计算值", "差异", "结论"],
    verdicts: ["四舍五入后相等", "符号与显著性相同", "不同", "无法比较"],
    rows: ["四舍五入后相等", "符号与显著性相同", "不同", "无法比较"],
    numbers: "个数",
    meaning: "四舍五入后相等：计算值按原文的小数位数取舍后与原文相同，且星号个数相同。符号与显著性相同：\
              数值不同，但符号与星号个数相同。不同：所列方面不同；统计量没有星号，只比较数值。",
};

impl Published for Chinese {
    fn published(&self) -> &'static PublishedTexts {
        &TEXTS
    }

    fn respect(&self, respect: Respect) -> &'static str {
        match respect {
            Respect::Sign => "符号",
            Respect::Significance => "显著性",
            Respect::Value => "数值",
        }
    }

    fn not_compared(&self, reason: &Reason) -> String {
        match reason {
            Reason::NoCell => "表中没有与该列对应的模型".to_owned(),
            Reason::SeveralCells(n) => format!("表中有 {n} 个模型与该列对应"),
            Reason::Failed(kind) => format!("未能估计（{}）", self.failure(*kind)),
            Reason::NotRun => "未运行".to_owned(),
            Reason::NoRow(term) => joined(&["模型中没有", term]),
        }
    }

    fn of_printed_table(&self, table: &str, column: &str) -> String {
        joined(&["表", table, "：", column])
    }

    fn printed_in(&self, file: &str) -> String {
        format!("原文数值取自 {file}，与所印相同。")
    }

    fn printed_stars(&self, levels: &[String]) -> String {
        format!("两者的星号分别表示 p\u{a0}<\u{a0}{}；原文的星号与所印相同。", levels.join("、"))
    }

    fn verdict_counts(&self, all: usize, [equal, same, differ, open]: [usize; 4]) -> String {
        let open = if open > 0 { format!("，{open} 个无法比较") } else { String::new() };
        format!(
            "在 {all} 个数值中，{equal} 个四舍五入后相等，{same} 个符号与显著性相同，{differ} 个不同\
             {open}。"
        )
    }
}
