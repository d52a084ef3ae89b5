//! `--filter`: expressions over a resource, with three answers, as a value may be unknown.
//!
//! ```text
//! FIELD=VALUE  FIELD!=VALUE              the same, or not, as text; numbers as numbers
//! FIELD~REGEX  FIELD!~REGEX              a regular expression found in it, or not
//! FIELD<VALUE  FIELD<=VALUE  > >=        less or greater: numbers, moments, else text with its digits as numbers
//! FIELD        !FIELD                    there is a value, or there is none
//! ```
//!
//! `FIELD` is what [`FieldPath`] reads. A tag key that holds an operator is quoted: `tag:"a=b"=c`.
//! Moments are RFC 3339 or a date, which stands for its whole day in UTC: `created_at<2026-01-01`.
//! A list matches when one of its elements does; `!=` and `!~` match when none does.
//! Where there is no value, `!=` and `!~` match and everything else does not.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use regex::{Regex, RegexBuilder};
use serde_json::{Number, Value};

use super::order::{number_order, text_order};
use super::{FieldPath, FieldPathError, Lookup, Resource, Timestamp};

/// The forms of an expression, for messages and help.
pub const FILTER_FORMS: &str = "FIELD=VALUE, FIELD!=VALUE, FIELD~REGEX, FIELD!~REGEX, FIELD<VALUE (also <=, >, >=), FIELD (has a value) or \
     !FIELD (has none)";

/// Compiled size that a regular expression may take: far above what anyone types, far below what hurts.
const REGEX_SIZE_LIMIT: usize = 1 << 20;

/// What a filter says of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It belongs to the answer.
    Keep,
    /// It does not.
    Drop,
    /// A value that the filter needs is unknown.
    Undecided,
}

impl Decision {
    /// Both must keep. What one drops is dropped, whatever the other could not decide.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Drop, _) | (_, Self::Drop) => Self::Drop,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
            (Self::Keep, Self::Keep) => Self::Keep,
        }
    }

    const fn of(keep: bool) -> Self {
        if keep { Self::Keep } else { Self::Drop }
    }
}

/// The text is no filter.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FilterError {
    /// There is nothing in it.
    #[error("a filter is empty: write {FILTER_FORMS}")]
    Empty,
    /// Its left side names no field.
    #[error("filter `{expression}` does not start with a field: write {FILTER_FORMS}")]
    Field {
        /// The whole expression.
        expression: String,
        /// Why.
        #[source]
        source: FieldPathError,
    },
    /// It is written as in another language.
    #[error("filter `{expression}` is not written that way: write `{instead}`")]
    Operator {
        /// The whole expression.
        expression: String,
        /// The whole expression as it is written here.
        instead: String,
    },
    /// A quote is not closed.
    #[error("filter `{expression}` opens a quote that it does not close: write tag:\"KEY\"=VALUE")]
    Quote {
        /// The whole expression.
        expression: String,
    },
    /// Its right side is no regular expression.
    #[error("filter `{expression}` has no valid regular expression")]
    Regex {
        /// The whole expression.
        expression: String,
        /// Why.
        #[source]
        source: regex::Error,
    },
    /// Its right side must be a moment.
    #[error("filter `{expression}` compares a time with `{value}`: write 2026-01-31 or 2026-01-31T12:00:00Z")]
    Time {
        /// The whole expression.
        expression: String,
        /// Its right side.
        value: String,
    },
    /// Its right side must be a number.
    #[error(
        "filter `{expression}` compares a metric with `{value}`: write a number in CloudWatch's unit, such as 5 or 0.5"
    )]
    Number {
        /// The whole expression.
        expression: String,
        /// Its right side.
        value: String,
    },
}

