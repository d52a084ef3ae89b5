//! Page by page, with nothing lost and nothing twice.
//!
//! The SDK's paginators end with `Ok` when a token repeats, so a truncated list would look complete.
//! This loop fails on any token seen before, goes on through empty pages, and drops and counts the
//! resources that AWS lists again on a later page.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::QueryContext;
use crate::aws::Api;
use crate::model::{Failure, FailureClass, Resource, Timestamp};

/// One page of resources.
#[derive(Debug)]
pub struct Page {
    resources: Vec<Resource>,
    nameless: Option<&'static str>,
    next: Option<String>,
}

impl Page {
    /// An empty page with AWS's token for the next; none, or an empty one, ends the list.
    pub fn new(next: Option<String>) -> Self {
        Self { resources: Vec::new(), nameless: None, next: next.filter(|token| !token.is_empty()) }
    }

    /// Adds a resource. `None` = AWS sent one that cannot be told from others: the page's other
    /// resources are kept and the query is reported as malformed, in the words given.
    pub fn push(&mut self, resource: Option<Resource>, nameless: &'static str) {
        match resource {
            Some(resource) => self.resources.push(resource),
            None => self.nameless = Some(nameless),
        }
    }
}

/// Reads pages with `read` until AWS gives no token, sinking each as it comes.
///
/// # Errors
/// The failure of the page that could not be read; `malformed_response` when a token comes twice or a
/// resource has no identifier. Pages sunk before are kept.
pub async fn read_pages<R>(api: Api, cx: &QueryContext, sink: &PageSink, mut read: R) -> Result<(), Failure>
where
    R: AsyncFnMut(Option<String>) -> Result<Page, Failure>,
{
    let mut seen = HashSet::new();
    let mut token = None;
    let mut nameless = None;
    loop {
        let page = read(token.take()).await?;
        nameless = nameless.or(page.nameless);
        sink.push(cx, page.resources).await?;
        match page.next {
            None => break,
            Some(next) if !seen.insert(next.clone()) => return Err(api.repeated_token()),
            Some(next) => token = Some(next),
        }
    }
    match nameless {
        Some(what) => Err(api.malformed(format!("AWS listed {what}"))),
        None => Ok(()),
    }
}

/// What one query has read so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Pages read.
    pub pages: u64,
    /// Resources read, duplicates and unwanted types left out.
    pub resources: u64,
    /// Resources that a later page listed again.
    pub duplicates: u64,
    /// When the last page was read.
    pub observed_at: Option<Timestamp>,
    /// How the tags fared, where they are read apart.
    pub tags: Option<TagsTally>,
    ids: HashMap<Arc<str>, HashSet<String>>,
}

/// How the reading of tags fared, where the list call does not bring them along.
#[derive(Debug)]
pub struct TagsTally {
    /// What ended it early.
    pub failure: Option<Failure>,
    /// Whether anything was read before.
    pub read_some: bool,
    /// When it ended.
    pub observed_at: Timestamp,
}

/// Where a collector puts its pages. Bounded: a slow reader of the run holds its collectors back.
#[derive(Debug)]
pub struct PageSink {
    pages: mpsc::Sender<Vec<Resource>>,
    tally: Arc<Mutex<Tally>>,
}

impl PageSink {
    /// A sink into `pages` that counts into `tally`.
    pub fn new(pages: mpsc::Sender<Vec<Resource>>, tally: Arc<Mutex<Tally>>) -> Self {
        Self { pages, tally }
    }

    async fn push(&self, cx: &QueryContext, resources: Vec<Resource>) -> Result<(), Failure> {
        let fresh = self.tally(|tally| {
            tally.pages += 1;
            tally.observed_at = Some(Timestamp::now());
            let mut fresh = Vec::with_capacity(resources.len());
            for resource in resources {
                if !cx.wanted.contains(&resource.resource_type) {
                    continue;
                }
                let ids = tally.ids.entry(resource.resource_type.clone()).or_default();
                if ids.insert(resource.id.clone()) {
                    tally.resources += 1;
                    fresh.push(resource);
                } else {
                    tally.duplicates += 1;
                }
            }
            fresh
        });
        if fresh.is_empty() {
            return Ok(());
        }
        let closed = |_| Failure::new(FailureClass::Cancelled, "awsinv", "report", "nobody reads the results");
        self.pages.send(fresh).await.map_err(closed)
    }

    /// The tags were read to their end.
    pub(super) fn tags_read(&self) {
        self.set_tags(None, true);
    }

    /// The reading of tags ended early.
    pub(super) fn tags_failed(&self, failure: Failure, read_some: bool) {
        self.set_tags(Some(failure), read_some);
    }

    fn set_tags(&self, failure: Option<Failure>, read_some: bool) {
        let observed_at = Timestamp::now();
        self.tally(|tally| tally.tags = Some(TagsTally { failure, read_some, observed_at }));
    }

    /// A panic elsewhere cannot leave the tally half-changed in a way that matters: it only counts.
    fn tally<T>(&self, change: impl FnOnce(&mut Tally) -> T) -> T {
        change(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
