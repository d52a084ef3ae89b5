//! The one way a request is sent: it owns permit, attempt, timeout, backoff and cancellation.
//!
//! The SDK's retries are off: they run inside `send()`, behind any limit taken before it, and their
//! budget is shared by every account of a Region. Here each attempt takes its own permit, and one
//! account's throttling uses up nobody else's retries.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::region::Region;
use tokio::sync::Semaphore;

use super::classify::{Answer, CallContext, Retry, Verdict, classify};
use super::meter::Attempt;
use super::{Api, Grant, Meter, Session, Stop, StopReason};
use crate::model::{Failure, FailureClass};

/// A passing fault that comes back this often is not passing.
const MAX_ATTEMPTS_TRANSIENT: u32 = 4;

/// The first wait after a throttle or a fault; it doubles with each attempt.
const BACKOFF_BASE: Duration = Duration::from_millis(200);

/// The longest wait. EC2 refills 20 requests a second, so within it a bucket regains 60:
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
const BACKOFF_CAP: Duration = Duration::from_secs(3);

/// What all the calls of a run share: limits, the meter, and the switch that stops them.
#[derive(Debug)]
pub struct RunContext {
    in_flight: Semaphore,
    /// Calls that cost money, of those: a CloudWatch that hangs must not hold every permit that lists wait for.
    billed: Semaphore,
    /// Counts and times every attempt.
    pub meter: Meter,
    /// Stops the run.
    pub stop: Stop,
    attempt_timeout: Duration,
    max_attempts: u32,
}

impl RunContext {
    /// Limits for one run: at most `concurrency` requests in flight, `max_attempts` a call,
    /// each of at most `attempt_timeout`.
    pub fn new(concurrency: usize, max_attempts: u32, attempt_timeout: Duration) -> Self {
        Self {
            in_flight: Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            billed: Semaphore::new((concurrency / 2).clamp(1, Semaphore::MAX_PERMITS)),
            meter: Meter::default(),
            stop: Stop::default(),
            attempt_timeout,
            max_attempts: max_attempts.max(1),
        }
    }
}

/// What one query has sent.
#[derive(Debug, Default)]
pub struct CallCounts {
    /// Attempts, retries included.
    pub api_calls: AtomicU64,
    /// Attempts after the first of a call.
    pub retries: AtomicU64,
    first_attempt: OnceLock<Instant>,
}

impl CallCounts {
    /// Time since the first attempt; zero where there was none.
    pub fn elapsed(&self) -> Duration {
        self.first_attempt.get().map_or(Duration::ZERO, Instant::elapsed)
    }
}

/// Sends requests with one account's credentials to one Region, under a run's limits.
#[derive(Clone, Debug)]
pub struct Caller {
    session: Arc<Session>,
    region: Region,
    run: Arc<RunContext>,
    counts: Arc<CallCounts>,
}

impl Caller {
    /// A caller that counts from zero.
    pub fn new(session: Arc<Session>, region: &str, run: Arc<RunContext>) -> Self {
        Self { session, region: Region::new(region.to_owned()), run, counts: Arc::default() }
    }

