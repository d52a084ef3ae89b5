//! A value as it was given, before its key says what it must be.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::duration::{parse_duration, parse_duration_between};
use super::error::any_of;
use super::{Dollars, ExpectDenied, MetricChange, OutputSpec, ParseDollarsError, metric};

/// A value as it was given, in whichever layer. Variables and most flags are text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction, as it was written: as a binary fraction it would be another.
    Decimal(String),
    /// `true` or `false`.
    Boolean(bool),
    /// Strings: an array of the file, or a flag that was repeated.
    List(Vec<String>),
    /// The tables of `[[expect_denied]]`.
    ExpectDenied(Vec<ExpectDenied>),
    /// The tables of `[metric."TYPE"]`.
    MetricChanges(Vec<MetricChange>),
}

/// How several values stand in one string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// `ec2,rds`. A comma inside braces is the glob's own: `{eu,us}-*` is one value.
    Comma,
    /// One a line, as the values may hold commas.
    Line,
    /// `table,json=report.json`: a comma that another `FORMAT` or `FORMAT=PATH` follows. Paths may hold others.
    Output,
}

impl Value {
    /// A string that is not empty.
    pub(super) fn text(self) -> Result<String, String> {
        match self {
            Self::Text(text) if text.trim().is_empty() => Err("must not be empty".into()),
            Self::Text(text) => Ok(text),
            _ => Err("must be a string".into()),
        }
    }

    /// Strings, none of them empty.
    pub(super) fn list(self, separator: Separator) -> Result<Vec<String>, String> {
        let texts = match self {
            Self::Text(text) => vec![text],
            Self::List(texts) if texts.iter().any(|text| text.trim().is_empty()) => {
                return Err("has an empty value".into());
            }
            Self::List(texts) => texts,
            _ => return Err("must be a string or a list of strings".into()),
        };
        let parts: Vec<String> =
            texts.iter().flat_map(|text| split(text, separator)).map(|part| part.trim().to_owned()).collect();
        if parts.iter().any(String::is_empty) {
            return Err("has an empty value".into());
        }
        Ok(parts)
    }

    /// A whole number between the two, both included.
    pub(super) fn integer(self, least: i64, most: i64) -> Result<i64, String> {
        let number = match &self {
            Self::Integer(number) => *number,
            Self::Text(text) => text.trim().parse().map_err(|_| format!("`{text}` is not a whole number"))?,
            _ => return Err("must be a whole number".into()),
        };
        match number {
            number if number < least => Err(format!("must be at least {least}, not {number}")),
            number if number > most => Err(format!("must be at most {most}, not {number}")),
            number => Ok(number),
        }
    }

    /// How many: 1 or more.
    pub(super) fn count(self, most: i64) -> Result<NonZeroUsize, String> {
        let number = self.integer(1, most)?;
        usize::try_from(number)
            .ok()
            .and_then(NonZeroUsize::new)
            .ok_or_else(|| format!("{number} is out of range"))
    }

    /// `true` or `false`; variables may also say 1 or 0.
    pub(super) fn boolean(self) -> Result<bool, String> {
        match &self {
            Self::Boolean(on) => Ok(*on),
            Self::Text(text) => match text.as_str() {
                "true" | "1" => Ok(true),
                "false" | "0" => Ok(false),
                _ => Err(format!("must be `true` or `false`, not `{text}`")),
            },
            _ => Err("must be `true` or `false`".into()),
        }
    }

    /// A duration with its unit.
    pub(super) fn duration(self) -> Result<Duration, String> {
        parse_duration(&self.with_unit("20s")?).map_err(|error| error.to_string())
    }

    /// A duration with its unit, between the two, both included.
    pub(super) fn duration_between(self, least: Duration, most: Duration) -> Result<Duration, String> {
        parse_duration_between(&self.with_unit("1h")?, least, most).map_err(|error| error.to_string())
    }

    /// The text of a duration. A number alone has no unit, and a string is what can have one.
    fn with_unit(self, example: &str) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(format!("must be a string with a unit, such as \"{example}\"")),
        }
    }

    /// An amount in US dollars.
    pub(super) fn dollars(self) -> Result<Dollars, String> {
        let text = match self {
            Self::Text(text) | Self::Decimal(text) => text,
            Self::Integer(number) => number.to_string(),
            _ => return Err("must be a number of US dollars, such as 0.10".into()),
        };
        text.parse().map_err(|error: ParseDollarsError| error.to_string())
    }

    /// One of these words.
    pub(super) fn one_of<T: Copy>(self, words: &[(&str, T)]) -> Result<T, String> {
        let text = self.text()?;
        words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            format!("must be {}, not `{text}`", any_of(&words))
        })
    }

    /// Globs that compile.
    pub(super) fn globs(self) -> Result<Vec<String>, String> {
        let globs = self.list(Separator::Comma)?;
        for glob in &globs {
            check_glob(glob)?;
        }
        Ok(globs)
    }

    /// Outputs: at least one, at most one of them to standard output, no file twice.
    pub(super) fn outputs(self) -> Result<Vec<OutputSpec>, String> {
        let outputs: Vec<OutputSpec> =
            self.list(Separator::Output)?.iter().map(|text| parse_output(text)).collect::<Result<_, _>>()?;
        if outputs.is_empty() {
            return Err("must name at least one output".into());
        }
        for (at, output) in outputs.iter().enumerate() {
            if outputs[..at].iter().any(|earlier| earlier.path == output.path) {
                return Err(match &output.path {
                    None => "only one output can go to standard output; give the others a file (FORMAT=PATH)"
                        .into(),
                    Some(path) => format!("two outputs would write {}", path.display()),
                });
            }
        }
        Ok(outputs)
    }

    /// Denials to expect.
    pub(super) fn expect_denied(self) -> Result<Vec<ExpectDenied>, String> {
        match self {
            Self::ExpectDenied(expected) => Ok(expected),
            _ => Err("must be tables: [[expect_denied]]".into()),
        }
    }

    /// Metrics to ask for otherwise.
    pub(super) fn metric_changes(self) -> Result<Vec<MetricChange>, String> {
        match self {
            Self::MetricChanges(changes) => Ok(changes),
            _ => Err(metric::TABLES.into()),
        }
    }
}

