//! Where something holds: the accounts, Regions and types of some queries, in a few words.

use std::collections::BTreeSet;

use super::title_of;
use crate::model::QueryCoverage;
use crate::render::Report;
use crate::render::text::{escape, list};

/// The accounts, Regions and types of some queries.
#[derive(Default)]
pub(super) struct Extent<'a> {
    pub queries: u64,
    pub accounts: BTreeSet<Option<&'a str>>,
    pub regions: BTreeSet<Option<&'a str>>,
    types: BTreeSet<&'a str>,
}

impl<'a> Extent<'a> {
    pub(super) fn of(queries: impl Iterator<Item = &'a QueryCoverage>) -> Self {
        let mut extent = Self::default();
        for query in queries {
            extent.add(query);
        }
        extent
    }

    pub(super) fn add(&mut self, query: &'a QueryCoverage) {
        self.queries += 1;
        self.accounts.insert(query.account_id.as_deref());
        self.regions.insert(query.region.as_deref());
        self.types.insert(&query.resource_type);
    }

    /// Types, accounts and Regions: names where they are few, counts where they are many.
    pub(super) fn place(&self, report: &Report<'_>) -> String {
        let titles: Vec<&str> =
            self.types.iter().map(|&resource_type| title_of(report, resource_type)).collect();
        let types = if titles.len() <= 3 { titles.join(", ") } else { format!("{} types", titles.len()) };
        let accounts = self.accounts(report);
        let regions: Vec<&str> = self.regions.iter().flatten().copied().collect();
        let regions = match regions.len() {
            0 => "Regions not known".to_owned(),
            1..=3 => list(&regions, 3),
            many => format!("{many} Regions"),
        };
        format!("{types} in {accounts}, {regions}")
    }

    pub(super) fn accounts(&self, report: &Report<'_>) -> String {
        if self.accounts.len() > 2 {
            return format!("{} accounts", self.accounts.len());
        }
        let names: Vec<String> = self.accounts.iter().map(|account| account_name(report, *account)).collect();
        names.join(" and ")
    }
}

/// `123456789012 (prod)`; for credentials that did not tell their account, the name they have in the scope.
fn account_name(report: &Report<'_>, id: Option<&str>) -> String {
    let accounts = report.inventory.scope.accounts.iter();
    let names: Vec<&str> =
        accounts.filter(|account| account.id.as_deref() == id).map(|account| account.name.as_str()).collect();
    match (id, names.as_slice()) {
        (None, []) => "an unknown account".to_owned(),
        (None, names) => format!("{} (account unknown)", escape(&names.join(" or "))),
        (Some(id), [name, ..]) if *name != id && !name.is_empty() => {
            format!("{} ({})", escape(id), escape(name))
        }
        (Some(id), _) => escape(id).into_owned(),
    }
}
