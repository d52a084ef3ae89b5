"""`--dry-run`: the plan is what the report then does, and making it costs nothing."""

import collections
import json
import re

import pytest

import servers

pytestmark = pytest.mark.demo

WINDOWS = {
    "an hour": [],
    "a week": ["--window", "7d"],
    "series": ["--series"],
    "a week of series": ["--window", "7d", "--series"],
}


def calls(document: dict, operation: str) -> int:
    """How often a report asked this of CloudWatch."""
    of_it = [o for o in document["stats"]["by_operation"] if (o["service"], o["operation"]) == ("cloudwatch", operation)]
    assert all(o["retries"] == 0 for o in of_it), "the demo estate fails at nothing"
    return sum(o["calls"] for o in of_it)


def units(counts: dict) -> int:
    """What is billed."""
    return counts["metrics_requested"] + counts["get_metric_statistics_requests"]


def plan_of(run, *args, code: int = 0) -> dict:
    return run("report", "--demo", "--dry-run", "-o", "json", *args).expect(code).document()


@pytest.mark.parametrize("flags", WINDOWS.values(), ids=WINDOWS.keys())
def test_the_report_then_does_what_the_plan_says(run, flags):
    plan = plan_of(run, *flags)
    report = run("report", "--demo", "-o", "json", *flags).expect(0).document()
    totals, stats = plan["totals"], report["stats"]

    assert units(totals) == stats["metrics_requested"] > 1000
    assert totals["estimated_cost_usd"] == stats["estimated_cost_usd"]
    assert totals["get_metric_statistics_requests"] == calls(report, "GetMetricStatistics")
    # Lists that come slowly make more requests, for the same money: at most one for each page.
    pages = sum(query["pages"] for query in report["coverage"]["queries"])
    assert totals["get_metric_data_requests"] <= calls(report, "GetMetricData")
    assert calls(report, "GetMetricData") <= totals["get_metric_data_requests"] + pages
    if flags:
        assert totals["get_metric_statistics_requests"] > 100

    values = collections.Counter()
    resources = collections.Counter()
    for resource in report["resources"]:
        place = (resource["account_id"], resource["region"], resource["type"])
        resources[place] += 1
        values[place] += sum(len(statistics) for statistics in resource["metrics"].values())
    planned = {(p["account_id"], p["region"], t["type"]): t for p in plan["places"] for t in p["types"]}
    assert {place: t["resources"] for place, t in planned.items()} == resources
    assert {place: t["values"] for place, t in planned.items()} == {place: values[place] for place in planned}

    assert plan["scope"] == report["scope"]
    assert plan["metrics_window"]["period_seconds"] == report["metrics_window"]["period_seconds"]
    assert plan["certainty"]["counts"] == "exact" and plan["certainty"]["incomplete_queries"] == 0
    assert plan["coverage"]["complete"] is True and plan["report_exit_code"] == 0


def test_the_sums_are_those_of_their_parts(run):
    plan = plan_of(run, "--window", "7d")
    types = [t for place in plan["places"] for t in place["types"]]
    for key in ("resources", "values", "metrics_requested", "get_metric_statistics_requests"):
        assert sum(t[key] for t in types) == plan["totals"][key] > 0, key
    for counts in [*types, plan["totals"]]:
        assert counts["estimated_cost_usd"] == units(counts) / 100_000
    for place in plan["places"]:
        assert place["estimated_cost_usd"] == sum(units(t) for t in place["types"]) / 100_000
        assert place["get_metric_data_requests"] * 500 >= sum(t["metrics_requested"] for t in place["types"])
    assert sum(p["get_metric_data_requests"] for p in plan["places"]) == plan["totals"]["get_metric_data_requests"]
    places = [(p["account_id"], p["region"]) for p in plan["places"]]
    assert places == sorted(places) and len(set(places)) == len(places)
    assert {p["account_name"] for p in plan["places"]} == {a["name"] for a in plan["scope"]["accounts"]}


