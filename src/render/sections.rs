//! The report as grids of cells: a section a type, or one of counts. Tables and Markdown draw the same grids.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::cell::{Cell, Tone};
use super::digest::incomplete_types;
use super::text::{escape, thousands};
use super::{Report, TypeTable};
use crate::model::{Align, Column, FieldPath, Format, Resource};

/// A column of a grid.
#[derive(Clone, Debug)]
pub(super) struct Heading {
    pub header: Cow<'static, str>,
    pub align: Align,
    pub rank: u8,
    field: FieldPath,
    format: Format,
}

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
    /// Whether some cell says that its value could not be read.
    pub has_unknown: bool,
}

/// What types without a table of their own show.
const COMMON: &[Column] = &[
    Column::text("NAME", "name", 1),
    Column::text("ID", "id", 0),
    Column::text("STATE", "state", 0).format(Format::State),
    Column::text("CLASS", "class", 1),
    Column::text("CREATED", "created_at", 2).format(Format::Time),
];

/// Columns that only many accounts and Regions need. They lead, as the rows are sorted by them.
const ACCOUNT: Column = Column::text("ACCOUNT", "account_id", 1);
const REGION: Column = Column::text("REGION", "region", 0);

impl Heading {
    fn of_column(column: &Column) -> Self {
        // A collector's column that names no field is caught by a test over the registry.
        let field = column.field.parse().unwrap_or_else(|_| FieldPath::Attribute(column.field.to_owned()));
        Self {
            header: column.header.into(),
            align: column.align,
            rank: column.rank,
            field,
            format: column.format,
        }
    }

    /// The heading of a field that the user named. Format and side are those that a type's table gives it.
    fn of_field(field: &FieldPath, tables: &[TypeTable]) -> Self {
        let known = tables
            .iter()
            .flat_map(|table| table.columns)
            .find(|column| column.field.parse().is_ok_and(|known: FieldPath| known == *field));
        let is_time = matches!(field, FieldPath::Key("created_at" | "modified_at"));
        let is_state = matches!(field, FieldPath::Key("state"));
        Self {
            header: header_of(field).into(),
            align: match (known, field) {
                (Some(column), _) => column.align,
                (None, FieldPath::Metric(..)) => Align::Right,
                (None, _) => Align::Left,
            },
            rank: 0,
            field: field.clone(),
            format: match known {
                Some(column) => column.format,
                None if is_time => Format::Time,
                None if is_state => Format::State,
                None => Format::Plain,
            },
        }
    }

    /// The heading of something that is no field of a resource.
    pub(super) fn other(header: &'static str, align: Align, rank: u8) -> Self {
        let field = FieldPath::Attribute(header.to_ascii_lowercase());
        Self { header: header.into(), align, rank, field, format: Format::Plain }
    }

    fn cell(&self, resource: &Resource) -> Cell {
        Cell::of(&self.field.of(resource), self.format)
    }
}

/// Capitals for what AWS names; tags and metrics as they are written, as their capitals mean something.
fn header_of(field: &FieldPath) -> String {
    match field {
        FieldPath::Key(key) => key.to_ascii_uppercase(),
        FieldPath::Attribute(name) => name.to_ascii_uppercase(),
        FieldPath::Tag(key) => format!("tag:{}", escape(key)),
        FieldPath::Metric(metric, statistic) => escape(&format!("{metric}.{statistic}")).into_owned(),
    }
}

impl Sections {
    /// The grids of this report.
    pub(super) fn of(report: &Report<'_>) -> Self {
        let (sections, limited) =
            if report.view.group_by.is_empty() { by_type(report) } else { counts(report) };
        let mut cells = sections.iter().flat_map(|section| section.rows.iter().flatten());
        let has_unknown = cells.any(|cell| cell.tone == Tone::Unknown);
        Self { sections, limited, has_unknown }
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
                .map(|resource| headings.iter().map(|heading| heading.cell(resource)).collect())
                .collect(),
            headings,
        });
    };
    for table in report.tables {
        if let Some(resources) = of_type.remove(table.resource_type) {
            section(table.resource_type, table.title, headings(report, table.columns), &resources);
        }
    }
    for (resource_type, resources) in of_type {
        section(resource_type, &escape(resource_type), headings(report, COMMON), &resources);
    }
    let limited = rows.is_limited().then(|| showing(rows.shown.len(), rows.total, "resources"));
    (sections, limited)
}

/// The columns that the user named, or the type's own after those that tell accounts and Regions apart.
fn headings(report: &Report<'_>, columns: &[Column]) -> Vec<Heading> {
    if !report.view.columns.is_empty() {
        return report.view.columns.iter().map(|field| Heading::of_field(field, report.tables)).collect();
    }
    let accounts = &report.inventory.scope.accounts;
    let mut regions: Vec<_> = accounts.iter().flat_map(|account| &account.regions).collect();
    regions.sort_unstable();
    regions.dedup();
    let mut headings = Vec::with_capacity(columns.len() + 2);
    for (column, needed) in [(&ACCOUNT, accounts.len() > 1), (&REGION, regions.len() > 1)] {
        if needed && !columns.iter().any(|own| own.field == column.field) {
            headings.push(Heading::of_column(column));
        }
    }
    headings.extend(columns.iter().map(Heading::of_column));
    headings
}

/// The one section of `--group-by`: how many resources have which values.
fn counts(report: &Report<'_>) -> (Vec<Section>, Option<String>) {
    let groups = report.view.groups(&report.inventory.resources);
    let is_incomplete = !incomplete_types(&report.inventory.coverage).is_empty();
    let fields = &report.view.group_by;
    let mut headings: Vec<Heading> =
        fields.iter().map(|field| Heading::of_field(field, report.tables)).collect();
    let mut rows: Vec<Vec<Cell>> = groups
        .shown
        .iter()
        .map(|group| {
            let values = headings.iter().zip(&group.values);
            let mut row: Vec<Cell> = values.map(|(heading, value)| Cell::of(value, heading.format)).collect();
            row.push(Cell::plain(thousands(group.count)));
            row
        })
        .collect();
    headings.push(Heading {
        header: "COUNT".into(),
        align: Align::Right,
        rank: 0,
        field: FieldPath::Attribute("count".to_owned()),
        format: Format::Plain,
    });
    let mut total = vec![Cell::plain(""); headings.len()];
    if let [first, .., last] = total.as_mut_slice() {
        *first = Cell::plain("TOTAL");
        // What a count leaves out where something could not be read is not nothing.
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
