//! What came of the values of one type in one account and Region.

use std::collections::BTreeSet;

use crate::model::{Failure, FailureClass, Timestamp};

/// Reasons that are told. A server that words each metric's failure its own way must not fill the memory with them.
const MOST_REASONS: usize = 10;

/// What came of the values of one type in one account and Region.
#[derive(Clone, Debug, Default)]
pub struct MetricsTally {
    /// Values that resources want: one for each statistic of each metric.
    pub wanted: u64,
    /// Those that are known, be it that CloudWatch has no datapoints.
    pub known: u64,
    /// Those that cannot be computed for the window: percentiles of more than a day.
    pub unknowable: u64,
    /// Resources of which nothing was asked, as they cannot have emitted in the window.
    pub silent: u64,
    /// What asking for them costs, in units.
    pub cost: u64,
    /// Requests to GetMetricStatistics among that.
    pub statistics_requests: u64,
    /// Why some are missing, each reason once, as far as they are few.
    pub failures: Vec<Failure>,
    /// Values that are missing for still other reasons.
    pub more_failures: u64,
    /// When the last answer came.
    pub observed_at: Option<Timestamp>,
    seen: BTreeSet<(FailureClass, String, Option<String>, String)>,
}

impl MetricsTally {
    /// Counts a value that is missing for this reason. Reasons that differ in nothing but the request are one.
    pub(super) fn failed(&mut self, failure: &Failure) {
        let Failure { class, operation, code, message, .. } = failure;
        let reason = (*class, operation.clone(), code.clone(), message.clone());
        if self.seen.contains(&reason) {
            return;
        }
        // What money or settings left out is always told: it changes what the run's end says.
        if self.failures.len() >= MOST_REASONS && self.failures.iter().any(|known| known.class == *class) {
            self.more_failures += 1;
            return;
        }
        self.seen.insert(reason);
        self.failures.push(failure.clone());
    }

    /// Adds what came of another type's.
    pub fn add(&mut self, other: &Self) {
        self.wanted += other.wanted;
        self.known += other.known;
        self.unknowable += other.unknowable;
        self.silent += other.silent;
        self.more_failures += other.more_failures;
        self.cost += other.cost;
        self.statistics_requests += other.statistics_requests;
        self.observed_at = self.observed_at.max(other.observed_at);
        other.failures.iter().for_each(|failure| self.failed(failure));
    }
}
