//! Plain data: what a resource is, what a query found, and what could not be learned.
//!
//! Serde only: no SDK, no async, nothing else of this crate. Everything that leaves the program
//! (a table cell, a JSON key, an exit code) is derived from these types, so the one principle
//! stands here: *"there is nothing" and "we do not know" are different values.*

mod column;
mod coverage;
mod dry_run;
mod failure;
mod field;
mod filter;
mod hidden;
mod inventory;
mod measure;
mod metric;
mod order;
mod resource;
mod timestamp;

pub use column::{Align, Column, Format};
pub use coverage::{Coverage, Note, PartCoverage, Parts, QueryCoverage, Status};
pub use dry_run::{Certainty, Counted, DryRun, PlannedPlace, PlannedTotals, PlannedType};
pub use failure::{Failure, FailureClass};
pub use field::{FieldPath, FieldPathError, Lookup, TOP_LEVEL_KEYS};
pub use filter::{Decision, FILTER_FORMS, Filter, FilterError, Filters};
pub use hidden::is_hidden;
pub use inventory::{
    AccountScope, Generator, Inventory, MetricsWindow, OperationStats, SCHEMA_VERSION, Scope, Stats, Summary,
    Trailer,
};
pub use measure::{Fold, Measure};
pub use metric::{MetricSpec, SilentSince, Statistic, StatisticError, Unit};
pub use order::{text_order, value_order};
pub use resource::{Attributes, MetricValues, MetricsStatus, Resource, Series};
pub use timestamp::Timestamp;
