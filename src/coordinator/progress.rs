//! How far a run is, for whoever shows it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::metrics::Budget;

/// How far a run is. Read it as often as you like.
#[derive(Debug, Default)]
pub struct Progress {
    planned: AtomicU64,
    done: AtomicU64,
    incomplete: AtomicU64,
    resources: AtomicU64,
    running: Mutex<BTreeMap<u64, (String, Instant)>>,
    budget: OnceLock<Arc<Budget>>,
}

/// What is under way, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// `prod eu-west-1 AWS::RDS::DBInstance`.
    pub what: String,
    /// Since it started.
    pub elapsed: Duration,
}

impl Progress {
    /// Queries planned so far; more may come as accounts tell their Regions.
    pub fn planned(&self) -> u64 {
        self.planned.load(Ordering::Relaxed)
    }

    /// Queries that ended.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Those of them that left a hole.
    pub fn incomplete(&self) -> u64 {
        self.incomplete.load(Ordering::Relaxed)
    }

    /// Resources read.
    pub fn resources(&self) -> u64 {
        self.resources.load(Ordering::Relaxed)
    }

    /// Metric values asked of CloudWatch; none where it is not asked.
    pub fn values(&self) -> Option<u64> {
        self.budget.get().map(|budget| budget.spent())
    }

    /// What has been under way the longest.
    pub fn slowest(&self) -> Option<Running> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let (what, since) = running.values().min_by_key(|(_, since)| *since)?;
        Some(Running { what: what.clone(), elapsed: since.elapsed() })
    }

    pub(super) fn spend(&self, budget: &Arc<Budget>) {
        // A run has one budget.
        let _ = self.budget.set(budget.clone());
    }

    pub(super) fn plan(&self, queries: u64) {
        self.planned.fetch_add(queries, Ordering::Relaxed);
    }

    pub(super) fn start(&self, query: u64, what: String) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(query, (what, Instant::now()));
    }

    pub(super) fn end(&self, query: u64, resources: u64, is_hole: bool) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&query);
        self.done.fetch_add(1, Ordering::Relaxed);
        self.resources.fetch_add(resources, Ordering::Relaxed);
        self.incomplete.fetch_add(u64::from(is_hole), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_is_the_one_that_started_first() {
        let progress = Progress::default();
        progress.plan(2);
        progress.start(7, "first".to_owned());
        progress.start(3, "second".to_owned());
        assert_eq!(progress.slowest().map(|slow| slow.what).as_deref(), Some("first"));
        progress.end(7, 5, true);
        assert_eq!(progress.slowest().map(|slow| slow.what).as_deref(), Some("second"));
        assert_eq!((progress.done(), progress.resources(), progress.incomplete()), (1, 5, 1));
    }
}
