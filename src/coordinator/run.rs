//! Asking it all side by side: accounts, then every query of an account as soon as its Regions are known.
//! A failure or a panic in one query never touches another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};

use super::joining::Joining;
use super::outcome::{self, Outcome, Reading};
use super::plan::{Plan, PlanError, Selection};
use super::progress::Progress;
use crate::aws::{
    AccountRegions, Caller, Identity, Partition, RunContext, Session, StopReason, identify, list_regions,
};
use crate::collect::{PageSink, QueryContext, Tally};
use crate::model::{
    AccountScope, Coverage, Failure, FailureClass, Note, QueryCoverage, Resource, Scope, Stats, Status,
};

/// Collects everything planned from every session, sending pages of resources into `pages` as they come.
///
/// # Errors
/// Only when a Region pattern turns out to match no Region of any account.
///
/// # Cancellation
/// Stop it through `context.stop`: it then ends soon, with what is left undone in the coverage. Dropping the
/// future aborts what is under way and loses the coverage.
pub async fn run(
    sessions: Vec<Arc<Session>>,
    plan: Plan,
    deadline: Option<Duration>,
    context: Arc<RunContext>,
    progress: Arc<Progress>,
    pages: mpsc::Sender<Vec<Resource>>,
) -> Result<Outcome, PlanError> {
    let started = Instant::now();
    let timer = deadline.map(|deadline| {
        let stop = context.stop.clone();
        tokio::spawn(async move {
            tokio::time::sleep(deadline).await;
            stop.stop(StopReason::Deadline);
        })
    });
    if let Some(metrics) = &plan.metrics {
        progress.spend(&metrics.budget);
    }
    let mut run = Run {
        joining: Joining::new(plan.metrics.clone(), context.clone(), pages),
        plan,
        context,
        progress,
        queries: JoinSet::new(),
        started: HashMap::new(),
        asked: 0,
        order: sessions.iter().map(|session| session.name().to_owned()).collect(),
        accounts: Vec::new(),
        coverage: Vec::new(),
        ran: Vec::new(),
        notes: Vec::new(),
        duplicates: 0,
    };
    let outcome = run.all(sessions).await;
    let joined = run.joining.finish().await;
    if let Some(timer) = timer {
        timer.abort();
    }
    outcome?;
    let mut stats = Stats {
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        duplicates_dropped: run.duplicates,
        ..Stats::default()
    };
    run.context.meter.add_to(&mut stats);
    let mut coverage = run.coverage;
    for (mut query, reading) in run.ran {
        joined.complete(&mut query, reading);
        coverage.push(query);
    }
    joined.add_to(&mut stats);
    let mut accounts = run.accounts;
    accounts.sort();
    Ok(Outcome {
        scope: Scope { accounts, types: run.plan.types() },
        metrics_window: joined.window(),
        coverage: Coverage::new(coverage, [run.notes, joined.notes()].concat()),
        stats,
        metrics: joined.into_asked(),
    })
}

/// An account that told who it is and where it can be asked, or why not.
struct Resolved {
    session: Arc<Session>,
    identity: Result<Identity, Failure>,
    regions: AccountRegions,
}

async fn resolve(session: Arc<Session>, context: Arc<RunContext>) -> Resolved {
    let caller = Caller::new(session.clone(), session.first_region(), context);
    // Neither needs the other's answer.
    let (identity, regions) = tokio::join!(identify(&caller), list_regions(&caller));
    Resolved { session, identity, regions }
}

/// One account and Region, and where its pages go.
struct Place {
    session: Arc<Session>,
    account_id: Arc<str>,
    partition: Partition,
    region: Arc<str>,
    regions_untold: bool,
    pages: mpsc::Sender<Vec<Resource>>,
}

/// What is known of a query while it runs, kept outside its task so that a panic loses nothing.
struct Started {
    account_id: Arc<str>,
    region: Arc<str>,
    selection: Selection,
    reading: Reading,
    number: u64,
    caller: Caller,
    tally: Arc<Mutex<Tally>>,
}

