//! `--dry-run --output table`: what would be asked by type, by account and Region, and in all.

use std::io::{self, Write};

use super::{NARROWEST, bold, dim, draw, draw_digest};
use crate::model::{
    Align, Coverage, DryRun, Inventory, MetricsWindow, PlannedPlace, PlannedType, Status, Summary,
};
use crate::render::cell::{Cell, Tone, UNKNOWN};
use crate::render::digest::{Digest, title_of};
use crate::render::heading::Heading;
use crate::render::plan::PlanReport;
use crate::render::sections::Section;
use crate::render::text::{count, escape, thousands, wrap};
use crate::render::{Report, Style, View};

/// How to see columns that do not fit.
const REMEDY: &str = "--output json has all";

/// What a column of a plan shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Account,
    Name,
    Region,
    Type,
    Resources,
    Values,
    Requests,
    Metrics,
    Statistics,
    Usd,
}

impl Shown {
    fn heading(self) -> Heading {
        let (header, align, rank) = match self {
            Self::Account => ("ACCOUNT", Align::Left, 0),
            Self::Name => ("NAME", Align::Left, 3),
            Self::Region => ("REGION", Align::Left, 0),
            Self::Type => ("TYPE", Align::Left, 0),
            Self::Resources => ("RESOURCES", Align::Right, 1),
            Self::Values => ("VALUES", Align::Right, 2),
            Self::Requests => ("GETMETRICDATA", Align::Right, 0),
            Self::Metrics => ("METRICS", Align::Right, 0),
            Self::Statistics => ("STATISTICS", Align::Right, 0),
            Self::Usd => ("USD", Align::Right, 0),
        };
        Heading::other(header, align, rank)
    }

    /// Whether it says something of this plan.
    fn says_something(self, plan: &DryRun) -> bool {
        match self {
            Self::Account | Self::Region | Self::Type | Self::Resources => true,
            Self::Name => plan.places.iter().any(|place| *place.account_name != *place.account_id),
            Self::Values | Self::Requests | Self::Metrics | Self::Usd => plan.metrics_window.is_some(),
            Self::Statistics => plan.totals.get_metric_statistics_requests > 0,
        }
    }
}

/// What is shown of a type, of an account and Region, or of all.
struct Numbers {
    resources: u64,
    values: u64,
    requests: u64,
    metrics: u64,
    statistics: u64,
    usd: f64,
    extent: Extent,
}

/// Draws the plan.
pub(in crate::render) fn draw_plan(report: &PlanReport<'_>, out: &mut impl Write) -> io::Result<()> {
    let plan = report.plan;
    let width = report.style.width.map(|width| width.max(NARROWEST));
    let style = Style { width, ..report.style };
    // The digest speaks of a report's coverage; a plan is one without resources.
    let listed = Inventory {
        schema_version: plan.schema_version,
        generator: plan.generator.clone(),
        started_at: plan.started_at,
        finished_at: plan.finished_at,
        scope: plan.scope.clone(),
        metrics_window: None,
        resources: Vec::new(),
        coverage: Coverage::clone(&plan.coverage),
        summary: Summary::default(),
        stats: Default::default(),
    };
    let listed =
        Report { inventory: &listed, tables: report.tables, view: &View::default(), style: report.style };
    if !plan.places.is_empty() {
        for section in [by_type(report, &listed), by_place(report)] {
            draw(&section, REMEDY, style, out)?;
            writeln!(out)?;
        }
        let legend = legend(report);
        for line in &legend {
            writeln!(out, "{}", dim(&wrap(line, width, 2), style))?;
        }
        if !legend.is_empty() {
            writeln!(out)?;
        }
    }
    draw_digest(&Digest::of(&listed), style, out)?;
    let [first, rest @ ..] = &sentences(report)[..] else { return Ok(()) };
    writeln!(out, "{}", bold(&wrap(first, width, 2), style))?;
    for line in rest {
        writeln!(out, "{}", wrap(line, width, 2))?;
    }
    Ok(())
}

