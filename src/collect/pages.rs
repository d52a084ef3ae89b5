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

/// A list that goes on this long with nothing new has no end. AWS documents that a page may be empty, never how
/// many may follow each other, so the bound is far beyond what was ever seen.
pub(super) const MOST_PAGES_IN_VAIN: usize = 1000;

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

    /// Adds a resource. `None`, or one with an empty id = AWS sent one that cannot be told from others: the
    /// page's other resources are kept and the query is reported as malformed, in the words given.
    pub fn push(&mut self, resource: Option<Resource>, nameless: &'static str) {
        match resource.filter(|resource| !resource.id.is_empty()) {
            Some(resource) => self.resources.push(resource),
            None => self.nameless = Some(nameless),
        }
    }
}

/// The pages of one list call, followed to their end:
///
/// ```text
/// let mut pages = Pages::new(API, cx, sink);
/// while pages.more() {
///     …ask with pages.token()…
///     pages.sink(page).await?;
/// }
/// pages.finish()
/// ```
#[derive(Debug)]
pub struct Pages<'a> {
    api: Api,
    cx: &'a QueryContext,
    sink: &'a PageSink,
    token: Option<String>,
    seen: HashSet<String>,
    in_vain: usize,
    more: bool,
    nameless: Option<&'static str>,
}

impl<'a> Pages<'a> {
    /// Before the first page.
    pub fn new(api: Api, cx: &'a QueryContext, sink: &'a PageSink) -> Self {
        Self { api, cx, sink, token: None, seen: HashSet::new(), in_vain: 0, more: true, nameless: None }
    }

    /// Whether there is another page to ask for.
    pub const fn more(&self) -> bool {
        self.more
    }

    /// AWS's token for the next page; none for the first.
    pub fn token(&self) -> Option<String> {
        self.token.clone()
    }

    /// Passes a page on and remembers the token of the next. An empty page is not the end; a missing token is.
    ///
    /// # Errors
    /// `malformed_response` when a token comes twice, or pages go on and on with nothing new: following them would
    /// never end, and stopping there would make a truncated list look complete. The page itself is kept.
    pub async fn sink(&mut self, page: Page) -> Result<(), Failure> {
        self.nameless = self.nameless.or(page.nameless);
        let fresh = self.sink.push(self.cx, page.resources).await?;
        self.in_vain = if fresh { 0 } else { self.in_vain + 1 };
        self.more = page.next.is_some();
        if let Some(next) = &page.next
            && !self.seen.insert(next.clone())
        {
            return Err(self.api.repeated_token());
        }
        if self.more && self.in_vain >= MOST_PAGES_IN_VAIN {
            return Err(self.api.endless(self.in_vain));
        }
        self.token = page.next;
        Ok(())
    }

    /// The end of the list.
    ///
    /// # Errors
    /// `malformed_response` where AWS listed something without an identifier.
    pub fn finish(self) -> Result<(), Failure> {
        match self.nameless {
            Some(what) => Err(self.api.malformed(format!("AWS listed {what}"))),
            None => Ok(()),
        }
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

    /// Whether anything in the page was new, be it of a type that is not wanted.
    async fn push(&self, cx: &QueryContext, resources: Vec<Resource>) -> Result<bool, Failure> {
        let (fresh, any_new) = self.tally(|tally| {
            tally.pages += 1;
            tally.observed_at = Some(Timestamp::now());
            let mut fresh = Vec::with_capacity(resources.len());
            let mut any_new = false;
            for resource in resources {
                // Of the unwanted too: a list that repeats them for ever has no end either.
                let ids = tally.ids.entry(resource.resource_type.clone()).or_default();
                let is_new = ids.insert(resource.id.clone());
                any_new |= is_new;
                match (cx.wanted.contains(&resource.resource_type), is_new) {
                    (true, true) => {
                        tally.resources += 1;
                        fresh.push(resource);
                    }
                    (true, false) => tally.duplicates += 1,
                    (false, _) => {}
                }
            }
            (fresh, any_new)
        });
        if fresh.is_empty() {
            return Ok(any_new);
        }
        let closed =
            |_| Failure::new(FailureClass::Cancelled, "awsinv", "report", "nobody reads the results");
        self.pages.send(fresh).await.map_err(closed)?;
        Ok(true)
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
