//! Where a session's credentials come from, and what to do when there they fail.

use std::collections::HashSet;
use std::error::Error;

use aws_config::profile::ProfileSet;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_types::error::ErrorMetadata;
use aws_types::request_id::RequestId;

use super::Api;
use super::classify::{Answer, CallContext, chain_text, classify};
use crate::model::{Failure, FailureClass};

const ASSUME_ROLE: Api = Api::new("sts", "AssumeRole");
const ASSUME_ROLE_WITH_WEB_IDENTITY: Api = Api::new("sts", "AssumeRoleWithWebIdentity");

/// Where a session's credentials come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A profile by name, and whether it signs in through IAM Identity Center.
    Profile { name: String, sso: bool },
    /// The SDK's default chain.
    DefaultChain,
    /// Given by the caller.
    Static,
}

impl Source {
    /// What renews the credentials.
    pub(super) fn renewal(&self) -> String {
        match self {
            Self::Profile { name, sso: true } => format!("sign in again: aws sso login --profile {name}"),
            Self::Profile { name, sso: false } => format!("renew the credentials of profile {name}"),
            Self::DefaultChain | Self::Static => "renew the session token of these credentials".to_owned(),
        }
    }

    /// What it means for a call that there are no credentials.
    pub(super) fn failure(&self, api: Api, region: &str, error: &CredentialsError) -> Failure {
        if let Some((sts, meta)) = refused_by_sts(error) {
            return self.refusal(sts, region, meta);
        }
        let said = chain_text(error);
        let lower = said.to_lowercase();
        // The default chain ends at the instance metadata service, so its error there says that nobody had any.
        let last_place = matches!(self, Self::DefaultChain) && said.contains("IMDS");
        let nowhere = last_place || matches!(error, CredentialsError::CredentialsNotLoaded(_));
        let sso = matches!(self, Self::Profile { sso: true, .. });
        let unreachable = lower.contains("dispatch failure");
        let (class, message, hint) = if nowhere {
            let hint = format!(
                "looked in {}; run `aws configure sso` or `aws configure`, name a profile with --profile, \
                 or try `awsinv report --demo`",
                self.places()
            );
            (FailureClass::CredentialsInvalid, "no credentials were found".to_owned(), hint)
        } else if unreachable {
            let hint = "check the network, DNS, and the proxy (HTTPS_PROXY, NO_PROXY) on the way to what \
                        provides the credentials";
            (FailureClass::Connectivity, said, hint.to_owned())
        } else if lower.contains("expired") || (sso && lower.contains("token")) {
            (FailureClass::CredentialsExpired, said, self.renewal())
        } else if matches!(error, CredentialsError::ProviderTimedOut(_)) {
            (FailureClass::Timeout, said, "check what provides the credentials".to_owned())
        } else {
            (FailureClass::CredentialsInvalid, said, format!("check the credentials: {}", self.places()))
        };
        Failure::new(class, api.service, api.operation, message).with_hint(hint)
    }

    /// A role that STS does not let these credentials take.
    fn refusal(&self, sts: Api, region: &str, meta: &ErrorMetadata) -> Failure {
        let answer = Answer {
            code: meta.code().map(str::to_owned),
            message: meta.message().map(str::to_owned),
            request_id: meta.request_id().map(str::to_owned),
            ..Answer::default()
        };
        let renewal = self.renewal();
        let cx = CallContext { api: sts, region, worked_only_elsewhere: false, renewal: &renewal };
        let failure = classify(answer, cx).failure;
        match failure.class {
            FailureClass::AccessDenied => failure.with_hint(format!(
                "allow {} to the source identity, and the source identity in the role's trust policy: {}",
                sts.iam_action(),
                self.places()
            )),
            _ => failure,
        }
    }

    /// Where credentials are looked for.
    fn places(&self) -> String {
        match self {
            Self::Profile { name, .. } => format!("profile {name} of the AWS config and credentials files"),
            Self::Static => "the key pair given".to_owned(),
            Self::DefaultChain => {
                "AWS_ACCESS_KEY_ID in the environment, the AWS config and credentials files \
                 (profile default), AWS_WEB_IDENTITY_TOKEN_FILE, the container credentials endpoint, and \
                 the instance metadata service"
                    .to_owned()
            }
        }
    }
}

/// STS's own error behind a provider's, where there is one.
fn refused_by_sts(error: &CredentialsError) -> Option<(Api, &ErrorMetadata)> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(link) = next {
        if let Some(error) = link.downcast_ref::<AssumeRoleError>() {
            return Some((ASSUME_ROLE, error.meta()));
        }
        if let Some(error) = link.downcast_ref::<AssumeRoleWithWebIdentityError>() {
            return Some((ASSUME_ROLE_WITH_WEB_IDENTITY, error.meta()));
        }
        next = link.source();
    }
    None
}

/// Whether a profile, or one that it takes its credentials from, signs in through IAM Identity Center.
pub(super) fn uses_sso(files: &ProfileSet, name: &str) -> bool {
    let mut name = name;
    let mut seen = HashSet::new();
    while let Some(profile) = files.get_profile(name).filter(|_| seen.insert(name)) {
        if profile.get("sso_session").or_else(|| profile.get("sso_start_url")).is_some() {
            return true;
        }
        match profile.get("source_profile") {
            Some(source) => name = source,
            None => break,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: Api = Api::new("ec2", "DescribeInstances");

    fn profile(sso: bool) -> Source {
        Source::Profile { name: "prod".to_owned(), sso }
    }

    fn judged(source: &Source, error: &CredentialsError) -> (FailureClass, String) {
        let failure = source.failure(API, "eu-west-1", error);
        (failure.class, failure.hint.unwrap_or_default())
    }

    #[test]
    fn no_credentials_names_every_place_that_was_looked_in() {
        let error = CredentialsError::not_loaded("nothing");
        let failure = Source::DefaultChain.failure(API, "eu-west-1", &error);
        assert_eq!(failure.class, FailureClass::CredentialsInvalid);
        for place in ["AWS_ACCESS_KEY_ID", "config", "WEB_IDENTITY", "container", "instance metadata"] {
            assert!(failure.hint.as_deref().unwrap_or_default().contains(place), "{place}: {failure}");
        }
    }

    #[test]
    fn an_expired_sign_in_names_its_login_command() {
        let error = CredentialsError::provider_error("failed to load the cached SSO token");
        let (class, hint) = judged(&profile(true), &error);
        assert_eq!(class, FailureClass::CredentialsExpired);
        assert!(hint.contains("aws sso login --profile prod"), "{hint}");
        assert_eq!(judged(&profile(false), &error).0, FailureClass::CredentialsInvalid);
    }

    #[test]
    fn a_role_that_may_not_be_taken_is_denied_and_an_unreachable_source_is_not_invalid() {
        let meta = ErrorMetadata::builder().code("AccessDenied").message("not authorized").build();
        let error = CredentialsError::provider_error(AssumeRoleError::generic(meta));
        let (class, hint) = judged(&profile(false), &error);
        assert_eq!(class, FailureClass::AccessDenied);
        assert!(hint.contains("sts:AssumeRole") && hint.contains("trust policy"), "{hint}");
        let error = CredentialsError::provider_error("dispatch failure: io error");
        assert_eq!(judged(&profile(true), &error).0, FailureClass::Connectivity);
    }
}
