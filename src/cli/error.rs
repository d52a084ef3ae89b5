//! Errors that end the program, with the remedy and the exit code that belong to them.
//!
//! What AWS refuses is no such error: it is data, in the coverage.

use std::io;
use std::path::Path;

use super::Exit;
use crate::config::ConfigError;

/// More known words than this are a wall, not a hint: there are 200 attributes.
const MOST_KNOWN: usize = 12;

/// What was asked for cannot be done, whatever AWS would say; nothing was tried.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct UsageError {
    /// What is wrong.
    pub message: String,
    /// What to do instead, a sentence each.
    pub hints: Vec<String>,
}

impl UsageError {
    /// An error without a remedy.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new() }
    }

    /// The same with a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same with words that may have been meant, where there are any.
    #[must_use]
    pub fn near(self, near: &[String]) -> Self {
        if near.is_empty() { self } else { self.hint(format!("did you mean `{}`?", near.join("` or `"))) }
    }

    /// A word that is not known, with the near ones, or where none is near all of them, if they are few.
    pub fn unknown<'a>(what: &str, word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Self {
        let near = crate::config::near(word, known.clone());
        let error = Self::new(format!("unknown {what} `{word}`"));
        if near.is_empty() {
            let known: Vec<&str> = known.into_iter().collect();
            let shown = known[..known.len().min(MOST_KNOWN)].join(", ");
            match known.len().saturating_sub(MOST_KNOWN) {
                0 => error.hint(format!("known: {shown}")),
                more => error.hint(format!("known: {shown} and {more} more")),
            }
        } else {
            error.near(&near)
        }
    }
}

/// An output could not be written. What was collected for it is lost.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {target}")]
pub struct WriteError {
    /// Where to.
    pub target: String,
    /// Why not.
    #[source]
    pub cause: io::Error,
}

impl WriteError {
    /// Standard output could not be written.
    pub fn stdout(cause: io::Error) -> Self {
        Self { target: "to standard output".into(), cause }
    }

    /// A file could not be written.
    pub fn file(path: &Path, cause: io::Error) -> Self {
        Self { target: path.display().to_string(), cause }
    }
}

/// The exit code that an error comes to.
pub(super) fn exit(error: &anyhow::Error) -> Exit {
    match error.downcast_ref::<WriteError>() {
        Some(_) => Exit::NotWritten,
        None => Exit::Usage,
    }
}

/// The remedies for an error.
pub(super) fn hints(error: &anyhow::Error) -> Vec<String> {
    if let Some(error) = error.downcast_ref::<UsageError>() {
        error.hints.clone()
    } else {
        error.downcast_ref::<ConfigError>().and_then(ConfigError::hint).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_that_was_not_written_is_told_apart_from_wrong_usage() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(exit(&WriteError::stdout(full()).into()), Exit::NotWritten);
        assert_eq!(exit(&anyhow::Error::from(WriteError::stdout(full())).context("outer")), Exit::NotWritten);
        assert_eq!(exit(&UsageError::new("no").into()), Exit::Usage);
    }

    #[test]
    fn an_unknown_word_names_the_near_ones_or_as_many_as_can_be_read() {
        let hints = |word| UsageError::unknown("service", word, ["ec2", "rds", "lambda"]).hints;
        assert_eq!(hints("lamda"), ["did you mean `lambda`?"]);
        assert_eq!(hints("zzz"), ["known: ec2, rds, lambda"]);
        let many = ["a"; MOST_KNOWN + 3];
        assert!(UsageError::unknown("field", "zzz", many).hints[0].ends_with("a, a and 3 more"));
    }

    #[test]
    fn the_chain_says_everything_once() {
        let error: anyhow::Error =
            WriteError::file(Path::new("a.json"), io::Error::other("disk full")).into();
        assert_eq!(format!("{error:#}"), "cannot write a.json: disk full");
    }
}
