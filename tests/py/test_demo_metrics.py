"""The demo server as CloudWatch: every value is the oracle's, every limit is AWS's, every fault is the one asked for.

boto3 prefers JSON 1.0 for CloudWatch, the Rust SDK speaks rpc-v2-cbor: both are driven here.
"""

import datetime
import time

import botocore.exceptions
import pytest

import oracle
import servers

pytestmark = pytest.mark.demo

PROTOCOLS = ["json", "smithy-rpc-v2-cbor"]
STATISTICS = ["Average", "Sum", "Minimum", "Maximum", "SampleCount", "p50", "p99.9"]
MINUTE, HOUR, DAY = oracle.MINUTE, oracle.HOUR, oracle.DAY


@pytest.fixture(params=PROTOCOLS)
def protocol(request) -> str:
    """Both protocols in which CloudWatch is asked."""
    return request.param


@pytest.fixture(scope="module")
def truth(demo) -> dict:
    """The healthy estate."""
    return demo.estate()


def account(truth: dict) -> dict:
    return truth["accounts"][0]


def client(server: servers.Server, truth: dict, region: str = "eu-west-1", protocol: str | None = None, nth: int = 0):
    """CloudWatch in an account of the estate."""
    credentials = servers.Credentials(truth["accounts"][nth]["access_key_id"])
    found = server.client("cloudwatch", credentials, region, protocol)
    assert protocol in (None, found.meta.service_model.resolved_protocol)
    return found


def here(truth: dict, region: str = "eu-west-1", nth: int = 0) -> list[dict]:
    """The resources of an account in a Region."""
    place = (truth["accounts"][nth]["id"], region)
    return [r for r in truth["resources"] if (r["account_id"], r["region"]) == place]


def metric(resource: dict, name: str) -> dict:
    namespace, dimension, value = oracle.identity(resource)
    return {"Namespace": namespace, "MetricName": name, "Dimensions": [{"Name": dimension, "Value": value}]}


def query(nth: int, resource: dict, name: str, statistic: str = "Average", period: int = 300, **more) -> dict:
    stat = {"Metric": metric(resource, name), "Period": period, "Stat": statistic}
    return {"Id": f"q{nth}", "MetricStat": stat, **more}


def stamp(moment: datetime.datetime) -> int:
    return int(moment.timestamp())


def values(result: dict) -> dict[int, float]:
    return dict(zip(map(stamp, result["Timestamps"]), result["Values"], strict=True))


def minute(ago: float = 0) -> int:
    """The start of a minute that is over for certain."""
    return int(time.time() - ago) // MINUTE * MINUTE - 2 * MINUTE


def pages(cloudwatch, most: int = 200, **arguments) -> list[dict]:
    """Every page of a GetMetricData, or the first so many."""
    found, token = [], {}
    for _ in range(most):
        found.append(cloudwatch.get_metric_data(**arguments, **token))
        if "NextToken" not in found[-1]:
            break
        token = {"NextToken": found[-1]["NextToken"]}
    return found


def busy(truth: dict, count: int) -> list[dict]:
    """Resources that have sent CPUUtilization every minute for months."""
    old = minute(90 * DAY)
    found = [
        r
        for r in here(truth)
        if "DBInstanceIdentifier" in oracle.identity(r)
        and "CPUUtilization" in oracle.metrics(r, truth["seed"])
        and r["created_at"] < old
    ]
    return found[:count]


