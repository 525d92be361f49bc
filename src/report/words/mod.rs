//! Every word that spanel itself puts into tables, figures and the report, language by language: what the compiler asks of
//! a new language is a folder with the traits, and a line in [`of`].
//!
//! | file | what is said |
//! |---|---|
//! | `names` | what things are called: axes, statistics, tests, effects |
//! | `frames` | heads, labels of rows, words in the place of numbers, footnotes |
//! | `notes` | the sentences below tables |
//! | `claims` | the table of claims |
//! | `figures` | figures and the notes below them |
//! | `protocol` | the sequence of decisions |
//! | `published` | printed numbers beside those computed |
//! | `page` | the page of the report, and the results section in LaTeX |
//! | `en`, `zh` | the languages |
//!
//! What the author wrote stays as it is, and so do the reasons and cautions that numerics left in
//! the records: another language than theirs quotes them.

mod claims;
mod en;
mod figures;
mod frames;
mod names;
mod notes;
mod page;
pub mod protocol;
mod published;
mod zh;

pub use claims::{ClaimHeads, Claims, Tally};
pub use figures::{FigureNote, FigureTexts, Figures};
pub use frames::{Frames, JointHeads, MoranHeads, NoBase, RobustnessHeads};
pub use names::Names;
pub use notes::{Below, Filling, Generated, Notes, Place, Resampled};
pub use page::{Counted, Finding, PageNote, PageTexts, Pages, ScriptTexts, Sentence};
pub use protocol::Protocols;
pub use published::{Published, PublishedTexts};

use crate::report::Source;
use crate::spec::Language;

/// All that a language says.
pub trait Words:
    Names + Frames + Notes + Claims + Figures + Protocols + Published + Pages + Sync
{
}

/// The words of a language.
pub fn of(language: Language) -> &'static dyn Words {
    match language {
        Language::En => &en::English,
        Language::Zh => &zh::Chinese,
    }
}

impl Source<'_> {
    /// The words of the experiment's language.
    pub fn words(&self) -> &'static dyn Words {
        of(self.spec.language)
    }
}
