//! Holds the pages of one account and Region until their values are there. The metrics of a page are asked while the
//! next is being listed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use super::asker::Asker;
use super::batch::{Batch, Wanted};
use super::catalogue::{Asked, Catalogue, MOST_STATISTICS_REQUESTS, Metric};
use super::fetch::{all, fetch, fetch_statistics};
use super::recipe::Answer;
use super::row::Row;
use super::{Budget, GET_METRIC_DATA, MetricsTally, Room};
use crate::aws::Caller;
use crate::model::{Failure, FailureClass, Resource};

/// How long a batch waits to be filled. A list page of EC2 comes every few hundred milliseconds.
const FLUSH_AFTER: Duration = Duration::from_millis(200);

/// How long lists wait for a CloudWatch that answers nothing, where memory is bounded and full.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many metrics go to one task that asks GetMetricStatistics, which takes one a request.
const STATISTICS_AT_ONCE: usize = 200;

/// Pages between the lists and here.
const PAGES_BETWEEN: usize = 4;

/// What came of the values, by resource type.
pub type Tallies = Arc<Mutex<BTreeMap<Arc<str>, MetricsTally>>>;

/// Whether CloudWatch is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Yes.
    Ask,
    /// What would be asked is only counted.
    Count,
}

/// Joins values to the pages of one account and Region.
#[derive(Debug)]
pub struct Joiner {
    asker: Arc<Asker>,
    catalogue: Arc<Catalogue>,
    mode: Mode,
    out: mpsc::Sender<Vec<Resource>>,
    tallies: Tallies,
    held: HashMap<u64, Held>,
    held_resources: usize,
    /// Room for the resources that all joiners of the run hold.
    room: Room,
    next_page: u64,
    filling: Batch,
    /// Since something has been waiting in the batch.
    since: Option<Instant>,
    /// Since neither a page nor an answer has come.
    quiet_since: Instant,
    statistics: Vec<Wanted>,
    statistics_requests: usize,
    fetching: JoinSet<Vec<Vec<Answer>>>,
    fetched: HashMap<Id, Arc<Vec<Wanted>>>,
    /// GetMetricData requests sent, or that would be.
    requests: u64,
}

/// A page that waits for values.
#[derive(Debug)]
struct Held {
    resources: Vec<Resource>,
    rows: Vec<Row>,
    /// Metrics that are not answered yet.
    outstanding: usize,
    _room: Option<OwnedSemaphorePermit>,
}

impl Joiner {
    /// A joiner that passes pages on to `out`, each once its values are there or known to be missing.
    pub fn new(
        caller: Caller,
        catalogue: Arc<Catalogue>,
        budget: Arc<Budget>,
        mode: Mode,
        out: mpsc::Sender<Vec<Resource>>,
        tallies: Tallies,
        room: Room,
    ) -> Self {
        let asker = Arc::new(Asker::new(caller, catalogue.window(), budget));
        Self {
            asker,
            catalogue,
            mode,
            out,
            tallies,
            held: HashMap::new(),
            held_resources: 0,
            room,
            next_page: 0,
            filling: Batch::default(),
            since: None,
            quiet_since: Instant::now(),
            statistics: Vec::new(),
            statistics_requests: 0,
            fetching: JoinSet::new(),
            fetched: HashMap::new(),
            requests: 0,
        }
    }

    /// Where the lists of the account and Region put their pages, and the other end of it.
    pub fn channel() -> (mpsc::Sender<Vec<Resource>>, mpsc::Receiver<Vec<Resource>>) {
        mpsc::channel(PAGES_BETWEEN)
    }

    /// Takes pages until the lists have ended, and passes them on. Returns how many GetMetricData requests it took.
    ///
    /// # Cancellation
    /// A stopped run fails what is still asked, and every page still goes out. Dropping the future loses the pages
    /// that it holds.
    pub async fn run(mut self, mut pages: mpsc::Receiver<Vec<Resource>>) -> u64 {
        let mut open = true;
        let mut waiting: Option<Vec<Resource>> = None;
        loop {
            let flush_at = self.since.map(|since| since + FLUSH_AFTER);
            let size = waiting.as_ref().map_or(0, Vec::len);
            let is_stuck = self.room.is_bounded()
                && !self.fetching.is_empty()
                && (waiting.is_some() || !self.room.has(self.held_resources));
            tokio::select! {
                Some(ended) = self.fetching.join_next_with_id() => self.answered(ended).await,
                page = pages.recv(), if open && waiting.is_none() && self.room.has(self.held_resources) => match page {
                    Some(page) if self.mode == Mode::Count => self.count_page(page).await,
                    Some(page) => waiting = Some(page),
                    None => {
                        open = false;
                        self.flush();
                    }
                },
                // What the others hold goes out without any help of this one, so room comes.
                place = self.room.clone().take(size), if waiting.is_some() => {
                    if let Some(page) = waiting.take() {
                        self.take(page, place).await;
                    }
                }
                () = tokio::time::sleep_until(flush_at.unwrap_or_else(Instant::now)), if flush_at.is_some() => self.flush(),
                // The lists wait for room, and room for CloudWatch: the inventory comes first.
                () = tokio::time::sleep_until(self.quiet_since + PATIENCE), if is_stuck => self.give_up(),
                else => return self.requests,
            }
        }
    }