struct Run {
    plan: Plan,
    context: Arc<RunContext>,
    progress: Arc<Progress>,
    joining: Joining,
    queries: JoinSet<Result<(), Failure>>,
    started: HashMap<Id, Started>,
    asked: u64,
    /// The sessions' names, in the order of the settings.
    order: Vec<String>,
    accounts: Vec<AccountScope>,
    /// Queries that were not asked.
    coverage: Vec<QueryCoverage>,
    /// Those that were, whose values may still be under way.
    ran: Vec<(QueryCoverage, Reading)>,
    notes: Vec<Note>,
    duplicates: u64,
}

impl Run {
    async fn all(&mut self, sessions: Vec<Arc<Session>>) -> Result<(), PlanError> {
        let mut resolving = JoinSet::new();
        let mut asked = HashMap::new();
        for session in sessions {
            let task = resolving.spawn(resolve(session.clone(), self.context.clone()));
            asked.insert(task.id(), session);
        }
        // Accounts wait until every Region pattern has matched in one of them, most often the first: a slip in a
        // pattern is refused before anything is listed, and an account that hangs holds back no other.
        let mut waiting = Vec::new();
        let mut matched = false;
        loop {
            tokio::select! {
                Some(resolved) = resolving.join_next_with_id() => {
                    match resolved {
                        Ok((_, account)) => waiting.push(account),
                        Err(error) => waiting.extend(asked.remove(&error.id()).map(|session| unresolved(session, &error))),
                    }
                    let told = waiting.iter().filter(|account| account.identity.is_ok());
                    matched = matched || self.plan.check_regions(told.map(|account| &account.regions)).is_ok();
                    if !matched && resolving.is_empty() {
                        self.check_regions(&waiting)?;
                        matched = true;
                    }
                    if matched {
                        waiting.drain(..).for_each(|account| self.start(account));
                    }
                }
                Some(ended) = self.queries.join_next_with_id() => self.end(ended),
                else => return Ok(()),
            }
        }
    }

    fn check_regions(&self, accounts: &[Resolved]) -> Result<(), PlanError> {
        // Whoever could not even be named may have any Region.
        let unknown = AccountRegions::default();
        self.plan.check_regions(accounts.iter().map(|account| match &account.identity {
            Ok(_) => &account.regions,
            Err(_) => &unknown,
        }))
    }

    /// Starts every query of an account.
    fn start(&mut self, account: Resolved) {
        let Resolved { session, identity, regions } = account;
        let identity = match identity {
            Ok(identity) => identity,
            Err(failure) => return self.cannot_start(&session, &failure),
        };
        let account_id = identity.account_id;
        if let Some(known) = self.accounts.iter_mut().find(|known| known.id.as_ref() == Some(&account_id)) {
            // Whichever told first is the one that is asked; it goes by the name that stands first in the settings.
            let place = |name: &str| self.order.iter().position(|known| known == name);
            let mut names = [known.name.clone(), session.name().to_owned()];
            names.sort_by_key(|name| place(name));
            let [first, second] = names;
            let message = format!("{second} is the same account as {first}, so it is collected once");
            known.name = first;
            self.notes.push(Note { account_id: Some(account_id), message, failure: None });
            return;
        }
        self.note_failures(&account_id, identity.failure, &regions);
        let wanted = |names: &std::collections::BTreeSet<String>| -> Vec<Arc<str>> {
            names
                .iter()
                .filter(|name| self.plan.wants_region(name))
                .map(|name| Arc::from(name.as_str()))
                .collect()
        };
        let scope = AccountScope {
            id: Some(account_id.clone()),
            name: session.name().to_owned(),
            regions: wanted(&regions.enabled),
            regions_not_enabled: wanted(&regions.not_enabled),
        };
        for region in &scope.regions_not_enabled {
            for selection in &self.plan.selections {
                let (account, region) = (Some(&account_id), Some(region));
                self.coverage.push(outcome::not_asked(account, region, selection, Status::NotEnabled, None));
            }
        }
        self.progress.plan((scope.regions.len() * self.plan.selections.len()) as u64);
        let place = |region: &Arc<str>| Place {
            session: session.clone(),
            account_id: account_id.clone(),
            partition: identity.partition,
            region: region.clone(),
            regions_untold: !regions.told,
            pages: self.joining.pages(&session, &account_id, region),
        };
        let places: Vec<Place> = scope.regions.iter().map(place).collect();
        // Type by type, so that the first requests go to as many Regions as there are.
        for selection in self.plan.selections.clone() {
            for place in &places {
                self.start_query(place, &selection);
            }
        }
        self.accounts.push(scope);
    }

