//! The exit codes, which scripts rely on.

use std::process::ExitCode;

/// How a run ended, as a script reads it. 1 is kept for `snapshot diff`; 130 is a second Ctrl-C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Every planned query is complete.
    Complete = 0,
    /// Usage or configuration error; nothing was tried.
    Usage = 2,
    /// Results were printed, but coverage is incomplete.
    Incomplete = 3,
    /// Nothing could be collected at all; the document is still written.
    Nothing = 4,
    /// Collected, but an output could not be written.
    NotWritten = 5,
}

impl Exit {
    /// Every code, with its meaning in a sentence; `--help` and the README print this table.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Complete, "every planned query is complete"),
        (Self::Usage, "usage or configuration error; nothing was tried"),
        (Self::Incomplete, "results were printed, but coverage is incomplete (see --allow-partial)"),
        (Self::Nothing, "nothing could be collected at all (no credentials, no network)"),
        (Self::NotWritten, "collected, but an output could not be written"),
    ];

    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
