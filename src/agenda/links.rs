//! Which links of a weights matrix are others than they were.

use super::reasons::NAMED;
use std::collections::{BTreeMap, BTreeSet};

/// Weights by the names of the units, from and to.
pub(super) type Linked<'a> = BTreeMap<(&'a str, &'a str), f64>;

/// `links of w: 2 added (a–b, c→d), 1 gone (e–f), 3 of other weight (…)`; `None` where all are as
/// they were. A link that is there both ways is told once.
pub(super) fn changes(name: &str, then: &Linked<'_>, now: &Linked<'_>) -> Option<String> {
    let only = |these: &Linked<'_>, those: &Linked<'_>| -> Vec<String> {
        told(these.keys().filter(|pair| !those.contains_key(*pair)).copied().collect())
    };
    let moved = now.iter().filter(|(pair, weight)| {
        then.get(*pair).is_some_and(|then| then.to_bits() != weight.to_bits())
    });
    let moved = told(moved.map(|(pair, _)| *pair).collect());
    let parts = [("added", only(now, then)), ("gone", only(then, now)), ("of other weight", moved)];
    let parts = parts.into_iter().filter(|(_, pairs)| !pairs.is_empty());
    let parts: Vec<String> = parts.map(|(what, pairs)| in_words(what, &pairs)).collect();
    (!parts.is_empty()).then(|| format!("links of {name}: {}", parts.join(", ")))
}

fn in_words(what: &str, pairs: &[String]) -> String {
    let more = if pairs.len() > NAMED { ", …" } else { "" };
    let named = &pairs[..pairs.len().min(NAMED)];
    format!("{} {what} ({}{more})", pairs.len(), named.join(", "))
}

fn told(pairs: BTreeSet<(&str, &str)>) -> Vec<String> {
    let both = |&(from, to): &(&str, &str)| pairs.contains(&(to, from));
    let first = |pair: &&(&str, &str)| !both(pair) || pair.0 < pair.1;
    let arrow = |pair: &(&str, &str)| if both(pair) { "–" } else { "→" };
    pairs.iter().filter(first).map(|pair| format!("{}{}{}", pair.0, arrow(pair), pair.1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_told_once_and_by_name() {
        let then: Linked<'_> = [(("a", "b"), 1.0), (("b", "a"), 1.0), (("b", "c"), 1.0)].into();
        assert_eq!(changes("w", &then, &then), None);
        let mut now = then.clone();
        now.remove(&("b", "c"));
        now.insert(("a", "b"), 2.0);
        for pair in [("c", "d"), ("d", "c"), ("d", "e"), ("e", "f"), ("f", "g")] {
            now.insert(pair, 1.0);
        }
        assert_eq!(
            changes("w", &then, &now).expect("a change"),
            "links of w: 4 added (c–d, d→e, e→f, …), 1 gone (b→c), 1 of other weight (a→b)"
        );
    }
}
