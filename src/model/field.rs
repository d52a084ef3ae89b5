//! How filters, columns and sort keys name a value of a resource, and what they get for it.

use std::fmt;
use std::str::FromStr;

use serde_json::{Number, Value};

use super::{Resource, Statistic};

/// The keys of a resource that hold one value each.
pub const TOP_LEVEL_KEYS: [&str; 12] = [
    "type",
    "arn",
    "id",
    "account_id",
    "region",
    "name",
    "availability_zone",
    "state",
    "class",
    "created_at",
    "modified_at",
    "metrics_status",
];

/// What a resource holds at a path. Three answers, never two.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// A value; never `Value::Null`.
    Value(Value),
    /// There is none.
    Nothing,
    /// We could not learn it.
    Unknown,
}

/// The name of one value: `state`, `tag:env`, `attributes.engine` (or just `engine`), `metrics.CPUUtilization.Average`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FieldPath {
    /// A key that every resource has.
    Key(&'static str),
    /// A tag by its key.
    Tag(String),
    /// An attribute of the type.
    Attribute(String),
    /// A metric's statistic.
    Metric(String, String),
}

/// The text names no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no field: write a key (`state`), `tag:KEY`, an attribute (`engine`) or `metrics.NAME.STATISTIC`"
)]
pub struct FieldPathError(String);

impl FromStr for FieldPath {
    type Err = FieldPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || FieldPathError(text.to_owned());
        if let Some(key) = text.strip_prefix("tag:").or_else(|| text.strip_prefix("tags.")) {
            return if key.is_empty() { Err(refuse()) } else { Ok(Self::Tag(key.to_owned())) };
        }
        if let Some(path) = text.strip_prefix("metrics.") {
            // The statistic comes last. It may hold a dot of its own (`p99.9`), and so may the metric.
            let mut splits = path.match_indices('.').map(|(at, _)| (&path[..at], &path[at + 1..]));
            let split = splits.find(|(_, statistic)| statistic.parse::<Statistic>().is_ok());
            return match split.or_else(|| path.split_once('.')) {
                Some((metric, statistic)) if !metric.is_empty() && !statistic.is_empty() => {
                    // As CloudWatch writes it, whatever the capitals (`average`).
                    let known = statistic.parse().map(|statistic: Statistic| statistic.to_string());
                    Ok(Self::Metric(metric.to_owned(), known.unwrap_or_else(|_| statistic.to_owned())))
                }
                _ => Err(refuse()),
            };
        }
        if let Some(key) = TOP_LEVEL_KEYS.iter().find(|key| **key == text) {
            return Ok(Self::Key(key));
        }
        let name = text.strip_prefix("attributes.").unwrap_or(text);
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(refuse());
        }
        Ok(Self::Attribute(name.to_owned()))
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => f.write_str(key),
            Self::Tag(key) => write!(f, "tag:{key}"),
            Self::Attribute(name) => write!(f, "attributes.{name}"),
            Self::Metric(metric, statistic) => write!(f, "metrics.{metric}.{statistic}"),
        }
    }
}

impl FieldPath {
    /// What the resource holds there.
    pub fn of(&self, resource: &Resource) -> Lookup {
        match self {
            Self::Key(key) => key_of(resource, key),
            Self::Tag(_) if resource.is_unknown("tags") => Lookup::Unknown,
            Self::Tag(key) => text(resource.tags.get(key).map(String::as_str)),
            Self::Attribute(name) if resource.is_unknown(&format!("attributes.{name}")) => Lookup::Unknown,
            Self::Attribute(name) => match resource.attributes.get(name) {
                None | Some(Value::Null) => Lookup::Nothing,
                Some(value) => Lookup::Value(value.clone()),
            },
            Self::Metric(metric, statistic) => {
                let known = resource.metrics.get(metric);
                match known.and_then(|known| known.get(statistic)) {
                    // What is no number (NaN) says nothing that can be known.
                    Some(Some(value)) => {
                        Number::from_f64(*value).map_or(Lookup::Unknown, |n| Lookup::Value(n.into()))
                    }
                    Some(None) => Lookup::Nothing,
                    // The metric is there, but nobody asked for this of it.
                    None if known.is_some() => Lookup::Unknown,
                    None if resource.is_unknown("metrics") || resource.is_unknown(&self.to_string()) => {
                        Lookup::Unknown
                    }
                    // The resource has no such metric, or cannot have emitted it.
                    None => Lookup::Nothing,
                }
            }
        }
    }
}

