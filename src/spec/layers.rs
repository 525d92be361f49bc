//! Layers of configuration, and where each value came from.
//!
//! A later layer wins over an earlier one:
//!
//! 1. what is built in ([`DEFAULTS`]),
//! 2. the user's own settings, `spanel/config.toml` in the folder of configurations
//!    (`$XDG_CONFIG_HOME`, or `~/.config`, or `%APPDATA%`), if there are any,
//! 3. `spanel.toml` beside the specification, if there is one,
//! 4. the specification,
//! 5. the chosen profile and those it inherits from, the first of them first ([`profiles`]),
//! 6. environment variables `SPANEL_…`: `SPANEL_DATA__FILE` is `data.file`,
//! 7. `--set key.path=value`, in the order given.
//!
//! Tables are merged key by key; anything else, lists too, is replaced as a whole. An entry of a
//! list is reached by its position or its id: `tables.0.digits`, `tables.models.digits`. Values
//! of the environment and of `--set` are TOML; what is not TOML is taken as text, so that
//! `data.file=my-panel.csv` needs no quotes.

use super::locate::{Entry, find, is_plain_string, line_place};
use super::overrides::{existing_names, from_text, from_toml, key_path, overlay};
use super::profiles::{self, Profiles};
use super::syntax;
use crate::ident::KeyPath;
use crate::mistake::{Kind, Mistake, Place};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// What holds unless a layer says otherwise.
pub const DEFAULTS: &str = "\
[data]
missing = \"error\"
missing_codes = [\"\", \"NA\"]
";

/// Settings that lie beside a specification and hold for every one there.
pub const SHARED_FILE: &str = "spanel.toml";

/// Prefix of environment variables that are keys of the specification.
pub const PREFIX: &str = "SPANEL_";

/// The user's own settings, in the folder of configurations.
pub const USER_FILE: &str = "spanel/config.toml";

/// The environment variable that chooses a profile, as `--profile` does.
pub const PROFILE: &str = "SPANEL_PROFILE";

/// Environment variables with the prefix that are options of the command, not keys.
const NOT_KEYS: [&str; 3] = ["SPANEL_JOBS", "SPANEL_RESULTS", PROFILE];

/// Prefix of the variables that a run hands to the command it notifies, which may run spanel itself.
pub const HANDED_OVER: &str = "SPANEL_RUN_";

/// Where a layer came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Built in.
    Default,
    /// A file.
    File {
        /// Its path, as given.
        path: PathBuf,
        /// Its text, without a byte order mark.
        text: String,
    },
    /// An environment variable, by name.
    Environment(String),
    /// The text after `--set`.
    Argument(String),
}

/// Where a value came from, as a person looks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whence<'a> {
    /// The layer.
    pub source: &'a Source,
    /// Its line in a file.
    pub line: Option<usize>,
    /// The profile that sets it.
    pub profile: Option<&'a str>,
}

impl fmt::Display for Whence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            Source::Default => f.write_str("default"),
            Source::Environment(variable) => write!(f, "environment {variable}"),
            Source::Argument(argument) => write!(f, "--set {argument}"),
            Source::File { path, .. } => {
                write!(f, "{}", path.display())?;
                self.line.map_or(Ok(()), |line| write!(f, ":{line}"))?;
                self.profile.map_or(Ok(()), |profile| write!(f, " (profile {profile})"))
            }
        }
    }
}

/// One layer: its source and the keys it sets.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    pub(super) source: Source,
    pub(super) keys: Value,
    /// Where in the file the keys stand: `profile.NAME`, or at its top.
    pub(super) prefix: Vec<String>,
}

/// All layers of an experiment, kept to answer where a value came from.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    path: PathBuf,
    layers: Vec<Layer>,
    merged: Dict,
    profiles: Profiles,
    /// The profiles in effect, the first one first.
    chain: Vec<String>,
}

impl Layers {
    /// Reads the layers for the specification at `path`. `environment` holds all variables, and
    /// with them the chosen profile and the folder of the user's own settings; `arguments` the
    /// texts after each `--set`. Whatever cannot be read is among the mistakes, and the rest is
    /// merged as if it were not there.
    pub fn read(
        path: &Path,
        environment: impl Iterator<Item = (String, String)>,
        arguments: &[String],
    ) -> (Self, Vec<Mistake>) {
        let environment: BTreeMap<String, String> = environment.collect();
        let mut stack = Stack::default();
        stack.add_text(Source::Default, DEFAULTS, Path::new("built-in defaults"));
        if let Some(own) = user_file(&environment).filter(|own| own.exists()) {
            stack.add_file(&own, read_text(&own));
        }
        stack.add_shared(path);
        stack.add_file(path, read_text(path));
        stack.mistakes.extend(stack.profiles.check());
        let chosen = environment.get(PROFILE).filter(|name| !name.is_empty());
        let chosen = chosen.map_or(profiles::DEFAULT, String::as_str);
        let chain = stack.add_profile(chosen);
        stack.add_environment(environment);
        for argument in arguments {
            stack.add_argument(argument);
        }
        let mistakes = std::mem::take(&mut stack.mistakes);
        (stack.layers_of(path, chain), mistakes)
    }

