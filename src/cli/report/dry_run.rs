//! `awsinv report --dry-run`: lists as a report does, asks CloudWatch for nothing, and writes what that would cost.

mod document;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::Taker;
use super::gather::{Going, Written, deliver};
use super::shape::Shape;
use crate::cli::{UsageError, WriteError};
use crate::config::{OutputSpec, Settings};
use crate::coordinator::Outcome;
use crate::model::{DryRun, Resource, Summary, Timestamp};
use crate::printer::{Delivery, Printer};
use crate::render::{PLAN_FORMATS, PlanReport, Style};

/// Resources by account, Region and type.
type Counts = BTreeMap<(Arc<str>, Arc<str>), BTreeMap<Arc<str>, u64>>;

/// Refuses outputs that a plan cannot be written as, and flags that choose or arrange resources, as it shows none.
/// In a settings file these stay unheeded: they are meant for reports.
///
/// # Errors
/// The first of them.
pub(in crate::cli) fn check(outputs: &[OutputSpec], shaping: &[&str]) -> Result<(), UsageError> {
    if let Some(flag) = shaping.first() {
        let reason = match *flag {
            "--filter" => {
                "it is applied to what was collected, so it changes nothing of what is asked and paid"
            }
            _ => "a dry run shows no resources",
        };
        return Err(UsageError::new(format!("{flag} has no effect on --dry-run: {reason}"))
            .hint(format!("leave {flag} out; --service, --type and --region choose what is asked")));
    }
    match outputs.iter().find(|output| !PLAN_FORMATS.contains(&output.format.as_str())) {
        None => Ok(()),
        Some(output) => Err(UsageError::new(format!("--dry-run has no output format `{}`", output.format))
            .hint(format!("it writes `--output {}`", PLAN_FORMATS.join("` and `--output ")))),
    }
}

/// Counts the resources of a dry run, and writes its plan.
pub(super) struct Planner<'a> {
    settings: &'a Settings,
    shape: &'a Shape,
    counts: Counts,
}

impl<'a> Planner<'a> {
    /// A planner that has seen nothing yet.
    pub(super) fn new(settings: &'a Settings, shape: &'a Shape) -> Self {
        Self { settings, shape, counts: Counts::new() }
    }

    fn write(
        &self,
        output: &OutputSpec,
        document: &DryRun,
        printer: &mut Printer,
    ) -> Result<Delivery, WriteError> {
        deliver(output, printer, |style: Style, out| match &self.shape.query {
            Some(query) if output.format == "json" => query.render(document, out).map_err(io::Error::from),
            _ => PlanReport { plan: document, tables: &self.shape.tables, style }.render(&output.format, out),
        })
    }
}

impl Taker for Planner<'_> {
    fn page(&mut self, page: Vec<Resource>, _: &mut Printer) -> Going {
        for resource in page {
            let types = self.counts.entry((resource.account_id, resource.region)).or_default();
            *types.entry(resource.resource_type).or_default() += 1;
        }
        Going::On
    }

    fn finish(self, outcome: Outcome, started_at: Timestamp, printer: &mut Printer) -> Written {
        let document = document::of(outcome, &self.counts, self.settings, started_at);
        let mut errors = Vec::new();
        let mut reader_gone = false;
        for output in &self.shape.outputs {
            match self.write(output, &document, printer) {
                Ok(delivery) => reader_gone |= delivery == Delivery::ReaderGone,
                Err(error) => errors.push(error),
            }
        }
        Written { coverage: document.coverage, summary: Summary::default(), errors, reader_gone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(format: &str, shaping: &[&str]) -> Option<String> {
        let outputs = [OutputSpec { format: format.into(), path: None }];
        let error = check(&outputs, shaping).err()?;
        Some(format!("{error}; {}", error.hints.join("; ")))
    }

    #[test]
    fn a_plan_is_a_table_or_json_and_what_else_is_asked_for_is_refused_with_the_two() {
        assert_eq!(refused("table", &[]), None);
        assert_eq!(refused("json", &[]), None);
        for format in ["ndjson", "csv", "markdown"] {
            let said = refused(format, &[]).unwrap();
            assert!(said.contains(format) && said.contains("`--output table` and `--output json`"), "{said}");
        }
    }

    #[test]
    fn flags_that_would_change_nothing_are_refused_with_the_reason() {
        assert!(refused("json", &["--filter"]).unwrap().contains("changes nothing of what is asked"));
        assert!(refused("table", &["--limit", "--sort"]).unwrap().contains("--limit has no effect"));
    }
}