fn section(title: &str, columns: &[Shown], rows: Vec<Vec<Cell>>) -> Section {
    let headings = columns.iter().map(|column| column.heading()).collect();
    Section { title: title.to_owned(), headings, rows }
}

fn columns(report: &PlanReport<'_>, all: &[Shown]) -> Vec<Shown> {
    all.iter().copied().filter(|column| column.says_something(report.plan)).collect()
}

fn by_type(report: &PlanReport<'_>, listed: &Report<'_>) -> Section {
    use Shown::{Account, Metrics, Name, Region, Resources, Statistics, Type, Usd, Values};
    let columns =
        columns(report, &[Account, Name, Region, Type, Resources, Values, Metrics, Statistics, Usd]);
    let mut rows = Vec::new();
    for place in &report.plan.places {
        for of_type in &place.types {
            let title = title_of(listed, &of_type.resource_type);
            let numbers = Numbers::of_type(of_type);
            rows.push(columns.iter().map(|column| cell(*column, Some(place), title, &numbers)).collect());
        }
    }
    let title = match report.plan.metrics_window {
        Some(_) => "What a report would ask of CloudWatch, by type",
        None => "Resources listed, by type",
    };
    section(title, &columns, rows)
}

fn by_place(report: &PlanReport<'_>) -> Section {
    use Shown::{Account, Metrics, Name, Region, Requests, Resources, Statistics, Usd, Values};
    let columns =
        columns(report, &[Account, Name, Region, Resources, Values, Requests, Metrics, Statistics, Usd]);
    let places = report.plan.places.iter().map(|place| (Some(place), Numbers::of_place(place)));
    let all = places.chain([(None, Numbers::of_all(report.plan))]);
    let rows =
        all.map(|(place, numbers)| columns.iter().map(|column| cell(*column, place, "", &numbers)).collect());
    let title = match report.plan.metrics_window {
        Some(_) => "In how many requests, by account and Region",
        None => "Resources listed, by account and Region",
    };
    section(title, &columns, rows.collect())
}

/// One cell; of no place in particular, the total.
fn cell(column: Shown, place: Option<&PlannedPlace>, title: &str, numbers: &Numbers) -> Cell {
    let text =
        |of_place: fn(&PlannedPlace) -> &str, total: &str| Cell::plain(escape(place.map_or(total, of_place)));
    let number = |number: u64| known(thousands(number), numbers.extent);
    match column {
        Shown::Account => text(|place| &place.account_id, "TOTAL"),
        Shown::Name => text(|place| &place.account_name, ""),
        Shown::Region => text(|place| &place.region, ""),
        Shown::Type => Cell::plain(escape(title)),
        Shown::Resources => number(numbers.resources),
        Shown::Values => number(numbers.values),
        Shown::Requests => number(numbers.requests),
        Shown::Metrics => number(numbers.metrics),
        Shown::Statistics => number(numbers.statistics),
        Shown::Usd => known(format!("{:.5}", numbers.usd), numbers.extent),
    }
}

impl Numbers {
    fn of_type(of_type: &PlannedType) -> Self {
        Self {
            resources: of_type.resources,
            values: of_type.values,
            requests: 0,
            metrics: of_type.metrics_requested,
            statistics: of_type.get_metric_statistics_requests,
            usd: of_type.estimated_cost_usd,
            extent: extent_of_type(of_type),
        }
    }

    fn of_place(place: &PlannedPlace) -> Self {
        let sum = |of: fn(&PlannedType) -> u64| place.types.iter().map(of).sum();
        Self {
            resources: sum(|of_type| of_type.resources),
            values: sum(|of_type| of_type.values),
            requests: place.get_metric_data_requests,
            metrics: sum(|of_type| of_type.metrics_requested),
            statistics: sum(|of_type| of_type.get_metric_statistics_requests),
            usd: place.estimated_cost_usd,
            extent: extent_of(place),
        }
    }

