//! `awsinv schema`: the JSON Schema of the report document.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Exit, WriteError};
use crate::model::{Inventory, SCHEMA_VERSION};
use crate::printer::Printer;

/// The JSON Schema of the document that `--output json` writes.
pub(super) fn document() -> Value {
    // As it is written, not as it could be read: every key is there, `null` where there is no value.
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Inventory>();
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::document;

    #[test]
    fn every_key_but_series_is_required_and_those_without_a_value_may_be_null() {
        let schema = document();
        let resource = &schema["$defs"]["Resource"];
        let keys = resource["properties"].as_object().unwrap();
        let required = resource["required"].as_array().unwrap();
        let optional: Vec<_> = keys.keys().filter(|key| !required.contains(&json!(key))).collect();
        assert_eq!(optional, ["series"]);
        assert_eq!(keys["state"]["type"], json!(["string", "null"]));
        assert_eq!(resource["additionalProperties"], json!(false));
    }
}
