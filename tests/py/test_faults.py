"""Every way in which AWS can fail, at each service's own wire protocol: the run ends by itself, the other queries are
complete, the failed one says why and what to do, pages already read are kept, and the exit code tells.

The estate is one account in three Regions with pages of five, so that every list has several. CloudWatch is asked too,
as by default: whatever else fails, its values are right and all of what was listed is asked.
"""

import contextlib
import dataclasses
import json
import math

import pytest

import awsinv
import readback
import servers
import values

pytestmark = pytest.mark.demo

REGIONS = 3
PAGE = 5
FAULTY = "eu-west-1"
# Of each Region.
COUNTS = {"instances": 30, "databases": 22, "clusters": 12, "functions": 16}
TOTAL = REGIONS * sum(COUNTS.values())
ESTATE = ["--accounts", "1", "--regions", str(REGIONS), "--page-size", str(PAGE)]
ESTATE += [arg for kind, count in COUNTS.items() for arg in (f"--{kind}", str(count))]
ATTEMPTS = 3
QUICK = ["--attempt-timeout", "1500ms", "--max-attempts", str(ATTEMPTS)]


@dataclasses.dataclass(frozen=True)
class List:
    """A list call: its service, and the query that it answers."""

    service: str
    operation: str
    resource_type: str


LISTS = [
    List("ec2", "DescribeInstances", "AWS::EC2::Instance"),
    List("rds", "DescribeDBInstances", "AWS::RDS::DBInstance"),
    List("rds", "DescribeDBClusters", "AWS::RDS::DBCluster"),
    List("lambda", "ListFunctions", "AWS::Lambda::Function"),
]


@dataclasses.dataclass(frozen=True)
class Fails:
    """A fault that ends a query: what it is called, and whether trying again may help."""

    kind: str
    classes: tuple[str, ...]
    hint: str
    retried: bool
    has_code: bool = True


# `{action}` and `{region}` stand for the IAM action and the Region of the call.
FAILS = [
    Fails("denied", ("access_denied",), "{action}", retried=False),
    Fails("scp-denied", ("denied_by_scp",), "service control policy", retried=False),
    Fails("throttled", ("throttled",), "--concurrency", retried=True),
    Fails("error-500", ("service_error",), "again later", retried=True),
    Fails("error-503", ("service_error",), "again later", retried=True),
    Fails("hang", ("timeout",), "--attempt-timeout", retried=True, has_code=False),
    Fails("reset", ("connectivity",), "network", retried=True, has_code=False),
    Fails("truncated", ("connectivity", "malformed_response"), "", retried=True, has_code=False),
    Fails("garbage", ("malformed_response",), "endpoint", retried=True, has_code=False),
    Fails("expired", ("credentials_expired",), "", retried=False),
]


@contextlib.contextmanager
def estate(*faults: str, extra: tuple[str, ...] = ()):
    """A demo server with these faults."""
    with servers.demo(*ESTATE, *extra, *(arg for fault in faults for arg in ("--fault", fault))) as server:
        yield server


def report(run, server: servers.Server, *args: str, code: int, output: str = "json"):
    """Runs a report against the server with the first account's keys. No metric of its document is wrong."""
    account = server.estate()["accounts"][0]
    env = {
        **servers.Credentials(account["access_key_id"], account["secret_access_key"]).environment(),
        "AWS_REGION": "us-east-1",
    }
    ran = run("report", "--endpoint-url", server.url, "-o", output, *QUICK, *args, env=env, timeout=120)
    ran.expect(code)
    if output == "json":
        values.Truth(server).assert_right(ran.document())
    return ran


@pytest.fixture(scope="module")
def healthy(tmp_path_factory) -> dict:
    """The document of the same estate without any fault."""
    home = tmp_path_factory.mktemp("healthy")
    with estate() as server:
        document = report(lambda *a, **k: awsinv.run(list(a), home=home, **k), server, code=0).document()
        truth = server.estate()
    assert len(document["resources"]) == len(truth["resources"]) == TOTAL
    assert document["scope"]["accounts"][0]["regions"] == sorted(truth["accounts"][0]["regions"])
    assert FAULTY in document["scope"]["accounts"][0]["regions"]
    for each in LISTS:
        query = query_of(document, each, FAULTY)
        assert query["pages"] == math.ceil(query["resources"] / PAGE)
        # Enough pages that one can be kept and some are lost.
        assert query["pages"] >= 3
        assert query["parts"]["metrics"]["status"] == "complete"
    assert document["stats"]["metrics_requested"] > 1000
    return document


