//! How a run works on cells: how long they may take, what is tried again, when it stops. None of
//! this is part of what a cell asks.

use std::fmt;

/// `[run]`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunSpec {
    /// How long a cell may take.
    pub timeout: Option<Timeout>,
    /// After how long a line says that a cell is slow.
    pub slow: Option<Seconds>,
    /// Further searches for an optimum, from other points, where the first fails.
    pub retries: u32,
    /// Failed cells that stop the run.
    pub max_failures: Option<u32>,
    /// Whether each cell is fitted in a process of its own.
    pub isolate: bool,
    /// Memory that such a process may use.
    pub memory: Option<Bytes>,
}

/// How long a cell may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Timeout {
    /// So long.
    After(Seconds),
    /// So many times the median of other cells.
    Median(f64),
}

impl Timeout {
    /// `30 s`, `1.5 min`, `5x median`; or what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text.trim().strip_suffix("median") {
            None => Seconds::parse(text).map(Self::After),
            Some(times) => {
                let number = times.trim_end().strip_suffix(['x', '×']).unwrap_or("").trim_end();
                match number.parse::<f64>() {
                    Ok(factor) if factor > 1.0 && factor.is_finite() => Ok(Self::Median(factor)),
                    _ => Err("expected a number above 1 before `x median`, as in \"5x median\""),
                }
            }
        }
    }
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(seconds) => write!(f, "{seconds}"),
            Self::Median(factor) => write!(f, "{factor}x median"),
        }
    }
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seconds(pub f64);

/// Units of time, in seconds.
const TIMES: [(&str, f64); 4] = [("ms", 1e-3), ("s", 1.0), ("min", 60.0), ("h", 3_600.0)];
/// Units of memory, in bytes.
const SIZES: [(&str, f64); 5] =
    [("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("MiB", 1_048_576.0), ("GiB", 1_073_741_824.0)];

impl Seconds {
    /// `30 s`, `500 ms`, `2 min`, `1.5 h`; or what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        quantity(text, &TIMES)
            .map(Self)
            .ok_or("expected a number with `ms`, `s`, `min` or `h`, as in \"30 s\"")
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

/// A size of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes(pub u64);

impl Bytes {
    /// `2 GB`, `512 MB`, `1.5 GiB`; or what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        quantity(text, &SIZES)
            .map(|bytes| Self(bytes as u64))
            .ok_or("expected a number with `MB`, `GB`, `MiB` or `GiB`, as in \"2 GB\"")
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |(_, size): &&(&str, f64)| {
            self.0 as f64 >= *size && self.0.is_multiple_of(*size as u64)
        };
        let (unit, size) = SIZES[..3].iter().rev().find(fits).unwrap_or(&SIZES[0]);
        write!(f, "{} {unit}", self.0 as f64 / size)
    }
}

/// A positive number with one of the units.
fn quantity(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(end);
    let (_, size) = units.iter().find(|(name, _)| *name == unit.trim())?;
    let value = number.parse::<f64>().ok()? * size;
    (value > 0.0 && value.is_finite()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        let read = |text| Timeout::parse(text).map(|t| t.to_string());
        assert_eq!(read("30 s"), Ok("30 s".to_owned()));
        assert_eq!(read("250ms"), Ok("0.25 s".to_owned()));
        assert_eq!(read("1.5 min"), Ok("90 s".to_owned()));
        assert_eq!(read("5x median"), Ok("5x median".to_owned()));
        assert_eq!(read("2.5 × median"), Ok("2.5x median".to_owned()));
        for wrong in ["30", "s", "", "0 s", "-1 s", "0.5x median", "x median", "5 median", "3 days"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_of_memory() {
        let read = |text| Bytes::parse(text).map(|b| (b.0, b.to_string()));
        assert_eq!(read("2 GB"), Ok((2_000_000_000, "2 GB".to_owned())));
        assert_eq!(read("1500 MB"), Ok((1_500_000_000, "1500 MB".to_owned())));
        assert_eq!(read("1 MiB"), Ok((1_048_576, "1048.576 kB".to_owned())));
        assert!(read("2").is_err() && read("2 TBit").is_err());
    }
}
