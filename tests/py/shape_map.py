"""Where every member of AWS's own shapes stands in awsinv's document, or why it does not.

The shapes are botocore's, made from the same models as every AWS SDK. A new botocore that brings a new member fails
`test_shapes.py` until somebody decides here. `test_fidelity.py` turns what boto3 reads into whole resources with this
table and compares them with what awsinv prints, so a row that does not hold fails too.

A path names a leaf: `Placement.Tenancy`, with `[]` after lists. A `Left` may stand for all that is below it.
"""

import dataclasses
import datetime
import re
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class Context:
    """What stands outside the shape: whose resource it is, and its tags where the list call does not tell them."""

    account_id: str
    region: str
    tags: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Key:
    """A member is (part of) a key of our document."""

    target: str
    # From the whole shape, where a member alone does not make the value.
    derive: Callable[[dict, Context], Any] | None = None
    # AWS moves it between two readings: it must be there and near, not equal.
    moves: bool = False


@dataclasses.dataclass(frozen=True)
class Left:
    """A member is left out, for a reason."""

    reason: str


@dataclasses.dataclass(frozen=True)
class ShapeMap:
    """One of AWS's shapes, and the resource type that awsinv makes of it."""

    service: str
    shape: str
    members: dict[str, Key | Left | list[Key]]
    # Keys that no member tells, with the value that they always have.
    constants: dict[str, Any]
    unknown: Callable[[dict], list[str]]

    def keys(self) -> list[tuple[str, Key]]:
        """Every (member path, key)."""
        return [
            (path, key)
            for path, rule in self.members.items()
            for key in (rule if isinstance(rule, list) else [rule])
            if isinstance(key, Key)
        ]

    def moving(self) -> set[str]:
        """Targets that AWS moves between two readings."""
        return {key.target for _, key in self.keys() if key.moves}

    def resource(self, raw: dict, context: Context) -> dict:
        """The resource that awsinv must print for what boto3 read."""
        document = {"account_id": context.account_id, "region": context.region, "attributes": {}, **self.constants}
        document["attributes"] = {}
        for path, key in self.keys():
            value = key.derive(raw, context) if key.derive else plain(at(raw, path))
            if key.target.startswith("attributes."):
                document["attributes"][key.target.removeprefix("attributes.")] = value
            else:
                document[key.target] = value
        document["unknown"] = sorted([*self.unknown(document), *NOT_ASKED])
        return document


def at(raw: Any, path: str) -> Any:
    """The value at a path; `None` where there is none, and a list (of what is there) where the path has `[]`."""
    head, _, rest = path.partition(".")
    if head.endswith("[]"):
        found = [at(each, rest) if rest else each for each in raw.get(head[:-2]) or []]
        return [value for value in found if value is not None]
    value = raw.get(head)
    if not rest:
        return value
    if value is None:
        return [] if "[]" in rest else None
    return at(value, rest)


def rfc3339(moment: datetime.datetime) -> str:
    """As awsinv writes a moment: UTC, and a fraction only where there is one, without trailing zeros."""
    text = moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text.rstrip("0").rstrip(".") + "Z"


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, datetime.datetime):
        return rfc3339(value)
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def lambda_time(text: str | None) -> str | None:
    """Lambda's `2024-01-01T00:00:00.000+0000`, and what emulators write instead."""
    if text is None:
        return None
    whole, fraction, offset = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)", text).groups()
    moment = datetime.datetime.fromisoformat(whole + ("+00:00" if offset == "Z" else offset))
    return rfc3339(moment)[:-1] + (fraction or "").rstrip("0").rstrip(".") + "Z"


def attribute(name: str) -> Key:
    """A member that stands under `attributes` as it is."""
    return Key(f"attributes.{name}")


def tags_of(member: str) -> Key:
    """Tags that come with the resource."""
    return Key("tags", lambda raw, _: {tag["Key"]: tag.get("Value", "") for tag in raw.get(member, [])})


def object_of(member: str, paths: dict[str, str]) -> Callable[[dict, Context], Any]:
    """An object of those members that have a value, `None` where none has."""

    def derive(raw: dict, _: Context) -> Any:
        values = {name: plain(at(raw.get(member) or {}, path)) for path, name in paths.items()}
        return {name: value for name, value in values.items() if value is not None} or None

    return derive


# Lists tell nothing of metrics. A run that was told not to ask does not know them, which is not the same as none.
NO_METRICS = {"metrics": {}, "metrics_status": "skipped"}
NOT_ASKED = ["metrics"]
NO_SECRETS = Left("awsinv never reads a secret, nor what helps to guess one")
RETIRED = Left("AWS has retired it")
WIRING = Left("wiring of one network interface; its id leads to DescribeNetworkInterfaces")
SAME_ID = Left("a second id of what another member names")
DIRECTORY = Left("the directory that a database joined is another resource; DescribeDBInstances tells it when needed")


# ---- EC2 ----------------------------------------------------------------------------------------------------------


