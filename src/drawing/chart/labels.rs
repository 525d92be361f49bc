//! Names beside points. Each is tried on eight sides of its point, the nearest first; one that would
//! cover a point, another name or what is kept free, or would leave the area, is left out.

use crate::drawing::{Point, Rect};

/// A name to be placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// Which of the points.
    pub point: usize,
    /// Width and height of the name.
    pub size: (f64, f64),
}

/// The areas of the names, `None` for those without a free place; in the order in which they are
/// wanted, which is that in which they choose. `radius` is that of the points.
pub fn placed(
    points: &[Point],
    radius: f64,
    wanted: &[Wanted],
    area: &Rect,
    kept_free: &[Rect],
) -> Vec<Option<Rect>> {
    let spots: Vec<Rect> =
        points.iter().map(|p| Rect::new(p.x, p.y, 0.0, 0.0).grown(radius)).collect();
    let mut taken: Vec<Rect> = kept_free.to_vec();
    wanted
        .iter()
        .map(|name| {
            let free = |place: &Rect| {
                let others = spots.iter().enumerate().filter(|(i, _)| *i != name.point);
                let covers = |other: &Rect| place.overlap(other) > 0.0;
                area.holds(place)
                    && !others.map(|(_, spot)| spot).any(covers)
                    && !taken.iter().any(covers)
            };
            let place = around(points[name.point], radius, name.size).into_iter().find(free);
            taken.extend(place);
            place
        })
        .collect()
}

/// The places around a point: right, left, above, below, then the corners.
fn around(at: Point, radius: f64, (width, height): (f64, f64)) -> [Rect; 8] {
    let near = radius + 1.2;
    let (right, left) = (at.x + near, at.x - near - width);
    let (above, below) = (at.y - near - height, at.y + near);
    let (level, middle) = (at.y - 0.5 * height, at.x - 0.5 * width);
    let place = |x: f64, y: f64| Rect::new(x, y, width, height);
    [
        place(right, level),
        place(left, level),
        place(middle, above),
        place(middle, below),
        place(right - 1.0, above + 1.0),
        place(right - 1.0, below - 1.0),
        place(left + 1.0, above + 1.0),
        place(left + 1.0, below - 1.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::point;

    #[test]
    fn names_cover_nothing() {
        let points: Vec<Point> = (0..12).map(|i| point(30.0 + 9.0 * f64::from(i), 40.0)).collect();
        let wanted: Vec<Wanted> =
            (0..12).map(|point| Wanted { point, size: (24.0, 6.0) }).collect();
        let area = Rect::new(0.0, 0.0, 160.0, 80.0);
        let places: Vec<Rect> =
            placed(&points, 2.0, &wanted, &area, &[]).into_iter().flatten().collect();
        assert!(places.len() >= 6, "{}", places.len());
        for (i, a) in places.iter().enumerate() {
            assert!(area.holds(a));
            assert!(places[i + 1..].iter().all(|b| a.overlap(b) == 0.0));
        }
    }
}
