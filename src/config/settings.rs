//! The settings as resolved: what the rest of the program reads, with every default filled in.

use std::path::PathBuf;
use std::time::Duration;

use super::{Dollars, MetricChange};

/// Everything that the defaults, `awsinv.toml`, `AWSINV_*` and the flags say together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// What to collect, and how hard to try.
    pub collect: CollectSettings,
    /// What to print, where, and how much to say meanwhile.
    pub output: OutputSettings,
}

/// What to collect, and how hard to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectSettings {
    /// AWS profiles, one account each. Empty = the default credential chain.
    pub profiles: Vec<String>,
    /// Region patterns (globs). Empty = every Region enabled in each account.
    pub regions: Vec<String>,
    /// Services (`ec2`). Empty, with `types` empty too = all.
    pub services: Vec<String>,
    /// CloudFormation type names (`AWS::EC2::Instance`). Empty = all of the services'.
    pub types: Vec<String>,
    /// Where to send requests instead of AWS's own endpoints.
    pub endpoint_url: Option<String>,
    /// Whether CloudWatch is asked for metrics.
    pub metrics: bool,
    /// How far back from now metrics are asked for; between a minute and 455 days.
    pub window: Duration,
    /// Whether to keep the datapoints as well.
    pub series: bool,
    /// The most that the metrics of one run may cost. Zero = ask for nothing that is billed.
    pub max_cost: Dollars,
    /// Metrics that are asked for otherwise, in the order of the file.
    pub metric_changes: Vec<MetricChange>,
    /// Most requests in flight over all accounts and Regions.
    pub concurrency: usize,
    /// Longest wait for one attempt of one request.
    pub attempt_timeout: Duration,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Attempts of one request, the first included.
    pub max_attempts: u32,
    /// When to stop and print what there is.
    pub deadline: Option<Duration>,
    /// Queries that are known to be denied.
    pub expect_denied: Vec<ExpectDenied>,
}

impl Default for CollectSettings {
    fn default() -> Self {
        Self {
            profiles: Vec::new(),
            regions: Vec::new(),
            services: Vec::new(),
            types: Vec::new(),
            endpoint_url: None,
            metrics: true,
            window: Duration::from_secs(3600),
            series: false,
            // 10,000 metrics. See `Dollars` for the price.
            max_cost: Dollars::from_hundred_thousandths(10_000),
            metric_changes: Vec::new(),
            // More than one account's Regions x types, so that only large estates ever wait for a permit.
            concurrency: 256,
            attempt_timeout: Duration::from_secs(20),
            // What the AWS SDKs use themselves: one lost SYN is sent again after 3 s.
            connect_timeout: Duration::from_millis(3100),
            max_attempts: 10,
            deadline: None,
            expect_denied: Vec::new(),
        }
    }
}

/// Queries that are known to be denied, as by a service control policy that forbids a Region:
/// they are reported as unknown and leave the exit code alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectDenied {
    /// Glob over account ids.
    pub account: String,
    /// Glob over Regions.
    pub region: String,
    /// Glob over resource types; `type` in the file.
    pub resource_type: String,
}

impl Default for ExpectDenied {
    fn default() -> Self {
        Self { account: "*".into(), region: "*".into(), resource_type: "*".into() }
    }
}

/// What to print, where, and how much to say meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputSettings {
    /// The outputs, at least one; at most one of them without a path (standard output).
    pub outputs: Vec<OutputSpec>,
    /// Filter expressions; a resource must pass them all.
    pub filters: Vec<String>,
    /// JMESPath expression over the JSON document.
    pub query: Option<String>,
    /// Columns of the tabular outputs. Empty = each type's own.
    pub columns: Vec<String>,
    /// Fields to sort by; `-field` = descending.
    pub sort: Vec<String>,
    /// Fields to count by, instead of listing resources.
    pub group_by: Vec<String>,
    /// Most resources to show.
    pub limit: Option<usize>,
    /// Whether incomplete coverage is good enough for exit code 0.
    pub allow_partial: bool,
    /// Whether to colour.
    pub color: ColorChoice,
    /// Whether to show progress when standard error is a terminal.
    pub progress: bool,
    /// Whether to say nothing but errors.
    pub quiet: bool,
    /// How many times `-v` was given.
    pub verbosity: u8,
    /// The form of log lines.
    pub log_format: LogFormat,
}

impl Default for OutputSettings {
    fn default() -> Self {
        Self {
            outputs: vec![OutputSpec { format: "table".into(), path: None }],
            filters: Vec::new(),
            query: None,
            columns: Vec::new(),
            sort: Vec::new(),
            group_by: Vec::new(),
            limit: None,
            allow_partial: false,
            color: ColorChoice::Auto,
            progress: true,
            quiet: false,
            verbosity: 0,
            log_format: LogFormat::Text,
        }
    }
}

/// One output: `FORMAT` to standard output, or `FORMAT=PATH` to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputSpec {
    /// The format's name (`table`).
    pub format: String,
    /// The file; `None` = standard output.
    pub path: Option<PathBuf>,
}

/// Whether to colour what people read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says otherwise (`NO_COLOR`, `CLICOLOR_FORCE`).
    #[default]
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
}

/// The form of log lines on standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}