def _ec2_created(raw: dict, _: Context) -> str | None:
    """LaunchTime is the last start; the primary interface is attached once, at creation."""
    for interface in raw.get("NetworkInterfaces", []):
        attachment = interface.get("Attachment", {})
        if attachment.get("DeviceIndex") == 0 and attachment.get("NetworkCardIndex", 0) == 0:
            return plain(attachment.get("AttachTime"))
    return None


def _ec2_arn(raw: dict, context: Context) -> str:
    return f"arn:aws:ec2:{context.region}:{context.account_id}:instance/{raw['InstanceId']}"


def _name_tag(raw: dict, _: Context) -> str | None:
    return next((tag["Value"] for tag in raw.get("Tags", []) if tag["Key"] == "Name"), None)


EC2_CREATED = Key("created_at", _ec2_created)

EC2_INSTANCE = ShapeMap(
    service="ec2",
    shape="Instance",
    constants={"type": "AWS::EC2::Instance", "modified_at": None, **NO_METRICS},
    unknown=lambda made: ["modified_at"] + (["created_at"] if made["created_at"] is None else []),
    members={
        "InstanceId": [Key("id"), Key("arn", _ec2_arn)],
        "Tags[].Key": [tags_of("Tags"), Key("name", _name_tag)],
        "Tags[].Value": [tags_of("Tags"), Key("name", _name_tag)],
        "State.Name": Key("state"),
        "State.Code": Left("a number for State.Name"),
        "InstanceType": [Key("class"), attribute("instance_type")],
        "Placement.AvailabilityZone": Key("availability_zone"),
        "Placement.AvailabilityZoneId": SAME_ID,
        "Placement.Affinity": Left("says only whether HostId is kept over a restart"),
        "Placement.GroupName": attribute("placement_group_name"),
        "Placement.GroupId": SAME_ID,
        "Placement.PartitionNumber": attribute("placement_partition_number"),
        "Placement.HostId": attribute("host_id"),
        "Placement.Tenancy": attribute("tenancy"),
        "Placement.SpreadDomain": Left("reserved by AWS for future use"),
        "Placement.HostResourceGroupArn": Left("where a host was chosen from; HostId is the choice"),
        "NetworkInterfaces[].Attachment.AttachTime": EC2_CREATED,
        "NetworkInterfaces[].Attachment.DeviceIndex": EC2_CREATED,
        "NetworkInterfaces[].Attachment.NetworkCardIndex": EC2_CREATED,
        "NetworkInterfaces[].Attachment.AttachmentId": WIRING,
        "NetworkInterfaces[].Attachment.DeleteOnTermination": WIRING,
        "NetworkInterfaces[].Attachment.Status": WIRING,
        "NetworkInterfaces[].Attachment.EnaSrdSpecification": WIRING,
        "NetworkInterfaces[].Attachment.EnaQueueCount": WIRING,
        "NetworkInterfaces[].NetworkInterfaceId": attribute("network_interface_ids"),
        "NetworkInterfaces[].Association": WIRING,
        "NetworkInterfaces[].Description": WIRING,
        "NetworkInterfaces[].Groups[]": WIRING,
        "NetworkInterfaces[].Ipv6Addresses[]": WIRING,
        "NetworkInterfaces[].MacAddress": WIRING,
        "NetworkInterfaces[].OwnerId": WIRING,
        "NetworkInterfaces[].PrivateDnsName": WIRING,
        "NetworkInterfaces[].PrivateIpAddress": WIRING,
        "NetworkInterfaces[].PrivateIpAddresses[]": WIRING,
        "NetworkInterfaces[].SourceDestCheck": WIRING,
        "NetworkInterfaces[].Status": WIRING,
        "NetworkInterfaces[].SubnetId": WIRING,
        "NetworkInterfaces[].VpcId": WIRING,
        "NetworkInterfaces[].InterfaceType": WIRING,
        "NetworkInterfaces[].Ipv4Prefixes[]": WIRING,
        "NetworkInterfaces[].Ipv6Prefixes[]": WIRING,
        "NetworkInterfaces[].ConnectionTrackingConfiguration": WIRING,
        "NetworkInterfaces[].Operator": WIRING,
        "SecondaryInterfaces[]": WIRING,
        "BlockDeviceMappings[].Ebs.VolumeId": attribute("ebs_volume_ids"),
        "BlockDeviceMappings[].DeviceName": Left("wiring of one volume; its id leads to DescribeVolumes"),
        "BlockDeviceMappings[].Ebs.AttachTime": Left("wiring of one volume"),
        "BlockDeviceMappings[].Ebs.DeleteOnTermination": Left("wiring of one volume"),
        "BlockDeviceMappings[].Ebs.Status": Left("wiring of one volume"),
        "BlockDeviceMappings[].Ebs.AssociatedResource": Left("wiring of one volume"),
        "BlockDeviceMappings[].Ebs.VolumeOwnerId": Left("wiring of one volume"),
        "BlockDeviceMappings[].Ebs.Operator": Left("wiring of one volume"),
        "BlockDeviceMappings[].Ebs.EbsCardIndex": Left("wiring of one volume"),
        "AmiLaunchIndex": attribute("ami_launch_index"),
        "Architecture": attribute("architecture"),
        "BootMode": attribute("boot_mode"),
        "CapacityBlockId": attribute("capacity_block_id"),
        "CapacityReservationId": attribute("capacity_reservation_id"),
        "CapacityReservationSpecification": Left("what was wished; CapacityReservationId is what it got"),
        "ClientToken": Left("the idempotency token of whoever started it; says nothing about the instance"),
        "CpuOptions.CoreCount": attribute("core_count"),
        "CpuOptions.ThreadsPerCore": attribute("threads_per_core"),
        "CpuOptions.AmdSevSnp": Left("a rare CPU switch; no question of an inventory has asked for it"),
        "CpuOptions.NestedVirtualization": Left("a rare CPU switch; no question of an inventory has asked for it"),
        "CurrentInstanceBootMode": attribute("current_instance_boot_mode"),
        "EbsOptimized": attribute("ebs_optimized"),
        "ElasticGpuAssociations[]": RETIRED,
        "ElasticInferenceAcceleratorAssociations[]": RETIRED,
        "EnaSupport": attribute("ena_support"),
        "EnclaveOptions.Enabled": attribute("enclave_enabled"),
        "HibernationOptions.Configured": attribute("hibernation_configured"),
        "Hypervisor": attribute("hypervisor"),
        "IamInstanceProfile.Arn": attribute("iam_instance_profile"),
        "IamInstanceProfile.Id": SAME_ID,
        "ImageId": attribute("image_id"),
        "InstanceLifecycle": attribute("instance_lifecycle"),
        "Ipv6Address": attribute("ipv6_address"),
        "KernelId": Left("of paravirtual images, which no current instance type boots"),
        "KeyName": attribute("key_name"),
        "LaunchTime": attribute("launch_time"),
        "Licenses[]": Left("License Manager's configurations are resources of their own"),
        "MaintenanceOptions.AutoRecovery": attribute("auto_recovery"),
        "MaintenanceOptions.RebootMigration": Left("how a scheduled reboot is done, not what runs"),
        "MetadataOptions.State": Left("whether the last change of these options has arrived; seconds later it has"),
        "MetadataOptions.HttpTokens": attribute("http_tokens"),
        "MetadataOptions.HttpPutResponseHopLimit": attribute("http_put_response_hop_limit"),
        "MetadataOptions.HttpEndpoint": attribute("http_endpoint"),
        "MetadataOptions.HttpProtocolIpv6": Left("whether the metadata endpoint is reachable over IPv6 too"),
        "MetadataOptions.InstanceMetadataTags": attribute("instance_metadata_tags"),
        "Monitoring.State": attribute("monitoring"),
        "Monitoring.MetricCategoryIds[]": Left("which metrics are emitted; CloudWatch is asked for the values"),
        "NetworkPerformanceOptions.BandwidthWeighting": attribute("bandwidth_weighting"),
        "Operator.Managed": attribute("operator_managed"),
        "Operator.Principal": attribute("operator_principal"),
        "Operator.HiddenByDefault": Left("whether one must ask for managed instances to see it; awsinv always asks"),
        "OutpostArn": attribute("outpost_arn"),
        "Platform": attribute("platform"),
        "PlatformDetails": attribute("platform_details"),
        "PrivateDnsName": attribute("private_dns_name"),
        "PrivateDnsNameOptions": Left("how PrivateDnsName is formed; the name itself is there"),
        "PrivateIpAddress": attribute("private_ip_address"),
        "ProductCodes[]": Left("of AWS Marketplace images; usage_operation and platform_details tell the billing"),
        "PublicDnsName": attribute("public_dns_name"),
        "PublicIpAddress": attribute("public_ip_address"),
        "RamdiskId": Left("of paravirtual images, which no current instance type boots"),
        "RootDeviceName": attribute("root_device_name"),
        "RootDeviceType": attribute("root_device_type"),
        "SecurityGroups[].GroupId": attribute("security_group_ids"),
        "SecurityGroups[].GroupName": SAME_ID,
        "SourceDestCheck": attribute("source_dest_check"),
        "SpotInstanceRequestId": attribute("spot_instance_request_id"),
        "SriovNetSupport": attribute("sriov_net_support"),
        "StateReason.Code": attribute("state_reason_code"),
        "StateReason.Message": attribute("state_reason_message"),
        "StateTransitionReason": attribute("state_transition_reason"),
        "SubnetId": attribute("subnet_id"),
        "TpmSupport": attribute("tpm_support"),
        "UsageOperation": attribute("usage_operation"),
        "UsageOperationUpdateTime": attribute("usage_operation_update_time"),
        "VirtualizationType": attribute("virtualization_type"),
        "VpcId": attribute("vpc_id"),
        # What stands around the instance in DescribeInstances' answer.
        "Reservation.ReservationId": attribute("reservation_id"),
        "Reservation.OwnerId": attribute("owner_id"),
        "Reservation.RequesterId": attribute("requester_id"),
        "Reservation.Groups[]": Left("security groups of EC2-Classic, which AWS has retired"),
        "Reservation.Instances[]": Left("the instances themselves: the rows above"),
    },
)


