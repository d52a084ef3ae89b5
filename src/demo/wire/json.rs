//! The envelopes of REST-JSON (Lambda, Account) and JSON 1.1 (tagging). They differ in where an error's type stands.
//! <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>, <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>

use bytes::Bytes;
use serde_json::json;

use super::{AwsError, Reply};

const REST: &str = "application/json";
const RPC: &str = "application/x-amz-json-1.1";

pub(super) fn rest_success(document: Bytes, request_id: &str) -> Reply {
    reply(200, REST, document, request_id)
}

pub(super) fn rpc_success(document: Bytes, request_id: &str) -> Reply {
    reply(200, RPC, document, request_id)
}

pub(super) fn rest_failure(error: &AwsError, request_id: &str) -> Reply {
    let kind = if error.status < 500 { "User" } else { "Service" };
    let body = json!({ "Type": kind, "message": error.message });
    typed(reply(error.status, REST, Bytes::from(body.to_string()), request_id), error)
}

pub(super) fn rpc_failure(error: &AwsError, request_id: &str) -> Reply {
    let body = json!({ "__type": error.code, "message": error.message });
    typed(reply(error.status, RPC, Bytes::from(body.to_string()), request_id), error)
}

fn typed(mut reply: Reply, error: &AwsError) -> Reply {
    reply.headers.push(("x-amzn-errortype", error.code.clone()));
    reply
}

fn reply(status: u16, content_type: &'static str, body: Bytes, request_id: &str) -> Reply {
    Reply { status, content_type, headers: vec![("x-amzn-requestid", request_id.to_owned())], body }
}
