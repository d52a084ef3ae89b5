//! The one HTTP client of the process: every account meets the same Regional hosts, so sockets and
//! TLS sessions are shared. Proxies come from the environment, extra certificates from `AWS_CA_BUNDLE`.

use std::path::PathBuf;

use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector, proxy::ProxyConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// `AWS_CA_BUNDLE` names a file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("AWS_CA_BUNDLE: cannot read {}", path.display())]
pub struct CaBundleError {
    path: PathBuf,
    source: std::io::Error,
}

/// Whether the client heeds the environment's proxies and certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Environment {
    /// `HTTPS_PROXY`, `NO_PROXY`, `AWS_CA_BUNDLE`.
    Heeded,
    /// The demo estate is on loopback.
    Ignored,
}

/// An HTTP client that heeds the environment's proxies and `AWS_CA_BUNDLE`.
///
/// # Errors
/// `AWS_CA_BUNDLE` names a file that cannot be read.
pub fn http_client() -> Result<SharedHttpClient, CaBundleError> {
    build(Environment::Heeded)
}

pub(super) fn build(environment: Environment) -> Result<SharedHttpClient, CaBundleError> {
    let (proxies, trust) = match environment {
        Environment::Heeded => (ProxyConfig::from_env(), trust_store()?),
        Environment::Ignored => (ProxyConfig::disabled(), TrustStore::empty()),
    };
    // The builder checks nothing that could fail here; it answers with a Result for other settings.
    let tls = TlsContext::builder().with_trust_store(trust).build().unwrap_or_default();
    Ok(Builder::new().build_with_connector_fn(move |settings, runtime| {
        let mut connector = Connector::builder();
        connector
            .set_connector_settings(settings.cloned())
            .set_sleep_impl(runtime.and_then(|runtime| runtime.sleep_impl()))
            .set_proxy_config(Some(proxies.clone()));
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls.clone()).build()
    }))
}

/// `AWS_CA_BUNDLE` takes the place of the system's certificates, as in the AWS CLI.
fn trust_store() -> Result<TrustStore, CaBundleError> {
    match std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        None => Ok(TrustStore::default()),
        Some(path) => {
            let path = PathBuf::from(path);
            match std::fs::read(&path) {
                Ok(pem) => Ok(TrustStore::empty().with_pem_certificate(pem)),
                Err(source) => Err(CaBundleError { path, source }),
            }
        }
    }
}
