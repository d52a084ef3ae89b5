//! The flags about what is said on standard error, which several subcommands share.

use clap::{Args, ValueEnum};

use crate::config::{ColorChoice, Flags, LogFormat, Value};

/// The heading of these flags in help texts.
pub(super) const MESSAGES: &str = "Messages (standard error)";

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
    pub(super) fn add_to(&self, flags: &mut Flags) {
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

impl From<When> for ColorChoice {
    fn from(when: When) -> Self {
        match when {
            When::Auto => Self::Auto,
            When::Always => Self::Always,
            When::Never => Self::Never,
        }
    }
}
