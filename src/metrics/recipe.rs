//! What has to be asked of CloudWatch for a metric's statistics, and how the answers make them.
//!
//! Up to a day, one datapoint spans the window and is the value. Beyond, and where the datapoints are wanted too,
//! shorter periods are folded: their sums add up, the greatest of their maxima is the maximum, and an average is
//! the sum of all sums over the count of all samples. A percentile cannot be had from those of shorter periods.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Window;
use crate::model::{Failure, MetricSpec, Statistic};

/// One statistic of one metric at one period: what one MetricDataQuery asks and what one "metric requested" costs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ask {
    pub(super) statistic: Statistic,
    /// Seconds.
    pub(super) period: i64,
    /// One datapoint must answer it.
    pub(super) spans_window: bool,
}

/// What came of an ask: datapoints, the oldest first, or why there are none to be had.
pub(super) type Answer = Result<Vec<(i64, f64)>, Arc<Failure>>;

/// How a statistic comes out of the answers, by their places in [`Recipe::asks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The one datapoint of this answer.
    Spanning(usize),
    /// The sum of this answer's datapoints.
    Sum(usize),
    /// The greatest of them.
    Maximum(usize),
    /// The least of them.
    Minimum(usize),
    /// The sum of all sums over the sum of all sample counts.
    Average { sums: usize, counts: usize },
    /// It cannot be computed.
    Unknowable,
}

/// Where the datapoints of `--series` come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Points {
    Of(usize),
    Ratio { sums: usize, counts: usize },
}

#[derive(Clone, Debug)]
struct Wanted {
    statistic: Statistic,
    value: Source,
    series: Option<Points>,
}

/// A statistic as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Known {
    /// The value. None = CloudWatch has no datapoints.
    Value(Option<f64>),
    /// It cannot be computed for this window.
    Unknowable,
    /// An answer that it needs is missing.
    Failed(Arc<Failure>),
}

/// What the answers make of a statistic. Its datapoints, where they are kept, may come of other answers than its
/// value, and fail apart.
#[derive(Clone, Debug)]
pub(super) struct Made<'a> {
    pub(super) statistic: &'a Statistic,
    pub(super) value: Known,
    pub(super) series: Option<Answer>,
}

/// How one metric of a type is read in a run.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) asks: Vec<Ask>,
    wanted: Vec<Wanted>,
}

impl Recipe {
    /// How this metric's statistics are read for the window.
    pub(super) fn new(spec: &MetricSpec, window: Window, series: bool) -> Self {
        let mut asks = Vec::new();
        let wanted =
            spec.statistics.iter().map(|statistic| want(statistic, window, series, &mut asks)).collect();
        Self { asks, wanted }
    }

    /// The most datapoints that the answers hold together.
    pub(super) fn datapoints(&self, window: Window) -> usize {
        self.asks.iter().map(|ask| window.datapoints(ask.period)).sum()
    }

    /// The asks that each GetMetricStatistics request would answer. One takes several statistics, but either plain
    /// or up to ten extended ones, and one period:
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html>
    pub(super) fn statistics_requests(&self) -> Vec<Vec<usize>> {
        let mut requests = BTreeMap::<_, Vec<usize>>::new();
        for (at, ask) in self.asks.iter().enumerate() {
            let is_extended = matches!(ask.statistic, Statistic::Extended(_));
            requests.entry((ask.period, is_extended)).or_default().push(at);
        }
        requests
            .into_values()
            .flat_map(|asks| asks.chunks(10).map(<[_]>::to_vec).collect::<Vec<_>>())
            .collect()
    }

    /// The statistics, in the order of the metric's, made from the answers to all asks.
    pub(super) fn make<'a>(&'a self, answers: &[Answer]) -> Vec<Made<'a>> {
        let made = |wanted: &'a Wanted| Made {
            statistic: &wanted.statistic,
            value: wanted.value(answers).unwrap_or_else(Known::Failed),
            series: wanted.series(answers),
        };
        self.wanted.iter().map(made).collect()
    }

    /// How many of the statistics can be known at all.
    pub(super) fn knowable(&self) -> usize {
        self.wanted.iter().filter(|wanted| wanted.value != Source::Unknowable).count()
    }
}