def test_a_dry_run_asks_nothing_of_cloudwatch_and_a_report_does(run):
    with servers.demo() as demo:
        account = demo.estate()["accounts"][0]
        env = {
            "AWS_ACCESS_KEY_ID": account["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": account["secret_access_key"],
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": demo.url,
        }

        def asked() -> tuple[set[str], dict[str, int]]:
            """The services asked so far, and how often each operation of CloudWatch was."""
            counts = {key: n for key, n in demo.calls().items() if ":" in key}
            operations = collections.Counter()
            for key, n in counts.items():
                operations[key.split("@")[0]] += n
            services = {operation.split(":")[0] for operation in operations}
            return services, {key: n for key, n in operations.items() if key.startswith("cloudwatch:")}

        plan = run("report", "--dry-run", "-o", "json", "--window", "7d", env=env).expect(0).document()
        services, cloudwatch = asked()
        assert {"ec2", "rds", "lambda"} <= services and not cloudwatch
        assert plan["totals"]["get_metric_statistics_requests"] > 0

        run("report", "-q", "-o", "json", "--window", "7d", env=env).expect(0)
        _, cloudwatch = asked()
        assert cloudwatch["cloudwatch:GetMetricData"] > 0
        assert cloudwatch["cloudwatch:GetMetricStatistics"] == plan["totals"]["get_metric_statistics_requests"]


def test_above_the_cost_limit_the_plan_says_what_would_be_left_out_and_the_report_leaves_it_out(run):
    plan = plan_of(run, "--max-cost", "0.01")
    report = run("report", "--demo", "-q", "-o", "json", "--max-cost", "0.01").expect(plan["report_exit_code"]).document()
    assert plan["report_exit_code"] == 3 and plan["max_cost_usd"] == 0.01
    assert plan["totals"]["left_out"] == units(plan["totals"]) - 1000
    assert 0 < report["stats"]["metrics_requested"] <= 1000
    told = " ".join(plan["certainty"]["notes"])
    enough = re.search(r"--max-cost ([\d.]+) allows all", told)[1]
    assert "leave out at least" in told and "exit with 3" in told
    assert plan_of(run, "--max-cost", enough)["totals"]["left_out"] == 0
    run("report", "--demo", "-q", "-o", "json", "--max-cost", enough).expect(0)
    assert plan_of(run, "--max-cost", "0.01", "--allow-partial")["report_exit_code"] == 0


def test_without_metrics_nothing_billable_is_planned(run):
    plan = plan_of(run, "--no-metrics")
    assert plan["metrics_window"] is None
    assert plan["totals"]["resources"] > 200 and units(plan["totals"]) == plan["totals"]["values"] == 0
    table = run("report", "--demo", "--dry-run", "--no-metrics").expect(0).stdout
    assert "Nothing billable is planned" in table and "USD" not in table


def test_what_could_not_be_listed_makes_it_at_least(run):
    ran = run("report", "--demo=partial", "--dry-run", "-o", "json", "--max-attempts", "2").expect(3)
    plan = ran.document()
    assert "incomplete" in ran.stderr
    assert plan["certainty"]["counts"] == "at_least" and plan["report_exit_code"] == 3
    unlisted = [
        q for q in plan["coverage"]["queries"] if q["parts"]["inventory"]["status"] in ("partial", "failed")
    ]
    assert plan["certainty"]["incomplete_queries"] == len(unlisted) > 2
    # Unknown is told from nothing: a type that could not be listed stands there, and says so.
    failed = {(q["account_id"], q["region"], t) for q in unlisted for t in q["covers"]}
    told = {(p["account_id"], p["region"], t["type"]) for p in plan["places"] for t in p["types"] if t["status"] != "complete"}
    assert told == failed
    table = run("report", "--demo=partial", "--dry-run", "--max-attempts", "2").expect(3).stdout
    for words in ("At least", f"{len(unlisted)} of", "rds:DescribeDBInstances", " ?", "TOTAL"):
        assert words in table, words
    run("report", "--demo=partial", "--dry-run", "--max-attempts", "2", "--allow-partial").expect(0)


def test_where_nothing_could_be_collected_it_is_exit_4(run):
    env = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1"}
    endpoint = ["--endpoint-url", f"http://127.0.0.1:{servers.free_port()}", "--max-attempts", "1"]
    plan = run("report", "--dry-run", "-o", "json", *endpoint, env=env).expect(4).document()
    assert plan["places"] == [] and plan["report_exit_code"] == 4


def test_outputs_go_where_they_are_sent_and_a_query_is_over_the_plan(run, tmp_path):
    path = tmp_path / "plan.json"
    ran = run("report", "--demo", "--dry-run", "-o", "table", "-o", f"json={path}").expect(0)
    plan = json.loads(path.read_text())
    assert "TOTAL" in ran.stdout and "\x1b[" not in ran.stdout
    assert f"${plan['totals']['estimated_cost_usd']}" in ran.stdout
    found = run("report", "--demo", "--dry-run", "--query", "totals.metrics_requested").expect(0)
    assert json.loads(found.stdout) == plan["totals"]["metrics_requested"]
    assert "\x1b[" in run("report", "--demo", "--dry-run", "--color", "always").expect(0).stdout
    run("report", "--demo", "--dry-run", "-o", f"json={tmp_path / 'no such folder' / 'plan'}").expect(5)


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["-o", "csv"], ["csv", "--output table", "--output json"]),
        (["-o", "markdown=plan.md"], ["markdown", "--output table", "--output json"]),
        (["-o", "json", "-o", "ndjson=plan.ndjson"], ["ndjson", "--output table", "--output json"]),
        (["--filter", "state=running"], ["--filter", "changes nothing of what is asked"]),
        (["--columns", "id"], ["--columns"]),
        (["--sort", "id"], ["--sort"]),
        (["--group-by", "region"], ["--group-by"]),
        (["--limit", "5"], ["--limit"]),
        (["--query", "totals["], ["totals["]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_what_makes_no_sense_with_a_dry_run_is_exit_2(run, flags, named, tmp_path):
    ran = run("report", "--demo", "--dry-run", *flags).expect(2)
    assert ran.stdout == ""
    for word in named:
        assert word in ran.stderr, f"{word} is not in: {ran.stderr}"
    assert list(tmp_path.iterdir()) == []


def test_what_the_settings_file_says_of_the_resources_shown_does_not_hinder_a_dry_run(run, tmp_path):
    config = tmp_path / "awsinv.toml"
    config.write_text('filter = ["state=running"]\ncolumns = ["id"]\nlimit = 5\n')
    plan = plan_of(run, "--config", str(config))
    assert plan["totals"] == plan_of(run)["totals"]
