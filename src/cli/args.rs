//! What can be typed, as clap reads it.
//!
//! Nothing is resolved here: values with a setting of the same name stay as typed, as `config` checks them the same
//! way wherever they come from. Doc comments are the help text; they are written to be read at 80 columns.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::config::{self, Flags, LogFormat, Value};

const COLLECT: &str = "What to collect";
const OUTPUT: &str = "Output";
const LIMITS: &str = "Limits";
const DEMO: &str = "Demo";
const MESSAGES: &str = "Messages (standard error)";

const REPORT_EXAMPLES: &str = "\
Examples:
  awsinv report --demo                      see it work, without an account
  awsinv report                             the default credentials, all Regions
  awsinv report -p prod -p staging          two accounts
  awsinv report -s ec2 -r 'eu-*' --filter state=running
  awsinv report -o table -o json=report.json
  awsinv report --query 'resources[].id'";

const EXIT_CODES: &str = "\
Exit codes:
  0  every planned query is complete
  2  usage or configuration error; nothing was tried
  3  results were printed, but coverage is incomplete (see --allow-partial)
  4  nothing could be collected at all (no credentials, no network)
  5  collected, but an output could not be written";

const DEMO_EXAMPLES: &str = "\
Examples:
  awsinv demo --scenario partial
  awsinv demo --accounts 1 --regions 2 --instances 5000 --latency 50ms
  awsinv demo --fault throttled:ec2:*@eu-west-1
  awsinv demo --fault 'denied:rds:Describe*@eu-central-1/111122223333'";

/// What do we run on AWS, where, and what is it doing?
///
/// awsinv reads every EC2 instance, RDS database and Lambda function of your
/// accounts, in every enabled Region, and says as clearly what it could not
/// read: "there is nothing" and "we do not know" are different answers.
/// It only ever reads.
#[derive(Debug, Parser)]
#[command(
    name = "awsinv",
    bin_name = "awsinv",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "`awsinv report --demo` shows it at work, without an AWS account.",
    after_long_help = EXIT_CODES
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Collect from AWS and print what is there and what could not be read
    #[command(after_help = REPORT_EXAMPLES, after_long_help = [REPORT_EXAMPLES, EXIT_CODES].join("\n\n"))]
    Report(Box<ReportArgs>),
    /// Serve the demo estate on loopback, for any AWS client
    ///
    /// An invented AWS that speaks AWS's wire protocols. Prints its address
    /// and the variables that point AWS clients at it, and serves until Ctrl-C.
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(Box<DemoArgs>),
    /// Print the JSON Schema of the report document
    Schema,
    /// Print the completion script for a shell
    #[command(
        after_help = "Example:\n  awsinv completions bash > ~/.local/share/bash-completion/completions/awsinv"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  awsinv man > ~/.local/share/man/man1/awsinv.1")]
    Man,
}

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

    /// Ask CloudWatch for nothing; this version never does
    #[arg(long, help_heading = COLLECT)]
    pub no_metrics: bool,

    /// table, json, ndjson, csv or markdown; =PATH writes a file, whole or not at
    /// all. Repeatable [default: table]
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = OUTPUT)]
    pub output: Vec<String>,

    /// Keep what passes: state=running, tag:env=prod, class~^m5. Repeatable: all
    /// must pass
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

    /// Most rows of each table
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
    /// The settings that were given as flags.
    pub fn flags(&self) -> Flags {
        let mut flags = Flags::default();
        flags.set_list("service", &self.service);
        flags.set_list("type", &self.types);
        flags.set_list("region", &self.region);
        flags.set_list("profile", &self.profile);
        flags.set_text("endpoint_url", self.endpoint_url.as_deref());
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

/// What to say on standard error.
#[derive(Debug, Args)]
pub struct MessageArgs {
    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = MESSAGES)]
    pub quiet: bool,

    /// Say more: -v what is done, -vv each request, -vvv the AWS SDK as well
    #[arg(short, long, action = clap::ArgAction::Count, help_heading = MESSAGES)]
    pub verbose: u8,

    /// Form of log lines: text or json [default: text]
    #[arg(long, value_name = "FORMAT", hide_possible_values = true, help_heading = MESSAGES)]
    pub log_format: Option<LogForm>,

    /// Colour: auto, always or never [default: auto]
    #[arg(long, value_name = "WHEN", hide_possible_values = true, help_heading = MESSAGES)]
    pub color: Option<When>,
}