# ---- RDS ----------------------------------------------------------------------------------------------------------


def _namespace(kind: str) -> Key:
    """RDS's calls return Neptune's and DocumentDB's too; the engine tells."""
    owners = {"neptune": "Neptune", "docdb": "DocDB"}
    return Key("type", lambda raw, _: f"AWS::{owners.get(raw.get('Engine'), 'RDS')}::{kind}")


def _rds_unknown(made: dict) -> list[str]:
    return ["modified_at"] + (["created_at"] if made["created_at"] is None else [])


def _processor_features(raw: dict, _: Context) -> list[str]:
    return [f"{feature.get('Name', '')}={feature.get('Value', '')}" for feature in raw.get("ProcessorFeatures", [])]


def _replication_status(raw: dict, _: Context) -> str | None:
    infos = raw.get("StatusInfos", [])
    return next((info.get("Status") for info in infos if info.get("StatusType") == "read replication"), None)


def _writer(raw: dict, _: Context) -> str | None:
    members = raw.get("DBClusterMembers", [])
    return next((member["DBInstanceIdentifier"] for member in members if member.get("IsClusterWriter")), None)


def _pending(names: dict[str, str]) -> dict[str, Key]:
    """Rows for those members of PendingModifiedValues that awsinv keeps, all in one object."""
    key = Key("attributes.pending_modified_values", object_of("PendingModifiedValues", names))
    return {f"PendingModifiedValues.{path}": key for path in names}


