//! Which values of metrics deserve a look, and which say that hardly anything happens: a row of [`ROWS`] each.
//!
//! This only colours what stands there as a number anyway; alarms are CloudWatch's business.

use super::cell::Tone;
use crate::model::{FieldPath, Lookup, Resource, Statistic};

/// Percent of all vCPUs from which on work waits for its turn more often than not.
const BUSY_CPU: f64 = 80.0;

/// Percent of all vCPUs that an operating system takes for itself, agents included.
const IDLE_CPU: f64 = 2.0;

/// The share of its storage at which a database counts as short of it, so that RDS grows it where it may:
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html>
const LOW_SHARE: f64 = 0.1;

const MIB: f64 = 1_024.0 * 1_024.0;
const GIB: f64 = 1_024.0 * MIB;

/// A tenth of the least storage that RDS gives a database (20 GiB), for those that do not tell how much they have.
const LOW_STORAGE: f64 = 2.0 * GIB;

/// About a tenth of the memory of the smallest DB instance class (1 GiB).
const LOW_MEMORY: f64 = 100.0 * MIB;

/// Credits, each a vCPU at full speed for a minute: with fewer left, the next burst ends or costs at once.
const LOW_CREDITS: f64 = 5.0;

/// Where a value stands.
enum Limit {
    /// At this or more.
    AtLeast(f64),
    /// Below this.
    Below(f64),
    /// Not zero.
    Some,
    /// Zero.
    Zero,
    /// At most a share of what this attribute says there is, in GiB; below so many bytes where it says nothing.
    AtMostShare { attribute: &'static str, share: f64, bytes: f64 },
}

impl Limit {
    fn holds(&self, value: f64, resource: &Resource) -> bool {
        match self {
            Self::AtLeast(limit) => value >= *limit,
            Self::Below(limit) => value < *limit,
            Self::Some => value > 0.0,
            Self::Zero => value == 0.0,
            Self::AtMostShare { attribute, share, bytes } => {
                let total = match FieldPath::Attribute((*attribute).to_owned()).of(resource) {
                    Lookup::Value(total) => total.as_f64(),
                    Lookup::Nothing | Lookup::Unknown => None,
                };
                total.map_or(value < *bytes, |total| value <= total * GIB * share)
            }
        }
    }
}

/// One rule: which statistics of which metric, where they must stand, and what that means.
struct Row {
    metric: &'static str,
    /// Those that it speaks of; empty = all.
    statistics: &'static [Statistic],
    limit: Limit,
    tone: Tone,
}

const fn row(metric: &'static str, statistics: &'static [Statistic], limit: Limit, tone: Tone) -> Row {
    Row { metric, statistics, limit, tone }
}

const ALL: &[Statistic] = &[];
const LOW_DISK: Limit =
    Limit::AtMostShare { attribute: "allocated_storage", share: LOW_SHARE, bytes: LOW_STORAGE };

/// The rules. Of one metric, the first that holds.
const ROWS: &[Row] = &[
    row("CPUUtilization", ALL, Limit::AtLeast(BUSY_CPU), Tone::Hot),
    // A maximum of an hour is hardly ever idle, and a minimum nearly always.
    row("CPUUtilization", &[Statistic::Average], Limit::Below(IDLE_CPU), Tone::Idle),
    row("CPUCreditBalance", ALL, Limit::Below(LOW_CREDITS), Tone::Warm),
    row("StatusCheckFailed", ALL, Limit::Some, Tone::Hot),
    row("StatusCheckFailed_System", ALL, Limit::Some, Tone::Hot),
    row("StatusCheckFailed_Instance", ALL, Limit::Some, Tone::Hot),
    row("StatusCheckFailed_AttachedEBS", ALL, Limit::Some, Tone::Hot),
    row("FreeStorageSpace", ALL, LOW_DISK, Tone::Hot),
    // Aurora's storage for sorting and logs depends on the class; `allocated_storage` does not speak of it.
    row("FreeLocalStorage", ALL, Limit::Below(LOW_STORAGE), Tone::Hot),
    row("FreeableMemory", ALL, Limit::Below(LOW_MEMORY), Tone::Warm),
    row("Invocations", &[Statistic::Sum], Limit::Zero, Tone::Idle),
    row("Errors", ALL, Limit::Some, Tone::Hot),
    // Callers mostly try again, and succeed.
    row("Throttles", ALL, Limit::Some, Tone::Warm),
];

/// What the value of a metric's statistic means for the resource.
pub(super) fn tone(metric: &str, statistic: &str, value: f64, resource: &Resource) -> Tone {
    // How many samples there were says nothing of what they were.
    if statistic.parse().is_ok_and(|statistic: Statistic| statistic.counts_samples()) {
        return Tone::Plain;
    }
    ROWS.iter()
        .filter(|row| row.metric == metric)
        .filter(|row| row.statistics.is_empty() || row.statistics.iter().any(|s| s.as_str() == statistic))
        .find(|row| row.limit.holds(value, resource))
        .map_or(Tone::Plain, |row| row.tone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(allocated: Option<u64>) -> Resource {
        let name = || std::sync::Arc::from("");
        let mut resource = Resource::new(name(), String::new(), String::new(), name(), name());
        match allocated {
            Some(allocated) => resource.attributes.set("allocated_storage", allocated),
            None => resource.mark_unknown("attributes.allocated_storage"),
        }
        resource
    }

    #[test]
    fn values_have_the_tone_of_their_row() {
        for (metric, statistic, value, expected) in [
            ("CPUUtilization", "Average", 80.0, Tone::Hot),
            ("CPUUtilization", "Maximum", 99.0, Tone::Hot),
            ("CPUUtilization", "p95", 79.9, Tone::Plain),
            ("CPUUtilization", "Average", 1.9, Tone::Idle),
            ("CPUUtilization", "Average", 2.0, Tone::Plain),
            ("CPUUtilization", "Minimum", 0.0, Tone::Plain),
            ("CPUUtilization", "SampleCount", 720.0, Tone::Plain),
            ("CPUCreditBalance", "Minimum", 0.0, Tone::Warm),
            ("CPUCreditBalance", "Minimum", 144.0, Tone::Plain),
            ("StatusCheckFailed", "Maximum", 0.0, Tone::Plain),
            ("StatusCheckFailed", "Maximum", 1.0, Tone::Hot),
            ("FreeLocalStorage", "Minimum", GIB, Tone::Hot),
            ("FreeableMemory", "Minimum", 50.0 * MIB, Tone::Warm),
            ("Invocations", "Sum", 0.0, Tone::Idle),
            ("Invocations", "Sum", 1.0, Tone::Plain),
            ("Errors", "Sum", 1.0, Tone::Hot),
            ("Errors", "Sum", 0.0, Tone::Plain),
            ("Throttles", "Sum", 3.0, Tone::Warm),
            ("Deadlocks", "Sum", 3.0, Tone::Plain),
        ] {
            let found = tone(metric, statistic, value, &database(None));
            assert_eq!(found, expected, "{metric} {statistic} {value}");
        }
    }

    #[test]
    fn free_storage_is_low_by_its_share_where_the_total_is_known() {
        let free = |gib: f64, allocated| tone("FreeStorageSpace", "Minimum", gib * GIB, &database(allocated));
        assert_eq!(free(90.0, Some(1_000)), Tone::Hot);
        assert_eq!(free(110.0, Some(1_000)), Tone::Plain);
        assert_eq!(free(1.9, None), Tone::Hot);
        assert_eq!(free(2.1, None), Tone::Plain);
    }

    #[test]
    fn rules_speak_of_numbers_and_never_of_what_is_unknown() {
        assert!(ROWS.iter().all(|row| matches!(row.tone, Tone::Hot | Tone::Warm | Tone::Idle)));
    }
}
