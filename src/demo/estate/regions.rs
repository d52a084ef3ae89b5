//! AWS's commercial Regions, as far as the demo estate has them.
//! <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>

/// One Region.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Region {
    /// Its code: `eu-west-1`.
    pub(crate) name: &'static str,
    /// What its zone ids begin with: `euw1`.
    pub(crate) zone_prefix: &'static str,
    /// Its long name: `Europe (Ireland)`.
    pub(crate) long_name: &'static str,
    /// The letters of its zones.
    pub(crate) zones: &'static str,
    /// Whether an account has to opt in.
    pub(crate) opt_in: bool,
}

impl Region {
    const fn default(
        name: &'static str,
        zone_prefix: &'static str,
        long_name: &'static str,
        zones: &'static str,
    ) -> Self {
        Self { name, zone_prefix, long_name, zones, opt_in: false }
    }

    const fn opt_in(name: &'static str, zone_prefix: &'static str, long_name: &'static str) -> Self {
        Self { name, zone_prefix, long_name, zones: "abc", opt_in: true }
    }

    /// The name of its `index`-th zone, round and round.
    pub(crate) fn zone(&self, index: u64) -> String {
        let letters = self.zones.as_bytes();
        let at = usize::try_from(index % letters.len() as u64).unwrap_or(0);
        format!("{}{}", self.name, char::from(letters[at]))
    }
}

/// Whether an account uses a Region, in DescribeRegions' own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptIn {
    /// Every account has it.
    NotRequired,
    /// This account opted in.
    OptedIn,
    /// This account did not.
    NotOptedIn,
}

impl OptIn {
    pub(crate) const fn is_enabled(self) -> bool {
        !matches!(self, Self::NotOptedIn)
    }

    /// EC2's word.
    pub(crate) const fn ec2(self) -> &'static str {
        match self {
            Self::NotRequired => "opt-in-not-required",
            Self::OptedIn => "opted-in",
            Self::NotOptedIn => "not-opted-in",
        }
    }

    /// The Account API's word.
    pub(crate) const fn account(self) -> &'static str {
        match self {
            Self::NotRequired => "ENABLED_BY_DEFAULT",
            Self::OptedIn => "ENABLED",
            Self::NotOptedIn => "DISABLED",
        }
    }
}

/// Every Region: those of every account first, and of those us-east-1, which answers the first call of a client.
pub(crate) static REGIONS: [Region; 34] = [
    Region::default("us-east-1", "use1", "US East (N. Virginia)", "abcdef"),
    Region::default("eu-west-1", "euw1", "Europe (Ireland)", "abc"),
    Region::default("eu-central-1", "euc1", "Europe (Frankfurt)", "abc"),
    Region::default("us-west-2", "usw2", "US West (Oregon)", "abcd"),
    Region::default("ap-southeast-2", "apse2", "Asia Pacific (Sydney)", "abc"),
    Region::default("ap-northeast-1", "apne1", "Asia Pacific (Tokyo)", "acd"),
    Region::default("us-east-2", "use2", "US East (Ohio)", "abc"),
    Region::default("eu-west-2", "euw2", "Europe (London)", "abc"),
    Region::default("ap-southeast-1", "apse1", "Asia Pacific (Singapore)", "abc"),
    Region::default("ca-central-1", "cac1", "Canada (Central)", "abd"),
    Region::default("sa-east-1", "sae1", "South America (Sao Paulo)", "abc"),
    Region::default("ap-south-1", "aps1", "Asia Pacific (Mumbai)", "abc"),
    Region::default("eu-north-1", "eun1", "Europe (Stockholm)", "abc"),
    Region::default("eu-west-3", "euw3", "Europe (Paris)", "abc"),
    Region::default("us-west-1", "usw1", "US West (N. California)", "ab"),
    Region::default("ap-northeast-2", "apne2", "Asia Pacific (Seoul)", "abcd"),
    Region::default("ap-northeast-3", "apne3", "Asia Pacific (Osaka)", "abc"),
    Region::opt_in("eu-south-1", "eus1", "Europe (Milan)"),
    Region::opt_in("eu-central-2", "euc2", "Europe (Zurich)"),
    Region::opt_in("me-central-1", "mec1", "Middle East (UAE)"),
    Region::opt_in("af-south-1", "afs1", "Africa (Cape Town)"),
    Region::opt_in("ap-east-1", "ape1", "Asia Pacific (Hong Kong)"),
    Region::opt_in("ap-east-2", "ape2", "Asia Pacific (Taipei)"),
    Region::opt_in("ap-south-2", "aps2", "Asia Pacific (Hyderabad)"),
    Region::opt_in("ap-southeast-3", "apse3", "Asia Pacific (Jakarta)"),
    Region::opt_in("ap-southeast-4", "apse4", "Asia Pacific (Melbourne)"),
    Region::opt_in("ap-southeast-5", "apse5", "Asia Pacific (Malaysia)"),
    Region::opt_in("ap-southeast-6", "apse6", "Asia Pacific (New Zealand)"),
    Region::opt_in("ap-southeast-7", "apse7", "Asia Pacific (Thailand)"),
    Region::opt_in("ca-west-1", "caw1", "Canada West (Calgary)"),
    Region::opt_in("eu-south-2", "eus2", "Europe (Spain)"),
    Region::opt_in("il-central-1", "ilc1", "Israel (Tel Aviv)"),
    Region::opt_in("me-south-1", "mes1", "Middle East (Bahrain)"),
    Region::opt_in("mx-central-1", "mxc1", "Mexico (Central)"),
];

/// How many Regions every account has.
pub(crate) const DEFAULT_REGIONS: usize = 17;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_regions_of_every_account_come_first() {
        assert_eq!(REGIONS.iter().filter(|region| !region.opt_in).count(), DEFAULT_REGIONS);
        assert!(REGIONS[..DEFAULT_REGIONS].iter().all(|region| !region.opt_in));
        assert_eq!(REGIONS[0].name, "us-east-1");
    }
}
