//! Whether periods are equally spaced, and what they leave out.

use crate::ident::Period;

/// What is wrong with a sequence of periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holes {
    /// They stand on no common grid; the periods, listed.
    Uneven(String),
    /// They stand on a grid, of which these are absent.
    Absent(String),
}

/// The step between rising periods: their smallest difference, 1 when there are fewer than two.
pub fn step(periods: &[Period]) -> i64 {
    differences(periods).min().unwrap_or(1)
}

fn differences(periods: &[Period]) -> impl Iterator<Item = i64> + '_ {
    periods.windows(2).map(|pair| pair[1].0.saturating_sub(pair[0].0))
}

/// What keeps rising, distinct `periods` from being equally spaced.
pub fn holes(periods: &[Period]) -> Option<Holes> {
    let step = step(periods);
    if differences(periods).any(|difference| difference % step != 0) {
        return Some(Holes::Uneven(shortened(periods.iter().map(ToString::to_string).collect())));
    }
    let absent: Vec<String> = periods
        .windows(2)
        .filter(|pair| pair[1].0.saturating_sub(pair[0].0) > step)
        .map(|pair| stretch(Period(pair[0].0 + step), Period(pair[1].0 - step)))
        .collect();
    (!absent.is_empty()).then(|| Holes::Absent(shortened(absent)))
}

/// `1971` or `1971 to 1979`.
fn stretch(first: Period, last: Period) -> String {
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}

/// The stretches of a grid with this `step` that rising `periods` cover: `2002 to 2004, 2007`.
pub fn stretches(periods: &[Period], step: i64) -> String {
    let runs = periods.chunk_by(|a, b| b.0.saturating_sub(a.0) == step);
    shortened(runs.map(|run| stretch(run[0], run[run.len() - 1])).collect())
}

/// At most eight of a list, and how many more.
pub fn shortened(mut list: Vec<String>) -> String {
    const MOST: usize = 8;
    if list.len() > MOST {
        let more = format!("and {} more", list.len() - MOST);
        list.truncate(MOST);
        list.push(more);
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn periods(years: &[i64]) -> Vec<Period> {
        years.iter().copied().map(Period).collect()
    }

    #[test]
    fn equal_steps_have_no_holes() {
        assert_eq!(holes(&periods(&[1970])), None);
        assert_eq!(holes(&periods(&[1970, 1971, 1972])), None);
        assert_eq!(holes(&periods(&[1960, 1970, 1980])), None);
    }

    #[test]
    fn absent_periods_are_listed_as_stretches() {
        let absent = |text: &str| Some(Holes::Absent(text.to_owned()));
        assert_eq!(holes(&periods(&[1, 2, 4, 5, 9])), absent("3, 6 to 8"));
        assert_eq!(holes(&periods(&[1960, 1970, 1990])), absent("1980"));
        assert_eq!(holes(&periods(&[1, 2, i64::MAX])), absent("3 to 9223372036854775806"),);
    }

    #[test]
    fn periods_off_any_grid_are_uneven() {
        let uneven = Some(Holes::Uneven("1960, 1963, 1965".to_owned()));
        assert_eq!(holes(&periods(&[1960, 1963, 1965])), uneven);
    }
}
