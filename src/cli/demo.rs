//! `awsinv demo`: the demo estate as a server, for any AWS client.

use std::net::SocketAddr;

use anyhow::Context;

use super::args::{self, DemoArgs};
use super::{Exit, UsageError, WriteError};
use crate::demo::{Counts, DemoOptions, DemoServer, Scenario, Size};
use crate::printer::Printer;

/// Serves until it is interrupted.
pub(super) fn run(args: &DemoArgs, printer: &mut Printer) -> anyhow::Result<Exit> {
    let options = options(args)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the async runtime")?;
    runtime.block_on(async {
        let address = SocketAddr::new(args.listen, args.port);
        let server = DemoServer::start(options, address)
            .await
            .with_context(|| format!("cannot listen on {address}"))?;
        printer
            .data(|out| writeln!(out, "{}", server.url()))
            .map_err(|cause| anyhow::Error::from(WriteError::stdout(cause)))?;
        if let Some(account) = server.estate().accounts().first() {
            printer.note(&format!(
                "In another shell, for the account {} ({}); the others have keys of their own id:\n\n\
                 export AWS_ENDPOINT_URL={} AWS_REGION=us-east-1\n\
                 export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={}\n\n\
                 Ctrl-C ends it.",
                account.name,
                account.id,
                server.url(),
                account.access_key_id,
                account.secret_access_key,
            ));
        }
        interrupted().await;
        Ok(Exit::Complete)
    })
}

/// The estate that these flags describe.
fn options(args: &DemoArgs) -> Result<DemoOptions, UsageError> {
    let defaults = DemoOptions::scenario(args.scenario.into());
    let counts = [args.instances, args.databases, args.clusters, args.functions];
    let size = match (args.resources, counts.iter().any(Option::is_some)) {
        (Some(total), _) => Some(Size::Total(total)),
        (None, false) => None,
        (None, true) => {
            let [instances, databases, clusters, functions] = counts.map(Option::unwrap_or_default);
            Some(Size::Each(Counts { instances, databases, clusters, functions }))
        }
    };
    let faults = args.fault.iter().map(|spec| spec.parse()).collect::<Result<_, _>>();
    Ok(DemoOptions {
        seed: args.seed.unwrap_or(defaults.seed),
        accounts: args.accounts.unwrap_or(defaults.accounts),
        regions: args.regions,
        size,
        page_size: args.page_size,
        all_running: args.all_running,
        datapoints_per_page: args.datapoints_per_page,
        latency: args.latency.unwrap_or_default(),
        throttle: args.throttle,
        faults: faults.map_err(|error: crate::demo::FaultError| UsageError::new(error.to_string()))?,
        ..defaults
    })
}

impl From<args::Scenario> for Scenario {
    fn from(scenario: args::Scenario) -> Self {
        match scenario {
            args::Scenario::Healthy => Self::Healthy,
            args::Scenario::Partial => Self::Partial,
            args::Scenario::Large => Self::Large,
        }
    }
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    let _ = tokio::signal::ctrl_c().await;
}
