//! Fills requests: metrics of many pages and types of one account and Region, up to CloudWatch's limits.

use std::sync::Arc;

use super::catalogue::Metric;

/// MetricDataQuery structures of one GetMetricData request, and the datapoints that it answers at once:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
const MOST_QUERIES: usize = 500;
const MOST_DATAPOINTS: usize = 100_800;

/// One metric of one resource, to be asked.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) metric: Arc<Metric>,
    /// The value of the metric's dimension.
    pub(super) resource_id: Arc<str>,
    /// The page that holds the resource, and its place there.
    pub(super) page: u64,
    pub(super) row: usize,
}

/// The next request, as far as it is filled. A metric's statistics always stand in the same request.
#[derive(Debug, Default)]
pub(super) struct Batch {
    wanted: Vec<Wanted>,
    queries: usize,
    datapoints: usize,
}

impl Batch {
    /// Adds a metric. A batch that it does not fit into any more comes back, full.
    pub(super) fn add(&mut self, wanted: Wanted) -> Option<Vec<Wanted>> {
        let queries = wanted.metric.recipe.asks.len();
        let datapoints = wanted.metric.datapoints;
        let fits = self.queries + queries <= MOST_QUERIES && self.datapoints + datapoints <= MOST_DATAPOINTS;
        let full = if fits { None } else { self.take() };
        self.wanted.push(wanted);
        self.queries += queries;
        self.datapoints += datapoints;
        // No metric asks nothing, so a full batch need not wait for one that does not fit.
        full.or_else(|| if self.queries >= MOST_QUERIES { self.take() } else { None })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// What is filled so far, if anything.
    pub(super) fn take(&mut self) -> Option<Vec<Wanted>> {
        let Self { wanted, .. } = std::mem::take(self);
        (!wanted.is_empty()).then_some(wanted)
    }
}
