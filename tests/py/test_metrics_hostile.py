"""A CloudWatch that says odd things: no value is wrong, none is null for not knowing, the inventory stays whole, and
what is answered never costs more than what is told and allowed."""

import concurrent.futures
import datetime
import json
import random
import signal
import subprocess
import time

import pytest

import awsinv
import hostile
import servers
import values
from hostile import DATA, STATISTICS, At, Closed, Raw, error

pytestmark = pytest.mark.demo

ESTATE = "--accounts 1 --regions 2 --instances 12 --databases 5 --clusters 2 --functions 6 --page-size 5".split()
RUNNING = "--accounts 1 --regions 1 --instances 100 --databases 0 --clusters 0 --functions 0 --all-running".split()
MANY = "--accounts 1 --regions 1 --instances 0 --databases 0 --clusters 0 --functions 5500".split()
# The oracle adds up days minute by minute, so these are few.
FEW = "--accounts 1 --regions 1 --instances 5 --databases 2 --clusters 0 --functions 3".split()
QUICK = ["--attempt-timeout", "2s", "--max-attempts", "2"]


def environment(upstream) -> dict[str, str]:
    account = upstream.estate()["accounts"][0]
    credentials = servers.Credentials(account["access_key_id"], account["secret_access_key"])
    return {**credentials.environment(), "AWS_REGION": "us-east-1"}


def most(args: tuple[str, ...]) -> int:
    """What `--max-cost` allows, in thousandths of a cent."""
    return round(float(args[args.index("--max-cost") + 1]) * 100_000) if "--max-cost" in args else 10_000


@pytest.fixture
def ask(run, tmp_path):
    """`ask(server, answer, *args)`: a document of the server through the proxy, and the proxy."""

    def ask_here(upstream, answer, *args: str, code: int | None = None, config: str = "", quick=QUICK):
        env = environment(upstream)
        if config:
            (tmp_path / "metrics.toml").write_text(config)
            args = ("--config", str(tmp_path / "metrics.toml"), *args)
        with hostile.before(upstream, answer) as proxy:
            ran = run("report", "--endpoint-url", proxy.url, "-o", "json", *quick, *args, env=env, timeout=100)
        if code is not None:
            ran.expect(code)
        assert "panic" not in ran.stderr
        document = ran.document()
        assert proxy.cost <= document["stats"]["metrics_requested"] <= most(args), ran.stderr
        assert all(size <= 500 for size in proxy.sizes), proxy.sizes
        return document, proxy

    return ask_here


@pytest.fixture(scope="module")
def estate():
    with servers.demo(*ESTATE) as server:
        yield server


@pytest.fixture(scope="module")
def running():
    with servers.demo(*RUNNING) as server:
        yield server


@pytest.fixture(scope="module")
def few():
    with servers.demo(*FEW) as server:
        yield server


@pytest.fixture(scope="module")
def truth(estate) -> values.Truth:
    return values.Truth(estate)


@pytest.fixture
def whole(ask, estate) -> dict:
    return ask(estate, hostile.honest, code=0)[0]


def altered(change):
    """CloudWatch's own answer, after `change(ask, answer)`, which may also answer something else."""

    def answer(ask):
        if ask.operation != DATA:
            return ask.raw()
        said = ask.honest()
        return change(ask, said) or said

    return answer


def each(change):
    """CloudWatch's own answer, after `change(ask, result)` of each result."""

    def all_of_them(ask, said):
        for result in said["MetricDataResults"]:
            change(ask, result)

    return altered(all_of_them)


def in_two_pages(second):
    """All of it, Complete, and then `second(ask, answer)`."""

    def answer(ask, said):
        if "NextToken" in ask.input:
            return second(ask, said)
        return said | {"NextToken": "more"}

    return altered(answer)


def failures(document: dict) -> list[dict]:
    return [f for query in document["coverage"]["queries"] for f in query["parts"]["metrics"]["failures"]]


def statuses(document: dict) -> set[str]:
    return {resource["metrics_status"] for resource in document["resources"]}


