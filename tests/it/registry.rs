//! What must be there for every collector, whichever service it is of. CONTRIBUTING promises that the tests ask for it.

use std::collections::BTreeSet;
use std::path::Path;

use awsinv::collect::REGISTRY;
use awsinv::config::CollectSettings;
use awsinv::demo::DemoOptions;
use toml::{Table, Value};

use crate::support::{run, settings};

fn manifest() -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    std::fs::read_to_string(path).expect("Cargo.toml").parse().expect("Cargo.toml is TOML")
}

#[test]
fn every_service_has_its_crate_in_cargo_toml() {
    let manifest = manifest();
    let dependencies = manifest["dependencies"].as_table().expect("there are dependencies");
    for collector in REGISTRY {
        let name = format!("aws-sdk-{}", collector.service());
        assert!(dependencies.contains_key(&name), "{collector:?}: add `{name}` to Cargo.toml");
    }
}

/// Each of these costs every newcomer minutes of build time where it is forgotten.
#[test]
fn every_sdk_crate_is_slim_and_compiled_without_optimization() {
    let manifest = manifest();
    let dependencies = manifest["dependencies"].as_table().expect("there are dependencies");
    let packages = &manifest["profile"]["dev"]["package"];
    let crates: Vec<_> = dependencies.iter().filter(|(name, _)| name.starts_with("aws-sdk-")).collect();
    assert!(crates.len() >= 3);
    for (name, dependency) in crates {
        let slim = dependency.get("default-features").and_then(Value::as_bool) == Some(false);
        assert!(slim, "`{name}` brings the legacy HTTP stack in: say default-features = false");
        let level = packages.get(name).and_then(|package| package.get("opt-level"));
        assert_eq!(level.and_then(Value::as_integer), Some(0), "[profile.dev.package.{name}] opt-level");
    }
}

#[tokio::test]
async fn the_demo_estate_has_something_of_every_type() {
    let settings = CollectSettings { max_attempts: 10, ..settings() };
    let found = run(DemoOptions::default(), &settings).await;
    let queries = found.outcome.coverage.queries.iter();
    let unanswered: BTreeSet<String> = queries
        .flat_map(|query| query.parts.inventory.failures.iter())
        .map(|failure| format!("{}:{}", failure.service, failure.operation))
        .collect();
    assert!(unanswered.is_empty(), "src/demo/service does not answer {unanswered:?}");
    let there: BTreeSet<&str> = found.resources.iter().map(|resource| &*resource.resource_type).collect();
    let covered: BTreeSet<&str> = REGISTRY
        .iter()
        .flat_map(|collector| collector.covers())
        .map(|covered| covered.resource_type)
        .collect();
    assert_eq!(there, covered);
}
