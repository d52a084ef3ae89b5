//! Account: ListRegions, which tells what DescribeRegions tells to those who may not call that.
//! <https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html>

use serde_json::{Value, json};

use super::Context;
use crate::demo::request::Service;
use crate::demo::wire::{AwsError, Content};

/// Bounds of MaxResults; the highest is the default.
const MAX_RESULTS: (u64, u64) = (1, 50);

pub(super) fn list_regions(context: &Context<'_>) -> Result<Content, AwsError> {
    let input: Value = if context.call.body.is_empty() {
        json!({})
    } else {
        serde_json::from_slice(&context.call.body)
            .map_err(|_| AwsError::invalid_parameter(Service::Account, "The request is not JSON"))?
    };
    let limit = input["MaxResults"].as_u64().unwrap_or(MAX_RESULTS.1);
    if !(MAX_RESULTS.0..=MAX_RESULTS.1).contains(&limit) {
        return Err(AwsError::invalid_parameter(Service::Account, "maxResults must be between 1 and 50"));
    }
    let asked = input["RegionOptStatusContains"].as_array();
    let regions: Vec<Value> = context
        .estate
        .regions(context.account)
        .iter()
        .filter(|(_, opt_in)| {
            asked
                .is_none_or(|asked| asked.is_empty() || asked.iter().any(|status| status == opt_in.account()))
        })
        .map(|(region, opt_in)| json!({ "RegionName": region.name, "RegionOptStatus": opt_in.account() }))
        .collect();
    let limit = usize::try_from(limit).unwrap_or(1);
    let page = context.page(regions.len(), limit, input["NextToken"].as_str())?;
    let mut output = json!({ "Regions": regions[page.positions] });
    if let Some(next) = page.next {
        output["NextToken"] = Value::from(next);
    }
    Ok(Content::Document(output))
}
