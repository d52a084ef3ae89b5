//! `--output ndjson`: one resource a line, then one last line with coverage, summary and stats.
//!
//! Nothing is gathered: [`Ndjson`] writes what has arrived and forgets it. A file without the last line was cut.

use std::io::{self, Write};

use super::json::write_line;
use super::{Renderer, Report};
use crate::model::{Resource, Trailer};

/// The stream of an ndjson document.
#[derive(Debug)]
pub struct Ndjson<W> {
    out: W,
    /// One page of lines: written at once, so that a reader sees whole pages as they arrive.
    page: Vec<u8>,
}

impl<W: Write> Ndjson<W> {
    /// A stream that has written nothing yet.
    pub const fn new(out: W) -> Self {
        Self { out, page: Vec::new() }
    }

    /// Writes some resources, a line each, in the order given.
    pub fn resources<'a>(&mut self, resources: impl IntoIterator<Item = &'a Resource>) -> io::Result<()> {
        self.page.clear();
        for resource in resources {
            write_line(resource, &mut self.page)?;
        }
        self.out.write_all(&self.page)?;
        self.out.flush()
    }

    /// Writes the last line, and gives back what was written to.
    pub fn finish(mut self, trailer: &Trailer) -> io::Result<W> {
        write_line(trailer, &mut self.out)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// The same lines from a document that was gathered for another output anyway.
#[derive(Clone, Copy, Debug)]
pub(super) struct NdjsonFormat;

/// Resources in one write: enough to make system calls rare, few enough to stay small.
const PAGE: usize = 256;

impl Renderer for NdjsonFormat {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let inventory = report.inventory;
        let mut stream = Ndjson::new(out);
        for page in inventory.resources.chunks(PAGE) {
            stream.resources(page)?;
        }
        let trailer = Trailer {
            coverage: inventory.coverage.clone(),
            metrics_window: inventory.metrics_window.clone(),
            summary: inventory.summary.clone(),
            stats: inventory.stats.clone(),
        };
        stream.finish(&trailer)?;
        Ok(())
    }
}
