//! The plan on the inventory that every format is shown on, with what it would ask of CloudWatch.

use insta::assert_snapshot;
use serde_json::Value;

use super::*;
use crate::model::{Certainty, Counted, PlannedTotals, Timestamp, is_hidden};
use crate::render::fixture::{self, CLUSTER, DATA, EC2, LAMBDA, PROD, RDS, tables};
use crate::render::text::width;

fn of_type(resource_type: &str, status: Status, numbers: [u64; 4]) -> PlannedType {
    let [resources, values, metrics_requested, statistics] = numbers;
    PlannedType {
        resource_type: resource_type.into(),
        status,
        resources,
        silent_resources: 0,
        values,
        metrics_requested,
        get_metric_statistics_requests: statistics,
        estimated_cost_usd: (metrics_requested + statistics) as f64 / 100_000.0,
    }
}

fn place(account: &str, name: &str, region: &str, requests: u64, types: Vec<PlannedType>) -> PlannedPlace {
    PlannedPlace {
        account_id: account.into(),
        account_name: name.to_owned(),
        region: region.into(),
        get_metric_data_requests: requests,
        estimated_cost_usd: types.iter().map(|of_type| of_type.estimated_cost_usd).sum(),
        types,
    }
}

fn plan_of(inventory: Inventory, places: Vec<PlannedPlace>, totals: PlannedTotals) -> DryRun {
    let complete = inventory.coverage.complete;
    let note =
        if complete { "The counts are exact." } else { "The counts are at least what would be asked." };
    let at = |text: &str| Timestamp::parse(text).unwrap();
    DryRun {
        schema_version: inventory.schema_version,
        generator: inventory.generator,
        started_at: inventory.started_at,
        finished_at: inventory.finished_at,
        scope: inventory.scope,
        metrics_window: Some(MetricsWindow {
            start: at("2026-11-16T14:38:00Z"),
            end: at("2026-11-23T14:38:00Z"),
            period_seconds: 86_400,
        }),
        max_cost_usd: 0.1,
        places,
        totals,
        certainty: Certainty {
            counts: if complete { Counted::Exact } else { Counted::AtLeast },
            incomplete_queries: if complete { 0 } else { 8 },
            notes: vec![note.to_owned(), "That is within --max-cost 0.10.".to_owned()],
        },
        report_exit_code: if complete { 0 } else { 3 },
        coverage: inventory.coverage,
    }
}

fn plan() -> DryRun {
    use Status::{Complete, ExpectedDenied, Failed, Partial};
    let clusters = of_type(CLUSTER, ExpectedDenied, [0; 4]);
    let places = vec![
        place(
            PROD,
            "prod\u{1b}[2J",
            "eu-west-1",
            5,
            vec![of_type(EC2, Complete, [1_204, 8_428, 1_204, 400]), of_type(RDS, Complete, [3, 24, 16, 3])],
        ),
        place(PROD, "prod\u{1b}[2J", "us-east-1", 0, vec![of_type(RDS, Failed, [0; 4])]),
        place(
            DATA,
            "data",
            "us-east-1",
            1,
            vec![of_type(EC2, Partial, [12, 84, 60, 12]), of_type(LAMBDA, Complete, [2, 12, 8, 2]), clusters],
        ),
    ];
    let totals = PlannedTotals {
        accounts: 3,
        regions: 2,
        queries: 20,
        resources: 1_221,
        values: 8_548,
        get_metric_data_requests: 6,
        metrics_requested: 1_288,
        get_metric_statistics_requests: 417,
        estimated_cost_usd: 0.01705,
        left_out: 0,
    };
    plan_of(fixture::inventory(), places, totals)
}

fn rendered(plan: &DryRun, format: &str, width: Option<u16>, color: bool) -> String {
    let mut out = Vec::new();
    PlanReport { plan, tables: &tables(false), style: Style { width, color } }
        .render(format, &mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn plan_80_columns_wide() {
    assert_snapshot!(rendered(&plan(), "table", Some(80), false));
}

#[test]
fn plan_120_columns_wide() {
    assert_snapshot!(rendered(&plan(), "table", Some(120), false));
}

#[test]
fn plan_of_a_complete_account() {
    let places = vec![place(PROD, PROD, "eu-west-1", 1, vec![of_type(EC2, Status::Complete, [1, 7, 7, 0])])];
    let totals = PlannedTotals {
        accounts: 1,
        regions: 1,
        queries: 4,
        resources: 1,
        values: 7,
        get_metric_data_requests: 1,
        metrics_requested: 7,
        estimated_cost_usd: 0.00007,
        ..PlannedTotals::default()
    };
    let complete = plan_of(fixture::complete(Vec::new()), places, totals);
    assert_snapshot!(rendered(&complete, "table", Some(80), false));
    let mut free = complete;
    free.metrics_window = None;
    assert_snapshot!(rendered(&free, "table", None, false));
}

#[test]
fn lines_fit_and_nothing_reaches_the_terminal_raw() {
    for columns in [40, 80, 120] {
        let text = rendered(&plan(), "table", Some(columns), false);
        assert!(!text.chars().any(|c| c != '\n' && is_hidden(c)), "{text}");
        let tables = text.split("Coverage:").next().unwrap_or_default();
        assert!(tables.lines().all(|line| width(line) <= usize::from(columns)), "{columns}:\n{tables}");
    }
    assert!(rendered(&plan(), "table", None, true).contains("\x1b[1m"));
    assert!(!rendered(&plan(), "table", None, false).contains('\x1b'));
}

#[test]
fn the_document_reads_back_as_it_was_and_other_formats_are_an_error() {
    let text = rendered(&plan(), "json", None, false);
    assert_eq!(serde_json::from_str::<DryRun>(&text).unwrap(), plan());
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["certainty"]["counts"], "at_least");
    assert_eq!(value["places"][0]["types"][0]["type"], EC2);
    let report = PlanReport { plan: &plan(), tables: &tables(false), style: Style::default() };
    assert!(report.render("csv", &mut Vec::new()).is_err());
}

#[test]
fn dollars_are_written_to_the_cent_at_least() {
    for (usd, text) in [(0.0, "0.00"), (0.00001, "0.00001"), (0.1, "0.10"), (12.345, "12.345"), (3.0, "3.00")]
    {
        assert_eq!(dollars(usd), text);
    }
}