    fn start_query(&mut self, place: &Place, selection: &Selection) {
        let Place { session, account_id, partition, region, regions_untold, pages } = place;
        let caller = Caller::new(session.clone(), region, self.context.clone());
        let tally = Arc::<Mutex<Tally>>::default();
        let sink = PageSink::new(pages.clone(), tally.clone());
        let number = self.asked;
        self.asked += 1;
        let what = format!("{} {region} {}", session.name(), selection.resource_type);
        let denial_expected = self.plan.expects_denial(account_id, region, &selection.resource_type);
        let started = Started {
            account_id: account_id.clone(),
            region: region.clone(),
            selection: selection.clone(),
            reading: Reading { denial_expected, regions_untold: *regions_untold },
            number,
            caller: caller.clone(),
            tally,
        };
        let cx = QueryContext {
            caller,
            account_id: account_id.clone(),
            partition: *partition,
            region: region.clone(),
            wanted: selection.wanted.iter().cloned().collect(),
        };
        let (collector, progress) = (selection.collector, self.progress.clone());
        let task = self.queries.spawn(async move {
            progress.start(number, what);
            collector.collect(&cx, &sink).await
        });
        self.started.insert(task.id(), started);
    }

    /// Records how a query ended, be it by a panic.
    fn end(&mut self, ended: Result<(Id, Result<(), Failure>), JoinError>) {
        let (id, result) = match ended {
            Ok(ended) => ended,
            Err(error) => (error.id(), Err(panicked("collect", &error))),
        };
        let Some(started) = self.started.remove(&id) else { return };
        let tally = std::mem::take(&mut *started.tally.lock().unwrap_or_else(PoisonError::into_inner));
        self.duplicates += tally.duplicates;
        let counts = started.caller.counts();
        let (account, region) = (&started.account_id, &started.region);
        let query = outcome::ran(account, region, &started.selection, tally, counts, result, started.reading);
        self.progress.end(started.number, query.resources, query.is_hole());
        tracing::info!(
            account = &**account,
            region = &**region,
            r#type = &*query.resource_type,
            resources = query.resources,
            "{}",
            query.status.as_str()
        );
        self.ran.push((query, started.reading));
    }

    /// An account that cannot even be named: each type is unknown in all of it.
    fn cannot_start(&mut self, session: &Session, failure: &Failure) {
        // Without an account id, only the name tells two such accounts apart.
        let message = format!("{}: {}", session.name(), failure.message);
        let failure = &Failure { message, ..failure.clone() };
        for selection in &self.plan.selections {
            self.coverage.push(outcome::not_asked(None, None, selection, Status::Failed, Some(failure)));
        }
        let planned = self.plan.selections.len() as u64;
        self.progress.plan(planned);
        for number in 0..planned {
            self.progress.end(u64::MAX - number, 0, true);
        }
        self.accounts.push(AccountScope {
            id: None,
            name: session.name().to_owned(),
            regions: Vec::new(),
            regions_not_enabled: Vec::new(),
        });
    }

    fn note_failures(&mut self, account_id: &Arc<str>, identity: Option<Failure>, regions: &AccountRegions) {
        let account_id = Some(account_id.clone());
        if let Some(failure) = identity {
            let message =
                "the account id is the one that the credentials' source names, as STS did not answer"
                    .to_owned();
            self.notes.push(Note { account_id: account_id.clone(), message, failure: Some(failure) });
        }
        if let Some((message, failure)) = regions.note.clone() {
            self.notes.push(Note { account_id, message, failure: Some(failure) });
        }
    }
}

fn unresolved(session: Arc<Session>, error: &JoinError) -> Resolved {
    Resolved { session, identity: Err(panicked("resolve", error)), regions: AccountRegions::default() }
}

/// A panic is a bug of ours; it costs the query that it happened in, and nothing else.
pub(super) fn panicked(operation: &str, error: &JoinError) -> Failure {
    Failure::new(FailureClass::Internal, "awsinv", operation, format!("a bug in awsinv: {error}"))
        .with_hint("please report it, with the command and `awsinv --version`")
}
