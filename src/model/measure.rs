//! What the value of a metric measures. It follows from the metric's unit and the statistic, and decides how
//! people read the value: a sum of bytes is a rate, a maximum of bytes is a size.

use super::{Statistic, Unit};

/// How the values of short periods come together as the value of a longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// By their mean.
    Mean,
    /// By the greatest. For a percentile it is the most that it can be: from parts it cannot be computed.
    Greatest,
    /// By the least.
    Least,
    /// By their sum.
    Total,
}

impl Statistic {
    /// How its values come together.
    pub fn fold(&self) -> Fold {
        match self {
            Self::Average => Fold::Mean,
            Self::Maximum => Fold::Greatest,
            Self::Minimum => Fold::Least,
            Self::Sum | Self::SampleCount => Fold::Total,
            // Trimmed sum and trimmed count; trimmed and winsorized mean; what is left is a percentile.
            Self::Extended(name) if name.starts_with("ts") || name.starts_with("tc") => Fold::Total,
            Self::Extended(name) if name.starts_with("tm") || name.starts_with("wm") => Fold::Mean,
            Self::Extended(_) => Fold::Greatest,
        }
    }

    /// Whether it counts the samples themselves, so that the metric's unit says nothing of it.
    pub fn counts_samples(&self) -> bool {
        match self {
            Self::SampleCount => true,
            Self::Extended(name) => name.starts_with("tc"),
            _ => false,
        }
    }
}

/// What a value measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Hundredths.
    Percent,
    /// A size in bytes.
    Bytes,
    /// Bytes of the whole window, read as bytes a second.
    BytesPerSecond,
    /// Things of the whole window, read as things a minute.
    CountPerMinute,
    /// Things a second, as AWS counts them (IOPS).
    CountPerSecond,
    /// Thousandths of a second.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Just a number: things at one moment, or what has no unit.
    Number,
}

impl Measure {
    /// What this statistic of a metric of this unit measures.
    pub fn of(unit: Unit, statistic: &Statistic) -> Self {
        let is_total = statistic.fold() == Fold::Total;
        match unit {
            _ if statistic.counts_samples() => Self::Number,
            Unit::Bytes if is_total => Self::BytesPerSecond,
            Unit::Bytes => Self::Bytes,
            Unit::Count if is_total => Self::CountPerMinute,
            Unit::Milliseconds => Self::Milliseconds,
            Unit::Seconds => Self::Seconds,
            // Percentages and rates can be summed, but what comes out is neither.
            Unit::Percent if !is_total => Self::Percent,
            Unit::CountPerSecond if !is_total => Self::CountPerSecond,
            Unit::Percent | Unit::CountPerSecond | Unit::Count | Unit::None => Self::Number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_and_statistic_decide_what_is_measured() {
        let p95 = || Statistic::P95;
        let trimmed = |name: &'static str| Statistic::Extended(name.into());
        for (unit, statistic, measure) in [
            (Unit::Percent, Statistic::Average, Measure::Percent),
            (Unit::Percent, Statistic::Sum, Measure::Number),
            (Unit::Bytes, Statistic::Sum, Measure::BytesPerSecond),
            (Unit::Bytes, trimmed("ts90"), Measure::BytesPerSecond),
            (Unit::Bytes, Statistic::Minimum, Measure::Bytes),
            (Unit::Bytes, Statistic::SampleCount, Measure::Number),
            (Unit::Count, Statistic::Sum, Measure::CountPerMinute),
            (Unit::Count, Statistic::Maximum, Measure::Number),
            (Unit::CountPerSecond, Statistic::Average, Measure::CountPerSecond),
            (Unit::CountPerSecond, Statistic::Sum, Measure::Number),
            (Unit::Milliseconds, p95(), Measure::Milliseconds),
            (Unit::Milliseconds, trimmed("tc90"), Measure::Number),
            (Unit::Milliseconds, trimmed("tm90"), Measure::Milliseconds),
            (Unit::Seconds, Statistic::Maximum, Measure::Seconds),
            (Unit::None, Statistic::Sum, Measure::Number),
        ] {
            assert_eq!(Measure::of(unit, &statistic), measure, "{unit:?} {statistic}");
        }
    }

    #[test]
    fn values_of_short_periods_come_together_by_their_statistic() {
        for (statistic, fold) in [
            (Statistic::Average, Fold::Mean),
            (Statistic::Maximum, Fold::Greatest),
            (Statistic::Minimum, Fold::Least),
            (Statistic::Sum, Fold::Total),
            (Statistic::SampleCount, Fold::Total),
            (Statistic::P95, Fold::Greatest),
            (Statistic::Extended("wm98".into()), Fold::Mean),
            (Statistic::Extended("ts98".into()), Fold::Total),
        ] {
            assert_eq!(statistic.fold(), fold, "{statistic}");
        }
    }
}
