//! What the outputs are to look like, checked against what the chosen types have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cli::UsageError;
use crate::collect::REGISTRY;
use crate::config::{OutputSettings, OutputSpec, near};
use crate::coordinator::Plan;
use crate::model::{Column, FieldPath, Filters, MetricSpec, TOP_LEVEL_KEYS};
use crate::render::{Query, SortKey, TypeTable, View};

/// The CloudWatch metrics that are asked of each type.
pub(super) type Asked = BTreeMap<Arc<str>, Vec<MetricSpec>>;

/// What the outputs are to look like.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) filters: Filters,
    pub(super) view: View,
    pub(super) query: Option<Query>,
    pub(super) outputs: Vec<OutputSpec>,
    pub(super) tables: Vec<TypeTable>,
}

impl Shape {
    /// Reads the settings' expressions. Where metrics are off, `asked` is `None`.
    ///
    /// # Errors
    /// An expression that cannot be read, or a field that none of the chosen types has.
    pub(super) fn new(
        settings: &OutputSettings,
        plan: &Plan,
        asked: Option<&Asked>,
    ) -> Result<Self, UsageError> {
        let filters = Filters::parse(&settings.filters).map_err(whole)?;
        let fields = |words: &[String]| -> Result<Vec<FieldPath>, UsageError> {
            words.iter().map(|word| field(word)).collect()
        };
        let sort = settings.sort.iter().map(|word| word.parse().map_err(whole)).collect::<Result<_, _>>()?;
        let view = View {
            columns: fields(&settings.columns)?,
            sort,
            group_by: fields(&settings.group_by)?,
            limit: settings.limit,
        };
        let named = filters.fields().chain(&view.columns).chain(&view.group_by);
        for path in named {
            known(path, plan, asked)?;
        }
        for SortKey { field, .. } in &view.sort {
            if view.group_by.is_empty() {
                known(field, plan, asked)?;
            } else if *field != FieldPath::Attribute("count".to_owned()) && !view.group_by.contains(field) {
                return Err(UsageError::new(format!("there is no `{field}` to sort the counts by"))
                    .hint("with --group-by, sort by `count` or by a field that is grouped by"));
            }
        }
        let query = match &settings.query {
            Some(text) => Some(Query::compile(text).map_err(whole)?),
            None => None,
        };
        Ok(Self { filters, view, query, outputs: settings.outputs.clone(), tables: tables(asked) })
    }
}

/// An error with its sources: an expression's own says where it is wrong.
fn whole(error: impl std::error::Error + Send + Sync + 'static) -> UsageError {
    UsageError::new(format!("{:#}", anyhow::Error::from(error)))
}

fn field(word: &str) -> Result<FieldPath, UsageError> {
    word.parse().map_err(|error: crate::model::FieldPathError| whole(error))
}

/// Refuses an attribute that none of the chosen types has, and a metric that is asked of none of them: it would
/// match nothing, silently.
fn known(path: &FieldPath, plan: &Plan, asked: Option<&Asked>) -> Result<(), UsageError> {
    match path {
        FieldPath::Attribute(name) => attribute(name, plan),
        FieldPath::Metric(..) => metric(&path.to_string(), plan, asked),
        FieldPath::Key(_) | FieldPath::Tag(_) => Ok(()),
    }
}

fn attribute(name: &str, plan: &Plan) -> Result<(), UsageError> {
    let chosen: BTreeSet<&str> =
        plan.selections.iter().flat_map(|selection| selection.collector.attributes()).copied().collect();
    if chosen.contains(name) {
        return Ok(());
    }
    let having: Vec<&str> = REGISTRY
        .iter()
        .filter(|collector| collector.attributes().contains(&name))
        .map(|collector| collector.resource_type())
        .collect();
    if !having.is_empty() {
        return Err(UsageError::new(format!("none of the chosen types has an attribute `{name}`"))
            .hint(format!("{} has it", having.join(", "))));
    }
    Err(UsageError::unknown("field", name, TOP_LEVEL_KEYS.iter().chain(&chosen).copied()))
}

/// The paths of some metrics, a statistic each.
fn paths(metrics: &[MetricSpec]) -> impl Iterator<Item = String> {
    metrics.iter().flat_map(|metric| {
        metric
            .statistics
            .iter()
            .map(|statistic| FieldPath::Metric(metric.name.to_string(), statistic.to_string()).to_string())
    })
}

