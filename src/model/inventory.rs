//! The document: what a run asked, what it found, and what it could not learn.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Coverage, Resource, Timestamp};

/// The version of the document's shape. It changes only with the contract.
pub const SCHEMA_VERSION: u32 = 1;

/// The program that wrote the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generator {
    /// `awsinv`.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Generator {
    /// This build.
    pub fn current() -> Self {
        Self { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// One account of the run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountScope {
    /// Twelve digits; `null` where the credentials did not tell.
    pub id: Option<Arc<str>>,
    /// The profile or the account's name.
    pub name: String,
    /// The Regions queried, sorted.
    pub regions: Vec<Arc<str>>,
    /// The Regions asked for that are not enabled in the account, sorted.
    pub regions_not_enabled: Vec<Arc<str>>,
}

/// What the run set out to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The accounts, sorted by id.
    pub accounts: Vec<AccountScope>,
    /// The resource types, sorted.
    pub types: Vec<Arc<str>>,
}

/// The window that metric values speak of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricsWindow {
    /// Its start, included.
    pub start: Timestamp,
    /// Its end, excluded.
    pub end: Timestamp,
    /// Seconds that one datapoint spans.
    pub period_seconds: u64,
}

impl MetricsWindow {
    /// How many seconds it spans.
    pub fn seconds(&self) -> u64 {
        u64::try_from(self.end.unix_seconds() - self.start.unix_seconds()).unwrap_or(0)
    }
}

/// Counts over the resources of the document, so of those that passed the filters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Resources in all.
    pub resources: u64,
    /// By type.
    pub by_type: BTreeMap<String, u64>,
    /// By account id.
    pub by_account: BTreeMap<String, u64>,
    /// By Region.
    pub by_region: BTreeMap<String, u64>,
    /// By state; `none` where AWS says there is none, `unknown` where it could not be learned.
    pub by_state: BTreeMap<String, u64>,
    /// Resources that `--filter` left out.
    pub filtered_out: u64,
    /// Resources that `--filter` could not decide on, as a value it needs is unknown; they are left out too.
    pub undecided: u64,
}

impl Summary {
    /// Counts one resource of the document.
    pub fn count(&mut self, resource: &Resource) {
        self.resources += 1;
        let state = match &resource.state {
            Some(state) => state.as_str(),
            None if resource.is_unknown("state") => "unknown",
            None => "none",
        };
        for (map, key) in [
            (&mut self.by_type, &*resource.resource_type),
            (&mut self.by_account, &*resource.account_id),
            (&mut self.by_region, &*resource.region),
            (&mut self.by_state, state),
        ] {
            match map.get_mut(key) {
                Some(count) => *count += 1,
                None => {
                    map.insert(key.to_owned(), 1);
                }
            }
        }
    }
}

/// One API operation's share of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationStats {
    /// The service (`ec2`).
    pub service: String,
    /// The operation (`DescribeInstances`).
    pub operation: String,
    /// Attempts sent, retries included.
    pub calls: u64,
    /// Attempts after the first of a call.
    pub retries: u64,
    /// Attempts that AWS throttled.
    pub throttled: u64,
    /// Median duration of an attempt, in milliseconds.
    pub p50_ms: u64,
    /// 99th percentile of the duration of an attempt, in milliseconds.
    pub p99_ms: u64,
}

/// What the run took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stats {
    /// Milliseconds from start to the last answer.
    pub elapsed_ms: u64,
    /// Attempts sent to AWS, retries included.
    pub api_calls: u64,
    /// Attempts after the first of a call.
    pub retries: u64,
    /// Attempts that AWS throttled.
    pub throttled: u64,
    /// Resources that AWS listed again on a later page of the same query.
    pub duplicates_dropped: u64,
    /// CloudWatch metrics requested (each statistic of each resource is one).
    pub metrics_requested: u64,
    /// Upper bound of what they cost, in US dollars.
    pub estimated_cost_usd: f64,
    /// By API operation, sorted.
    pub by_operation: Vec<OperationStats>,
}

/// The whole document of `--output json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The program that wrote it.
    pub generator: Generator,
    /// When the run started.
    pub started_at: Timestamp,
    /// When its last answer was read.
    pub finished_at: Timestamp,
    /// What it set out to read.
    pub scope: Scope,
    /// The window of the metric values; `null` where none were asked.
    pub metrics_window: Option<MetricsWindow>,
    /// What was found, sorted by account, Region, type and id.
    pub resources: Vec<Resource>,
    /// What was asked and how completely it was answered.
    pub coverage: Coverage,
    /// Counts.
    pub summary: Summary,
    /// What it took.
    pub stats: Stats,
}

/// The last line of `--output ndjson`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trailer {
    /// What was asked and how completely it was answered.
    pub coverage: Coverage,
    /// The window that metric values speak of; `null` where they were not asked.
    pub metrics_window: Option<MetricsWindow>,
    /// Counts.
    pub summary: Summary,
    /// What it took.
    pub stats: Stats,
}
