//! The document of `awsinv report --dry-run`: what a report would ask of CloudWatch, and what that would cost.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Coverage, Generator, MetricsWindow, Scope, Status, Timestamp};

/// What a report would ask of CloudWatch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DryRun {
    /// [`SCHEMA_VERSION`](super::SCHEMA_VERSION).
    pub schema_version: u32,
    /// The program that wrote it.
    pub generator: Generator,
    /// When the dry run started.
    pub started_at: Timestamp,
    /// When the last list was read.
    pub finished_at: Timestamp,
    /// The accounts, their Regions and the types.
    pub scope: Scope,
    /// The window that a report would ask for now; `null` where CloudWatch is not to be asked.
    pub metrics_window: Option<MetricsWindow>,
    /// `--max-cost`, in US dollars.
    pub max_cost_usd: f64,
    /// What would be asked in each account and Region that has something, sorted.
    pub places: Vec<PlannedPlace>,
    /// All of it.
    pub totals: PlannedTotals,
    /// How sure it is.
    pub certainty: Certainty,
    /// The exit code that a report would have, if the estate stays as it is.
    pub report_exit_code: u8,
    /// What was listed, and how completely.
    pub coverage: Coverage,
}

/// What would be asked in one account and Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedPlace {
    /// Twelve digits.
    pub account_id: Arc<str>,
    /// The profile or the account's name.
    pub account_name: String,
    /// The Region.
    pub region: Arc<str>,
    /// Requests to GetMetricData. The types share them, up to 500 metrics in each.
    pub get_metric_data_requests: u64,
    /// Upper bound of what all that would cost, in US dollars.
    pub estimated_cost_usd: f64,
    /// By type, sorted. A type of which there is nothing is left out, unless that is not known for sure.
    pub types: Vec<PlannedType>,
}

/// What would be asked of the resources of one type in one account and Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedType {
    /// CloudFormation type name.
    #[serde(rename = "type")]
    pub resource_type: Arc<str>,
    /// How completely they could be listed. Unless it is `complete`, there may be more than the numbers say.
    pub status: Status,
    /// Resources listed.
    pub resources: u64,
    /// Those of which nothing would be asked, as they cannot have emitted anything in the window.
    pub silent_resources: u64,
    /// Values that the report would have: one for each statistic of each metric of each resource.
    pub values: u64,
    /// Metrics requested of GetMetricData, as AWS bills them.
    pub metrics_requested: u64,
    /// Requests to GetMetricStatistics, which are asked where they are clearly cheaper.
    pub get_metric_statistics_requests: u64,
    /// Upper bound of what that would cost, in US dollars.
    pub estimated_cost_usd: f64,
}

/// All that a report would ask.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedTotals {
    /// Accounts.
    pub accounts: u64,
    /// Regions in which at least one account was asked.
    pub regions: u64,
    /// Queries (account x Region x type), without those in Regions that are not enabled.
    pub queries: u64,
    /// Resources listed.
    pub resources: u64,
    /// Values that the report would have.
    pub values: u64,
    /// Requests to GetMetricData.
    pub get_metric_data_requests: u64,
    /// Metrics requested of GetMetricData, as AWS bills them.
    pub metrics_requested: u64,
    /// Requests to GetMetricStatistics, each billed as one metric.
    pub get_metric_statistics_requests: u64,
    /// Upper bound of what that would cost, in US dollars.
    pub estimated_cost_usd: f64,
    /// How many of the metrics and GetMetricStatistics requests would not be asked, as `--max-cost` does not allow
    /// them.
    pub left_out: u64,
}

/// How sure a plan is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certainty {
    /// What the counts are.
    pub counts: Counted,
    /// Queries that could not list all there is. What they would add is not in the plan.
    pub incomplete_queries: u64,
    /// The same, and what else may make a report differ, in sentences.
    pub notes: Vec<String>,
}

/// What a count says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// All there is was counted.
    Exact,
    /// There may be more, as something could not be listed.
    AtLeast,
}
