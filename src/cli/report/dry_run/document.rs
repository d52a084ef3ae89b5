//! The plan as a document: counts, sums, and how sure they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Counts;
use crate::cli::Exit;
use crate::config::{Dollars, Settings};
use crate::coordinator::{AskedMetrics, Outcome};
use crate::model::{
    Certainty, Counted, Coverage, DryRun, Generator, PlannedPlace, PlannedTotals, PlannedType, QueryCoverage,
    SCHEMA_VERSION, Status, Timestamp,
};
use crate::render::thousands;

/// The plan that this outcome comes to.
pub(super) fn of(outcome: Outcome, counts: &Counts, settings: &Settings, started_at: Timestamp) -> DryRun {
    let places = places(&outcome, counts);
    let max_cost = settings.collect.max_cost;
    let totals = totals(&outcome, &places, max_cost);
    let report_exit_code = if outcome.coverage.nothing_collected() {
        Exit::Nothing
    } else if (totals.left_out > 0 || !outcome.coverage.complete) && !settings.output.allow_partial {
        Exit::Incomplete
    } else {
        Exit::Complete
    }
    .code();
    let certainty = certainty(&outcome, &totals, max_cost, report_exit_code);
    DryRun {
        schema_version: SCHEMA_VERSION,
        generator: Generator::current(),
        started_at,
        finished_at: Timestamp::now(),
        scope: outcome.scope,
        metrics_window: outcome.metrics_window,
        max_cost_usd: usd(max_cost.hundred_thousandths()),
        places,
        totals,
        certainty,
        report_exit_code,
        coverage: outcome.coverage,
    }
}

/// Metrics and GetMetricStatistics requests cost the same: a unit of [`Dollars`] each.
fn usd(units: u64) -> f64 {
    units as f64 / Dollars::UNITS as f64
}

fn units(place: &PlannedPlace) -> u64 {
    place.types.iter().map(|of_type| of_type.metrics_requested + of_type.get_metric_statistics_requests).sum()
}

/// Whether all that the query was to list is known; what is missing would be asked too.
fn is_listed(query: &QueryCoverage) -> bool {
    query.parts.inventory.status == Status::Complete
}

fn was_asked(query: &&QueryCoverage) -> bool {
    query.status != Status::NotEnabled
}

fn places(outcome: &Outcome, counts: &Counts) -> Vec<PlannedPlace> {
    type Place<'a> = (&'a Arc<str>, &'a Arc<str>);
    let mut statuses: BTreeMap<Place<'_>, BTreeMap<&Arc<str>, Status>> = BTreeMap::new();
    for query in outcome.coverage.queries.iter().filter(was_asked) {
        let (Some(account), Some(region)) = (&query.account_id, &query.region) else { continue };
        let types = statuses.entry((account, region)).or_default();
        types.extend(query.covers.iter().map(|covered| (covered, query.parts.inventory.status)));
    }
    let asked: BTreeMap<Place<'_>, &AskedMetrics> =
        outcome.metrics.iter().map(|asked| ((&asked.account_id, &asked.region), asked)).collect();
    let mut places = Vec::new();
    for ((account_id, region), statuses) in statuses {
        let counted = counts.get(&(account_id.clone(), region.clone()));
        let asked = asked.get(&(account_id, region));
        let tallies = asked.iter().flat_map(|asked| &asked.types);
        let tallies: BTreeMap<_, _> = tallies.map(|(name, tally)| (name, tally)).collect();
        let mut types = Vec::new();
        for (resource_type, status) in statuses {
            let resources = counted.and_then(|types| types.get(resource_type)).copied().unwrap_or_default();
            if resources == 0 && status == Status::Complete {
                continue;
            }
            let tally = tallies.get(resource_type);
            let cost = tally.map_or(0, |tally| tally.cost);
            let statistics_requests = tally.map_or(0, |tally| tally.statistics_requests);
            types.push(PlannedType {
                resource_type: resource_type.clone(),
                status,
                resources,
                silent_resources: tally.map_or(0, |tally| tally.silent),
                values: tally.map_or(0, |tally| tally.wanted),
                metrics_requested: cost - statistics_requests.min(cost),
                get_metric_statistics_requests: statistics_requests,
                estimated_cost_usd: usd(cost),
            });
        }
        if types.is_empty() {
            continue;
        }
        let account = outcome.scope.accounts.iter().find(|account| account.id.as_ref() == Some(account_id));
        let mut place = PlannedPlace {
            account_id: account_id.clone(),
            account_name: account.map_or_else(String::new, |account| account.name.clone()),
            region: region.clone(),
            get_metric_data_requests: asked.map_or(0, |asked| asked.requests),
            estimated_cost_usd: 0.0,
            types,
        };
        place.estimated_cost_usd = usd(units(&place));
        places.push(place);
    }
    places
}

