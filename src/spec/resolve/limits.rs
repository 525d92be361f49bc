//! How a run works on cells.

use super::{Resolver, at};
use crate::spec::limits::{Bytes, RunSpec, Seconds, Timeout};

impl Resolver<'_> {
    pub(super) fn run(&mut self) -> RunSpec {
        let raw = self.raw.run.clone();
        let isolate = raw.isolate.unwrap_or(false);
        let memory = self.quantity("memory", raw.memory.as_deref(), Bytes::parse);
        if memory.is_some() && !isolate && !self.reported(&at(&["run", "isolate"])) {
            let text = "the memory of a cell is limited only in a process of its own";
            self.wrong(&at(&["run", "memory"]), text, "expected `isolate = true` beside it");
        }
        let retries = raw.retries.unwrap_or(0);
        if retries > MOST_RETRIES {
            let text = format!("{retries} retries are too many");
            self.wrong(&at(&["run", "retries"]), text, format!("expected 0 to {MOST_RETRIES}"));
        }
        if raw.max_failures == Some(0) {
            let text = "no failed cell at all cannot be what stops a run";
            self.wrong(&at(&["run", "max_failures"]), text, "expected 1 or more");
        }
        let first = raw.fail_fast.unwrap_or(false).then_some(1);
        RunSpec {
            timeout: self.quantity("timeout", raw.timeout.as_deref(), Timeout::parse),
            slow: self.quantity("slow", raw.slow.as_deref(), Seconds::parse),
            retries,
            max_failures: first.or(raw.max_failures),
            isolate,
            memory,
        }
    }

    fn quantity<T>(
        &mut self,
        key: &str,
        text: Option<&str>,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let text = text?;
        parse(text)
            .map_err(|expected| {
                self.wrong(&at(&["run", key]), format!("`{text}` is not a limit"), expected);
            })
            .ok()
    }
}

/// The scan of the last attempt has 64·2⁶ points.
const MOST_RETRIES: u32 = 6;