SOUND = {
    "another order": altered(lambda ask, said: said["MetricDataResults"].reverse()),
    "each twice": altered(lambda ask, said: said | {"MetricDataResults": said["MetricDataResults"] * 2}),
    "what nobody asked": altered(
        lambda ask, said: said["MetricDataResults"].append(
            {"Id": "q9999", "StatusCode": "Complete", "Timestamps": [At(ask.start)], "Values": [1.0]}
        )
    ),
    "more members": each(lambda ask, result: result.update(Extra={"a": [1, None, {"b": b"x"}]})),
    "datapoints twice": each(
        lambda ask, result: result.update(Timestamps=result["Timestamps"] * 2, Values=result["Values"] * 2)
    ),
    "an empty token": altered(lambda ask, said: said | {"NextToken": ""}),
    "another content type": lambda ask: Raw(ask.raw().body, content_type="text/plain", headers={}),
    "whole, then in part": in_two_pages(
        lambda ask, said: [result.update(StatusCode="PartialData") for result in said["MetricDataResults"]] and None
    ),
    "whole, then an error": in_two_pages(lambda ask, said: error(500, "InternalServiceFault")),
    "whole, then nothing": in_two_pages(lambda ask, said: {}),
    "in part, then whole": altered(
        lambda ask, said: None
        if "NextToken" in ask.input
        else {"NextToken": "n", "MetricDataResults": [r | {"StatusCode": "PartialData"} for r in said["MetricDataResults"]]}
    ),
    "fails twice": lambda ask: (error(500, "InternalServiceFault"), Closed)[ask.number] if ask.number < 2 else ask.raw(),
}


@pytest.fixture(scope="module")
def asked(estate, tmp_path_factory):
    """How each of SOUND and SENSELESS was read: most of it is waiting, so they are asked side by side."""

    # Made one after the other: pytest's numbering is not made for threads.
    homes = {shape: tmp_path_factory.mktemp("home") for shape in SOUND | SENSELESS}

    def ask(answer, home):
        with hostile.before(estate, answer) as proxy:
            args = ["report", "--endpoint-url", proxy.url, "-o", "json", "--attempt-timeout", "10s", "--max-attempts", "3"]
            return awsinv.run(args, home=home, env=environment(estate), timeout=100), proxy

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return {shape: pool.submit(ask, answer, homes[shape]) for shape, answer in (SOUND | SENSELESS).items()}


def read(asked, shape: str, code: int) -> dict:
    ran, proxy = asked[shape].result()
    document = ran.expect(code).document()
    assert "panic" not in ran.stderr
    assert proxy.cost <= document["stats"]["metrics_requested"] <= 10_000
    return document


@pytest.mark.parametrize("shape", SOUND)
def test_an_answer_in_another_shape_is_the_same_answer(asked, truth, whole, shape):
    document = read(asked, shape, 0)
    truth.assert_right(document)
    values.assert_nothing_hidden(document, whole)
    assert statuses(document) == statuses(whole)


