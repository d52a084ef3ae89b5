//! `--output json`: the document itself, indented, ended by a newline.
//!
//! Besides what JSON demands, everything that a terminal would act on is written as `\u` escapes: programs read
//! the same value, and `awsinv report -o json` on a terminal is safe to look at.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::{Renderer, Report};
use crate::model::is_hidden;

/// The JSON format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json;

impl Renderer for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let out = &mut io::BufWriter::new(out);
        write_pretty(report.inventory, out)?;
        out.flush()
    }
}

/// Writes a value with an indent of two spaces and a newline at the end.
pub(super) fn write_pretty(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Safe(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

/// Writes a value on one line, with its newline.
pub(super) fn write_line(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Safe(CompactFormatter)))?;
    out.write_all(b"\n")
}

/// A value on one line, for a cell of another format.
pub(super) fn compact(value: &impl Serialize) -> io::Result<String> {
    let mut line = Vec::new();
    write_line(value, &mut line)?;
    line.pop();
    String::from_utf8(line).map_err(io::Error::other)
}

/// A formatter that escapes what is unsafe to look at.
struct Safe<F>(F);

impl<F: Formatter> Formatter for Safe<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly all text is plain; of ASCII, serde_json has escaped all that is unsafe but DEL.
        if fragment.bytes().all(|byte| byte < 0x7f) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut plain_from = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| is_hidden(*c)) {
            writer.write_all(&fragment.as_bytes()[plain_from..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain_from = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain_from..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_is_escaped_and_read_back_the_same() {
        let value = json!({"a\u{9b}b": ["\x1b[31m", "x\u{202e}y", "\u{e0041}", "東京"]});
        let line = compact(&value).unwrap();
        assert_eq!(line, r#"{"a\u009bb":["\u001b[31m","x\u202ey","\udb40\udc41","東京"]}"#);
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
    }

    #[test]
    fn documents_are_indented_by_two_and_end_with_a_newline() {
        let mut out = Vec::new();
        write_pretty(&json!({"a": [1], "b": {}}), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}\n");
    }

    proptest! {
        #[test]
        fn every_text_is_read_back_the_same(text in any::<String>()) {
            let line = compact(&text).unwrap();
            prop_assert!(!line.chars().any(is_hidden));
            prop_assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        }
    }
}
