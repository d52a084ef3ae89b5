//! The envelope of smithy's rpc-v2-cbor (CloudWatch), and the reading and writing of its maps.
//! <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>
//!
//! Timestamps are tag 1. An error's `__type` is an absolute shape id; as CloudWatch once spoke Query, the code of
//! that time stands in `x-amzn-query-error`, and both boto3 and the Rust SDK prefer it.
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait>

use bytes::Bytes;
pub(crate) use ciborium::Value;

use super::{AwsError, Reply};

const CONTENT_TYPE: &str = "application/cbor";
const PROTOCOL: (&str, &str) = ("smithy-protocol", "rpc-v2-cbor");
const NAMESPACE: &str = "com.amazonaws.cloudwatch";
/// The tag of a moment in seconds since 1970: <https://www.rfc-editor.org/rfc/rfc8949#section-3.4.2>
pub(super) const EPOCH: u64 = 1;

/// Query's codes whose shapes have another name in CloudWatch's model, or in AWS's common errors.
const SHAPES: [(&str, &str); 8] = [
    ("AccessDenied", "AccessDeniedException"),
    ("ExpiredToken", "ExpiredTokenException"),
    ("InternalServiceError", "InternalServiceFault"),
    ("InvalidClientTokenId", "UnrecognizedClientException"),
    ("InvalidParameterCombination", "InvalidParameterCombinationException"),
    ("InvalidParameterValue", "InvalidParameterValueException"),
    ("MissingParameter", "MissingRequiredParameterException"),
    ("Throttling", "ThrottlingException"),
];

pub(super) fn success(document: Bytes, request_id: &str) -> Reply {
    reply(200, document, request_id)
}

pub(super) fn failure(error: &AwsError, request_id: &str) -> Reply {
    let (body, of_query) = error_document(error);
    let mut reply = reply(error.status, write(&body), request_id);
    reply.headers.push(of_query);
    reply
}

/// An error's document, and the header with its code of Query.
pub(super) fn error_document(error: &AwsError) -> (Value, (&'static str, String)) {
    let code = error.code.as_str();
    let shape = SHAPES.iter().find(|(query, _)| *query == code).map_or(code, |(_, shape)| shape);
    let document = map([
        ("__type", Value::from(format!("{NAMESPACE}#{shape}"))),
        ("message", Value::from(error.message.as_str())),
    ]);
    let fault = if error.status < 500 { "Sender" } else { "Receiver" };
    (document, ("x-amzn-query-error", format!("{code};{fault}")))
}

fn reply(status: u16, body: Bytes, request_id: &str) -> Reply {
    let headers = vec![("x-amzn-requestid", request_id.to_owned()), (PROTOCOL.0, PROTOCOL.1.to_owned())];
    Reply { status, content_type: CONTENT_TYPE, headers, body }
}

/// The bytes of a document. Floats take as few of them as lose nothing.
pub(super) fn write(document: &Value) -> Bytes {
    let mut bytes = Vec::with_capacity(1024);
    // Writing into memory does not fail, and no document here is so deep that ciborium would refuse it.
    let _ = ciborium::into_writer(document, &mut bytes);
    Bytes::from(bytes)
}

/// A structure: its members that are not `null`, as rpc-v2-cbor leaves out what is absent.
pub(crate) fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    let present = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Map(present.map(|(name, value)| (Value::from(name), value)).collect())
}

/// A moment.
pub(crate) fn timestamp(seconds: i64) -> Value {
    Value::Tag(EPOCH, Box::new(Value::from(seconds)))
}

/// The document of a request; an empty body is an empty structure. `None` if it is no CBOR map.
pub(crate) fn read(body: &[u8]) -> Option<Value> {
    if body.is_empty() {
        return Some(Value::Map(Vec::new()));
    }
    ciborium::from_reader(body).ok().filter(Value::is_map)
}

/// A member is there, but is not what it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrongType {
    pub(crate) member: &'static str,
    pub(crate) wanted: &'static str,
}

/// A structure that is being read. A member that is `null` is absent; any other has to be of its type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Members<'a>(&'a [(Value, Value)]);

impl<'a> Members<'a> {
    /// The members of a value, if it is a structure.
    pub(crate) fn of(value: &'a Value) -> Option<Self> {
        value.as_map().map(|members| Self(members.as_slice()))
    }

