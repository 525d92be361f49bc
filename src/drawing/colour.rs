//! Colours. Groups have those of Okabe & Ito (2008), which colour-blind readers tell apart; values
//! have a sequential ramp whose lightness falls evenly, so that its order survives grey print.

use std::fmt;

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Colour(pub u8, pub u8, pub u8);

/// Text and axes.
pub const INK: Colour = Colour(0x22, 0x22, 0x22);
/// What stands behind: reference lines, borders.
pub const GREY: Colour = Colour(0x77, 0x77, 0x77);
/// Grid lines.
pub const PALE: Colour = Colour(0xdd, 0xdd, 0xdd);
/// Areas that are not part of what is shown.
pub const GROUND: Colour = Colour(0xf2, 0xf2, 0xf2);
/// Paper.
pub const WHITE: Colour = Colour(0xff, 0xff, 0xff);
/// Positive, in a pair that grey print and colour-blind readers tell apart with other signs.
pub const BLUE: Colour = Colour(0x00, 0x72, 0xb2);
/// Negative.
pub const VERMILLION: Colour = Colour(0xd5, 0x5e, 0x00);

/// The colours of groups in the order in which they are given out (Okabe & Ito 2008, black and
/// yellow last: black is that of axes, yellow is faint on paper).
const GROUPS: [Colour; 8] = [
    BLUE,
    VERMILLION,
    Colour(0x00, 0x9e, 0x73),
    Colour(0xcc, 0x79, 0xa7),
    Colour(0x56, 0xb4, 0xe9),
    Colour(0xe6, 0x9f, 0x00),
    Colour(0x00, 0x00, 0x00),
    Colour(0xf0, 0xe4, 0x42),
];

/// The sequential ramp from light to dark: yellow-green-blue of ColorBrewer (Harrower & Brewer
/// 2003), whose lightness falls from step to step.
const RAMP: [Colour; 7] = [
    Colour(0xff, 0xff, 0xcc),
    Colour(0xc7, 0xe9, 0xb4),
    Colour(0x7f, 0xcd, 0xbb),
    Colour(0x41, 0xb6, 0xc4),
    Colour(0x1d, 0x91, 0xc0),
    Colour(0x22, 0x5e, 0xa8),
    Colour(0x0c, 0x2c, 0x84),
];

impl Colour {
    /// The colour of the `i`-th group; after eight they begin again.
    pub fn group(i: usize) -> Self {
        GROUPS[i % GROUPS.len()]
    }

    /// The colour at a share of the sequential ramp, 0 the lightest, 1 the darkest.
    pub fn sequential(share: f64) -> Self {
        let at = share.clamp(0.0, 1.0) * (RAMP.len() - 1) as f64;
        let low = (at.floor() as usize).min(RAMP.len() - 2);
        RAMP[low].mixed(RAMP[low + 1], at - low as f64)
    }

    /// Mixed with another: 0 itself, 1 the other.
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| {
            (f64::from(a) + share * (f64::from(b) - f64::from(a))).round().clamp(0.0, 255.0) as u8
        };
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// A paler one.
    pub fn lighter(self, share: f64) -> Self {
        self.mixed(WHITE, share)
    }

    /// Relative luminance, 0 black to 1 white (ITU-R BT.709, without gamma).
    pub fn luminance(self) -> f64 {
        (0.2126 * f64::from(self.0) + 0.7152 * f64::from(self.1) + 0.0722 * f64::from(self.2))
            / 255.0
    }

    /// Ink that can be read on this colour.
    pub fn ink(self) -> Self {
        if self.luminance() < 0.5 { WHITE } else { INK }
    }
}

impl fmt::Display for Colour {
    /// `#0072b2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ramp_darkens_at_every_step() {
        let lightness: Vec<f64> =
            (0..=60).map(|i| Colour::sequential(f64::from(i) / 60.0).luminance()).collect();
        assert!(lightness.windows(2).all(|pair| pair[1] < pair[0]), "{lightness:?}");
    }

    #[test]
    fn ink_contrasts_with_its_ground() {
        assert_eq!(Colour::sequential(0.0).ink(), INK);
        assert_eq!(Colour::sequential(1.0).ink(), WHITE);
    }
}
