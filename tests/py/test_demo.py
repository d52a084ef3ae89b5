"""What a newcomer sees, and what scripts rely on: `--demo`, every output, and every exit code."""

import csv
import io
import json
import os
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import jsonschema
import pytest

import awsinv
import readback
import servers
import values

pytestmark = pytest.mark.demo

FORMATS = ["table", "json", "ndjson", "csv", "markdown"]

# Stands in the environment of many functions of the estate.
SECRET = "planted-secret-Zk9vQ2xhc3NpZmllZA"

# Differs from run to run.
TIMES = re.compile(r'"(started_at|finished_at|observed_at|duration_ms|elapsed_ms|p50_ms|p99_ms)": ?("[^"]*"|\d+)')


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    """A validator of the schema that awsinv prints."""
    printed = awsinv.run(["schema"], home=tmp_path_factory.mktemp("schema")).expect(0)
    document = json.loads(printed.stdout)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def holes(document: dict) -> list[tuple[dict, str, dict]]:
    """Every (query, part name, failure) of a document."""
    return [
        (query, name, failure)
        for query in document["coverage"]["queries"]
        for name, part in query["parts"].items()
        for failure in part["failures"]
    ]


# ---- the two estates ------------------------------------------------------------------------------------------------


def test_report_demo_is_complete_and_exits_0(run, schema):
    document = run("report", "--demo", "-o", "json").expect(0).document()
    schema.validate(document)
    assert document["schema_version"] == 1
    assert document["coverage"]["complete"] is True and not holes(document)
    assert 200 < len(document["resources"]) < 2000
    assert len({r["account_id"] for r in document["resources"]}) > 1
    assert len({r["region"] for r in document["resources"]}) > 5
    assert {q["status"] for q in document["coverage"]["queries"]} == {"complete", "not_enabled"}
    parts = {(q["status"], q["parts"]["metrics"]["status"]) for q in document["coverage"]["queries"] if q["resources"]}
    assert parts == {("complete", "complete")}


def test_report_demo_has_the_metrics_of_the_last_hour_for_some_cents(demo, run):
    document = run("report", "--demo", "-o", "json").expect(0).document()
    start, end = (values.seconds(document["metrics_window"][edge]) for edge in ("start", "end"))
    assert end - start == document["metrics_window"]["period_seconds"] == 3600
    assert start < values.seconds(document["started_at"]) < end <= values.seconds(document["started_at"]) + 61
    # The server of `awsinv demo` has the same estate, so it tells what is true of it.
    known = values.Truth(demo).assert_right(document)
    assert known == document["stats"]["metrics_requested"] > 1000
    assert 0 < document["stats"]["estimated_cost_usd"] <= 0.1
    for resource in document["resources"]:
        # Complete, or known to be silent.
        assert resource["metrics_status"] in ("complete", "skipped") and "metrics" not in resource["unknown"]
    complete = [r for r in document["resources"] if r["metrics_status"] == "complete"]
    assert len(complete) > 0.8 * len(document["resources"]) and all(r["metrics"] for r in complete)


def test_report_demo_shows_the_unusual(run):
    """The estate is only worth something if it holds what breaks programs."""
    resources = run("report", "--demo", "-o", "json").expect(0).document()["resources"]
    texts = [t for r in resources for t in [r["name"] or "", *r["tags"], *r["tags"].values()]]
    assert any(unicodedata.category(c) == "Cc" for t in texts for c in t), "no control character"
    assert any(ord(c) > 0x2000 for t in texts for c in t), "no script but Latin"
    assert any(t.startswith("=") for t in texts), "no formula"
    assert any(len(t) > 150 for t in texts), "nothing long"
    assert any(r["name"] is None and r["type"] == "AWS::EC2::Instance" for r in resources), "all have a Name tag"
    states = {r["state"] for r in resources if r["type"] == "AWS::EC2::Instance"}
    assert states == {"pending", "running", "stopping", "stopped", "shutting-down", "terminated"}
    types = {r["type"] for r in resources}
    assert {"AWS::Neptune::DBCluster", "AWS::DocDB::DBInstance", "AWS::RDS::DBCluster"} <= types


