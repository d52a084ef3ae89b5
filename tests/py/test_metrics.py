"""CloudWatch values: every one is the oracle's, none is lost without being named, and none costs more than allowed."""

import collections
import json
import random

import pytest

import oracle
import servers
import values

pytestmark = pytest.mark.demo

ESTATE = "--accounts 1 --regions 2 --instances 70 --databases 25 --clusters 6 --functions 40 --page-size 9".split()
QUICK = ["--attempt-timeout", "1500ms", "--max-attempts", "3"]
REGION = "eu-west-1"
DATA = "cloudwatch:GetMetricData"


def report(run, server, *args: str, code: int | None = 0, config: str = "", home=None, quick=QUICK) -> dict:
    """A report of the server's first account."""
    account = server.estate()["accounts"][0]
    env = {
        **servers.Credentials(account["access_key_id"], account["secret_access_key"]).environment(),
        "AWS_REGION": "us-east-1",
    }
    if config:
        path = home / "metrics.toml"
        path.write_text(config)
        args = ("--config", str(path), *args)
    ran = run("report", "--endpoint-url", server.url, "-o", "json", *quick, *args, env=env, timeout=200)
    if code is not None:
        ran.expect(code)
    return ran.document()


def calls(document: dict, operation: str) -> int:
    found = [o["calls"] for o in document["stats"]["by_operation"] if o["operation"] == operation]
    return sum(found)


def parts(document: dict) -> dict[tuple[str, str], dict]:
    """What became of each query's metrics."""
    queries = document["coverage"]["queries"]
    return {(q["region"], q["type"]): q["parts"]["metrics"] for q in queries if q["status"] != "not_enabled"}


@pytest.fixture(scope="module")
def server():
    with servers.demo(*ESTATE) as server:
        yield server


@pytest.fixture(scope="module")
def truth(server) -> values.Truth:
    return values.Truth(server)


@pytest.fixture
def whole(run, server) -> dict:
    return report(run, server)


def test_every_value_is_the_oracles_and_each_metric_of_the_catalogue_is_there(run, server, truth):
    server.reset_calls()
    document = report(run, server)
    assert document["coverage"]["complete"]
    asked = truth.assert_right(document)
    assert asked == document["stats"]["metrics_requested"] == server.billed()["metrics_requested"]
    assert document["stats"]["estimated_cost_usd"] == pytest.approx(asked / 100_000)
    by_type = collections.defaultdict(set)
    for resource in document["resources"]:
        by_type[resource["type"]] |= set(values.known(resource))
    assert by_type["AWS::EC2::Instance"] == {
        ("CPUUtilization", "Average"), ("CPUUtilization", "Maximum"), ("NetworkIn", "Sum"), ("NetworkOut", "Sum"),
        ("EBSReadBytes", "Sum"), ("EBSWriteBytes", "Sum"), ("StatusCheckFailed", "Maximum"),
        ("CPUCreditBalance", "Minimum"),
    }
    assert by_type["AWS::Lambda::Function"] == {
        ("Invocations", "Sum"), ("Errors", "Sum"), ("Throttles", "Sum"), ("Duration", "Average"), ("Duration", "p95"),
        ("Duration", "Maximum"), ("ConcurrentExecutions", "Maximum"),
    }
    assert by_type["AWS::RDS::DBInstance"] == {
        ("CPUUtilization", "Average"), ("CPUUtilization", "Maximum"), ("DatabaseConnections", "Maximum"),
        ("FreeStorageSpace", "Minimum"), ("FreeLocalStorage", "Minimum"), ("FreeableMemory", "Minimum"),
        ("ReadIOPS", "Average"), ("WriteIOPS", "Average"), ("ReplicaLag", "Maximum"), ("AuroraReplicaLag", "Maximum"),
        ("CPUCreditBalance", "Minimum"),
    }


def test_only_what_cannot_have_emitted_is_left_out(run, server, truth, whole):
    window = whole["metrics_window"]
    start = values.seconds(window["start"])
    skipped = [r for r in whole["resources"] if r["metrics_status"] == "skipped"]
    assert skipped
    for resource in skipped:
        assert resource["state"] in ("stopped", "terminated") and resource["type"] != "AWS::RDS::DBCluster"
        # Known to be silent, which is not the same as not asked.
        assert "metrics" not in resource["unknown"] and resource["metrics"] == {}
        for name in oracle.metrics(truth.of(resource), truth.seed):
            assert truth.value(resource, name, "SampleCount", (start, start + 3600), start + 7200) is None