    /// Asks no more, and waits for nothing that was asked.
    fn give_up(&mut self) {
        let message = format!(
            "no answer for {PATIENCE:?}, and no more resources may wait for their values in bounded memory"
        );
        let (service, operation) = (GET_METRIC_DATA.service, GET_METRIC_DATA.operation);
        let mut failure = Failure::new(FailureClass::Timeout, service, operation, message);
        failure.attempts = 1;
        self.asker.give_up(Arc::new(failure.with_hint("write json instead of ndjson to let them wait")));
        self.fetching.abort_all();
    }

    /// Takes a page, and asks for its values.
    async fn take(&mut self, resources: Vec<Resource>, room: Option<OwnedSemaphorePermit>) {
        self.quiet_since = Instant::now();
        let page = self.next_page;
        self.next_page += 1;
        let mut rows = vec![Row::default(); resources.len()];
        let wanted = self.wanted(&resources, page);
        for wanted in &wanted {
            rows[wanted.row].asked = true;
        }
        self.held_resources += resources.len();
        self.held.insert(page, Held { resources, rows, outstanding: wanted.len(), _room: room });
        for wanted in wanted {
            self.want(wanted);
        }
        self.release(page).await;
    }

    /// Counts what would be asked of a page, and passes it on. Its values stay unknown.
    async fn count_page(&mut self, resources: Vec<Resource>) {
        let wanted = self.wanted(&resources, self.next_page);
        let rows = vec![Row::default(); resources.len()];
        self.held_resources += resources.len();
        self.held.insert(self.next_page, Held { resources, rows, outstanding: 0, _room: None });
        for wanted in wanted {
            self.want(wanted);
        }
        // A batch that waits holds no page, so it waits until it is full.
        self.since = None;
        self.release(self.next_page).await;
        self.next_page += 1;
    }

