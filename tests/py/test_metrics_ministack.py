"""Values that boto3 puts into ministack's CloudWatch come back through awsinv: a second CloudWatch beside the demo's.

What must come back is computed here, from the values put within the document's own `metrics_window`, its end excluded.
A percentile is what ministack's `_percentile` says it is: of the n values in ascending order, the one at rank
(n - 1) * p / 100, counted from 0; a rank between two of them is between them in the same proportion. AWS does not say
how it computes one, so only what goes through awsinv unharmed is tested.

ministack is not AWS in one thing that matters here. It counts periods from 1970, AWS from StartTime. One period as long
as the window then becomes two, and an average or a percentile of all of it cannot be had from these. awsinv asks again
with a longer period that holds the whole window; where UTC midnight lies within the window no period up to a day does,
and the value is unknown. What can be added up or compared (sums, counts, extremes) is right in any case.

Values are eighths, so that sums are exact in whatever order they are added, and everything is compared to the last bit.
"""

import dataclasses
import datetime
import json
import random
import time

import pytest

import seeds
import values

pytestmark = pytest.mark.ministack

MINUTE, HOUR, DAY = values.MINUTE, values.HOUR, values.DAY

REGIONS = ["us-east-1", "eu-west-1"]

FIVE = ["Average", "Maximum", "Minimum", "Sum", "SampleCount"]
RANKED = ["Average", "p50", "p95", "p99.9"]
# Asked besides what awsinv asks by itself. Five plain statistics of a metric are cheaper with GetMetricStatistics; the
# others go through GetMetricData.
ASKED = {
    "AWS::EC2::Instance": {
        "CPUUtilization": FIVE,
        "NetworkIn": RANKED,
        "NetworkOut": ["Sum", "SampleCount"],
        "EBSReadBytes": ["Maximum", "Minimum"],
    },
    "AWS::RDS::DBInstance": {
        "CPUUtilization": FIVE,
        "ReadIOPS": RANKED,
        "WriteIOPS": ["Sum", "SampleCount"],
        "FreeableMemory": ["Maximum", "Minimum"],
    },
    "AWS::Lambda::Function": {
        "Invocations": FIVE,
        "Duration": RANKED,
        "Errors": ["Sum", "SampleCount"],
        "Throttles": ["Maximum", "Minimum"],
    },
}
IDENTITY = {
    "AWS::EC2::Instance": ("AWS/EC2", "InstanceId"),
    "AWS::RDS::DBInstance": ("AWS/RDS", "DBInstanceIdentifier"),
    "AWS::Lambda::Function": ("AWS/Lambda", "FunctionName"),
}

# What no value of a resource is, nor any sum of them.
FOREIGN = 2.0**60


@dataclasses.dataclass(frozen=True)
class Put:
    """What was put: (time, value) by Region, type, id and metric, under the one dimension that awsinv asks for."""

    points: dict[tuple[str, str, str, str], list[tuple[int, float]]]
    # A function of which there is something under more dimensions only.
    stranger: str

    def within(self, resource: dict, metric: str, window: tuple[int, int]) -> list[tuple[int, float]]:
        """What was put of a resource's metric in a window."""
        key = (resource["region"], resource["type"], resource["id"], metric)
        return [(at, value) for at, value in self.points.get(key, []) if window[0] <= at < window[1]]


