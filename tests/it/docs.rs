//! The documents say what the program does: commands, tables, recipes, settings.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use awsinv::cli::Exit;
use awsinv::collect::REGISTRY;
use awsinv::config::{Flags, KEYS, Settings};
use awsinv::metrics::IAM_ACTIONS;
use awsinv::model::Statistic;
use regex::Regex;

use crate::cli::awsinv;

/// What AWS is asked before any collector: the account's Regions.
const REGION_ACTIONS: [&str; 2] = ["account:ListRegions", "ec2:DescribeRegions"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The section of this heading, up to the next of the same or a higher level.
fn section(text: &str, heading: &str) -> String {
    let level = heading.split(' ').next().map_or(0, str::len);
    let mut lines = text.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "there is no `{heading}`");
    let ends = |line: &&str| line.starts_with('#') && line.split(' ').next().map_or(0, str::len) <= level;
    let mut fenced = false;
    let body = lines.take_while(|line| {
        fenced ^= line.starts_with("```");
        fenced || !ends(line)
    });
    body.collect::<Vec<_>>().join("\n")
}

/// The lines of every fenced block in this language, a block each.
fn blocks(text: &str, language: &str) -> Vec<Vec<String>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(found) = line.strip_prefix("```") {
            let block: Vec<String> =
                lines.by_ref().take_while(|line| *line != "```").map(str::to_owned).collect();
            if found == language {
                blocks.push(block);
            }
        }
    }
    blocks
}

/// The commands of every shell block, without their comments.
fn commands(text: &str) -> Vec<String> {
    let lines = blocks(text, "sh").into_iter().flatten();
    lines.map(|line| line.split(" # ").next().unwrap_or_default().trim().to_owned()).collect()
}

