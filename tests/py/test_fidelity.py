"""What awsinv prints against what boto3 reads, on two independent implementations of AWS and on the demo server."""

import csv
import io
import json

import pytest

import awsinv
import readback
import seeds
import servers
import shape_map

# moto describes some 150 instances a second on a quiet machine, and less on a busy one.
PATIENT = ["--attempt-timeout", "2m", *readback.INVENTORY_ONLY]

TYPES_QUERIED = ["AWS::EC2::Instance", "AWS::Lambda::Function", "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"]


@pytest.fixture(scope="module", params=[pytest.param(n, marks=getattr(pytest.mark, n)) for n in ("moto", "ministack")])
def estate(request) -> seeds.Estate:
    """Each emulator, seeded."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def home(estate, tmp_path_factory):
    """A home folder with a profile for each account, the server's address in the profiles themselves."""
    home = tmp_path_factory.mktemp("home")
    estate.write_profiles(home, endpoint_in_profile=True)
    return home


@pytest.fixture(scope="module")
def both(home) -> awsinv.Ran:
    """One run over both accounts."""
    args = ["report", "--profile", "main", "--profile", "other", "-o", "json", *PATIENT]
    return awsinv.run(args, home=home).expect(0)


@pytest.fixture(scope="module")
def read(estate) -> list[dict]:
    """The same, as boto3 reads it."""
    found = []
    for account in estate.accounts:
        regions = readback.enabled_regions(estate.server, account.credentials)
        found += readback.resources(estate.server, account.id, account.credentials, regions)
    assert len(found) > 190
    return sorted(found, key=readback.identity)


def test_nothing_is_lost_nothing_comes_twice_and_every_field_equals_boto3s(both, read):
    readback.assert_same(both.document()["resources"], read)


def test_every_query_of_both_accounts_is_complete(estate, both):
    coverage = both.document()["coverage"]
    assert coverage["complete"] is True
    assert coverage["notes"] == []
    asked = [(q["account_id"], q["region"], q["type"]) for q in coverage["queries"] if q["status"] == "complete"]
    expected = [
        (account.id, region, resource_type)
        for account in sorted(estate.accounts, key=lambda account: account.id)
        for region in readback.enabled_regions(estate.server, account.credentials)
        for resource_type in TYPES_QUERIED
    ]
    assert asked == expected
    for query in coverage["queries"]:
        if query["status"] == "complete":
            assert query["parts"]["inventory"]["status"] == query["parts"]["tags"]["status"] == "complete"
            assert query["pages"] >= 1 and query["api_calls"] >= 1


def test_the_counts_of_the_coverage_and_the_summary_are_those_of_the_resources(both):
    document = both.document()
    resources = document["resources"]
    assert sum(q["resources"] for q in document["coverage"]["queries"]) == len(resources)
    assert document["summary"]["resources"] == len(resources)
    for by, key in (("by_type", "type"), ("by_account", "account_id"), ("by_region", "region")):
        counted = document["summary"][by]
        assert counted == {value: sum(r[key] == value for r in resources) for value in counted}
        assert sum(counted.values()) == len(resources)


def test_all_states_products_and_accounts_are_there(estate, both):
    resources = both.document()["resources"]
    states = {r["state"] for r in resources if r["type"] == "AWS::EC2::Instance"}
    assert {"running", "stopped", "terminated"} <= states
    types = {r["type"] for r in resources}
    assert {"AWS::RDS::DBCluster", "AWS::Neptune::DBCluster", "AWS::Neptune::DBInstance"} <= types
    if estate.server.name == "ministack":
        assert {"AWS::DocDB::DBCluster", "AWS::DocDB::DBInstance"} <= types
    assert {r["account_id"] for r in resources} == {seeds.MAIN, seeds.OTHER}
    # A reservation of several instances keeps them all.
    named = [r for r in resources if r["tags"] == seeds.TAGS and r["type"] == "AWS::EC2::Instance"]
    assert len(named) == 4
    assert {r["name"] for r in named} == {seeds.TAGS["Name"]}