@pytest.fixture(scope="module")
def partial(tmp_path_factory) -> dict[str, str]:
    """What `--demo=partial` says, by output, and as `log` on standard error. One run: it waits out the throttling."""
    home = tmp_path_factory.mktemp("partial")
    flags = [flag for name in FORMATS for flag in ("-o", f"{name}={home / name}")]
    ran = awsinv.run(["report", "--demo=partial", "-vvv", *flags], home=home).expect(3)
    assert ran.stdout == ""
    return {"log": ran.stderr, **{name: (home / name).read_text("utf-8") for name in FORMATS}}


def test_report_demo_partial_names_what_is_missing_and_exits_3(partial, schema):
    document = json.loads(partial["json"])
    schema.validate(document)
    assert document["coverage"]["complete"] is False
    assert len(document["resources"]) > 200
    failures = holes(document)
    assert {f["class"] for _, _, f in failures} == {"access_denied", "throttled"}
    denied = [(q, f) for q, _, f in failures if f["class"] == "access_denied"]
    throttled = [(q, f) for q, _, f in failures if f["class"] == "throttled"]
    assert {q["type"] for q, _ in denied} <= {"AWS::RDS::DBInstance", "AWS::RDS::DBCluster"}
    assert len({q["region"] for q, _ in denied}) == len({q["region"] for q, _ in throttled}) == 1
    for query, failure in denied:
        assert failure["service"] == "rds" and failure["attempts"] == 1
        assert f"rds:{failure['operation']}" in failure["hint"]
        assert failure["code"] and failure["request_id"] and failure["message"]
        assert query["status"] == "failed" and query["resources"] == 0
    for _, failure in throttled:
        assert failure["attempts"] > 1 and failure["hint"]
    stats = document["stats"]
    assert stats["throttled"] > 0 and stats["retries"] > 0


@pytest.mark.parametrize("output", ["table", "markdown"])
def test_report_demo_partial_tells_people_too(partial, output):
    text = partial[output].replace("\\", "")
    assert "incomplete" in text.lower()
    for word in ("access_denied", "throttled", "rds:DescribeDBInstances", "hint:", "eu-central-1"):
        assert word in text, word


def test_the_partial_estate_is_the_healthy_one_less_what_is_unknown(partial, run):
    healthy = run("report", "--demo", "-o", "json").expect(0).document()["resources"]
    document = json.loads(partial["json"])
    blind = {(q["account_id"], q["region"], t) for q, _, _ in holes(document) for t in q["covers"]}
    rest = [r for r in healthy if (r["account_id"], r["region"], r["type"]) not in blind]
    assert 100 < len(rest) < len(healthy)
    ours = [r for r in document["resources"] if (r["account_id"], r["region"], r["type"]) not in blind]
    readback.assert_same(values.names_only(ours), values.names_only(rest))


def test_allow_partial_makes_it_0_and_changes_nothing_else(partial, run):
    # Fewer attempts end sooner, and throttling for ever is the same after two.
    ran = run("report", "--demo=partial", "-o", "json", "--allow-partial", "--max-attempts", "2").expect(0)
    assert ran.document()["coverage"]["complete"] is False
    whole = json.loads(partial["json"])["resources"]
    assert values.names_only(ran.document()["resources"]) == values.names_only(whole)


def test_the_demo_ignores_the_environment(run):
    env = {
        "AWS_PROFILE": "nobody",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "xx-nowhere-1",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "HTTPS_PROXY": "http://127.0.0.1:1",
        "ALL_PROXY": "http://127.0.0.1:1",
    }
    plain = run("report", "--demo", "-o", "json").expect(0).document()
    document = run("report", "--demo", "-o", "json", env=env).expect(0).document()
    assert values.names_only(document["resources"]) == values.names_only(plain["resources"])


# ---- the document and the other outputs -----------------------------------------------------------------------------


def test_the_document_is_sorted_and_no_resource_is_there_twice(run):
    document = run("report", "--demo", "-o", "json").expect(0).document()
    ids = [readback.identity(r) for r in document["resources"]]
    assert ids == sorted(ids) and len(set(ids)) == len(ids)
    queries = [(q["account_id"], q["region"], q["type"]) for q in document["coverage"]["queries"]]
    assert queries == sorted(queries) and len(set(queries)) == len(queries)
    assert [a["id"] for a in document["scope"]["accounts"]] == sorted(a["id"] for a in document["scope"]["accounts"])


def test_the_same_estate_gives_the_same_bytes_but_for_times_and_stats(run):
    args = ["report", "--demo", "--no-metrics", "-o", "json"]
    first, second = (TIMES.sub(r'"\1": 0', run(*args).expect(0).stdout) for _ in range(2))
    assert first == second


