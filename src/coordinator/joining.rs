//! Values beside the fan-out: a joiner for each account and Region, between its lists and the reader of the run.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};

use tokio::sync::mpsc;
use tokio::task::{Id, JoinSet};

use super::outcome::{AskedMetrics, Reading};
use super::run::panicked;
use crate::aws::{Caller, RunContext, Session};
use crate::config::Dollars;
use crate::metrics::{Budget, Catalogue, Joiner, MetricsTally, Mode, Room, Tallies, UNITS_PER_CENT, dollars};
use crate::model::{
    Failure, FailureClass, MetricsWindow, Note, PartCoverage, QueryCoverage, Resource, Stats, Status,
};

/// What is asked of CloudWatch in a run, and for how much.
#[derive(Clone, Debug)]
pub struct MetricsPlan {
    /// What is asked of each type.
    pub catalogue: Arc<Catalogue>,
    /// What it may cost.
    pub budget: Arc<Budget>,
    /// Whether it is asked, or only counted.
    pub mode: Mode,
    /// Room for pages that wait for their values.
    pub room: Room,
}

type AccountRegion = (Arc<str>, Arc<str>);

/// The joiners of a run, under way. Without metrics there are none, and pages go straight to the reader.
pub(super) struct Joining {
    plan: Option<MetricsPlan>,
    context: Arc<RunContext>,
    out: mpsc::Sender<Vec<Resource>>,
    joiners: JoinSet<u64>,
    started: HashMap<Id, AccountRegion>,
    tallies: BTreeMap<AccountRegion, Tallies>,
}

/// What came of the values of a run.
pub(super) struct Joined {
    plan: Option<MetricsPlan>,
    by_place: BTreeMap<AccountRegion, Place>,
}

#[derive(Debug)]
struct Place {
    types: BTreeMap<Arc<str>, MetricsTally>,
    /// GetMetricData requests; none where the joiner panicked, and lost what it held.
    requests: Result<u64, Failure>,
}

impl Joining {
    pub(super) fn new(
        plan: Option<MetricsPlan>,
        context: Arc<RunContext>,
        out: mpsc::Sender<Vec<Resource>>,
    ) -> Self {
        Self {
            plan,
            context,
            out,
            joiners: JoinSet::new(),
            started: HashMap::new(),
            tallies: BTreeMap::new(),
        }
    }

    /// Where the lists of this account and Region put their pages. The joiner ends with the last of them.
    pub(super) fn pages(
        &mut self,
        session: &Arc<Session>,
        account_id: &Arc<str>,
        region: &Arc<str>,
    ) -> mpsc::Sender<Vec<Resource>> {
        let Some(plan) = &self.plan else { return self.out.clone() };
        let place = (account_id.clone(), region.clone());
        let tallies = self.tallies.entry(place.clone()).or_default().clone();
        let caller = Caller::new(session.clone(), region, self.context.clone());
        let (catalogue, budget) = (plan.catalogue.clone(), plan.budget.clone());
        let (out, room) = (self.out.clone(), plan.room.clone());
        let joiner = Joiner::new(caller, catalogue, budget, plan.mode, out, tallies, room);
        let (sender, receiver) = Joiner::channel();
        let task = self.joiners.spawn(joiner.run(receiver));
        self.started.insert(task.id(), place);
        sender
    }

    /// Waits for the values that are still under way, once the lists have ended.
    pub(super) async fn finish(mut self) -> Joined {
        let mut by_place = BTreeMap::new();
        while let Some(ended) = self.joiners.join_next_with_id().await {
            let (id, requests) = match ended {
                Ok((id, requests)) => (id, Ok(requests)),
                Err(error) => (error.id(), Err(panicked("join", &error))),
            };
            let Some(place) = self.started.remove(&id) else { continue };
            let tallies = self.tallies.remove(&place).unwrap_or_default();
            let types = std::mem::take(&mut *tallies.lock().unwrap_or_else(PoisonError::into_inner));
            by_place.insert(place, Place { types, requests });
        }
        Joined { plan: self.plan, by_place }
    }
}

impl Joined {
    /// The window that the values speak of.
    pub(super) fn window(&self) -> Option<MetricsWindow> {
        self.plan.as_ref().and_then(|plan| plan.catalogue.window().document())
    }

    /// What it cost.
    pub(super) fn add_to(&self, stats: &mut Stats) {
        if let Some(plan) = &self.plan {
            stats.metrics_requested = plan.budget.spent();
            stats.estimated_cost_usd = dollars(plan.budget.spent());
        }
    }

    /// What a reader must know of the values beside the queries.
    pub(super) fn notes(&self) -> Vec<Note> {
        let of_place = |place: &Place| place.types.values().map(|tally| tally.unknowable).sum::<u64>();
        let mut accounts: Vec<&Arc<str>> = self
            .by_place
            .iter()
            .filter(|(_, place)| of_place(place) > 0)
            .map(|((account, _), _)| account)
            .collect();
        accounts.dedup();
        let note = |account: &Arc<str>| Note {
            account_id: Some(account.clone()),
            message:
                "percentiles of more than a day are unknown: CloudWatch has them for a day at most, and \
                      those of days cannot be put together"
                    .to_owned(),
            failure: None,
        };
        accounts.into_iter().map(note).collect()
    }

