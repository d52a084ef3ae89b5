//! One source of credentials: its configuration, its clients, and what is known of where it works.

use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig, imds};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};

use super::classify::chain_text;
use super::credentials::CachedCredentials;
use super::http::{self, CaBundleError, Environment};
use super::source::{self, Source};
use super::{Api, Partition};
use crate::config::{CollectSettings, near};
use crate::model::Failure;

/// The instance metadata service answers within milliseconds or not at all. With the SDK's four attempts a
/// machine without one waits for most of a minute before it hears that there are no credentials.
const IMDS_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(1);

/// The settings do not say whom to ask.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A profile that no file names.
    #[error("there is no profile `{name}` in the AWS config and credentials files")]
    NoProfile {
        /// The name asked for.
        name: String,
        /// Names like it.
        near: Vec<String>,
    },
    /// A Region that cannot be one, from the environment or a profile.
    #[error("`{region}`, the Region of profile {profile} or of AWS_REGION, is not the name of a Region")]
    Region {
        /// The Region as found.
        region: String,
        /// The profile that it goes with.
        profile: String,
    },
    /// The AWS config or credentials file cannot be used.
    #[error("the AWS config or credentials file cannot be read: {0}")]
    Files(String),
    /// `AWS_CA_BUNDLE` cannot be used.
    #[error(transparent)]
    CaBundle(#[from] CaBundleError),
}

impl SessionError {
    /// Names that may have been meant.
    pub fn near(&self) -> &[String] {
        match self {
            Self::NoProfile { near, .. } => near,
            Self::Region { .. } | Self::Files(_) | Self::CaBundle(_) => &[],
        }
    }
}

/// An account that is reached with a fixed key pair, such as the demo estate's.
#[derive(Clone, Debug)]
pub struct StaticAccount {
    /// What to call it.
    pub name: String,
    /// Its access key.
    pub access_key_id: String,
    /// And the secret of it.
    pub secret_access_key: String,
}

/// One source of credentials. Its clients are made once and shared by every Region and account behind it;
/// Region and credentials go in per call.
pub struct Session {
    name: String,
    source: Source,
    config: SdkConfig,
    credentials: CachedCredentials,
    clients: Mutex<HashMap<TypeId, Box<dyn Any + Send + Sync>>>,
    first_region: String,
    worked_in: Mutex<HashSet<String>>,
}

/// Opens a session for each profile, or one for the default chain where none is named.
/// A profile named twice is opened once.
///
/// # Errors
/// A profile that does not exist, files that cannot be parsed, a certificate bundle that cannot be read:
/// mistakes in the settings, found before anything is asked.
pub async fn open_sessions(settings: &CollectSettings) -> Result<Vec<Arc<Session>>, SessionError> {
    let files = aws_config::profile::load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), None)
        .await
        .map_err(|error| SessionError::Files(chain_text(&error)))?;
    let http = http::http_client()?;
    let mut names = settings.profiles.clone();
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    // AWS_PROFILE is heeded by the SDK itself, which would only say that there are no credentials.
    let from_environment = std::env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty());
    for name in names.iter().chain(from_environment.iter().filter(|_| settings.profiles.is_empty())) {
        if files.get_profile(name).is_none() {
            let near = near(name, files.profiles());
            return Err(SessionError::NoProfile { name: name.to_owned(), near });
        }
    }
    let mut sessions = Vec::new();
    if names.is_empty() {
        let name = from_environment.unwrap_or_else(|| files.selected_profile().to_owned());
        sessions.push(Arc::new(Session::open(None, &name, &files, settings, http.clone()).await?));
    }
    for name in &names {
        sessions.push(Arc::new(Session::open(Some(name), name, &files, settings, http.clone()).await?));
    }
    Ok(sessions)
}

