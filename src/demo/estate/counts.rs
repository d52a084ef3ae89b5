//! How many resources of each kind each account has in each Region.

use crate::demo::options::{Counts, Size};

use super::accounts::DemoAccount;
use super::regions::{OptIn, Region};

/// A kind of resource, as the estate counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Instance,
    Database,
    Cluster,
    Function,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Instance, Self::Database, Self::Cluster, Self::Function];

    /// How many of a hundred resources are of this kind, in an estate of a given total.
    const fn weight(self) -> usize {
        match self {
            Self::Instance => 50,
            Self::Database => 14,
            Self::Cluster => 6,
            Self::Function => 30,
        }
    }
}

impl Counts {
    pub(crate) const fn of(&self, kind: Kind) -> usize {
        match kind {
            Kind::Instance => self.instances,
            Kind::Database => self.databases,
            Kind::Cluster => self.clusters,
            Kind::Function => self.functions,
        }
    }

    const fn of_mut(&mut self, kind: Kind) -> &mut usize {
        match kind {
            Kind::Instance => &mut self.instances,
            Kind::Database => &mut self.databases,
            Kind::Cluster => &mut self.clusters,
            Kind::Function => &mut self.functions,
        }
    }
}

const fn counts(instances: usize, databases: usize, clusters: usize, functions: usize) -> Counts {
    Counts { instances, databases, clusters, functions }
}

/// What accounts look like: much in two or three Regions, and here and there what somebody forgot.
const SHAPES: [&[(&str, Counts)]; 3] = [
    &[
        ("eu-west-1", counts(48, 24, 5, 57)),
        ("us-east-1", counts(26, 9, 3, 21)),
        ("ap-southeast-2", counts(9, 3, 1, 6)),
        ("eu-central-1", counts(2, 4, 2, 3)),
        ("us-west-2", counts(0, 0, 0, 4)),
        ("ap-northeast-1", counts(1, 0, 0, 0)),
        ("eu-south-1", counts(3, 1, 0, 2)),
    ],
    &[
        ("eu-west-1", counts(22, 6, 2, 24)),
        ("us-east-1", counts(5, 2, 1, 9)),
        ("sa-east-1", counts(1, 0, 0, 0)),
        ("eu-north-1", counts(0, 1, 0, 0)),
    ],
    &[
        ("us-east-1", counts(18, 12, 4, 16)),
        ("eu-central-1", counts(12, 5, 2, 11)),
        ("ca-central-1", counts(3, 1, 0, 0)),
        ("me-central-1", counts(2, 0, 0, 1)),
    ],
];

/// How much of a total goes to the first, second, … enabled Region of an account.
const REGION_WEIGHTS: [usize; 10] = [24, 20, 12, 10, 6, 5, 4, 3, 3, 2];

/// The table `[account][Region]`, in the orders given.
pub(crate) fn table(
    size: Size,
    accounts: &[DemoAccount],
    regions: &[Vec<(&Region, OptIn)>],
) -> Vec<Vec<Counts>> {
    let mut table: Vec<Vec<Counts>> =
        regions.iter().map(|regions| vec![Counts::default(); regions.len()]).collect();
    let enabled = |account: usize| {
        regions[account]
            .iter()
            .enumerate()
            .filter(|(_, (_, opt_in))| opt_in.is_enabled())
            .map(|(at, (region, _))| (at, *region))
    };
    match size {
        Size::Believable(times) => {
            for (account, row) in accounts.iter().zip(&mut table) {
                for (at, region) in enabled(account.shape) {
                    let shape = SHAPES[account.shape % SHAPES.len()];
                    if let Some((_, counts)) = shape.iter().find(|(name, _)| *name == region.name) {
                        for kind in Kind::ALL {
                            *row[at].of_mut(kind) = counts.of(kind) * times;
                        }
                    }
                }
            }
        }
        Size::Each(counts) => {
            for (account, row) in table.iter_mut().enumerate() {
                for (at, _) in enabled(account) {
                    row[at] = counts;
                }
            }
        }
        Size::Total(total) => {
            let mut shares = Vec::new();
            for account in 0..table.len() {
                for (nth, (at, _)) in enabled(account).enumerate() {
                    let weight = REGION_WEIGHTS.get(nth).copied().unwrap_or(1);
                    shares.extend(Kind::ALL.map(|kind| (account, at, kind, weight * kind.weight())));
                }
            }
            let whole: usize = shares.iter().map(|share| share.3).sum();
            let mut before = 0;
            for (account, at, kind, weight) in shares {
                // Rounded up, so that the first resource of all goes to the first share.
                let count = (total * (before + weight)).div_ceil(whole) - (total * before).div_ceil(whole);
                before += weight;
                *table[account][at].of_mut(kind) = count;
            }
        }
    }
    table
}