def moments(draw: random.Random, now: int, style: str) -> list[int]:
    """When a metric was emitted: at every full minute that a window may begin or end with, and anywhere between."""
    if style == "once":
        return [now - draw.randrange(11 * MINUTE, 50 * MINUTE)]
    at = [now - now % MINUTE + minute * MINUTE for minute in range(-16, 11)]
    for back in (HOUR, 3 * HOUR, DAY, 3 * DAY):
        at += [now - now % MINUTE - back + minute * MINUTE for minute in range(-8, 9)]
    at += [now - half * HOUR // 2 for half in range(2 * 26)] + [now - hours * HOUR for hours in range(0, 96, 3)]
    at += [now - int(4 * DAY ** draw.random()) for _ in range(60)]
    # A metric that fell silent two hours ago has nothing in a short window, which is not the same as unknown.
    return [each for each in at if each < now - 2 * HOUR] if style == "silent" else at


def put_metric(client, namespace: str, metric: str, dimensions: dict[str, str], points: list[tuple[int, float]]) -> None:
    """Puts datapoints with boto3."""
    data = [
        {
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            "Timestamp": datetime.datetime.fromtimestamp(at, datetime.UTC),
            "Value": value,
        }
        for at, value in points
    ]
    for start in range(0, len(data), 500):
        client.put_metric_data(Namespace=namespace, MetricData=data[start : start + 500])


def chosen(estate: seeds.Estate, region: str) -> list[tuple[str, str]]:
    """The resources of a Region that emit something: types and ids, some of each."""
    ec2 = estate.server.client("ec2", estate.accounts[0].credentials, region)
    running = [
        instance["InstanceId"]
        for reservation in ec2.describe_instances()["Reservations"]
        for instance in reservation["Instances"]
        if instance["State"]["Name"] == "running"
    ]
    # `orders-00000` is a database in both Regions, and a function too.
    databases, functions = {
        "us-east-1": (["ledger", "orders-00000", "aurora-postgresql-0"], ["everything", "orders-00000", "orders-00059"]),
        "eu-west-1": (["orders-00000"], ["untagged-00000"]),
    }[region]
    assert len(running) >= 2
    return [
        *(("AWS::EC2::Instance", each) for each in sorted(running)[:3]),
        *(("AWS::RDS::DBInstance", each) for each in databases),
        *(("AWS::Lambda::Function", each) for each in functions),
    ]


@pytest.fixture(scope="module")
def put(ministack) -> Put:
    """Fills CloudWatch with the last four days and the next ten minutes."""
    draw, now = random.Random(1), int(time.time())
    stranger = "orders-00001"
    made = Put({}, stranger)
    styles = 0
    for region in REGIONS:
        client = ministack.server.client("cloudwatch", ministack.accounts[0].credentials, region)
        for resource_type, resource_id in chosen(ministack, region):
            namespace, dimension = IDENTITY[resource_type]
            for metric in ASKED[resource_type]:
                style = ("whole", "whole", "silent", "whole", "once")[styles % 5]
                styles += 1
                points = [(at, draw.randrange(8 * 10_000) / 8) for at in moments(draw, now, style)]
                put_metric(client, namespace, metric, {dimension: resource_id}, points)
                made.points[region, resource_type, resource_id, metric] = points
                foreign = [(at, FOREIGN) for at, _ in points[:40]]
                for dimensions in ({}, {dimension: resource_id, "Extra": "1"}, {"Extra": resource_id}):
                    put_metric(client, namespace, metric, dimensions, foreign)
                put_metric(client, "Custom/Namespace", metric, {dimension: resource_id}, foreign)
        if region == "us-east-1":
            for metric in ASKED["AWS::Lambda::Function"]:
                more = {"FunctionName": stranger, "Resource": f"{stranger}:live"}
                put_metric(client, "AWS/Lambda", metric, more, [(now - 60 * minute, FOREIGN) for minute in range(30)])
    return made


def toml(asked: dict[str, dict[str, list[str]]]) -> str:
    """The metrics as a settings file has them."""
    return "".join(
        f'[metric."{resource_type}"]\n' + "".join(f"{name} = {json.dumps(stats)}\n" for name, stats in metrics.items())
        for resource_type, metrics in asked.items()
    )


def report(run, estate: seeds.Estate, home, *args: str, asked=ASKED):
    """A run over both Regions that asks for these metrics."""
    config = home / "metrics.toml"
    config.write_text(toml(asked))
    regions = [flag for region in REGIONS for flag in ("-r", region)]
    flags = ["--config", str(config), "--max-cost", "1", "--attempt-timeout", "2m", "-o", "json"]
    return run("report", *regions, *flags, *args, env=estate.environment())


# ---- what must come back -------------------------------------------------------------------------------------------

CUT = "cut by ministack's periods"
UNKNOWABLE = "longer than any period"


def percentile(of: list[float], percent: float) -> float:
    """ministack's definition, see above."""
    ordered = sorted(of)
    rank = (percent / 100.0) * (len(ordered) - 1)
    below = int(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (rank - below) * (ordered[above] - ordered[below])


def statistic(name: str, of: list[float]) -> float:
    """A statistic of at least one value."""
    match name:
        case "Average":
            return sum(of) / len(of)
        case "Maximum":
            return max(of)
        case "Minimum":
            return min(of)
        case "Sum":
            return sum(of)
        case "SampleCount":
            return float(len(of))
    return percentile(of, float(name.removeprefix("p")))


def is_cut(times: list[int], window: tuple[int, int]) -> bool:
    """Whether ministack tells what was put then in several periods, whatever period awsinv may ask for."""
    start, end = window
    length = end - start
    if len({at // length for at in times}) == 1:
        return False
    periods = [hours * HOUR for hours in (1, 2, 3, 4, 6, 8, 12, 24)]
    return not any(period >= length and start // period == (end - 1) // period for period in periods)


def expected(points: list[tuple[int, float]], name: str, window: tuple[int, int], series: bool):
    """The value, `None` = there are no datapoints; or why it cannot be known."""
    folds = name in FIVE[1:]
    length = window[1] - window[0]
    if length > DAY and name not in FIVE:
        return UNKNOWABLE
    if not points:
        return None
    # The sums and counts of short periods make an average, wherever these begin.
    by_sums = name == "Average" and (series or length > DAY)
    if not folds and not by_sums and is_cut([at for at, _ in points], window):
        return CUT
    return statistic(name, [value for _, value in points])


def expected_series(points: list[tuple[int, float]], name: str, period: int) -> list[tuple[int, float]]:
    """The datapoints of short periods, which ministack counts from 1970."""
    buckets: dict[int, list[float]] = {}
    for at, value in points:
        buckets.setdefault(at - at % period, []).append(value)
    return [(at, statistic(name, buckets[at])) for at in sorted(buckets)]


def series_period(window: tuple[int, int]) -> int:
    """How far apart the datapoints of a series are, as `src/metrics/window.rs` has it."""
    length = window[1] - window[0]
    return MINUTE if length <= HOUR // 2 else 5 * MINUTE if length <= DAY else HOUR


def window_of(document: dict) -> tuple[int, int]:
    """The window that was asked for."""
    return values.seconds(document["metrics_window"]["start"]), values.seconds(document["metrics_window"]["end"])


def assert_right(ran, put: Put, series: bool = False) -> dict[str, int]:
    """Everything that a run says of metrics is right; returns how many values there are of each kind."""
    document = ran.document()
    window = window_of(document)
    kinds = {"value": 0, "null": 0, CUT: 0, UNKNOWABLE: 0}
    cut_queries = set()
    for resource in document["resources"]:
        if resource["metrics_status"] == "skipped":
            assert resource["state"] in ("stopped", "terminated") and "metrics" not in resource["unknown"]
            continue
        known, unknown = values.known(resource), values.unknown(resource)
        assert unknown is not None, resource["arn"]
        wanted = {(name, stat) for name, stats in ASKED.get(resource["type"], {}).items() for stat in stats}
        assert wanted <= known.keys() | unknown and not known.keys() & unknown, resource["arn"]
        right = {
            (name, stat): expected(put.within(resource, name, window), stat, window, series)
            for name, stat in known.keys() | unknown
        }
        assert unknown == {key for key, value in right.items() if value in (CUT, UNKNOWABLE)}, resource["arn"]
        for key, value in known.items():
            assert value == right[key], (resource["arn"], key)
        for value in right.values():
            kinds[value if isinstance(value, str) else "null" if value is None else "value"] += 1
        is_partial = CUT in right.values()
        assert resource["metrics_status"] == ("partial" if is_partial else "complete"), resource["arn"]
        if is_partial:
            cut_queries.add((resource["region"], resource["type"]))
        assert ("series" in resource) == series
        if series:
            assert_series_right(resource, put, right, window)
    assert_coverage_right(ran, cut_queries)
    return kinds


def assert_series_right(resource: dict, put: Put, right: dict, window: tuple[int, int]) -> None:
    """A series for every value, those included whose value is longer than any period."""
    here = {(name, stat) for name, stats in resource["series"].items() for stat in stats}
    assert {key for key, value in right.items() if value != CUT} <= here <= right.keys(), resource["arn"]
    for name, stat in here:
        points = [(values.seconds(at), value) for at, value in resource["series"][name][stat]]
        truth = expected_series(put.within(resource, name, window), stat, series_period(window))
        assert points == truth, (resource["arn"], name, stat)


def assert_coverage_right(ran, cut_queries: set[tuple[str, str]]) -> None:
    """What could not be known is named with a reason, and the exit code tells."""
    document = ran.document()
    ran.expect(3 if cut_queries else 0)
    assert document["coverage"]["complete"] is not bool(cut_queries)
    for query in document["coverage"]["queries"]:
        assert query["status"] in ("complete", "not_enabled")
        part = query["parts"]["metrics"]
        if (query["region"], query["type"]) in cut_queries:
            assert part["status"] == "partial"
            assert {failure["class"] for failure in part["failures"]} == {"malformed_response"}
            assert all("several datapoints" in failure["message"] for failure in part["failures"])
        else:
            assert part["status"] == query["status"] and not part["failures"], query


# ---- the tests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("series", [False, True], ids=["values", "series"])
@pytest.mark.parametrize("window", ["10m", "1h", "3h", "24h", "3d"])
def test_every_statistic_of_what_was_put_comes_back(ministack, put, run, tmp_path, window, series):
    ran = report(run, ministack, tmp_path, "--window", window, *(["--series"] if series else []))
    kinds = assert_right(ran, put, series)
    start, end = window_of(ran.document())
    assert end - start == {"10m": 10 * MINUTE, "1h": HOUR, "3h": 3 * HOUR, "24h": DAY, "3d": 3 * DAY}[window]
    # Else the comparison would prove little. Most resources have nothing at all.
    assert kinds["value"] > 50 and kinds["value"] + kinds[CUT] > 80 and kinds["null"] > 500
    crosses_midnight = start // DAY != (end - 1) // DAY
    if window == "24h":
        # Whatever the hour, but for one minute a day.
        assert bool(kinds[CUT]) == crosses_midnight
    elif not crosses_midnight or window == "3d":
        assert kinds[CUT] == 0
    assert bool(kinds[UNKNOWABLE]) == (window == "3d")


def test_both_of_cloudwatchs_apis_were_asked(ministack, put, run, tmp_path):
    """Else half of the above would prove nothing about one of them."""
    document = report(run, ministack, tmp_path, "--window", "10m").document()
    calls = {each["operation"]: each["calls"] for each in document["stats"]["by_operation"]}
    # One for each resource of the three types.
    assert calls["GetMetricStatistics"] >= 150 and calls["GetMetricData"] >= 2


@pytest.mark.parametrize("window", ["since midnight", "across midnight"])
def test_utc_midnight_is_where_averages_become_unknown_and_nothing_becomes_wrong(ministack, put, run, tmp_path, window):
    """At any time of day: these windows are laid around the last midnight."""
    minutes = int(time.time()) % DAY // MINUTE
    length = max(1, minutes) if window == "since midnight" else minutes + 30
    ran = report(run, ministack, tmp_path, "--window", f"{length}m")
    kinds = assert_right(ran, put)
    start, end = window_of(ran.document())
    if start // DAY == (end - 1) // DAY:
        # Known at last by a period of a day, however odd the window.
        assert kinds[CUT] == 0
    elif end - start <= DAY and start % (end - start):
        assert kinds[CUT] > 0


def test_what_was_never_put_is_null_and_complete(ministack, put, run, tmp_path):
    document = report(run, ministack, tmp_path, "--window", "10m").document()
    emitters = {key[:3] for key in put.points}
    silent = [r for r in document["resources"] if (r["region"], r["type"], r["id"]) not in emitters]
    asked = [r for r in silent if r["metrics_status"] != "skipped"]
    assert len(asked) > 150 and {r["type"] for r in asked} >= ASKED.keys()
    for resource in asked:
        assert resource["metrics_status"] == "complete" and resource["metrics"], resource["arn"]
        assert set(values.known(resource).values()) == {None} and values.unknown(resource) == set()


def test_what_was_put_under_other_dimensions_does_not_leak_in(ministack, put, run, tmp_path):
    client = ministack.server.client("cloudwatch", ministack.accounts[0].credentials, "us-east-1")
    # It is really there.
    listed = client.list_metrics(Namespace="AWS/Lambda", MetricName="Invocations")["Metrics"]
    names = [{dimension["Name"] for dimension in each["Dimensions"]} for each in listed]
    assert {"FunctionName", "Extra"} in names and {"FunctionName", "Resource"} in names and set() in names
    ran = report(run, ministack, tmp_path, "--window", "1h", "-s", "lambda")
    assert_right(ran, put)
    assert str(int(FOREIGN)) not in ran.stdout and "e+18" not in ran.stdout.lower()
    [stranger] = [r for r in ran.document()["resources"] if r["id"] == put.stranger]
    assert stranger["metrics_status"] == "complete"
    assert set(values.known(stranger).values()) == {None} and values.unknown(stranger) == set()


def test_the_same_name_in_another_region_or_type_is_another_resource(ministack, put, run, tmp_path):
    document = report(run, ministack, tmp_path, "--window", "3d").document()
    alike = [r for r in document["resources"] if r["id"] == "orders-00000"]
    assert [(r["region"], r["type"]) for r in alike] == [
        ("eu-west-1", "AWS::RDS::DBInstance"),
        ("us-east-1", "AWS::Lambda::Function"),
        ("us-east-1", "AWS::RDS::DBInstance"),
    ]
    first, _, other = (r["metrics"]["CPUUtilization"]["Sum"] if "::DB" in r["type"] else None for r in alike)
    assert None not in (first, other) and first != other


def test_a_percentile_that_one_operation_leaves_out_comes_from_the_other(ministack, put, run, tmp_path):
    """ministack's GetMetricStatistics knows no ExtendedStatistics, and three of a metric are cheaper with it."""
    names = ["p50", "p95", "p99.9"]
    asked = {"AWS::EC2::Instance": {"CPUUtilization": names}}
    ran = report(run, ministack, tmp_path, "--window", "3h", "-s", "ec2", asked=asked)
    window = window_of(ran.document())
    calls = {o["operation"] for o in ran.document()["stats"]["by_operation"]}
    assert {"GetMetricStatistics", "GetMetricData"} <= calls
    emitting = 0
    for resource in ran.document()["resources"]:
        if resource["metrics_status"] == "skipped":
            continue
        points = put.within(resource, "CPUUtilization", window)
        for name in names:
            right = expected(points, name, window, False)
            if right == CUT:
                assert ("CPUUtilization", name) in values.unknown(resource)
            else:
                assert resource["metrics"]["CPUUtilization"][name] == right
                emitting += right is not None
    assert emitting > 0 or window[0] // DAY != (window[1] - 1) // DAY
