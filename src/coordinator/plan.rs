//! What to ask: types, Regions, and which denials are expected. Pure; nothing is asked here.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use globset::{Glob, GlobMatcher};

use super::catalogue::metrics_plan;
use super::joining::MetricsPlan;
use crate::aws::{AccountRegions, Partition};
use crate::collect::{Collector, REGISTRY};
use crate::config::{CollectSettings, near};
use crate::metrics::{Mode, Room};
use crate::model::Timestamp;

/// The settings ask for something that there is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A word that names nothing of its kind.
    #[error("no {kind} matches `{word}`")]
    NoMatch {
        /// `service`, `type`, `Region`.
        kind: &'static str,
        /// The word as given.
        word: String,
        /// Words like it.
        near: Vec<String>,
    },
    /// A pattern that cannot be read.
    #[error("{kind} `{word}` is not a pattern: {reason}")]
    Pattern {
        /// `type`, `Region pattern`, `expect_denied`.
        kind: &'static str,
        /// The pattern as given.
        word: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What the settings say of a metric makes no sense.
    #[error("[metric.\"{resource_type}\"] {metric}: {reason}")]
    Metric {
        /// The type that it stands under.
        resource_type: String,
        /// The metric.
        metric: String,
        /// What is wrong.
        reason: String,
        /// Words that may have been meant.
        near: Vec<String>,
    },
}

impl PlanError {
    /// Words that may have been meant.
    pub fn near(&self) -> &[String] {
        match self {
            Self::NoMatch { near, .. } | Self::Metric { near, .. } => near,
            Self::Pattern { .. } => &[],
        }
    }
}

/// One collector, and those of its types that are wanted.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Who reads them.
    pub collector: &'static dyn Collector,
    /// The type that the query stands under in the coverage.
    pub resource_type: Arc<str>,
    /// Every type wanted, in the collector's order.
    pub wanted: Vec<Arc<str>>,
}

/// What to ask of every account.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is read in each Region.
    pub selections: Vec<Selection>,
    /// What is asked of CloudWatch; none with `--no-metrics`.
    pub metrics: Option<MetricsPlan>,
    regions: Vec<(String, GlobMatcher)>,
    expect_denied: Vec<[GlobMatcher; 3]>,
}

impl Plan {
    /// Resolves the settings' words.
    ///
    /// # Errors
    /// A service or type that awsinv does not know, or a pattern that cannot be read.
    pub fn new(settings: &CollectSettings) -> Result<Self, PlanError> {
        let regions = settings
            .regions
            .iter()
            .map(|word| Ok((word.clone(), pattern("Region pattern", word)?)))
            .collect::<Result<_, PlanError>>()?;
        let expect_denied = settings
            .expect_denied
            .iter()
            .map(|expected| {
                let glob = |word: &String| pattern("expect_denied", word);
                Ok([glob(&expected.account)?, glob(&expected.region)?, glob(&expected.resource_type)?])
            })
            .collect::<Result<_, PlanError>>()?;
        let selections = select(&settings.services, &settings.types)?;
        let metrics = metrics_plan(settings, &selections, Timestamp::now())?;
        Ok(Self { selections, metrics, regions, expect_denied })
    }

    /// The same plan, which only counts what CloudWatch would be asked.
    #[must_use]
    pub fn dry(mut self) -> Self {
        if let Some(metrics) = &mut self.metrics {
            metrics.mode = Mode::Count;
        }
        self
    }

    /// The same plan, for a reader that keeps nothing: memory stays bounded.
    #[must_use]
    pub fn streamed(mut self) -> Self {
        if let Some(metrics) = &mut self.metrics {
            metrics.room = Room::bounded();
        }
        self
    }

    /// The types wanted, sorted.
    pub fn types(&self) -> Vec<Arc<str>> {
        let types: BTreeSet<_> =
            self.selections.iter().flat_map(|selection| selection.wanted.iter().cloned()).collect();
        types.into_iter().collect()
    }

    /// Whether a Region is asked for.
    pub fn wants_region(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|(_, glob)| glob.is_match(region))
    }

    /// Checks every pattern against what the accounts answered: only they can tell whether one matches, as a Region
    /// may be newer than this program, or of another partition. An account that answered nothing may have any
    /// Region that is known.
    ///
    /// # Errors
    /// The first pattern that matches no Region of any account: nothing would be asked for it, and that must not
    /// look as if nothing were there.
    pub fn check_regions<'a>(
        &self,
        accounts: impl Iterator<Item = &'a AccountRegions> + Clone,
    ) -> Result<(), PlanError> {
        for (word, glob) in &self.regions {
            let has = |account: &AccountRegions| {
                let mut regions = account.enabled.iter().chain(&account.not_enabled).peekable();
                match regions.peek() {
                    Some(_) => regions.any(|region| glob.is_match(region)),
                    None => Partition::all_regions().any(|region| glob.is_match(region)),
                }
            };
            if !accounts.clone().any(has) {
                let told: BTreeSet<&str> = accounts
                    .clone()
                    .flat_map(|account| account.enabled.iter().chain(&account.not_enabled))
                    .map(String::as_str)
                    .collect();
                let near = if told.is_empty() {
                    near(word, Partition::all_regions())
                } else {
                    near(word, told.iter().copied())
                };
                return Err(PlanError::NoMatch { kind: "Region", word: word.clone(), near });
            }
        }
        Ok(())
    }

    /// Whether the settings say that this query would be denied.
    pub fn expects_denial(&self, account: &str, region: &str, resource_type: &str) -> bool {
        self.expect_denied.iter().any(|[account_glob, region_glob, type_glob]| {
            account_glob.is_match(account)
                && region_glob.is_match(region)
                && type_glob.is_match(resource_type)
        })
    }
}

