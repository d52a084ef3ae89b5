//! The contract that every collector keeps, walked over the registry against the demo server.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use awsinv::collect::{Collector, Covered, PageSink, QueryContext, REGISTRY};
use awsinv::config::CollectSettings;
use awsinv::coordinator::{Plan, Selection};
use awsinv::demo::{Counts, DemoOptions, Fault, Size};
use awsinv::model::{Failure, FailureClass, QueryCoverage, Status};

use crate::support::{Found, run, run_plan, settings};

/// Enough for three pages of ten.
const EACH: usize = 25;

fn estate(each: usize, faults: &[&str]) -> DemoOptions {
    let counts = Counts { instances: each, databases: each, clusters: each, functions: each };
    let faults = faults.iter().map(|fault| fault.parse::<Fault>().expect(fault)).collect();
    DemoOptions { page_size: Some(10), faults, ..DemoOptions::one_account(1, counts) }
}

/// Everything that one collector's calls return, and nothing else.
fn only(collector: &dyn Collector) -> CollectSettings {
    let types = collector.covers().iter().map(|covered| covered.resource_type.to_owned()).collect();
    CollectSettings { types, regions: vec!["us-east-1".to_owned()], ..settings() }
}

/// The list operation of a collector: the one that its first IAM action permits.
fn operation(collector: &dyn Collector) -> &'static str {
    collector.iam_actions()[0].split_once(':').expect("service:Operation").1
}

async fn collected(collector: &dyn Collector, each: usize, fault: Option<&str>) -> (Found, QueryCoverage) {
    let fault = fault.map(|fault| match fault.split_once('#') {
        Some((kind, window)) => format!("{kind}:{}#{window}", operation(collector)),
        None => format!("{fault}:{}", operation(collector)),
    });
    let faults: Vec<&str> = fault.as_deref().into_iter().collect();
    let found = run(estate(each, &faults), &only(collector)).await;
    assert_eq!(found.outcome.coverage.queries.len(), 1, "{collector:?}");
    let query = found.outcome.coverage.queries[0].clone();
    assert_eq!(query.resources, found.resources.len() as u64, "{collector:?}");
    let ids: BTreeSet<_> = found.resources.iter().map(|resource| &resource.arn).collect();
    assert_eq!(ids.len(), found.resources.len(), "{collector:?}: something came twice");
    (found, query)
}

fn failure(query: &QueryCoverage) -> &Failure {
    query.parts.inventory.failures.first().expect("a failure")
}

#[tokio::test]
async fn an_empty_account_is_complete_and_empty() {
    for collector in REGISTRY {
        let (found, query) = collected(*collector, 0, None).await;
        assert_eq!(
            (query.status, query.pages, found.resources.len()),
            (Status::Complete, 1, 0),
            "{collector:?}"
        );
        assert!(found.outcome.coverage.complete);
    }
}

#[tokio::test]
async fn every_page_is_read_and_every_declared_attribute_is_there() {
    for collector in REGISTRY {
        let (found, query) = collected(*collector, EACH, None).await;
        assert_eq!(
            (query.status, query.pages, found.resources.len()),
            (Status::Complete, 3, EACH),
            "{collector:?}"
        );
        for resource in &found.resources {
            let mut names: Vec<&str> = resource.attributes.names().collect();
            names.sort_unstable();
            assert_eq!(names, collector.attributes(), "{}", resource.id);
            assert!(resource.arn.contains(&*resource.id), "{}", resource.arn);
        }
        assert!(found.resources.iter().any(|resource| !resource.tags.is_empty()), "{collector:?}");
    }
}

#[tokio::test]
async fn a_failure_on_page_two_keeps_page_one_and_says_why() {
    for collector in REGISTRY {
        let (_, query) = collected(*collector, EACH, Some("denied#after=1")).await;
        assert_eq!((query.status, query.pages, query.resources), (Status::Partial, 1, 10), "{collector:?}");
        assert_eq!(failure(&query).class, FailureClass::AccessDenied);
    }
}

#[tokio::test]
async fn what_is_denied_is_failed_not_empty_and_names_the_action() {
    for collector in REGISTRY {
        let (found, query) = collected(*collector, EACH, Some("denied")).await;
        assert_eq!(query.status, Status::Failed, "{collector:?}");
        assert!(!found.outcome.coverage.complete);
        let failure = failure(&query);
        assert_eq!(
            (failure.class, failure.attempts),
            (FailureClass::AccessDenied, 1),
            "a denial is not retried"
        );
        let hint = failure.hint.as_deref().unwrap_or_default();
        assert!(hint.contains(collector.iam_actions()[0]), "{hint}");
        assert!(failure.request_id.is_some(), "{collector:?}");
    }
}

