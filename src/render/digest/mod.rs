//! The coverage in a few lines: holes of one cause stand together, whatever number of queries they hit.

mod extent;
mod remarks;

use std::collections::{BTreeMap, BTreeSet};

use self::extent::Extent;
use super::Report;
use super::text::{count, escape, thousands, truncate};
use crate::model::{Coverage, Failure, PartCoverage, QueryCoverage, Status};

/// The most causes that are told in full; the JSON document has them all.
const MOST_HOLES: usize = 10;
/// Display columns of a message before it is cut: AWS's longest carry kilobytes of encoded policy.
const MESSAGE_WIDTH: usize = 240;

/// What the reader must know of a coverage. All texts are escaped.
#[derive(Clone, Debug)]
pub(super) struct Digest {
    /// Whether nothing is missing but what the settings expect.
    pub complete: bool,
    /// The verdict in a sentence.
    pub headline: String,
    /// What is missing, the widest cause first.
    pub holes: Vec<Hole>,
    /// How many causes are not told.
    pub more_holes: usize,
    /// What else must be known.
    pub notes: Vec<Remark>,
}

/// A sentence, and the remedy where there is one.
#[derive(Clone, Debug)]
pub(super) struct Remark {
    pub text: String,
    pub hint: Option<String>,
}

/// Queries that failed at the same call for the same reason.
#[derive(Clone, Debug)]
pub(super) struct Hole {
    /// The class of failure (`access_denied`).
    pub class: String,
    /// The call (`rds:DescribeDBInstances`).
    pub call: String,
    /// What is unknown by it, and where.
    pub place: String,
    /// What AWS said.
    pub message: String,
    /// Code, request id and attempts, as support asks for them.
    pub reference: String,
    /// The remedy.
    pub hint: Option<String>,
}

/// Types of which a query could not list all there is.
pub(super) fn incomplete_types(coverage: &Coverage) -> BTreeSet<&str> {
    let unknown = |query: &&QueryCoverage| {
        query.parts.inventory.is_hole() || query.parts.inventory.status == Status::ExpectedDenied
    };
    let queries = coverage.queries.iter().filter(unknown);
    queries
        .flat_map(|query| query.covers.iter().chain([&query.resource_type]))
        .map(|resource_type| &**resource_type)
        .collect()
}

/// How many queries were planned, and how many of them have a hole.
pub(super) fn planned_and_incomplete(coverage: &Coverage) -> (u64, u64) {
    let planned = coverage.queries.iter().filter(|query| is_planned(query)).count();
    let incomplete = coverage.queries.iter().filter(|query| query.is_hole()).count();
    (planned as u64, incomplete as u64)
}

/// How many queries could not list all there is. Those that only lack tags or metrics are not among them.
pub(super) fn unlisted(coverage: &Coverage) -> u64 {
    coverage.queries.iter().filter(|query| query.parts.inventory.is_hole()).count() as u64
}

fn is_planned(query: &QueryCoverage) -> bool {
    query.is_hole() || !matches!(query.status, Status::NotEnabled | Status::ExpectedDenied | Status::Skipped)
}

impl Digest {
    /// The digest of this report's coverage.
    pub(super) fn of(report: &Report<'_>) -> Self {
        let coverage = &report.inventory.coverage;
        let (planned, incomplete) = planned_and_incomplete(coverage);
        let complete = incomplete == 0;
        let headline = if planned == 0 {
            "Coverage: nothing was asked.".to_owned()
        } else if complete {
            let queries = coverage.queries.iter().filter(|query| is_planned(query));
            let extent = Extent::of(queries);
            format!(
                "Coverage: complete: {} over {}, {}.",
                count(planned, "query", "queries"),
                count(extent.accounts.len() as u64, "account", "accounts"),
                count(extent.regions.len() as u64, "Region", "Regions"),
            )
        } else {
            format!(
                "Coverage: INCOMPLETE: {} of {} were not answered in full. What is missing there is unknown.",
                thousands(incomplete),
                count(planned, "query", "queries"),
            )
        };
        let mut holes = holes(report);
        let more_holes = holes.len().saturating_sub(MOST_HOLES);
        holes.truncate(MOST_HOLES);
        Self { complete, headline, holes, more_holes, notes: remarks::remarks(report) }
    }
}

/// The plural that a type's collector gives it, or its name.
pub(super) fn title_of<'a>(report: &Report<'a>, resource_type: &'a str) -> &'a str {
    report
        .tables
        .iter()
        .find(|table| table.resource_type == resource_type)
        .map_or(resource_type, |table| table.title)
}

/// What makes two failures one hole. Hints differ where remedies do (one login for each profile).
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Cause<'a> {
    part: &'static str,
    class: &'a str,
    service: &'a str,
    operation: &'a str,
    hint: Option<&'a str>,
}

