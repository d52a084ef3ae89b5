//! Lambda functions, from `ListFunctions`, with their tags from Resource Groups Tagging.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_lambda as lambda;
use serde_json::Value;

use super::fields::{enum_text, list};
use super::tags::{Tags, read_tags};
use super::{Collector, Covered, Page, PageSink, Pages, QueryContext};
use crate::aws::Api;
use crate::model::{Column, Failure, Format, MetricSpec, Resource, Statistic, Timestamp, Unit};

const FUNCTION: &str = "AWS::Lambda::Function";
const LIST_FUNCTIONS: Api = Api::new("lambda", "ListFunctions");

/// More may be asked for, but AWS returns 50 at most:
/// <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html>
const MAX_ITEMS: i32 = 50;

/// What CloudWatch knows of a function: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>
const METRICS: &[MetricSpec] = &[
    metric("Invocations", Unit::Count, &[Statistic::Sum]),
    metric("Errors", Unit::Count, &[Statistic::Sum]),
    metric("Throttles", Unit::Count, &[Statistic::Sum]),
    metric("Duration", Unit::Milliseconds, &[Statistic::Average, Statistic::P95, Statistic::Maximum]),
    metric("ConcurrentExecutions", Unit::Count, &[Statistic::Maximum]),
];

const fn metric(name: &'static str, unit: Unit, statistics: &'static [Statistic]) -> MetricSpec {
    MetricSpec::new("AWS/Lambda", name, "FunctionName", unit, statistics)
}

/// Collects `AWS::Lambda::Function`.
#[derive(Debug)]
pub(super) struct Functions;

#[async_trait]
impl Collector for Functions {
    fn covers(&self) -> &'static [Covered] {
        const COVERS: &[Covered] = &[Covered::new(FUNCTION, "Lambda functions").metrics(METRICS)];
        COVERS
    }

    fn service(&self) -> &'static str {
        "lambda"
    }

    fn iam_actions(&self) -> &'static [&'static str] {
        &["lambda:ListFunctions", "tag:GetResources"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        ATTRIBUTES
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::text("NAME", "id", 0),
            Column::text("RUNTIME", "runtime", 2),
            Column::number("INVOKES", "metrics.Invocations.Sum", 1),
            Column::number("ERRORS", "metrics.Errors.Sum", 1),
            Column::number("THROTTLES", "metrics.Throttles.Sum", 5),
            Column::number("DURATION", "metrics.Duration.Average", 3),
            Column::number("P95", "metrics.Duration.p95", 4),
            Column::number("MAX", "metrics.Duration.Maximum", 8),
            Column::number("CONC", "metrics.ConcurrentExecutions.Maximum", 6),
            Column::number("MEMORY", "memory_size", 3).format(Format::MebiBytes),
            Column::number("TIMEOUT", "timeout", 9),
            Column::number("CODE", "code_size", 10).format(Format::Bytes),
            Column::text("ARCH", "architectures", 11),
            Column::text("PACKAGE", "package_type", 12),
            Column::text("MODIFIED", "modified_at", 7).format(Format::Time),
            Column::text("HANDLER", "handler", 14),
            Column::text("VPC", "vpc_id", 13),
        ];
        COLUMNS
    }

    async fn collect(&self, cx: &QueryContext, sink: &PageSink) -> Result<(), Failure> {
        let client = cx.client(lambda::Client::new);
        // The tags of a Region are read while its first functions are listed: neither waits for the other.
        let tags = tokio::sync::OnceCell::new();
        let mut pages = Pages::new(LIST_FUNCTIONS, cx, sink);
        while pages.more() {
            let list = cx.call(LIST_FUNCTIONS, |grant| {
                client
                    .list_functions()
                    .max_items(MAX_ITEMS)
                    .set_marker(pages.token())
                    .customize()
                    .config_override(
                        lambda::Config::builder()
                            .region(grant.region)
                            .credentials_provider(grant.credentials),
                    )
                    .send()
            });
            let (answer, tags) =
                tokio::join!(list, tags.get_or_init(|| read_tags(cx, sink, "lambda:function")));
            let answer = answer?;
            let mut page = Page::new(answer.next_marker);
            for function in LIST_FUNCTIONS.required(answer.functions, "Functions")? {
                page.push(to_resource(cx, tags, &function), "a function without FunctionName or FunctionArn");
            }
            pages.sink(page).await?;
        }
        pages.finish()
    }
}