def test_metrics_are_off_with_no_metrics_and_that_is_unknown_not_nothing(run, server):
    server.reset_calls()
    document = report(run, server, "--no-metrics")
    assert document["coverage"]["complete"] and document["metrics_window"] is None
    assert not any(call.startswith("cloudwatch") for call in server.calls())
    for resource in document["resources"]:
        assert (resource["metrics_status"], resource["metrics"]) == ("skipped", {}) and "metrics" in resource["unknown"]
    assert {part["status"] for part in parts(document).values()} == {"skipped"}


@pytest.mark.parametrize("window", ["1m", "5m", "3h", "24h", "25h", "7d", "16d", "64d", "455d"])
def test_every_window_up_to_what_cloudwatch_keeps(run, window):
    # The oracle adds up a year minute by minute, so these are few.
    few = window in ("16d", "64d", "455d")
    counts = (1, 0, 0, 1) if window == "455d" else (2, 1, 0, 2) if few else (6, 3, 1, 4)
    kinds = ("instances", "databases", "clusters", "functions")
    estate = ["--accounts", "1", "--regions", "1"]
    estate += [arg for kind, count in zip(kinds, counts, strict=True) for arg in (f"--{kind}", str(count))]
    with servers.demo(*estate) as server:
        truth = values.Truth(server)
        document = report(run, server, "--window", window, "--max-cost", "1", quick=["--attempt-timeout", "60s"])
    assert document["coverage"]["complete"], parts(document)
    # Sums of many periods are added in another order than the oracle's.
    assert truth.assert_right(document, rel=1e-9) > (10 if few else 50)
    long = window in ("25h", "7d", "16d", "64d", "455d")
    for resource in document["resources"]:
        if resource["type"] == "AWS::Lambda::Function":
            assert resource["metrics_status"] == "complete"
            assert (("Duration", "p95") in values.known(resource)) != long
            assert values.unknown(resource) == ({("Duration", "p95")} if long else set())
    kept = [value for r in document["resources"] for value in values.known(r).values() if value is not None]
    # EC2 and RDS send what happened in a minute, or in five, when it is over.
    assert len(kept) > 5 or window in ("1m", "5m")


@pytest.mark.parametrize("window", ["30m", "3h", "2d", "15d"])
def test_series_are_the_oracles_datapoints_and_make_the_same_values(run, window):
    estate = "--accounts 1 --regions 1 --instances 4 --databases 2 --clusters 1 --functions 3".split()
    with servers.demo(*estate) as server:
        truth = values.Truth(server)
        document = report(run, server, "--series", "--window", window, "--max-cost", "1")
    assert document["coverage"]["complete"]
    truth.assert_right(document, rel=1e-9)
    start, end = (values.seconds(document["metrics_window"][edge]) for edge in ("start", "end"))
    now = values.seconds(document["finished_at"])
    datapoints = 0
    for resource in document["resources"]:
        wanted = set(values.known(resource)) | (values.unknown(resource) or set())
        series = {(name, stat) for name, stats in resource["series"].items() for stat in stats}
        if resource["metrics_status"] != "skipped":
            assert series == wanted, resource["arn"]
        for name, stat in series:
            points = [(values.seconds(at), value) for at, value in resource["series"][name][stat]]
            assert points == sorted(points)
            steps = {b - a for (a, _), (b, _) in zip(points, points[1:], strict=False)}
            period = {"30m": 60, "3h": 300, "2d": 3600, "15d": 86_400}[window]
            assert all(step % period == 0 for step in steps)
            for at, value in points[:-1]:
                truth_there = truth.value(resource, name, stat, (at, min(at + period, end)), now)
                assert value == pytest.approx(truth_there, rel=1e-12), (resource["arn"], name, stat, at)
            datapoints += len(points)
    assert datapoints > 200


CHANGES = """
[metric."AWS::EC2::Instance"]
CPUUtilization = ["Average", "Minimum", "Maximum", "p99.9"]
NetworkIn = false
DiskReadOps = { statistics = ["Sum"], unit = "Count" }

[metric."AWS::Lambda::Function"]
Invocations = ["sum", "SampleCount", "Sum"]
"""


