//! `awsinv report`: collect and print, or with `--dry-run` say what that would ask and cost.
//!
//! Everything that can be refused is refused before anything is asked. Then the fan-out runs on the async
//! threads, and this thread, which may block, takes the pages as they come and writes the outputs.

mod dry_run;
mod gather;
mod progress;
mod shape;
mod signals;
mod verdict;

use std::sync::Arc;

use anyhow::Context;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use self::dry_run::Planner;
pub(super) use self::dry_run::check as dry_run_fits;
use self::gather::{Gather, Going, Written};
use self::progress::Bar;
use self::shape::Shape;
use super::args::Scenario;
use super::{Exit, UsageError};
use crate::aws::{RunContext, Session, SessionError, StaticAccount, StopReason, open_sessions};
use crate::config::{CollectSettings, Settings};
use crate::coordinator::{self, Outcome, Plan, PlanError, Progress};
use crate::demo::{DemoOptions, DemoServer};
use crate::model::{Resource, Timestamp};
use crate::printer::Printer;

/// Pages between the collectors and this thread. Enough that neither waits for the other's every breath; few
/// enough that a slow reader of the output holds the collectors back before memory fills.
const PAGES_BETWEEN: usize = 64;

/// The demo's Region that throttles for ever shows what it has to show in seconds; at the default it takes a
/// quarter of a minute.
const DEMO_MAX_ATTEMPTS: u32 = 5;

/// What takes the pages of a run, and writes something at its end.
trait Taker {
    /// Takes one page.
    fn page(&mut self, page: Vec<Resource>, printer: &mut Printer) -> Going;

    /// Writes what is written once all is known.
    fn finish(self, outcome: Outcome, started_at: Timestamp, printer: &mut Printer) -> Written;
}

/// Collects what the settings ask for and writes the outputs.
pub(super) fn run(settings: Settings, demo: Option<Scenario>, printer: &mut Printer) -> anyhow::Result<Exit> {
    let (plan, shape) = prepared(&settings)?;
    let gather = Gather::new(&shape);
    let plan = if gather.keeps() { plan } else { plan.streamed() };
    fan_out(&settings, demo, plan, gather, printer)
}

/// Lists what the settings ask for, and writes what its values would cost instead of asking for them.
pub(super) fn dry_run(
    settings: Settings,
    demo: Option<Scenario>,
    printer: &mut Printer,
) -> anyhow::Result<Exit> {
    let (plan, shape) = prepared(&settings)?;
    fan_out(&settings, demo, plan.dry(), Planner::new(&settings, &shape), printer)
}

/// What to ask and how to show it, or what is wrong with the settings.
fn prepared(settings: &Settings) -> Result<(Plan, Shape), UsageError> {
    let plan = Plan::new(&settings.collect).map_err(refused)?;
    let asked = plan.metrics.as_ref().map(|metrics| metrics.catalogue.specs());
    let shape = Shape::new(&settings.output, &plan, asked.as_ref())?;
    Ok((plan, shape))
}

/// Asks it all, and hands the pages on as they come.
fn fan_out(
    settings: &Settings,
    demo: Option<Scenario>,
    plan: Plan,
    mut taker: impl Taker,
    printer: &mut Printer,
) -> anyhow::Result<Exit> {
    let mut collect = settings.collect.clone();
    if demo.is_some() && collect.max_attempts == CollectSettings::default().max_attempts {
        collect.max_attempts = DEMO_MAX_ATTEMPTS;
    }
    let runtime = Runtime::new().context("cannot start the async runtime")?;
    let started_at = Timestamp::now();

    let (sessions, _demo) = runtime.block_on(sessions(&collect, demo))?;
    let context =
        Arc::new(RunContext::new(collect.concurrency, collect.max_attempts, collect.attempt_timeout));
    runtime.spawn(signals::watch(context.stop.clone(), printer.messages().clone()));
    let progress = Arc::new(Progress::default());
    let (sender, mut pages) = mpsc::channel(PAGES_BETWEEN);
    let fan_out =
        coordinator::run(sessions, plan, collect.deadline, context.clone(), progress.clone(), sender);
    let fan_out = runtime.spawn(fan_out);

    let bar = Bar::start(printer.progress(), progress);
    while let Some(page) = pages.blocking_recv() {
        if taker.page(page, printer).reader_gone() {
            context.stop.stop(StopReason::Cancelled);
        }
    }
    let outcome = runtime.block_on(fan_out).context("the fan-out failed")?.map_err(refused)?;
    bar.finish();

    let cancelled = context.stop.reason() == Some(StopReason::Cancelled);
    let written = taker.finish(outcome, started_at, printer);
    // Whatever is still under way (a blocked name look-up) is not worth waiting for.
    runtime.shutdown_background();
    Ok(verdict::of(&written, cancelled, &settings.output, printer))
}

/// The demo estate's server runs as long as this is held.
type Demo = Option<DemoServer>;

async fn sessions(
    settings: &CollectSettings,
    demo: Option<Scenario>,
) -> anyhow::Result<(Vec<Arc<Session>>, Demo)> {
    let Some(scenario) = demo else {
        return Ok((open_sessions(settings).await.map_err(unopened)?, None));
    };
    let loopback = ([127, 0, 0, 1], 0).into();
    let server = DemoServer::start(DemoOptions::scenario(scenario.into()), loopback)
        .await
        .context("cannot start the demo estate on 127.0.0.1")?;
    let accounts: Vec<StaticAccount> = server
        .estate()
        .accounts()
        .iter()
        .map(|account| StaticAccount {
            name: account.name.clone(),
            access_key_id: account.access_key_id.clone(),
            secret_access_key: account.secret_access_key.clone(),
        })
        .collect();
    let sessions = Session::open_static(&accounts, &server.url(), settings)?;
    Ok((sessions, Some(server)))
}

/// A plan that cannot be made is a mistake in the settings.
fn refused(error: PlanError) -> UsageError {
    UsageError::new(error.to_string()).near(error.near())
}

/// So is a session that cannot be opened.
fn unopened(error: SessionError) -> UsageError {
    let near = error.near().to_vec();
    UsageError::new(format!("{:#}", anyhow::Error::from(error))).near(&near)
}
