//! What a collected inventory looks like on paper: one file a format, one row of [`FORMATS`] each.
//!
//! Renderers are pure: the same report gives the same bytes, whatever terminal, clock or environment there is.
//! They never write a control character that came from AWS, and never let an unknown value look like none.
//!
//! ```text
//! Inventory ─▶ View ─▶ sections ─▶ table, markdown        json, ndjson, --query: the document as it is
//!              rows    headings └▶ counts (--group-by)    csv: the document's keys, or --columns
//!                      └▶ cell ─▶ measure (units), heat (colours), trend (sparklines)
//! coverage  ─▶ digest ─────────▶ table, markdown
//! ```

mod cell;
mod csv;
mod digest;
mod heading;
mod heat;
mod json;
mod markdown;
mod measure;
mod ndjson;
mod plan;
mod query;
mod sections;
mod summary;
mod table;
mod text;
mod trend;
mod view;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use std::io;

pub use ndjson::Ndjson;
pub use plan::{PLAN_FORMATS, PlanReport};
pub use query::{Query, QueryError};
pub use text::{escape, thousands};
pub use view::{Rows, SortKey, View};

use crate::model::{Column, Inventory};

/// How one resource type is shown in tables, as its collector declares it.
#[derive(Clone, Debug)]
pub struct TypeTable {
    /// CloudFormation type name.
    pub resource_type: &'static str,
    /// Its plural in words (`EC2 instances`).
    pub title: &'static str,
    /// What its table shows: of metrics, those that were asked.
    pub columns: Vec<Column>,
}

/// What the output is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal; `None` where there is none, so that nothing is cut in a pipe or a file.
    pub width: Option<u16>,
    /// Whether colours are wanted.
    pub color: bool,
}

/// All that a renderer may look at.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The document.
    pub inventory: &'a Inventory,
    /// How each type is shown, in the order of the sections. Types that are missing here get the columns all have.
    pub tables: &'a [TypeTable],
    /// Which rows and columns, in which order.
    pub view: &'a View,
    /// What the output is written for.
    pub style: Style,
}

/// One output format.
pub trait Renderer: Sync {
    /// What `--output` calls it.
    fn name(&self) -> &'static str;

    /// Writes the whole report. What `out` does not take (a closed pipe) is the only error.
    fn render(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()>;
}

/// Every output format. `ndjson` can also be written while resources arrive: see [`Ndjson`].
pub const FORMATS: &[&dyn Renderer] =
    &[&table::Table, &json::Json, &ndjson::NdjsonFormat, &csv::Csv, &markdown::Markdown];

/// The format of this name.
pub fn format(name: &str) -> Option<&'static dyn Renderer> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}
