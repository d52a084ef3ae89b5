//! Which resource has which metrics, as AWS's services publish them:
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html>,
//! <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html>,
//! <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html>,
//! <https://docs.aws.amazon.com/documentdb/latest/developerguide/cloud_watch.html>,
//! <https://docs.aws.amazon.com/neptune/latest/userguide/cw-metrics.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>
//!
//! Nothing is sent by an instance that is pending, by a DB instance that is stopped, being created or failed, and by
//! a cluster that is stopped or has no members, its volume aside.

use super::series::Metric;
use crate::demo::estate::{
    Cluster, Database, EngineFamily, Function, Instance, InstanceState, Shard, key, mix,
};

/// Which service sends the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Ec2,
    Database,
    Lambda,
}

/// How busy a resource is, all its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Temper {
    Idle,
    Ordinary,
    Hot,
}

/// From when to when a resource sends metrics, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    /// The moment of its creation or launch; 0 if AWS does not tell it.
    pub(crate) from: i64,
    pub(crate) until: Option<i64>,
}

/// A resource, as far as its metrics depend on it.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) namespace: &'static str,
    pub(crate) dimension: &'static str,
    pub(crate) value: String,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) life: Life,
    pub(super) family: Family,
    pub(super) key: u64,
    /// Seconds between base datapoints.
    pub(super) every: i64,
    pub(super) temper: Temper,
    /// What it does, as a multiple of the least.
    pub(super) scale: u64,
    /// Invocations of a function, in thousandths of a minute's at full load.
    pub(super) rate: u64,
    phase: u64,
    floor: u64,
    swing: u64,
    /// Bytes.
    pub(super) storage: u64,
    pub(super) memory: u64,
    pub(super) credits: u64,
    /// Serverless capacity, least and most, in half ACUs.
    pub(super) half_units: (u64, u64),
    pub(super) is_full: bool,
}

impl Subject {
    fn new(
        shard: &Shard<'_>,
        (family, namespace, dimension): (Family, &'static str, &'static str),
        value: String,
        life: Life,
    ) -> Self {
        let place = &shard.place;
        let key = key(place.seed, &[&place.account.id, place.region.name, namespace, dimension, &value]);
        let nth = |nth: u64| mix(key.wrapping_add(nth));
        let temper = match nth(1) % 100 {
            0..15 => Temper::Idle,
            15..25 => Temper::Hot,
            _ => Temper::Ordinary,
        };
        Self {
            namespace,
            dimension,
            value,
            metrics: Vec::new(),
            life,
            family,
            key,
            every: 60,
            temper,
            scale: 1 + nth(5) % 20,
            rate: match nth(5) % 4 {
                0 => 200,
                1 => 3000,
                2 => 40_000,
                _ => 600_000,
            },
            phase: nth(2) % 180,
            floor: 100 + nth(3) % 100,
            swing: 300 + nth(4) % 300,
            storage: 0,
            memory: 0,
            credits: 0,
            half_units: (0, 0),
            is_full: false,
        }
    }

    pub(super) fn instance(shard: &Shard<'_>, instance: &Instance) -> Self {
        let life = Life { from: instance.launched_at, until: instance.stopped_at };
        let what = (Family::Ec2, "AWS/EC2", "InstanceId");
        let mut subject = Self::new(shard, what, instance.id.clone(), life);
        let class = instance.instance_type.name;
        if instance.monitoring == "disabled" {
            subject.every = 300;
        }
        subject.credits = credits(class);
        if instance.state != InstanceState::Pending {
            subject.metrics.extend([
                Metric::CpuUtilization,
                Metric::NetworkIn,
                Metric::NetworkOut,
                Metric::StatusCheckFailed,
                Metric::EbsReadBytes,
                Metric::EbsWriteBytes,
            ]);
            if class.starts_with('t') {
                subject.metrics.push(Metric::CpuCreditBalance);
            }
        }
        subject
    }

