//! EC2 instances.

use super::place::{DAY, NOW, Place, Tags, draw_app, draw_tags};
use super::random::Draw;
use super::text::{
    BIDI_NAME, C1_VALUE, FORMULA_VALUE, LINES_VALUE, LONGEST_TAG_VALUE, MARKUP_VALUE, moment_gmt, pad,
};

/// An instance's state, with EC2's code and word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstanceState {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
    Stopping,
    Stopped,
}

impl InstanceState {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
            Self::Stopping => 64,
            Self::Stopped => 80,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }

    /// Most run; the others stand at fixed places, so that every estate of some size has them all.
    const fn of(index: usize) -> Self {
        match index % 24 {
            3 | 12 => Self::Stopped,
            9 => Self::Pending,
            14 => Self::ShuttingDown,
            18 => Self::Stopping,
            21 => Self::Terminated,
            _ => Self::Running,
        }
    }
}

/// An instance type, with what follows from it.
#[derive(Debug)]
pub(crate) struct InstanceType {
    pub(crate) name: &'static str,
    pub(crate) architecture: &'static str,
    pub(crate) cores: u32,
    pub(crate) threads_per_core: u32,
}

const fn x86(name: &'static str, cores: u32) -> InstanceType {
    InstanceType { name, architecture: "x86_64", cores, threads_per_core: 2 }
}

const fn arm(name: &'static str, cores: u32) -> InstanceType {
    InstanceType { name, architecture: "arm64", cores, threads_per_core: 1 }
}

static TYPES: [InstanceType; 14] = [
    x86("t3.micro", 1),
    x86("t3.medium", 1),
    x86("t3.large", 1),
    x86("m5.large", 1),
    x86("m6i.xlarge", 2),
    x86("m6i.4xlarge", 8),
    x86("c6i.2xlarge", 4),
    x86("r6i.2xlarge", 4),
    x86("g5.xlarge", 2),
    arm("t4g.small", 2),
    arm("m7g.large", 2),
    arm("m7g.xlarge", 4),
    arm("c7g.2xlarge", 8),
    arm("r8g.4xlarge", 16),
];

/// A type that no SDK of today knows.
static FUTURE_TYPE: InstanceType = arm("m12x.3xlarge", 12);
static OLD_TYPE: InstanceType =
    InstanceType { name: "m1.small", architecture: "i386", cores: 1, threads_per_core: 1 };

/// What instances do.
const ROLES: [&str; 8] = ["web", "api", "worker", "batch", "cache", "etl", "kafka", "runner"];

/// An EBS volume of an instance.
#[derive(Debug)]
pub(crate) struct Volume {
    pub(crate) device: String,
    pub(crate) id: String,
    pub(crate) attached_at: i64,
    pub(crate) delete_on_termination: bool,
}

/// A network interface of an instance.
#[derive(Debug)]
pub(crate) struct Interface {
    pub(crate) id: String,
    pub(crate) attachment_id: String,
    pub(crate) device_index: u32,
    pub(crate) attached_at: i64,
    pub(crate) subnet_id: String,
    pub(crate) mac: String,
    pub(crate) private_ip: String,
    pub(crate) public_ip: Option<String>,
    pub(crate) ipv6: Option<String>,
}

/// One instance, as DescribeInstances tells it.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) reservation_id: String,
    pub(crate) state: InstanceState,
    pub(crate) instance_type: &'static InstanceType,
    pub(crate) image_id: String,
    /// EC2's `platform`, `platformDetails` and `usageOperation`.
    pub(crate) platform: (Option<&'static str>, &'static str, &'static str),
    pub(crate) lifecycle: Option<&'static str>,
    pub(crate) spot_request_id: Option<String>,
    pub(crate) launched_at: i64,
    pub(crate) launch_index: usize,
    pub(crate) key_name: Option<&'static str>,
    pub(crate) zone: String,
    pub(crate) zone_id: String,
    pub(crate) vpc_id: Option<String>,
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) security_groups: Vec<(String, String)>,
    pub(crate) profile: Option<(String, String)>,
    pub(crate) monitoring: &'static str,
    pub(crate) root_device: (&'static str, &'static str),
    pub(crate) volumes: Vec<Volume>,
    pub(crate) transition_reason: String,
    /// When it stopped, or began to; it is the moment in `transition_reason`.
    pub(crate) stopped_at: Option<i64>,
    pub(crate) state_reason: Option<(&'static str, &'static str)>,
    pub(crate) capacity_reservation_id: Option<String>,
    pub(crate) tenancy: &'static str,
    pub(crate) imds_tokens: &'static str,
    pub(crate) client_token: String,
    pub(crate) managed_by: Option<&'static str>,
    pub(crate) tags: Tags,
}

