//! The shapes of a figure, in the order in which they are painted.

use super::colour::Colour;
use super::geometry::{Path, Point, Rect};
use super::text::{Anchor, Laid, Letters, Rich};
use std::collections::BTreeSet;

/// A figure.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scene {
    /// Letters, digits, `-` and `_`: names parts of the file, so that several figures can stand in
    /// one document.
    pub id: String,
    /// What it is, for readers who do not see it and for lists of files.
    pub title: String,
    /// What it shows, in a sentence or more.
    pub description: String,
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// The shapes, first painted first.
    pub shapes: Vec<Shape>,
    /// Characters that no font has; boxes stand in their places.
    pub missing: BTreeSet<char>,
}

/// A shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Lines, areas. Areas that overlap an even number of times are empty.
    Path(Path, Paint),
    /// A line of text.
    Text(Lettering),
    /// Shapes of which only what is inside is seen.
    Clip(Rect, Vec<Shape>),
}

/// A line of text at its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Lettering {
    /// Its letters.
    pub laid: Laid,
    /// Where its base line begins.
    pub at: Point,
    /// Size of the font in points.
    pub size: f64,
    /// Colour.
    pub colour: Colour,
    /// Whether it runs upwards instead of to the right.
    pub upwards: bool,
}

/// How a path is painted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Paint {
    /// Inside.
    pub fill: Option<Colour>,
    /// Along.
    pub stroke: Option<Stroke>,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Colour.
    pub colour: Colour,
    /// Width in points.
    pub width: f64,
    /// Gaps.
    pub dash: Dash,
}

/// Gaps of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dash {
    /// None.
    #[default]
    Solid,
    /// Dashes.
    Dashed,
    /// Dots.
    Dotted,
}

impl Dash {
    /// Lengths drawn and left out, in points; none for an unbroken line.
    pub fn lengths(self) -> Option<[f64; 2]> {
        match self {
            Self::Solid => None,
            Self::Dashed => Some([4.0, 2.5]),
            Self::Dotted => Some([1.0, 1.8]),
        }
    }
}

impl Stroke {
    /// An unbroken line.
    pub fn new(colour: Colour, width: f64) -> Self {
        Self { colour, width, dash: Dash::Solid }
    }

    /// The same with gaps.
    pub fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }
}

impl Paint {
    /// An area without a border.
    pub fn fill(colour: Colour) -> Self {
        Self { fill: Some(colour), stroke: None }
    }

    /// A line.
    pub fn stroke(stroke: Stroke) -> Self {
        Self { fill: None, stroke: Some(stroke) }
    }

    /// An area with a border.
    pub fn both(fill: Colour, stroke: Stroke) -> Self {
        Self { fill: Some(fill), stroke: Some(stroke) }
    }
}

impl Scene {
    /// An empty figure of this size in points.
    pub fn new(id: &str, width: f64, height: f64) -> Self {
        Self { id: id.to_owned(), width, height, ..Self::default() }
    }

    /// The whole area.
    pub fn area(&self) -> Rect {
        Rect::new(0.0, 0.0, self.width, self.height)
    }

    /// Paints a path.
    pub fn path(&mut self, path: Path, paint: Paint) {
        self.shapes.push(Shape::Path(path, paint));
    }

    /// Draws a straight line.
    pub fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        self.path(Path::line(from, to), Paint::stroke(stroke));
    }

    /// Writes text with its base line at `at`, and says which area it takes.
    pub fn text(&mut self, at: Point, text: &Rich, letters: Letters) -> Rect {
        let laid = text.laid();
        self.missing.extend(&laid.missing);
        let width = laid.width * letters.size;
        let back = match letters.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => 0.5 * width,
            Anchor::End => width,
        };
        let Letters { size, colour, upwards, .. } = letters;
        let at = if upwards { at.shifted(0.0, back) } else { at.shifted(-back, 0.0) };
        self.shapes.push(Shape::Text(Lettering { laid, at, size, colour, upwards }));
        let (rise, fall) = (super::text::ASCENT * size, super::text::DESCENT * size);
        if upwards {
            Rect::new(at.x - rise, at.y - width, rise + fall, width)
        } else {
            Rect::new(at.x, at.y - rise, width, rise + fall)
        }
    }

    /// Paints what `draw` paints, but only inside `area`.
    pub fn clipped(&mut self, area: Rect, draw: impl FnOnce(&mut Self)) {
        let before = std::mem::take(&mut self.shapes);
        draw(self);
        let inside = std::mem::replace(&mut self.shapes, before);
        self.shapes.push(Shape::Clip(area, inside));
    }

    /// Every line of text, in order.
    pub fn texts(&self) -> Vec<&Lettering> {
        fn collect<'s>(shapes: &'s [Shape], found: &mut Vec<&'s Lettering>) {
            for shape in shapes {
                match shape {
                    Shape::Path(..) => {}
                    Shape::Text(lettering) => found.push(lettering),
                    Shape::Clip(_, inside) => collect(inside, found),
                }
            }
        }
        let mut found = Vec::new();
        collect(&self.shapes, &mut found);
        found
    }
}
