//! An account's Regions, from EC2 `DescribeRegions`; where that is denied, from `account:ListRegions`;
//! where that is too, every Region that its partition is known to have.

use std::collections::BTreeSet;

use aws_sdk_account as account;
use aws_sdk_ec2 as ec2;

use super::{Api, Caller, Partition};
use crate::model::Failure;

const DESCRIBE_REGIONS: Api = Api::new("ec2", "DescribeRegions");
const LIST_REGIONS: Api = Api::new("account", "ListRegions");

/// The most that one page may hold:
/// <https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html>
const MAX_REGIONS: i32 = 50;

/// A list of a few dozen names that goes on this long with no new one has no end.
const MOST_PAGES_IN_VAIN: usize = 20;

/// An account's Regions.
#[derive(Clone, Debug, Default)]
pub struct AccountRegions {
    /// Where it can be asked.
    pub enabled: BTreeSet<String>,
    /// Where it cannot: they have not been enabled.
    pub not_enabled: BTreeSet<String>,
    /// Whether AWS told, rather than our list of the partition's Regions. Where it did not, a Region that
    /// refuses credentials which work elsewhere is one that is not enabled.
    pub told: bool,
    /// What was done instead of DescribeRegions, and why.
    pub note: Option<(String, Failure)>,
}

/// Lists an account's Regions, falling back as far as it must. Never fails: the note says what could not be asked.
pub async fn list_regions(caller: &Caller) -> AccountRegions {
    let denied = match describe_regions(caller).await {
        Ok(regions) => return regions,
        Err(failure) => failure,
    };
    if let Ok(mut regions) = account_regions(caller).await {
        let message = "the Regions come from account:ListRegions, as ec2:DescribeRegions failed";
        regions.note = Some((message.to_owned(), denied));
        return regions;
    }
    let partition = Partition::of_region(caller.region());
    let message = format!(
        "ec2:DescribeRegions and account:ListRegions failed, so every Region that awsinv {} knows in partition {} \
         is asked; newer Regions are not",
        env!("CARGO_PKG_VERSION"),
        partition.id(),
    );
    AccountRegions {
        enabled: partition.regions().into_iter().map(str::to_owned).collect(),
        not_enabled: BTreeSet::new(),
        told: false,
        note: Some((message, denied)),
    }
}

async fn describe_regions(caller: &Caller) -> Result<AccountRegions, Failure> {
    let client = caller.session().client(ec2::Client::new);
    let answer = caller
        .call(DESCRIBE_REGIONS, |grant| {
            client
                .describe_regions()
                .all_regions(true)
                .customize()
                .config_override(
                    ec2::Config::builder().region(grant.region).credentials_provider(grant.credentials),
                )
                .send()
        })
        .await?;
    let mut regions = AccountRegions { told: true, ..AccountRegions::default() };
    for region in DESCRIBE_REGIONS.required(answer.regions, "regionInfo")? {
        let name = DESCRIBE_REGIONS.named(region.region_name, "a Region without regionName")?;
        if region.opt_in_status.as_deref() == Some("not-opted-in") {
            regions.not_enabled.insert(name);
        } else {
            regions.enabled.insert(name);
        }
    }
    if regions.enabled.is_empty() {
        return Err(DESCRIBE_REGIONS.malformed("the answer names no enabled Region"));
    }
    Ok(regions)
}

async fn account_regions(caller: &Caller) -> Result<AccountRegions, Failure> {
    use account::types::RegionOptStatus;
    let client = caller.session().client(account::Client::new);
    let mut regions = AccountRegions { told: true, ..AccountRegions::default() };
    let mut seen = BTreeSet::new();
    let mut token: Option<String> = None;
    let mut in_vain = 0;
    loop {
        let known = regions.enabled.len() + regions.not_enabled.len();
        let answer = caller
            .call(LIST_REGIONS, |grant| {
                client
                    .list_regions()
                    .max_results(MAX_REGIONS)
                    .set_next_token(token.clone())
                    .customize()
                    .config_override(
                        account::Config::builder()
                            .region(grant.region)
                            .credentials_provider(grant.credentials),
                    )
                    .send()
            })
            .await?;
        for region in LIST_REGIONS.required(answer.regions, "Regions")? {
            let name = LIST_REGIONS.named(region.region_name, "a Region without RegionName")?;
            match region.region_opt_status {
                Some(RegionOptStatus::Disabled | RegionOptStatus::Enabling) => {
                    regions.not_enabled.insert(name)
                }
                _ => regions.enabled.insert(name),
            };
        }
        let is_new = regions.enabled.len() + regions.not_enabled.len() > known;
        in_vain = if is_new { 0 } else { in_vain + 1 };
        token = answer.next_token.filter(|token| !token.is_empty());
        match &token {
            None if regions.enabled.is_empty() => {
                return Err(LIST_REGIONS.malformed("the answer names no enabled Region"));
            }
            None => return Ok(regions),
            Some(next) if !seen.insert(next.clone()) => return Err(LIST_REGIONS.repeated_token()),
            Some(_) if in_vain >= MOST_PAGES_IN_VAIN => return Err(LIST_REGIONS.endless(in_vain)),
            Some(_) => {}
        }
    }
}
