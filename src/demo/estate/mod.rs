//! What there is: accounts, their Regions, and the resources in each, made from their index when asked for.

mod accounts;
mod cluster;
mod counts;
mod database;
mod engine;
mod function;
mod instance;
mod place;
mod random;
mod regions;
mod text;
mod truth;

pub use accounts::DemoAccount;
pub(crate) use accounts::{FIRST_ACCOUNT_ID, KeyOf};
pub(crate) use cluster::{Cluster, members};
pub(crate) use counts::Kind;
pub(crate) use database::Database;
pub(crate) use engine::{Engine, Family as EngineFamily};
pub use function::PLANTED_SECRET;
pub(crate) use function::{Function, is_listed_by_tagging};
pub(crate) use instance::{Instance, InstanceState, is_hidden};
pub(crate) use place::{NOW, Place};
pub(crate) use random::{key, mix};
pub(crate) use regions::{OptIn, Region};
pub(crate) use text::{moment, moment_with_offset};

use regions::{DEFAULT_REGIONS, REGIONS};

use super::options::{Counts, DemoOptions};

/// Everything that the demo's accounts own.
#[derive(Debug)]
pub struct Estate {
    seed: u64,
    all_running: bool,
    accounts: Vec<DemoAccount>,
    /// The Regions that each account can see, enabled or not.
    regions: Vec<Vec<(&'static Region, OptIn)>>,
    /// `[account][Region]`, in the order of `regions`.
    counts: Vec<Vec<Counts>>,
}

/// The opt-in Regions that the first, second, … account opted in to, where nothing else is asked for.
const OPTED_IN: [&[&str]; 3] = [&["eu-south-1", "eu-central-2"], &[], &["me-central-1"]];

impl Estate {
    /// The estate that these options describe.
    pub(crate) fn new(options: &DemoOptions) -> Self {
        let accounts = DemoAccount::first(options.accounts);
        let regions: Vec<Vec<_>> =
            accounts.iter().map(|account| visible_regions(account.shape, options.regions)).collect();
        let counts = counts::table(options.effective_size(), &accounts, &regions);
        Self { seed: options.seed, all_running: options.all_running, accounts, regions, counts }
    }

    /// The accounts, each with the access key that reaches it.
    pub fn accounts(&self) -> &[DemoAccount] {
        &self.accounts
    }

    /// The Regions enabled in an account, by name; none if there is no such account.
    pub fn enabled_regions(&self, account_id: &str) -> Vec<&'static str> {
        let Some(account) = self.account(account_id) else { return Vec::new() };
        self.regions(account)
            .iter()
            .filter(|(_, opt_in)| opt_in.is_enabled())
            .map(|(region, _)| region.name)
            .collect()
    }

    /// How many resources there are in all.
    pub fn resource_count(&self) -> usize {
        let of = |counts: &Counts| Kind::ALL.iter().map(|kind| counts.of(*kind)).sum::<usize>();
        self.counts.iter().flatten().map(of).sum()
    }

    /// The number of the account with this id.
    pub(crate) fn account(&self, id: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.id == id)
    }

    /// The Regions that an account can see.
    pub(crate) fn regions(&self, account: usize) -> &[(&'static Region, OptIn)] {
        &self.regions[account]
    }

    /// The account in the Region of this name, if it can be used there.
    pub(crate) fn shard(&self, account: usize, region: &str) -> Option<Shard<'_>> {
        let at = self.regions[account].iter().position(|(known, _)| known.name == region)?;
        self.regions[account][at].1.is_enabled().then(|| self.shard_at(account, at))
    }

    /// Every account in every Region that it can use.
    pub(crate) fn shards(&self) -> impl Iterator<Item = Shard<'_>> {
        (0..self.accounts.len()).flat_map(move |account| {
            self.regions[account]
                .iter()
                .enumerate()
                .filter(|(_, (_, opt_in))| opt_in.is_enabled())
                .map(move |(at, _)| self.shard_at(account, at))
        })
    }

    fn shard_at(&self, account: usize, at: usize) -> Shard<'_> {
        Shard {
            place: Place::new(self.seed, &self.accounts[account], self.regions[account][at].0)
                .all_running(self.all_running),
            counts: self.counts[account][at],
        }
    }
}

