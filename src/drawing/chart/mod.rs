//! The furniture of charts.
//!
//! | file | what it does |
//! |---|---|
//! | `scale` | values → places, and the round values between which they lie |
//! | `panels` | equal areas in rows and columns, aligned exactly |
//! | `axes` | frames, grid lines, axes with their labels |
//! | `marker` | shapes of points |
//! | `legend` | what colours, hatches, markers and lines stand for |
//! | `labels` | names beside points, without overlaps |
//! | `leaders` | names of areas that have no room for them, with a line to each |

pub mod axes;
pub mod labels;
pub mod leaders;
pub mod legend;
pub mod marker;
pub mod panels;
pub mod scale;

pub use axes::{Frame, Tick};
pub use legend::{Entry, Key};
pub use marker::Marker;
pub use scale::{Scale, Ticks};

/// Size of the labels of ticks, in points.
pub const SMALL: f64 = 7.0;
/// Size of titles of axes and of legends.
pub const NORMAL: f64 = 8.0;
/// Size of titles of panels.
pub const LARGE: f64 = 9.0;
