//! AWS's wire protocols, from the server's side: one file a protocol, and the table of errors.

pub(crate) mod cbor;
pub(crate) mod cbor_json;
mod error;
mod json;
mod query_xml;
mod xml;

use bytes::Bytes;
use serde_json::Value;

pub(crate) use error::AwsError;
pub(crate) use xml::Xml;

use super::request::{Call, Service};

/// What an operation returns, before its protocol's envelope.
#[derive(Debug)]
pub(crate) enum Content {
    /// The members of a Query-XML result.
    Members(Xml),
    /// A JSON document.
    Document(Value),
    /// A document for CloudWatch, which speaks rpc-v2-cbor and JSON 1.0.
    Cbor(cbor::Value),
}

impl Content {
    /// The bytes, in the protocol of the call.
    pub(crate) fn into_bytes(self, call: &Call) -> Bytes {
        match self {
            Self::Members(xml) => Bytes::from(xml.into_text()),
            Self::Document(value) => Bytes::from(value.to_string()),
            Self::Cbor(value) if call.has_target => cbor_json::write(&value),
            Self::Cbor(value) => cbor::write(&value),
        }
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

/// The envelope of a service's protocol around an operation's content.
pub(crate) fn success(call: &Call, content: &Bytes, request_id: &str) -> Reply {
    let operation = &call.operation;
    match call.service {
        Service::Ec2 => query_xml::ec2_success(operation, content, request_id),
        Service::Rds => query_xml::query_success(operation, query_xml::RDS_NAMESPACE, content, request_id),
        Service::Sts => query_xml::query_success(operation, query_xml::STS_NAMESPACE, content, request_id),
        Service::Lambda | Service::Account | Service::Other => {
            json::rest_success(content.clone(), request_id)
        }
        Service::Tagging => json::rpc_success(content.clone(), request_id),
        Service::CloudWatch if call.has_target => cbor_json::success(content.clone(), request_id),
        Service::CloudWatch => cbor::success(content.clone(), request_id),
    }
}

/// An error as a service's protocol has it.
pub(crate) fn failure(call: &Call, error: &AwsError, request_id: &str) -> Reply {
    match call.service {
        Service::Ec2 => query_xml::ec2_failure(error, request_id),
        Service::Rds => query_xml::query_failure(error, query_xml::RDS_NAMESPACE, request_id),
        Service::Sts => query_xml::query_failure(error, query_xml::STS_NAMESPACE, request_id),
        Service::Lambda | Service::Account | Service::Other => json::rest_failure(error, request_id),
        Service::Tagging => json::rpc_failure(error, request_id),
        Service::CloudWatch if call.has_target => cbor_json::failure(error, request_id),
        Service::CloudWatch => cbor::failure(error, request_id),
    }
}
