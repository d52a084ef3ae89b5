//! One GetMetricStatistics request: several statistics of one metric of one resource, for the price of one.

use std::sync::Arc;

use aws_sdk_cloudwatch as cloudwatch;
use aws_sdk_cloudwatch::types::{Datapoint, Dimension, Statistic as SdkStatistic};
use aws_smithy_types::DateTime;

use super::GET_METRIC_STATISTICS;
use super::asker::Asker;
use super::batch::Wanted;
use super::get_metric_data::config_override;
use super::recipe::{Answer, Ask};
use crate::model::{Failure, Statistic};

/// Asks these statistics of one metric, all plain or all extended, at `period`. It must have been paid for.
///
/// # Errors
/// The failure of the request.
///
/// # Cancellation
/// Dropping the future forgets the answer.
pub(super) async fn get_metric_statistics(
    cx: &Asker,
    wanted: &Wanted,
    asks: &[&Ask],
    period: i64,
) -> Result<Vec<Answer>, Failure> {
    let client = cx.caller.session().client(cloudwatch::Client::new);
    let spec = &wanted.metric.spec;
    let (mut plain, mut extended) = (Vec::new(), Vec::new());
    for ask in asks {
        match &ask.statistic {
            Statistic::Extended(name) => extended.push(name.clone().into_owned()),
            statistic => plain.push(SdkStatistic::from(statistic.as_str())),
        }
    }
    let some = |list: Vec<_>| (!list.is_empty()).then_some(list);
    let (plain, extended) = (some(plain), (!extended.is_empty()).then_some(extended));
    let answer = cx
        .caller
        .call_billed(
            GET_METRIC_STATISTICS,
            |failure| cx.again(failure, 1),
            |grant| {
                client
                    .get_metric_statistics()
                    .namespace(spec.namespace.as_ref())
                    .metric_name(spec.name.as_ref())
                    .dimensions(
                        Dimension::builder()
                            .name(spec.dimension.as_ref())
                            .value(wanted.resource_id.as_ref())
                            .build(),
                    )
                    .start_time(DateTime::from_secs(cx.window.start))
                    .end_time(DateTime::from_secs(cx.window.end))
                    .period(i32::try_from(period).unwrap_or(i32::MAX))
                    .set_statistics(plain.clone())
                    .set_extended_statistics(extended.clone())
                    .customize()
                    .config_override(config_override(grant))
                    .send()
            },
        )
        .await?;
    let datapoints = GET_METRIC_STATISTICS.required(answer.datapoints, "Datapoints")?;
    Ok(asks.iter().map(|ask| points(cx, &ask.statistic, period, &datapoints)).collect())
}

/// The datapoints of one statistic, the oldest first. CloudWatch sends them in no order.
fn points(cx: &Asker, statistic: &Statistic, period: i64, datapoints: &[Datapoint]) -> Answer {
    let malformed = |what: &str| {
        Arc::new(GET_METRIC_STATISTICS.malformed(format!("CloudWatch's answer does not hold {what}")))
    };
    let mut points = Vec::with_capacity(datapoints.len());
    for datapoint in datapoints {
        let value = match statistic {
            Statistic::Average => datapoint.average(),
            Statistic::Maximum => datapoint.maximum(),
            Statistic::Minimum => datapoint.minimum(),
            Statistic::SampleCount => datapoint.sample_count(),
            Statistic::Sum => datapoint.sum(),
            Statistic::Extended(name) => {
                datapoint.extended_statistics().and_then(|all| all.get(&**name)).copied()
            }
        };
        let value = value.filter(|value| value.is_finite()).ok_or_else(|| malformed("each statistic"))?;
        let at = datapoint.timestamp().map(DateTime::secs).filter(|at| cx.window.holds(*at, period));
        points.push((at.ok_or_else(|| malformed("only datapoints of the time that was asked for"))?, value));
    }
    points.sort_unstable_by_key(|(at, _)| *at);
    if points.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(malformed("one value for each time"));
    }
    Ok(points)
}
