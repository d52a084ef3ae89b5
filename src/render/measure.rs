//! Numbers in the units that people read: short, and what is not zero never looks like zero.

use super::text::thousands;
use crate::model::{Measure, MetricsWindow};

/// A metric's value. Sums are of the whole window, and read as rates over it.
pub(super) fn written(value: f64, measure: Measure, window: Option<&MetricsWindow>) -> String {
    let seconds = window.map(|window| window.seconds() as f64).filter(|seconds| *seconds > 0.0);
    match (measure, seconds) {
        (Measure::Percent, _) => format!("{}%", tenths(value)),
        (Measure::Bytes, _) | (Measure::BytesPerSecond, None) => bytes(value),
        (Measure::BytesPerSecond, Some(seconds)) => format!("{}/s", bytes(value / seconds)),
        (Measure::CountPerMinute, Some(seconds)) => format!("{}/min", number(value / seconds * 60.0)),
        (Measure::CountPerSecond, _) => format!("{}/s", number(value)),
        (Measure::Milliseconds, _) => time(value),
        (Measure::Seconds, _) if value == 0.0 => "0 s".to_owned(),
        (Measure::Seconds, _) => time(value * 1_000.0),
        (Measure::Number, _) | (Measure::CountPerMinute, None) => number(value),
    }
}

/// `3.2`, always with its tenth, so that points stand below each other.
fn tenths(value: f64) -> String {
    if value > 0.0 && value < 0.05 { "<0.1".to_owned() } else { format!("{value:.1}") }
}

/// `0`, `<0.1`, `0.3`, `42`, `1,234`.
fn number(value: f64) -> String {
    match value {
        _ if value < 0.0 => format!("-{}", number(-value)),
        // Beyond this, floats have no ones any more.
        _ if value >= 1e15 => format!("{value:.2e}"),
        _ if value >= 9.95 || value.fract() == 0.0 => thousands(value.round() as u64),
        _ => tenths(value),
    }
}

/// The names of binary units, each 1,024 times the one before.
pub(super) const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// `12.3 MiB`, from bytes.
pub(super) fn bytes(value: f64) -> String {
    if value > 0.0 && value < 1.0 {
        return "<1 B".to_owned();
    }
    // What would be rounded up to 1024 is one of the next unit.
    let (mut scaled, mut unit, mut full) = (value, 0, 1_023.5);
    while scaled >= full && unit + 1 < UNITS.len() {
        scaled /= 1_024.0;
        unit += 1;
        full = 1_023.95;
    }
    if unit == 0 { format!("{scaled:.0} B") } else { format!("{scaled:.1} {}", UNITS[unit]) }
}

/// `120 ms`, `1.2 s`, `3.4 min`, from milliseconds.
fn time(milliseconds: f64) -> String {
    let seconds = milliseconds / 1_000.0;
    // Each up to where it would be rounded to one of the next unit.
    match seconds {
        ..0.9995 => format!("{} ms", number(milliseconds)),
        ..59.95 => format!("{seconds:.1} s"),
        ..3_597.0 => format!("{:.1} min", seconds / 60.0),
        ..86_220.0 => format!("{:.1} h", seconds / 3_600.0),
        _ => format!("{:.1} d", seconds / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Timestamp;

    fn hour() -> MetricsWindow {
        let at = |text| Timestamp::parse(text).unwrap();
        let (start, end) = (at("2026-11-23T13:00:00Z"), at("2026-11-23T14:00:00Z"));
        MetricsWindow { start, end, period_seconds: 300 }
    }

    #[test]
    fn values_stand_in_the_units_that_people_read() {
        const KIB: f64 = 1_024.0;
        for (value, measure, text) in [
            (3.2, Measure::Percent, "3.2%"),
            (0.0, Measure::Percent, "0.0%"),
            (0.01, Measure::Percent, "<0.1%"),
            (99.96, Measure::Percent, "100.0%"),
            (12.3 * KIB * KIB * KIB, Measure::Bytes, "12.3 GiB"),
            (1_023.6, Measure::Bytes, "1.0 KiB"),
            (KIB * KIB - 1.0, Measure::Bytes, "1.0 MiB"),
            (0.0, Measure::Bytes, "0 B"),
            (1.2 * KIB * KIB * 3_600.0, Measure::BytesPerSecond, "1.2 MiB/s"),
            (10.0, Measure::BytesPerSecond, "<1 B/s"),
            (2_520.0, Measure::CountPerMinute, "42/min"),
            (18.0, Measure::CountPerMinute, "0.3/min"),
            (1.0, Measure::CountPerMinute, "<0.1/min"),
            (0.0, Measure::CountPerMinute, "0/min"),
            (74_040.0, Measure::CountPerMinute, "1,234/min"),
            (123.4, Measure::CountPerSecond, "123/s"),
            (120.0, Measure::Milliseconds, "120 ms"),
            (1.24, Measure::Milliseconds, "1.2 ms"),
            (999.9, Measure::Milliseconds, "1.0 s"),
            (1_234.0, Measure::Milliseconds, "1.2 s"),
            (59_990.0, Measure::Milliseconds, "1.0 min"),
            (900_000.0, Measure::Milliseconds, "15.0 min"),
            (0.0, Measure::Seconds, "0 s"),
            (0.25, Measure::Seconds, "250 ms"),
            (7_200.0, Measure::Seconds, "2.0 h"),
            (172_800.0, Measure::Seconds, "2.0 d"),
            (12.0, Measure::Number, "12"),
            (3.25, Measure::Number, "3.2"),
            (1_234_567.0, Measure::Number, "1,234,567"),
            (1e20, Measure::Number, "1.00e20"),
            (-5.0, Measure::Number, "-5"),
        ] {
            assert_eq!(written(value, measure, Some(&hour())), text, "{value} {measure:?}");
        }
    }

    #[test]
    fn sums_of_no_known_window_are_no_rates() {
        assert_eq!(written(2_048.0, Measure::BytesPerSecond, None), "2.0 KiB");
        let empty = MetricsWindow { end: hour().start, ..hour() };
        assert_eq!(written(42.0, Measure::CountPerMinute, Some(&empty)), "42");
    }

    proptest! {
        #[test]
        fn what_is_not_zero_never_looks_like_zero(exponent in -9.0..18.0f64) {
            let value = 10f64.powf(exponent);
            for measure in [
                Measure::Percent, Measure::Bytes, Measure::BytesPerSecond, Measure::CountPerMinute,
                Measure::CountPerSecond, Measure::Milliseconds, Measure::Seconds, Measure::Number,
            ] {
                let text = written(value, measure, Some(&hour()));
                prop_assert!(text.starts_with('<') || text.contains(|c: char| ('1'..='9').contains(&c)), "{}", text);
                prop_assert!(text.len() <= 28, "{}", text);
            }
        }
    }
}