STREAM_TARGET = Left("where the activity stream goes; its status and mode are there")
WINDOW_DETAIL = Left("a rare pending change; its name tells little without the present value beside it")

DB_INSTANCE = ShapeMap(
    service="rds",
    shape="DBInstance",
    constants={"modified_at": None, **NO_METRICS},
    unknown=_rds_unknown,
    members={
        "DBInstanceIdentifier": [Key("id"), Key("name")],
        "DBInstanceArn": Key("arn"),
        "DBInstanceStatus": Key("state"),
        "DBInstanceClass": Key("class"),
        "AvailabilityZone": Key("availability_zone"),
        "InstanceCreateTime": [Key("created_at"), attribute("instance_create_time")],
        "Engine": [_namespace("DBInstance"), attribute("engine")],
        "TagList[].Key": tags_of("TagList"),
        "TagList[].Value": tags_of("TagList"),
        "ActivityStreamEngineNativeAuditFieldsIncluded": STREAM_TARGET,
        "ActivityStreamKinesisStreamName": STREAM_TARGET,
        "ActivityStreamKmsKeyId": STREAM_TARGET,
        "ActivityStreamMode": attribute("activity_stream_mode"),
        "ActivityStreamPolicyStatus": STREAM_TARGET,
        "ActivityStreamStatus": attribute("activity_stream_status"),
        "AdditionalStorageVolumes[]": Left("further volumes of RDS for Oracle and SQL Server; not yet asked for"),
        "AllocatedStorage": attribute("allocated_storage"),
        "AssociatedRoles[].RoleArn": attribute("associated_role_arns"),
        "AssociatedRoles[].FeatureName": Left("the role's purpose; the role's ARN is there"),
        "AssociatedRoles[].Status": Left("whether the role's attachment has arrived"),
        "AutoMinorVersionUpgrade": attribute("auto_minor_version_upgrade"),
        "AutomaticRestartTime": attribute("automatic_restart_time"),
        "AutomationMode": attribute("automation_mode"),
        "AwsBackupRecoveryPointArn": attribute("aws_backup_recovery_point_arn"),
        "BackupRetentionPeriod": attribute("backup_retention_period"),
        "BackupTarget": attribute("backup_target"),
        "CACertificateIdentifier": attribute("ca_certificate_identifier"),
        "CertificateDetails.CAIdentifier": Left("the same as CACertificateIdentifier"),
        "CertificateDetails.ValidTill": attribute("ca_certificate_valid_till"),
        "CharacterSetName": attribute("character_set_name"),
        "CopyTagsToSnapshot": attribute("copy_tags_to_snapshot"),
        "CustomIamInstanceProfile": Left("of RDS Custom's underlying instance, which EC2 lists"),
        "CustomerOwnedIpEnabled": Left("of databases on Outposts; backup_target tells those"),
        "DBCapacityReservationIdentifier": Left("what was reserved is billing's question"),
        "DBClusterIdentifier": attribute("db_cluster_identifier"),
        "DBInstanceAutomatedBackupsReplications[]": Left("backups are resources of their own"),
        "DBName": attribute("db_name"),
        "DBParameterGroups[].DBParameterGroupName": attribute("db_parameter_groups"),
        "DBParameterGroups[].ParameterApplyStatus": attribute("parameter_apply_status"),
        "DBSecurityGroups[]": Left("of EC2-Classic, which AWS has retired"),
        "DBSubnetGroup.DBSubnetGroupName": attribute("db_subnet_group_name"),
        "DBSubnetGroup.VpcId": attribute("vpc_id"),
        "DBSubnetGroup.DBSubnetGroupArn": Left("the subnet group is a resource of its own; its name is there"),
        "DBSubnetGroup.DBSubnetGroupDescription": Left("the subnet group is a resource of its own"),
        "DBSubnetGroup.SubnetGroupStatus": Left("the subnet group is a resource of its own"),
        "DBSubnetGroup.Subnets[]": Left("the subnet group is a resource of its own"),
        "DBSubnetGroup.SupportedNetworkTypes[]": Left("the subnet group is a resource of its own"),
        "DBSystemId": attribute("db_system_id"),
        "DatabaseInsightsMode": attribute("database_insights_mode"),
        "DbInstancePort": Left("0 but for RDS on Outposts; Endpoint.Port is the port"),
        "DbiResourceId": attribute("dbi_resource_id"),
        "DedicatedLogVolume": attribute("dedicated_log_volume"),
        "DeletionProtection": attribute("deletion_protection"),
        "DomainMemberships[]": DIRECTORY,
        "EnabledCloudwatchLogsExports[]": attribute("enabled_cloudwatch_logs_exports"),
        "Endpoint.Address": attribute("endpoint_address"),
        "Endpoint.Port": attribute("endpoint_port"),
        "Endpoint.HostedZoneId": Left("RDS's own Route 53 zone, the same for every database of a Region"),
        "EngineLifecycleSupport": attribute("engine_lifecycle_support"),
        "EngineVersion": attribute("engine_version"),
        "EnhancedMonitoringResourceArn": Left("the log stream of enhanced monitoring; monitoring_interval tells if"),
        "IAMDatabaseAuthenticationEnabled": attribute("iam_database_authentication_enabled"),
        "Iops": attribute("iops"),
        "IsStorageConfigUpgradeAvailable": attribute("is_storage_config_upgrade_available"),
        "KmsKeyId": attribute("kms_key_id"),
        "LatestRestorableTime": Key("attributes.latest_restorable_time", moves=True),
        "LicenseModel": attribute("license_model"),
        "ListenerEndpoint": Left("of SQL Server's Always On listener; Endpoint is what applications use"),
        "MasterUserSecret.SecretArn": attribute("master_user_secret_arn"),
        "MasterUserSecret.SecretStatus": Left("Secrets Manager's question; the ARN is there"),
        "MasterUserSecret.KmsKeyId": Left("Secrets Manager's question; the ARN is there"),
        "MasterUsername": NO_SECRETS,
        "MaxAllocatedStorage": attribute("max_allocated_storage"),
        "MonitoringInterval": attribute("monitoring_interval"),
        "MonitoringRoleArn": Left("the role that enhanced monitoring writes with; monitoring_interval tells if"),
        "MultiAZ": attribute("multi_az"),
        "MultiTenant": attribute("multi_tenant"),
        "NcharCharacterSetName": attribute("nchar_character_set_name"),
        "NetworkType": attribute("network_type"),
        "OptionGroupMemberships[].OptionGroupName": attribute("option_group_names"),
        "OptionGroupMemberships[].Status": Left("whether the option group's change has arrived"),
        **_pending(
            {
                "AllocatedStorage": "allocated_storage",
                "AutomationMode": "automation_mode",
                "BackupRetentionPeriod": "backup_retention_period",
                "CACertificateIdentifier": "ca_certificate_identifier",
                "DBInstanceClass": "db_instance_class",
                "DBInstanceIdentifier": "db_instance_identifier",
                "DBSubnetGroupName": "db_subnet_group_name",
                "DedicatedLogVolume": "dedicated_log_volume",
                "Engine": "engine",
                "EngineVersion": "engine_version",
                "IAMDatabaseAuthenticationEnabled": "iam_database_authentication_enabled",
                "Iops": "iops",
                "LicenseModel": "license_model",
                "MultiAZ": "multi_az",
                "MultiTenant": "multi_tenant",
                "Port": "port",
                "ResumeFullAutomationModeTime": "resume_full_automation_mode_time",
                "StorageThroughput": "storage_throughput",
                "StorageType": "storage_type",
            }
        ),
        "PendingModifiedValues.MasterUserPassword": NO_SECRETS,
        "PendingModifiedValues.PendingCloudwatchLogsExports": WINDOW_DETAIL,
        "PendingModifiedValues.ProcessorFeatures[]": WINDOW_DETAIL,
        "PendingModifiedValues.AdditionalStorageVolumes[]": WINDOW_DETAIL,
        "PendingModifiedValues.DBCapacityReservationIdentifier": WINDOW_DETAIL,
        "PercentProgress": attribute("percent_progress"),
        "PerformanceInsightsEnabled": attribute("performance_insights_enabled"),
        "PerformanceInsightsKMSKeyId": Left("the key of Performance Insights' own data"),
        "PerformanceInsightsRetentionPeriod": attribute("performance_insights_retention_period"),
        "PreferredBackupWindow": attribute("preferred_backup_window"),
        "PreferredMaintenanceWindow": attribute("preferred_maintenance_window"),
        "ProcessorFeatures[].Name": Key("attributes.processor_features", _processor_features),
        "ProcessorFeatures[].Value": Key("attributes.processor_features", _processor_features),
        "PromotionTier": attribute("promotion_tier"),
        "PubliclyAccessible": attribute("publicly_accessible"),
        "ReadReplicaDBClusterIdentifiers[]": attribute("read_replica_db_cluster_identifiers"),
        "ReadReplicaDBInstanceIdentifiers[]": attribute("read_replica_db_instance_identifiers"),
        "ReadReplicaSourceDBClusterIdentifier": attribute("read_replica_source_db_cluster_identifier"),
        "ReadReplicaSourceDBInstanceIdentifier": attribute("read_replica_source_db_instance_identifier"),
        "ReplicaMode": attribute("replica_mode"),
        "ResumeFullAutomationModeTime": Left("of RDS Custom; the automation mode itself is there"),
        "SecondaryAvailabilityZone": attribute("secondary_availability_zone"),
        "StatusInfos[].StatusType": Key("attributes.replication_status", _replication_status),
        "StatusInfos[].Status": Key("attributes.replication_status", _replication_status),
        "StatusInfos[].Normal": Left("says whether Status is an error; Status says which"),
        "StatusInfos[].Message": Left("an engine's error text, which may quote data"),
        "StorageEncrypted": attribute("storage_encrypted"),
        "StorageEncryptionType": attribute("storage_encryption_type"),
        "StorageOperationPercentProgress": attribute("storage_operation_percent_progress"),
        "StorageOperationStatus": attribute("storage_operation_status"),
        "StorageThroughput": attribute("storage_throughput"),
        "StorageType": attribute("storage_type"),
        "StorageVolumeStatus": attribute("storage_volume_status"),
        "TdeCredentialArn": NO_SECRETS,
        "Timezone": attribute("timezone"),
        "UpgradeRolloutOrder": attribute("upgrade_rollout_order"),
        "VpcSecurityGroups[].VpcSecurityGroupId": attribute("vpc_security_group_ids"),
        "VpcSecurityGroups[].Status": Left("whether the group's attachment has arrived"),
    },
)

