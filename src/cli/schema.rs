//! `awsinv schema`: the JSON Schema of the report document.

use serde_json::Value;

use super::{Exit, WriteError};
use crate::model::{Inventory, SCHEMA_VERSION};
use crate::printer::Printer;

/// The JSON Schema of the document that `--output json` writes.
pub(super) fn document() -> Value {
    let mut schema = schemars::schema_for!(Inventory);
    schema.insert("$id".into(), format!("urn:awsinv:report:{SCHEMA_VERSION}").into());
    schema.insert("title".into(), "awsinv report".into());
    schema.to_value()
}

/// Prints it.
pub(super) fn run(printer: &mut Printer) -> anyhow::Result<Exit> {
    let schema = document();
    printer
        .data(|out| {
            serde_json::to_writer_pretty(&mut *out, &schema)?;
            out.write_all(b"\n")
        })
        .map_err(WriteError::stdout)?;
    Ok(Exit::Complete)
}
