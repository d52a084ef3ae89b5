//! Asks until it is answered, or known why not. Nothing that was answered is lost to what was not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::{BoxFuture, join_all};

use super::GET_METRIC_DATA;
use super::asker::{Asker, cost_limit, is_rejection, not_covered, too_dear_again};
use super::batch::{Batch, Wanted};
use super::get_metric_data::{Query, Said, get_metric_data};
use super::get_metric_statistics::get_metric_statistics;
use super::recipe::{Answer, Ask};
use crate::model::{Failure, FailureClass, Statistic};

/// So many queries of one statistic, all refused, show that it is the statistic that CloudWatch refuses.
const ENOUGH_TO_JUDGE: usize = 10;

/// How often a query is asked whose answer was partial, missing or no sense.
const MOST_ASKS: u32 = 4;

/// How many rejected requests a batch is worth: one invalid query takes 2 x log2(500) = 18 of them to be found, so
/// several are. A batch that is rejected on and on is wrong as a whole.
const MOST_REJECTIONS: usize = 60;

/// Asks GetMetricData for these metrics, at most as many as one request takes, and pays for them. One answer for
/// each ask of each metric.
///
/// # Cancellation
/// Dropping the future forgets what was answered.
pub(super) async fn fetch(cx: &Asker, wanted: &[Wanted]) -> Vec<Vec<Answer>> {
    if let Some(given_up) = cx.given_up() {
        return wanted.iter().map(|wanted| all(wanted, given_up)).collect();
    }
    let covered = cx.budget.reserve(wanted.iter().map(|wanted| wanted.metric.cost()));
    let (covered, rest) = wanted.split_at(covered);
    let queries: Vec<Query<'_>> = covered
        .iter()
        .flat_map(|wanted| {
            wanted.metric.recipe.asks.iter().map(move |ask| Query { wanted, ask, period: ask.period })
        })
        .collect();
    let mut answers = ask_known(cx, &queries).await.into_iter();
    let mut answers: Vec<Vec<Answer>> = covered
        .iter()
        .map(|wanted| answers.by_ref().take(wanted.metric.recipe.asks.len()).collect())
        .collect();
    if !rest.is_empty() {
        let failure = not_covered();
        answers.extend(rest.iter().map(|wanted| all(wanted, &failure)));
    }
    answers
}

/// The same failure for each ask of a metric.
pub(super) fn all(wanted: &Wanted, failure: &Arc<Failure>) -> Vec<Answer> {
    wanted.metric.recipe.asks.iter().map(|_| Err(failure.clone())).collect()
}

/// Asks these queries, which have been paid for once, but for those that CloudWatch is known to refuse.
async fn ask_known(cx: &Asker, queries: &[Query<'_>]) -> Vec<Answer> {
    let mut answers: Vec<Option<Answer>> = queries
        .iter()
        .map(|query| cx.rejected(&query.wanted.metric, &query.ask.statistic).map(Err))
        .collect();
    let open: Vec<usize> = (0..queries.len()).filter(|at| answers[*at].is_none()).collect();
    cx.budget.release((queries.len() - open.len()) as u64);
    let asked: Vec<Query<'_>> = open.iter().map(|at| queries[*at]).collect();
    if !asked.is_empty() {
        for (at, answer) in open.into_iter().zip(ask(cx, asked, &AtomicUsize::new(0)).await) {
            answers[at] = Some(answer);
        }
    }
    whole(answers)
}

/// Each query is settled where this is called; were one not, it would be unknown, never empty.
fn whole(answers: Vec<Option<Answer>>) -> Vec<Answer> {
    answers.into_iter().map(|answer| answer.unwrap_or_else(|| Err(unanswered()))).collect()
}

/// Asks these queries, which have been paid for once.
fn ask<'a>(
    cx: &'a Asker,
    mut queries: Vec<Query<'a>>,
    rejections: &'a AtomicUsize,
) -> BoxFuture<'a, Vec<Answer>> {
    Box::pin(async move {
        let mut answers: Vec<Option<Answer>> = queries.iter().map(|_| None).collect();
        let mut open: Vec<usize> = (0..queries.len()).collect();
        let mut asks = 1;
        loop {
            let asked: Vec<Query<'_>> = open.iter().map(|at| queries[*at]).collect();
            let cost = asked.len() as u64;
            let said = match get_metric_data(cx, &asked).await {
                Ok(said) => said,
                Err(failure)
                    if is_rejection(&failure)
                        && asked.len() > 1
                        && rejections.fetch_add(1, Ordering::Relaxed) < MOST_REJECTIONS =>
                {
                    for (at, answer) in open.iter().zip(ask_in_parts(cx, asked, rejections).await) {
                        answers[*at] = Some(answer);
                    }
                    break;
                }
                Err(failure) => {
                    cx.release_unless_charged(&failure, cost);
                    let failure = Arc::new(failure);
                    cx.note(&failure);
                    for at in &open {
                        answers[*at] = Some(Err(failure.clone()));
                    }
                    break;
                }
            };
            let mut again = Vec::new();
            for (at, said) in open.into_iter().zip(said) {
                match settle(cx, &mut queries[at], said, asks) {
                    Ok(answer) => answers[at] = Some(answer),
                    Err(failure) => again.push((at, failure)),
                }
            }
            if again.is_empty() {
                break;
            }
            if let Err(stopped) = pause(cx, asks, again.len() as u64).await {
                for (at, failure) in again {
                    answers[at] =
                        Some(Err(stopped.clone().unwrap_or_else(|| Arc::new(too_dear_again(&failure)))));
                }
                break;
            }
            open = again.into_iter().map(|(at, _)| at).collect();
            asks += 1;
        }
        whole(answers)
    })
}

