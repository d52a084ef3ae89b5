//! One account in one Region: what its resources share (networks, keys, applications, teams).

use super::accounts::DemoAccount;
use super::random::{Draw, key, mix};
use super::regions::Region;

/// The estate's "now": midnight of 20 November 2026, UTC. Fixed, so that the same estate is the same bytes.
pub(crate) const NOW: i64 = 1_795_132_800;
/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// Tags in the order in which AWS returns them.
pub(crate) type Tags = Vec<(String, String)>;

/// An application that somebody runs.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) name: &'static str,
    pub(crate) team: &'static str,
    pub(crate) cost_center: &'static str,
}

const fn app(name: &'static str, team: &'static str, cost_center: &'static str) -> App {
    App { name, team, cost_center }
}

static APPS: [App; 12] = [
    app("checkout", "storefront", "cc-1042"),
    app("catalog", "storefront", "cc-1042"),
    app("search", "discovery", "cc-1107"),
    app("recommendations", "discovery", "cc-1107"),
    app("payments", "payments", "cc-2001"),
    app("billing", "payments", "cc-2001"),
    app("orders", "fulfilment", "cc-2310"),
    app("inventory-sync", "fulfilment", "cc-2310"),
    app("identity", "platform", "cc-3000"),
    app("gateway", "platform", "cc-3000"),
    app("events", "data", "cc-4100"),
    app("reports", "data", "cc-4100"),
];

/// One account in one Region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) account: &'a DemoAccount,
    pub(crate) region: &'static Region,
    /// The seed of the estate.
    pub(crate) seed: u64,
    /// Whether every instance runs.
    pub(crate) all_running: bool,
    key: u64,
}

impl<'a> Place<'a> {
    pub(crate) fn new(seed: u64, account: &'a DemoAccount, region: &'static Region) -> Self {
        Self { account, region, seed, all_running: false, key: key(seed, &[&account.id, region.name]) }
    }

    /// The same place, where every instance runs or not.
    pub(crate) fn all_running(mut self, all_running: bool) -> Self {
        self.all_running = all_running;
        self
    }

    /// The draws of the `index`-th resource of a kind.
    pub(crate) fn draw(&self, kind: &str, index: usize) -> Draw {
        Draw::new(key(self.key, &[kind]), index)
    }

    /// The id of the `index`-th thing that EC2 calls by this prefix: `vpc-0…`.
    pub(crate) fn id(&self, prefix: &str, index: usize) -> String {
        format!("{prefix}-0{:016x}", mix(key(self.key, &[prefix]).wrapping_add(index as u64)))
    }

    /// An ARN in this account and Region.
    pub(crate) fn arn(&self, service: &str, resource: impl std::fmt::Display) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region.name, self.account.id)
    }

    /// The ARN of a role in this account.
    pub(crate) fn role_arn(&self, path_and_name: impl std::fmt::Display) -> String {
        format!("arn:aws:iam::{}:role/{path_and_name}", self.account.id)
    }

    /// The account's key for databases, disks and functions.
    pub(crate) fn kms_key_arn(&self) -> String {
        self.arn("kms", format_args!("key/{}", self.draw("kms-key", 0).uuid()))
    }

    /// What makes host names of databases unlike those of other accounts: `c9akciq32rgd`.
    pub(crate) fn database_domain(&self) -> String {
        format!("c{}", self.draw("database-domain", 0).hex(11))
    }

    pub(crate) fn vpc_id(&self) -> String {
        self.id("vpc", 0)
    }

    /// The private or public subnet in the `zone`-th zone.
    pub(crate) fn subnet_id(&self, zone: u64, public: bool) -> String {
        let zone = usize::try_from(zone % self.region.zones.len() as u64).unwrap_or(0);
        self.id("subnet", zone * 2 + usize::from(public))
    }
}

/// The application that a resource belongs to.
pub(crate) fn draw_app(draw: &mut Draw) -> &'static App {
    draw.pick(&APPS)
}

/// The tags that the estate's people put on everything, most of the time.
pub(crate) fn draw_tags(draw: &mut Draw, place: &Place<'_>, app: &App) -> Tags {
    let mut tags = vec![
        ("env".to_owned(), place.account.environment.to_owned()),
        ("team".to_owned(), app.team.to_owned()),
        ("app".to_owned(), app.name.to_owned()),
    ];
    if draw.chance(80) {
        tags.push(("cost-center".to_owned(), app.cost_center.to_owned()));
    }
    if draw.chance(45) {
        tags.push((
            "managed-by".to_owned(),
            (*draw.pick(&["terraform", "cloudformation", "pulumi"])).to_owned(),
        ));
    }
    if draw.chance(10) {
        tags.push(("owner".to_owned(), format!("{}@example.com", app.team)));
    }
    tags
}
