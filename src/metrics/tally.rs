//! What came of the values of one type in one account and Region.

use std::collections::BTreeSet;

use crate::model::{Failure, FailureClass, Timestamp};

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
    /// Why some are missing, each reason once.
    pub failures: Vec<Failure>,
    /// When the last answer came.
    pub observed_at: Option<Timestamp>,
    seen: BTreeSet<(FailureClass, String, Option<String>, String)>,
}

impl MetricsTally {
    /// Counts a value that is missing for this reason. Reasons that differ in nothing but the request are one.
    pub(super) fn failed(&mut self, failure: &Failure) {
        let Failure { class, operation, code, message, .. } = failure;
        if self.seen.insert((*class, operation.clone(), code.clone(), message.clone())) {
            self.failures.push(failure.clone());
        }
    }

    /// Adds what came of another type's.
    pub fn add(&mut self, other: &Self) {
        self.wanted += other.wanted;
        self.known += other.known;
        self.unknowable += other.unknowable;
        self.silent += other.silent;
        self.cost += other.cost;
        self.statistics_requests += other.statistics_requests;
        self.observed_at = self.observed_at.max(other.observed_at);
        other.failures.iter().for_each(|failure| self.failed(failure));
    }
}
