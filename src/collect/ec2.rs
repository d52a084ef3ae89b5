//! EC2 instances, from `DescribeInstances`.

mod metrics;

use async_trait::async_trait;
use aws_sdk_ec2 as ec2;
use serde_json::Value;

use super::fields::{enum_text, list, optional_time, timestamp};
use super::{Collector, Covered, Page, PageSink, Pages, QueryContext};
use crate::aws::Api;
use crate::model::{Column, Failure, Format, Resource};

const INSTANCE: &str = "AWS::EC2::Instance";
const DESCRIBE_INSTANCES: Api = Api::new("ec2", "DescribeInstances");

/// The most that one page may hold. Without it AWS grants half the request rate:
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
const MAX_RESULTS: i32 = 1000;

/// Collects `AWS::EC2::Instance`.
#[derive(Debug)]
pub(super) struct Instances;

#[async_trait]
impl Collector for Instances {
    fn covers(&self) -> &'static [Covered] {
        const COVERS: &[Covered] = &[Covered::new(INSTANCE, "EC2 instances")
            .metrics(metrics::METRICS)
            .silent_since(metrics::silent_since)];
        COVERS
    }

    fn service(&self) -> &'static str {
        "ec2"
    }

    fn iam_actions(&self) -> &'static [&'static str] {
        &["ec2:DescribeInstances"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        ATTRIBUTES
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::text("ID", "id", 0),
            Column::text("NAME", "name", 0),
            Column::text("STATE", "state", 0).format(Format::State),
            Column::text("TYPE", "class", 2),
            Column::number("CPU", "metrics.CPUUtilization.Average", 1),
            Column::number("CPU MAX", "metrics.CPUUtilization.Maximum", 3),
            Column::number("NET IN", "metrics.NetworkIn.Sum", 4),
            Column::number("NET OUT", "metrics.NetworkOut.Sum", 4),
            Column::number("CHECKS", "metrics.StatusCheckFailed.Maximum", 5),
            Column::number("CREDITS", "metrics.CPUCreditBalance.Minimum", 8),
            Column::number("EBS READ", "metrics.EBSReadBytes.Sum", 9),
            Column::number("EBS WRITE", "metrics.EBSWriteBytes.Sum", 9),
            Column::text("ZONE", "availability_zone", 8),
            Column::text("PRIVATE IP", "private_ip_address", 7),
            Column::text("PUBLIC IP", "public_ip_address", 10),
            Column::text("LAUNCHED", "launch_time", 6).format(Format::Time),
            Column::text("LIFECYCLE", "instance_lifecycle", 12),
            Column::text("ARCH", "architecture", 13),
            Column::text("PLATFORM", "platform_details", 14),
            Column::text("VPC", "vpc_id", 11),
            Column::text("IMAGE", "image_id", 15),
        ];
        COLUMNS
    }

    async fn collect(&self, cx: &QueryContext, sink: &PageSink) -> Result<(), Failure> {
        let client = cx.client(ec2::Client::new);
        let mut pages = Pages::new(DESCRIBE_INSTANCES, cx, sink);
        while pages.more() {
            let answer = cx
                .call(DESCRIBE_INSTANCES, |grant| {
                    client
                        .describe_instances()
                        .max_results(MAX_RESULTS)
                        // Other services' instances (EKS Auto Mode, …) may be hidden unless asked for.
                        .include_managed_resources(true)
                        .set_next_token(pages.token())
                        .customize()
                        .config_override(
                            ec2::Config::builder()
                                .region(grant.region)
                                .credentials_provider(grant.credentials),
                        )
                        .send()
                })
                .await?;
            let mut page = Page::new(answer.next_token);
            for reservation in DESCRIBE_INSTANCES.required(answer.reservations, "reservationSet")? {
                let owner = Reservation {
                    reservation_id: reservation.reservation_id,
                    owner_id: reservation.owner_id,
                    requester_id: reservation.requester_id,
                };
                let Some(instances) = reservation.instances else {
                    page.push(None, "a reservation without instancesSet");
                    continue;
                };
                for instance in instances {
                    page.push(to_resource(cx, &owner, &instance), "an instance without instanceId");
                }
            }
            pages.sink(page).await?;
        }
        pages.finish()
    }
}

