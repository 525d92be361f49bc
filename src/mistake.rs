//! What is wrong with an input, where, and how to mend it.
//!
//! One plain carrier serves every stage that reads something a user wrote. Nothing matches on
//! particular mistakes: they are collected, shown all at once, and decide the exit code.

use crate::ident::KeyPath;
use std::fmt;
use std::path::PathBuf;

/// Which exit code a mistake leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The specification asks for something that cannot be: exit code 2.
    Spec,
    /// A file cannot be read or used: exit code 3.
    File,
    /// A file that spanel makes cannot be written, as on a full disk: exit code 3, and no mistake of
    /// the specification or the files it names.
    Unwritten,
}

/// Where a mistake was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// No place in particular.
    Nowhere,
    /// A key of the specification, whichever layer it came from.
    Key(KeyPath),
    /// A whole file.
    File(PathBuf),
    /// A stretch of one line of a text file.
    Line {
        /// The file.
        file: PathBuf,
        /// Line number, from 1.
        line: usize,
        /// First column, from 1, in characters.
        column: usize,
        /// Length of the stretch in characters, at least 1.
        length: usize,
        /// The text of the line, without its end.
        text: String,
    },
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Exit code class.
    pub kind: Kind,
    /// What is wrong, what was expected. A sentence fragment in lower case, without a full stop.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// Where.
    pub place: Place,
}

impl Mistake {
    /// A mistake at a key of the specification.
    pub fn spec(at: &KeyPath, message: impl Into<String>) -> Self {
        Self {
            kind: Kind::Spec,
            message: message.into(),
            help: None,
            place: Place::Key(at.clone()),
        }
    }

    /// A mistake about a whole file.
    pub fn file(file: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Self {
            kind: Kind::File,
            message: message.into(),
            help: None,
            place: Place::File(file.into()),
        }
    }

    /// A file that spanel makes and cannot write.
    pub fn unwritten(file: impl Into<PathBuf>, why: impl fmt::Display) -> Self {
        let kind = Kind::Unwritten;
        Self { kind, ..Self::file(file, format!("cannot be written: {why}")) }
    }

    /// Whether it is about the value at `at` or something in it.
    pub fn is_within(&self, at: &KeyPath) -> bool {
        matches!(&self.place, Place::Key(key) if key.0.starts_with(&at.0))
    }

    /// The same mistake with advice on how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same mistake at another place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Nowhere => write!(f, "{}", self.message),
            Place::Key(at) => write!(f, "{at}: {}", self.message),
            Place::File(file) => write!(f, "{}: {}", file.display(), self.message),
            Place::Line { file, line, column, .. } => {
                write!(f, "{}:{line}:{column}: {}", file.display(), self.message)
            }
        }
    }
}

/// One mistake or several, never none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// `Err` with the collected mistakes, or `Ok(value)` when there are none.
    pub fn unless_empty<T>(mistakes: Vec<Mistake>, value: T) -> Result<T, Mistakes> {
        if mistakes.is_empty() { Ok(value) } else { Err(Self(mistakes)) }
    }

    /// The collected mistakes, of which there is at least one.
    pub fn some(mistakes: Vec<Mistake>) -> Self {
        debug_assert!(!mistakes.is_empty());
        Self(mistakes)
    }

    /// The mistakes in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }

    /// The class that decides the exit code: a wrong specification outranks a wrong file.
    pub fn kind(&self) -> Kind {
        self.0.iter().map(|m| m.kind).min().unwrap_or(Kind::File)
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Mistakes) {
        self.0.extend(other.0);
    }

    /// The plain list.
    pub fn into_vec(self) -> Vec<Mistake> {
        self.0
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self(vec![mistake])
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Mistakes {}

/// A result whose error is what the user must mend.
pub type Checked<T> = Result<T, Mistakes>;

/// The candidate nearest to `name`, for "did you mean": at most a third of the letters differ.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|(distance, c)| {
            let longer = name.chars().count().max(c.chars().count());
            distance * 3 <= longer.max(3) && *distance < longer
        })
        .min_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1)))
        .map(|(_, c)| c)
}

/// The candidate closest to `name`, however far.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates.into_iter().min_by_key(|c| strsim::damerau_levenshtein(name, c))
}

/// Most names that a suggestion lists.
const SUGGESTED: usize = 20;

/// "did you mean `x`?" when something is near, else the list of what there is.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<&str> = candidates.into_iter().collect();
    match nearest(name, all.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if all.is_empty() => "there is nothing of that kind".to_owned(),
        None => {
            let shown: Vec<String> = all.iter().take(SUGGESTED).map(|c| format!("`{c}`")).collect();
            let more = if all.len() > SUGGESTED { ", …" } else { "" };
            format!("known: {}{more}", shown.join(", "))
        }
    }
}
