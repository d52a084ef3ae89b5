//! CloudWatch: what its operations share. Every one of them is in a file of its own.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html>

use super::Context;
use crate::demo::metrics::{Series, kind_of};
use crate::demo::request::Call;
use crate::demo::wire::cbor::{self, Members, Value, WrongType};
use crate::demo::wire::{AwsError, cbor_json};

/// The longest period, one day: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html>
const LONGEST_PERIOD: i64 = 86_400;

impl From<WrongType> for AwsError {
    fn from(wrong: WrongType) -> Self {
        Self::new(400, "SerializationException", format!("{} is not {}", wrong.member, wrong.wanted))
    }
}

/// The document of a call.
pub(super) fn document(context: &Context<'_>) -> Result<Value, AwsError> {
    read(context.call).ok_or_else(|| {
        AwsError::new(400, "SerializationException", "The request is no structure in its protocol")
    })
}

fn read(call: &Call) -> Option<Value> {
    if call.has_target { cbor_json::read(&call.body) } else { cbor::read(&call.body) }
}

/// Its members.
pub(super) fn members(document: &Value) -> Result<Members<'_>, AwsError> {
    Members::of(document).ok_or_else(|| AwsError::from(WrongType { member: "The request", wanted: "a map" }))
}

/// What names a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MetricName<'a> {
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
    /// Names and values.
    pub(super) dimensions: Vec<(&'a str, &'a str)>,
}

impl<'a> MetricName<'a> {
    /// Reads Namespace, MetricName and Dimensions; `Err` names the member that is missing.
    pub(super) fn read(metric: Members<'a>) -> Result<Result<Self, String>, WrongType> {
        let (Some(namespace), Some(name)) = (metric.text("Namespace")?, metric.text("MetricName")?) else {
            let missing = if metric.text("Namespace")?.is_none() { "Namespace" } else { "MetricName" };
            return Ok(Err(missing.to_owned()));
        };
        let mut dimensions = Vec::new();
        for (nth, dimension) in metric.structures("Dimensions")?.into_iter().enumerate() {
            match (dimension.text("Name")?, dimension.text("Value")?) {
                (Some(name), Some(value)) => dimensions.push((name, value)),
                (None, _) => return Ok(Err(format!("Dimensions.member.{}.Name", nth + 1))),
                (_, None) => return Ok(Err(format!("Dimensions.member.{}.Value", nth + 1))),
            }
        }
        Ok(Ok(Self { namespace, name, dimensions }))
    }

    /// Does something with its series, or with `None` if nobody ever sent such a metric here. Every metric of the
    /// estate has exactly one dimension; CloudWatch does not put metrics of others together.
    pub(super) fn series<T>(&self, context: &Context<'_>, act: impl FnOnce(Option<Series<'_>>) -> T) -> T {
        let [(dimension, value)] = self.dimensions[..] else { return act(None) };
        let Some(kind) = kind_of(self.namespace, dimension) else { return act(None) };
        let subjects = context.metrics.of(context.account, &context.shard, kind);
        let subject = subjects.get(self.namespace, value);
        act(subject.and_then(|subject| Series::new(subject, self.name)))
    }
}

/// What is wrong with a period, if anything: 1, 5, 10, 20, 30 or a multiple of 60, up to one day.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html>
pub(super) fn period_fault(period: i64, parameter: &str) -> Option<String> {
    let sound = matches!(period, 1 | 5 | 10 | 20 | 30) || (period > 0 && period % 60 == 0);
    if !sound {
        let rule = "must be 1, 5, 10, 20, 30 or a multiple of 60";
        return Some(format!("The value {period} for parameter {parameter} is not valid: it {rule}."));
    }
    (period > LONGEST_PERIOD).then(|| {
        format!(
            "The value {period} for parameter {parameter} must be less than or equal to {LONGEST_PERIOD}."
        )
    })
}

/// What is wrong with a stretch of time, in AWS's words.
pub(super) fn time_fault(start: i64, end: i64) -> Option<&'static str> {
    match start.cmp(&end) {
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal => Some("The parameter StartTime must not equal parameter EndTime."),
        std::cmp::Ordering::Greater => {
            Some("The parameter StartTime must be less than the parameter EndTime.")
        }
    }
}

/// Whether a request asks for a dimension value, in any query. What cannot be read asks for nothing.
pub(super) fn asks_for(call: &Call, value: &str) -> bool {
    let Some(document) = read(call) else { return false };
    let has = |metric: Members<'_>| {
        let dimensions = metric.structures("Dimensions").unwrap_or_default();
        dimensions.iter().any(|dimension| dimension.text("Value") == Ok(Some(value)))
    };
    let Some(request) = Members::of(&document) else { return false };
    let metric = |query: &Members<'_>| {
        let stat = query.structure("MetricStat").ok().flatten()?;
        stat.structure("Metric").ok().flatten().map(has)
    };
    let queries = request.structures("MetricDataQueries").unwrap_or_default();
    has(request) || queries.iter().filter_map(metric).any(|found| found)
}