fn metric(path: &str, plan: &Plan, asked: Option<&Asked>) -> Result<(), UsageError> {
    let Some(asked) = asked else {
        return Err(UsageError::new(format!("`{path}` is not asked for: metrics are off"))
            .hint("leave out `--no-metrics`"));
    };
    let types = plan.types();
    let chosen = || types.iter().filter_map(|name| asked.get(&**name));
    let known: BTreeSet<String> = chosen().flat_map(|metrics| paths(metrics)).collect();
    if known.contains(path) {
        return Ok(());
    }
    let error = UsageError::new(format!("none of the chosen types asks for `{path}`"));
    let others = REGISTRY.iter().flat_map(|collector| collector.covers());
    let having: Vec<&str> = others
        .filter(|covered| !types.iter().any(|name| **name == *covered.resource_type))
        .filter(|covered| paths(covered.metrics).any(|asked| asked == path))
        .map(|covered| covered.resource_type)
        .collect();
    if !having.is_empty() {
        return Err(error.hint(format!("{} does", having.join(", "))));
    }
    let near = near(path, known.iter().map(String::as_str));
    let resource_type = match &types[..] {
        [one] => one,
        _ => "TYPE",
    };
    Err(error
        .near(&near)
        .hint(format!("what to ask of a type stands under `[metric.\"{resource_type}\"]` in awsinv.toml")))
}

