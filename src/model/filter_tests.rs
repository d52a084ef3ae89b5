//! Filters, their three answers and their refusals.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn instance() -> Resource {
    let mut resource = Resource::new(
        "AWS::EC2::Instance".into(),
        "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0".to_owned(),
        "i-0123456789abcdef0".to_owned(),
        "123456789012".into(),
        "eu-west-1".into(),
    );
    resource.state = Some("running".to_owned());
    resource.class = Some("m5.large".to_owned());
    resource.name = Some("web-1".to_owned());
    resource.modified_at = Timestamp::parse("2026-01-15T12:00:00.5Z");
    resource.tags.insert("env".to_owned(), "prod".to_owned());
    resource.tags.insert("a=b".to_owned(), "c".to_owned());
    resource.tags.insert("priority".to_owned(), "9".to_owned());
    resource.tags.insert("empty".to_owned(), String::new());
    resource.attributes.set("memory_size", 512);
    resource.attributes.set("ebs_optimized", true);
    resource.attributes.set("engine_version", "8.0.35");
    resource.attributes.set("security_group_ids", json!(["sg-1", "sg-2"]));
    resource.attributes.set("volume_ids", json!([]));
    resource.attributes.set("platform", Value::Null);
    resource.mark_unknown("created_at");
    resource.mark_unknown("attributes.user");
    resource
}

fn decide(expression: &str) -> Decision {
    let filter: Filter = expression.parse().unwrap_or_else(|error| panic!("{expression}: {error}"));
    filter.decide(&instance())
}

#[test]
fn filters_keep_what_they_describe() {
    for expression in [
        "state=running",
        "state != stopped",
        "class~^m5",
        "class!~^t3",
        "tag:env=prod",
        "tag:\"a=b\"=c",
        "tag:empty=",
        "tag:empty",
        "tag:priority<10",
        "memory_size=512",
        "memory_size=512.0",
        "attributes.memory_size>=512",
        "memory_size<1024",
        "memory_size~^5",
        "ebs_optimized=true",
        "ebs_optimized=yes",
        "ebs_optimized!=false",
        "engine_version>8.0.4",
        "engine_version<8.1",
        "security_group_ids=sg-2",
        "security_group_ids!=sg-3",
        "security_group_ids~2$",
        "security_group_ids!~3$",
        "modified_at=2026-01-15",
        "modified_at<2026-01-16",
        "modified_at<=2026-01-15",
        "modified_at>=2026-01-15",
        "modified_at>2026-01-15T12:00:00Z",
        "modified_at<2026-01-15T15:00:00+02:00",
        "name",
        "!platform",
        "!volume_ids",
        "!tag:missing",
        "platform!=windows",
        "platform!~win",
        "tag:missing!=prod",
        "engine!=mysql",
        "account_id=123456789012",
        "type=AWS::EC2::Instance",
    ] {
        assert_eq!(decide(expression), Decision::Keep, "{expression}");
    }
}

#[test]
fn filters_drop_what_they_do_not_describe() {
    for expression in [
        "state=run",
        "state=Running",
        "state!=running",
        "tag:env!=prod",
        "tag:env=",
        "memory_size>512",
        "memory_size=half",
        "memory_size<half",
        "memory_size>half",
        "ebs_optimized=false",
        "security_group_ids!=sg-1",
        "security_group_ids!~^sg",
        "modified_at<2026-01-15",
        "modified_at>2026-01-15",
        "modified_at=2026-01-15T12:00:00Z",
        "!name",
        "platform",
        "volume_ids",
        "platform=windows",
        "platform<windows",
        "engine=mysql",
        // As text: a tag that looks like a number stays what was written.
        "tag:priority=9.0",
    ] {
        assert_eq!(decide(expression), Decision::Drop, "{expression}");
    }
}

