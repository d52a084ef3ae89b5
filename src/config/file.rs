//! The settings file: where it stands, and what it says.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::KEYS;
use super::value::{Value, check_glob};
use super::{ConfigError, Entry, ExpectDenied, Place, metric, near};

/// A table in the order in which it was written.
type Pairs<'t, 'i> = Vec<(&'t Spanned<Cow<'i, str>>, &'t Spanned<DeValue<'i>>)>;

/// Reads the file: the one that was named, which must exist, else the one in the user's config folder, which may not.
pub(super) fn read(
    named: Option<&Path>,
    env: &[(OsString, OsString)],
) -> Result<Option<(PathBuf, String)>, ConfigError> {
    let variable =
        |name: &str| env.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value);
    let named = named.map(Path::to_owned).or_else(|| variable("AWSINV_CONFIG").map(PathBuf::from));
    let must_exist = named.is_some();
    let standard = || config_folder(variable("XDG_CONFIG_HOME"), variable("HOME"));
    let Some(path) = named.or_else(|| Some(standard()?.join("awsinv").join("awsinv.toml"))) else {
        return Ok(None);
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if !must_exist && error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(ConfigError::Unreadable { path, cause }),
    }
}

/// The user's config folder. The XDG specification says to pass over a relative path.
fn config_folder(xdg: Option<impl AsRef<OsStr>>, home: Option<impl AsRef<OsStr>>) -> Option<PathBuf> {
    xdg.map(|folder| PathBuf::from(folder.as_ref()))
        .filter(|folder| folder.is_absolute())
        .or_else(|| home.map(|folder| Path::new(folder.as_ref()).join(".config")))
}

/// The layer of the file, in the order in which it is written.
pub(super) fn entries(path: &Path, text: &str) -> Result<Vec<Entry>, ConfigError> {
    let file = File { path, text };
    let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        path: path.to_owned(),
        line: file.line(error.span().map_or(0, |span| span.start)),
        problem: error.message().lines().collect::<Vec<_>>().join(", "),
    })?;
    in_order(table.get_ref())
        .into_iter()
        .map(|(name, value)| {
            let place = file.place(name.span().start, name.get_ref());
            let Some(key) = KEYS.iter().find(|key| key.name == name.get_ref().as_ref()) else {
                let near = near(name.get_ref(), KEYS.iter().map(|key| key.name));
                return Err(ConfigError::UnknownKey { place, near });
            };
            let value = match (key.name, value.get_ref()) {
                // The one key that is a table of tables.
                ("metric", DeValue::Table(types)) => Value::MetricChanges(metric::changes(&file, types)?),
                ("metric", _) => return Err(ConfigError::Invalid { place, problem: metric::TABLES.into() }),
                // Whoever writes this means the other key, by one letter.
                ("metrics", DeValue::Table(_)) => {
                    let problem = "must be `true` or `false`; a type's own: [metric.\"AWS::EC2::Instance\"]";
                    return Err(ConfigError::Invalid { place, problem: problem.into() });
                }
                _ => file.value(value, &place)?,
            };
            Ok(Entry { key, value, place })
        })
        .collect()
}

/// A table's pairs in the order in which they were written.
pub(super) fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Pairs<'t, 'i> {
    let mut pairs: Vec<_> = table.iter().collect();
    pairs.sort_by_key(|(name, _)| name.span().start);
    pairs
}

/// A file's text, with what is needed to say where in it something stands.
pub(super) struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    fn line(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
    }

    /// Where the key stands that begins at this byte.
    pub(super) fn place(&self, offset: usize, key: &str) -> Place {
        Place::File { path: self.path.to_owned(), line: self.line(offset), key: key.to_owned() }
    }

    /// A value of the file as a value of ours.
    fn value(&self, value: &Spanned<DeValue<'_>>, place: &Place) -> Result<Value, ConfigError> {
        let invalid = |problem: String| ConfigError::Invalid { place: place.clone(), problem };
        Ok(match value.get_ref() {
            DeValue::String(text) => Value::Text(text.clone().into_owned()),
            DeValue::Boolean(on) => Value::Boolean(*on),
            DeValue::Integer(number) => Value::Integer(
                i64::from_str_radix(number.as_str(), number.radix())
                    .map_err(|_| invalid(format!("{number} is out of range")))?,
            ),
            DeValue::Float(number) => Value::Decimal(number.as_str().to_owned()),
            DeValue::Array(values) if values.iter().any(|value| value.get_ref().is_table()) => {
                Value::ExpectDenied(
                    values
                        .iter()
                        .map(|value| match value.get_ref().as_table() {
                            Some(table) => self.expected(table, place),
                            None => Err(invalid("must be tables, nothing else".into())),
                        })
                        .collect::<Result<_, _>>()?,
                )
            }
            DeValue::Array(values) => Value::List(
                values
                    .iter()
                    .map(|value| value.get_ref().as_str().map(str::to_owned))
                    .collect::<Option<_>>()
                    .ok_or_else(|| invalid("must be a list of strings".into()))?,
            ),
            DeValue::Table(_) => return Err(invalid("must not be a table".into())),
            other => return Err(invalid(format!("must not be a {}", other.type_str()))),
        })
    }

    /// One table of `[[expect_denied]]`.
    fn expected(&self, table: &DeTable<'_>, place: &Place) -> Result<ExpectDenied, ConfigError> {
        // Without any pattern it would match every query, and no denial would ever be told of again.
        if table.is_empty() {
            let problem = "needs at least one of `account`, `region` and `type`".into();
            return Err(ConfigError::Invalid { place: place.clone(), problem });
        }
        let mut expected = ExpectDenied::default();
        for (name, value) in in_order(table) {
            let place = self.place(name.span().start, &format!("expect_denied.{}", name.get_ref()));
            let pattern = match name.get_ref().as_ref() {
                "account" => &mut expected.account,
                "region" => &mut expected.region,
                "type" => &mut expected.resource_type,
                other => {
                    let near = near(other, ["account", "region", "type"]);
                    return Err(ConfigError::UnknownKey { place, near });
                }
            };
            let glob = value.get_ref().as_str().ok_or("must be a string, in quotes".to_owned());
            match glob.and_then(|glob| check_glob(glob).map(|()| glob)) {
                Ok(glob) => glob.clone_into(pattern),
                Err(problem) => return Err(ConfigError::Invalid { place, problem }),
            }
        }
        Ok(expected)
    }
}
