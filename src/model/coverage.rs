//! What was asked, and how completely it was answered.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Failure, Timestamp};

/// How completely a query, or one part of it, was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All of it was read.
    Complete,
    /// Some of it was read before a failure; what was read is kept.
    Partial,
    /// None of it was read.
    Failed,
    /// It was not asked.
    Skipped,
    /// The Region is not enabled in the account. Resources may still exist there.
    NotEnabled,
    /// Denied, as the settings (`expect_denied`) say it would be.
    ExpectedDenied,
}

impl Status {
    /// The word in the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::NotEnabled => "not_enabled",
            Self::ExpectedDenied => "expected_denied",
        }
    }

    /// Whether this leaves a hole that the exit code must tell of.
    /// `Skipped` alone does not: whoever skips for a reason that counts records a failure beside it.
    pub const fn is_hole(self) -> bool {
        matches!(self, Self::Partial | Self::Failed)
    }
}

/// One part of a query: its inventory, its tags or its metrics. They fail apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartCoverage {
    /// How completely this part was answered.
    pub status: Status,
    /// When its last answer was read; `null` where nothing was.
    pub observed_at: Option<Timestamp>,
    /// What failed in it.
    pub failures: Vec<Failure>,
}

impl PartCoverage {
    /// A part that has not been asked.
    pub const fn skipped() -> Self {
        Self { status: Status::Skipped, observed_at: None, failures: Vec::new() }
    }

    /// Whether this part leaves a hole: it failed, or it was left out for a reason that is recorded.
    pub fn is_hole(&self) -> bool {
        self.status.is_hole() || (self.status == Status::Skipped && !self.failures.is_empty())
    }
}

/// The parts of one query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// The list of resources.
    pub inventory: PartCoverage,
    /// Their tags. `complete` where the list call brings them along.
    pub tags: PartCoverage,
    /// Their CloudWatch values.
    pub metrics: PartCoverage,
}

impl Parts {
    /// The three parts with their names, inventory first.
    pub fn named(&self) -> [(&'static str, &PartCoverage); 3] {
        [("inventory", &self.inventory), ("tags", &self.tags), ("metrics", &self.metrics)]
    }
}

/// One query: one account, one Region, one resource type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryCoverage {
    /// The account; `null` where the credentials did not even tell it.
    pub account_id: Option<Arc<str>>,
    /// The Region; `null` where the account's Regions could not be learned.
    pub region: Option<Arc<str>>,
    /// The resource type asked for.
    #[serde(rename = "type")]
    pub resource_type: Arc<str>,
    /// Every type that this query speaks for: RDS's calls also return Neptune's and DocumentDB's.
    pub covers: Vec<Arc<str>>,
    /// Its inventory's status.
    pub status: Status,
    /// Resources read.
    pub resources: u64,
    /// Pages read.
    pub pages: u64,
    /// Attempts sent to AWS, retries included.
    pub api_calls: u64,
    /// Attempts after the first of a call.
    pub retries: u64,
    /// From its first attempt to its last answer, in milliseconds.
    pub duration_ms: u64,
    /// Inventory, tags and metrics apart.
    pub parts: Parts,
}

impl QueryCoverage {
    /// Whether any part of this query leaves a hole that the exit code must tell of.
    pub fn is_hole(&self) -> bool {
        self.parts.named().iter().any(|(_, part)| part.is_hole())
    }

    /// What its parts failed with, inventory first.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        [&self.parts.inventory, &self.parts.tags, &self.parts.metrics]
            .into_iter()
            .flat_map(|part| &part.failures)
    }
}

/// Something about an account, rather than about one query, that a reader must know,
/// such as where its list of Regions came from when DescribeRegions was denied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The account; `null` where it is not known.
    pub account_id: Option<Arc<str>>,
    /// What was done instead, in a sentence.
    pub message: String,
    /// The failure behind it, where there is one.
    pub failure: Option<Failure>,
}

/// What was asked and how completely it was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Whether every planned query is complete in all its parts.
    pub complete: bool,
    /// Every query, sorted by account, Region and type.
    pub queries: Vec<QueryCoverage>,
    /// What a reader must know about an account beside its queries.
    pub notes: Vec<Note>,
}

impl Coverage {
    /// The coverage made of these queries, sorted, with `complete` computed.
    pub fn new(mut queries: Vec<QueryCoverage>, mut notes: Vec<Note>) -> Self {
        queries.sort_by(|a, b| {
            (&a.account_id, &a.region, &a.resource_type).cmp(&(&b.account_id, &b.region, &b.resource_type))
        });
        notes.sort_by(|a, b| (&a.account_id, &a.message).cmp(&(&b.account_id, &b.message)));
        let complete = !queries.iter().any(QueryCoverage::is_hole);
        Self { complete, queries, notes }
    }

    /// Whether something was asked and nothing at all was answered.
    pub fn nothing_collected(&self) -> bool {
        let mut asked = false;
        for query in &self.queries {
            match query.status {
                Status::Complete | Status::Partial => return false,
                Status::Failed | Status::Skipped => asked = true,
                Status::NotEnabled | Status::ExpectedDenied => {}
            }
        }
        asked
    }
}
