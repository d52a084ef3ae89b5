//! AWS's partitions and their Regions, for when an account does not tell.

use std::fmt;

/// A partition: Regions that share credentials and ARNs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Partition(&'static Entry);

#[derive(PartialEq, Eq)]
struct Entry {
    id: &'static str,
    /// Where an account is asked who it is when its profile names no Region.
    default_region: &'static str,
    /// Enabled in every account.
    regions: &'static [&'static str],
    /// Enabled where the account's owner asked for it.
    opt_in: &'static [&'static str],
}

/// From <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>
/// and botocore's `partitions.json`, with which a test compares it.
static PARTITIONS: &[Entry] = &[
    Entry {
        id: "aws",
        default_region: "us-east-1",
        regions: &[
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-southeast-1",
            "ap-southeast-2",
            "ca-central-1",
            "eu-central-1",
            "eu-north-1",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
        opt_in: &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-south-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-west-1",
            "eu-central-2",
            "eu-south-1",
            "eu-south-2",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
        ],
    },
    Entry {
        id: "aws-cn",
        default_region: "cn-northwest-1",
        regions: &["cn-north-1", "cn-northwest-1"],
        opt_in: &[],
    },
    Entry {
        id: "aws-us-gov",
        default_region: "us-gov-west-1",
        regions: &["us-gov-east-1", "us-gov-west-1"],
        opt_in: &[],
    },
    Entry { id: "aws-eusc", default_region: "eusc-de-east-1", regions: &["eusc-de-east-1"], opt_in: &[] },
    Entry {
        id: "aws-iso",
        default_region: "us-iso-east-1",
        regions: &["us-iso-east-1", "us-iso-west-1"],
        opt_in: &[],
    },
    Entry {
        id: "aws-iso-b",
        default_region: "us-isob-east-1",
        regions: &["us-isob-east-1", "us-isob-west-1"],
        opt_in: &[],
    },
    Entry { id: "aws-iso-e", default_region: "eu-isoe-west-1", regions: &["eu-isoe-west-1"], opt_in: &[] },
    Entry {
        id: "aws-iso-f",
        default_region: "us-isof-south-1",
        regions: &["us-isof-east-1", "us-isof-south-1"],
        opt_in: &[],
    },
];

impl Partition {
    /// The partition of an ARN (`arn:aws-cn:…`); the commercial one where the ARN names none that is known.
    pub fn of_arn(arn: &str) -> Self {
        let id = arn.split(':').nth(1).unwrap_or_default();
        Self(PARTITIONS.iter().find(|entry| entry.id == id).unwrap_or(&PARTITIONS[0]))
    }

    /// The partition of a Region; the commercial one for a Region that is not known.
    pub fn of_region(region: &str) -> Self {
        let knows = |entry: &&Entry| entry.regions.contains(&region) || entry.opt_in.contains(&region);
        Self(PARTITIONS.iter().find(knows).unwrap_or(&PARTITIONS[0]))
    }

    /// Its name in ARNs.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// Where to ask first when nothing names a Region.
    pub fn default_region(self) -> &'static str {
        self.0.default_region
    }

    /// Every Region known to be in it, sorted.
    pub fn regions(self) -> Vec<&'static str> {
        let mut regions = [self.0.regions, self.0.opt_in].concat();
        regions.sort_unstable();
        regions
    }

    /// Every Region known, of every partition.
    pub fn all_regions() -> impl Iterator<Item = &'static str> {
        PARTITIONS.iter().flat_map(|entry| entry.regions.iter().chain(entry.opt_in).copied())
    }
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_is_found_by_arn_and_by_region() {
        assert_eq!(Partition::of_arn("arn:aws-cn:sts::123456789012:assumed-role/a/b").id(), "aws-cn");
        assert_eq!(Partition::of_arn("nonsense").id(), "aws");
        assert_eq!(Partition::of_region("us-gov-east-1").id(), "aws-us-gov");
        for entry in PARTITIONS {
            assert!(entry.regions.contains(&entry.default_region));
        }
    }
}