#[test]
fn an_unknown_value_decides_nothing() {
    for expression in [
        "created_at<2026-01-01",
        "created_at",
        "!created_at",
        "user=root",
        "user!=root",
        "user~r",
        "user!~r",
        "metrics.CPUUtilization.Average<5",
    ] {
        assert_eq!(decide(expression), Decision::Undecided, "{expression}");
    }
    let mut resource = instance();
    resource.tags.clear();
    resource.mark_unknown("tags");
    for expression in ["tag:env=prod", "tag:env!=prod", "tag:env", "!tag:env"] {
        let decision = expression.parse::<Filter>().map(|filter| filter.decide(&resource)).ok();
        assert_eq!(decision, Some(Decision::Undecided), "{expression}");
    }
}

#[test]
fn what_one_filter_drops_is_dropped_whatever_another_cannot_decide() {
    let all = |expressions: &[&str]| {
        let expressions: Vec<String> = expressions.iter().map(|text| (*text).to_owned()).collect();
        Filters::parse(&expressions).unwrap().decide(&instance())
    };
    assert_eq!(all(&[]), Decision::Keep);
    assert_eq!(all(&["state=running", "created_at<2026-01-01"]), Decision::Undecided);
    assert_eq!(all(&["created_at<2026-01-01", "state=stopped"]), Decision::Drop);
    assert_eq!(all(&["state=stopped", "created_at<2026-01-01"]), Decision::Drop);
}

#[test]
fn every_refusal_names_the_expression_and_a_remedy() {
    let errors: Vec<String> = [
        "",
        " ",
        "=prod",
        "State=running",
        "state==running",
        "class=~^m5",
        "memory_size=>5",
        "!state=running",
        "class~(",
        "class~\\w{1000000}",
        "created_at<yesterday",
        "modified_at=2026-13-01",
        "metrics.CPUUtilization.Average<5%",
        "metrics.NetworkIn.Sum!=1GiB",
        "tag:\"env=prod",
        "tag:=x",
    ]
    .iter()
    .map(|expression| expression.parse::<Filter>().unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn operators_of_the_right_side_are_part_of_the_value() {
    let mut resource = instance();
    resource.tags.insert("q".to_owned(), "a!=b<c".to_owned());
    let filter: Filter = "tag:q=a!=b<c".parse().unwrap();
    assert_eq!(filter.decide(&resource), Decision::Keep);
    assert_eq!(filter.field().to_string(), "tag:q");
    assert_eq!(filter.to_string(), "tag:q=a!=b<c");
}

fn decision() -> impl Strategy<Value = Decision> {
    prop_oneof![Just(Decision::Keep), Just(Decision::Drop), Just(Decision::Undecided)]
}

proptest! {
    #[test]
    fn the_and_of_three_values_is_that_of_kleene(decisions in prop::collection::vec(decision(), 0..6)) {
        let all = decisions.iter().copied().fold(Decision::Keep, Decision::and);
        let expected = if decisions.contains(&Decision::Drop) {
            Decision::Drop
        } else if decisions.contains(&Decision::Undecided) {
            Decision::Undecided
        } else {
            Decision::Keep
        };
        prop_assert_eq!(all, expected);
    }

    /// Learning an unknown value may settle a decision, but never overturn one.
    #[test]
    fn knowing_more_never_overturns_a_decision(
        expressions in prop::collection::vec(
            prop::sample::select(vec![
                "state=running", "state!=running", "state~^r", "state", "!state",
                "memory_size<600", "tag:env=prod", "!tag:env", "class!~^m5",
            ]), 1..4),
        hidden in prop::sample::subsequence(vec!["state", "attributes.memory_size", "tags", "class"], 0..4),
    ) {
        let expressions: Vec<String> = expressions.into_iter().map(str::to_owned).collect();
        let filters = Filters::parse(&expressions).unwrap();
        let known = instance();
        let mut partly = known.clone();
        for key in hidden {
            partly.mark_unknown(key);
        }
        prop_assert!(filters.decide(&known) != Decision::Undecided);
        let decision = filters.decide(&partly);
        prop_assert!(decision == Decision::Undecided || decision == filters.decide(&known));
    }

    #[test]
    fn any_text_is_read_or_refused_without_panic(text in ".{0,30}") {
        if let Ok(filter) = text.parse::<Filter>() {
            let _ = filter.decide(&instance());
        }
    }
}
