//! A room that draws and knows nothing of spanel: a scene of plain shapes, text as outlines, the
//! furniture of charts, and three formats that a scene is written in.
//!
//! | file | what it does |
//! |---|---|
//! | `geometry` | points, rectangles, paths |
//! | `colour` | colours that colour-blind readers tell apart and that print in grey |
//! | `scene` | the shapes of a figure |
//! | `text` | letters: which font has them, how wide they are, their outlines |
//! | `hatch` | lines and dots inside polygons |
//! | `project` | longitude and latitude → a plane |
//! | `chart` | scales, axes, panels, legends, markers, labels |
//! | `svg`, `pdf`, `png` | the formats |
//! | `xml` | text within markup |
//!
//! Lengths are points, 1/72 inch, from the upper left corner. Every format draws the same outlines
//! at the same places: text is not left to the fonts of the reader's machine. Coordinates are
//! written to a hundredth of a point, so that the same scene has the same bytes.
//!
//! Why this is written here: the figures need panels whose plot areas are aligned exactly, hatches
//! beside colours for grey print, Chinese and Greek letters in one label, and the same SVG and PDF
//! byte by byte. Of the plotting crates, plotters draws PDF not at all and text by the machine's
//! fonts, and is hardly maintained any more; kuva is heavy, and does not align panels that share
//! an axis.

pub mod chart;
pub mod colour;
pub mod geometry;
pub mod hatch;
pub mod pdf;
pub mod png;
pub mod project;
pub mod scene;
pub mod svg;
pub mod text;
pub mod xml;

pub use colour::Colour;
pub use geometry::{Path, Point, Rect, point};
pub use scene::{Dash, Paint, Scene, Shape, Stroke};
pub use text::{Anchor, Letters, Rich};

/// Points in a millimetre.
pub const POINTS_PER_MM: f64 = 72.0 / 25.4;
