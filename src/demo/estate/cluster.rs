//! DB clusters: Aurora, Multi-AZ DB clusters, Neptune and DocumentDB.

use std::ops::Range;

use super::engine::{CLUSTERED, Engine};
use super::place::{DAY, NOW, Place, Tags, draw_app, draw_tags};
use super::text::MARKUP_VALUE;

/// How many members the first, second, … of each four clusters has. One has none: headless, but billed for storage.
const MEMBERS: [usize; 4] = [2, 3, 1, 0];
const MEMBERS_OF_FOUR: usize = 6;

/// One cluster, as DescribeDBClusters tells it; its members aside.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) identifier: String,
    pub(crate) engine: &'static Engine,
    pub(crate) status: &'static str,
    pub(crate) created_at: i64,
    pub(crate) resource_id: String,
    pub(crate) database_name: Option<&'static str>,
    pub(crate) backup_retention: i64,
    pub(crate) backup_window: String,
    pub(crate) maintenance_window: String,
    pub(crate) encrypted: bool,
    pub(crate) deletion_protection: bool,
    pub(crate) iam_authentication: bool,
    /// Serverless v2 capacity, least and most, in ACUs.
    pub(crate) serverless: Option<(f64, f64)>,
    pub(crate) logs: &'static [&'static str],
    pub(crate) pending_version: Option<&'static str>,
    pub(crate) class: &'static str,
    pub(crate) zones: Vec<String>,
    pub(crate) tags: Tags,
}

impl Cluster {
    /// Only a Multi-AZ DB cluster has a class of its own; elsewhere the members have.
    pub(crate) fn instance_class(&self) -> Option<&'static str> {
        (!self.engine.has_cluster_storage()).then_some(self.class)
    }
}

/// The DB instances, by index, that are members of a cluster, if there are so many.
pub(crate) fn members(cluster: usize) -> Range<usize> {
    let start = cluster / 4 * MEMBERS_OF_FOUR + MEMBERS[..cluster % 4].iter().sum::<usize>();
    start..start + MEMBERS[cluster % 4]
}

/// The cluster of a DB instance and its place there (0 = writer), of so many clusters.
pub(crate) fn membership(database: usize, clusters: usize) -> Option<(usize, usize)> {
    let four = database / MEMBERS_OF_FOUR * 4;
    (four..four + 4)
        .find(|cluster| members(*cluster).contains(&database))
        .filter(|cluster| *cluster < clusters)
        .map(|cluster| (cluster, database - members(cluster).start))
}

/// The `index`-th cluster.
pub(crate) fn cluster(place: &Place<'_>, index: usize) -> Cluster {
    let mut draw = place.draw("cluster", index);
    let app = draw_app(&mut draw);
    let engine = &CLUSTERED[index % CLUSTERED.len()];
    let aurora = engine.name.starts_with("aurora");
    let mut tags = draw_tags(&mut draw, place, app);
    match index % 10 {
        3 => tags.clear(),
        4 => tags.push(("note".to_owned(), MARKUP_VALUE.to_owned())),
        _ => {}
    }
    Cluster {
        identifier: format!("{}-{}-{index}", app.name, engine.short),
        engine,
        status: match index % 8 {
            2 => "backing-up",
            5 => "stopped",
            6 => "upgrading",
            _ => "available",
        },
        created_at: NOW - draw.between(2, 900) * DAY - draw.between(0, DAY - 1),
        resource_id: draw.unique_id("cluster-", 26),
        database_name: aurora.then_some("app"),
        backup_retention: *draw.pick(&[1, 7, 14, 35]),
        backup_window: format!("{:02}:00-{0:02}:30", draw.below(24)),
        maintenance_window: window(&mut draw),
        encrypted: draw.chance(85),
        deletion_protection: draw.chance(60),
        iam_authentication: aurora && draw.chance(40),
        serverless: (aurora && draw.chance(35)).then(|| (0.5, f64::from(*draw.pick(&[4_u8, 16, 64])))),
        logs: match engine.name {
            "aurora-postgresql" | "postgres" => &["postgresql"],
            "aurora-mysql" => &["audit", "error", "slowquery"],
            _ => &[],
        },
        pending_version: (index % 8 == 6).then_some("17.2"),
        class: draw.pick::<&str>(&["db.r6g.large", "db.r6g.xlarge", "db.r7g.large", "db.r6i.2xlarge"]),
        zones: (0..3).map(|zone| place.region.zone(zone)).collect(),
        tags,
    }
}

/// A weekly maintenance window: `sun:04:30-sun:05:00`.
pub(crate) fn window(draw: &mut super::random::Draw) -> String {
    let day = *draw.pick(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    let hour = draw.below(23);
    format!("{day}:{hour:02}:30-{day}:{:02}:00", hour + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_has_one_cluster_and_every_cluster_its_members() {
        for cluster in 0..20 {
            for (nth, database) in members(cluster).enumerate() {
                assert_eq!(membership(database, 20), Some((cluster, nth)));
                assert_eq!(membership(database, cluster), None);
            }
        }
        assert_eq!(membership(30, 20), None, "twenty clusters have thirty members");
    }
}
