//! The report as grids of cells: a section a type, or one of counts. Tables and Markdown draw the same grids.

use std::collections::BTreeMap;

use super::Report;
use super::cell::{Cell, Tone};
use super::digest::incomplete_types;
use super::heading::{Heading, header_of, headings};
use super::text::{escape, thousands};
use super::trend::GAP;
use crate::model::Resource;

/// Rows of cells under headings, with a title.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub title: String,
    pub headings: Vec<Heading>,
    pub rows: Vec<Vec<Cell>>,
}

/// All grids of a report.
#[derive(Clone, Debug)]
pub(super) struct Sections {
    pub sections: Vec<Section>,
    /// What `--limit` left out, in a sentence.
    pub limited: Option<String>,
    /// What the signs in cells mean, as far as there are any that need a word.
    pub legend: Vec<&'static str>,
}

impl Section {
    /// Whether some trend has a gap.
    fn has_gaps(&self) -> bool {
        let trends = self.headings.iter().enumerate().filter(|(_, heading)| heading.is_trend());
        let mut cells = trends.flat_map(|(at, _)| self.rows.iter().map(move |row| &row[at]));
        cells.any(|cell| cell.text.contains(GAP))
    }
}

impl Sections {
    /// The grids of this report.
    pub(super) fn of(report: &Report<'_>) -> Self {
        let (sections, limited) =
            if report.view.group_by.is_empty() { by_type(report) } else { counts(report) };
        let mut legend = Vec::new();
        let mut cells = sections.iter().flat_map(|section| section.rows.iter().flatten());
        if cells.any(|cell| cell.tone == Tone::Unknown) {
            legend.extend(["? = not known", "- = none"]);
        }
        if sections.iter().any(Section::has_gaps) {
            legend.push("· = no datapoints");
        }
        Self { sections, limited, legend }
    }
}

/// A section for each type that has rows: those with a table in its order, then the others by name.
fn by_type(report: &Report<'_>) -> (Vec<Section>, Option<String>) {
    let inventory = report.inventory;
    let rows = report.view.rows(&inventory.resources);
    let mut of_type: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for &resource in &rows.shown {
        of_type.entry(&resource.resource_type).or_default().push(resource);
    }
    let incomplete = incomplete_types(&inventory.coverage);
    let window = inventory.metrics_window.as_ref();
    let mut sections = Vec::with_capacity(of_type.len());
    let mut section = |resource_type: &str, title: &str, headings: Vec<Heading>, resources: &[&Resource]| {
        let total = inventory.summary.by_type.get(resource_type).copied().unwrap_or(resources.len() as u64);
        let shown = resources.len() as u64;
        let of = if shown < total { format!("{} of ", thousands(shown)) } else { String::new() };
        let seen = if incomplete.contains(resource_type) { " seen, incomplete" } else { "" };
        sections.push(Section {
            title: format!("{title} ({of}{}{seen})", thousands(total)),
            rows: resources
                .iter()
                .map(|resource| headings.iter().map(|heading| heading.cell(resource, window)).collect())
                .collect(),
            headings,
        });
    };
    for table in report.tables {
        if let Some(resources) = of_type.remove(table.resource_type) {
            let headings = headings(report, Some(table), &resources);
            section(table.resource_type, table.title, headings, &resources);
        }
    }
    for (resource_type, resources) in of_type {
        let headings = headings(report, None, &resources);
        section(resource_type, &escape(resource_type), headings, &resources);
    }
    let limited = rows.is_limited().then(|| showing(rows.shown.len(), rows.total, "resources"));
    (sections, limited)
}

/// The one section of `--group-by`: how many resources have which values.
fn counts(report: &Report<'_>) -> (Vec<Section>, Option<String>) {
    let groups = report.view.groups(&report.inventory.resources);
    let is_incomplete = !incomplete_types(&report.inventory.coverage).is_empty();
    let window = report.inventory.metrics_window.as_ref();
    let fields = &report.view.group_by;
    let mut headings: Vec<Heading> =
        fields.iter().map(|field| Heading::of_field(field, report.tables)).collect();
    let mut rows: Vec<Vec<Cell>> = groups
        .shown
        .iter()
        .map(|group| {
            let values = headings.iter().zip(&group.values);
            let mut row: Vec<Cell> = values.map(|(heading, value)| heading.written(value, window)).collect();
            row.push(Cell::plain(thousands(group.count)));
            row
        })
        .collect();
    headings.push(Heading::count());
    let mut total = vec![Cell::plain(""); headings.len()];
    if let [first, .., last] = total.as_mut_slice() {
        *first = Cell::plain("TOTAL");
        // What a count leaves out where something is not known is not nothing.
        let more = if is_incomplete { "+" } else { "" };
        *last = Cell::plain(thousands(report.inventory.resources.len() as u64) + more);
    }
    rows.push(total);
    let names: Vec<String> = fields.iter().map(header_of).collect();
    let incomplete = if is_incomplete { " (incomplete)" } else { "" };
    let title = format!("Resources by {}{incomplete}", names.join(", "));
    let limited = groups.is_limited().then(|| showing(groups.shown.len(), groups.total, "groups"));
    (vec![Section { title, headings, rows }], limited)
}

fn showing(shown: usize, total: usize, what: &str) -> String {
    format!("Showing {} of {} {what} (--limit).", thousands(shown as u64), thousands(total as u64))
}
