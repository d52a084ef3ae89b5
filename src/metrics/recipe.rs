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
    /// The value, and the datapoints where they are kept. No value = CloudWatch has no datapoints.
    Value(Option<f64>, Option<Vec<(i64, f64)>>),
    /// It cannot be computed for this window; the datapoints where they are kept.
    Unknowable(Option<Vec<(i64, f64)>>),
    /// An answer that it needs is missing.
    Failed(Arc<Failure>),
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
    /// or extended ones, and one period:
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html>
    pub(super) fn statistics_requests(&self) -> Vec<Vec<usize>> {
        let mut requests = BTreeMap::<_, Vec<usize>>::new();
        for (at, ask) in self.asks.iter().enumerate() {
            let is_extended = matches!(ask.statistic, Statistic::Extended(_));
            requests.entry((ask.period, is_extended)).or_default().push(at);
        }
        requests.into_values().collect()
    }

    /// The statistics, in the order of the metric's, made from the answers to all asks.
    pub(super) fn make(&self, answers: &[Answer]) -> Vec<(&Statistic, Known)> {
        self.wanted.iter().map(|wanted| (&wanted.statistic, wanted.make(answers))).collect()
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
    fn make(&self, answers: &[Answer]) -> Known {
        match self.try_make(answers) {
            Ok(known) => known,
            Err(failure) => Known::Failed(failure),
        }
    }

    fn try_make(&self, answers: &[Answer]) -> Result<Known, Arc<Failure>> {
        let of = |at: usize| answers[at].as_ref().map(Vec::as_slice).map_err(Arc::clone);
        let series = match self.series {
            None => None,
            Some(Points::Of(at)) => Some(of(at)?.to_vec()),
            Some(Points::Ratio { sums, counts }) => Some(ratio(of(sums)?, of(counts)?)),
        };
        let values = |at: usize| Ok::<_, Arc<Failure>>(of(at)?.iter().map(|(_, value)| *value));
        let value = match self.value {
            Source::Unknowable => return Ok(Known::Unknowable(series)),
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
                let times = |at: usize| Ok::<_, Arc<Failure>>(of(at)?.iter().map(|(at, _)| *at));
                if !times(sums)?.eq(times(counts)?) {
                    return Err(unequal());
                }
                let samples: f64 = values(counts)?.sum();
                values(sums)?.reduce(|a, b| a + b).filter(|_| samples > 0.0).map(|sum| sum / samples)
            }
        };
        Ok(Known::Value(value, series))
    }
}

/// The averages of the periods that have samples.
fn ratio(sums: &[(i64, f64)], counts: &[(i64, f64)]) -> Vec<(i64, f64)> {
    let counts: BTreeMap<i64, f64> = counts.iter().copied().collect();
    sums.iter()
        .filter_map(|(at, sum)| counts.get(at).filter(|count| **count > 0.0).map(|count| (*at, sum / count)))
        .collect()
}

/// A sum without its count, or a count without its sum, makes no average.
fn unequal() -> Arc<Failure> {
    Arc::new(
        super::GET_METRIC_DATA.malformed("the sums and the sample counts of a metric are of different times"),
    )
}
