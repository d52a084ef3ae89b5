//! What an SDK error means: one pure function, [`classify`], over what was read off the error.
//!
//! `SdkError`'s own Display says only "service error", and the same code means different things in
//! different places: a Region that is not enabled and a wrong key answer alike.

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::ErrorKind;
use aws_types::request_id::RequestId;

use super::Api;
use crate::model::{Failure, FailureClass};

/// Whether trying again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    /// The same request would fail the same way.
    No,
    /// It may have been a passing fault.
    Transient,
    /// AWS asks for fewer requests; waiting helps.
    Throttle,
}

/// What went wrong, and whether trying again may help.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) failure: Failure,
    pub(super) retry: Retry,
}

/// Where the error arose, as far as it changes what it means or what to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallContext<'a> {
    pub(super) api: Api,
    pub(super) region: &'a str,
    /// These credentials were accepted in another Region and never in this one.
    pub(super) worked_only_elsewhere: bool,
    /// What renews the credentials.
    pub(super) renewal: &'a str,
}

/// What was read off an error.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) kind: AnswerKind,
    pub(super) status: Option<u16>,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) request_id: Option<String>,
}

/// How far a request came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AnswerKind {
    /// AWS answered with an error.
    #[default]
    Service,
    /// Something answered, but not in the API's words.
    Unreadable,
    /// The connection could not be made, or broke.
    Connection,
    /// No answer in time.
    Timeout,
    /// The request was never sent.
    Unsent,
}

impl Answer {
    /// Reads an SDK error.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let chain = || Some(chain_text(error));
        match error {
            // The SDK gives a body that it cannot parse the shape of a service error, with the status of success.
            SdkError::ServiceError(service) if service.raw().status().is_success() => Self {
                kind: AnswerKind::Unreadable,
                status: Some(service.raw().status().as_u16()),
                message: chain(),
                request_id: request_id_header(service.raw()),
                ..Self::default()
            },
            SdkError::ServiceError(service) => {
                let meta = service.err().meta();
                Self {
                    kind: AnswerKind::Service,
                    status: Some(service.raw().status().as_u16()),
                    code: meta.code().filter(|code| !code.is_empty()).map(str::to_owned),
                    message: meta.message().map(str::to_owned),
                    request_id: meta
                        .request_id()
                        .map(str::to_owned)
                        .or_else(|| request_id_header(service.raw())),
                }
            }
            SdkError::ResponseError(response) => Self {
                kind: if broken_while_reading(error) {
                    AnswerKind::Connection
                } else {
                    AnswerKind::Unreadable
                },
                status: Some(response.raw().status().as_u16()),
                message: chain(),
                request_id: request_id_header(response.raw()),
                ..Self::default()
            },
            SdkError::DispatchFailure(dispatch) => {
                let kind = match dispatch.as_connector_error().and_then(|e| e.as_other()) {
                    _ if dispatch.is_timeout() => AnswerKind::Timeout,
                    Some(ErrorKind::TransientError) => AnswerKind::Connection,
                    _ if dispatch.is_user() => AnswerKind::Unsent,
                    _ => AnswerKind::Connection,
                };
                Self { kind, message: chain(), ..Self::default() }
            }
            SdkError::TimeoutError(_) => {
                Self { kind: AnswerKind::Timeout, message: chain(), ..Self::default() }
            }
            _ => Self { kind: AnswerKind::Unsent, message: chain(), ..Self::default() },
        }
    }

    /// No answer within the time allowed for one attempt.
    pub(super) fn timed_out(after: std::time::Duration) -> Self {
        Self {
            kind: AnswerKind::Timeout,
            message: Some(format!("no whole answer within {after:?}")),
            ..Self::default()
        }
    }
}

fn request_id_header(response: &HttpResponse) -> Option<String> {
    let headers = response.headers();
    headers.get("x-amzn-requestid").or_else(|| headers.get("x-amz-request-id")).map(str::to_owned)
}

/// Whether the connection ended in the middle of the body, which the SDK reports like a parse error.
fn broken_while_reading(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .any(|error| error.is::<hyper::Error>() || error.is::<std::io::Error>())
}

/// An error and its sources, joined once, leaving out links that repeat the one before.
pub(super) fn chain_text(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = String::new();
    for link in std::iter::successors(Some(error), |error| error.source()) {
        let link = link.to_string();
        if text.ends_with(&link) || link.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&link);
    }
    text
}

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
    "UnauthorizedAccess",
    "UnauthorizedException",
    "UnauthorizedOperation",
];

const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];

