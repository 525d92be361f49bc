//! Letters: which font has them, how wide they are, and their outlines.
//!
//! The fonts are in `fonts/`, whose README says where they come from. A character is looked for in
//! the font of its style, then among the mathematical signs, then among the Chinese characters; one
//! that no font has becomes a box, and is told.

use super::colour::{Colour, INK};
use super::geometry::{Path, Point, Segment, point};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// What letters rise above the base line, in ems: capitals and digits.
pub const CAPITALS: f64 = 0.714;
/// What the highest letters rise above the base line, in ems.
pub const ASCENT: f64 = 0.78;
/// What the lowest letters fall below it, in ems.
pub const DESCENT: f64 = 0.22;
/// Units in which outlines are given, in an em.
pub const UNITS: f64 = 1000.0;
/// Size of raised and lowered letters.
const SMALL: f64 = 0.68;
/// Width of the box in the place of a character that no font has, in ems.
const BOX_WIDTH: f64 = 0.6;

/// How text is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Letters {
    /// Size of the font in points.
    pub size: f64,
    /// What of it is at the place.
    pub anchor: Anchor,
    /// Colour.
    pub colour: Colour,
    /// Whether it runs upwards instead of to the right.
    pub upwards: bool,
}

impl Letters {
    /// Text that begins at its place.
    pub fn start(size: f64) -> Self {
        Self { size, anchor: Anchor::Start, colour: INK, upwards: false }
    }

    /// Text with its middle at its place.
    pub fn middle(size: f64) -> Self {
        Self { anchor: Anchor::Middle, ..Self::start(size) }
    }

    /// Text that ends at its place.
    pub fn end(size: f64) -> Self {
        Self { anchor: Anchor::End, ..Self::start(size) }
    }

    /// In another colour.
    pub fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    /// How far below its place the base line is when the place is the middle of capitals.
    pub fn drop(&self) -> f64 {
        0.5 * CAPITALS * self.size
    }
}

/// What of a text is at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// Text in pieces that differ in style. Labels of users are plain: nothing in them is markup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rich {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    text: String,
    style: Style,
    shift: Shift,
}

/// The style of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// Upright.
    Regular,
    /// Heavy.
    Bold,
    /// Slanted, for variables.
    Italic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shift {
    None,
    Raised,
    Lowered,
}

impl Rich {
    /// Upright text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::default().then(text)
    }

    /// Heavy text.
    pub fn bold(text: impl Into<String>) -> Self {
        Self::default().piece(text.into(), Style::Bold, Shift::None)
    }

    /// And then this, upright.
    pub fn then(self, text: impl Into<String>) -> Self {
        self.piece(text.into(), Style::Regular, Shift::None)
    }

    /// And then this, slanted.
    pub fn italic(self, text: impl Into<String>) -> Self {
        self.piece(text.into(), Style::Italic, Shift::None)
    }

    /// And then this, small and raised.
    pub fn raised(self, text: impl Into<String>) -> Self {
        self.piece(text.into(), Style::Regular, Shift::Raised)
    }

    /// And then this, small and lowered.
    pub fn lowered(self, text: impl Into<String>) -> Self {
        self.piece(text.into(), Style::Regular, Shift::Lowered)
    }

    fn piece(mut self, text: String, style: Style, shift: Shift) -> Self {
        self.pieces.push(Piece { text, style, shift });
        self
    }

    /// The text without its styles.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Its width at a size.
    pub fn width(&self, size: f64) -> f64 {
        self.laid().width * size
    }

    /// Its letters, one after another.
    pub fn laid(&self) -> Laid {
        let mut laid = Laid { text: self.text(), ..Laid::default() };
        for piece in &self.pieces {
            let (scale, rise) = match piece.shift {
                Shift::None => (1.0, 0.0),
                Shift::Raised => (SMALL, 0.34),
                Shift::Lowered => (SMALL, -0.16),
            };
            for c in piece.text.chars() {
                let glyph = FONTS.glyph(c, piece.style);
                if glyph == Glyph::Box {
                    laid.missing.insert(c);
                }
                let placed = Placed { glyph, x: laid.width, rise, scale };
                laid.width += scale * FONTS.advance(glyph);
                laid.glyphs.push(placed);
            }
        }
        laid
    }
}

impl From<&str> for Rich {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

impl From<String> for Rich {
    fn from(text: String) -> Self {
        Self::plain(text)
    }
}

/// A line of letters, in ems.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Laid {
    /// The text.
    pub text: String,
    /// The letters.
    pub glyphs: Vec<Placed>,
    /// How wide they are together.
    pub width: f64,
    /// Characters that no font has.
    pub missing: BTreeSet<char>,
}

/// A letter in a line, in ems.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Which outline.
    pub glyph: Glyph,
    /// Where it begins.
    pub x: f64,
    /// How far its base line is above that of the line.
    pub rise: f64,
    /// Its size.
    pub scale: f64,
}

/// An outline of a font.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Glyph {
    /// Of a font, by its number there.
    Of(usize, u16),
    /// The box in the place of a character that no font has.
    Box,
}

/// The outline of a letter in thousandths of an em, y upwards.
pub fn outline(glyph: Glyph) -> Path {
    match glyph {
        Glyph::Of(font, id) => {
            let face = &FONTS.faces[font];
            let mut pen =
                Pen { path: Path::default(), scale: UNITS / f64::from(face.units_per_em()) };
            face.outline_glyph(GlyphId(id), &mut pen);
            pen.path
        }
        Glyph::Box => {
            let side = |edge: f64| {
                let (right, top) = (BOX_WIDTH * UNITS - edge, CAPITALS * UNITS - edge + 50.0);
                [
                    point(edge, edge - 50.0),
                    point(right, edge - 50.0),
                    point(right, top),
                    point(edge, top),
                ]
            };
            // The inner ring runs the other way round, so that it is a hole under either rule.
            let mut inner = side(110.0).to_vec();
            inner.reverse();
            Path::rings(&[side(50.0).to_vec(), inner])
        }
    }
}