/// The cells of a table's rows, without its head.
fn rows(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

fn is_ours(command: &str) -> bool {
    command.starts_with("awsinv ") || command.starts_with("cargo run -- ")
}

/// The words of a command as a shell parts them: quotes keep blanks.
fn words(command: &str) -> Vec<String> {
    let word = Regex::new(r"'([^']*)'|(\S+)").expect("a pattern");
    let words = word.captures_iter(command).filter_map(|found| found.get(1).or(found.get(2)));
    words.map(|word| word.as_str().to_owned()).collect()
}

#[test]
fn a_newcomer_needs_two_commands() {
    assert_eq!(
        commands(&section(&read("README.md"), "## Set up")),
        ["cargo run -- report --demo", "./tests/run"]
    );
    assert!(root().join("tests/run").is_file());
}

#[test]
fn every_command_of_the_documents_is_one_that_the_program_takes() {
    let span = Regex::new(r"`(awsinv [^`]+)`").expect("a pattern");
    let mut checked = 0;
    for document in ["README.md", "CONTRIBUTING.md"] {
        let text = read(document);
        let cron = blocks(&text, "crontab").into_iter().flatten().filter_map(|line| {
            // Five fields of time, then the command.
            line.splitn(6, ' ').nth(5).map(str::to_owned)
        });
        let inline = span.captures_iter(&text).map(|found| found[1].to_owned());
        for command in
            commands(&text).into_iter().chain(cron).chain(inline).filter(|command| is_ours(command))
        {
            let line = command.replace("cargo run -- ", "awsinv ");
            let parsed = awsinv::cli::command().try_get_matches_from(words(&line));
            let refused = match parsed {
                Ok(matches) => !matches.subcommand_name().is_some_and(|name| line.contains(name)),
                // `--help` and `--version` are no mistakes.
                Err(error) => error.use_stderr(),
            };
            // `completions` alone is the name of a subcommand, not a command.
            assert!(!refused || line == "awsinv completions", "{document}: {command}");
            checked += 1;
        }
    }
    assert!(checked >= 12, "only {checked} commands were found");
}

#[test]
fn every_expression_of_the_readme_is_one_that_the_demo_answers() {
    let home = tempfile::tempdir().expect("a temporary folder");
    for command in commands(&section(&read("README.md"), "## Use")) {
        // Those that name what the demo replaces.
        let other = ["-p prod", "--endpoint-url", "--demo"].iter().any(|flag| command.contains(flag));
        if !command.starts_with("awsinv report ") || other {
            continue;
        }
        let args: Vec<String> = words(&command).into_iter().skip(1).collect();
        let output =
            awsinv(home.path()).current_dir(home.path()).args(args).arg("--demo").output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{command}: {said}");
    }
}

#[test]
fn the_recipes_work_on_a_report_with_holes() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let made = awsinv(home.path())
        .current_dir(home.path())
        .args(["report", "--demo=partial", "--max-attempts", "1", "-q", "-o", "json=report.json"])
        .output()
        .expect("it runs");
    assert_eq!(made.status.code(), Some(3));
    let recipes: Vec<String> = commands(&section(&read("README.md"), "### Recipes"))
        .into_iter()
        .filter(|command| command.starts_with("jq "))
        .collect();
    assert!(recipes.len() >= 5);
    for recipe in recipes {
        let output = Command::new("jq")
            .args(words(&recipe).into_iter().skip(1))
            .current_dir(home.path())
            .output()
            .expect("jq is installed, as tests/run sees to");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        // What is asked there is answered no, and that is an answer as well.
        let expected = if recipe.contains("coverage.complete") { 1 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{recipe}: {err}");
        assert!(!out.trim().is_empty(), "{recipe} finds nothing in the demo estate");
    }
}

#[test]
fn the_table_of_types_is_the_registry() {
    let there = rows(&section(&read("README.md"), "### Types"));
    let code = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let wanted: Vec<Vec<String>> = REGISTRY
        .iter()
        .flat_map(|collector| {
            collector.covers().iter().map(|covered| {
                vec![
                    code(&[covered.resource_type]),
                    code(&[collector.service()]),
                    code(collector.iam_actions()),
                ]
            })
        })
        .collect();
    assert_eq!(there, wanted);
}

#[test]
fn the_iam_policy_allows_what_the_collectors_need_and_no_more() {
    let policy = blocks(&section(&read("README.md"), "### What it may do"), "json").concat().join("\n");
    let policy: serde_json::Value = serde_json::from_str(&policy).expect("the policy is JSON");
    let actions: Vec<&str> = policy["Statement"][0]["Action"]
        .as_array()
        .expect("it lists actions")
        .iter()
        .filter_map(|action| action.as_str())
        .collect();
    let needed: BTreeSet<&str> = REGISTRY
        .iter()
        .flat_map(|collector| collector.iam_actions())
        .copied()
        .chain(REGION_ACTIONS)
        .chain(IAM_ACTIONS)
        .collect();
    assert_eq!(actions, needed.into_iter().collect::<Vec<_>>());
}

#[test]
fn the_table_of_metrics_is_the_registry() {
    let wanted: Vec<Vec<String>> = REGISTRY
        .iter()
        .flat_map(|collector| collector.covers())
        .filter(|covered| !covered.metrics.is_empty())
        .map(|covered| {
            let metrics = covered.metrics.iter().map(|metric| {
                let statistics: Vec<&str> = metric.statistics.iter().map(Statistic::as_str).collect();
                format!("`{}` {}", metric.name, statistics.join(", "))
            });
            vec![format!("`{}`", covered.resource_type), metrics.collect::<Vec<_>>().join("; ")]
        })
        .collect();
    assert!(wanted.len() >= 8);
    assert_eq!(rows(&section(&read("README.md"), "### Metrics")), wanted);
}

#[test]
fn the_default_cost_limit_is_the_one_that_the_readme_names() {
    let named = format!("`--max-cost {}`", Settings::default().collect.max_cost);
    let metrics = section(&read("README.md"), "### Metrics");
    assert!(metrics.contains(&named), "the README does not name {named}");
}

#[test]
fn the_table_of_exit_codes_is_the_programs() {
    let wanted: Vec<Vec<String>> = Exit::ALL
        .iter()
        .map(|(exit, meaning)| vec![exit.code().to_string(), (*meaning).to_owned()])
        .collect();
    assert_eq!(rows(&section(&read("README.md"), "### Exit codes")), wanted);
}

#[test]
fn every_output_format_is_named() {
    let uses = section(&read("README.md"), "## Use");
    let names = awsinv::render::FORMATS.iter().map(|format| format.name()).chain([awsinv::cli::NDJSON]);
    for name in names {
        assert!(uses.contains(&format!("`{name}`")), "{name}");
    }
}

/// What a picture shows, a line each, without what differs from run to run: metrics go on with the clock.
fn shown(picture: &str) -> Vec<String> {
    let tag = Regex::new("<[^>]*>").expect("a pattern");
    let varies = Regex::new(
        r"request id [0-9a-f-]+|[0-9.]+ m?s · |[0-9.]+(%| [KMGT]iB)|Metrics: .* UTC|[▁▂▃▄▅▆▇█·]{2,}",
    )
    .expect("a pattern");
    let lines = picture.replace("</tspan>", " ").replace("</text>", "\n");
    let text = tag.replace_all(&lines, "").into_owned();
    varies.replace_all(&text, "").lines().map(str::to_owned).collect()
}

#[test]
fn the_picture_shows_what_the_program_prints() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let command = commands(&section(&read("CONTRIBUTING.md"), "## Tests"))
        .into_iter()
        .find(|command| command.starts_with("docs/picture.py"))
        .expect("CONTRIBUTING says how it is drawn");
    let drawn = folder.path().join("report.svg");
    let args = words(&command).into_iter().skip(1).map(|word| match word.as_str() {
        "docs/report.svg" => drawn.to_string_lossy().into_owned(),
        _ => word,
    });
    let output = Command::new("python3")
        .arg(root().join("docs/picture.py"))
        .args(["--awsinv", env!("CARGO_BIN_EXE_awsinv")])
        .args(args)
        .output()
        .expect("Python is installed, as the README asks");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let drawn = std::fs::read_to_string(&drawn).expect("it was drawn");
    assert_eq!(shown(&read("docs/report.svg")), shown(&drawn), "draw it anew: {command}");
}

