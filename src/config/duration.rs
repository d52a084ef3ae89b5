//! Durations as people write them: `500ms`, `20s`, `1m30s`, `3.1s`, `1h`.

use std::time::Duration;

/// Longer than any run; beyond it, adding to the clock could overflow.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseDurationError {
    /// A number stands alone: nobody can know whether seconds or minutes are meant.
    #[error("`{0}` needs a unit: ms, s, m or h, as in `20s` or `1m30s`")]
    NoUnit(String),
    /// Not numbers with units.
    #[error("`{0}` is not a duration such as `500ms`, `20s`, `1m30s` or `1h`")]
    Malformed(String),
    /// Nothing can be done in no time.
    #[error("must be longer than zero")]
    Zero,
    /// Longer than [`LONGEST`].
    #[error("must be at most 720h")]
    TooLong,
}

/// Reads a duration: one or more numbers, each with its unit (`ms`, `s`, `m`, `h`), largest unit first.
pub fn parse_duration(text: &str) -> Result<Duration, ParseDurationError> {
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
        let unit = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "" => return Err(ParseDurationError::NoUnit(text.to_owned())),
            _ => return Err(malformed()),
        };
        if unit >= last_unit {
            return Err(malformed());
        }
        let part = Duration::try_from_secs_f64(number * unit).map_err(|_| ParseDurationError::TooLong)?;
        total = total.checked_add(part).ok_or(ParseDurationError::TooLong)?;
        (last_unit, rest) = (unit, after);
    }
    match total {
        Duration::ZERO => Err(ParseDurationError::Zero),
        total if total > LONGEST => Err(ParseDurationError::TooLong),
        total => Ok(total),
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
        for text in ["", "s", "1.2.3s", "-1s", "30s1m", "1s1s", "1d", "é", "infs", "NaNs"] {
            assert!(matches!(parse_duration(text), Err(ParseDurationError::Malformed(_))), "{text}");
        }
        assert_eq!(parse_duration("0s"), Err(ParseDurationError::Zero));
        assert_eq!(parse_duration("721h"), Err(ParseDurationError::TooLong));
        assert_eq!(parse_duration(&format!("{}h", "9".repeat(400))), Err(ParseDurationError::TooLong));
    }
}
