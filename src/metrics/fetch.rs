//! Asks until it is answered, or known why not. Nothing that was answered is lost to what was not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::{BoxFuture, join, join_all};

use super::GET_METRIC_DATA;
use super::asker::{Asker, cost_limit, is_rejection, not_covered};
use super::batch::Wanted;
use super::get_metric_data::{Query, Said, get_metric_data};
use super::get_metric_statistics::get_metric_statistics;
use super::recipe::{Answer, Ask};
use crate::model::{Failure, FailureClass, Statistic};

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
    if let Some(denied) = cx.denied() {
        return wanted.iter().map(|wanted| all(wanted, denied)).collect();
    }
    let covered = cx.budget.reserve(wanted.iter().map(|wanted| wanted.metric.cost()));
    let (covered, rest) = wanted.split_at(covered);
    let queries: Vec<Query<'_>> = covered
        .iter()
        .flat_map(|wanted| {
            wanted.metric.recipe.asks.iter().map(move |ask| Query { wanted, ask, period: ask.period })
        })
        .collect();
    let mut answers = match queries.len() {
        0 => Vec::new(),
        _ => ask(cx, queries, &AtomicUsize::new(0)).await,
    }
    .into_iter();
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
                    // One invalid query fails the whole request, so halves tell it from the others.
                    let mut left = asked;
                    let right = left.split_off(left.len() / 2);
                    let (left, right) = join(ask(cx, left, rejections), ask(cx, right, rejections)).await;
                    for (at, answer) in open.iter().zip(left.into_iter().chain(right)) {
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
                    Some(answer) => answers[at] = Some(answer),
                    None => again.push(at),
                }
            }
            open = again;
            if open.is_empty() {
                break;
            }
            if let Err(failure) = pause(cx, asks, open.len() as u64).await {
                let failure = Arc::new(failure);
                for at in &open {
                    answers[*at] = Some(Err(failure.clone()));
                }
                break;
            }
            asks += 1;
        }
        // Each query was settled above; were one not, it would be unknown, never empty.
        answers.into_iter().map(|answer| answer.unwrap_or_else(|| Err(unanswered()))).collect()
    })
}

/// What is final of what CloudWatch said; `None` where the query is asked again.
fn settle(cx: &Asker, query: &mut Query<'_>, said: Said, asks: u32) -> Option<Answer> {
    match said {
        Said::Failed(failure) => Some(Err(failure)),
        Said::Again(_) if asks < MOST_ASKS => None,
        Said::Again(failure) => {
            let mut failure = Arc::unwrap_or_clone(failure);
            failure.attempts = asks;
            Some(Err(Arc::new(failure)))
        }
        Said::Whole(points) if spans(query.ask, &points) => Some(Ok(points)),
        Said::Whole(_) => match cx.window.period_since_1970() {
            Some(period) if period != query.period && asks < MOST_ASKS => {
                query.period = period;
                None
            }
            _ => Some(Err(several())),
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
async fn pause(cx: &Asker, asks: u32, cost: u64) -> Result<(), Failure> {
    let (service, operation) = (GET_METRIC_DATA.service, GET_METRIC_DATA.operation);
    if let Some(reason) = cx.caller.pause(asks).await {
        return Err(Failure::new(reason.class(), service, operation, reason.message()));
    }
    if cx.budget.reserve_again(cost) { Ok(()) } else { Err(cost_limit(GET_METRIC_DATA)) }
}

/// Asks GetMetricStatistics for these metrics, and pays for each request. Where that is denied, GetMetricData.
///
/// # Cancellation
/// Dropping the future forgets what was answered.
pub(super) async fn fetch_statistics(cx: &Asker, wanted: &[Wanted]) -> Vec<Vec<Answer>> {
    let mut answers = join_all(wanted.iter().map(|wanted| statistics_of(cx, wanted))).await;
    let denied: Vec<usize> = (0..wanted.len()).filter(|at| answers[*at].is_none()).collect();
    if !denied.is_empty() {
        let of_denied: Vec<Wanted> = denied.iter().map(|at| wanted[*at].clone()).collect();
        for (at, answer) in denied.into_iter().zip(fetch(cx, &of_denied).await) {
            answers[at] = Some(answer);
        }
    }
    answers
        .into_iter()
        .zip(wanted)
        .map(|(answer, wanted)| answer.unwrap_or_else(|| all(wanted, &unanswered())))
        .collect()
}

/// One metric's answers; `None` where GetMetricStatistics is denied.
async fn statistics_of(cx: &Asker, wanted: &Wanted) -> Option<Vec<Answer>> {
    let mut answers: Vec<Answer> = all(wanted, &unanswered());
    let asks = &wanted.metric.recipe.asks;
    for request in wanted.metric.cheaper.iter().flatten() {
        if cx.statistics_denied() {
            return None;
        }
        let asked: Vec<&Ask> = request.iter().map(|at| &asks[*at]).collect();
        let mut period = asked.first()?.period;
        loop {
            if cx.budget.reserve(std::iter::once(1)) == 0 {
                let failure = not_covered();
                request.iter().for_each(|at| answers[*at] = Err(failure.clone()));
                break;
            }
            match get_metric_statistics(cx, wanted, &asked, period).await {
                Ok(said) => {
                    let is_cut = |(ask, answer): (&&Ask, &Answer)| {
                        answer.as_ref().is_ok_and(|points| !spans(ask, points))
                    };
                    let cut = asked.iter().zip(&said).any(is_cut);
                    if cut
                        && let Some(longer) = cx.window.period_since_1970().filter(|longer| *longer != period)
                    {
                        period = longer;
                        continue;
                    }
                    for ((at, ask), answer) in request.iter().zip(&asked).zip(said) {
                        answers[*at] = answer
                            .and_then(|points| if spans(ask, &points) { Ok(points) } else { Err(several()) });
                    }
                }
                Err(failure) => {
                    cx.release_unless_charged(&failure, 1);
                    if matches!(failure.class, FailureClass::AccessDenied | FailureClass::DeniedByScp) {
                        cx.note_statistics_denied();
                        return None;
                    }
                    let failure = Arc::new(failure);
                    cx.note(&failure);
                    request.iter().for_each(|at| answers[*at] = Err(failure.clone()));
                }
            }
            break;
        }
    }
    Some(answers)
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