#[tokio::test]
async fn every_fault_has_its_class() {
    for (fault, class, attempts) in [
        ("scp-denied", FailureClass::DeniedByScp, 1),
        ("throttled", FailureClass::Throttled, 2),
        ("error-500", FailureClass::ServiceError, 2),
        ("error-503", FailureClass::ServiceError, 2),
        ("reset", FailureClass::Connectivity, 2),
        ("truncated", FailureClass::Connectivity, 2),
        ("garbage", FailureClass::MalformedResponse, 2),
        ("expired", FailureClass::CredentialsExpired, 1),
    ] {
        for collector in REGISTRY {
            let (_, query) = collected(*collector, EACH, Some(fault)).await;
            let failure = failure(&query);
            assert_eq!((query.status, failure.class), (Status::Failed, class), "{fault}: {failure:?}");
            assert_eq!(failure.attempts, attempts, "{fault}: {collector:?}");
            assert_eq!(query.resources, 0, "{fault}");
        }
    }
}

#[tokio::test]
async fn a_hung_call_times_out() {
    let collector = REGISTRY[0];
    let mut settings = only(collector);
    settings.attempt_timeout = Duration::from_millis(200);
    let found = run(estate(1, &["hang:DescribeInstances"]), &settings).await;
    let query = &found.outcome.coverage.queries[0];
    assert_eq!((query.status, failure(query).class), (Status::Failed, FailureClass::Timeout));
}

#[tokio::test]
async fn a_passing_fault_leaves_no_trace_but_a_retry() {
    for fault in ["throttled#times=1", "error-500#times=1", "reset#times=1", "garbage#after=1,times=1"] {
        for collector in REGISTRY {
            let (found, query) = collected(*collector, EACH, Some(fault)).await;
            assert_eq!((query.status, query.retries), (Status::Complete, 1), "{fault}: {collector:?}");
            assert_eq!(found.resources.len(), EACH, "{fault}: {collector:?}");
        }
    }
}

#[tokio::test]
async fn pages_that_repeat_are_not_taken_for_the_end_and_empty_ones_neither() {
    for collector in REGISTRY {
        let (_, query) = collected(*collector, EACH, Some("repeated-token")).await;
        assert_eq!(query.status, Status::Partial, "{collector:?}");
        assert_eq!(failure(&query).class, FailureClass::MalformedResponse);
        assert!(query.resources > 0, "what was read is kept");

        let (found, query) = collected(*collector, EACH, Some("empty-page")).await;
        assert_eq!((query.status, found.resources.len()), (Status::Complete, EACH), "{collector:?}");
        assert!(query.pages > 3, "{collector:?}");

        let (found, query) = collected(*collector, EACH, Some("duplicates")).await;
        assert_eq!((query.status, found.resources.len()), (Status::Complete, EACH), "{collector:?}");
        assert!(found.outcome.stats.duplicates_dropped > 0, "{collector:?}");
    }
}

#[tokio::test]
async fn tags_that_cannot_be_read_are_unknown_and_the_inventory_is_whole() {
    let functions = REGISTRY.iter().find(|collector| collector.service() == "lambda").expect("Lambda");
    let found = run(estate(EACH, &["denied:GetResources"]), &only(*functions)).await;
    let query = &found.outcome.coverage.queries[0];
    assert_eq!((query.status, query.parts.tags.status), (Status::Complete, Status::Failed));
    assert_eq!(query.parts.tags.failures[0].class, FailureClass::AccessDenied);
    assert!(!found.outcome.coverage.complete);
    assert_eq!(found.resources.len(), EACH);
    assert!(found.resources.iter().all(|resource| resource.is_unknown("tags") && resource.tags.is_empty()));
}

#[tokio::test]
async fn a_region_that_the_account_has_not_enabled_is_told_from_bad_credentials() {
    let (_, query) = {
        let found = run(
            DemoOptions {
                faults: vec!["region-disabled:DescribeInstances@eu-west-1".parse().expect("a fault")],
                ..DemoOptions::default()
            },
            &CollectSettings {
                services: vec!["ec2".into()],
                regions: vec!["eu-west-1".into()],
                ..settings()
            },
        )
        .await;
        let query = found.outcome.coverage.queries[0].clone();
        (found, query)
    };
    assert_eq!(failure(&query).class, FailureClass::RegionDisabled);
}

#[tokio::test]
async fn without_describe_regions_the_account_api_tells_and_the_coverage_says_so() {
    let faults = vec!["denied:DescribeRegions".parse().expect("a fault")];
    let settings = CollectSettings { services: vec!["ec2".into()], ..settings() };
    let told = run(DemoOptions::default(), &settings).await;
    let fell_back = run(DemoOptions { faults, ..DemoOptions::default() }, &settings).await;
    assert_eq!(fell_back.outcome.scope, told.outcome.scope);
    assert_eq!(fell_back.resources.len(), told.resources.len());
    let notes = &fell_back.outcome.coverage.notes;
    assert_eq!(notes.len(), told.outcome.scope.accounts.len());
    assert!(notes[0].message.contains("account:ListRegions"), "{}", notes[0].message);
    assert_eq!(notes[0].failure.as_ref().map(|failure| failure.class), Some(FailureClass::AccessDenied));
}

