//! Lambda: ListFunctions. It returns neither tags nor states.
//! <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html>

use serde_json::{Map, Value, json};

use super::Context;
use crate::demo::estate::{Function, Kind, moment_with_offset};
use crate::demo::request::Parameters;
use crate::demo::wire::{AwsError, Content};

/// Bounds of MaxItems.
const MAX_ITEMS: (usize, usize) = (1, 10_000);
/// What a page holds at most, whatever MaxItems says.
const PAGE: usize = 50;

pub(super) fn list_functions(context: &Context<'_>) -> Result<Content, AwsError> {
    let query = Parameters::parse(context.call.query.as_bytes());
    let limit = context.number("maxItems", query.get("MaxItems"), MAX_ITEMS.0, MAX_ITEMS.1)?.unwrap_or(PAGE);
    let marker = query.get("Marker").filter(|marker| !marker.is_empty());
    let page = context.page(context.shard.count(Kind::Function), limit.min(PAGE), marker)?;
    let functions: Vec<Value> =
        page.positions.map(|index| configuration(&context.shard.function(index))).collect();
    Ok(Content::Document(json!({ "Functions": functions, "NextMarker": page.next })))
}

/// The function as the API tells it: what does not apply is there, as `null`.
fn configuration(function: &Function) -> Value {
    let image = function.runtime.is_none();
    let variables: Map<String, Value> = function
        .environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
        .collect();
    let layers: Vec<Value> =
        function.layers.iter().map(|(arn, size)| json!({ "Arn": arn, "CodeSize": size })).collect();
    let (log_format, log_group) = &function.logging;
    let log_group = log_group.clone().unwrap_or_else(|| format!("/aws/lambda/{}", function.name));
    let mut logging = json!({ "LogFormat": log_format, "LogGroup": log_group });
    if *log_format == "JSON" {
        logging["ApplicationLogLevel"] = json!("INFO");
        logging["SystemLogLevel"] = json!("WARN");
    }
    let mut value = json!({
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        "Role": function.role_arn,
        "CodeSize": function.code_size,
        "Description": function.description,
        "Timeout": function.timeout,
        "MemorySize": function.memory,
        "LastModified": moment_with_offset(function.modified_at),
        "CodeSha256": function.code_sha256,
        "Version": "$LATEST",
        "VpcConfig": null,
        "DeadLetterConfig": function.dead_letter_arn.as_ref().map(|arn| json!({ "TargetArn": arn })),
        "Environment": (!variables.is_empty()).then(|| json!({ "Variables": variables })),
        "KMSKeyArn": function.kms_key_arn,
        "TracingConfig": { "Mode": function.tracing },
        "MasterArn": null,
        "RevisionId": function.revision_id,
        "Layers": (!layers.is_empty()).then_some(layers),
        "FileSystemConfigs": function.file_system_arn.as_ref()
            .map(|arn| json!([{ "Arn": arn, "LocalMountPath": "/mnt/shared" }])),
        "PackageType": if image { "Image" } else { "Zip" },
        "Architectures": [function.architecture],
        "EphemeralStorage": { "Size": function.ephemeral_storage },
        "SnapStart": {
            "ApplyOn": if function.snap_start { "PublishedVersions" } else { "None" },
            "OptimizationStatus": "Off",
        },
        "LoggingConfig": logging,
    });
    match &function.runtime {
        Some((runtime, handler, _)) => {
            value["Runtime"] = json!(runtime);
            value["Handler"] = json!(handler);
        }
        None => {
            value["ImageConfigResponse"] = json!({ "ImageConfig": { "Command": ["app.handler"] } });
        }
    }
    match &function.vpc {
        Some(vpc) => {
            value["VpcConfig"] = json!({
                "SubnetIds": vpc.subnet_ids,
                "SecurityGroupIds": vpc.security_group_ids,
                "VpcId": vpc.vpc_id,
                "Ipv6AllowedForDualStack": false,
            });
        }
        // Of a function that left its VPC, AWS keeps an empty shell.
        None if function.timeout == 60 => {
            value["VpcConfig"] = json!({ "SubnetIds": [], "SecurityGroupIds": [], "VpcId": "", "Ipv6AllowedForDualStack": false });
        }
        None => {}
    }
    value
}
