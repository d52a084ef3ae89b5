//! What can be typed, as clap reads it.
//!
//! Nothing is resolved here: values with a setting of the same name stay as typed, as `config` checks them the same
//! way wherever they come from. Doc comments are the help text; they are written to be read at 80 columns.

mod demo;
mod messages;
mod report;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use demo::DemoArgs;
pub use messages::{LogForm, MessageArgs, When};
pub use report::ReportArgs;

const FIRST_STEP: &str = "`awsinv report --demo` shows it at work, without an AWS account.";

const REPORT_EXAMPLES: &str = "\
Examples:
  awsinv report --demo                      see it work, without an account
  awsinv report                             the default credentials, all Regions
  awsinv report -p prod -p staging          two accounts
  awsinv report --dry-run                   what its metrics would cost
  awsinv report -s ec2 -r 'eu-*' --filter state=running
  awsinv report -s ec2 --window 14d --filter 'metrics.CPUUtilization.Maximum<5'
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
/// accounts, in every enabled Region, with what CloudWatch measured of each,
/// and says as clearly what it could not read: "there is nothing" and "we do
/// not know" are different answers. It only ever reads.
#[derive(Debug, Parser)]
#[command(
    name = "awsinv",
    bin_name = "awsinv",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = FIRST_STEP,
    after_long_help = [FIRST_STEP, EXIT_CODES].join("\n\n")
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Collect from AWS; print what is there, what it is doing, and what is not known
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Exit;
    use crate::config::{KEYS, Key, Settings};

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
        flags.retain(|flag| !["demo", "config", "dry-run"].contains(&flag.as_str()));
        let mut keys: Vec<String> = KEYS.iter().flat_map(Key::long_flags).collect();
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
            "--no-metrics",
            "--window 7d",
            "--series",
            "--max-cost 0",
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
        assert_eq!(settings("--metrics --dry-run --demo --config x"), Settings::default());
        assert!(report("--dry-run").dry_run && !report("").dry_run);
    }

    #[test]
    fn the_later_of_metrics_and_no_metrics_wins_and_both_over_the_file() {
        for (line, on) in [
            ("--metrics", true),
            ("--no-metrics", false),
            ("--metrics --no-metrics", false),
            ("--no-metrics --metrics", true),
            ("--metrics --no-metrics --metrics", true),
            ("--no-metrics --no-metrics", false),
        ] {
            for below in [true, false] {
                let file = Some(("awsinv.toml".into(), format!("metrics = {below}")));
                let settings = Settings::resolve(report(line).flags(), [], file).unwrap();
                assert_eq!(settings.collect.metrics, on, "{line} over {below}");
            }
        }
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
