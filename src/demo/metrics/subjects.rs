//! Resources by the value of their dimension, listed when a shard is asked for the first time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

use super::subject::Subject;
use crate::demo::estate::{Kind, Shard, members};

/// The kind of resource that a dimension names, if any has metrics there.
pub(crate) fn kind_of(namespace: &str, dimension: &str) -> Option<Kind> {
    match (namespace, dimension) {
        ("AWS/EC2", "InstanceId") => Some(Kind::Instance),
        ("AWS/RDS" | "AWS/Neptune" | "AWS/DocDB", "DBInstanceIdentifier") => Some(Kind::Database),
        ("AWS/RDS" | "AWS/Neptune" | "AWS/DocDB", "DBClusterIdentifier") => Some(Kind::Cluster),
        ("AWS/Lambda", "FunctionName") => Some(Kind::Function),
        _ => None,
    }
}

/// All of a kind in one account and Region.
#[derive(Debug)]
struct Subjects {
    all: Vec<Subject>,
    by_value: HashMap<String, usize>,
}

impl Subjects {
    fn new(shard: &Shard<'_>, kind: Kind) -> Self {
        let of = |index| match kind {
            Kind::Instance => Subject::instance(shard, &shard.instance(index)),
            Kind::Database => Subject::database(shard, &shard.database(index)),
            Kind::Cluster => {
                let there = members(index).filter(|member| *member < shard.count(Kind::Database)).count();
                Subject::cluster(shard, &shard.cluster(index), there)
            }
            Kind::Function => Subject::function(shard, &shard.function(index)),
        };
        let all: Vec<Subject> = (0..shard.count(kind)).map(of).collect();
        let by_value = all.iter().enumerate().map(|(at, subject)| (subject.value.clone(), at)).collect();
        Self { all, by_value }
    }
}

type Once = Arc<OnceLock<Subjects>>;

/// All of a kind in one account and Region, which were listed once.
#[derive(Debug)]
pub(crate) struct Listed(Once);

impl Listed {
    pub(crate) fn all(&self) -> &[Subject] {
        self.0.get().map_or(&[], |subjects| subjects.all.as_slice())
    }

    /// The resource of a namespace that has this name.
    pub(crate) fn get(&self, namespace: &str, value: &str) -> Option<&Subject> {
        let subjects = self.0.get()?;
        let subject = subjects.by_value.get(value).map(|at| &subjects.all[*at])?;
        (subject.namespace == namespace).then_some(subject)
    }
}

/// Every resource that somebody asked metrics of, and what the answers would have cost.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    listed: Mutex<HashMap<(usize, &'static str, Kind), Once>>,
    queries: AtomicU64,
    queries_on_later_pages: AtomicU64,
    statistics: AtomicU64,
}

impl Metrics {
    /// The resources of a kind in one account (by number) and Region.
    pub(crate) fn of(&self, account: usize, shard: &Shard<'_>, kind: Kind) -> Listed {
        let listed = {
            let mut all = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry((account, shard.place.region.name, kind)).or_default())
        };
        listed.get_or_init(|| Subjects::new(shard, kind));
        Listed(listed)
    }

    /// Counts the queries of a GetMetricData that was answered. What a query costs does not depend on what it finds.
    /// <https://aws.amazon.com/cloudwatch/pricing/>
    pub(crate) fn bill_queries(&self, queries: usize, later_page: bool) {
        self.queries.fetch_add(queries as u64, Ordering::Relaxed);
        if later_page {
            self.queries_on_later_pages.fetch_add(queries as u64, Ordering::Relaxed);
        }
    }

    /// Counts a GetMetricStatistics that was answered.
    pub(crate) fn bill_statistics(&self) {
        self.statistics.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn reset(&self) {
        for count in [&self.queries, &self.queries_on_later_pages, &self.statistics] {
            count.store(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn billed(&self) -> Value {
        json!({
            "metrics_requested": self.queries.load(Ordering::Relaxed),
            "metrics_requested_on_later_pages": self.queries_on_later_pages.load(Ordering::Relaxed),
            "statistics_requests": self.statistics.load(Ordering::Relaxed),
        })
    }
}