    /// The metrics that are asked of a page.
    fn wanted(&self, resources: &[Resource], page: u64) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for (row, resource) in resources.iter().enumerate() {
            let Asked::Metrics(metrics) = self.catalogue.of(resource) else { continue };
            let resource_id: Arc<str> = Arc::from(resource.id.as_str());
            let of = |metric: &Arc<Metric>| Wanted {
                metric: metric.clone(),
                resource_id: resource_id.clone(),
                page,
                row,
            };
            wanted.extend(metrics.into_iter().map(of));
        }
        wanted
    }

    fn want(&mut self, wanted: Wanted) {
        let requests = wanted.metric.cheaper.as_ref().map(Vec::len);
        let by_statistics = requests.filter(|requests| {
            self.statistics_requests + requests <= MOST_STATISTICS_REQUESTS && !self.asker.statistics_denied()
        });
        let cost = by_statistics.map_or(wanted.metric.cost(), |requests| requests as u64);
        self.count(&wanted, cost, by_statistics.unwrap_or(0));
        match by_statistics {
            Some(requests) => {
                self.statistics_requests += requests;
                self.statistics.push(wanted);
                if self.statistics.len() >= STATISTICS_AT_ONCE {
                    self.send_statistics();
                }
            }
            None => {
                if let Some(full) = self.filling.add(wanted) {
                    self.send(full);
                }
            }
        }
        // What is only counted waits for no clock, so that lists which come slowly count the same.
        let waits = self.mode == Mode::Ask && !(self.filling.is_empty() && self.statistics.is_empty());
        self.since = waits.then(|| self.since.unwrap_or_else(Instant::now));
    }

    fn count(&self, wanted: &Wanted, cost: u64, statistics_requests: usize) {
        let Some(resource) = self.held.get(&wanted.page).and_then(|held| held.resources.get(wanted.row))
        else {
            return;
        };
        self.tally(&resource.resource_type, |tally| {
            tally.wanted += wanted.metric.recipe.knowable() as u64;
            tally.cost += cost;
            tally.statistics_requests += statistics_requests as u64;
        });
    }

    /// Sends what waits.
    fn flush(&mut self) {
        if let Some(batch) = self.filling.take() {
            self.send(batch);
        }
        self.send_statistics();
        self.since = None;
    }

    fn send(&mut self, batch: Vec<Wanted>) {
        self.requests += u64::from(batch.iter().any(|wanted| wanted.metric.cost() > 0));
        let asker = self.asker.clone();
        self.spawn(batch, move |asked| async move { fetch(&asker, &asked).await });
    }

    fn send_statistics(&mut self) {
        let batch = std::mem::take(&mut self.statistics);
        let asker = self.asker.clone();
        self.spawn(batch, move |asked| async move { fetch_statistics(&asker, &asked).await });
    }

    fn spawn<F>(&mut self, batch: Vec<Wanted>, fetch: impl FnOnce(Arc<Vec<Wanted>>) -> F)
    where
        F: Future<Output = Vec<Vec<Answer>>> + Send + 'static,
    {
        if batch.is_empty() || self.mode == Mode::Count {
            return;
        }
        let batch = Arc::new(batch);
        let task = self.fetching.spawn(fetch(batch.clone()));
        self.fetched.insert(task.id(), batch);
    }

    /// Writes the answers into the pages that wait for them, and passes on those that wait no longer.
    async fn answered(&mut self, ended: Result<(Id, Vec<Vec<Answer>>), JoinError>) {
        self.quiet_since = Instant::now();
        let (id, answers) = match ended {
            Ok((id, answers)) => (id, Ok(answers)),
            Err(error) => match self.asker.given_up().filter(|_| error.is_cancelled()) {
                Some(given_up) => (error.id(), Err(given_up.clone())),
                None => {
                    tracing::error!(%error, "a bug in awsinv: fetching metrics");
                    (error.id(), Err(Arc::new(panicked())))
                }
            },
        };
        let Some(batch) = self.fetched.remove(&id) else { return };
        let answers =
            answers.unwrap_or_else(|failure| batch.iter().map(|wanted| all(wanted, &failure)).collect());
        let mut pages = Vec::new();
        for (wanted, answers) in batch.iter().zip(answers) {
            self.write(wanted, &answers);
            if pages.last() != Some(&wanted.page) {
                pages.push(wanted.page);
            }
        }
        for page in pages {
            self.release(page).await;
        }
    }

    fn write(&mut self, wanted: &Wanted, answers: &[Answer]) {
        let Some(held) = self.held.get_mut(&wanted.page) else { return };
        held.outstanding -= 1;
        let Held { resources, rows, .. } = held;
        let (resource, row) = (&mut resources[wanted.row], &mut rows[wanted.row]);
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tally_of(&mut tallies, &resource.resource_type);
        row.write(&wanted.metric, answers, resource, tally);
    }

    /// Passes a page on that waits for nothing more.
    async fn release(&mut self, page: u64) {
        if self.held.get(&page).is_none_or(|held| held.outstanding > 0) {
            return;
        }
        let Some(Held { mut resources, rows, .. }) = self.held.remove(&page) else { return };
        self.held_resources -= resources.len();
        for (resource, row) in resources.iter_mut().zip(rows) {
            self.conclude(resource, row);
            if self.catalogue.series() {
                // The key is there on every resource or on none.
                resource.series.get_or_insert_default();
            }
        }
        // Nobody reads the results any more: there is nothing to do about it here, and the lists notice too.
        let _ = self.out.send(resources).await;
    }

    /// Says how the values of a resource fared.
    fn conclude(&self, resource: &mut Resource, row: Row) {
        if !row.asked {
            match self.catalogue.of(resource) {
                Asked::Silent => {
                    resource.mark_known("metrics");
                    self.tally(&resource.resource_type, |tally| tally.silent += 1);
                }
                // None of the type's metrics is one that this resource emits.
                Asked::Metrics(metrics) if metrics.is_empty() => row.conclude(resource),
                Asked::Metrics(_) | Asked::NoMetrics => {}
            }
            return;
        }
        row.conclude(resource);
    }

    fn tally(&self, resource_type: &Arc<str>, change: impl FnOnce(&mut MetricsTally)) {
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        change(tally_of(&mut tallies, resource_type));
    }
}

fn tally_of<'a>(
    tallies: &'a mut BTreeMap<Arc<str>, MetricsTally>,
    resource_type: &Arc<str>,
) -> &'a mut MetricsTally {
    tallies.entry(resource_type.clone()).or_default()
}

fn panicked() -> Failure {
    let (service, operation) = (GET_METRIC_DATA.service, GET_METRIC_DATA.operation);
    Failure::new(FailureClass::Internal, service, operation, "a bug in awsinv, see its log")
        .with_hint("please report it, with the command and `awsinv --version`")
}
