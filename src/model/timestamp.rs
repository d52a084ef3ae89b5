//! A moment, always UTC, always written as RFC 3339.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment in UTC. Its text form is RFC 3339 (`2026-11-23T14:00:00Z`), with a fraction only where AWS sent one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// The present moment, cut to milliseconds: nobody reads more, and documents stay short.
    pub fn now() -> Self {
        let now = OffsetDateTime::now_utc();
        Self(now.replace_millisecond(now.millisecond()).unwrap_or(now))
    }

    /// A moment from seconds and nanoseconds since 1970, or `None` outside the years 0000 to 9999,
    /// which RFC 3339 cannot write.
    pub fn from_unix(seconds: i64, nanos: u32) -> Option<Self> {
        let at = OffsetDateTime::from_unix_timestamp(seconds).ok()?.replace_nanosecond(nanos).ok()?;
        (0..=9999).contains(&at.year()).then_some(Self(at))
    }

    /// Reads RFC 3339, and Lambda's `2024-01-01T00:00:00.000+0000`, whose offset lacks the colon.
    pub fn parse(text: &str) -> Option<Self> {
        let text: Cow<'_, str> = match text.len().checked_sub(5) {
            Some(at) if text.is_char_boundary(at) && text[at..].starts_with(['+', '-']) => {
                format!("{}:{}", &text[..at + 3], &text[at + 3..]).into()
            }
            _ => text.into(),
        };
        let at = OffsetDateTime::parse(&text, &Rfc3339).ok()?;
        Some(Self(at.to_offset(time::UtcOffset::UTC)))
    }

    /// Seconds since 1970.
    pub const fn unix_seconds(self) -> i64 {
        self.0.unix_timestamp()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.format(&Rfc3339).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is not an RFC 3339 time")))
    }
}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time", "pattern": "Z$"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambda_offsets_without_a_colon_are_read() {
        let at = Timestamp::parse("2024-01-01T02:00:00.000+0200").map(|at| at.to_string());
        assert_eq!(at.as_deref(), Some("2024-01-01T00:00:00Z"));
    }

    #[test]
    fn fractions_survive_and_whole_seconds_carry_none() {
        for text in ["2026-11-23T14:00:00.123Z", "2026-11-23T14:00:00Z"] {
            assert_eq!(Timestamp::parse(text).map(|at| at.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn nonsense_is_refused_not_guessed() {
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "é+é", "+0000"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        assert_eq!(Timestamp::from_unix(i64::MAX, 0), None);
        assert_eq!(Timestamp::from_unix(0, 2_000_000_000), None);
    }
}
