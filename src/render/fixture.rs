//! The one inventory that every format is shown on: complete, partial, failed, not enabled, expectedly denied and
//! account-less queries; unknown and absent values; and names that try to get out of their cell.

use serde_json::{Value, json};

use super::{Report, Style, TypeTable, View};
use crate::model::{
    AccountScope, Column, Coverage, Failure, FailureClass, Format, Generator, Inventory, MetricSpec,
    MetricsStatus, MetricsWindow, Note, PartCoverage, Parts, QueryCoverage, Resource, SCHEMA_VERSION, Scope,
    Series, Statistic, Stats, Status, Summary, Timestamp, Unit,
};

pub(super) const EC2: &str = "AWS::EC2::Instance";
pub(super) const RDS: &str = "AWS::RDS::DBInstance";
pub(super) const CLUSTER: &str = "AWS::RDS::DBCluster";
pub(super) const LAMBDA: &str = "AWS::Lambda::Function";
pub(super) const NEPTUNE: &str = "AWS::Neptune::DBInstance";

pub(super) const PROD: &str = "111122223333";
pub(super) const DATA: &str = "123456789012";

/// The declared columns of a type, with those of its metrics.
fn table(
    resource_type: &'static str,
    title: &'static str,
    columns: &[Column],
    metrics: &[MetricSpec],
) -> TypeTable {
    TypeTable { resource_type, title, columns: Column::of_type(columns, metrics) }
}

const fn metric(name: &'static str, unit: Unit, statistics: &'static [Statistic]) -> MetricSpec {
    MetricSpec::new("AWS/Any", name, "Any", unit, statistics)
}

const AVERAGE: &[Statistic] = &[Statistic::Average];
const AVERAGE_MAXIMUM: &[Statistic] = &[Statistic::Average, Statistic::Maximum];
const MAXIMUM: &[Statistic] = &[Statistic::Maximum];
const MINIMUM: &[Statistic] = &[Statistic::Minimum];
const SUM: &[Statistic] = &[Statistic::Sum];

/// The tables of a run that asks for metrics, or of one that does not.
pub(super) fn tables(with_metrics: bool) -> Vec<TypeTable> {
    let asked = |metrics: &[MetricSpec]| if with_metrics { metrics.to_vec() } else { Vec::new() };
    vec![
        table(
            EC2,
            "EC2 instances",
            &[
                Column::text("NAME", "name", 0),
                Column::text("ID", "id", 0),
                Column::text("STATE", "state", 0).format(Format::State),
                Column::text("TYPE", "class", 2),
                Column::number("CPU", "metrics.CPUUtilization.Average", 1),
                Column::number("CPU MAX", "metrics.CPUUtilization.Maximum", 3),
                Column::number("NET IN", "metrics.NetworkIn.Sum", 4),
                Column::number("CHECKS", "metrics.StatusCheckFailed.Maximum", 4),
                Column::number("CREDITS", "metrics.CPUCreditBalance.Minimum", 7),
                Column::text("ZONE", "availability_zone", 6),
                Column::text("PRIVATE IP", "private_ip_address", 5),
                Column::text("PUBLIC IP", "public_ip_address", 6),
                Column::text("PLATFORM", "platform_details", 8),
                Column::text("VPC", "vpc_id", 9),
                Column::text("IMAGE", "image_id", 10),
                Column::text("LAUNCHED", "launch_time", 7).format(Format::Time),
            ],
            &asked(&[
                metric("CPUUtilization", Unit::Percent, AVERAGE_MAXIMUM),
                metric("NetworkIn", Unit::Bytes, SUM),
                metric("StatusCheckFailed", Unit::Count, MAXIMUM),
                metric("CPUCreditBalance", Unit::Count, MINIMUM),
            ]),
        ),
        table(
            RDS,
            "RDS DB instances",
            &[
                Column::text("ID", "id", 0),
                Column::text("STATE", "state", 0).format(Format::State),
                Column::text("CLASS", "class", 2),
                Column::text("ENGINE", "engine", 2),
                Column::text("VERSION", "engine_version", 3),
                Column::number("CPU", "metrics.CPUUtilization.Average", 1),
                Column::first_of(
                    "FREE",
                    "metrics.FreeStorageSpace.Minimum",
                    &[("metrics.FreeLocalStorage.Minimum", Format::Plain)],
                    2,
                ),
                Column::first_of(
                    "LAG",
                    "metrics.ReplicaLag.Maximum",
                    &[("metrics.AuroraReplicaLag.Maximum", Format::Plain)],
                    4,
                ),
                Column::number("STORAGE", "allocated_storage", 3).format(Format::GibiBytes),
                Column::text("MULTI-AZ", "multi_az", 4),
                Column::text("CREATED", "created_at", 5).format(Format::Time),
            ],
            &asked(&[
                metric("CPUUtilization", Unit::Percent, AVERAGE),
                metric("FreeStorageSpace", Unit::Bytes, MINIMUM),
                metric("FreeLocalStorage", Unit::Bytes, MINIMUM),
                metric("ReplicaLag", Unit::Seconds, MAXIMUM),
                metric("AuroraReplicaLag", Unit::Milliseconds, MAXIMUM),
                // As a user adds one in the settings.
                metric("Deadlocks", Unit::CountPerSecond, AVERAGE),
            ]),
        ),
        table(
            CLUSTER,
            "RDS DB clusters",
            &[Column::text("ID", "id", 0), Column::text("STATE", "state", 0).format(Format::State)],
            &[],
        ),
        table(
            LAMBDA,
            "Lambda functions",
            &[
                Column::text("NAME", "name", 0),
                Column::text("RUNTIME", "runtime", 2),
                Column::number("INVOKES", "metrics.Invocations.Sum", 1),
                Column::number("ERRORS", "metrics.Errors.Sum", 1),
                Column::number("DURATION", "metrics.Duration.Average", 2),
                Column::number("P95", "metrics.Duration.p95", 3),
                Column::number("MEMORY", "memory_size", 2).format(Format::MebiBytes),
                Column::number("CODE", "code_size", 4).format(Format::Bytes),
                Column::text("STATE", "state", 3).format(Format::State),
                Column::text("MODIFIED", "modified_at", 4).format(Format::Time),
            ],
            &asked(&[
                metric("Invocations", Unit::Count, SUM),
                metric("Errors", Unit::Count, SUM),
                metric("Duration", Unit::Milliseconds, &[Statistic::Average, Statistic::P95]),
            ]),
        ),
    ]
}

