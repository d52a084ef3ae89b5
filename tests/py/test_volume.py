"""One resource, a thousand, twenty thousand: nothing lost, nothing twice, every field equal."""

import pytest

import readback
import seeds
import servers
from servers import Credentials, Server

pytestmark = pytest.mark.volume

PATIENT = ["--attempt-timeout", "4m", *readback.INVENTORY_ONLY]


def compare(run, server: Server, account_id: str, credentials: Credentials, regions: list[str], count: int) -> dict:
    """Runs awsinv and boto3 over the same account and compares the two."""
    patterns = [flag for region in regions for flag in ("-r", region)]
    env = {**credentials.environment(), "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": server.url}
    document = run("report", *patterns, "-o", "json", *PATIENT, env=env, timeout=600).expect(0).document()
    assert len(document["resources"]) == count
    readback.assert_same(document["resources"], readback.resources(server, account_id, credentials, regions))
    return document


def seed(server: Server, who: Credentials, instances: dict[str, int], databases: int, functions: int) -> None:
    """Fills one account: instances by Region, databases and functions in us-east-1."""
    for region, count in instances.items():
        # 1,000 is the most that one call may start.
        for start in range(0, count, 1000):
            seeds.run_instances(
                server, who, region, min(1000, count - start), {"Name": f"n-{start}"}, InstanceType="t3.micro"
            )
    seeds.create_databases(server, who, "us-east-1", "db", databases)
    seeds.create_functions(server, who, "us-east-1", "fn", functions)


@pytest.mark.moto
@pytest.mark.parametrize(
    ("account_id", "instances", "databases", "functions"),
    [
        ("111111111111", {"us-east-1": 1}, 0, 0),
        ("222222222222", {"us-east-1": 400, "eu-west-1": 200}, 200, 200),
    ],
    ids=["1", "1000"],
)
def test_moto(moto, run, account_id, instances, databases, functions):
    credentials = moto.server.assume(account_id, moto.accounts[0].credentials)
    seed(moto.server, credentials, instances, databases, functions)
    count = sum(instances.values()) + databases + functions
    compare(run, moto.server, account_id, credentials, ["us-east-1", "eu-west-1"], count)


@pytest.mark.ministack
@pytest.mark.parametrize(
    ("account_id", "instances", "databases", "functions"),
    [
        ("111111111111", {"us-east-1": 1}, 0, 0),
        ("222222222222", {"us-east-1": 400, "eu-west-1": 200}, 200, 200),
        ("333333333333", {"us-east-1": 6000, "eu-west-1": 5000, "ap-southeast-2": 5000}, 2000, 2000),
    ],
    ids=["1", "1000", "20000"],
)
def test_ministack(ministack, run, account_id, instances, databases, functions):
    credentials = Credentials(account_id)
    seed(ministack.server, credentials, instances, databases, functions)
    count = sum(instances.values()) + databases + functions
    regions = ["us-east-1", "eu-west-1", "ap-southeast-2"]
    compare(run, ministack.server, account_id, credentials, regions, count)


@pytest.mark.demo
@pytest.mark.parametrize(
    ("regions", "instances", "databases", "clusters", "functions"),
    [(1, 1, 0, 0, 0), (2, 250, 100, 50, 100), (4, 3000, 700, 300, 1000)],
    ids=["1", "1000", "20000"],
)
def test_demo(run, regions, instances, databases, clusters, functions):
    counts = {"instances": instances, "databases": databases, "clusters": clusters, "functions": functions}
    args = [arg for kind, count in counts.items() for arg in (f"--{kind}", str(count))]
    with servers.demo("--accounts", "1", "--regions", str(regions), *args) as server:
        account = server.estate()["accounts"][0]
        credentials = Credentials(account["access_key_id"], account["secret_access_key"])
        assert len(account["regions"]) == regions
        count = regions * sum(counts.values())
        compare(run, server, account["id"], credentials, account["regions"], count)