fn want(statistic: &Statistic, window: Window, series: bool, asks: &mut Vec<Ask>) -> Wanted {
    let mut ask = |statistic: &Statistic, period, spans_window| {
        let ask = Ask { statistic: statistic.clone(), period, spans_window };
        asks.iter().position(|known| *known == ask).unwrap_or_else(|| {
            asks.push(ask);
            asks.len() - 1
        })
    };
    let folds = series || !window.fits_one_period();
    let spanning = |ask: &mut dyn FnMut(&Statistic, i64, bool) -> usize| {
        Source::Spanning(ask(statistic, window.seconds(), true))
    };
    let period = if series { window.series_period() } else { window.period() };
    let (value, points) = match statistic {
        _ if !folds => (spanning(&mut ask), None),
        Statistic::Average => {
            let (sums, counts) =
                (ask(&Statistic::Sum, period, false), ask(&Statistic::SampleCount, period, false));
            (Source::Average { sums, counts }, Some(Points::Ratio { sums, counts }))
        }
        Statistic::Extended(_) => {
            let value = if window.fits_one_period() { spanning(&mut ask) } else { Source::Unknowable };
            (value, series.then(|| Points::Of(ask(statistic, period, false))))
        }
        Statistic::Sum | Statistic::SampleCount | Statistic::Maximum | Statistic::Minimum => {
            let at = ask(statistic, period, false);
            let value = match statistic {
                Statistic::Maximum => Source::Maximum(at),
                Statistic::Minimum => Source::Minimum(at),
                _ => Source::Sum(at),
            };
            (value, Some(Points::Of(at)))
        }
    };
    Wanted { statistic: statistic.clone(), value, series: points.filter(|_| series) }
}

impl Wanted {
    fn value(&self, answers: &[Answer]) -> Result<Known, Arc<Failure>> {
        let values = |at: usize| Ok::<_, Arc<Failure>>(points(answers, at)?.iter().map(|(_, value)| *value));
        let value = match self.value {
            Source::Unknowable => return Ok(Known::Unknowable),
            // The fetch has seen to it that there is one at most, unless it may be folded.
            Source::Spanning(at) => match self.statistic {
                Statistic::Sum | Statistic::SampleCount => values(at)?.reduce(|a, b| a + b),
                Statistic::Minimum => values(at)?.reduce(f64::min),
                _ => values(at)?.reduce(f64::max),
            },
            Source::Sum(at) => values(at)?.reduce(|a, b| a + b),
            Source::Maximum(at) => values(at)?.reduce(f64::max),
            Source::Minimum(at) => values(at)?.reduce(f64::min),
            Source::Average { sums, counts } => {
                let times = |at: usize| Ok::<_, Arc<Failure>>(points(answers, at)?.iter().map(|(at, _)| *at));
                if !times(sums)?.eq(times(counts)?) {
                    return Err(unequal());
                }
                if values(counts)?.any(|count| count <= 0.0) {
                    return Err(senseless("a sample count is not above zero"));
                }
                let samples: f64 = values(counts)?.sum();
                values(sums)?.reduce(|a, b| a + b).map(|sum| sum / samples)
            }
        };
        // It would be written as null, which means that there are no datapoints.
        if value.is_some_and(|value| !value.is_finite()) {
            return Err(senseless("its datapoints add up to more than a number can hold"));
        }
        Ok(Known::Value(value))
    }

    fn series(&self, answers: &[Answer]) -> Option<Answer> {
        let series = match self.series? {
            Points::Of(at) => points(answers, at).map(<[_]>::to_vec),
            Points::Ratio { sums, counts } => {
                points(answers, sums).and_then(|sums| ratio(sums, points(answers, counts)?))
            }
        };
        Some(series)
    }
}