fn at(text: &str) -> Option<Timestamp> {
    Some(Timestamp::parse(text).unwrap())
}

fn resource(resource_type: &str, account: &str, region: &str, id: &str) -> Resource {
    let service = if resource_type == EC2 { "ec2" } else { "rds" };
    Resource::new(
        resource_type.into(),
        format!("arn:aws:{service}:{region}:{account}:{id}"),
        id.to_owned(),
        account.into(),
        region.into(),
    )
}

fn instance(account: &str, region: &str, id: &str, name: Option<&str>, state: &str, class: &str) -> Resource {
    let mut resource = resource(EC2, account, region, id);
    resource.name = name.map(str::to_owned);
    resource.tags.extend(name.map(|name| ("Name".to_owned(), name.to_owned())));
    resource.availability_zone = Some(format!("{region}a"));
    resource.state = Some(state.to_owned());
    resource.class = Some(class.to_owned());
    resource.created_at = at("2025-03-01T08:15:00Z");
    let terminated = state == "terminated";
    let unless_terminated = |value: &str| if terminated { Value::Null } else { json!(value) };
    for (attribute, value) in [
        ("private_ip_address", unless_terminated("10.0.12.34")),
        ("public_ip_address", Value::Null),
        ("platform_details", json!("Linux/UNIX")),
        ("vpc_id", unless_terminated("vpc-0123456789abcdef0")),
        ("image_id", json!("ami-0123456789abcdef0")),
        ("launch_time", json!("2026-11-20T07:30:12Z")),
        ("security_group_ids", json!(["sg-0a1b2c3d", "sg-4e5f6071"])),
        ("ebs_optimized", json!(true)),
    ] {
        resource.attributes.set(attribute, value);
    }
    resource
}

fn database(account: &str, region: &str, id: &str, state: &str, storage: u64) -> Resource {
    let mut resource = resource(RDS, account, region, id);
    resource.name = Some(id.to_owned());
    resource.state = Some(state.to_owned());
    resource.class = Some("db.r6g.xlarge".to_owned());
    resource.created_at = at("2024-06-30T23:59:59Z");
    for (attribute, value) in [
        ("engine", json!("postgres")),
        ("engine_version", json!("16.4")),
        ("allocated_storage", json!(storage)),
        ("multi_az", json!(true)),
    ] {
        resource.attributes.set(attribute, value);
    }
    resource.tags.insert("env".to_owned(), "prod".to_owned());
    resource
}

