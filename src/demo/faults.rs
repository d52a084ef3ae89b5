//! What goes wrong, and where: each fault names its calls by operation, Region and account.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;
use std::time::Duration;

/// What a fault does to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No policy allows the call.
    Denied,
    /// A service control policy forbids the call.
    ScpDenied,
    /// The call comes too soon after others, in the service's own words.
    Throttled,
    /// Status 500.
    Error500,
    /// Status 503.
    Error503,
    /// No answer, ever; the connection stays open.
    Hang,
    /// The connection closes without an answer.
    Reset,
    /// Half of the body, then the connection closes.
    Truncated,
    /// Status 200 and a body that is neither XML nor JSON.
    Garbage,
    /// Every page names the same next page.
    RepeatedToken,
    /// A page without resources, but with a token, comes before each page.
    EmptyPage,
    /// Each page begins with resources of the page before.
    Duplicates,
    /// The whole answer comes so much later.
    Slow(Duration),
    /// The answer begins at once and takes so long to the last byte.
    Dribble(Duration),
    /// The credentials are no longer good.
    Expired,
    /// The account has not enabled the Region: the same codes as for unknown credentials.
    RegionDisabled,
    /// GetMetricData: the first, fourth, seventh, … result of a request is PartialData with half of its datapoints.
    PartialData,
    /// GetMetricData: the same results are InternalError, without values.
    InternalError,
    /// GetMetricData: the same results are Forbidden, without values.
    Forbidden,
    /// GetMetricData: the same results are missing, and nothing says so.
    LostResults,
    /// CloudWatch: a request that asks for a certain dimension value is refused whole.
    InvalidQuery,
}

/// Names in the text syntax. The seconds of the two slow ones follow after `=`.
const NAMES: [(&str, FaultKind); 21] = [
    ("denied", FaultKind::Denied),
    ("scp-denied", FaultKind::ScpDenied),
    ("throttled", FaultKind::Throttled),
    ("error-500", FaultKind::Error500),
    ("error-503", FaultKind::Error503),
    ("hang", FaultKind::Hang),
    ("reset", FaultKind::Reset),
    ("truncated", FaultKind::Truncated),
    ("garbage", FaultKind::Garbage),
    ("repeated-token", FaultKind::RepeatedToken),
    ("empty-page", FaultKind::EmptyPage),
    ("duplicates", FaultKind::Duplicates),
    ("slow", FaultKind::Slow(Duration::from_secs(1))),
    ("dribble", FaultKind::Dribble(Duration::from_secs(1))),
    ("expired", FaultKind::Expired),
    ("region-disabled", FaultKind::RegionDisabled),
    ("partial-data", FaultKind::PartialData),
    ("internal-error", FaultKind::InternalError),
    ("forbidden", FaultKind::Forbidden),
    ("lost-results", FaultKind::LostResults),
    ("invalid-query", FaultKind::InvalidQuery),
];

/// One thing that goes wrong.
///
/// As text: `KIND[:OPERATION][@REGION[/ACCOUNT]][#after=N,times=K,id=VALUE]`, each name a pattern with `*` and `?`,
/// absent = any. `denied:DescribeDBInstances@eu-west-1/111122223333`, `throttled:lambda:*#after=1,times=2`, `slow=2.5`,
/// `invalid-query#id=i-0123456789abcdef0`: `id` is a dimension value, needed there and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// Pattern for `Operation`, or, with a colon in it, for `service:Operation`.
    pub operation: String,
    /// Pattern for the Region.
    pub region: String,
    /// Pattern for the account id.
    pub account: String,
    /// So many calls of each (operation, Region, account) are answered first. Retries are calls.
    pub after: u64,
    /// And after so many more it is over; `None` = it never is.
    pub times: Option<u64>,
    /// Only calls that ask CloudWatch for this dimension value; for `InvalidQuery`.
    pub id: Option<String>,
}

impl Fault {
    /// A fault of every call; narrow it down with the methods below.
    pub fn new(kind: FaultKind) -> Self {
        let any = || "*".to_owned();
        Self { kind, operation: any(), region: any(), account: any(), after: 0, times: None, id: None }
    }

    /// Only calls of operations that match.
    #[must_use]
    pub fn operation(mut self, pattern: &str) -> Self {
        self.operation = pattern.to_owned();
        self
    }

    /// Only calls to Regions that match.
    #[must_use]
    pub fn region(mut self, pattern: &str) -> Self {
        self.region = pattern.to_owned();
        self
    }

    /// Only calls from accounts that match.
    #[must_use]
    pub fn account(mut self, pattern: &str) -> Self {
        self.account = pattern.to_owned();
        self
    }

    /// Only after so many calls, and only so many times.
    #[must_use]
    pub fn window(mut self, after: u64, times: Option<u64>) -> Self {
        (self.after, self.times) = (after, times);
        self
    }

