//! What the demo estate looks like and how its server behaves. Plain values: no parsing of flags here.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::faults::{Fault, FaultKind};

/// The story that the estate tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scenario {
    /// Everything answers: a run is complete.
    #[default]
    Healthy,
    /// One Region where RDS is denied and one that throttles for ever: what incomplete coverage looks like.
    Partial,
    /// About twenty thousand resources, and everything answers.
    Large,
}

impl Scenario {
    /// Every scenario, in the order in which help texts list them.
    pub const ALL: [Self; 3] = [Self::Healthy, Self::Partial, Self::Large];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Partial => "partial",
            Self::Large => "large",
        }
    }

    /// The faults that it brings. They concern the first account only, so that the rest stays easy to read.
    pub(crate) fn faults(self) -> Vec<Fault> {
        let first = super::estate::FIRST_ACCOUNT_ID;
        match self {
            Self::Healthy | Self::Large => Vec::new(),
            Self::Partial => vec![
                Fault::new(FaultKind::Denied)
                    .operation("rds:DescribeDB*")
                    .region("eu-central-1")
                    .account(first),
                Fault::new(FaultKind::Throttled).region("ap-southeast-2").account(first),
            ],
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no demo scenario is called `{0}`: there are healthy, partial and large")]
pub struct ScenarioError(String);

impl FromStr for Scenario {
    type Err = ScenarioError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|known| known.name() == text).ok_or_else(|| ScenarioError(text.to_owned()))
    }
}

/// How many resources of each kind one account has in one Region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// EC2 instances, of every state.
    pub instances: usize,
    /// DB instances, members of clusters among them; Neptune's and DocumentDB's too.
    pub databases: usize,
    /// DB clusters; Neptune's and DocumentDB's too.
    pub clusters: usize,
    /// Lambda functions.
    pub functions: usize,
}

/// How many resources there are, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A few hundred resources, most of them in a few Regions, as people's accounts are; each count times this.
    Believable(usize),
    /// The same in every enabled Region of every account.
    Each(Counts),
    /// This many in all, spread over accounts, enabled Regions and types. The first is an EC2 instance.
    Total(usize),
}

impl Default for Size {
    fn default() -> Self {
        Self::Believable(1)
    }
}

/// The options of a demo server. `DemoOptions::default()` is the healthy estate that answers at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoOptions {
    /// The story; brings its own faults and, if `size` is `None`, its own size.
    pub scenario: Scenario,
    /// Another seed is another estate of the same shape.
    pub seed: u64,
    /// How many accounts; at least one.
    pub accounts: usize,
    /// How many Regions are enabled in every account; at least one, and us-east-1 is the first.
    /// `None` = the seventeen that every account has, and some opt-in Regions in some accounts.
    pub regions: Option<usize>,
    /// How many resources. `None` = the scenario's own.
    pub size: Option<Size>,
    /// Whether every EC2 instance runs, so that each has metrics; else some are stopped, as in any real account.
    pub all_running: bool,
    /// The most resources a page holds, below AWS's own maximum: to see many pages with few resources.
    pub page_size: Option<usize>,
    /// The most datapoints that a page of GetMetricData holds, below AWS's own maximum.
    pub datapoints_per_page: Option<usize>,
    /// How long each call takes at least, whatever it returns.
    pub latency: Duration,
    /// Whether calls are throttled at AWS's published rates.
    pub throttle: bool,
    /// What goes wrong. The first that matches a call decides.
    pub faults: Vec<Fault>,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            scenario: Scenario::default(),
            seed: 1,
            accounts: 3,
            regions: None,
            size: None,
            all_running: false,
            page_size: None,
            datapoints_per_page: None,
            latency: Duration::ZERO,
            throttle: false,
            faults: Vec::new(),
        }
    }
}

impl DemoOptions {
    /// The defaults of a scenario.
    pub fn scenario(scenario: Scenario) -> Self {
        Self { scenario, ..Self::default() }
    }

    /// One account with this many enabled Regions and the same counts in each.
    pub fn one_account(regions: usize, counts: Counts) -> Self {
        Self { accounts: 1, regions: Some(regions), size: Some(Size::Each(counts)), ..Self::default() }
    }

    /// The size that holds: what was asked for, else the scenario's.
    pub(crate) fn effective_size(&self) -> Size {
        self.size.unwrap_or(match self.scenario {
            Scenario::Healthy | Scenario::Partial => Size::default(),
            Scenario::Large => Size::Total(20_000),
        })
    }

    /// Every fault that holds: those asked for come before the scenario's.
    pub(crate) fn effective_faults(&self) -> Vec<Fault> {
        let mut faults = self.faults.clone();
        faults.extend(self.scenario.faults());
        faults
    }
}