impl MessageArgs {
    fn add_to(&self, flags: &mut Flags) {
        flags.set_switch("quiet", self.quiet, true);
        flags.set_integer("verbose", (self.verbose > 0).then_some(i64::from(self.verbose)));
        // One of the two wins over the other's setting in a layer below.
        flags.set_switch("quiet", self.verbose > 0, false);
        if self.quiet {
            flags.set("verbose", Value::Integer(0));
        }
        flags.set_text("log_format", self.log_format.map(LogForm::word));
        flags.set_text("color", self.color.map(When::word));
    }
}

/// `--log-format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogForm {
    const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

impl From<LogForm> for LogFormat {
    fn from(form: LogForm) -> Self {
        match form {
            LogForm::Text => Self::Text,
            LogForm::Json => Self::Json,
        }
    }
}

/// `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless the environment says otherwise.
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
}

impl When {
    const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

impl From<When> for config::ColorChoice {
    fn from(when: When) -> Self {
        match when {
            When::Auto => Self::Auto,
            When::Always => Self::Always,
            When::Never => Self::Never,
        }
    }
}

/// `--demo=` and `--scenario`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// Everything can be read.
    #[default]
    Healthy,
    /// RDS is denied in one Region, and one Region throttles for ever.
    Partial,
    /// Twenty thousand resources.
    Large,
}