fn totals(outcome: &Outcome, places: &[PlannedPlace], max_cost: Dollars) -> PlannedTotals {
    let accounts = &outcome.scope.accounts;
    let regions: BTreeSet<_> = accounts.iter().flat_map(|account| &account.regions).collect();
    let all = |of: fn(&PlannedType) -> u64| places.iter().flat_map(|place| &place.types).map(of).sum();
    let cost: u64 = places.iter().map(units).sum();
    PlannedTotals {
        accounts: accounts.len() as u64,
        regions: regions.len() as u64,
        queries: outcome.coverage.queries.iter().filter(was_asked).count() as u64,
        resources: all(|of_type| of_type.resources),
        values: all(|of_type| of_type.values),
        get_metric_data_requests: places.iter().map(|place| place.get_metric_data_requests).sum(),
        metrics_requested: all(|of_type| of_type.metrics_requested),
        get_metric_statistics_requests: all(|of_type| of_type.get_metric_statistics_requests),
        estimated_cost_usd: usd(cost),
        left_out: cost.saturating_sub(max_cost.hundred_thousandths()),
    }
}

fn certainty(outcome: &Outcome, totals: &PlannedTotals, max_cost: Dollars, exit_code: u8) -> Certainty {
    let Coverage { queries, .. } = &outcome.coverage;
    let incomplete = queries.iter().filter(was_asked).filter(|query| !is_listed(query)).count() as u64;
    let counts = if incomplete == 0 { Counted::Exact } else { Counted::AtLeast };
    let mut notes = Vec::new();
    if outcome.metrics_window.is_none() {
        notes.push("Nothing billable is planned: with --no-metrics, CloudWatch is not asked.".to_owned());
    } else if totals.left_out > 0 {
        let cost = totals.metrics_requested + totals.get_metric_statistics_requests;
        // To the next cent, as people write it; what is sent again then has a little room.
        let cent = Dollars::UNITS / 100;
        let whole = Dollars::from_hundred_thousandths(cost.next_multiple_of(cent));
        notes.push(format!(
            "That is above --max-cost {max_cost}: a report would leave out at least {} of the {}, and exit with \
             {exit_code}. --max-cost {whole} allows all that is counted here.",
            thousands(totals.left_out),
            thousands(cost),
        ));
    } else {
        notes.push(format!("That is within --max-cost {max_cost}."));
    }
    notes.push(match incomplete {
        0 => "The counts are exact: they come from the lists just made.".to_owned(),
        _ => format!(
            "The counts are at least what would be asked: {} of {} queries could not list all there is, and what \
             they miss is not counted. The coverage says which, and why.",
            thousands(incomplete),
            thousands(totals.queries)
        ),
    });
    if outcome.metrics_window.is_some() {
        notes.extend(notes_on_cost(outcome, totals));
    }
    Certainty { counts, incomplete_queries: incomplete, notes }
}

fn notes_on_cost(outcome: &Outcome, totals: &PlannedTotals) -> Vec<String> {
    let mut notes = vec![
        "The dollars are an upper bound for what is counted: AWS charges up to five statistics of one metric in one \
         request as one, and here each counts. What is sent again, after a timeout or an answer in part, may be \
         charged again, within --max-cost."
            .to_owned(),
        "Lists that come slowly make more GetMetricData requests, each with fewer metrics, for the same dollars."
            .to_owned(),
    ];
    if totals.get_metric_statistics_requests > 0 {
        notes.push(
            "GetMetricStatistics answers several statistics of one metric for the price of one, so it is asked where \
             that is clearly cheaper, for at most 400 requests in an account and Region; GetMetricData is asked for \
             the rest."
                .to_owned(),
        );
    }
    let limited = outcome.metrics.iter().filter(|asked| asked.is_statistics_limited()).count();
    if limited > 0 {
        notes.push(format!(
            "In {limited} of the accounts and Regions these are used up. Which metrics they are for depends on the \
             order in which the lists come, so the dollars there may be a little more."
        ));
    }
    notes
}