/// What an instance's reservation says of it.
struct Reservation {
    reservation_id: Option<String>,
    owner_id: Option<String>,
    requester_id: Option<String>,
}

const ATTRIBUTES: &[&str] = &[
    "ami_launch_index",
    "architecture",
    "auto_recovery",
    "bandwidth_weighting",
    "boot_mode",
    "capacity_block_id",
    "capacity_reservation_id",
    "core_count",
    "current_instance_boot_mode",
    "ebs_optimized",
    "ebs_volume_ids",
    "ena_support",
    "enclave_enabled",
    "hibernation_configured",
    "host_id",
    "http_endpoint",
    "http_put_response_hop_limit",
    "http_tokens",
    "hypervisor",
    "iam_instance_profile",
    "image_id",
    "instance_lifecycle",
    "instance_metadata_tags",
    "instance_type",
    "ipv6_address",
    "key_name",
    "launch_time",
    "monitoring",
    "network_interface_ids",
    "operator_managed",
    "operator_principal",
    "outpost_arn",
    "owner_id",
    "placement_group_name",
    "placement_partition_number",
    "platform",
    "platform_details",
    "private_dns_name",
    "private_ip_address",
    "public_dns_name",
    "public_ip_address",
    "requester_id",
    "reservation_id",
    "root_device_name",
    "root_device_type",
    "security_group_ids",
    "source_dest_check",
    "spot_instance_request_id",
    "sriov_net_support",
    "state_reason_code",
    "state_reason_message",
    "state_transition_reason",
    "subnet_id",
    "tenancy",
    "threads_per_core",
    "tpm_support",
    "usage_operation",
    "usage_operation_update_time",
    "virtualization_type",
    "vpc_id",
];

fn to_resource(cx: &QueryContext, owner: &Reservation, i: &ec2::types::Instance) -> Option<Resource> {
    let id = i.instance_id()?;
    let mut r = cx.resource(INSTANCE, cx.arn("ec2", &format!("instance/{id}")), id);

    for tag in i.tags() {
        if let Some(key) = tag.key() {
            r.tags.insert(key.to_owned(), tag.value().unwrap_or_default().to_owned());
        }
    }
    r.name = r.tags.get("Name").cloned();
    r.state = i.state().and_then(|state| enum_text(state.name(), |name| name.as_str()));
    r.class = enum_text(i.instance_type(), |class| class.as_str());
    r.availability_zone = i.placement().and_then(|at| at.availability_zone()).map(str::to_owned);
    // LaunchTime is the last start. The primary interface is attached once, when the instance is created.
    r.created_at = i
        .network_interfaces()
        .iter()
        .filter_map(|interface| interface.attachment())
        .find(|a| a.device_index() == Some(0) && a.network_card_index().unwrap_or(0) == 0)
        .and_then(|attachment| attachment.attach_time())
        .and_then(timestamp);
    if r.created_at.is_none() {
        r.mark_unknown("created_at");
    }
    // EC2 does not tell when an instance was last modified.
    r.mark_unknown("modified_at");
    set_attributes(&mut r, owner, i);
    Some(r)
}