/// Asks the parts of a request that was rejected. One invalid query fails the whole, so parts tell it from the others:
/// the metrics apart first, as what is wrong is most often a metric or a statistic of all resources, then halves.
async fn ask_in_parts<'a>(cx: &'a Asker, asked: Vec<Query<'a>>, rejections: &'a AtomicUsize) -> Vec<Answer> {
    let mut parts: BTreeMap<(usize, Option<&Statistic>), Vec<usize>> = BTreeMap::new();
    let metric = |query: &Query<'_>| Arc::as_ptr(&query.wanted.metric).addr();
    let several_metrics = asked.iter().any(|query| metric(query) != metric(&asked[0]));
    for (at, query) in asked.iter().enumerate() {
        let statistic = (!several_metrics).then_some(&query.ask.statistic);
        parts.entry((metric(query), statistic)).or_default().push(at);
    }
    let is_one_statistic = parts.len() == 1;
    let parts: Vec<Vec<usize>> = match parts.into_values().collect::<Vec<_>>() {
        parts if !is_one_statistic => parts,
        _ => {
            let half = asked.len() / 2;
            vec![(0..half).collect(), (half..asked.len()).collect()]
        }
    };
    let asking = parts.iter().map(|part| ask(cx, part.iter().map(|at| asked[*at]).collect(), rejections));
    let mut answers: Vec<Option<Answer>> = asked.iter().map(|_| None).collect();
    for (part, said) in parts.iter().zip(join_all(asking).await) {
        for (at, answer) in part.iter().zip(said) {
            answers[*at] = Some(answer);
        }
    }
    let answers = whole(answers);
    if !is_one_statistic {
        parts.iter().for_each(|part| judge(cx, &asked, part, &answers));
    }
    answers
}