fn function(account: &str, region: &str, name: &str, memory: u64) -> Resource {
    let mut resource = resource(LAMBDA, account, region, name);
    resource.name = Some(name.to_owned());
    resource.modified_at = at("2026-10-01T10:00:00Z");
    for (attribute, value) in
        [("runtime", json!("python3.13")), ("memory_size", json!(memory)), ("code_size", json!(12_900_000))]
    {
        resource.attributes.set(attribute, value);
    }
    resource.mark_unknown("state");
    resource
}

pub(super) fn resources() -> Vec<Resource> {
    let mut unread = function(DATA, "us-east-1", "export", 128);
    unread.mark_unknown("tags");
    let mut neptune = resource(NEPTUNE, DATA, "eu-west-1", "graph-1");
    neptune.name = Some("graph-1".to_owned());
    neptune.state = Some("available".to_owned());
    neptune.class = Some("db.r6g.large".to_owned());
    neptune.created_at = at("2025-01-01T00:00:00Z");
    let mut started =
        instance(PROD, "eu-west-1", "i-0a11e0000000000a5", Some("=cmd|'/c calc'!A0"), "pending", "t3.micro");
    started.mark_unknown("created_at");
    started.mark_unknown("attributes.public_ip_address");
    let mut tagged =
        instance(PROD, "us-east-1", "i-0a11e0000000000b1", Some("web-1"), "running", "m7g.large");
    tagged.attributes.set("public_ip_address", "203.0.113.7");
    tagged.tags.insert("cost|centre".to_owned(), "R&D <b>\"42\"</b>".to_owned());
    tagged.tags.insert("note".to_owned(), "first\nsecond\x07".to_owned());
    let mut resources = vec![
        instance(PROD, "eu-west-1", "i-0a11e0000000000a1", Some("web-1"), "running", "m7g.large"),
        instance(PROD, "eu-west-1", "i-0a11e0000000000a2", None, "stopped", "t3.micro"),
        instance(
            PROD,
            "eu-west-1",
            "i-0a11e0000000000a3",
            Some("\x1b[31mred\x1b[0m\u{202e}evil"),
            "running",
            "c7i.4xlarge",
        ),
        instance(
            PROD,
            "eu-west-1",
            "i-0a11e0000000000a4",
            Some("東京-バッチ|<script>"),
            "terminated",
            "t3.micro",
        ),
        started,
        tagged,
        instance(
            PROD,
            "us-east-1",
            "i-0a11e0000000000b2",
            Some("an-autoscaled-worker-of-the-nightly-settlement-batch-in-the-second-availability-zone"),
            "shutting-down",
            "x2iedn.metal",
        ),
        database(PROD, "eu-west-1", "orders", "available", 500),
        database(PROD, "eu-west-1", "billing", "storage-full", 2048),
        database(DATA, "eu-west-1", "warehouse", "backing-up", 16_384),
        function(PROD, "eu-west-1", "thumbnail", 1769),
        function(DATA, "eu-west-1", "ingest", 10_240),
        unread,
        neptune,
    ];
    resources.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    // None of these was asked for metrics, unless a test measures them.
    resources.iter_mut().for_each(|resource| resource.unknown.retain(|key| key != "metrics"));
    resources
}

const GIB: f64 = 1_073_741_824.0;

