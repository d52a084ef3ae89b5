//! Tags that a list call does not bring along, from Resource Groups Tagging `GetResources`:
//! 100 resources a page, where asking each function for its tags would be a call apiece.

use std::collections::{BTreeMap, HashMap, HashSet};

use aws_sdk_resourcegroupstagging as tagging;

use super::pages::MOST_PAGES_IN_VAIN;
use super::{PageSink, QueryContext};
use crate::aws::Api;
use crate::model::Failure;

const GET_RESOURCES: Api = Api::new("tag", "GetResources");

/// The most that one page may hold:
/// <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>
const RESOURCES_PER_PAGE: i32 = 100;

/// The tags of one resource type in one Region.
#[derive(Debug, Default)]
pub(super) struct Tags {
    by_arn: HashMap<String, BTreeMap<String, String>>,
    complete: bool,
}

impl Tags {
    /// A resource's tags. `None` = not known: the reading ended before this resource came by.
    /// GetResources leaves out what was never tagged, so after a complete reading absence means no tags.
    pub(super) fn of(&self, arn: &str) -> Option<BTreeMap<String, String>> {
        match self.by_arn.get(arn) {
            Some(tags) => Some(tags.clone()),
            None => self.complete.then(BTreeMap::new),
        }
    }
}

/// Reads the tags of every resource of a type (`lambda:function`) in the query's Region.
/// A failure is charged to the query's tags and what was read before it is kept.
pub(super) async fn read_tags(cx: &QueryContext, sink: &PageSink, resource_type: &str) -> Tags {
    let mut tags = Tags::default();
    match read_all(cx, resource_type, &mut tags.by_arn).await {
        Ok(()) => {
            tags.complete = true;
            sink.tags_read();
        }
        Err(failure) => sink.tags_failed(failure, !tags.by_arn.is_empty()),
    }
    tags
}

async fn read_all(
    cx: &QueryContext,
    resource_type: &str,
    by_arn: &mut HashMap<String, BTreeMap<String, String>>,
) -> Result<(), Failure> {
    let client = cx.client(tagging::Client::new);
    let mut token: Option<String> = None;
    let mut seen = HashSet::new();
    let mut in_vain = 0;
    loop {
        let answer = cx
            .call(GET_RESOURCES, |grant| {
                client
                    .get_resources()
                    .resource_type_filters(resource_type)
                    .resources_per_page(RESOURCES_PER_PAGE)
                    .set_pagination_token(token.clone())
                    .customize()
                    .config_override(
                        tagging::Config::builder()
                            .region(grant.region)
                            .credentials_provider(grant.credentials),
                    )
                    .send()
            })
            .await?;
        let mappings = GET_RESOURCES.required(answer.resource_tag_mapping_list, "ResourceTagMappingList")?;
        let known = by_arn.len();
        for mapping in mappings {
            let arn = GET_RESOURCES.named(mapping.resource_arn, "a resource without ResourceARN")?;
            let tags = mapping.tags.unwrap_or_default();
            by_arn.insert(arn, tags.into_iter().map(|tag| (tag.key, tag.value)).collect());
        }
        in_vain = if by_arn.len() == known { in_vain + 1 } else { 0 };
        token = answer.pagination_token.filter(|token| !token.is_empty());
        match &token {
            None => return Ok(()),
            Some(next) if !seen.insert(next.clone()) => {
                return Err(GET_RESOURCES.repeated_token());
            }
            Some(_) if in_vain >= MOST_PAGES_IN_VAIN => return Err(GET_RESOURCES.endless(in_vain)),
            Some(_) => {}
        }
    }
}
