//! The series as a whole. `tests/py/test_demo_metrics.py` compares every value with a computation of its own.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::*;
use crate::demo::estate::{Estate, Kind, NOW};
use crate::demo::options::{Counts, DemoOptions};

const DAY: i64 = 86_400;

fn estate() -> Estate {
    let counts = Counts { instances: 96, databases: 72, clusters: 12, functions: 57 };
    Estate::new(&DemoOptions::one_account(1, counts))
}

fn subjects(kind: Kind, act: impl Fn(&Subject)) {
    let estate = estate();
    let shard = estate.shard(0, "us-east-1").expect("enabled");
    let listed = Metrics::default().of(0, &shard, kind);
    assert_eq!(listed.all().len(), shard.count(kind));
    listed.all().iter().for_each(act);
}

fn all(subject: &Subject, name: &str, from: i64, to: i64) -> Vec<(i64, series::Base)> {
    between(&Series::new(subject, name).expect("a metric"), from, to)
}

fn between(series: &Series<'_>, from: i64, to: i64) -> Vec<(i64, series::Base)> {
    let mut found = Vec::new();
    series.each(from, to, NOW, |slot, base| found.push((slot, base)));
    found
}

#[test]
fn every_value_is_one_that_the_metric_can_have() {
    for kind in Kind::ALL {
        subjects(kind, |subject| {
            for metric in &subject.metrics {
                for (slot, base) in all(subject, metric.name(), NOW - 7 * DAY, NOW) {
                    let what = format!("{} {} {slot} {base:?}", subject.value, metric.name());
                    assert!(base.minimum >= 0.0 && base.minimum <= base.maximum, "{what}");
                    let average = base.sum / base.count;
                    assert!(base.minimum <= average && average <= base.maximum, "{what}");
                    if metric.unit() == "Percent" {
                        assert!(base.maximum <= 100.0, "{what}");
                    }
                }
            }
        });
    }
}

#[test]
fn nothing_is_sent_before_the_launch_after_the_stop_or_ahead_of_the_clock() {
    let stopped = std::cell::Cell::new(0);
    subjects(Kind::Instance, |subject| {
        let Life { from, until } = subject.life;
        if subject.metrics.is_empty() {
            return;
        }
        let sent = all(subject, "CPUUtilization", from - DAY, NOW + DAY);
        assert!(sent.iter().all(|(slot, _)| *slot >= from && *slot + 60 <= until.unwrap_or(NOW)));
        if let Some(until) = until {
            stopped.set(stopped.get() + 1);
            assert!(until <= NOW + DAY && until > from);
        }
    });
    assert!(stopped.get() > 10);
}

#[test]
fn slots_are_as_far_apart_as_the_service_sends_them() {
    let apart = std::cell::RefCell::new(BTreeMap::<&str, BTreeSet<i64>>::new());
    for kind in [Kind::Instance, Kind::Database] {
        subjects(kind, |subject| {
            for metric in &subject.metrics {
                let sent = all(subject, metric.name(), NOW - 3600, NOW);
                let gaps = sent.windows(2).map(|two| two[1].0 - two[0].0);
                let name = match (kind, metric.name()) {
                    (Kind::Instance, "CPUCreditBalance") => "credits",
                    (Kind::Instance, _) => "instance",
                    _ => "database",
                };
                apart.borrow_mut().entry(name).or_default().extend(gaps);
            }
        });
    }
    let wanted = [("credits", vec![300]), ("database", vec![60]), ("instance", vec![60, 300])];
    assert_eq!(apart.into_inner(), wanted.map(|(name, gaps)| (name, gaps.into_iter().collect())).into());
}

#[test]
fn the_estate_shows_what_people_look_for() {
    let seen = std::cell::RefCell::new(BTreeSet::new());
    let see = |what: &'static str, is: bool| {
        if is {
            seen.borrow_mut().insert(what);
        }
    };
    subjects(Kind::Instance, |subject| {
        if subject.metrics.is_empty() || subject.life.until.is_some() {
            return;
        }
        let cpu = all(subject, "CPUUtilization", NOW - DAY, NOW);
        let most = cpu.iter().fold(0.0_f64, |most, (_, base)| most.max(base.maximum));
        let least = cpu.iter().fold(100.0_f64, |least, (_, base)| least.min(base.minimum));
        see("idle", most < 3.0);
        see("hot", least > 80.0);
        see("day and night", most > 2.0 * least && most > 30.0);
        if let Some(credits) = Series::new(subject, "CPUCreditBalance") {
            see("no credits", between(&credits, NOW - 3600, NOW).iter().all(|(_, base)| base.maximum < 2.0));
        }
    });
    subjects(Kind::Database, |subject| {
        if Series::new(subject, "FreeStorageSpace").is_some() {
            let free = all(subject, "FreeStorageSpace", NOW - 3600, NOW);
            see("full", free.iter().any(|(_, base)| base.minimum < 0.001 * 4096.0 * f64::from(1 << 30)));
            see("lag", Series::new(subject, "ReplicaLag").is_some());
        }
    });
    subjects(Kind::Function, |subject| {
        see("never invoked", subject.metrics.is_empty());
        if !subject.metrics.is_empty() {
            let errors = all(subject, "Errors", NOW - DAY, NOW);
            let (calls, failed) = errors.iter().fold((0.0, 0.0), |(c, f), (_, e)| (c + e.count, f + e.sum));
            see("fails often", calls > 100.0 && failed / calls > 0.2);
            see("never fails", calls > 0.0 && failed == 0.0);
            see("sparse", (1..1000).contains(&errors.len()));
        }
    });
    let wanted = [
        "day and night",
        "fails often",
        "full",
        "hot",
        "idle",
        "lag",
        "never fails",
        "never invoked",
        "no credits",
        "sparse",
    ];
    assert_eq!(seen.into_inner().into_iter().collect::<Vec<_>>(), wanted);
}

