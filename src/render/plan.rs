//! The plan of `--dry-run`: what a report would ask of CloudWatch, as a table and as JSON.

use std::io::{self, Write};

use super::json::write_pretty;
use super::{Style, TypeTable, table};
use crate::model::DryRun;

/// The formats that a plan can be written as.
pub const PLAN_FORMATS: [&str; 2] = ["table", "json"];

/// All that may be looked at to write a plan.
#[derive(Clone, Copy, Debug)]
pub struct PlanReport<'a> {
    /// The document.
    pub plan: &'a DryRun,
    /// The titles of the types.
    pub tables: &'a [TypeTable],
    /// What the output is written for.
    pub style: Style,
}

impl PlanReport<'_> {
    /// Writes the plan in one of [`PLAN_FORMATS`].
    ///
    /// # Errors
    /// What `out` does not take (a closed pipe), or another format.
    pub fn render(&self, format: &str, out: &mut dyn Write) -> io::Result<()> {
        let out = &mut io::BufWriter::new(out);
        match format {
            "table" => table::draw_plan(self, out)?,
            "json" => write_pretty(self.plan, out)?,
            other => return Err(io::Error::other(format!("a plan has no output format `{other}`"))),
        }
        out.flush()
    }
}
