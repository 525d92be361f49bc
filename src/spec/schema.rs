//! The language of specifications as a JSON Schema, for editors.
//!
//! It is made from the types of [`raw`](super::raw): their comments are what an editor shows, and
//! the words that other rooms define come from the [`Vocabulary`]. Draft 7 with `definitions` and
//! plain `enum`s, which both Tombi and Taplo (Even Better TOML) read; Taplo knows nothing later.
//! What passes the schema may still be wrong: names that nothing declares, rules without effect.

use super::profiles;
use super::raw::RawSpec;
use super::tables::{Moment, MoranColumns};
use super::vocabulary::Vocabulary;
use crate::outcome::Statistic;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Keyword of the mirror's fields: the words that a text is one of.
const WORDS: &str = "x-words";

/// What schemas mean by `#/definitions/NAME`.
const DEFINITIONS: &str = "definitions";

/// The schema of a specification, of `spanel.toml`, and of a user's own settings.
pub fn experiment(vocabulary: &Vocabulary) -> Value {
    let mut schema = of_type::<RawSpec>("An experiment of spanel");
    let keys = schema["properties"].as_object().cloned().unwrap_or_default();
    if let Some(of_profile) = schema[DEFINITIONS]["Profile"]["properties"].as_object_mut() {
        of_profile.extend(keys.into_iter().filter(|(key, _)| key != profiles::KEY));
    }
    fill_in(&mut schema, vocabulary);
    schema
}

/// The schema of a type that is read from TOML.
pub fn of_type<T: JsonSchema>(title: &str) -> Value {
    let settings = SchemaSettings::draft07().for_deserialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    let named = take_definitions(&mut schema);
    let named: Map<String, Value> = named
        .into_iter()
        .map(|(name, mut definition)| {
            tidy(&mut definition);
            (plain(&name).to_owned(), definition)
        })
        .collect();
    tidy(&mut schema);
    inline_words(&mut schema, &named);
    let mut used: Map<String, Value> = named
        .iter()
        .filter(|(_, definition)| definition.get("enum").is_none())
        .map(|(name, definition)| (name.clone(), definition.clone()))
        .collect();
    used.values_mut().for_each(|definition| inline_words(definition, &named));
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), json!(title));
        // Tombi would hold an experiment to TOML 1.0.
        root.insert("x-tombi-toml-version".to_owned(), json!("v1.1.0"));
        root.insert(DEFINITIONS.to_owned(), Value::Object(used));
    }
    schema
}

fn take_definitions(schema: &mut Value) -> Map<String, Value> {
    match schema.as_object_mut().and_then(|root| root.remove(DEFINITIONS)) {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    }
}

/// `RawGrid` → `Grid`.
fn plain(name: &str) -> &str {
    name.strip_prefix("Raw").unwrap_or(name)
}

/// Every schema within `schema`, innermost first.
fn visit(schema: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match schema {
        Value::Object(object) => {
            object.values_mut().for_each(|inner| visit(inner, change));
            change(object);
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| visit(inner, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What TOML has no use for goes: `null`, defaults of absent tables, Rust's widths of numbers.
fn tidy(schema: &mut Value) {
    visit(schema, &mut |object| {
        // Properties may have these names as well; then they hold a schema.
        let is_schema = |value: &Value| value.as_object().is_some_and(|o| !o.is_empty());
        object.retain(|key, value| !matches!(&**key, "default" | "format") || is_schema(value));
        if let Some(Value::String(reference)) = object.get_mut("$ref")
            && let Some((path, name)) = reference.rsplit_once('/')
        {
            *reference = format!("{path}/{}", plain(name));
        }
        without_null(object);
        if let Some(Value::String(text)) = object.get_mut("description") {
            *text = unlinked(text);
        }
        one_list_of_words(object);
    });
}

/// A comment of the sources as a text: one paragraph, links as names.
fn unlinked(comment: &str) -> String {
    let words: Vec<&str> = comment.split_whitespace().collect();
    words.join(" ").replace("[`", "`").replace("`]", "`")
}

fn without_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|t| t != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|t| t != "null"));
        if let [only] = &choices[..] {
            let only = only.clone();
            object.remove("anyOf");
            merge(object, only);
        }
    }
}

/// Puts the keywords of `schema` into `object`. Beside a reference nothing else counts in draft 7,
/// so that one stands in `allOf`.
fn merge(object: &mut Map<String, Value>, schema: Value) {
    if schema.get("$ref").is_some() {
        object.insert("allOf".to_owned(), json!([schema]));
    } else if let Value::Object(inner) = schema {
        for (key, value) in inner {
            object.entry(key).or_insert(value);
        }
    }
}