def test_metrics_and_statistics_are_the_users(run, server, truth, tmp_path):
    document = report(run, server, config=CHANGES, home=tmp_path)
    truth.assert_right(document)
    instance = next(r for r in document["resources"] if r["type"] == "AWS::EC2::Instance" and r["metrics"])
    assert set(instance["metrics"]["CPUUtilization"]) == {"Average", "Minimum", "Maximum", "p99.9"}
    assert "NetworkIn" not in instance["metrics"]
    # CloudWatch knows of no such metric in the estate: asked, answered, and there is nothing.
    assert instance["metrics"]["DiskReadOps"] == {"Sum": None} and instance["metrics_status"] == "complete"
    function = next(r for r in document["resources"] if r["type"] == "AWS::Lambda::Function")
    assert set(function["metrics"]["Invocations"]) == {"Sum", "SampleCount"}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('[metric."AWS::EC2::Instances"]\nCPUUtilization = false', ["AWS::EC2::Instances", "AWS::EC2::Instance"]),
        ('[metric."AWS::EC2::Instance"]\nCPUUtilisation = false', ["CPUUtilisation", "CPUUtilization"]),
        ('[metric."AWS::EC2::Instance"]\nDiskReadOps = ["Sum"]', ["DiskReadOps", "by itself"]),
        ('[metric."AWS::EC2::Instance"]\nCPUUtilization = ["Mean"]', ["CPUUtilization", "`Mean`", "Average"]),
        ('[metric."AWS::EC2::Instance"]\nCPUUtilization = ["p101"]', ["`p101`"]),
        ('[metric."AWS::EC2::Instance"]\nX = { statistics = ["Sum"], unit = "Apples" }', ["X", "`Apples`", "Bytes"]),
        ('[metric."AWS::EC2::Instance"]\nCPUUtilization = []', ["CPUUtilization", "false"]),
        ('[metric."AWS::EC2::Instance"]\n" X" = { statistics = ["Sum"] }', ["metric of that name", '" X"']),
        ('[metric."AWS::EC2::Instance"]\nX = { statistics = ["Sum"], namespace = ":a" }', ["namespace", '":a"']),
        ('[metric."AWS::EC2::Instance"]\nX = { statistics = ["Sum"], dimension = "é" }', ["dimension", '"é"']),
    ],
)
def test_what_makes_no_sense_in_the_settings_is_named(run, tmp_path, config, said):
    path = tmp_path / "metrics.toml"
    path.write_text(config)
    ran = run("report", "--demo", "--config", str(path)).expect(2)
    assert all(word in ran.stderr for word in said), ran.stderr


# Faults that pass by: all is there in the end. The second of each list is how many times CloudWatch fails so.
@pytest.mark.parametrize(
    "fault",
    ["throttled", "error-500", "error-503", "reset", "truncated", "garbage", "hang", "partial-data", "internal-error",
     "lost-results"],
)
def test_a_fault_that_passes_costs_no_value(run, whole, fault):
    with servers.demo(*ESTATE, "--fault", f"{fault}:{DATA}@{REGION}#times=2") as server:
        document = report(run, server)
        truth = values.Truth(server)
    truth.assert_right(document)
    assert document["coverage"]["complete"], parts(document)
    values.assert_nothing_hidden(document, whole)


LASTING = {
    "throttled": "throttled",
    "error-500": "service_error",
    "error-503": "service_error",
    "reset": "connectivity",
    "truncated": "malformed_response|connectivity",
    "garbage": "malformed_response",
    "hang": "timeout",
    "denied": "access_denied",
    "scp-denied": "denied_by_scp",
    "expired": "credentials_expired",
    "partial-data": "service_error",
    "internal-error": "service_error",
    "forbidden": "access_denied",
    "lost-results": "malformed_response",
}


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("after", [0, 1])
def test_a_fault_that_lasts_makes_values_unknown_never_null_and_keeps_the_inventory(run, whole, fault, after):
    # After the first request of the Region, or from it on.
    with servers.demo(*ESTATE, "--fault", f"{fault}:{DATA}@{REGION}#after={after}") as server:
        document = report(run, server, "--max-cost", "1", code=3)
        truth = values.Truth(server)
        truth.assert_right(document)
    values.assert_nothing_hidden(document, whole)
    assert all(q["status"] in ("complete", "not_enabled") for q in document["coverage"]["queries"])
    failed = {place: part for place, part in parts(document).items() if part["status"] != "complete"}
    assert failed and {region for region, _ in failed} == {REGION}
    for part in failed.values():
        assert part["status"] in ("partial", "failed")
        assert {f["class"] for f in part["failures"]} <= set(LASTING[fault].split("|")), part
        assert all(f["service"] == "cloudwatch" and f["operation"] == "GetMetricData" for f in part["failures"])
    # Charged to the queries that had a series in what failed, and to them only.
    for (region, kind), part in parts(document).items():
        here = [r for r in document["resources"] if r["region"] == region and r["type"].split("::")[2] in kind]
        lost = any(r["metrics_status"] in ("partial", "failed") for r in here if same_query(r["type"], kind))
        assert lost == (part["status"] != "complete"), (region, kind)