    /// What was asked, or would be, of each account, Region and type.
    pub(super) fn into_asked(self) -> Vec<AskedMetrics> {
        let places = self.by_place.into_iter();
        places
            .map(|((account_id, region), Place { types, requests })| AskedMetrics {
                account_id,
                region,
                requests: requests.unwrap_or_default(),
                types: types.into_iter().collect(),
            })
            .collect()
    }

    /// Says in a query's coverage how its values fared.
    pub(super) fn complete(&self, query: &mut QueryCoverage, reading: Reading) {
        let Some(plan) = &self.plan else { return };
        let (Some(account), Some(region)) = (&query.account_id, &query.region) else { return };
        let Some(place) = self.by_place.get(&(account.clone(), region.clone())) else { return };
        let mut tally = MetricsTally::default();
        let types = query.covers.iter().filter_map(|covered| place.types.get(covered));
        types.for_each(|of_type| tally.add(of_type));
        // A dry run asks for no values: that none are there is no hole.
        if plan.mode == Mode::Ask {
            query.parts.metrics = part(&tally, query.status, reading, &plan.budget);
        }
        if let Err(failure) = &place.requests {
            query.parts.inventory.status = Status::Partial;
            query.parts.inventory.failures.push(failure.clone());
            query.status = Status::Partial;
        }
    }
}

/// The coverage of a query's values.
fn part(tally: &MetricsTally, inventory: Status, reading: Reading, budget: &Budget) -> PartCoverage {
    let missing = tally.wanted - tally.known.min(tally.wanted);
    let (too_dear_ones, others): (Vec<&Failure>, Vec<&Failure>) =
        tally.failures.iter().partition(|failure| failure.class == FailureClass::CostLimit);
    let statuses: Vec<Status> =
        others.iter().map(|failure| reading.status(failure, tally.known > 0)).collect();
    // A denial that was expected hides no other failure.
    let worst = statuses.iter().find(|status| status.is_hole()).or(statuses.first()).copied();
    let status = match worst {
        // Of what could not be listed nothing was asked; the inventory tells why.
        None if tally.wanted == 0 && !matches!(inventory, Status::Complete | Status::Partial) => {
            Status::Skipped
        }
        // Datapoints can be left out for what they cost where every value is known.
        None if missing == 0 && too_dear_ones.is_empty() => Status::Complete,
        Some(status) if status.is_hole() || too_dear_ones.is_empty() => status,
        _ if tally.known > 0 => Status::Partial,
        _ => Status::Skipped,
    };
    let mut failures: Vec<Failure> = tally
        .failures
        .iter()
        .map(|failure| match failure.class {
            FailureClass::CostLimit => too_dear(failure, budget),
            _ => failure.clone(),
        })
        .collect();
    if let Some(last) = failures.last_mut().filter(|_| tally.more_failures > 0) {
        last.message
            .push_str(&format!(" (and {} more values are missing for other reasons)", tally.more_failures));
    }
    PartCoverage { status, observed_at: tally.observed_at, failures }
}

/// What the cost limit left out, and what the whole would cost, now that it is known.
fn too_dear(failure: &Failure, budget: &Budget) -> Failure {
    let (spent, refused) = (budget.spent(), budget.refused());
    // What was refused did not fit, whatever was given back later. To the next cent, so that the hint is enough.
    let cents = (spent.max(budget.most()) + refused).div_ceil(UNITS_PER_CENT);
    let whole = format!("{}.{:02}", cents / 100, cents % 100);
    let mut failure = failure.clone();
    failure.message = format!(
        "{refused} of {} metric values were not asked, as --max-cost allows ${}; the whole would cost about ${whole}",
        spent + refused,
        Dollars::from_hundred_thousandths(budget.most()),
    );
    failure.with_hint(format!("allow it with --max-cost {whole}, or leave the values out with --no-metrics"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(wanted: u64, known: u64, classes: &[FailureClass]) -> MetricsTally {
        let failure = |class: &FailureClass| Failure::new(*class, "cloudwatch", "GetMetricData", "");
        let mut tally = MetricsTally::default();
        (tally.wanted, tally.known) = (wanted, known);
        tally.failures = classes.iter().map(failure).collect();
        tally
    }

    #[test]
    fn a_part_is_as_complete_as_the_worst_that_befell_it() {
        use FailureClass::{AccessDenied, CostLimit, ServiceError};
        let status = |wanted, known, classes: &[FailureClass], denial_expected| {
            let reading = Reading { denial_expected, regions_untold: false };
            part(&tally(wanted, known, classes), Status::Complete, reading, &Budget::new(10)).status
        };
        assert_eq!(status(0, 0, &[], false), Status::Complete);
        assert_eq!(status(5, 5, &[], false), Status::Complete);
        assert_eq!(status(5, 0, &[ServiceError], false), Status::Failed);
        assert_eq!(status(5, 4, &[ServiceError], false), Status::Partial);
        assert_eq!(status(5, 0, &[CostLimit], false), Status::Skipped);
        assert_eq!(status(5, 4, &[CostLimit], false), Status::Partial);
        assert_eq!(status(5, 0, &[AccessDenied], true), Status::ExpectedDenied);
        assert_eq!(status(5, 4, &[AccessDenied, ServiceError], true), Status::Partial);
        assert_eq!(status(5, 0, &[AccessDenied, CostLimit], true), Status::Skipped);
        // Every value is known, and datapoints were left out.
        assert_eq!(status(5, 5, &[CostLimit], false), Status::Partial);
        assert_eq!(status(5, 5, &[ServiceError], false), Status::Partial);
    }
}