def test_metrics_add_values_and_no_disorder(run):
    """Values speak of the moment; all else is the same bytes again."""
    first, second = (run("report", "--demo", "-o", "json").expect(0).document() for _ in range(2))
    for document in (first, second):
        document["resources"] = values.names_only(document["resources"])
        assert document.pop("metrics_window")
        # How full the requests are depends on how fast the lists come; what is asked in them does not.
        document["stats"] = document["stats"]["metrics_requested"]
    # Keys stand in the order in which they were read.
    first, second = (TIMES.sub(r'"\1": 0', json.dumps(document)) for document in (first, second))
    assert first == second


def test_ndjson_holds_the_same_resources_and_ends_with_the_coverage(run, schema, tmp_path):
    ran = run("report", "--demo", "-o", "ndjson", "-o", f"json={tmp_path / 'json'}").expect(0)
    document = json.loads((tmp_path / "json").read_text("utf-8"))
    *resources, trailer = [json.loads(line) for line in ran.stdout.splitlines()]
    assert sorted(resources, key=readback.identity) == document["resources"]
    assert trailer.keys() == {"metrics_window", "coverage", "summary", "stats"}
    assert all(trailer[key] == document[key] for key in trailer)
    assert trailer["metrics_window"]["period_seconds"] == 3600


def test_ndjson_without_metrics_says_that_there_is_no_window(run):
    *_, last = run("report", "--demo", "--no-metrics", "-o", "ndjson").expect(0).stdout.splitlines()
    assert json.loads(last)["metrics_window"] is None


def test_csv_and_markdown_have_a_row_for_each_resource(run):
    resources = run("report", "--demo", "-o", "json").expect(0).document()["resources"]
    rows = list(csv.DictReader(io.StringIO(run("report", "--demo", "-o", "csv").expect(0).stdout)))
    assert [row["arn"] for row in rows] == [r["arn"] for r in resources]
    assert [row["state"] for row in rows] == ["?" if "state" in r["unknown"] else r["state"] or "" for r in resources]
    # `|` starts every row, a heading and a rule aside; the coverage is no table.
    lines = run("report", "--demo", "-o", "markdown").expect(0).stdout.splitlines()
    tables = sum(line.startswith("| --") for line in lines)
    assert tables >= 4
    assert sum(line.startswith("|") for line in lines) - 2 * tables == len(resources)


def test_nothing_and_unknown_look_different_everywhere(run):
    document = run("report", "--demo", "-o", "json").expect(0).document()
    function = next(r for r in document["resources"] if r["type"] == "AWS::Lambda::Function")
    assert function["state"] is None and "state" in function["unknown"]
    assert function["class"] is None and "class" not in function["unknown"]
    rows = csv.DictReader(io.StringIO(run("report", "--demo", "-o", "csv").expect(0).stdout))
    row = next(row for row in rows if row["arn"] == function["arn"])
    assert row["state"] == "?" and row["class"] == ""


def test_no_secret_is_in_any_output_or_log(run, tmp_path, partial):
    outputs = {name: tmp_path / name for name in FORMATS}
    flags = [flag for name, path in outputs.items() for flag in ("-o", f"{name}={path}")]
    ran = run("report", "--demo", "-vvv", *flags).expect(0)
    everything = ran.stderr + "".join(path.read_text() for path in outputs.values()) + "".join(partial.values())
    assert len(everything) > 1_000_000
    # The log really tells of the requests, so a secret in them would show.
    for operation in ("DescribeInstances", "ListFunctions", "GetMetricData"):
        assert operation in ran.stderr
    assert SECRET not in everything and "EXAMPLEKEY" not in everything


def test_the_planted_secret_is_really_there(demo):
    """Else the test above would prove nothing."""
    account = demo.estate()["accounts"][0]
    client = demo.client("lambda", servers.Credentials(account["access_key_id"]), "eu-west-1")
    functions = client.list_functions()["Functions"]
    assert any(SECRET in json.dumps(f.get("Environment", {})) for f in functions)