impl Instance {
    /// The interface that gives the instance its addresses.
    pub(crate) fn primary(&self) -> Option<&Interface> {
        self.interfaces.iter().find(|interface| interface.device_index == 0)
    }
}

/// Whether EC2 lists it only when asked for managed resources too.
pub(crate) const fn is_hidden(index: usize) -> bool {
    index % 40 == 25
}

/// The reservation (by number) and the launch index in it: of each six instances, three came together.
const fn reservation(index: usize) -> (usize, usize) {
    let (group, place) = (index / 6, index % 6);
    match place {
        0 | 1 => (group * 4 + place, 0),
        2..=4 => (group * 4 + 2, place - 2),
        _ => (group * 4 + 3, 0),
    }
}

/// The `index`-th instance.
pub(crate) fn instance(place: &Place<'_>, index: usize) -> Instance {
    let mut draw = place.draw("instance", index);
    let state = if place.all_running { InstanceState::Running } else { InstanceState::of(index) };
    let app = draw_app(&mut draw);
    let instance_type = match index % 40 {
        29 => &FUTURE_TYPE,
        37 => &OLD_TYPE,
        _ => draw.pick(&TYPES),
    };
    let (reservation, launch_index) = reservation(index);
    let launched_at = match state {
        InstanceState::Pending => NOW - draw.between(5, 90),
        _ => NOW - draw.between(1, 400) * DAY - draw.between(0, DAY - 1),
    };
    // LaunchTime is the last start; the interface and the disks are as old as the instance.
    let created_at = if draw.chance(40) { launched_at - draw.between(1, 300) * DAY } else { launched_at - 1 };
    let zone = draw.below(6);
    let gone = state == InstanceState::Terminated;
    let public = draw.chance(30);
    let windows = instance_type.architecture == "x86_64" && draw.chance(10);
    let spot = index % 24 == 21 || (state == InstanceState::Running && draw.chance(12));
    let changed_at = launched_at + draw.between(60, DAY);
    let (transition_reason, state_reason) = reasons(state, spot, changed_at);
    let zone_name = place.region.zone(zone);
    let volumes = if gone || index % 40 == 37 {
        Vec::new()
    } else {
        volumes(&mut draw, place, index, created_at, windows)
    };
    let interfaces = if gone {
        Vec::new()
    } else {
        interfaces(&mut draw, place, index, (zone, public), created_at, state)
    };
    let managed_by = is_hidden(index).then_some("eks.amazonaws.com");
    let role = *draw.pick(&ROLES);
    Instance {
        id: place.id("i", index),
        reservation_id: place.id("r", reservation),
        state,
        instance_type,
        image_id: place
            .id("ami", usize::from(windows) + 2 * usize::from(instance_type.architecture == "arm64")),
        platform: if windows {
            (Some("windows"), "Windows", "RunInstances:0002")
        } else if draw.chance(8) {
            (None, "Red Hat Enterprise Linux", "RunInstances:0010")
        } else {
            (None, "Linux/UNIX", "RunInstances")
        },
        lifecycle: match index % 40 {
            34 => Some("capacity-block"),
            _ => spot.then_some("spot"),
        },
        spot_request_id: spot.then(|| format!("sir-{}", draw.hex(8))),
        launched_at,
        launch_index,
        key_name: if draw.chance(50) {
            Some(*draw.pick(&["ops-2024", "deploy", "break-glass"]))
        } else {
            None
        },
        zone_id: format!("{}-az{}", place.region.zone_prefix, 1 + zone % place.region.zones.len() as u64),
        zone: zone_name,
        vpc_id: (!gone).then(|| place.vpc_id()),
        security_groups: if gone { Vec::new() } else { groups(&mut draw, place, role) },
        profile: (!gone && draw.chance(70)).then(|| {
            let arn = format!("arn:aws:iam::{}:instance-profile/{}-{role}", place.account.id, app.name);
            (arn, draw.unique_id("AIPA", 17))
        }),
        monitoring: if draw.chance(25) { "enabled" } else { "disabled" },
        root_device: match (index % 40, windows) {
            (37, _) => ("/dev/sda1", "instance-store"),
            (_, true) => ("/dev/sda1", "ebs"),
            (_, false) => ("/dev/xvda", "ebs"),
        },
        volumes,
        interfaces,
        transition_reason,
        stopped_at: (!matches!(state, InstanceState::Pending | InstanceState::Running)).then_some(changed_at),
        state_reason,
        capacity_reservation_id: (index % 40 == 34).then(|| place.id("cr", index)),
        tenancy: if index % 40 == 39 { "dedicated" } else { "default" },
        imds_tokens: if draw.chance(70) { "required" } else { "optional" },
        client_token: if draw.chance(60) { draw.uuid() } else { String::new() },
        managed_by,
        tags: tags(&mut draw, place, index, role, app),
    }
}

