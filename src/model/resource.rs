//! One resource: the same keys for every type, always all there.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Timestamp;

/// How completely a resource's CloudWatch values are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetricsStatus {
    /// Every value asked for was answered; a `null` value means that CloudWatch has no datapoints.
    Complete,
    /// Some values are not known: their keys are absent, and named in `unknown`.
    Partial,
    /// They were asked for, and none is known.
    Failed,
    /// Not asked: metrics are off, the cost limit came first, or the resource has sent nothing since before the
    /// window.
    #[default]
    Skipped,
}

/// Metric name → statistic → value for the window. `null` = CloudWatch has no datapoints.
pub type MetricValues = BTreeMap<String, BTreeMap<String, Option<f64>>>;

/// Metric name → statistic → datapoints, oldest first, each the start of its period and its value.
pub type Series = BTreeMap<String, BTreeMap<String, Vec<(Timestamp, f64)>>>;

/// What only some types have: AWS's field names in snake_case, numbers as numbers.
///
/// Every attribute that the type's collector declares is present; `null` means that AWS said there is none. An empty
/// string is AWS's own: it stays one.
/// How it is kept in memory is this type's own business.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Attributes(Map<String, Value>);

impl Attributes {
    /// The attribute, or `None` where the type has none of that name. `Some(Value::Null)` = AWS said there is none.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Sets one attribute.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// One resource of any type.
///
/// Every key is always written. `null` = AWS said there is none, unless the key is named in
/// [`unknown`](Self::unknown): then we could not learn it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// CloudFormation type name (`AWS::EC2::Instance`).
    #[serde(rename = "type")]
    pub resource_type: Arc<str>,
    /// Amazon Resource Name.
    pub arn: String,
    /// What AWS's own API calls it: InstanceId, DBInstanceIdentifier, FunctionName.
    pub id: String,
    /// The account that owns it, twelve digits.
    pub account_id: Arc<str>,
    /// Its Region (`eu-west-1`).
    pub region: Arc<str>,
    /// The Name tag where the type uses one (EC2), else the identifier.
    pub name: Option<String>,
    /// Its Availability Zone; `null` for what spans zones.
    pub availability_zone: Option<String>,
    /// AWS's own word: `running`, `available`.
    pub state: Option<String>,
    /// Instance type or DB instance class; `null` for Lambda.
    pub class: Option<String>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// What only its type has.
    pub attributes: Attributes,
    /// CloudWatch metric name → statistic → value for the window. `null` = CloudWatch has no datapoints.
    /// An absent key was not asked, unless `unknown` names it (`metrics.x.y`) or all of them (`metrics`).
    pub metrics: MetricValues,
    /// How completely `metrics` is known.
    pub metrics_status: MetricsStatus,
    /// With `--series` only: the datapoints behind `metrics`. An empty list = CloudWatch has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
    /// Names of keys (and `attributes.x`, `metrics.x.y`, `series.x.y`) whose values are not known, sorted: they could not be read, or
    /// were not asked for.
    pub unknown: Vec<String>,
}

impl Resource {
    /// A resource of which nothing but its identity is known yet.
    pub fn new(
        resource_type: Arc<str>,
        arn: String,
        id: String,
        account_id: Arc<str>,
        region: Arc<str>,
    ) -> Self {
        Self {
            resource_type,
            arn,
            id,
            account_id,
            region,
            name: None,
            availability_zone: None,
            state: None,
            class: None,
            created_at: None,
            modified_at: None,
            tags: BTreeMap::new(),
            attributes: Attributes::default(),
            metrics: BTreeMap::new(),
            metrics_status: MetricsStatus::Skipped,
            series: None,
            // Until somebody asks.
            unknown: vec!["metrics".to_owned()],
        }
    }

    /// Names a key (or `attributes.x`) as one that could not be learned.
    pub fn mark_unknown(&mut self, key: &str) {
        if let Err(at) = self.unknown.binary_search_by(|known| known.as_str().cmp(key)) {
            self.unknown.insert(at, key.to_owned());
        }
    }

    /// Takes back [`mark_unknown`](Self::mark_unknown).
    pub fn mark_known(&mut self, key: &str) {
        self.unknown.retain(|known| known != key);
    }

    /// Whether this key (or `attributes.x`) could not be learned.
    pub fn is_unknown(&self, key: &str) -> bool {
        self.unknown.binary_search_by(|known| known.as_str().cmp(key)).is_ok()
    }

    /// The order of resources in every document.
    pub fn sort_key(&self) -> (&str, &str, &str, &str) {
        (&self.account_id, &self.region, &self.resource_type, &self.id)
    }
}