ENDLESS = float("inf")
SENSELESS = {
    "no number": each(lambda ask, r: r.update(Values=[float("nan")] * len(r["Values"]))),
    "infinity": each(lambda ask, r: r.update(Values=[-ENDLESS] * len(r["Values"]))),
    "more times than values": each(lambda ask, r: r.update(Timestamps=r["Timestamps"] + [At(ask.start)])),
    "more values than times": each(lambda ask, r: r.update(Values=r["Values"] + [1.0])),
    "times without values": each(lambda ask, r: r.pop("Values")),
    "whole numbers, which CBOR tells apart": each(lambda ask, r: r.update(Values=[7] * len(r["Values"]))),
    "other names": each(lambda ask, r: r.update(Id=r["Id"].upper())),
    "two values for each time": altered(
        lambda ask, said: said["MetricDataResults"].extend(
            [r | {"Values": [value + 1 for value in r["Values"]]} for r in said["MetricDataResults"]]
        )
    ),
    "no status": each(lambda ask, r: r.pop("StatusCode")),
    "an unknown status": each(lambda ask, r: r.update(StatusCode="Splendid")),
    "in part for ever": each(lambda ask, r: r.update(StatusCode="PartialData")),
    "in part, then nothing": altered(
        lambda ask, said: {"MetricDataResults": []}
        if "NextToken" in ask.input
        else [r.update(StatusCode="PartialData") for r in said["MetricDataResults"]] and said | {"NextToken": "n"}
    ),
    "in part, then an error": altered(
        lambda ask, said: error(400, "ValidationError")
        if "NextToken" in ask.input
        else [r.update(StatusCode="PartialData") for r in said["MetricDataResults"]] and said | {"NextToken": "n"}
    ),
    "no results": altered(lambda ask, said: {"MetricDataResults": []}),
    "no list of results": altered(lambda ask, said: {"Messages": []}),
    "times before the window": each(lambda ask, r: r.update(Timestamps=[At(ask.start - 3600)] * len(r["Values"]))),
    "times after it": each(lambda ask, r: r.update(Timestamps=[At(ask.start + 3600)] * len(r["Values"]))),
    "times that are none": each(lambda ask, r: r.update(Timestamps=[At(float("nan"))] * len(r["Values"]))),
    "times beyond all time": each(lambda ask, r: r.update(Timestamps=[At(1e300)] * len(r["Values"]))),
    "times beyond 64 bits": each(lambda ask, r: r.update(Timestamps=[At(2**64 - 1)] * len(r["Values"]))),
    "CBOR that ends too soon": lambda ask: Raw(ask.raw().body[:-7]),
    "CBOR and something more": lambda ask: Raw(ask.raw().body + b"\0"),
    "no body": lambda ask: Raw(b""),
    "a page of a proxy": lambda ask: Raw(b"<html>sign in</html>", content_type="text/html", headers={}),
    "a moved page": lambda ask: Raw(b"", 302, headers={"location": "/elsewhere"}),
    "half a body": lambda ask: Raw(ask.raw().body, cut=60),
    "a closed connection": lambda ask: Closed,
    "400 and a word": lambda ask: error(400, "Strange"),
    "400 and no word": lambda ask: error(400, None),
    "400 of each": lambda ask: error(400, "ValidationError"),
    "413": lambda ask: error(413, "RequestEntityTooLarge"),
    "429": lambda ask: error(429, None),
    "503": lambda ask: error(503, "ServiceUnavailable"),
}


@pytest.mark.parametrize("shape", SENSELESS)
def test_an_answer_without_sense_is_unknown_and_never_nothing(asked, truth, whole, shape):
    document = read(asked, shape, 3)
    truth.assert_right(document)
    values.assert_nothing_hidden(document, whole)
    assert statuses(document) & {"failed", "partial"}
    assert {query["status"] for query in document["coverage"]["queries"]} <= {"complete", "not_enabled"}
    assert failures(document)


def test_one_region_that_fails_costs_the_other_nothing(ask, estate, truth, whole):
    answer = lambda ask: error(403, "AccessDenied") if ask.region == "eu-west-1" else ask.raw()
    document, proxy = ask(estate, answer, code=3)
    truth.assert_right(document)
    values.assert_nothing_hidden(document, whole)
    for resource in document["resources"]:
        assert (resource["metrics_status"] == "failed") <= (resource["region"] == "eu-west-1")
    assert proxy.cost == document["stats"]["metrics_requested"]


# Pages.


def test_no_more_pages_are_paid_for_once_every_query_is_complete(ask, estate, truth):
    more = altered(lambda ask, said: said | {"NextToken": f"t{ask.number}"})
    document, proxy = ask(estate, more, "--max-cost", "1", code=0)
    truth.assert_right(document)
    # Complete means that all datapoints are here: one request a Region would do, and one more may be forgiven.
    assert len(proxy.sizes) <= 2 * 2, proxy.sizes


ONE_AND_NOTHING = """
[metric."AWS::EC2::Instance"]
CPUUtilization = ["Average"]
NetworkIn = false
NetworkOut = false
EBSReadBytes = false
EBSWriteBytes = false
StatusCheckFailed = false
CPUCreditBalance = false
Nothing = { statistics = ["Sum"] }
"""


