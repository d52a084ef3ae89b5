//! What leaves the exit code alone but must be known all the same.

use std::collections::BTreeMap;

use super::extent::Extent;
use super::{MOST_HOLES, Remark, shortened};
use crate::model::{Failure, Status};
use crate::render::Report;
use crate::render::text::{count, escape, list};

/// The remarks of this report: what was denied as expected, what is not enabled, and the notes on accounts.
pub(super) fn remarks(report: &Report<'_>) -> Vec<Remark> {
    let coverage = &report.inventory.coverage;
    let with_status =
        |status| Extent::of(coverage.queries.iter().filter(move |query| query.status == status));
    let remark = |text| Remark { text, hint: None };
    let mut notes = Vec::new();
    let denied = with_status(Status::ExpectedDenied);
    if denied.queries > 0 {
        notes.push(remark(format!(
            "Denied as expected (expect_denied): {}: {}. What is there is unknown.",
            count(denied.queries, "query", "queries"),
            denied.place(report)
        )));
    }
    let disabled = with_status(Status::NotEnabled);
    if disabled.queries > 0 {
        let regions: Vec<&str> = disabled.regions.iter().flatten().copied().collect();
        notes.push(remark(format!(
            "Not enabled, so not asked: {} ({}). Resources may still exist there.",
            list(&regions, 6),
            count(disabled.accounts.len() as u64, "account", "accounts"),
        )));
    }
    notes.extend(said(report));
    notes
}

/// The notes of the coverage. One fall-back often serves many accounts in the same words, and is said once.
fn said(report: &Report<'_>) -> Vec<Remark> {
    let mut said: BTreeMap<(&str, Option<&str>), Said<'_>> = BTreeMap::new();
    for note in &report.inventory.coverage.notes {
        let failure = note.failure.as_ref();
        let hint = failure.and_then(|failure| failure.hint.as_deref());
        let same = said.entry((&note.message, hint)).or_default();
        same.extent.accounts.insert(note.account_id.as_deref());
        same.failure = same.failure.or(failure);
    }
    let more = said.len().saturating_sub(MOST_HOLES);
    let told = said.into_iter().take(MOST_HOLES);
    let mut remarks: Vec<Remark> = told
        .map(|((message, hint), Said { extent, failure })| {
            let mut text = format!("Note on {}: {}", extent.accounts(report), shortened(message));
            if let Some(failure) = failure {
                let call = format!("{}:{}", failure.service, failure.operation);
                text.push_str(&format!(" ({} {})", failure.class, escape(&call)));
            }
            Remark { text, hint: hint.map(|hint| escape(hint).into_owned()) }
        })
        .collect();
    if more > 0 {
        let text = format!("And {} (see --output json).", count(more as u64, "note", "notes"));
        remarks.push(Remark { text, hint: None });
    }
    remarks
}

/// The accounts that one note is about, and the failure behind it.
#[derive(Default)]
struct Said<'a> {
    extent: Extent<'a>,
    failure: Option<&'a Failure>,
}
