//! The import rule, and the other rules that keep the sources readable, checked on the sources themselves.
//!
//! The rule is read from where people read it: the guide in `src/lib.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Longer files are split by noun.
const MOST_LINES: usize = 400;

/// Crates with one home: their name, as a pattern, and the folders or files that may use them.
const HOMES: &[(&str, &[&str])] = &[
    ("aws_[a-z0-9_]+", &["aws/", "collect/", "metrics/"]),
    ("clap(?:_[a-z]+)?", &["cli/"]),
    ("comfy_table", &["render/table"]),
    ("anyhow", &["cli/"]),
    ("indicatif", &["printer/", "cli/report/progress.rs"]),
];

/// The one file that may end the program where it stands: a second Ctrl-C waits for nothing.
const EXITS: &str = "cli/report/signals.rs";

/// One source file: its path under `src/`, and its text without comments and tests.
struct Source {
    path: String,
    text: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let body = without_tests(text);
        // A comment begins a line or follows a space; `//` without one stands in an address.
        let lines = body.lines().map(|line| match line.trim_start().starts_with("//") {
            true => "",
            false => line.split(" // ").next().unwrap_or_default(),
        });
        Self { path: path.into(), text: text.into(), code: lines.collect::<Vec<_>>().join("\n") }
    }

    /// The top-level module that it belongs to.
    fn module(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// How many modules stand between it and the crate's root: `super` as often would leave its own.
    fn depth(&self) -> usize {
        let folders = self.path.matches('/').count();
        if self.path.ends_with("/mod.rs") { folders } else { folders + 1 }
    }

    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        ["tests.rs", "fixture.rs"].contains(&name) || name.ends_with("_tests.rs")
    }

    fn violation(&self, at: usize, what: &str) -> String {
        let line = self.code[..at].matches('\n').count() + 1;
        format!("src/{}:{line}: {what}", self.path)
    }
}

/// The text with its test modules blanked, so that lines keep their numbers and what follows them is checked.
fn without_tests(text: &str) -> String {
    const BEGIN: &str = "\n#[cfg(test)]\n";
    let (mut kept, mut rest) = (String::new(), text);
    while let Some((before, tests)) = rest.split_once(BEGIN) {
        // `mod tests;` is a line, `mod tests {` goes on to the brace that begins a line, as rustfmt sets it.
        let opens = tests.find(['{', ';']).unwrap_or(tests.len());
        let end = match tests[opens..].starts_with('{') {
            true => tests.find("\n}").map_or(tests.len(), |at| at + 2),
            false => tests.len().min(opens + 1),
        };
        kept.push_str(before);
        let lines = BEGIN.matches('\n').count() + tests[..end].matches('\n').count();
        kept.push_str(&"\n".repeat(lines));
        rest = &tests[end..];
    }
    kept + rest
}

/// The first names of the paths in `{ … }`, whatever is nested behind them.
fn group_heads(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    let heads =
        parts.into_iter().map(|part| part.split([':', ' ', '{']).find(|word| !word.trim().is_empty()));
    heads.flatten().map(str::trim).collect()
}

/// Every file under `src/`.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name =
                    path.strip_prefix(&root).expect("it is under src").to_string_lossy().replace('\\', "/");
                found.push(Source::new(&name, &fs::read_to_string(&path).expect("a source is text")));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "these cannot be all sources: {}", found.len());
    found
}

type Rule = BTreeMap<String, BTreeSet<String>>;

/// The rule as `src/lib.rs` draws it: `a, b → { c, d }` a line.
fn rule(guide: &str) -> Rule {
    let drawing = guide.split("Who may import whom").nth(1).and_then(|text| text.split("```").nth(1));
    let names = |text: &str| -> Vec<String> {
        let text = text.replace(['{', '}'], "");
        text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
    };
    let mut rule = Rule::new();
    for line in drawing.expect("the guide draws the rule").lines() {
        let Some((from, to)) = line.trim_start_matches("//!").split_once('→') else { continue };
        let to = if to.contains("nothing") { Vec::new() } else { names(to) };
        for from in names(from) {
            rule.insert(from, to.iter().cloned().collect());
        }
    }
    rule
}

