//! A CloudWatch metric of a type: what is asked of it, and of which resources.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::{Resource, Timestamp};

/// A statistic as CloudWatch names it.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statistic {
    /// `Average`
    Average,
    /// `Maximum`
    Maximum,
    /// `Minimum`
    Minimum,
    /// `SampleCount`
    SampleCount,
    /// `Sum`
    Sum,
    /// One that needs every single value: a percentile (`p95`, `p99.9`) or a trimmed statistic (`tm99`).
    /// It cannot be computed from those of shorter periods.
    Extended(Cow<'static, str>),
}

impl Statistic {
    /// The 95th percentile.
    pub const P95: Self = Self::Extended(Cow::Borrowed("p95"));

    /// The name in CloudWatch's API and in the JSON document.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Average => "Average",
            Self::Maximum => "Maximum",
            Self::Minimum => "Minimum",
            Self::SampleCount => "SampleCount",
            Self::Sum => "Sum",
            Self::Extended(name) => name,
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no statistic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no statistic: write Average, Maximum, Minimum, SampleCount, Sum, a percentile (`p95`, `p99.9`) \
     or one trimmed at a percentile (`tm99`, `tc90`, `ts90`, `wm98`)"
)]
pub struct StatisticError(String);

impl FromStr for Statistic {
    type Err = StatisticError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        for plain in [Self::Average, Self::Maximum, Self::Minimum, Self::SampleCount, Self::Sum] {
            if text.eq_ignore_ascii_case(plain.as_str()) {
                return Ok(plain);
            }
        }
        let percent = ["tm", "tc", "ts", "wm", "p"].iter().find_map(|prefix| text.strip_prefix(prefix));
        let is_percent = percent.is_some_and(|percent| {
            let (whole, fraction) = percent.split_once('.').unwrap_or((percent, "0"));
            let digits = |part: &str, most| {
                (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
            };
            digits(whole, 3) && digits(fraction, 10) && percent.parse::<f64>().is_ok_and(|p| p <= 100.0)
        });
        if is_percent {
            Ok(Self::Extended(text.to_owned().into()))
        } else {
            Err(StatisticError(text.to_owned()))
        }
    }
}

/// What a metric's values are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Hundredths.
    Percent,
    /// Bytes.
    Bytes,
    /// Things: connections, invocations, credits.
    Count,
    /// Things a second.
    CountPerSecond,
    /// Thousandths of a second.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Not known.
    #[default]
    None,
}

impl Unit {
    /// The units that can be named, as CloudWatch names them:
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>
    pub const NAMED: [(&'static str, Self); 7] = [
        ("Percent", Self::Percent),
        ("Bytes", Self::Bytes),
        ("Count", Self::Count),
        ("Count/Second", Self::CountPerSecond),
        ("Milliseconds", Self::Milliseconds),
        ("Seconds", Self::Seconds),
        ("None", Self::None),
    ];
}

/// One metric of a type, and the statistics of it that are asked for.
#[derive(Clone, Debug)]
pub struct MetricSpec {
    /// The namespace (`AWS/EC2`).
    pub namespace: Cow<'static, str>,
    /// The metric (`CPUUtilization`).
    pub name: Cow<'static, str>,
    /// What is asked of it, at least one.
    pub statistics: Cow<'static, [Statistic]>,
    /// What its values are counted in.
    pub unit: Unit,
    /// The one dimension (`InstanceId`), whose value is the resource's `id`.
    pub dimension: Cow<'static, str>,
    /// Whether a resource of the type emits it at all.
    pub applies: fn(&Resource) -> bool,
}

impl MetricSpec {
    /// A metric that every resource of the type emits.
    pub const fn new(
        namespace: &'static str,
        name: &'static str,
        dimension: &'static str,
        unit: Unit,
        statistics: &'static [Statistic],
    ) -> Self {
        Self {
            namespace: Cow::Borrowed(namespace),
            name: Cow::Borrowed(name),
            statistics: Cow::Borrowed(statistics),
            unit,
            dimension: Cow::Borrowed(dimension),
            applies: |_| true,
        }
    }

    /// The same metric, of these resources only.
    #[must_use]
    pub const fn applies(mut self, applies: fn(&Resource) -> bool) -> Self {
        self.applies = applies;
        self
    }
}

/// When a resource fell silent, as far as it can be told: `None` where it may still emit.
pub type SilentSince = fn(&Resource) -> Option<Timestamp>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_read_as_cloudwatch_writes_them() {
        for text in ["Average", "Sum", "p95", "p99.9", "p0", "p100", "tm99", "wm98.5"] {
            assert_eq!(text.parse::<Statistic>().map(|s| s.to_string()).as_deref(), Ok(text));
        }
        assert_eq!("maximum".parse(), Ok(Statistic::Maximum));
    }

    #[test]
    fn what_is_no_statistic_is_named() {
        for text in
            ["", "p", "p101", "p100.1", "pp95", "p9 5", "p-5", "p.5", "p5.", "Mean", "95", "tm(10%:90%)"]
        {
            let error = text.parse::<Statistic>().unwrap_err();
            assert!(error.to_string().contains(&format!("`{text}`")), "{error}");
        }
    }
}