def query_of(document: dict, which: List, region: str) -> dict:
    """The one query of a type in a Region."""
    [query] = [q for q in document["coverage"]["queries"] if (q["type"], q["region"]) == (which.resource_type, region)]
    return query


def of_query(document: dict, query: dict) -> list[dict]:
    """The resources that a query speaks for, to be compared with those of another run."""
    here = [r for r in document["resources"] if r["region"] == query["region"] and r["type"] in query["covers"]]
    return values.names_only(here)


def assert_same(ours: list[dict], theirs: list[dict]) -> None:
    """The resources of two runs, and what is known of the metrics of each."""
    readback.assert_same(values.names_only(ours), values.names_only(theirs))


def assert_rest_is_whole(document: dict, healthy: dict, failed: dict) -> None:
    """Every query but one is complete, and found what it finds without the fault."""
    for query in document["coverage"]["queries"]:
        if (query["type"], query["region"]) != (failed["type"], failed["region"]):
            assert query["status"] in ("complete", "not_enabled"), query
            # All of what was listed is asked.
            metrics = query["parts"]["metrics"]
            assert metrics["status"] == query["status"] and not metrics["failures"], query
    theirs, ours = (
        [r for r in d["resources"] if r["region"] != failed["region"] or r["type"] not in failed["covers"]]
        for d in (healthy, document)
    )
    assert_same(ours, theirs)


def calls_of(calls: dict, which: List, region: str) -> int:
    """How often that list was asked for in that Region."""
    prefix = f"{which.service}:{which.operation}@{region}/"
    return sum(count for name, count in calls.items() if name.startswith(prefix))


def text_of(fault: Fails, which: List) -> str:
    """What the failure's hint must say."""
    return fault.hint.format(action=f"{which.service}:{which.operation}", region=FAULTY)


@pytest.mark.parametrize("which", LISTS, ids=lambda which: which.operation)
@pytest.mark.parametrize("fault", FAILS, ids=lambda fault: fault.kind)
def test_a_fault_from_the_start_fails_one_query_and_leaves_the_rest_whole(run, healthy, which, fault):
    with estate(f"{fault.kind}:{which.operation}@{FAULTY}") as server:
        document = report(run, server, code=3).document()
        calls = calls_of(server.calls(), which, FAULTY)
    assert document["coverage"]["complete"] is False
    query = query_of(document, which, FAULTY)
    assert query["status"] == query["parts"]["inventory"]["status"] == "failed"
    assert (query["resources"], query["pages"], of_query(document, query)) == (0, 0, [])
    # There is nothing to ask about, which is not the same as asked and answered.
    assert query["parts"]["metrics"]["status"] == "skipped"
    [failure] = query["parts"]["inventory"]["failures"]
    assert failure["class"] in fault.classes
    assert (failure["service"], failure["operation"]) == (which.service, which.operation)
    assert failure["message"] and bool(failure["code"]) == fault.has_code
    assert text_of(fault, which) in failure["hint"]
    assert failure["attempts"] == calls == (ATTEMPTS if fault.retried else 1)
    # A function's tags are asked for beside its list.
    if which.service != "lambda":
        assert query["api_calls"] == calls and query["retries"] == calls - 1
    assert_rest_is_whole(document, healthy, query)


@pytest.mark.parametrize("which", LISTS, ids=lambda which: which.operation)
@pytest.mark.parametrize("fault", FAILS, ids=lambda fault: fault.kind)
def test_a_fault_after_a_page_keeps_that_page(run, healthy, which, fault):
    with estate(f"{fault.kind}:{which.operation}@{FAULTY}#after=1") as server:
        document = report(run, server, code=3).document()
        calls = calls_of(server.calls(), which, FAULTY)
    query = query_of(document, which, FAULTY)
    assert query["status"] == query["parts"]["inventory"]["status"] == "partial"
    kept = of_query(document, query)
    assert (query["resources"], query["pages"], len(kept)) == (PAGE, 1, PAGE)
    whole = of_query(healthy, query)
    assert len(whole) > PAGE and all(resource in whole for resource in kept)
    assert query["parts"]["metrics"]["status"] == "complete"
    [failure] = query["parts"]["inventory"]["failures"]
    assert failure["class"] in fault.classes
    assert failure["attempts"] == calls - 1 == (ATTEMPTS if fault.retried else 1)
    assert_rest_is_whole(document, healthy, query)


