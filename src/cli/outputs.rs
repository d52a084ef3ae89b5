//! Whether the outputs that were asked for exist, and can stand beside each other.

use super::UsageError;
use crate::config::OutputSpec;
use crate::printer::replaced_by;
use crate::render::FORMATS;

/// The stream, which is no renderer: it writes before everything is known.
pub const NDJSON: &str = "ndjson";

/// The formats' names, in the order of the help text.
pub(super) fn formats() -> Vec<&'static str> {
    FORMATS.iter().map(|format| format.name()).collect()
}

/// Refuses formats that do not exist, and two outputs of which one would replace the other.
pub(super) fn check(outputs: &[OutputSpec]) -> Result<(), UsageError> {
    let formats = formats();
    for OutputSpec { format, .. } in outputs {
        if formats.contains(&format.as_str()) {
            continue;
        }
        let unknown = UsageError::unknown("output format", format, formats.iter().copied());
        return Err(match format.as_str() {
            // What the AWS CLI knows and we do not.
            "text" => UsageError::new("there is no output format `text`")
                .hint("for columns parted by a character, use `--output csv`; for people, `--output table`"),
            "yaml" | "yaml-stream" => UsageError::new(format!("there is no output format `{format}`"))
                .hint("use `--output json`, which YAML readers read as well"),
            "off" => UsageError::new("there is no output format `off`")
                .hint("write to a file (`--output json=PATH`), and add `-q` to silence messages"),
            _ => unknown,
        });
    }
    let mut taken = Vec::new();
    for path in outputs.iter().filter_map(|output| output.path.as_deref()) {
        let Some(place) = replaced_by(path) else { continue };
        if taken.contains(&place) {
            return Err(UsageError::new(format!("two outputs would write {}", place.display())));
        }
        taken.push(place);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(format: &str) -> Option<String> {
        let outputs = [OutputSpec { format: format.into(), path: None }];
        check(&outputs).err().and_then(|error| error.hints.into_iter().next())
    }

    #[test]
    fn every_format_is_accepted_by_its_name() {
        for format in formats() {
            assert_eq!(hint(format), None, "{format}");
        }
    }

    #[test]
    fn one_file_in_two_spellings_is_still_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let outputs = |names: [&str; 2]| {
            check(
                &names.map(|name| OutputSpec { format: "json".into(), path: Some(folder.path().join(name)) }),
            )
        };
        assert!(outputs(["a.json", "./b.json"]).is_ok());
        assert!(outputs(["a.json", "./a.json"]).is_err());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("a.json", folder.path().join("latest.json")).unwrap();
            assert!(outputs(["a.json", "latest.json"]).is_err());
        }
        assert!(outputs(["/dev/null", "/dev/null"]).is_ok());
    }

    #[test]
    fn formats_of_the_aws_cli_are_answered_with_ours() {
        assert!(hint("text").unwrap().contains("--output csv"));
        assert!(hint("yaml").unwrap().contains("--output json"));
        assert!(hint("jsn").unwrap().contains("`json`"));
        assert!(hint("pdf").unwrap().contains("known: table, json"));
    }
}
