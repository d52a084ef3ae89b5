//! GetMetricData: metrics only; expressions are refused.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
//!
//! A page holds so many datapoints, taken from result after result. A result that does not end in its page is
//! PartialData and goes on in the next one, where it is Complete; a result that is not reached is not in the page.

use std::collections::HashSet;

use super::cloudwatch::{MetricName, document, members, period_fault, time_fault};
use super::cloudwatch_page::{self as page, Place};
use super::{Context, Twist};
use crate::demo::estate::key;
use crate::demo::metrics::{Statistic, Window};
use crate::demo::wire::cbor::{Members, Value, map, timestamp};
use crate::demo::wire::{AwsError, Content};

/// The most queries of a request, and the most datapoints of an answer.
const MOST_QUERIES: usize = 500;
const MOST_DATAPOINTS: usize = 100_800;
/// The longest id.
const LONGEST_ID: usize = 255;

/// A query for one statistic of one metric.
#[derive(Clone, Debug)]
struct Query<'a> {
    id: &'a str,
    metric: MetricName<'a>,
    period: i64,
    statistic: Statistic,
    label: Option<&'a str>,
    unit: Option<&'a str>,
    returned: bool,
    /// Of another account, where this one has no metrics.
    foreign: bool,
}

type Datapoints = Vec<(i64, f64)>;

pub(super) fn get_metric_data(context: &Context<'_>) -> Result<Content, AwsError> {
    let document = document(context)?;
    let request = members(&document)?;
    let required = |name: &str| AwsError::validation(format!("The parameter {name} is required."));
    let start = request.timestamp("StartTime")?.ok_or_else(|| required("StartTime"))?;
    let end = request.timestamp("EndTime")?.ok_or_else(|| required("EndTime"))?;
    let structures = request.structures("MetricDataQueries")?;
    let scan_by = request.text("ScanBy")?.unwrap_or("TimestampDescending");
    let limit = request.integer("MaxDatapoints")?;
    let mut faults = Vec::new();
    if structures.is_empty() {
        faults.push("The parameter MetricDataQueries is required.".to_owned());
    } else if structures.len() > MOST_QUERIES {
        faults.push(format!(
            "The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
        ));
    }
    faults.extend(time_fault(start, end).map(str::to_owned));
    if !["TimestampDescending", "TimestampAscending"].contains(&scan_by) {
        faults.push(format!("The value {scan_by} for parameter ScanBy is not valid."));
    }
    let limit = match limit {
        None => MOST_DATAPOINTS,
        Some(limit) => match usize::try_from(limit) {
            Ok(limit @ 1..=MOST_DATAPOINTS) => limit,
            _ => {
                faults.push(format!(
                    "The value {limit} for parameter MaxDatapoints must be between 1 and {MOST_DATAPOINTS}."
                ));
                1
            }
        },
    };
    let mut queries = Vec::with_capacity(structures.len());
    for (nth, structure) in structures.into_iter().enumerate() {
        queries.extend(query(context, structure, nth + 1, &mut faults)?);
    }
    let mut ids = HashSet::new();
    if let Some(again) = queries.iter().find(|query| !ids.insert(query.id)) {
        faults
            .push(format!("The values for parameter Id in MetricDataQueries are not unique: {}.", again.id));
    }
    if !faults.is_empty() {
        return Err(AwsError::validation(faults.join("\n")));
    }
    let token = request.text("NextToken")?.filter(|token| !token.is_empty());
    let ascending = scan_by == "TimestampAscending";
    let limit = context.datapoints_per_page.map_or(limit, |most| limit.min(most));
    let reader = Reader { context, queries: &queries, time: (start, end), ascending, limit };
    let answer = reader.answer(token)?;
    context.metrics.bill_queries(queries.len(), token.is_some());
    Ok(Content::Cbor(answer))
}

