"""Starts and stops what awsinv is run against: its own demo server, moto and ministack.

All of them listen on loopback only, keep their state in a temporary folder, and are gone when the block ends.
A server that does not come up is an error: no test is ever skipped for the lack of one.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from unittest import mock

import boto3
import botocore.model
from botocore.config import Config

import awsinv

# Python servers import a lot, on a machine that may be compiling at the same time.
READY_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Credentials:
    """What signs a request; it also tells every one of these servers whose account is meant."""

    access_key_id: str
    secret_access_key: str = "secret"
    session_token: str | None = None

    def environment(self) -> dict[str, str]:
        """The same, as AWS_* variables."""
        variables = {"AWS_ACCESS_KEY_ID": self.access_key_id, "AWS_SECRET_ACCESS_KEY": self.secret_access_key}
        if self.session_token:
            variables["AWS_SESSION_TOKEN"] = self.session_token
        return variables


@dataclasses.dataclass(frozen=True)
class Server:
    """A running server."""

    name: str
    url: str

    def client(self, service: str, credentials: Credentials, region: str = "us-east-1", protocol: str | None = None):
        """A boto3 client of it; `protocol` is put before those that botocore prefers, where the service has it."""
        preferred = botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS
        order = (protocol, *preferred) if protocol else preferred
        with mock.patch("botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", order):
            return self._client(service, credentials, region)

    def _client(self, service: str, credentials: Credentials, region: str):
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
            # The demo server is asked to fail on purpose; moto needs minutes for a thousand instances when busy.
            # boto3 packs what it puts into CloudWatch, and ministack does not unpack it.
            config=Config(
                retries={"total_max_attempts": 2}, read_timeout=300, proxies={}, disable_request_compression=True
            ),
        )

    def assume(self, account_id: str, caller: Credentials) -> Credentials:
        """Credentials of a role in that account."""
        answer = self.client("sts", caller).assume_role(
            RoleArn=f"arn:aws:iam::{account_id}:role/inventory", RoleSessionName="tests"
        )["Credentials"]
        return Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])

    def estate(self) -> dict:
        """The demo server's own account of what it holds: every account with its keys, and every resource."""
        return self._get("/_demo/estate")

    def calls(self) -> dict:
        """What the demo server has been asked: calls by `service:Operation@region/account`, and some totals."""
        return self._get("/_demo/calls")

    def billed(self) -> dict:
        """What the demo server's answers would have cost: queries of GetMetricData, requests of GetMetricStatistics."""
        return self._get("/_demo/billed")

    def reset_calls(self) -> None:
        """Forgets the calls, what they cost, and how often each fault struck."""
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/_demo/reset-calls", method="POST"), timeout=60):
            pass

    def _get(self, path: str) -> dict:
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.load(answer)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _stop(process: subprocess.Popen) -> None:
    """Ends a server and whatever it started: it leads its own process group."""
    for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


@contextlib.contextmanager
def _serving(name: str, command: list[str], port: int, path: str, env: dict, home: str) -> Iterator[Server]:
    """Runs a server until the block ends; the block starts once `path` is answered."""
    url = f"http://127.0.0.1:{port}"
    log = pathlib.Path(home) / "server.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            command,
            env=awsinv.clean_environment(pathlib.Path(home), {"TMPDIR": home, **env}),
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                with urllib.request.urlopen(url + path, timeout=5):
                    break
            if process.poll() is not None or time.monotonic() > deadline:
                ended = f"ended with {process.returncode}" if process.poll() is not None else "is not ready"
                raise RuntimeError(f"{name} {ended}:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.05)
        yield Server(name, url)
    finally:
        _stop(process)


@contextlib.contextmanager
def moto() -> Iterator[Server]:
    """moto's server. Its accounts: 123456789012 for any key, others through AssumeRole."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="awsinv-moto-") as home:
        command = [str(pathlib.Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
        with _serving("moto", command, port, "/moto-api/data.json", {}, home) as server:
            yield server


# ministack takes a 12-digit access key for the account, and every other key (so every assumed role) for this one.
MINISTACK_ROLE_ACCOUNT = "210987654321"

# What lets ministack read and write CBOR, in which the Rust SDK speaks to CloudWatch.
MINISTACK_SITE = pathlib.Path(__file__).with_name("ministack_site")


@contextlib.contextmanager
def ministack() -> Iterator[Server]:
    """ministack's server, without any of its listeners but the one, and without Docker."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="awsinv-ministack-") as home:
        env = {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_ACCOUNT_ID": MINISTACK_ROLE_ACCOUNT,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "DOCKER_HOST": f"unix://{home}/no-docker.sock",
            "PERSIST_STATE": "0",
            "STATE_DIR": f"{home}/state",
            "S3_DATA_DIR": f"{home}/s3",
            # A new function is Active at once, so that two readings agree.
            "LAMBDA_STATE_TRANSITION_SECONDS": "0",
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(MINISTACK_SITE),
        }
        command = [str(pathlib.Path(sys.executable).parent / "ministack")]
        with _serving("ministack", command, port, "/_ministack/health", env, home) as server:
            yield server


@contextlib.contextmanager
def demo(*args: str) -> Iterator[Server]:
    """`awsinv demo` with these arguments, on a port of its own choice."""
    with tempfile.TemporaryDirectory(prefix="awsinv-demo-") as home:
        log = pathlib.Path(home) / "server.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(
                [str(awsinv.binary()), "demo", "--port", "0", *args],
                env=awsinv.clean_environment(pathlib.Path(home)),
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            # It says where it listens once it does.
            deadline = time.monotonic() + READY_SECONDS
            while not (found := re.search(rb"http://127\.0\.0\.1:\d+", log.read_bytes())):
                if process.poll() is not None or time.monotonic() > deadline:
                    said = log.read_text(errors="replace")
                    raise RuntimeError(f"awsinv demo {' '.join(args)}: exit {process.poll()}:\n{said}")
                time.sleep(0.02)
            yield Server("demo", found.group().decode())
        finally:
            _stop(process)
