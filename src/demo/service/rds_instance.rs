//! One DB instance in RDS's XML, with the members that the real service sends.

use crate::demo::estate::{Database, NOW, Place, moment};
use crate::demo::wire::Xml;

/// When the certificates of each authority end.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html>
pub(super) fn certificate_end(authority: &str) -> &'static str {
    match authority {
        "rds-ca-2019" => "2024-08-22T17:08:50.000Z",
        _ => "2061-05-25T22:34:57.000Z",
    }
}

pub(super) fn write_instance(xml: &mut Xml, place: &Place<'_>, database: &Database) {
    xml.text("DBInstanceIdentifier", &database.identifier);
    xml.text("DBInstanceClass", database.class);
    xml.text("Engine", database.engine.name);
    xml.text("DBInstanceStatus", database.status);
    xml.text("MasterUsername", "dbadmin");
    xml.optional("DBName", database.database_name);
    write_endpoint(xml, place, database);
    write_storage(xml, place, database);
    xml.optional_plain("InstanceCreateTime", database.created_at.map(moment));
    write_backup_and_maintenance(xml, database);
    write_groups(xml, place, database);
    xml.optional("AvailabilityZone", database.zone.as_deref());
    xml.optional("SecondaryAvailabilityZone", database.secondary_zone.as_deref());
    write_subnet_group(xml, place);
    write_pending(xml, database);
    xml.plain("MultiAZ", database.secondary_zone.is_some());
    xml.text("EngineVersion", database.version);
    xml.plain("AutoMinorVersionUpgrade", database.auto_minor_upgrade);
    write_replication(xml, database);
    xml.text("LicenseModel", database.engine.license);
    if database.engine.name.starts_with("oracle") {
        xml.text("CharacterSetName", "AL32UTF8");
        xml.text("NcharCharacterSetName", "AL16UTF16");
    }
    xml.plain("PubliclyAccessible", database.publicly_accessible);
    xml.plain("DbInstancePort", 0);
    if let Some((cluster, nth)) = &database.cluster {
        xml.text("DBClusterIdentifier", &cluster.identifier);
        xml.plain("PromotionTier", nth.min(&15));
    }
    xml.text("DbiResourceId", &database.resource_id);
    xml.text("CACertificateIdentifier", database.certificate_authority);
    xml.empty("DomainMemberships");
    xml.plain("CopyTagsToSnapshot", true);
    write_monitoring(xml, place, database);
    xml.text("DBInstanceArn", &place.arn("rds", format_args!("db:{}", database.identifier)));
    if database.engine.name.starts_with("sqlserver") {
        xml.text("Timezone", "UTC");
    }
    xml.plain(
        "IAMDatabaseAuthenticationEnabled",
        database.cluster.as_ref().is_some_and(|(cluster, _)| cluster.iam_authentication),
    );
    xml.plain("DeletionProtection", database.deletion_protection);
    xml.empty("AssociatedRoles");
    xml.list("TagList", "Tag", &database.tags, |xml, (key, value)| {
        xml.text("Key", key);
        xml.text("Value", value);
    });
    xml.plain("CustomerOwnedIpEnabled", false);
    xml.text("NetworkType", "IPV4");
    xml.text("ActivityStreamStatus", "stopped");
    xml.text("BackupTarget", "region");
    xml.element("CertificateDetails", |xml| {
        xml.text("CAIdentifier", database.certificate_authority);
        xml.text("ValidTill", certificate_end(database.certificate_authority));
    });
    if database.managed_secret {
        xml.element("MasterUserSecret", |xml| {
            let name = format_args!("secret:rds!{}", database.resource_id.to_lowercase());
            xml.text("SecretArn", &place.arn("secretsmanager", name));
            xml.text("SecretStatus", "active");
            xml.text("KmsKeyId", &place.kms_key_arn());
        });
    }
    if database.status == "stopped" {
        xml.text("AutomaticRestartTime", &moment(NOW + 3 * 86_400));
    }
    xml.plain("DedicatedLogVolume", false);
    xml.plain("IsStorageConfigUpgradeAvailable", false);
    xml.text(
        "EngineLifecycleSupport",
        if database.extended_support {
            "open-source-rds-extended-support"
        } else {
            "open-source-rds-extended-support-disabled"
        },
    );
}

fn write_endpoint(xml: &mut Xml, place: &Place<'_>, database: &Database) {
    if database.has_endpoint() {
        let host = database.engine.family.host();
        let address = format!(
            "{}.{}.{}.{host}.amazonaws.com",
            database.identifier,
            place.database_domain(),
            place.region.name
        );
        xml.element("Endpoint", |xml| {
            xml.text("Address", &address);
            xml.plain("Port", database.engine.port);
            xml.text("HostedZoneId", "Z29XKXDKYMONMX");
        });
    }
}

