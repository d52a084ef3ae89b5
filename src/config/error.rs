//! What can be wrong with settings, always with the place where it stands.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Where a setting was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A flag (`--region`).
    Flag(String),
    /// An environment variable (`AWSINV_REGION`).
    Variable(String),
    /// A key of the settings file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key, in full (`expect_denied.region`).
        key: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "`{flag}`"),
            Self::Variable(name) => write!(f, "environment variable `{name}`"),
            Self::File { path, line, key } => write!(f, "`{key}` in {}, line {line}", path.display()),
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value that the key cannot take.
    #[error("{place}: {problem}")]
    Invalid {
        /// Where it stands.
        place: Place,
        /// What is wrong with it.
        problem: String,
    },
    /// A key that does not exist.
    #[error("unknown key {place}")]
    UnknownKey {
        /// Where it stands.
        place: Place,
        /// Keys of a similar name.
        near: Vec<String>,
    },
    /// A variable with our prefix that is no key.
    #[error("unknown environment variable `{name}`")]
    UnknownVariable {
        /// Its name.
        name: String,
        /// Variables of a similar name.
        near: Vec<String>,
    },
    /// The file is not TOML.
    #[error("{}, line {line}: {problem}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        problem: String,
    },
    /// The file cannot be read, or one that was named does not exist.
    #[error("cannot read the settings file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: io::Error,
    },
}

impl ConfigError {
    /// The remedy, in a sentence, where there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownKey { near, .. } | Self::UnknownVariable { near, .. } => {
                Some(match near.as_slice() {
                    [] => "config/awsinv.example.toml lists every key".into(),
                    near => format!("did you mean {}?", any_of(near)),
                })
            }
            _ => None,
        }
    }
}

/// `a`, `b` or `c`, as words in a sentence.
pub(super) fn any_of<S: AsRef<str>>(words: &[S]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