/// Remembers a statistic of a metric that CloudWatch refused of every resource in a request. Halves of these are not
/// judged: resources that stand side by side may be refused for reasons of their own.
fn judge(cx: &Asker, asked: &[Query<'_>], part: &[usize], answers: &[Answer]) {
    let Some(Query { wanted, ask, .. }) = part.first().map(|at| &asked[*at]) else { return };
    let is_one_statistic = part.iter().all(|at| asked[*at].ask.statistic == ask.statistic);
    let refused = |at: &usize| answers[*at].as_ref().is_err_and(|failure| is_rejection(failure));
    if part.len() >= ENOUGH_TO_JUDGE
        && is_one_statistic
        && part.iter().all(refused)
        && let Err(failure) = &answers[part[0]]
    {
        cx.note_rejected(&wanted.metric, &ask.statistic, failure);
    }
}

/// What is final of what CloudWatch said.
///
/// # Errors
/// Why the query is to be asked again.
fn settle(cx: &Asker, query: &mut Query<'_>, said: Said, asks: u32) -> Result<Answer, Arc<Failure>> {
    match said {
        Said::Failed(failure) => Ok(Err(failure)),
        Said::Again(failure) if asks < MOST_ASKS => Err(failure),
        Said::Again(failure) => {
            let mut failure = Arc::unwrap_or_clone(failure);
            failure.attempts = asks;
            Ok(Err(Arc::new(failure)))
        }
        Said::Whole(points) if spans(query.ask, &points) => Ok(Ok(points)),
        Said::Whole(_) => match cx.window.period_since_1970() {
            Some(period) if period != query.period && asks < MOST_ASKS => {
                query.period = period;
                Err(several())
            }
            _ => Ok(Err(several())),
        },
    }
}

/// Whether these datapoints are what was asked for: of an average or a percentile that spans the window, one. A
/// server that counts periods from 1970, rather than from the start of the request as CloudWatch does, cuts it.
fn spans(ask: &Ask, points: &[(i64, f64)]) -> bool {
    let folds = !matches!(ask.statistic, Statistic::Average | Statistic::Extended(_));
    !ask.spans_window || points.len() <= 1 || folds
}

/// Waits before queries are asked again, and pays for them.
///
/// # Errors
/// Why not: the run is stopped, or, where there is no failure, it would cost more than allowed.
async fn pause(cx: &Asker, asks: u32, cost: u64) -> Result<(), Option<Arc<Failure>>> {
    let (service, operation) = (GET_METRIC_DATA.service, GET_METRIC_DATA.operation);
    if let Some(reason) = cx.caller.pause(asks).await {
        return Err(Some(Arc::new(Failure::new(reason.class(), service, operation, reason.message()))));
    }
    if cx.budget.reserve_again(cost) { Ok(()) } else { Err(None) }
}

/// Asks GetMetricStatistics for these metrics, and pays for each request. What it does not answer, GetMetricData does.
///
/// # Cancellation
/// Dropping the future forgets what was answered.
pub(super) async fn fetch_statistics(cx: &Asker, wanted: &[Wanted]) -> Vec<Vec<Answer>> {
    let mut answers = join_all(wanted.iter().map(|wanted| statistics_of(cx, wanted))).await;
    let mut batch = Batch::default();
    let mut batches = Vec::new();
    for (row, wanted) in wanted.iter().enumerate().filter(|(at, _)| answers[*at].is_none()) {
        // Its place here stands in for its place in a page.
        batches.extend(batch.add(Wanted { row, ..wanted.clone() }));
    }
    batches.extend(batch.take());
    for (batch, answered) in batches.iter().zip(join_all(batches.iter().map(|batch| fetch(cx, batch))).await)
    {
        for (wanted, answer) in batch.iter().zip(answered) {
            answers[wanted.row] = Some(answer);
        }
    }
    let answered = |(answer, wanted): (Option<Vec<Answer>>, &Wanted)| {
        answer.unwrap_or_else(|| all(wanted, &unanswered()))
    };
    answers.into_iter().zip(wanted).map(answered).collect()
}

/// One metric's answers; `None` where GetMetricData is to be asked instead.
async fn statistics_of(cx: &Asker, wanted: &Wanted) -> Option<Vec<Answer>> {
    let mut answers: Vec<Answer> = all(wanted, &unanswered());
    let asks = &wanted.metric.recipe.asks;
    for request in wanted.metric.cheaper.iter().flatten() {
        if cx.statistics_denied() {
            return None;
        }
        let asked: Vec<&Ask> = request.iter().map(|at| &asks[*at]).collect();
        let mut said = ask_statistics(cx, wanted, &asked, asked.first()?.period).await;
        let is_cut = |said: &Result<Vec<Answer>, Failure>| {
            let cut =
                |(ask, answer): (&&Ask, &Answer)| answer.as_ref().is_ok_and(|points| !spans(ask, points));
            said.as_ref().is_ok_and(|said| asked.iter().zip(said).any(cut))
        };
        if is_cut(&said)
            && let Some(longer) = cx.window.period_since_1970()
        {
            said = ask_statistics(cx, wanted, &asked, longer).await;
        }
        match said {
            // It does not have what GetMetricData may have.
            Ok(said) if said.iter().any(Result::is_err) => return None,
            Ok(said) => {
                for ((at, ask), answer) in request.iter().zip(&asked).zip(said) {
                    let spanning =
                        |points: Vec<_>| if spans(ask, &points) { Ok(points) } else { Err(several()) };
                    answers[*at] = answer.and_then(spanning);
                }
            }
            Err(failure) if ends_all(failure.class) => {
                let failure = Arc::new(failure);
                request.iter().for_each(|at| answers[*at] = Err(failure.clone()));
            }
            Err(failure) => {
                if matches!(failure.class, FailureClass::AccessDenied | FailureClass::DeniedByScp) {
                    cx.note_statistics_denied();
                }
                return None;
            }
        }
    }
    Some(answers)
}

/// Pays for one request, and sends it.
async fn ask_statistics(
    cx: &Asker,
    wanted: &Wanted,
    asked: &[&Ask],
    period: i64,
) -> Result<Vec<Answer>, Failure> {
    if cx.budget.reserve(std::iter::once(1)) == 0 {
        return Err(cost_limit(GET_METRIC_DATA));
    }
    let said = get_metric_statistics(cx, wanted, asked, period).await;
    if let Err(failure) = &said {
        cx.release_unless_charged(failure, 1);
    }
    said
}

/// Whether GetMetricData would fail the same way.
const fn ends_all(class: FailureClass) -> bool {
    matches!(
        class,
        FailureClass::CostLimit
            | FailureClass::Deadline
            | FailureClass::Cancelled
            | FailureClass::RegionDisabled
            | FailureClass::CredentialsExpired
            | FailureClass::CredentialsInvalid
    )
}

fn several() -> Arc<Failure> {
    Arc::new(
        GET_METRIC_DATA.malformed("CloudWatch's answer holds several datapoints where one spans the window"),
    )
}

fn unanswered() -> Arc<Failure> {
    let (service, operation) = (GET_METRIC_DATA.service, GET_METRIC_DATA.operation);
    Arc::new(Failure::new(
        FailureClass::Internal,
        service,
        operation,
        "a bug in awsinv: a query was left without an answer",
    ))
}
