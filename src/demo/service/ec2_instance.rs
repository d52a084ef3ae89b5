//! One instance in EC2's XML, with the members that the real service sends.

use crate::demo::estate::{Instance, moment};
use crate::demo::wire::Xml;

pub(super) fn write_instance(xml: &mut Xml, owner: &str, instance: &Instance) {
    let primary = instance.primary();
    let public_ip = primary.and_then(|interface| interface.public_ip.as_deref());
    xml.text("instanceId", &instance.id);
    xml.text("imageId", &instance.image_id);
    xml.element("instanceState", |xml| {
        xml.plain("code", instance.state.code());
        xml.text("name", instance.state.name());
    });
    xml.text(
        "privateDnsName",
        &primary.map_or_else(String::new, |interface| private_name(&interface.private_ip)),
    );
    xml.text("dnsName", &public_ip.map_or_else(String::new, public_name));
    xml.text("reason", &instance.transition_reason);
    xml.optional("keyName", instance.key_name);
    xml.plain("amiLaunchIndex", instance.launch_index);
    xml.empty("productCodes");
    xml.text("instanceType", instance.instance_type.name);
    xml.text("launchTime", &moment(instance.launched_at));
    xml.element("placement", |xml| {
        xml.text("availabilityZone", &instance.zone);
        xml.text("availabilityZoneId", &instance.zone_id);
        xml.empty("groupName");
        xml.text("tenancy", instance.tenancy);
    });
    xml.optional("platform", instance.platform.0);
    xml.element("monitoring", |xml| xml.text("state", instance.monitoring));
    if let (Some(interface), Some(vpc_id)) = (primary, &instance.vpc_id) {
        xml.text("subnetId", &interface.subnet_id);
        xml.text("vpcId", vpc_id);
        xml.text("privateIpAddress", &interface.private_ip);
        xml.optional("ipAddress", public_ip);
        xml.optional("ipv6Address", interface.ipv6.as_deref());
        xml.plain("sourceDestCheck", true);
    }
    write_groups(xml, instance);
    if let Some((code, message)) = instance.state_reason {
        xml.element("stateReason", |xml| {
            xml.text("code", code);
            xml.text("message", message);
        });
    }
    xml.text("architecture", instance.instance_type.architecture);
    xml.text("rootDeviceType", instance.root_device.1);
    xml.text("rootDeviceName", instance.root_device.0);
    write_volumes(xml, instance);
    xml.text("virtualizationType", "hvm");
    xml.text("clientToken", &instance.client_token);
    xml.list("tagSet", "item", &instance.tags, |xml, (key, value)| {
        xml.text("key", key);
        xml.text("value", value);
    });
    xml.text("hypervisor", "xen");
    write_interfaces(xml, owner, instance);
    if let Some((arn, id)) = &instance.profile {
        xml.element("iamInstanceProfile", |xml| {
            xml.text("arn", arn);
            xml.text("id", id);
        });
    }
    write_options(xml, instance);
}

/// What few people look at, but AWS always sends.
fn write_options(xml: &mut Xml, instance: &Instance) {
    xml.optional("instanceLifecycle", instance.lifecycle);
    xml.optional("spotInstanceRequestId", instance.spot_request_id.as_deref());
    xml.plain("ebsOptimized", instance.instance_type.cores > 1);
    xml.plain("enaSupport", true);
    xml.element("cpuOptions", |xml| {
        xml.plain("coreCount", instance.instance_type.cores);
        xml.plain("threadsPerCore", instance.instance_type.threads_per_core);
    });
    xml.optional("capacityReservationId", instance.capacity_reservation_id.as_deref());
    xml.element("capacityReservationSpecification", |xml| xml.text("capacityReservationPreference", "open"));
    xml.element("hibernationOptions", |xml| xml.plain("configured", false));
    xml.element("metadataOptions", |xml| {
        xml.text("state", "applied");
        xml.text("httpTokens", instance.imds_tokens);
        xml.plain("httpPutResponseHopLimit", 2);
        xml.text("httpEndpoint", "enabled");
        xml.text("httpProtocolIpv6", "disabled");
        xml.text("instanceMetadataTags", "disabled");
    });
    xml.element("enclaveOptions", |xml| xml.plain("enabled", false));
    xml.text("platformDetails", instance.platform.1);
    xml.text("usageOperation", instance.platform.2);
    xml.text("usageOperationUpdateTime", &moment(instance.launched_at));
    xml.element("privateDnsNameOptions", |xml| {
        xml.text("hostnameType", "ip-name");
        xml.plain("enableResourceNameDnsARecord", false);
        xml.plain("enableResourceNameDnsAAAARecord", false);
    });
    xml.element("maintenanceOptions", |xml| {
        xml.text("autoRecovery", "default");
        xml.text("rebootMigration", "default");
    });
    xml.text(
        "currentInstanceBootMode",
        if instance.instance_type.architecture == "arm64" { "uefi" } else { "legacy-bios" },
    );
    xml.element("networkPerformanceOptions", |xml| xml.text("bandwidthWeighting", "default"));
    write_operator(xml, instance.managed_by);
}

