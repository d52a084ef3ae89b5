//! What a collector is given: whom it asks, where, and what for.

use std::collections::HashSet;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::aws::{Api, Caller, Grant, Partition};
use crate::model::{Failure, Resource};

/// One query: one account, one Region, one collector's types.
#[derive(Debug)]
pub struct QueryContext {
    /// Who asks, and under which limits.
    pub caller: Caller,
    /// The account asked about.
    pub account_id: Arc<str>,
    /// The partition that the account lives in.
    pub partition: Partition,
    /// The Region asked.
    pub region: Arc<str>,
    /// The types wanted of those that the collector's calls return.
    pub wanted: HashSet<Arc<str>>,
}

impl QueryContext {
    /// The service's client, shared by every query of the same credentials' configuration.
    pub fn client<C: Clone + Send + Sync + 'static>(&self, new: fn(&SdkConfig) -> C) -> C {
        self.caller.session().client(new)
    }

    /// Sends one request, with permits, deadline and retries. See [`Caller::call`].
    ///
    /// # Errors
    /// The failure of the last attempt.
    pub async fn call<O, E, F>(&self, api: Api, send: impl Fn(Grant) -> F) -> Result<O, Failure>
    where
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        self.caller.call(api, send).await
    }

    /// A resource of this query's account and Region.
    pub fn resource(&self, resource_type: &str, arn: String, id: &str) -> Resource {
        let resource_type =
            self.wanted.get(resource_type).cloned().unwrap_or_else(|| Arc::from(resource_type));
        Resource::new(resource_type, arn, id.to_owned(), self.account_id.clone(), self.region.clone())
    }

    /// The ARN of a resource of this query's account and Region, for types whose calls do not tell it.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let (partition, region, account) = (self.partition.id(), &self.region, &self.account_id);
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}
