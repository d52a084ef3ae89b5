//! The time that values speak of, laid so that CloudWatch's own rounding changes nothing.

use std::time::Duration;

use crate::model::{MetricsWindow, Timestamp};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// The longest period of a datapoint:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html>
const LONGEST_PERIOD: i64 = DAY;

/// How fine the start of a request may be, by its age, the oldest first: CloudWatch rounds it down to such a time
/// and keeps datapoints of that period only.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
///
/// A day before AWS's 63 and 15, so that a run which starts just before the border does not cross it.
const GRIDS: [(i64, i64); 3] = [(62 * DAY, HOUR), (14 * DAY, 5 * MINUTE), (0, MINUTE)];

/// Periods of the datapoints that `--series` keeps, by the longest window they are for: 5 minutes is how often EC2
/// emits with basic monitoring, and no series is longer than 455 datapoints.
const SERIES_PERIODS: [(i64, i64); 4] =
    [(30 * MINUTE, MINUTE), (DAY, 5 * MINUTE), (14 * DAY, HOUR), (i64::MAX, DAY)];

/// The window of a run, in whole seconds since 1970. The end is excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first second.
    pub start: i64,
    /// The second after the last.
    pub end: i64,
}

impl Window {
    /// The window of this length that ends with the minute, five minutes or hour that `now` lies in.
    ///
    /// It ends after `now`, never before: what was emitted a moment ago is in it, and the last period of a longer
    /// window reaches into a time of which there is nothing yet. Windows shorter than a minute become one.
    pub fn ending(now: Timestamp, length: Duration) -> Self {
        let now = now.unix_seconds();
        let length = i64::try_from(length.as_secs()).unwrap_or(i64::MAX).clamp(MINUTE, 455 * DAY);
        let grid = GRIDS.iter().find(|(age, _)| length >= *age).map_or(HOUR, |(_, grid)| *grid);
        let end = now - now.rem_euclid(grid) + grid;
        let start = end - length;
        Self { start: start - start.rem_euclid(grid), end }
    }

    /// Its length in seconds.
    pub const fn seconds(self) -> i64 {
        self.end - self.start
    }

    /// Whether one datapoint can span it.
    pub const fn fits_one_period(self) -> bool {
        self.seconds() <= LONGEST_PERIOD
    }

    /// The period of the values: all of the window, or a day of a longer one.
    pub fn period(self) -> i64 {
        self.seconds().min(LONGEST_PERIOD)
    }

    /// The period of the datapoints that `--series` keeps.
    pub fn series_period(self) -> i64 {
        let fits = SERIES_PERIODS.iter().find(|(longest, _)| self.seconds() <= *longest);
        fits.map_or(DAY, |(_, period)| *period)
    }

    /// The most datapoints of this period that it holds.
    pub const fn datapoints(self, period: i64) -> usize {
        self.seconds().unsigned_abs().div_ceil(period.unsigned_abs()) as usize
    }

    /// A longer period in which all of the window lies also for a server that counts periods from 1970.
    /// CloudWatch counts them from the start of the request, so there it gives the same value as the window's own.
    /// `None` where no period up to a day holds it.
    pub fn period_since_1970(self) -> Option<i64> {
        const HOURS: [i64; 8] = [1, 2, 3, 4, 6, 8, 12, 24];
        HOURS.iter().map(|hours| hours * HOUR).find(|period| {
            *period >= self.seconds() && self.start.div_euclid(*period) == (self.end - 1).div_euclid(*period)
        })
    }

    /// Whether a datapoint with this timestamp speaks of a period that reaches into the window.
    pub const fn holds(self, timestamp: i64, period: i64) -> bool {
        timestamp > self.start - period && timestamp < self.end
    }

    /// Whether something that fell silent then can have emitted in the window. AWS's clocks agree, but what an
    /// agent emits may be stamped a few minutes after the machine's last sign of life.
    pub const fn may_hold_of(self, silent_since: i64) -> bool {
        silent_since + 10 * MINUTE >= self.start
    }

    /// As the document has it.
    pub fn document(self) -> Option<MetricsWindow> {
        Some(MetricsWindow {
            start: Timestamp::from_unix(self.start, 0)?,
            end: Timestamp::from_unix(self.end, 0)?,
            period_seconds: self.period().unsigned_abs(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn window(now: &str, length: i64) -> Window {
        Window::ending(Timestamp::parse(now).expect(now), Duration::from_secs(length.unsigned_abs()))
    }

    #[test]
    fn an_hour_ends_with_the_present_minute_and_is_one_period() {
        let hour = window("2026-11-23T14:37:12.5Z", HOUR);
        assert_eq!(hour.document().map(|w| w.start.to_string()).as_deref(), Some("2026-11-23T13:38:00Z"));
        assert_eq!(hour.document().map(|w| w.end.to_string()).as_deref(), Some("2026-11-23T14:38:00Z"));
        assert_eq!((hour.period(), hour.fits_one_period()), (HOUR, true));
    }

    #[test]
    fn a_period_since_1970_is_found_unless_midnight_lies_between() {
        assert_eq!(window("2026-11-23T14:37:00Z", HOUR).period_since_1970(), Some(3 * HOUR));
        assert_eq!(window("2026-11-23T00:37:00Z", HOUR).period_since_1970(), None);
        assert_eq!(window("2026-11-23T13:59:59Z", HOUR).period_since_1970(), Some(HOUR));
    }

    proptest! {
        #[test]
        fn every_window_is_what_cloudwatch_would_round_it_to(
            now in 1_700_000_000_i64..1_900_000_000,
            length in MINUTE..=455 * DAY,
            later in 0..6 * HOUR,
        ) {
            let at = Timestamp::from_unix(now, 0).expect("a time");
            let window = Window::ending(at, Duration::from_secs(length.unsigned_abs()));
            prop_assert!(window.end > now && window.start < now);
            prop_assert!(window.seconds() >= length);
            // AWS's rules, with the age that the start has when a request arrives hours later.
            let age = now + later - window.start;
            let grid = if age > 63 * DAY { HOUR } else if age > 15 * DAY { 5 * MINUTE } else { MINUTE };
            prop_assert_eq!(window.start % grid, 0);
            for period in [window.period(), window.series_period()] {
                prop_assert_eq!(period % grid, 0, "period {} of age {}", period, age);
                prop_assert!(period <= DAY);
            }
            prop_assert!(window.datapoints(window.series_period()) <= 456);
            prop_assert!(now - window.start <= 455 * DAY);
        }
    }
}
