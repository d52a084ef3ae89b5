//! Takes the pages as they come: filters and counts them, writes those of the streams at once, keeps the rest
//! for the outputs that need all of it.

use std::io::{self, Write};

use super::Taker;
use super::shape::Shape;
use crate::cli::{NDJSON, WriteError};
use crate::config::OutputSpec;
use crate::coordinator::Outcome;
use crate::model::{
    Coverage, Decision, Generator, Inventory, Resource, SCHEMA_VERSION, Summary, Timestamp, Trailer,
};
use crate::printer::{AtomicFile, Delivery, Printer, write_file_atomically};
use crate::render::{self, Ndjson, Report, Style};

/// Takes the pages of one run.
pub(super) struct Gather<'a> {
    shape: &'a Shape,
    streams: Vec<Stream>,
    keep: bool,
    kept: Vec<Resource>,
    summary: Summary,
    errors: Vec<WriteError>,
}

/// An ndjson output: written as pages come, in bounded memory.
struct Stream {
    output: OutputSpec,
    /// `None` = standard output.
    file: Option<AtomicFile>,
    /// Nothing more is written after an error, or once the reader has gone.
    open: bool,
}

/// Whether it is worth going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Going {
    On,
    /// The one who reads standard output has seen enough, and nothing else is written.
    ReaderGone,
}

impl Going {
    pub(super) fn reader_gone(self) -> bool {
        self == Self::ReaderGone
    }
}

/// What was written, for the exit code.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) coverage: Coverage,
    pub(super) summary: Summary,
    pub(super) errors: Vec<WriteError>,
    pub(super) reader_gone: bool,
}

impl<'a> Gather<'a> {
    /// Opens the streams. An output that cannot be opened is reported at the end, beside those that can.
    pub(super) fn new(shape: &'a Shape) -> Self {
        let mut errors = Vec::new();
        let mut streams = Vec::new();
        for output in shape.outputs.iter().filter(|output| output.format == NDJSON) {
            let file = match output.path.as_deref().map(|path| (path, AtomicFile::create(path))) {
                None => None,
                Some((_, Ok(file))) => Some(file),
                Some((path, Err(error))) => {
                    errors.push(WriteError::file(path, error));
                    continue;
                }
            };
            streams.push(Stream { output: output.clone(), file, open: true });
        }
        let keep = shape.outputs.iter().any(|output| output.format != NDJSON);
        Self { shape, streams, keep, kept: Vec::new(), summary: Summary::default(), errors }
    }

    /// Whether it keeps the resources in memory, for an output that needs all of them.
    pub(super) const fn keeps(&self) -> bool {
        self.keep
    }
}

impl Taker for Gather<'_> {
    /// Takes one page.
    fn page(&mut self, mut page: Vec<Resource>, printer: &mut Printer) -> Going {
        page.retain(|resource| match self.shape.filters.decide(resource) {
            Decision::Keep => true,
            Decision::Drop => {
                self.summary.filtered_out += 1;
                false
            }
            Decision::Undecided => {
                self.summary.undecided += 1;
                false
            }
        });
        page.iter().for_each(|resource| self.summary.count(resource));
        let errors = &mut self.errors;
        for stream in self.streams.iter_mut().filter(|stream| stream.open) {
            stream.write(printer, errors, |out| Ndjson::new(out).resources(&page));
        }
        if self.keep {
            self.kept.append(&mut page);
            return Going::On;
        }
        if self.streams.iter().any(|stream| stream.open) { Going::On } else { Going::ReaderGone }
    }

    /// Ends the streams and writes every other output.
    fn finish(mut self, outcome: Outcome, started_at: Timestamp, printer: &mut Printer) -> Written {
        let shape = self.shape;
        let Outcome { scope, metrics_window, coverage, stats, .. } = outcome;
        self.kept.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        let inventory = Inventory {
            schema_version: SCHEMA_VERSION,
            generator: Generator::current(),
            started_at,
            finished_at: Timestamp::now(),
            scope,
            metrics_window,
            resources: self.kept,
            coverage,
            summary: self.summary,
            stats,
        };
        let mut errors = self.errors;
        let mut reader_gone = false;
        let trailer = Trailer {
            coverage: inventory.coverage.clone(),
            metrics_window: inventory.metrics_window.clone(),
            summary: inventory.summary.clone(),
            stats: inventory.stats.clone(),
        };
        for mut stream in self.streams {
            if stream.open {
                stream.write(printer, &mut errors, |out| Ndjson::new(out).finish(&trailer).map(drop));
            }
            reader_gone |= !stream.open && stream.file.is_none();
            if stream.open
                && let (Some(file), Some(path)) = (stream.file, &stream.output.path)
            {
                errors.extend(file.commit().err().map(|error| WriteError::file(path, error)));
            }
        }
        for output in shape.outputs.iter().filter(|output| output.format != NDJSON) {
            match write(output, &inventory, shape, printer) {
                Ok(delivery) => reader_gone |= delivery == Delivery::ReaderGone,
                Err(error) => errors.push(error),
            }
        }
        Written { coverage: inventory.coverage, summary: inventory.summary, errors, reader_gone }
    }
}

impl Stream {
    fn write(
        &mut self,
        printer: &mut Printer,
        errors: &mut Vec<WriteError>,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) {
        match &mut self.file {
            Some(file) => {
                if let Err(error) = write(file) {
                    self.open = false;
                    if let Some(path) = &self.output.path {
                        errors.push(WriteError::file(path, error));
                    }
                }
            }
            None => match printer.data(write) {
                Ok(Delivery::Written) => {}
                Ok(Delivery::ReaderGone) => self.open = false,
                Err(error) => {
                    self.open = false;
                    errors.push(WriteError::stdout(error));
                }
            },
        }
    }
}

/// Writes one output that needs the whole inventory.
fn write(
    output: &OutputSpec,
    inventory: &Inventory,
    shape: &Shape,
    printer: &mut Printer,
) -> Result<Delivery, WriteError> {
    deliver(output, printer, |style, out| {
        let report = Report { inventory, tables: &shape.tables, view: &shape.view, style };
        match (&shape.query, render::format(&output.format)) {
            (Some(query), _) if output.format == "json" => {
                query.render(inventory, out).map_err(io::Error::from)
            }
            (_, Some(format)) => format.render(&report, out),
            (_, None) => Err(io::Error::other(format!("there is no output format `{}`", output.format))),
        }
    })
}

/// Writes to where this output goes, in the style that fits the place.
pub(super) fn deliver(
    output: &OutputSpec,
    printer: &mut Printer,
    render: impl FnOnce(Style, &mut dyn Write) -> io::Result<()>,
) -> Result<Delivery, WriteError> {
    match &output.path {
        None => {
            let style = Style { width: printer.width(), color: printer.color() };
            printer.data(|out| render(style, out)).map_err(WriteError::stdout)
        }
        Some(path) => write_file_atomically(path, |out| render(Style::default(), out))
            .map(|()| Delivery::Written)
            .map_err(|error| WriteError::file(path, error)),
    }
}
