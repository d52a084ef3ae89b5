//! Which account these credentials belong to, from STS `GetCallerIdentity`.

use std::sync::Arc;

use aws_sdk_sts as sts;

use super::{Api, Caller, Partition};
use crate::model::{Failure, FailureClass};

const GET_CALLER_IDENTITY: Api = Api::new("sts", "GetCallerIdentity");

/// Whose credentials these are.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The account, twelve digits.
    pub account_id: Arc<str>,
    /// Its partition.
    pub partition: Partition,
    /// What was done instead, where STS did not answer.
    pub failure: Option<Failure>,
}

/// Asks STS whose credentials these are.
///
/// A Region that is not enabled refuses good credentials, so after a refusal the partition's default Region is
/// asked too. Where STS cannot be asked at all but the credentials' own source names the account, that is taken.
///
/// # Errors
/// What STS, or the credentials' source, failed with.
pub async fn identify(caller: &Caller) -> Result<Identity, Failure> {
    let failure = match ask(caller).await {
        Ok(identity) => return Ok(identity),
        Err(failure) => failure,
    };
    let partition = Partition::of_region(caller.region());
    if failure.class == FailureClass::CredentialsInvalid
        && failure.code.is_some()
        && caller.region() != partition.default_region()
        && let Ok(identity) = ask(&caller.in_region(partition.default_region())).await
    {
        return Ok(identity);
    }
    let may_work_elsewhere = matches!(
        failure.class,
        FailureClass::AccessDenied
            | FailureClass::DeniedByScp
            | FailureClass::Throttled
            | FailureClass::Timeout
            | FailureClass::Connectivity
            | FailureClass::MalformedResponse
            | FailureClass::ServiceError
    );
    // Asked for only then: a source of credentials that hangs would hold up a run that was stopped.
    let known = if may_work_elsewhere { caller.session().known_account().await } else { None };
    match known {
        Some(account_id) => Ok(Identity { account_id, partition, failure: Some(failure) }),
        None => Err(failure),
    }
}

async fn ask(caller: &Caller) -> Result<Identity, Failure> {
    let client = caller.session().client(sts::Client::new);
    let answer = caller
        .call(GET_CALLER_IDENTITY, |grant| {
            client
                .get_caller_identity()
                .customize()
                .config_override(
                    sts::Config::builder().region(grant.region).credentials_provider(grant.credentials),
                )
                .send()
        })
        .await?;
    match (answer.account(), answer.arn()) {
        (Some(account), Some(arn)) if !account.is_empty() => {
            Ok(Identity { account_id: account.into(), partition: Partition::of_arn(arn), failure: None })
        }
        _ => Err(GET_CALLER_IDENTITY.malformed("the answer holds no Account or no Arn")),
    }
}
