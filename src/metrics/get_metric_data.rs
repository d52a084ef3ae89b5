//! One GetMetricData request, followed to its last page, and what it said of each query.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use aws_sdk_cloudwatch as cloudwatch;
use aws_sdk_cloudwatch::types::{
    Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StatusCode,
};
use aws_smithy_types::DateTime;
use aws_types::request_id::RequestId;

use super::GET_METRIC_DATA;
use super::asker::{Asker, cost_limit};
use super::batch::Wanted;
use super::recipe::Ask;
use crate::aws::Grant;
use crate::model::{Failure, FailureClass};

/// Pages in a row that bring nothing new, after which more are not worth their money. AWS sends a token only where
/// datapoints follow.
const MOST_PAGES_IN_VAIN: usize = 10;

/// One query of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query<'a> {
    pub(super) wanted: &'a Wanted,
    pub(super) ask: &'a Ask,
    /// The period asked for, which is the ask's unless a server counts periods from another time.
    pub(super) period: i64,
}

/// What CloudWatch said of one query.
#[derive(Clone, Debug)]
pub(super) enum Said {
    /// All datapoints that there are, the oldest first.
    Whole(Vec<(i64, f64)>),
    /// It may say more when asked again.
    Again(Arc<Failure>),
    /// Asking again would not help.
    Failed(Arc<Failure>),
}

/// What is known of a query while pages come.
#[derive(Debug, Default)]
struct Heard {
    points: BTreeMap<i64, f64>,
    status: Option<StatusCode>,
    message: Option<String>,
    malformed: Option<&'static str>,
}

/// Asks these queries, at most as many as one request takes. The first request must have been paid for; each page
/// after it is paid for here.
///
/// # Errors
/// The failure of the first request: nothing is known of any query. A failure later keeps what is whole by then.
///
/// # Cancellation
/// Dropping the future forgets what was read.
pub(super) async fn get_metric_data(cx: &Asker, queries: &[Query<'_>]) -> Result<Vec<Said>, Failure> {
    let cost = queries.len() as u64;
    let client = cx.caller.session().client(cloudwatch::Client::new);
    let (start, end) = (DateTime::from_secs(cx.window.start), DateTime::from_secs(cx.window.end));
    let asked: Vec<MetricDataQuery> =
        queries.iter().enumerate().map(|(at, query)| to_sdk(at, query)).collect();
    let mut heard: Vec<Heard> = queries.iter().map(|_| Heard::default()).collect();
    let mut token: Option<String> = None;
    let mut tokens = HashSet::new();
    let mut in_vain = 0;
    // One more each, for a server that counts periods from another time than the start.
    let most_datapoints: usize = queries.iter().map(|query| cx.window.datapoints(query.period) + 1).sum();
    let mut request_id = None;
    let ended = loop {
        if token.is_some() && !cx.budget.reserve_again(cost) {
            cx.budget.refuse(cost);
            break Some(cost_limit(GET_METRIC_DATA));
        }
        let answer = cx
            .caller
            .call_billed(
                GET_METRIC_DATA,
                |failure| cx.again(failure, cost),
                |grant| {
                    client
                        .get_metric_data()
                        .set_metric_data_queries(Some(asked.clone()))
                        .start_time(start)
                        .end_time(end)
                        .scan_by(ScanBy::TimestampAscending)
                        .set_next_token(token.clone())
                        .customize()
                        .config_override(config_override(grant))
                        .send()
                },
            )
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) if token.is_none() => return Err(failure),
            Err(failure) => {
                cx.release_unless_charged(&failure, cost);
                break Some(failure);
            }
        };
        request_id = answer.request_id().map(str::to_owned).or(request_id);
        cx.note_answer();
        let mut any_new = false;
        for result in answer.metric_data_results() {
            any_new |= hear(&mut heard, result);
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        let Some(next) = &token else { break None };
        // What is whole needs no further page, which would cost as much as the first.
        if heard.iter().all(|heard| heard.status == Some(StatusCode::Complete)) {
            break None;
        }
        if heard.iter().map(|heard| heard.points.len()).sum::<usize>() > most_datapoints {
            break Some(
                GET_METRIC_DATA.malformed("the answer holds more datapoints than the window has periods"),
            );
        }
        if !tokens.insert(next.clone()) {
            break Some(GET_METRIC_DATA.repeated_token());
        }
        in_vain = if any_new { 0 } else { in_vain + 1 };
        if in_vain >= MOST_PAGES_IN_VAIN {
            break Some(GET_METRIC_DATA.endless(in_vain));
        }
    };
    Ok(said(cx, queries, heard, ended.map(Arc::new), request_id.as_deref()))
}

/// Where a request goes and what signs it.
pub(super) fn config_override(grant: Grant) -> cloudwatch::config::Builder {
    cloudwatch::Config::builder().region(grant.region).credentials_provider(grant.credentials)
}

