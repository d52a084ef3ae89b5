"""What boto3 reads from a server, as the resources that awsinv must print, and the comparison of the two."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import shape_map
from servers import Credentials, Server
from shape_map import Context

# For runs that are compared with what boto3 lists. Lists tell nothing of metrics, moto does not speak the protocol
# that the Rust SDK speaks to CloudWatch (smithy rpc-v2-cbor), and ministack's CloudWatch has nothing but what
# `test_metrics_ministack.py` puts there.
INVENTORY_ONLY = ["--no-metrics"]

# Keys that tell one resource from every other.
IDENTITY = ("account_id", "region", "type", "id")


def enabled_regions(server: Server, credentials: Credentials) -> list[str]:
    """The Regions that the account may be asked in. moto lists those not opted in too, so their status decides."""
    regions = server.client("ec2", credentials).describe_regions(AllRegions=True)["Regions"]
    enabled = sorted(r["RegionName"] for r in regions if r["OptInStatus"] != "not-opted-in")
    assert enabled
    return enabled


def resources(server: Server, account_id: str, credentials: Credentials, regions: list[str]) -> list[dict]:
    """Every resource of an account in these Regions, in the document's order."""
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda region: _of_region(server, account_id, credentials, region), regions)
        return sorted((each for part in found for each in part), key=identity)


def identity(resource: dict) -> tuple[str, ...]:
    """What the document is sorted by."""
    return tuple(resource[key] for key in IDENTITY)


def _of_region(server: Server, account_id: str, credentials: Credentials, region: str) -> list[dict]:
    def pages(service: str, operation: str, key: str, **parameters):
        for page in server.client(service, credentials, region).get_paginator(operation).paginate(**parameters):
            yield from page[key]

    tags = {
        mapping["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in mapping.get("Tags", [])}
        for mapping in pages(
            "resourcegroupstaggingapi",
            "get_resources",
            "ResourceTagMappingList",
            ResourceTypeFilters=["lambda:function"],
        )
    }
    context = Context(account_id, region, tags)
    raw = [
        (shape_map.EC2_INSTANCE, {**instance, "Reservation": reservation})
        for reservation in pages(
            "ec2", "describe_instances", "Reservations", MaxResults=1000, IncludeManagedResources=True
        )
        for instance in reservation["Instances"]
    ]
    raw += [(shape_map.DB_INSTANCE, each) for each in pages("rds", "describe_db_instances", "DBInstances")]
    raw += [(shape_map.DB_CLUSTER, each) for each in pages("rds", "describe_db_clusters", "DBClusters")]
    raw += [(shape_map.FUNCTION, each) for each in pages("lambda", "list_functions", "Functions")]
    return [table.resource(shape, context) for table, shape in raw]


def table_of(resource: dict) -> shape_map.ShapeMap:
    """The table that a resource's type is made with."""
    ends = {"::Instance": 0, "::DBInstance": 1, "::DBCluster": 2, "::Function": 3}
    return shape_map.ALL[next(at for end, at in ends.items() if resource["type"].endswith(end))]


def assert_same(printed: list[dict], read: list[dict]) -> None:
    """Nothing lost, nothing twice, every key equal."""
    printed_ids, read_ids = [identity(each) for each in printed], [identity(each) for each in read]
    assert len(set(printed_ids)) == len(printed_ids), f"twice: {_repeated(printed_ids)[:5]}"
    assert len(set(read_ids)) == len(read_ids), f"boto3 read twice: {_repeated(read_ids)[:5]}"
    lost, invented = set(read_ids) - set(printed_ids), set(printed_ids) - set(read_ids)
    assert not lost and not invented, (
        f"{len(lost)} lost: {sorted(lost)[:5]}; {len(invented)} invented: {sorted(invented)[:5]}"
    )
    assert printed_ids == read_ids, "the order is not (account_id, region, type, id)"
    differences = [
        difference for ours, theirs in zip(printed, read, strict=True) for difference in _differences(ours, theirs)
    ]
    assert not differences, f"{len(differences)} differences, such as:\n" + "\n".join(differences[:20])


def _repeated(ids: list[tuple]) -> list[tuple]:
    seen: set[tuple] = set()
    return [each for each in ids if each in seen or seen.add(each)]


def _differences(ours: dict, theirs: dict) -> list[str]:
    flat = [{**each, **{f"attributes.{k}": v for k, v in each["attributes"].items()}} for each in (ours, theirs)]
    for each in flat:
        del each["attributes"]
    moving = table_of(ours).moving()
    found = []
    for key in sorted(flat[0].keys() | flat[1].keys()):
        if key not in flat[0] or key not in flat[1]:
            found.append(f"{identity(ours)}: only {'boto3' if key not in flat[0] else 'awsinv'} has {key}")
            continue
        printed, read = flat[0][key], flat[1][key]
        same = _near(printed, read) if key in moving else _equal(printed, read)
        if not same:
            found.append(f"{identity(ours)}: {key} is {printed!r}, boto3 reads {read!r}")
    return found


def _equal(printed, read) -> bool:
    """Equal in value and in JSON type: `1`, `1.0`, `true` and `"1"` are four things, but numbers compare by value."""
    if isinstance(printed, bool) or isinstance(read, bool):
        return printed is read
    return printed == read and (isinstance(printed, str) == isinstance(read, str))


def _near(printed: str | None, read: str | None) -> bool:
    """A moment that moves between two readings: both there, within an hour."""
    if printed is None or read is None:
        return printed is read
    apart = datetime.datetime.fromisoformat(printed) - datetime.datetime.fromisoformat(read)
    return abs(apart.total_seconds()) < 3600
