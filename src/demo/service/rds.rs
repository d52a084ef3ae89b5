//! RDS: DescribeDBInstances and DescribeDBClusters, which return Neptune's and DocumentDB's too.
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html>

use super::Context;
use super::rds_cluster::write_cluster;
use super::rds_instance::write_instance;
use crate::demo::estate::{Engine, Kind};
use crate::demo::faults::glob_matches;
use crate::demo::request::Parameters;
use crate::demo::wire::{AwsError, Content, Xml};

/// Bounds of MaxRecords; the highest is the default.
const MAX_RECORDS: (usize, usize) = (20, 100);

type Filters = Vec<(String, Vec<String>)>;

pub(super) fn describe_db_instances(context: &Context<'_>) -> Result<Content, AwsError> {
    let request = Request::new(context, "DBInstanceIdentifier")?;
    let passes = |index: usize| {
        let database = context.shard.database(index);
        let cluster = database.cluster.as_ref().map(|(cluster, _)| cluster.identifier.as_str());
        request.passes(&database.identifier, cluster, database.engine)
    };
    let matched =
        request.select(context.shard.count(Kind::Database), "DBInstanceNotFound", "DBInstance", passes)?;
    let page = context.page(matched.len(), request.limit, request.form.get("Marker"))?;
    let mut xml = Xml::with_capacity(5120 * page.positions.len());
    xml.list("DBInstances", "DBInstance", &matched[page.positions], |xml, index| {
        write_instance(xml, &context.shard.place, &context.shard.database(*index));
    });
    xml.optional("Marker", page.next.as_deref());
    Ok(Content::Members(xml))
}

pub(super) fn describe_db_clusters(context: &Context<'_>) -> Result<Content, AwsError> {
    let request = Request::new(context, "DBClusterIdentifier")?;
    let passes = |index: usize| {
        let cluster = context.shard.cluster(index);
        request.passes(&cluster.identifier, Some(&cluster.identifier), cluster.engine)
    };
    let matched =
        request.select(context.shard.count(Kind::Cluster), "DBClusterNotFoundFault", "DBCluster", passes)?;
    let page = context.page(matched.len(), request.limit, request.form.get("Marker"))?;
    let mut xml = Xml::with_capacity(5120 * page.positions.len());
    xml.list("DBClusters", "DBCluster", &matched[page.positions], |xml, index| {
        write_cluster(
            xml,
            &context.shard.place,
            &context.shard.cluster(*index),
            &context.shard.members(*index),
        );
    });
    xml.optional("Marker", page.next.as_deref());
    Ok(Content::Members(xml))
}

/// What both operations take.
struct Request {
    form: Parameters,
    identifier: Option<String>,
    filters: Filters,
    limit: usize,
}

impl Request {
    fn new(context: &Context<'_>, identifier: &str) -> Result<Self, AwsError> {
        let form = Parameters::parse(&context.call.body);
        let limit = context.number("MaxRecords", form.get("MaxRecords"), MAX_RECORDS.0, MAX_RECORDS.1)?;
        let filters = form.filters("Filters.Filter", "Values.Value");
        let known = ["engine", "db-instance-id", "db-cluster-id"];
        if let Some((unknown, _)) = filters.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            let message = format!("Unrecognized filter name: {unknown}");
            return Err(AwsError::invalid_parameter(context.call.service, message));
        }
        Ok(Self {
            // Identifiers are case-insensitive, and an ARN is as good.
            identifier: form.get(identifier).map(|id| id.rsplit(':').next().unwrap_or(id).to_lowercase()),
            limit: limit.unwrap_or(MAX_RECORDS.1),
            filters,
            form,
        })
    }

    fn passes(&self, identifier: &str, cluster: Option<&str>, engine: &Engine) -> bool {
        let one_of =
            |values: &[String], value: &str| values.iter().any(|pattern| glob_matches(pattern, value));
        self.identifier.as_ref().is_none_or(|asked| *asked == identifier)
            && self.filters.iter().all(|(name, values)| match name.as_str() {
                "engine" => one_of(values, engine.name),
                "db-instance-id" => one_of(values, identifier),
                _ => cluster.is_some_and(|cluster| one_of(values, cluster)),
            })
    }

    fn select(
        &self,
        count: usize,
        not_found: &str,
        what: &str,
        passes: impl Fn(usize) -> bool,
    ) -> Result<Vec<usize>, AwsError> {
        if self.identifier.is_none() && self.filters.is_empty() {
            return Ok((0..count).collect());
        }
        let matched: Vec<usize> = (0..count).filter(|index| passes(*index)).collect();
        match &self.identifier {
            Some(asked) if matched.is_empty() => {
                Err(AwsError::new(404, not_found, format!("{what} {asked} not found.")))
            }
            _ => Ok(matched),
        }
    }
}
