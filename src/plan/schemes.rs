//! Bootstraps that say nothing, or something wrong, of the cells that ask for them.

use super::{Cell, Plan};
use crate::mistake::Mistake;
use crate::spec::Spec;
use crate::spec::vocabulary::{Refusal, SchemeWords, Vocabulary};

/// What is wrong: a mistake for each grid, bootstrap and reason, with the models it is about.
pub fn check_schemes(spec: &Spec, plan: &Plan, vocabulary: &Vocabulary) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (name, grid) in &spec.grids {
        let cells: Vec<&Cell> = plan.cells.iter().filter(|cell| *cell.grid == **name).collect();
        // Some tests are of the fits themselves; others have a model of their own.
        let of_fit = |name: &str| vocabulary.tests.iter().any(|t| t.name == name && t.of_fit);
        let of_fits = !grid.wald.is_empty() || grid.tests.iter().any(|test| of_fit(&test.value));
        let of_tests = grid.test_bootstrap.iter().filter(|_| of_fits);
        let named = |key: &'static str| move |name| (name, key);
        let all = grid.bootstrap.iter().map(named("bootstrap"));
        for (bootstrap, key) in all.chain(of_tests.map(named("test_bootstrap"))) {
            let Some(design) = spec.bootstrap.get(bootstrap).map(|b| &b.design) else { continue };
            let Some(words) = vocabulary.schemes.iter().find(|s| s.name == design.scheme) else {
                continue;
            };
            let usual = usual_scheme(vocabulary, &cells);
            mistakes.extend(reasons(words, &cells).into_iter().map(|refusal| {
                let (refused, sound) = split(words, &cells);
                let Refusal { because, source, .. } = refusal;
                let message = format!("`{bootstrap}` is not for {}: {because}", list(&refused));
                let help = match &sound[..] {
                    [] => format!("take another scheme, such as `{usual}` ({source})"),
                    _ => format!(
                        "make two grids: {} with this bootstrap, {} with another, such as \
                         `{usual}` ({source})",
                        list(&sound),
                        list(&refused)
                    ),
                };
                Mistake::spec(&grid.at.join(key), message).help(help)
            }));
        }
    }
    mistakes
}

/// Why `words` refuses any of `cells`, each reason once.
fn reasons<'w>(words: &'w SchemeWords, cells: &[&Cell]) -> Vec<&'w Refusal> {
    let mut found: Vec<&Refusal> = Vec::new();
    for refusal in cells.iter().filter_map(|cell| refusal(words, cell)) {
        if !found.iter().any(|known| known.because == refusal.because) {
            found.push(refusal);
        }
    }
    found
}

fn refusal<'w>(words: &'w SchemeWords, cell: &Cell) -> Option<&'w Refusal> {
    let model = &cell.model;
    words.refusals.iter().find(|r| r.estimator == model.estimator && r.effects == model.effects)
}

/// The models that `words` refuses a cell of, and the others, in the order of the cells.
fn split<'c>(words: &SchemeWords, cells: &[&'c Cell]) -> (Vec<&'c str>, Vec<&'c str>) {
    let mut models: Vec<&str> = Vec::new();
    for cell in cells {
        if !models.contains(&cell.axes.model.as_str()) {
            models.push(&cell.axes.model);
        }
    }
    models.into_iter().partition(|model| {
        let mut own = cells.iter().filter(|cell| cell.axes.model == *model);
        own.any(|cell| refusal(words, cell).is_some())
    })
}

/// The first scheme that refuses none of the cells.
fn usual_scheme<'v>(vocabulary: &'v Vocabulary, cells: &[&Cell]) -> &'v str {
    let mut schemes = vocabulary.schemes.iter();
    let sound = schemes.find(|words| reasons(words, cells).is_empty());
    sound.map_or("", |words| words.name.as_str())
}

/// `a`, `b` and `c`
fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}