def test_pages_that_only_say_there_is_nothing_are_pages_with_news(ask, running):
    def empties_first(ask, said):
        at = int(ask.input.get("NextToken", "p0")[1:])
        results = sorted(said["MetricDataResults"], key=lambda result: len(result["Values"]))
        page = {"MetricDataResults": results[at : at + 4]}
        return page | ({"NextToken": f"p{at + 4}"} if at + 4 < len(results) else {})

    # Of Nothing there are 100 times no datapoints, on 25 pages.
    document, _ = ask(running, altered(empties_first), "--max-cost", "2", "-s", "ec2", config=ONE_AND_NOTHING)
    values.Truth(running).assert_right(document)
    assert document["coverage"]["complete"], failures(document)


@pytest.mark.parametrize("bring", ["nothing", "old", "new"])
def test_pages_without_end_end_and_say_so(ask, estate, truth, whole, bring):
    def endless(ask, said):
        if bring == "nothing":
            return {"MetricDataResults": [], "NextToken": f"t{ask.number}"}
        moved = ask.number if bring == "new" else 0
        for result in said["MetricDataResults"]:
            result.update(StatusCode="PartialData", Timestamps=[At(ask.start + moved)], Values=[1.0])
        return said | {"NextToken": f"t{ask.number}"}

    document, proxy = ask(estate, altered(endless), "--max-cost", "0.20", code=3)
    truth.assert_right(document)
    values.assert_nothing_hidden(document, whole)
    assert {"failed"} == statuses(document) - {"skipped"}, failures(document)
    assert "malformed_response" in {failure["class"] for failure in failures(document)}


# Money.


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (lambda ask: error(500, "InternalServiceFault"), "InternalServiceFault"),
        (each(lambda ask, result: result.update(StatusCode="PartialData")), "PartialData"),
    ],
)
def test_where_asking_again_costs_too_much_the_cause_and_a_sum_that_is_enough_are_told(ask, running, answer, cause):
    document, _ = ask(running, answer, "-s", "ec2", "--max-cost", "0.01", code=3)
    told = failures(document)
    # What was asked, and failed, is not "not asked".
    assert statuses(document) <= {"failed", "partial"}, told
    assert any(cause in json.dumps(failure) for failure in told), told
    for failure in told:
        assert "0 of" not in failure["message"] and "--max-cost 0.01," not in (failure["hint"] or ""), failure


def test_what_is_in_flight_when_the_run_stops_counts_as_spent(run, running):
    def late(ask):
        raw = ask.raw()
        time.sleep(3)
        return raw

    running.reset_calls()
    with hostile.before(running, late) as proxy:
        args = ["report", "--endpoint-url", proxy.url, "-s", "ec2", "-o", "json", "--deadline", "1500ms"]
        document = run(*args, env=environment(running)).expect(3).document()
    assert len(document["resources"]) == 100 and statuses(document) == {"failed"}
    assert 0 < running.billed()["metrics_requested"] <= document["stats"]["metrics_requested"]


def test_ctrl_c_while_cloudwatch_hangs_ends_soon_and_keeps_what_was_listed(tmp_path, running):
    with hostile.before(running, hostile.slowly(60)) as proxy:
        args = [str(awsinv.binary()), "report", "--endpoint-url", proxy.url, "-s", "ec2", "-o", "json"]
        env = awsinv.clean_environment(tmp_path, environment(running))
        process = subprocess.Popen(args, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not proxy.seen.asked:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=10)
    document = json.loads(stdout)
    assert process.returncode == 3 and len(document["resources"]) == 100
    assert {failure["class"] for failure in failures(document)} == {"cancelled"}