/// Reads a query; what is wrong with it goes to `faults`.
fn query<'a>(
    context: &Context<'_>,
    query: Members<'a>,
    nth: usize,
    faults: &mut Vec<String>,
) -> Result<Option<Query<'a>>, AwsError> {
    let name = |member: &str| format!("MetricDataQueries.member.{nth}.{member}");
    let mut required = |member: &str| faults.push(format!("The parameter {} is required.", name(member)));
    let Some(id) = query.text("Id")? else {
        required("Id");
        return Ok(None);
    };
    let Some(stat) = query.structure("MetricStat")? else {
        match query.text("Expression")? {
            Some(_) => faults.push(format!(
                "Error in expression '{id}': this server knows no metric math and no Metrics Insights."
            )),
            None => required("MetricStat"),
        }
        return Ok(None);
    };
    let (period, statistic) = (stat.integer("Period")?, stat.text("Stat")?);
    let Some(metric) = stat.structure("Metric")? else {
        required("MetricStat.Metric");
        return Ok(None);
    };
    let (period, statistic) = match (period, statistic) {
        (Some(period), Some(statistic)) => (period, statistic),
        (None, _) => {
            required("MetricStat.Period");
            return Ok(None);
        }
        (_, None) => {
            required("MetricStat.Stat");
            return Ok(None);
        }
    };
    let metric = match MetricName::read(metric)? {
        Ok(metric) => metric,
        Err(missing) => {
            required(&format!("MetricStat.Metric.{missing}"));
            return Ok(None);
        }
    };
    if query.text("Expression")?.is_some() {
        faults.push(format!("The parameters {} and Expression exclude each other.", name("MetricStat")));
    }
    if !is_id(id) {
        faults.push(format!(
            "The value {id} for parameter {} is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.",
            name("Id")
        ));
    }
    faults.extend(period_fault(period, &name("MetricStat.Period")));
    let known = Statistic::any(statistic);
    if known.is_none() {
        let parameter = name("MetricStat.Stat");
        faults.push(format!("The value {statistic} for parameter {parameter} is not a valid statistic."));
    }
    for (at, (_, value)) in metric.dimensions.iter().enumerate() {
        if !value.is_ascii() || value.trim().is_empty() {
            let parameter = name(&format!("MetricStat.Metric.Dimensions.member.{}.Value", at + 1));
            faults
                .push(format!("The value {value} for parameter {parameter} contains non-ASCII characters."));
        }
    }
    let Some(statistic) = known else { return Ok(None) };
    let account = query.text("AccountId")?;
    Ok(Some(Query {
        id,
        metric,
        period,
        statistic,
        label: query.text("Label")?,
        unit: stat.text("Unit")?,
        returned: query.boolean("ReturnData")?.unwrap_or(true),
        foreign: account.is_some_and(|account| account != context.account().id),
    }))
}

fn is_id(id: &str) -> bool {
    let mut bytes = id.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && id.len() <= LONGEST_ID
}

/// A request that is sound, and how much of its answer a page holds.
struct Reader<'a> {
    context: &'a Context<'a>,
    queries: &'a [Query<'a>],
    time: (i64, i64),
    ascending: bool,
    limit: usize,
}

/// The buckets of the last metric, which the next queries share if they ask for other statistics of it: nobody has
/// to compute them twice who asks for a metric's statistics one after the other.
#[derive(Default)]
struct Shared<'a> {
    of: Option<(&'a MetricName<'a>, i64)>,
    buckets: Vec<(i64, [f64; 5])>,
}

/// The statistics that a bucket has anyway.
const PLAIN: [Statistic; 5] =
    [Statistic::Average, Statistic::Sum, Statistic::Minimum, Statistic::Maximum, Statistic::SampleCount];

