//! The envelopes of Query-XML. EC2 has its own; every other service shares one.
//! <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>, <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use bytes::{BufMut, Bytes, BytesMut};

use super::{AwsError, Reply, Xml};

const EC2_NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";
pub(super) const RDS_NAMESPACE: &str = "http://rds.amazonaws.com/doc/2014-10-31/";
pub(super) const STS_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

pub(super) fn ec2_success(operation: &str, members: &Bytes, request_id: &str) -> Reply {
    let head = format!(
        "{DECLARATION}<{operation}Response xmlns=\"{EC2_NAMESPACE}\">\n    <requestId>{request_id}</requestId>\n    "
    );
    let tail = format!("\n</{operation}Response>");
    reply(200, "text/xml;charset=UTF-8", around(&head, members, &tail), request_id)
}

pub(super) fn query_success(operation: &str, namespace: &str, members: &Bytes, request_id: &str) -> Reply {
    let head = format!("<{operation}Response xmlns=\"{namespace}\">\n  <{operation}Result>\n    ");
    let tail = format!(
        "\n  </{operation}Result>\n  <ResponseMetadata>\n    <RequestId>{request_id}</RequestId>\n  \
         </ResponseMetadata>\n</{operation}Response>\n"
    );
    reply(200, "text/xml", around(&head, members, &tail), request_id)
}

pub(super) fn ec2_failure(error: &AwsError, request_id: &str) -> Reply {
    let mut xml = Xml::with_capacity(512);
    xml.element("Response", |xml| {
        xml.element("Errors", |xml| {
            xml.element("Error", |xml| {
                xml.text("Code", &error.code);
                xml.text("Message", &error.message);
            });
        });
        xml.text("RequestID", request_id);
    });
    let body = format!("{DECLARATION}{}", xml.into_text());
    reply(error.status, "text/xml;charset=UTF-8", Bytes::from(body), request_id)
}

pub(super) fn query_failure(error: &AwsError, namespace: &str, request_id: &str) -> Reply {
    let mut xml = Xml::with_capacity(512);
    xml.element("Error", |xml| {
        xml.text("Type", if error.status < 500 { "Sender" } else { "Receiver" });
        xml.text("Code", &error.code);
        xml.text("Message", &error.message);
    });
    xml.text("RequestId", request_id);
    let body = format!("<ErrorResponse xmlns=\"{namespace}\">\n{}\n</ErrorResponse>\n", xml.into_text());
    reply(error.status, "text/xml", Bytes::from(body), request_id)
}

fn around(head: &str, members: &Bytes, tail: &str) -> Bytes {
    let mut whole = BytesMut::with_capacity(head.len() + members.len() + tail.len());
    whole.put_slice(head.as_bytes());
    whole.put_slice(members);
    whole.put_slice(tail.as_bytes());
    whole.freeze()
}

fn reply(status: u16, content_type: &'static str, body: Bytes, request_id: &str) -> Reply {
    Reply { status, content_type, headers: vec![("x-amzn-requestid", request_id.to_owned())], body }
}
