//! How far a run is: a bar on a terminal, a few plain lines elsewhere. On standard error, so that
//! standard output stays clean.

use super::events::for_machines;
use crate::run::Replicated;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Steps of a bar, and lines between start and end where there is no terminal.
const STEPS: u64 = 1_000;
const LINES: u64 = 4;

/// Progress over the cells of a run and the replicates of their bootstraps.
#[derive(Debug)]
pub(super) struct Progress {
    cells: usize,
    /// Replicates to go through, those that must be gone through again included.
    replicates: u64,
    running: AtomicUsize,
    done: AtomicUsize,
    failed: AtomicUsize,
    drawn: AtomicU64,
    earlier: AtomicU64,
    again: AtomicU64,
    /// Which of the lines are written. Held while one is, so that they come in their order.
    lines: Mutex<u64>,
    started: Instant,
    /// `None` where there is no terminal.
    bar: Option<ProgressBar>,
}

/// Replicates behind results.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    drawn: u64,
    earlier: u64,
}

impl Tally {
    /// Whether there are any.
    pub(super) fn any(self) -> bool {
        self.drawn + self.earlier > 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.drawn + self.earlier;
        write!(f, "{all} replicates, {} of them from earlier runs", self.earlier)
    }
}

impl Progress {
    /// Starts at zero of so many cells and replicates.
    pub(super) fn start(cells: usize, replicates: u64) -> Self {
        // The log of a service that builds is no terminal, whatever it says.
        let terminal = std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        let bar = (terminal && !for_machines()).then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(10);
            let bar = ProgressBar::with_draw_target(Some(STEPS), target);
            // No colours, whatever NO_COLOR says.
            let style = ProgressStyle::with_template("{bar:12} {wide_msg}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self {
            cells,
            replicates,
            running: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            failed: AtomicUsize::new(0),
            drawn: AtomicU64::new(0),
            earlier: AtomicU64::new(0),
            again: AtomicU64::new(0),
            lines: Mutex::new(0),
            started: Instant::now(),
            bar,
        }
    }

    /// A cell was taken up.
    pub(super) fn started(&self) {
        self.running.fetch_add(1, Ordering::Relaxed);
        self.show();
    }

    /// Replicates are there.
    pub(super) fn replicates(&self, how: Replicated, count: u64) {
        let of = match how {
            Replicated::Drawn => &self.drawn,
            Replicated::Earlier => &self.earlier,
            Replicated::Again => &self.again,
        };
        of.fetch_add(count, Ordering::Relaxed);
        self.show();
    }

    /// A cell is done. A failed one is named at once.
    pub(super) fn finished(&self, label: &str, failure: Option<&str>) {
        self.running.fetch_sub(1, Ordering::Relaxed);
        if let Some(reason) = failure {
            self.failed.fetch_add(1, Ordering::Relaxed);
            self.say(&format!("failed: {label}: {reason}"));
        }
        // Whoever sees all cells done sees all that failed.
        self.done.fetch_add(1, Ordering::AcqRel);
        self.show();
    }

    /// Cells that are done.
    fn done(&self) -> usize {
        self.done.load(Ordering::Acquire)
    }

    /// How far it is with so many cells done, from 0 to 1. Replicates tell better than cells, where
    /// there are any.
    fn share(&self, done: usize) -> f64 {
        let cells = done as f64 / self.cells.max(1) as f64;
        if self.replicates == 0 || cells >= 1.0 {
            return cells;
        }
        let [drawn, earlier, again] =
            [&self.drawn, &self.earlier, &self.again].map(|n| n.load(Ordering::Relaxed));
        // A cell that failed leaves replicates that never come.
        ((drawn + earlier + again) as f64 / self.replicates as f64).min(1.0)
    }

    fn show(&self) {
        match &self.bar {
            Some(bar) => {
                let done = self.done();
                let share = self.share(done);
                bar.set_position((share * STEPS as f64) as u64);
                bar.set_message(self.text(done, share));
            }
            None if for_machines() => {}
            None => {
                if let Some(line) = self.line(&mut self.written()) {
                    eprintln!("{line}");
                }
            }
        }
    }

    fn written(&self) -> MutexGuard<'_, u64> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The line that is due, if one is: one at each part, the last when all cells are done and not
    /// before. How far it is is looked up while the lines are held, and so never goes back.
    fn line(&self, written: &mut u64) -> Option<String> {
        let done = self.done();
        let share = self.share(done);
        let part =
            if done >= self.cells { LINES } else { ((share * LINES as f64) as u64).min(LINES - 1) };
        (part > *written).then(|| {
            *written = part;
            self.text(done, share)
        })
    }

