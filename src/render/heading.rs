//! The columns of a grid: what each shows of a resource, and how it is written.

use std::borrow::Cow;

use serde_json::Value;

use super::cell::Cell;
use super::text::escape;
use super::trend::{Spans, trend};
use super::{Report, TypeTable, heat};
use crate::model::{
    Align, Column, FieldPath, Fold, Format, Lookup, Measure, MetricsWindow, Resource, Statistic,
};

/// A column of a grid.
#[derive(Clone, Debug)]
pub(super) struct Heading {
    pub header: Cow<'static, str>,
    pub align: Align,
    pub rank: u8,
    content: Content,
}

/// What a column shows of a resource.
#[derive(Clone, Debug)]
enum Content {
    /// The first of these fields in which it has a value.
    Fields(Vec<(FieldPath, Format)>),
    /// The course of a metric over the window.
    Trend { metric: String, statistic: String, fold: Fold, measure: Measure, spans: Spans },
    /// Nothing of a resource: how many there are.
    Count,
}

/// What types without a table of their own show.
static COMMON: [Column; 5] = [
    Column::text("NAME", "name", 1),
    Column::text("ID", "id", 0),
    Column::text("STATE", "state", 0).format(Format::State),
    Column::text("CLASS", "class", 1),
    Column::text("CREATED", "created_at", 2).format(Format::Time),
];

/// Columns that only many accounts and Regions need. They lead, as the rows are sorted by them.
static ACCOUNT: Column = Column::text("ACCOUNT", "account_id", 1);
static REGION: Column = Column::text("REGION", "region", 0);

/// Who asks for the datapoints wants to see them: of what can be dropped, trends go last.
const TREND_RANK: u8 = 1;

impl Heading {
    /// The heading of something that is no field of a resource.
    pub(super) fn other(header: &'static str, align: Align, rank: u8) -> Self {
        Self { header: header.into(), align, rank, content: Content::Count }
    }

    /// The heading of a type's column.
    fn of_column(column: &Column) -> Self {
        // A collector's column that names no field is caught by a test over the registry.
        let path = |field: &str| field.parse().unwrap_or_else(|_| FieldPath::Attribute(field.to_owned()));
        let fields = column.fields().map(|(field, format)| (path(field), format)).collect();
        Self {
            header: escape(&column.header).into_owned().into(),
            align: column.align,
            rank: column.rank,
            content: Content::Fields(fields),
        }
    }

    /// The heading of a field that the user named. Format and side are those that a type's table gives it.
    pub(super) fn of_field(field: &FieldPath, tables: &[TypeTable]) -> Self {
        let known = tables.iter().flat_map(|table| &table.columns).find_map(|column| {
            let mut fields = column.fields();
            let (_, format) =
                fields.find(|(known, _)| known.parse().is_ok_and(|known: FieldPath| known == *field))?;
            Some((column.align, format))
        });
        let (align, format) = known.unwrap_or(match field {
            FieldPath::Key("created_at" | "modified_at") => (Align::Left, Format::Time),
            FieldPath::Key("state") => (Align::Left, Format::State),
            FieldPath::Metric(..) => (Align::Right, Format::Measure(Measure::Number)),
            _ => (Align::Left, Format::Plain),
        });
        Self {
            header: header_of(field).into(),
            align,
            rank: 0,
            content: Content::Fields(vec![(field.clone(), format)]),
        }
    }

    /// The heading of how many there are.
    pub(super) fn count() -> Self {
        Self { header: "COUNT".into(), align: Align::Right, rank: 0, content: Content::Count }
    }

    /// The course of the metric that this heading shows the value of, where it shows one and the resources came
    /// with datapoints.
    fn trend(&self, resources: &[&Resource], window: &MetricsWindow) -> Option<Self> {
        let Content::Fields(fields) = &self.content else { return None };
        let Some((FieldPath::Metric(metric, statistic), Format::Measure(measure))) = fields.first() else {
            return None;
        };
        let mut series = resources.iter().filter_map(|resource| resource.series.as_ref()).peekable();
        series.peek()?;
        let points = series.filter_map(|series| series.get(metric)?.get(statistic)).flatten();
        let spans = Spans::new(window, points.map(|(at, _)| *at));
        let fold = statistic.parse().map_or(Fold::Mean, |statistic: Statistic| statistic.fold());
        Some(Self {
            header: format!("{} TREND", self.header).into(),
            align: Align::Left,
            rank: TREND_RANK,
            content: Content::Trend {
                metric: metric.clone(),
                statistic: statistic.clone(),
                fold,
                measure: *measure,
                spans,
            },
        })
    }

