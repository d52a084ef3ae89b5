//! DB instances, from `DescribeDBInstances`.

use async_trait::async_trait;
use aws_sdk_rds as rds;
use serde_json::Value;

use super::{MAX_RECORDS, arn_or, config_override, insert_tags, metrics, object, type_of};
use crate::aws::Api;
use crate::collect::fields::{enum_text, list, optional_time, timestamp};
use crate::collect::{Collector, Covered, Page, PageSink, Pages, QueryContext};
use crate::model::{Column, Failure, Format, Resource};

const DESCRIBE_DB_INSTANCES: Api = Api::new("rds", "DescribeDBInstances");
const COVERS: &[Covered] = &[
    Covered::new("AWS::RDS::DBInstance", "RDS DB instances")
        .metrics(metrics::RDS_INSTANCE)
        .silent_since(metrics::silent_since),
    Covered::new("AWS::Neptune::DBInstance", "Neptune DB instances")
        .metrics(metrics::NEPTUNE_INSTANCE)
        .silent_since(metrics::silent_since),
    Covered::new("AWS::DocDB::DBInstance", "DocumentDB instances")
        .metrics(metrics::DOCDB_INSTANCE)
        .silent_since(metrics::silent_since),
];

/// Collects `AWS::RDS::DBInstance`, and Neptune's and DocumentDB's.
#[derive(Debug)]
pub(crate) struct Instances;