struct Effect<'a> {
    extent: Extent<'a>,
    /// Queries by how much of the part was read.
    statuses: BTreeMap<Status, u64>,
    failure: Option<&'a Failure>,
    messages: BTreeSet<&'a str>,
}

fn holes(report: &Report<'_>) -> Vec<Hole> {
    let mut effects: BTreeMap<Cause<'_>, Effect<'_>> = BTreeMap::new();
    for query in &report.inventory.coverage.queries {
        // Tags that come with the list fare as it does: its failure is told once, under inventory.
        let follows = |part: &PartCoverage| part.failures.is_empty() && query.parts.inventory.is_hole();
        for (part, coverage) in query.parts.named().into_iter().filter(|(_, part)| part.is_hole()) {
            if part != "inventory" && follows(coverage) {
                continue;
            }
            for (cause, failure) in causes(part, coverage) {
                let effect = effects.entry(cause).or_insert_with(|| Effect {
                    extent: Extent::default(),
                    statuses: BTreeMap::new(),
                    failure,
                    messages: BTreeSet::new(),
                });
                effect.extent.add(query);
                *effect.statuses.entry(coverage.status).or_default() += 1;
                effect.messages.extend(failure.map(|failure| failure.message.as_str()));
            }
        }
    }
    let mut effects: Vec<_> = effects.into_iter().collect();
    // The sort is stable, so equally wide causes stay in their own order.
    effects.sort_by_key(|(_, effect)| std::cmp::Reverse(effect.extent.queries));
    effects.into_iter().map(|(cause, effect)| hole(report, &cause, &effect)).collect()
}

/// The causes of a part's hole. Several failures of one cause in one part count once.
fn causes<'a>(part: &'static str, coverage: &'a PartCoverage) -> BTreeMap<Cause<'a>, Option<&'a Failure>> {
    if coverage.failures.is_empty() {
        let unexplained =
            Cause { part, class: coverage.status.as_str(), service: "", operation: "", hint: None };
        return BTreeMap::from([(unexplained, None)]);
    }
    let failures = coverage.failures.iter().rev();
    failures
        .map(|failure| {
            let cause = Cause {
                part,
                class: failure.class.as_str(),
                service: &failure.service,
                operation: &failure.operation,
                hint: failure.hint.as_deref(),
            };
            (cause, Some(failure))
        })
        .collect()
}

fn hole(report: &Report<'_>, cause: &Cause<'_>, effect: &Effect<'_>) -> Hole {
    let call = match (cause.service, cause.operation) {
        ("", operation) => escape(operation).into_owned(),
        (service, "") => escape(service).into_owned(),
        (service, operation) => escape(&format!("{service}:{operation}")).into_owned(),
    };
    let mut place = effect.extent.place(report);
    if cause.part != "inventory" {
        place = format!("{} of {place}", cause.part);
    }
    let read = |status: &Status| match status {
        Status::Partial => "partly read",
        Status::Skipped => "not asked",
        _ => "not read",
    };
    let queries = count(effect.extent.queries, "query", "queries");
    let statuses = match effect.statuses.len() {
        1 => effect.statuses.keys().map(read).collect(),
        _ => effect
            .statuses
            .iter()
            .map(|(status, n)| format!("{} {}", thousands(*n), read(status)))
            .collect::<Vec<_>>()
            .join(", "),
    };
    place = format!("{place} ({queries}, {statuses})");
    let mut message = effect.failure.map(|failure| shortened(&failure.message)).unwrap_or_default();
    match effect.messages.len() {
        0 | 1 => {}
        many => {
            message.push_str(&format!(" (and {} like it)", count(many as u64 - 1, "message", "messages")))
        }
    }
    Hole {
        class: cause.class.to_owned(),
        call,
        place,
        message,
        reference: effect.failure.map(reference).unwrap_or_default(),
        hint: cause.hint.map(|hint| escape(hint).into_owned()),
    }
}

/// The message on one line, without the encoded policy that only `sts:DecodeAuthorizationMessage` reads.
fn shortened(message: &str) -> String {
    let message = message.split("Encoded authorization failure message:").next().unwrap_or(message);
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    truncate(&escape(&message), MESSAGE_WIDTH).into_owned()
}

fn reference(failure: &Failure) -> String {
    let mut parts = Vec::with_capacity(3);
    parts.extend(failure.code.as_deref().map(|code| escape(code).into_owned()));
    parts.extend(failure.request_id.as_deref().map(|id| format!("request id {}", escape(id))));
    if failure.attempts > 0 {
        parts.push(count(failure.attempts.into(), "attempt", "attempts"));
    }
    parts.join(", ")
}
