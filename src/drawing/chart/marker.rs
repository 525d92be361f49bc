//! Shapes of points, which tell groups apart where colours are not seen.

use crate::drawing::colour::WHITE;
use crate::drawing::{Colour, Paint, Path, Point, Scene, Stroke};

/// A shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A circle.
    Circle,
    /// A square.
    Square,
    /// A triangle that points upwards.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A triangle that points downwards.
    Wedge,
    /// A star of five points.
    Star,
}

impl Marker {
    /// The shape of the `i`-th group; after six they begin again.
    pub fn group(i: usize) -> Self {
        const ALL: [Marker; 6] = [
            Marker::Circle,
            Marker::Square,
            Marker::Triangle,
            Marker::Diamond,
            Marker::Wedge,
            Marker::Star,
        ];
        ALL[i % ALL.len()]
    }

    /// Its outline. Shapes of one radius look equally large.
    pub fn path(self, at: Point, radius: f64) -> Path {
        let r = radius;
        let corners = |places: &[(f64, f64)]| {
            let points: Vec<Point> =
                places.iter().map(|&(x, y)| at.shifted(r * x, r * y)).collect();
            Path::polygon(&points)
        };
        match self {
            Self::Circle => Path::circle(at, r),
            Self::Square => corners(&[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)]),
            Self::Triangle => corners(&[(0.0, -1.3), (1.12, 0.75), (-1.12, 0.75)]),
            Self::Wedge => corners(&[(0.0, 1.3), (1.12, -0.75), (-1.12, -0.75)]),
            Self::Diamond => corners(&[(0.0, -1.3), (1.15, 0.0), (0.0, 1.3), (-1.15, 0.0)]),
            Self::Star => corners(&STAR),
        }
    }

    /// Draws it, filled or hollow.
    pub fn draw(self, scene: &mut Scene, at: Point, radius: f64, colour: Colour, filled: bool) {
        let fill = if filled { colour } else { WHITE };
        scene.path(self.path(at, radius), Paint::both(fill, Stroke::new(colour, 0.9)));
    }
}

/// sin and −cos of multiples of 36°, the inner points at 0.55 of the outer ones, all times 1.4.
const STAR: [(f64, f64); 10] = [
    (0.0, -1.4),
    (0.453, -0.623),
    (1.331, -0.433),
    (0.732, 0.238),
    (0.823, 1.133),
    (0.0, 0.77),
    (-0.823, 1.133),
    (-0.732, 0.238),
    (-1.331, -0.433),
    (-0.453, -0.623),
];
