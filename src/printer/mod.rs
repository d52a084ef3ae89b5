//! The one gate to the outside: data on standard output, everything else on standard error.
//!
//! Nothing else in the program prints; a lint sees to it. So here, and only here, stands what a closed pipe means,
//! that no control character of AWS's data reaches a terminal, and that a message does not tear a progress bar.

mod color;
mod file;
mod sanitize;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::{Arc, Mutex};

use indicatif::{MultiProgress, ProgressDrawTarget};

pub use color::use_color;
pub use file::{AtomicFile, replaced_by, write_file_atomically};
pub use sanitize::{Newlines, sanitize};

/// Bytes gathered before they go to standard output: fewer, larger writes when a report is megabytes.
const BUFFER: usize = 64 * 1024;

/// How a [`Printer`] behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrinterOptions {
    /// `Some` = as the user said; `None` = colour terminals, unless the environment says otherwise.
    pub color: Option<bool>,
    /// Whether only errors are said.
    pub quiet: bool,
    /// Whether progress may be shown, where standard error is a terminal.
    pub progress: bool,
}

/// Whether data arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// All of it.
    Written,
    /// The reader has seen enough (`| head`) and closed the pipe. That is no error, and more data is in vain.
    ReaderGone,
}

/// The one gate to standard output and standard error.
pub struct Printer {
    stdout: Box<dyn Write + Send>,
    messages: Messages,
    color: bool,
    terminal: bool,
}

impl Printer {
    /// The printer of the process.
    pub fn new(options: PrinterOptions) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let terminals = (out.is_terminal(), err.is_terminal());
        let env = |name: &str| std::env::var_os(name);
        let target = if options.progress && !options.quiet && terminals.1 {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            stdout: Box::new(BufWriter::with_capacity(BUFFER, out)),
            messages: Messages {
                stderr: Arc::new(Mutex::new(Box::new(err))),
                progress: MultiProgress::with_draw_target(target),
                color: use_color(options.color, env, terminals.1),
                quiet: options.quiet,
            },
            color: use_color(options.color, env, terminals.0),
            terminal: terminals.0,
        }
    }

    /// A printer to these writers, for tests: no terminal, no colour.
    pub fn to_writers(
        stdout: impl Write + Send + 'static,
        stderr: impl Write + Send + 'static,
        quiet: bool,
    ) -> Self {
        Self {
            stdout: Box::new(BufWriter::with_capacity(BUFFER, stdout)),
            messages: Messages {
                stderr: Arc::new(Mutex::new(Box::new(stderr))),
                progress: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
                color: false,
                quiet,
            },
            color: false,
            terminal: false,
        }
    }

    /// Whether data on standard output may be coloured.
    pub const fn color(&self) -> bool {
        self.color
    }

    /// Whether standard output is a terminal.
    pub const fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// How many columns the terminal on standard output has; `None` where there is none.
    pub fn width(&self) -> Option<u16> {
        if !self.terminal {
            return None;
        }
        terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0).filter(|width| *width > 0)
    }

    /// Writes data to standard output, all of it before this returns.
    pub fn data(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<Delivery> {
        let out = &mut self.stdout;
        let all = || write(&mut *out).and_then(|()| out.flush());
        // Bars and data share a terminal, and nothing else: a slow reader of a pipe must not hold the bars' lock.
        let result = if self.terminal { self.messages.progress.suspend(all) } else { all() };
        match result {
            Ok(()) => Ok(Delivery::Written),
            Err(error) if is_closed_pipe(&error) => Ok(Delivery::ReaderGone),
            Err(error) => Err(error),
        }
    }

    /// Where messages go; a clone can be kept by whoever speaks while data is being written.
    pub const fn messages(&self) -> &Messages {
        &self.messages
    }

    /// See [`Messages::error`].
    pub fn error(&self, text: &str, hints: &[String]) {
        self.messages.error(text, hints);
    }

    /// See [`Messages::warn`].
    pub fn warn(&self, text: &str) {
        self.messages.warn(text);
    }

    /// See [`Messages::hint`].
    pub fn hint(&self, text: &str) {
        self.messages.hint(text);
    }

    /// See [`Messages::note`].
    pub fn note(&self, text: &str) {
        self.messages.note(text);
    }

    /// The place for progress bars; hidden where they are not wanted.
    pub const fn progress(&self) -> &MultiProgress {
        &self.messages.progress
    }
}

