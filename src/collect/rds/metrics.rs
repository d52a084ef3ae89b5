//! What CloudWatch knows of databases:
//! <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html>,
//! <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html>,
//! <https://docs.aws.amazon.com/neptune/latest/userguide/cw-metrics.html>,
//! <https://docs.aws.amazon.com/documentdb/latest/developerguide/cloud_watch.html>

use super::super::fields::is_burstable;
use crate::model::{MetricSpec, Resource, Statistic, Timestamp, Unit};

const INSTANCE: &str = "DBInstanceIdentifier";
const CLUSTER: &str = "DBClusterIdentifier";

const AVERAGE: &[Statistic] = &[Statistic::Average];
const AVERAGE_MAXIMUM: &[Statistic] = &[Statistic::Average, Statistic::Maximum];
const MAXIMUM: &[Statistic] = &[Statistic::Maximum];
const MINIMUM: &[Statistic] = &[Statistic::Minimum];

const fn of(
    namespace: &'static str,
    dimension: &'static str,
    name: &'static str,
    unit: Unit,
    statistics: &'static [Statistic],
) -> MetricSpec {
    MetricSpec::new(namespace, name, dimension, unit, statistics)
}

pub(super) const RDS_INSTANCE: &[MetricSpec] = &[
    of("AWS/RDS", INSTANCE, "CPUUtilization", Unit::Percent, AVERAGE_MAXIMUM),
    of("AWS/RDS", INSTANCE, "DatabaseConnections", Unit::Count, MAXIMUM),
    of("AWS/RDS", INSTANCE, "FreeStorageSpace", Unit::Bytes, MINIMUM).applies(|r| !is_aurora(r)),
    of("AWS/RDS", INSTANCE, "FreeLocalStorage", Unit::Bytes, MINIMUM).applies(is_aurora),
    of("AWS/RDS", INSTANCE, "FreeableMemory", Unit::Bytes, MINIMUM),
    of("AWS/RDS", INSTANCE, "ReadIOPS", Unit::CountPerSecond, AVERAGE),
    of("AWS/RDS", INSTANCE, "WriteIOPS", Unit::CountPerSecond, AVERAGE),
    of("AWS/RDS", INSTANCE, "ReplicaLag", Unit::Seconds, MAXIMUM).applies(may_be_replica),
    // The instance does not tell whether it writes or reads; CloudWatch has no datapoints of a writer.
    of("AWS/RDS", INSTANCE, "AuroraReplicaLag", Unit::Milliseconds, MAXIMUM).applies(is_aurora),
    of("AWS/RDS", INSTANCE, "CPUCreditBalance", Unit::Count, MINIMUM).applies(is_burstable),
];

pub(super) const NEPTUNE_INSTANCE: &[MetricSpec] = &[
    of("AWS/Neptune", INSTANCE, "CPUUtilization", Unit::Percent, AVERAGE_MAXIMUM),
    of("AWS/Neptune", INSTANCE, "FreeableMemory", Unit::Bytes, MINIMUM),
    of("AWS/Neptune", INSTANCE, "MainRequestQueuePendingRequests", Unit::Count, MAXIMUM),
    of("AWS/Neptune", INSTANCE, "CPUCreditBalance", Unit::Count, MINIMUM).applies(is_burstable),
];

pub(super) const DOCDB_INSTANCE: &[MetricSpec] = &[
    of("AWS/DocDB", INSTANCE, "CPUUtilization", Unit::Percent, AVERAGE_MAXIMUM),
    of("AWS/DocDB", INSTANCE, "DatabaseConnections", Unit::Count, MAXIMUM),
    of("AWS/DocDB", INSTANCE, "FreeLocalStorage", Unit::Bytes, MINIMUM),
    of("AWS/DocDB", INSTANCE, "FreeableMemory", Unit::Bytes, MINIMUM),
    of("AWS/DocDB", INSTANCE, "ReadIOPS", Unit::CountPerSecond, AVERAGE),
    of("AWS/DocDB", INSTANCE, "WriteIOPS", Unit::CountPerSecond, AVERAGE),
    of("AWS/DocDB", INSTANCE, "DBInstanceReplicaLag", Unit::Milliseconds, MAXIMUM),
    of("AWS/DocDB", INSTANCE, "CPUCreditBalance", Unit::Count, MINIMUM).applies(is_burstable),
];

