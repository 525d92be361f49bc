//! What helps to write an experiment.

use super::Ending;
use super::args::SchemaOf;
use super::commands::vocabulary;
use crate::simulate;
use crate::spec::schema;
use std::io::{ErrorKind, Write};

/// Prints the JSON Schema of a kind of file.
pub(super) fn schema(kind: SchemaOf) -> Ending {
    let schema = match kind {
        SchemaOf::Experiment => schema::experiment(&vocabulary()),
        SchemaOf::Process => schema::of_type::<simulate::spec::Raw>("A process of spanel simulate"),
    };
    print(&format!("{schema:#}\n"))
}

/// Prints what may be long. A reader that has seen enough (`spanel schema | head`) is no failure.
pub(super) fn print(text: &str) -> Ending {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => Ending::Done,
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ending::Done,
        Err(e) => {
            eprintln!("cannot write to standard output: {e}");
            Ending::FileWrong
        }
    }
}