/// `awsinv demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Port; 0 = a free one
    #[arg(long, default_value_t = 0, help_heading = "Server")]
    pub port: u16,

    /// Address to listen on. Whoever reaches it can read the estate, and nothing
    /// else
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), help_heading = "Server")]
    pub listen: IpAddr,

    /// healthy, partial (some of it cannot be read) or large
    #[arg(long, value_enum, default_value_t, hide_possible_values = true, help_heading = "Estate")]
    pub scenario: Scenario,

    /// Accounts [default: 3]
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Estate")]
    pub accounts: Option<usize>,

    /// Regions enabled in each account [default: as in a real account]
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Estate")]
    pub regions: Option<usize>,

    /// Resources in all, spread over accounts, Regions and types
    #[arg(long, value_name = "N", help_heading = "Estate",
          conflicts_with_all = ["instances", "databases", "clusters", "functions"])]
    pub resources: Option<usize>,

    /// EC2 instances of each account and Region
    #[arg(long, value_name = "N", help_heading = "Estate")]
    pub instances: Option<usize>,

    /// DB instances of each account and Region
    #[arg(long, value_name = "N", help_heading = "Estate")]
    pub databases: Option<usize>,

    /// DB clusters of each account and Region
    #[arg(long, value_name = "N", help_heading = "Estate")]
    pub clusters: Option<usize>,

    /// Lambda functions of each account and Region
    #[arg(long, value_name = "N", help_heading = "Estate")]
    pub functions: Option<usize>,

    /// Another seed is another estate of the same shape [default: 1]
    #[arg(long, value_name = "N", help_heading = "Estate")]
    pub seed: Option<u64>,

    /// Most resources of a page, below AWS's own limit
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Behaviour")]
    pub page_size: Option<usize>,

    /// How long each call takes at least (50ms)
    #[arg(long, value_name = "DURATION", value_parser = duration_or_zero, help_heading = "Behaviour")]
    pub latency: Option<Duration>,

    /// Throttle at AWS's published rates
    #[arg(long, help_heading = "Behaviour")]
    pub throttle: bool,

    /// KIND[:OPERATION][@REGION[/ACCOUNT]][#after=N,times=K]: what goes wrong, and
    /// where. Repeatable; an unknown KIND lists them all
    #[arg(long, value_name = "SPEC", help_heading = "Behaviour")]
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
fn duration_or_zero(text: &str) -> Result<Duration, config::ParseDurationError> {
    match config::parse_duration(text) {
        Err(config::ParseDurationError::Zero) => Ok(Duration::ZERO),
        parsed => parsed,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Exit;
    use crate::config::{KEYS, Settings};

    fn report(line: &str) -> ReportArgs {
        let words = ["awsinv", "report"].into_iter().chain(line.split_whitespace());
        match Cli::try_parse_from(words).unwrap().command {
            Command::Report(args) => *args,
            other => panic!("{other:?}"),
        }
    }

    fn settings(line: &str) -> Settings {
        Settings::resolve(report(line).flags(), [], None).unwrap()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_setting_has_its_flag_and_every_flag_its_setting() {
        let command = Cli::command();
        let report = command.find_subcommand("report").unwrap();
        let mut flags: Vec<String> =
            report.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect();
        // What concerns one run only.
        flags.retain(|flag| !["demo", "config", "no-metrics"].contains(&flag.as_str()));
        let mut keys: Vec<String> = KEYS.iter().filter_map(config::Key::long_flag).collect();
        flags.sort();
        keys.sort();
        assert_eq!(flags, keys);
    }

    #[test]
    fn every_flag_changes_its_setting() {
        for line in [
            "-s ec2",
            "-t AWS::EC2::Instance",
            "-r eu-*",
            "-p prod",
            "--endpoint-url http://localhost:1",
            "-o json",
            "--filter state=running",
            "--query resources",
            "--columns id",
            "--sort -created_at",
            "--group-by region",
            "--limit 1",
            "--concurrency 1",
            "--deadline 1s",
            "--max-attempts 1",
            "--attempt-timeout 1s",
            "--connect-timeout 1s",
            "--allow-partial",
            "-q",
            "-v",
            "--log-format json",
            "--no-progress",
            "--color never",
        ] {
            assert_ne!(settings(line), Settings::default(), "{line}");
        }
        assert_eq!(settings("--no-metrics --demo --config x"), Settings::default());
    }

    #[test]
    fn lists_can_be_parted_by_commas_or_repeated() {
        assert_eq!(settings("-s ec2,rds -s lambda").collect.services, ["ec2", "rds", "lambda"]);
        assert_eq!(settings("--sort region,-created_at").output.sort, ["region", "-created_at"]);
        assert_eq!(settings("--filter a=b,c --filter d=e").output.filters, ["a=b,c", "d=e"]);
    }

    #[test]
    fn a_word_after_demo_is_not_its_scenario() {
        assert_eq!(report("--demo").demo, Some(Scenario::Healthy));
        assert_eq!(report("--demo=partial").demo, Some(Scenario::Partial));
        assert!(Cli::try_parse_from(["awsinv", "report", "--demo", "partial"]).is_err());
    }

    #[test]
    fn quiet_and_verbose_each_win_over_the_others_setting_below() {
        let env = |name: &str, value: &str| [(name.to_owned(), value.to_owned())];
        let quiet = Settings::resolve(report("-q").flags(), env("AWSINV_VERBOSE", "2"), None).unwrap();
        assert_eq!((quiet.output.quiet, quiet.output.verbosity), (true, 0));
        let loud = Settings::resolve(report("-v").flags(), env("AWSINV_QUIET", "true"), None).unwrap();
        assert_eq!((loud.output.quiet, loud.output.verbosity), (false, 1));
    }

    #[test]
    fn the_help_text_lists_every_exit_code() {
        for (exit, meaning) in Exit::ALL {
            assert!(EXIT_CODES.contains(&format!("\n  {}  {meaning}", exit.code())), "{exit:?}");
        }
    }
}