def test_nothing_is_paid_for_once_nobody_reads(tmp_path):
    estate = "--accounts 1 --regions 1 --instances 0 --databases 0 --clusters 0 --functions 3000".split()
    with servers.demo(*estate) as server, hostile.before(server, hostile.slowly(0.2)) as proxy:
        args = ["report", "--endpoint-url", proxy.url, "-s", "lambda", "-o", "ndjson", "--max-cost", "5"]
        env = awsinv.clean_environment(tmp_path, environment(server))
        process = subprocess.Popen([str(awsinv.binary()), *args], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3):
            assert process.stdout.readline()
        process.stdout.close()
        stderr = process.stderr.read()
        assert (process.wait(timeout=20), stderr) == (0, b"")
    assert proxy.cost < 3000 * 7


# What CloudWatch being slow or choosy may cost.


@pytest.mark.parametrize("concurrency", ["256", "4"])
def test_a_hung_cloudwatch_holds_back_no_list(run, concurrency):
    with servers.demo(*MANY) as server, hostile.before(server, hostile.slowly(60)) as proxy:
        args = ["report", "--endpoint-url", proxy.url, "-s", "lambda", "-o", "json", "--max-cost", "5"]
        args += ["--deadline", "8s", "--concurrency", concurrency]
        document = run(*args, env=environment(server)).expect(3).document()
    assert {failure["class"] for failure in failures(document)} == {"deadline"}
    # Without metrics, they are listed in a second.
    assert len(document["resources"]) == 5500


def test_a_metric_that_cloudwatch_rejects_of_every_resource_costs_no_other(ask, running):
    def choosy(ask):
        names = {query["MetricStat"]["Metric"]["MetricName"] for query in ask.queries}
        return error(400, "ValidationError", "no such thing") if "Wrong" in names else ask.raw()

    config = '[metric."AWS::EC2::Instance"]\nWrong = { statistics = ["Sum"] }\n'
    document, _ = ask(running, choosy, "-s", "ec2", code=3, config=config)
    values.Truth(running).assert_right(document)
    for resource in document["resources"]:
        assert values.unknown(resource) == {("Wrong", "Sum")}, resource["unknown"]


def test_resources_side_by_side_that_cloudwatch_refuses_do_not_speak_for_the_others(ask):
    # So slow that each page is a request of its own, and what the first teaches is known when the last is asked.
    with servers.demo(*RUNNING, "--page-size", "25", "--latency", "250ms") as server:
        ids = [r["id"] for r in server.estate()["resources"]]
        refused = set(ids[:12])

        def choosy(ask):
            asked = {d["Value"] for query in ask.queries for d in query["MetricStat"]["Metric"]["Dimensions"]}
            return error(400, "ValidationError", "no such thing") if asked & refused else ask.raw()

        document, _ = ask(server, choosy, "-s", "ec2", "--max-cost", "1", code=3)
        values.Truth(server).assert_right(document)
    for resource in document["resources"]:
        assert bool(values.known(resource)) == (resource["id"] not in refused), resource["id"]


def test_failures_that_differ_by_the_resource_are_not_kept_for_each(ask, running):
    def talkative(ask, result):
        message = {"Code": "Forbidden", "Value": f"not {result['Id']} of {ask.number}"}
        result.update(StatusCode="Forbidden", Messages=[message])

    document, _ = ask(running, each(talkative), "-s", "ec2", code=3)
    assert 1 <= len(failures(document)) <= 20


def test_a_message_with_control_characters_never_reaches_the_terminal(run, running):
    message = [{"Code": "x", "Value": "\x1b[31mred\x07\nline"}]
    with hostile.before(running, each(lambda ask, r: r.update(StatusCode="Forbidden", Messages=message))) as proxy:
        ran = run("report", "--endpoint-url", proxy.url, "-s", "ec2", "-vv", env=environment(running)).expect(3)
    assert not {"\x1b", "\x07"} & set(ran.stdout + ran.stderr)


def test_an_expected_denial_hides_no_other_failure(ask, running):
    def mixed(ask, said):
        for at, result in enumerate(said["MetricDataResults"]):
            result["StatusCode"] = "Forbidden" if at == 0 else "InternalError"

    config = '[[expect_denied]]\naccount = "*"\nregion = "*"\ntype = "*"\n'
    document, _ = ask(running, altered(mixed), "-s", "ec2", config=config, code=3)
    assert not document["coverage"]["complete"]


