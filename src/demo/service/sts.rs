//! STS: GetCallerIdentity and AssumeRole.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Context;
use crate::demo::estate::{DemoAccount, key, moment};
use crate::demo::request::{Parameters, Service};
use crate::demo::wire::{AwsError, Content, Xml};

/// What a session token begins with; the role and the session's name follow, hidden from the eye only.
const TOKEN: &str = "demo-session:";

/// The role's and the session's name in a session token.
fn session(token: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    let (role, session) = text.strip_prefix(TOKEN)?.split_once(':')?;
    Some((role.to_owned(), session.to_owned()))
}

/// The user, or the assumed role of a session token.
pub(super) fn caller_arn(account: &DemoAccount, session_token: Option<&str>) -> String {
    match session_token.and_then(session) {
        Some((role, session)) => format!("arn:aws:sts::{}:assumed-role/{role}/{session}", account.id),
        None => format!("arn:aws:iam::{}:user/inventory", account.id),
    }
}

fn role_id(account: &DemoAccount, role: &str) -> String {
    format!("AROA{:017}", key(0, &[&account.id, role]) % 100_000_000_000_000_000)
}

pub(super) fn get_caller_identity(context: &Context<'_>) -> Result<Content, AwsError> {
    let account = context.account();
    let token = context.call.session_token.as_deref();
    let user_id = match token.and_then(session) {
        Some((role, session)) => format!("{}:{session}", role_id(account, &role)),
        None => format!("AIDA{:017}", key(0, &[&account.id]) % 100_000_000_000_000_000),
    };
    let mut xml = Xml::default();
    xml.text("Arn", &caller_arn(account, token));
    xml.text("UserId", &user_id);
    xml.text("Account", &account.id);
    Ok(Content::Members(xml))
}

pub(super) fn assume_role(context: &Context<'_>) -> Result<Content, AwsError> {
    let form = Parameters::parse(&context.call.body);
    let missing = |name: &str| {
        AwsError::new(400, "ValidationError", format!("1 validation error detected: {name} is missing"))
    };
    let role_arn = form.get("RoleArn").ok_or_else(|| missing("roleArn"))?;
    let session = form.get("RoleSessionName").ok_or_else(|| missing("roleSessionName"))?;
    let seconds =
        context.number("durationSeconds", form.get("DurationSeconds"), 900, 43_200)?.unwrap_or(3_600);
    let denied = || {
        let caller = caller_arn(context.account(), context.call.session_token.as_deref());
        AwsError::denied(Service::Sts, "AssumeRole", &caller, role_arn, false)
    };
    let (account_id, role) = role_arn
        .strip_prefix("arn:aws:iam::")
        .and_then(|rest| rest.split_once(":role/"))
        .ok_or_else(|| AwsError::new(400, "ValidationError", format!("{role_arn} is invalid")))?;
    let account = context.estate.account(account_id).ok_or_else(denied)?;
    let account = &context.estate.accounts()[account];
    let role = role.rsplit('/').next().unwrap_or(role);

    let token = STANDARD.encode(format!("{TOKEN}{role}:{session}"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let expiration = i64::try_from(now.as_secs() + seconds as u64).unwrap_or(i64::MAX);
    let mut xml = Xml::default();
    xml.element("AssumedRoleUser", |xml| {
        xml.text("AssumedRoleId", &format!("{}:{session}", role_id(account, role)));
        xml.text("Arn", &caller_arn(account, Some(&token)));
    });
    xml.element("Credentials", |xml| {
        xml.text("AccessKeyId", &account.session_key());
        xml.text("SecretAccessKey", &account.secret_access_key);
        xml.text("SessionToken", &token);
        xml.text("Expiration", &moment(expiration).replace(".000Z", "Z"));
    });
    Ok(Content::Members(xml))
}
