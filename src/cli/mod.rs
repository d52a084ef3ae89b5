//! The command line: the only place that knows clap and exit codes.
//!
//! [`args`] is what can be typed; [`Settings`] is what it comes to, together with the file and the environment.
//! One file a subcommand.

pub mod args;
mod completions;
mod demo;
mod error;
mod exit;
mod logging;
mod man;
mod outputs;
mod report;
mod schema;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::config::{ColorChoice, ConfigError, Settings};
use crate::printer::{Printer, PrinterOptions};

use args::{Cli, Command, MessageArgs, ReportArgs};
pub use error::{UsageError, WriteError};
pub use exit::Exit;
pub use outputs::NDJSON;

/// Runs the program with these arguments, the first being its own name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parsed = command().try_get_matches_from(args).and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => dispatch(cli.command).into(),
        Err(error) => usage(&error),
    }
}

/// The whole command line, as clap knows it.
pub fn command() -> clap::Command {
    // Without a limit, clap lets lines grow to the width of any terminal, which nobody can read.
    Cli::command().max_term_width(100)
}

fn dispatch(command: Command) -> Exit {
    match command {
        Command::Report(args) => run_report(&args),
        Command::Demo(args) => {
            let mut printer = Printer::new(printer_options(&args.messages));
            let form = args.messages.log_format.map(Into::into).unwrap_or_default();
            logging::start(args.messages.verbose, form, &printer);
            let result = demo::run(&args, &mut printer);
            finish(result, &printer)
        }
        Command::Schema => plain(schema::run),
        Command::Completions { shell } => plain(|printer| completions::run(shell, printer)),
        Command::Man => plain(man::run),
    }
}

fn run_report(args: &ReportArgs) -> Exit {
    let options = printer_options(&args.messages);
    let (demo, dry_run) = (args.demo, args.dry_run);
    let settings = settings(args).map_err(anyhow::Error::from).and_then(|settings| {
        outputs::check(&settings.output.outputs)?;
        if args.dry_run {
            report::dry_run_fits(&settings.output.outputs, &args.shaping())?;
        }
        Ok(settings)
    });
    match settings {
        Ok(settings) => {
            let output = &settings.output;
            let mut printer = Printer::new(PrinterOptions {
                color: choice(output.color),
                quiet: output.quiet,
                progress: output.progress,
            });
            logging::start(output.verbosity, output.log_format, &printer);
            let run = if dry_run { report::dry_run } else { report::run };
            let result = run(settings, demo, &mut printer);
            finish(result, &printer)
        }
        Err(error) => finish(Err(error), &Printer::new(options)),
    }
}

/// The settings that these arguments come to, with the environment and the file.
fn settings(args: &ReportArgs) -> Result<Settings, ConfigError> {
    Settings::load(args.flags(), std::env::vars_os(), args.config.as_deref())
}

/// A command that only prints, with nothing to configure.
fn plain(run: impl FnOnce(&mut Printer) -> anyhow::Result<Exit>) -> Exit {
    let mut printer = Printer::new(PrinterOptions::default());
    let result = run(&mut printer);
    finish(result, &printer)
}

/// The exit code of a result; an error is said here, once, with its whole chain.
fn finish(result: anyhow::Result<Exit>, printer: &Printer) -> Exit {
    match result {
        Ok(exit) => exit,
        Err(error) => {
            printer.error(&format!("{error:#}"), &error::hints(&error));
            error::exit(&error)
        }
    }
}

/// Says what clap has to say: help and version on standard output, mistakes on standard error.
fn usage(error: &clap::Error) -> ExitCode {
    let mut printer = Printer::new(PrinterOptions::default());
    let styled = error.render();
    if error.use_stderr() {
        let text = if printer.messages().color() { styled.ansi().to_string() } else { styled.to_string() };
        printer.messages().styled(&text);
        return Exit::Usage.into();
    }
    let text = if printer.color() { styled.ansi().to_string() } else { styled.to_string() };
    let written = printer
        .data(|out| out.write_all(text.as_bytes()))
        .map(|_| Exit::Complete)
        .map_err(|cause| WriteError::stdout(cause).into());
    finish(written, &printer).into()
}

fn printer_options(messages: &MessageArgs) -> PrinterOptions {
    PrinterOptions {
        color: messages.color.and_then(|when| choice(when.into())),
        quiet: messages.quiet,
        progress: false,
    }
}

/// `None` = the printer decides.
const fn choice(color: ColorChoice) -> Option<bool> {
    match color {
        ColorChoice::Auto => None,
        ColorChoice::Always => Some(true),
        ColorChoice::Never => Some(false),
    }
}