const ATTRIBUTES: &[&str] = &[
    "application_log_level",
    "architectures",
    "code_sha256",
    "code_size",
    "dead_letter_target_arn",
    "description",
    "durable_execution_timeout",
    "durable_retention_period_in_days",
    "ephemeral_storage_size",
    "file_system_arns",
    "handler",
    "image_config_error_code",
    "kms_key_arn",
    "layers",
    "log_format",
    "log_group",
    "master_arn",
    "memory_size",
    "package_type",
    "revision_id",
    "role",
    "runtime",
    "runtime_version_arn",
    "security_group_ids",
    "signing_job_arn",
    "signing_profile_version_arn",
    "snap_start_apply_on",
    "snap_start_optimization_status",
    "subnet_ids",
    "system_log_level",
    "timeout",
    "tracing_mode",
    "version",
    "vpc_id",
];

fn to_resource(cx: &QueryContext, tags: &Tags, f: &lambda::types::FunctionConfiguration) -> Option<Resource> {
    let (id, arn) = (f.function_name()?, f.function_arn()?);
    let mut r = cx.resource(FUNCTION, arn.to_owned(), id);
    r.name = Some(id.to_owned());
    match tags.of(arn) {
        Some(tags) => r.tags = tags,
        None => {
            r.tags = BTreeMap::new();
            r.mark_unknown("tags");
        }
    }
    // ListFunctions does not fill State, and Lambda keeps no creation time.
    r.state = enum_text(f.state(), |state| state.as_str());
    if r.state.is_none() {
        r.mark_unknown("state");
    }
    r.mark_unknown("created_at");
    r.modified_at = f.last_modified().and_then(Timestamp::parse);
    if r.modified_at.is_none() {
        r.mark_unknown("modified_at");
    }
    set_attributes(&mut r, f);
    Some(r)
}

/// Everything but the environment: its values may be secrets, so they are never read.
fn set_attributes(r: &mut Resource, f: &lambda::types::FunctionConfiguration) {
    let a = &mut r.attributes;
    let mut set = |name: &str, value: Value| a.set(name, value);

    let logging = f.logging_config();
    set(
        "application_log_level",
        enum_text(logging.and_then(|l| l.application_log_level()), |v| v.as_str()).into(),
    );
    set("architectures", list(f.architectures().iter().map(|v| v.as_str())));
    set("code_sha256", f.code_sha256().into());
    set("code_size", f.code_size().into());
    set("dead_letter_target_arn", f.dead_letter_config().and_then(|d| d.target_arn()).into());
    set("description", f.description().into());
    let durable = f.durable_config();
    set("durable_execution_timeout", durable.and_then(|d| d.execution_timeout()).into());
    set("durable_retention_period_in_days", durable.and_then(|d| d.retention_period_in_days()).into());
    set("ephemeral_storage_size", f.ephemeral_storage().map(|storage| storage.size()).into());
    set("file_system_arns", list(f.file_system_configs().iter().map(|v| v.arn())));
    set("handler", f.handler().into());
    set(
        "image_config_error_code",
        f.image_config_response().and_then(|image| image.error()?.error_code()).into(),
    );
    set("kms_key_arn", f.kms_key_arn().into());
    set("layers", list(f.layers().iter().filter_map(|layer| layer.arn())));
    set("log_format", enum_text(logging.and_then(|l| l.log_format()), |v| v.as_str()).into());
    set("log_group", logging.and_then(|l| l.log_group()).into());
    set("master_arn", f.master_arn().into());
    set("memory_size", f.memory_size().into());
    set("package_type", enum_text(f.package_type(), |v| v.as_str()).into());
    set("revision_id", f.revision_id().into());
    set("role", f.role().into());
    set("runtime", enum_text(f.runtime(), |v| v.as_str()).into());
    set("runtime_version_arn", f.runtime_version_config().and_then(|v| v.runtime_version_arn()).into());
    let vpc = f.vpc_config();
    set("security_group_ids", list(vpc.into_iter().flat_map(|v| v.security_group_ids()).map(String::as_str)));
    set("signing_job_arn", f.signing_job_arn().into());
    set("signing_profile_version_arn", f.signing_profile_version_arn().into());
    let snap_start = f.snap_start();
    set("snap_start_apply_on", enum_text(snap_start.and_then(|s| s.apply_on()), |v| v.as_str()).into());
    set(
        "snap_start_optimization_status",
        enum_text(snap_start.and_then(|s| s.optimization_status()), |v| v.as_str()).into(),
    );
    set("subnet_ids", list(vpc.into_iter().flat_map(|v| v.subnet_ids()).map(String::as_str)));
    set("system_log_level", enum_text(logging.and_then(|l| l.system_log_level()), |v| v.as_str()).into());
    set("timeout", f.timeout().into());
    set("tracing_mode", enum_text(f.tracing_config().and_then(|t| t.mode()), |v| v.as_str()).into());
    set("version", f.version().into());
    set("vpc_id", vpc.and_then(|v| v.vpc_id()).into());
}
