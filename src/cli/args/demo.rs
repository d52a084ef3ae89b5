//! The flags of `awsinv demo`.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use clap::Args;

use super::Scenario;
use super::messages::MessageArgs;
use crate::config::{ParseDurationError, parse_duration};

const SERVER: &str = "Server";
const ESTATE: &str = "Estate";
const BEHAVIOUR: &str = "Behaviour";

/// `awsinv demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Port; 0 = a free one [default: 0]
    #[arg(long, default_value_t = 0, hide_default_value = true, help_heading = SERVER)]
    pub port: u16,

    /// Address to listen on. Whoever reaches it can read the estate, and nothing
    /// else [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST),
          hide_default_value = true, help_heading = SERVER)]
    pub listen: IpAddr,

    /// healthy, partial (some of it cannot be read) or large [default: healthy]
    #[arg(long, value_enum, default_value_t, hide_default_value = true, hide_possible_values = true,
          help_heading = ESTATE)]
    pub scenario: Scenario,

    /// Accounts [default: 3]
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = ESTATE)]
    pub accounts: Option<usize>,

    /// Regions enabled in each account [default: as in a real account]
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = ESTATE)]
    pub regions: Option<usize>,

    /// Resources in all, spread over accounts, Regions and types
    #[arg(long, value_name = "N", help_heading = ESTATE,
          conflicts_with_all = ["instances", "databases", "clusters", "functions"])]
    pub resources: Option<usize>,

    /// EC2 instances of each account and Region
    #[arg(long, value_name = "N", help_heading = ESTATE)]
    pub instances: Option<usize>,

    /// DB instances of each account and Region
    #[arg(long, value_name = "N", help_heading = ESTATE)]
    pub databases: Option<usize>,

    /// DB clusters of each account and Region
    #[arg(long, value_name = "N", help_heading = ESTATE)]
    pub clusters: Option<usize>,

    /// Lambda functions of each account and Region
    #[arg(long, value_name = "N", help_heading = ESTATE)]
    pub functions: Option<usize>,

    /// Another seed is another estate of the same shape [default: 1]
    #[arg(long, value_name = "N", help_heading = ESTATE)]
    pub seed: Option<u64>,

    /// Every EC2 instance runs; else some are stopped, as in any real account
    #[arg(long, help_heading = ESTATE)]
    pub all_running: bool,

    /// Most resources of a page, below AWS's own limit
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = BEHAVIOUR)]
    pub page_size: Option<usize>,

    /// Most datapoints of a page of CloudWatch's GetMetricData, below AWS's own limit
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = BEHAVIOUR)]
    pub datapoints_per_page: Option<usize>,

    /// How long each call takes at least (50ms)
    #[arg(long, value_name = "DURATION", value_parser = duration_or_zero, help_heading = BEHAVIOUR)]
    pub latency: Option<Duration>,

    /// Throttle at AWS's published rates
    #[arg(long, help_heading = BEHAVIOUR)]
    pub throttle: bool,

    /// KIND[:OPERATION][@REGION[/ACCOUNT]][#after=N,times=K,id=VALUE]: what goes
    /// wrong, and where. Repeatable; an unknown KIND lists them all. Only
    /// invalid-query takes, and needs, an id: the dimension value that it refuses
    #[arg(long, value_name = "SPEC", help_heading = BEHAVIOUR)]
    pub fault: Vec<String>,

    /// What to say meanwhile.
    #[command(flatten)]
    pub messages: MessageArgs,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(number) => Ok(number),
        Err(_) => Err("is not a whole number".into()),
    }
}

/// No latency at all is a latency that can be asked for.
fn duration_or_zero(text: &str) -> Result<Duration, ParseDurationError> {
    match parse_duration(text) {
        Err(ParseDurationError::Zero) => Ok(Duration::ZERO),
        parsed => parsed,
    }
}
