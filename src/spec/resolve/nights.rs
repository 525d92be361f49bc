//! `[diff]` and `[notify]`.

use super::{Resolver, at};
use crate::spec::nights::{DiffSpec, NotifySpec};
use crate::spec::raw::OneOrMany;

impl Resolver<'_> {
    pub(super) fn diff(&mut self) -> DiffSpec {
        let raw = self.raw.diff.clone();
        let usual = DiffSpec::default();
        let place = at(&["diff"]);
        for (key, value) in [("relative", raw.relative), ("absolute", raw.absolute)] {
            if value.is_some_and(|value| !(value >= 0.0 && value.is_finite())) {
                let help = "expected 0 or a small number, such as 1e-8";
                self.wrong(&place.join(key), "a tolerance is not negative", help);
            }
        }
        let level = raw.level.unwrap_or(usual.level);
        if !(level > 0.0 && level < 1.0) {
            let text = format!("a level of {level} is no probability of an error");
            let help = "expected a number between 0 and 1, such as 0.05";
            self.wrong(&place.join("level"), text, help);
        }
        let stars = raw.stars.unwrap_or(usual.stars);
        let inside = stars.iter().all(|t| *t > 0.0 && *t < 1.0);
        if !inside || !stars.windows(2).all(|pair| pair[0] > pair[1]) {
            let text = "levels of significance must lie between 0 and 1 and fall";
            self.wrong(&place.join("stars"), text, "expected for instance [0.10, 0.05, 0.01]");
        }
        let fail_on = match raw.fail_on {
            None => usual.fail_on,
            Some(OneOrMany::One(concern)) => vec![concern],
            Some(OneOrMany::Many(concerns)) => concerns,
        };
        DiffSpec {
            relative: raw.relative.unwrap_or(usual.relative),
            absolute: raw.absolute.unwrap_or(usual.absolute),
            stars,
            level,
            fail_on,
        }
    }

    pub(super) fn notify(&mut self) -> NotifySpec {
        let command = match self.raw.notify.command.clone() {
            None => Vec::new(),
            Some(OneOrMany::One(program)) => vec![program],
            Some(OneOrMany::Many(words)) => words,
        };
        let given = self.raw.notify.command.is_some();
        if given && command.first().is_none_or(String::is_empty) {
            let help =
                "expected a program and its arguments, such as [\"mail\", \"-s\", \"spanel\"]";
            self.wrong(&at(&["notify", "command"]), "this command is empty", help);
        }
        NotifySpec { command }
    }
}