fn reasons(state: InstanceState, spot: bool, at: i64) -> (String, Option<(&'static str, &'static str)>) {
    const USER: (&str, &str) =
        ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown");
    const SPOT: (&str, &str) =
        ("Server.SpotInstanceTermination", "Server.SpotInstanceTermination: Spot instance termination");
    match state {
        InstanceState::Running => (String::new(), None),
        InstanceState::Pending => (String::new(), Some(("pending", "pending"))),
        _ if spot => (format!("Server.SpotInstanceTermination ({})", moment_gmt(at)), Some(SPOT)),
        _ => (format!("User initiated ({})", moment_gmt(at)), Some(USER)),
    }
}

fn groups(draw: &mut Draw, place: &Place<'_>, role: &str) -> Vec<(String, String)> {
    let nth = ROLES.iter().position(|known| *known == role).unwrap_or(0);
    let mut groups = vec![(place.id("sg", nth), format!("{role}-instances"))];
    if draw.chance(40) {
        groups.push((place.id("sg", ROLES.len()), "monitoring".to_owned()));
    }
    groups
}

fn volumes(draw: &mut Draw, place: &Place<'_>, index: usize, created_at: i64, windows: bool) -> Vec<Volume> {
    let root = if windows { "/dev/sda1" } else { "/dev/xvda" };
    let extra = usize::try_from(draw.below(3)).unwrap_or(0);
    (0..=extra)
        .map(|nth| Volume {
            device: if nth == 0 { root.to_owned() } else { format!("/dev/sd{}", ["f", "g"][nth - 1]) },
            id: place.id("vol", index * 4 + nth),
            attached_at: created_at + 2,
            delete_on_termination: nth == 0,
        })
        .collect()
}

fn interfaces(
    draw: &mut Draw,
    place: &Place<'_>,
    index: usize,
    (zone, public): (u64, bool),
    created_at: i64,
    state: InstanceState,
) -> Vec<Interface> {
    let mut interface = |device_index: u32, attached_at: i64| Interface {
        id: place.id("eni", index * 2 + device_index as usize),
        attachment_id: place.id("eni-attach", index * 2 + device_index as usize),
        device_index,
        attached_at,
        subnet_id: place.subnet_id(zone, public && device_index == 0),
        mac: format!("02:{}:{}:{}:{}:{}", draw.hex(2), draw.hex(2), draw.hex(2), draw.hex(2), draw.hex(2)),
        private_ip: format!("10.{}.{}.{}", 16 * zone + draw.below(16), draw.below(256), 4 + draw.below(250)),
        // The documentation's network; an instance that rests has no public address.
        public_ip: (public && device_index == 0 && state == InstanceState::Running)
            .then(|| format!("203.0.113.{}", 1 + draw.below(254))),
        ipv6: (public && draw.chance(30)).then(|| format!("2001:db8:{}::{}", draw.hex(4), draw.hex(4))),
    };
    let mut interfaces = vec![interface(0, created_at)];
    if index % 40 == 15 {
        // AWS promises no order: the primary one is told by its device index.
        interfaces.insert(0, interface(1, created_at + 30 * DAY));
    }
    interfaces
}