def test_lists_of_more_than_a_page_were_read_in_pages(estate, both):
    queries = {(q["account_id"], q["region"], q["type"]): q for q in both.document()["coverage"]["queries"]}
    databases = queries[seeds.MAIN, "us-east-1", "AWS::RDS::DBInstance"]
    functions = queries[seeds.MAIN, "us-east-1", "AWS::Lambda::Function"]
    assert databases["resources"] > 100 and functions["resources"] > 50
    # moto pages databases, ministack functions; the other two lists come whole. The demo server pages all.
    assert databases["pages"] == (2 if estate.server.name == "moto" else 1)
    assert functions["pages"] == (2 if estate.server.name == "ministack" else 1)


@pytest.mark.moto
def test_a_region_that_is_not_opted_in_is_reported_and_not_asked(moto, run, tmp_path):
    moto.write_profiles(tmp_path, endpoint_in_profile=True)
    args = ["--profile", "main", "-t", "AWS::EC2::Instance", "-o", "json", *PATIENT]
    document = run("report", *args).expect(0).document()
    scope = document["scope"]["accounts"][0]
    assert "ap-east-1" in scope["regions_not_enabled"] and "ap-east-1" not in scope["regions"]
    queries = [q for q in document["coverage"]["queries"] if q["region"] == "ap-east-1"]
    assert [q["status"] for q in queries] == ["not_enabled"]
    assert [q["api_calls"] for q in queries] == [0]
    # moto would have answered with an instance.
    assert all(r["region"] != "ap-east-1" for r in document["resources"])
    assert len(document["resources"]) > 5


def test_aws_endpoint_url_and_keys_from_the_environment_lead_to_the_same(estate, both, run):
    document = run("report", "-o", "json", *PATIENT, env=estate.environment()).expect(0).document()
    main = [r for r in both.document()["resources"] if r["account_id"] == seeds.MAIN]
    assert len(main) > 150
    readback.assert_same(document["resources"], main)


def test_regions_services_and_types_narrow_what_is_asked(estate, both, run):
    args = ["-r", "eu-*", "-s", "lambda", "-t", "AWS::EC2::Instance", "-o", "json", *PATIENT]
    document = run("report", *args, env=estate.environment()).expect(0).document()
    wanted = [
        r
        for r in both.document()["resources"]
        if r["account_id"] == seeds.MAIN
        and r["region"].startswith("eu-")
        and r["type"] in ("AWS::EC2::Instance", "AWS::Lambda::Function")
    ]
    assert len(wanted) == 5
    readback.assert_same(document["resources"], wanted)
    assert {(q["type"]) for q in document["coverage"]["queries"]} == {"AWS::EC2::Instance", "AWS::Lambda::Function"}


def test_every_output_holds_every_resource(estate, both, run, tmp_path):
    outputs = [f"{name}={tmp_path / name}" for name in ("json", "ndjson", "csv", "markdown", "table")]
    flags = [flag for output in outputs for flag in ("-o", output)]
    ran = run("report", *flags, *PATIENT, env=estate.environment()).expect(0)
    assert ran.stdout == ""
    text = {name: (tmp_path / name).read_text("utf-8") for name in ("json", "ndjson", "csv", "markdown", "table")}
    main = [r for r in both.document()["resources"] if r["account_id"] == seeds.MAIN]
    readback.assert_same(json.loads(text["json"])["resources"], main)
    *lines, trailer = [json.loads(line) for line in text["ndjson"].splitlines()]
    readback.assert_same(sorted(lines, key=readback.identity), main)
    assert trailer["coverage"]["complete"] is True and trailer["summary"]["resources"] == len(main)
    rows = list(csv.DictReader(io.StringIO(text["csv"])))
    assert [row["arn"] for row in rows] == [r["arn"] for r in main]
    for resource in main:
        # Identifiers hold nothing that Markdown would escape, and a table as wide as a file cuts none.
        assert resource["id"] in text["markdown"].replace("\\", "") and resource["id"] in text["table"]


def test_what_is_secret_is_in_no_output_and_no_log(estate, run, tmp_path):
    outputs = [f"{name}={tmp_path / name}" for name in ("json", "ndjson", "csv", "markdown")]
    flags = [flag for output in outputs for flag in ("-o", output)]
    ran = run("report", "-vvv", "-o", "table", *flags, *PATIENT, env=estate.environment()).expect(0)
    everything = ran.stdout + ran.stderr + "".join((tmp_path / o.split("=")[0]).read_text() for o in outputs)
    assert len(everything) > 100_000
    assert seeds.SECRET not in everything
    assert estate.accounts[0].credentials.secret_access_key not in ran.stderr.replace("secret_access_key", "")


