//! Who asks CloudWatch in one account and Region, for which window, and with how much money.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::{Budget, GET_METRIC_DATA, Window};
use crate::aws::{Api, Caller};
use crate::model::{Failure, FailureClass};

/// Who asks CloudWatch in one account and Region.
#[derive(Debug)]
pub(super) struct Asker {
    pub(super) caller: Caller,
    pub(super) window: Window,
    pub(super) budget: Arc<Budget>,
    /// Once GetMetricData is denied here, it is not asked again: a hundred more denials tell nothing new.
    denied: OnceLock<Arc<Failure>>,
    statistics_denied: AtomicBool,
}

impl Asker {
    pub(super) fn new(caller: Caller, window: Window, budget: Arc<Budget>) -> Self {
        Self { caller, window, budget, denied: OnceLock::new(), statistics_denied: AtomicBool::new(false) }
    }

    /// Why nothing is asked any more.
    pub(super) fn denied(&self) -> Option<&Arc<Failure>> {
        self.denied.get()
    }

    /// Remembers a failure that every other request would meet too.
    pub(super) fn note(&self, failure: &Arc<Failure>) {
        if is_denial(failure.class) {
            let _ = self.denied.set(failure.clone());
        }
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
        // What the budget did not allow again has been sent once, and may have been charged.
        let unsent = failure.attempts == 0 && failure.class != FailureClass::CostLimit;
        if unsent || !may_be_charged(failure) {
            self.budget.release(cost);
        }
    }

    /// Whether a request may be sent again, after AWS may have charged for the attempt that failed so.
    ///
    /// # Errors
    /// `cost_limit` where that would go above the budget.
    pub(super) fn again(&self, api: Api, failure: &Failure, cost: u64) -> Result<(), Failure> {
        if !may_be_charged(failure) || self.budget.reserve_again(cost) {
            Ok(())
        } else {
            Err(cost_limit(api))
        }
    }
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