fn points(answers: &[Answer], at: usize) -> Result<&[(i64, f64)], Arc<Failure>> {
    answers[at].as_ref().map(Vec::as_slice).map_err(Arc::clone)
}

/// The average of each period.
fn ratio(sums: &[(i64, f64)], counts: &[(i64, f64)]) -> Answer {
    if !sums.iter().map(|(at, _)| at).eq(counts.iter().map(|(at, _)| at)) {
        return Err(unequal());
    }
    let averages = sums.iter().zip(counts).map(|((at, sum), (_, count))| (*at, sum / count));
    let averages: Vec<_> = averages.collect();
    if averages.iter().any(|(_, average)| !average.is_finite()) {
        return Err(senseless("a sample count is not above zero"));
    }
    Ok(averages)
}

/// A sum without its count, or a count without its sum, makes no average.
fn unequal() -> Arc<Failure> {
    senseless("the sums and the sample counts are of different times")
}

fn senseless(why: &str) -> Arc<Failure> {
    Arc::new(super::GET_METRIC_DATA.malformed(format!("CloudWatch's answer makes no sense: {why}")))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::model::{Timestamp, Unit};

    const HOUR: u64 = 3600;

    fn window(seconds: u64) -> Window {
        let now = Timestamp::parse("2026-11-23T14:37:00Z").expect("a time");
        Window::ending(now, Duration::from_secs(seconds))
    }

    fn recipe(statistics: Vec<Statistic>, window: Window, series: bool) -> Recipe {
        let mut spec = MetricSpec::new("AWS/EC2", "CPUUtilization", "InstanceId", Unit::Percent, &[]);
        spec.statistics = statistics.into();
        Recipe::new(&spec, window, series)
    }

    fn names(recipe: &Recipe) -> Vec<String> {
        recipe.asks.iter().map(|ask| format!("{} {}", ask.statistic, ask.period)).collect()
    }

    #[test]
    fn up_to_a_day_each_statistic_is_one_datapoint() {
        use Statistic::{Average, Maximum};
        let made = recipe(vec![Average, Maximum, Statistic::P95], window(HOUR), false);
        assert_eq!(names(&made), ["Average 3600", "Maximum 3600", "p95 3600"]);
        assert!(made.asks.iter().all(|ask| ask.spans_window));
        assert_eq!(names(&recipe(vec![Average], window(24 * HOUR), false)), ["Average 86400"]);
    }

    #[test]
    fn beyond_a_day_averages_come_of_sums_and_counts_and_percentiles_are_not_asked() {
        use Statistic::{Average, Maximum, Sum};
        let made = recipe(vec![Average, Maximum, Statistic::P95, Sum], window(7 * 24 * HOUR), false);
        assert_eq!(names(&made), ["Sum 86400", "SampleCount 86400", "Maximum 86400"]);
        assert_eq!(made.knowable(), 3);
        let answers =
            [Ok(vec![(0, 10.0), (1, 90.0)]), Ok(vec![(0, 10.0), (1, 10.0)]), Ok(vec![(0, 3.0), (1, 2.0)])];
        let values: Vec<Known> = made.make(&answers).into_iter().map(|made| made.value).collect();
        let value = |value| Known::Value(Some(value));
        // Not 5, the average of the averages.
        assert_eq!(values, [value(5.0), value(3.0), Known::Unknowable, value(100.0)]);
    }

    #[test]
    fn no_datapoints_is_no_value_and_a_lost_answer_is_unknown() {
        let made = recipe(vec![Statistic::Average], window(7 * 24 * HOUR), false);
        let of = |answers: &[Answer]| made.make(answers).remove(0).value;
        assert_eq!(of(&[Ok(vec![]), Ok(vec![])]), Known::Value(None));
        let lost = || Arc::new(super::super::GET_METRIC_DATA.malformed("lost"));
        assert!(matches!(of(&[Ok(vec![(0, 1.0)]), Err(lost())]), Known::Failed(_)));
        assert!(matches!(of(&[Err(lost()), Ok(vec![])]), Known::Failed(_)));
        assert!(matches!(of(&[Ok(vec![(0, 1.0), (1, 1.0)]), Ok(vec![(0, 1.0)])]), Known::Failed(_)));
    }

    #[test]
    fn series_keep_the_datapoints_and_percentiles_keep_a_value_of_their_own() {
        let made = recipe(vec![Statistic::Average, Statistic::P95], window(HOUR), true);
        assert_eq!(names(&made), ["Sum 300", "SampleCount 300", "p95 3600", "p95 300"]);
        let answers =
            [Ok(vec![(0, 4.0)]), Ok(vec![(0, 2.0)]), Ok(vec![(0, 7.0)]), Ok(vec![(0, 6.0), (300, 8.0)])];
        let values: Vec<Known> = made.make(&answers).into_iter().map(|made| made.value).collect();
        assert_eq!(values, [Known::Value(Some(2.0)), Known::Value(Some(7.0))]);
        let series: Vec<_> = made.make(&answers).into_iter().filter_map(|made| made.series?.ok()).collect();
        assert_eq!(series, [vec![(0, 2.0)], vec![(0, 6.0), (300, 8.0)]]);
        // A value that is lost costs not its datapoints, nor the other way round.
        let lost = || Err(Arc::new(super::super::GET_METRIC_DATA.malformed("lost")));
        let of =
            |value: Answer, points: Answer| made.make(&[Ok(vec![]), Ok(vec![]), value, points]).remove(1);
        let without_value = of(lost(), Ok(vec![(0, 6.0)]));
        assert!(
            matches!(without_value.value, Known::Failed(_))
                && without_value.series == Some(Ok(vec![(0, 6.0)]))
        );
        let without_series = of(Ok(vec![(0, 7.0)]), lost());
        assert_eq!(without_series.value, Known::Value(Some(7.0)));
        assert!(matches!(without_series.series, Some(Err(_))));
    }

    #[test]
    fn several_plain_statistics_of_one_period_are_one_statistics_request() {
        use Statistic::{Average, Maximum, Minimum, Sum};
        let made = recipe(vec![Average, Maximum, Minimum, Sum, Statistic::P95], window(HOUR), false);
        assert_eq!(made.statistics_requests(), [vec![0, 1, 2, 3], vec![4]]);
    }

    proptest! {
        /// Whatever periods the samples fall into, folding gives what all of them together give.
        #[test]
        fn folding_periods_is_folding_samples(
            periods in proptest::collection::vec(proptest::collection::vec(-1000_i32..1000, 1..20), 1..30),
            series in any::<bool>(),
        ) {
            use Statistic::{Average, Maximum, Minimum, SampleCount, Sum};
            let made = recipe(vec![Average, Maximum, Minimum, Sum, SampleCount], window(400 * 24 * HOUR), series);
            let fold = |ask: &Ask, samples: &[i32]| match ask.statistic {
                Maximum => samples.iter().copied().max().map(f64::from),
                Minimum => samples.iter().copied().min().map(f64::from),
                Sum => Some(samples.iter().copied().map(f64::from).sum()),
                _ => Some(samples.len() as f64),
            }.expect("samples");
            let answers: Vec<Answer> = made.asks.iter().map(|ask| {
                Ok(periods.iter().enumerate().map(|(at, samples)| (at as i64, fold(ask, samples))).collect())
            }).collect();
            let all: Vec<i32> = periods.concat();
            let sum: f64 = all.iter().copied().map(f64::from).sum();
            let wanted = [
                sum / all.len() as f64,
                all.iter().copied().max().map(f64::from).expect("samples"),
                all.iter().copied().min().map(f64::from).expect("samples"),
                sum,
                all.len() as f64,
            ];
            for (made, wanted) in made.make(&answers).into_iter().zip(wanted) {
                prop_assert_eq!(made.value, Known::Value(Some(wanted)), "{}", made.statistic);
                prop_assert_eq!(made.series.is_some(), series);
            }
        }
    }
}
