//! DB clusters, from `DescribeDBClusters`.

use async_trait::async_trait;
use aws_sdk_rds as rds;
use serde_json::Value;

use super::{MAX_RECORDS, arn_or, config_override, insert_tags, metrics, object, type_of};
use crate::aws::Api;
use crate::collect::fields::{enum_text, list, optional_time, timestamp};
use crate::collect::{Collector, Covered, Page, PageSink, Pages, QueryContext};
use crate::model::{Column, Failure, Format, Resource};

const DESCRIBE_DB_CLUSTERS: Api = Api::new("rds", "DescribeDBClusters");
const COVERS: &[Covered] = &[
    Covered::new("AWS::RDS::DBCluster", "RDS DB clusters").metrics(metrics::RDS_CLUSTER),
    Covered::new("AWS::Neptune::DBCluster", "Neptune DB clusters").metrics(metrics::NEPTUNE_CLUSTER),
    Covered::new("AWS::DocDB::DBCluster", "DocumentDB clusters").metrics(metrics::DOCDB_CLUSTER),
];

/// Collects `AWS::RDS::DBCluster`, and Neptune's and DocumentDB's.
#[derive(Debug)]
pub(crate) struct Clusters;

#[async_trait]
impl Collector for Clusters {
    fn covers(&self) -> &'static [Covered] {
        COVERS
    }

    fn service(&self) -> &'static str {
        "rds"
    }

    fn iam_actions(&self) -> &'static [&'static str] {
        &["rds:DescribeDBClusters"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        ATTRIBUTES
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::text("ID", "id", 0),
            Column::text("STATE", "state", 0).format(Format::State),
            Column::text("ENGINE", "engine", 2),
            Column::text("VERSION", "engine_version", 4),
            Column::number("CPU", "metrics.CPUUtilization.Average", 1),
            Column::number("CPU MAX", "metrics.CPUUtilization.Maximum", 5),
            Column::number("CONN", "metrics.DatabaseConnections.Maximum", 3),
            Column::number("VOLUME", "metrics.VolumeBytesUsed.Maximum", 3),
            Column::first_of(
                "LAG",
                "metrics.AuroraReplicaLagMaximum.Maximum",
                &[("metrics.DBClusterReplicaLagMaximum.Maximum", Format::Plain)],
                6,
            ),
            Column::number("CAPACITY", "metrics.ServerlessDatabaseCapacity.Average", 7),
            Column::number("CAP MAX", "metrics.ServerlessDatabaseCapacity.Maximum", 8),
            Column::text("MEMBERS", "db_cluster_members", 7),
            Column::text("MODE", "engine_mode", 9),
            Column::text("MULTI-AZ", "multi_az", 8),
            Column::text("ENCRYPTED", "storage_encrypted", 10),
            Column::text("CREATED", "created_at", 11).format(Format::Time),
            Column::text("ENDPOINT", "endpoint_address", 12),
        ];
        COLUMNS
    }

    async fn collect(&self, cx: &QueryContext, sink: &PageSink) -> Result<(), Failure> {
        let client = cx.client(rds::Client::new);
        let mut pages = Pages::new(DESCRIBE_DB_CLUSTERS, cx, sink);
        while pages.more() {
            let answer = cx
                .call(DESCRIBE_DB_CLUSTERS, |grant| {
                    client
                        .describe_db_clusters()
                        .max_records(MAX_RECORDS)
                        .set_marker(pages.token())
                        .customize()
                        .config_override(config_override(grant))
                        .send()
                })
                .await?;
            let mut page = Page::new(answer.marker);
            for cluster in DESCRIBE_DB_CLUSTERS.required(answer.db_clusters, "DBClusters")? {
                page.push(to_resource(cx, &cluster), "a DB cluster without DBClusterIdentifier");
            }
            pages.sink(page).await?;
        }
        pages.finish()
    }
}