/// Whether globset can read this pattern.
pub(super) fn check_glob(glob: &str) -> Result<(), String> {
    globset::Glob::new(glob)
        .map(|_| ())
        .map_err(|error| format!("`{glob}` is not a pattern: {}", error.kind()))
}

/// Reads `FORMAT` or `FORMAT=PATH`; the path `-` is standard output, as everywhere, and so are the names that the
/// system has for it: a file that standard output was redirected to is not to be replaced under it.
fn parse_output(text: &str) -> Result<OutputSpec, String> {
    let (format, path) = match text.split_once('=') {
        None | Some((_, "-" | "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1")) => {
            (text.split('=').next().unwrap_or(text), None)
        }
        Some((_, "")) => return Err(format!("`{text}` names no file after the `=`")),
        Some((format, path)) => (format, Some(path.into())),
    };
    if format.is_empty() {
        return Err(format!("`{text}` names no format before the `=`"));
    }
    Ok(OutputSpec { format: format.to_owned(), path })
}

/// The values that stand in one string. A string without any is no value at all.
fn split(text: &str, separator: Separator) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut braces) = (0, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            _ => {}
        }
        let ends = match separator {
            Separator::Comma => c == ',' && braces == 0,
            Separator::Line => c == '\n',
            Separator::Output => c == ',' && begins_with_output(&text[at + 1..]),
        };
        if ends {
            parts.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    parts.push(&text[start..]);
    if separator == Separator::Line {
        parts.retain(|part| !part.trim().is_empty());
    }
    parts
}

/// Whether another output follows: a word, then `=`, `,` or the end.
fn begins_with_output(text: &str) -> bool {
    let word = text.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(text.len());
    word > 0 && (word == text.len() || text[word..].starts_with(['=', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str, separator: Separator) -> Result<Vec<String>, String> {
        Value::Text(text.into()).list(separator)
    }

    #[test]
    fn commas_part_values_but_not_the_alternatives_of_a_glob() {
        assert_eq!(list("ec2, rds", Separator::Comma), Ok(vec!["ec2".into(), "rds".into()]));
        assert_eq!(list("{eu,us}-*,sa-*", Separator::Comma), Ok(vec!["{eu,us}-*".into(), "sa-*".into()]));
        assert!(list("ec2,,rds", Separator::Comma).is_err());
        assert!(list("", Separator::Comma).is_err());
    }

    #[test]
    fn filters_stand_one_a_line_with_their_commas() {
        let text = "tag:env=a,b\n\nstate=running\n";
        assert_eq!(list(text, Separator::Line), Ok(vec!["tag:env=a,b".into(), "state=running".into()]));
        assert!(Value::List(vec!["state=running".into(), " ".into()]).list(Separator::Line).is_err());
    }

    #[test]
    fn a_path_keeps_its_comma_and_outputs_still_part() {
        let parts = list("table,json=a,b.json,csv=c.csv", Separator::Output);
        assert_eq!(parts, Ok(vec!["table".into(), "json=a,b.json".into(), "csv=c.csv".into()]));
    }

    #[test]
    fn two_outputs_cannot_share_standard_output_or_a_file() {
        let outputs = |texts: &[&str]| {
            Value::List(texts.iter().map(|text| (*text).to_owned()).collect()).outputs().map(|all| all.len())
        };
        assert_eq!(outputs(&["table", "json=a", "csv=b"]), Ok(3));
        assert!(outputs(&["table", "json=-"]).is_err());
        assert!(outputs(&["table", "json=/dev/stdout"]).is_err());
        assert!(outputs(&["json=a", "csv=a"]).is_err());
        assert!(outputs(&[]).is_err());
        assert!(outputs(&["json="]).is_err());
        assert!(outputs(&["=a"]).is_err());
    }

    #[test]
    fn numbers_out_of_range_say_what_the_range_is() {
        assert_eq!(Value::Integer(0).count(9), Err("must be at least 1, not 0".into()));
        assert_eq!(Value::Text("10".into()).count(9), Err("must be at most 9, not 10".into()));
        assert_eq!(Value::Text("ten".into()).count(9), Err("`ten` is not a whole number".into()));
    }
}
