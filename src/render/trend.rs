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
struct Spans {
    start: i64,
    period: u64,
    periods: u64,
    /// Periods in a span.
    each: u64,
}

impl Spans {
    fn of(window: &MetricsWindow) -> Self {
        let period = window.period_seconds.max(1);
        let periods = window.seconds().div_ceil(period).max(1);
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

/// The trend of some datapoints, from zero to their greatest value; percentages to 100.
pub(super) fn trend(
    points: &[(Timestamp, f64)],
    fold: Fold,
    measure: Measure,
    window: &MetricsWindow,
) -> String {
    let spans = Spans::of(window);
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

    fn window(periods: i64, period: u64) -> MetricsWindow {
        let at = |seconds| Timestamp::from_unix(seconds, 0).unwrap();
        let end = START + periods * period as i64;
        MetricsWindow { start: at(START), end: at(end), period_seconds: period }
    }

    /// A datapoint a minute; `None` is a gap.
    fn minutes(values: &[Option<f64>], fold: Fold, measure: Measure) -> String {
        let at = |minute: usize| Timestamp::from_unix(START + 60 * minute as i64, 0).unwrap();
        let points = values.iter().enumerate().filter_map(|(n, value)| Some((at(n), (*value)?)));
        let points: Vec<_> = points.collect();
        trend(&points, fold, measure, &window(values.len() as i64, 60))
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
    fn even_traffic_is_even_though_the_first_span_is_shorter() {
        let values = vec![Some(5.0); 61];
        assert_eq!(minutes(&values, Fold::Total, Measure::Number), "█".repeat(21));
    }

    proptest! {
        #[test]
        fn every_trend_of_a_window_is_as_wide(
            points in prop::collection::vec((-9_000i64..200_000, any::<f64>()), 0..50),
            periods in 0i64..3_000, period in 0u64..4_000,
        ) {
            let window = window(periods, period);
            let points: Vec<_> = points
                .into_iter()
                .map(|(after, value)| (Timestamp::from_unix(START + after, 0).unwrap(), value))
                .collect();
            let empty = trend(&[], Fold::Mean, Measure::Number, &window);
            for fold in [Fold::Mean, Fold::Greatest, Fold::Least, Fold::Total] {
                let drawn = trend(&points, fold, Measure::Number, &window);
                prop_assert_eq!(width(&drawn), width(&empty));
                prop_assert!((1..=24).contains(&width(&drawn)));
            }
        }
    }
}