DB_CLUSTER = ShapeMap(
    service="rds",
    shape="DBCluster",
    constants={"modified_at": None, "availability_zone": None, **NO_METRICS},
    unknown=_rds_unknown,
    members={
        "DBClusterIdentifier": [Key("id"), Key("name")],
        "DBClusterArn": Key("arn"),
        "Status": Key("state"),
        "DBClusterInstanceClass": [Key("class"), attribute("db_cluster_instance_class")],
        "ClusterCreateTime": [Key("created_at"), attribute("cluster_create_time")],
        "Engine": [_namespace("DBCluster"), attribute("engine")],
        "TagList[].Key": tags_of("TagList"),
        "TagList[].Value": tags_of("TagList"),
        "ActivityStreamKinesisStreamName": STREAM_TARGET,
        "ActivityStreamKmsKeyId": STREAM_TARGET,
        "ActivityStreamMode": attribute("activity_stream_mode"),
        "ActivityStreamStatus": attribute("activity_stream_status"),
        "AllocatedStorage": attribute("allocated_storage"),
        "AssociatedRoles[].RoleArn": attribute("associated_role_arns"),
        "AssociatedRoles[].FeatureName": Left("the role's purpose; the role's ARN is there"),
        "AssociatedRoles[].Status": Left("whether the role's attachment has arrived"),
        "AutoMinorVersionUpgrade": attribute("auto_minor_version_upgrade"),
        "AutomaticRestartTime": attribute("automatic_restart_time"),
        "AvailabilityZones[]": attribute("availability_zones"),
        "AwsBackupRecoveryPointArn": attribute("aws_backup_recovery_point_arn"),
        "BacktrackConsumedChangeRecords": Left("moves all the time; backtrack_window is the setting"),
        "BacktrackWindow": attribute("backtrack_window"),
        "BackupRetentionPeriod": attribute("backup_retention_period"),
        "Capacity": attribute("capacity"),
        "CertificateDetails.CAIdentifier": attribute("ca_certificate_identifier"),
        "CertificateDetails.ValidTill": attribute("ca_certificate_valid_till"),
        "CharacterSetName": attribute("character_set_name"),
        "CloneGroupId": attribute("clone_group_id"),
        "ClusterScalabilityType": attribute("cluster_scalability_type"),
        "CopyTagsToSnapshot": attribute("copy_tags_to_snapshot"),
        "CrossAccountClone": attribute("cross_account_clone"),
        "CustomEndpoints[]": attribute("custom_endpoints"),
        "DBClusterMembers[].DBInstanceIdentifier": attribute("db_cluster_members"),
        "DBClusterMembers[].IsClusterWriter": Key("attributes.db_cluster_writer", _writer),
        "DBClusterMembers[].DBClusterParameterGroupStatus": Left("whether the parameter group's change has arrived"),
        "DBClusterMembers[].PromotionTier": Left("it is the member's own attribute promotion_tier"),
        "DBClusterOptionGroupMemberships[]": Left("Aurora has no option groups of its own"),
        "DBClusterParameterGroup": attribute("db_cluster_parameter_group"),
        "DBSubnetGroup": attribute("db_subnet_group_name"),
        "DBSystemId": attribute("db_system_id"),
        "DatabaseInsightsMode": attribute("database_insights_mode"),
        "DatabaseName": attribute("database_name"),
        "DbClusterResourceId": attribute("db_cluster_resource_id"),
        "DeletionProtection": attribute("deletion_protection"),
        "DomainMemberships[]": DIRECTORY,
        "EarliestBacktrackTime": Left("moves all the time; backtrack_window is the setting"),
        "EarliestRestorableTime": Key("attributes.earliest_restorable_time", moves=True),
        "EnabledCloudwatchLogsExports[]": attribute("enabled_cloudwatch_logs_exports"),
        "Endpoint": attribute("endpoint_address"),
        "EngineLifecycleSupport": attribute("engine_lifecycle_support"),
        "EngineMode": attribute("engine_mode"),
        "EngineVersion": attribute("engine_version"),
        "GlobalClusterIdentifier": attribute("global_cluster_identifier"),
        "GlobalWriteForwardingRequested": Left("what was wished; the status is there"),
        "GlobalWriteForwardingStatus": attribute("global_write_forwarding_status"),
        "HostedZoneId": Left("RDS's own Route 53 zone, the same for every cluster of a Region"),
        "HttpEndpointEnabled": attribute("http_endpoint_enabled"),
        "IAMDatabaseAuthenticationEnabled": attribute("iam_database_authentication_enabled"),
        "IOOptimizedNextAllowedModificationTime": Left("when storage may be switched again; not what runs"),
        "InternetAccessGatewayEnabled": Left("new, and told by no database that we know of yet"),
        "Iops": attribute("iops"),
        "KmsKeyId": attribute("kms_key_id"),
        "LatestRestorableTime": Key("attributes.latest_restorable_time", moves=True),
        "LimitlessDatabase": Left("Aurora Limitless's shard groups are resources of their own"),
        "LocalWriteForwardingStatus": attribute("local_write_forwarding_status"),
        "MasterUserSecret.SecretArn": attribute("master_user_secret_arn"),
        "MasterUserSecret.SecretStatus": Left("Secrets Manager's question; the ARN is there"),
        "MasterUserSecret.KmsKeyId": Left("Secrets Manager's question; the ARN is there"),
        "MasterUsername": NO_SECRETS,
        "MonitoringInterval": attribute("monitoring_interval"),
        "MonitoringRoleArn": Left("the role that enhanced monitoring writes with; monitoring_interval tells if"),
        "MultiAZ": attribute("multi_az"),
        "NetworkType": attribute("network_type"),
        **_pending(
            {
                "AllocatedStorage": "allocated_storage",
                "BackupRetentionPeriod": "backup_retention_period",
                "DBClusterIdentifier": "db_cluster_identifier",
                "EngineVersion": "engine_version",
                "IAMDatabaseAuthenticationEnabled": "iam_database_authentication_enabled",
                "Iops": "iops",
                "StorageType": "storage_type",
            }
        ),
        "PendingModifiedValues.MasterUserPassword": NO_SECRETS,
        "PendingModifiedValues.PendingCloudwatchLogsExports": WINDOW_DETAIL,
        "PendingModifiedValues.RdsCustomClusterConfiguration": WINDOW_DETAIL,
        "PendingModifiedValues.CertificateDetails": WINDOW_DETAIL,
        "PercentProgress": attribute("percent_progress"),
        "PerformanceInsightsEnabled": attribute("performance_insights_enabled"),
        "PerformanceInsightsKMSKeyId": Left("the key of Performance Insights' own data"),
        "PerformanceInsightsRetentionPeriod": attribute("performance_insights_retention_period"),
        "Port": attribute("endpoint_port"),
        "PreferredBackupWindow": attribute("preferred_backup_window"),
        "PreferredMaintenanceWindow": attribute("preferred_maintenance_window"),
        "PubliclyAccessible": attribute("publicly_accessible"),
        "RdsCustomClusterConfiguration": Left("reserved by AWS for future use"),
        "ReadReplicaIdentifiers[]": attribute("read_replica_identifiers"),
        "ReaderEndpoint": attribute("reader_endpoint"),
        "ReplicationSourceIdentifier": attribute("replication_source_identifier"),
        "ScalingConfigurationInfo": Left("of Aurora Serverless v1, which AWS has retired"),
        "ServerlessV2PlatformVersion": attribute("serverless_v2_platform_version"),
        "ServerlessV2ScalingConfiguration.MinCapacity": attribute("serverless_v2_min_capacity"),
        "ServerlessV2ScalingConfiguration.MaxCapacity": attribute("serverless_v2_max_capacity"),
        "ServerlessV2ScalingConfiguration.SecondsUntilAutoPause": Left("how long it idles before it pauses"),
        "StatusInfos[]": Left("reserved by AWS for future use"),
        "StorageEncrypted": attribute("storage_encrypted"),
        "StorageEncryptionType": attribute("storage_encryption_type"),
        "StorageThroughput": attribute("storage_throughput"),
        "StorageType": attribute("storage_type"),
        "UpgradeRolloutOrder": attribute("upgrade_rollout_order"),
        "VPCNetworkingEnabled": Left("new, and told by no database that we know of yet"),
        "VpcSecurityGroups[].VpcSecurityGroupId": attribute("vpc_security_group_ids"),
        "VpcSecurityGroups[].Status": Left("whether the group's attachment has arrived"),
    },
)


