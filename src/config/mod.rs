//! What the user asked for: defaults, `awsinv.toml`, `AWSINV_*` and flags, resolved into [`Settings`].
//!
//! The last layer that names a key wins. Every key is one row of [`KEYS`], whichever layer names it, so a value
//! is read and checked in one place and its error names where it stood. [`Settings::resolve`] does no I/O;
//! [`Settings::load`] reads the file for it. It knows nothing of clap: the flags come as [`Flags`].

mod dollars;
mod duration;
mod error;
mod file;
mod keys;
mod metric;
mod near;
mod settings;
mod value;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use dollars::{Dollars, ParseDollarsError};
pub use duration::{ParseDurationError, parse_duration};
pub use error::{ConfigError, Place};
pub use keys::{KEYS, Key};
pub use metric::{Change, MetricChange};
pub use near::near;
pub use settings::{
    CollectSettings, ColorChoice, ExpectDenied, LogFormat, OutputSettings, OutputSpec, Settings,
};
pub use value::Value;

/// What every variable of ours begins with.
const PREFIX: &str = "AWSINV_";

/// Variables with our prefix that are no keys: where the file stands cannot be said in the file.
const NOT_KEYS: &[&str] = &["AWSINV_CONFIG"];

/// The flags that were given, each as the key it sets and the value that was typed.
#[derive(Clone, Debug, Default)]
pub struct Flags(Vec<(&'static str, Value)>);

impl Flags {
    /// Notes that a flag was given.
    pub fn set(&mut self, key: &'static str, value: Value) {
        self.0.push((key, value));
    }

    /// Notes a flag that takes a value, if it was given.
    pub fn set_text(&mut self, key: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.set(key, Value::Text(text.to_owned()));
        }
    }

    /// Notes a flag that takes a number, if it was given.
    pub fn set_integer(&mut self, key: &'static str, number: Option<i64>) {
        if let Some(number) = number {
            self.set(key, Value::Integer(number));
        }
    }

    /// Notes a flag that can be repeated, if it was given.
    pub fn set_list(&mut self, key: &'static str, values: &[String]) {
        if !values.is_empty() {
            self.set(key, Value::List(values.to_vec()));
        }
    }

    /// Notes a flag that switches a key on or off, if it was given.
    pub fn set_switch(&mut self, key: &'static str, given: bool, value: bool) {
        if given {
            self.set(key, Value::Boolean(value));
        }
    }
}

/// One value of one layer.
struct Entry {
    key: &'static Key,
    value: Value,
    place: Place,
}

impl Settings {
    /// The settings that these layers make: the file over the defaults, the environment over it, the flags on top.
    ///
    /// Variables without our prefix are passed over, as are ours that are empty: shells cannot always unset one.
    pub fn resolve(
        flags: Flags,
        env: impl IntoIterator<Item = (String, String)>,
        file: Option<(PathBuf, String)>,
    ) -> Result<Self, ConfigError> {
        let mut settings = Self::default();
        if let Some((path, text)) = file {
            settings.apply(file::entries(&path, &text)?)?;
        }
        settings.apply(env_entries(env)?)?;
        settings.apply(flag_entries(flags)?)?;
        Ok(settings)
    }

    /// Like [`resolve`](Self::resolve), with the file read from where the user says it stands: `named` (a flag),
    /// else `AWSINV_CONFIG`, else the XDG config folder. Only the last may be missing.
    pub fn load(
        flags: Flags,
        env: impl IntoIterator<Item = (OsString, OsString)>,
        named: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        let env: Vec<_> = env.into_iter().collect();
        let file = file::read(named, &env)?;
        Self::resolve(flags, unicode(env)?, file)
    }

    /// Sets every value of one layer.
    fn apply(&mut self, layer: Vec<Entry>) -> Result<(), ConfigError> {
        let place =
            |key: &str| layer.iter().find(|entry| entry.key.name == key).map(|entry| entry.place.clone());
        let (query, output) = (place("query"), place("output"));
        for Entry { key, value, place } in layer {
            key.set(self, value).map_err(|problem| ConfigError::Invalid { place, problem })?;
        }
        self.output_of_query(query.is_some(), output)
    }

    /// A query is over the JSON document. Whoever asks for one wants that document, unless an output is JSON already.
    ///
    /// `output` is where this layer names outputs, if it does. A file or a variable that only repeats the default
    /// says nothing; a flag means what it says.
    fn output_of_query(&mut self, query: bool, output: Option<Place>) -> Result<(), ConfigError> {
        if self.output.query.is_none() || self.output.outputs.iter().any(|output| output.format == "json") {
            return Ok(());
        }
        let is_default = self.output.outputs == OutputSettings::default().outputs;
        match output {
            Some(place) if !is_default || matches!(place, Place::Flag(_)) => {
                let problem = "a query is over the JSON document, and no output is json".into();
                return Err(ConfigError::Invalid { place, problem });
            }
            None if !query => {}
            _ => self.output.outputs = vec![OutputSpec { format: "json".into(), path: None }],
        }
        Ok(())
    }
}

/// The layer of the environment, in alphabetical order, so that the first error is always the same.
fn env_entries(env: impl IntoIterator<Item = (String, String)>) -> Result<Vec<Entry>, ConfigError> {
    let mut variables: Vec<_> = env
        .into_iter()
        .filter(|(name, value)| {
            name.starts_with(PREFIX) && !value.is_empty() && !NOT_KEYS.contains(&name.as_str())
        })
        .collect();
    variables.sort();
    variables
        .into_iter()
        .map(|(name, text)| match KEYS.iter().find(|key| key.variable().as_ref() == Some(&name)) {
            Some(key) => Ok(Entry { key, value: Value::Text(text), place: Place::Variable(name) }),
            None => {
                // Without the prefix, which would make every name look like every other.
                let keys = KEYS.iter().filter(|key| key.variable().is_some()).map(|key| key.name);
                let near = near(&name[PREFIX.len()..], keys);
                let near = near.iter().map(|key| format!("{PREFIX}{}", key.to_uppercase())).collect();
                Err(ConfigError::UnknownVariable { name, near })
            }
        })
        .collect()
}

/// The layer of the flags.
fn flag_entries(flags: Flags) -> Result<Vec<Entry>, ConfigError> {
    flags
        .0
        .into_iter()
        .map(|(name, value)| match KEYS.iter().find(|key| key.name == name) {
            Some(key) => Ok(Entry { key, place: Place::Flag(key.flag(&value)), value }),
            None => Err(ConfigError::Invalid {
                place: Place::Flag(name.to_owned()),
                problem: "no setting has this name, which is a bug in awsinv".into(),
            }),
        })
        .collect()
}

/// The variables as text; those of ours must be Unicode, others do not matter here.
fn unicode(env: Vec<(OsString, OsString)>) -> Result<Vec<(String, String)>, ConfigError> {
    env.into_iter()
        .filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
            Some(match value.into_string() {
                Ok(value) => Ok((name, value)),
                Err(_) => Err(ConfigError::Invalid {
                    place: Place::Variable(name),
                    problem: "its value is not valid Unicode".into(),
                }),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
