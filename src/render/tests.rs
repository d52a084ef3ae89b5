//! Every format on one inventory, as files to be read by people, and what must hold for any inventory.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::Value;

use super::fixture::{self, EC2, PROD, rendered};
use super::text::width;
use super::{FORMATS, Ndjson, Query, Style, View};
use crate::model::is_hidden;
use crate::model::{Coverage, Inventory, Resource, Status, Trailer};

const PIPE: Style = Style { width: None, color: false };

fn columns(fields: &[&str]) -> View {
    View { columns: fields.iter().map(|field| field.parse().unwrap()).collect(), ..View::default() }
}

fn grouped(fields: &[&str]) -> View {
    View { group_by: fields.iter().map(|field| field.parse().unwrap()).collect(), ..View::default() }
}

fn terminal(width: u16) -> Style {
    Style { width: Some(width), color: false }
}

fn table(view: &View, style: Style) -> String {
    rendered("table", &fixture::inventory(), view, style)
}

#[test]
fn table_in_a_pipe() {
    assert_snapshot!(table(&View::default(), PIPE));
}

#[test]
fn table_80_columns_wide() {
    assert_snapshot!(table(&View::default(), terminal(80)));
}

#[test]
fn table_120_columns_wide() {
    assert_snapshot!(table(&View::default(), terminal(120)));
}

#[test]
fn table_200_columns_wide() {
    assert_snapshot!(table(&View::default(), terminal(200)));
}

#[test]
fn table_in_colour() {
    let style = Style { color: true, ..terminal(100) };
    assert_snapshot!(table(&View::default(), style).replace('\x1b', "␛"));
}

#[test]
fn table_of_chosen_columns_sorted_and_limited() {
    let mut view = columns(&[
        "name",
        "tag:env",
        "allocated_storage",
        "security_group_ids",
        "metrics.CPUUtilization.Average",
        "created_at",
    ]);
    view.sort = vec!["-allocated_storage".parse().unwrap(), "name".parse().unwrap()];
    view.limit = Some(9);
    assert_snapshot!(table(&view, terminal(120)));
}

#[test]
fn table_of_counts() {
    let counts = table(&grouped(&["region", "state"]), PIPE);
    let (counts, _) = counts.split_once("Coverage").unwrap();
    assert_snapshot!(counts);
}

fn without_coverage(output: &str, heading: &str) -> String {
    output.split_once(heading).unwrap().0.to_owned()
}

#[test]
fn table_of_trends() {
    let inventory = fixture::with_series(fixture::inventory());
    for (name, max) in [("80", 80), ("120", 120)] {
        let drawn = rendered("table", &inventory, &View::default(), terminal(max));
        assert_snapshot!(format!("table_of_trends_{name}"), without_coverage(&drawn, "Coverage"));
    }
    let page = rendered("markdown", &inventory, &View::default(), PIPE);
    assert_snapshot!("markdown_of_trends", without_coverage(&page, "## Coverage"));
}

#[test]
fn table_of_metrics_that_the_user_chose_sorted_by_one() {
    let mut view = columns(&[
        "id",
        "metrics.CPUUtilization.Average",
        "metrics.NetworkIn.Sum",
        "metrics.Invocations.Sum",
        "metrics.FreeLocalStorage.Minimum",
        "metrics_status",
    ]);
    view.sort = vec!["-metrics.CPUUtilization.Average".parse().unwrap()];
    let drawn = table(&view, PIPE);
    assert_snapshot!(without_coverage(&drawn, "Coverage"));
}

#[test]
fn csv_of_metrics_has_their_numbers_as_they_are() {
    let view = columns(&["id", "metrics.CPUUtilization.Average", "metrics.NetworkIn.Sum", "metrics_status"]);
    assert_snapshot!(rendered("csv", &fixture::inventory(), &view, PIPE));
}

#[test]
fn table_of_counts_by_a_metric() {
    let counts = table(&grouped(&["metrics.CPUUtilization.Average"]), PIPE);
    assert_snapshot!(without_coverage(&counts, "Coverage"));
}