fn pattern(kind: &'static str, word: &str) -> Result<GlobMatcher, PlanError> {
    Glob::new(word).map(|glob| glob.compile_matcher()).map_err(|error| PlanError::Pattern {
        kind,
        word: word.to_owned(),
        reason: error.kind().to_string(),
    })
}

/// The collectors of these services and types; all of them where none is named.
fn select(services: &[String], types: &[String]) -> Result<Vec<Selection>, PlanError> {
    let known_services: BTreeSet<&str> = REGISTRY.iter().map(|collector| collector.service()).collect();
    for service in services {
        if !known_services.contains(service.as_str()) {
            let mut near = near(service, known_services.iter().copied());
            if near.is_empty() {
                near = known_services.iter().map(|known| (*known).to_owned()).collect();
            }
            return Err(PlanError::NoMatch { kind: "service", word: service.clone(), near });
        }
    }
    let known_types: Vec<&str> = REGISTRY
        .iter()
        .flat_map(|collector| collector.covers())
        .map(|covered| covered.resource_type)
        .collect();
    let mut wanted_types = HashSet::new();
    for word in types {
        let glob = pattern("type", word)?;
        let before = wanted_types.len();
        wanted_types.extend(known_types.iter().copied().filter(|known| glob.is_match(known)));
        if wanted_types.len() == before && !known_types.iter().any(|known| glob.is_match(known)) {
            let near = near(word, known_types.iter().copied());
            return Err(PlanError::NoMatch { kind: "type", word: word.clone(), near });
        }
    }
    let all = services.is_empty() && types.is_empty();
    let selections = REGISTRY.iter().filter_map(|collector| {
        let whole = all || services.iter().any(|service| service == collector.service());
        let wanted: Vec<Arc<str>> = collector
            .covers()
            .iter()
            .map(|covered| covered.resource_type)
            .filter(|covered| whole || wanted_types.contains(covered))
            .map(Arc::from)
            .collect();
        let resource_type = wanted.first()?.clone();
        Some(Selection { collector: *collector, resource_type, wanted })
    });
    Ok(selections.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(services: &[&str], types: &[&str], regions: &[&str]) -> CollectSettings {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        CollectSettings {
            services: words(services),
            types: words(types),
            regions: words(regions),
            ..CollectSettings::default()
        }
    }

    fn planned(services: &[&str], types: &[&str]) -> Vec<String> {
        let plan = Plan::new(&settings(services, types, &[])).expect("a plan");
        plan.types().iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn everything_is_asked_unless_something_is_named() {
        assert!(planned(&[], &[]).contains(&"AWS::Lambda::Function".to_owned()));
        assert_eq!(planned(&["ec2"], &[]), ["AWS::EC2::Instance"]);
        assert_eq!(planned(&[], &["AWS::Neptune::DBCluster"]), ["AWS::Neptune::DBCluster"]);
        assert_eq!(planned(&["ec2"], &["AWS::*::DBCluster"]).len(), 4);
    }

    #[test]
    fn a_query_for_neptune_alone_stands_under_its_own_type() {
        let plan = Plan::new(&settings(&[], &["AWS::Neptune::DBCluster"], &[])).expect("a plan");
        assert_eq!(&*plan.selections[0].resource_type, "AWS::Neptune::DBCluster");
        assert_eq!(plan.selections.len(), 1);
    }

    #[test]
    fn slips_are_named_with_the_near_ones() {
        let refused = |s: &CollectSettings| {
            let error = Plan::new(s).expect_err("a slip");
            format!("{error}; near: {},", error.near().join(", "))
        };
        assert!(refused(&settings(&["ec3"], &[], &[])).contains("ec2"));
        let message = refused(&settings(&[], &["AWS::EC2::Instances"], &[]));
        assert!(
            message.contains("`AWS::EC2::Instances`") && message.contains("AWS::EC2::Instance,"),
            "{message}"
        );
        assert!(refused(&settings(&[], &[], &["eu-[west"])).contains("eu-[west"));
    }

    #[test]
    fn a_pattern_that_matches_no_region_of_any_account_is_refused() {
        let regions =
            |name: &str| AccountRegions { enabled: [name.to_owned()].into(), ..AccountRegions::default() };
        let plan = |word: &str| Plan::new(&settings(&[], &[], &[word])).expect("a plan");
        assert!(plan("cn-*").check_regions([regions("eu-west-1")].iter()).is_err());
        assert_eq!(plan("cn-*").check_regions([regions("eu-west-1"), regions("cn-north-1")].iter()), Ok(()));
        // Of an account that told nothing, nothing is known.
        assert_eq!(plan("cn-*").check_regions([AccountRegions::default()].iter()), Ok(()));
    }

    #[test]
    fn a_region_slip_is_found_only_against_what_is_known() {
        let plan = Plan::new(&settings(&[], &[], &["eu-wset-1"])).expect("a plan");
        let error = plan.check_regions(std::iter::empty()).expect_err("a slip");
        assert!(error.near().contains(&"eu-west-1".to_owned()), "{error:?}");
        let mut newer = AccountRegions::default();
        newer.enabled.insert("eu-wset-1".to_owned());
        assert_eq!(plan.check_regions([newer].iter()), Ok(()));
    }
}
