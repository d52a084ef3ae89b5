//! `--output markdown`: the report as a page for a ticket, a wiki or a pull request (GitHub's dialect).
//!
//! The columns are those of the table, all of them, as a page has no width. Whatever AWS holds stays text:
//! no markup, HTML or line break of it survives.

use std::io::{self, Write};

use super::digest::{Digest, Hole};
use super::sections::{Section, Sections};
use super::{Renderer, Report, summary};
use crate::model::Align;

/// The Markdown format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Markdown;

impl Renderer for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let out = &mut io::BufWriter::new(out);
        let inventory = report.inventory;
        let digest = Digest::of(report);
        let sections = Sections::of(report);
        writeln!(out, "# AWS inventory, {}\n", literal(&inventory.started_at.to_string()))?;
        for line in summary::lines(report) {
            writeln!(out, "{}\n", literal(&line))?;
        }
        if !digest.complete {
            writeln!(out, "**Incomplete: see [Coverage](#coverage).**\n")?;
        }
        for section in &sections.sections {
            write_section(section, out)?;
        }
        if let Some(limited) = &sections.limited {
            writeln!(out, "{}\n", literal(limited))?;
        }
        if !sections.legend.is_empty() {
            writeln!(out, "{}\n", sections.legend.join(", "))?;
        }
        write_coverage(&digest, out)?;
        out.flush()
    }
}

fn write_section(section: &Section, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "## {}\n", literal(&section.title))?;
    let headers = section.headings.iter().map(|heading| literal(&heading.header));
    write_row(headers, out)?;
    let rules = section.headings.iter().map(|heading| match heading.align {
        Align::Left => "---".to_owned(),
        Align::Right => "--:".to_owned(),
    });
    write_row(rules, out)?;
    for row in &section.rows {
        write_row(row.iter().map(|cell| literal(&cell.text)), out)?;
    }
    writeln!(out)
}

fn write_row(cells: impl Iterator<Item = String>, out: &mut impl Write) -> io::Result<()> {
    write!(out, "|")?;
    for cell in cells {
        write!(out, " {cell} |")?;
    }
    writeln!(out)
}

fn write_coverage(digest: &Digest, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "## Coverage\n")?;
    writeln!(out, "{}", literal(digest.headline.trim_start_matches("Coverage: ")))?;
    if !digest.holes.is_empty() {
        writeln!(out)?;
    }
    for hole in &digest.holes {
        write_hole(hole, out)?;
    }
    if digest.more_holes > 0 {
        writeln!(out, "- and {} more (see `--output json`)", digest.more_holes)?;
    }
    for note in &digest.notes {
        writeln!(out, "\n{}", literal(&note.text))?;
        if let Some(hint) = &note.hint {
            writeln!(out, "<br>hint: {}", literal(hint))?;
        }
    }
    Ok(())
}

fn write_hole(hole: &Hole, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "- **{}** {}: {}", literal(&hole.class), literal(&hole.call), literal(&hole.place))?;
    for text in [&hole.message, &hole.reference] {
        if !text.is_empty() {
            writeln!(out, "  <br>{}", literal(text))?;
        }
    }
    if let Some(hint) = &hole.hint {
        writeln!(out, "  <br>hint: {}", literal(hint))?;
    }
    Ok(())
}

/// Text that Markdown shows as it is. It comes without control characters.
fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Within a word GitHub reads no emphasis, and names stay readable in the source.
            '_' if before.is_alphanumeric() && rest.peek().is_some_and(|c| c.is_alphanumeric()) => {
                escaped.push(c)
            }
            // An empty comment keeps GitHub from calling whoever has that name.
            '@' if !before.is_alphanumeric() => escaped.push_str("@<!-- -->"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
        before = c;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_name_stays_text() {
        for (text, shown) in [
            ("a|b", "a\\|b"),
            ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
            ("[click](http://example.com)", "\\[click\\](http://example.com)"),
            ("`code` **bold** ~~gone~~", "\\`code\\` \\*\\*bold\\*\\* \\~\\~gone\\~\\~"),
            ("snake_case _emphasis_", "snake_case \\_emphasis\\_"),
            ("a\\|b", "a\\\\\\|b"),
            ("@octocat me@example.com", "@<!-- -->octocat me@example.com"),
            ("R&D &lt;", "R&amp;D &amp;lt;"),
        ] {
            assert_eq!(literal(text), shown);
        }
    }
}
