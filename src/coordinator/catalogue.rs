//! What is asked of CloudWatch for each type: what its collector says, and what the settings change of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::joining::MetricsPlan;
use super::plan::{PlanError, Selection};
use crate::collect::{Covered, REGISTRY};
use crate::config::{Change, CollectSettings, MetricChange, near};
use crate::metrics::{Budget, Catalogue, Mode, Room, TypeMetrics, Window};
use crate::model::{MetricSpec, Statistic, Timestamp, Unit};

/// What is asked of CloudWatch for these types; nothing with `--no-metrics`.
///
/// # Errors
/// A change in the settings that names a type, metric, statistic or unit that there is not.
pub(super) fn metrics_plan(
    settings: &CollectSettings,
    selections: &[Selection],
    now: Timestamp,
) -> Result<Option<MetricsPlan>, PlanError> {
    let mut changed = BTreeMap::new();
    for change in &settings.metric_changes {
        let covered = covered(&change.resource_type)?;
        let specs = changed.entry(covered.resource_type).or_insert_with(|| covered.metrics.to_vec());
        apply(change, covered, specs)?;
    }
    if !settings.metrics {
        return Ok(None);
    }
    let covers = selections.iter().flat_map(|selection| selection.collector.covers());
    let types = covers.map(|covered| {
        let specs = changed.get(covered.resource_type).cloned().unwrap_or_else(|| covered.metrics.to_vec());
        (Arc::from(covered.resource_type), TypeMetrics { specs, silent_since: covered.silent_since })
    });
    let window = Window::ending(now, settings.window);
    Ok(Some(MetricsPlan {
        catalogue: Arc::new(Catalogue::new(types.collect(), window, settings.series)),
        budget: Arc::new(Budget::new(settings.max_cost.hundred_thousandths())),
        mode: Mode::Ask,
        room: Room::unbounded(),
    }))
}

fn covered(resource_type: &str) -> Result<&'static Covered, PlanError> {
    let all = || REGISTRY.iter().flat_map(|collector| collector.covers());
    all().find(|covered| covered.resource_type == resource_type).ok_or_else(|| PlanError::NoMatch {
        kind: "type",
        word: resource_type.to_owned(),
        near: near(resource_type, all().map(|covered| covered.resource_type)),
    })
}

fn apply(change: &MetricChange, covered: &Covered, specs: &mut Vec<MetricSpec>) -> Result<(), PlanError> {
    let refuse = |reason: String, near: Vec<String>| PlanError::Metric {
        resource_type: change.resource_type.clone(),
        metric: change.metric.clone(),
        reason,
        near,
    };
    let known = specs.iter().position(|spec| spec.name == change.metric);
    let unknown = |specs: &[MetricSpec]| {
        let reason = "awsinv does not ask for this metric by itself; to add it, write \
                      { statistics = [\"Average\"], unit = \"Count\" }, with a `namespace` if it is another";
        refuse(reason.to_owned(), near(&change.metric, specs.iter().map(|spec| spec.name.as_ref())))
    };
    match &change.change {
        Change::Drop => {
            let at = known.ok_or_else(|| unknown(specs))?;
            specs.remove(at);
        }
        Change::Statistics(names) => {
            let at = known.ok_or_else(|| unknown(specs))?;
            specs[at].statistics = statistics(names, &refuse)?;
        }
        Change::Add { namespace, statistics: names, unit, dimension } => {
            let like = known.map(|at| specs.remove(at)).or_else(|| covered.metrics.first().cloned());
            let Some(like) = like else {
                return Err(refuse("the type has no metrics".to_owned(), Vec::new()));
            };
            let named = [
                ("metric", Some(&change.metric)),
                ("namespace", namespace.as_ref()),
                ("dimension", dimension.as_ref()),
            ];
            for (what, name) in named {
                if let Some(name) = name.filter(|name| !is_name(name)) {
                    let reason = format!("CloudWatch takes no {what} of that name: {name:?}");
                    return Err(refuse(reason, Vec::new()));
                }
            }
            let same = like.name == change.metric;
            let unit = match unit {
                None if same => like.unit,
                None => Unit::None,
                Some(name) => unit_named(name, &refuse)?,
            };
            let or = |given: &Option<String>, like: Cow<'static, str>| given.clone().map_or(like, Cow::Owned);
            let added = MetricSpec {
                namespace: or(namespace, like.namespace),
                name: Cow::Owned(change.metric.clone()),
                statistics: statistics(names, &refuse)?,
                unit,
                dimension: or(dimension, like.dimension),
                applies: if same { like.applies } else { |_| true },
            };
            specs.insert(known.unwrap_or(specs.len()), added);
        }
    }
    Ok(())
}

/// Whether CloudWatch takes it for the name of a namespace, a metric or a dimension:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html>
fn is_name(name: &str) -> bool {
    let is_printable = name.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    is_printable && name.trim() == name && (1..=255).contains(&name.len()) && !name.starts_with(':')
}

/// The statistics of these names, each once.
fn statistics(
    names: &[String],
    refuse: &impl Fn(String, Vec<String>) -> PlanError,
) -> Result<Cow<'static, [Statistic]>, PlanError> {
    let mut statistics = Vec::new();
    for name in names {
        let statistic: Statistic = name.parse().map_err(|error| refuse(format!("{error}"), Vec::new()))?;
        if !statistics.contains(&statistic) {
            statistics.push(statistic);
        }
    }
    Ok(Cow::Owned(statistics))
}

fn unit_named(name: &str, refuse: &impl Fn(String, Vec<String>) -> PlanError) -> Result<Unit, PlanError> {
    let known = Unit::NAMED.iter().find(|(known, _)| *known == name);
    known.map(|(_, unit)| *unit).ok_or_else(|| {
        let names: Vec<&str> = Unit::NAMED.iter().map(|(name, _)| *name).collect();
        refuse(format!("awsinv knows no unit `{name}`; it knows {}", names.join(", ")), Vec::new())
    })
}
