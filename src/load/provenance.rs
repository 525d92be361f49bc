//! What a data file says of itself: `NAME.provenance.toml` beside `NAME.csv`.

use crate::load::text::{Text, read};
use crate::mistake::Checked;
use crate::store::Provenance;
use std::path::{Path, PathBuf};

/// Where the provenance of `data` would stand.
pub fn path_of(data: &Path) -> PathBuf {
    data.with_extension("provenance.toml")
}

/// The provenance of `data`, when there is such a file.
pub fn of(data: &Path) -> Checked<Option<Provenance>> {
    let file = path_of(data);
    if !file.exists() {
        return Ok(None);
    }
    let text = Text::decode(&file, read(&file)?)?;
    toml::from_str(&text.text).map(Some).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let advice = "it has two keys: `simulated = true` or `false`, and `note = \"…\"`, a sentence for the notes of tables";
        text.mistake(span, error.message()).help(advice).into()
    })
}