    fn get(self, name: &str) -> Option<&'a Value> {
        let found = self.0.iter().find(|(known, _)| known.as_text() == Some(name));
        found.map(|(_, value)| value).filter(|value| !value.is_null())
    }

    fn typed<T>(
        self,
        member: &'static str,
        wanted: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, WrongType> {
        self.get(member).map(|value| read(value).ok_or(WrongType { member, wanted })).transpose()
    }

    pub(crate) fn text(self, name: &'static str) -> Result<Option<&'a str>, WrongType> {
        self.typed(name, "a string", Value::as_text)
    }

    pub(crate) fn boolean(self, name: &'static str) -> Result<Option<bool>, WrongType> {
        self.typed(name, "a boolean", Value::as_bool)
    }

    pub(crate) fn integer(self, name: &'static str) -> Result<Option<i64>, WrongType> {
        self.typed(name, "an integer", |value| i64::try_from(value.as_integer()?).ok())
    }

    /// A moment, in seconds since 1970; fractions of a second are cut off, as CloudWatch stores none.
    pub(crate) fn timestamp(self, name: &'static str) -> Result<Option<i64>, WrongType> {
        self.typed(name, "a timestamp", |value| match value {
            Value::Tag(EPOCH, inner) => match &**inner {
                Value::Integer(seconds) => i64::try_from(*seconds).ok(),
                // Saturates far outside of the years that anybody asks for.
                Value::Float(seconds) if seconds.is_finite() => Some(seconds.floor() as i64),
                _ => None,
            },
            _ => None,
        })
    }

    pub(crate) fn structure(self, name: &'static str) -> Result<Option<Self>, WrongType> {
        self.typed(name, "a structure", Self::of)
    }

    pub(crate) fn list(self, name: &'static str) -> Result<Option<&'a [Value]>, WrongType> {
        self.typed(name, "a list", |value| value.as_array().map(Vec::as_slice))
    }

    /// A list of structures; an absent one is empty.
    pub(crate) fn structures(self, name: &'static str) -> Result<Vec<Self>, WrongType> {
        let of = |value| Self::of(value).ok_or(WrongType { member: name, wanted: "a list of structures" });
        self.list(name)?.unwrap_or_default().iter().map(of).collect()
    }

    /// A list of strings; an absent one is empty.
    pub(crate) fn texts(self, name: &'static str) -> Result<Vec<&'a str>, WrongType> {
        let of =
            |value: &'a Value| value.as_text().ok_or(WrongType { member: name, wanted: "a list of strings" });
        self.list(name)?.unwrap_or_default().iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(value: &Value) -> Members<'_> {
        Members::of(value).expect("a map")
    }

    #[test]
    fn what_is_written_is_read_back_member_by_member() {
        let document = map([
            ("Text", Value::from("ä")),
            ("Yes", Value::from(true)),
            ("Number", Value::from(-3)),
            ("When", timestamp(1_795_132_800)),
            ("Nothing", Value::Null),
            ("Names", Value::Array(vec![Value::from("a"), Value::from("b")])),
            ("Inner", map([("Deep", Value::from(1))])),
        ]);
        let back = read(&write(&document)).expect("CBOR");
        assert_eq!(back, document);
        let read = members(&back);
        assert_eq!(read.text("Text"), Ok(Some("ä")));
        assert_eq!(read.boolean("Yes"), Ok(Some(true)));
        assert_eq!(read.integer("Number"), Ok(Some(-3)));
        assert_eq!(read.timestamp("When"), Ok(Some(1_795_132_800)));
        assert_eq!(read.text("Nothing"), Ok(None));
        assert_eq!(read.texts("Names"), Ok(vec!["a", "b"]));
        let inner = read.structure("Inner").expect("a structure").expect("there");
        assert_eq!(inner.integer("Deep"), Ok(Some(1)));
        assert!(read.text("Number").is_err() && read.timestamp("Number").is_err());
        assert!(read.structures("Names").is_err() && read.texts("Inner").is_err());
    }

    #[test]
    fn moments_come_as_integers_or_floats_and_with_tag_1_only() {
        let moment =
            |value| map([("At", value)]).as_map().map(|of| Members(of).timestamp("At")).expect("a map");
        let tagged = |tag, value| Value::Tag(tag, Box::new(value));
        assert_eq!(moment(tagged(1, Value::from(5))), Ok(Some(5)));
        assert_eq!(moment(tagged(1, Value::from(5.75))), Ok(Some(5)));
        assert_eq!(moment(tagged(1, Value::from(-0.5))), Ok(Some(-1)));
        assert!(moment(tagged(1, Value::from(f64::NAN))).is_err());
        assert!(moment(tagged(0, Value::from(5))).is_err());
        assert!(moment(Value::from(5)).is_err());
    }

    #[test]
    fn a_body_that_is_no_map_is_refused_and_an_empty_one_is_an_empty_map() {
        assert_eq!(read(b""), Some(Value::Map(Vec::new())));
        assert_eq!(read(b"Action=ListMetrics"), None);
        assert_eq!(read(&write(&Value::from(1))), None);
        assert_eq!(read(&[0xa1, 0x61]), None, "cut off");
    }

    #[test]
    fn an_error_carries_its_shape_and_the_code_of_query() {
        let refused = failure(&AwsError::new(400, "Throttling", "Rate exceeded"), "id");
        let body = read(&refused.body).expect("CBOR");
        assert_eq!(members(&body).text("__type"), Ok(Some("com.amazonaws.cloudwatch#ThrottlingException")));
        assert_eq!(members(&body).text("message"), Ok(Some("Rate exceeded")));
        assert!(refused.headers.contains(&("x-amzn-query-error", "Throttling;Sender".to_owned())));
        assert!(refused.headers.contains(&("smithy-protocol", "rpc-v2-cbor".to_owned())));
        assert!(refused.headers.contains(&("x-amzn-requestid", "id".to_owned())));
    }
}
