//! What came of a query, as coverage.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::plan::Selection;
use crate::aws::CallCounts;
use crate::collect::Tally;
use crate::metrics::{MOST_STATISTICS_REQUESTS, MetricsTally};
use crate::model::{
    Coverage, Failure, FailureClass, MetricsWindow, PartCoverage, Parts, QueryCoverage, Scope, Stats, Status,
};

/// What a run asked and what came of it. The resources themselves went out page by page.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was asked.
    pub scope: Scope,
    /// The window that metric values speak of; none where they were not asked.
    pub metrics_window: Option<MetricsWindow>,
    /// How completely it was answered.
    pub coverage: Coverage,
    /// What it took.
    pub stats: Stats,
    /// What was asked of CloudWatch, or would be, sorted by account and Region.
    pub metrics: Vec<AskedMetrics>,
}

/// What was asked of CloudWatch in one account and Region, or would be.
#[derive(Clone, Debug)]
pub struct AskedMetrics {
    /// The account.
    pub account_id: Arc<str>,
    /// The Region.
    pub region: Arc<str>,
    /// Requests to GetMetricData, shared by the types.
    pub requests: u64,
    /// What came of each type's, sorted.
    pub types: Vec<(Arc<str>, MetricsTally)>,
}

impl AskedMetrics {
    /// Whether the requests that GetMetricStatistics is asked in a run are used up. Which metrics they are for then
    /// depends on the order in which lists come.
    pub fn is_statistics_limited(&self) -> bool {
        let requests: u64 = self.types.iter().map(|(_, tally)| tally.statistics_requests).sum();
        // A metric may take three requests, and the last two may not be enough for the next.
        requests + 2 >= MOST_STATISTICS_REQUESTS as u64
    }
}

/// How a failure is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// The settings say that this query would be denied.
    pub(super) denial_expected: bool,
    /// AWS did not tell which Regions are enabled, so a Region's refusal is the telling.
    pub(super) regions_untold: bool,
}

impl Reading {
    /// The status of a part that failed, with or without having read something.
    pub(super) fn status(self, failure: &Failure, read_some: bool) -> Status {
        match failure.class {
            FailureClass::RegionDisabled if self.regions_untold => Status::NotEnabled,
            FailureClass::AccessDenied | FailureClass::DeniedByScp if self.denial_expected => {
                Status::ExpectedDenied
            }
            _ if read_some => Status::Partial,
            _ => Status::Failed,
        }
    }
}

/// The coverage of a query that ran.
pub(super) fn ran(
    account_id: &Arc<str>,
    region: &Arc<str>,
    selection: &Selection,
    tally: Tally,
    counts: &CallCounts,
    result: Result<(), Failure>,
    reading: Reading,
) -> QueryCoverage {
    let inventory = match result {
        Ok(()) => {
            PartCoverage { status: Status::Complete, observed_at: tally.observed_at, failures: Vec::new() }
        }
        Err(failure) => PartCoverage {
            status: reading.status(&failure, tally.pages > 0),
            observed_at: tally.observed_at,
            failures: vec![failure],
        },
    };
    let tags = match tally.tags {
        // The list call brings them along, so they fare as it does. Its failure is told once, there.
        None => PartCoverage { failures: Vec::new(), ..inventory.clone() },
        Some(read) => PartCoverage {
            status: read
                .failure
                .as_ref()
                .map_or(Status::Complete, |failure| reading.status(failure, read.read_some)),
            observed_at: Some(read.observed_at),
            failures: read.failure.into_iter().collect(),
        },
    };
    QueryCoverage {
        account_id: Some(account_id.clone()),
        region: Some(region.clone()),
        resource_type: selection.resource_type.clone(),
        covers: selection.wanted.clone(),
        status: inventory.status,
        resources: tally.resources,
        pages: tally.pages,
        api_calls: counts.api_calls.load(Ordering::Relaxed),
        retries: counts.retries.load(Ordering::Relaxed),
        duration_ms: u64::try_from(counts.elapsed().as_millis()).unwrap_or(u64::MAX),
        parts: Parts { inventory, tags, metrics: PartCoverage::skipped() },
    }
}

/// The coverage of a query that was not asked, for this reason.
pub(super) fn not_asked(
    account_id: Option<&Arc<str>>,
    region: Option<&Arc<str>>,
    selection: &Selection,
    status: Status,
    failure: Option<&Failure>,
) -> QueryCoverage {
    let part = PartCoverage { status, observed_at: None, failures: Vec::new() };
    QueryCoverage {
        account_id: account_id.cloned(),
        region: region.cloned(),
        resource_type: selection.resource_type.clone(),
        covers: selection.wanted.clone(),
        status,
        resources: 0,
        pages: 0,
        api_calls: 0,
        retries: 0,
        duration_ms: 0,
        parts: Parts {
            inventory: PartCoverage { failures: failure.cloned().into_iter().collect(), ..part.clone() },
            tags: part.clone(),
            metrics: PartCoverage { status: metrics_status(status), ..part },
        },
    }
}

/// Metrics that are not asked are skipped, whatever keeps the rest from being read.
const fn metrics_status(status: Status) -> Status {
    match status {
        Status::NotEnabled => Status::NotEnabled,
        _ => Status::Skipped,
    }
}
