//! From the SDK's shapes to plain values. A value of the future passes through as AWS sent it.

use aws_smithy_types::DateTime;
use serde_json::Value;

use crate::model::{Resource, Timestamp};

/// An SDK enum's own word. The SDK keeps words that it does not know, so these pass through.
pub(super) fn enum_text<T>(value: Option<&T>, text: impl FnOnce(&T) -> &str) -> Option<String> {
    value.map(|value| text(value).to_owned())
}

/// A JSON list of words, in AWS's order.
pub(super) fn list<'a>(values: impl IntoIterator<Item = &'a str>) -> Value {
    Value::Array(values.into_iter().map(Value::from).collect())
}

/// A moment, or `None` where it lies outside what RFC 3339 can write.
pub(super) fn timestamp(at: &DateTime) -> Option<Timestamp> {
    Timestamp::from_unix(at.secs(), at.subsec_nanos())
}

/// A moment as a JSON value.
pub(super) fn optional_time(at: Option<&DateTime>) -> Value {
    at.and_then(timestamp).map(|at| at.to_string()).into()
}

/// Whether the class is of a family that runs on CPU credits (`t3.micro`, `db.t4g.medium`):
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances.html>
pub(super) fn is_burstable(resource: &Resource) -> bool {
    let class = resource.class.as_deref().map(|class| class.strip_prefix("db.").unwrap_or(class));
    class.is_some_and(|class| {
        let mut bytes = class.bytes();
        bytes.next() == Some(b't') && bytes.next().is_some_and(|b| b.is_ascii_digit())
    })
}
