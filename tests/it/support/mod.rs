//! A run of the library against a demo server of its own.

use std::sync::Arc;
use std::time::Duration;

use awsinv::aws::{RunContext, Session, StaticAccount};
use awsinv::config::CollectSettings;
use awsinv::coordinator::{self, Outcome, Plan, PlanError, Progress};
use awsinv::demo::{DemoOptions, DemoServer};
use awsinv::model::Resource;
use tokio::sync::mpsc;

/// Settings that give up soon, so that tests of what never works end soon.
pub(crate) fn settings() -> CollectSettings {
    CollectSettings { max_attempts: 2, attempt_timeout: Duration::from_secs(2), ..CollectSettings::default() }
}

/// What a run found, in the order of the document.
pub(crate) struct Found {
    pub(crate) resources: Vec<Resource>,
    pub(crate) outcome: Outcome,
}

/// Runs the plan of these settings against a demo estate.
pub(crate) async fn run(options: DemoOptions, settings: &CollectSettings) -> Found {
    let plan = Plan::new(settings).expect("a plan");
    run_plan(options, settings, plan).await
}

/// Runs a plan against a demo estate, with all its accounts.
pub(crate) async fn run_plan(options: DemoOptions, settings: &CollectSettings, plan: Plan) -> Found {
    run_as(options, settings, plan, |accounts| accounts).await
}

/// Runs a plan against a demo estate, with the accounts that `choose` makes of all of them.
pub(crate) async fn run_as(
    options: DemoOptions,
    settings: &CollectSettings,
    plan: Plan,
    choose: impl FnOnce(Vec<StaticAccount>) -> Vec<StaticAccount>,
) -> Found {
    try_run_as(options, settings, plan, choose).await.expect("a plan that fits")
}

/// The same, for plans that may not fit the accounts.
pub(crate) async fn try_run_as(
    options: DemoOptions,
    settings: &CollectSettings,
    plan: Plan,
    choose: impl FnOnce(Vec<StaticAccount>) -> Vec<StaticAccount>,
) -> Result<Found, PlanError> {
    let server = DemoServer::start(options, ([127, 0, 0, 1], 0).into()).await.expect("a server on loopback");
    let accounts = server.estate().accounts().iter().map(|account| StaticAccount {
        name: account.name.clone(),
        access_key_id: account.access_key_id.clone(),
        secret_access_key: account.secret_access_key.clone(),
    });
    let accounts = choose(accounts.collect());
    let sessions = Session::open_static(&accounts, &server.url(), settings).expect("sessions");
    let context = RunContext::new(settings.concurrency, settings.max_attempts, settings.attempt_timeout);
    let (sender, mut pages) = mpsc::channel(64);
    let progress = Arc::new(Progress::default());
    let run = tokio::spawn(coordinator::run(
        sessions,
        plan,
        settings.deadline,
        Arc::new(context),
        progress,
        sender,
    ));
    let mut resources = Vec::new();
    while let Some(page) = pages.recv().await {
        resources.extend(page);
    }
    let outcome = run.await.expect("no panic")?;
    resources.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    Ok(Found { resources, outcome })
}