/// What a Region that is not enabled answers, and what wrong credentials answer: one of these, by service.
/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>
const NOT_ACCEPTED: &[&str] = &["AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"];

const INVALID: &[&str] = &[
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
];

/// Gives an error its class, its remedy, and whether trying again may help.
pub(super) fn classify(answer: Answer, cx: CallContext<'_>) -> Verdict {
    let (class, retry) = class_of(&answer, cx);
    let hint = hint(class, &answer, cx);
    let message =
        answer.message.filter(|message| !message.is_empty()).unwrap_or_else(|| match answer.status {
            Some(status) => format!("HTTP status {status} without a message"),
            None => "no answer".to_owned(),
        });
    let failure = Failure {
        class,
        service: cx.api.service.to_owned(),
        operation: cx.api.operation.to_owned(),
        code: answer.code,
        message,
        request_id: answer.request_id,
        attempts: 1,
        hint,
    };
    Verdict { failure, retry }
}

fn class_of(answer: &Answer, cx: CallContext<'_>) -> (FailureClass, Retry) {
    use FailureClass as Class;
    match answer.kind {
        AnswerKind::Timeout => return (Class::Timeout, Retry::Transient),
        AnswerKind::Connection => return (Class::Connectivity, Retry::Transient),
        AnswerKind::Unsent => return (Class::Internal, Retry::No),
        AnswerKind::Unreadable => {
            return match answer.status {
                Some(429) => (Class::Throttled, Retry::Throttle),
                Some(500..) => (Class::ServiceError, Retry::Transient),
                _ => (Class::MalformedResponse, Retry::Transient),
            };
        }
        AnswerKind::Service => {}
    }
    // Query services may prefix a code with the side at fault (`Client.UnauthorizedOperation`).
    let code = answer.code.as_deref().unwrap_or_default();
    let code = code.strip_prefix("Client.").or_else(|| code.strip_prefix("Server.")).unwrap_or(code);
    let message = answer.message.as_deref().unwrap_or_default();
    let is = |codes: &[&str]| codes.contains(&code);
    if is(THROTTLING_ERRORS) || (code.is_empty() && answer.status == Some(429)) {
        (Class::Throttled, Retry::Throttle)
    } else if is(DENIED) {
        if message.contains("service control policy") {
            (Class::DeniedByScp, Retry::No)
        } else {
            (Class::AccessDenied, Retry::No)
        }
    } else if is(EXPIRED) || (is(NOT_ACCEPTED) && message.contains("expired")) {
        (Class::CredentialsExpired, Retry::No)
    } else if code == "OptInRequired" || (is(NOT_ACCEPTED) && cx.worked_only_elsewhere) {
        (Class::RegionDisabled, Retry::No)
    } else if is(NOT_ACCEPTED) || is(INVALID) {
        (Class::CredentialsInvalid, Retry::No)
    } else if is(TRANSIENT_ERRORS) || answer.status.is_some_and(|status| status >= 500) {
        (Class::ServiceError, Retry::Transient)
    } else if code.is_empty() {
        // AWS always gives a code; a proxy's page does not.
        (Class::MalformedResponse, Retry::No)
    } else {
        (Class::ServiceError, Retry::No)
    }
}