    /// Only calls that ask CloudWatch for this dimension value.
    #[must_use]
    pub fn id(mut self, value: &str) -> Self {
        self.id = Some(value.to_owned());
        self
    }

    fn concerns(&self, call: &CallName<'_>, asks_for: &impl Fn(&str) -> bool) -> bool {
        let operation = if self.operation.contains(':') {
            glob_matches(&self.operation, &format!("{}:{}", call.service, call.operation))
        } else {
            glob_matches(&self.operation, call.operation)
        };
        operation
            && glob_matches(&self.region, call.region)
            && glob_matches(&self.account, call.account)
            && self.id.as_ref().is_none_or(|id| asks_for(id))
    }

    fn is_active(&self, calls_before: u64) -> bool {
        calls_before >= self.after && self.times.is_none_or(|times| calls_before - self.after < times)
    }
}

/// The text describes no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no fault: {reason}; write KIND[:OPERATION][@REGION[/ACCOUNT]][#after=N,times=K,id=VALUE]"
)]
pub struct FaultError {
    text: String,
    reason: String,
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason: String| FaultError { text: text.to_owned(), reason };
        let (rest, window) = text.split_once('#').map_or((text, None), |(rest, window)| (rest, Some(window)));
        let (rest, place) = rest.split_once('@').map_or((rest, None), |(rest, place)| (rest, Some(place)));
        let (kind, operation) = rest.split_once(':').map_or((rest, None), |(kind, op)| (kind, Some(op)));
        let mut fault = Self::new(kind.parse().map_err(refuse)?);
        if let Some(operation) = operation {
            fault.operation = operation.to_owned();
        }
        if let Some(place) = place {
            let (region, account) = place.split_once('/').unwrap_or((place, "*"));
            (fault.region, fault.account) = (region.to_owned(), account.to_owned());
        }
        for setting in window.into_iter().flat_map(|window| window.split(',')) {
            let number = |value: &str| value.parse().map_err(|_| refuse(format!("`{value}` is no number")));
            match setting.split_once('=') {
                Some(("after", value)) => fault.after = number(value)?,
                Some(("times", value)) => fault.times = Some(number(value)?),
                Some(("id", value)) if !value.is_empty() => fault.id = Some(value.to_owned()),
                _ => return Err(refuse(format!("`{setting}` is none of after=N, times=K and id=VALUE"))),
            }
        }
        match (fault.kind, &fault.id) {
            (FaultKind::InvalidQuery, None) => {
                return Err(refuse("`invalid-query` needs #id=VALUE, a dimension value".to_owned()));
            }
            (FaultKind::InvalidQuery, Some(_)) | (_, None) => {}
            _ => return Err(refuse("only `invalid-query` takes an id".to_owned())),
        }
        let empty = [&fault.operation, &fault.region, &fault.account].into_iter().any(String::is_empty);
        if empty { Err(refuse("a pattern is empty".to_owned())) } else { Ok(fault) }
    }
}

impl FromStr for FaultKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, seconds) =
            text.split_once('=').map_or((text, None), |(name, seconds)| (name, Some(seconds)));
        let known = NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
        let kind = known.ok_or_else(|| {
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("no kind is called `{name}` (there are {})", names.join(", "))
        })?;
        let Some(seconds) = seconds else { return Ok(kind) };
        let duration = seconds
            .parse()
            .ok()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .ok_or_else(|| format!("`{seconds}` is no number of seconds"))?;
        match kind {
            Self::Slow(_) => Ok(Self::Slow(duration)),
            Self::Dribble(_) => Ok(Self::Dribble(duration)),
            _ => Err(format!("`{name}` takes no seconds")),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let same = |kind: &FaultKind| std::mem::discriminant(kind) == std::mem::discriminant(&self.kind);
        let name = NAMES.iter().find(|(_, kind)| same(kind)).map_or("", |(name, _)| *name);
        f.write_str(name)?;
        if let FaultKind::Slow(duration) | FaultKind::Dribble(duration) = self.kind {
            write!(f, "={}", duration.as_secs_f64())?;
        }
        write!(f, ":{}@{}/{}", self.operation, self.region, self.account)?;
        let settings = [
            (self.after > 0).then(|| format!("after={}", self.after)),
            self.times.map(|times| format!("times={times}")),
            self.id.as_ref().map(|id| format!("id={id}")),
        ];
        for (nth, setting) in settings.into_iter().flatten().enumerate() {
            write!(f, "{}{setting}", if nth == 0 { '#' } else { ',' })?;
        }
        Ok(())
    }
}

/// What faults know of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallName<'a> {
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
}

impl fmt::Display for CallName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}@{}/{}", self.service, self.operation, self.region, self.account)
    }
}