fn text(value: Option<&str>) -> Lookup {
    value.map_or(Lookup::Nothing, |value| Lookup::Value(Value::from(value)))
}

fn key_of(resource: &Resource, key: &str) -> Lookup {
    if resource.is_unknown(key) {
        return Lookup::Unknown;
    }
    match key {
        "type" => text(Some(&resource.resource_type)),
        "arn" => text(Some(&resource.arn)),
        "id" => text(Some(&resource.id)),
        "account_id" => text(Some(&resource.account_id)),
        "region" => text(Some(&resource.region)),
        "name" => text(resource.name.as_deref()),
        "availability_zone" => text(resource.availability_zone.as_deref()),
        "state" => text(resource.state.as_deref()),
        "class" => text(resource.class.as_deref()),
        "created_at" => text(resource.created_at.map(|at| at.to_string()).as_deref()),
        "modified_at" => text(resource.modified_at.map(|at| at.to_string()).as_deref()),
        "metrics_status" => {
            serde_json::to_value(resource.metrics_status).map_or(Lookup::Unknown, Lookup::Value)
        }
        _ => Lookup::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statistic_of_a_metric_stands_last_whatever_dots_there_are() {
        let metric = |text: &str| match text.parse() {
            Ok(FieldPath::Metric(metric, statistic)) => (metric, statistic),
            other => panic!("{text}: {other:?}"),
        };
        for (text, name, statistic) in [
            ("metrics.CPUUtilization.Average", "CPUUtilization", "Average"),
            ("metrics.CPUUtilization.average", "CPUUtilization", "Average"),
            ("metrics.Duration.p99.9", "Duration", "p99.9"),
            ("metrics.mem.used.Maximum", "mem.used", "Maximum"),
            ("metrics.CPUUtilization.Mean", "CPUUtilization", "Mean"),
        ] {
            assert_eq!(metric(text), (name.to_owned(), statistic.to_owned()));
        }
        for text in ["metrics.", "metrics.CPUUtilization", "metrics..Average", "metrics.CPUUtilization."] {
            assert!(text.parse::<FieldPath>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_metric_has_a_value_or_none_or_one_that_is_unknown() {
        let name = || std::sync::Arc::from("");
        let mut resource = Resource::new(name(), String::new(), String::new(), name(), name());
        resource.unknown.clear();
        let of = |resource: &Resource, text: &str| text.parse::<FieldPath>().unwrap().of(resource);
        let cpu = "metrics.CPUUtilization.Average";
        assert_eq!(of(&resource, cpu), Lookup::Nothing);
        resource.mark_unknown("metrics");
        assert_eq!(of(&resource, cpu), Lookup::Unknown);
        resource.unknown.clear();
        resource.mark_unknown(cpu);
        assert_eq!(of(&resource, cpu), Lookup::Unknown);
        for (value, found) in [
            (Some(3.5), Lookup::Value(3.5.into())),
            (None, Lookup::Nothing),
            (Some(f64::NAN), Lookup::Unknown),
        ] {
            let values = resource.metrics.entry("CPUUtilization".to_owned()).or_default();
            values.insert("Average".to_owned(), value);
            assert_eq!(of(&resource, cpu), found, "{value:?}");
        }
        assert_eq!(of(&resource, "metrics.CPUUtilization.Minimum"), Lookup::Unknown);
    }
}
