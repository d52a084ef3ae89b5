//! What awsinv knows about each resource type, one file a service.
//!
//! All that concerns a type stands in its [`Collector`]; a line in [`REGISTRY`] makes it known everywhere:
//! in `--type` and `--service`, the table, the coverage, the hints and the documents' tests.
//! A collector never logs, retries, spawns or takes permits: [`QueryContext::call`] and the coordinator own that.

mod ec2;
mod fields;
mod lambda;
mod pages;
mod query;
mod rds;
mod tags;

pub use pages::{Page, PageSink, Pages, Tally};
pub use query::QueryContext;

use async_trait::async_trait;

use crate::model::{Column, Failure, MetricSpec, SilentSince};

/// Every resource type that awsinv can collect.
pub const REGISTRY: &[&dyn Collector] =
    &[&ec2::Instances, &rds::Instances, &rds::Clusters, &lambda::Functions];

/// A type that a collector returns.
#[derive(Clone, Copy, Debug)]
pub struct Covered {
    /// CloudFormation type name (`AWS::EC2::Instance`).
    pub resource_type: &'static str,
    /// What people call them, plural (`EC2 instances`).
    pub title: &'static str,
    /// The CloudWatch metrics asked for, unless the settings say otherwise.
    pub metrics: &'static [MetricSpec],
    /// When a resource fell silent: nothing is asked of one that cannot have emitted in the window.
    pub silent_since: SilentSince,
}

impl Covered {
    /// A type and its plural, with no metrics.
    pub const fn new(resource_type: &'static str, title: &'static str) -> Self {
        Self { resource_type, title, metrics: &[], silent_since: |_| None }
    }

    /// The same type with these metrics.
    pub const fn metrics(mut self, metrics: &'static [MetricSpec]) -> Self {
        self.metrics = metrics;
        self
    }

    /// The same type, whose resources fall silent.
    pub const fn silent_since(mut self, silent_since: SilentSince) -> Self {
        self.silent_since = silent_since;
        self
    }
}

/// One resource type: how it is read, and what is shown of it.
#[async_trait]
pub trait Collector: std::fmt::Debug + Send + Sync {
    /// Every type that its calls return, its own first. RDS's also return Neptune's and DocumentDB's.
    fn covers(&self) -> &'static [Covered];

    /// Its own CloudFormation type name (`AWS::EC2::Instance`).
    fn resource_type(&self) -> &'static str {
        self.covers()[0].resource_type
    }

    /// The service as in an IAM action and in `--service` (`ec2`).
    fn service(&self) -> &'static str;

    /// The IAM actions that [`collect`](Self::collect) needs.
    fn iam_actions(&self) -> &'static [&'static str];

    /// The names of its attributes, sorted. Every resource of the type has them all.
    fn attributes(&self) -> &'static [&'static str];

    /// What its table shows.
    fn columns(&self) -> &'static [Column];

    /// Reads one Region of one account, page by page, into the sink.
    ///
    /// # Errors
    /// The failure that ended the reading early. Pages sunk before it are kept.
    ///
    /// # Cancellation
    /// May be dropped at any await point; pages sunk before it are kept.
    async fn collect(&self, cx: &QueryContext, sink: &PageSink) -> Result<(), Failure>;
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model::FieldPath;

    #[test]
    fn every_column_shows_a_field_that_its_type_has() {
        for collector in REGISTRY {
            for (field, _) in collector.columns().iter().flat_map(Column::fields) {
                let path: FieldPath = field.parse().expect("a field");
                let asked = || collector.covers().iter().flat_map(|covered| covered.metrics);
                let has = match &path {
                    FieldPath::Attribute(name) => collector.attributes().contains(&name.as_str()),
                    FieldPath::Metric(name, statistic) => asked()
                        .filter(|metric| metric.name == *name)
                        .any(|metric| metric.statistics.iter().any(|s| s.as_str() == statistic)),
                    FieldPath::Key(_) | FieldPath::Tag(_) => true,
                };
                assert!(has, "{collector:?} has no {field}");
            }
            assert!(collector.columns().iter().any(|column| column.rank == 0), "{collector:?}");
        }
    }

    #[test]
    fn every_metric_that_is_asked_unbidden_has_a_column_with_a_good_header() {
        for collector in REGISTRY {
            let declared: HashSet<&str> = collector.columns().iter().map(|column| &*column.header).collect();
            for covered in collector.covers() {
                let shown = Column::of_type(collector.columns(), covered.metrics);
                let added: Vec<_> =
                    shown.iter().filter(|column| !declared.contains(&*column.header)).collect();
                assert!(added.is_empty(), "{}: {added:?}", covered.resource_type);
            }
        }
    }

    #[test]
    fn every_type_is_covered_once_and_needs_an_action() {
        let mut seen = HashSet::new();
        for collector in REGISTRY {
            for covered in collector.covers() {
                let name = covered.resource_type;
                assert!(seen.insert(name), "{name} is covered twice");
                assert_eq!(name.split("::").count(), 3, "{name}");
            }
            assert!(!collector.iam_actions().is_empty());
            assert!(collector.attributes().is_sorted(), "{collector:?}");
        }
    }
}