/// The faults of a server, and how many calls of each name each of them has seen.
#[derive(Debug)]
pub(crate) struct Faults {
    faults: Vec<Fault>,
    seen: Mutex<HashMap<String, u64>>,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self { faults, seen: Mutex::default() }
    }

    /// What happens to this call, which is counted. `asks_for` tells whether it asks for a dimension value.
    pub(crate) fn next(&self, call: &CallName<'_>, asks_for: impl Fn(&str) -> bool) -> Option<FaultKind> {
        let concerning: Vec<&Fault> =
            self.faults.iter().filter(|fault| fault.concerns(call, &asks_for)).collect();
        if concerning.is_empty() {
            return None;
        }
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let calls = seen.entry(call.to_string()).or_default();
        let before = *calls;
        *calls += 1;
        concerning.into_iter().find(|fault| fault.is_active(before)).map(|fault| fault.kind)
    }

    /// Forgets the calls, so that every fault begins anew.
    pub(crate) fn reset(&self) {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
    }
}

/// `*` stands for any characters, `?` for one.
pub(crate) fn glob_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut in_text) = (0, 0);
    // Where the last `*` stands, and the first character that it has not taken yet.
    let mut star: Option<(usize, usize)> = None;
    while in_text < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, in_text));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[in_text] => {
                at += 1;
                in_text += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                (at, in_text) = (star_at + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name<'a>(operation: &'a str, region: &'a str) -> CallName<'a> {
        CallName { service: "rds", operation, region, account: "111122223333" }
    }

    #[test]
    fn faults_are_written_as_one_line() {
        let fault: Fault = "denied:DescribeDBInstances@eu-west-1/111122223333".parse().expect("a fault");
        assert_eq!(
            fault,
            Fault::new(FaultKind::Denied)
                .operation("DescribeDBInstances")
                .region("eu-west-1")
                .account("111122223333")
        );
        let fault: Fault = "throttled:lambda:*#after=1,times=2".parse().expect("a fault");
        assert_eq!(fault, Fault::new(FaultKind::Throttled).operation("lambda:*").window(1, Some(2)));
        let fault: Fault = "slow=2.5".parse().expect("a fault");
        assert_eq!(fault.kind, FaultKind::Slow(Duration::from_millis(2500)));
        for text in [
            "",
            "lost",
            "denied:",
            "denied@",
            "denied#soon",
            "denied#after=x",
            "denied=3",
            "denied#id=i-1",
            "invalid-query",
            "invalid-query#id=",
            "slow=-1",
            "slow=x",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_kind_reads_back_what_it_writes() {
        for (_, kind) in NAMES {
            let mut fault = Fault::new(kind).operation("rds:*").region("eu-*").window(3, Some(1));
            if kind == FaultKind::InvalidQuery {
                fault = fault.id("i-1");
            }
            assert_eq!(fault.to_string().parse::<Fault>(), Ok(fault));
        }
    }

    #[test]
    fn a_window_counts_the_calls_of_each_name_by_itself() {
        let faults =
            Faults::new(vec![Fault::new(FaultKind::Denied).operation("rds:Describe*").window(1, Some(2))]);
        let calls = |region| -> Vec<bool> {
            (0..5).map(|_| faults.next(&name("DescribeDBInstances", region), |_| false).is_some()).collect()
        };
        assert_eq!(calls("eu-west-1"), [false, true, true, false, false]);
        assert_eq!(calls("us-east-1"), [false, true, true, false, false]);
        faults.reset();
        assert_eq!(calls("us-east-1"), [false, true, true, false, false]);
        assert_eq!(faults.next(&name("ListTagsForResource", "us-east-1"), |_| false), None);
    }

    #[test]
    fn a_fault_with_an_id_sees_only_the_calls_that_ask_for_it() {
        let faults: Vec<Fault> = ["invalid-query#id=i-1", "invalid-query:GetMetricData#id=i-2,times=1"]
            .map(|text| text.parse().expect("a fault"))
            .to_vec();
        let faults = Faults::new(faults);
        let next = |asked: &str| faults.next(&name("GetMetricData", "eu-west-1"), |id| id == asked);
        assert_eq!(next("i-3"), None);
        assert_eq!(next("i-2"), Some(FaultKind::InvalidQuery));
        assert_eq!(next("i-2"), None, "once");
        assert_eq!(next("i-1"), Some(FaultKind::InvalidQuery));
    }

    proptest! {
        #[test]
        fn a_text_matches_itself_and_a_star(text in "[a-z*?:-]{0,12}", rest in "[a-z]{0,5}") {
            let (starred, all) = (format!("{text}*"), format!("{text}{rest}"));
            prop_assert!(glob_matches(&text, &text));
            prop_assert!(glob_matches(&starred, &all));
            prop_assert!(glob_matches("*", &text));
            prop_assert!(!glob_matches("", "a"));
        }
    }
}
