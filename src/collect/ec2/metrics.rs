//! What CloudWatch knows of an instance:
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html>

use crate::collect::fields::is_burstable;
use crate::model::{MetricSpec, Resource, Statistic, Timestamp, Unit};

const fn metric(name: &'static str, unit: Unit, statistics: &'static [Statistic]) -> MetricSpec {
    MetricSpec::new("AWS/EC2", name, "InstanceId", unit, statistics)
}

pub(super) const METRICS: &[MetricSpec] = &[
    metric("CPUUtilization", Unit::Percent, &[Statistic::Average, Statistic::Maximum]),
    metric("NetworkIn", Unit::Bytes, &[Statistic::Sum]),
    metric("NetworkOut", Unit::Bytes, &[Statistic::Sum]),
    metric("EBSReadBytes", Unit::Bytes, &[Statistic::Sum]),
    metric("EBSWriteBytes", Unit::Bytes, &[Statistic::Sum]),
    metric("StatusCheckFailed", Unit::Count, &[Statistic::Maximum]),
    metric("CPUCreditBalance", Unit::Count, &[Statistic::Minimum]).applies(is_burstable),
];

/// When the instance stopped, which EC2 tells only in a sentence: `User initiated (2026-11-23 13:50:00 GMT)`.
/// One that runs, or whose sentence has no time in it, may still emit.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html>
pub(super) fn silent_since(instance: &Resource) -> Option<Timestamp> {
    if !matches!(instance.state.as_deref(), Some("stopped" | "terminated")) {
        return None;
    }
    let reason = instance.attributes.get("state_transition_reason")?.as_str()?;
    let (_, rest) = reason.split_once('(')?;
    let (date, time) = rest.split_once(" GMT)")?.0.split_once(' ')?;
    Timestamp::parse(&format!("{date}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn instance(state: &str, reason: Option<&str>) -> Resource {
        let name = || Arc::from("");
        let mut instance = Resource::new(name(), String::new(), "i-1".into(), name(), name());
        instance.state = Some(state.into());
        instance.attributes.set("state_transition_reason", reason);
        instance
    }

    #[test]
    fn an_instance_is_silent_only_since_a_time_that_ec2_told() {
        let told = Some("User initiated (2026-11-23 13:50:00 GMT)");
        let at = Timestamp::parse("2026-11-23T13:50:00Z");
        assert_eq!(silent_since(&instance("stopped", told)), at);
        assert_eq!(silent_since(&instance("terminated", told)), at);
        for state in ["running", "stopping", "pending", "shutting-down"] {
            assert_eq!(silent_since(&instance(state, told)), None, "{state}");
        }
        for untold in
            [None, Some(""), Some("Server.SpotInstanceTermination"), Some("(GMT) ("), Some("(é GMT)")]
        {
            assert_eq!(silent_since(&instance("stopped", untold)), None, "{untold:?}");
        }
    }
}