# Windows of more than a day, and GetMetricStatistics.

DAYS = ["--window", "25h"]


def changed_datapoints(change):
    def answer(ask):
        if ask.operation != STATISTICS:
            return ask.raw()
        said = ask.honest()
        for datapoint in said["Datapoints"]:
            change(datapoint)
        return said

    return answer


def of_statistics(answer):
    return lambda ask: answer(ask) if ask.operation == STATISTICS else ask.raw()


UNFIT = {
    "no number": changed_datapoints(lambda d: d.update(SampleCount=float("nan"))),
    "no sum": changed_datapoints(lambda d: d.pop("Sum")),
    "no time": changed_datapoints(lambda d: d.pop("Timestamp")),
    "no list": of_statistics(lambda ask: {"Label": "CPUUtilization"}),
    "each twice": of_statistics(lambda ask: (said := ask.honest()) | {"Datapoints": said["Datapoints"] * 2}),
    "throttled": of_statistics(lambda ask: error(400, "Throttling")),
    "a closed connection": of_statistics(lambda ask: Closed),
    # A sum without samples is no average, and it is not nothing either.
    "no samples": changed_datapoints(lambda d: d.update(SampleCount=0.0)),
    # Their sum is no number, and would be written as null.
    "numbers that add up to infinity": changed_datapoints(lambda d: d.update(Sum=1.7e308)),
}


@pytest.mark.parametrize("shape", UNFIT)
def test_statistics_without_sense_are_asked_elsewhere_or_unknown_and_never_nothing(ask, few, shape):
    whole, _ = ask(few, hostile.honest, *DAYS, code=0)
    document, proxy = ask(few, UNFIT[shape], *DAYS)
    values.Truth(few).assert_right(document, rel=1e-9)
    # What is no answer at all GetMetricData is asked for; what only makes no sense when put together is unknown.
    assert proxy.count(STATISTICS)
    assert document["coverage"]["complete"] == (shape not in ("no samples", "numbers that add up to infinity"))
    assert [r["arn"] for r in document["resources"]] == [r["arn"] for r in whole["resources"]]


def test_sums_beyond_all_numbers_are_unknown(ask, running):
    huge = each(lambda ask, r: r.update(Values=[1.7e308] * len(r["Values"])))
    document, _ = ask(running, huge, *DAYS, "-s", "ec2")
    nulls = [r["id"] for r in document["resources"] if r["metrics"].get("NetworkIn", {}).get("Sum", 0) is None]
    assert not nulls
    assert not document["coverage"]["complete"]


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidParameterCombination", "UnknownOperationException"])
def test_where_statistics_are_refused_the_same_values_come_from_elsewhere(ask, few, code):
    refused = of_statistics(lambda ask: error(403 if code == "AccessDenied" else 400, code))
    document, _ = ask(few, refused, *DAYS)
    assert values.Truth(few).assert_right(document, rel=1e-9)
    assert document["coverage"]["complete"], failures(document)


def percentiles(count: int) -> str:
    names = ", ".join(f'"p{percent}"' for percent in range(1, count + 1))
    return f'[metric."AWS::EC2::Instance"]\nCPUUtilization = [{names}]\n'


@pytest.mark.parametrize("count", [10, 11, 25])
def test_many_percentiles_are_all_known(ask, running, count):
    # GetMetricStatistics takes ten of them at most.
    document, _ = ask(running, hostile.honest, "-s", "ec2", "--max-cost", "1", config=percentiles(count))
    values.Truth(running).assert_right(document)
    assert document["coverage"]["complete"], failures(document)


