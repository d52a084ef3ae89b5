//! EC2: DescribeInstances, DescribeRegions, DescribeAvailabilityZones.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>

use super::Context;
use super::ec2_instance::write_instance;
use crate::demo::estate::{Instance, Kind, is_hidden};
use crate::demo::request::{Parameters, Service};
use crate::demo::wire::{AwsError, Content, Xml};

/// Bounds of MaxResults.
const MAX_RESULTS: (usize, usize) = (5, 1000);

type Filters = Vec<(String, Vec<String>)>;

pub(super) fn describe_instances(context: &Context<'_>) -> Result<Content, AwsError> {
    let form = Parameters::parse(&context.call.body);
    let ids = form.list("InstanceId");
    let limit = context.number("maxResults", form.get("MaxResults"), MAX_RESULTS.0, MAX_RESULTS.1)?;
    if limit.is_some() && !ids.is_empty() {
        return Err(AwsError::new(
            400,
            "InvalidParameterCombination",
            "The parameter instancesSet cannot be used with the parameter maxResults",
        ));
    }
    let filters = form.filters("Filter", "Value");
    if let Some((unknown, _)) = filters.iter().find(|(name, _)| !is_filter(name)) {
        return Err(AwsError::new(
            400,
            "InvalidParameterValue",
            format!("The filter '{unknown}' is invalid"),
        ));
    }
    let managed = form.get("IncludeManagedResources") == Some("true");
    let count = context.shard.count(Kind::Instance);
    let matched = select(context, count, &ids, &filters, managed)?;
    let total = matched.as_ref().map_or(count, Vec::len);
    let page = context.page(total, limit.unwrap_or(usize::MAX / 2), form.get("NextToken"))?;

    let instances =
        page.positions.map(|at| context.shard.instance(matched.as_ref().map_or(at, |matched| matched[at])));
    let mut xml = Xml::with_capacity(page_bytes(limit));
    write_reservations(&mut xml, &context.account().id, instances.collect());
    xml.optional("nextToken", page.next.as_deref());
    Ok(Content::Members(xml))
}

/// An instance takes about 4 KB.
fn page_bytes(limit: Option<usize>) -> usize {
    4096 * limit.unwrap_or(100)
}

/// The positions of the instances asked for; `None` = every one.
fn select(
    context: &Context<'_>,
    count: usize,
    ids: &[&str],
    filters: &Filters,
    managed: bool,
) -> Result<Option<Vec<usize>>, AwsError> {
    let seen = |index: &usize| managed || !is_hidden(*index);
    if ids.is_empty() && filters.is_empty() {
        return Ok((!managed).then(|| (0..count).filter(seen).collect()));
    }
    let mut known = vec![false; ids.len()];
    let matched = (0..count)
        // Whoever names an instance sees it, managed or not.
        .filter(|index| !ids.is_empty() || seen(index))
        .filter(|index| {
            let instance = context.shard.instance(*index);
            let asked = match ids.iter().position(|id| *id == instance.id) {
                Some(at) => {
                    known[at] = true;
                    true
                }
                None => ids.is_empty(),
            };
            asked && filters.iter().all(|(name, values)| matches(&instance, name, values))
        })
        .collect();
    match ids.iter().zip(&known).find(|(_, known)| !**known) {
        Some((id, _)) => Err(AwsError::new(
            400,
            "InvalidInstanceID.NotFound",
            format!("The instance ID '{id}' does not exist"),
        )),
        None => Ok(Some(matched)),
    }
}

fn is_filter(name: &str) -> bool {
    matches!(
        name,
        "instance-state-name"
            | "instance-state-code"
            | "instance-id"
            | "instance-type"
            | "availability-zone"
            | "vpc-id"
            | "architecture"
            | "instance-lifecycle"
            | "tag-key"
    ) || name.starts_with("tag:")
}

