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

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::metrics::Window;
    use crate::model::{MetricSpec, Statistic, Timestamp, Unit};

    fn metric(statistics: usize, window: Window, series: bool) -> Arc<Metric> {
        let mut spec = MetricSpec::new("AWS/EC2", "CPUUtilization", "InstanceId", Unit::Percent, &[]);
        let percentile = |n: usize| Statistic::Extended(Cow::Owned(format!("p{n}")));
        spec.statistics = (1..=statistics).map(percentile).collect::<Vec<_>>().into();
        Arc::new(Metric::new(spec, window, series))
    }

    proptest! {
        #[test]
        fn batches_keep_every_metric_whole_in_order_and_within_the_limits(
            statistics in proptest::collection::vec(1_usize..8, 0..400),
            hours in 1_u64..48,
            series in any::<bool>(),
        ) {
            let now = Timestamp::parse("2026-11-23T14:37:00Z").expect("a time");
            let window = Window::ending(now, Duration::from_secs(hours * 3600));
            let mut batch = Batch::default();
            let mut sent = Vec::new();
            for (row, statistics) in statistics.iter().enumerate() {
                let metric = metric(*statistics, window, series);
                sent.extend(batch.add(Wanted { metric, resource_id: "i-1".into(), page: 0, row }));
            }
            sent.extend(batch.take());
            prop_assert!(batch.is_empty());
            let rows: Vec<usize> = sent.iter().flatten().map(|wanted| wanted.row).collect();
            prop_assert_eq!(rows, (0..statistics.len()).collect::<Vec<_>>());
            let queries = |batch: &[Wanted]| batch.iter().map(|w| w.metric.recipe.asks.len()).sum::<usize>();
            let datapoints = |batch: &[Wanted]| {
                let asks = batch.iter().flat_map(|wanted| &wanted.metric.recipe.asks);
                asks.map(|ask| window.datapoints(ask.period)).sum::<usize>()
            };
            for (at, batch) in sent.iter().enumerate() {
                prop_assert!(queries(batch) <= 500 && datapoints(batch) <= 100_800);
                // Full: what comes next would not have fitted in, or nothing more fits at all.
                if let Some(next) = sent.get(at + 1).and_then(|next| next.first()) {
                    let next = std::slice::from_ref(next);
                    let fits = queries(batch) + queries(next) <= 500
                        && datapoints(batch) + datapoints(next) <= 100_800;
                    prop_assert!(!fits || queries(batch) == 500);
                }
            }
        }
    }
}
