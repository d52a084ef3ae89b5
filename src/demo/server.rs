//! The server: connections on loopback, and the way of a call from its request to its answer.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use super::answer::{Closed, DemoBody, Manner};
use super::calls::Calls;
use super::estate::{DemoAccount, Estate, KeyOf, mix};
use super::faults::{CallName, FaultKind, Faults};
use super::metrics::Metrics;
use super::options::DemoOptions;
use super::request::{Call, Service};
use super::service::{self, Context, Twist};
use super::throttle::Throttle;
use super::wire::{self, AwsError, Reply};

/// The longest request body that is read.
const LONGEST_REQUEST: usize = 1024 * 1024;
/// How many bytes of written pages are kept.
const KEPT_PAGES: usize = 128 * 1024 * 1024;
/// How long to wait when no more connections can be accepted.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// A running demo server. It ends when this is dropped.
#[derive(Debug)]
pub struct DemoServer {
    addr: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

impl DemoServer {
    /// Serves the estate that `options` describe at `addr`; port 0 = any free one.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(options: DemoOptions, addr: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let state = Arc::new(State::new(options));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { addr, state, accepting })
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What to give as `--endpoint-url`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// What it serves.
    pub fn estate(&self) -> &Estate {
        &self.state.estate
    }
}

impl Drop for DemoServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Connections live in the set, so that they end with this.
async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&state)));
                }
                Err(_) => tokio::time::sleep(ACCEPT_AGAIN).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    // Without it, the last packet of every answer waits for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let answer = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { state.answer(request).await }
    });
    // An error here is a client that went away, or a fault that closed the connection on purpose.
    let _ =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer).await;
}

/// Everything that connections share.
#[derive(Debug)]
struct State {
    estate: Estate,
    calls: Calls,
    faults: Faults,
    throttle: Option<Throttle>,
    latency: Duration,
    page_size: Option<usize>,
    datapoints_per_page: Option<usize>,
    pages: Pages,
    metrics: Metrics,
    seed: u64,
    requests: AtomicU64,
}

