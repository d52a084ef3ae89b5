//! One operation of one service, and what a request to it is signed with.

use aws_credential_types::Credentials;
use aws_types::region::Region;

use crate::model::{Failure, FailureClass};

/// One operation of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Api {
    /// The service as in an IAM action (`ec2`).
    pub service: &'static str,
    /// The operation (`DescribeInstances`).
    pub operation: &'static str,
}

/// What one attempt is signed with, and where it goes.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The account's credentials, fresh.
    pub credentials: Credentials,
    /// The Region asked.
    pub region: Region,
}

impl Api {
    /// The operation of the service.
    pub const fn new(service: &'static str, operation: &'static str) -> Self {
        Self { service, operation }
    }

    /// The IAM action that permits it.
    pub fn iam_action(self) -> String {
        format!("{}:{}", self.service, self.operation)
    }

    /// The answer cannot be what the API promises.
    pub fn malformed(self, message: impl Into<String>) -> Failure {
        let mut failure =
            Failure::new(FailureClass::MalformedResponse, self.service, self.operation, message);
        failure.attempts = 1;
        failure.with_hint("the answer does not look like AWS's: is a proxy or another endpoint (--endpoint-url) in between?")
    }

    /// A page token came twice, so following it would never end, and stopping there may miss resources.
    pub fn repeated_token(self) -> Failure {
        self.malformed("a page token came twice, so the rest of the list cannot be reached")
    }

    /// Page after page held nothing new, with no end in sight.
    pub fn endless(self, pages: usize) -> Failure {
        self.malformed(format!("{pages} pages in a row held nothing new, and more would follow"))
    }

    /// A name without which what AWS listed cannot be told from others. Leaving it out would look like its absence.
    ///
    /// # Errors
    /// `malformed_response`, in the words given, where there is none.
    pub fn named(self, name: Option<String>, nameless: &str) -> Result<String, Failure> {
        name.ok_or_else(|| self.malformed(format!("AWS listed {nameless}")))
    }

    /// A list that AWS always sends, empty or not. Its absence is not an empty list.
    ///
    /// # Errors
    /// `malformed_response` where the answer does not hold it.
    pub fn required<T>(self, list: Option<Vec<T>>, name: &str) -> Result<Vec<T>, Failure> {
        list.ok_or_else(|| self.malformed(format!("the answer holds no {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_leaves_out_is_malformed_and_what_is_empty_is_empty() {
        let api = Api::new("ec2", "DescribeRegions");
        assert_eq!(api.required(Some(Vec::<u8>::new()), "regionInfo"), Ok(Vec::new()));
        let list = api.required(None::<Vec<u8>>, "regionInfo").unwrap_err();
        let name = api.named(None, "a Region without regionName").unwrap_err();
        for failure in [list, name] {
            assert_eq!(failure.class, FailureClass::MalformedResponse);
            assert!(failure.message.contains("region"), "{failure}");
        }
    }
}
