//! What is asked of each type in a run, as its collector and the settings say together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Window;
use super::recipe::Recipe;
use crate::model::{MetricSpec, Resource, SilentSince, Statistic};

/// One GetMetricStatistics answers so many datapoints at most:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html>
const MOST_DATAPOINTS: usize = 1440;

/// GetMetricStatistics is worth its many requests where it costs no more than a third.
const CLEARLY_CHEAPER: usize = 3;

/// The metrics asked of one type.
#[derive(Clone, Debug)]
pub struct TypeMetrics {
    /// The metrics, in the order of the collector.
    pub specs: Vec<MetricSpec>,
    /// When a resource of the type fell silent.
    pub silent_since: SilentSince,
}

/// One metric of a type, and how it is read.
#[derive(Clone, Debug)]
pub(super) struct Metric {
    pub(super) spec: MetricSpec,
    pub(super) recipe: Recipe,
    /// The most datapoints that its answers hold together.
    pub(super) datapoints: usize,
    /// The GetMetricStatistics requests that read it, where these are clearly cheaper.
    pub(super) cheaper: Option<Vec<Vec<usize>>>,
}

impl Metric {
    pub(super) fn new(spec: MetricSpec, window: Window, series: bool) -> Self {
        let recipe = Recipe::new(&spec, window, series);
        let requests = recipe.statistics_requests();
        let is_cheaper = !requests.is_empty()
            && recipe.asks.len() >= CLEARLY_CHEAPER * requests.len()
            && recipe.asks.iter().all(|ask| window.datapoints(ask.period) <= MOST_DATAPOINTS)
            && recipe.asks.iter().all(|ask| get_metric_statistics_knows(&ask.statistic));
        let datapoints = recipe.datapoints(window);
        Self { spec, recipe, datapoints, cheaper: is_cheaper.then_some(requests) }
    }

    /// Its metrics requested of GetMetricData, each of which costs one unit.
    pub(super) fn cost(&self) -> u64 {
        self.recipe.asks.len() as u64
    }
}

/// GetMetricStatistics takes percentiles, "between p0.0 and p100", but none of the trimmed statistics:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html>
fn get_metric_statistics_knows(statistic: &Statistic) -> bool {
    !matches!(statistic, Statistic::Extended(name) if !name.starts_with('p'))
}

#[derive(Debug)]
struct Entry {
    metrics: Vec<Arc<Metric>>,
    silent_since: SilentSince,
}

/// What is asked of each type in a run.
#[derive(Debug)]
pub struct Catalogue {
    types: BTreeMap<Arc<str>, Entry>,
    window: Window,
    series: bool,
}

/// What is asked of one resource.
pub(super) enum Asked<'a> {
    /// Nothing: its type has no metrics, or the settings leave them all out.
    NoMetrics,
    /// Nothing: it cannot have emitted in the window.
    Silent,
    /// These.
    Metrics(Vec<&'a Arc<Metric>>),
}

impl Catalogue {
    /// What is asked of these types for this window, with or without the datapoints.
    pub fn new(types: BTreeMap<Arc<str>, TypeMetrics>, window: Window, series: bool) -> Self {
        let types = types.into_iter().map(|(name, TypeMetrics { specs, silent_since })| {
            let metrics = specs.into_iter().map(|spec| Arc::new(Metric::new(spec, window, series))).collect();
            (name, Entry { metrics, silent_since })
        });
        Self { types: types.collect(), window, series }
    }

    /// The window asked for.
    pub const fn window(&self) -> Window {
        self.window
    }

    /// The metrics asked of each type.
    pub fn specs(&self) -> BTreeMap<Arc<str>, Vec<MetricSpec>> {
        let specs = |entry: &Entry| entry.metrics.iter().map(|metric| metric.spec.clone()).collect();
        self.types.iter().map(|(name, entry)| (name.clone(), specs(entry))).collect()
    }

    /// Whether the datapoints are kept.
    pub(super) const fn series(&self) -> bool {
        self.series
    }