def same_query(resource_type: str, query_type: str) -> bool:
    """RDS's queries speak for Neptune and DocumentDB too."""
    databases = ("RDS", "Neptune", "DocDB")
    one, other = resource_type.split("::"), query_type.split("::")
    return one[2] == other[2] and (one[1] == other[1] or {one[1], other[1]} <= set(databases))


def test_one_invalid_query_among_many_costs_itself_alone(run, whole, server):
    resource = next(
        r for r in whole["resources"]
        if r["region"] == REGION and r["type"] == "AWS::EC2::Instance" and r["metrics_status"] == "complete"
    )
    with servers.demo(*ESTATE, "--fault", f"invalid-query:{DATA}#id={resource['id']}") as server:
        document = report(run, server, code=3)
        values.Truth(server).assert_right(document)
        billed = server.billed()["metrics_requested"]
    values.assert_nothing_hidden(document, whole)
    for theirs, ours in zip(whole["resources"], document["resources"], strict=True):
        assert ours["metrics_status"] == ("failed" if ours["id"] == resource["id"] else theirs["metrics_status"])
    [part] = [part for part in parts(document).values() if part["status"] != "complete"]
    assert part["status"] == "partial" and "Validation" in part["failures"][0]["code"]
    # What AWS refuses it does not charge for.
    assert document["stats"]["metrics_requested"] == billed == whole["stats"]["metrics_requested"] - len(values.known(resource))


def test_pages_of_datapoints_are_followed_to_the_last(run):
    estate = "--accounts 1 --regions 1 --instances 20 --databases 6 --clusters 2 --functions 10".split()
    with servers.demo(*estate, "--datapoints-per-page", "37") as server:
        document = report(run, server, "--series", "--max-cost", "5")
        assert values.Truth(server).assert_right(document, rel=1e-9) > 100
        assert calls(document, "GetMetricData") > 20
        assert document["coverage"]["complete"], parts(document)


def test_a_token_that_repeats_ends_the_pages_and_what_is_not_whole_is_unknown(run):
    estate = "--accounts 1 --regions 1 --instances 20 --databases 6 --clusters 2 --functions 10".split()
    with servers.demo(*estate) as healthy:
        whole = report(run, healthy)
    with servers.demo(*estate, "--datapoints-per-page", "37", "--fault", f"repeated-token:{DATA}") as server:
        document = report(run, server, "--max-cost", "5", code=3)
        assert values.Truth(server).assert_right(document) > 0
    values.assert_nothing_hidden(document, whole)
    classes = {f["class"] for part in parts(document).values() for f in part["failures"]}
    assert classes == {"malformed_response"}


FIVE = """
[metric."AWS::EC2::Instance"]
CPUUtilization = ["Average"]
StatusCheckFailed = false
CPUCreditBalance = false
"""
TEN_THOUSAND = "--accounts 1 --regions 1 --instances 10000 --databases 0 --clusters 0 --functions 0 --all-running".split()


@pytest.fixture(scope="module")
def ten_thousand():
    with servers.demo(*TEN_THOUSAND) as server:
        yield server


def test_ten_thousand_instances_with_five_metrics_take_a_hundred_requests(run, ten_thousand, tmp_path):
    ten_thousand.reset_calls()
    document = report(run, ten_thousand, "-s", "ec2", "--max-cost", "0.50", config=FIVE, home=tmp_path)
    assert sum(r["metrics_status"] == "complete" for r in document["resources"]) == 10_000
    assert calls(document, "GetMetricData") == 100
    assert document["stats"]["estimated_cost_usd"] == 0.5
    assert ten_thousand.billed() | {"metrics_requested_on_later_pages": 0} == ten_thousand.billed()
    assert ten_thousand.billed()["metrics_requested"] == 50_000
    assert values.Truth(ten_thousand).assert_right(document) == 50_000


