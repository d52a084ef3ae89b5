//! A metric over the window in one cell, `▁▂▅▇·▁`: for the eye; the numbers stand in the JSON document.
//!
//! Each character is a span of time. `▁` is zero and nothing else; `·` is a span in which CloudWatch has no
//! datapoints, which is not zero.

use crate::model::{Fold, Measure, MetricsWindow, Timestamp};

/// The most characters that a trend takes: an hour each for a day.
const MOST_CELLS: u64 = 24;

/// From zero to the greatest.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Where there are no datapoints.
pub(super) const GAP: char = '·';

/// How the window is cut: every span is as long, so that sums of them compare. Where the periods cannot be shared
/// out evenly, the first span is shorter, and sums count by how many periods they are of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spans {
    start: i64,
    /// Seconds from one datapoint to the next.
    period: u64,
    periods: u64,
    /// Periods in a span.
    each: u64,
}

impl Spans {
    /// The spans for datapoints at these times. How far apart they stand is told by themselves: the window's own
    /// period is that of the values.
    pub(super) fn new(window: &MetricsWindow, times: impl IntoIterator<Item = Timestamp>) -> Self {
        let mut times = times.into_iter().map(Timestamp::unix_seconds);
        let first = times.next().unwrap_or_default();
        let apart = times.fold(0, |apart, at| greatest_common_divisor(apart, at.abs_diff(first)));
        let seconds = window.seconds().max(1);
        let period = if apart > 0 { apart } else { seconds.div_ceil(MOST_CELLS) };
        let periods = seconds.div_ceil(period);
        Self { start: window.start.unix_seconds(), period, periods, each: periods.div_ceil(MOST_CELLS) }
    }

    fn count(&self) -> u64 {
        self.periods.div_ceil(self.each)
    }

    /// What the first span lacks of the others' length.
    fn lacking(&self) -> u64 {
        self.count() * self.each - self.periods
    }

    /// The span of a moment. CloudWatch rounds starts down, so the first datapoint may lie before the window.
    fn index(&self, at: Timestamp) -> u64 {
        let seconds = u64::try_from(at.unix_seconds() - self.start).unwrap_or(0);
        (self.lacking() + (seconds / self.period).min(self.periods - 1)) / self.each
    }

