//! What a run prints on standard output. A run is not over when its summary is printed: whoever
//! closed the pipe, or has no room, must not keep it from writing the manifest, from comparing with
//! a baseline and from telling whom it is to tell. What cannot be printed is said once, on standard
//! error, and in the exit code.

use super::Ending;
use super::events::say;
use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether something could not be printed.
static LOST: AtomicBool = AtomicBool::new(false);
/// Whether nothing more is printed.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Prints a line, as `println!` does, but goes on where that panics.
macro_rules! put {
    ($($text:tt)*) => {
        $crate::cli::output::print(&(format!($($text)*) + "\n"))
    };
}
pub(super) use put;

/// Prints lines.
pub(super) fn print(text: &str) {
    if CLOSED.load(Ordering::Relaxed) {
        return;
    }
    let mut out = std::io::stdout().lock();
    let Err(e) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) else { return };
    CLOSED.store(true, Ordering::Relaxed);
    // A reader that has seen enough may close the pipe.
    if e.kind() != ErrorKind::BrokenPipe {
        LOST.store(true, Ordering::Relaxed);
        say(&format!("standard output cannot be written: {e}"));
    }
}

/// The ending of a run of which something could not be printed, or written to its log, is no good
/// one; a worse one stays.
pub(super) fn with_losses(ending: Ending) -> Ending {
    let lost = LOST.load(Ordering::Relaxed) || super::events::lost();
    if lost && ending == Ending::Done { Ending::FileWrong } else { ending }
}