/// What CloudWatch answered of each resource: values, none, some that could not be read, none that could.
fn measured(resources: &mut [Resource]) {
    type Values = &'static [(&'static str, &'static str, Option<f64>)];
    const IDLE: Values = &[
        ("CPUUtilization", "Average", Some(0.4)),
        ("CPUUtilization", "Maximum", Some(1.1)),
        ("NetworkIn", "Sum", Some(900.0)),
        ("StatusCheckFailed", "Maximum", Some(1.0)),
    ];
    let values: [(&str, MetricsStatus, Values, &[&str]); 11] = [
        (
            "i-0a11e0000000000a1",
            MetricsStatus::Complete,
            &[
                ("CPUUtilization", "Average", Some(3.2)),
                ("CPUUtilization", "Maximum", Some(90.1)),
                ("NetworkIn", "Sum", Some(4.5e9)),
                ("StatusCheckFailed", "Maximum", Some(0.0)),
            ],
            &[],
        ),
        // Stopped long before: nothing was asked of it, and there is nothing.
        ("i-0a11e0000000000a2", MetricsStatus::Skipped, &[], &[]),
        (
            "i-0a11e0000000000a3",
            MetricsStatus::Complete,
            &[
                ("CPUUtilization", "Average", None),
                ("CPUUtilization", "Maximum", None),
                ("NetworkIn", "Sum", None),
                ("StatusCheckFailed", "Maximum", None),
            ],
            &[],
        ),
        (
            "i-0a11e0000000000a5",
            MetricsStatus::Partial,
            &[
                ("CPUUtilization", "Average", Some(87.5)),
                ("StatusCheckFailed", "Maximum", Some(0.0)),
                ("CPUCreditBalance", "Minimum", Some(0.0)),
            ],
            &["metrics.CPUUtilization.Maximum", "metrics.NetworkIn.Sum"],
        ),
        ("i-0a11e0000000000b1", MetricsStatus::Failed, &[], &["metrics"]),
        ("i-0a11e0000000000b2", MetricsStatus::Complete, IDLE, &[]),
        (
            "orders",
            MetricsStatus::Complete,
            &[
                ("CPUUtilization", "Average", Some(45.25)),
                ("FreeStorageSpace", "Minimum", Some(212.4 * GIB)),
                ("ReplicaLag", "Maximum", Some(7.0)),
                ("Deadlocks", "Average", Some(0.02)),
            ],
            &[],
        ),
        (
            "billing",
            MetricsStatus::Complete,
            &[
                ("CPUUtilization", "Average", Some(99.98)),
                ("FreeStorageSpace", "Minimum", Some(0.5 * GIB)),
                ("Deadlocks", "Average", Some(0.0)),
            ],
            &[],
        ),
        // As Aurora's are.
        (
            "warehouse",
            MetricsStatus::Partial,
            &[
                ("CPUUtilization", "Average", Some(12.0)),
                ("FreeLocalStorage", "Minimum", Some(64.0 * GIB)),
                ("AuroraReplicaLag", "Maximum", Some(18.6)),
            ],
            &["metrics.Deadlocks.Average"],
        ),
        (
            "thumbnail",
            MetricsStatus::Complete,
            &[
                ("Invocations", "Sum", Some(151_200.0)),
                ("Errors", "Sum", Some(3.0)),
                ("Duration", "Average", Some(123.4)),
                ("Duration", "p95", Some(1_240.0)),
            ],
            &[],
        ),
        (
            "ingest",
            MetricsStatus::Complete,
            &[
                ("Invocations", "Sum", Some(0.0)),
                ("Errors", "Sum", Some(0.0)),
                ("Duration", "Average", None),
                ("Duration", "p95", None),
            ],
            &[],
        ),
    ];
    for (id, status, values, unknown) in values {
        for resource in resources.iter_mut().filter(|resource| resource.id == id) {
            resource.metrics_status = status;
            unknown.iter().for_each(|key| resource.mark_unknown(key));
            for &(metric, statistic, value) in values {
                let known = resource.metrics.entry(metric.to_owned()).or_default();
                known.insert(statistic.to_owned(), value);
            }
        }
    }
    // Left out by the cost limit.
    for resource in resources.iter_mut().filter(|resource| ["export", "graph-1"].contains(&&*resource.id)) {
        resource.mark_unknown("metrics");
    }
}

/// The same with the datapoints behind the values: they rise from nothing to twice the value, with a gap.
pub(super) fn with_series(mut inventory: Inventory) -> Inventory {
    let start = inventory.metrics_window.as_ref().unwrap().start.unix_seconds();
    for resource in &mut inventory.resources {
        let mut series = Series::new();
        for (metric, statistics) in &resource.metrics {
            for (statistic, value) in statistics {
                let points = (0..12).filter(|n| value.is_some() && !(5..7).contains(n));
                let points = points.map(|n| {
                    let at = Timestamp::from_unix(start + n * 300, 0).unwrap();
                    (at, value.unwrap_or_default() * n as f64 / 5.5)
                });
                series.entry(metric.clone()).or_default().insert(statistic.clone(), points.collect());
            }
        }
        resource.series = Some(series);
    }
    inventory
}

