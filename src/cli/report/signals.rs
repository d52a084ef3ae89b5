//! Ctrl-C and SIGTERM: the first stops the run, which then prints what there is; the second ends at once.

use crate::aws::{Stop, StopReason};
use crate::printer::Messages;

/// What a shell reports for a program that Ctrl-C killed: 128 + SIGINT.
const KILLED: i32 = 130;

/// Watches for signals as long as the runtime lives.
pub(super) async fn watch(stop: Stop, messages: Messages) {
    let mut signals = Signals::new();
    signals.next().await;
    stop.stop(StopReason::Cancelled);
    messages.warn("interrupted: printing what there is; interrupt again to end at once");
    signals.next().await;
    end_at_once();
}

#[allow(clippy::exit, reason = "the user asked twice: nothing is to be waited for")]
fn end_at_once() -> ! {
    std::process::exit(KILLED)
}

#[cfg(unix)]
struct Signals([Option<tokio::signal::unix::Signal>; 2]);

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self([signal(SignalKind::interrupt()).ok(), signal(SignalKind::terminate()).ok()])
    }

    async fn next(&mut self) {
        let [interrupt, terminate] = &mut self.0;
        let wait = async |signal: &mut Option<tokio::signal::unix::Signal>| match signal {
            Some(signal) => signal.recv().await,
            None => std::future::pending().await,
        };
        tokio::select! {
            _ = wait(interrupt) => {}
            _ = wait(terminate) => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Self
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
