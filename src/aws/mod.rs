//! Who is asked and where: sessions (credentials and clients), identity, Regions, and the one way a request is sent.

mod api;
mod call;
mod classify;
mod credentials;
mod http;
mod identity;
mod meter;
mod partition;
mod regions;
mod session;
mod source;
mod stop;
mod whole;

pub use api::{Api, Grant};
pub use call::{CallCounts, Caller, RunContext};
pub use http::http_client;
pub use identity::{Identity, identify};
pub use meter::Meter;
pub use partition::Partition;
pub use regions::{AccountRegions, list_regions};
pub use session::{Session, SessionError, StaticAccount, open_sessions};
pub use stop::{Stop, StopReason};
