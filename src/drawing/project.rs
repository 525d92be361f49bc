//! Longitude and latitude → a plane, without distorting areas: Albers' equal-area conic projection
//! of a sphere (Snyder 1987, Map Projections: A Working Manual, pages 98-103), with standard
//! parallels at a sixth and five sixths of the latitudes that are shown. Transcendental functions
//! are those of `libm`, the same on every machine.

use super::geometry::{Point, Rect, bounds, point};

/// Puts places given as (longitude, latitude) in degrees into `area`, as large as they fit, in the
/// middle. Where all latitudes are within a degree of the equator, degrees are equally long.
pub fn fitted(rings: &[Vec<(f64, f64)>], area: &Rect) -> Vec<Vec<Point>> {
    let all = || rings.iter().flatten();
    let low = all().map(|p| p.1).fold(f64::INFINITY, f64::min);
    let high = all().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
    let west = all().map(|p| p.0).fold(f64::INFINITY, f64::min);
    let east = all().map(|p| p.0).fold(f64::NEG_INFINITY, f64::max);
    let cone = Cone::new(low, high, 0.5 * (west + east));
    let flat: Vec<Vec<Point>> =
        rings.iter().map(|ring| ring.iter().map(|&p| cone.project(p)).collect()).collect();
    scaled(&flat, area)
}

/// Puts places into `area`, as large as they fit, in the middle.
pub fn scaled(rings: &[Vec<Point>], area: &Rect) -> Vec<Vec<Point>> {
    let extent = bounds(rings.iter().flatten());
    let scale = (area.width / extent.width.max(f64::MIN_POSITIVE))
        .min(area.height / extent.height.max(f64::MIN_POSITIVE));
    let (from, to) = (extent.centre(), area.centre());
    let map = |p: &Point| point(to.x + scale * (p.x - from.x), to.y + scale * (p.y - from.y));
    rings.iter().map(|ring| ring.iter().map(map).collect()).collect()
}

struct Cone {
    /// Exponent of the cone; 0 for a cylinder.
    n: f64,
    c: f64,
    middle: f64,
}

impl Cone {
    fn new(low: f64, high: f64, middle: f64) -> Self {
        let sixth = (high - low) / 6.0;
        let sine = |degrees: f64| libm::sin(degrees.to_radians());
        let (s1, s2) = (sine(low + sixth), sine(high - sixth));
        let n = 0.5 * (s1 + s2);
        // cos²φ₁ + 2n sin φ₁.
        Self { n, c: 1.0 - s1 * s1 + 2.0 * n * s1, middle }
    }

    /// Radii of the sphere, y downwards.
    fn project(&self, (longitude, latitude): (f64, f64)) -> Point {
        let angle = (longitude - self.middle).to_radians();
        if self.n.abs() < 0.02 {
            return point(angle, -latitude.to_radians());
        }
        let sine = libm::sin(latitude.to_radians());
        let rho = libm::sqrt((self.c - 2.0 * self.n * sine).max(0.0)) / self.n;
        let theta = self.n * angle;
        point(rho * libm::sin(theta), rho * libm::cos(theta))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Snyder's example, page 291: standard parallels 29.5° and 45.5°, origin 23° N 96° W; the point
    /// 35° N 75° W has x = 0.2952720, y = 0.2416774 on the unit sphere.
    #[test]
    fn snyders_example() {
        let sine = |degrees: f64| f64::sin(degrees.to_radians());
        let n = 0.5 * (sine(29.5) + sine(45.5));
        let cone = Cone { n, c: 1.0 - sine(29.5).powi(2) + 2.0 * n * sine(29.5), middle: -96.0 };
        let (at, origin) = (cone.project((-75.0, 35.0)), cone.project((-96.0, 23.0)));
        assert!((at.x - 0.295_272_0).abs() < 1e-6, "{}", at.x);
        assert!((origin.y - at.y - 0.241_677_4).abs() < 1e-6, "{}", origin.y - at.y);
    }

    #[test]
    fn the_map_fills_its_area_and_north_is_up() {
        let ring = vec![(100.0, 20.0), (120.0, 20.0), (120.0, 50.0), (100.0, 50.0)];
        let area = Rect::new(10.0, 10.0, 100.0, 80.0);
        let placed = fitted(&[ring], &area);
        assert!(area.grown(1e-9).holds(&bounds(placed.iter().flatten())));
        assert!(placed[0][2].y < placed[0][1].y);
    }
}
