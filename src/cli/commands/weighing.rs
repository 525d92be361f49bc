//! Weights as they are made: `weights`.

use super::super::Ending;
use super::super::args::{Experiment, WeightsOptions};
use super::comparing::pretty;
use super::{Loaded, ended, load, report_mistakes, write_beside};
use crate::ident::{KeyPath, Period};
use crate::inputs::Inputs;
use crate::mistake::{Checked, Mistake, Place, suggest};
use crate::weights::summary::{OverTime, Summary};
use crate::weights::{Links, Weights, written};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// Islands that are named.
const NAMED: usize = 20;

/// Prints a summary of every matrix, or of the one that is named, which may be written to a file.
pub(super) fn weights(experiment: &Experiment, options: &WeightsOptions) -> Ending {
    ended(load(experiment).and_then(|mut loaded| {
        let names = chosen(&loaded, options.name.as_deref())?;
        if let Some(file) = &options.write {
            let asked = loaded.or_report(writable(&names, file, options.force))?;
            let inputs = loaded.open()?;
            let text = text_of(&loaded, &inputs, asked, (file, options.period));
            let text = loaded.or_report(text)?;
            loaded.or_report(write_beside(file, &text))?;
            println!("{}", file.display());
            return Ok(Ending::Done);
        }
        let inputs = loaded.open()?;
        let summary = |name| Seen::of(&loaded, &inputs, name, options.period);
        let seen = names.iter().map(|name| summary(name).map(|seen| (name, seen)));
        let all: Vec<(&String, Seen)> = loaded.or_report(seen.collect::<Checked<_>>())?;
        if options.json {
            let all: serde_json::Map<String, serde_json::Value> = all
                .iter()
                .map(|(name, seen)| ((*name).clone(), as_json(&loaded, &inputs, name, seen)))
                .collect();
            print!("{}", pretty(&json!({ "weights": all })));
        } else {
            all.iter().for_each(|(name, seen)| print(&loaded, &inputs, name, seen));
        }
        Ok(Ending::Done)
    }))
}

/// What a matrix is like: one, or one for each period.
enum Seen {
    One(Summary),
    OverTime(OverTime),
}

impl Seen {
    fn of(loaded: &Loaded, inputs: &Inputs, name: &str, period: Option<i64>) -> Checked<Self> {
        let over_time = inputs.by_period.get(name).filter(|_| period.is_none());
        if let Some(over) = over_time.and_then(|periods| OverTime::of(periods.values())) {
            return Ok(Self::OverTime(over));
        }
        Ok(Self::One(Summary::of(links_of(loaded, inputs, name, period)?)))
    }
}

/// The matrices that are meant.
fn chosen(loaded: &Loaded, name: Option<&str>) -> Result<Vec<String>, Ending> {
    let all = &loaded.spec.weights;
    match name {
        None => Ok(all.keys().cloned().collect()),
        Some(name) if all.contains_key(name) => Ok(vec![name.to_owned()]),
        Some(name) => {
            let text = format!("there is no weights matrix called `{name}`");
            let known = suggest(name, all.keys().map(String::as_str));
            let mistake = Mistake::spec(&KeyPath::root(), text).at(Place::Nowhere).help(known);
            report_mistakes(&mistake.into(), &loaded.layers);
            Err(Ending::NothingSelected)
        }
    }
}

/// The one matrix that may be written to `file`.
fn writable<'n>(names: &'n [String], file: &Path, force: bool) -> Checked<&'n str> {
    let refused = |text: &str, help: &str| Err(Mistake::file(file, text).help(help).into());
    let [name] = names else {
        return refused("one matrix is written to a file", "name it: spanel weights SPEC NAME");
    };
    if !["gal", "gwt", "mtx", "csv"].contains(&ending(file).as_str()) {
        let text = "the ending does not tell the format";
        return refused(text, "expected .gal (no weights), .gwt, .mtx or .csv (edges)");
    }
    if file.exists() && !force {
        return refused("is there already", "name another file, or add --force to overwrite it");
    }
    Ok(name)
}

fn ending(file: &Path) -> String {
    file.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// The links of a matrix; of one that changes over time those of a period, or of all together.
fn links_of<'i>(
    loaded: &Loaded,
    inputs: &'i Inputs,
    name: &str,
    period: Option<i64>,
) -> Checked<&'i Links> {
    let (Some(period), Some(periods)) = (period, inputs.by_period.get(name)) else {
        return Ok(&inputs.links[name]);
    };
    periods.get(&Period(period)).ok_or_else(|| {
        let text = format!("these weights have no matrix of {period}");
        let help = match (periods.keys().next(), periods.keys().last()) {
            (Some(first), Some(last)) => format!("they run from {first} to {last}"),
            _ => "the data have no period".to_owned(),
        };
        Mistake::spec(&loaded.spec.weights[name].at, text).help(help).into()
    })
}

