//! ListMetrics: what had datapoints in the past two weeks.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html>

use super::Context;
use super::cloudwatch::{document, members};
use crate::demo::estate::Kind;
use crate::demo::metrics::{Life, Subject};
use crate::demo::request::Service;
use crate::demo::wire::cbor::{Value, map};
use crate::demo::wire::{AwsError, Content};

/// Metrics of a page.
const PAGE: usize = 500;
/// The most dimensions to filter by.
const MOST_DIMENSIONS: usize = 10;
/// How long a metric without new datapoints is still listed.
const LISTED: i64 = 14 * 86_400;
/// The same with RecentlyActive, whose only value is PT3H.
const RECENT: i64 = 3 * 3600;

pub(super) fn list_metrics(context: &Context<'_>) -> Result<Content, AwsError> {
    let document = document(context)?;
    let request = members(&document)?;
    let invalid = |message: String| AwsError::invalid_parameter(Service::CloudWatch, message);
    let (namespace, name) = (request.text("Namespace")?, request.text("MetricName")?);
    let mut filters = Vec::new();
    for filter in request.structures("Dimensions")? {
        let name = filter.text("Name")?.ok_or_else(|| invalid("A dimension has no Name.".to_owned()))?;
        filters.push((name, filter.text("Value")?));
    }
    if filters.len() > MOST_DIMENSIONS {
        return Err(invalid(format!(
            "The collection Dimensions must not have a size greater than {MOST_DIMENSIONS}."
        )));
    }
    let since = match request.text("RecentlyActive")? {
        None => context.now - LISTED,
        Some("PT3H") => context.now - RECENT,
        Some(other) => return Err(invalid(format!("The value {other} for RecentlyActive is not valid."))),
    };
    let sent = |life: Life| life.from < context.now && life.until.is_none_or(|until| until > since);
    let listed = Kind::ALL.map(|kind| context.metrics.of(context.account, &context.shard, kind));
    let subjects = listed.iter().flat_map(|subjects| subjects.all()).filter(|subject| {
        namespace.is_none_or(|asked| asked == subject.namespace)
            && sent(subject.life)
            && filters.iter().all(|(name, value)| {
                *name == subject.dimension && value.is_none_or(|value| value == subject.value)
            })
    });
    let found: Vec<(&Subject, &str)> = subjects
        .flat_map(|subject| subject.metrics.iter().map(move |metric| (subject, metric.name())))
        .filter(|(_, known)| name.is_none_or(|asked| asked == *known))
        .collect();
    let page =
        context.page(found.len(), PAGE, request.text("NextToken")?.filter(|token| !token.is_empty()))?;
    let metrics = found[page.positions].iter().map(|(subject, name)| {
        let (dimension, value) = (subject.dimension, subject.value.as_str());
        let dimension = map([("Name", Value::from(dimension)), ("Value", Value::from(value))]);
        map([
            ("Namespace", Value::from(subject.namespace)),
            ("MetricName", Value::from(*name)),
            ("Dimensions", Value::Array(vec![dimension])),
        ])
    });
    Ok(Content::Cbor(map([
        ("Metrics", Value::Array(metrics.collect())),
        ("NextToken", page.next.map_or(Value::Null, Value::from)),
    ])))
}
