//! Who asks CloudWatch in one account and Region, for which window, and with how much money.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::catalogue::Metric;
use super::{Budget, GET_METRIC_DATA, Window};
use crate::aws::{Api, Caller};
use crate::model::{Failure, FailureClass, Statistic};

/// Requests in a row that failed for good, after which CloudWatch is not asked any more in this account and Region:
/// each takes all its attempts and their time, and what is listed waits for it.
const MOST_LOST_IN_A_ROW: usize = 3;

/// Who asks CloudWatch in one account and Region.
#[derive(Debug)]
pub(super) struct Asker {
    pub(super) caller: Caller,
    pub(super) window: Window,
    pub(super) budget: Arc<Budget>,
    /// Why nothing is asked any more: a hundred more of the same failure tell nothing new.
    given_up: OnceLock<Arc<Failure>>,
    lost_in_a_row: AtomicUsize,
    statistics_denied: AtomicBool,
    /// Statistics of metrics that CloudWatch refuses whatever the resource.
    rejected: Mutex<BTreeMap<(usize, Statistic), Arc<Failure>>>,
}

impl Asker {
    pub(super) fn new(caller: Caller, window: Window, budget: Arc<Budget>) -> Self {
        Self {
            caller,
            window,
            budget,
            given_up: OnceLock::new(),
            lost_in_a_row: AtomicUsize::new(0),
            statistics_denied: AtomicBool::new(false),
            rejected: Mutex::default(),
        }
    }

    /// Why nothing is asked any more.
    pub(super) fn given_up(&self) -> Option<&Arc<Failure>> {
        self.given_up.get()
    }

    /// Asks no more, for this reason.
    pub(super) fn give_up(&self, failure: Arc<Failure>) {
        let _ = self.given_up.set(failure);
    }

    /// CloudWatch answers.
    pub(super) fn note_answer(&self) {
        self.lost_in_a_row.store(0, Ordering::Relaxed);
    }

    /// Remembers a failure that every other request would meet too.
    pub(super) fn note(&self, failure: &Arc<Failure>) {
        let lost = match failure.class {
            // They say something of the request, the budget or the run, and nothing of CloudWatch.
            FailureClass::CostLimit | FailureClass::Deadline | FailureClass::Cancelled => return,
            _ if is_rejection(failure) => return,
            _ if is_denial(failure.class) => MOST_LOST_IN_A_ROW,
            _ => self.lost_in_a_row.fetch_add(1, Ordering::Relaxed) + 1,
        };
        if lost >= MOST_LOST_IN_A_ROW {
            self.give_up(failure.clone());
        }
    }

    /// Why CloudWatch refuses this statistic of this metric, whatever the resource.
    pub(super) fn rejected(&self, metric: &Arc<Metric>, statistic: &Statistic) -> Option<Arc<Failure>> {
        let rejected = self.rejected.lock().unwrap_or_else(PoisonError::into_inner);
        if rejected.is_empty() {
            None
        } else {
            rejected.get(&(Arc::as_ptr(metric).addr(), statistic.clone())).cloned()
        }
    }

    /// Remembers that CloudWatch refused this statistic of several resources, and took it of none.
    pub(super) fn note_rejected(&self, metric: &Arc<Metric>, statistic: &Statistic, failure: &Arc<Failure>) {
        let mut rejected = self.rejected.lock().unwrap_or_else(PoisonError::into_inner);
        rejected.insert((Arc::as_ptr(metric).addr(), statistic.clone()), failure.clone());
    }

    /// Whether GetMetricStatistics was denied, which is no reason not to ask GetMetricData.
    pub(super) fn statistics_denied(&self) -> bool {
        self.statistics_denied.load(Ordering::Relaxed)
    }

    pub(super) fn note_statistics_denied(&self) {
        self.statistics_denied.store(true, Ordering::Relaxed);
    }

    /// Gives a reservation back if AWS did not charge for the request that failed so.
    pub(super) fn release_unless_charged(&self, failure: &Failure, cost: u64) {
        if failure.attempts == 0 || !may_be_charged(failure) {
            self.budget.release(cost);
        }
    }

    /// Whether a request may be sent again, after AWS may have charged for the attempt that failed so.
    ///
    /// # Errors
    /// The same failure, where sending again would go above the budget: it is why there are no values.
    pub(super) fn again(&self, failure: &Failure, cost: u64) -> Result<(), Failure> {
        if !may_be_charged(failure) || self.budget.reserve_again(cost) {
            Ok(())
        } else {
            Err(too_dear_again(failure))
        }
    }
}

/// A failure after which asking again would cost more than allowed.
pub(super) fn too_dear_again(failure: &Failure) -> Failure {
    let mut failure = failure.clone();
    failure.message.push_str("; it was not asked again, as that may cost more than --max-cost allows");
    failure.with_hint("raise --max-cost, or try again later")
}

/// Every other request of this account to this Region would fail the same way.
const fn is_denial(class: FailureClass) -> bool {
    matches!(
        class,
        FailureClass::AccessDenied
            | FailureClass::DeniedByScp
            | FailureClass::RegionDisabled
            | FailureClass::CredentialsExpired
            | FailureClass::CredentialsInvalid
    )
}

/// Whether AWS may have done the work, though we did not get what came of it.
fn may_be_charged(failure: &Failure) -> bool {
    !is_denial(failure.class) && !is_rejection(failure) && failure.class != FailureClass::Throttled
}

/// Whether AWS refuses what the request says, rather than failing to answer it.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html>
pub(super) fn is_rejection(failure: &Failure) -> bool {
    const WORDS: [&str; 6] = ["Validation", "Invalid", "Missing", "LimitExceeded", "Malformed", "TooLarge"];
    failure.class == FailureClass::ServiceError
        && failure.code.as_deref().is_some_and(|code| WORDS.iter().any(|word| code.contains(word)))
}

/// Asking would have cost more than allowed. The run's end knows the sums, and says them.
pub(super) fn cost_limit(api: Api) -> Failure {
    Failure::new(
        FailureClass::CostLimit,
        api.service,
        api.operation,
        "not asked, as it would cost more than --max-cost allows",
    )
}

/// The placeholder for values that the budget does not cover.
pub(super) fn not_covered() -> Arc<Failure> {
    Arc::new(cost_limit(GET_METRIC_DATA))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_refuses_or_throttles_it_does_not_charge_for_and_what_got_lost_it_may() {
        let failure = |class, code: Option<&str>| {
            let mut failure = Failure::new(class, "cloudwatch", "GetMetricData", "");
            failure.code = code.map(str::to_owned);
            failure
        };
        use FailureClass::{AccessDenied, Connectivity, MalformedResponse, ServiceError, Throttled, Timeout};
        for (class, code) in [
            (AccessDenied, Some("AccessDenied")),
            (Throttled, Some("Throttling")),
            (ServiceError, Some("ValidationError")),
            (ServiceError, Some("InvalidParameterValue")),
        ] {
            assert!(!may_be_charged(&failure(class, code)), "{class} {code:?}");
        }
        for (class, code) in [
            (Timeout, None),
            (Connectivity, None),
            (MalformedResponse, None),
            (ServiceError, Some("InternalServiceFault")),
        ] {
            assert!(may_be_charged(&failure(class, code)), "{class} {code:?}");
        }
    }
}
