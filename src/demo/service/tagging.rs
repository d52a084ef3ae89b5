//! Resource Groups Tagging: GetResources. It lists what has tags, or once had some.
//! <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>

use serde_json::{Value, json};

use super::Context;
use crate::demo::estate::{Kind, is_listed_by_tagging};
use crate::demo::request::Service;
use crate::demo::wire::{AwsError, Content};

/// Bounds of ResourcesPerPage.
const PER_PAGE: (u64, u64) = (1, 100);
const DEFAULT_PER_PAGE: u64 = 50;

pub(super) fn get_resources(context: &Context<'_>) -> Result<Content, AwsError> {
    let input: Value = if context.call.body.is_empty() {
        json!({})
    } else {
        serde_json::from_slice(&context.call.body)
            .map_err(|_| AwsError::new(400, "SerializationException", "The request is not JSON"))?
    };
    let limit = input["ResourcesPerPage"].as_u64().unwrap_or(DEFAULT_PER_PAGE);
    if !(PER_PAGE.0..=PER_PAGE.1).contains(&limit) {
        let message = "ResourcesPerPage must be between 1 and 100";
        return Err(AwsError::invalid_parameter(Service::Tagging, message));
    }
    let kinds = kinds(&input["ResourceTypeFilters"])?;
    let arns: Option<Vec<&str>> =
        input["ResourceARNList"].as_array().map(|arns| arns.iter().filter_map(Value::as_str).collect());
    let filters = tag_filters(&input["TagFilters"]);

    let listed: Vec<(Kind, usize)> = kinds
        .iter()
        .flat_map(|kind| (0..context.shard.count(*kind)).map(move |index| (*kind, index)))
        .filter(|(kind, index)| *kind != Kind::Function || is_listed_by_tagging(*index))
        .filter(|(kind, index)| {
            if arns.is_none() && filters.is_empty() {
                return true;
            }
            let (arn, tags) = tagged(context, *kind, *index);
            arns.as_ref().is_none_or(|arns| arns.contains(&arn.as_str())) && passes(&filters, &tags)
        })
        .collect();
    let limit = usize::try_from(limit).unwrap_or(1);
    let token = input["PaginationToken"].as_str().filter(|token| !token.is_empty());
    let page = context.page(listed.len(), limit, token)?;
    let mappings: Vec<Value> = listed[page.positions]
        .iter()
        .map(|(kind, index)| {
            let (arn, tags) = tagged(context, *kind, *index);
            let tags: Vec<Value> =
                tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
            json!({ "ResourceARN": arn, "Tags": tags })
        })
        .collect();
    // The last page has an empty token, not none.
    Ok(Content::Document(json!({
        "PaginationToken": page.next.unwrap_or_default(),
        "ResourceTagMappingList": mappings,
    })))
}

/// The kinds that type filters choose: `lambda`, `lambda:function`; every one if there are no filters.
fn kinds(filters: &Value) -> Result<Vec<Kind>, AwsError> {
    let filters: Vec<&str> = filters.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let name = |kind: Kind| match kind {
        Kind::Instance => "ec2:instance",
        Kind::Database => "rds:db",
        Kind::Cluster => "rds:cluster",
        Kind::Function => "lambda:function",
    };
    let chosen = |kind: &Kind| {
        let (service, _) = name(*kind).split_once(':').unwrap_or_default();
        filters.is_empty() || filters.contains(&name(*kind)) || filters.contains(&service)
    };
    if let Some(unknown) =
        filters.iter().find(|filter| filter.is_empty() || filter.contains(char::is_whitespace))
    {
        let message = format!("Invalid resource type filter: {unknown}");
        return Err(AwsError::invalid_parameter(Service::Tagging, message));
    }
    Ok(Kind::ALL.into_iter().filter(chosen).collect())
}

fn tagged(context: &Context<'_>, kind: Kind, index: usize) -> (String, Vec<(String, String)>) {
    let (shard, place) = (&context.shard, &context.shard.place);
    match kind {
        Kind::Instance => {
            let instance = shard.instance(index);
            (place.arn("ec2", format_args!("instance/{}", instance.id)), instance.tags)
        }
        Kind::Database => {
            let database = shard.database(index);
            (place.arn("rds", format_args!("db:{}", database.identifier)), database.tags)
        }
        Kind::Cluster => {
            let cluster = shard.cluster(index);
            (place.arn("rds", format_args!("cluster:{}", cluster.identifier)), cluster.tags)
        }
        Kind::Function => {
            let function = shard.function(index);
            (function.arn, function.tags.unwrap_or_default())
        }
    }
}

type TagFilters = Vec<(String, Vec<String>)>;

fn tag_filters(filters: &Value) -> TagFilters {
    let strings = |values: &Value| -> Vec<String> {
        values.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let filters = filters.as_array().into_iter().flatten();
    filters
        .map(|filter| (filter["Key"].as_str().unwrap_or_default().to_owned(), strings(&filter["Values"])))
        .collect()
}

/// A filter without values asks for the key only.
fn passes(filters: &TagFilters, tags: &[(String, String)]) -> bool {
    filters.iter().all(|(key, values)| {
        tags.iter().any(|(known, value)| known == key && (values.is_empty() || values.contains(value)))
    })
}
