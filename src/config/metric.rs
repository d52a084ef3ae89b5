//! What the file changes of the metrics that are asked for: the tables `[metric."AWS::EC2::Instance"]`.
//!
//! Only the shape is read here. Which types, metrics and statistics there are is not known in `config`.

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::file::{File, in_order};
use super::{ConfigError, near};

/// What `metric` must be.
pub(super) const TABLES: &str = "must be tables, one a type: [metric.\"AWS::EC2::Instance\"]";

/// The keys of a metric that is added.
const KEYS: [&str; 4] = ["namespace", "statistics", "unit", "dimension"];

/// One metric of one type that is asked for otherwise than awsinv does by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricChange {
    /// CloudFormation type name (`AWS::EC2::Instance`), as written.
    pub resource_type: String,
    /// The metric (`CPUUtilization`), as written.
    pub metric: String,
    /// What is asked instead.
    pub change: Change,
}

/// What is asked of a metric instead of what awsinv asks by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: `false`.
    Drop,
    /// These statistics, at least one, of a metric that awsinv asks for anyway.
    Statistics(Vec<String>),
    /// A metric that awsinv does not ask for by itself. `None` = as the type's other metrics have it.
    Add {
        /// The namespace (`CWAgent`).
        namespace: Option<String>,
        /// The statistics, at least one.
        statistics: Vec<String>,
        /// What its values are counted in (`Percent`).
        unit: Option<String>,
        /// The dimension (`InstanceId`) whose value is the resource's id.
        dimension: Option<String>,
    },
}

/// The changes of every `[metric."TYPE"]`, in the order in which they are written.
pub(super) fn changes(file: &File<'_>, types: &DeTable<'_>) -> Result<Vec<MetricChange>, ConfigError> {
    let mut changes = Vec::new();
    for (resource_type, metrics) in in_order(types) {
        let key = format!("metric.{}", quoted(resource_type.get_ref()));
        let place = || file.place(resource_type.span().start, &key);
        let Some(metrics) = metrics.get_ref().as_table() else {
            let problem = "must be a table of metrics, named by the type: [metric.\"AWS::EC2::Instance\"]";
            return Err(ConfigError::Invalid { place: place(), problem: problem.into() });
        };
        if resource_type.get_ref().trim().is_empty() {
            return Err(ConfigError::Invalid { place: place(), problem: "names no type".into() });
        }
        for (metric, value) in in_order(metrics) {
            let at =
                At { file, offset: metric.span().start, key: format!("{key}.{}", quoted(metric.get_ref())) };
            if metric.get_ref().trim().is_empty() {
                return Err(at.invalid("names no metric"));
            }
            changes.push(MetricChange {
                resource_type: resource_type.get_ref().clone().into_owned(),
                metric: metric.get_ref().clone().into_owned(),
                change: at.change(value.get_ref())?,
            });
        }
    }
    Ok(changes)
}

/// A key as it is written in the file: bare where TOML allows it.
fn quoted(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { format!("\"{key}\"") }
}

/// Where a metric, or a key of one, stands.
struct At<'f> {
    file: &'f File<'f>,
    offset: usize,
    key: String,
}