@pytest.mark.moto
def test_a_cloudwatch_that_is_not_understood_costs_the_metrics_and_nothing_else(moto, run):
    """As any endpoint does that has no CloudWatch in CBOR: the values are unknown, never `null`, and all else is there."""
    args = ["report", "-r", "us-east-1", "-o", "json"]
    inventory = run(*args, *PATIENT, env=moto.environment()).expect(0).document()
    document = run(*args, "--attempt-timeout", "2m", env=moto.environment()).expect(3).document()
    assert {r["metrics_status"] for r in document["resources"]} == {"failed"}
    as_skipped = [{**r, "metrics_status": "skipped"} for r in document["resources"]]
    readback.assert_same(as_skipped, inventory["resources"])
    for query in document["coverage"]["queries"]:
        assert query["status"] == "complete" and query["resources"] > 1
        assert query["parts"]["metrics"]["status"] == "failed"
        for failure in query["parts"]["metrics"]["failures"]:
            assert (failure["service"], failure["class"]) == ("cloudwatch", "malformed_response")
            assert "--endpoint-url" in failure["hint"]


# ---- the demo server, read by boto3 too ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo_read(demo) -> list[dict]:
    """The demo estate as boto3 reads it."""
    found = []
    for account in demo_accounts(demo):
        regions = readback.enabled_regions(demo, account.credentials)
        found += readback.resources(demo, account.id, account.credentials, regions)
    assert len(found) > 200
    return sorted(found, key=readback.identity)


def demo_accounts(server: servers.Server) -> list[seeds.Account]:
    """The demo estate's accounts and their keys, as it tells them itself."""
    return [
        seeds.Account(a["id"], servers.Credentials(a["access_key_id"], a["secret_access_key"]), a["name"])
        for a in server.estate()["accounts"]
    ]


@pytest.mark.demo
def test_the_demo_estate_reads_the_same_with_boto3_and_with_awsinv(demo, demo_read, run, tmp_path):
    (tmp_path / ".aws").mkdir()
    accounts = demo_accounts(demo)
    (tmp_path / ".aws" / "credentials").write_text(
        "".join(
            f"[{a.profile}]\naws_access_key_id = {a.credentials.access_key_id}\n"
            f"aws_secret_access_key = {a.credentials.secret_access_key}\n"
            for a in accounts
        )
    )
    profiles = [flag for a in accounts for flag in ("--profile", a.profile)]
    env = {"AWS_REGION": "us-east-1"}
    ran = run("report", *profiles, "--endpoint-url", demo.url, "-o", "json", *PATIENT, env=env).expect(0)
    readback.assert_same(ran.document()["resources"], demo_read)


@pytest.mark.demo
def test_demo_and_report_demo_are_the_same_estate(demo_read, run):
    ran = run("report", "--demo", "-o", "json", *readback.INVENTORY_ONLY).expect(0)
    readback.assert_same(ran.document()["resources"], demo_read)


@pytest.mark.demo
def test_the_demo_estate_gives_nearly_every_attribute_a_value(demo_read):
    """Else a row of the map could be wrong and nobody would see it: nothing equals nothing."""
    seen = {
        (readback.table_of(r).shape, name)
        for r in demo_read
        for name, value in r["attributes"].items()
        if value not in (None, [], "")
    }
    declared = {
        (table.shape, key.target.removeprefix("attributes."))
        for table in shape_map.ALL
        for _, key in table.keys()
        if key.target.startswith("attributes.")
    }
    assert len(declared) > 200
    never = sorted(declared - seen)
    assert len(never) < len(declared) // 4, f"{len(never)} of {len(declared)} attributes have no value: {never}"


@pytest.mark.demo
def test_boto3_reads_the_very_estate_that_the_demo_server_made(demo, demo_read):
    truth = {(r["account_id"], r["region"], r["type"], r["id"]): r for r in demo.estate()["resources"]}
    assert {readback.identity(r) for r in demo_read} == truth.keys()
    for resource in demo_read:
        made = truth[readback.identity(resource)]
        assert resource["arn"] == made["arn"]
        assert resource["state"] == made["state"]
        assert resource["class"] == made["class"]
        assert resource["tags"] == made["tags"]
