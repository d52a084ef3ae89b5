//! DB instances: members of clusters, and those of their own.

use super::cluster::{Cluster, cluster, membership, window};
use super::engine::{Engine, STANDALONE};
use super::place::{DAY, NOW, Place, Tags, draw_app, draw_tags};
use super::random::Draw;
use super::text::{BIDI_NAME, FORMULA_VALUE, LONGEST_TAG_VALUE, pad};

/// The longest identifier that RDS takes.
const LONGEST_IDENTIFIER: usize = 63;

/// Provisioned storage of one DB instance; `None` for what AWS leaves out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Storage {
    pub(crate) kind: &'static str,
    pub(crate) gibibytes: i64,
    pub(crate) iops: Option<i64>,
    pub(crate) throughput: Option<i64>,
    pub(crate) most_gibibytes: Option<i64>,
}

/// One DB instance, as DescribeDBInstances tells it.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) identifier: String,
    pub(crate) class: &'static str,
    pub(crate) engine: &'static Engine,
    pub(crate) version: &'static str,
    pub(crate) status: &'static str,
    /// The cluster it is a member of, and its place there.
    pub(crate) cluster: Option<(Cluster, usize)>,
    /// `None` while it is being created.
    pub(crate) created_at: Option<i64>,
    pub(crate) resource_id: String,
    pub(crate) database_name: Option<&'static str>,
    pub(crate) storage: Storage,
    pub(crate) zone: Option<String>,
    pub(crate) secondary_zone: Option<String>,
    pub(crate) backup_retention: i64,
    pub(crate) backup_window: String,
    pub(crate) maintenance_window: String,
    pub(crate) replica_of: Option<String>,
    pub(crate) replica: Option<String>,
    pub(crate) publicly_accessible: bool,
    pub(crate) encrypted: bool,
    pub(crate) auto_minor_upgrade: bool,
    pub(crate) deletion_protection: bool,
    pub(crate) performance_insights: bool,
    pub(crate) monitoring_interval: i64,
    pub(crate) managed_secret: bool,
    pub(crate) extended_support: bool,
    pub(crate) certificate_authority: &'static str,
    pub(crate) logs: &'static [&'static str],
    /// Names and values, in the order of the API.
    pub(crate) pending: Vec<(&'static str, String)>,
    pub(crate) tags: Tags,
}

impl Database {
    /// Whether it can be connected to: only then AWS tells its endpoint.
    pub(crate) fn has_endpoint(&self) -> bool {
        self.created_at.is_some()
    }
}

/// Most are available; the others stand at fixed places, so that every estate of some size has them all.
const fn status(index: usize) -> &'static str {
    match index % 36 {
        7 => "stopped",
        9 => "backing-up",
        11 => "storage-full",
        14 => "creating",
        15 => "modifying",
        17 => "maintenance",
        19 => "incompatible-parameters",
        21 => "upgrading",
        23 => "storage-optimization",
        25 => "rebooting",
        27 => "failed",
        29 => "deleting",
        31 => "configuring-enhanced-monitoring",
        // A word that no SDK lists: the API has it as a plain string.
        33 => "demo-state-of-the-future",
        _ => "available",
    }
}

/// The engine and identifier of an instance of its own, which is never a member nor a replica.
fn source(place: &Place<'_>, index: usize) -> (&'static Engine, String) {
    let mut draw = place.draw("database-name", index);
    let engine = &STANDALONE[index % STANDALONE.len()];
    let name = format!("{}-{}-{index}", draw_app(&mut draw).name, engine.short);
    match index % 20 {
        8 => (engine, pad(&format!("{name}-at-the-limit-of-what-rds-takes-"), 'x', LONGEST_IDENTIFIER)),
        _ => (engine, name),
    }
}

/// The instance that the `index`-th replicates, if it is a read replica.
const fn replicated(index: usize) -> Option<usize> {
    if index % 10 == 3 { Some(index - 1) } else { None }
}