@pytest.mark.parametrize("which", LISTS, ids=lambda which: which.operation)
@pytest.mark.parametrize("fault", [fault for fault in FAILS if fault.retried], ids=lambda fault: fault.kind)
def test_a_fault_that_passes_costs_retries_and_nothing_else(run, healthy, which, fault):
    with estate(f"{fault.kind}:{which.operation}@{FAULTY}#times={ATTEMPTS - 1}") as server:
        document = report(run, server, code=0).document()
        calls = calls_of(server.calls(), which, FAULTY)
    assert document["coverage"]["complete"] is True
    query = query_of(document, which, FAULTY)
    assert query["status"] == "complete" and query["retries"] == ATTEMPTS - 1
    assert calls == query["pages"] + ATTEMPTS - 1
    assert query["parts"]["inventory"]["failures"] == []
    assert document["stats"]["retries"] == ATTEMPTS - 1
    assert (document["stats"]["throttled"] > 0) == (fault.kind == "throttled")
    assert_same(document["resources"], healthy["resources"])


@pytest.mark.parametrize("which", LISTS, ids=lambda which: which.operation)
def test_a_repeated_token_is_a_failure_and_not_the_end_of_the_list(run, healthy, which):
    with estate(f"repeated-token:{which.operation}@{FAULTY}") as server:
        document = report(run, server, code=3).document()
        calls = calls_of(server.calls(), which, FAULTY)
    query = query_of(document, which, FAULTY)
    assert query["status"] == "partial"
    [failure] = query["parts"]["inventory"]["failures"]
    assert failure["class"] == "malformed_response" and "token" in failure["message"]
    kept = of_query(document, query)
    whole = of_query(healthy, query)
    assert kept and all(resource in whole for resource in kept)
    assert len(kept) == query["resources"]
    # It ends at once instead of going round and round.
    assert calls == query["pages"] <= 3
    assert_rest_is_whole(document, healthy, query)


@pytest.mark.parametrize("which", LISTS, ids=lambda which: which.operation)
def test_empty_pages_with_a_token_do_not_end_the_list(run, healthy, which):
    with estate(f"empty-page:{which.operation}@{FAULTY}") as server:
        document = report(run, server, code=0).document()
    assert query_of(document, which, FAULTY)["pages"] > query_of(healthy, which, FAULTY)["pages"]
    assert_same(document["resources"], healthy["resources"])


@pytest.mark.parametrize("which", LISTS, ids=lambda which: which.operation)
def test_what_a_later_page_lists_again_is_dropped_and_counted(run, healthy, which):
    with estate(f"duplicates:{which.operation}@{FAULTY}") as server:
        document = report(run, server, code=0).document()
    assert document["stats"]["duplicates_dropped"] > 0
    assert_same(document["resources"], healthy["resources"])
    assert document["summary"] == healthy["summary"]


@pytest.mark.parametrize("kind", ["slow=0.7", "dribble=0.7"])
@pytest.mark.parametrize("which", LISTS, ids=lambda which: which.operation)
def test_slow_is_not_broken(run, healthy, which, kind):
    with estate(f"{kind}:{which.operation}@{FAULTY}#times=2") as server:
        document = report(run, server, code=0).document()
    assert document["stats"]["retries"] == 0
    assert query_of(document, which, FAULTY)["duration_ms"] >= 600
    assert_same(document["resources"], healthy["resources"])


# ---- tags -----------------------------------------------------------------------------------------------------------

FUNCTIONS = LISTS[3]
TAG_FAILS = [fault for fault in FAILS if fault.kind in ("denied", "throttled", "error-500", "hang", "garbage")]


@pytest.mark.parametrize("fault", TAG_FAILS, ids=lambda fault: fault.kind)
def test_tags_that_cannot_be_read_are_unknown_and_the_functions_are_there(run, healthy, fault):
    with estate(f"{fault.kind}:GetResources@{FAULTY}") as server:
        document = report(run, server, code=3).document()
    query = query_of(document, FUNCTIONS, FAULTY)
    assert query["status"] == query["parts"]["inventory"]["status"] == "complete"
    assert query["parts"]["inventory"]["failures"] == []
    assert query["parts"]["tags"]["status"] == "failed"
    [failure] = query["parts"]["tags"]["failures"]
    assert failure["class"] in fault.classes
    assert (failure["service"], failure["operation"]) == ("tag", "GetResources")
    if fault.kind == "denied":
        assert "tag:GetResources" in failure["hint"]
    functions = of_query(document, query)
    whole = of_query(healthy, query)
    assert [f["id"] for f in functions] == [f["id"] for f in whole] and len(functions) > PAGE
    for function in functions:
        assert function["tags"] == {} and "tags" in function["unknown"]
    assert any(function["tags"] for function in whole)
    assert all("tags" not in function["unknown"] for function in whole)
    elsewhere = [r for r in document["resources"] if r["type"] == "AWS::Lambda::Function" and r["region"] != FAULTY]
    assert elsewhere and all("tags" not in function["unknown"] for function in elsewhere)