impl State {
    fn new(options: DemoOptions) -> Self {
        Self {
            estate: Estate::new(&options),
            calls: Calls::default(),
            faults: Faults::new(options.effective_faults()),
            throttle: options.throttle.then(Throttle::default),
            latency: options.latency,
            page_size: options.page_size,
            datapoints_per_page: options.datapoints_per_page,
            pages: Pages::default(),
            metrics: Metrics::default(),
            seed: options.seed,
            requests: AtomicU64::new(0),
        }
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<DemoBody>, Closed> {
        let received = Instant::now();
        let (parts, body) = request.into_parts();
        if let Some(path) = parts.uri.path().strip_prefix("/_demo/") {
            return Ok(self.own_page(&parts.method, path).await);
        }
        let Ok(body) = Limited::new(body, LONGEST_REQUEST).collect().await else { return Err(Closed) };
        let call = Call::new(&parts, body.to_bytes());
        let (reply, manner) = self.reply(&call, received).await?;
        Ok(manner.response(reply))
    }

    /// The reply to a call, and the manner in which it is sent.
    async fn reply(self: &Arc<Self>, call: &Call, received: Instant) -> Result<(Reply, Manner), Closed> {
        let account_id = call.access_key_id.as_deref().map_or("-", account_id);
        let name = CallName {
            service: call.service.name(),
            operation: &call.operation,
            region: &call.region,
            account: account_id,
        };
        let _in_flight = self.calls.begin(name.to_string());
        let fault = self.faults.next(&name, |value| service::asks_for(call, value));
        let mut manner = Manner::Whole;
        let mut latency = self.latency;
        match fault {
            Some(FaultKind::Hang) => std::future::pending().await,
            Some(FaultKind::Reset) => return Err(Closed),
            Some(FaultKind::Truncated) => manner = Manner::Truncated,
            Some(FaultKind::Garbage) => manner = Manner::Garbage,
            Some(FaultKind::Dribble(during)) => manner = Manner::Dribble(during),
            Some(FaultKind::Slow(more)) => latency += more,
            _ => {}
        }
        let request_id = self.request_id();
        let result = match self.refusal(call, &name, fault) {
            Some(error) => Err(error),
            None => self.content(call, account_id, twist(fault)).await,
        };
        tokio::time::sleep_until(received + latency).await;
        let reply = match result {
            Ok(content) => wire::success(call, &content, &request_id),
            Err(error) => wire::failure(call, &error, &request_id),
        };
        Ok((reply, manner))
    }

    /// Why the call is refused before its operation is looked at, in AWS's order: who, how often, whether allowed.
    fn refusal(&self, call: &Call, name: &CallName<'_>, fault: Option<FaultKind>) -> Option<AwsError> {
        let service = call.service;
        let Some(account) = self.caller(call) else {
            return Some(match call.access_key_id {
                Some(_) => AwsError::bad_credentials(service),
                None => AwsError::not_signed(service),
            });
        };
        if let Some(throttle) = &self.throttle
            && !throttle.allows(name, service, &call.body, Instant::now())
        {
            self.calls.throttled(name.to_string());
            return Some(AwsError::throttled(service));
        }
        let denied = |by_scp| {
            let caller = service::caller_arn(account, call.session_token.as_deref());
            AwsError::denied(service, &call.operation, &caller, &resource_of(call, &account.id), by_scp)
        };
        match fault? {
            FaultKind::Denied => Some(denied(false)),
            FaultKind::ScpDenied => Some(denied(true)),
            FaultKind::Throttled => {
                self.calls.throttled(name.to_string());
                Some(AwsError::throttled(service))
            }
            FaultKind::Error500 => Some(AwsError::internal(service)),
            FaultKind::Error503 => Some(AwsError::unavailable(service)),
            FaultKind::Expired => Some(AwsError::expired(service)),
            FaultKind::RegionDisabled => Some(AwsError::bad_credentials(service)),
            FaultKind::InvalidQuery => Some(AwsError::invalid_query()),
            _ => None,
        }
    }

    /// The account of a call, if its key is one of the estate's, whole, and good in that Region.
    fn caller(&self, call: &Call) -> Option<&DemoAccount> {
        let id = match KeyOf::new(call.access_key_id.as_deref()?) {
            KeyOf::User(id) => id,
            KeyOf::Session(id) if call.session_token.is_some() => id,
            KeyOf::Session(_) | KeyOf::Nobody => return None,
        };
        let account = self.estate.account(id)?;
        self.estate.shard(account, &call.region)?;
        Some(&self.estate.accounts()[account])
    }

    /// The operation's content, written anew or as it was kept. Writing a thousand instances takes a while, so it
    /// is done where it holds up no other connection.
    async fn content(
        self: &Arc<Self>,
        call: &Call,
        account_id: &str,
        twist: Twist,
    ) -> Result<Bytes, AwsError> {
        let key = service::is_list(call.service, &call.operation).then(|| PageKey {
            service: call.service,
            operation: call.operation.clone(),
            region: call.region.clone(),
            account: account_id.to_owned(),
            query: call.query.clone(),
            body: call.body.clone(),
            twist,
        });
        if let Some(content) = key.as_ref().and_then(|key| self.pages.get(key)) {
            return Ok(content);
        }
        if !service::is_heavy(call.service, &call.operation) {
            return self.write(call, twist);
        }
        let (state, owned) = (Arc::clone(self), call.clone());
        let written = tokio::task::spawn_blocking(move || state.write(&owned, twist)).await;
        let content = written.unwrap_or_else(|_| Err(AwsError::internal(call.service)))?;
        if let Some(key) = key {
            self.pages.keep(key, content.clone());
        }
        Ok(content)
    }

    fn write(&self, call: &Call, twist: Twist) -> Result<Bytes, AwsError> {
        let bad = || AwsError::bad_credentials(call.service);
        let account =
            self.caller(call).and_then(|account| self.estate.account(&account.id)).ok_or_else(bad)?;
        let shard = self.estate.shard(account, &call.region).ok_or_else(bad)?;
        let context = Context {
            estate: &self.estate,
            account,
            shard,
            call,
            twist,
            page_size: self.page_size,
            datapoints_per_page: self.datapoints_per_page,
            metrics: &self.metrics,
            now: clock(),
        };
        service::answer(&context).map(|content| content.into_bytes(call))
    }

    /// Different for every request, the same in every run.
    fn request_id(&self) -> String {
        let nth = self.requests.fetch_add(1, Ordering::Relaxed);
        let (high, low) = (mix(self.seed ^ mix(nth)), mix(nth));
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            (low >> 48) & 0xfff,
            low & 0xffff_ffff_ffff
        )
    }

