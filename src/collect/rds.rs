//! RDS DB instances and clusters. The same calls also return Neptune's and DocumentDB's,
//! which the engine tells apart: <https://docs.aws.amazon.com/neptune/latest/userguide/api.html>

mod cluster;
mod instance;
mod metrics;

pub(super) use cluster::Clusters;
pub(super) use instance::Instances;

use aws_sdk_rds as rds;
use serde_json::{Map, Value};

use super::{Covered, QueryContext};
use crate::model::Resource;

/// The most that one page may hold:
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html>
const MAX_RECORDS: i32 = 100;

/// The CloudFormation namespace that an engine belongs to.
fn namespace(engine: Option<&str>) -> &'static str {
    match engine {
        Some("neptune") => "AWS::Neptune",
        Some("docdb") => "AWS::DocDB",
        _ => "AWS::RDS",
    }
}

/// The one of a collector's types that this engine makes a resource of.
fn type_of(covers: &'static [Covered], engine: Option<&str>) -> &'static str {
    let namespace = namespace(engine);
    covers
        .iter()
        .map(|covered| covered.resource_type)
        .find(|name| name.strip_prefix(namespace).is_some_and(|rest| rest.starts_with("::")))
        .unwrap_or(covers[0].resource_type)
}

fn config_override(grant: crate::aws::Grant) -> rds::config::Builder {
    rds::Config::builder().region(grant.region).credentials_provider(grant.credentials)
}

fn insert_tags(resource: &mut Resource, tags: &[rds::types::Tag]) {
    for tag in tags {
        if let Some(key) = tag.key() {
            resource.tags.insert(key.to_owned(), tag.value().unwrap_or_default().to_owned());
        }
    }
}

/// An ARN as RDS sent it, or the one that it would have.
fn arn_or(cx: &QueryContext, arn: Option<&str>, kind: &str, id: &str) -> String {
    arn.map_or_else(|| cx.arn("rds", &format!("{kind}:{id}")), str::to_owned)
}

/// The values that are there, as one object; `null` where none is.
fn object(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let map: Map<String, Value> = entries
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    if map.is_empty() { Value::Null } else { Value::Object(map) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::Collector;

    #[test]
    fn neptune_and_documentdb_are_never_called_rds() {
        let covers = Clusters.covers();
        for (engine, name) in [
            (Some("neptune"), "AWS::Neptune::DBCluster"),
            (Some("docdb"), "AWS::DocDB::DBCluster"),
            (Some("aurora-postgresql"), "AWS::RDS::DBCluster"),
            (Some("an-engine-of-the-future"), "AWS::RDS::DBCluster"),
            (None, "AWS::RDS::DBCluster"),
        ] {
            assert_eq!(type_of(covers, engine), name, "{engine:?}");
        }
    }
}