    fn periods_in(&self, index: u64) -> u64 {
        if index == 0 { self.each - self.lacking() } else { self.each }
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// The trend of some datapoints, from zero to their greatest value; percentages to 100.
pub(super) fn trend(points: &[(Timestamp, f64)], fold: Fold, measure: Measure, spans: Spans) -> String {
    let mut cells: Vec<Vec<f64>> = vec![Vec::new(); usize::try_from(spans.count()).unwrap_or_default()];
    for &(at, value) in points.iter().filter(|(_, value)| value.is_finite()) {
        let index = usize::try_from(spans.index(at)).unwrap_or_default();
        if let Some(cell) = cells.get_mut(index) {
            cell.push(value);
        }
    }
    let folded = |(index, values): (usize, &Vec<f64>)| {
        let total = || values.iter().sum::<f64>();
        let value = match fold {
            _ if values.is_empty() => return None,
            Fold::Mean => total() / values.len() as f64,
            Fold::Greatest => values.iter().copied().fold(f64::MIN, f64::max),
            Fold::Least => values.iter().copied().fold(f64::MAX, f64::min),
            Fold::Total => total() / spans.periods_in(index as u64) as f64,
        };
        Some(value)
    };
    let values: Vec<Option<f64>> = cells.iter().enumerate().map(folded).collect();
    let greatest = match measure {
        Measure::Percent => 100.0,
        _ => values.iter().flatten().copied().fold(0.0, f64::max),
    };
    values.into_iter().map(|value| value.map_or(GAP, |value| bar(value, greatest))).collect()
}

/// The bar of a value: the lowest is kept for zero, so that little does not look like nothing.
fn bar(value: f64, greatest: f64) -> char {
    if value <= 0.0 {
        return BARS[0];
    }
    let above_zero = (BARS.len() - 1) as f64;
    // A float becomes the nearest whole number that there is, so this never leaves the bars.
    BARS[((value / greatest * above_zero).ceil() as usize).clamp(1, BARS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::text::width;

    const START: i64 = 1_800_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(START + seconds, 0).unwrap()
    }

    /// As the document has it: the period is that of the values, the whole window.
    fn window(seconds: i64) -> MetricsWindow {
        MetricsWindow { start: at(0), end: at(seconds), period_seconds: seconds.unsigned_abs() }
    }

    /// A datapoint a minute; `None` is a gap.
    fn minutes(values: &[Option<f64>], fold: Fold, measure: Measure) -> String {
        let minute = |n: usize| at(60 * n as i64);
        let points = values.iter().enumerate().filter_map(|(n, value)| Some((minute(n), (*value)?)));
        let points: Vec<_> = points.collect();
        // Another resource has them all.
        let spans = Spans::new(&window(60 * values.len() as i64), (0..values.len()).map(minute));
        trend(&points, fold, measure, spans)
    }

    #[test]
    fn percentages_go_to_a_hundred_and_others_to_their_greatest() {
        let values = [0.0, 1.0, 20.0, 50.0, 80.0].map(Some);
        assert_eq!(minutes(&values, Fold::Mean, Measure::Percent), "▁▂▃▅▇");
        assert_eq!(minutes(&values, Fold::Mean, Measure::Number), "▁▂▃▆█");
    }

    #[test]
    fn gaps_never_look_like_zero_and_zero_is_the_lowest_bar() {
        let values = [Some(0.0), None, Some(0.0)];
        assert_eq!(minutes(&values, Fold::Total, Measure::Number), "▁·▁");
        assert_eq!(minutes(&[None, None], Fold::Total, Measure::Number), "··");
    }

    #[test]
    fn many_datapoints_come_together_by_their_statistic() {
        // Sixty minutes: spans of three.
        let values: Vec<Option<f64>> = (0..60).map(|n| Some(if n == 30 { 90.0 } else { 0.0 })).collect();
        let mut expected = vec!['▁'; 20];
        expected[10] = '█';
        let one_peak: String = expected.iter().collect();
        assert_eq!(minutes(&values, Fold::Greatest, Measure::Number), one_peak);
        assert_eq!(minutes(&values, Fold::Total, Measure::Number), one_peak);
        assert_eq!(minutes(&values, Fold::Least, Measure::Number), "▁".repeat(20));
        expected[10] = '▄';
        assert_eq!(minutes(&values, Fold::Mean, Measure::Percent), String::from_iter(expected));
    }

    #[test]
    fn how_far_datapoints_stand_apart_is_told_by_themselves() {
        let times = [0, 600, 900, 3_300].map(at);
        let points = times.map(|time| (time, 1.0));
        let spans = Spans::new(&window(3_600), times);
        assert_eq!(trend(&points, Fold::Greatest, Measure::Number, spans), "█·██·······█");
        // One alone tells nothing: as fine as there is room for.
        let spans = Spans::new(&window(3_600), [at(600)]);
        let alone = trend(&points[1..2], Fold::Greatest, Measure::Number, spans);
        assert_eq!(alone, format!("····█{}", "·".repeat(19)));
    }

    #[test]
    fn even_traffic_is_even_though_the_first_span_is_shorter() {
        let values = vec![Some(5.0); 61];
        assert_eq!(minutes(&values, Fold::Total, Measure::Number), "█".repeat(21));
    }

    proptest! {
        #[test]
        fn every_trend_of_a_window_is_as_wide(
            points in prop::collection::vec((-9_000i64..200_000, any::<f64>()), 0..50),
            seconds in 0i64..3_000_000,
        ) {
            let points: Vec<_> = points.into_iter().map(|(after, value)| (at(after), value)).collect();
            let spans = Spans::new(&window(seconds), points.iter().map(|(at, _)| *at));
            let empty = trend(&[], Fold::Mean, Measure::Number, spans);
            for fold in [Fold::Mean, Fold::Greatest, Fold::Least, Fold::Total] {
                let drawn = trend(&points, fold, Measure::Number, spans);
                prop_assert_eq!(width(&drawn), width(&empty));
                prop_assert!((1..=24).contains(&width(&drawn)));
            }
        }
    }
}