/// Values of a filter are alternatives, and `*` stands for anything.
fn matches(instance: &Instance, name: &str, values: &[String]) -> bool {
    let one_of = |value: &str| values.iter().any(|pattern| crate::demo::faults::glob_matches(pattern, value));
    match name {
        "instance-state-name" => one_of(instance.state.name()),
        "instance-state-code" => one_of(&instance.state.code().to_string()),
        "instance-id" => one_of(&instance.id),
        "instance-type" => one_of(instance.instance_type.name),
        "availability-zone" => one_of(&instance.zone),
        "architecture" => one_of(instance.instance_type.architecture),
        "vpc-id" => instance.vpc_id.as_deref().is_some_and(one_of),
        "instance-lifecycle" => instance.lifecycle.is_some_and(one_of),
        "tag-key" => instance.tags.iter().any(|(key, _)| one_of(key)),
        _ => {
            let key = name.strip_prefix("tag:").unwrap_or_default();
            instance.tags.iter().any(|(known, value)| known == key && one_of(value))
        }
    }
}

/// Instances that were launched together stand in one reservation, as far as they are on the same page.
fn write_reservations(xml: &mut Xml, owner: &str, instances: Vec<Instance>) {
    let reservations: Vec<&[Instance]> =
        instances.chunk_by(|one, other| one.reservation_id == other.reservation_id).collect();
    xml.list("reservationSet", "item", reservations, |xml, together| {
        xml.text("reservationId", &together[0].reservation_id);
        xml.text("ownerId", owner);
        xml.empty("groupSet");
        xml.list("instancesSet", "item", together, |xml, instance| write_instance(xml, owner, instance));
        if together[0].managed_by.is_some() {
            xml.text("requesterId", "940372691376");
        }
    });
}

pub(super) fn describe_regions(context: &Context<'_>) -> Result<Content, AwsError> {
    let form = Parameters::parse(&context.call.body);
    let all = form.get("AllRegions") == Some("true");
    let names = form.list("RegionName");
    let filters = form.filters("Filter", "Value");
    let visible = context.estate.regions(context.account);
    if let Some(unknown) = names.iter().find(|name| !visible.iter().any(|(region, _)| region.name == **name))
    {
        return Err(AwsError::invalid_parameter(Service::Ec2, format!("Invalid region name: {unknown}")));
    }
    let regions = visible.iter().filter(|(region, opt_in)| {
        let passes = filters.iter().all(|(name, values)| {
            let value = match name.as_str() {
                "region-name" => region.name.to_owned(),
                "opt-in-status" => opt_in.ec2().to_owned(),
                "endpoint" => endpoint(region.name),
                _ => return false,
            };
            values.iter().any(|pattern| crate::demo::faults::glob_matches(pattern, &value))
        });
        let named = names.is_empty() || names.contains(&region.name);
        (all || opt_in.is_enabled() || !names.is_empty()) && named && passes
    });
    let mut xml = Xml::with_capacity(8192);
    xml.list("regionInfo", "item", regions, |xml, (region, opt_in)| {
        xml.text("regionName", region.name);
        xml.text("regionEndpoint", &endpoint(region.name));
        xml.text("optInStatus", opt_in.ec2());
    });
    Ok(Content::Members(xml))
}

fn endpoint(region: &str) -> String {
    format!("ec2.{region}.amazonaws.com")
}

pub(super) fn describe_availability_zones(context: &Context<'_>) -> Result<Content, AwsError> {
    let region = context.shard.place.region;
    let mut xml = Xml::with_capacity(4096);
    xml.list("availabilityZoneInfo", "item", 0..region.zones.len(), |xml, nth| {
        xml.text("optInStatus", "opt-in-not-required");
        xml.empty("messageSet");
        xml.text("regionName", region.name);
        xml.text("zoneName", &region.zone(nth as u64));
        xml.text("zoneId", &format!("{}-az{}", region.zone_prefix, nth + 1));
        xml.text("groupName", &format!("{}-zg-1", region.name));
        xml.text("networkBorderGroup", region.name);
        xml.text("zoneType", "availability-zone");
        xml.text("groupLongName", &format!("{} 1", region.long_name));
        xml.text("zoneState", "available");
    });
    Ok(Content::Members(xml))
}
