//! What AWS answers when it does not: the same cause has another code in each service.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>,
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html>,
//! <https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html>,
//! <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>,
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html>

use crate::demo::request::Service;

/// An error of AWS's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AwsError {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl AwsError {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }

    /// Keys that nobody has, or a Region that the account has not enabled: AWS answers both alike.
    pub(crate) fn bad_credentials(service: Service) -> Self {
        const INVALID: &str = "The security token included in the request is invalid.";
        match service {
            Service::Ec2 => {
                Self::new(401, "AuthFailure", "AWS was not able to validate the provided access credentials")
            }
            Service::Rds | Service::Sts | Service::CloudWatch => {
                Self::new(403, "InvalidClientTokenId", INVALID)
            }
            Service::Tagging => Self::new(400, "UnrecognizedClientException", INVALID),
            Service::Lambda | Service::Account | Service::Other => {
                Self::new(403, "UnrecognizedClientException", INVALID)
            }
        }
    }

    /// A request without a signature.
    pub(crate) fn not_signed(service: Service) -> Self {
        match service {
            Service::Lambda | Service::Account | Service::Tagging | Service::Other => {
                Self::new(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
            }
            Service::Ec2 | Service::Rds | Service::Sts | Service::CloudWatch => {
                Self::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
            }
        }
    }

    /// No policy allows it (`by_scp` = a service control policy forbids it).
    pub(crate) fn denied(
        service: Service,
        operation: &str,
        principal: &str,
        resource: &str,
        by_scp: bool,
    ) -> Self {
        let prefix = match service {
            Service::Tagging => "tag",
            other => other.name(),
        };
        let action = format!("{prefix}:{operation}");
        let reason = if by_scp {
            "with an explicit deny in a service control policy".to_owned()
        } else {
            format!("because no identity-based policy allows the {action} action")
        };
        match service {
            Service::Ec2 => Self::new(
                403,
                "UnauthorizedOperation",
                format!(
                    "You are not authorized to perform this operation. User: {principal} is not authorized to \
                     perform: {action} {reason}"
                ),
            ),
            _ => {
                // Its reading actions have no resources, and its message names none.
                let on = match service {
                    Service::CloudWatch => String::new(),
                    _ => format!(" on resource: {resource}"),
                };
                let message =
                    format!("User: {principal} is not authorized to perform: {action}{on} {reason}");
                match service {
                    Service::Rds | Service::Sts | Service::CloudWatch => {
                        Self::new(403, "AccessDenied", message)
                    }
                    Service::Tagging => Self::new(400, "AccessDeniedException", message),
                    _ => Self::new(403, "AccessDeniedException", message),
                }
            }
        }
    }

    pub(crate) fn throttled(service: Service) -> Self {
        match service {
            Service::Ec2 => Self::new(503, "RequestLimitExceeded", "Request limit exceeded."),
            Service::Rds | Service::Sts | Service::CloudWatch => {
                Self::new(400, "Throttling", "Rate exceeded")
            }
            Service::Tagging => Self::new(400, "ThrottledException", "Rate exceeded"),
            Service::Lambda | Service::Account | Service::Other => {
                Self::new(429, "TooManyRequestsException", "Rate exceeded")
            }
        }
    }

    pub(crate) fn internal(service: Service) -> Self {
        const MESSAGE: &str = "An internal error has occurred";
        match service {
            Service::Ec2 => Self::new(500, "InternalError", MESSAGE),
            Service::Rds | Service::Sts | Service::Other => Self::new(500, "InternalFailure", MESSAGE),
            Service::Lambda => Self::new(500, "ServiceException", MESSAGE),
            Service::Tagging => Self::new(500, "InternalServiceException", MESSAGE),
            Service::Account => Self::new(500, "InternalServerException", MESSAGE),
            Service::CloudWatch => Self::new(500, "InternalServiceError", MESSAGE),
        }
    }

    pub(crate) fn unavailable(service: Service) -> Self {
        const MESSAGE: &str = "The service is unavailable. Please try again shortly.";
        match service {
            Service::Ec2 => Self::new(503, "Unavailable", MESSAGE),
            _ => Self::new(503, "ServiceUnavailable", MESSAGE),
        }
    }

    pub(crate) fn expired(service: Service) -> Self {
        const MESSAGE: &str = "The security token included in the request is expired";
        match service {
            Service::Ec2 => Self::new(400, "RequestExpired", "Request has expired."),
            Service::Rds | Service::Sts | Service::CloudWatch => Self::new(403, "ExpiredToken", MESSAGE),
            Service::Tagging => Self::new(400, "ExpiredTokenException", MESSAGE),
            Service::Lambda | Service::Account | Service::Other => {
                Self::new(403, "ExpiredTokenException", MESSAGE)
            }
        }
    }

    pub(crate) fn unknown_operation(service: Service, operation: &str) -> Self {
        match service {
            Service::Ec2 | Service::Rds | Service::Sts => Self::new(
                400,
                "InvalidAction",
                format!("The action {operation} is not valid for this web service."),
            ),
            Service::Tagging => Self::new(400, "UnknownOperationException", "UnknownOperationException"),
            Service::Lambda | Service::Account | Service::CloudWatch | Service::Other => {
                Self::new(404, "UnknownOperationException", format!("Unknown operation: {operation}"))
            }
        }
    }

    /// A parameter out of its range.
    pub(crate) fn invalid_parameter(service: Service, message: impl Into<String>) -> Self {
        let code = match service {
            Service::Ec2 | Service::Rds | Service::Sts | Service::CloudWatch => "InvalidParameterValue",
            Service::Lambda => "InvalidParameterValueException",
            Service::Tagging => "InvalidParameterException",
            Service::Account | Service::Other => "ValidationException",
        };
        Self::new(400, code, message)
    }

    /// What CloudWatch says of a query that it does not take; the whole request is refused.
    pub(crate) fn invalid_query() -> Self {
        Self::validation("The value for parameter Dimensions of a metric is not valid.")
    }

    /// CloudWatch's refusal of a GetMetricData.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationError", message)
    }

    /// A page token that this list did not give.
    pub(crate) fn invalid_token(service: Service) -> Self {
        match service {
            Service::Ec2 => Self::new(400, "InvalidNextToken", "The specified NextToken is not valid."),
            Service::Rds => Self::invalid_parameter(service, "The parameter Marker is not a valid marker."),
            Service::Lambda => Self::invalid_parameter(service, "Invalid Marker"),
            Service::CloudWatch => Self::invalid_parameter(service, "Request parameter NextToken is invalid"),
            _ => Self::invalid_parameter(service, "The pagination token is not valid."),
        }
    }
}