/// The table of every type, with a column for each metric and statistic that is asked of it.
fn tables(asked: Option<&Asked>) -> Vec<TypeTable> {
    let tables = REGISTRY.iter().flat_map(|collector| {
        collector.covers().iter().map(|covered| {
            let metrics = asked.and_then(|asked| asked.get(covered.resource_type));
            TypeTable {
                resource_type: covered.resource_type,
                title: covered.title,
                columns: Column::of_type(collector.columns(), metrics.map_or(&[], Vec::as_slice)),
            }
        })
    });
    tables.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CollectSettings;
    use crate::model::{
        AccountScope, Coverage, Generator, Inventory, Resource, SCHEMA_VERSION, Scope, Statistic, Stats,
        Summary, Timestamp, Unit,
    };
    use crate::render::{self, Report, Style};

    fn refusal(
        words: OutputSettings,
        types: &[&str],
        asked: Option<&Asked>,
    ) -> Option<(String, Vec<String>)> {
        let types = types.iter().map(|name| (*name).to_owned()).collect();
        let plan = Plan::new(&CollectSettings { types, ..CollectSettings::default() }).unwrap();
        Shape::new(&words, &plan, asked).err().map(|error| (error.message, error.hints))
    }

    fn columns(field: &str) -> OutputSettings {
        OutputSettings { columns: vec![field.to_owned()], ..OutputSettings::default() }
    }

    const CPU: &str = "metrics.CPUUtilization.Average";

    /// What is asked unless the settings say otherwise.
    fn asked_by_default() -> Asked {
        let covered = REGISTRY.iter().flat_map(|collector| collector.covers());
        covered.map(|covered| (covered.resource_type.into(), covered.metrics.to_vec())).collect()
    }

    #[test]
    fn metrics_can_be_named_where_they_are_asked() {
        let asked = asked_by_default();
        for words in [
            columns(CPU),
            columns("metrics.Duration.p95"),
            OutputSettings { filters: vec![format!("{CPU}<5")], ..OutputSettings::default() },
            OutputSettings { sort: vec![format!("-{CPU}")], ..OutputSettings::default() },
            OutputSettings { group_by: vec![CPU.to_owned()], ..OutputSettings::default() },
        ] {
            assert_eq!(refusal(words, &[], Some(&asked)), None);
        }
    }

    #[test]
    fn a_metric_that_nobody_asks_for_is_refused_with_the_near_ones_and_a_remedy() {
        let asked = asked_by_default();
        let refused = |words| refusal(words, &["AWS::EC2::Instance"], Some(&asked)).expect("it is refused");
        let (message, hints) = refused(columns("metrics.CPUUtilisation.Average"));
        assert_eq!(message, "none of the chosen types asks for `metrics.CPUUtilisation.Average`");
        assert!(hints[0].starts_with(&format!("did you mean `{CPU}`")), "{hints:?}");
        assert!(hints[1].contains("`[metric.\"AWS::EC2::Instance\"]` in awsinv.toml"), "{hints:?}");
        for words in [
            OutputSettings { filters: vec!["metrics.CPUUtilization.p99<5".into()], ..Default::default() },
            OutputSettings { sort: vec!["-metrics.CPUUtilization.p99".into()], ..Default::default() },
            OutputSettings { group_by: vec!["metrics.CPUUtilization.p99".into()], ..Default::default() },
        ] {
            let (message, hints) = refused(words);
            assert_eq!(message, "none of the chosen types asks for `metrics.CPUUtilization.p99`");
            assert!(hints[0].contains(CPU), "{hints:?}");
        }
        let (_, hints) = refused(columns("metrics.Invocations.Sum"));
        assert_eq!(hints, ["AWS::Lambda::Function does"]);
    }

    #[test]
    fn without_metrics_the_remedy_is_to_ask_for_them() {
        let (message, hints) = refusal(columns(CPU), &[], None).expect("it is refused");
        assert_eq!(message, format!("`{CPU}` is not asked for: metrics are off"));
        assert_eq!(hints, ["leave out `--no-metrics`"]);
    }

    #[test]
    fn tables_show_the_metrics_that_are_asked_and_no_others() {
        let headers = |asked: Option<&Asked>, resource_type: &str| -> Vec<String> {
            let tables = tables(asked);
            let table = tables.iter().find(|table| table.resource_type == resource_type).unwrap();
            table.columns.iter().map(|column| column.header.to_string()).collect()
        };
        let has = |headers: &[String], header: &str| headers.iter().any(|known| known == header);
        let mut asked = asked_by_default();
        let neptune = headers(Some(&asked), "AWS::Neptune::DBInstance");
        assert!(has(&neptune, "QUEUE") && !has(&neptune, "CONN"), "{neptune:?}");
        assert!(!has(&headers(None, "AWS::EC2::Instance"), "CPU"));
        let added = MetricSpec::new("AWS/EC2", "NetworkIn", "InstanceId", Unit::Bytes, &[Statistic::Maximum]);
        asked.insert("AWS::EC2::Instance".into(), vec![added]);
        let ec2 = headers(Some(&asked), "AWS::EC2::Instance");
        assert_eq!(ec2.last().map(String::as_str), Some("NetworkIn.Maximum"));
        assert!(!has(&ec2, "CPU") && !has(&ec2, "NET IN"), "{ec2:?}");
    }

    /// A resource whose every metric has a value of many digits, in a run over two accounts and Regions.
    fn drawn(resource_type: &str, id: &str, width: u16) -> String {
        let asked = asked_by_default();
        let mut resource = Resource::new(
            resource_type.into(),
            String::new(),
            id.to_owned(),
            "123456789012".into(),
            "ap-southeast-1".into(),
        );
        resource.unknown.clear();
        resource.name = Some("a-name-of-thirty-two-characters-".to_owned());
        resource.state = Some("available".to_owned());
        resource.class = Some("db.r6g.xlarge".to_owned());
        for metric in &asked[resource_type] {
            let values = metric.statistics.iter().map(|statistic| (statistic.to_string(), Some(88.8)));
            resource.metrics.insert(metric.name.to_string(), values.collect());
        }
        let mut summary = Summary::default();
        summary.count(&resource);
        let account = |name: &str| AccountScope {
            id: Some(name.into()),
            name: name.to_owned(),
            regions: vec!["ap-southeast-1".into(), "eu-west-1".into()],
            regions_not_enabled: Vec::new(),
        };
        let at = Timestamp::parse("2026-11-23T14:00:00Z").unwrap();
        let inventory = Inventory {
            schema_version: SCHEMA_VERSION,
            generator: Generator::current(),
            started_at: at,
            finished_at: at,
            scope: Scope { accounts: vec![account("123456789012"), account("123456789013")], types: vec![] },
            metrics_window: None,
            resources: vec![resource],
            coverage: Coverage::default(),
            summary,
            stats: Stats::default(),
        };
        let (tables, view) = (tables(Some(&asked)), View::default());
        let style = Style { width: Some(width), color: false };
        let report = Report { inventory: &inventory, tables: &tables, view: &view, style };
        let mut out = Vec::new();
        render::format("table").unwrap().render(&report, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        out.lines().take(3).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_most_telling_metrics_stand_beside_who_it_is_and_how_it_is_in_the_narrowest_terminal() {
        for (resource_type, id, telling) in [
            ("AWS::EC2::Instance", "i-0123456789abcdef0", &["ID", "NAME", "STATE", "CPU"][..]),
            ("AWS::RDS::DBInstance", "orders-production-replica-1", &["ID", "STATE", "CPU"]),
            ("AWS::RDS::DBCluster", "orders-production-cluster", &["ID", "STATE", "CPU"]),
            ("AWS::Lambda::Function", "orders-production-settlement", &["NAME", "INVOKES", "ERRORS"]),
        ] {
            let mut before = 0;
            for width in [80, 120, 200] {
                let drawn = drawn(resource_type, id, width);
                let header: Vec<&str> = drawn.lines().nth(1).unwrap().split("  ").map(str::trim).collect();
                assert!(telling.iter().all(|column| header.contains(column)), "{width}: {drawn}");
                assert!(drawn.contains(id), "{width}: {drawn}");
                let shown = header.iter().filter(|header| !header.is_empty()).count();
                assert!(shown > before, "{width} shows more than before: {drawn}");
                before = shown;
            }
        }
    }
}
