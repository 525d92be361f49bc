use super::{Chinese, percentage};
use crate::compare::claims::Standing;
use crate::report::words::{ClaimHeads, Claims, Tally};
use std::fmt::Write;

impl Claims for Chinese {
    fn claim_heads(&self) -> ClaimHeads {
        ClaimHeads {
            title: "论断",
            columns: ["论断", "表述", "结论", "成立数", "数值"],
            note: "成立数：论断所涉及的模型、模型组或时期中，论断成立者的个数。分组的论断须在每一组内\
                   达到所要求的比例。",
        }
    }

    fn standing(&self, standing: Standing) -> &'static str {
        match standing {
            Standing::Holds => "成立",
            Standing::Fails => "不成立",
            Standing::NotJudged => "无法判断",
        }
    }

    fn tally(&self, tally: Tally<'_>) -> String {
        let mut said = format!("{}/{}", tally.holding, tally.all);
        // Writing to a string cannot fail.
        if tally.open > 0 {
            let _ = write!(said, "，{} 个未判断", tally.open);
        }
        if let Some((groups, good)) = tally.groups {
            let _ = write!(said, "，共 {groups} 组，其中 {good} 组成立");
        }
        if let Some(needed) = tally.needed {
            let _ = write!(said, "，要求 {}", percentage(needed));
        }
        said
    }

    fn range(&self, low: &str, high: &str) -> String {
        format!("{low} 至 {high}")
    }

    fn not_in(&self, unit: &str) -> String {
        format!("不成立：{unit}")
    }
}
