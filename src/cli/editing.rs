//! What helps to write an experiment: its settings after all layers, and schemas for editors.

use super::Ending;
use super::args::{Experiment, SchemaOf};
use super::commands::report_mistakes;
use super::words::vocabulary;
use crate::plan;
use crate::simulate;
use crate::spec::{schema, show};
use std::io::{ErrorKind, Write};

/// Prints the JSON Schema of a kind of file.
pub(super) fn schema(kind: SchemaOf) -> Ending {
    let schema = match kind {
        SchemaOf::Experiment => schema::experiment(&vocabulary()),
        SchemaOf::Process => schema::of_type::<simulate::spec::Raw>("A process of spanel simulate"),
    };
    print(&format!("{schema:#}\n"))
}

/// Prints the settings after all layers, then whatever is wrong with them.
pub(super) fn show(experiment: &Experiment, origins: bool, json: bool) -> Ending {
    let environment = experiment.environment();
    let loaded = plan::load(&experiment.spec, environment, &experiment.set, &vocabulary());
    let (layers, mistakes) = match loaded {
        Ok((_, _, layers)) => (layers, None),
        Err((mistakes, layers)) => (layers, Some(mistakes)),
    };
    let text = if json {
        format!("{:#}\n", show::as_json(&layers, origins))
    } else {
        show::as_toml(&layers, origins)
    };
    let printed = print(&text);
    mistakes.map_or(printed, |mistakes| report_mistakes(&mistakes, &layers))
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