impl Reader<'_> {
    fn answer(&self, token: Option<&str>) -> Result<Value, AwsError> {
        let twist = self.context.twist;
        let start = Place { query: 0, datapoint: 0, now: self.context.now, after_empty: false };
        let place = match token {
            None => start,
            Some(token) => page::read(self.number(), token).ok_or_else(|| {
                AwsError::new(400, "InvalidNextToken", "The next token specified is invalid.")
            })?,
        };
        if twist == Twist::EmptyPage && !place.after_empty {
            return Ok(self.page(Vec::new(), Some(Place { after_empty: true, ..place })));
        }
        let mut from = Place { after_empty: false, ..place };
        let mut budget = self.limit;
        if twist == Twist::Duplicates && place.query + place.datapoint > 0 {
            // On top of the page's own, or a page of one datapoint would never get on.
            budget += if place.datapoint > 0 {
                let again = place.datapoint.min((budget / 3).max(1));
                from.datapoint -= again;
                again
            } else {
                from.query -= 1;
                let before = self.queries.get(from.query).filter(|query| query.returned);
                before.map_or(0, |query| self.datapoints(query, from.now, &mut Shared::default()).len())
            };
        }
        let (results, next) = self.results(from, budget);
        let next = match twist {
            Twist::RepeatedToken => Some(match token {
                Some(_) => place,
                None => next.unwrap_or(Place { query: self.queries.len(), ..start }),
            }),
            _ => next,
        };
        Ok(self.page(results, next))
    }

    fn page(&self, results: Vec<Value>, next: Option<Place>) -> Value {
        map([
            ("MetricDataResults", Value::Array(results)),
            ("NextToken", next.map_or(Value::Null, |place| Value::from(page::write(self.number(), place)))),
            ("Messages", Value::Array(Vec::new())),
        ])
    }

    /// The results of a page that begins there and holds so many datapoints, and where the next page begins.
    fn results(&self, from: Place, mut budget: usize) -> (Vec<Value>, Option<Place>) {
        let mut shared = Shared::default();
        let mut results = Vec::with_capacity(self.queries.len());
        for (nth, query) in self.queries.iter().enumerate().skip(from.query) {
            let spoiled = nth.is_multiple_of(3);
            if !query.returned || (spoiled && self.context.twist == Twist::LostResults) {
                continue;
            }
            let mut status = "Complete";
            let mut datapoints = match (spoiled, self.context.twist) {
                (true, Twist::InternalError) => {
                    status = "InternalError";
                    Vec::new()
                }
                (true, Twist::Forbidden) => {
                    status = "Forbidden";
                    Vec::new()
                }
                _ => self.datapoints(query, from.now, &mut shared),
            };
            if spoiled && self.context.twist == Twist::PartialData {
                status = "PartialData";
                datapoints.truncate(datapoints.len() / 2);
            }
            let begin = if nth == from.query { from.datapoint.min(datapoints.len()) } else { 0 };
            let here = (datapoints.len() - begin).min(budget);
            if here == 0 && begin < datapoints.len() {
                return (results, Some(Place { query: nth, datapoint: begin, ..from }));
            }
            budget -= here;
            let end = begin + here;
            if end < datapoints.len() {
                results.push(result(query, &datapoints[begin..end], "PartialData"));
                return (results, Some(Place { query: nth, datapoint: end, ..from }));
            }
            results.push(result(query, &datapoints[begin..end], status));
        }
        (results, None)
    }

    /// Everything that a query finds, in the order asked for.
    fn datapoints<'q>(&'q self, query: &'q Query<'q>, now: i64, shared: &mut Shared<'q>) -> Datapoints {
        let metric = &query.metric;
        let fetch = |ranked: bool| {
            metric.series(self.context, |series| {
                let series = series.filter(|series| {
                    !query.foreign && query.unit.is_none_or(|unit| unit == series.metric().unit())
                });
                let Some(series) = series else { return Vec::new() };
                Window::new(self.time.0, self.time.1, query.period, now).buckets(&series, ranked)
            })
        };
        let mut datapoints: Datapoints = match PLAIN.iter().position(|plain| *plain == query.statistic) {
            // A unit that is asked for changes what is found, so these are not shared.
            Some(at) if query.unit.is_none() && !query.foreign => {
                if shared.of != Some((metric, query.period)) {
                    let all = fetch(false).into_iter();
                    let values = all.map(|(from, bucket)| (from, PLAIN.map(|plain| bucket.get(plain))));
                    *shared = Shared { of: Some((metric, query.period)), buckets: values.collect() };
                }
                shared.buckets.iter().map(|(from, values)| (*from, values[at])).collect()
            }
            _ => fetch(true).iter().map(|(from, bucket)| (*from, bucket.get(query.statistic))).collect(),
        };
        if !self.ascending {
            datapoints.reverse();
        }
        datapoints
    }

    /// A number that only this request has; written only when there are pages.
    fn number(&self) -> u64 {
        let Context { call, .. } = self.context;
        let queries = format!("{:?} {:?} {}", self.queries, self.time, self.ascending);
        key(0, &[&self.context.account().id, &call.region, &call.operation, &queries])
    }
}

fn result(query: &Query<'_>, datapoints: &[(i64, f64)], status: &str) -> Value {
    let mut result = vec![
        (Value::from("Id"), Value::from(query.id)),
        (Value::from("Label"), Value::from(query.label.unwrap_or(query.metric.name))),
        (
            Value::from("Timestamps"),
            datapoints.iter().map(|(at, _)| timestamp(*at)).collect::<Vec<_>>().into(),
        ),
        (
            Value::from("Values"),
            datapoints.iter().map(|(_, value)| Value::from(*value)).collect::<Vec<_>>().into(),
        ),
        (Value::from("StatusCode"), Value::from(status)),
    ];
    let message = match status {
        "Forbidden" => Some("You do not have permission to read this metric."),
        "InternalError" => Some("An internal error has occurred."),
        _ => None,
    };
    if let Some(message) = message {
        let message = map([("Code", Value::from(status)), ("Value", Value::from(message))]);
        result.push((Value::from("Messages"), Value::Array(vec![message])));
    }
    Value::Map(result)
}
