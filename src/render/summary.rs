//! The last lines of a report: how much there is, where, and what it took.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Report;
use super::digest::{incomplete_types, planned_and_incomplete, title_of, unlisted};
use super::text::{count, count_title, duration, escape, thousands};
use crate::model::MetricsWindow;

/// The summary, a sentence a line, escaped.
pub(super) fn lines(report: &Report<'_>) -> Vec<String> {
    let summary = &report.inventory.summary;
    let mut lines = vec![format!("{} · {}", found(report), cost(report))];
    lines.extend(report.inventory.metrics_window.as_ref().map(|window| metrics(report, window)));
    if summary.filtered_out > 0 {
        lines.push(format!(
            "{} filtered out (--filter).",
            count(summary.filtered_out, "resource", "resources")
        ));
    }
    if summary.undecided > 0 {
        lines.push(format!(
            "{} undecided and left out: a value that --filter needs is unknown.",
            count(summary.undecided, "resource", "resources")
        ));
    }
    lines
}

/// `238 resources (132 EC2 instances, 106 Lambda functions; no RDS DB clusters) in 3 accounts, 6 Regions`.
fn found(report: &Report<'_>) -> String {
    let inventory = report.inventory;
    let summary = &inventory.summary;
    let (planned, _) = planned_and_incomplete(&inventory.coverage);
    let incomplete = unlisted(&inventory.coverage);
    let is_filtered = summary.filtered_out + summary.undecided > 0;
    if summary.resources == 0 {
        return match (incomplete, is_filtered) {
            (0, true) => "No resource passes the filters".to_owned(),
            (0, false) if planned == 0 => "No resources, as nothing was asked".to_owned(),
            (0, false) => {
                format!("No resources in {} (no {})", scope(report), either(report, &inventory.scope.types))
            }
            (_, true) => format!(
                "No resource seen passes the filters, but {} of {} are incomplete",
                thousands(incomplete),
                count(planned, "query", "queries")
            ),
            (_, false) => format!(
                "No resources seen, but {} of {} are incomplete",
                thousands(incomplete),
                count(planned, "query", "queries")
            ),
        };
    }
    format!(
        "{}{} ({}) in {}, {}",
        if incomplete > 0 { "At least " } else { "" },
        count(summary.resources, "resource", "resources"),
        by_type(report, is_filtered),
        count(summary.by_account.len() as u64, "account", "accounts"),
        count(summary.by_region.len() as u64, "Region", "Regions"),
    )
}

/// The types, the most numerous first; then those of which there are none, then those we cannot tell of.
fn by_type(report: &Report<'_>, is_filtered: bool) -> String {
    let summary = &report.inventory.summary;
    let incomplete = incomplete_types(&report.inventory.coverage);
    let mut counts: Vec<(&str, u64)> =
        summary.by_type.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    counts.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let seen: Vec<String> = counts
        .into_iter()
        .map(|(name, number)| {
            let counted = count_title(number, &escape(title_of(report, name)));
            if incomplete.contains(name) { counted.replacen(' ', "+ ", 1) } else { counted }
        })
        .collect();
    let absent = report.inventory.scope.types.iter().filter(|name| !summary.by_type.contains_key(&***name));
    let (unsure, none): (Vec<&Arc<str>>, Vec<&Arc<str>>) =
        absent.partition(|name| incomplete.contains(&***name));
    let mut text = seen.join(", ");
    if !none.is_empty() && !is_filtered {
        text.push_str(&format!("; no {}", either(report, none)));
    }
    if !unsure.is_empty() {
        text.push_str(&format!("; none seen, but incomplete: {}", either(report, unsure)));
    }
    text
}

/// `EC2 instances, RDS DB clusters or Lambda functions`.
fn either<'a>(report: &Report<'a>, names: impl IntoIterator<Item = &'a Arc<str>>) -> String {
    let mut titles: Vec<_> =
        names.into_iter().map(|name| escape(title_of(report, name)).into_owned()).collect();
    match titles.pop() {
        Some(last) if titles.is_empty() => last,
        Some(last) => format!("{} or {last}", titles.join(", ")),
        None => String::new(),
    }
}

/// The accounts and Regions that were asked.
fn scope(report: &Report<'_>) -> String {
    let accounts = &report.inventory.scope.accounts;
    let regions: BTreeSet<&Arc<str>> = accounts.iter().flat_map(|account| &account.regions).collect();
    let accounts = count(accounts.len() as u64, "account", "accounts");
    format!("{accounts}, {}", count(regions.len() as u64, "Region", "Regions"))
}

/// `1.2 s · 187 calls, 3 retries`.
fn cost(report: &Report<'_>) -> String {
    let stats = &report.inventory.stats;
    let mut text = format!("{} · {}", duration(stats.elapsed_ms), count(stats.api_calls, "call", "calls"));
    if stats.retries > 0 {
        text.push_str(&format!(", {}", count(stats.retries, "retry", "retries")));
    }
    if stats.throttled > 0 {
        text.push_str(&format!(", {} throttled", thousands(stats.throttled)));
    }
    text
}

/// `Metrics: 13:38 to 14:38 UTC (1h), 1,234 values asked, about $0.01.`
fn metrics(report: &Report<'_>, window: &MetricsWindow) -> String {
    let stats = &report.inventory.stats;
    format!(
        "Metrics: {} ({}), {} asked, {}.",
        span(window),
        whole(window.seconds()),
        count(stats.metrics_requested, "value", "values"),
        dollars(stats.estimated_cost_usd),
    )
}

/// The times of a window, with their days where they lie on two.
fn span(window: &MetricsWindow) -> String {
    let [start, end] = [window.start, window.end].map(|at| at.to_string());
    let day = |text: &str| text.get(..10).unwrap_or_default().to_owned();
    let time = |text: &str| text.get(11..16).unwrap_or_default().to_owned();
    if day(&start) == day(&end) {
        return format!("{} to {} UTC", time(&start), time(&end));
    }
    format!("{} {} to {} {} UTC", day(&start), time(&start), day(&end), time(&end))
}

/// Seconds in the largest unit that they are whole in, as `--window` is written.
fn whole(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    match units.into_iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{}{name}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

/// An upper bound of dollars, in whole cents.
fn dollars(usd: f64) -> String {
    match usd {
        _ if usd <= 0.0 => "$0".to_owned(),
        _ if usd < 0.005 => "less than $0.01".to_owned(),
        _ => format!("about ${usd:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn window(start: &str, end: &str) -> MetricsWindow {
        let at = |text| Timestamp::parse(text).unwrap();
        MetricsWindow { start: at(start), end: at(end), period_seconds: 300 }
    }

    #[test]
    fn the_window_says_its_days_where_there_are_two() {
        assert_eq!(span(&window("2026-11-23T13:38:00Z", "2026-11-23T14:38:00Z")), "13:38 to 14:38 UTC");
        assert_eq!(
            span(&window("2026-11-22T23:38:00Z", "2026-11-23T00:38:00Z")),
            "2026-11-22 23:38 to 2026-11-23 00:38 UTC"
        );
    }

    #[test]
    fn lengths_and_prices_are_short_and_never_free_by_rounding() {
        assert_eq!([3_600, 86_400, 129_600, 5_400, 90].map(whole), ["1h", "1d", "36h", "90m", "90s"]);
        assert_eq!(
            [0.0, 0.0001, 0.005, 0.0123, 12.5].map(dollars),
            ["$0", "less than $0.01", "about $0.01", "about $0.01", "about $12.50"]
        );
    }
}
