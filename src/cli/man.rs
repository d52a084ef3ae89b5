//! `awsinv man`: one manual page for the whole program.

use std::io::{self, Write};

use clap_mangen::Man;

use super::{Exit, WriteError};
use crate::printer::Printer;

/// Prints the page as roff.
pub(super) fn run(printer: &mut Printer) -> anyhow::Result<Exit> {
    let page = page().map_err(WriteError::stdout)?;
    printer.data(|out| out.write_all(&page)).map_err(WriteError::stdout)?;
    Ok(Exit::Complete)
}

/// The page: the program's own sections, then one for each subcommand.
fn page() -> io::Result<Vec<u8>> {
    let mut command = super::command();
    command.build();
    let mut page = Vec::new();
    let man = Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let name = subcommand.get_name().to_uppercase();
        let man = Man::new(subcommand.clone());
        let mut section = Vec::new();
        man.render_synopsis_section(&mut section)?;
        man.render_description_section(&mut section)?;
        man.render_options_section(&mut section)?;
        if subcommand.get_after_help().is_some() || subcommand.get_after_long_help().is_some() {
            man.render_extra_section(&mut section)?;
        }
        writeln!(page, ".SH \"AWSINV {name}\"")?;
        for line in String::from_utf8_lossy(&section).lines() {
            // What is a section of a page of its own is a subsection here.
            match line.strip_prefix(".SH ") {
                // What follows the options in help texts: each time it begins with examples.
                Some("EXTRA") => writeln!(page, ".SS EXAMPLES")?,
                Some(title) => writeln!(page, ".SS {title}")?,
                None => writeln!(page, "{line}")?,
            }
        }
    }
    let mut extra = Vec::new();
    man.render_extra_section(&mut extra)?;
    page.extend(String::from_utf8_lossy(&extra).replacen(".SH EXTRA", ".SH \"EXIT STATUS\"", 1).bytes());
    man.render_version_section(&mut page)?;
    Ok(page)
}