/// The `index`-th DB instance of `databases`, where there are so many clusters.
pub(crate) fn database(place: &Place<'_>, index: usize, databases: usize, clusters: usize) -> Database {
    let standalone = |index: usize| membership(index, clusters).is_none();
    if let Some((owner, nth)) = membership(index, clusters) {
        return member(place, index, cluster(place, owner), nth);
    }
    let mut draw = place.draw("database", index);
    let (engine, identifier) = source(place, index);
    let original = replicated(index)
        .filter(|original| standalone(*original) && replicated(*original).is_none())
        .map(|original| source(place, original))
        .filter(|(engine, _)| engine.has_replicas());
    let replica =
        (index + 1 < databases && replicated(index + 1) == Some(index) && replicated(index).is_none())
            .then(|| source(place, index))
            .filter(|(engine, _)| engine.has_replicas())
            .map(|(_, name)| format!("{name}-replica"));
    let (engine, identifier, replica_of) = match original {
        Some((engine, original)) => (engine, format!("{original}-replica"), Some(original)),
        None => (engine, identifier, None),
    };
    let multi_az = replica_of.is_none() && draw.chance(45);
    let zone = draw.below(6);
    let gibibytes = *draw.pick(&[20, 100, 250, 1000, 4000]);
    let storage = match index % 5 {
        0 => Storage { kind: "gp2", gibibytes, iops: None, throughput: None, most_gibibytes: None },
        3 => Storage {
            kind: "io2",
            gibibytes,
            iops: Some(12_000),
            throughput: None,
            most_gibibytes: Some(gibibytes * 2),
        },
        _ => Storage {
            kind: "gp3",
            gibibytes,
            iops: Some(3_000),
            throughput: Some(125),
            most_gibibytes: Some(gibibytes * 2),
        },
    };
    let mut tags = draw_tags(&mut draw, place, draw_app(&mut place.draw("database-name", index)));
    match index % 20 {
        9 => tags.push(("besitzer".to_owned(), "Zoë Müller – データ".to_owned())),
        10 => tags.clear(),
        13 => tags.push(("note".to_owned(), FORMULA_VALUE.to_owned())),
        15 => tags.push(("note".to_owned(), BIDI_NAME.to_owned())),
        17 => tags.push(("note".to_owned(), pad("", 'n', LONGEST_TAG_VALUE))),
        _ => {}
    }
    Database {
        class: match index % 20 {
            14 => "db.m12x.3xlarge",
            _ => draw.pick::<&str>(&[
                "db.t4g.micro",
                "db.t4g.medium",
                "db.m6g.large",
                "db.m7i.xlarge",
                "db.r6g.2xlarge",
            ]),
        },
        database_name: if engine.name.starts_with("sqlserver") {
            None
        } else {
            Some(*draw.pick(&["app", "main", "ORCL"]))
        },
        storage,
        zone: (status(index) != "creating").then(|| place.region.zone(zone)),
        secondary_zone: (multi_az && status(index) != "creating").then(|| place.region.zone(zone + 1)),
        replica_of,
        replica,
        publicly_accessible: draw.chance(10),
        managed_secret: draw.chance(30),
        extended_support: engine.version.starts_with("5.7") || engine.version.starts_with("13."),
        certificate_authority: if draw.chance(15) { "rds-ca-2019" } else { "rds-ca-rsa2048-g1" },
        logs: match engine.name {
            "postgres" => &["postgresql", "upgrade"],
            "mysql" | "mariadb" => &["error", "slowquery"],
            _ => &[],
        },
        pending: pending(status(index), gibibytes),
        ..common(&mut draw, index, identifier, engine, tags)
    }
}

fn member(place: &Place<'_>, index: usize, cluster: Cluster, nth: usize) -> Database {
    let mut draw = place.draw("database", index);
    let aurora = cluster.engine.has_cluster_storage();
    let storage = if aurora {
        Storage { kind: "aurora", gibibytes: 1, iops: None, throughput: None, most_gibibytes: None }
    } else {
        Storage { kind: "io1", gibibytes: 400, iops: Some(3_000), throughput: None, most_gibibytes: None }
    };
    Database {
        class: if cluster.serverless.is_some() { "db.serverless" } else { cluster.class },
        database_name: cluster.database_name,
        storage,
        zone: Some(place.region.zone(nth as u64)),
        backup_retention: cluster.backup_retention,
        backup_window: cluster.backup_window.clone(),
        encrypted: cluster.encrypted,
        deletion_protection: false,
        // A member lives as long as its cluster does: none of these is being created.
        status: match status(index) {
            "creating" | "failed" | "storage-full" => "available",
            other => other,
        },
        created_at: Some(cluster.created_at + 600 + 60 * i64::try_from(nth).unwrap_or(0)),
        tags: cluster.tags.clone(),
        ..common(
            &mut draw,
            index,
            format!("{}-instance-{}", cluster.identifier, nth + 1),
            cluster.engine,
            Tags::new(),
        )
    }
    .of(cluster, nth)
}

