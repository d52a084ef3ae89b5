//! CloudWatch in JSON 1.0, which boto3 and the AWS CLI prefer to rpc-v2-cbor: the same documents in other letters.
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>
//!
//! JSON has no tags: moments are plain numbers, told from others by the names of their members.

use bytes::Bytes;
use ciborium::Value;
use serde_json::Value as Json;

use super::cbor::{EPOCH, error_document};
use super::{AwsError, Reply};

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";
/// The members of requests that are moments.
const MOMENTS: [&str; 2] = ["StartTime", "EndTime"];

pub(super) fn success(document: Bytes, request_id: &str) -> Reply {
    reply(200, document, request_id)
}

pub(super) fn failure(error: &AwsError, request_id: &str) -> Reply {
    let (document, of_query) = error_document(error);
    let mut reply = reply(error.status, write(&document), request_id);
    reply.headers.push(of_query);
    reply
}

fn reply(status: u16, body: Bytes, request_id: &str) -> Reply {
    let headers = vec![("x-amzn-requestid", request_id.to_owned())];
    Reply { status, content_type: CONTENT_TYPE, headers, body }
}

/// The document of a request; `None` if it is no JSON object.
pub(crate) fn read(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok().filter(Json::is_object).map(from_json)
}

pub(super) fn write(document: &Value) -> Bytes {
    Bytes::from(to_json(document).to_string())
}

fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::from(bool),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::from(whole),
            None => number.as_f64().map_or(Value::Null, Value::from),
        },
        Json::String(text) => Value::from(text),
        Json::Array(all) => Value::Array(all.into_iter().map(from_json).collect()),
        Json::Object(members) => {
            let member = |(name, value): (String, Json)| {
                let is_moment = MOMENTS.contains(&name.as_str()) && value.is_number();
                let value = from_json(value);
                let value = if is_moment { Value::Tag(EPOCH, Box::new(value)) } else { value };
                (Value::from(name), value)
            };
            Value::Map(members.into_iter().map(member).collect())
        }
    }
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Bool(bool) => Json::from(*bool),
        Value::Integer(whole) => i64::try_from(*whole).map_or(Json::Null, Json::from),
        Value::Float(float) => Json::from(*float),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Tag(_, inner) => to_json(inner),
        Value::Array(all) => Json::Array(all.iter().map(to_json).collect()),
        Value::Map(members) => {
            let member = |(name, value): &(Value, Value)| {
                (name.as_text().unwrap_or_default().to_owned(), to_json(value))
            };
            Json::Object(members.iter().map(member).collect())
        }
        // CloudWatch has none of the other types.
        _ => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::super::cbor::{Members, map, timestamp};
    use super::*;

    #[test]
    fn moments_are_numbers_and_other_numbers_stay_what_they_are() {
        let document = read(br#"{"StartTime":5.5,"EndTime":7,"Period":60,"Label":null}"#).expect("JSON");
        let read = Members::of(&document).expect("a map");
        assert_eq!(read.timestamp("StartTime"), Ok(Some(5)));
        assert_eq!(read.timestamp("EndTime"), Ok(Some(7)));
        assert_eq!(read.integer("Period"), Ok(Some(60)));
        assert!(read.timestamp("Period").is_err());
        let answer = map([("Timestamps", Value::Array(vec![timestamp(60)])), ("Value", Value::from(2.0))]);
        assert_eq!(write(&answer), r#"{"Timestamps":[60],"Value":2.0}"#);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        assert!([&b"[]"[..], b"5", b"", b"{"].into_iter().all(|body| super::read(body).is_none()));
    }
}
