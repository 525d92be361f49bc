//! What a scheme is good for.

/// What a scheme can say of an estimator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// What it claims to.
    Sound,
    /// Less than it seems: what a reader must know.
    Caution(&'static str),
    /// Nothing, or something wrong.
    Refused {
        /// Why, as the end of a sentence.
        because: &'static str,
        /// Who says so.
        source: &'static str,
    },
}

impl Support {
    /// What a reader must know, if anything.
    pub fn caution(self) -> Option<&'static str> {
        match self {
            Self::Caution(text) => Some(text),
            Self::Sound | Self::Refused { .. } => None,
        }
    }
}