impl Database {
    fn of(mut self, cluster: Cluster, nth: usize) -> Self {
        self.cluster = Some((cluster, nth));
        self
    }
}

fn common(
    draw: &mut Draw,
    index: usize,
    identifier: String,
    engine: &'static Engine,
    tags: Tags,
) -> Database {
    let status = status(index);
    Database {
        identifier,
        class: "db.t4g.medium",
        engine,
        version: engine.version,
        status,
        cluster: None,
        created_at: (status != "creating")
            .then(|| NOW - draw.between(2, 1200) * DAY - draw.between(0, DAY - 1)),
        resource_id: draw.unique_id("db-", 26),
        database_name: None,
        storage: Storage { kind: "gp3", gibibytes: 20, iops: None, throughput: None, most_gibibytes: None },
        zone: None,
        secondary_zone: None,
        backup_retention: *draw.pick(&[0, 1, 7, 14, 35]),
        backup_window: format!("{:02}:00-{0:02}:30", draw.below(24)),
        maintenance_window: window(draw),
        replica_of: None,
        replica: None,
        publicly_accessible: false,
        encrypted: draw.chance(80),
        auto_minor_upgrade: draw.chance(75),
        deletion_protection: draw.chance(50),
        performance_insights: draw.chance(50),
        monitoring_interval: *draw.pick(&[0, 0, 15, 60]),
        managed_secret: false,
        extended_support: false,
        certificate_authority: "rds-ca-rsa2048-g1",
        logs: &[],
        pending: Vec::new(),
        tags,
    }
}

/// What waits for the maintenance window, or is being done just now.
fn pending(status: &str, gibibytes: i64) -> Vec<(&'static str, String)> {
    match status {
        "modifying" => vec![
            ("DBInstanceClass", "db.r7g.4xlarge".to_owned()),
            ("AllocatedStorage", (gibibytes * 2).to_string()),
            // AWS never tells the password itself.
            ("MasterUserPassword", "****".to_owned()),
        ],
        "maintenance" => vec![("CACertificateIdentifier", "rds-ca-ecc384-g1".to_owned())],
        "upgrading" => vec![("EngineVersion", "99.1".to_owned())],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::demo::estate::accounts::DemoAccount;
    use crate::demo::estate::regions::REGIONS;

    fn many(databases: usize, clusters: usize) -> Vec<Database> {
        let account = DemoAccount::first(1).remove(0);
        let place = Place::new(1, &account, &REGIONS[1]);
        (0..databases).map(|index| database(&place, index, databases, clusters)).collect()
    }

    #[test]
    fn identifiers_are_never_given_twice() {
        let databases = many(1000, 100);
        let ids: BTreeSet<_> = databases.iter().map(|database| &database.identifier).collect();
        assert_eq!(ids.len(), 1000);
        assert!(databases.iter().all(|database| database.identifier.len() <= LONGEST_IDENTIFIER));
    }

    #[test]
    fn replicas_and_their_sources_name_each_other() {
        let databases = many(100, 4);
        let mut replicas = 0;
        for database in &databases {
            if let Some(original) = &database.replica_of {
                let original = databases.iter().find(|other| other.identifier == *original).expect("exists");
                assert_eq!(original.replica.as_ref(), Some(&database.identifier));
                replicas += 1;
            }
            if let Some(replica) = &database.replica {
                assert!(databases.iter().any(|other| other.identifier == *replica));
            }
        }
        assert!(replicas > 2);
    }

    #[test]
    fn what_is_being_created_has_no_endpoint_yet() {
        let databases = many(48, 0);
        let statuses: BTreeSet<_> = databases.iter().map(|database| database.status).collect();
        assert!(statuses.len() > 12);
        for database in databases {
            assert_eq!(database.has_endpoint(), database.status != "creating");
        }
    }
}