def test_tags_read_before_the_failure_are_kept(run, healthy):
    with estate(f"denied:GetResources@{FAULTY}#after=1") as server:
        document = report(run, server, code=3).document()
    query = query_of(document, FUNCTIONS, FAULTY)
    assert query["status"] == "complete" and query["parts"]["tags"]["status"] == "partial"
    functions = of_query(document, query)
    known = [f for f in functions if "tags" not in f["unknown"]]
    assert known and len(known) < len(functions)
    whole = {f["id"]: f["tags"] for f in of_query(healthy, query)}
    assert all(f["tags"] == whole[f["id"]] for f in known)


def test_a_tag_filter_does_not_decide_on_tags_that_are_unknown(run):
    with estate(f"denied:GetResources@{FAULTY}") as server:
        args = ["-s", "lambda", "-r", FAULTY, "--filter", "tag:env=prod"]
        document = report(run, server, *args, code=3).document()
    assert document["resources"] == []
    assert document["summary"]["undecided"] > 0 and document["summary"]["filtered_out"] == 0


# ---- accounts and Regions -------------------------------------------------------------------------------------------


def test_denied_describe_regions_falls_back_to_account_list_regions(run, healthy):
    with estate("denied:DescribeRegions") as server:
        document = report(run, server, code=0).document()
        asked = server.calls()
    assert any(name.startswith("account:ListRegions@") for name in asked)
    [note] = document["coverage"]["notes"]
    assert "ListRegions" in note["message"]
    assert note["failure"]["class"] == "access_denied" and "ec2:DescribeRegions" in note["failure"]["hint"]
    assert document["scope"] == healthy["scope"]
    assert_same(document["resources"], healthy["resources"])


def test_denied_region_lists_fall_back_to_the_regions_of_the_partition(run, healthy):
    with estate("denied:DescribeRegions", "denied:ListRegions") as server:
        document = report(run, server, code=0).document()
    [note] = document["coverage"]["notes"]
    assert "partition" in note["message"] and note["failure"]["class"] == "access_denied"
    assert_same(document["resources"], healthy["resources"])
    # Regions that the account has not enabled show now by refusing keys that work elsewhere.
    enabled = set(healthy["scope"]["accounts"][0]["regions"])
    assert enabled < set(document["scope"]["accounts"][0]["regions"])
    for query in document["coverage"]["queries"]:
        assert query["status"] == ("complete" if query["region"] in enabled else "not_enabled")
        if query["status"] == "not_enabled":
            [failure] = query["parts"]["inventory"]["failures"]
            assert failure["class"] == "region_disabled"


def test_a_region_that_refuses_keys_which_work_elsewhere_is_disabled_and_not_empty(run, healthy):
    with estate(f"region-disabled@{FAULTY}") as server:
        document = report(run, server, code=3).document()
        calls = [calls_of(server.calls(), which, FAULTY) for which in LISTS]
    assert calls == [1] * len(LISTS)
    for which in LISTS:
        query = query_of(document, which, FAULTY)
        assert query["status"] == "failed" and of_query(document, query) == []
        [failure] = query["parts"]["inventory"]["failures"]
        assert failure["class"] == "region_disabled" and failure["code"]
        assert FAULTY in failure["hint"] and "enable" in failure["hint"]
    ours, theirs = ([r for r in d["resources"] if r["region"] != FAULTY] for d in (document, healthy))
    assert len(ours) == TOTAL * (REGIONS - 1) // REGIONS
    assert_same(ours, theirs)


def test_everything_denied_is_exit_4_and_the_document_is_still_written(run):
    with estate("denied:ec2:DescribeInstances", "denied:rds:*", "denied:lambda:*", "denied:tag*:*") as server:
        document = report(run, server, code=4).document()
    assert document["resources"] == [] and document["coverage"]["complete"] is False
    statuses = {q["status"] for q in document["coverage"]["queries"]}
    assert statuses == {"failed"} or statuses == {"failed", "not_enabled"}
    assert document["scope"]["accounts"][0]["id"]


