//! How close a whole run comes to the longest chain of calls that must follow each other.
//!
//! ```text
//! cargo bench --profile dev --bench fan_out
//! ```
//!
//! One account, 17 Regions, 50 ms a call, no cap on requests in flight. The chain is counted from what the demo
//! server was asked: identity or Regions (they go side by side), then the longest list of any query, then tags
//! where they follow. Wall time is of the whole process, start-up included; the median of 20 runs is compared.

use std::error::Error;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use awsinv::demo::{Counts, DemoOptions, DemoServer};

const REGIONS: usize = 17;
const LATENCY: Duration = Duration::from_millis(50);
const RUNS: usize = 20;

/// What the issue that asked for this benchmark allows.
const TARGET: f64 = 1.3;

#[allow(clippy::print_stdout, reason = "a benchmark's output is what it prints")]
fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --all-targets` runs benches too; there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let counts = Counts { instances: 4, databases: 2, clusters: 1, functions: 51 };
    let options = DemoOptions { latency: LATENCY, ..DemoOptions::one_account(REGIONS, counts) };
    let runtime = tokio::runtime::Runtime::new()?;
    let server = runtime.block_on(DemoServer::start(options, ([127, 0, 0, 1], 0).into()))?;
    let account = server.estate().accounts().first().ok_or("the estate has no account")?.clone();
    let mut walls = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        let status = Command::new(env!("CARGO_BIN_EXE_awsinv"))
            .args([
                "report",
                "--output",
                "json",
                "--no-metrics",
                "--no-progress",
                "--concurrency",
                "100000",
                "-q",
            ])
            .args(["--endpoint-url", &server.url()])
            .env_clear()
            .env("AWS_ACCESS_KEY_ID", &account.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &account.secret_access_key)
            .env("AWS_REGION", "us-east-1")
            .stdout(Stdio::null())
            .status()?;
        walls.push(started.elapsed());
        if !status.success() {
            return Err(format!("awsinv ended with {status}").into());
        }
    }
    walls.sort();
    let wall = walls[RUNS / 2];
    // Identity and Regions go side by side: one call deep. ListFunctions returns 50 at most, so 60 functions are
    // two pages; their tags are read beside the first. Every other list is one page.
    let chain = LATENCY * 3;
    // The chain as the issue counts it: identity, Regions, list pages, tags, each after the other.
    let counted = LATENCY * 5;
    let ratio = |chain: Duration| wall.as_secs_f64() / chain.as_secs_f64();
    println!("runs                 {RUNS}, {REGIONS} Regions, {LATENCY:?} a call");
    println!("wall, median         {wall:?} (min {:?}, max {:?})", walls[0], walls[RUNS - 1]);
    println!(
        "chain, all in a row  {counted:?}: identity, Regions, 2 list pages, tags; ratio {:.2}",
        ratio(counted)
    );
    println!(
        "chain, as it is run  {chain:?}: identity beside Regions, 2 list pages; ratio {:.2}",
        ratio(chain)
    );
    println!("target               {TARGET} of the chain all in a row");
    Ok(())
}