/// One `--filter`.
#[derive(Clone, Debug)]
pub struct Filter {
    expression: String,
    field: FieldPath,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    /// Whether there is a value.
    Has(bool),
    /// Whether one of these orders holds between the value and the operand.
    Compare { operand: Operand, accepts: &'static [Ordering] },
    /// Whether no element equals the operand.
    Differs(Operand),
    /// Whether the regular expression is found, or (`false`) is not.
    Matches(Regex, bool),
}

/// The right side of a comparison, read once in every way that it can be.
#[derive(Clone, Debug)]
struct Operand {
    text: String,
    number: Option<Number>,
    /// The first second that it names, and the first after it; the same where it names a moment.
    span: Option<(Timestamp, Timestamp)>,
    boolean: Option<bool>,
}

impl Operand {
    fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            number: serde_json::from_str(text).ok(),
            span: span(text),
            boolean: match text {
                // The table writes yes and no.
                "true" | "yes" => Some(true),
                "false" | "no" => Some(false),
                _ => None,
            },
        }
    }

    /// Where a single value stands beside the operand, or `None` where the two cannot be compared.
    fn order(&self, value: &Value) -> Option<Ordering> {
        match value {
            Value::Null => None,
            Value::Bool(value) => self.boolean.map(|operand| value.cmp(&operand)),
            Value::Number(value) => self.number.as_ref().map(|operand| number_order(value, operand)),
            Value::String(value) => {
                if let (Some((start, end)), Some(at)) = (self.span, Timestamp::parse(value)) {
                    return Some(if at < start {
                        Ordering::Less
                    } else if at == start || at < end {
                        Ordering::Equal
                    } else {
                        Ordering::Greater
                    });
                }
                Some(text_order(value, &self.text))
            }
            Value::Array(_) | Value::Object(_) => Some(text_order(&value.to_string(), &self.text)),
        }
    }
}

/// The moment, or the day in UTC, that a text names.
fn span(text: &str) -> Option<(Timestamp, Timestamp)> {
    const DAY: i64 = 24 * 60 * 60;
    if let Some(at) = Timestamp::parse(text) {
        return Some((at, at));
    }
    if text.len() != "2026-01-31".len() {
        return None;
    }
    let start = Timestamp::parse(&format!("{text}T00:00:00Z"))?;
    Some((start, Timestamp::from_unix(start.unix_seconds() + DAY, 0)?))
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(expression: &str) -> Result<Self, Self::Err> {
        let whole = expression.trim();
        if whole.is_empty() {
            return Err(FilterError::Empty);
        }
        let expression = whole.to_owned();
        let (left, operator, value) = split(whole)?;
        let (negated, name) = match left.strip_prefix('!') {
            Some(name) => (true, name.trim()),
            None => (false, left.trim()),
        };
        let field = match unquoted_tag(name) {
            Some(key) => format!("tag:{key}").parse(),
            None => name.parse(),
        };
        let field: FieldPath = match field {
            Ok(field) => field,
            Err(source) => return Err(FilterError::Field { expression, source }),
        };
        let Some(operator) = operator else {
            return Ok(Self { expression, field, test: Test::Has(!negated) });
        };
        let value = value.trim();
        let foreign =
            if negated { Some((opposite(operator), value)) } else { foreign_operator(operator, value) };
        if let Some((operator, value)) = foreign {
            return Err(FilterError::Operator { expression, instead: format!("{name}{operator}{value}") });
        }
        if matches!(operator, "~" | "!~") {
            return match RegexBuilder::new(value).size_limit(REGEX_SIZE_LIMIT).build() {
                Ok(regex) => Ok(Self { expression, field, test: Test::Matches(regex, operator == "~") }),
                Err(source) => Err(FilterError::Regex { expression, source }),
            };
        }
        let operand = Operand::new(value);
        if matches!(field, FieldPath::Key("created_at" | "modified_at")) && operand.span.is_none() {
            return Err(FilterError::Time { expression, value: value.to_owned() });
        }
        if matches!(field, FieldPath::Metric(..)) && operand.number.is_none() {
            return Err(FilterError::Number { expression, value: value.to_owned() });
        }
        let test = match operator {
            "!=" => Test::Differs(operand),
            "=" => Test::Compare { operand, accepts: &[Ordering::Equal] },
            "<" => Test::Compare { operand, accepts: &[Ordering::Less] },
            "<=" => Test::Compare { operand, accepts: &[Ordering::Less, Ordering::Equal] },
            ">" => Test::Compare { operand, accepts: &[Ordering::Greater] },
            _ => Test::Compare { operand, accepts: &[Ordering::Greater, Ordering::Equal] },
        };
        Ok(Self { expression, field, test })
    }
}