@pytest.mark.parametrize("output", ["table", "csv", "markdown"])
def test_no_control_character_reaches_what_people_read(run, output):
    ran = run("report", "--demo", "-o", output).expect(0)
    bad = {c for c in ran.stdout if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r"}
    assert not bad, f"{bad!r}"
    # csv ends its lines with CR LF or LF, never with a CR alone.
    assert "\r" not in ran.stdout.replace("\r\n", "\n")
    # Characters that turn the reading direction hide what a name says.
    assert not set(ran.stdout) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")


def test_no_csv_cell_is_a_formula(run):
    rows = list(csv.reader(io.StringIO(run("report", "--demo", "-o", "csv").expect(0).stdout)))
    assert len(rows) > 200
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "\t", "\r"))]
    assert [cell for cell in cells if cell.startswith("'=")], "the estate has a formula, so one cell is quoted"


def test_colour_is_only_where_it_is_asked_for(run):
    assert "\x1b[" not in run("report", "--demo").expect(0).stdout
    assert "\x1b[" in run("report", "--demo", "--color", "always").expect(0).stdout


# ---- files ----------------------------------------------------------------------------------------------------------


def test_several_outputs_come_from_one_collection_and_leave_no_half_file(run, tmp_path):
    paths = {name: tmp_path / "out" / name for name in FORMATS}
    (tmp_path / "out").mkdir()
    paths["json"].write_text("the report of yesterday")
    flags = [flag for name, path in paths.items() for flag in ("-o", f"{name}={path}")]
    ran = run("report", "--demo", *flags).expect(0)
    assert ran.stdout == ""
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FORMATS)
    document = json.loads(paths["json"].read_text())
    *lines, trailer = paths["ndjson"].read_text().splitlines()
    assert len(lines) == len(document["resources"]) > 200
    assert json.loads(trailer)["stats"] == document["stats"]


@pytest.mark.parametrize("output", FORMATS)
def test_a_path_that_cannot_be_written_is_exit_5_and_the_other_outputs_are_still_written(run, tmp_path, output):
    good = tmp_path / "good.json"
    bad = tmp_path / "no such folder" / "bad"
    ran = run("report", "--demo", "-o", f"{output}={bad}", "-o", f"json={good}")
    assert ran.code == 5
    assert "no such folder" in ran.stderr
    assert len(json.loads(good.read_text())["resources"]) > 200
    assert not bad.parent.exists()


def test_a_folder_where_the_file_should_be_is_exit_5(run, tmp_path):
    (tmp_path / "report").mkdir()
    ran = run("report", "--demo", "-o", f"json={tmp_path / 'report'}").expect(5)
    assert "report" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_symbolic_link_stays_one_and_leads_to_the_report(run, tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "real.json").write_text("the report of yesterday")
    (tmp_path / "link.json").symlink_to("kept/real.json")
    run("report", "--demo", "-o", f"json={tmp_path / 'link.json'}").expect(0)
    assert (tmp_path / "link.json").is_symlink()
    assert len(json.loads((tmp_path / "kept" / "real.json").read_text())["resources"]) > 200


