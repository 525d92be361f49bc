//! Which letters a LaTeX text has, and so which TeX sets it.

use serde::Serialize;

/// Letters beyond those that pdflatex sets with its T1 and TS1 fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Letters {
    /// Chinese, Japanese or Korean ones.
    pub cjk: bool,
    /// Others: Cyrillic, Arabic, Vietnamese, combining accents.
    pub other: bool,
}

/// What pdflatex sets beside ASCII, as ranges of code points with both ends: the letters that LaTeX
/// declares for T1 and TS1. What `latex` turns into mathematics never arrives here.
const PDFLATEX: &[(u32, u32)] = &[
    (0xA0, 0xB7),
    (0xB9, 0x125),
    (0x128, 0x137),
    (0x139, 0x13E),
    (0x141, 0x148),
    (0x14A, 0x165),
    (0x168, 0x17E),
    (0x1CD, 0x1D4),
    (0x218, 0x21B),
    (0x2010, 0x2016),
    (0x2018, 0x201A),
    (0x201C, 0x201E),
    (0x2020, 0x2022),
    (0x2030, 0x2031),
    (0x2039, 0x203B),
    (0x20AC, 0x20AC),
    (0x2103, 0x2103),
    (0x2116, 0x2117),
    (0x2122, 0x2122),
    (0x2190, 0x2193),
];

/// Blocks of Chinese, Japanese and Korean script, its punctuation and its wide forms among them.
const CJK: &[(u32, u32)] = &[
    (0x1100, 0x11FF),
    (0x2E80, 0x9FFF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
    (0x20000, 0x3FFFF),
];

impl Letters {
    /// The letters of all texts together.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let beyond = |c: &char| !c.is_ascii() && !within(*c, PDFLATEX);
        texts.into_iter().flat_map(str::chars).filter(beyond).fold(Self::default(), Self::with)
    }

    fn with(self, c: char) -> Self {
        let cjk = within(c, CJK);
        Self { cjk: self.cjk || cjk, other: self.other || !cjk }
    }
}

/// Whether it is a character of Chinese, Japanese or Korean script, as wide as two others.
pub fn is_wide(c: char) -> bool {
    within(c, CJK)
}

fn within(c: char, ranges: &[(u32, u32)]) -> bool {
    ranges.iter().any(|&(first, last)| (first..=last).contains(&u32::from(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pdflatex_sets_latin_letters_only() {
        let of = |text| Letters::of([text]);
        let none = Letters::default();
        assert_eq!(of("Île-de-France, Łódź, Čačak, 5 €, «à», a’s, 1 % – 2"), none);
        assert_eq!(of("碳排放，省"), Letters { cjk: true, other: false });
        assert_eq!(of("서울"), Letters { cjk: true, other: false });
        assert_eq!(of("Москва"), Letters { cjk: false, other: true });
        assert_eq!(of("e\u{301}"), Letters { cjk: false, other: true });
        assert_eq!(Letters::of(["省", "Ж"]), Letters { cjk: true, other: true });
    }
}