fn part(status: Status, failures: Vec<Failure>) -> PartCoverage {
    PartCoverage { status, observed_at: at("2026-11-23T14:00:01Z"), failures }
}

pub(super) fn query(
    account: Option<&str>,
    region: Option<&str>,
    resource_type: &str,
    status: Status,
    failures: Vec<Failure>,
) -> QueryCoverage {
    let tags = match status {
        Status::Complete => part(Status::Complete, Vec::new()),
        _ => PartCoverage::skipped(),
    };
    QueryCoverage {
        account_id: account.map(Into::into),
        region: region.map(Into::into),
        resource_type: resource_type.into(),
        covers: if resource_type == RDS {
            vec![NEPTUNE.into(), RDS.into()]
        } else {
            vec![resource_type.into()]
        },
        status,
        resources: 1,
        pages: 1,
        api_calls: 2,
        retries: 0,
        duration_ms: 120,
        parts: Parts { inventory: part(status, failures), tags, metrics: PartCoverage::skipped() },
    }
}

pub(super) fn denied(service: &str, operation: &str, region: &str) -> Failure {
    Failure {
        code: Some("AccessDenied".to_owned()),
        request_id: Some(format!("8b7c1d9e-0000-4000-8000-{region}")),
        attempts: 1,
        hint: Some(format!(
            "allow {service}:{operation} for this identity; `awsinv iam-policy` prints the policy"
        )),
        ..Failure::new(
            FailureClass::AccessDenied,
            service,
            operation,
            format!(
                "User: arn:aws:sts::{PROD}:assumed-role/Auditor/awsinv is not authorized to perform: \
                 {service}:{operation} on resource: arn:aws:{service}:{region}:{PROD}:* because no identity-based \
                 policy allows the {service}:{operation} action"
            ),
        )
    }
}

fn throttled() -> Failure {
    Failure {
        code: Some("RequestLimitExceeded".to_owned()),
        request_id: Some("5f0c4a52-1111-4222-8333-944455556666".to_owned()),
        attempts: 10,
        hint: Some("try again later, or with a lower --concurrency".to_owned()),
        ..Failure::new(FailureClass::Throttled, "ec2", "DescribeInstances", "Request limit exceeded.")
    }
}

fn metrics_throttled() -> Failure {
    Failure {
        code: Some("Throttling".to_owned()),
        attempts: 10,
        hint: Some("try again later, or with a lower --concurrency".to_owned()),
        ..Failure::new(FailureClass::Throttled, "cloudwatch", "GetMetricData", "Rate exceeded")
    }
}

/// What the cost limit leaves out of a query.
pub(super) fn too_dear(usd: &str) -> Failure {
    Failure::new(
        FailureClass::CostLimit,
        "cloudwatch",
        "GetMetricData",
        format!("The metrics of the whole run cost about ${usd}, which is above the limit of $0.10."),
    )
    .with_hint("raise --max-cost, or ask for less with --type or --region")
}

fn expired() -> Failure {
    Failure::new(
        FailureClass::CredentialsExpired,
        "sts",
        "GetCallerIdentity",
        "The SSO session associated with this profile has expired.",
    )
    .with_hint("aws sso login --profile staging")
}

