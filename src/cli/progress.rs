//! How far a run is: a bar on a terminal, a few plain lines elsewhere. On standard error, so that
//! standard output stays clean.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Progress over the cells of a run.
#[derive(Debug)]
pub(super) struct Progress {
    total: usize,
    running: AtomicUsize,
    done: AtomicUsize,
    failed: AtomicUsize,
    started: Instant,
    /// `None` where there is no terminal.
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Starts at zero of `total` cells.
    pub(super) fn start(total: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(
                Some(total as u64),
                ProgressDrawTarget::stderr_with_hz(10),
            );
            let style = ProgressStyle::with_template(
                "{bar:30} {pos}/{len} cells, {msg}, {elapsed} so far, {eta} left",
            );
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self {
            total,
            running: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            failed: AtomicUsize::new(0),
            started: Instant::now(),
            bar,
        }
    }

    /// A cell was taken up.
    pub(super) fn started(&self) {
        self.running.fetch_add(1, Ordering::Relaxed);
        self.show();
    }

    /// A cell is done. A failed one is named at once.
    pub(super) fn finished(&self, label: &str, failure: Option<&str>) {
        self.running.fetch_sub(1, Ordering::Relaxed);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(reason) = failure {
            self.failed.fetch_add(1, Ordering::Relaxed);
            self.say(&format!("failed: {label}: {reason}"));
        }
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                self.show();
            }
            None => self.line(done),
        }
    }

    fn show(&self) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!(
                "{} running, {} failed",
                self.running.load(Ordering::Relaxed),
                self.failed.load(Ordering::Relaxed)
            ));
        }
    }

    /// Without a terminal: a line at each quarter.
    fn line(&self, done: usize) {
        let quarter = |n: usize| n * 4 / self.total.max(1);
        if quarter(done) > quarter(done - 1) {
            let elapsed = self.started.elapsed().as_secs_f64();
            let left = elapsed / done as f64 * (self.total - done) as f64;
            let failed = self.failed.load(Ordering::Relaxed);
            eprintln!(
                "{done}/{} cells, {failed} failed, {elapsed:.1} s so far, {left:.1} s left",
                self.total
            );
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
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
