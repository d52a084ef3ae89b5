//! Why a run stops early, known everywhere at once.

use tokio::sync::watch;

use crate::model::FailureClass;

/// Why a run stops early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Ctrl-C or SIGTERM.
    Cancelled,
    /// `--deadline` passed.
    Deadline,
}

impl StopReason {
    /// The class of failure of what is left undone.
    pub const fn class(self) -> FailureClass {
        match self {
            Self::Cancelled => FailureClass::Cancelled,
            Self::Deadline => FailureClass::Deadline,
        }
    }

    /// What to say of it.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Cancelled => "the run was interrupted",
            Self::Deadline => "the deadline passed",
        }
    }
}

/// A switch that stops a run once, for the first reason given.
#[derive(Clone, Debug)]
pub struct Stop(watch::Sender<Option<StopReason>>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Stop {
    /// Stops the run, unless it is stopped already.
    pub fn stop(&self, reason: StopReason) {
        self.0.send_if_modified(|now| {
            let first = now.is_none();
            if first {
                *now = Some(reason);
            }
            first
        });
    }

    /// The reason, once stopped.
    pub fn reason(&self) -> Option<StopReason> {
        *self.0.borrow()
    }

    /// Waits until the run is stopped.
    pub async fn stopped(&self) -> StopReason {
        let mut watch = self.0.subscribe();
        match watch.wait_for(Option::is_some).await.map(|reason| *reason) {
            Ok(Some(reason)) => reason,
            // The sender lives as long as `self`, so this cannot come; waiting on is the safe answer.
            _ => std::future::pending().await,
        }
    }
}
