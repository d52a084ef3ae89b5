//! `--output csv`: one row a resource, for spreadsheets and databases.
//!
//! Without `--columns`, a row has every key of a resource in the JSON document: single values as they are, then
//! `tags`, `attributes` and `metrics` as one JSON object each, then the names in `unknown`, joined by `;`.
//! With `--columns`, just those, each under the full name of its field. With `--group-by`, the counts.
//!
//! An empty cell says that there is nothing, and `?` that it is not known. So that opening the file in a
//! spreadsheet runs nothing, a cell that would be a formula gets an apostrophe in front (numbers do not), and
//! control characters are written as escapes. `--sort` and `--limit` hold as in the table.

use std::io::{self, Write};

use serde_json::Value;

use super::cell::UNKNOWN;
use super::text::escape;
use super::{Renderer, Report, json};
use crate::model::{FieldPath, Lookup, Resource, TOP_LEVEL_KEYS};

/// The CSV format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Csv;

impl Renderer for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        write(report, out).map_err(|error| match error.into_kind() {
            // The crate's own conversion hides what kind of I/O error it was, so a closed pipe would be a failure.
            ::csv::ErrorKind::Io(error) => error,
            kind => io::Error::other(format!("{kind:?}")),
        })
    }
}

fn write(report: &Report<'_>, out: &mut dyn Write) -> ::csv::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    let view = report.view;
    let resources = &report.inventory.resources;
    if !view.group_by.is_empty() {
        let names = view.group_by.iter().map(|field| guarded(&field.to_string()));
        writer.write_record(names.chain(["count".to_owned()]))?;
        for group in view.groups(resources).shown {
            let values = group.values.iter().map(cell);
            writer.write_record(values.chain([group.count.to_string()]))?;
        }
    } else if !view.columns.is_empty() {
        writer.write_record(view.columns.iter().map(|field| guarded(&field.to_string())))?;
        for resource in view.rows(resources).shown {
            writer.write_record(view.columns.iter().map(|field| cell(&field.of(resource))))?;
        }
    } else {
        let keys: Vec<FieldPath> = TOP_LEVEL_KEYS.iter().map(|key| FieldPath::Key(key)).collect();
        writer.write_record(TOP_LEVEL_KEYS.iter().chain(&["tags", "attributes", "metrics", "unknown"]))?;
        for resource in view.rows(resources).shown {
            let mut row: Vec<String> = keys.iter().map(|key| cell(&key.of(resource))).collect();
            row.extend(objects(resource)?);
            writer.write_record(row)?;
        }
    }
    writer.flush()?;
    Ok(())
}

/// Tags, attributes, metrics, and the names of what is unknown.
fn objects(resource: &Resource) -> io::Result<[String; 4]> {
    let or_unknown = |key: &str, text: io::Result<String>| {
        if resource.is_unknown(key) { Ok(UNKNOWN.to_owned()) } else { text }
    };
    Ok([
        or_unknown("tags", json::compact(&resource.tags))?,
        or_unknown("attributes", json::compact(&resource.attributes))?,
        or_unknown("metrics", json::compact(&resource.metrics))?,
        guarded(&resource.unknown.join(";")),
    ])
}

fn cell(lookup: &Lookup) -> String {
    match lookup {
        Lookup::Nothing => String::new(),
        Lookup::Unknown => UNKNOWN.to_owned(),
        Lookup::Value(Value::String(text)) => guarded(text),
        Lookup::Value(Value::Array(elements)) => {
            // Lists of words as words; anything deeper as JSON.
            let words: Option<Vec<&str>> = elements.iter().map(Value::as_str).collect();
            match words {
                Some(words) => guarded(&words.join(";")),
                None => json_text(&Value::Array(elements.clone())),
            }
        }
        Lookup::Value(value) => json_text(value),
    }
}

fn json_text(value: &Value) -> String {
    json::compact(value).unwrap_or_else(|_| value.to_string())
}

/// The text, escaped, and kept from being a formula.
fn guarded(text: &str) -> String {
    let text = escape(text);
    // Full-width signs count too: spreadsheets of East Asian locales read them as the plain ones.
    let is_formula = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let is_number = || {
        text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
            && text.parse::<f64>().is_ok()
    };
    match text.as_ref() {
        // Not our sign for what is not known.
        UNKNOWN => format!("'{text}"),
        _ if is_formula && !is_number() => format!("'{text}"),
        _ => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_spreadsheet_would_run_stays_in_front() {
        for (text, shown) in [
            ("=HYPERLINK(\"http://example.com\")", "'=HYPERLINK(\"http://example.com\")"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("\t=1", "\\t=1"),
            ("\r=1", "\\r=1"),
            ("＝1", "'＝1"),
            ("-5", "-5"),
            ("+1.5e3", "+1.5e3"),
            ("?", "'?"),
            ("plain", "plain"),
        ] {
            assert_eq!(guarded(text), shown);
        }
    }
}