#[async_trait]
impl Collector for Instances {
    fn covers(&self) -> &'static [Covered] {
        COVERS
    }

    fn service(&self) -> &'static str {
        "rds"
    }

    fn iam_actions(&self) -> &'static [&'static str] {
        &["rds:DescribeDBInstances"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        ATTRIBUTES
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::text("ID", "id", 0),
            Column::text("STATE", "state", 0).format(Format::State),
            Column::text("CLASS", "class", 2),
            Column::text("ENGINE", "engine", 2),
            Column::text("VERSION", "engine_version", 4),
            Column::number("CPU", "metrics.CPUUtilization.Average", 1),
            Column::number("CPU MAX", "metrics.CPUUtilization.Maximum", 5),
            Column::number("CONN", "metrics.DatabaseConnections.Maximum", 3),
            // Aurora keeps its data elsewhere; what an instance of it can run out of is local storage.
            Column::first_of(
                "FREE",
                "metrics.FreeStorageSpace.Minimum",
                &[("metrics.FreeLocalStorage.Minimum", Format::Plain)],
                2,
            ),
            Column::number("MEM FREE", "metrics.FreeableMemory.Minimum", 4),
            Column::number("QUEUE", "metrics.MainRequestQueuePendingRequests.Maximum", 5),
            Column::number("READ/S", "metrics.ReadIOPS.Average", 6),
            Column::number("WRITE/S", "metrics.WriteIOPS.Average", 6),
            Column::first_of(
                "LAG",
                "metrics.ReplicaLag.Maximum",
                &[
                    ("metrics.AuroraReplicaLag.Maximum", Format::Plain),
                    ("metrics.DBInstanceReplicaLag.Maximum", Format::Plain),
                ],
                7,
            ),
            Column::number("CREDITS", "metrics.CPUCreditBalance.Minimum", 8),
            Column::number("STORAGE", "allocated_storage", 5).format(Format::GibiBytes),
            Column::text("STORAGE TYPE", "storage_type", 11),
            Column::text("MULTI-AZ", "multi_az", 8),
            Column::text("CLUSTER", "db_cluster_identifier", 9),
            Column::text("ZONE", "availability_zone", 12),
            Column::text("ENCRYPTED", "storage_encrypted", 13),
            Column::text("PUBLIC", "publicly_accessible", 10),
            Column::text("CREATED", "created_at", 14).format(Format::Time),
            Column::text("ENDPOINT", "endpoint_address", 15),
        ];
        COLUMNS
    }

    async fn collect(&self, cx: &QueryContext, sink: &PageSink) -> Result<(), Failure> {
        let client = cx.client(rds::Client::new);
        let mut pages = Pages::new(DESCRIBE_DB_INSTANCES, cx, sink);
        while pages.more() {
            let answer = cx
                .call(DESCRIBE_DB_INSTANCES, |grant| {
                    client
                        .describe_db_instances()
                        .max_records(MAX_RECORDS)
                        .set_marker(pages.token())
                        .customize()
                        .config_override(config_override(grant))
                        .send()
                })
                .await?;
            let mut page = Page::new(answer.marker);
            for instance in DESCRIBE_DB_INSTANCES.required(answer.db_instances, "DBInstances")? {
                page.push(to_resource(cx, &instance), "a DB instance without DBInstanceIdentifier");
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
    "automation_mode",
    "aws_backup_recovery_point_arn",
    "backup_retention_period",
    "backup_target",
    "ca_certificate_identifier",
    "ca_certificate_valid_till",
    "character_set_name",
    "copy_tags_to_snapshot",
    "database_insights_mode",
    "db_cluster_identifier",
    "db_name",
    "db_parameter_groups",
    "db_subnet_group_name",
    "db_system_id",
    "dbi_resource_id",
    "dedicated_log_volume",
    "deletion_protection",
    "enabled_cloudwatch_logs_exports",
    "endpoint_address",
    "endpoint_port",
    "engine",
    "engine_lifecycle_support",
    "engine_version",
    "iam_database_authentication_enabled",
    "instance_create_time",
    "iops",
    "is_storage_config_upgrade_available",
    "kms_key_id",
    "latest_restorable_time",
    "license_model",
    "master_user_secret_arn",
    "max_allocated_storage",
    "monitoring_interval",
    "multi_az",
    "multi_tenant",
    "nchar_character_set_name",
    "network_type",
    "option_group_names",
    "parameter_apply_status",
    "pending_modified_values",
    "percent_progress",
    "performance_insights_enabled",
    "performance_insights_retention_period",
    "preferred_backup_window",
    "preferred_maintenance_window",
    "processor_features",
    "promotion_tier",
    "publicly_accessible",
    "read_replica_db_cluster_identifiers",
    "read_replica_db_instance_identifiers",
    "read_replica_source_db_cluster_identifier",
    "read_replica_source_db_instance_identifier",
    "replica_mode",
    "replication_status",
    "secondary_availability_zone",
    "storage_encrypted",
    "storage_encryption_type",
    "storage_operation_percent_progress",
    "storage_operation_status",
    "storage_throughput",
    "storage_type",
    "storage_volume_status",
    "timezone",
    "upgrade_rollout_order",
    "vpc_id",
    "vpc_security_group_ids",
];

fn to_resource(cx: &QueryContext, d: &rds::types::DbInstance) -> Option<Resource> {
    let id = d.db_instance_identifier()?;
    let mut r = cx.resource(type_of(COVERS, d.engine()), arn_or(cx, d.db_instance_arn(), "db", id), id);
    r.name = Some(id.to_owned());
    r.availability_zone = d.availability_zone().map(str::to_owned);
    r.state = d.db_instance_status().map(str::to_owned);
    r.class = d.db_instance_class().map(str::to_owned);
    r.created_at = d.instance_create_time().and_then(timestamp);
    if r.created_at.is_none() {
        // It exists, so it was created; AWS tells when only once it is available.
        r.mark_unknown("created_at");
    }
    r.mark_unknown("modified_at");
    insert_tags(&mut r, d.tag_list());
    set_running(&mut r, d);
    set_placed(&mut r, d);
    Some(r)
}

/// What runs, how it is kept, and what is about to change. The master user's name and password are never read.
fn set_running(r: &mut Resource, d: &rds::types::DbInstance) {
    let a = &mut r.attributes;
    let mut set = |name: &str, value: Value| a.set(name, value);

    set("activity_stream_mode", enum_text(d.activity_stream_mode(), |v| v.as_str()).into());
    set("activity_stream_status", enum_text(d.activity_stream_status(), |v| v.as_str()).into());
    set("associated_role_arns", list(d.associated_roles().iter().filter_map(|role| role.role_arn())));
    set("auto_minor_version_upgrade", d.auto_minor_version_upgrade().into());
    set("automatic_restart_time", optional_time(d.automatic_restart_time()));
    set("automation_mode", enum_text(d.automation_mode(), |v| v.as_str()).into());
    set("aws_backup_recovery_point_arn", d.aws_backup_recovery_point_arn().into());
    set("backup_retention_period", d.backup_retention_period().into());
    set("backup_target", d.backup_target().into());
    set("ca_certificate_identifier", d.ca_certificate_identifier().into());
    set("ca_certificate_valid_till", optional_time(d.certificate_details().and_then(|ca| ca.valid_till())));
    set("character_set_name", d.character_set_name().into());
    set("copy_tags_to_snapshot", d.copy_tags_to_snapshot().into());
    set("database_insights_mode", enum_text(d.database_insights_mode(), |v| v.as_str()).into());
    set("db_name", d.db_name().into());
    let groups = d.db_parameter_groups();
    set("db_parameter_groups", list(groups.iter().filter_map(|g| g.db_parameter_group_name())));
    set("parameter_apply_status", list(groups.iter().filter_map(|g| g.parameter_apply_status())));
    set("dbi_resource_id", d.dbi_resource_id().into());
    set("deletion_protection", d.deletion_protection().into());
    set(
        "enabled_cloudwatch_logs_exports",
        list(d.enabled_cloudwatch_logs_exports().iter().map(String::as_str)),
    );
    set("engine", d.engine().into());
    set("engine_lifecycle_support", d.engine_lifecycle_support().into());
    set("engine_version", d.engine_version().into());
    set("iam_database_authentication_enabled", d.iam_database_authentication_enabled().into());
    set("instance_create_time", optional_time(d.instance_create_time()));
    set("latest_restorable_time", optional_time(d.latest_restorable_time()));
    set("license_model", d.license_model().into());
    set("master_user_secret_arn", d.master_user_secret().and_then(|s| s.secret_arn()).into());
    set("monitoring_interval", d.monitoring_interval().into());
    set("multi_tenant", d.multi_tenant().into());
    set("nchar_character_set_name", d.nchar_character_set_name().into());
    set(
        "option_group_names",
        list(d.option_group_memberships().iter().filter_map(|group| group.option_group_name())),
    );
    set("pending_modified_values", pending(d.pending_modified_values()));
    set("percent_progress", d.percent_progress().into());
    set("performance_insights_enabled", d.performance_insights_enabled().into());
    set("performance_insights_retention_period", d.performance_insights_retention_period().into());
    set("preferred_backup_window", d.preferred_backup_window().into());
    set("preferred_maintenance_window", d.preferred_maintenance_window().into());
    set(
        "processor_features",
        list(
            d.processor_features()
                .iter()
                .map(|f| format!("{}={}", f.name().unwrap_or_default(), f.value().unwrap_or_default()))
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str),
        ),
    );
    set("timezone", d.timezone().into());
    set("upgrade_rollout_order", enum_text(d.upgrade_rollout_order(), |v| v.as_str()).into());
}

/// Where it stands, its storage, and its replicas.
fn set_placed(r: &mut Resource, d: &rds::types::DbInstance) {
    let a = &mut r.attributes;
    let mut set = |name: &str, value: Value| a.set(name, value);

    set("allocated_storage", d.allocated_storage().into());
    set("db_cluster_identifier", d.db_cluster_identifier().into());
    set("db_subnet_group_name", d.db_subnet_group().and_then(|g| g.db_subnet_group_name()).into());
    set("db_system_id", d.db_system_id().into());
    set("dedicated_log_volume", d.dedicated_log_volume().into());
    set("endpoint_address", d.endpoint().and_then(|endpoint| endpoint.address()).into());
    set("endpoint_port", d.endpoint().and_then(|endpoint| endpoint.port()).into());
    set("iops", d.iops().into());
    set("is_storage_config_upgrade_available", d.is_storage_config_upgrade_available().into());
    set("kms_key_id", d.kms_key_id().into());
    set("max_allocated_storage", d.max_allocated_storage().into());
    set("multi_az", d.multi_az().into());
    set("network_type", d.network_type().into());
    set("promotion_tier", d.promotion_tier().into());
    set("publicly_accessible", d.publicly_accessible().into());
    set(
        "read_replica_db_cluster_identifiers",
        list(d.read_replica_db_cluster_identifiers().iter().map(String::as_str)),
    );
    set(
        "read_replica_db_instance_identifiers",
        list(d.read_replica_db_instance_identifiers().iter().map(String::as_str)),
    );
    set("read_replica_source_db_cluster_identifier", d.read_replica_source_db_cluster_identifier().into());
    set("read_replica_source_db_instance_identifier", d.read_replica_source_db_instance_identifier().into());
    set("replica_mode", enum_text(d.replica_mode(), |v| v.as_str()).into());
    let replication = d.status_infos().iter().find(|info| info.status_type() == Some("read replication"));
    set("replication_status", replication.and_then(|info| info.status()).into());
    set("secondary_availability_zone", d.secondary_availability_zone().into());
    set("storage_encrypted", d.storage_encrypted().into());
    set("storage_encryption_type", enum_text(d.storage_encryption_type(), |v| v.as_str()).into());
    set("storage_operation_percent_progress", d.storage_operation_percent_progress().into());
    set("storage_operation_status", d.storage_operation_status().into());
    set("storage_throughput", d.storage_throughput().into());
    set("storage_type", d.storage_type().into());
    set("storage_volume_status", d.storage_volume_status().into());
    set("vpc_id", d.db_subnet_group().and_then(|group| group.vpc_id()).into());
    set(
        "vpc_security_group_ids",
        list(d.vpc_security_groups().iter().filter_map(|group| group.vpc_security_group_id())),
    );
}

/// What the next maintenance window changes, but for the password.
fn pending(pending: Option<&rds::types::PendingModifiedValues>) -> Value {
    let Some(p) = pending else { return Value::Null };
    object([
        ("allocated_storage", p.allocated_storage().into()),
        ("automation_mode", enum_text(p.automation_mode(), |v| v.as_str()).into()),
        ("backup_retention_period", p.backup_retention_period().into()),
        ("ca_certificate_identifier", p.ca_certificate_identifier().into()),
        ("db_instance_class", p.db_instance_class().into()),
        ("db_instance_identifier", p.db_instance_identifier().into()),
        ("db_subnet_group_name", p.db_subnet_group_name().into()),
        ("dedicated_log_volume", p.dedicated_log_volume().into()),
        ("engine", p.engine().into()),
        ("engine_version", p.engine_version().into()),
        ("iam_database_authentication_enabled", p.iam_database_authentication_enabled().into()),
        ("iops", p.iops().into()),
        ("license_model", p.license_model().into()),
        ("multi_az", p.multi_az().into()),
        ("multi_tenant", p.multi_tenant().into()),
        ("port", p.port().into()),
        ("resume_full_automation_mode_time", optional_time(p.resume_full_automation_mode_time())),
        ("storage_throughput", p.storage_throughput().into()),
        ("storage_type", p.storage_type().into()),
    ])
}