/// Whether an error only says that the reader has closed the pipe.
pub fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Messages to people on standard error. Their control characters are shown, not obeyed.
///
/// If standard error is closed they are lost: there is nowhere left to say so.
#[derive(Clone)]
pub struct Messages {
    stderr: Arc<Mutex<Box<dyn Write + Send>>>,
    progress: MultiProgress,
    color: bool,
    quiet: bool,
}

impl Messages {
    /// Says what went wrong, and the remedies. Quiet or not.
    pub fn error(&self, text: &str, hints: &[String]) {
        self.labelled("error", "1;31", text);
        for hint in hints {
            self.labelled("hint", "1;36", hint);
        }
    }

    /// Says what the user should know, though the run goes on.
    pub fn warn(&self, text: &str) {
        if !self.quiet {
            self.labelled("warning", "1;33", text);
        }
    }

    /// Says what the user could do.
    pub fn hint(&self, text: &str) {
        if !self.quiet {
            self.labelled("hint", "1;36", text);
        }
    }

    /// Says something by the way.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.write(format!("{}\n", sanitize(text, Newlines::Keep)).as_bytes());
        }
    }

    /// One message: its label, in a colour, and the text.
    fn labelled(&self, label: &str, style: &str, text: &str) {
        let text = sanitize(text, Newlines::Keep);
        let line = if self.color {
            format!("\u{1b}[{style}m{label}:\u{1b}[0m {text}\n")
        } else {
            format!("{label}: {text}\n")
        };
        self.write(line.as_bytes());
    }

    /// Text that is styled already by something that knows what it writes, such as clap's usage errors.
    pub fn styled(&self, text: &str) {
        self.write(text.as_bytes());
    }

    /// Whether messages are coloured.
    pub const fn color(&self) -> bool {
        self.color
    }

    /// A writer for log lines: like messages, they are cleaned and do not tear a progress bar.
    pub fn log_writer(&self) -> LogWriter {
        LogWriter(self.clone())
    }

    fn write(&self, bytes: &[u8]) {
        self.progress.suspend(|| {
            // A panic while another thread held the lock leaves a torn line at worst.
            let mut stderr = self.stderr.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let _ = stderr.write_all(bytes).and_then(|()| stderr.flush());
        });
    }
}

/// Writes whole log lines to standard error.
#[derive(Clone)]
pub struct LogWriter(Messages);

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.write(sanitize(&text, Newlines::Keep).as_bytes());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A writer whose bytes can be read back.
    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Captured {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A writer that always fails.
    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn data_goes_to_standard_output_and_messages_do_not() {
        let (out, err) = (Captured::default(), Captured::default());
        let mut printer = Printer::to_writers(out.clone(), err.clone(), false);
        let delivery = printer.data(|out| out.write_all(b"data\n")).unwrap();
        printer.warn("w");
        printer.hint("h");
        printer.note("n");
        printer.error("e", &["r".into()]);
        assert_eq!(delivery, Delivery::Written);
        assert_eq!(out.text(), "data\n");
        assert_eq!(err.text(), "warning: w\nhint: h\nn\nerror: e\nhint: r\n");
    }

    #[test]
    fn quiet_leaves_errors_with_their_remedies() {
        let err = Captured::default();
        let printer = Printer::to_writers(io::sink(), err.clone(), true);
        printer.warn("w");
        printer.hint("h");
        printer.note("n");
        printer.error("e", &["r".into()]);
        assert_eq!(err.text(), "error: e\nhint: r\n");
    }

    #[test]
    fn a_closed_pipe_ends_quietly_and_a_full_disk_does_not() {
        let print =
            |kind| Printer::to_writers(Failing(kind), io::sink(), false).data(|out| out.write_all(b"data"));
        assert_eq!(print(io::ErrorKind::BrokenPipe).unwrap(), Delivery::ReaderGone);
        assert_eq!(print(io::ErrorKind::StorageFull).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn messages_show_control_characters_of_others() {
        let err = Captured::default();
        let printer = Printer::to_writers(io::sink(), err.clone(), false);
        printer.warn("i-1 named \u{1b}[2J\u{202e}");
        let mut log = printer.messages().log_writer();
        log.write_all("{\"id\":\"\u{9b}\"}\n".as_bytes()).unwrap();
        assert_eq!(err.text(), "warning: i-1 named \\u001b[2J\\u202e\n{\"id\":\"\\u009b\"}\n");
    }

    #[test]
    fn a_closed_standard_error_harms_nothing() {
        let printer = Printer::to_writers(io::sink(), Failing(io::ErrorKind::BrokenPipe), false);
        printer.error("nobody reads this", &[]);
    }
}
