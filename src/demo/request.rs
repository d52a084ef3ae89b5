//! What a request asks: which operation of which service, in which Region, with whose key.

use bytes::Bytes;
use http::request::Parts;

/// A service that the demo speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    Ec2,
    Rds,
    Sts,
    Lambda,
    Tagging,
    Account,
    CloudWatch,
    /// Any other: every operation of it is unknown.
    Other,
}

impl Service {
    /// By the name that stands in the credential scope.
    fn signing_as(name: &str) -> Self {
        match name {
            "ec2" => Self::Ec2,
            "rds" => Self::Rds,
            "sts" => Self::Sts,
            "lambda" => Self::Lambda,
            "tagging" => Self::Tagging,
            "account" => Self::Account,
            // What it signs as is older than its name.
            "monitoring" => Self::CloudWatch,
            _ => Self::Other,
        }
    }

    /// The name in call counts and in the patterns of faults.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::Rds => "rds",
            Self::Sts => "sts",
            Self::Lambda => "lambda",
            Self::Tagging => "tagging",
            Self::Account => "account",
            Self::CloudWatch => "cloudwatch",
            Self::Other => "other",
        }
    }
}

/// One request, as far as it has to be understood before it is answered.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) service: Service,
    /// AWS's name of the operation, or the method and path if it has none here.
    pub(crate) operation: String,
    pub(crate) region: String,
    /// Whether it came in one of the JSON protocols that name their operation in `X-Amz-Target`.
    pub(crate) has_target: bool,
    /// `None` if the request is not signed.
    pub(crate) access_key_id: Option<String>,
    pub(crate) session_token: Option<String>,
    /// What follows `?`.
    pub(crate) query: String,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn new(parts: &Parts, body: Bytes) -> Self {
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let scope = header("authorization").and_then(CredentialScope::parse);
        let service = scope.map_or(Service::Other, |scope| Service::signing_as(scope.service));
        let path = parts.uri.path();
        let operation = if let Some(operation) = rpc_operation(path, header("smithy-protocol")) {
            operation.to_owned()
        } else if let Some(target) = header("x-amz-target") {
            target.rsplit('.').next().unwrap_or(target).to_owned()
        } else if let Some(action) = Parameters::parse(&body).get("Action") {
            action.to_owned()
        } else {
            match (service, parts.method.as_str(), path) {
                (Service::Lambda, "GET", "/2015-03-31/functions" | "/2015-03-31/functions/") => {
                    "ListFunctions".to_owned()
                }
                (Service::Account, "POST", "/listRegions") => "ListRegions".to_owned(),
                (_, method, path) => format!("{method} {path}"),
            }
        };
        Self {
            service,
            operation,
            has_target: header("x-amz-target").is_some(),
            region: scope.map_or("-", |scope| scope.region).to_owned(),
            access_key_id: scope.map(|scope| scope.access_key_id.to_owned()),
            session_token: header("x-amz-security-token").map(str::to_owned),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            body,
        }
    }
}

/// The operation that an rpc-v2-cbor request names in its path, `/service/SERVICE/operation/OPERATION`.
/// <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html#requests>
fn rpc_operation<'a>(path: &'a str, protocol: Option<&str>) -> Option<&'a str> {
    let (service, operation) = path.strip_prefix("/service/")?.split_once("/operation/")?;
    let known = protocol == Some("rpc-v2-cbor") && service == "GraniteServiceVersion20100801";
    known.then_some(operation)
}

/// Who signed, for where: `Credential=AKIADEMO123456789012/20261120/eu-west-1/ec2/aws4_request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CredentialScope<'a> {
    access_key_id: &'a str,
    region: &'a str,
    service: &'a str,
}

impl<'a> CredentialScope<'a> {
    fn parse(authorization: &'a str) -> Option<Self> {
        let (_, credential) = authorization.split_once("Credential=")?;
        let mut parts = credential.split([',', ' ']).next()?.split('/');
        let (access_key_id, _date) = (parts.next()?, parts.next()?);
        Some(Self { access_key_id, region: parts.next()?, service: parts.next()? })
    }
}