fn queries() -> Vec<QueryCoverage> {
    let mut queries = Vec::new();
    for account in [PROD, DATA] {
        for region in ["eu-west-1", "us-east-1"] {
            for resource_type in [EC2, RDS, CLUSTER, LAMBDA] {
                let (status, failures) = match (account, region, resource_type) {
                    (DATA, "us-east-1", EC2) => (Status::Partial, vec![throttled()]),
                    (_, "us-east-1", RDS) => {
                        (Status::Failed, vec![denied("rds", "DescribeDBInstances", region)])
                    }
                    (DATA, "us-east-1", CLUSTER) => {
                        (Status::ExpectedDenied, vec![denied("rds", "DescribeDBClusters", region)])
                    }
                    _ => (Status::Complete, Vec::new()),
                };
                let mut query = query(Some(account), Some(region), resource_type, status, failures);
                if (account, region, resource_type) == (DATA, "us-east-1", LAMBDA) {
                    query.parts.tags = part(Status::Failed, vec![denied("tag", "GetResources", region)]);
                }
                let asked = |status, failure: Option<Failure>| part(status, failure.into_iter().collect());
                query.parts.metrics = match (account, region, resource_type) {
                    (PROD, "eu-west-1", EC2) => asked(Status::Partial, Some(metrics_throttled())),
                    (PROD, "us-east-1", EC2) => {
                        asked(Status::Failed, Some(denied("cloudwatch", "GetMetricData", region)))
                    }
                    (DATA, "us-east-1", LAMBDA) => asked(Status::Skipped, Some(too_dear("0.31"))),
                    _ if status == Status::Complete => asked(Status::Complete, None),
                    _ => PartCoverage::skipped(),
                };
                queries.push(query);
            }
        }
        for resource_type in [EC2, RDS, CLUSTER, LAMBDA] {
            queries.push(query(
                Some(account),
                Some("af-south-1"),
                resource_type,
                Status::NotEnabled,
                Vec::new(),
            ));
        }
    }
    for resource_type in [EC2, RDS, CLUSTER, LAMBDA] {
        queries.push(query(None, None, resource_type, Status::Failed, vec![expired()]));
    }
    queries
}

fn account(id: Option<&str>, name: &str) -> AccountScope {
    let known = id.is_some();
    AccountScope {
        id: id.map(Into::into),
        name: name.to_owned(),
        regions: if known { vec!["eu-west-1".into(), "us-east-1".into()] } else { Vec::new() },
        regions_not_enabled: if known { vec!["af-south-1".into()] } else { Vec::new() },
    }
}

pub(super) fn inventory_of(
    resources: Vec<Resource>,
    coverage: Coverage,
    accounts: Vec<AccountScope>,
) -> Inventory {
    let mut summary = Summary::default();
    for resource in &resources {
        summary.count(resource);
    }
    Inventory {
        schema_version: SCHEMA_VERSION,
        generator: Generator { name: "awsinv".to_owned(), version: "0.1.0".to_owned() },
        started_at: at("2026-11-23T14:00:00Z").unwrap(),
        finished_at: at("2026-11-23T14:00:01.234Z").unwrap(),
        scope: Scope { accounts, types: [EC2, LAMBDA, CLUSTER, RDS].map(Into::into).to_vec() },
        metrics_window: None,
        resources,
        coverage,
        summary,
        stats: Stats { elapsed_ms: 1_234, api_calls: 187, retries: 12, throttled: 9, ..Stats::default() },
    }
}

/// The inventory of all cases.
pub(super) fn inventory() -> Inventory {
    let mut resources = resources();
    measured(&mut resources);
    let note = Note {
        account_id: Some(DATA.into()),
        message: "DescribeRegions was denied, so the Regions are those that account:ListRegions names."
            .to_owned(),
        failure: Some(denied("ec2", "DescribeRegions", "us-east-1")),
    };
    let mut inventory = inventory_of(
        resources,
        Coverage::new(queries(), vec![note]),
        vec![account(None, "staging"), account(Some(PROD), "prod"), account(Some(DATA), "data")],
    );
    inventory.metrics_window = at("2026-11-23T13:00:00Z")
        .zip(at("2026-11-23T14:00:00Z"))
        .map(|(start, end)| MetricsWindow { start, end, period_seconds: 3_600 });
    inventory.stats.metrics_requested = 1_234;
    inventory.stats.estimated_cost_usd = 0.01234;
    inventory
}

/// One account and Region, all of it read.
pub(super) fn complete(resources: Vec<Resource>) -> Inventory {
    let queries = [EC2, RDS, CLUSTER, LAMBDA].map(|resource_type| {
        query(Some(PROD), Some("eu-west-1"), resource_type, Status::Complete, Vec::new())
    });
    let mut scope = account(Some(PROD), "prod");
    scope.regions = vec!["eu-west-1".into()];
    let mut inventory = inventory_of(resources, Coverage::new(queries.to_vec(), Vec::new()), vec![scope]);
    inventory.stats = Stats { elapsed_ms: 340, api_calls: 7, ..Stats::default() };
    inventory
}

/// What the format of this name writes.
pub(super) fn rendered(format: &str, inventory: &Inventory, view: &View, style: Style) -> String {
    let tables = tables(inventory.metrics_window.is_some());
    let report = Report { inventory, tables: &tables, view, style };
    let mut out = Vec::new();
    super::format(format).unwrap().render(&report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
