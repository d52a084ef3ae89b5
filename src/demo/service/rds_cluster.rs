//! One DB cluster in RDS's XML, with the members that the real service sends.

use super::rds_instance::certificate_end;
use crate::demo::estate::{Cluster, Database, NOW, Place, moment};
use crate::demo::wire::Xml;

pub(super) fn write_cluster(xml: &mut Xml, place: &Place<'_>, cluster: &Cluster, members: &[Database]) {
    let engine = cluster.engine;
    xml.plain("AllocatedStorage", if engine.has_cluster_storage() { 1 } else { 400 });
    xml.texts("AvailabilityZones", "AvailabilityZone", cluster.zones.iter().map(String::as_str));
    xml.plain("BackupRetentionPeriod", cluster.backup_retention);
    xml.optional("DatabaseName", cluster.database_name);
    xml.text("DBClusterIdentifier", &cluster.identifier);
    xml.text("DBClusterParameterGroup", &format!("default.{}", engine.parameters));
    xml.text("DBSubnetGroup", "private");
    xml.text("Status", cluster.status);
    xml.text("EarliestRestorableTime", &moment(NOW - cluster.backup_retention * 86_400));
    write_endpoints(xml, place, cluster);
    xml.plain("MultiAZ", members.len() > 1);
    xml.text("Engine", engine.name);
    xml.text("EngineVersion", engine.version);
    xml.text("LatestRestorableTime", &moment(NOW - 240));
    xml.plain("Port", engine.port);
    xml.text("MasterUsername", "dbadmin");
    xml.text("PreferredBackupWindow", &cluster.backup_window);
    xml.text("PreferredMaintenanceWindow", &cluster.maintenance_window);
    xml.empty("ReadReplicaIdentifiers");
    xml.list("DBClusterMembers", "DBClusterMember", members.iter().enumerate(), |xml, (nth, member)| {
        xml.text("DBInstanceIdentifier", &member.identifier);
        xml.plain("IsClusterWriter", nth == 0);
        xml.text("DBClusterParameterGroupStatus", "in-sync");
        xml.plain("PromotionTier", nth.min(15));
    });
    xml.list("VpcSecurityGroups", "VpcSecurityGroupMembership", [41], |xml, nth| {
        xml.text("VpcSecurityGroupId", &place.id("sg", nth));
        xml.text("Status", "active");
    });
    xml.text("HostedZoneId", "Z29XKXDKYMONMX");
    write_storage_and_keys(xml, place, cluster);
    xml.text("DbClusterResourceId", &cluster.resource_id);
    xml.text("DBClusterArn", &place.arn("rds", format_args!("cluster:{}", cluster.identifier)));
    xml.empty("AssociatedRoles");
    xml.plain("IAMDatabaseAuthenticationEnabled", cluster.iam_authentication);
    xml.text("ClusterCreateTime", &moment(cluster.created_at));
    if !cluster.logs.is_empty() {
        xml.texts("EnabledCloudwatchLogsExports", "member", cluster.logs.iter().copied());
    }
    if let Some(version) = cluster.pending_version {
        xml.element("PendingModifiedValues", |xml| xml.text("EngineVersion", version));
    }
    xml.text("EngineMode", "provisioned");
    xml.plain("DeletionProtection", cluster.deletion_protection);
    xml.plain("HttpEndpointEnabled", false);
    xml.text("ActivityStreamStatus", "stopped");
    xml.plain("CopyTagsToSnapshot", true);
    xml.plain("CrossAccountClone", false);
    xml.empty("DomainMemberships");
    xml.list("TagList", "Tag", &cluster.tags, |xml, (key, value)| {
        xml.text("Key", key);
        xml.text("Value", value);
    });
    xml.plain("AutoMinorVersionUpgrade", true);
    xml.text("NetworkType", "IPV4");
    write_capacity(xml, cluster);
}

fn write_endpoints(xml: &mut Xml, place: &Place<'_>, cluster: &Cluster) {
    let domain = place.database_domain();
    let host = cluster.engine.family.host();
    let address = |role: &str| {
        format!("{}.cluster-{role}{domain}.{}.{host}.amazonaws.com", cluster.identifier, place.region.name)
    };
    xml.text("Endpoint", &address(""));
    xml.text("ReaderEndpoint", &address("ro-"));
    xml.empty("CustomEndpoints");
}

fn write_storage_and_keys(xml: &mut Xml, place: &Place<'_>, cluster: &Cluster) {
    xml.plain("StorageEncrypted", cluster.encrypted);
    if cluster.encrypted {
        xml.text("KmsKeyId", &place.kms_key_arn());
        xml.text("StorageEncryptionType", "sse-kms");
    }
    match cluster.instance_class() {
        None => xml.text("StorageType", "aurora"),
        Some(class) => {
            xml.text("DBClusterInstanceClass", class);
            xml.text("StorageType", "io1");
            xml.plain("Iops", 3_000);
            xml.plain("PubliclyAccessible", false);
            xml.plain("MonitoringInterval", 0);
            xml.element("CertificateDetails", |xml| {
                xml.text("CAIdentifier", "rds-ca-rsa2048-g1");
                xml.text("ValidTill", certificate_end("rds-ca-rsa2048-g1"));
            });
        }
    }
}

fn write_capacity(xml: &mut Xml, cluster: &Cluster) {
    if let Some((least, most)) = cluster.serverless {
        xml.element("ServerlessV2ScalingConfiguration", |xml| {
            xml.plain("MinCapacity", format_args!("{least:.1}"));
            xml.plain("MaxCapacity", format_args!("{most:.1}"));
        });
    }
    if cluster.status == "stopped" {
        xml.text("AutomaticRestartTime", &moment(NOW + 3 * 86_400));
    }
    xml.text("DatabaseInsightsMode", "standard");
    xml.text("EngineLifecycleSupport", "open-source-rds-extended-support");
}
