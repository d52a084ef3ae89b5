//! Durations as people write them: `500ms`, `20s`, `1m30s`, `3.1s`, `1h`, `7d`.

use std::time::Duration;

const DAY: u64 = 24 * 3600;

/// Longer than any run; beyond it, adding to the clock could overflow.
const LONGEST: Duration = Duration::from_secs(30 * DAY);

/// What durations are written with, in seconds, largest first. A day is 24 hours.
const UNITS: [(&str, f64); 5] = [("d", 86_400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0), ("ms", 0.001)];

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseDurationError {
    /// A number stands alone: nobody can know whether seconds or minutes are meant.
    #[error("`{0}` needs a unit: ms, s, m, h or d, as in `20s` or `1m30s`")]
    NoUnit(String),
    /// Not numbers with units.
    #[error("`{0}` is not a duration such as `500ms`, `20s`, `1m30s`, `1h` or `7d`")]
    Malformed(String),
    /// Nothing can be done in no time.
    #[error("must be longer than zero")]
    Zero,
    /// Shorter than what the setting takes, which is this.
    #[error("must be at least {}", written(*.0))]
    TooShort(Duration),
    /// Longer than what the setting takes, which is this.
    #[error("must be at most {}", written(*.0))]
    TooLong(Duration),
}

/// Reads a duration: one or more numbers, each with its unit (`ms`, `s`, `m`, `h`, `d`), largest unit first.
pub fn parse_duration(text: &str) -> Result<Duration, ParseDurationError> {
    parse_duration_between(text, Duration::ZERO, LONGEST)
}

/// Like [`parse_duration`], between these two, both included.
pub(super) fn parse_duration_between(
    text: &str,
    least: Duration,
    most: Duration,
) -> Result<Duration, ParseDurationError> {
    let malformed = || ParseDurationError::Malformed(text.to_owned());
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    let mut last_unit = f64::INFINITY;
    if rest.is_empty() {
        return Err(malformed());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let number: f64 = number.parse().map_err(|_| malformed())?;
        if unit.is_empty() {
            return Err(ParseDurationError::NoUnit(text.to_owned()));
        }
        let (_, unit) = *UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(malformed)?;
        if unit >= last_unit {
            return Err(malformed());
        }
        let too_long = ParseDurationError::TooLong(most);
        let part = Duration::try_from_secs_f64(number * unit).map_err(|_| too_long.clone())?;
        total = total.checked_add(part).ok_or(too_long)?;
        (last_unit, rest) = (unit, after);
    }
    match total {
        Duration::ZERO => Err(ParseDurationError::Zero),
        total if total < least => Err(ParseDurationError::TooShort(least)),
        total if total > most => Err(ParseDurationError::TooLong(most)),
        total => Ok(total),
    }
}

/// Whole seconds in the largest unit that holds them without a rest.
fn written(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match [(DAY, "d"), (3600, "h"), (60, "m")].iter().find(|(unit, _)| seconds.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{}{name}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_written() {
        for (text, millis) in [
            ("500ms", 500),
            ("20s", 20_000),
            ("3.1s", 3_100),
            ("1m30s", 90_000),
            ("5m", 300_000),
            ("1h", 3_600_000),
            ("1h2m3s4ms", 3_723_004),
            (" 2s ", 2_000),
            ("720h", 2_592_000_000),
            ("7d", 604_800_000),
            ("1d12h", 129_600_000),
            ("0.5d", 43_200_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn a_number_without_unit_is_not_guessed_at() {
        assert_eq!(parse_duration("20"), Err(ParseDurationError::NoUnit("20".into())));
        assert_eq!(parse_duration("1 s"), Err(ParseDurationError::NoUnit("1 s".into())));
        assert_eq!(parse_duration("1m30"), Err(ParseDurationError::NoUnit("1m30".into())));
    }

    #[test]
    fn nonsense_zero_and_eternity_are_refused() {
        for text in ["", "s", "1.2.3s", "-1s", "30s1m", "1s1s", "1h1d", "1w", "1D", "é", "infs", "NaNs"] {
            assert!(matches!(parse_duration(text), Err(ParseDurationError::Malformed(_))), "{text}");
        }
        assert_eq!(parse_duration("0s"), Err(ParseDurationError::Zero));
        for text in ["721h", "31d", &format!("{}h", "9".repeat(400))] {
            assert_eq!(parse_duration(text), Err(ParseDurationError::TooLong(LONGEST)), "{text}");
        }
        assert_eq!(parse_duration("31d").unwrap_err().to_string(), "must be at most 30d");
    }

    #[test]
    fn a_setting_can_have_bounds_of_its_own() {
        let between = |text: &str| {
            let bounds = [Duration::from_secs(60), Duration::from_secs(455 * DAY)];
            parse_duration_between(text, bounds[0], bounds[1]).map_err(|error| error.to_string())
        };
        assert_eq!(between("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(between("455d"), Ok(Duration::from_secs(455 * DAY)));
        assert_eq!(between("59.9s"), Err("must be at least 1m".into()));
        assert_eq!(between("455d1ms"), Err("must be at most 455d".into()));
        assert_eq!(between(&format!("{}d", "9".repeat(400))), Err("must be at most 455d".into()));
        assert_eq!(between("0s"), Err("must be longer than zero".into()));
    }

    #[test]
    fn bounds_are_written_as_people_write_them() {
        for (seconds, text) in [(90, "90s"), (60, "1m"), (5400, "90m"), (7200, "2h"), (455 * DAY, "455d")] {
            assert_eq!(written(Duration::from_secs(seconds)), text);
        }
    }
}
