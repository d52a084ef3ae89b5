//! One value, written for people: escaped, in its column's format, with nothing and unknown told apart.

use serde_json::Value;

use super::measure::{UNITS, bytes, written};
use super::text::escape;
use crate::model::{Format, Lookup, MetricsWindow, Timestamp};

/// What stands where AWS says that there is nothing.
pub(super) const NOTHING: &str = "-";
/// What stands where we could not learn whether there is something.
pub(super) const UNKNOWN: &str = "?";

/// What a cell says beside its text; colours follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// Just a value.
    Plain,
    /// A state that serves.
    Serving,
    /// A state on the way to another.
    Changing,
    /// A state that rests.
    Resting,
    /// A state that needs someone.
    Broken,
    /// A metric's value that needs someone.
    Hot,
    /// A metric's value to keep an eye on.
    Warm,
    /// A metric's value that says that hardly anything happens.
    Idle,
    /// There is nothing.
    Nothing,
    /// It could not be learned.
    Unknown,
}

/// One cell, safe to write to a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub text: String,
    pub tone: Tone,
}

impl Cell {
    /// A text of our own.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Plain }
    }

    /// That there is nothing.
    pub(super) fn nothing() -> Self {
        Self { text: NOTHING.to_owned(), tone: Tone::Nothing }
    }

    /// That it could not be learned.
    pub(super) fn unknown() -> Self {
        Self { text: UNKNOWN.to_owned(), tone: Tone::Unknown }
    }

    /// A value in its column's format; that of a metric speaks of the window.
    pub(super) fn of(lookup: &Lookup, format: Format, window: Option<&MetricsWindow>) -> Self {
        let value = match lookup {
            Lookup::Unknown => return Self::unknown(),
            Lookup::Nothing => return Self::nothing(),
            Lookup::Value(Value::Array(elements)) if elements.is_empty() => return Self::nothing(),
            Lookup::Value(value) => value,
        };
        let tone = if format == Format::State { tone_of_state(&plain(value)) } else { Tone::Plain };
        let formatted = match (format, value) {
            (Format::Time, Value::String(text)) => minute(text),
            (Format::Bytes, Value::Number(number)) => number.as_u64().map(|number| bytes(number as f64)),
            (Format::Measure(measure), Value::Number(number)) => {
                number.as_f64().map(|number| written(number, measure, window))
            }
            (Format::MebiBytes, Value::Number(number)) => {
                number.as_u64().map(|number| exact_units(number, 2))
            }
            (Format::GibiBytes, Value::Number(number)) => {
                number.as_u64().map(|number| exact_units(number, 3))
            }
            _ => None,
        };
        let text = formatted.unwrap_or_else(|| plain(value));
        // A tag may well hold "?" or nothing at all; it must not look like ours.
        let text = match text.as_str() {
            "" | NOTHING | UNKNOWN => format!("\"{text}\""),
            text => escape(text).into_owned(),
        };
        Self { text, tone }
    }
}

/// A value as it is, on one line, not yet escaped.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(elements) => elements.iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Object(_) => value.to_string(),
    }
}

/// `2026-11-23 14:00`, from RFC 3339.
fn minute(text: &str) -> Option<String> {
    let text = Timestamp::parse(text)?.to_string();
    Some(format!("{} {}", text.get(..10)?, text.get(11..16)?))
}

/// `512 MiB`, `10 GiB`, from a number of a unit: larger units only where they are exact, as sizes that people set
/// must read as they were set (a Lambda function's 1769 MB is one vCPU).
fn exact_units(mut number: u64, mut unit: usize) -> String {
    while number >= 1024 && number.is_multiple_of(1024) && unit + 1 < UNITS.len() {
        number /= 1024;
        unit += 1;
    }
    format!("{number} {}", UNITS[unit])
}

/// What AWS's word for a state means to the reader. Words of the future are plain.
fn tone_of_state(state: &str) -> Tone {
    let state = state.to_ascii_lowercase();
    match state.as_str() {
        "running" | "available" | "active" | "in-use" => Tone::Serving,
        "stopped" | "terminated" | "inactive" | "deleted" => Tone::Resting,
        "maintenance" | "storage-optimization" | "storage-config-upgrade" | "moving-to-vpc" => Tone::Changing,
        "failed" | "storage-full" | "restore-error" | "insufficient-capacity" => Tone::Broken,
        state if state.starts_with("inaccessible") || state.starts_with("incompatible") => Tone::Broken,
        // pending, stopping, shutting-down, backing-up, resetting-master-credentials, configuring-log-exports …
        state if state.split('-').next().is_some_and(|word| word.ends_with("ing")) => Tone::Changing,
        _ => Tone::Plain,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(value: Value, format: Format) -> String {
        Cell::of(&Lookup::Value(value), format, None).text
    }

    #[test]
    fn values_read_as_people_write_them() {
        assert_eq!(shown(json!(["sg-1", "sg-2"]), Format::Plain), "sg-1,sg-2");
        assert_eq!(shown(json!(true), Format::Plain), "yes");
        assert_eq!(shown(json!("2026-11-23T14:00:59.123Z"), Format::Time), "2026-11-23 14:00");
        assert_eq!(shown(json!("soon"), Format::Time), "soon");
        assert_eq!(shown(json!(12_900_000), Format::Bytes), "12.3 MiB");
        assert_eq!(shown(json!(1023), Format::Bytes), "1023 B");
        assert_eq!(shown(json!(1769), Format::MebiBytes), "1769 MiB");
        assert_eq!(shown(json!(10240), Format::MebiBytes), "10 GiB");
        assert_eq!(shown(json!(1500), Format::GibiBytes), "1500 GiB");
        assert_eq!(shown(json!(2048), Format::GibiBytes), "2 TiB");
    }

    #[test]
    fn a_value_never_looks_like_nothing_or_unknown() {
        assert_eq!(Cell::of(&Lookup::Unknown, Format::Plain, None).text, "?");
        assert_eq!(Cell::of(&Lookup::Nothing, Format::Time, None).text, "-");
        assert_eq!(shown(json!([]), Format::Plain), "-");
        for text in ["?", "-", ""] {
            assert_eq!(shown(json!(text), Format::Plain), format!("\"{text}\""));
        }
    }

    #[test]
    fn states_have_tones_and_new_ones_are_plain() {
        for (state, tone) in [
            ("running", Tone::Serving),
            ("Active", Tone::Serving),
            ("stopped", Tone::Resting),
            ("shutting-down", Tone::Changing),
            ("backing-up", Tone::Changing),
            ("storage-full", Tone::Broken),
            ("inaccessible-encryption-credentials-recoverable", Tone::Broken),
            ("incompatible-network", Tone::Broken),
            ("hibernated", Tone::Plain),
        ] {
            let cell = Cell::of(&Lookup::Value(json!(state)), Format::State, None);
            assert_eq!(cell.tone, tone, "{state}");
        }
    }
}