#[tokio::test]
async fn without_either_every_known_region_is_asked_and_refusals_tell_which_are_enabled() {
    let faults = ["denied:DescribeRegions", "denied:ListRegions"].map(|fault| fault.parse().expect(fault));
    let settings = CollectSettings { services: vec!["ec2".into()], ..settings() };
    let told = run(DemoOptions::default(), &settings).await;
    let untold = run(DemoOptions { faults: faults.to_vec(), ..DemoOptions::default() }, &settings).await;
    assert_eq!(untold.resources.len(), told.resources.len());
    assert!(untold.outcome.coverage.complete, "a Region that is not enabled is no hole");
    let not_enabled = |found: &Found| {
        found.outcome.coverage.queries.iter().filter(|query| query.status == Status::NotEnabled).count()
    };
    assert!(not_enabled(&untold) >= not_enabled(&told) && not_enabled(&told) > 0);
    assert!(untold.outcome.coverage.notes[0].message.contains("every Region"));
}

#[tokio::test]
async fn one_bad_account_does_not_empty_the_others() {
    let options = DemoOptions::default();
    let bad = "expired:GetCallerIdentity@*/111122223333".parse().expect("a fault");
    let settings = CollectSettings { services: vec!["ec2".into()], ..settings() };
    let found = run(DemoOptions { faults: vec![bad], ..options }, &settings).await;
    let unread: Vec<_> =
        found.outcome.coverage.queries.iter().filter(|query| query.account_id.is_none()).collect();
    assert_eq!(unread.len(), 1);
    assert_eq!(failure(unread[0]).class, FailureClass::CredentialsExpired);
    assert!(!found.resources.is_empty() && !found.outcome.coverage.complete);
}

/// A collector with a bug: it panics once it has read.
#[derive(Debug)]
struct Panics;

#[async_trait]
impl Collector for Panics {
    fn covers(&self) -> &'static [Covered] {
        const { &[Covered::new("AWS::RDS::DBInstance", "panics")] }
    }

    fn service(&self) -> &'static str {
        "rds"
    }

    fn iam_actions(&self) -> &'static [&'static str] {
        &["rds:DescribeDBInstances"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn columns(&self) -> &'static [awsinv::model::Column] {
        &[]
    }

    async fn collect(&self, cx: &QueryContext, sink: &PageSink) -> Result<(), Failure> {
        REGISTRY[1].collect(cx, sink).await?;
        panic!("a planted bug")
    }
}

#[tokio::test]
async fn a_panic_in_one_query_keeps_what_it_read_and_touches_no_other() {
    let settings = only(REGISTRY[0]);
    let mut plan = Plan::new(&settings).expect("a plan");
    let resource_type: std::sync::Arc<str> = "AWS::RDS::DBInstance".into();
    plan.selections.push(Selection {
        collector: &Panics,
        resource_type: resource_type.clone(),
        wanted: vec![resource_type],
    });
    let found = run_plan(estate(EACH, &[]), &settings, plan).await;
    let [instances, databases] = &found.outcome.coverage.queries[..] else { panic!("two queries") };
    assert_eq!((instances.status, instances.resources), (Status::Complete, EACH as u64));
    assert_eq!(databases.status, Status::Partial);
    assert_eq!(failure(databases).class, FailureClass::Internal);
    assert!(databases.resources > 0);
    assert_eq!(found.resources.len() as u64, instances.resources + databases.resources);
}

#[tokio::test]
async fn a_denial_that_the_settings_expect_is_no_hole() {
    let expected = awsinv::config::ExpectDenied {
        account: "*".into(),
        region: "eu-*".into(),
        resource_type: "AWS::EC2::*".into(),
    };
    let settings = CollectSettings {
        services: vec!["ec2".into()],
        regions: vec!["eu-west-1".into(), "us-east-1".into()],
        expect_denied: vec![expected],
        ..settings()
    };
    let denied = |region: &str| format!("scp-denied:DescribeInstances@{region}").parse().expect("a fault");
    let size = Some(Size::Total(10));
    let options = DemoOptions { faults: vec![denied("eu-west-1")], size, ..DemoOptions::default() };
    let found = run(options.clone(), &settings).await;
    assert!(found.outcome.coverage.complete);
    let expected =
        found.outcome.coverage.queries.iter().filter(|query| query.status == Status::ExpectedDenied).count();
    assert_eq!(expected, found.outcome.scope.accounts.len());
    let found = run(DemoOptions { faults: vec![denied("us-east-1")], ..options }, &settings).await;
    assert!(!found.outcome.coverage.complete, "a denial elsewhere is one");
}
