//! `--output table`: for people at a terminal, and for `grep` behind it.
//!
//! One line a resource, two spaces between columns, no borders: what is copied from it is the value alone.
//! Where the terminal is too narrow, the least important columns go first, and the table says which.

mod fit;
mod plan;

use std::io::{self, Write};

pub(super) use plan::draw_plan;

use comfy_table::{Attribute, CellAlignment, Color, Table as Grid, TableStyle};

use super::cell::{Cell, Tone};
use super::digest::{Digest, Hole};
use super::sections::{Section, Sections};
use super::text::{truncate, wrap};
use super::{Renderer, Report, Style, summary};
use crate::model::Align;

/// Terminal columns between two columns of a table.
const GAP: u16 = 2;
/// No terminal is taken for narrower than this: below it, nothing sensible can be shown on one line.
const NARROWEST: u16 = 40;

/// The table format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table;

impl Renderer for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let width = report.style.width.map(|width| width.max(NARROWEST));
        let style = Style { width, ..report.style };
        let out = &mut io::BufWriter::new(out);
        let sections = Sections::of(report);
        for section in &sections.sections {
            draw(section, "--columns picks", style, out)?;
            writeln!(out)?;
        }
        if !sections.legend.is_empty() {
            writeln!(out, "{}", dim(&wrap(&sections.legend.join("   "), width, 0), style))?;
        }
        if let Some(limited) = &sections.limited {
            writeln!(out, "{}", wrap(limited, width, 0))?;
        }
        if !sections.legend.is_empty() || sections.limited.is_some() {
            writeln!(out)?;
        }
        draw_digest(&Digest::of(report), style, out)?;
        for line in summary::lines(report) {
            writeln!(out, "{}", wrap(&line, width, 2))?;
        }
        out.flush()
    }
}

/// Draws a grid. Where columns do not fit, it says so, and how they are to be seen.
fn draw(section: &Section, remedy: &str, style: Style, out: &mut impl Write) -> io::Result<()> {
    let fitted = fit::fit(section, style.width, GAP);
    writeln!(out, "{}", bold(&truncate(&section.title, style.width.map_or(usize::MAX, usize::from)), style))?;
    let mut grid = Grid::new();
    grid.load_style(TableStyle::new()).force_no_tty();
    if style.color {
        grid.enforce_styling();
        grid.style_text_only();
    }
    grid.set_header(fitted.columns.iter().map(|&(column, width)| {
        let heading = &section.headings[column];
        comfy_table::Cell::new(truncate(&heading.header, width))
            .add_attribute(Attribute::Bold)
            .set_alignment(alignment(heading.align))
    }));
    for row in &section.rows {
        grid.add_row(fitted.columns.iter().map(|&(column, width)| {
            styled(&row[column], width).set_alignment(alignment(section.headings[column].align))
        }));
    }
    for column in grid.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    for line in grid.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    if !fitted.dropped.is_empty() {
        let names: Vec<&str> =
            fitted.dropped.iter().map(|&column| &*section.headings[column].header).collect();
        let text = format!("(not shown at this width: {}; {remedy})", names.join(", "));
        writeln!(out, "{}", dim(&wrap(&text, style.width, 1), style))?;
    }
    Ok(())
}

const fn alignment(align: Align) -> CellAlignment {
    match align {
        Align::Left => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    }
}

/// The cell, cut to its column's width, in the colour of its tone.
fn styled(cell: &Cell, width: usize) -> comfy_table::Cell {
    let drawn = comfy_table::Cell::new(truncate(&cell.text, width));
    match cell.tone {
        Tone::Plain => drawn,
        Tone::Serving => drawn.fg(Color::DarkGreen),
        Tone::Changing => drawn.fg(Color::DarkYellow),
        Tone::Resting | Tone::Nothing => drawn.fg(Color::DarkGrey),
        Tone::Broken => drawn.fg(Color::DarkRed).add_attribute(Attribute::Bold),
        Tone::Hot => drawn.fg(Color::DarkRed),
        Tone::Warm => drawn.fg(Color::DarkYellow),
        // The bright one: on a dark ground, dark blue cannot be read.
        Tone::Idle => drawn.fg(Color::Blue),
        Tone::Unknown => drawn.fg(Color::DarkMagenta).add_attribute(Attribute::Bold),
    }
}

fn draw_digest(digest: &Digest, style: Style, out: &mut impl Write) -> io::Result<()> {
    let code = if digest.complete { "32" } else { "1;31" };
    writeln!(out, "{}", painted(&wrap(&digest.headline, style.width, 0), code, style))?;
    for hole in &digest.holes {
        draw_hole(hole, style, out)?;
    }
    if digest.more_holes > 0 {
        writeln!(out, "  and {} more (see --output json)", digest.more_holes)?;
    }
    if !digest.holes.is_empty() && !digest.notes.is_empty() {
        writeln!(out)?;
    }
    for note in &digest.notes {
        writeln!(out, "{}", wrap(&note.text, style.width, 2))?;
        draw_hint(note.hint.as_deref(), style, out)?;
    }
    writeln!(out)
}

fn draw_hole(hole: &Hole, style: Style, out: &mut impl Write) -> io::Result<()> {
    writeln!(out)?;
    writeln!(out, "  {}  {}", painted(&hole.class, "1;31", style), bold(&hole.call, style))?;
    for text in [&hole.place, &hole.message] {
        if !text.is_empty() {
            writeln!(out, "{}", wrap(&format!("    {text}"), style.width, 4))?;
        }
    }
    if !hole.reference.is_empty() {
        writeln!(out, "{}", dim(&wrap(&format!("    {}", hole.reference), style.width, 4), style))?;
    }
    draw_hint(hole.hint.as_deref(), style, out)
}

fn draw_hint(hint: Option<&str>, style: Style, out: &mut impl Write) -> io::Result<()> {
    let Some(hint) = hint else { return Ok(()) };
    let wrapped = wrap(&format!("    hint: {hint}"), style.width, 10);
    writeln!(out, "{}", wrapped.replacen("hint:", &painted("hint:", "36", style), 1))
}

fn bold(text: &str, style: Style) -> String {
    painted(text, "1", style)
}

fn dim(text: &str, style: Style) -> String {
    painted(text, "2", style)
}

/// The text in an ANSI style, where colours are wanted.
fn painted(text: &str, code: &str, style: Style) -> String {
    if style.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}