fn set_attributes(r: &mut Resource, owner: &Reservation, i: &ec2::types::Instance) {
    let a = &mut r.attributes;
    let mut set = |name: &str, value: Value| a.set(name, value);

    set("ami_launch_index", i.ami_launch_index().into());
    set("architecture", enum_text(i.architecture(), |v| v.as_str()).into());
    let maintenance = i.maintenance_options();
    set("auto_recovery", enum_text(maintenance.and_then(|m| m.auto_recovery()), |v| v.as_str()).into());
    let network = i.network_performance_options();
    set(
        "bandwidth_weighting",
        enum_text(network.and_then(|n| n.bandwidth_weighting()), |v| v.as_str()).into(),
    );
    set("boot_mode", enum_text(i.boot_mode(), |v| v.as_str()).into());
    set("capacity_block_id", i.capacity_block_id().into());
    set("capacity_reservation_id", i.capacity_reservation_id().into());
    set("core_count", i.cpu_options().and_then(|cpu| cpu.core_count()).into());
    set("current_instance_boot_mode", enum_text(i.current_instance_boot_mode(), |v| v.as_str()).into());
    set("ebs_optimized", i.ebs_optimized().into());
    let volumes = i.block_device_mappings().iter().filter_map(|device| device.ebs()?.volume_id());
    set("ebs_volume_ids", list(volumes));
    set("ena_support", i.ena_support().into());
    set("enclave_enabled", i.enclave_options().and_then(|enclave| enclave.enabled()).into());
    set("hibernation_configured", i.hibernation_options().and_then(|h| h.configured()).into());
    set("host_id", i.placement().and_then(|at| at.host_id()).into());
    let metadata = i.metadata_options();
    set("http_endpoint", enum_text(metadata.and_then(|m| m.http_endpoint()), |v| v.as_str()).into());
    set("http_put_response_hop_limit", metadata.and_then(|m| m.http_put_response_hop_limit()).into());
    set("http_tokens", enum_text(metadata.and_then(|m| m.http_tokens()), |v| v.as_str()).into());
    set("hypervisor", enum_text(i.hypervisor(), |v| v.as_str()).into());
    set("iam_instance_profile", i.iam_instance_profile().and_then(|profile| profile.arn()).into());
    set("image_id", i.image_id().into());
    set("instance_lifecycle", enum_text(i.instance_lifecycle(), |v| v.as_str()).into());
    set(
        "instance_metadata_tags",
        enum_text(metadata.and_then(|m| m.instance_metadata_tags()), |v| v.as_str()).into(),
    );
    set("instance_type", enum_text(i.instance_type(), |v| v.as_str()).into());
    set("ipv6_address", i.ipv6_address().into());
    set("key_name", i.key_name().into());
    set("launch_time", optional_time(i.launch_time()));
    set("monitoring", enum_text(i.monitoring().and_then(|m| m.state()), |v| v.as_str()).into());
    let interfaces = i.network_interfaces().iter().filter_map(|n| n.network_interface_id());
    set("network_interface_ids", list(interfaces));
    set("operator_managed", i.operator().and_then(|operator| operator.managed()).into());
    set("operator_principal", i.operator().and_then(|operator| operator.principal()).into());
    set("outpost_arn", i.outpost_arn().into());
    set("owner_id", owner.owner_id.as_deref().into());
    set("placement_group_name", i.placement().and_then(|at| at.group_name()).into());
    set("placement_partition_number", i.placement().and_then(|at| at.partition_number()).into());
    set("platform", enum_text(i.platform(), |v| v.as_str()).into());
    set("platform_details", i.platform_details().into());
    set("private_dns_name", i.private_dns_name().into());
    set("private_ip_address", i.private_ip_address().into());
    set("public_dns_name", i.public_dns_name().into());
    set("public_ip_address", i.public_ip_address().into());
    set("requester_id", owner.requester_id.as_deref().into());
    set("reservation_id", owner.reservation_id.as_deref().into());
    set("root_device_name", i.root_device_name().into());
    set("root_device_type", enum_text(i.root_device_type(), |v| v.as_str()).into());
    set("security_group_ids", list(i.security_groups().iter().filter_map(|group| group.group_id())));
    set("source_dest_check", i.source_dest_check().into());
    set("spot_instance_request_id", i.spot_instance_request_id().into());
    set("sriov_net_support", i.sriov_net_support().into());
    set("state_reason_code", i.state_reason().and_then(|reason| reason.code()).into());
    set("state_reason_message", i.state_reason().and_then(|reason| reason.message()).into());
    set("state_transition_reason", i.state_transition_reason().into());
    set("subnet_id", i.subnet_id().into());
    set("tenancy", enum_text(i.placement().and_then(|at| at.tenancy()), |v| v.as_str()).into());
    set("threads_per_core", i.cpu_options().and_then(|cpu| cpu.threads_per_core()).into());
    set("tpm_support", i.tpm_support().into());
    set("usage_operation", i.usage_operation().into());
    set("usage_operation_update_time", optional_time(i.usage_operation_update_time()));
    set("virtualization_type", enum_text(i.virtualization_type(), |v| v.as_str()).into());
    set("vpc_id", i.vpc_id().into());
}
