//! One file a service: an operation's parameters in, its content or AWS's error out.

mod account;
mod cloudwatch;
mod cloudwatch_data;
mod cloudwatch_list;
mod cloudwatch_page;
mod cloudwatch_statistics;
mod ec2;
mod ec2_instance;
mod lambda;
mod paging;
mod rds;
mod rds_cluster;
mod rds_instance;
mod sts;
mod tagging;

pub(crate) use paging::Twist;
use paging::{Page, PageRequest};

use super::estate::{DemoAccount, Estate, Shard, key};
use super::metrics::Metrics;
use super::request::{Call, Service};
use super::wire::{AwsError, Content};

/// An operation being answered, for a caller who was recognised.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) estate: &'a Estate,
    /// The caller's account, by number.
    pub(crate) account: usize,
    /// The caller's account in the Region of the call.
    pub(crate) shard: Shard<'a>,
    pub(crate) call: &'a Call,
    pub(crate) twist: Twist,
    /// The most resources of a page, if fewer than AWS's own maximum.
    pub(crate) page_size: Option<usize>,
    /// The most datapoints of a page of GetMetricData, if fewer than AWS's own maximum.
    pub(crate) datapoints_per_page: Option<usize>,
    pub(crate) metrics: &'a Metrics,
    /// The server's clock, in seconds.
    pub(crate) now: i64,
}

impl Context<'_> {
    fn account(&self) -> &DemoAccount {
        &self.estate.accounts()[self.account]
    }

    /// The page of a list of `total` that the call asks for.
    fn page(&self, total: usize, limit: usize, token: Option<&str>) -> Result<Page, AwsError> {
        let list = key(0, &[&self.account().id, &self.call.region, &self.call.operation]);
        let limit = self.page_size.map_or(limit, |most| limit.min(most));
        PageRequest { list, token, limit, twist: self.twist }
            .page(total)
            .map_err(|paging::BadToken| AwsError::invalid_token(self.call.service))
    }

    /// A whole number among the parameters, within AWS's bounds.
    fn number(
        &self,
        name: &str,
        text: Option<&str>,
        low: usize,
        high: usize,
    ) -> Result<Option<usize>, AwsError> {
        let Some(text) = text else { return Ok(None) };
        let refuse = |bound: String| {
            let message =
                format!("Value ( {text} ) for parameter {name} is invalid. Expecting a value {bound}.");
            AwsError::invalid_parameter(self.call.service, message)
        };
        match text.parse::<usize>() {
            Ok(value) if value < low => Err(refuse(format!("of at least {low}"))),
            Ok(value) if value > high => Err(refuse(format!("of at most {high}"))),
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(refuse("that is a whole number".to_owned())),
        }
    }
}

/// Answers an operation of any service.
pub(crate) fn answer(context: &Context<'_>) -> Result<Content, AwsError> {
    match (context.call.service, context.call.operation.as_str()) {
        (Service::Ec2, "DescribeInstances") => ec2::describe_instances(context),
        (Service::Ec2, "DescribeRegions") => ec2::describe_regions(context),
        (Service::Ec2, "DescribeAvailabilityZones") => ec2::describe_availability_zones(context),
        (Service::Rds, "DescribeDBInstances") => rds::describe_db_instances(context),
        (Service::Rds, "DescribeDBClusters") => rds::describe_db_clusters(context),
        (Service::Sts, "GetCallerIdentity") => sts::get_caller_identity(context),
        (Service::Sts, "AssumeRole") => sts::assume_role(context),
        (Service::Lambda, "ListFunctions") => lambda::list_functions(context),
        (Service::Tagging, "GetResources") => tagging::get_resources(context),
        (Service::Account, "ListRegions") => account::list_regions(context),
        (Service::CloudWatch, "GetMetricData") => cloudwatch_data::get_metric_data(context),
        (Service::CloudWatch, "GetMetricStatistics") => cloudwatch_statistics::get_metric_statistics(context),
        (Service::CloudWatch, "ListMetrics") => cloudwatch_list::list_metrics(context),
        (service, operation) => Err(AwsError::unknown_operation(service, operation)),
    }
}

/// Whether an operation returns a list that never changes, so that a page once written can be kept.
pub(crate) fn is_list(service: Service, operation: &str) -> bool {
    matches!(
        (service, operation),
        (Service::Ec2, "DescribeInstances")
            | (Service::Rds, "DescribeDBInstances" | "DescribeDBClusters")
            | (Service::Lambda, "ListFunctions")
            | (Service::Tagging, "GetResources")
    )
}

/// Whether an operation computes so much that it must not hold up other connections.
pub(crate) fn is_heavy(service: Service, operation: &str) -> bool {
    is_list(service, operation) || service == Service::CloudWatch
}

/// Whether a call asks CloudWatch for a dimension value.
pub(crate) fn asks_for(call: &Call, value: &str) -> bool {
    call.service == Service::CloudWatch && cloudwatch::asks_for(call, value)
}

/// Who calls, as an ARN.
pub(crate) fn caller_arn(account: &DemoAccount, session_token: Option<&str>) -> String {
    sts::caller_arn(account, session_token)
}