fn tags(draw: &mut Draw, place: &Place<'_>, index: usize, role: &str, app: &super::place::App) -> Tags {
    let name = match index % 40 {
        5 => None,
        22 => return Vec::new(),
        8 => Some(format!("データ基盤-東京-{index:02}")),
        11 => Some(BIDI_NAME.to_owned()),
        17 => Some(pad(&format!("{}-{role}-with-a-name-at-the-limit-", app.name), 'x', LONGEST_TAG_VALUE)),
        19 => Some(FORMULA_VALUE.to_owned()),
        27 => Some(pad("größte-Maschine-", 'é', LONGEST_TAG_VALUE - 1)),
        31 => Some(String::new()),
        33 => Some(MARKUP_VALUE.to_owned()),
        _ => Some(format!("{}-{role}-{index:02}", app.name)),
    };
    let mut tags = draw_tags(draw, place, app);
    // Not the first, as in AWS, where tags have no order.
    if let Some(name) = name {
        tags.insert(tags.len().min(2), ("Name".to_owned(), name));
    }
    match index % 40 {
        13 => tags.push(("note".to_owned(), LINES_VALUE.to_owned())),
        31 => tags.push(("backup".to_owned(), String::new())),
        35 => tags.push(("note".to_owned(), C1_VALUE.to_owned())),
        _ => {}
    }
    if draw.chance(15) {
        tags.push(("aws:autoscaling:groupName".to_owned(), format!("{}-{role}-asg", app.name)));
    }
    if is_hidden(index) {
        tags.push(("eks:eks-cluster-name".to_owned(), format!("{}-cluster", place.account.environment)));
    }
    tags
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::demo::estate::accounts::DemoAccount;
    use crate::demo::estate::regions::REGIONS;

    fn many(count: usize) -> Vec<Instance> {
        let account = DemoAccount::first(1).remove(0);
        let place = Place::new(1, &account, &REGIONS[1]);
        (0..count).map(|index| instance(&place, index)).collect()
    }

    #[test]
    fn ids_are_never_given_twice_and_reservations_hold_several() {
        let instances = many(3000);
        let ids: BTreeSet<_> = instances.iter().map(|instance| &instance.id).collect();
        let reservations: BTreeSet<_> = instances.iter().map(|instance| &instance.reservation_id).collect();
        assert_eq!(ids.len(), 3000);
        assert_eq!(reservations.len(), 2000);
    }

    #[test]
    fn forty_eight_instances_show_every_state_and_every_unusual_value() {
        let instances = many(48);
        let states: BTreeSet<_> = instances.iter().map(|instance| instance.state.name()).collect();
        assert_eq!(states.len(), 6);
        let names: Vec<Option<&str>> = instances
            .iter()
            .map(|instance| instance.tags.iter().find(|tag| tag.0 == "Name").map(|tag| tag.1.as_str()))
            .collect();
        assert!(names.contains(&None) && names.contains(&Some("")) && names.contains(&Some(FORMULA_VALUE)));
        assert!(names.iter().flatten().any(|name| name.chars().count() == LONGEST_TAG_VALUE));
        assert!(instances.iter().any(|instance| instance.tags.is_empty()));
        assert!(instances.iter().any(|instance| instance.instance_type.name == "m12x.3xlarge"));
    }

    #[test]
    fn a_terminated_instance_has_lost_its_network_and_disks() {
        for instance in many(48).iter().filter(|instance| instance.state == InstanceState::Terminated) {
            assert!(
                instance.interfaces.is_empty() && instance.volumes.is_empty() && instance.vpc_id.is_none()
            );
            assert!(instance.transition_reason.contains("GMT"));
        }
    }
}