/// The field's text, the first operator after it, and what follows.
fn split(expression: &str) -> Result<(&str, Option<&'static str>, &str), FilterError> {
    // The longer operators first, so that `<=` is not read as `<`.
    const OPERATORS: [&str; 8] = ["!=", "!~", "<=", ">=", "=", "~", "<", ">"];
    let from = match expression.find(":\"") {
        Some(colon) if matches!(&expression[..colon], "tag" | "!tag") => {
            let key = colon + 2;
            match expression[key..].find('"') {
                Some(length) => key + length + 1,
                None => return Err(FilterError::Quote { expression: expression.to_owned() }),
            }
        }
        _ => 0,
    };
    for (at, _) in expression[from..].char_indices() {
        let rest = &expression[from + at..];
        if let Some(operator) = OPERATORS.into_iter().find(|operator| rest.starts_with(operator)) {
            return Ok((&expression[..from + at], Some(operator), &rest[operator.len()..]));
        }
    }
    Ok((expression, None, ""))
}

/// The key within `tag:"…"`.
fn unquoted_tag(name: &str) -> Option<&str> {
    name.strip_prefix("tag:\"")?.strip_suffix('"')
}

/// The operator that holds where this one does not, for those who negate the whole.
fn opposite(operator: &str) -> &'static str {
    match operator {
        "=" => "!=",
        "!=" => "=",
        "~" => "!~",
        "!~" => "~",
        "<" => ">=",
        "<=" => ">",
        ">" => "<=",
        _ => "<",
    }
}

/// `==`, `=~`, `=>` and `=<`, which other languages know: what they are here, and the value that follows.
fn foreign_operator<'a>(operator: &str, value: &'a str) -> Option<(&'static str, &'a str)> {
    let mut rest = value.chars();
    let instead = match (operator, rest.next()?) {
        ("=", '=') => "=",
        ("=", '~') => "~",
        ("=", '>') => ">=",
        ("=", '<') => "<=",
        ("!=", '=') => "!=",
        _ => return None,
    };
    Some((instead, rest.as_str().trim_start()))
}

impl Filter {
    /// The field it asks about.
    pub const fn field(&self) -> &FieldPath {
        &self.field
    }

    /// What it says of this resource.
    pub fn decide(&self, resource: &Resource) -> Decision {
        let value = match self.field.of(resource) {
            Lookup::Unknown => return Decision::Undecided,
            Lookup::Nothing => {
                return Decision::of(matches!(
                    self.test,
                    Test::Has(false) | Test::Differs(_) | Test::Matches(_, false)
                ));
            }
            Lookup::Value(value) => value,
        };
        let elements = match &value {
            Value::Array(elements) => elements.as_slice(),
            single => std::slice::from_ref(single),
        };
        let any = |test: &dyn Fn(&Value) -> bool| elements.iter().any(test);
        Decision::of(match &self.test {
            Test::Has(wanted) => elements.is_empty() != *wanted,
            Test::Compare { operand, accepts } => {
                any(&|value| operand.order(value).is_some_and(|order| accepts.contains(&order)))
            }
            Test::Differs(operand) => !any(&|value| operand.order(value) == Some(Ordering::Equal)),
            Test::Matches(regex, wanted) => {
                any(&|value| match value {
                    Value::String(text) => regex.is_match(text),
                    other => regex.is_match(&other.to_string()),
                }) == *wanted
            }
        })
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expression)
    }
}

/// All `--filter`s of a run: a resource must pass every one.
#[derive(Clone, Debug, Default)]
pub struct Filters(Vec<Filter>);

impl Filters {
    /// Reads every expression, and stops at the first that is none.
    pub fn parse(expressions: &[String]) -> Result<Self, FilterError> {
        expressions.iter().map(|expression| expression.parse()).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is none, so that everything is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields asked about, so that a caller who knows the types can name misspelt ones.
    pub fn fields(&self) -> impl Iterator<Item = &FieldPath> {
        self.0.iter().map(Filter::field)
    }

    /// What all of them say of this resource.
    pub fn decide(&self, resource: &Resource) -> Decision {
        self.0.iter().fold(Decision::Keep, |decision, filter| match decision {
            // Nothing that follows can change it.
            Decision::Drop => Decision::Drop,
            decision => decision.and(filter.decide(resource)),
        })
    }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