def test_where_statistics_are_denied_requests_are_filled_and_not_overfilled(ask, running):
    denied = of_statistics(lambda ask: error(403, "AccessDenied"))
    # `ask` sees to it that none has more than 500 queries.
    document, proxy = ask(running, denied, "-s", "ec2", "--max-cost", "1", code=0, config=percentiles(12))
    assert len(proxy.sizes) <= -(-sum(proxy.sizes) // 488) + 1, proxy.sizes


# ministack, which speaks no CBOR here.


@pytest.mark.ministack
@pytest.mark.parametrize("args", [[], ["--series"], ["--window", "90m"], ["--window", "2d"]])
def test_what_boto3_puts_into_ministack_is_what_is_reported(run, tmp_path, samples, args):
    server, credentials, put = samples
    (tmp_path / "metrics.toml").write_text(
        '[metric."AWS::EC2::Instance"]\n'
        'CPUUtilization = ["Average", "Maximum", "p50", "p95"]\n'
        'NetworkIn = ["Average", "Minimum", "Maximum", "Sum", "SampleCount"]\n'
    )

    def client(region):
        return server.client("cloudwatch", credentials, region, protocol="query")

    # Not three percentiles: one GetMetricStatistics would do for them, and ministack knows none there. It does for the
    # five statistics of NetworkIn.
    with hostile.before(server, hostile.translated(client)) as proxy:
        common = ["report", "--endpoint-url", proxy.url, "-s", "ec2", "-r", "eu-north-1", "-o", "json"]
        env = {**credentials.environment(), "AWS_REGION": "eu-north-1"}
        document = run(*common, "--config", str(tmp_path / "metrics.toml"), *args, env=env).expect(0).document()
    window = [values.seconds(document["metrics_window"][edge]) for edge in ("start", "end")]
    assert len(document["resources"]) == 3
    for resource in document["resources"]:
        sent = [value for at, value in put.get(resource["id"], []) if window[0] <= at < window[1]]
        known = values.known(resource)
        plain = [("NetworkIn", stat) for stat in ("Average", "Minimum", "Maximum", "Sum", "SampleCount")]
        plain += [("CPUUtilization", "Average"), ("CPUUtilization", "Maximum")]
        percentiles = {("CPUUtilization", "p50"): 0.5, ("CPUUtilization", "p95"): 0.95}
        assert values.unknown(resource) == (set(percentiles) if "2d" in args else set())
        if not sent:
            assert set(known.values()) == {None}
            continue
        average = sum(sent) / len(sent)
        right = (average, min(sent), max(sent), sum(sent), len(sent), average, max(sent))
        assert [known[of] for of in plain] == pytest.approx(right, rel=1e-12)
        for of, percent in percentiles.items():
            place = int((len(sent) - 1) * percent)
            neighbours = sorted(sent)[place : place + 2]
            assert of not in known or neighbours[0] <= known[of] <= neighbours[-1]


@pytest.fixture(scope="module")
def samples():
    """ministack with three instances, two of which emitted; and what they emitted."""
    with servers.ministack() as server:
        yield emitted(server)


def emitted(ministack):
    credentials = servers.Credentials("555566667777")
    ec2 = ministack.client("ec2", credentials, "eu-north-1")
    launched = ec2.run_instances(ImageId="ami-12345678", MinCount=3, MaxCount=3, InstanceType="m5.large")["Instances"]
    cloudwatch = ministack.client("cloudwatch", credentials, "eu-north-1", protocol="query")
    now = int(time.time()) // 60 * 60
    draw = random.Random(1)
    put = {}
    for instance in [instance["InstanceId"] for instance in launched[:2]]:
        put[instance] = [(now - 60 * minute, draw.uniform(0, 100)) for minute in range(1, 50)]
        data = [
            {
                "MetricName": name,
                "Dimensions": [{"Name": "InstanceId", "Value": instance}],
                "Timestamp": datetime.datetime.fromtimestamp(at, datetime.UTC),
                "Value": value,
                "Unit": "Percent",
            }
            for at, value in put[instance]
            for name in ("CPUUtilization", "NetworkIn")
        ]
        # More than 10 KB is compressed, which ministack cannot read.
        for at in range(0, len(data), 10):
            cloudwatch.put_metric_data(Namespace="AWS/EC2", MetricData=data[at : at + 10])
    return ministack, credentials, put