@pytest.mark.parametrize("most", ["0.01", "0.00999", "0", "0.10", "0.49999"])
def test_no_request_goes_above_max_cost_and_the_rest_is_named(run, ten_thousand, tmp_path, most):
    ten_thousand.reset_calls()
    args = ["report", "--endpoint-url", ten_thousand.url, "-s", "ec2", "-o", "json"]
    document = report(run, ten_thousand, "-s", "ec2", "--max-cost", most, code=3, config=FIVE, home=tmp_path)
    allowed = round(float(most) * 100_000)
    billed = ten_thousand.billed()
    assert billed["metrics_requested"] == document["stats"]["metrics_requested"] == allowed, args
    assert billed["statistics_requests"] == 0
    assert document["stats"]["estimated_cost_usd"] == float(most)
    assert len(document["resources"]) == 10_000
    [part] = parts(document).values()
    assert part["status"] == ("skipped" if most == "0" else "partial")
    [failure] = part["failures"]
    assert failure["class"] == "cost_limit" and "$0.50" in failure["message"] and "--max-cost 0.50" in failure["hint"]
    asked = [r for r in document["resources"] if r["metrics_status"] == "complete"]
    assert len(asked) == allowed // 5
    assert all("metrics" in r["unknown"] for r in document["resources"] if r["metrics_status"] == "skipped" and r["state"] == "running")


def test_concurrent_regions_share_the_budget_and_never_overshoot(run):
    estate = "--accounts 1 --regions 17 --instances 60 --databases 0 --clusters 0 --functions 30".split()
    for fault, least in (("throttled", 900), ("error-500", 100)):
        # CloudWatch may have charged for what it failed to answer, and does not for what it throttled.
        with servers.demo(*estate, "--fault", f"{fault}:{DATA}#times=1") as server:
            document = report(run, server, "--max-cost", "0.01", code=3)
            billed = server.billed()["metrics_requested"]
        assert least <= billed <= document["stats"]["metrics_requested"] <= 1000
        assert len(document["resources"]) == 17 * 90


def test_a_random_plan_under_random_faults_has_no_wrong_value(run, tmp_path):
    """Property: whatever is asked and whatever fails, each value is the oracle's, or named as unknown."""
    seed = random.SystemRandom().randrange(1 << 32)
    draw = random.Random(seed)
    statistics = ["Average", "Maximum", "Minimum", "Sum", "SampleCount", "p50", "p99"]
    for _ in range(10):
        picked = {
            kind: {name: draw.sample(statistics, draw.randint(1, 5)) for name in draw.sample(names, draw.randint(1, len(names)))}
            for kind, names in {
                "AWS::EC2::Instance": ["CPUUtilization", "NetworkIn", "StatusCheckFailed"],
                "AWS::RDS::DBInstance": ["CPUUtilization", "FreeableMemory", "ReadIOPS"],
                "AWS::Lambda::Function": ["Invocations", "Duration", "Errors"],
            }.items()
        }
        config = "".join(
            f'[metric."{kind}"]\n' + "".join(f"{name} = {json.dumps(stats)}\n" for name, stats in named.items())
            for kind, named in picked.items()
        )
        kinds = ["throttled", "error-500", "reset", "garbage", "truncated", "partial-data", "internal-error", "forbidden",
                 "lost-results", "denied", "duplicates", "empty-page", "repeated-token"]
        faults = [
            f"{draw.choice(kinds)}:cloudwatch:{draw.choice(['GetMetricData', 'GetMetricStatistics', '*'])}"
            f"#after={draw.randint(0, 3)},times={draw.randint(1, 6)}"
            for _ in range(draw.randint(0, 3))
        ]
        estate = ["--accounts", "1", "--regions", "2", "--instances", str(draw.randint(0, 40)), "--databases",
                  str(draw.randint(0, 20)), "--clusters", "2", "--functions", str(draw.randint(0, 30)), "--seed",
                  str(draw.randint(1, 99)), "--page-size", str(draw.randint(3, 30))]
        paged = ["--datapoints-per-page", str(draw.randint(20, 400))] if draw.random() < 0.5 else []
        args = ["--window", draw.choice(["10m", "1h", "24h", "3d"]), "--max-cost",
                draw.choice(["0.001", "0.01", "5"])] + (["--series"] if draw.random() < 0.4 else [])
        told = f"seed {seed}: {estate} {paged} {faults} {args}\n{config}"
        with servers.demo(*estate) as server:
            whole = report(run, server, *args[:2], "--max-cost", "50", config=config, home=tmp_path)
        with servers.demo(*estate, *paged, *(a for fault in faults for a in ("--fault", fault))) as server:
            document = report(run, server, *args, code=None, config=config, home=tmp_path)
            billed = server.billed()
            truth = values.Truth(server, int(estate[estate.index("--seed") + 1]))
        try:
            truth.assert_right(document, rel=1e-9)
            if "3d" not in args:
                values.assert_nothing_hidden(document, whole)
            spent = document["stats"]["metrics_requested"]
            assert spent <= round(float(args[3]) * 100_000)
            assert billed["metrics_requested"] + billed["statistics_requests"] <= spent + 1e-9
        except AssertionError as error:
            raise AssertionError(told) from error
