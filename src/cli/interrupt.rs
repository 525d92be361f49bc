//! What makes a run stop early: Ctrl-C, or a file that changed while `watch` runs.

use super::Ending;
use super::events::say;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

/// Asks the run under way to stop. There is one for the process, as there is one Ctrl-C.
static STOP: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| {
    if let Err(e) = ctrlc::set_handler(on_ctrl_c) {
        say(&format!("Ctrl-C will end the run at once: {e}"));
    }
    Arc::default()
});

static PRESSED: AtomicBool = AtomicBool::new(false);

/// Nothing is under way that would have to finish.
static IDLE: AtomicBool = AtomicBool::new(false);

/// The first Ctrl-C lets the cells under way finish, and bootstraps their blocks; the second ends
/// the process.
fn on_ctrl_c() {
    if PRESSED.swap(true, Ordering::Relaxed) {
        std::process::exit(i32::from(Ending::Interrupted.code()));
    }
    STOP.store(true, Ordering::Relaxed);
    if !IDLE.load(Ordering::Relaxed) {
        say("stopping after what is under way; press Ctrl-C again to stop at once");
    }
}

/// The flag that asks the run under way to stop.
pub(super) fn flag() -> Arc<AtomicBool> {
    Arc::clone(&STOP)
}

/// Whether Ctrl-C was pressed.
pub(super) fn pressed() -> bool {
    PRESSED.load(Ordering::Relaxed)
}

/// Asks the run under way to stop, as Ctrl-C does, so that another can begin.
pub(super) fn stop() {
    STOP.store(true, Ordering::Relaxed);
}

/// Lets the next run begin, unless Ctrl-C was pressed.
pub(super) fn go_on() {
    STOP.store(pressed(), Ordering::Relaxed);
    IDLE.store(false, Ordering::Relaxed);
}

/// Says that nothing is under way.
pub(super) fn idle() {
    IDLE.store(true, Ordering::Relaxed);
}