# ---- Lambda -------------------------------------------------------------------------------------------------------


def _function_tags(raw: dict, context: Context) -> dict[str, str]:
    """From Resource Groups Tagging, which leaves out what was never tagged."""
    return context.tags.get(raw["FunctionArn"], {})


def _function_unknown(made: dict) -> list[str]:
    return ["created_at"] + [key for key in ("state", "modified_at") if made[key] is None]


NOT_LISTED = Left("ListFunctions does not tell it, only GetFunction")
MANAGED = Left("of functions on managed instances; not yet asked for")

FUNCTION = ShapeMap(
    service="lambda",
    shape="FunctionConfiguration",
    constants={
        "type": "AWS::Lambda::Function",
        "availability_zone": None,
        "class": None,
        "created_at": None,
        **NO_METRICS,
    },
    unknown=_function_unknown,
    members={
        "FunctionName": [Key("id"), Key("name")],
        "FunctionArn": [Key("arn"), Key("tags", _function_tags)],
        "State": Key("state"),
        "LastModified": Key("modified_at", lambda raw, _: lambda_time(raw.get("LastModified"))),
        "AcceleratorConfig": MANAGED,
        "Architectures[]": attribute("architectures"),
        "CapacityProviderConfig": MANAGED,
        "CodeSha256": attribute("code_sha256"),
        "CodeSize": attribute("code_size"),
        "ConfigSha256": Left("a digest of the configuration that stands beside it"),
        "DeadLetterConfig.TargetArn": attribute("dead_letter_target_arn"),
        "Description": attribute("description"),
        "DurableConfig.ExecutionTimeout": attribute("durable_execution_timeout"),
        "DurableConfig.RetentionPeriodInDays": attribute("durable_retention_period_in_days"),
        "DurableConfig.KMSKeyArn": Left("the key of durable executions' own data"),
        "Environment": NO_SECRETS,
        "EphemeralStorage.Size": attribute("ephemeral_storage_size"),
        "FileSystemConfigs[].Arn": attribute("file_system_arns"),
        "FileSystemConfigs[].LocalMountPath": Left("where the function sees the file system"),
        "FileSystemConfigs[].S3FilesConfig": Left("where the function sees the file system"),
        "Handler": attribute("handler"),
        "ImageConfigResponse.ImageConfig": Left("a command line may hold a secret"),
        "ImageConfigResponse.Error.ErrorCode": attribute("image_config_error_code"),
        "ImageConfigResponse.Error.Message": Left("AWS marks it as sensitive"),
        "KMSKeyArn": attribute("kms_key_arn"),
        "LastUpdateStatus": NOT_LISTED,
        "LastUpdateStatusReason": NOT_LISTED,
        "LastUpdateStatusReasonCode": NOT_LISTED,
        "Layers[].Arn": attribute("layers"),
        "Layers[].CodeSize": Left("the layer is a resource of its own"),
        "Layers[].SigningJobArn": Left("the layer is a resource of its own"),
        "Layers[].SigningProfileVersionArn": Left("the layer is a resource of its own"),
        "LoggingConfig.ApplicationLogLevel": attribute("application_log_level"),
        "LoggingConfig.LogFormat": attribute("log_format"),
        "LoggingConfig.LogGroup": attribute("log_group"),
        "LoggingConfig.SystemLogLevel": attribute("system_log_level"),
        "MasterArn": attribute("master_arn"),
        "MemorySize": attribute("memory_size"),
        "PackageType": attribute("package_type"),
        "RevisionId": attribute("revision_id"),
        "Role": attribute("role"),
        "Runtime": attribute("runtime"),
        "RuntimeConfig": MANAGED,
        "RuntimeVersionConfig.RuntimeVersionArn": attribute("runtime_version_arn"),
        "RuntimeVersionConfig.Error": Left("why the runtime's version could not be told"),
        "SigningJobArn": attribute("signing_job_arn"),
        "SigningProfileVersionArn": attribute("signing_profile_version_arn"),
        "SnapStart.ApplyOn": attribute("snap_start_apply_on"),
        "SnapStart.OptimizationStatus": attribute("snap_start_optimization_status"),
        "StateReason": NOT_LISTED,
        "StateReasonCode": NOT_LISTED,
        "TenancyConfig": Left("of functions that isolate their tenants; not yet asked for"),
        "Timeout": attribute("timeout"),
        "TracingConfig.Mode": attribute("tracing_mode"),
        "Version": attribute("version"),
        "VpcConfig.SubnetIds[]": attribute("subnet_ids"),
        "VpcConfig.SecurityGroupIds[]": attribute("security_group_ids"),
        "VpcConfig.VpcId": attribute("vpc_id"),
        "VpcConfig.Ipv6AllowedForDualStack": Left("a switch of the network interfaces, not what runs"),
    },
)

ALL = [EC2_INSTANCE, DB_INSTANCE, DB_CLUSTER, FUNCTION]