#[test]
fn resources_are_all_there_though_their_metrics_are_not() {
    let mut inventory = fixture::complete(fixture::resources());
    inventory.coverage.queries[0].parts.metrics.failures.push(fixture::too_dear("62.40"));
    inventory.metrics_window = fixture::inventory().metrics_window;
    let drawn = rendered("table", &inventory, &View::default(), PIPE);
    let (_, told) = drawn.split_once("Coverage: INCOMPLETE: 1 of 4").unwrap();
    assert!(told.contains("14 resources (7 EC2 instances"), "{told}");
    assert!(!told.contains("At least"), "{told}");
}

#[test]
fn metrics_of_hundreds_of_queries_that_one_cause_left_out_are_told_once() {
    let mut queries = Vec::new();
    for account in 0..25 {
        for region in 0..20 {
            let account = format!("{:012}", 111_111_111_000u64 + account);
            let region = format!("xx-test-{region}");
            let mut query = fixture::query(Some(&account), Some(&region), EC2, Status::Complete, Vec::new());
            query.parts.metrics.failures.push(fixture::too_dear("62.40"));
            // The money lasted for these, and for half of the next.
            match queries.len() {
                0..20 => query.parts.metrics = query.parts.tags.clone(),
                20 => query.parts.metrics.status = Status::Partial,
                _ => {}
            }
            queries.push(query);
        }
    }
    let mut inventory = fixture::complete(Vec::new());
    inventory.metrics_window = fixture::inventory().metrics_window;
    inventory.coverage = Coverage::new(queries, Vec::new());
    assert_snapshot!(rendered("table", &inventory, &View::default(), terminal(100)));
}

#[test]
fn table_of_a_complete_account() {
    let resources: Vec<Resource> = fixture::resources()
        .into_iter()
        .filter(|resource| &*resource.account_id == PROD && &*resource.region == "eu-west-1")
        .filter(|resource| &*resource.resource_type != fixture::LAMBDA)
        .collect();
    assert_snapshot!(rendered("table", &fixture::complete(resources), &View::default(), terminal(100)));
}

#[test]
fn an_empty_account_says_that_there_is_nothing() {
    assert_snapshot!(rendered("table", &fixture::complete(Vec::new()), &View::default(), terminal(100)));
}

#[test]
fn an_account_of_which_nothing_could_be_read_does_not_look_empty() {
    let mut inventory = fixture::inventory();
    inventory.resources.clear();
    inventory.summary = Default::default();
    inventory.coverage.queries.retain(|query| query.status == Status::Failed);
    assert_snapshot!(rendered("table", &inventory, &View::default(), terminal(100)));
}

#[test]
fn filters_are_accounted_for() {
    let mut inventory = fixture::complete(fixture::resources().into_iter().take(1).collect());
    inventory.summary.filtered_out = 12;
    inventory.summary.undecided = 3;
    assert_snapshot!(rendered("table", &inventory, &View::default(), terminal(100)));
}

#[test]
fn many_causes_are_cut_and_counted() {
    let regions: Vec<String> = (1..=40).map(|n| format!("xx-test-{n}")).collect();
    let mut queries = Vec::new();
    for (n, region) in regions.iter().enumerate() {
        for resource_type in [EC2, fixture::RDS] {
            let failure = fixture::denied("ec2", &format!("Operation{:02}", n % 12), region);
            queries.push(fixture::query(
                Some(PROD),
                Some(region),
                resource_type,
                Status::Failed,
                vec![failure],
            ));
        }
    }
    let mut inventory = fixture::complete(Vec::new());
    inventory.coverage = Coverage::new(queries, Vec::new());
    assert_snapshot!(rendered("table", &inventory, &View::default(), terminal(100)));
}

#[test]
fn markdown() {
    assert_snapshot!(rendered("markdown", &fixture::inventory(), &View::default(), PIPE));
}