/// Imports that the rule forbids, wherever in the code the path stands.
fn forbidden_imports(rule: &Rule, sources: &[Source]) -> Vec<String> {
    let path = Regex::new(r"\b(?:crate|awsinv)\s*::\s*(?:(\{)|([a-z_]+))").expect("a pattern");
    let out = Regex::new(r"\b(?:super::)+").expect("a pattern");
    let mut violations = Vec::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        let module = source.module();
        if module == "lib" {
            continue;
        }
        let Some(allowed) = rule.get(module) else {
            violations.push(format!("src/{}: the guide in lib.rs does not draw `{module}`", source.path));
            continue;
        };
        for found in path.captures_iter(&source.code) {
            let whole = found.get(0).expect("group 0 is the match");
            let targets = match found.get(2) {
                Some(single) => vec![single.as_str()],
                None => group_heads(&source.code[whole.end()..]),
            };
            for target in targets {
                if target != module && target != "self" && !allowed.contains(target) {
                    violations
                        .push(source.violation(whole.start(), &format!("{module} may not import {target}")));
                }
            }
        }
        for found in out.find_iter(&source.code) {
            if found.as_str().matches("super").count() >= source.depth() {
                violations
                    .push(source.violation(found.start(), "`super` leads out of the module: say `crate::`"));
            }
        }
    }
    violations
}

/// Crates outside of their homes.
fn strangers(sources: &[Source]) -> Vec<String> {
    let mut violations = Vec::new();
    for (crates, homes) in HOMES {
        let usage = Regex::new(&format!(r"(?:\buse |[^:\w.])({crates})(?:::|;| as )")).expect("a pattern");
        for source in sources.iter().filter(|source| !homes.iter().any(|home| source.path.starts_with(home)))
        {
            for found in usage.captures_iter(&format!("\n{}", source.code)) {
                let name = found.get(1).expect("group 1 is not optional");
                let what = format!("`{}` belongs to {}", name.as_str(), homes.join(" and "));
                violations.push(source.violation(name.start() - 1, &what));
            }
        }
    }
    violations
}

/// Printing past the gate, files without a word on what they are for, and files too long to read.
fn untidy(sources: &[Source]) -> Vec<String> {
    let exits = Regex::new(r"\bprocess::(?:exit|abort)\b").expect("a pattern");
    let prints = Regex::new(r"\b(?:e?print(?:ln)?|dbg)!|\bio::std(?:out|err)\(\)").expect("a pattern");
    let mut violations = Vec::new();
    for source in sources {
        if !source.path.starts_with("printer/") {
            let past = prints.find_iter(&source.code);
            violations.extend(past.map(|found| source.violation(found.start(), "only the printer prints")));
        }
        if source.path != EXITS {
            let ends = exits.find_iter(&source.code);
            violations
                .extend(ends.map(|found| source.violation(found.start(), "only the end of main exits")));
        }
        if !source.text.starts_with("//! ") {
            violations.push(format!("src/{}: does not open with what it is for (//!)", source.path));
        }
        let lines = source.code.trim_end().lines().count();
        if lines > MOST_LINES && !source.is_test() {
            violations.push(format!("src/{}: {lines} lines; split it by noun", source.path));
        }
    }
    violations
}

#[track_caller]
fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

fn drawn_rule(sources: &[Source]) -> Rule {
    let guide = sources.iter().find(|source| source.path == "lib.rs").expect("there is a lib.rs");
    rule(&guide.text)
}

#[test]
fn modules_import_only_what_the_guide_allows() {
    let sources = sources();
    assert_none(&forbidden_imports(&drawn_rule(&sources), &sources));
}

#[test]
fn the_guide_draws_every_module_and_no_other() {
    let sources = sources();
    let drawn: BTreeSet<String> = drawn_rule(&sources).into_keys().collect();
    let there: BTreeSet<String> =
        sources.iter().map(|source| source.module().to_owned()).filter(|module| module != "lib").collect();
    assert_eq!(drawn, there);
}

#[test]
fn crates_are_used_in_their_homes_only() {
    assert_none(&strangers(&sources()));
}

#[test]
fn files_are_short_say_what_they_are_for_and_print_through_the_gate() {
    assert_none(&untidy(&sources()));
}