impl Session {
    /// `explicit` = a profile that was asked for: as in the AWS CLI it outranks keys in the environment.
    async fn open(
        explicit: Option<&str>,
        name: &str,
        files: &ProfileSet,
        settings: &CollectSettings,
        http: SharedHttpClient,
    ) -> Result<Self, SessionError> {
        let region = match explicit {
            None => region_of_environment().or(region_of_profile(ProfileFileRegionProvider::new()).await),
            Some(profile) => {
                let provider = ProfileFileRegionProvider::builder().profile_name(profile).build();
                region_of_profile(provider).await.or_else(region_of_environment)
            }
        };
        let first_region = region.unwrap_or_else(|| Partition::of_region("").default_region().to_owned());
        let in_region = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !first_region.chars().all(in_region) {
            return Err(SessionError::Region { region: first_region, profile: name.to_owned() });
        }
        let provider = ProviderConfig::without_region()
            .with_region(Some(Region::new(first_region.clone())))
            .with_http_client(http.clone());
        let credentials = match explicit {
            Some(profile) => {
                let chain =
                    ProfileFileCredentialsProvider::builder().profile_name(profile).configure(&provider);
                CachedCredentials::new(chain.build())
            }
            None => {
                let imds = imds::Client::builder()
                    .configure(&provider)
                    .connect_timeout(IMDS_TIMEOUT)
                    .read_timeout(IMDS_TIMEOUT)
                    .max_attempts(2)
                    .build();
                let chain = DefaultCredentialsChain::builder().configure(provider.clone()).imds_client(imds);
                CachedCredentials::new(chain.build().await)
            }
        };
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(first_region.clone()))
            .no_credentials()
            .http_client(http)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts(settings))
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .identity_cache(IdentityCache::no_cache());
        if let Some(profile) = explicit {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &settings.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Ok(app) = AppName::new("awsinv") {
            loader = loader.app_name(app);
        }
        let source = match (explicit, std::env::var_os("AWS_ACCESS_KEY_ID").is_some()) {
            (Some(_), _) | (None, false) if files.get_profile(name).is_some() => {
                Source::Profile { name: name.to_owned(), sso: source::uses_sso(files, name) }
            }
            _ => Source::DefaultChain,
        };
        Ok(Self::new(name.to_owned(), source, loader.load().await, credentials, first_region))
    }

    /// Opens a session with a fixed key pair against one endpoint, heeding nothing of the environment.
    ///
    /// # Errors
    /// None in practice: no certificate bundle is read.
    pub fn open_static(
        accounts: &[StaticAccount],
        endpoint_url: &str,
        settings: &CollectSettings,
    ) -> Result<Vec<Arc<Self>>, SessionError> {
        let http = http::build(Environment::Ignored)?;
        let first_region = Partition::of_region("").default_region();
        let open = |account: &StaticAccount| {
            let (key, secret) = (&account.access_key_id, &account.secret_access_key);
            let keys = Credentials::new(key, secret, None, None, "static");
            let config = SdkConfig::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new(first_region))
                .endpoint_url(endpoint_url)
                .http_client(http.clone())
                .retry_config(RetryConfig::disabled())
                .timeout_config(timeouts(settings))
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .identity_cache(IdentityCache::no_cache())
                .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
                .time_source(aws_smithy_async::time::SystemTimeSource::new())
                .build();
            let credentials = CachedCredentials::new(keys);
            Arc::new(Self::new(
                account.name.clone(),
                Source::Static,
                config,
                credentials,
                first_region.to_owned(),
            ))
        };
        Ok(accounts.iter().map(open).collect())
    }

    fn new(
        name: String,
        source: Source,
        config: SdkConfig,
        credentials: CachedCredentials,
        first_region: String,
    ) -> Self {
        Self {
            name,
            source,
            config,
            credentials,
            clients: Mutex::default(),
            first_region,
            worked_in: Mutex::default(),
        }
    }

    /// The profile, or the account's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where to ask first: the profile's Region, else the partition's default.
    pub fn first_region(&self) -> &str {
        &self.first_region
    }

    /// The service's client, made the first time it is asked for.
    pub fn client<C: Clone + Send + Sync + 'static>(&self, new: fn(&SdkConfig) -> C) -> C {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let made = clients.entry(TypeId::of::<C>()).or_insert_with(|| Box::new(new(&self.config)));
        match made.downcast_ref::<C>() {
            Some(client) => client.clone(),
            None => new(&self.config),
        }
    }

    /// The account that the credentials' own source names, as SSO and AssumeRole do.
    pub(super) async fn known_account(&self) -> Option<Arc<str>> {
        let credentials = self.credentials.get().await.ok()?;
        credentials.account_id().map(|account| Arc::from(account.as_str()))
    }

    pub(super) async fn credentials(&self) -> Result<Credentials, Arc<CredentialsError>> {
        let credentials = self.credentials.get().await?;
        // Both go into a header. The SDK panics on what a header cannot hold, such as a line end out of a file.
        let key_and_token = [Some(credentials.access_key_id()), credentials.session_token()];
        if key_and_token.into_iter().flatten().any(|text| !text.bytes().all(|byte| byte.is_ascii_graphic())) {
            let problem = "the access key id or the session token holds a blank, a line end or another character \
                           that cannot belong to it";
            return Err(Arc::new(CredentialsError::invalid_configuration(problem)));
        }
        Ok(credentials)
    }

    /// Notes that AWS accepted the credentials in this Region.
    pub(super) fn worked_in(&self, region: &str) {
        let mut worked = self.worked_in.lock().unwrap_or_else(PoisonError::into_inner);
        if !worked.contains(region) {
            worked.insert(region.to_owned());
        }
    }

    /// Whether AWS accepted the credentials somewhere, and never in this Region.
    pub(super) fn worked_only_outside(&self, region: &str) -> bool {
        let worked = self.worked_in.lock().unwrap_or_else(PoisonError::into_inner);
        !worked.is_empty() && !worked.contains(region)
    }

    /// What renews the credentials.
    pub(super) fn renewal(&self) -> String {
        self.source.renewal()
    }

    /// What it means that there are no credentials.
    pub(super) fn credentials_failure(&self, api: Api, error: &CredentialsError) -> Failure {
        self.source.failure(api, self.first_region(), error)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("name", &self.name)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// An empty variable counts as none, as where a container is started with `-e AWS_REGION=`.
fn region_of_environment() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|region| !region.is_empty());
    set("AWS_REGION").or_else(|| set("AWS_DEFAULT_REGION"))
}

async fn region_of_profile(provider: ProfileFileRegionProvider) -> Option<String> {
    let region = provider.region().await?;
    Some(region.as_ref().to_owned()).filter(|region| !region.is_empty())
}

fn timeouts(settings: &CollectSettings) -> TimeoutConfig {
    // The whole attempt is timed in `Caller`, body included.
    TimeoutConfig::builder().connect_timeout(settings.connect_timeout).build()
}