struct Pen {
    path: Path,
    scale: f64,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> Point {
        point(f64::from(x) * self.scale, f64::from(y) * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.segments.push(Segment::Move(self.at(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.segments.push(Segment::Line(self.at(x, y)));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.path.segments.push(Segment::Quad(self.at(x1, y1), self.at(x, y)));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (a, b) = (self.at(x1, y1), self.at(x2, y2));
        self.path.segments.push(Segment::Cubic(a, b, self.at(x, y)));
    }

    fn close(&mut self) {
        self.path.segments.push(Segment::Close);
    }
}

/// The fonts, those of the styles first.
struct Fonts {
    faces: Vec<Face<'static>>,
}

static FILES: [&[u8]; 5] = [
    include_bytes!("fonts/NotoSans-Regular.ttf"),
    include_bytes!("fonts/NotoSans-Bold.ttf"),
    include_bytes!("fonts/NotoSans-Italic.ttf"),
    include_bytes!("fonts/NotoSansMath-Regular.ttf"),
    include_bytes!("fonts/DroidSansFallback.ttf"),
];

/// A file that is no font is left out; a test holds that there is none.
static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts {
    faces: FILES.iter().filter_map(|file| Face::parse(file, 0).ok()).collect(),
});

impl Fonts {
    fn glyph(&self, c: char, style: Style) -> Glyph {
        let own = match style {
            Style::Regular => 0,
            Style::Bold => 1,
            Style::Italic => 2,
        };
        let order = [own, 0, 3, 4];
        // A line break or a tab in a label is a blank.
        let c = if c.is_whitespace() { ' ' } else { c };
        let has =
            |font: usize| self.faces.get(font)?.glyph_index(c).map(|id| Glyph::Of(font, id.0));
        order.into_iter().find_map(has).unwrap_or(Glyph::Box)
    }

    /// How far the next letter is, in ems.
    fn advance(&self, glyph: Glyph) -> f64 {
        match glyph {
            Glyph::Of(font, id) => {
                let face = &self.faces[font];
                let advance = face.glyph_hor_advance(GlyphId(id)).unwrap_or_default();
                f64::from(advance) / f64::from(face.units_per_em())
            }
            Glyph::Box => BOX_WIDTH,
        }
    }
}

/// A text in as few lines as it needs in a width, broken at blanks and between Chinese characters;
/// `None` where a part of it is wider.
pub fn lines(text: &str, size: f64, width: f64) -> Option<Vec<String>> {
    let wide = |c: char| u32::from(c) >= 0x2E80;
    let mut parts: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in text.chars() {
        match parts.last_mut() {
            Some(part) if before != ' ' && !(wide(before) || wide(c)) => part.push(c),
            Some(part) if c == ' ' => part.push(c),
            Some(_) | None => parts.push(c.to_string()),
        }
        before = c;
    }
    let fits = |line: &str| Rich::plain(line.trim_end()).width(size) <= width;
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if fits(&format!("{line}{part}")) => line.push_str(&part),
            Some(_) | None if fits(&part) => lines.push(part),
            Some(_) | None => return None,
        }
    }
    Some(lines.into_iter().map(|line| line.trim_end().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_between_chinese_characters() {
        let broken = |text: &str, width: f64| lines(text, 10.0, width);
        assert_eq!(broken("nearest neighbours", 500.0).unwrap(), ["nearest neighbours"]);
        assert_eq!(
            broken("four nearest neighbours", 70.0).unwrap(),
            ["four nearest", "neighbours"]
        );
        assert_eq!(broken("neighbours", 20.0), None);
        assert_eq!(broken("空间权重矩阵", 31.0).unwrap(), ["空间权", "重矩阵"]);
        assert_eq!(broken("", 31.0).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn every_file_is_a_font() {
        assert_eq!(FONTS.faces.len(), FILES.len());
    }

    #[test]
    fn the_signs_of_the_trade_have_outlines() {
        let signs =
            "−×±≤≥·ρλσ²τχ₂₁′–—→←≈≠∈∑√∞°θαβγδ⁻¹⁴…∆Δ“”’中国碳排放产业集聚（单位）、省份黑龙江ÉéñüŠ";
        let laid = Rich::plain(signs).laid();
        assert_eq!(laid.missing, BTreeSet::new());
        let blank = laid.glyphs.iter().filter(|g| outline(g.glyph).segments.is_empty()).count();
        assert_eq!(blank, 0);
    }

    #[test]
    fn what_no_font_has_is_a_box_and_is_told() {
        let laid = Rich::plain("a🂡").laid();
        assert_eq!(laid.missing, BTreeSet::from(['🂡']));
        assert_eq!(laid.glyphs[1].glyph, Glyph::Box);
        assert!(!outline(Glyph::Box).segments.is_empty());
    }

    #[test]
    fn widths_add_up() {
        let both = Rich::plain("Moran").width(10.0) + Rich::plain("I").width(10.0);
        assert!((Rich::plain("MoranI").width(10.0) - both).abs() < 1e-9);
        assert!(Rich::plain("R").raised("2").width(10.0) < Rich::plain("R2").width(10.0));
        // Digits are equally wide, so that numbers stand in line.
        assert_eq!(Rich::plain("1111").width(8.0), Rich::plain("0808").width(8.0));
        // A Chinese character is an em wide.
        assert_eq!(Rich::plain("碳").width(8.0), 8.0);
    }
}
