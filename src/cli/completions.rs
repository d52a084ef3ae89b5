//! `awsinv completions`: the script that teaches a shell the flags.

use clap_complete::{Shell, generate};

use super::{Exit, WriteError};
use crate::printer::Printer;

/// Prints the script.
pub(super) fn run(shell: Shell, printer: &mut Printer) -> anyhow::Result<Exit> {
    // Made in memory first: clap_complete panics where a write fails, as on a closed pipe.
    let mut script = Vec::new();
    generate(shell, &mut super::command(), "awsinv", &mut script);
    printer.data(|out| out.write_all(&script)).map_err(WriteError::stdout)?;
    Ok(Exit::Complete)
}
