//! Completions of shells, and manual pages.

use super::Ending;
use super::args::Cli;
use super::commands::report_mistakes;
use super::editing::print;
use crate::ident::KeyPath;
use crate::mistake::{Mistake, Place, suggest};
use crate::spec::layers::Layers;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use std::path::Path;

const NAME: &str = "spanel";

/// Prints the completions of `shell`.
pub(super) fn completions(shell: Shell) -> Ending {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut text);
    print(&String::from_utf8_lossy(&text))
}

/// Prints the page of a command or of all, or writes every page into a folder.
pub(super) fn man(about: Option<&str>, out: Option<&Path>) -> Ending {
    if let Some(folder) = out {
        return pages(folder);
    }
    match command(about).and_then(|command| page(command).map_err(|e| failure(&e))) {
        Ok(text) => print(&text),
        Err(mistake) => report_mistakes(&mistake.into(), &Layers::default()),
    }
}

/// The command called `name`, as it is called in full: `spanel run`.
fn command(name: Option<&str>) -> Result<Command, Mistake> {
    let mut whole = Cli::command();
    whole.build();
    let Some(name) = name else { return Ok(whole) };
    let found = whole.find_subcommand(name).cloned();
    found.map(|found| found.display_name(format!("{NAME}-{name}"))).ok_or_else(|| {
        let known: Vec<&str> = whole.get_subcommands().map(Command::get_name).collect();
        let help = suggest(name, known.iter().copied());
        let message = format!("there is no command called `{name}`");
        Mistake::spec(&KeyPath::root(), message).help(help).at(Place::Nowhere)
    })
}

fn page(command: Command) -> std::io::Result<String> {
    let mut text = Vec::new();
    Man::new(command).render(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn failure(error: &std::io::Error) -> Mistake {
    Mistake::spec(&KeyPath::root(), format!("the page cannot be written: {error}"))
        .at(Place::Nowhere)
}

fn pages(folder: &Path) -> Ending {
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder));
    match written {
        Ok(()) => {
            println!("{}", folder.display());
            Ending::Done
        }
        Err(error) => {
            let mistake = Mistake::file(folder, format!("pages cannot be written: {error}"));
            report_mistakes(&mistake.into(), &Layers::default())
        }
    }
}
