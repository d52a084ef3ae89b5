"""awsinv as a process: signals, pipes, deadlines, and no credentials at all."""

import json
import os
import signal
import subprocess
import time

import pytest

import awsinv
import servers

pytestmark = pytest.mark.demo


def keys_of(server: servers.Server) -> dict[str, str]:
    """The first account's keys, as AWS_* variables."""
    account = server.estate()["accounts"][0]
    credentials = servers.Credentials(account["access_key_id"], account["secret_access_key"])
    return {**credentials.environment(), "AWS_REGION": "us-east-1"}


def start(args: list[str], home, env=None) -> subprocess.Popen:
    """Starts awsinv and does not wait."""
    return subprocess.Popen(
        [str(awsinv.binary()), *args],
        env=awsinv.clean_environment(home, env),
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for_calls(server: servers.Server, operation: str, count: int) -> None:
    """Until the demo server has been asked that often."""
    for _ in range(600):
        calls = server.calls()
        if sum(n for name, n in calls.items() if f":{operation}@" in name) >= count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{operation} was not called {count} times: {calls}")


@pytest.fixture
def hanging():
    """An estate of three Regions, of which one never answers ListFunctions."""
    counts = ["--instances", "60", "--databases", "10", "--clusters", "3", "--functions", "20"]
    with servers.demo(
        "--accounts", "1", "--regions", "3", *counts, "--fault", "hang:ListFunctions@us-east-1"
    ) as server:
        yield server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_prints_what_there_is_and_exits_3(hanging, tmp_path, number):
    args = ["report", "--endpoint-url", hanging.url, "-o", "json", "--attempt-timeout", "5m"]
    process = start(args, tmp_path, keys_of(hanging))
    wait_for_calls(hanging, "ListFunctions", 3)
    time.sleep(1.5)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 3, stderr.decode()
    document = json.loads(stdout)
    assert len(document["resources"]) > 100
    failed = [q for q in document["coverage"]["queries"] if q["status"] not in ("complete", "not_enabled")]
    assert [(q["region"], q["type"]) for q in failed] == [("us-east-1", "AWS::Lambda::Function")]
    assert failed[0]["parts"]["inventory"]["failures"][0]["class"] == "cancelled"


def test_allow_partial_does_not_make_a_cancelled_run_0(hanging, tmp_path):
    args = ["report", "--endpoint-url", hanging.url, "-o", "json", "--attempt-timeout", "5m", "--allow-partial"]
    process = start(args, tmp_path, keys_of(hanging))
    wait_for_calls(hanging, "ListFunctions", 3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 3


def test_ndjson_that_was_cancelled_ends_with_its_coverage(hanging, tmp_path):
    args = ["report", "--endpoint-url", hanging.url, "-o", "ndjson", "--attempt-timeout", "5m"]
    process = start(args, tmp_path, keys_of(hanging))
    wait_for_calls(hanging, "ListFunctions", 3)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    *resources, trailer = [json.loads(line) for line in stdout.splitlines()]
    assert len(resources) == trailer["summary"]["resources"] > 100
    assert trailer["coverage"]["complete"] is False


def test_the_deadline_ends_a_run_that_would_not_end(hanging, run):
    args = ["report", "--endpoint-url", hanging.url, "-o", "json", "--attempt-timeout", "5m", "--deadline", "5s"]
    document = run(*args, env=keys_of(hanging), timeout=120).expect(3).document()
    assert len(document["resources"]) > 100
    failed = [q for q in document["coverage"]["queries"] if q["status"] not in ("complete", "not_enabled")]
    assert [(q["region"], q["type"]) for q in failed] == [("us-east-1", "AWS::Lambda::Function")]
    failure = failed[0]["parts"]["inventory"]["failures"][0]
    assert failure["class"] == "deadline" and "--deadline" in failure["hint"]


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv", "markdown"])
def test_a_closed_pipe_ends_quietly(tmp_path, output):
    process = start(["report", "--demo", "-o", output], tmp_path)
    process.stdout.close()
    stderr = process.stderr.read().decode()
    process.wait(timeout=60)
    process.stderr.close()
    assert "panicked" not in stderr and "roken pipe" not in stderr, stderr
    # As after `| head`, where the shell looks at head's exit code only.
    assert process.returncode in (0, -signal.SIGPIPE, 128 + signal.SIGPIPE), stderr


def test_a_full_disk_is_exit_5(tmp_path):
    with open("/dev/full", "wb") as full:
        ended = subprocess.run(
            [str(awsinv.binary()), "report", "--demo", "-o", "json"],
            env=awsinv.clean_environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=120,
        )
    assert ended.returncode == 5, ended.stderr.decode()
    assert b"standard output" in ended.stderr


def test_no_credentials_at_all_is_exit_4_with_a_hint_and_a_document(run):
    ran = run("report", "-o", "json", env={"AWS_REGION": "us-east-1"}, timeout=30).expect(4)
    document = ran.document()
    assert document["resources"] == [] and document["coverage"]["complete"] is False
    failures = [f for q in document["coverage"]["queries"] for f in q["parts"]["inventory"]["failures"]]
    assert failures and {f["class"] for f in failures} == {"credentials_invalid"}
    for failure in failures:
        # Where they were looked for, and what brings them.
        for words in ("AWS_ACCESS_KEY_ID", "credentials files", "metadata", "aws configure", "--profile"):
            assert words in failure["hint"], words
    for query in document["coverage"]["queries"]:
        assert query["status"] == "failed" and query["resources"] == 0


def test_no_credentials_tells_people_too_and_names_the_demo(run):
    ran = run("report", env={"AWS_REGION": "us-east-1"}, timeout=30).expect(4)
    said = ran.stdout + ran.stderr
    assert "credentials" in said and "hint:" in said


def test_an_endpoint_that_is_not_there_is_exit_4_with_a_hint(run):
    port = servers.free_port()
    keys = servers.Credentials("AKIAIOSFODNN7EXAMPLE").environment()
    args = ["report", "--endpoint-url", f"http://127.0.0.1:{port}", "-o", "json", "--max-attempts", "2"]
    document = run(*args, env={**keys, "AWS_REGION": "us-east-1"}).expect(4).document()
    failures = [f for q in document["coverage"]["queries"] for f in q["parts"]["inventory"]["failures"]]
    assert failures and {f["class"] for f in failures} == {"connectivity"}
    assert all("--endpoint-url" in f["hint"] for f in failures)


def test_a_wrong_key_is_exit_4_with_a_hint(demo, run):
    env = {**servers.Credentials("AKIAIOSFODNN7EXAMPLE").environment(), "AWS_REGION": "us-east-1"}
    document = run("report", "--endpoint-url", demo.url, "-o", "json", env=env).expect(4).document()
    failures = [f for q in document["coverage"]["queries"] for f in q["parts"]["inventory"]["failures"]]
    assert failures and {f["class"] for f in failures} == {"credentials_invalid"}
    assert all(f["hint"] for f in failures)


def test_one_bad_profile_of_two_leaves_the_other_whole(demo, run, tmp_path):
    account = demo.estate()["accounts"][0]
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        f"[good]\naws_access_key_id = {account['access_key_id']}\naws_secret_access_key = x\n"
        "[bad]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n"
    )
    args = ["report", "--profile", "good", "--profile", "bad", "--endpoint-url", demo.url, "-o", "json"]
    document = run(*args, env={"AWS_REGION": "us-east-1"}).expect(3).document()
    good = [r for r in demo.estate()["resources"] if r["account_id"] == account["id"]]
    assert len(document["resources"]) == len(good) > 50
    queries = document["coverage"]["queries"]
    assert {q["status"] for q in queries if q["account_id"] == account["id"]} == {"complete", "not_enabled"}
    assert {q["status"] for q in queries if q["account_id"] is None} == {"failed"}
    assert {a["name"] for a in document["scope"]["accounts"]} == {"good", "bad"}


def test_the_binary_starts_without_a_home_folder(tmp_path):
    env = {"PATH": os.environ["PATH"]}
    for args in (["--version"], ["--help"], ["report", "--help"], ["completions", "bash"], ["man"]):
        ended = subprocess.run([str(awsinv.binary()), *args], env=env, capture_output=True, timeout=30)
        assert ended.returncode == 0 and len(ended.stdout) > 5 and not ended.stderr, args


def test_the_deadline_ends_a_run_whose_credentials_never_come(run, tmp_path):
    config = tmp_path / "config"
    config.write_text("[profile slow]\ncredential_process = /bin/sleep 30\n")
    args = ["report", "-p", "slow", "-o", "json", "--endpoint-url", "http://127.0.0.1:1", "--deadline", "1s"]
    document = run(*args, env={"AWS_CONFIG_FILE": str(config)}, timeout=15).expect(4).document()
    [failure] = document["coverage"]["queries"][0]["parts"]["inventory"]["failures"]
    assert failure["class"] == "deadline"


def test_a_second_interrupt_ends_at_once_with_130(tmp_path):
    # Nobody reads: the document is larger than a pipe holds, so the program waits to write the rest of it.
    process = start(["report", "--demo", "-o", "json"], tmp_path)
    assert process.stdout.read(1) == b"{"
    process.send_signal(signal.SIGINT)
    said = process.stderr.readline()
    assert b"interrupt again" in said, said
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    process.stdout.close()
    process.stderr.close()


def test_an_empty_region_variable_counts_as_none(demo, run):
    account = demo.estate()["accounts"][0]
    keys = servers.Credentials(account["access_key_id"]).environment()
    args = ["report", "--endpoint-url", demo.url, "-s", "ec2", "-r", "us-east-1", "-o", "json"]
    document = run(*args, env={**keys, "AWS_REGION": "", "AWS_DEFAULT_REGION": ""}).expect(0).document()
    assert document["resources"] and document["coverage"]["complete"]


def test_a_line_end_in_a_key_is_an_error_and_no_panic(demo, run):
    # As it comes out of a secret that was made with `echo`.
    keys = {"AWS_ACCESS_KEY_ID": "AKIADEMO111122223333\n", "AWS_SECRET_ACCESS_KEY": "x"}
    ran = run("report", "--endpoint-url", demo.url, "-o", "json", env={**keys, "AWS_REGION": "us-east-1"}).expect(4)
    failures = [f for q in ran.document()["coverage"]["queries"] for f in q["parts"]["inventory"]["failures"]]
    assert failures and {f["class"] for f in failures} == {"credentials_invalid"}
    assert "panicked" not in ran.stderr
