//! The one HTTP client of the process: every account meets the same Regional hosts, so sockets and
//! TLS sessions are shared. Proxies come from the environment, extra certificates from `AWS_CA_BUNDLE`.

use std::path::PathBuf;

use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector, proxy::ProxyConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::whole::WholeAnswers;

/// `AWS_CA_BUNDLE` names a file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaBundleError {
    /// The file cannot be read.
    #[error("AWS_CA_BUNDLE: cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file holds no certificate, or one that is none.
    #[error("AWS_CA_BUNDLE: {} {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
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
    let client = Builder::new().build_with_connector_fn(move |settings, runtime| {
        let mut connector = Connector::builder();
        connector
            .set_connector_settings(settings.cloned())
            .set_sleep_impl(runtime.and_then(|runtime| runtime.sleep_impl()))
            .set_proxy_config(Some(proxies.clone()));
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls.clone()).build()
    });
    Ok(SharedHttpClient::new(WholeAnswers(client)))
}

/// `AWS_CA_BUNDLE` takes the place of the system's certificates, as in the AWS CLI.
fn trust_store() -> Result<TrustStore, CaBundleError> {
    match std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        None => Ok(TrustStore::default()),
        Some(path) => {
            let path = PathBuf::from(path);
            match std::fs::read(&path) {
                Ok(pem) => match check(&pem) {
                    Ok(()) => Ok(TrustStore::empty().with_pem_certificate(pem)),
                    Err(reason) => Err(CaBundleError::Unusable { path, reason }),
                },
                Err(source) => Err(CaBundleError::Unreadable { path, source }),
            }
        }
    }
}

/// The HTTP client would panic on a certificate that cannot be parsed, at its first connection.
fn check(pem: &[u8]) -> Result<(), String> {
    let mut store = RootCertStore::empty();
    for (number, certificate) in CertificateDer::pem_slice_iter(pem).enumerate() {
        let refuse = |error: String| {
            format!("holds a certificate (number {}) that cannot be read: {error}", number + 1)
        };
        let certificate = certificate.map_err(|error| refuse(error.to_string()))?;
        store.add(certificate).map_err(|error| refuse(error.to_string()))?;
    }
    if store.is_empty() { Err("holds no certificate in PEM form".to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_that_is_none_is_refused_before_the_first_connection() {
        assert!(check(b"").unwrap_err().contains("no certificate"));
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(check(broken).unwrap_err().contains("number 1"));
    }
}
