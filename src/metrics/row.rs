//! How the values of one resource fare, and how they are written into it.

use super::MetricsTally;
use super::catalogue::Metric;
use super::recipe::{Answer, Known, Made};
use crate::model::{FailureClass, MetricsStatus, Resource, Timestamp};

/// How the values of one resource fare.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row {
    /// Whether anything is asked of it.
    pub(super) asked: bool,
    known: usize,
    failed: usize,
    /// Those of the failed that were not asked, for what it would cost.
    for_cost: usize,
    /// Whether datapoints are missing, be it that the value is known.
    series_failed: bool,
}

impl Row {
    /// Writes one metric's statistics, made from these answers.
    pub(super) fn write(
        &mut self,
        metric: &Metric,
        answers: &[Answer],
        resource: &mut Resource,
        tally: &mut MetricsTally,
    ) {
        let name = &metric.spec.name;
        if answers.iter().any(Result::is_ok) {
            tally.observed_at = Some(Timestamp::now());
        }
        for Made { statistic, value, series } in metric.recipe.make(answers) {
            match value {
                Known::Value(value) => {
                    self.known += 1;
                    tally.known += 1;
                    resource
                        .metrics
                        .entry(name.to_string())
                        .or_default()
                        .insert(statistic.to_string(), value);
                }
                Known::Unknowable => {
                    tally.unknowable += 1;
                    resource.mark_unknown(&format!("metrics.{name}.{statistic}"));
                }
                Known::Failed(failure) => {
                    self.failed += 1;
                    self.for_cost += usize::from(failure.class == FailureClass::CostLimit);
                    tally.failed(&failure);
                    resource.mark_unknown(&format!("metrics.{name}.{statistic}"));
                }
            }
            let kept = series.is_some().then(|| resource.series.get_or_insert_default());
            match (series, kept) {
                (Some(Ok(points)), Some(kept)) => {
                    let at = |(at, value)| Timestamp::from_unix(at, 0).map(|at| (at, value));
                    let points = points.into_iter().filter_map(at).collect();
                    kept.entry(name.to_string()).or_default().insert(statistic.to_string(), points);
                }
                (Some(Err(failure)), _) => {
                    self.series_failed = true;
                    tally.failed(&failure);
                    resource.mark_unknown(&format!("series.{name}.{statistic}"));
                }
                _ => {}
            }
        }
    }

    /// Says how they fared, once all are written.
    pub(super) fn conclude(self, resource: &mut Resource) {
        resource.metrics_status = match (self.known, self.failed) {
            (_, 0) if !self.series_failed => MetricsStatus::Complete,
            (_, 0) => MetricsStatus::Partial,
            (0, failed) if self.for_cost == failed => MetricsStatus::Skipped,
            (0, _) => MetricsStatus::Failed,
            _ => MetricsStatus::Partial,
        };
        if self.known == 0 && self.failed > 0 {
            // `metrics` says it of all of them, and of their datapoints.
            resource.unknown.retain(|name| !name.starts_with("metrics.") && !name.starts_with("series."));
        } else {
            resource.mark_known("metrics");
        }
    }
}