/// Parameters of a form or a query string, in the order given.
#[derive(Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn parse(text: &[u8]) -> Self {
        // What is no form (JSON) has no `=` before its first brace, and is not worth the decoding.
        if text.first().is_some_and(|byte| matches!(byte, b'{' | b'[')) {
            return Self::default();
        }
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// `prefix.1`, `prefix.2`, … up to the first that is missing.
    pub(crate) fn list(&self, prefix: &str) -> Vec<&str> {
        (1..).map_while(|nth| self.get(&format!("{prefix}.{nth}"))).collect()
    }

    /// Filters as EC2 (`Filter.1.Name`, `Filter.1.Value.1`) and RDS (`Filters.Filter.1.Name`,
    /// `Filters.Filter.1.Values.Value.1`) write them.
    pub(crate) fn filters(&self, prefix: &str, values: &str) -> Vec<(String, Vec<String>)> {
        let filter = |nth: usize| {
            let name = self.get(&format!("{prefix}.{nth}.Name"))?;
            let values = self.list(&format!("{prefix}.{nth}.{values}"));
            Some((name.to_owned(), values.into_iter().map(str::to_owned).collect()))
        };
        (1..).map_while(filter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, path: &str, headers: &[(&str, &str)], body: &'static str) -> Call {
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a valid request").into_parts();
        Call::new(&parts, Bytes::from_static(body.as_bytes()))
    }

    fn signed(service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIADEMO123456789012/20261120/eu-west-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=00"
        )
    }

    #[test]
    fn a_query_call_names_its_action_in_the_form() {
        let call = call(
            "POST",
            "/",
            &[("authorization", &signed("ec2"))],
            "Action=DescribeInstances&Version=2016-11-15",
        );
        assert_eq!(call.service, Service::Ec2);
        assert_eq!(call.operation, "DescribeInstances");
        assert_eq!(call.region, "eu-west-1");
        assert_eq!(call.access_key_id.as_deref(), Some("AKIADEMO123456789012"));
    }

    #[test]
    fn rest_and_json_calls_name_their_operation_in_path_and_header() {
        let lambda =
            call("GET", "/2015-03-31/functions/?MaxItems=50", &[("authorization", &signed("lambda"))], "");
        assert_eq!((lambda.operation.as_str(), lambda.query.as_str()), ("ListFunctions", "MaxItems=50"));
        let target = ("x-amz-target", "ResourceGroupsTaggingAPI_20170126.GetResources");
        let tagging = call("POST", "/", &[("authorization", &signed("tagging")), target], "{}");
        assert_eq!(tagging.operation, "GetResources");
        assert_eq!(call("GET", "/nothing", &[], "").operation, "GET /nothing");
    }

    #[test]
    fn a_cbor_call_names_its_operation_in_the_path_and_its_protocol_in_a_header() {
        let path = "/service/GraniteServiceVersion20100801/operation/GetMetricData";
        let (signature, protocol) =
            (("authorization", signed("monitoring")), ("smithy-protocol", "rpc-v2-cbor"));
        let headers = [(signature.0, signature.1.as_str()), protocol];
        let data = call("POST", path, &headers, "");
        assert_eq!((data.service, data.operation.as_str()), (Service::CloudWatch, "GetMetricData"));
        assert_eq!(call("POST", path, &headers[..1], "").operation, format!("POST {path}"));
    }

    #[test]
    fn lists_and_filters_are_read_by_number() {
        let form = Parameters::parse(
            b"InstanceId.1=i-1&InstanceId.2=i-2&Filter.1.Name=a&Filter.1.Value.1=x&Filter.1.Value.2=y%20z",
        );
        assert_eq!(form.list("InstanceId"), ["i-1", "i-2"]);
        assert_eq!(
            form.filters("Filter", "Value"),
            [("a".to_owned(), vec!["x".to_owned(), "y z".to_owned()])]
        );
    }
}
