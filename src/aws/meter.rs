//! Counts and times every attempt, by operation.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Api;
use crate::model::{OperationStats, Stats};

/// Counts and times every attempt of a run.
#[derive(Debug, Default)]
pub struct Meter(Mutex<BTreeMap<Api, Operation>>);

#[derive(Debug, Default)]
struct Operation {
    retries: u64,
    throttled: u64,
    /// Milliseconds of each attempt: 4 bytes a call, so a million calls take 4 MB.
    durations: Vec<u32>,
}

/// One attempt, for the meter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) duration: Duration,
    pub(super) is_retry: bool,
    pub(super) throttled: bool,
}

impl Meter {
    pub(super) fn record(&self, api: Api, attempt: Attempt) {
        let mut operations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let operation = operations.entry(api).or_default();
        operation.retries += u64::from(attempt.is_retry);
        operation.throttled += u64::from(attempt.throttled);
        operation.durations.push(u32::try_from(attempt.duration.as_millis()).unwrap_or(u32::MAX));
    }

    /// Calls so far.
    pub fn calls(&self) -> u64 {
        let operations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        operations.values().map(|operation| operation.durations.len() as u64).sum()
    }

    /// Adds what was measured to a run's statistics.
    pub fn add_to(&self, stats: &mut Stats) {
        let operations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (api, operation) in operations.iter() {
            let mut durations = operation.durations.clone();
            durations.sort_unstable();
            let calls = durations.len() as u64;
            stats.api_calls += calls;
            stats.retries += operation.retries;
            stats.throttled += operation.throttled;
            stats.by_operation.push(OperationStats {
                service: api.service.to_owned(),
                operation: api.operation.to_owned(),
                calls,
                retries: operation.retries,
                throttled: operation.throttled,
                p50_ms: percentile(&durations, 50),
                p99_ms: percentile(&durations, 99),
            });
        }
    }
}

/// The nearest-rank percentile of sorted values.
fn percentile(sorted: &[u32], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().map_or(0, u64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 50), 50);
        assert_eq!(percentile(&hundred, 99), 99);
        assert_eq!(percentile(&[7], 99), 7);
        assert_eq!(percentile(&[], 50), 0);
    }

    #[test]
    fn attempts_add_up_by_operation() {
        let meter = Meter::default();
        let api = Api::new("ec2", "DescribeInstances");
        for (is_retry, throttled) in [(false, true), (true, false)] {
            meter.record(api, Attempt { duration: Duration::from_millis(5), is_retry, throttled });
        }
        let mut stats = Stats::default();
        meter.add_to(&mut stats);
        assert_eq!((stats.api_calls, stats.retries, stats.throttled), (2, 1, 1));
        assert_eq!(stats.by_operation[0].p99_ms, 5);
    }
}
