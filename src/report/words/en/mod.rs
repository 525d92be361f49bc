//! English, the language of the records too.

mod claims;
mod figures;
mod frames;
mod names;
mod notes;
mod page;
mod panel_tests;
mod protocol;
mod published;

use super::Words;

/// English.
#[derive(Debug, Clone, Copy)]
pub struct English;

impl Words for English {}

/// `; up to 3 of them without …`, or nothing of none.
fn of_them(failed: u32, before: &str, after: &str) -> String {
    if failed == 0 { String::new() } else { format!("{before}{failed} of them {after}") }
}