/// What to do about it, where that is known.
fn hint(class: FailureClass, answer: &Answer, cx: CallContext<'_>) -> Option<String> {
    let action = cx.api.iam_action();
    let region = cx.region;
    Some(match class {
        FailureClass::AccessDenied => format!("allow the IAM action {action} to this identity"),
        FailureClass::DeniedByScp => format!(
            "a service control policy of the organization forbids {action} in {region}: \
             leave the Region out with --region, or name it under expect_denied in awsinv.toml"
        ),
        FailureClass::RegionDisabled => format!(
            "enable {region} in the account (aws account enable-region --region-name {region}), \
             or leave it out with --region"
        ),
        FailureClass::Throttled => {
            "other users of the account may use up its request rate: try again later, \
             lower --concurrency, or raise --max-attempts"
                .to_owned()
        }
        FailureClass::CredentialsExpired => cx.renewal.to_owned(),
        FailureClass::CredentialsInvalid
            if answer
                .code
                .as_deref()
                .is_some_and(|code| code.contains("Signature") || code.contains("Skew")) =>
        {
            "check the secret access key, and this machine's clock".to_owned()
        }
        FailureClass::CredentialsInvalid => {
            "AWS does not accept these credentials: check the access key, or the Region where it is used"
                .to_owned()
        }
        FailureClass::Timeout => format!(
            "check the network and proxy on the way to {} in {region}, or raise --attempt-timeout",
            cx.api.service
        ),
        FailureClass::Connectivity => {
            "check the network, DNS, the proxy (HTTPS_PROXY, NO_PROXY) and --endpoint-url".to_owned()
        }
        FailureClass::MalformedResponse => {
            "the answer does not look like AWS's: is a proxy or another endpoint (--endpoint-url) in between?"
                .to_owned()
        }
        FailureClass::ServiceError if answer.status.is_some_and(|status| status >= 500) => {
            "the fault is on AWS's side: try again later".to_owned()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: Api = Api::new("rds", "DescribeDBInstances");

    fn context(worked_only_elsewhere: bool) -> CallContext<'static> {
        CallContext {
            api: API,
            region: "eu-west-1",
            worked_only_elsewhere,
            renewal: "aws sso login --profile prod",
        }
    }

    fn service(status: u16, code: &str, message: &str) -> Answer {
        Answer {
            status: Some(status),
            code: Some(code.to_owned()).filter(|code| !code.is_empty()),
            message: Some(message.to_owned()),
            ..Answer::default()
        }
    }

    fn judged(answer: Answer, worked_only_elsewhere: bool) -> (FailureClass, Retry) {
        let verdict = classify(answer, context(worked_only_elsewhere));
        (verdict.failure.class, verdict.retry)
    }

    #[test]
    fn every_services_word_for_denied_throttled_and_expired_is_known() {
        use FailureClass as Class;
        for (status, code, message, class, retry) in [
            (403, "UnauthorizedOperation", "You are not authorized", Class::AccessDenied, Retry::No),
            (403, "AccessDenied", "User is not authorized", Class::AccessDenied, Retry::No),
            (403, "AccessDeniedException", "User is not authorized", Class::AccessDenied, Retry::No),
            (
                403,
                "AccessDenied",
                "with an explicit deny in a service control policy",
                Class::DeniedByScp,
                Retry::No,
            ),
            (503, "RequestLimitExceeded", "Request limit exceeded.", Class::Throttled, Retry::Throttle),
            (400, "Throttling", "Rate exceeded", Class::Throttled, Retry::Throttle),
            (429, "TooManyRequestsException", "Rate exceeded", Class::Throttled, Retry::Throttle),
            (400, "ThrottledException", "Rate exceeded", Class::Throttled, Retry::Throttle),
            (403, "ExpiredToken", "The security token is expired", Class::CredentialsExpired, Retry::No),
            (400, "RequestExpired", "Request has expired.", Class::CredentialsExpired, Retry::No),
            (403, "SignatureDoesNotMatch", "", Class::CredentialsInvalid, Retry::No),
            (500, "InternalFailure", "", Class::ServiceError, Retry::Transient),
            (503, "Unavailable", "", Class::ServiceError, Retry::Transient),
            (400, "InvalidParameterValue", "", Class::ServiceError, Retry::No),
            (429, "", "", Class::Throttled, Retry::Throttle),
            (403, "", "", Class::MalformedResponse, Retry::No),
        ] {
            assert_eq!(judged(service(status, code, message), false), (class, retry), "{status} {code}");
        }
    }

    #[test]
    fn a_disabled_region_is_told_from_bad_credentials_by_where_they_worked() {
        for code in NOT_ACCEPTED {
            let (class, _) = judged(service(403, code, "not valid"), false);
            assert_eq!(class, FailureClass::CredentialsInvalid, "{code}");
            let (class, _) = judged(service(403, code, "not valid"), true);
            assert_eq!(class, FailureClass::RegionDisabled, "{code}");
        }
    }

    #[test]
    fn what_no_aws_service_would_answer_is_malformed_and_gateways_errors_are_not() {
        let unreadable =
            |status| Answer { kind: AnswerKind::Unreadable, status: Some(status), ..Answer::default() };
        assert_eq!(judged(unreadable(200), false), (FailureClass::MalformedResponse, Retry::Transient));
        assert_eq!(judged(unreadable(502), false), (FailureClass::ServiceError, Retry::Transient));
    }

    #[test]
    fn the_remedy_names_the_action_the_region_or_the_login() {
        let hint = |answer, elsewhere| classify(answer, context(elsewhere)).failure.hint.unwrap_or_default();
        assert!(hint(service(403, "AccessDenied", ""), false).contains("rds:DescribeDBInstances"));
        assert!(hint(service(403, "AuthFailure", ""), true).contains("enable eu-west-1"));
        assert_eq!(hint(service(403, "ExpiredToken", ""), false), "aws sso login --profile prod");
    }
}
