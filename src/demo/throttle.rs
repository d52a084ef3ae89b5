//! AWS's published rates, as token buckets: one for each account, Region and API.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::faults::CallName;
use super::request::{Parameters, Service};

/// How many calls at once, and how many more each second.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rate {
    burst: f64,
    per_second: f64,
}

/// The rate of a call, and the bucket that it shares with others of the same account and Region.
fn rate<'a>(service: Service, operation: &'a str, body: &[u8]) -> (&'a str, Rate) {
    match service {
        // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
        Service::Ec2 if operation == "DescribeInstances" => {
            let form = Parameters::parse(body);
            if form.get("MaxResults").is_some() || form.get("Filter.1.Name").is_some() {
                (operation, Rate { burst: 100.0, per_second: 20.0 })
            } else {
                ("unpaginated", Rate { burst: 50.0, per_second: 10.0 })
            }
        }
        Service::Ec2 => (operation, Rate { burst: 100.0, per_second: 20.0 }),
        // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: all control plane calls together
        Service::Lambda => ("control-plane", Rate { burst: 15.0, per_second: 15.0 }),
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html: no burst is published,
        // so it is taken for one second's worth.
        Service::CloudWatch => {
            let per_second = match operation {
                "GetMetricData" => 50.0,
                "GetMetricStatistics" => 400.0,
                _ => 25.0,
            };
            (operation, Rate { burst: per_second, per_second })
        }
        // None is published for these: generous.
        _ => (operation, Rate { burst: 100.0, per_second: 50.0 }),
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

/// The buckets of a server.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<HashMap<(Service, String, String, String), Bucket>>);

impl Throttle {
    /// Takes a token at this moment; `false` if there is none.
    pub(crate) fn allows(&self, call: &CallName<'_>, service: Service, body: &[u8], now: Instant) -> bool {
        let (bucket, rate) = rate(service, call.operation, body);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets
            .entry((service, bucket.to_owned(), call.region.to_owned(), call.account.to_owned()))
            .or_insert(Bucket { tokens: rate.burst, filled_at: now });
        let elapsed = now.duration_since(bucket.filled_at).as_secs_f64();
        bucket.tokens = (bucket.tokens + elapsed * rate.per_second).min(rate.burst);
        bucket.filled_at = now;
        let allowed = bucket.tokens >= 1.0;
        if allowed {
            bucket.tokens -= 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let allowed = |service: Service, region: &str, body: &[u8], after: u64| {
            let operation = if service == Service::Lambda { "ListFunctions" } else { "DescribeInstances" };
            let call = CallName { service: service.name(), operation, region, account: "111122223333" };
            let now = start + Duration::from_secs(after);
            (0..500).filter(|_| throttle.allows(&call, service, body, now)).count()
        };
        assert_eq!(allowed(Service::Ec2, "eu-west-1", b"MaxResults=1000", 0), 100);
        assert_eq!(allowed(Service::Ec2, "eu-west-1", b"MaxResults=1000", 2), 40);
        assert_eq!(allowed(Service::Ec2, "us-east-1", b"MaxResults=1000", 2), 100, "its own bucket");
        assert_eq!(allowed(Service::Ec2, "eu-west-1", b"", 2), 50, "without MaxResults");
        assert_eq!(allowed(Service::Lambda, "eu-west-1", b"", 2), 15);
    }

    #[test]
    fn each_operation_of_cloudwatch_has_its_own_rate() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for (operation, rate) in [("GetMetricData", 50), ("GetMetricStatistics", 400), ("ListMetrics", 25)] {
            let name =
                CallName { service: "cloudwatch", operation, region: "eu-west-1", account: "111122223333" };
            let allowed = (0..500).filter(|_| throttle.allows(&name, Service::CloudWatch, b"", now)).count();
            assert_eq!(allowed, rate, "{operation}");
        }
    }
}