impl At<'_> {
    fn invalid(&self, problem: impl Into<String>) -> ConfigError {
        let place = self.file.place(self.offset, &self.key);
        ConfigError::Invalid { place, problem: problem.into() }
    }

    /// What a metric's value asks for.
    fn change(&self, value: &DeValue<'_>) -> Result<Change, ConfigError> {
        match value {
            DeValue::Boolean(false) => Ok(Change::Drop),
            DeValue::Boolean(true) => Err(self.invalid(
                "must not be `true`: leave the line out for what awsinv asks by itself, or write the \
                 statistics, such as `[\"Average\"]`",
            )),
            DeValue::Array(values) => self.statistics(values).map(Change::Statistics),
            DeValue::Table(keys) => self.added(keys),
            _ => Err(self.invalid(
                "must be a list of statistics such as `[\"Average\"]`, `false`, or a table such as \
                 `{ namespace = \"CWAgent\", statistics = [\"Average\"] }`",
            )),
        }
    }

    /// A metric that is added.
    fn added(&self, keys: &DeTable<'_>) -> Result<Change, ConfigError> {
        let (mut namespace, mut statistics, mut unit, mut dimension) = (None, None, None, None);
        for (name, value) in in_order(keys) {
            let at = At {
                file: self.file,
                offset: name.span().start,
                key: format!("{}.{}", self.key, quoted(name.get_ref())),
            };
            match name.get_ref().as_ref() {
                "namespace" => namespace = Some(at.text(value)?),
                "unit" => unit = Some(at.text(value)?),
                "dimension" => dimension = Some(at.text(value)?),
                "statistics" => match value.get_ref() {
                    DeValue::Array(values) => statistics = Some(at.statistics(values)?),
                    _ => return Err(at.invalid("must be a list of statistics, such as `[\"Average\"]`")),
                },
                other => {
                    let place = at.file.place(at.offset, &at.key);
                    return Err(ConfigError::UnknownKey { place, near: near(other, KEYS) });
                }
            }
        }
        let statistics = statistics
            .ok_or_else(|| self.invalid("needs `statistics`, such as `statistics = [\"Average\"]`"))?;
        Ok(Change::Add { namespace, statistics, unit, dimension })
    }

    /// The names of statistics, at least one.
    fn statistics(&self, values: &DeArray<'_>) -> Result<Vec<String>, ConfigError> {
        if values.is_empty() {
            return Err(self.invalid("has no statistics: write `false` to leave a metric out"));
        }
        values
            .iter()
            .map(|value| match value.get_ref().as_str() {
                None => Err(self.invalid("must be a list of statistics, each in quotes")),
                Some(name) if name.trim().is_empty() => Err(self.invalid("has an empty value")),
                Some(name) => Ok(name.to_owned()),
            })
            .collect()
    }

    /// A string that is not empty.
    fn text(&self, value: &Spanned<DeValue<'_>>) -> Result<String, ConfigError> {
        match value.get_ref().as_str() {
            None => Err(self.invalid("must be a string, in quotes")),
            Some(text) if text.trim().is_empty() => Err(self.invalid("must not be empty")),
            Some(text) => Ok(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::config::{Flags, Settings};

    fn read(text: &str) -> Result<Settings, ConfigError> {
        Settings::resolve(Flags::default(), [], Some((PathBuf::from("awsinv.toml"), text.to_owned())))
    }

    /// What is refused in a table of EC2's, with its hint.
    fn refusal(line: &str) -> String {
        let error = read(&format!("[metric.\"AWS::EC2::Instance\"]\n{line}")).expect_err(line);
        format!("{error} | {}", error.hint().unwrap_or_default())
    }

    fn change(resource_type: &str, metric: &str, change: Change) -> MetricChange {
        MetricChange { resource_type: resource_type.into(), metric: metric.into(), change }
    }

    #[test]
    fn changes_are_read_in_the_order_of_the_file() {
        let settings = read(
            r#"
            [metric."AWS::RDS::DBInstance"]
            FreeableMemory = ["Minimum"]
            [metric."AWS::EC2::Instance"]
            CPUUtilization = ["Average", "p99"]
            EBSReadBytes = false
            mem_used_percent = { namespace = "CWAgent", statistics = ["Average"], unit = "Percent" }
            "disk used" = { statistics = ["Sum"], dimension = "Instance" }
            "#,
        )
        .unwrap();
        let (rds, ec2) = ("AWS::RDS::DBInstance", "AWS::EC2::Instance");
        let text = |word: &str| Some(word.to_owned());
        let expected = [
            change(rds, "FreeableMemory", Change::Statistics(vec!["Minimum".into()])),
            change(ec2, "CPUUtilization", Change::Statistics(vec!["Average".into(), "p99".into()])),
            change(ec2, "EBSReadBytes", Change::Drop),
            change(
                ec2,
                "mem_used_percent",
                Change::Add {
                    namespace: text("CWAgent"),
                    statistics: vec!["Average".into()],
                    unit: text("Percent"),
                    dimension: None,
                },
            ),
            change(
                ec2,
                "disk used",
                Change::Add {
                    namespace: None,
                    statistics: vec!["Sum".into()],
                    unit: None,
                    dimension: text("Instance"),
                },
            ),
        ];
        assert_eq!(settings.collect.metric_changes, expected);
        assert!(read("[metric.\"AWS::EC2::Instance\"]").unwrap().collect.metric_changes.is_empty());
    }

    #[test]
    fn a_metric_can_have_a_table_of_its_own() {
        let settings =
            read("[metric.\"AWS::EC2::Instance\".disk]\nstatistics = ['Sum']\nunit = 'Bytes'").unwrap();
        assert!(matches!(settings.collect.metric_changes[0].change, Change::Add { .. }));
    }

    #[test]
    fn errors_name_the_file_the_type_and_the_metric() {
        assert_eq!(
            refusal("\nCPUUtilization = []"),
            "`metric.\"AWS::EC2::Instance\".CPUUtilization` in awsinv.toml, line 3: has no statistics: write \
             `false` to leave a metric out | "
        );
        assert_eq!(
            refusal("disk = { statistic = ['Sum'] }"),
            "unknown key `metric.\"AWS::EC2::Instance\".disk.statistic` in awsinv.toml, line 2 | did you mean \
             `statistics`?"
        );
    }

    #[test]
    fn wrong_shapes_are_refused_with_what_to_write() {
        for (line, problem) in [
            ("CPUUtilization = true", "must not be `true`: leave the line out"),
            (
                "CPUUtilization = 'Average'",
                "must be a list of statistics such as `[\"Average\"]`, `false`, or a table",
            ),
            ("CPUUtilization = 3", "must be a list of statistics such as"),
            ("CPUUtilization = ['Average', 3]", "must be a list of statistics, each in quotes"),
            ("CPUUtilization = ['Average', ' ']", "has an empty value"),
            ("CPUUtilization = [{ a = 1 }]", "must be a list of statistics, each in quotes"),
            ("'' = false", "names no metric"),
            ("disk = {}", "needs `statistics`"),
            ("disk = { namespace = 'CWAgent' }", "needs `statistics`"),
            ("disk = { statistics = [] }", "disk.statistics` in awsinv.toml, line 2: has no statistics"),
            ("disk = { statistics = 'Sum' }", "must be a list of statistics, such as"),
            (
                "disk = { statistics = ['Sum'], unit = 3 }",
                "disk.unit` in awsinv.toml, line 2: must be a string",
            ),
            ("disk = { statistics = ['Sum'], namespace = '' }", "must not be empty"),
            ("disk = { statistics = ['Sum'], dimensions = 'a' }", "did you mean `dimension`?"),
            ("disk = { statistics = ['Sum'], zzz = 1 }", "config/awsinv.example.toml lists every key"),
        ] {
            let said = refusal(line);
            assert!(said.contains(problem), "{line}: {said}");
        }
    }

    #[test]
    fn what_is_no_table_of_a_type_is_refused() {
        for (text, problem) in [
            ("metric = false", "`metric` in awsinv.toml, line 1: must be tables, one a type: [metric."),
            ("[[metric]]\na = 1", "must be tables, one a type"),
            (
                "[metric]\nCPUUtilization = false",
                "`metric.CPUUtilization` in awsinv.toml, line 2: must be a table",
            ),
            ("[[metric.'AWS::EC2::Instance']]\na = false", "must be a table of metrics"),
            (
                "[metrics.'AWS::EC2::Instance']\na = false",
                "must be `true` or `false`; a type's own: [metric.",
            ),
            ("[metric.'']\na = false", "names no type"),
        ] {
            let said = read(text).expect_err(text).to_string();
            assert!(said.contains(problem), "{text}: {said}");
        }
    }
}