fn visible_regions(account: usize, enabled: Option<usize>) -> Vec<(&'static Region, OptIn)> {
    let opt_in = |at: usize, region: &Region| match (region.opt_in, enabled) {
        (false, _) => OptIn::NotRequired,
        (true, Some(enabled)) if at < enabled => OptIn::OptedIn,
        (true, None) if OPTED_IN[account % OPTED_IN.len()].contains(&region.name) => OptIn::OptedIn,
        (true, _) => OptIn::NotOptedIn,
    };
    let defaults = enabled.unwrap_or(DEFAULT_REGIONS).clamp(1, DEFAULT_REGIONS);
    REGIONS
        .iter()
        .enumerate()
        .filter(|(at, region)| region.opt_in || *at < defaults)
        .map(|(at, region)| (region, opt_in(at, region)))
        .collect()
}

/// One account's resources in one Region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shard<'a> {
    pub(crate) place: Place<'a>,
    counts: Counts,
}

impl Shard<'_> {
    pub(crate) const fn count(&self, kind: Kind) -> usize {
        self.counts.of(kind)
    }

    pub(crate) fn instance(&self, index: usize) -> Instance {
        instance::instance(&self.place, index)
    }

    pub(crate) fn database(&self, index: usize) -> Database {
        database::database(&self.place, index, self.counts.databases, self.counts.clusters)
    }

    pub(crate) fn cluster(&self, index: usize) -> Cluster {
        cluster::cluster(&self.place, index)
    }

    /// The identifiers of a cluster's members, the writer first.
    pub(crate) fn members(&self, cluster: usize) -> Vec<Database> {
        members(cluster)
            .filter(|index| *index < self.counts.databases)
            .map(|index| self.database(index))
            .collect()
    }

    pub(crate) fn function(&self, index: usize) -> Function {
        function::function(&self.place, index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::options::{Scenario, Size};

    #[test]
    fn totals_are_exact_and_the_first_resource_is_an_instance() {
        for total in [0, 1, 2, 99, 1_000, 20_000] {
            let estate =
                Estate::new(&DemoOptions { size: Some(Size::Total(total)), ..DemoOptions::default() });
            assert_eq!(estate.resource_count(), total);
            if total > 0 {
                let shard = estate.shard(0, "us-east-1").expect("every account has us-east-1");
                assert!(shard.count(Kind::Instance) > 0);
            }
        }
        assert_eq!(Estate::new(&DemoOptions::scenario(Scenario::Large)).resource_count(), 20_000);
    }

    #[test]
    fn counts_for_each_region_hold_in_exactly_the_regions_asked_for() {
        let counts = Counts { instances: 3, databases: 2, clusters: 1, functions: 4 };
        for regions in [1, 17, 20] {
            let estate = Estate::new(&DemoOptions::one_account(regions, counts));
            assert_eq!(estate.enabled_regions(FIRST_ACCOUNT_ID).len(), regions);
            assert_eq!(estate.resource_count(), 10 * regions);
        }
    }

    #[test]
    fn the_default_estate_is_a_few_hundred_resources_in_three_accounts() {
        let estate = Estate::new(&DemoOptions::default());
        assert_eq!(estate.accounts().len(), 3);
        assert!((300..600).contains(&estate.resource_count()), "{}", estate.resource_count());
        assert!(estate.shard(0, "af-south-1").is_none(), "nobody opted in there");
        assert!(estate.shard(0, "eu-south-1").is_some());
        assert!(estate.shard(1, "eu-south-1").is_none());
    }

    #[test]
    fn the_size_of_an_estate_does_not_change_its_resources() {
        let size = |instances| {
            let counts = Counts { instances, ..Counts::default() };
            Estate::new(&DemoOptions::one_account(2, counts))
        };
        let (small, big) = (size(5), size(5_000));
        let describe =
            |estate: &Estate| format!("{:?}", estate.shard(0, "eu-west-1").map(|shard| shard.instance(4)));
        assert_eq!(describe(&small), describe(&big));
    }
}
