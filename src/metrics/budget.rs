//! What asking costs, and the promise not to go above it.

use std::sync::atomic::{AtomicU64, Ordering};

/// What CloudWatch charges for one metric of a GetMetricData request, and for one GetMetricStatistics request, in
/// hundred-thousandths of a dollar: $0.01 for 1,000. <https://aws.amazon.com/cloudwatch/pricing/>
///
/// AWS bundles up to five statistics of one metric in one request into one charge. Each is counted here, so the
/// estimate is an upper bound.
pub const UNITS_PER_CENT: u64 = 1000;

/// The dollars of a run, reserved before each request. Concurrent requests never overshoot together: what is not
/// reserved is not asked.
#[derive(Debug)]
pub struct Budget {
    /// What may be spent, in units.
    most: u64,
    spent: AtomicU64,
    refused: AtomicU64,
}

/// The price of this many units, in dollars.
pub fn dollars(units: u64) -> f64 {
    units as f64 / (UNITS_PER_CENT * 100) as f64
}

impl Budget {
    /// At most this many units may be spent.
    pub const fn new(most: u64) -> Self {
        Self { most, spent: AtomicU64::new(0), refused: AtomicU64::new(0) }
    }

    /// Units spent: metrics requested of GetMetricData, and requests to GetMetricStatistics.
    pub fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    /// Units that were to be spent, and not allowed.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// What may be spent.
    pub const fn most(&self) -> u64 {
        self.most
    }

    /// Reserves the longest run of these costs, from the first on, that is still allowed, and says how many. The
    /// others count as refused.
    pub(super) fn reserve(&self, costs: impl Iterator<Item = u64> + Clone) -> usize {
        let mut taken = 0;
        let mut refused = 0;
        let fits = |spent: u64| {
            let mut sum = spent;
            taken = 0;
            refused = 0;
            for cost in costs.clone() {
                if refused == 0 && sum.saturating_add(cost) <= self.most {
                    sum += cost;
                    taken += 1;
                } else {
                    refused += cost;
                }
            }
            Some(sum)
        };
        // The closure never refuses to change the value.
        let _ = self.spent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits);
        self.refused.fetch_add(refused, Ordering::Relaxed);
        taken
    }

    /// Reserves all of it or nothing, for a request that is sent again. A refusal is not counted: what it was for
    /// has been counted once.
    pub(super) fn reserve_again(&self, cost: u64) -> bool {
        let fits = |spent: u64| spent.checked_add(cost).filter(|sum| *sum <= self.most);
        self.spent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok()
    }

    /// Counts what was not asked because it was not allowed.
    pub(super) fn refuse(&self, cost: u64) {
        self.refused.fetch_add(cost, Ordering::Relaxed);
    }

    /// Gives back what AWS did not charge for.
    pub(super) fn release(&self, cost: u64) {
        let _ = self
            .spent
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |spent| Some(spent.saturating_sub(cost)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::Arc;

    #[test]
    fn the_first_that_does_not_fit_ends_what_is_asked() {
        let budget = Budget::new(10);
        assert_eq!(budget.reserve([4, 4, 4, 1].into_iter()), 2);
        assert_eq!((budget.spent(), budget.refused()), (8, 5));
        assert!(!budget.reserve_again(3) && budget.reserve_again(2));
        budget.release(4);
        assert_eq!(budget.reserve([4].into_iter()), 1);
    }

    proptest! {
        #[test]
        fn concurrent_batches_never_overshoot(
            most in 0_u64..3000,
            batches in proptest::collection::vec(proptest::collection::vec(1_u64..6, 0..60), 1..8),
        ) {
            let budget = Arc::new(Budget::new(most));
            let all: u64 = batches.iter().flatten().sum();
            let threads: Vec<_> = batches.into_iter().map(|costs| {
                let budget = budget.clone();
                std::thread::spawn(move || {
                    let taken = budget.reserve(costs.iter().copied());
                    costs[..taken].iter().sum::<u64>()
                })
            }).collect();
            let taken: u64 = threads.into_iter().map(|thread| thread.join().expect("no panic")).sum();
            prop_assert_eq!(budget.spent(), taken);
            prop_assert!(taken <= most);
            prop_assert_eq!(taken + budget.refused(), all);
        }
    }
}
