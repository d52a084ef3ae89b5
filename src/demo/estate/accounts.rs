//! The accounts, with the ids of AWS's documentation, and the keys that name them.

/// An account of the demo estate, with the long-term key that reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    /// Twelve digits.
    pub id: String,
    /// What people call it: `prod`.
    pub name: String,
    /// Names the account in every request: `AKIADEMO` and the id.
    pub access_key_id: String,
    /// Any secret is good, as signatures are not verified; this one is AWS's own example.
    pub secret_access_key: String,
    /// What its `env` tags say.
    pub(crate) environment: &'static str,
    /// Which believable shape it has (see `counts.rs`).
    pub(crate) shape: usize,
}

/// The first account's id, of which scenarios speak.
pub(crate) const FIRST_ACCOUNT_ID: &str = "111122223333";

/// What a static access key of the estate begins with; the account id follows.
const STATIC_KEY: &str = "AKIADEMO";
/// What a temporary access key begins with, as AssumeRole gives it; the account id follows.
const SESSION_KEY: &str = "ASIADEMO";
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html>
const EXAMPLE_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

const KNOWN: [(&str, &str, &str); 8] = [
    (FIRST_ACCOUNT_ID, "prod", "prod"),
    ("444455556666", "staging", "staging"),
    ("123456789012", "data", "prod"),
    ("777788889999", "security", "prod"),
    ("222233334444", "sandbox", "dev"),
    ("555566667777", "network", "prod"),
    ("888899990000", "backup", "prod"),
    ("999900001111", "shared-services", "prod"),
];

impl DemoAccount {
    /// The first `count` accounts.
    pub(crate) fn first(count: usize) -> Vec<Self> {
        (0..count.max(1)).map(Self::nth).collect()
    }

    fn nth(index: usize) -> Self {
        let (id, name, environment) = match KNOWN.get(index) {
            Some((id, name, environment)) => ((*id).to_owned(), (*name).to_owned(), *environment),
            None => (format!("1000{index:08}"), format!("team-{index:02}"), "dev"),
        };
        Self {
            access_key_id: format!("{STATIC_KEY}{id}"),
            secret_access_key: EXAMPLE_SECRET.to_owned(),
            id,
            name,
            environment,
            shape: index,
        }
    }

    /// The temporary access key of a session in the account.
    pub(crate) fn session_key(&self) -> String {
        format!("{SESSION_KEY}{}", self.id)
    }
}

/// What an access key says of its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyOf<'a> {
    /// A user's key in the account with this id.
    User(&'a str),
    /// An assumed role's key in the account with this id; good only with its session token.
    Session(&'a str),
    /// None of the estate's.
    Nobody,
}

impl<'a> KeyOf<'a> {
    pub(crate) fn new(access_key_id: &'a str) -> Self {
        if let Some(id) = access_key_id.strip_prefix(STATIC_KEY) {
            Self::User(id)
        } else if let Some(id) = access_key_id.strip_prefix(SESSION_KEY) {
            Self::Session(id)
        } else {
            Self::Nobody
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_has_an_id_of_its_own_and_keys_of_aws_length() {
        let accounts = DemoAccount::first(20);
        let mut ids: Vec<_> = accounts.iter().map(|account| account.id.clone()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 20);
        for account in &accounts {
            assert_eq!(account.id.len(), 12);
            assert_eq!(account.access_key_id.len(), 20);
            assert_eq!(KeyOf::new(&account.access_key_id), KeyOf::User(&account.id));
            assert_eq!(KeyOf::new(&account.session_key()), KeyOf::Session(&account.id));
        }
        assert_eq!(KeyOf::new("AKIAIOSFODNN7EXAMPLE"), KeyOf::Nobody);
    }
}
