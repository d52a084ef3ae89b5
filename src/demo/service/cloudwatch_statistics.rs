//! GetMetricStatistics: several statistics of one metric.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html>

use super::Context;
use super::cloudwatch::{MetricName, document, members, period_fault, time_fault};
use crate::demo::metrics::{Statistic, Window};
use crate::demo::request::Service;
use crate::demo::wire::cbor::{Value, map, timestamp};
use crate::demo::wire::{AwsError, Content};

/// The most datapoints that can be asked for.
const MOST_DATAPOINTS: i64 = 1440;
/// The most of Statistics, and of ExtendedStatistics.
const MOST_STATISTICS: (usize, usize) = (5, 10);

pub(super) fn get_metric_statistics(context: &Context<'_>) -> Result<Content, AwsError> {
    let document = document(context)?;
    let request = members(&document)?;
    let required =
        |name: &str| AwsError::new(400, "MissingParameter", format!("The parameter {name} is required."));
    let invalid = |message: String| AwsError::invalid_parameter(Service::CloudWatch, message);
    let combination = |message: String| AwsError::new(400, "InvalidParameterCombination", message);
    let metric = MetricName::read(request)?.map_err(|missing| required(&missing))?;
    let start = request.timestamp("StartTime")?.ok_or_else(|| required("StartTime"))?;
    let end = request.timestamp("EndTime")?.ok_or_else(|| required("EndTime"))?;
    let period = request.integer("Period")?.ok_or_else(|| required("Period"))?;
    let (simple, extended) = (request.texts("Statistics")?, request.texts("ExtendedStatistics")?);
    if simple.is_empty() == extended.is_empty() {
        return Err(combination(
            "Must specify either Statistics or ExtendedStatistics, but not both".to_owned(),
        ));
    }
    if simple.len() > MOST_STATISTICS.0 || extended.len() > MOST_STATISTICS.1 {
        let (most, name) = if extended.is_empty() {
            (MOST_STATISTICS.0, "Statistics")
        } else {
            (MOST_STATISTICS.1, "ExtendedStatistics")
        };
        return Err(invalid(format!("The collection {name} must not have a size greater than {most}.")));
    }
    if let Some(fault) = time_fault(start, end) {
        return Err(invalid(fault.to_owned()));
    }
    if let Some(fault) = period_fault(period, "Period") {
        return Err(invalid(fault));
    }
    let of = |name: &&'_ str, known: Option<Statistic>, parameter: &str| {
        let fault = format!("The value {name} for parameter {parameter} is not a valid statistic.");
        known.map(|known| ((*name).to_owned(), known)).ok_or_else(|| invalid(fault))
    };
    let simple = simple.iter().map(|name| of(name, Statistic::simple(name), "Statistics"));
    let simple: Vec<(String, Statistic)> = simple.collect::<Result<_, _>>()?;
    let extended = extended.iter().map(|name| of(name, Statistic::percentile(name), "ExtendedStatistics"));
    let extended: Vec<(String, Statistic)> = extended.collect::<Result<_, _>>()?;
    let asked = (end - start + period - 1) / period;
    if asked > MOST_DATAPOINTS {
        return Err(combination(format!(
            "You have requested up to {asked} datapoints, which exceeds the limit of {MOST_DATAPOINTS}. You may reduce \
             the datapoints requested by increasing Period, or decreasing the time range."
        )));
    }
    let unit = request.text("Unit")?;
    let datapoints = metric.series(context, |series| {
        let Some(series) = series.filter(|series| unit.is_none_or(|unit| unit == series.metric().unit()))
        else {
            return Vec::new();
        };
        let unit = series.metric().unit();
        let buckets = Window::new(start, end, period, context.now).buckets(&series, !extended.is_empty());
        let mut datapoints: Vec<Value> = buckets
            .iter()
            .map(|(at, bucket)| {
                let values = |of: &[(String, Statistic)]| {
                    let value = |(name, statistic): &(String, Statistic)| {
                        (Value::from(name.as_str()), Value::from(bucket.get(*statistic)))
                    };
                    of.iter().map(value).collect::<Vec<_>>()
                };
                let mut members = vec![
                    (Value::from("Timestamp"), timestamp(*at)),
                    (Value::from("Unit"), Value::from(unit)),
                ];
                members.extend(values(&simple));
                if !extended.is_empty() {
                    members.push((Value::from("ExtendedStatistics"), Value::Map(values(&extended))));
                }
                Value::Map(members)
            })
            .collect();
        // AWS returns them in no order, so nobody may rely on one.
        let half = datapoints.len() / 2;
        datapoints.rotate_left(half);
        datapoints
    });
    context.metrics.bill_statistics();
    Ok(Content::Cbor(map([("Label", Value::from(metric.name)), ("Datapoints", Value::Array(datapoints))])))
}