pub(super) const RDS_CLUSTER: &[MetricSpec] = &[
    of("AWS/RDS", CLUSTER, "CPUUtilization", Unit::Percent, AVERAGE_MAXIMUM),
    of("AWS/RDS", CLUSTER, "DatabaseConnections", Unit::Count, MAXIMUM),
    of("AWS/RDS", CLUSTER, "VolumeBytesUsed", Unit::Bytes, MAXIMUM).applies(is_aurora),
    of("AWS/RDS", CLUSTER, "AuroraReplicaLagMaximum", Unit::Milliseconds, MAXIMUM).applies(is_aurora),
    of("AWS/RDS", CLUSTER, "ServerlessDatabaseCapacity", Unit::Count, AVERAGE_MAXIMUM).applies(is_serverless),
];

pub(super) const NEPTUNE_CLUSTER: &[MetricSpec] = &[
    of("AWS/Neptune", CLUSTER, "CPUUtilization", Unit::Percent, AVERAGE_MAXIMUM),
    of("AWS/Neptune", CLUSTER, "VolumeBytesUsed", Unit::Bytes, MAXIMUM),
    of("AWS/Neptune", CLUSTER, "ServerlessDatabaseCapacity", Unit::Count, AVERAGE_MAXIMUM)
        .applies(is_serverless),
];

pub(super) const DOCDB_CLUSTER: &[MetricSpec] = &[
    of("AWS/DocDB", CLUSTER, "CPUUtilization", Unit::Percent, AVERAGE_MAXIMUM),
    of("AWS/DocDB", CLUSTER, "DatabaseConnections", Unit::Count, MAXIMUM),
    of("AWS/DocDB", CLUSTER, "VolumeBytesUsed", Unit::Bytes, MAXIMUM),
    of("AWS/DocDB", CLUSTER, "DBClusterReplicaLagMaximum", Unit::Milliseconds, MAXIMUM),
];

fn has(resource: &Resource, attribute: &str) -> bool {
    resource.attributes.get(attribute).is_some_and(|value| !value.is_null())
}

fn is_aurora(database: &Resource) -> bool {
    let engine = database.attributes.get("engine").and_then(|engine| engine.as_str());
    engine.is_some_and(|engine| engine.starts_with("aurora"))
}

/// A replica of another instance or cluster, or a member of a Multi-AZ DB cluster, whose readers lag too.
fn may_be_replica(database: &Resource) -> bool {
    has(database, "read_replica_source_db_instance_identifier")
        || has(database, "read_replica_source_db_cluster_identifier")
        || (has(database, "db_cluster_identifier") && !is_aurora(database))
}

/// Serverless v2 has a range of capacity; v1 says so in its mode.
fn is_serverless(cluster: &Resource) -> bool {
    let mode = cluster.attributes.get("engine_mode").and_then(|mode| mode.as_str());
    mode == Some("serverless") || has(cluster, "serverless_v2_max_capacity")
}

/// How long RDS keeps a database stopped before it starts it by itself:
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html>
const LONGEST_STOP_SECONDS: i64 = 7 * 24 * 3600;

/// When the instance stopped, which RDS tells only by when it will start it again. A cluster's volume is there, and
/// measured, while the cluster is stopped.
pub(super) fn silent_since(database: &Resource) -> Option<Timestamp> {
    if database.state.as_deref() != Some("stopped") {
        return None;
    }
    let restart = database.attributes.get("automatic_restart_time")?.as_str()?;
    Timestamp::from_unix(Timestamp::parse(restart)?.unix_seconds() - LONGEST_STOP_SECONDS, 0)
}
