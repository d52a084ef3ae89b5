//! The flags of `awsinv report`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::Scenario;
use super::messages::{MESSAGES, MessageArgs};
use crate::config::Flags;

const COLLECT: &str = "What to collect";
const METRICS: &str = "Metrics (CloudWatch)";
const OUTPUT: &str = "Output";
const LIMITS: &str = "Limits";
const DEMO: &str = "Demo";

/// `awsinv report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Services, such as ec2,rds,lambda [default: all]
    #[arg(short, long, value_name = "SERVICE", help_heading = COLLECT)]
    pub service: Vec<String>,

    /// Resource types by their CloudFormation names, such as AWS::EC2::Instance
    #[arg(short, long = "type", value_name = "TYPE", help_heading = COLLECT)]
    pub types: Vec<String>,

    /// Regions or patterns, such as 'eu-*' [default: all enabled]
    #[arg(short, long, value_name = "PATTERN", help_heading = COLLECT)]
    pub region: Vec<String>,

    /// Profiles of the AWS config file, one account each [default: AWS_PROFILE]
    #[arg(short, long, value_name = "NAME", help_heading = COLLECT)]
    pub profile: Vec<String>,

    /// Send requests here instead of to AWS
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, help_heading = COLLECT)]
    pub endpoint_url: Option<String>,

    /// Ask CloudWatch for metrics, which AWS bills (the default)
    #[arg(long, overrides_with_all = ["metrics", "no_metrics"], help_heading = METRICS)]
    pub metrics: bool,

    /// Ask CloudWatch for nothing: the inventory alone, for free
    #[arg(long, overrides_with_all = ["metrics", "no_metrics"], help_heading = METRICS)]
    pub no_metrics: bool,

    /// How far back the metrics look: 90m, 7d, at most 455d [default: 1h]
    #[arg(long, value_name = "DURATION", help_heading = METRICS)]
    pub window: Option<String>,

    /// Keep the datapoints as well: trends in the table, `series` in the document
    #[arg(long, help_heading = METRICS)]
    pub series: bool,

    /// Most US dollars that the metrics may cost. What is beyond is not asked, and
    /// the exit code is 3 [default: 0.10]
    #[arg(long, value_name = "USD", allow_negative_numbers = true, help_heading = METRICS)]
    pub max_cost: Option<String>,

    /// Instead of a report, print what CloudWatch would be asked and what that
    /// would cost, as table or json. Nothing that is billed is asked
    #[arg(long, help_heading = METRICS)]
    pub dry_run: bool,

    /// table, json, ndjson, csv or markdown; =PATH writes a file, whole or not at
    /// all. Repeatable [default: table]
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = OUTPUT)]
    pub output: Vec<String>,

    /// Keep what passes: state=running, tag:env=prod, class~^m5,
    /// metrics.CPUUtilization.Average<5. Repeatable: all must pass
    #[arg(long, value_name = "EXPR", help_heading = OUTPUT)]
    pub filter: Vec<String>,

    /// JMESPath over the JSON document; implies the output json
    #[arg(long, value_name = "JMESPATH", help_heading = OUTPUT)]
    pub query: Option<String>,

    /// Columns of the table, such as id,tag:team,attributes.vpc_id
    #[arg(long, value_name = "FIELDS", help_heading = OUTPUT)]
    pub columns: Vec<String>,

    /// Order of the rows; -created_at is newest first
    #[arg(long, value_name = "FIELDS", allow_hyphen_values = true, help_heading = OUTPUT)]
    pub sort: Vec<String>,

    /// Count by these fields instead of listing resources
    #[arg(long, value_name = "FIELDS", help_heading = OUTPUT)]
    pub group_by: Vec<String>,

    /// Most resources to show
    #[arg(long, value_name = "N", help_heading = OUTPUT)]
    pub limit: Option<i64>,

    /// Exit 0 even though coverage is incomplete
    #[arg(long, help_heading = OUTPUT)]
    pub allow_partial: bool,

    /// Most requests in flight [default: 256]
    #[arg(long, value_name = "N", help_heading = LIMITS)]
    pub concurrency: Option<i64>,

    /// Stop after this long (5m) and print what there is
    #[arg(long, value_name = "DURATION", help_heading = LIMITS)]
    pub deadline: Option<String>,

    /// Attempts of one request, the first included [default: 10]
    #[arg(long, value_name = "N", help_heading = LIMITS)]
    pub max_attempts: Option<i64>,

    /// Longest wait for one attempt [default: 20s]
    #[arg(long, value_name = "DURATION", help_heading = LIMITS)]
    pub attempt_timeout: Option<String>,

    /// Longest wait for a connection [default: 3.1s]
    #[arg(long, value_name = "DURATION", help_heading = LIMITS)]
    pub connect_timeout: Option<String>,

    /// Use the embedded demo estate instead of AWS: no account, no network.
    /// healthy, partial (some of it cannot be read) or large [default: healthy]
    #[arg(
        long,
        value_name = "SCENARIO",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "healthy",
        hide_possible_values = true,
        conflicts_with = "endpoint_url",
        help_heading = DEMO
    )]
    pub demo: Option<Scenario>,

    /// Settings file [default: ~/.config/awsinv/awsinv.toml, if it exists]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// What to say meanwhile.
    #[command(flatten)]
    pub messages: MessageArgs,

    /// Show no progress
    #[arg(long, help_heading = MESSAGES)]
    pub no_progress: bool,
}

impl ReportArgs {
    /// The given flags that choose or arrange resources.
    pub fn shaping(&self) -> Vec<&'static str> {
        let given = [
            ("--filter", !self.filter.is_empty()),
            ("--columns", !self.columns.is_empty()),
            ("--sort", !self.sort.is_empty()),
            ("--group-by", !self.group_by.is_empty()),
            ("--limit", self.limit.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag).collect()
    }

    /// The settings that were given as flags.
    pub fn flags(&self) -> Flags {
        let mut flags = Flags::default();
        flags.set_list("service", &self.service);
        flags.set_list("type", &self.types);
        flags.set_list("region", &self.region);
        flags.set_list("profile", &self.profile);
        flags.set_text("endpoint_url", self.endpoint_url.as_deref());
        flags.set_switch("metrics", self.metrics, true);
        flags.set_switch("metrics", self.no_metrics, false);
        flags.set_text("window", self.window.as_deref());
        flags.set_switch("series", self.series, true);
        flags.set_text("max_cost", self.max_cost.as_deref());
        flags.set_list("output", &self.output);
        flags.set_list("filter", &self.filter);
        flags.set_text("query", self.query.as_deref());
        flags.set_list("columns", &self.columns);
        flags.set_list("sort", &self.sort);
        flags.set_list("group_by", &self.group_by);
        flags.set_integer("limit", self.limit);
        flags.set_integer("concurrency", self.concurrency);
        flags.set_text("deadline", self.deadline.as_deref());
        flags.set_integer("max_attempts", self.max_attempts);
        flags.set_text("attempt_timeout", self.attempt_timeout.as_deref());
        flags.set_text("connect_timeout", self.connect_timeout.as_deref());
        flags.set_switch("allow_partial", self.allow_partial, true);
        flags.set_switch("progress", self.no_progress, false);
        self.messages.add_to(&mut flags);
        flags
    }
}
