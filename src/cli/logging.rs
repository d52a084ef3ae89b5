//! Log lines on standard error, for those who ask with `-v`.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;

use crate::config::LogFormat;
use crate::printer::{LogWriter, Printer};

/// Starts logging. Later calls in one process change nothing.
pub(super) fn start(verbosity: u8, format: LogFormat, printer: &Printer) {
    let writer = Writer(printer.messages().log_writer());
    // Colours would be cleaned away with every other escape sequence.
    let layer = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    let layer = match format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    let _ = tracing_subscriber::registry().with(layer.with_filter(targets(verbosity))).try_init();
}

/// Who may log how much.
///
/// The AWS SDK never goes beyond `info`, however often `-v` is given: its debug and trace lines hold headers and
/// bodies, so session tokens, environment values and passwords.
fn targets(verbosity: u8) -> Targets {
    let (ours, sdk) = match verbosity {
        0 => (LevelFilter::WARN, LevelFilter::OFF),
        1 => (LevelFilter::INFO, LevelFilter::WARN),
        2 => (LevelFilter::DEBUG, LevelFilter::WARN),
        _ => (LevelFilter::TRACE, LevelFilter::INFO),
    };
    Targets::new()
        .with_default(LevelFilter::OFF)
        .with_target("awsinv", ours)
        .with_target("aws_", sdk)
        .with_target("hyper", sdk)
        .with_target("rustls", sdk)
}

/// Hands a writer to each log line.
struct Writer(LogWriter);

impl<'a> MakeWriter<'a> for Writer {
    type Writer = Line;

    fn make_writer(&'a self) -> Self::Writer {
        Line { text: Vec::new(), out: self.0.clone() }
    }
}

/// One log line, written whole when it is complete, so that two of them never mix.
struct Line {
    text: Vec<u8>,
    out: LogWriter,
}

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        use io::Write;
        let _ = self.out.write_all(&self.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn the_sdk_never_logs_what_it_sends_however_often_v_is_given() {
        for verbosity in 0..=u8::MAX {
            for target in
                ["aws_config::sso", "aws_smithy_runtime::client", "hyper_util::client", "rustls::conn"]
            {
                for level in [Level::DEBUG, Level::TRACE] {
                    assert!(!targets(verbosity).would_enable(target, &level), "{target} {verbosity}");
                }
            }
        }
    }

    #[test]
    fn more_v_says_more_of_ours() {
        let says = |verbosity, level| targets(verbosity).would_enable("awsinv::coordinator", &level);
        assert!(says(0, Level::WARN) && !says(0, Level::INFO));
        assert!(says(1, Level::INFO) && !says(1, Level::DEBUG));
        assert!(says(2, Level::DEBUG) && !says(2, Level::TRACE));
        assert!(says(3, Level::TRACE));
        assert!(!targets(0).would_enable("aws_config", &Level::WARN));
        assert!(targets(3).would_enable("aws_config", &Level::INFO));
    }
}
