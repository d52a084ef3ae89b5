//! CloudWatch values joined to resources, with nothing lost and no surprise bill.
//!
//! ```text
//! pages ─▶ join ─▶ batch ─▶ fetch ─▶ recipe ─▶ pages with values
//!          holds   500 a    re-asks,  folds
//!          pages   request  bisects
//! ```
//!
//! What is asked of each type stands in the [`Catalogue`]; how it is asked for a [`Window`] in its recipes; what it
//! may cost in the [`Budget`]. A fetch that fails makes values unknown, never `null`, and never costs a resource.
//! It knows CloudWatch and pages of resources, not collectors.

mod asker;
mod batch;
mod budget;
mod catalogue;
mod fetch;
mod get_metric_data;
mod get_metric_statistics;
mod join;
mod recipe;
mod room;
mod row;
mod tally;
mod window;

pub use budget::{Budget, UNITS_PER_CENT, dollars};
pub use catalogue::{Catalogue, MOST_STATISTICS_REQUESTS, TypeMetrics};
pub use join::{Joiner, Mode, Tallies};
pub use room::Room;
pub use tally::MetricsTally;
pub use window::Window;

use crate::aws::Api;

const GET_METRIC_DATA: Api = Api::new("cloudwatch", "GetMetricData");
const GET_METRIC_STATISTICS: Api = Api::new("cloudwatch", "GetMetricStatistics");

/// The IAM actions that reading metrics needs.
pub const IAM_ACTIONS: [&str; 2] = ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics"];
