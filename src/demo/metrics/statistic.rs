//! What buckets make of base datapoints, and which buckets there are.
//!
//! - Buckets are aligned to the start of the request, which is rounded down: to the minute (or to a period below a
//!   minute), to five minutes if it is more than 15 days old, to the hour if more than 63.
//!   <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>,
//!   <https://github.com/boto/boto3/issues/3457#issuecomment-1287909562>
//! - A bucket holds the base datapoints from its start to its end or the request's, whichever comes first; it is
//!   stamped with its start. Without base datapoints there is no datapoint.
//! - Retention: a bucket that begins more than 3 hours ago needs a period that is a multiple of 60, more than 15 days
//!   ago of 300, more than 63 days ago of 3,600; there is nothing more than 455 days ago. AWS answers with fewer
//!   datapoints, not with an error.
//!   <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html>
//! - Sums add up from the oldest to the newest, in `f64`. Average is Sum divided by SampleCount.
//! - A percentile is the nearest rank among the averages of the base datapoints, each counted once: of n in ascending
//!   order the one at `max(1, ceil(p * n / 100))`. AWS's own are estimates.

use super::series::Series;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A statistic of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statistic {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    /// In hundredths of a percent, at most 10,000.
    Percentile(u64),
}

impl Statistic {
    /// Average, Sum, Minimum, Maximum or SampleCount.
    pub(crate) fn simple(name: &str) -> Option<Self> {
        Some(match name {
            "SampleCount" => Self::SampleCount,
            "Average" => Self::Average,
            "Sum" => Self::Sum,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            _ => return None,
        })
    }

    /// `p0` to `p100`, with up to two decimals. The other extended statistics of AWS are not known here.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>
    pub(crate) fn percentile(name: &str) -> Option<Self> {
        let number = name.strip_prefix('p')?;
        let (whole, decimals) = number.split_once('.').map_or((number, None), |(w, d)| (w, Some(d)));
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(whole, 3) || decimals.is_some_and(|decimals| !digits(decimals, 2)) {
            return None;
        }
        let hundredths: u64 = format!("{whole}{:0<2}", decimals.unwrap_or("")).parse().ok()?;
        (hundredths <= 10_000).then_some(Self::Percentile(hundredths))
    }

    /// Either.
    pub(crate) fn any(name: &str) -> Option<Self> {
        Self::simple(name).or_else(|| Self::percentile(name))
    }
}

/// The base datapoints of one bucket, put together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bucket {
    count: f64,
    sum: f64,
    minimum: f64,
    maximum: f64,
    /// The averages of the base datapoints, in ascending order.
    ranked: Vec<f64>,
}

impl Bucket {
    fn new(series: &Series<'_>, from: i64, to: i64, now: i64, ranked: bool) -> Option<Self> {
        let mut all = Self {
            count: 0.0,
            sum: 0.0,
            minimum: f64::INFINITY,
            maximum: f64::NEG_INFINITY,
            ranked: Vec::new(),
        };
        series.each(from, to, now, |_, base| {
            all.count += base.count;
            all.sum += base.sum;
            if base.minimum < all.minimum {
                all.minimum = base.minimum;
            }
            if base.maximum > all.maximum {
                all.maximum = base.maximum;
            }
            if ranked {
                all.ranked.push(base.sum / base.count);
            }
        });
        if all.count == 0.0 {
            return None;
        }
        all.ranked.sort_by(f64::total_cmp);
        Some(all)
    }

    /// A statistic of it; for percentiles the bucket has to be ranked.
    pub(crate) fn get(&self, statistic: Statistic) -> f64 {
        match statistic {
            Statistic::SampleCount => self.count,
            Statistic::Average => self.sum / self.count,
            Statistic::Sum => self.sum,
            Statistic::Minimum => self.minimum,
            Statistic::Maximum => self.maximum,
            Statistic::Percentile(hundredths) => {
                let rank = (hundredths * self.ranked.len() as u64).div_ceil(10_000).max(1);
                let at = usize::try_from(rank - 1).unwrap_or(usize::MAX);
                self.ranked.get(at).copied().unwrap_or(self.maximum)
            }
        }
    }
}

/// The stretch of time that a request asks for, in buckets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    start: i64,
    end: i64,
    period: i64,
    now: i64,
}

impl Window {
    /// `[start, end)` in periods of some seconds (at least one), seen at a moment.
    pub(crate) fn new(start: i64, end: i64, period: i64, now: i64) -> Self {
        let unit = match now - start {
            age if age > 63 * DAY => HOUR,
            age if age > 15 * DAY => 300,
            _ if period < 60 => period,
            _ => 60,
        };
        Self { start: start - start.rem_euclid(unit), end, period, now }
    }

    /// The buckets that hold something, each with its timestamp, the oldest first.
    pub(crate) fn buckets(&self, series: &Series<'_>, ranked: bool) -> Vec<(i64, Bucket)> {
        let kept = match self.period {
            period if period % HOUR == 0 => 455 * DAY,
            period if period % 300 == 0 => 63 * DAY,
            period if period % 60 == 0 => 15 * DAY,
            _ => 3 * HOUR,
        };
        // Whole periods that are forgotten are not walked through.
        let forgotten = (self.now - kept - self.start).max(0);
        let first = self.start + (forgotten + self.period - 1) / self.period * self.period;
        let step = usize::try_from(self.period).unwrap_or(usize::MAX);
        (first..self.end.min(self.now))
            .step_by(step)
            .filter_map(|from| {
                let to = (from + self.period).min(self.end);
                Some((from, Bucket::new(series, from, to, self.now, ranked)?))
            })
            .collect()
    }
}