/// The normalised matrix as text.
fn text_of(
    loaded: &Loaded,
    inputs: &Inputs,
    name: &str,
    (file, period): (&Path, Option<i64>),
) -> Checked<String> {
    let spec = &loaded.spec.weights[name];
    if period.is_none() && inputs.by_period.contains_key(name) {
        let text = "these weights are a matrix for each period";
        let help = "name one with --period";
        return Err(Mistake::spec(&spec.at, text).help(help).into());
    }
    let links = links_of(loaded, inputs, name, period)?;
    let made = Weights::new(inputs.panel.units(), links, spec.normalise)
        .map_err(|why| Mistake::spec(&spec.at, why.to_string()))?;
    let links = made.as_links();
    if let ("gal" | "gwt", Some(unit)) = (ending(file).as_str(), written::unwritable(&links)) {
        let text = format!("`{unit}` has a quotation mark: this format cannot name it");
        return Err(Mistake::file(file, text).help("write .mtx or .csv").into());
    }
    Ok(match ending(file).as_str() {
        "gal" => written::gal(name, &links),
        "gwt" => written::gwt(name, &links),
        "mtx" => written::mtx(&links),
        _ => written::edges(&links),
    })
}

/// What a matrix is made of: files, and how.
fn made_of(loaded: &Loaded, name: &str) -> Vec<String> {
    let source = &loaded.spec.weights[name].source;
    let files = source.files().into_iter().filter_map(|file| file.value.file_name());
    files.map(|file| file.to_string_lossy().into_owned()).chain(source.rule()).collect()
}

fn named<'i>(inputs: &'i Inputs, positions: &[usize]) -> Vec<&'i str> {
    let units = inputs.panel.units().as_slice();
    positions.iter().map(|&i| units[i].0.as_str()).collect()
}

fn as_json(loaded: &Loaded, inputs: &Inputs, name: &str, of: &Seen) -> serde_json::Value {
    let mut said = json!({
        "made_of": made_of(loaded, name),
        "normalise": loaded.spec.weights[name].normalise.name(),
        "units": inputs.panel.units().len(),
        "periods": inputs.by_period.get(name).map(BTreeMap::len),
    });
    let range = |(least, most): (usize, usize)| json!({ "min": least, "max": most });
    let more = match of {
        Seen::One(of) => json!({
            "links": of.links,
            "neighbours": { "min": of.fewest, "mean": of.mean, "max": of.most },
            "islands": named(inputs, &of.islands),
            "components": of.parts,
            "symmetric": of.symmetric,
        }),
        Seen::OverTime(of) => json!({
            "links": range(of.links),
            "neighbours": { "min": of.fewest, "mean": of.mean, "max": of.most },
            "islands": named(inputs, &of.islands),
            "islands_at_times": named(inputs, &of.islands_at_times),
            "components": range(of.parts),
            "symmetric": of.symmetric,
        }),
    };
    if let (Some(said), Some(more)) = (said.as_object_mut(), more.as_object()) {
        said.extend(more.clone());
    }
    said
}

fn listed(inputs: &Inputs, positions: &[usize]) -> String {
    let names = named(inputs, positions);
    let more = names.len().saturating_sub(NAMED);
    let listed = match names.len() {
        0 => return "none".to_owned(),
        n => format!("{n}: {}", names[..n.min(NAMED)].join(", ")),
    };
    if more > 0 { format!("{listed} and {more} more") } else { listed }
}

fn print(loaded: &Loaded, inputs: &Inputs, name: &str, of: &Seen) {
    println!("{name}");
    println!("  made of     {}", made_of(loaded, name).join(", "));
    println!("  normalised  {}", loaded.spec.weights[name].normalise.name());
    println!("  units       {}", inputs.panel.units().len());
    let yes = |symmetric: bool| if symmetric { "yes" } else { "no" };
    let range = |(least, most): (usize, usize)| match most - least {
        0 => format!("{most} in every period"),
        _ => format!("{least} to {most} in a period"),
    };
    match of {
        Seen::One(of) => {
            println!("  links       {}", of.links);
            println!("  neighbours  {} to {}, mean {:.2}", of.fewest, of.most, of.mean);
            println!("  islands     {}", listed(inputs, &of.islands));
            println!("  components  {}", of.parts);
            println!("  symmetric   {}", yes(of.symmetric));
        }
        Seen::OverTime(of) => {
            println!("  links       {}", range(of.links));
            println!("  neighbours  {} to {}, mean {:.2}", of.fewest, of.most, of.mean);
            println!("  islands     {}", listed(inputs, &of.islands));
            println!("  at times    {}", listed(inputs, &of.islands_at_times));
            println!("  components  {}", range(of.parts));
            let each = if of.symmetric { " in every period" } else { ", not in every period" };
            println!("  symmetric   {}{each}", yes(of.symmetric));
        }
    }
    if let Some(periods) = inputs.by_period.get(name) {
        println!("  over time   {} matrices (--period shows one)", periods.len());
    }
}
