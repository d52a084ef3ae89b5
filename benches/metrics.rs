//! What metrics add to a run: the same estate with and without them, in one go, alternating.
//!
//! ```text
//! cargo bench --profile dev --bench metrics
//! ```
//!
//! 10,000 running instances with 5 metrics x 1 statistic, 50 ms a call, no throttling: once in one Region, where pages
//! follow each other, once over 17, where all comes at the same time. The demo server takes its part of the same cores.

use std::error::Error;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use awsinv::demo::{Counts, DemoOptions, DemoServer};
use serde_json::Value;

const LATENCY: Duration = Duration::from_millis(50);
const RUNS: usize = 9;

/// What the issue that asked for this benchmark allows.
const TARGET: f64 = 1.5;

const SETTINGS: &str = r#"
[metric."AWS::EC2::Instance"]
CPUUtilization = ["Average"]
StatusCheckFailed = false
CPUCreditBalance = false
"#;

#[allow(clippy::print_stdout, reason = "a benchmark's output is what it prints")]
fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --all-targets` runs benches too; there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let mut settings = tempfile::NamedTempFile::new()?;
    settings.write_all(SETTINGS.as_bytes())?;
    let settings = settings.path().to_str().ok_or("the temporary folder has no name in Unicode")?;
    let runtime = tokio::runtime::Runtime::new()?;
    for (regions, instances) in [(1, 10_000), (17, 588)] {
        let counts = Counts { instances, databases: 0, clusters: 0, functions: 0 };
        let options =
            DemoOptions { latency: LATENCY, all_running: true, ..DemoOptions::one_account(regions, counts) };
        let server = runtime.block_on(DemoServer::start(options, ([127, 0, 0, 1], 0).into()))?;
        let with = ["--max-cost", "1", "--config", settings];
        let without = ["--no-metrics"];
        // Pages that the server has written once it only sends from then on.
        run(&server, &without)?;
        let (mut on, mut off) = (Vec::new(), Vec::new());
        let mut stats = Value::Null;
        for _ in 0..RUNS {
            off.push(run(&server, &without)?.0);
            let (wall, of_run) = run(&server, &with)?;
            on.push(wall);
            stats = of_run;
        }
        let median = |walls: &mut Vec<Duration>| {
            walls.sort();
            walls[RUNS / 2]
        };
        let (on, off) = (median(&mut on), median(&mut off));
        let requests = stats["by_operation"].as_array().into_iter().flatten();
        let requests = requests.filter(|one| one["operation"] == "GetMetricData").map(|one| &one["calls"]);
        println!(
            "{} instances in {regions} Regions, {LATENCY:?} a call, median of {RUNS}",
            regions * instances
        );
        println!("without metrics  {off:?}");
        println!(
            "with metrics     {on:?}, ratio {:.2}, target {TARGET}",
            on.as_secs_f64() / off.as_secs_f64()
        );
        println!(
            "GetMetricData    {} requests, {} metrics, ${}",
            requests.map(ToString::to_string).collect::<String>(),
            stats["metrics_requested"],
            stats["estimated_cost_usd"],
        );
    }
    Ok(())
}

/// The wall time of a whole run, and the statistics that it ends with.
fn run(server: &DemoServer, args: &[&str]) -> Result<(Duration, Value), Box<dyn Error>> {
    let account = server.estate().accounts().first().ok_or("the estate has no account")?;
    let started = Instant::now();
    let ended = Command::new(env!("CARGO_BIN_EXE_awsinv"))
        .args(["report", "--service", "ec2", "--output", "ndjson", "--no-progress", "-q"])
        .args(["--endpoint-url", &server.url()])
        .args(args)
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", &account.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &account.secret_access_key)
        .env("AWS_REGION", "us-east-1")
        .stderr(Stdio::inherit())
        .output()?;
    let wall = started.elapsed();
    if !ended.status.success() {
        return Err(format!("awsinv ended with {}", ended.status).into());
    }
    let last = ended.stdout.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut trailer: Value = serde_json::from_slice(last)?;
    Ok((wall, trailer["stats"].take()))
}
