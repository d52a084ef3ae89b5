//! Several accounts in one run.

use awsinv::config::CollectSettings;
use awsinv::coordinator::Plan;
use awsinv::demo::DemoOptions;
use awsinv::model::{FailureClass, Status};

use crate::support::{run, run_as, settings, try_run_as};

fn instances() -> CollectSettings {
    CollectSettings { services: vec!["ec2".into()], ..settings() }
}

#[tokio::test]
async fn the_same_account_reached_twice_is_collected_once_under_the_name_that_stands_first() {
    let plan = Plan::new(&instances()).expect("a plan");
    let twice = run_as(DemoOptions::default(), &instances(), plan, |mut accounts| {
        accounts.truncate(1);
        let mut again = accounts[0].clone();
        again.name = "again".to_owned();
        accounts.push(again);
        accounts
    })
    .await;
    let [account] = &twice.outcome.scope.accounts[..] else { panic!("one account") };
    assert_ne!(account.name, "again");
    let [note] = &twice.outcome.coverage.notes[..] else { panic!("one note") };
    assert_eq!(
        note.message,
        format!("again is the same account as {}, so it is collected once", account.name)
    );
    let all = run(DemoOptions::default(), &instances()).await;
    let of_account =
        all.resources.iter().filter(|resource| Some(&resource.account_id) == account.id.as_ref());
    assert_eq!(twice.resources.len(), of_account.count());
}

#[tokio::test]
async fn unknown_keys_fail_their_own_account_alone() {
    let plan = Plan::new(&instances()).expect("a plan");
    let found = run_as(DemoOptions::default(), &instances(), plan, |mut accounts| {
        accounts[0].access_key_id = "AKIAIOSFODNN7EXAMPLE".to_owned();
        accounts
    })
    .await;
    let unread: Vec<_> =
        found.outcome.coverage.queries.iter().filter(|query| query.account_id.is_none()).collect();
    assert_eq!(unread.len(), 1);
    assert_eq!(unread[0].parts.inventory.failures[0].class, FailureClass::CredentialsInvalid);
    assert!(!found.resources.is_empty());
    assert_eq!(found.outcome.scope.accounts.iter().filter(|account| account.id.is_none()).count(), 1);
}

#[tokio::test]
async fn a_region_pattern_that_matches_nothing_is_refused_before_anything_is_listed() {
    let settings = CollectSettings { regions: vec!["eu-*".into(), "us-gov-*".into()], ..instances() };
    let plan = Plan::new(&settings).expect("a plan");
    let refused = try_run_as(DemoOptions::default(), &settings, plan, |accounts| accounts).await;
    let message =
        refused.map(|found| found.resources.len()).expect_err("a pattern without a Region").to_string();
    assert!(message.contains("us-gov-*"), "{message}");
}

#[tokio::test]
async fn an_account_that_hangs_holds_back_no_other_where_regions_are_named() {
    let hang = "hang:GetCallerIdentity@*/111122223333".parse().expect("a fault");
    let settings = CollectSettings {
        regions: vec!["us-east-1".into()],
        attempt_timeout: std::time::Duration::from_secs(20),
        deadline: Some(std::time::Duration::from_secs(2)),
        ..instances()
    };
    let found = run(DemoOptions { faults: vec![hang], ..DemoOptions::default() }, &settings).await;
    let complete = found.outcome.coverage.queries.iter().filter(|query| query.status == Status::Complete);
    assert_eq!(complete.count(), 2);
    assert!(!found.resources.is_empty());
}