    /// Whether it shows the course of a metric.
    pub(super) const fn is_trend(&self) -> bool {
        matches!(self.content, Content::Trend { .. })
    }

    /// What stands under it in the row of a resource.
    pub(super) fn cell(&self, resource: &Resource, window: Option<&MetricsWindow>) -> Cell {
        match &self.content {
            Content::Fields(fields) => first_of(fields, resource, window),
            Content::Trend { metric, statistic, fold, measure, spans } => {
                let series = resource.series.as_ref();
                match series.and_then(|series| series.get(metric)?.get(statistic)) {
                    Some(points) if !points.is_empty() => Cell::plain(trend(points, *fold, *measure, *spans)),
                    Some(_) => Cell::nothing(),
                    // Without datapoints, a value alone does not tell its course.
                    None => match FieldPath::Metric(metric.clone(), statistic.clone()).of(resource) {
                        Lookup::Nothing => Cell::nothing(),
                        Lookup::Value(_) | Lookup::Unknown => Cell::unknown(),
                    },
                }
            }
            Content::Count => Cell::plain(""),
        }
    }

    /// A value that many resources share, as this heading writes it.
    pub(super) fn written(&self, value: &Lookup, window: Option<&MetricsWindow>) -> Cell {
        let format = match &self.content {
            Content::Fields(fields) => fields.first().map(|(_, format)| *format),
            Content::Trend { .. } | Content::Count => None,
        };
        Cell::of(value, format.unwrap_or(Format::Plain), window)
    }
}

/// The first value that there is. Where there is none, one that is unknown might have been it.
fn first_of(fields: &[(FieldPath, Format)], resource: &Resource, window: Option<&MetricsWindow>) -> Cell {
    let mut found = Cell::nothing();
    for (field, format) in fields {
        match field.of(resource) {
            value @ Lookup::Value(_) => {
                let mut cell = Cell::of(&value, *format, window);
                if let (FieldPath::Metric(metric, statistic), Lookup::Value(Value::Number(number))) =
                    (field, &value)
                {
                    let number = number.as_f64().unwrap_or_default();
                    cell.tone = heat::tone(metric, statistic, number, resource);
                }
                return cell;
            }
            Lookup::Unknown => found = Cell::unknown(),
            Lookup::Nothing => {}
        }
    }
    found
}

/// Capitals for what AWS names; tags and metrics as they are written, as their capitals mean something.
pub(super) fn header_of(field: &FieldPath) -> String {
    match field {
        FieldPath::Key(key) => key.to_ascii_uppercase(),
        FieldPath::Attribute(name) => name.to_ascii_uppercase(),
        FieldPath::Tag(key) => format!("tag:{}", escape(key)),
        FieldPath::Metric(metric, statistic) => escape(&format!("{metric}.{statistic}")).into_owned(),
    }
}

/// The columns of a type's section: those that the user named, or the type's own (of a type without a table, those
/// that all have) after those that tell accounts and Regions apart. The first metric shows its course, where some
/// resource brings its datapoints.
pub(super) fn headings(
    report: &Report<'_>,
    table: Option<&TypeTable>,
    resources: &[&Resource],
) -> Vec<Heading> {
    if !report.view.columns.is_empty() {
        return report.view.columns.iter().map(|field| Heading::of_field(field, report.tables)).collect();
    }
    let columns: &[Column] = table.map_or(&COMMON, |table| &table.columns);
    let accounts = &report.inventory.scope.accounts;
    let mut regions: Vec<_> = accounts.iter().flat_map(|account| &account.regions).collect();
    regions.sort_unstable();
    regions.dedup();
    let mut headings = Vec::with_capacity(columns.len() + 3);
    for (column, needed) in [(&ACCOUNT, accounts.len() > 1), (&REGION, regions.len() > 1)] {
        if needed && !columns.iter().any(|own| own.field == column.field) {
            headings.push(Heading::of_column(column));
        }
    }
    headings.extend(columns.iter().map(Heading::of_column));
    if let Some(window) = &report.inventory.metrics_window {
        let found = headings.iter().enumerate().find_map(|(at, heading)| {
            let trend = heading.trend(resources, window)?;
            Some((at + 1, trend))
        });
        if let Some((at, trend)) = found {
            headings.insert(at, trend);
        }
    }
    headings
}