const ATTRIBUTES: &[&str] = &[
    "activity_stream_mode",
    "activity_stream_status",
    "allocated_storage",
    "associated_role_arns",
    "auto_minor_version_upgrade",
    "automatic_restart_time",
    "availability_zones",
    "aws_backup_recovery_point_arn",
    "backtrack_window",
    "backup_retention_period",
    "ca_certificate_identifier",
    "ca_certificate_valid_till",
    "capacity",
    "character_set_name",
    "clone_group_id",
    "cluster_create_time",
    "cluster_scalability_type",
    "copy_tags_to_snapshot",
    "cross_account_clone",
    "custom_endpoints",
    "database_insights_mode",
    "database_name",
    "db_cluster_instance_class",
    "db_cluster_members",
    "db_cluster_parameter_group",
    "db_cluster_resource_id",
    "db_cluster_writer",
    "db_subnet_group_name",
    "db_system_id",
    "deletion_protection",
    "earliest_restorable_time",
    "enabled_cloudwatch_logs_exports",
    "endpoint_address",
    "endpoint_port",
    "engine",
    "engine_lifecycle_support",
    "engine_mode",
    "engine_version",
    "global_cluster_identifier",
    "global_write_forwarding_status",
    "http_endpoint_enabled",
    "iam_database_authentication_enabled",
    "iops",
    "kms_key_id",
    "latest_restorable_time",
    "local_write_forwarding_status",
    "master_user_secret_arn",
    "monitoring_interval",
    "multi_az",
    "network_type",
    "pending_modified_values",
    "percent_progress",
    "performance_insights_enabled",
    "performance_insights_retention_period",
    "preferred_backup_window",
    "preferred_maintenance_window",
    "publicly_accessible",
    "read_replica_identifiers",
    "reader_endpoint",
    "replication_source_identifier",
    "serverless_v2_max_capacity",
    "serverless_v2_min_capacity",
    "serverless_v2_platform_version",
    "storage_encrypted",
    "storage_encryption_type",
    "storage_throughput",
    "storage_type",
    "upgrade_rollout_order",
    "vpc_security_group_ids",
];

fn to_resource(cx: &QueryContext, c: &rds::types::DbCluster) -> Option<Resource> {
    let id = c.db_cluster_identifier()?;
    let mut r = cx.resource(type_of(COVERS, c.engine()), arn_or(cx, c.db_cluster_arn(), "cluster", id), id);
    r.name = Some(id.to_owned());
    // A cluster spans zones (attributes.availability_zones), so it has no zone of its own.
    r.state = c.status().map(str::to_owned);
    // Only Multi-AZ DB clusters have a class of their own; elsewhere it is their members'.
    r.class = c.db_cluster_instance_class().map(str::to_owned);
    r.created_at = c.cluster_create_time().and_then(timestamp);
    if r.created_at.is_none() {
        r.mark_unknown("created_at");
    }
    r.mark_unknown("modified_at");
    insert_tags(&mut r, c.tag_list());
    set_running(&mut r, c);
    set_placed(&mut r, c);
    Some(r)
}

/// What runs, how it is kept, and what is about to change. The master user's name and password are never read.
fn set_running(r: &mut Resource, c: &rds::types::DbCluster) {
    let a = &mut r.attributes;
    let mut set = |name: &str, value: Value| a.set(name, value);

    set("activity_stream_mode", enum_text(c.activity_stream_mode(), |v| v.as_str()).into());
    set("activity_stream_status", enum_text(c.activity_stream_status(), |v| v.as_str()).into());
    set("associated_role_arns", list(c.associated_roles().iter().filter_map(|role| role.role_arn())));
    set("auto_minor_version_upgrade", c.auto_minor_version_upgrade().into());
    set("automatic_restart_time", optional_time(c.automatic_restart_time()));
    set("aws_backup_recovery_point_arn", c.aws_backup_recovery_point_arn().into());
    set("backtrack_window", c.backtrack_window().into());
    set("backup_retention_period", c.backup_retention_period().into());
    let certificate = c.certificate_details();
    set("ca_certificate_identifier", certificate.and_then(|ca| ca.ca_identifier()).into());
    set("ca_certificate_valid_till", optional_time(certificate.and_then(|ca| ca.valid_till())));
    set("capacity", c.capacity().into());
    set("character_set_name", c.character_set_name().into());
    set("cluster_create_time", optional_time(c.cluster_create_time()));
    set("copy_tags_to_snapshot", c.copy_tags_to_snapshot().into());
    set("database_insights_mode", enum_text(c.database_insights_mode(), |v| v.as_str()).into());
    set("database_name", c.database_name().into());
    set("db_cluster_parameter_group", c.db_cluster_parameter_group().into());
    set("deletion_protection", c.deletion_protection().into());
    set("earliest_restorable_time", optional_time(c.earliest_restorable_time()));
    set(
        "enabled_cloudwatch_logs_exports",
        list(c.enabled_cloudwatch_logs_exports().iter().map(String::as_str)),
    );
    set("engine", c.engine().into());
    set("engine_lifecycle_support", c.engine_lifecycle_support().into());
    set("engine_mode", c.engine_mode().into());
    set("engine_version", c.engine_version().into());
    set("http_endpoint_enabled", c.http_endpoint_enabled().into());
    set("iam_database_authentication_enabled", c.iam_database_authentication_enabled().into());
    set("latest_restorable_time", optional_time(c.latest_restorable_time()));
    set("master_user_secret_arn", c.master_user_secret().and_then(|s| s.secret_arn()).into());
    set("monitoring_interval", c.monitoring_interval().into());
    set("pending_modified_values", pending(c.pending_modified_values()));
    set("percent_progress", c.percent_progress().into());
    set("performance_insights_enabled", c.performance_insights_enabled().into());
    set("performance_insights_retention_period", c.performance_insights_retention_period().into());
    set("preferred_backup_window", c.preferred_backup_window().into());
    set("preferred_maintenance_window", c.preferred_maintenance_window().into());
    set("upgrade_rollout_order", enum_text(c.upgrade_rollout_order(), |v| v.as_str()).into());
}

