//! Points on a sphere.

/// Radius of the earth in km.
pub const RADIUS: f64 = 6371.0;

/// The point at `longitude` and `latitude`, in degrees, of a sphere of radius 1.
pub fn unit_vector(longitude: f64, latitude: f64) -> [f64; 3] {
    let (longitude, latitude) = (longitude.to_radians(), latitude.to_radians());
    let flat = libm::cos(latitude);
    [flat * libm::cos(longitude), flat * libm::sin(longitude), libm::sin(latitude)]
}

/// Kilometres along the great circle between points whose straight distance is `chord` on a sphere
/// of radius 1.
pub fn arc(chord: f64) -> f64 {
    2.0 * RADIUS * libm::asin((chord / 2.0).min(1.0))
}

/// The straight distance on a sphere of radius 1 of points so many km apart; 2 from half the way
/// around on.
pub fn chord(km: f64) -> f64 {
    let half = km / (2.0 * RADIUS);
    if half >= std::f64::consts::FRAC_PI_2 { 2.0 } else { 2.0 * libm::sin(half) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_a_great_circle() {
        let (a, b) = (unit_vector(0.0, 0.0), unit_vector(90.0, 0.0));
        let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
        let quarter = RADIUS * std::f64::consts::FRAC_PI_2;
        assert!((arc(squares.sqrt()) - quarter).abs() < 1e-9);
        assert!((chord(quarter) - 2.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(chord(1e6), 2.0);
    }
}
