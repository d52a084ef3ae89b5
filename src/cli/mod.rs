//! The command line: the only place that knows clap and exit codes.

mod exit;

pub use exit::Exit;
