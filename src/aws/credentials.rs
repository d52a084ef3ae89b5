//! One account's credentials, fetched once and kept until they are about to expire.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Fresh credentials are fetched this long before the old ones expire, so that a request signed at the
/// last moment is still accepted. The same buffer as the SDK's:
/// <https://docs.rs/aws-smithy-runtime/latest/aws_smithy_runtime/client/identity/struct.LazyCacheBuilder.html>
const REFRESH_BEFORE: Duration = Duration::from_secs(10);

/// A source that takes longer than this hangs. Long enough for a `credential_process` that asks a person.
const LOAD_TIMEOUT: Duration = Duration::from_secs(60);

/// A source that failed is not asked again for this long: thousands of queries would each wait for it.
const FAILURE_KEPT: Duration = Duration::from_secs(30);

/// A cache in front of a credentials provider. Everyone who waits shares one fetch.
#[derive(Debug)]
pub(super) struct CachedCredentials {
    provider: Arc<dyn ProvideCredentials>,
    load_timeout: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    credentials: Option<Credentials>,
    failure: Option<(Instant, Arc<CredentialsError>)>,
}

impl CachedCredentials {
    pub(super) fn new(provider: impl ProvideCredentials + 'static) -> Self {
        Self { provider: Arc::new(provider), load_timeout: LOAD_TIMEOUT, state: Mutex::default() }
    }

    /// The credentials, fetched if need be.
    ///
    /// # Errors
    /// The provider's, when there are no credentials that still hold.
    pub(super) async fn get(&self) -> Result<Credentials, Arc<CredentialsError>> {
        let mut state = self.state.lock().await;
        if let Some(credentials) = state.credentials.as_ref().filter(|kept| holds(kept, REFRESH_BEFORE)) {
            return Ok(credentials.clone());
        }
        if let Some((at, failure)) = &state.failure
            && at.elapsed() < FAILURE_KEPT
        {
            let kept = state.credentials.as_ref().filter(|kept| holds(kept, Duration::ZERO));
            return kept.cloned().ok_or_else(|| failure.clone());
        }
        let provided = tokio::time::timeout(self.load_timeout, self.provider.provide_credentials()).await;
        match provided.unwrap_or_else(|_| Err(CredentialsError::provider_timed_out(self.load_timeout))) {
            Ok(fresh) => {
                *state = State { credentials: Some(fresh.clone()), failure: None };
                Ok(fresh)
            }
            Err(error) => {
                let error = Arc::new(error);
                state.failure = Some((Instant::now(), error.clone()));
                let kept = state.credentials.as_ref().filter(|kept| holds(kept, Duration::ZERO));
                kept.cloned().ok_or(error)
            }
        }
    }
}

fn holds(credentials: &Credentials, margin: Duration) -> bool {
    credentials.expiry().is_none_or(|expiry| expiry > SystemTime::now() + margin)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use aws_credential_types::provider::future;

    use super::*;

    #[derive(Debug)]
    struct Counting {
        asked: Arc<AtomicU32>,
        lifetime: Option<Duration>,
    }

    impl ProvideCredentials for Counting {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            self.asked.fetch_add(1, Ordering::Relaxed);
            future::ProvideCredentials::ready(match self.lifetime {
                Some(lifetime) => {
                    Ok(Credentials::new("a", "b", None, Some(SystemTime::now() + lifetime), "test"))
                }
                None => Err(CredentialsError::not_loaded("none")),
            })
        }
    }

    async fn fetches(lifetime: Option<Duration>) -> u32 {
        let asked = Arc::new(AtomicU32::new(0));
        let cached = CachedCredentials::new(Counting { asked: asked.clone(), lifetime });
        for _ in 0..3 {
            assert_eq!(cached.get().await.is_ok(), lifetime.is_some());
        }
        asked.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn credentials_are_fetched_once_and_again_only_before_they_expire() {
        assert_eq!(fetches(Some(Duration::from_secs(3600))).await, 1);
        assert_eq!(fetches(Some(Duration::from_secs(5))).await, 3);
    }

    #[derive(Debug)]
    struct Hangs;

    impl ProvideCredentials for Hangs {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::new(std::future::pending())
        }
    }

    #[tokio::test]
    async fn a_source_that_hangs_times_out() {
        let hangs =
            CachedCredentials { load_timeout: Duration::from_millis(5), ..CachedCredentials::new(Hangs) };
        let error = hangs.get().await.map(drop).unwrap_err();
        assert!(matches!(&*error, CredentialsError::ProviderTimedOut(_)), "{error:?}");
    }

    #[tokio::test]
    async fn a_failed_source_is_not_asked_by_every_query() {
        assert_eq!(fetches(None).await, 1);
    }
}