    /// The same caller in another Region, counting into the same counts.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self { region: Region::new(region.to_owned()), ..self.clone() }
    }

    /// Whose credentials it uses.
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// What it has sent.
    pub fn counts(&self) -> &CallCounts {
        &self.counts
    }

    /// The Region asked.
    pub fn region(&self) -> &str {
        self.region.as_ref()
    }

    /// Sends a request until it is answered, or fails for good. `send` makes one attempt.
    ///
    /// # Errors
    /// The failure of the last attempt, with the number of attempts; `cancelled` or `deadline` where the
    /// run was stopped first.
    ///
    /// # Cancellation
    /// Dropping the future gives its permit back and forgets the attempt under way.
    pub async fn call<O, E, F>(&self, api: Api, send: impl Fn(Grant) -> F) -> Result<O, Failure>
    where
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        self.try_until(api, |_| Ok(()), send).await
    }

    /// Like [`call`](Self::call), for requests that cost money: `again` is asked before each attempt but the first,
    /// with the failure of the one before, and may refuse it. They are at most half of what is in flight.
    ///
    /// # Errors
    /// Those of [`call`](Self::call), and the refusal.
    ///
    /// # Cancellation
    /// As with [`call`](Self::call).
    pub async fn call_billed<O, E, F>(
        &self,
        api: Api,
        again: impl Fn(&Failure) -> Result<(), Failure>,
        send: impl Fn(Grant) -> F,
    ) -> Result<O, Failure>
    where
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        // Never closed. Those who hold a permit give it back at once when the run is stopped.
        let _permit = self.run.billed.acquire().await;
        self.try_until(api, again, send).await
    }

    async fn try_until<O, E, F>(
        &self,
        api: Api,
        again: impl Fn(&Failure) -> Result<(), Failure>,
        send: impl Fn(Grant) -> F,
    ) -> Result<O, Failure>
    where
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let mut attempts = 0;
        let mut last = None;
        loop {
            let is_retry = attempts > 0;
            let sent = OnceLock::new();
            let verdict = tokio::select! {
                biased;
                reason = self.run.stop.stopped() => {
                    // An attempt that is under way was made, whatever comes of it.
                    if let Some(since) = sent.get().map(Instant::elapsed) {
                        attempts += 1;
                        self.run.meter.record(api, Attempt { duration: since, is_retry, throttled: false });
                    }
                    return Err(stopped(api, reason, attempts, last));
                }
                outcome = self.attempt(api, &send, is_retry, &sent) => match outcome {
                    Ok(answer) => return Ok(answer),
                    Err(verdict) => verdict,
                },
            };
            attempts += 1;
            let Verdict { mut failure, retry } = verdict;
            failure.attempts = attempts;
            let most = match retry {
                Retry::No => 1,
                Retry::Transient => self.run.max_attempts.min(MAX_ATTEMPTS_TRANSIENT),
                Retry::Throttle => self.run.max_attempts,
            };
            if attempts >= most {
                return Err(failure);
            }
            again(&failure)?;
            if let Some(reason) = self.pause(attempts).await {
                return Err(stopped(api, reason, attempts, Some(failure)));
            }
            last = Some(failure);
        }
    }

    /// Waits as long as before the attempt that follows so many; tells why, if the run is stopped first.
    pub async fn pause(&self, attempts: u32) -> Option<StopReason> {
        tokio::select! {
            biased;
            reason = self.run.stop.stopped() => Some(reason),
            () = tokio::time::sleep(backoff(attempts, fastrand::f64())) => None,
        }
    }

    async fn attempt<O, E, F>(
        &self,
        api: Api,
        send: impl Fn(Grant) -> F,
        is_retry: bool,
        sent: &OnceLock<Instant>,
    ) -> Result<O, Verdict>
    where
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let credentials = self.session.credentials().await.map_err(|error| Verdict {
            failure: self.session.credentials_failure(api, &error),
            retry: Retry::No,
        })?;
        // The semaphore lives as long as the run and is never closed.
        let _permit = self.run.in_flight.acquire().await;
        self.counts.first_attempt.get_or_init(Instant::now);
        self.counts.api_calls.fetch_add(1, Ordering::Relaxed);
        self.counts.retries.fetch_add(u64::from(is_retry), Ordering::Relaxed);
        let started = *sent.get_or_init(Instant::now);
        let grant = Grant { credentials, region: self.region.clone() };
        let outcome = tokio::time::timeout(self.run.attempt_timeout, send(grant)).await;
        let duration = started.elapsed();
        let answer = match outcome {
            Ok(Ok(answer)) => {
                self.session.worked_in(self.region());
                self.log(api, duration, &"ok");
                self.run.meter.record(api, Attempt { duration, is_retry, throttled: false });
                return Ok(answer);
            }
            Ok(Err(error)) => Answer::of(&error),
            Err(_) => Answer::timed_out(self.run.attempt_timeout),
        };
        let verdict = classify(
            answer,
            CallContext {
                api,
                region: self.region(),
                worked_only_elsewhere: self.session.worked_only_outside(self.region()),
                renewal: &self.session.renewal(),
            },
        );
        let throttled = verdict.failure.class == FailureClass::Throttled;
        self.run.meter.record(api, Attempt { duration, is_retry, throttled });
        self.log(api, duration, &verdict.failure);
        Err(verdict)
    }

    /// One line an attempt, under `-vv`. What AWS answered with stands in the document, not in logs.
    fn log(&self, api: Api, duration: Duration, outcome: &dyn std::fmt::Display) {
        let (account, region, operation) = (self.session.name(), self.region(), api.iam_action());
        tracing::debug!(account, region, operation, ?duration, "{outcome}");
    }
}

/// Half fixed, half random, so that queries throttled together do not come back together.
fn backoff(attempts: u32, random: f64) -> Duration {
    let doubled = BACKOFF_BASE.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    doubled.min(BACKOFF_CAP).mul_f64(0.5 + random / 2.0)
}

fn stopped(api: Api, reason: StopReason, attempts: u32, last: Option<Failure>) -> Failure {
    let mut message = reason.message().to_owned();
    let mut failure = match last {
        None => Failure::new(reason.class(), api.service, api.operation, ""),
        Some(last) => {
            message =
                format!("{message}; the attempt before it failed with {}: {}", last.class, last.message);
            Failure { class: reason.class(), ..last }
        }
    };
    failure.attempts = attempts;
    failure.message = message;
    failure.hint = match reason {
        StopReason::Deadline => Some("give it more time with --deadline".to_owned()),
        StopReason::Cancelled => None,
    };
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_never_vanish() {
        for random in [0.0, 0.5, 1.0] {
            assert!(backoff(1, random) >= BACKOFF_BASE / 2);
            assert!(backoff(u32::MAX, random) <= BACKOFF_CAP);
            assert!(backoff(3, random) > backoff(1, random));
        }
    }
}
