//! A cell's text → a number, or the reason why it is none.

/// A text that is not a finite number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotANumber {
    /// Completes "`1,234` is not a number".
    pub why: Option<&'static str>,
    /// How to mend it.
    pub help: String,
}

/// The finite number that `text` (trimmed) spells, with a decimal point.
pub fn parse(text: &str) -> Result<f64, NotANumber> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(not_finite(text)),
        Err(_) => Err(no_number(text)),
    }
}

fn not_finite(text: &str) -> NotANumber {
    if text.bytes().any(|b| b.is_ascii_digit()) {
        let help = "the largest number is about 1.8e308".to_owned();
        return NotANumber { why: Some("it is too large"), help };
    }
    missing_code(text)
}

/// Advice for the ways in which numbers are often written.
fn no_number(text: &str) -> NotANumber {
    let plain = |why, help: String| NotANumber { why: Some(why), help };
    let without = |c: &[char]| text.replace(c, "");
    if let Some(fixed) = thousands(text) {
        plain("it has thousand separators", format!("write {fixed}"))
    } else if is_number(&text.replace(',', ".")) {
        plain("it has a decimal comma", format!("write {}", text.replace(',', ".")))
    } else if is_number(without(&['%', '％']).trim()) {
        let value = without(&['%', '％']).trim().to_owned();
        plain("it has a percent sign", format!("write {value}, and name the unit in [variables]"))
    } else if is_number(&ascii(text)) {
        plain("it has full-width or typographic characters", format!("write {}", ascii(text)))
    } else if is_number(text.trim_start_matches(['$', '€', '£', '¥'])) {
        plain("it has a currency sign", "write the number alone".to_owned())
    } else {
        missing_code(text)
    }
}

fn missing_code(text: &str) -> NotANumber {
    let help = if text.starts_with('#') {
        format!(
            "a spreadsheet's error: correct its formula, or add {text:?} to `data.missing_codes`"
        )
    } else if text.chars().count() <= 12 && !text.bytes().any(|b| b.is_ascii_digit()) {
        format!("if it stands for a missing value, add {text:?} to `data.missing_codes`")
    } else {
        "a number has digits and a decimal point; a missing value is an empty cell".to_owned()
    };
    NotANumber { why: None, help }
}

fn is_number(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit()) && text.parse::<f64>().is_ok()
}

/// `1,234.5`, `1 234`, `1'234` without their separators, if groups of three follow each.
fn thousands(text: &str) -> Option<String> {
    let separators = [',', ' ', '\'', '\u{a0}', '\u{202f}', '’', '_'];
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.split(separators);
    let first = groups.next()?.trim_start_matches(['-', '+']);
    let rest: Vec<&str> = groups.collect();
    let digits = |g: &str| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit());
    let grouped = !rest.is_empty() && rest.iter().all(|g| g.len() == 3 && digits(g));
    let sound =
        grouped && digits(first) && first.len() <= 3 && (fraction.is_empty() || digits(fraction));
    sound.then(|| text.replace(separators, ""))
}

/// Full-width digits and typographic signs as plain ones.
fn ascii(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{2212}' | '\u{2013}' => '-',
        _ => c,
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_to_the_last_digit() {
        assert_eq!(parse("10.254778026198021"), Ok(10.254_778_026_198_021));
        assert_eq!(parse("-1e-3"), Ok(-0.001));
        assert_eq!(parse("5."), Ok(5.0));
    }

    #[test]
    fn every_common_spelling_has_its_advice() {
        let help = |text: &str| parse(text).expect_err(text).help;
        assert_eq!(help("1,234"), "write 1234");
        assert_eq!(help("-1,234,567.8"), "write -1234567.8");
        assert_eq!(help("12 345"), "write 12345");
        assert_eq!(help("3,14"), "write 3.14");
        assert_eq!(help("1234,567"), "write 1234.567");
        assert_eq!(help("34.5%"), "write 34.5, and name the unit in [variables]");
        assert_eq!(help("−3"), "write -3");
        assert_eq!(help("１２"), "write 12");
        assert_eq!(help("1e999"), "the largest number is about 1.8e308");
        for code in [".", "-", "n/a", "NaN", "inf", "..", "无"] {
            let wanted =
                format!("if it stands for a missing value, add {code:?} to `data.missing_codes`");
            assert_eq!(help(code), wanted);
        }
    }
}
