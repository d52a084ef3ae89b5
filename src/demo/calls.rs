//! What was asked: calls by name, and how many at once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

#[derive(Debug, Default)]
struct Counts {
    by_name: BTreeMap<String, u64>,
    throttled: BTreeMap<String, u64>,
    total: u64,
    in_flight: u64,
    most_in_flight: u64,
}

/// Counts of calls. Retries are calls.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<Counts>);

impl Calls {
    /// Counts a call, which is in flight for as long as the answer is held.
    pub(crate) fn begin(&self, name: String) -> InFlight<'_> {
        self.with(|counts| {
            *counts.by_name.entry(name).or_default() += 1;
            counts.total += 1;
            counts.in_flight += 1;
            counts.most_in_flight = counts.most_in_flight.max(counts.in_flight);
        });
        InFlight(self)
    }

    /// Counts that a call was refused for its rate.
    pub(crate) fn throttled(&self, name: String) {
        self.with(|counts| *counts.throttled.entry(name).or_default() += 1);
    }

    pub(crate) fn reset(&self) {
        self.with(|counts| {
            let in_flight = counts.in_flight;
            *counts = Counts { in_flight, most_in_flight: in_flight, ..Counts::default() };
        });
    }

    pub(crate) fn to_json(&self) -> Value {
        self.with(|counts| {
            let mut value = json!(counts.by_name);
            value["total"] = json!(counts.total);
            value["throttled"] = json!(counts.throttled);
            value["most_in_flight"] = json!(counts.most_in_flight);
            value
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Counts) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A call that is being answered.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a Calls);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.with(|counts| counts.in_flight -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_name_and_by_how_many_at_once() {
        let calls = Calls::default();
        let one = calls.begin("ec2:DescribeInstances@eu-west-1/1".to_owned());
        let two = calls.begin("ec2:DescribeInstances@eu-west-1/1".to_owned());
        drop((one, two));
        drop(calls.begin("sts:GetCallerIdentity@eu-west-1/1".to_owned()));
        let seen = calls.to_json();
        assert_eq!(seen["ec2:DescribeInstances@eu-west-1/1"], 2);
        assert_eq!((&seen["total"], &seen["most_in_flight"]), (&json!(3), &json!(2)));
        calls.reset();
        assert_eq!(calls.to_json()["total"], 0);
    }
}
