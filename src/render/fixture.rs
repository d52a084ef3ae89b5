//! The one inventory that every format is shown on: complete, partial, failed, not enabled, expectedly denied and
//! account-less queries; unknown and absent values; and names that try to get out of their cell.

mod coverage;
mod resources;
mod tables;

pub(super) use coverage::{denied, query, too_dear};
pub(super) use resources::{resources, with_series};
pub(super) use tables::tables;

use super::{Report, Style, View};
use crate::model::{
    AccountScope, Coverage, Generator, Inventory, MetricsWindow, Note, Resource, SCHEMA_VERSION, Scope,
    Stats, Status, Summary, Timestamp,
};
use coverage::queries;
use resources::measured;

pub(super) const EC2: &str = "AWS::EC2::Instance";
pub(super) const RDS: &str = "AWS::RDS::DBInstance";
pub(super) const CLUSTER: &str = "AWS::RDS::DBCluster";
pub(super) const LAMBDA: &str = "AWS::Lambda::Function";
pub(super) const NEPTUNE: &str = "AWS::Neptune::DBInstance";

pub(super) const PROD: &str = "111122223333";
pub(super) const DATA: &str = "123456789012";

fn at(text: &str) -> Option<Timestamp> {
    Some(Timestamp::parse(text).unwrap())
}

fn account(id: Option<&str>, name: &str) -> AccountScope {
    let known = id.is_some();
    AccountScope {
        id: id.map(Into::into),
        name: name.to_owned(),
        regions: if known { vec!["eu-west-1".into(), "us-east-1".into()] } else { Vec::new() },
        regions_not_enabled: if known { vec!["af-south-1".into()] } else { Vec::new() },
    }
}

pub(super) fn inventory_of(
    resources: Vec<Resource>,
    coverage: Coverage,
    accounts: Vec<AccountScope>,
) -> Inventory {
    let mut summary = Summary::default();
    for resource in &resources {
        summary.count(resource);
    }
    Inventory {
        schema_version: SCHEMA_VERSION,
        generator: Generator { name: "awsinv".to_owned(), version: "0.1.0".to_owned() },
        started_at: at("2026-11-23T14:00:00Z").unwrap(),
        finished_at: at("2026-11-23T14:00:01.234Z").unwrap(),
        scope: Scope { accounts, types: [EC2, LAMBDA, CLUSTER, RDS].map(Into::into).to_vec() },
        metrics_window: None,
        resources,
        coverage,
        summary,
        stats: Stats { elapsed_ms: 1_234, api_calls: 187, retries: 12, throttled: 9, ..Stats::default() },
    }
}

/// The inventory of all cases.
pub(super) fn inventory() -> Inventory {
    let mut resources = resources();
    measured(&mut resources);
    let note = Note {
        account_id: Some(DATA.into()),
        message: "DescribeRegions was denied, so the Regions are those that account:ListRegions names."
            .to_owned(),
        failure: Some(denied("ec2", "DescribeRegions", "us-east-1")),
    };
    let mut inventory = inventory_of(
        resources,
        Coverage::new(queries(), vec![note]),
        vec![account(None, "staging"), account(Some(PROD), "prod"), account(Some(DATA), "data")],
    );
    inventory.metrics_window = at("2026-11-23T13:00:00Z")
        .zip(at("2026-11-23T14:00:00Z"))
        .map(|(start, end)| MetricsWindow { start, end, period_seconds: 3_600 });
    inventory.stats.metrics_requested = 1_234;
    inventory.stats.estimated_cost_usd = 0.01234;
    inventory
}

/// One account and Region, all of it read.
pub(super) fn complete(resources: Vec<Resource>) -> Inventory {
    let queries = [EC2, RDS, CLUSTER, LAMBDA].map(|resource_type| {
        query(Some(PROD), Some("eu-west-1"), resource_type, Status::Complete, Vec::new())
    });
    let mut scope = account(Some(PROD), "prod");
    scope.regions = vec!["eu-west-1".into()];
    let mut inventory = inventory_of(resources, Coverage::new(queries.to_vec(), Vec::new()), vec![scope]);
    inventory.stats = Stats { elapsed_ms: 340, api_calls: 7, ..Stats::default() };
    inventory
}

/// What the format of this name writes.
pub(super) fn rendered(format: &str, inventory: &Inventory, view: &View, style: Style) -> String {
    let tables = tables(inventory.metrics_window.is_some());
    let report = Report { inventory, tables: &tables, view, style };
    let mut out = Vec::new();
    super::format(format).unwrap().render(&report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
