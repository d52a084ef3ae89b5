//! Answers that end where their sender does: nothing but the closed connection says that the body is over, as an
//! HTTP/1.0 proxy sends it, so one that was cut off looks like a short one. The SDK's XML reader takes the end of
//! the text for the end of every element, and a list would be short, with its token for the next page gone.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

/// A client that fails where such an answer is not whole.
#[derive(Debug)]
pub(super) struct WholeAnswers(pub(super) SharedHttpClient);

#[derive(Debug)]
struct Connector(SharedHttpConnector);

impl HttpClient for WholeAnswers {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            if answer.status().is_success() && ends_with_its_sender(&answer) {
                let body = ByteStream::new(answer.take_body()).collect().await;
                let body = body.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
                if !is_whole(&body) {
                    return Err(ConnectorError::io("the connection ended before the answer did".into()));
                }
                *answer.body_mut() = SdkBody::from(body);
            }
            Ok(answer)
        })
    }
}

fn ends_with_its_sender(answer: &HttpResponse) -> bool {
    let headers = answer.headers();
    headers.get("content-length").is_none() && headers.get("transfer-encoding").is_none()
}

/// Whether an XML document ends with its root element. Anything else is left to the SDK, whose other readers
/// notice a missing end.
fn is_whole(body: &[u8]) -> bool {
    let text = match std::str::from_utf8(body) {
        Ok(text) => text.trim_start_matches('\u{feff}').trim(),
        Err(_) => return true,
    };
    if !text.starts_with('<') {
        return true;
    }
    let mut root = text;
    for (opens, closes) in [("<!--", "-->"), ("<?", "?>"), ("<!--", "-->")] {
        while let Some(rest) = root.strip_prefix(opens) {
            match rest.split_once(closes) {
                Some((_, rest)) => root = rest.trim_start(),
                None => return false,
            }
        }
    }
    let mut end = root;
    while let Some(at) = end.rfind("<!--").filter(|_| end.ends_with("-->")) {
        end = end[..at].trim_end();
    }
    let Some(inside) = root.strip_prefix('<') else { return false };
    let name = inside.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next().unwrap_or_default();
    let is_empty_root = || end.ends_with("/>") && end.find('>') == Some(end.len() - 1);
    let closes = || {
        let end = end.strip_suffix('>').map(str::trim_end).and_then(|end| end.strip_suffix(name));
        end.is_some_and(|end| end.ends_with("</"))
    };
    is_empty_root() || closes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "<?xml version=\"1.0\"?>\n<!-- a --><R xmlns=\"x\"><a/><b>t</b><R>2</R></R>";

    #[test]
    fn a_document_is_whole_only_with_the_end_of_its_root() {
        for whole in [WHOLE, "<R/>", "<R a=\"1\" />", "<R></R >\n<!-- b -->", "{\"a\"", "", "\u{feff}<R></R>"]
        {
            assert!(is_whole(whole.as_bytes()), "{whole}");
        }
        let inner = WHOLE.len() - "</R>".len();
        // Cut after an element of the root's own name, it looks whole; AWS has none such.
        for end in (1..WHOLE.len()).filter(|end| *end != inner) {
            assert!(!is_whole(&WHOLE.as_bytes()[..end]), "{}", &WHOLE[..end]);
        }
    }
}