#[test]
fn buckets_are_aligned_to_the_start_and_end_before_the_end() {
    let estate = estate();
    let shard = estate.shard(0, "us-east-1").expect("enabled");
    let listed = Metrics::default().of(0, &shard, Kind::Database);
    let subject = listed.all().iter().find(|subject| !subject.metrics.is_empty()).expect("some");
    let series = Series::new(subject, "CPUUtilization").expect("there");
    let window = Window::new(NOW - 3600 + 130, NOW - 65, 1200, NOW);
    let buckets = window.buckets(&series, false);
    let counts: Vec<(i64, f64)> =
        buckets.iter().map(|(at, bucket)| (at - NOW, bucket.get(Statistic::SampleCount))).collect();
    // 57 slots begin between 2 minutes after the hour and 65 s before its end, the last of them at 2 minutes before.
    assert_eq!(counts, [(-3480, 20.0), (-2280, 20.0), (-1080, 17.0)]);
}

#[test]
fn what_is_forgotten_has_no_datapoints_and_is_no_error() {
    let estate = estate();
    let shard = estate.shard(0, "us-east-1").expect("enabled");
    let listed = Metrics::default().of(0, &shard, Kind::Function);
    let busy = |subject: &&Subject| {
        !subject.metrics.is_empty() && all(subject, "Invocations", NOW - 3600, NOW).len() == 60
    };
    let series =
        Series::new(listed.all().iter().find(busy).expect("a busy one"), "Invocations").expect("there");
    let oldest = |days: i64, period: i64| {
        let buckets = Window::new(NOW - days * DAY, NOW, period, NOW).buckets(&series, false);
        buckets.first().map(|(at, _)| (NOW - at) / DAY)
    };
    assert_eq!((oldest(14, 60), oldest(16, 60)), (Some(14), Some(15)));
    assert_eq!((oldest(62, 300), oldest(64, 300)), (Some(62), Some(63)));
    assert_eq!((oldest(400, 3600), oldest(500, 3600)), (Some(400), Some(455)));
    assert_eq!(oldest(16, 30), Some(0), "three hours");
}

#[test]
fn statistics_are_named_as_aws_names_them() {
    assert_eq!(Statistic::any("Average"), Some(Statistic::Average));
    assert_eq!(Statistic::any("p99"), Some(Statistic::Percentile(9900)));
    assert_eq!(Statistic::any("p0.1"), Some(Statistic::Percentile(10)));
    assert_eq!(Statistic::any("p100"), Some(Statistic::Percentile(10_000)));
    for wrong in ["average", "Min", "p", "p101", "p99.", "p99.123", "p-1", "p1e1", "tm99", "", "p+1"] {
        assert_eq!(Statistic::any(wrong), None, "{wrong}");
    }
    assert_eq!(Statistic::simple("p99"), None);
    assert_eq!(Statistic::percentile("Sum"), None);
}

proptest! {
    #[test]
    fn a_window_never_changes_what_is_in_it(start in 0_i64..86_400, length in 60_i64..7200, at in 0_usize..72) {
        let estate = estate();
        let shard = estate.shard(0, "us-east-1").expect("enabled");
        let listed = Metrics::default().of(0, &shard, Kind::Database);
        let subject = &listed.all()[at];
        if let Some(series) = Series::new(subject, "CPUUtilization") {
            let from = NOW - 2 * DAY + start;
            let part = between(&series, from, from + length);
            let whole = between(&series, NOW - 2 * DAY, NOW).into_iter();
            let whole: Vec<_> = whole.filter(|(slot, _)| (from..from + length).contains(slot)).collect();
            prop_assert!(whole.len() + 1 >= usize::try_from(length / 60).expect("small"));
            prop_assert_eq!(part, whole);
        }
    }
}