/// A choice of documented words (`oneOf` of `const`) → one `enum` that says what each means.
fn one_list_of_words(object: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = object.get("oneOf") else { return };
    let mut words = Vec::new();
    let mut meanings = Vec::new();
    for choice in choices {
        let meaning = choice.get("description").and_then(Value::as_str);
        let listed = choice.get("enum").and_then(Value::as_array).cloned();
        let Some(found) = choice.get("const").map(|word| vec![word.clone()]).or(listed) else {
            return;
        };
        for word in &found {
            if let (Some(word), Some(meaning)) = (word.as_str(), meaning) {
                meanings.push(format!("`{word}`: {}", meaning.trim_end_matches('.')));
            }
        }
        words.extend(found);
    }
    let meanings = meanings.join("; ");
    let description = match object.get("description").and_then(Value::as_str) {
        Some(text) if !meanings.is_empty() => format!("{text} {meanings}."),
        Some(text) => text.to_owned(),
        None => meanings,
    };
    object.remove("oneOf");
    object.insert("type".to_owned(), json!("string"));
    object.insert("enum".to_owned(), Value::Array(words));
    object.insert("description".to_owned(), json!(description));
}

/// References to lists of words are replaced by the lists: an editor offers them at once.
fn inline_words(schema: &mut Value, named: &Map<String, Value>) {
    let is_list = |value: &&Value| value.get("enum").is_some();
    visit(schema, &mut |object| {
        let found = match (object.get("$ref"), object.get("allOf")) {
            (Some(Value::String(reference)), _) => {
                reference.rsplit('/').next().and_then(|name| named.get(name))
            }
            (_, Some(Value::Array(all))) if all.len() == 1 => all.first(),
            _ => None,
        };
        let Some(Value::Object(mut list)) = found.filter(is_list).cloned() else { return };
        let own = object.remove("description");
        object.remove("$ref");
        object.remove("allOf");
        if let (Some(Value::String(own)), Some(Value::String(of_list))) =
            (own, list.get_mut("description"))
        {
            *of_list = format!("{own} {}", meanings_of(of_list));
        }
        object.append(&mut list);
    });
}

/// The part of a list's description that says what each word means.
fn meanings_of(description: &str) -> &str {
    description.find('`').map_or(description, |at| &description[at..])
}

/// Puts the vocabulary where the mirror asks for it.
fn fill_in(schema: &mut Value, vocabulary: &Vocabulary) {
    visit(schema, &mut |object| {
        let Some(Value::String(kind)) = object.remove(WORDS) else { return };
        let (words, closed) = words(&kind, vocabulary);
        for (key, inner) in object.iter_mut().filter(|(key, _)| *key != "description") {
            if key == "type" || key == "enum" {
                continue;
            }
            visit(inner, &mut |leaf| put_words(leaf, &words, closed));
        }
        put_words(object, &words, closed);
    });
}

fn put_words(leaf: &mut Map<String, Value>, words: &[String], closed: bool) {
    if leaf.get("type").is_none_or(|t| t != "string") || leaf.contains_key("enum") {
        return;
    }
    if closed {
        leaf.insert("enum".to_owned(), json!(words));
    } else {
        leaf.remove("type");
        leaf.insert(
            "anyOf".to_owned(),
            json!([{ "type": "string", "enum": words }, { "type": "string" }]),
        );
    }
}

/// The words of one kind, and whether there are no others.
fn words(kind: &str, vocabulary: &Vocabulary) -> (Vec<String>, bool) {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let coefficients = ["measure", "measure@lag1", "constant", "rho", "lambda", "sigma2"];
    match kind {
        "estimators" => (vocabulary.estimators.iter().map(|e| e.name.clone()).collect(), true),
        // Those of `[models]` as well.
        "models" => (vocabulary.estimators.iter().map(|e| e.name.clone()).collect(), false),
        "std-errors" => {
            let names = crate::spec::std_errors::built_in().into_iter();
            (names.map(|(name, _)| name.to_owned()).collect(), false)
        }
        "schemes" => (vocabulary.schemes.iter().map(|s| s.name.clone()).collect(), true),
        "tests" => (vocabulary.tests.iter().map(|t| t.name.clone()).collect(), true),
        "statistics" => {
            let of_fits = Statistic::ALL.iter().map(|s| s.name());
            let mut seen = BTreeSet::new();
            let of_moran = MoranColumns::ALL.iter().map(|c| c.name());
            let all = of_fits.chain(Moment::ALL.iter().map(|m| m.name())).chain(of_moran);
            (all.filter(|name| seen.insert(*name)).map(str::to_owned).collect(), true)
        }
        "templates" => (vocabulary.templates.clone(), false),
        "formats" => (vocabulary.formats.clone(), true),
        "coefficients" => (owned(&coefficients), false),
        "rows" => {
            let tests = vocabulary.tests.iter().flat_map(|group| group.tests.iter().cloned());
            let of_estimates = coefficients.iter().map(|name| (*name).to_owned());
            (of_estimates.chain(tests).collect(), false)
        }
        other => unreachable!("`{other}` is no kind of words"),
    }
}
