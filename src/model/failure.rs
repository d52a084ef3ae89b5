//! What went wrong in one query, as data: AWS failures never unwind.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of failure that a reader or a program would act on differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The identity lacks an IAM permission.
    AccessDenied,
    /// A service control policy forbids the call, usually a whole Region.
    DeniedByScp,
    /// The Region is not enabled in this account, or not with these credentials.
    RegionDisabled,
    /// AWS kept answering that we ask too fast.
    Throttled,
    /// The credentials were good once and are not any more.
    CredentialsExpired,
    /// No credentials, or AWS does not accept them.
    CredentialsInvalid,
    /// No answer within the time allowed for one attempt.
    Timeout,
    /// The endpoint could not be reached, or the connection broke.
    Connectivity,
    /// AWS answered something that cannot be what the API promises.
    MalformedResponse,
    /// AWS says that the fault is on its side, or refuses the request for a reason of its own.
    ServiceError,
    /// Asking would have cost more than `--max-cost` allows.
    CostLimit,
    /// `--deadline` passed first.
    Deadline,
    /// The run was interrupted.
    Cancelled,
    /// A bug in awsinv.
    Internal,
}

impl FailureClass {
    /// Every class, in the order of the contract.
    pub const ALL: [Self; 14] = [
        Self::AccessDenied,
        Self::DeniedByScp,
        Self::RegionDisabled,
        Self::Throttled,
        Self::CredentialsExpired,
        Self::CredentialsInvalid,
        Self::Timeout,
        Self::Connectivity,
        Self::MalformedResponse,
        Self::ServiceError,
        Self::CostLimit,
        Self::Deadline,
        Self::Cancelled,
        Self::Internal,
    ];

    /// The word in the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::DeniedByScp => "denied_by_scp",
            Self::RegionDisabled => "region_disabled",
            Self::Throttled => "throttled",
            Self::CredentialsExpired => "credentials_expired",
            Self::CredentialsInvalid => "credentials_invalid",
            Self::Timeout => "timeout",
            Self::Connectivity => "connectivity",
            Self::MalformedResponse => "malformed_response",
            Self::ServiceError => "service_error",
            Self::CostLimit => "cost_limit",
            Self::Deadline => "deadline",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One failed call: what was tried, what AWS said, and what to do about it.
///
/// The account and Region are those of the query that it stands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The kind of failure.
    pub class: FailureClass,
    /// The service asked, as in an IAM action (`ec2`).
    pub service: String,
    /// The operation asked (`DescribeInstances`).
    pub operation: String,
    /// AWS's error code, where AWS answered with one.
    pub code: Option<String>,
    /// What AWS said, or what happened on the way to it.
    pub message: String,
    /// AWS's request id, for a support case.
    pub request_id: Option<String>,
    /// How often the call was tried.
    pub attempts: u32,
    /// The remedy, where there is a known one.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure that no answer of AWS stands behind.
    pub fn new(
        class: FailureClass,
        service: impl Into<String>,
        operation: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            class,
            service: service.into(),
            operation: operation.into(),
            code: None,
            message: message.into(),
            request_id: None,
            attempts: 0,
            hint: None,
        }
    }

    /// The same failure with a remedy.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.service, self.operation, self.class)?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        write!(f, ": {}", self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_written_as_its_own_word() {
        for class in FailureClass::ALL {
            let json = serde_json::to_value(class).ok();
            assert_eq!(json, Some(serde_json::Value::from(class.as_str())));
        }
    }
}