    /// The layers of the files alone, with another profile in effect; `None` when its chain does
    /// not end, which was reported.
    pub(super) fn under(&self, profile: &str) -> Option<Self> {
        self.profiles.chain(profile)?;
        let mut stack = Stack { profiles: self.profiles.clone(), ..Stack::default() };
        let of_files = |layer: &&Layer| match layer.source {
            Source::Default | Source::File { .. } => layer.prefix.is_empty(),
            Source::Environment(_) | Source::Argument(_) => false,
        };
        self.layers.iter().filter(of_files).cloned().for_each(|layer| stack.add(layer));
        let chain = stack.add_profile(profile);
        Some(stack.layers_of(&self.path, chain))
    }

    /// The profiles that are declared and not in effect, each with the one it is laid over.
    pub(super) fn idle_profiles(&self) -> Vec<(String, String)> {
        let idle = self.profiles.names().filter(|name| !self.chain.iter().any(|c| c == name));
        idle.map(|name| (name.to_owned(), self.profiles.parent(name).to_owned())).collect()
    }

    /// The mistake at its line instead of its key, for layers that do not know the key.
    pub(super) fn located(&self, mistake: Mistake) -> Mistake {
        let Place::Key(at) = &mistake.place else { return mistake };
        match self.line_of_value(at) {
            Some(place) => mistake.at(place),
            None => Mistake { message: format!("{at}: {}", mistake.message), ..mistake }
                .at(Place::Nowhere),
        }
    }

    /// No layers, for mistakes about a file at `path` that has none.
    pub fn none(path: &Path) -> Self {
        Self { path: path.to_path_buf(), ..Self::default() }
    }

    /// The path of the specification, as given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The files that were read, the specification last.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.layers.iter().filter_map(|layer| match &layer.source {
            Source::File { path, .. } => Some(path.as_path()),
            Source::Default | Source::Environment(_) | Source::Argument(_) => None,
        })
    }

    /// The profiles in effect, the first one first.
    pub fn chain(&self) -> &[String] {
        &self.chain
    }

    /// Where the value at `at` came from.
    pub fn whence(&self, at: &KeyPath) -> Whence<'_> {
        let line = match self.line_of_key(at) {
            Some(Place::Line { line, .. }) => Some(line),
            _ => None,
        };
        let profile = self.layer(at).and_then(|layer| layer.prefix.get(1));
        Whence { source: self.source(at), line, profile: profile.map(String::as_str) }
    }

    /// Every key after merging.
    pub(super) fn merged(&self) -> &Dict {
        &self.merged
    }

    /// The layer that the value at `at` came from. For a key that no layer has: the layer of the
    /// closest table or list around it, the specification when there is none.
    pub fn source(&self, at: &KeyPath) -> &Source {
        self.layer(at).map_or(&Source::Default, |layer| &layer.source)
    }

    /// The folder that relative paths at `at` start from: that of the file that has the value,
    /// else the working folder (an empty path).
    pub fn folder(&self, at: &KeyPath) -> PathBuf {
        match self.source(at) {
            Source::File { path, .. } => path.parent().map(Path::to_path_buf).unwrap_or_default(),
            Source::Default | Source::Environment(_) | Source::Argument(_) => PathBuf::new(),
        }
    }

    /// The line of the value at `at`, or of the closest table or list around it; `None` when it
    /// is not from a file.
    pub fn line_of_value(&self, at: &KeyPath) -> Option<Place> {
        self.line(at, |entry| entry.value)
    }

    /// The line of the last key of `at`.
    pub fn line_of_key(&self, at: &KeyPath) -> Option<Place> {
        self.line(at, |entry| entry.key)
    }

    /// The place of `length` characters from the character `from` of the text at `at`, when it
    /// is written in a file on one line and without escapes; else the place of the whole value.
    pub fn within_text(&self, at: &KeyPath, from: usize, length: usize) -> Place {
        let whole = Place::Key(at.clone());
        match self.line_of_value(at) {
            Some(Place::Line { file, line, column, length: quoted, text }) => {
                let written: String = text.chars().skip(column - 1).take(quoted).collect();
                if !is_plain_string(&written) || from + 1 >= quoted {
                    return whole;
                }
                let length = length.min(quoted - 1 - from).max(1);
                Place::Line { file, line, column: column + 1 + from, length, text }
            }
            _ => whole,
        }
    }

    fn line(&self, at: &KeyPath, part: fn(Entry) -> Range<usize>) -> Option<Place> {
        let layer = self.layer(at)?;
        let Source::File { path, text } = &layer.source else { return None };
        let document = DeTable::parse(text).ok()?;
        let at = [&layer.prefix[..], &at.0].concat();
        let span = find(&document, &at).map_or(0..0, part);
        Some(line_place(path, text, span))
    }

    fn layer(&self, at: &KeyPath) -> Option<&Layer> {
        let reach = |layer: &Layer| reach(&layer.keys, &at.0);
        let deepest = self.layers.iter().map(|l| reach(l).depth).max()?;
        let mut candidates =
            self.layers.iter().filter(|&l| reach(l).depth == deepest && deepest > 0);
        // What replaces comes from the last layer that has it. A table is merged from all that
        // have it; the specification is where a reader expects it.
        let in_table = candidates.clone().any(|l| reach(l).in_table);
        let specification = || self.layers.iter().find(|l| self.is_specification(l));
        if deepest == 0 || (in_table && deepest < at.0.len()) {
            return candidates
                .clone()
                .find(|l| self.is_specification(l))
                .or_else(|| candidates.rfind(|l| l.source != Source::Default))
                .or_else(specification);
        }
        candidates.next_back()
    }

    fn is_specification(&self, layer: &Layer) -> bool {
        layer.prefix.is_empty()
            && matches!(&layer.source, Source::File { path, .. } if *path == self.path)
    }
}