/// Where it stands, its members, its storage, and its replicas.
fn set_placed(r: &mut Resource, c: &rds::types::DbCluster) {
    let a = &mut r.attributes;
    let mut set = |name: &str, value: Value| a.set(name, value);

    set("allocated_storage", c.allocated_storage().into());
    set("availability_zones", list(c.availability_zones().iter().map(String::as_str)));
    set("clone_group_id", c.clone_group_id().into());
    set("cluster_scalability_type", enum_text(c.cluster_scalability_type(), |v| v.as_str()).into());
    set("cross_account_clone", c.cross_account_clone().into());
    set("custom_endpoints", list(c.custom_endpoints().iter().map(String::as_str)));
    set("db_cluster_instance_class", c.db_cluster_instance_class().into());
    let members = c.db_cluster_members();
    set("db_cluster_members", list(members.iter().filter_map(|m| m.db_instance_identifier())));
    let writer = members.iter().find(|member| member.is_cluster_writer() == Some(true));
    set("db_cluster_writer", writer.and_then(|member| member.db_instance_identifier()).into());
    set("db_cluster_resource_id", c.db_cluster_resource_id().into());
    set("db_subnet_group_name", c.db_subnet_group().into());
    set("db_system_id", c.db_system_id().into());
    set("endpoint_address", c.endpoint().into());
    set("endpoint_port", c.port().into());
    set("global_cluster_identifier", c.global_cluster_identifier().into());
    set(
        "global_write_forwarding_status",
        enum_text(c.global_write_forwarding_status(), |v| v.as_str()).into(),
    );
    set("iops", c.iops().into());
    set("kms_key_id", c.kms_key_id().into());
    set("local_write_forwarding_status", enum_text(c.local_write_forwarding_status(), |v| v.as_str()).into());
    set("multi_az", c.multi_az().into());
    set("network_type", c.network_type().into());
    set("publicly_accessible", c.publicly_accessible().into());
    set("read_replica_identifiers", list(c.read_replica_identifiers().iter().map(String::as_str)));
    set("reader_endpoint", c.reader_endpoint().into());
    set("replication_source_identifier", c.replication_source_identifier().into());
    let scaling = c.serverless_v2_scaling_configuration();
    set("serverless_v2_max_capacity", scaling.and_then(|s| s.max_capacity()).into());
    set("serverless_v2_min_capacity", scaling.and_then(|s| s.min_capacity()).into());
    set("serverless_v2_platform_version", c.serverless_v2_platform_version().into());
    set("storage_encrypted", c.storage_encrypted().into());
    set("storage_encryption_type", enum_text(c.storage_encryption_type(), |v| v.as_str()).into());
    set("storage_throughput", c.storage_throughput().into());
    set("storage_type", c.storage_type().into());
    set(
        "vpc_security_group_ids",
        list(c.vpc_security_groups().iter().filter_map(|group| group.vpc_security_group_id())),
    );
}

/// What the next maintenance window changes, but for the password.
fn pending(pending: Option<&rds::types::ClusterPendingModifiedValues>) -> Value {
    let Some(p) = pending else { return Value::Null };
    object([
        ("allocated_storage", p.allocated_storage().into()),
        ("backup_retention_period", p.backup_retention_period().into()),
        ("db_cluster_identifier", p.db_cluster_identifier().into()),
        ("engine_version", p.engine_version().into()),
        ("iam_database_authentication_enabled", p.iam_database_authentication_enabled().into()),
        ("iops", p.iops().into()),
        ("storage_type", p.storage_type().into()),
    ])
}