fn write_storage(xml: &mut Xml, place: &Place<'_>, database: &Database) {
    let storage = &database.storage;
    xml.plain("AllocatedStorage", storage.gibibytes);
    xml.text("StorageType", storage.kind);
    xml.optional_plain("Iops", storage.iops);
    xml.optional_plain("StorageThroughput", storage.throughput);
    xml.optional_plain("MaxAllocatedStorage", storage.most_gibibytes);
    xml.plain("StorageEncrypted", database.encrypted);
    if database.encrypted {
        xml.text("KmsKeyId", &place.kms_key_arn());
        xml.text("StorageEncryptionType", "sse-kms");
    }
    if database.status == "storage-optimization" {
        xml.text("PercentProgress", "37");
    }
}

fn write_backup_and_maintenance(xml: &mut Xml, database: &Database) {
    xml.text("PreferredBackupWindow", &database.backup_window);
    xml.plain("BackupRetentionPeriod", database.backup_retention);
    xml.text("PreferredMaintenanceWindow", &database.maintenance_window);
    if database.backup_retention > 0 && database.has_endpoint() {
        xml.text("LatestRestorableTime", &moment(NOW - 240));
    }
}

fn write_groups(xml: &mut Xml, place: &Place<'_>, database: &Database) {
    xml.empty("DBSecurityGroups");
    xml.list("VpcSecurityGroups", "VpcSecurityGroupMembership", [40], |xml, nth| {
        xml.text("VpcSecurityGroupId", &place.id("sg", nth));
        xml.text("Status", "active");
    });
    xml.list("DBParameterGroups", "DBParameterGroup", [database.engine.parameters], |xml, family| {
        xml.text("DBParameterGroupName", &format!("default.{family}"));
        xml.text(
            "ParameterApplyStatus",
            if database.status == "modifying" { "pending-reboot" } else { "in-sync" },
        );
    });
    xml.list("OptionGroupMemberships", "OptionGroupMembership", [database.engine], |xml, engine| {
        let family = engine.parameters.replace('.', "-");
        xml.text("OptionGroupName", &format!("default:{family}"));
        xml.text("Status", "in-sync");
    });
}

fn write_subnet_group(xml: &mut Xml, place: &Place<'_>) {
    xml.element("DBSubnetGroup", |xml| {
        xml.text("DBSubnetGroupName", "private");
        xml.text("DBSubnetGroupDescription", "Private subnets of the main VPC");
        xml.text("VpcId", &place.vpc_id());
        xml.text("SubnetGroupStatus", "Complete");
        xml.list("Subnets", "Subnet", 0..2, |xml, zone| {
            xml.text("SubnetIdentifier", &place.subnet_id(zone, false));
            xml.element("SubnetAvailabilityZone", |xml| xml.text("Name", &place.region.zone(zone)));
            xml.empty("SubnetOutpost");
            xml.text("SubnetStatus", "Active");
        });
    });
}

fn write_pending(xml: &mut Xml, database: &Database) {
    if database.pending.is_empty() {
        xml.empty("PendingModifiedValues");
        return;
    }
    xml.element("PendingModifiedValues", |xml| {
        for (name, value) in &database.pending {
            xml.text(name, value);
        }
    });
}

fn write_replication(xml: &mut Xml, database: &Database) {
    xml.optional("ReadReplicaSourceDBInstanceIdentifier", database.replica_of.as_deref());
    xml.texts(
        "ReadReplicaDBInstanceIdentifiers",
        "ReadReplicaDBInstanceIdentifier",
        database.replica.as_deref(),
    );
    if database.replica_of.is_some() {
        xml.list("StatusInfos", "DBInstanceStatusInfo", ["read replication"], |xml, kind| {
            xml.text("StatusType", kind);
            xml.plain("Normal", true);
            xml.text("Status", "replicating");
        });
    }
}

fn write_monitoring(xml: &mut Xml, place: &Place<'_>, database: &Database) {
    xml.plain("MonitoringInterval", database.monitoring_interval);
    if database.monitoring_interval > 0 {
        let stream = format_args!("log-group:RDSOSMetrics:log-stream:{}", database.resource_id);
        xml.text("EnhancedMonitoringResourceArn", &place.arn("logs", stream));
        xml.text("MonitoringRoleArn", &place.role_arn("rds-monitoring-role"));
    }
    xml.text("DatabaseInsightsMode", "standard");
    xml.plain("PerformanceInsightsEnabled", database.performance_insights);
    if database.performance_insights {
        xml.text("PerformanceInsightsKMSKeyId", &place.kms_key_arn());
        xml.plain("PerformanceInsightsRetentionPeriod", 7);
    }
    if !database.logs.is_empty() {
        xml.texts("EnabledCloudwatchLogsExports", "member", database.logs.iter().copied());
    }
}
