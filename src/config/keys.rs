//! Every setting, as a row: its name in each layer, and how its value is read and checked.

use std::time::Duration;

use super::Settings;
use super::settings::{ColorChoice, LogFormat};
use super::value::{Separator, Value};

/// More requests in flight than any machine has sockets for.
const MOST_REQUESTS: i64 = 1_000_000;

/// The shortest window: CloudWatch has one datapoint a minute of what AWS's own services emit, at most.
const SHORTEST_WINDOW: Duration = Duration::from_secs(60);

/// The longest window, 455 days: CloudWatch keeps nothing longer.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html>
const LONGEST_WINDOW: Duration = Duration::from_secs(455 * 24 * 3600);

/// One setting.
#[derive(Debug)]
pub struct Key {
    /// Its name in `awsinv.toml`. The flag is the same with dashes, the variable the same in capitals after `AWSINV_`.
    pub name: &'static str,
    shape: Shape,
    set: fn(&mut Settings, Value) -> Result<(), String>,
}

/// Which layers can name a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A flag that takes a value, or switches on.
    Plain,
    /// On by default: the flag `--no-KEY` switches it off.
    Negated,
    /// `--KEY` switches it on and `--no-KEY` off.
    Paired,
    /// Tables: only the file can hold them.
    FileOnly,
}

impl Key {
    const fn new(name: &'static str, set: fn(&mut Settings, Value) -> Result<(), String>) -> Self {
        Self { name, shape: Shape::Plain, set }
    }

    const fn shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// The environment variable, for keys that one variable can hold.
    pub fn variable(&self) -> Option<String> {
        (self.shape != Shape::FileOnly).then(|| format!("{}{}", super::PREFIX, self.name.to_uppercase()))
    }

    /// The flags without their dashes: none of a table, and two of what can be switched either way.
    pub fn long_flags(&self) -> Vec<String> {
        let name = self.name.replace('_', "-");
        match self.shape {
            Shape::Plain => vec![name],
            Shape::Negated => vec![format!("no-{name}")],
            Shape::Paired => vec![format!("no-{name}"), name],
            Shape::FileOnly => Vec::new(),
        }
    }

    /// The flag as it was typed, for messages.
    pub(super) fn flag(&self, value: &Value) -> String {
        let flags = self.long_flags();
        // Of two, the first is the one that switches off.
        let flag = if *value == Value::Boolean(false) { flags.first() } else { flags.last() };
        let flag = flag.map_or(self.name, String::as_str);
        match value {
            Value::Text(text) | Value::Decimal(text) => format!("--{flag} {text}"),
            Value::Integer(number) => format!("--{flag} {number}"),
            Value::List(texts) => format!("--{flag} {}", texts.join(" ")),
            Value::Boolean(_) | Value::ExpectDenied(_) | Value::MetricChanges(_) => format!("--{flag}"),
        }
    }

    /// Sets it, or says what is wrong with the value.
    pub(super) fn set(&self, settings: &mut Settings, value: Value) -> Result<(), String> {
        (self.set)(settings, value)
    }
}

/// Every setting, in the order of the example file.
pub static KEYS: &[Key] = &[
    Key::new("service", |s, v| v.list(Separator::Comma).map(|v| s.collect.services = v)),
    Key::new("type", |s, v| v.list(Separator::Comma).map(|v| s.collect.types = v)),
    Key::new("region", |s, v| v.globs().map(|v| s.collect.regions = v)),
    Key::new("profile", |s, v| v.list(Separator::Comma).map(|v| s.collect.profiles = v)),
    Key::new("endpoint_url", |s, v| endpoint(v).map(|v| s.collect.endpoint_url = Some(v))),
    Key::new("metrics", |s, v| v.boolean().map(|v| s.collect.metrics = v)).shape(Shape::Paired),
    Key::new("window", |s, v| {
        v.duration_between(SHORTEST_WINDOW, LONGEST_WINDOW).map(|v| s.collect.window = v)
    }),
    Key::new("series", |s, v| v.boolean().map(|v| s.collect.series = v)),
    Key::new("max_cost", |s, v| v.dollars().map(|v| s.collect.max_cost = v)),
    Key::new("output", |s, v| v.outputs().map(|v| s.output.outputs = v)),
    Key::new("filter", |s, v| v.list(Separator::Line).map(|v| s.output.filters = v)),
    Key::new("query", |s, v| v.text().map(|v| s.output.query = Some(v))),
    Key::new("columns", |s, v| v.list(Separator::Comma).map(|v| s.output.columns = v)),
    Key::new("sort", |s, v| v.list(Separator::Comma).map(|v| s.output.sort = v)),
    Key::new("group_by", |s, v| v.list(Separator::Comma).map(|v| s.output.group_by = v)),
    Key::new("limit", |s, v| v.count(i64::MAX).map(|v| s.output.limit = Some(v.get()))),
    Key::new("concurrency", |s, v| v.count(MOST_REQUESTS).map(|v| s.collect.concurrency = v.get())),
    Key::new("deadline", |s, v| v.duration().map(|v| s.collect.deadline = Some(v))),
    Key::new("max_attempts", |s, v| {
        v.integer(1, i64::from(u32::MAX))
            .map(|v| s.collect.max_attempts = u32::try_from(v).unwrap_or(u32::MAX))
    }),
    Key::new("attempt_timeout", |s, v| v.duration().map(|v| s.collect.attempt_timeout = v)),
    Key::new("connect_timeout", |s, v| v.duration().map(|v| s.collect.connect_timeout = v)),
    Key::new("allow_partial", |s, v| v.boolean().map(|v| s.output.allow_partial = v)),
    Key::new("quiet", |s, v| v.boolean().map(|v| s.output.quiet = v)),
    Key::new("verbose", |s, v| {
        v.integer(0, i64::from(u8::MAX)).map(|v| s.output.verbosity = u8::try_from(v).unwrap_or(u8::MAX))
    }),
    Key::new("log_format", |s, v| {
        v.one_of(&[("text", LogFormat::Text), ("json", LogFormat::Json)]).map(|v| s.output.log_format = v)
    }),
    Key::new("progress", |s, v| v.boolean().map(|v| s.output.progress = v)).shape(Shape::Negated),
    Key::new("color", |s, v| {
        let words =
            [("auto", ColorChoice::Auto), ("always", ColorChoice::Always), ("never", ColorChoice::Never)];
        v.one_of(&words).map(|v| s.output.color = v)
    }),
    Key::new("metric", |s, v| v.metric_changes().map(|v| s.collect.metric_changes = v))
        .shape(Shape::FileOnly),
    Key::new("expect_denied", |s, v| v.expect_denied().map(|v| s.collect.expect_denied = v))
        .shape(Shape::FileOnly),
];

/// An address that requests can be sent to.
fn endpoint(value: Value) -> Result<String, String> {
    let text = value.text()?;
    let scheme = text.parse::<http::Uri>().ok().filter(|uri| uri.authority().is_some());
    match scheme.as_ref().and_then(http::Uri::scheme_str) {
        Some("http" | "https") => Ok(text),
        _ => Err(format!("`{text}` is not an http:// or https:// address")),
    }
}
