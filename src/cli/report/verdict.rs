//! What the exit code is to be, and what to say of it where standard output does not.

use super::gather::Written;
use crate::cli::Exit;
use crate::config::OutputSettings;
use crate::model::Status;
use crate::printer::Printer;

/// The exit code of a run, said in words where the user would not see why otherwise.
pub(super) fn of(written: &Written, cancelled: bool, output: &OutputSettings, printer: &Printer) -> Exit {
    let Written { coverage, summary, errors, .. } = written;
    for error in errors {
        let message = match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        printer.error(&message, &[]);
    }
    let holes = coverage.queries.iter().filter(|query| query.is_hole()).count();
    let nothing = coverage.nothing_collected() && !cancelled;
    // The table tells of its own coverage; what a program reads does not tell the person who runs it.
    let told = output.outputs.iter().any(|output| output.format == "table" && output.path.is_none());
    if nothing {
        let first = coverage.queries.iter().flat_map(|query| query.failures()).next();
        let message = first.map_or_else(String::new, |failure| format!(": {}", failure.message));
        let hints = first.and_then(|failure| failure.hint.clone()).filter(|_| !told);
        printer.error(&format!("nothing could be collected{message}"), hints.as_slice());
    } else if holes > 0 && !told && !written.reader_gone {
        let asked = coverage.queries.iter().filter(|query| query.status != Status::NotEnabled).count();
        let message =
            format!("incomplete: {holes} of {asked} queries; the output's coverage says which and why");
        printer.warn(&message);
    }
    if summary.undecided > 0 && !told {
        let undecided = summary.undecided;
        printer.warn(&format!(
            "{undecided} resources could not be filtered, as a value is unknown; they are left out"
        ));
    }
    if !errors.is_empty() {
        Exit::NotWritten
    } else if cancelled && !written.reader_gone {
        Exit::Incomplete
    } else if nothing {
        Exit::Nothing
    } else if (holes > 0 || summary.undecided > 0)
        && !output.allow_partial
        && !(cancelled && written.reader_gone)
    {
        Exit::Incomplete
    } else {
        Exit::Complete
    }
}
