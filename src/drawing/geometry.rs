//! Points, rectangles, paths.

/// A place, in points from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// The place (x, y).
pub fn point(x: f64, y: f64) -> Point {
    Point { x, y }
}

impl Point {
    /// The place this far away.
    pub fn shifted(self, dx: f64, dy: f64) -> Self {
        point(self.x + dx, self.y + dy)
    }

    /// The place at a share of the way to another.
    pub fn towards(self, other: Self, share: f64) -> Self {
        point(self.x + share * (other.x - self.x), self.y + share * (other.y - self.y))
    }

    /// How far another place is.
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// The rectangle with this corner and size.
    pub fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    /// Right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// The middle.
    pub fn centre(&self) -> Point {
        point(self.x + 0.5 * self.width, self.y + 0.5 * self.height)
    }

    /// What is left without margins: top, right, bottom, left.
    pub fn inset(&self, [top, right, bottom, left]: [f64; 4]) -> Self {
        let (width, height) = (self.width - left - right, self.height - top - bottom);
        Self::new(self.x + left, self.y + top, width.max(0.0), height.max(0.0))
    }

    /// Larger on every side.
    pub fn grown(&self, by: f64) -> Self {
        Self::new(self.x - by, self.y - by, self.width + 2.0 * by, self.height + 2.0 * by)
    }

    /// Whether the place is inside, edges included.
    pub fn contains(&self, at: Point) -> bool {
        (self.x..=self.right()).contains(&at.x) && (self.y..=self.bottom()).contains(&at.y)
    }

    /// Whether another rectangle is inside, edges included.
    pub fn holds(&self, other: &Self) -> bool {
        self.contains(point(other.x, other.y))
            && self.contains(point(other.right(), other.bottom()))
    }

    /// The area shared with another.
    pub fn overlap(&self, other: &Self) -> f64 {
        let width = self.right().min(other.right()) - self.x.max(other.x);
        let height = self.bottom().min(other.bottom()) - self.y.max(other.y);
        width.max(0.0) * height.max(0.0)
    }

    /// The part of a straight line that is inside; `None` when there is none (Liang & Barsky 1984).
    pub fn clipped(&self, from: Point, to: Point) -> Option<(Point, Point)> {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let (mut first, mut last) = (0.0_f64, 1.0_f64);
        let sides = [
            (-dx, from.x - self.x),
            (dx, self.right() - from.x),
            (-dy, from.y - self.y),
            (dy, self.bottom() - from.y),
        ];
        for (step, room) in sides {
            if step == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if step < 0.0 {
                first = first.max(room / step);
            } else {
                last = last.min(room / step);
            }
        }
        (first <= last).then(|| (from.towards(to, first), from.towards(to, last)))
    }
}

/// A part of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Segment {
    /// A new beginning.
    Move(Point),
    /// A straight line.
    Line(Point),
    /// A quadratic curve: control, end.
    Quad(Point, Point),
    /// A cubic curve: two controls, end.
    Cubic(Point, Point, Point),
    /// Back to the beginning.
    Close,
}

/// Lines and curves, one or several.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    /// The parts in order.
    pub segments: Vec<Segment>,
}

/// What makes four cubic curves a circle to 0.03 %.
const CIRCLE: f64 = 0.552_284_749_8;

impl Path {
    /// A straight line.
    pub fn line(from: Point, to: Point) -> Self {
        Self { segments: vec![Segment::Move(from), Segment::Line(to)] }
    }

    /// Straight lines from place to place.
    pub fn polyline(points: &[Point]) -> Self {
        let mut path = Self::default();
        path.run(points);
        path
    }

    /// A polygon.
    pub fn polygon(points: &[Point]) -> Self {
        Self::rings(&[points.to_vec()])
    }

    /// Polygons in one: outlines and holes.
    pub fn rings(rings: &[Vec<Point>]) -> Self {
        let mut path = Self::default();
        for ring in rings {
            path.run(ring);
            path.segments.push(Segment::Close);
        }
        path
    }

    /// A rectangle.
    pub fn rect(rect: &Rect) -> Self {
        Self::polygon(&corners(rect))
    }

    /// A circle.
    pub fn circle(centre: Point, radius: f64) -> Self {
        let (r, k) = (radius, CIRCLE * radius);
        let at = |dx: f64, dy: f64| centre.shifted(dx, dy);
        Self {
            segments: vec![
                Segment::Move(at(r, 0.0)),
                Segment::Cubic(at(r, k), at(k, r), at(0.0, r)),
                Segment::Cubic(at(-k, r), at(-r, k), at(-r, 0.0)),
                Segment::Cubic(at(-r, -k), at(-k, -r), at(0.0, -r)),
                Segment::Cubic(at(k, -r), at(r, -k), at(r, 0.0)),
                Segment::Close,
            ],
        }
    }

    /// With the parts of another path.
    pub fn and(mut self, other: Self) -> Self {
        self.segments.extend(other.segments);
        self
    }

    /// With every place put through `map`.
    pub fn mapped(&self, map: impl Fn(Point) -> Point) -> Self {
        let segments = self.segments.iter().map(|segment| match *segment {
            Segment::Move(p) => Segment::Move(map(p)),
            Segment::Line(p) => Segment::Line(map(p)),
            Segment::Quad(a, p) => Segment::Quad(map(a), map(p)),
            Segment::Cubic(a, b, p) => Segment::Cubic(map(a), map(b), map(p)),
            Segment::Close => Segment::Close,
        });
        Self { segments: segments.collect() }
    }

    fn run(&mut self, points: &[Point]) {
        for (i, &p) in points.iter().enumerate() {
            self.segments.push(if i == 0 { Segment::Move(p) } else { Segment::Line(p) });
        }
    }
}

/// The corners of a rectangle, from the upper left one clockwise.
pub fn corners(rect: &Rect) -> [Point; 4] {
    let (x, y, right, bottom) = (rect.x, rect.y, rect.right(), rect.bottom());
    [point(x, y), point(right, y), point(right, bottom), point(x, bottom)]
}

/// The smallest rectangle with all places; an empty one at the origin for none.
pub fn bounds<'a>(points: impl IntoIterator<Item = &'a Point>) -> Rect {
    let mut points = points.into_iter();
    let Some(&first) = points.next() else { return Rect::default() };
    let (low, high) = points.fold((first, first), |(low, high), p| {
        (point(low.x.min(p.x), low.y.min(p.y)), point(high.x.max(p.x), high.y.max(p.y)))
    });
    Rect::new(low.x, low.y, high.x - low.x, high.y - low.y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_the_edges() {
        let area = Rect::new(0.0, 0.0, 10.0, 10.0);
        let cut = area.clipped(point(-10.0, 5.0), point(20.0, 5.0));
        assert_eq!(cut, Some((point(0.0, 5.0), point(10.0, 5.0))));
        assert_eq!(area.clipped(point(-1.0, -5.0), point(20.0, -5.0)), None);
        assert_eq!(
            area.clipped(point(1.0, 1.0), point(2.0, 3.0)),
            Some((point(1.0, 1.0), point(2.0, 3.0)))
        );
    }

    #[test]
    fn rectangles_know_what_they_share() {
        let a = Rect::new(0.0, 0.0, 4.0, 4.0);
        assert_eq!(a.overlap(&Rect::new(2.0, 3.0, 4.0, 4.0)), 2.0);
        assert_eq!(a.overlap(&Rect::new(5.0, 0.0, 1.0, 1.0)), 0.0);
        assert!(a.holds(&Rect::new(1.0, 1.0, 3.0, 3.0)));
    }
}