#[test]
fn markdown_of_counts() {
    let counts = rendered("markdown", &fixture::inventory(), &grouped(&["type", "tag:env"]), PIPE);
    let (counts, _) = counts.split_once("## Coverage").unwrap();
    assert_snapshot!(counts);
}

#[test]
fn csv() {
    assert_snapshot!(rendered("csv", &fixture::inventory(), &View::default(), PIPE));
}

#[test]
fn csv_of_chosen_columns() {
    let view = columns(&[
        "id",
        "name",
        "state",
        "tag:note",
        "engine",
        "allocated_storage",
        "security_group_ids",
        "multi_az",
    ]);
    assert_snapshot!(rendered("csv", &fixture::inventory(), &view, PIPE));
}

#[test]
fn csv_of_counts() {
    assert_snapshot!(rendered("csv", &fixture::inventory(), &grouped(&["type", "state"]), PIPE));
}

#[test]
fn json() {
    let mut inventory = fixture::inventory();
    inventory.resources.truncate(3);
    inventory.coverage.queries.truncate(1);
    assert_snapshot!(rendered("json", &inventory, &View::default(), PIPE));
}

#[test]
fn json_is_read_back_the_same() {
    let inventory = fixture::inventory();
    let read: Inventory =
        serde_json::from_str(&rendered("json", &inventory, &View::default(), PIPE)).unwrap();
    assert_eq!(read, inventory);
}

#[test]
fn ndjson_streams_the_same_lines_that_it_renders() {
    let inventory = fixture::inventory();
    let lines = rendered("ndjson", &inventory, &View::default(), PIPE);
    let trailer = Trailer {
        coverage: inventory.coverage.clone(),
        metrics_window: inventory.metrics_window.clone(),
        summary: inventory.summary.clone(),
        stats: inventory.stats.clone(),
    };
    let mut stream = Ndjson::new(Vec::new());
    for resource in &inventory.resources {
        stream.resources([resource]).unwrap();
    }
    assert_eq!(String::from_utf8(stream.finish(&trailer).unwrap()).unwrap(), lines);

    let (resources, last) = lines.trim_end().rsplit_once('\n').unwrap();
    let resources: Vec<Resource> =
        resources.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(resources, inventory.resources);
    assert_eq!(serde_json::from_str::<Trailer>(last).unwrap(), trailer);
}

fn queried(expression: &str) -> String {
    let mut out = Vec::new();
    match Query::compile(expression).and_then(|query| query.render(&fixture::inventory(), &mut out)) {
        Ok(()) => String::from_utf8(out).unwrap(),
        Err(error) => format!("error: {error}\n"),
    }
}

#[test]
fn queries_find_what_the_document_holds() {
    let found = [
        "resources[?type=='AWS::RDS::DBInstance'].[id, attributes.allocated_storage]",
        "resources[?name && contains(name, 'red')].name",
        "coverage.queries[?status=='partial'].parts.inventory.failures[].class",
        "length(resources)",
        "nothing.here",
    ]
    .map(queried);
    assert_snapshot!(found.concat());
}

#[test]
fn what_is_wrong_with_a_query_is_shown_at_its_place() {
    let errors = [
        "resources[?state=='running'",
        "résources[].id",
        "'東京' == ]",
        "length(`1`)",
        "nope(resources)",
        "resources[].{a: sort_by(tags, &nope(@))}",
        "",
    ]
    .map(queried);
    assert_snapshot!(errors.concat());
}

#[test]
fn formats_have_names_of_their_own() {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
    assert_eq!(names, ["table", "json", "ndjson", "csv", "markdown"]);
}

#[test]
fn a_closed_pipe_is_an_error_to_the_caller_not_a_panic() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let inventory = fixture::inventory();
    let view = View::default();
    for format in FORMATS {
        let tables = fixture::tables(true);
        let report = super::Report { inventory: &inventory, tables: &tables, view: &view, style: PIPE };
        let error = format.render(&report, &mut Closed).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{}", format.name());
    }
    let query = Query::compile("resources[].id").unwrap();
    let error = std::io::Error::from(query.render(&inventory, &mut Closed).unwrap_err());
    assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "--query");
}