def test_what_is_no_file_is_written_to_and_not_replaced(run, tmp_path):
    """As `-o json=/dev/null` or `-o json=>(jq .)` would be."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_text)
        run("report", "--demo", "-o", f"json={pipe}").expect(0)
        assert len(json.loads(read.result(60))["resources"]) > 200
    assert pipe.is_fifo()


# ---- narrowing and shaping ------------------------------------------------------------------------------------------


def test_a_filter_keeps_what_matches_and_counts_the_rest(run):
    everything = run("report", "--demo", "-o", "json").expect(0).document()
    document = run("report", "--demo", "-o", "json", "-s", "ec2", "--filter", "state=running").expect(0).document()
    running = [r for r in everything["resources"] if r["state"] == "running" and r["type"] == "AWS::EC2::Instance"]
    assert running and values.names_only(document["resources"]) == values.names_only(running)
    instances = [r for r in everything["resources"] if r["type"] == "AWS::EC2::Instance"]
    assert document["summary"]["resources"] == len(running)
    assert document["summary"]["filtered_out"] == len(instances) - len(running) > 0
    assert document["summary"]["undecided"] == 0


def test_a_filter_that_cannot_be_decided_is_exit_3(run):
    # ListFunctions does not tell the state.
    ran = run("report", "--demo", "-o", "json", "-s", "lambda", "--filter", "state=Active").expect(3)
    summary = ran.document()["summary"]
    assert ran.document()["resources"] == [] and summary["undecided"] > 10 and summary["filtered_out"] == 0


def test_query_is_jmespath_over_the_document(run):
    document = run("report", "--demo", "-o", "json").expect(0).document()
    ran = run("report", "--demo", "-o", "json", "--query", "resources[?state=='stopped'].id").expect(0)
    stopped = [r["id"] for r in document["resources"] if r["state"] == "stopped"]
    assert stopped and json.loads(ran.stdout) == stopped


def test_limit_sort_and_columns_shape_the_table_but_not_the_document(run):
    args = ["report", "--demo", "-s", "rds", "-t", "AWS::RDS::DBInstance", "--columns", "id,allocated_storage"]
    rows = list(csv.reader(io.StringIO(
        run(*args, "--sort=-allocated_storage", "--limit", "5", "-o", "csv").expect(0).stdout
    )))  # fmt: skip
    assert rows[0] == ["id", "attributes.allocated_storage"] or rows[0] == ["id", "allocated_storage"]
    sizes = [int(row[1]) for row in rows[1:]]
    assert len(sizes) == 5 and sizes == sorted(sizes, reverse=True)
    whole = run("report", "--demo", "-o", "json", "--limit", "5").expect(0).document()
    assert len(whole["resources"]) > 200


def test_group_by_counts(run):
    document = run("report", "--demo", "-o", "json").expect(0).document()
    rows = list(csv.reader(io.StringIO(run("report", "--demo", "--group-by", "region", "-o", "csv").expect(0).stdout)))
    assert rows[0] == ["region", "count"]
    assert {region: int(count) for region, count in rows[1:]} == document["summary"]["by_region"]


# ---- usage errors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (["report", "--demo", "-s", "lamda"], ["lamda", "lambda"]),
        (["report", "--demo", "-t", "AWS::EC2::Instanc"], ["AWS::EC2::Instanc", "AWS::EC2::Instance"]),
        (["report", "--demo", "-r", "eu-wst-1"], ["eu-wst-1", "eu-west-1"]),
        (["report", "--demo", "-o", "jsn"], ["jsn", "json"]),
        (["report", "--demo=partal"], ["partal", "partial"]),
        (["report", "--demo", "--filter", "=running"], ["=running"]),
        (["report", "--demo", "--filter", "stat=running"], ["stat", "state"]),
        (["report", "--demo", "--query", "resources["], ["resources["]),
        (["report", "--demo", "--columns", "engin"], ["engin", "engine"]),
        (["report", "--demo", "--sort", "nam"], ["nam", "name"]),
        (["report", "--demo", "--group-by", "regin"], ["regin", "region"]),
        (["report", "--demo", "--deadline", "soon"], ["soon", "1m30s"]),
        (["report", "--demo", "--concurrency", "0"], ["0"]),
        (["report", "--demo", "--fitler", "state=running"], ["--fitler", "--filter"]),
        (["report", "--profile", "nobody"], ["nobody"]),
        (["reprot"], ["reprot", "report"]),
        (["demo", "--fault", "explode"], ["explode", "denied"]),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_what_cannot_be_meant_is_exit_2_and_names_the_near(run, args, named):
    ran = run(*args, env={"AWS_REGION": "eu-west-1"}).expect(2)
    assert ran.stdout == ""
    for word in named:
        assert word in ran.stderr, f"{word} is not in: {ran.stderr}"


def test_an_unknown_key_of_the_file_is_exit_2_and_names_the_near(run, tmp_path):
    (tmp_path / "awsinv.toml").write_text('regoin = ["eu-west-1"]\n')
    ran = run("report", "--demo", "--config", str(tmp_path / "awsinv.toml")).expect(2)
    assert "regoin" in ran.stderr and "region" in ran.stderr.replace("regoin", "") and "awsinv.toml" in ran.stderr


def test_the_file_then_the_environment_then_the_flags_decide(run, tmp_path):
    config = tmp_path / "awsinv.toml"
    config.write_text('region = ["eu-west-1"]\nservice = ["ec2"]\noutput = ["json"]\n')
    file_only = run("report", "--demo", "--config", str(config)).expect(0).document()
    assert {r["region"] for r in file_only["resources"]} == {"eu-west-1"}
    assert {r["type"] for r in file_only["resources"]} == {"AWS::EC2::Instance"}
    env = {"AWSINV_REGION": "us-east-1"}
    with_env = run("report", "--demo", "--config", str(config), env=env).expect(0).document()
    assert {r["region"] for r in with_env["resources"]} == {"us-east-1"}
    with_flag = run("report", "--demo", "--config", str(config), "-r", "eu-central-1", env=env).expect(0).document()
    assert {r["region"] for r in with_flag["resources"]} == {"eu-central-1"}