    pub(super) fn database(shard: &Shard<'_>, database: &Database) -> Self {
        let family = database.engine.family;
        let life = Life { from: database.created_at.unwrap_or_default(), until: None };
        let what = (Family::Database, namespace(family), "DBInstanceIdentifier");
        let mut subject = Self::new(shard, what, database.identifier.clone(), life);
        let gibibytes = u64::try_from(database.storage.gibibytes).unwrap_or_default();
        subject.storage = gibibytes << 30;
        subject.memory = memory(database.class);
        subject.credits = credits(database.class);
        subject.is_full = database.status == "storage-full";
        if database.created_at.is_none() || matches!(database.status, "stopped" | "failed" | "creating") {
            return subject;
        }
        let has_cluster_storage = database.engine.has_cluster_storage();
        let is_reader = database.cluster.as_ref().is_some_and(|(_, nth)| *nth > 0);
        let metrics = &mut subject.metrics;
        metrics.extend([Metric::CpuUtilization, Metric::FreeableMemory]);
        if family != EngineFamily::Neptune {
            metrics.extend([Metric::DatabaseConnections, Metric::ReadIops, Metric::WriteIops]);
            metrics.push(if has_cluster_storage {
                Metric::FreeLocalStorage
            } else {
                Metric::FreeStorageSpace
            });
        }
        match family {
            _ if database.replica_of.is_some() => metrics.push(Metric::ReplicaLag),
            EngineFamily::Rds if is_reader && has_cluster_storage => metrics.push(Metric::AuroraReplicaLag),
            EngineFamily::DocumentDb if is_reader => metrics.push(Metric::DbInstanceReplicaLag),
            _ => {}
        }
        if database.class.starts_with("db.t") {
            metrics.push(Metric::CpuCreditBalance);
        }
        subject
    }

    pub(super) fn cluster(shard: &Shard<'_>, cluster: &Cluster, members: usize) -> Self {
        let family = cluster.engine.family;
        let life = Life { from: cluster.created_at, until: None };
        let what = (Family::Database, namespace(family), "DBClusterIdentifier");
        let mut subject = Self::new(shard, what, cluster.identifier.clone(), life);
        let metrics = &mut subject.metrics;
        if cluster.engine.has_cluster_storage() {
            metrics.push(Metric::VolumeBytesUsed);
        }
        if members == 0 || cluster.status == "stopped" {
            return subject;
        }
        metrics.push(Metric::CpuUtilization);
        if family != EngineFamily::Neptune {
            metrics.push(Metric::DatabaseConnections);
        }
        if members > 1 && family == EngineFamily::Rds && cluster.engine.has_cluster_storage() {
            metrics.push(Metric::AuroraReplicaLagMaximum);
        }
        if let Some((low, high)) = cluster.serverless {
            metrics.push(Metric::ServerlessDatabaseCapacity);
            // ACUs come in halves, so that twice as many are whole.
            subject.half_units = ((low * 2.0) as u64, (high * 2.0) as u64);
        }
        subject
    }

    pub(super) fn function(shard: &Shard<'_>, function: &Function) -> Self {
        // AWS tells when a function was changed last, not when it was made.
        let life = Life { from: 0, until: None };
        let what = (Family::Lambda, "AWS/Lambda", "FunctionName");
        let mut subject = Self::new(shard, what, function.name.clone(), life);
        if subject.temper != Temper::Idle {
            subject.metrics.extend([
                Metric::Invocations,
                Metric::Errors,
                Metric::Throttles,
                Metric::Duration,
                Metric::ConcurrentExecutions,
            ]);
        }
        subject
    }

    /// `T(nth)`.
    pub(super) fn traits(&self, nth: u64) -> u64 {
        mix(self.key.wrapping_add(nth))
    }

    /// Whether it is one of those, one in so many, that have a trait.
    pub(super) fn is_trait(&self, nth: u64, one_in: u64) -> bool {
        self.traits(nth).is_multiple_of(one_in)
    }

    /// `L`: how busy it is at a moment, in thousandths.
    pub(super) fn load(&self, t: u64) -> u64 {
        let minutes = t / 60;
        let noise = mix(self.key ^ minutes);
        match self.temper {
            Temper::Idle => 5 + noise % 15,
            Temper::Hot => 850 + noise % 150,
            Temper::Ordinary => {
                let day = 720 - ((minutes + self.phase) % 1440).abs_diff(720);
                let weekend = matches!((t / 86_400 + 4) % 7, 0 | 6);
                let day = if weekend { day / 2 } else { day };
                self.floor + self.swing * day / 720 + noise % 60
            }
        }
    }
}

const fn namespace(family: EngineFamily) -> &'static str {
    match family {
        EngineFamily::Rds => "AWS/RDS",
        EngineFamily::Neptune => "AWS/Neptune",
        EngineFamily::DocumentDb => "AWS/DocDB",
    }
}

/// The most credits that a burstable class saves up.
fn credits(class: &str) -> u64 {
    match class.rsplit('.').next().unwrap_or(class) {
        "nano" => 72,
        "micro" => 144,
        "small" => 288,
        "medium" => 576,
        "large" => 864,
        _ => 1152,
    }
}

/// The bytes of memory of a class.
fn memory(class: &str) -> u64 {
    let gibibytes: u64 = match class.rsplit('.').next().unwrap_or(class) {
        "micro" => 1,
        "small" => 2,
        "medium" => 4,
        "xlarge" => 16,
        "2xlarge" => 32,
        "3xlarge" => 48,
        "4xlarge" => 64,
        _ => 8,
    };
    gibibytes << 30
}