    fn of_all(plan: &DryRun) -> Self {
        let totals = &plan.totals;
        Self {
            resources: totals.resources,
            values: totals.values,
            requests: totals.get_metric_data_requests,
            metrics: totals.metrics_requested,
            statistics: totals.get_metric_statistics_requests,
            usd: totals.estimated_cost_usd,
            extent: if plan.certainty.incomplete_queries > 0 { Extent::Some } else { Extent::All },
        }
    }
}

/// What the columns and signs mean.
fn legend(report: &PlanReport<'_>) -> Vec<String> {
    let plan = report.plan;
    let mut legend = Vec::new();
    if plan.metrics_window.is_some() {
        legend.push(match plan.totals.get_metric_statistics_requests {
            0 => "METRICS are requested of GetMetricData; the types share its requests. 1,000 cost $0.01.".to_owned(),
            _ => "METRICS are requested of GetMetricData; the types share its requests. STATISTICS are requests to \
                  GetMetricStatistics. 1,000 of either cost $0.01."
                .to_owned(),
        });
    }
    if plan.certainty.incomplete_queries > 0 {
        legend.push("? = could not be listed   + = at least".to_owned());
    }
    legend
}

/// How much of what there is was listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    All,
    Some,
    Nothing,
}

fn extent_of(place: &PlannedPlace) -> Extent {
    let is = |extent: Extent| place.types.iter().all(|of_type| extent_of_type(of_type) == extent);
    if is(Extent::All) {
        Extent::All
    } else if is(Extent::Nothing) {
        Extent::Nothing
    } else {
        Extent::Some
    }
}

const fn extent_of_type(of_type: &PlannedType) -> Extent {
    match (of_type.status, of_type.resources) {
        (Status::Complete, _) => Extent::All,
        (_, 0) => Extent::Nothing,
        _ => Extent::Some,
    }
}

/// A number that may be more where not all was listed, and is not known where nothing was.
fn known(number: String, extent: Extent) -> Cell {
    match extent {
        Extent::All => Cell::plain(number),
        Extent::Some => Cell::plain(number + "+"),
        Extent::Nothing => Cell { text: UNKNOWN.to_owned(), tone: Tone::Unknown },
    }
}

/// All of it, the window, and how sure it is.
fn sentences(report: &PlanReport<'_>) -> Vec<String> {
    let plan = report.plan;
    let totals = &plan.totals;
    let (at_least, listed) = match plan.certainty.incomplete_queries {
        0 => ("", ""),
        _ => ("At least ", " for what was listed"),
    };
    let mut asked = vec![format!(
        "{} in {}",
        count(totals.metrics_requested, "metric", "metrics"),
        count(totals.get_metric_data_requests, "GetMetricData request", "GetMetricData requests"),
    )];
    if totals.get_metric_statistics_requests > 0 {
        let requests = totals.get_metric_statistics_requests;
        asked.push(count(requests, "GetMetricStatistics request", "GetMetricStatistics requests"));
    }
    let resources = count(totals.resources, "resource", "resources");
    let mut sentences = Vec::new();
    match &plan.metrics_window {
        Some(window) => {
            sentences.push(format!(
                "{at_least}{resources} with {}: {}, at most ${}{listed}. This was a dry run: CloudWatch was not asked.",
                count(totals.values, "value", "values"),
                asked.join(" and "),
                dollars(totals.estimated_cost_usd),
            ));
            sentences.push(window_in_words(window));
        }
        None => sentences.push(format!("{at_least}{resources}.")),
    }
    sentences.extend(plan.certainty.notes.iter().map(|note| escape(note).into_owned()));
    sentences
}

fn window_in_words(window: &MetricsWindow) -> String {
    let MetricsWindow { start, end, period_seconds } = window;
    let period = match period_seconds {
        seconds if seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        seconds if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    };
    format!("Window: {start} to {end}, in periods of {period}.")
}

/// At least to the cent, without more zeros.
fn dollars(usd: f64) -> String {
    let text = format!("{usd:.5}");
    let cents = text.len() - 3;
    let (cents, rest) = text.split_at(cents);
    format!("{cents}{}", rest.trim_end_matches('0'))
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