fn write_operator(xml: &mut Xml, managed_by: Option<&str>) {
    xml.element("operator", |xml| {
        xml.plain("managed", managed_by.is_some());
        if let Some(principal) = managed_by {
            xml.text("principal", principal);
            xml.plain("hiddenByDefault", true);
        }
    });
}

fn write_groups(xml: &mut Xml, instance: &Instance) {
    xml.list("groupSet", "item", &instance.security_groups, |xml, (id, name)| {
        xml.text("groupId", id);
        xml.text("groupName", name);
    });
}

fn write_volumes(xml: &mut Xml, instance: &Instance) {
    xml.list("blockDeviceMapping", "item", &instance.volumes, |xml, volume| {
        xml.text("deviceName", &volume.device);
        xml.element("ebs", |xml| {
            xml.text("volumeId", &volume.id);
            xml.text("status", "attached");
            xml.text("attachTime", &moment(volume.attached_at));
            xml.plain("deleteOnTermination", volume.delete_on_termination);
        });
    });
}

fn write_interfaces(xml: &mut Xml, owner: &str, instance: &Instance) {
    xml.list("networkInterfaceSet", "item", &instance.interfaces, |xml, interface| {
        let public_name = interface.public_ip.as_deref().map(public_name);
        let association = |xml: &mut Xml| {
            if let (Some(ip), Some(name)) = (&interface.public_ip, &public_name) {
                xml.element("association", |xml| {
                    xml.text("publicIp", ip);
                    xml.text("publicDnsName", name);
                    xml.text("ipOwnerId", "amazon");
                });
            }
        };
        xml.text("networkInterfaceId", &interface.id);
        xml.text("subnetId", &interface.subnet_id);
        xml.optional("vpcId", instance.vpc_id.as_deref());
        xml.empty("description");
        xml.text("ownerId", owner);
        xml.text("status", "in-use");
        xml.text("macAddress", &interface.mac);
        xml.text("privateIpAddress", &interface.private_ip);
        xml.text("privateDnsName", &private_name(&interface.private_ip));
        xml.plain("sourceDestCheck", true);
        write_groups(xml, instance);
        xml.element("attachment", |xml| {
            xml.text("attachmentId", &interface.attachment_id);
            xml.plain("deviceIndex", interface.device_index);
            xml.text("status", "attached");
            xml.text("attachTime", &moment(interface.attached_at));
            xml.plain("deleteOnTermination", interface.device_index == 0);
            xml.plain("networkCardIndex", 0);
        });
        association(xml);
        xml.list("privateIpAddressesSet", "item", [&interface.private_ip], |xml, ip| {
            xml.text("privateIpAddress", ip);
            xml.text("privateDnsName", &private_name(ip));
            xml.plain("primary", true);
            association(xml);
        });
        xml.list("ipv6AddressesSet", "item", interface.ipv6.as_deref(), |xml, ip| {
            xml.text("ipv6Address", ip);
            xml.plain("isPrimaryIpv6", false);
        });
        xml.text("interfaceType", "interface");
        write_operator(xml, instance.managed_by);
    });
}

fn private_name(ip: &str) -> String {
    format!("ip-{}.ec2.internal", ip.replace('.', "-"))
}

fn public_name(ip: &str) -> String {
    format!("ec2-{}.compute-1.amazonaws.com", ip.replace('.', "-"))
}