/// An inventory with this text wherever AWS, or whoever fills in its forms, could put one.
fn filled_with(text: &str) -> Inventory {
    let mut inventory = fixture::inventory();
    for resource in &mut inventory.resources {
        resource.name = Some(text.to_owned());
        resource.id = text.to_owned();
        resource.state = Some(text.to_owned());
        resource.resource_type = if resource.id.len() % 2 == 0 { EC2.into() } else { text.into() };
        resource.tags.insert(text.to_owned(), text.to_owned());
        resource.attributes.set("engine", Value::from(vec![text, text]));
    }
    for account in &mut inventory.scope.accounts {
        account.name = text.to_owned();
    }
    for query in &mut inventory.coverage.queries {
        query.region = query.region.as_ref().map(|_| text.into());
        let parts = &mut query.parts;
        for failure in parts.inventory.failures.iter_mut().chain(&mut parts.metrics.failures) {
            failure.message = text.to_owned();
            failure.code = Some(text.to_owned());
            failure.request_id = Some(text.to_owned());
            failure.hint = Some(text.to_owned());
        }
    }
    for note in &mut inventory.coverage.notes {
        note.message = text.to_owned();
    }
    inventory
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_that_a_terminal_would_act_on_ever_comes_out(text in any::<String>(), key in any::<String>()) {
        let inventory = fixture::with_series(filled_with(&text));
        let tag = crate::model::FieldPath::Tag(key);
        let with_tag = View { columns: vec![tag.clone()], ..View::default() };
        let by_tag = View { group_by: vec![tag], ..View::default() };
        for view in [View::default(), with_tag, by_tag] {
            for format in FORMATS {
                for style in [PIPE, terminal(80)] {
                    let output = rendered(format.name(), &inventory, &view, style);
                    let found = output.chars().find(|&c| is_hidden(c) && c != '\n');
                    prop_assert_eq!(found, None, "{}: {}", format.name(), output);
                }
            }
        }
    }

    #[test]
    fn no_text_adds_rows_or_columns(text in any::<String>()) {
        let inventory = filled_with(&text);
        let rows = fixture::resources().len();
        let csv = rendered("csv", &inventory, &View::default(), PIPE);
        prop_assert_eq!(csv.lines().count(), rows + 1);
        for record in ::csv::Reader::from_reader(csv.as_bytes()).records() {
            prop_assert_eq!(record.unwrap().len(), 16);
        }
        let markdown = rendered("markdown", &inventory, &columns(&["id", "name"]), PIPE);
        let (tables, _) = markdown.split_once("\n## Coverage").unwrap();
        for row in tables.lines().filter(|line| line.starts_with('|')) {
            let bars = row.replace("\\\\", "").replace("\\|", "").matches('|').count();
            prop_assert_eq!(bars, 3, "{}", row);
        }
    }

    #[test]
    fn no_line_of_a_table_is_wider_than_the_terminal(
        text in any::<String>(), max in 40u16..220, limit in 1usize..20, many in any::<bool>(),
    ) {
        let mut inventory = fixture::with_series(filled_with(&text));
        // Words of the coverage stay whole, so that they can be copied; the tables are what must fit.
        inventory.coverage = Coverage::default();
        for account in &mut inventory.scope.accounts {
            account.name = "prod".to_owned();
        }
        let mut view = if many {
            columns(&["id", "name", "state", "engine", "arn", "class", "region", "created_at"])
        } else {
            View::default()
        };
        view.limit = Some(limit);
        let output = rendered("table", &inventory, &view, terminal(max));
        let (tables, _) = output.split_once("Coverage:").unwrap();
        for line in tables.lines() {
            prop_assert!(width(line) <= usize::from(max), "{}: {}", width(line), line);
        }
    }
}