/// How far a path leads into a layer.
struct Reach {
    depth: usize,
    in_table: bool,
}

fn reach(keys: &Value, path: &[String]) -> Reach {
    let mut value = keys;
    for (depth, key) in path.iter().enumerate() {
        let inner = match value {
            Value::Dict(_, dict) => dict.get(key),
            Value::Array(_, items) => key.parse().ok().and_then(|i: usize| items.get(i)),
            _ => None,
        };
        match inner {
            Some(inner) => value = inner,
            None => return Reach { depth, in_table: matches!(value, Value::Dict(..)) },
        }
    }
    Reach { depth: path.len(), in_table: matches!(value, Value::Dict(..)) }
}

/// The layers as they are laid on each other.
#[derive(Default)]
struct Stack {
    layers: Vec<Layer>,
    figment: Figment,
    profiles: Profiles,
    mistakes: Vec<Mistake>,
}

/// Keys on their way into figment.
struct Keys {
    name: String,
    dict: Dict,
}

impl Provider for Keys {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.dict.clone()))
    }
}

/// The file of the user's own settings, whether or not it is there.
fn user_file(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    let folder = |name: &str| {
        let set = environment.get(name).map(PathBuf::from);
        // A relative one is to be ignored, says the XDG Base Directory Specification.
        set.filter(|path| path.is_absolute())
    };
    let folder = folder("XDG_CONFIG_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".config")))
        .or_else(|| folder("APPDATA"));
    folder.map(|folder| folder.join(USER_FILE))
}

impl Stack {
    fn layers_of(self, path: &Path, chain: Vec<String>) -> Layers {
        let merged = self.merged();
        let Self { layers, profiles, .. } = self;
        Layers { path: path.to_path_buf(), layers, merged, profiles, chain }
    }

    fn merged(&self) -> Dict {
        let profiles = self.figment.data().expect("our providers never fail");
        profiles.get(&Profile::Default).cloned().unwrap_or_default()
    }

    fn merge(&mut self, dict: Dict) {
        let name = format!("layer {}", self.layers.len());
        let figment = std::mem::take(&mut self.figment);
        self.figment = figment.merge(Keys { name, dict });
    }

    fn add(&mut self, layer: Layer) {
        if let Value::Dict(_, dict) = &layer.keys {
            self.merge(dict.clone());
        }
        self.layers.push(layer);
    }

    /// Lays the profile called `name` and those it inherits from over what is there.
    fn add_profile(&mut self, name: &str) -> Vec<String> {
        let profiles = self.profiles.clone();
        if name != profiles::DEFAULT && !profiles.names().any(|known| known == name) {
            let message = format!("--profile {name}: there is no profile of that name");
            let help = match profiles.names().next() {
                None => "declare it in the experiment: [profile.NAME] and the keys it sets".into(),
                Some(_) => profiles.suggestion(name),
            };
            let place = Place::Nowhere;
            self.mistakes.push(Mistake { kind: Kind::Spec, message, help: Some(help), place });
        }
        let chain = profiles.chain(name).unwrap_or_default();
        profiles.layers(&chain).cloned().for_each(|layer| self.add(layer));
        chain.into_iter().map(str::to_owned).collect()
    }

    fn add_shared(&mut self, spec: &Path) {
        let shared = spec.with_file_name(SHARED_FILE);
        if shared != *spec && shared.exists() {
            self.add_file(&shared, read_text(&shared));
        }
    }

    fn add_file(&mut self, path: &Path, text: Result<String, Mistake>) {
        match text {
            Err(mistake) => self.mistakes.push(mistake),
            Ok(text) => {
                let source = Source::File { path: path.to_path_buf(), text: text.clone() };
                self.add_text(source, &text, path);
            }
        }
    }

    fn add_text(&mut self, source: Source, text: &str, path: &Path) {
        let mut dict: Dict = match toml::from_str::<toml::Table>(text) {
            Ok(table) => table.into_iter().map(|(k, v)| (k, from_toml(v))).collect(),
            Err(error) => {
                self.mistakes.extend(syntax::mistakes(path, text, &error));
                Dict::new()
            }
        };
        self.profiles.take(&source, &mut dict, &mut self.mistakes);
        self.add(Layer { source, keys: Value::from(dict), prefix: Vec::new() });
    }

    fn add_environment(&mut self, environment: BTreeMap<String, String>) {
        let variables = environment
            .into_iter()
            .filter(|(name, _)| name.starts_with(PREFIX) && !NOT_KEYS.contains(&name.as_str()))
            .filter(|(name, _)| !name.starts_with(HANDED_OVER));
        for (name, text) in variables {
            let path: Vec<String> =
                name[PREFIX.len()..].split("__").map(str::to_lowercase).collect();
            self.add_value(Source::Environment(name), &path, from_text(&text));
        }
    }

    fn add_argument(&mut self, argument: &str) {
        let parts = argument.split_once('=').map(|(key, value)| (key_path(key.trim()), value));
        match parts {
            Some((Some(path), value)) => {
                let source = Source::Argument(argument.to_owned());
                self.add_value(source, &path, from_text(value.trim()));
            }
            Some((None, _)) | None => self.mistakes.push(Mistake {
                kind: Kind::Spec,
                message: format!("`--set {argument}` is not of the form key.path=value"),
                help: Some("for example --set data.file=my-panel.csv".to_owned()),
                place: Place::Nowhere,
            }),
        }
    }

    fn add_value(&mut self, source: Source, path: &[String], leaf: Value) {
        if path.first().is_some_and(|key| key == profiles::KEY) {
            self.refuse_profile(&source);
            return;
        }
        let merged = Value::from(self.merged());
        let path = existing_names(&merged, path);
        let keys = path
            .iter()
            .rev()
            .fold(leaf.clone(), |value, key| Value::from(Dict::from([(key.clone(), value)])));
        self.layers.push(Layer { source, keys, prefix: Vec::new() });
        if let Value::Dict(_, dict) = overlay(Some(&merged), &path, leaf) {
            self.merge(dict);
        }
    }

    /// What is laid over the profile in effect cannot declare profiles.
    fn refuse_profile(&mut self, source: &Source) {
        let given = match source {
            Source::Argument(argument) => format!("--set {argument}"),
            Source::Environment(variable) => format!("environment variable {variable}"),
            Source::Default | Source::File { .. } => String::new(),
        };
        self.mistakes.push(Mistake {
            kind: Kind::Spec,
            message: format!("{given}: profiles are declared in files"),
            help: Some("set the key itself: what is set wins over every profile".to_owned()),
            place: Place::Nowhere,
        });
    }
}

/// The text of a file, without a byte order mark.
fn read_text(path: &Path) -> Result<String, Mistake> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
        Mistake::file(path, format!("line {line} is not UTF-8 text"))
            .help("save the file with the encoding UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Mistake {
    if path.is_dir() {
        return Mistake::file(path, "this is a folder, not a specification")
            .help("name a .toml file in it");
    }
    match error.kind() {
        std::io::ErrorKind::NotFound => Mistake::file(path, "there is no such file"),
        _ => Mistake::file(path, format!("the file cannot be read: {error}")),
    }
}