fn to_sdk(at: usize, query: &Query<'_>) -> MetricDataQuery {
    let spec = &query.wanted.metric.spec;
    let dimension =
        Dimension::builder().name(spec.dimension.as_ref()).value(query.wanted.resource_id.as_ref());
    let metric = Metric::builder()
        .namespace(spec.namespace.as_ref())
        .metric_name(spec.name.as_ref())
        .dimensions(dimension.build());
    let stat = MetricStat::builder()
        .metric(metric.build())
        .period(i32::try_from(query.period).unwrap_or(i32::MAX))
        .stat(query.ask.statistic.as_str());
    MetricDataQuery::builder().id(format!("q{at}")).metric_stat(stat.build()).build()
}

/// Takes what a page says of one query, and tells whether anything was new.
fn hear(heard: &mut [Heard], result: &MetricDataResult) -> bool {
    let at = result.id().and_then(|id| id.strip_prefix('q')).and_then(|at| at.parse::<usize>().ok());
    // What was not asked answers nothing that was: the query that it stands in the place of stays unanswered.
    let Some(heard) = at.and_then(|at| heard.get_mut(at)) else { return false };
    if result.timestamps().len() != result.values().len() {
        heard.malformed = Some("as many timestamps as values");
    }
    let mut any_new = false;
    for (timestamp, value) in result.timestamps().iter().zip(result.values()) {
        any_new |= match heard.points.insert(timestamp.secs(), *value) {
            None => true,
            Some(before) => {
                if before.to_bits() != value.to_bits() {
                    heard.malformed = Some("one value for each time");
                }
                false
            }
        };
    }
    // A query that is whole stays so, whatever a later page repeats of it.
    if heard.status != Some(StatusCode::Complete) {
        any_new |= result.status_code().is_some_and(|status| heard.status.as_ref() != Some(status));
        heard.status = result.status_code().cloned().or_else(|| heard.status.take());
    }
    let mut messages = result.messages().iter().filter_map(|message| message.value());
    heard.message = messages.next_back().map(str::to_owned).or_else(|| heard.message.take());
    any_new
}

/// What came of each query, once the pages have ended, or were `cut` short by a failure.
fn said(
    cx: &Asker,
    queries: &[Query<'_>],
    heard: Vec<Heard>,
    cut: Option<Arc<Failure>>,
    request_id: Option<&str>,
) -> Vec<Said> {
    let failure = |class, code: Option<&str>, message: String| {
        let mut failure = Failure::new(class, GET_METRIC_DATA.service, GET_METRIC_DATA.operation, message);
        failure.attempts = 1;
        failure.code = code.map(str::to_owned);
        failure.request_id = request_id.map(str::to_owned);
        Arc::new(failure)
    };
    let malformed = |what: &str| {
        failure(FailureClass::MalformedResponse, None, format!("CloudWatch's answer does not hold {what}"))
    };
    let unfit = |query: &Query<'_>, heard: &Heard| {
        let mut points = heard.points.iter();
        if points.clone().any(|(_, value)| !value.is_finite()) {
            // It would be written as null, which means that there are no datapoints.
            return Some("a number for each value");
        }
        let fits = points.all(|(at, _)| cx.window.holds(*at, query.period));
        (!fits).then_some("only datapoints of the time that was asked for")
    };
    queries
        .iter()
        .zip(heard)
        .map(|(query, heard)| {
            if let Some(what) = heard.malformed.or_else(|| unfit(query, &heard)) {
                return Said::Again(malformed(what));
            }
            let message = || heard.message.clone().filter(|message| !message.is_empty());
            match (&heard.status, &cut) {
                (Some(StatusCode::Complete), _) => Said::Whole(heard.points.into_iter().collect()),
                (Some(StatusCode::Forbidden), _) => Said::Failed(failure(
                    FailureClass::AccessDenied,
                    Some("Forbidden"),
                    message().unwrap_or_else(|| "CloudWatch forbids reading this metric".to_owned()),
                )),
                (_, Some(cut)) => Said::Failed(cut.clone()),
                (Some(StatusCode::PartialData), None) => Said::Again(failure(
                    FailureClass::ServiceError,
                    Some("PartialData"),
                    message()
                        .unwrap_or_else(|| "CloudWatch answered with a part of the datapoints".to_owned()),
                )),
                (Some(StatusCode::InternalError), None) => Said::Again(failure(
                    FailureClass::ServiceError,
                    Some("InternalError"),
                    message().unwrap_or_else(|| "CloudWatch failed to read this metric".to_owned()),
                )),
                (Some(other), None) => Said::Again(failure(
                    FailureClass::ServiceError,
                    Some(other.as_str()),
                    message()
                        .unwrap_or_else(|| "CloudWatch answered with a status that is not known".to_owned()),
                )),
                (None, None) => Said::Again(malformed("every metric that was asked for")),
            }
        })
        .collect()
}