#[test]
fn files_that_the_documents_name_are_there() {
    let span = Regex::new(r"`([A-Za-z0-9_./-]+)`").expect("a pattern");
    let (folders, endings) =
        (["src/", "tests/", "docs/", "config/", "benches/", "./"], [".toml", ".md", ".lock"]);
    // Made by a build, or by the user.
    let elsewhere = ["awsinv.toml"];
    let mut checked = 0;
    for document in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        for found in span.captures_iter(&read(document)) {
            let name = &found[1];
            let path = folders.iter().any(|folder| name.starts_with(folder))
                || endings.iter().any(|ending| name.ends_with(ending));
            if path && !elsewhere.contains(&name) {
                assert!(root().join(name).exists(), "{document}: `{name}` is not there");
                checked += 1;
            }
        }
    }
    assert!(checked >= 30, "only {checked} paths were found");
}

#[test]
fn the_service_that_contributing_sketches_implements_the_whole_trait() {
    let contributing = section(&read("CONTRIBUTING.md"), "## Add a service in 3 edits");
    let sketch = blocks(&contributing, "rust").concat().join("\n");
    let wanted = read("src/collect/mod.rs");
    let wanted = wanted.split_once("pub trait Collector").expect("the trait").1;
    let wanted = wanted.split_once("\n}").expect("its end").0;
    // Those without a body of their own end in a semicolon.
    let signature = Regex::new(r"(?m)^    ((?:async )?fn [^{;]*);").expect("a pattern");
    let signatures: Vec<&str> =
        signature.captures_iter(wanted).map(|found| found.get(1).expect("group 1").as_str()).collect();
    assert!(signatures.len() >= 5, "{signatures:?}");
    for signature in signatures {
        assert!(sketch.contains(&format!("    {signature} {{")), "the sketch lacks `{signature}`");
    }
}

#[test]
fn links_and_pictures_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)#]+)(#[^)]*)?\)").expect("a pattern");
    for document in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        for found in link.captures_iter(&read(document)) {
            let target = &found[1];
            if target.starts_with("https://") {
                continue;
            }
            let text = std::fs::read_to_string(root().join(target))
                .unwrap_or_else(|error| panic!("{target}: {error}"));
            if let Some(anchor) = found.get(2) {
                let headings: Vec<String> = text
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .map(|line| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"))
                    .collect();
                assert!(
                    headings.contains(&anchor.as_str()[1..].to_owned()),
                    "{document}: {}",
                    anchor.as_str()
                );
            }
        }
    }
}

fn example() -> String {
    read("config/awsinv.example.toml")
}

fn resolve(text: String) -> Settings {
    let file = Some((PathBuf::from("awsinv.example.toml"), text));
    Settings::resolve(Flags::default(), [], file).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_example_settings_are_the_defaults() {
    assert_eq!(resolve(example()), Settings::default());
}

#[test]
fn the_example_has_every_key_and_each_can_be_used() {
    // The lines that wait for their `#` to be taken away.
    let waiting = Regex::new(r"(?m)^# (\[\[[a-z_]+\]\]|\[metric\..*\]|[A-Za-z_]+ = .*)$").expect("a pattern");
    let text = waiting.replace_all(&example(), "$1").into_owned();
    let settings = resolve(text.clone());
    assert!(settings.output.query.is_some() && settings.collect.deadline.is_some());
    assert_eq!(settings.collect.expect_denied.len(), 1);
    // One of each kind: other statistics, none, one metric more.
    assert_eq!(settings.collect.metric_changes.len(), 3);
    // The tables that end the file have a `region` and a `type` of their own.
    let (plain, _) = text.split_once("\n[metric.").expect("it ends with tables");
    // Tables have no variable.
    for key in KEYS.iter().filter(|key| key.variable().is_some()) {
        let begins = format!("{} = ", key.name);
        let found = plain.lines().filter(|line| line.starts_with(&begins)).count();
        assert_eq!(found, 1, "`{}` must stand in the example once", key.name);
    }
}

#[test]
fn the_changelog_knows_this_version() {
    let heading = format!("## [{}]", env!("CARGO_PKG_VERSION"));
    assert!(read("CHANGELOG.md").lines().any(|line| line.starts_with(&heading)), "no `{heading}`");
}

#[test]
fn contributing_names_every_module() {
    let layout = section(&read("CONTRIBUTING.md"), "## Layout");
    for entry in std::fs::read_dir(root().join("src")).expect("src can be listed") {
        let entry = entry.expect("src can be listed");
        if entry.path().is_dir() {
            let name = format!("`src/{}/`", entry.file_name().to_string_lossy());
            assert!(layout.contains(&name), "{name}");
        }
    }
}