    /// The pages for tests, which are no part of AWS.
    async fn own_page(self: Arc<Self>, method: &Method, path: &str) -> Response<DemoBody> {
        let value = match (method, path) {
            (&Method::GET, "calls") => Some(self.calls.to_json()),
            (&Method::GET, "billed") => Some(self.metrics.billed()),
            (&Method::GET, "estate") => {
                let state = Arc::clone(&self);
                tokio::task::spawn_blocking(move || state.estate.truth()).await.ok()
            }
            (&Method::POST, "reset-calls") => {
                self.calls.reset();
                self.faults.reset();
                self.metrics.reset();
                Some(self.calls.to_json())
            }
            _ => None,
        };
        let (status, body) = value.map_or((404, "{}".to_owned()), |value| (200, value.to_string()));
        let reply =
            Reply { status, content_type: "application/json", headers: Vec::new(), body: Bytes::from(body) };
        Manner::Whole.response(reply)
    }
}

/// Seconds since 1970. The estate stands still, its metrics do not.
fn clock() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

const fn twist(fault: Option<FaultKind>) -> Twist {
    match fault {
        Some(FaultKind::RepeatedToken) => Twist::RepeatedToken,
        Some(FaultKind::EmptyPage) => Twist::EmptyPage,
        Some(FaultKind::Duplicates) => Twist::Duplicates,
        Some(FaultKind::PartialData) => Twist::PartialData,
        Some(FaultKind::InternalError) => Twist::InternalError,
        Some(FaultKind::Forbidden) => Twist::Forbidden,
        Some(FaultKind::LostResults) => Twist::LostResults,
        _ => Twist::None,
    }
}

/// The account of an access key, whether or not the estate has it; `-` if the key says none.
fn account_id(access_key_id: &str) -> &str {
    match KeyOf::new(access_key_id) {
        KeyOf::User(id) | KeyOf::Session(id) => id,
        KeyOf::Nobody => "-",
    }
}

/// What messages of denial name as the resource.
fn resource_of(call: &Call, account_id: &str) -> String {
    match (call.service, call.operation.as_str()) {
        (Service::Rds, "DescribeDBClusters") => format!("arn:aws:rds:{}:{account_id}:cluster:*", call.region),
        (Service::Rds, _) => format!("arn:aws:rds:{}:{account_id}:db:*", call.region),
        _ => "*".to_owned(),
    }
}

/// What a written page depends on.
#[derive(Debug, PartialEq, Eq, Hash)]
struct PageKey {
    service: Service,
    operation: String,
    region: String,
    account: String,
    query: String,
    body: Bytes,
    twist: Twist,
}

/// Pages that were written before: the estate never changes.
#[derive(Debug, Default)]
struct Pages(Mutex<(HashMap<PageKey, Bytes>, usize)>);

impl Pages {
    fn get(&self, key: &PageKey) -> Option<Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.get(key).cloned()
    }

    /// Keeps a page. When there are too many bytes, all go: simple, and rare.
    fn keep(&self, key: PageKey, content: Bytes) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (pages, bytes) = &mut *kept;
        if *bytes + content.len() > KEPT_PAGES {
            pages.clear();
            *bytes = 0;
        }
        *bytes += content.len();
        pages.insert(key, content);
    }
}