@pytest.mark.parametrize(
    ("kind", "classes"),
    [("expired", {"credentials_expired"}), ("region-disabled", {"credentials_invalid"}), ("hang", {"timeout"})],
)
def test_an_account_that_cannot_be_reached_at_all_is_exit_4_with_a_hint(run, kind, classes):
    with estate(kind) as server:
        document = report(run, server, code=4).document()
    failures = [f for q in document["coverage"]["queries"] for f in q["parts"]["inventory"]["failures"]]
    assert failures and {f["class"] for f in failures} == classes
    assert all(f["hint"] for f in failures)


def test_expected_denials_are_unknown_and_leave_the_exit_code_alone(run, healthy, tmp_path):
    (tmp_path / "awsinv.toml").write_text(f'[[expect_denied]]\nregion = "{FAULTY}"\ntype = "AWS::RDS::*"\n')
    with estate(f"scp-denied:rds:*@{FAULTY}") as server:
        document = report(run, server, "--config", str(tmp_path / "awsinv.toml"), code=0).document()
    for which in LISTS[1:3]:
        query = query_of(document, which, FAULTY)
        assert query["status"] == "expected_denied"
        [failure] = query["parts"]["inventory"]["failures"]
        assert failure["class"] == "denied_by_scp"
    assert not [r for r in document["resources"] if r["region"] == FAULTY and "::DB" in r["type"]]
    assert [r for r in healthy["resources"] if r["region"] == FAULTY and "::DB" in r["type"]]


def test_a_region_that_throttles_for_ever_does_not_slow_the_others(run, healthy):
    with estate(f"throttled@{FAULTY}") as server:
        document = report(run, server, code=3).document()
    for query in document["coverage"]["queries"]:
        if query["region"] == FAULTY:
            assert query["status"] == "failed"
            assert query["parts"]["inventory"]["failures"][0]["class"] == "throttled"
        else:
            assert query["status"] in ("complete", "not_enabled") and query["retries"] == 0
    ours, theirs = ([r for r in d["resources"] if r["region"] != FAULTY] for d in (document, healthy))
    assert len(ours) > 50
    assert_same(ours, theirs)


# ---- how much is asked ----------------------------------------------------------------------------------------------


def test_no_more_is_asked_than_needed(run, healthy):
    with estate() as server:
        document = report(run, server, code=0).document()
        calls = server.calls()
    assert calls["total"] == document["stats"]["api_calls"]
    for each in LISTS:
        for region in document["scope"]["accounts"][0]["regions"]:
            # The last page of a list is known by its lack of a token: nothing is asked after it.
            query = query_of(document, each, region)
            assert calls_of(calls, each, region) == query["pages"]
            assert query["pages"] == max(1, math.ceil(query["resources"] / PAGE))
    assert sum(n for name, n in calls.items() if name.startswith("sts:GetCallerIdentity@")) == 1
    assert sum(n for name, n in calls.items() if name.startswith("ec2:DescribeRegions@")) == 1
    # Tags page by page, never a call a function.
    functions = [r for r in document["resources"] if r["type"] == "AWS::Lambda::Function"]
    tag_calls = sum(n for name, n in calls.items() if ":GetResources@" in name)
    assert 0 < tag_calls < len(functions)
    assert not [name for name in calls if "ListTags" in name]


def test_concurrency_is_the_most_requests_in_flight(run, healthy):
    with estate(extra=("--latency", "30ms")) as server:
        report(run, server, "--concurrency", "3", code=0)
        assert server.calls()["most_in_flight"] <= 3
    with estate(extra=("--latency", "30ms")) as server:
        report(run, server, code=0)
        assert server.calls()["most_in_flight"] > 3


def test_every_fault_reads_the_same_in_ndjson(run):
    with estate(f"denied:DescribeDBInstances@{FAULTY}", f"throttled:ListFunctions@{FAULTY}#after=1") as server:
        ran = report(run, server, code=3, output="ndjson")
    *resources, trailer = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(resources) == trailer["summary"]["resources"] > 100
    statuses = {(q["type"], q["region"]): q["status"] for q in trailer["coverage"]["queries"]}
    assert statuses["AWS::RDS::DBInstance", FAULTY] == "failed"
    assert statuses["AWS::Lambda::Function", FAULTY] == "partial"
    assert trailer["coverage"]["complete"] is False
