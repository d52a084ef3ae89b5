//! The demo estate: a small AWS on loopback, made of invented accounts, that speaks AWS's own wire protocols.
//!
//! `--demo`, the tests and the benchmarks put the real SDK (or boto3, or the AWS CLI) in front of it. What it
//! may not know: anything of the program that asks. It answers as AWS documents it, mistakes included.
//!
//! - `estate/`: what there is. Every resource is made from its index, so that an estate of a hundred thousand
//!   costs no memory, and its size does not change what each of them looks like.
//! - `metrics/`: what CloudWatch knows of it: series that depend on nothing but the seed, the resource and the time.
//! - `wire/`: how it is written: Query-XML (EC2, RDS, STS), REST-JSON (Lambda, Account), JSON 1.1 (tagging),
//!   rpc-v2-cbor and JSON 1.0 (CloudWatch).
//! - `service/`: one file a service: the operation's parameters in, a page of resources out.
//! - `faults.rs`, `throttle.rs`, `calls.rs`: what goes wrong, how fast it may go, and what was asked.
//!
//! Signatures are not verified: the account of a call is told by its access key, as AWS's documentation ids are
//! no secret. `GET /_demo/calls`, `GET /_demo/billed`, `GET /_demo/estate` and `POST /_demo/reset-calls` are for
//! tests.

mod answer;
mod calls;
mod estate;
mod faults;
mod metrics;
mod options;
mod request;
mod server;
mod service;
mod throttle;
mod wire;

pub use estate::{DemoAccount, Estate, PLANTED_SECRET};
pub use faults::{Fault, FaultError, FaultKind};
pub use options::{Counts, DemoOptions, Scenario, ScenarioError, Size};
pub use server::DemoServer;

#[cfg(test)]
mod tests;
