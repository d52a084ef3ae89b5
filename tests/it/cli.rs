//! The real binary's command line: help texts, refusals, the small subcommands, start-up.

use std::path::Path;
use std::time::{Duration, Instant};

use assert_cmd::Command;

/// The binary in an empty environment: no credentials, no settings, 80 columns.
pub(crate) fn awsinv(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_awsinv"));
    command.env_clear().env("HOME", home).env("COLUMNS", "80").timeout(Duration::from_secs(120));
    command
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// What was printed: exit code, standard output, standard error.
fn run(args: &[&str], env: &[(&str, &str)]) -> (i32, String, String) {
    let home = folder();
    let mut command = awsinv(home.path());
    let output = command.args(args).envs(env.iter().copied()).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

/// What a refusal says; nothing may stand on standard output.
#[track_caller]
fn refusal(args: &[&str], env: &[(&str, &str)]) -> String {
    let (code, out, err) = run(args, env);
    assert_eq!(code, 2, "{args:?}: {err}");
    assert!(out.is_empty(), "{args:?} prints {} bytes", out.len());
    err
}

#[test]
fn help_texts_read_well_at_80_columns() {
    for subcommand in ["", "report", "demo", "schema", "completions", "man"] {
        let args: Vec<&str> = [subcommand, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let (code, out, err) = run(&args, &[]);
        assert_eq!((code, err.as_str()), (0, ""));
        for line in out.lines() {
            assert!(line.chars().count() <= 80, "awsinv {subcommand}: {line}");
        }
        let name = if subcommand.is_empty() { "help" } else { subcommand };
        insta::assert_snapshot!(format!("help_{name}"), out);
    }
    insta::assert_snapshot!("help_report_short", run(&["report", "-h"], &[]).1);
}

#[test]
fn without_a_subcommand_it_helps_on_standard_error_and_exits_2() {
    assert!(refusal(&[], &[]).contains("Usage: awsinv <COMMAND>"));
}

#[test]
fn help_can_be_asked_for_as_a_subcommand() {
    assert_eq!(run(&["help", "report"], &[]), run(&["report", "--help"], &[]));
}

#[test]
fn the_version_is_the_packages() {
    assert_eq!(run(&["--version"], &[]).1, format!("awsinv {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn it_starts_in_20_milliseconds() {
    let home = folder();
    let fastest = (0..10)
        .map(|_| {
            let start = Instant::now();
            awsinv(home.path()).arg("--version").assert().success();
            start.elapsed()
        })
        .min();
    assert!(fastest < Some(Duration::from_millis(20)), "{fastest:?}");
}

#[test]
fn mistakes_are_refused_with_what_was_meant() {
    for (args, words) in [
        (&["frob"][..], &["unrecognized subcommand 'frob'"][..]),
        (&["report", "--regoin", "x"], &["--region"]),
        (&["report", "-o", "text"], &["there is no output format `text`", "hint:", "--output csv"]),
        (&["report", "-o", "jsn"], &["unknown output format `jsn`", "did you mean `json`?"]),
        (&["report", "-o", "table", "-o", "csv"], &["only one output can go to standard output"]),
        (&["report", "--limit", "0"], &["`--limit 0`: must be at least 1, not 0"]),
        (&["report", "--limit", "many"], &["--limit <N>"]),
        (&["report", "--deadline", "5"], &["`--deadline 5`", "needs a unit"]),
        (&["report", "--window", "10s"], &["`--window 10s`: must be at least 1m"]),
        (&["report", "--window", "500d"], &["`--window 500d`: must be at most 455d"]),
        (&["report", "--window", "60"], &["`60` needs a unit"]),
        (&["report", "--max-cost", "-1"], &["`--max-cost -1`: must be at least 0, not -1"]),
        (&["report", "--max-cost", "x"], &["`x` is not an amount in US dollars such as 0.10"]),
        (&["report", "--max-cost", "nan"], &["`nan` is not an amount in US dollars"]),
        (&["report", "--max-cost", "$0.10"], &["`$0.10` names a currency", "such as 0.10"]),
        (&["report", "--no-series"], &["--series"]),
        (&["report", "--concurrency", "0"], &["must be at least 1"]),
        (&["report", "-r", "[z-a]"], &["`--region [z-a]`", "is not a pattern"]),
        (&["report", "-q", "-v"], &["cannot be used with"]),
        (&["report", "--color", "blue"], &["auto, always, never"]),
        (&["report", "--demo=sad"], &["healthy, partial, large"]),
        (&["report", "--demo", "--endpoint-url", "http://localhost"], &["cannot be used with"]),
        (&["report", "--query", "a", "-o", "csv"], &["no output is json"]),
        (&["report", "--config", "no/such.toml"], &["cannot read the settings file no/such.toml: "]),
        (&["reprot"], &["'report'"]),
        (&["report", "-s", "ec3"], &["`ec3`", "ec2"]),
        (&["report", "--demo", "-r", "eu-wst-1"], &["`eu-wst-1`", "eu-west-1"]),
        (&["report", "-p", "nosuch"], &["there is no profile `nosuch`"]),
        (
            &["report", "--demo", "--filter", "regoin=x"],
            &["unknown field `regoin`", "did you mean `region`?"],
        ),
        (&["report", "--demo", "--columns", "stat"], &["unknown field `stat`", "`state`"]),
        (
            &["report", "--demo", "--group-by", "zzz"],
            &["unknown field `zzz`", "known: type, arn, id", " more"],
        ),
        (&["report", "-t", "AWS::EC2::Instances"], &["AWS::EC2::Instance"]),
        (&["report", "--demo", "--sort", "nonsense"], &["nonsense"]),
        (&["report", "--demo", "--filter", "=running"], &["=running"]),
        (&["report", "--demo", "--query", "a["], &["error:"]),
        (&["demo", "--fault", "sad"], &["`sad` is no fault"]),
        (&["demo", "--accounts", "0"], &["must be at least 1"]),
        (&["completions", "csh"], &["bash"]),
    ] {
        let said = refusal(args, &[]);
        for word in words {
            assert!(said.contains(word), "{args:?} does not say `{word}`:\n{said}");
        }
    }
}

#[test]
fn an_unknown_variable_is_refused_and_others_programs_are_not() {
    assert_eq!(
        refusal(&["report"], &[("AWSINV_REGOIN", "x")]),
        "error: unknown environment variable `AWSINV_REGOIN`\nhint: did you mean `AWSINV_REGION`?\n"
    );
    assert_eq!(run(&["--version"], &[("AWSINV_REGOIN", "x")]).0, 0);
}

#[test]
fn a_mistake_in_the_file_names_its_line() {
    let home = folder();
    let config = home.path().join(".config/awsinv");
    std::fs::create_dir_all(&config).expect("a folder");
    std::fs::write(config.join("awsinv.toml"), "limit = 1\nservise = 'ec2'\n").expect("a file");
    let output = awsinv(home.path()).arg("report").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("unknown key `servise` in "), "{said}");
    assert!(said.ends_with("awsinv.toml, line 2\nhint: did you mean `service` or `series`?\n"), "{said}");
}

#[test]
fn a_mistake_in_a_types_metrics_names_file_type_and_metric() {
    let home = folder();
    let file = home.path().join("mine.toml");
    for (line, words) in [
        ("CPUUtilization = []", &["`metric.\"AWS::EC2::Instance\".CPUUtilization` in ", "write `false`"][..]),
        ("CPUUtilization = true", &["must not be `true`: leave the line out"]),
        ("disk = { statistic = [] }", &["unknown key", ".disk.statistic`", "did you mean `statistics`?"]),
    ] {
        std::fs::write(&file, format!("[metric.\"AWS::EC2::Instance\"]\n{line}\n")).expect("a file");
        let said = refusal(&["report", "--config", &file.to_string_lossy()], &[]);
        for word in words.iter().chain(&["mine.toml, line 2"]) {
            assert!(said.contains(word), "{line} does not say `{word}`:\n{said}");
        }
    }
}

#[test]
fn colours_follow_the_flag_then_the_environment() {
    let colored = |args: &[&str], env: &[(&str, &str)]| run(args, env).2.contains('\u{1b}');
    let (plain, always) = (["report", "-o", "jsn"], ["report", "-o", "jsn", "--color", "always"]);
    assert!(!colored(&plain, &[]));
    assert!(colored(&plain, &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&plain, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(colored(&always, &[("NO_COLOR", "1")]));
}

#[test]
fn the_schema_is_json_and_names_the_document() {
    let (code, out, err) = run(&["schema"], &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    let schema: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(schema["$id"], "urn:awsinv:report:1");
    assert_eq!(schema["title"], "awsinv report");
    for key in ["schema_version", "scope", "resources", "coverage", "summary", "stats"] {
        assert!(schema["properties"][key].is_object(), "{key}");
    }
}

/// Every object of the schema, with where it stands.
fn objects<'a>(schema: &'a serde_json::Value, at: &str, found: &mut Vec<(String, &'a serde_json::Value)>) {
    match schema {
        serde_json::Value::Object(entries) => {
            if entries.contains_key("properties") {
                found.push((at.to_owned(), schema));
            }
            entries.iter().for_each(|(key, value)| objects(value, &format!("{at}/{key}"), found));
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| objects(value, at, found)),
        _ => {}
    }
}

#[test]
fn the_schema_refuses_a_document_that_lacks_a_key_or_has_another() {
    let schema: serde_json::Value = serde_json::from_str(&run(&["schema"], &[]).1).expect("it is JSON");
    let mut found = Vec::new();
    objects(&schema, "", &mut found);
    assert!(found.len() > 10, "only {} objects", found.len());
    for (at, object) in found {
        let keys = object["properties"].as_object().expect("an object").keys();
        let required = object["required"].as_array().unwrap_or_else(|| panic!("{at}: nothing is required"));
        // Datapoints are there with --series only.
        for key in keys.filter(|key| *key != "series") {
            assert!(required.contains(&key.as_str().into()), "{at}: `{key}` may be left out");
        }
        assert_eq!(object["additionalProperties"], false, "{at}");
    }
}

/// Fast, as whatever is throttled for ever is tried once.
const PARTIAL: [&str; 4] = ["report", "--demo=partial", "--max-attempts", "1"];

#[test]
fn a_document_is_read_back_strictly_and_written_again_the_same() {
    for (args, expected) in [(&["report", "--demo"][..], 0), (&PARTIAL, 3)] {
        let (code, out, err) = run(&[args, &["-o", "json"]].concat(), &[]);
        assert_eq!(code, expected, "{err}");
        // Every struct of the model refuses keys that it does not know.
        let inventory: awsinv::model::Inventory =
            serde_json::from_str(&out).expect("it is a document of ours");
        let again = serde_json::to_value(&inventory).expect("it can be written");
        let first: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
        assert_eq!(again, first);
        assert_eq!(inventory.coverage.complete, expected == 0);
    }
}

#[test]
fn incomplete_coverage_exits_3_and_0_where_that_is_good_enough() {
    let (code, table, err) = run(&PARTIAL, &[]);
    assert_eq!(code, 3, "{err}");
    assert!(table.contains("Coverage: INCOMPLETE") && table.contains("hint: "), "{table}");
    let (code, again, err) = run(&[&PARTIAL[..], &["--allow-partial"]].concat(), &[]);
    assert_eq!(code, 0, "{err}");
    assert!(again.contains("Coverage: INCOMPLETE"), "it is still told");
}

#[test]
fn a_filter_on_what_is_unknown_is_undecided_and_exits_3() {
    // Lambda's list call does not tell the state.
    let (code, out, err) = run(&["report", "--demo", "-s", "lambda", "--filter", "state=Active"], &[]);
    assert_eq!(code, 3, "{err}");
    let undecided = out.lines().find(|line| line.contains(" resources undecided")).expect("it is counted");
    assert!(undecided.starts_with(|c: char| c.is_ascii_digit()), "{undecided}");
}

#[test]
fn an_output_that_cannot_be_written_does_not_cost_the_others() {
    let home = folder();
    let good = home.path().join("good.json");
    let good = good.to_str().expect("a path of letters");
    let outputs = ["-o", "csv=no/such/folder/bad.csv", "-o", &format!("json={good}"), "-o", "table"];
    let (code, out, err) = run(&[&["report", "--demo", "-s", "lambda"], &outputs[..]].concat(), &[]);
    assert_eq!(code, 5, "{err}");
    assert!(err.contains("cannot write no/such/folder/bad.csv: "), "{err}");
    assert!(out.contains("Lambda functions (") && std::fs::metadata(good).is_ok());
}

#[test]
fn every_shell_gets_completions_for_every_subcommand_and_flag() {
    let command = awsinv::cli::command();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, out, err) = run(&["completions", shell], &[]);
        assert_eq!((code, err.as_str()), (0, ""), "{shell}");
        for subcommand in command.get_subcommands() {
            let flags = subcommand.get_arguments().filter_map(|arg| arg.get_long());
            for word in flags.chain([subcommand.get_name(), "partial"]) {
                assert!(out.contains(word), "{shell}: {word}");
            }
        }
    }
}

#[test]
fn the_manual_page_speaks_of_every_subcommand_and_flag() {
    let (code, out, err) = run(&["man"], &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains(".TH awsinv 1"));
    for subcommand in awsinv::cli::command().get_subcommands() {
        let name = subcommand.get_name();
        assert!(out.contains(&format!(".SH \"AWSINV {}\"", name.to_uppercase())), "{name}");
        for flag in subcommand.get_arguments().filter_map(|arg| arg.get_long()) {
            assert!(out.contains(&format!("\\-\\-{}", flag.replace('-', "\\-"))), "{name} --{flag}");
        }
    }
    assert!(out.contains("Exit codes"));
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_told_and_exits_5_and_a_closed_pipe_is_not() {
    let home = folder();
    for args in [&["schema"][..], &["--help"], &["completions", "zsh"], &["man"], &["report", "--demo"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_awsinv"))
            .args(args)
            .env_clear()
            .env("HOME", home.path())
            .stdout(full)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(5), "{args:?}: {said}");
        assert!(said.contains("cannot write to standard output"), "{args:?}: {said}");

        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_awsinv"))
            .args(args)
            .env_clear()
            .env("HOME", home.path())
            .stdout(writer)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn settings_come_from_file_variables_and_flags_and_the_last_wins() {
    let home = folder();
    let file = home.path().join("mine.toml");
    std::fs::write(&file, "output = 'csv'\nservice = 'ec2'\nlimit = 1\ncolumns = ['id']\n").expect("a file");
    let rows = |env: &[(&str, &str)], args: &[&str]| {
        let output = awsinv(home.path())
            .args(["report", "--demo", "--config"])
            .arg(&file)
            .args(args)
            .envs(env.iter().copied())
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it prints text").lines().skip(1).count()
    };
    assert_eq!(rows(&[], &[]), 1);
    assert_eq!(rows(&[("AWSINV_LIMIT", "2")], &[]), 2);
    assert_eq!(rows(&[("AWSINV_LIMIT", "2")], &["--limit", "3"]), 3);
}

#[test]
fn the_log_is_on_standard_error_in_the_form_asked_for_and_holds_no_secret() {
    let args = ["report", "--demo", "-s", "ec2", "-vvv", "--log-format", "json", "-o", "csv"];
    let (code, out, err) = run(&args, &[]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("type,") || out.contains("AWS::EC2::Instance"), "{out}");
    for line in err.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        assert!(line["level"].is_string() && line["target"].is_string(), "{line}");
    }
    assert!(!err.to_lowercase().contains("authorization"), "{err}");
}