    pub(super) fn of(&self, resource: &Resource) -> Asked<'_> {
        let Some(entry) = self.types.get(&resource.resource_type).filter(|entry| !entry.metrics.is_empty())
        else {
            return Asked::NoMetrics;
        };
        let silent_since = (entry.silent_since)(resource).map(crate::model::Timestamp::unix_seconds);
        if silent_since.is_some_and(|since| !self.window.may_hold_of(since)) {
            return Asked::Silent;
        }
        Asked::Metrics(entry.metrics.iter().filter(|metric| (metric.spec.applies)(resource)).collect())
    }
}

/// How many GetMetricStatistics requests one account and Region is asked in a run: AWS grants 400 a second.
/// More would keep a run waiting for what GetMetricData answers at once.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>
pub const MOST_STATISTICS_REQUESTS: usize = 400;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Statistic, Timestamp, Unit};

    const HOUR: u64 = 3600;
    const STATISTICS: &[Statistic] = &[Statistic::Average, Statistic::Maximum];
    const CPU: MetricSpec =
        MetricSpec::new("AWS/EC2", "CPUUtilization", "InstanceId", Unit::Percent, STATISTICS);

    fn window(seconds: u64) -> Window {
        let now = Timestamp::parse("2026-11-23T14:37:00Z").expect("a time");
        Window::ending(now, Duration::from_secs(seconds))
    }

    #[test]
    fn get_metric_statistics_is_taken_where_it_costs_a_third() {
        assert!(
            Metric::new(CPU, window(HOUR), false).cheaper.is_none(),
            "half the price is not clearly cheaper"
        );
        // Sum, SampleCount and Maximum of each day.
        assert_eq!(Metric::new(CPU, window(48 * HOUR), false).cheaper, Some(vec![vec![0, 1, 2]]));
        let mut percentiles = CPU;
        percentiles.statistics = vec![Statistic::P95].into();
        assert!(
            Metric::new(percentiles, window(48 * HOUR), false).cheaper.is_none(),
            "nothing is asked at all"
        );
    }

    #[test]
    fn a_machine_that_stopped_ten_minutes_ago_is_asked_and_one_that_stopped_before_the_window_is_not() {
        let window = window(HOUR);
        let silent = |resource: &Resource| Timestamp::parse(resource.name.as_deref()?);
        let of_type = TypeMetrics { specs: vec![CPU], silent_since: silent };
        let catalogue = Catalogue::new([(Arc::from("T"), of_type)].into(), window, false);
        let name = || Arc::from("T");
        let mut resource = Resource::new(name(), String::new(), "i-1".into(), name(), name());
        for (stopped, asked) in
            [(None, true), (Some("2026-11-23T14:27:00Z"), true), (Some("2026-11-23T13:20:00Z"), false)]
        {
            resource.name = stopped.map(str::to_owned);
            assert_eq!(matches!(catalogue.of(&resource), Asked::Metrics(_)), asked, "{stopped:?}");
            assert_eq!(matches!(catalogue.of(&resource), Asked::Silent), !asked, "{stopped:?}");
        }
    }

    fn metric(statistics: &[&str]) -> Metric {
        let now = Timestamp::parse("2026-11-23T14:37:00Z").expect("a time");
        let window = Window::ending(now, Duration::from_secs(3600));
        let mut spec = MetricSpec::new("AWS/EC2", "CPUUtilization", "InstanceId", Unit::Percent, &[]);
        spec.statistics = statistics.iter().map(|name| name.parse().expect(name)).collect();
        Metric::new(spec, window, false)
    }

    #[test]
    fn three_statistics_for_the_price_of_one_are_clearly_cheaper() {
        for (statistics, requests) in [
            (&["Average", "Maximum"][..], None),
            (&["Average", "Maximum", "Sum"], Some(1)),
            (&["p50", "p95", "p99.9"], Some(1)),
            (&["Average", "p50", "p95", "p99.9"], None),
        ] {
            assert_eq!(metric(statistics).cheaper.map(|all| all.len()), requests, "{statistics:?}");
        }
    }

    #[test]
    fn what_get_metric_statistics_does_not_know_is_not_asked_of_it() {
        for trimmed in ["tm99", "tc90", "ts90", "wm98"] {
            assert_eq!(
                metric(&["Average", "Maximum", "Minimum", "Sum", "SampleCount", trimmed]).cheaper,
                None
            );
            assert_eq!(metric(&["p50", "p95", trimmed]).cheaper, None);
        }
    }
}
