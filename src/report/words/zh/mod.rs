//! Chinese, as journals of economics write it: full-width punctuation, a blank between Chinese and
//! Latin letters or digits.

mod claims;
mod figures;
mod frames;
mod names;
mod notes;
mod page;
mod panel_tests;
mod protocol;
mod published;

use super::Words;

/// Simplified Chinese.
#[derive(Debug, Clone, Copy)]
pub struct Chinese;

impl Words for Chinese {}

/// The parts as one text, with a blank wherever a Chinese character meets a Latin letter or a
/// number.
fn joined(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts {
        let ends = out.chars().last().zip(part.chars().next());
        if ends.is_some_and(|(before, after)| meet(before, after)) {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

/// Whether a blank belongs between these.
fn meet(before: char, after: char) -> bool {
    let plain = |c: char| c != ' ' && !is_chinese(c) && !is_full_width(c);
    let opens = |c: char| "([{−".contains(c) || c.is_alphanumeric();
    let closes = |c: char| ")]}%²⁻¹".contains(c) || c.is_alphanumeric();
    (is_chinese(before) && plain(after) && opens(after))
        || (plain(before) && closes(before) && is_chinese(after))
}

/// A Chinese character.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Punctuation that has its own white space.
fn is_full_width(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{3004}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FFEF}')
}

/// A percentage without the blank that English puts into it.
fn percentage(percent: &str) -> String {
    percent.replace('\u{a0}', "")
}

/// `，其中 3 次未能估计`, or nothing of none.
fn of_them(failed: u32, before: &str, after: &str) -> String {
    if failed == 0 { String::new() } else { format!("{before} {failed} 次{after}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_stand_where_scripts_meet() {
        assert_eq!(joined(&["地区为", "China"]), "地区为 China");
        assert_eq!(joined(&["地区为", "全国"]), "地区为全国");
        assert_eq!(joined(&["R²", "系数"]), "R² 系数");
        assert_eq!(joined(&["数据：", "x.csv", "。"]), "数据：x.csv。");
        assert_eq!(joined(&["为", "−0.5", "，"]), "为 −0.5，");
    }
}