#[test]
fn the_checks_find_what_is_planted() {
    let guide = "//! Who may import whom:\n//! ```text\n//! main → cli\n//! cli → { model, render }\n\
                 //! render → { model }\n//! demo, model → nothing in the crate\n//! ```\n";
    let rule = rule(guide);
    let check = |path: &str, text: &str| forbidden_imports(&rule, &[Source::new(path, text)]);
    for (path, text) in [
        ("render/json.rs", "use crate::cli::Exit;"),
        ("render/json.rs", "fn f() {\n    let x = crate::demo::x();\n}"),
        ("render/json.rs", "use crate::{model::Resource, demo::Estate};"),
        ("render/json.rs", "use crate::{\n    model::Resource,\n    demo,\n};"),
        ("render/json.rs", "use crate::{model::{Resource, Status}, demo::{Estate, Size}, render::View};"),
        ("render/json.rs", "use crate::{model, demo as estate};"),
        ("render/json.rs", "pub(crate) use crate::cli;"),
        ("render/json.rs", "fn f(x: &crate::config::Settings) -> Option<crate::model::Resource> { None }"),
        ("render/json.rs", "\n#[cfg(test)]\nmod fixture;\nuse crate::demo::Estate;"),
        ("render/json.rs", "\n#[cfg(test)]\nmod tests {\n    fn f() {}\n}\n\nuse crate::demo::Estate;"),
        ("render/mod.rs", "use super::demo::Estate;"),
        ("render/json.rs", "use super::super::demo::Estate;"),
        ("render/table/mod.rs", "use super::super::demo;"),
        ("model/mod.rs", "use crate::render::FORMATS;"),
        ("main.rs", "fn main() { awsinv::render::x() }"),
        ("unheard/of.rs", "fn f() {}"),
    ] {
        assert_eq!(check(path, text).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("render/json.rs", "use crate::model::Resource;\nuse super::Style;\nuse crate::render::View;"),
        ("render/table/mod.rs", "use super::Style;"),
        ("render/json.rs", "// use crate::cli::Exit;"),
        ("render/json.rs", "use crate::{model::{Resource, Status}, render::{self, View}};"),
        ("render/json.rs", "\n#[cfg(test)]\nmod tests {\n    use crate::demo::Estate;\n}"),
        ("render/json.rs", "\n#[cfg(test)]\n#[path = \"x.rs\"]\nmod tests;\nuse crate::model::Resource;"),
        ("render/tests.rs", "use crate::demo::Estate;"),
    ] {
        assert_none(&check(path, text));
    }

    let stranger = |path: &str, text: &str| strangers(&[Source::new(path, text)]).len();
    assert_eq!(stranger("render/json.rs", "use aws_sdk_ec2::Client;"), 1);
    assert_eq!(stranger("model/mod.rs", "fn f(x: clap::Arg) {}"), 1);
    assert_eq!(stranger("render/json.rs", "let t = comfy_table::Table::new();"), 1);
    assert_eq!(stranger("aws/call.rs", "use aws_types::region::Region;"), 0);
    assert_eq!(stranger("render/table/mod.rs", "use comfy_table::Table;"), 0);
    assert_eq!(stranger("render/json.rs", "let aws_name = 1; // clap::Arg"), 0);

    let untidy = |path: &str, text: &str| untidy(&[Source::new(path, text)]).len();
    assert_eq!(untidy("cli/mod.rs", "//! Docs.\nfn f() { println!(\"x\") }"), 1);
    assert_eq!(untidy("cli/mod.rs", "//! Docs.\nfn f() { let out = io::stdout(); }"), 1);
    assert_eq!(untidy("printer/mod.rs", "//! Docs.\nfn f() { let out = io::stdout(); }"), 0);
    assert_eq!(untidy("cli/mod.rs", "//! Docs.\nfn f() { std::process::exit(1) }"), 1);
    assert_eq!(untidy(EXITS, "//! Docs.\nfn f() { std::process::exit(130) }"), 0);
    assert_eq!(untidy("cli/mod.rs", "fn f() {}"), 1);
    // Put together here, so that no search for forgotten debugging stops at this line.
    let debugging = ["dbg", "!(1)"].concat();
    assert_eq!(untidy("cli/mod.rs", &format!("//! Docs.\nfn f() {{ {debugging} }}")), 1);
    let planted =
        format!("//! Docs.\n#[cfg(test)]\nmod tests {{\n    fn f() {{}}\n}}\nfn f() {{ {debugging} }}");
    let found = self::untidy(&[Source::new("cli/mod.rs", &planted)]);
    assert!(found[0].starts_with("src/cli/mod.rs:6: "), "lines keep their numbers: {found:?}");
    let long = format!("//! Docs.\n{}", "fn f() {}\n".repeat(MOST_LINES));
    assert_eq!(untidy("cli/mod.rs", &long), 1);
    assert_eq!(untidy("cli/tests.rs", &long), 0);
}