def refused(call, **arguments) -> tuple[str, str]:
    """The code and message of an error that boto3 raises."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    assert response["ResponseMetadata"]["RequestId"]
    return response["Error"]["Code"], response["Error"]["Message"]


# ---- values -----------------------------------------------------------------------------------------------------------


def check_values(cloudwatch, truth: dict, resources: list[dict], statistics: list[str], period: int, time_range: tuple):
    """Every metric of these resources, in as few requests as it takes; returns how many datapoints were equal."""
    seed, (start, end) = truth["seed"], time_range
    asked = [(r, m, s) for r in resources for m in sorted(oracle.metrics(r, seed)) for s in statistics]
    equal = 0
    for part in batches(asked, 500):
        queries = [query(nth, r, m, s, period) for nth, (r, m, s) in enumerate(part)]
        now = int(time.time())
        answer = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=end)
        assert "NextToken" not in answer
        assert [result["Id"] for result in answer["MetricDataResults"]] == [q["Id"] for q in queries]
        for (r, m, s), result in zip(part, answer["MetricDataResults"], strict=True):
            assert result["StatusCode"] == "Complete" and result["Label"] == m
            wanted = oracle.series(r, seed, m, s, start, end, period, now)
            # To the last bit: both are integers that are divided once, added up in the same order.
            assert values(result) == wanted, (r["id"], m, s)
            assert list(values(result)) == sorted(wanted, reverse=True), "the newest first"
            equal += len(wanted)
    return equal


def batches(all_of_them: list, size: int):
    return (all_of_them[at : at + size] for at in range(0, len(all_of_them), size))


def test_every_metric_of_the_estate_is_the_oracles(demo, truth):
    end = minute()
    equal = 0
    for nth, owner in enumerate(truth["accounts"]):
        for region in owner["regions"]:
            cloudwatch = client(demo, truth, region, nth=nth)
            # Neither aligned to the hour nor a whole number of periods.
            time_range = (end - 3 * HOUR - 17 * MINUTE, end)
            equal += check_values(cloudwatch, truth, here(truth, region, nth), STATISTICS, HOUR, time_range)
    assert equal > 30_000


def test_both_protocols_tell_the_same_values(demo, truth, protocol):
    end = minute()
    cloudwatch = client(demo, truth, protocol=protocol)
    assert check_values(cloudwatch, truth, here(truth), ["Average", "p95"], 300, (end - 50 * MINUTE, end)) > 3000


def test_the_unusual_periods_and_starts_are_the_oracles(demo, truth):
    cloudwatch, end = client(demo, truth), minute()
    resources = here(truth)[::9]
    for period, start in [
        (1, end - 130),
        (5, end - 3 * MINUTE - 7),
        (20, end - 10 * MINUTE - 33),
        (30, end - 10 * MINUTE - 11),
        (60, end - 10 * MINUTE - 11),
        (60, end - HOUR + 1),
        (420, end - 5 * HOUR - 59),
        (DAY, end - 5 * DAY - 12_345),
    ]:
        assert check_values(cloudwatch, truth, resources, ["Average", "SampleCount"], period, (start, end)) > 100


def test_old_data_is_kept_in_long_periods_only(demo, truth):
    """AWS answers with fewer datapoints. The starts are rounded to five minutes, and to the hour."""
    cloudwatch, now = client(demo, truth), int(time.time())
    resources = busy(truth, 2)
    for days, period, seconds in [
        (0.2, 60, HOUR),
        (0.2, 30, HOUR),
        (14.9, 60, HOUR),
        (15.1, 60, HOUR),
        (15.1, 300, HOUR),
        (15.1, 900, HOUR),
        (62.9, 300, HOUR),
        (63.1, 300, 2 * HOUR),
        (63.1, 3600, 9 * HOUR),
        (454.9, 7200, 9 * HOUR),
        (455.2, 3600, 2 * HOUR),
    ]:
        start = int(now - days * DAY) + 7
        kept = days < {30: 0.125, 60: 15, 300: 63, 900: 63}.get(period, 455)
        functions = [r for r in here(truth) if "Invocations" in oracle.metrics(r, truth["seed"])][:5]
        equal = check_values(
            cloudwatch, truth, resources + functions, ["Average"], period, (start, start + seconds)
        )
        assert (equal > 0) == kept, (days, period)


def test_nothing_lies_in_the_future_or_before_the_launch_or_after_the_stop(demo, truth):
    cloudwatch, now = client(demo, truth), int(time.time())
    # The minute under way is not over; the answer may come in the next one.
    [resource] = busy(truth, 1)
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[query(0, resource, "CPUUtilization", period=60)], StartTime=now - HOUR, EndTime=now + HOUR
    )
    newest = max(values(answer["MetricDataResults"][0]))
    assert now - 2 * MINUTE < newest <= time.time() - MINUTE
    stopped = [r for r in here(truth) if r.get("stopped_at") and r["stopped_at"] > now - 400 * DAY]
    assert len(stopped) > 3
    for r in stopped:
        arguments = {"StartTime": r["launched_at"] - 2 * HOUR, "EndTime": r["stopped_at"] + 2 * HOUR}
        asked = [query(0, r, "CPUUtilization", "SampleCount", 3600)]
        found = values(cloudwatch.get_metric_data(MetricDataQueries=asked, **arguments)["MetricDataResults"][0])
        every = 60 if r["monitoring"] == "enabled" else 300
        whole = r["stopped_at"] // every - -(-r["launched_at"] // every)
        assert sum(found.values()) == whole, r["id"]


def test_what_does_not_exist_is_complete_and_empty(demo, truth, protocol):
    cloudwatch, end = client(demo, truth, protocol=protocol), minute()
    [resource] = busy(truth, 1)
    wrong = [query(nth, resource, "CPUUtilization") for nth in range(6)]
    wrong[0]["MetricStat"]["Metric"]["MetricName"] = "NoSuchMetric"
    wrong[1]["MetricStat"]["Metric"]["Namespace"] = "AWS/Nothing"
    wrong[2]["MetricStat"]["Metric"]["Dimensions"] = []
    wrong[3]["MetricStat"]["Metric"]["Dimensions"][0]["Value"] = "i-0123456789abcdef0"
    wrong[4]["MetricStat"]["Unit"] = "Bytes"
    wrong[5]["MetricStat"]["Metric"]["Dimensions"].append({"Name": "Role", "Value": "WRITER"})
    answer = cloudwatch.get_metric_data(MetricDataQueries=wrong, StartTime=end - HOUR, EndTime=end)
    assert [(r["StatusCode"], r["Values"]) for r in answer["MetricDataResults"]] == [("Complete", [])] * 6


def test_labels_return_data_and_order_are_as_asked(demo, truth, protocol):
    cloudwatch, end = client(demo, truth, protocol=protocol), minute()
    [resource] = busy(truth, 1)
    queries = [
        query(0, resource, "CPUUtilization", Label="mine"),
        query(1, resource, "CPUUtilization", "Sum", ReturnData=False),
        query(2, resource, "CPUUtilization", "Maximum"),
    ]
    arguments = {"MetricDataQueries": queries, "StartTime": end - HOUR, "EndTime": end}
    ascending = cloudwatch.get_metric_data(**arguments, ScanBy="TimestampAscending")["MetricDataResults"]
    assert [(r["Id"], r["Label"]) for r in ascending] == [("q0", "mine"), ("q2", "CPUUtilization")]
    descending = cloudwatch.get_metric_data(**arguments)["MetricDataResults"]
    assert ascending[0]["Timestamps"] == descending[0]["Timestamps"][::-1]
    assert ascending[0]["Timestamps"] == sorted(ascending[0]["Timestamps"])


# ---- limits and pages -------------------------------------------------------------------------------------------------


def test_requests_beyond_the_limits_are_validation_errors(demo, truth, protocol):
    cloudwatch, end = client(demo, truth, protocol=protocol), minute()
    [resource] = busy(truth, 1)

    def of(queries=None, **more) -> tuple[str, str]:
        arguments = {"StartTime": end - HOUR, "EndTime": end, **more}
        queries = queries if queries is not None else [query(0, resource, "CPUUtilization")]
        return refused(cloudwatch.get_metric_data, MetricDataQueries=queries, **arguments)

    def one(**more) -> dict:
        return {**query(0, resource, "CPUUtilization"), **more}

    def stat(**more) -> list[dict]:
        return [one(MetricStat={**one()["MetricStat"], **more})]

    demo.reset_calls()
    five_hundred = [query(nth, resource, "CPUUtilization") for nth in range(500)]
    cloudwatch.get_metric_data(MetricDataQueries=five_hundred, StartTime=end - HOUR, EndTime=end)
    for wrong, message in [
        (of([*five_hundred, query(500, resource, "CPUUtilization")]), "size greater than 500"),
        (of([]), "MetricDataQueries is required"),
        (of([one(), one()]), "not unique"),
        (of([one(Id="Q1")]), "^[a-z][a-zA-Z0-9_]*$"),
        (of([one(Id="q-1")]), "expected pattern"),
        (of([one(Id="q" * 256)]), "expected pattern"),
        (of([{"Id": "e1", "Expression": "m1 / 2"}]), "expression"),
        (of([one(Expression="m1")]), "exclude each other"),
        (of([{"Id": "e1"}]), "MetricStat is required"),
        (of(stat(Period=61)), "multiple of 60"),
        (of(stat(Period=15)), "multiple of 60"),
        (of(stat(Period=86_460)), "less than or equal to 86400"),
        (of(stat(Stat="average")), "not a valid statistic"),
        (of(stat(Stat="p101")), "not a valid statistic"),
        (of(stat(Stat="p99.999")), "not a valid statistic"),
        (of(stat(Stat="tm99")), "not a valid statistic"),
        (of(StartTime=end), "must not equal"),
        (of(StartTime=end + 60), "must be less than"),
        (of(MaxDatapoints=100_801), "MaxDatapoints"),
        (of(MaxDatapoints=0), "MaxDatapoints"),
    ]:
        assert wrong[0] == "ValidationError" and message in wrong[1], wrong
    code, _ = of(NextToken="bm9ib2R5")
    assert code == "InvalidNextToken"
    with pytest.raises(cloudwatch.exceptions.InvalidNextToken):
        cloudwatch.get_metric_data(
            MetricDataQueries=[one()], StartTime=end - HOUR, EndTime=end, NextToken="bm9ib2R5"
        )
    assert demo.billed()["metrics_requested"] == 500, "refusals cost nothing"


@pytest.mark.parametrize("limit", [1, 7, 12, 13, 1000])
def test_pages_hold_what_fits_and_every_datapoint_once(demo, truth, protocol, limit):
    cloudwatch, end = client(demo, truth, protocol=protocol), minute()
    first, second = busy(truth, 2)
    queries = [
        query(0, first, "CPUUtilization"),
        query(1, first, "NoSuchMetric"),
        query(2, second, "CPUUtilization"),
        query(3, second, "CPUUtilization", "Maximum", 3600),
        query(4, second, "NoSuchMetric"),
    ]
    arguments = {"MetricDataQueries": queries, "StartTime": end - HOUR, "EndTime": end}
    whole = {r["Id"]: r for r in cloudwatch.get_metric_data(**arguments)["MetricDataResults"]}
    demo.reset_calls()
    found = pages(cloudwatch, **arguments, MaxDatapoints=limit)
    total = sum(len(r["Values"]) for r in whole.values())
    assert total >= 24 and len(found) == -(-total // limit)
    assert demo.billed()["metrics_requested"] == 5 * len(found)
    assert demo.billed()["metrics_requested_on_later_pages"] == 5 * (len(found) - 1)
    together = {}
    for page in found:
        assert sum(len(r["Values"]) for r in page["MetricDataResults"]) <= limit
        for nth, r in enumerate(page["MetricDataResults"]):
            last = "NextToken" in page and nth == len(page["MetricDataResults"]) - 1
            assert r["StatusCode"] == "Complete" or (last and r["StatusCode"] == "PartialData")
            together.setdefault(r["Id"], []).append(r)
    assert list(together) == [q["Id"] for q in queries]
    for name, parts in together.items():
        assert [r["StatusCode"] for r in parts] == ["PartialData"] * (len(parts) - 1) + ["Complete"]
        merged = {at: value for part in parts for at, value in values(part).items()}
        assert list(merged.items()) == list(values(whole[name]).items())


def test_a_token_is_good_for_its_own_request_only(demo, truth):
    cloudwatch, end = client(demo, truth), minute()
    [resource] = busy(truth, 1)
    arguments = {"StartTime": end - HOUR, "EndTime": end, "MaxDatapoints": 3}
    first = cloudwatch.get_metric_data(MetricDataQueries=[query(0, resource, "CPUUtilization")], **arguments)
    other = [query(0, resource, "CPUUtilization", "Sum")]
    token = {"NextToken": first["NextToken"]}
    assert refused(cloudwatch.get_metric_data, MetricDataQueries=other, **arguments, **token)[0] == "InvalidNextToken"


def test_a_hundred_thousand_datapoints_are_two_pages(demo, truth):
    cloudwatch, end = client(demo, truth), minute()
    names = sorted(oracle.metrics(busy(truth, 1)[0], truth["seed"]))[:5]
    queries = [query(nth, busy(truth, 1)[0], name, period=60) for nth, name in enumerate(names)]
    # 14.5 days of minutes are 20,880 datapoints each.
    found = pages(cloudwatch, MetricDataQueries=queries, StartTime=end - 14 * DAY - DAY // 2, EndTime=end)
    assert [sum(len(r["Values"]) for r in page["MetricDataResults"]) for page in found] == [100_800, 5 * 20_880 - 100_800]
    assert found[0]["MetricDataResults"][-1]["StatusCode"] == "PartialData"


def test_datapoints_per_page_makes_many_pages_of_few_datapoints(truth):
    with servers.demo("--datapoints-per-page", "5") as server:
        cloudwatch, end = client(server, truth), minute()
        [resource] = busy(truth, 1)
        arguments = {"StartTime": end - HOUR, "EndTime": end}
        found = pages(cloudwatch, MetricDataQueries=[query(0, resource, "CPUUtilization")], **arguments)
        assert [len(page["MetricDataResults"][0]["Values"]) for page in found[:-1]] == [5] * (len(found) - 1)
        assert len(found) == 3
        assert server.calls()[f"cloudwatch:GetMetricData@eu-west-1/{account(truth)['id']}"] == 3


# ---- the other two operations -----------------------------------------------------------------------------------------


def test_metric_statistics_are_the_oracles(demo, truth, protocol):
    cloudwatch, end, seed = client(demo, truth, protocol=protocol), minute(), truth["seed"]
    demo.reset_calls()
    asked, start = 0, end - 2 * HOUR
    for resource in here(truth)[::5]:
        for name in sorted(oracle.metrics(resource, seed)):
            arguments = {**metric(resource, name), "StartTime": start, "EndTime": end, "Period": 600}
            now, asked = int(time.time()), asked + 2
            answer = cloudwatch.get_metric_statistics(**arguments, Statistics=STATISTICS[:5])
            extended = cloudwatch.get_metric_statistics(**arguments, ExtendedStatistics=STATISTICS[5:])
            assert answer["Label"] == name
            wanted = {s: oracle.series(resource, seed, name, s, start, end, 600, now) for s in STATISTICS}
            for s in STATISTICS[:5]:
                assert {stamp(d["Timestamp"]): d[s] for d in answer["Datapoints"]} == wanted[s]
            for s in STATISTICS[5:]:
                found = {stamp(d["Timestamp"]): d["ExtendedStatistics"][s] for d in extended["Datapoints"]}
                assert found == wanted[s]
            assert {d["Unit"] for d in answer["Datapoints"]} <= {oracle.unit(name)}
    billed = demo.billed()
    assert asked > 100 and (billed["statistics_requests"], billed["metrics_requested"]) == (asked, 0)


def test_metric_statistics_have_their_own_errors(demo, truth, protocol):
    cloudwatch, end = client(demo, truth, protocol=protocol), minute()
    [resource] = busy(truth, 1)

    def of(**more) -> tuple[str, str]:
        arguments = {"StartTime": end - HOUR, "EndTime": end, "Period": 60, "Statistics": ["Sum"], **more}
        arguments = {name: value for name, value in arguments.items() if value is not None}
        return refused(cloudwatch.get_metric_statistics, **metric(resource, "CPUUtilization"), **arguments)

    both = of(ExtendedStatistics=["p50"])
    assert both[0] == "InvalidParameterCombination" and "either" in both[1]
    assert of(Statistics=None)[0] == "InvalidParameterCombination"
    code, message = of(StartTime=end - 1441 * MINUTE)
    assert code == "InvalidParameterCombination" and "1441 datapoints" in message and "1440" in message
    cloudwatch.get_metric_statistics(
        **metric(resource, "CPUUtilization"),
        StartTime=end - 1440 * MINUTE,
        EndTime=end,
        Period=60,
        Statistics=["Sum"],
    )
    for wrong in [
        of(Period=61),
        of(Period=90_000),
        of(StartTime=end),
        of(EndTime=end - 2 * HOUR),
        of(Statistics=["p50"]),
        of(Statistics=None, ExtendedStatistics=["Sum"]),
    ]:
        assert wrong[0] == "InvalidParameterValue", wrong
    with pytest.raises(cloudwatch.exceptions.InvalidParameterCombinationException):
        cloudwatch.get_metric_statistics(
            **metric(resource, "CPUUtilization"), StartTime=end - HOUR, EndTime=end, Period=60
        )


def listed(cloudwatch, **arguments) -> list[tuple]:
    """(namespace, metric, dimension, value) of every metric listed."""
    return [
        (m["Namespace"], m["MetricName"], *(text for d in m["Dimensions"] for text in (d["Name"], d["Value"])))
        for page in cloudwatch.get_paginator("list_metrics").paginate(**arguments)
        for m in page["Metrics"]
    ]


def test_metrics_of_the_past_two_weeks_are_listed_500_a_page(demo, truth, protocol):
    cloudwatch, now = client(demo, truth, protocol=protocol), time.time()

    def lives(r: dict, seconds: float) -> bool:
        return not r.get("stopped_at") or r["stopped_at"] > now - seconds

    def wanted(seconds: float) -> list[tuple]:
        return [
            (namespace, name, dimension, value)
            for r in here(truth)
            for namespace, dimension, value in [oracle.identity(r)]
            for name in oracle.metrics(r, truth["seed"])
            if lives(r, seconds)
        ]

    everything = listed(cloudwatch)
    assert sorted(everything) == sorted(wanted(14 * DAY)) and len(everything) > 500
    assert len(cloudwatch.list_metrics()["Metrics"]) == 500
    assert sorted(listed(cloudwatch, RecentlyActive="PT3H")) == sorted(wanted(3 * HOUR))
    for arguments, passes in [
        ({"Namespace": "AWS/Lambda"}, lambda m: m[0] == "AWS/Lambda"),
        ({"MetricName": "CPUUtilization"}, lambda m: m[1] == "CPUUtilization"),
        ({"Dimensions": [{"Name": "InstanceId"}]}, lambda m: m[2] == "InstanceId"),
        ({"Dimensions": [{"Name": everything[0][2], "Value": everything[0][3]}]}, lambda m: m[3] == everything[0][3]),
        ({"Dimensions": [{"Name": "Role"}]}, lambda _: False),
    ]:
        assert listed(cloudwatch, **arguments) == [m for m in everything if passes(m)], arguments
    assert refused(cloudwatch.list_metrics, NextToken="bm9ib2R5")[0] == "InvalidParameterValue"


# ---- what goes wrong --------------------------------------------------------------------------------------------------


def test_bad_callers_are_refused_in_cloudwatchs_words(demo, truth, protocol):
    stranger = demo.client("cloudwatch", servers.Credentials("AKIAIOSFODNN7EXAMPLE"), "us-east-1", protocol)
    assert refused(stranger.list_metrics)[0] == "InvalidClientTokenId"
    disabled = client(demo, truth, account(truth)["regions_not_enabled"][0], protocol)
    assert refused(disabled.list_metrics)[0] == "InvalidClientTokenId"
    assert refused(client(demo, truth, protocol=protocol).describe_alarms)[0] == "UnknownOperationException"


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        ("throttled", "Throttling", "Rate exceeded"),
        ("denied", "AccessDenied", "cloudwatch:GetMetricData because no identity-based policy allows"),
        ("scp-denied", "AccessDenied", "explicit deny in a service control policy"),
        ("error-500", "InternalServiceError", "internal error"),
        ("error-503", "ServiceUnavailable", "unavailable"),
        ("expired", "ExpiredToken", "expired"),
        ("region-disabled", "InvalidClientTokenId", "invalid"),
    ],
)
def test_faults_are_refusals_in_both_protocols(truth, fault, code, message):
    [resource] = busy(truth, 1)
    end = minute()
    arguments = {"StartTime": end - HOUR, "EndTime": end}
    with servers.demo("--fault", f"{fault}:cloudwatch:GetMetricData@eu-west-1") as server:
        for protocol in PROTOCOLS:
            cloudwatch = client(server, truth, protocol=protocol)
            asked = [query(0, resource, "CPUUtilization")]
            found = refused(cloudwatch.get_metric_data, MetricDataQueries=asked, **arguments)
            assert found[0] == code and message in found[1], found
            assert cloudwatch.list_metrics()["Metrics"]
        assert server.billed()["metrics_requested"] == 0


@pytest.mark.parametrize("fault", ["reset", "truncated", "garbage"])
def test_faults_below_http_break_the_answer(truth, fault):
    with servers.demo("--fault", f"{fault}:ListMetrics") as server:
        for protocol in PROTOCOLS:
            with pytest.raises(Exception) as caught:
                # boto3 takes JSON that it cannot read for an answer without members.
                client(server, truth, protocol=protocol).list_metrics()["Metrics"]
            assert not isinstance(caught.value, botocore.exceptions.ClientError)


def test_faults_of_time_and_of_lists_work_for_cloudwatch_too(truth):
    faults = [
        "slow=0.3:cloudwatch:ListMetrics@us-east-1",
        "dribble=0.3:cloudwatch:ListMetrics@eu-central-1",
        "empty-page:cloudwatch:ListMetrics@eu-west-1",
        "duplicates:cloudwatch:ListMetrics@ap-southeast-2",
    ]
    with servers.demo("--page-size", "20", *(flag for fault in faults for flag in ("--fault", fault))) as server:
        for region in ("us-east-1", "eu-central-1"):
            begun = time.monotonic()
            assert client(server, truth, region, PROTOCOLS[1]).list_metrics()["Metrics"]
            assert time.monotonic() - begun >= 0.3
        everything = listed(client(server, truth, "eu-west-1"))
        assert len(set(everything)) == len(everything) > 500
        again = listed(client(server, truth, "ap-southeast-2"))
        assert len(set(again)) < len(again)


def faulty_pages(truth: dict, fault: str, queries: list[dict], *args: str, most: int = 200) -> list[dict]:
    end = minute()
    with servers.demo("--fault", f"{fault}:GetMetricData", *args) as server:
        cloudwatch = client(server, truth, protocol=PROTOCOLS[1])
        return pages(cloudwatch, most, MetricDataQueries=queries, StartTime=end - HOUR, EndTime=end)


def seven(truth: dict) -> list[dict]:
    return [query(nth, busy(truth, 1)[0], "CPUUtilization", s) for nth, s in enumerate(STATISTICS)]


@pytest.mark.parametrize(
    ("fault", "status", "count"),
    [("partial-data", "PartialData", 6), ("internal-error", "InternalError", 0), ("forbidden", "Forbidden", 0)],
)
def test_every_third_result_has_the_status_asked_for(truth, fault, status, count):
    [page] = faulty_pages(truth, fault, seven(truth))
    assert [r["Id"] for r in page["MetricDataResults"]] == [f"q{nth}" for nth in range(7)]
    for nth, r in enumerate(page["MetricDataResults"]):
        # The hour has 12 or 13 buckets of five minutes, as it begins.
        assert r["StatusCode"] == (status if nth % 3 == 0 else "Complete")
        assert len(r["Values"]) in ((count, count) if nth % 3 == 0 else (12, 13))
        assert bool(r.get("Messages")) == (nth % 3 == 0 and count == 0)


def test_every_third_result_is_lost(truth):
    [page] = faulty_pages(truth, "lost-results", seven(truth))
    assert [r["Id"] for r in page["MetricDataResults"]] == ["q1", "q2", "q4", "q5"]
    assert all(r["StatusCode"] == "Complete" for r in page["MetricDataResults"])


def test_a_query_can_spoil_its_request(truth):
    first, second = busy(truth, 2)
    end = minute()
    arguments = {"StartTime": end - HOUR, "EndTime": end}
    faults = ["--fault", f"invalid-query#id={second['id']}", "--fault", "invalid-query#id=i-0123456789abcdef0"]
    with servers.demo(*faults) as server:
        for protocol in PROTOCOLS:
            cloudwatch = client(server, truth, protocol=protocol)
            both = [query(0, first, "CPUUtilization"), query(1, second, "CPUUtilization")]
            assert refused(cloudwatch.get_metric_data, MetricDataQueries=both, **arguments)[0] == "ValidationError"
            assert cloudwatch.get_metric_data(MetricDataQueries=both[:1], **arguments)["MetricDataResults"]
            both[1]["MetricStat"]["Metric"]["Dimensions"][0]["Value"] = "i-0123456789abcdef0"
            assert refused(cloudwatch.get_metric_data, MetricDataQueries=both, **arguments)[0] == "ValidationError"


def test_pages_repeat_their_token_for_ever(truth):
    for flags in ([], ["--datapoints-per-page", "5"]):
        found = faulty_pages(truth, "repeated-token", seven(truth), *flags, most=4)
        assert len(found) == 4 and len({page["NextToken"] for page in found}) == 1


def test_empty_pages_come_before_each_page(truth):
    found = faulty_pages(truth, "empty-page", seven(truth), "--datapoints-per-page", "40")
    assert [bool(page["MetricDataResults"]) for page in found] == [False, True] * (len(found) // 2)
    assert len(found) in (6, 8)
    tokens = [page["NextToken"] for page in found[:-1]]
    assert len(set(tokens)) == len(tokens)


@pytest.mark.parametrize("limit", ["1", "5", "26", "40"])
def test_pages_begin_with_what_came_before(truth, limit):
    queries = seven(truth)
    found = faulty_pages(truth, "duplicates", queries, "--datapoints-per-page", limit)
    seen = [(r["Id"], at, v) for page in found for r in page["MetricDataResults"] for at, v in values(r).items()]
    assert len(set(seen)) < len(seen) and len({(name, at) for name, at, _ in seen}) == len(set(seen))
    assert len(set(seen)) in (7 * 12, 7 * 13)


def test_published_rates_refuse_what_comes_too_fast(truth):
    with servers.demo("--throttle") as server:
        cloudwatch = client(server, truth)
        codes = []
        for _ in range(60):
            try:
                cloudwatch.list_metrics()
            except botocore.exceptions.ClientError as error:
                codes.append(error.response["Error"]["Code"])
        assert set(codes) <= {"Throttling"}
        counted = server.calls()
        # boto3 asks twice before it gives up.
        assert counted["throttled"][f"cloudwatch:ListMetrics@eu-west-1/{account(truth)['id']}"] > 0