    /// What matters most comes first: a narrow terminal cuts the rest off.
    fn text(&self, done: usize, share: f64) -> String {
        let elapsed = self.seconds();
        let count = |n: &AtomicUsize| n.load(Ordering::Relaxed);
        let mut parts = vec![format!("{done}/{} cells", self.cells)];
        if self.bar.is_some() {
            parts.push(format!("{} running", count(&self.running)));
        }
        parts.extend(self.rate(elapsed));
        parts.extend(self.left(share, elapsed).map(|s| format!("{} left", duration(s))));
        parts.push(format!("{} failed", count(&self.failed)));
        parts.push(format!("{} so far", duration(elapsed)));
        parts.join(", ")
    }

    /// Replicates that are there, and how many are drawn a second.
    fn rate(&self, elapsed: f64) -> Option<String> {
        let Tally { drawn, earlier } = self.tally();
        (drawn + earlier > 0).then(|| {
            let per_second = drawn as f64 / elapsed.max(1e-3);
            format!("{} replicates ({}/s)", short((drawn + earlier) as f64), short(per_second))
        })
    }

    /// Seconds left. What came from earlier runs cost nothing and tells nothing.
    fn left(&self, share: f64, elapsed: f64) -> Option<f64> {
        let earlier = self.earlier.load(Ordering::Relaxed) as f64 / self.replicates.max(1) as f64;
        let worked = share - earlier.min(share);
        (worked > 0.0).then(|| elapsed / worked * (1.0 - share))
    }

    /// Replicates so far.
    pub(super) fn tally(&self) -> Tally {
        Tally {
            drawn: self.drawn.load(Ordering::Relaxed),
            earlier: self.earlier.load(Ordering::Relaxed),
        }
    }

    pub(super) fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            // Machines have been told of the cell.
            None if for_machines() => {}
            None => eprintln!("{text}"),
        }
    }

    /// Takes the bar off the screen.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Seconds since the start.
    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

/// `999`, `12.3 k`, `4.56 M`: three digits.
fn short(number: f64) -> String {
    let (scaled, unit) = match number {
        n if n < 999.5 => return format!("{n:.0}"),
        n if n < 999_500.0 => (n / 1e3, "k"),
        n if n < 999_500_000.0 => (n / 1e6, "M"),
        n => (n / 1e9, "G"),
    };
    let decimals = match scaled {
        s if s < 9.995 => 2,
        s if s < 99.95 => 1,
        _ => 0,
    };
    format!("{scaled:.decimals$} {unit}")
}

/// `4.2 s`, `3 min 05 s`, `2 h 07 min`.
pub(super) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3_600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3_600, whole % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!([4.24, 185.0, 7_620.0].map(duration), ["4.2 s", "3 min 05 s", "2 h 07 min"]);
    }

    #[test]
    fn numbers_have_three_digits() {
        let shown = [48.2, 999.4, 12_340.0, 999_499.0, 4_557_000.0, 2e9].map(short);
        assert_eq!(shown, ["48", "999", "12.3 k", "999 k", "4.56 M", "2.00 G"]);
    }

    /// All replicates are there before the last cell is done, and threads are many.
    #[test]
    fn the_last_line_says_that_all_cells_are_done() {
        let progress = Progress { bar: None, ..Progress::start(40, 1_000) };
        let lines = Mutex::new(Vec::new());
        let look = || {
            let mut written = progress.written();
            lines.lock().expect("no panic").extend(progress.line(&mut written));
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        progress.drawn.fetch_add(25, Ordering::Relaxed);
                        look();
                        progress.done.fetch_add(1, Ordering::AcqRel);
                        look();
                    }
                });
            }
        });
        let lines = lines.into_inner().expect("no panic");
        let done = |line: &String| line.split('/').next().and_then(|n| n.parse::<u32>().ok());
        let done: Vec<u32> = lines.iter().filter_map(done).collect();
        assert_eq!(done.len(), LINES as usize, "{lines:?}");
        assert!(done.is_sorted(), "{lines:?}");
        assert!(lines[LINES as usize - 1].starts_with("40/40 cells"), "{lines:?}");
        assert!(!lines[LINES as usize - 2].starts_with("40/40 cells"), "{lines:?}");
    }

    /// Of 1 000 replicates 600 are from earlier runs; after 100 new ones in one second, 300 are left.
    #[test]
    fn time_left_rests_on_what_was_drawn() {
        let progress = Progress::start(2, 1_000);
        progress.replicates(Replicated::Earlier, 600);
        assert_eq!(progress.left(progress.share(0), 0.1), None);
        progress.replicates(Replicated::Drawn, 100);
        let left = progress.left(progress.share(0), 1.0).expect("something was drawn");
        assert!((left - 3.0).abs() < 1e-9);
        assert_eq!(progress.tally().to_string(), "700 replicates, 600 of them from earlier runs");
        progress.finished("a", None);
        progress.finished("b", Some("no reason"));
        assert_eq!(progress.share(progress.done()), 1.0);
    }
}
