"""boto3 and botocore against the demo server: does it speak AWS's protocols, and does it tell its own truth?

    check_demo_wire.py --url http://127.0.0.1:PORT        (a healthy estate: `awsinv demo --port 0`)

Every operation is called in every account and enabled Region, every list is read to its end in several page sizes,
and what boto3 understood is compared with GET /_demo/estate. Every raw body is held against botocore's own shapes:
an element that AWS does not have, a number that is none, an enum value that nobody knows: each is a mismatch.
One line a check; exit 1 if any failed.
"""

import argparse
import collections
import datetime
import json
import sys
import time
import traceback
import unittest.mock
import urllib.request
import xml.etree.ElementTree as ElementTree

import boto3
import botocore.config
import botocore.exceptions
import botocore.model
import botocore.parsers
import dateutil.parser

import oracle

# Values that the estate holds on purpose, which no SDK lists; and EC2's own spelling of its one platform.
FUTURE = {"m12x.3xlarge", "python4.0", "windows"}

# So many instances in one account and Region show everything that the estate has to show.
VARIED = 40

# The scalars of botocore's shapes, and how a text proves to be one.
SCALARS = {
    "integer": int,
    "long": int,
    "double": float,
    "float": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "timestamp": dateutil.parser.isoparse,
    "string": str,
}


class Mismatch(Exception):
    """The server said something that AWS would not."""


def expect(condition, message):
    if not condition:
        raise Mismatch(message)


def same(what, got, wanted):
    expect(got == wanted, f"{what}: {got!r}, not {wanted!r}")


# ---- raw bodies against botocore's shapes -----------------------------------------------------------------------------


def name_of(member, default):
    return member.serialization.get("name", default)


def check_enum(shape, value, path):
    if shape.type_name == "string" and shape.enum:
        expect(value in shape.enum or value in FUTURE, f"{path}: {value!r} is no value of {shape.name}")


def check_xml(shape, element, path):
    """An element and all in it, against the shape that botocore reads it with."""
    children = [(child.tag.rsplit("}", 1)[-1], child) for child in element]
    if shape.type_name == "structure":
        known = {name_of(member, name): member for name, member in shape.members.items()}
        doubled = [name for name, times in collections.Counter(name for name, _ in children).items() if times > 1]
        expect(not doubled, f"{path}: {doubled} twice")
        for name, child in children:
            expect(name in known, f"{path}/{name} is no member of {shape.name}")
            check_xml(known[name], child, f"{path}/{name}")
    elif shape.type_name == "list":
        each = name_of(shape.member, "member")
        for name, child in children:
            same(f"{path}: the name of a list's member", name, each)
            check_xml(shape.member, child, f"{path}/{name}")
    else:
        expect(not children, f"{path} is {shape.type_name}, but holds elements")
        text = element.text or ""
        check_scalar(shape, text, path)


def check_scalar(shape, text, path):
    expect(shape.type_name in SCALARS, f"{path}: this check knows no {shape.type_name}")
    try:
        SCALARS[shape.type_name](text)
    except (KeyError, ValueError):
        raise Mismatch(f"{path}: {text!r} is no {shape.type_name}") from None
    check_enum(shape, text, path)


def check_json(shape, value, path):
    """A JSON value against the shape that botocore reads it with. `null` is AWS's way to leave something out."""
    if value is None:
        return
    if shape.type_name == "structure":
        expect(isinstance(value, dict), f"{path} is no object")
        for name, member in value.items():
            known = {name_of(member, name): member for name, member in shape.members.items()}
            expect(name in known, f"{path}/{name} is no member of {shape.name}")
            check_json(known[name], member, f"{path}/{name}")
    elif shape.type_name == "list":
        expect(isinstance(value, list), f"{path} is no list")
        for nth, member in enumerate(value):
            check_json(shape.member, member, f"{path}[{nth}]")
    elif shape.type_name == "map":
        expect(isinstance(value, dict), f"{path} is no object")
        for key, member in value.items():
            check_json(shape.value, member, f"{path}/{key}")
    else:
        # A moment is a number in JSON, and of its own type in CBOR.
        moment = (int, float, datetime.datetime)
        types = {"string": str, "integer": int, "long": int, "double": (int, float), "boolean": bool, "timestamp": moment}
        expect(isinstance(value, types[shape.type_name]), f"{path}: {value!r} is no {shape.type_name}")
        check_enum(shape, value, path)


def check_body(model, response):
    """The body of one answer of status 200, with its envelope."""
    protocol, operation, body = model.service_model.resolved_protocol, model.name, response["body"]
    if "cbor" in protocol:
        same("the protocol of the answer", response["headers"].get("smithy-protocol"), "rpc-v2-cbor")
        same("its type", response["headers"].get("content-type"), "application/cbor")
        parser = botocore.parsers.RpcV2CBORParser()
        check_json(model.output_shape, parser.parse_data_item(parser.get_peekable_stream_from_bytes(body)), operation)
        return
    if "json" in protocol:
        check_json(model.output_shape, json.loads(body), operation)
        return
    root = ElementTree.fromstring(body)
    api_version = model.service_model.api_version
    namespace, _, name = root.tag.lstrip("{").rpartition("}")
    same("the root element", name, f"{operation}Response")
    expect(api_version in namespace, f"namespace {namespace} is not of API version {api_version}")
    parts = {child.tag.rsplit("}", 1)[-1]: child for child in root}
    if protocol == "ec2":
        request_id = next(child for name, child in parts.items() if name == "requestId")
        root.remove(request_id)
        check_xml(model.output_shape, root, operation)
    else:
        same("the envelope", set(parts), {"ResponseMetadata", f"{operation}Result"})
        request_id = parts["ResponseMetadata"][0]
        check_xml(model.output_shape, parts[f"{operation}Result"], operation)
    same("the request id in body and header", request_id.text, response["headers"].get("x-amzn-requestid"))


# ---- clients ----------------------------------------------------------------------------------------------------------


class Demo:
    """The server, its truth, and clients for it whose every answer is held against the shapes."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        self.truth = self.get("/_demo/estate")
        self.bodies = 0

    def get(self, path, method="GET"):
        with urllib.request.urlopen(urllib.request.Request(self.url + path, method=method), timeout=60) as answer:
            return json.load(answer)

    def client(self, service, region, key, token=None, check=True, protocol=None):
        preferred = botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS
        order = (protocol, *preferred) if protocol else preferred
        with unittest.mock.patch("botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", order):
            client = boto3.client(
                service,
                region_name=region,
                endpoint_url=self.url,
                aws_access_key_id=key,
                aws_secret_access_key="any",
                aws_session_token=token,
                config=botocore.config.Config(retries={"max_attempts": 0}, proxies={}),
            )
        expect(protocol in (None, client.meta.service_model.resolved_protocol), f"{service} does not speak {protocol}")
        if check:
            client.meta.events.register("before-parse", self.before_parse)
        return client

    def before_parse(self, operation_model, response_dict, **_):
        if response_dict["status_code"] == 200:
            check_body(operation_model, response_dict)
            self.bodies += 1

    def is_varied(self):
        """Whether some place has so many instances that every state and oddity has to be among them."""
        places = collections.Counter(
            (resource["account_id"], resource["region"])
            for resource in self.truth["resources"]
            if resource["type"] == "AWS::EC2::Instance"
        )
        return max(places.values(), default=0) >= VARIED

    def places(self):
        """(account, Region) wherever an account can be used."""
        for account in self.truth["accounts"]:
            for region in account["regions"]:
                yield account, region

    def resources(self, account, region, *types):
        return {
            resource["id"]: resource
            for resource in self.truth["resources"]
            if (resource["account_id"], resource["region"]) == (account["id"], region) and resource["type"] in types
        }


def read(client, operation, key, **arguments):
    """Every page of a list, as boto3's own paginator reads it."""
    members = []
    for page in client.get_paginator(operation).paginate(**arguments):
        members.extend(page[key])
    return members


def refused(call, **arguments):
    """The (code, status) of an error."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        metadata = error.response["ResponseMetadata"]
        expect(metadata.get("RequestId"), f"{error}: no request id")
        expect(error.response["Error"].get("Message"), f"{error}: no message")
        return error.response["Error"]["Code"], metadata["HTTPStatusCode"]
    raise Mismatch("answered, where AWS would refuse")


def tags(listed):
    return {tag["Key"]: tag["Value"] for tag in listed or []}


def compare(what, got, wanted, view):
    """Each once, nothing lost, and each as the truth has it. `view` is (id, state, class, tags) of what boto3 read."""
    seen = [view(resource) for resource in got]
    ids = collections.Counter(resource[0] for resource in seen)
    same(f"{what}, listed twice", [name for name, times in ids.items() if times > 1], [])
    same(f"{what}, lost", sorted(set(wanted) - set(ids)), [])
    same(f"{what}, invented", sorted(set(ids) - set(wanted)), [])
    for name, state, kind, its_tags in seen:
        truth = wanted[name]
        same(f"{what} {name}", (state, kind, its_tags), (truth["state"], truth["class"], truth["tags"]))


# ---- checks -----------------------------------------------------------------------------------------------------------

DB_INSTANCES = ["AWS::RDS::DBInstance", "AWS::Neptune::DBInstance", "AWS::DocDB::DBInstance"]
DB_CLUSTERS = ["AWS::RDS::DBCluster", "AWS::Neptune::DBCluster", "AWS::DocDB::DBCluster"]
FAMILY = {"neptune": "Neptune", "docdb": "DocDB"}


def instance_view(instance):
    return instance["InstanceId"], instance["State"]["Name"], instance["InstanceType"], tags(instance.get("Tags"))


def check_instances(demo):
    total, together = 0, 0
    for account, region in demo.places():
        client = demo.client("ec2", region, account["access_key_id"])
        wanted = demo.resources(account, region, "AWS::EC2::Instance")
        visible = {name: truth for name, truth in wanted.items() if not truth["hidden_by_default"]}
        for size, managed in [(5, True), (1000, True), (7, False), (None, True)]:
            arguments = {"IncludeManagedResources": managed}
            if size:
                arguments["PaginationConfig"] = {"PageSize": size}
            reservations = read(client, "describe_instances", "Reservations", **arguments)
            together = max([together, *(len(reservation["Instances"]) for reservation in reservations)])
            for reservation in reservations:
                same("the owner of a reservation", reservation["OwnerId"], account["id"])
            instances = [instance for reservation in reservations for instance in reservation["Instances"]]
            what = f"instances of {account['id']} in {region}, {size} a page"
            compare(what, instances, wanted if managed else visible, instance_view)
        total += len(wanted)
    expect(together > 1 or not demo.is_varied(), "no reservation holds several instances")
    return f"{total} instances"


def check_instance_attributes(demo):
    account = demo.truth["accounts"][0]
    seen = collections.Counter()
    for region in account["regions"]:
        client = demo.client("ec2", region, account["access_key_id"])
        for reservation in read(client, "describe_instances", "Reservations"):
            for instance in reservation["Instances"]:
                seen.update(name for name, value in instance.items() if value not in ("", [], None))
                if instance["State"]["Name"] != "terminated":
                    primary = [n for n in instance["NetworkInterfaces"] if n["Attachment"]["DeviceIndex"] == 0]
                    same("primary network interfaces", len(primary), 1)
                    expect(primary[0]["Attachment"]["AttachTime"] <= instance["LaunchTime"], "attached after the start")
                    same("private address", primary[0]["PrivateIpAddress"], instance["PrivateIpAddress"])
    wanted = (
        "Architecture BlockDeviceMappings IamInstanceProfile ImageId InstanceLifecycle InstanceType KeyName LaunchTime "
        "Monitoring NetworkInterfaces Placement Platform PlatformDetails PrivateIpAddress PublicIpAddress "
        "RootDeviceName RootDeviceType SecurityGroups State StateReason StateTransitionReason SubnetId Tags VpcId"
    ).split()
    if demo.is_varied():
        same("attributes that no instance has", [name for name in wanted if not seen[name]], [])
    return f"{len(seen)} members in use"


def check_instance_parameters(demo):
    account = demo.truth["accounts"][0]
    region = account["regions"][1 if len(account["regions"]) > 1 else 0]
    client = demo.client("ec2", region, account["access_key_id"])
    wanted = demo.resources(account, region, "AWS::EC2::Instance")
    for state in ["running", "stopped", "terminated"]:
        filters = [{"Name": "instance-state-name", "Values": [state]}]
        reservations = read(client, "describe_instances", "Reservations", Filters=filters, IncludeManagedResources=True)
        ids = {instance["InstanceId"] for reservation in reservations for instance in reservation["Instances"]}
        same(f"{state} instances", ids, {name for name, truth in wanted.items() if truth["state"] == state})
    for name in list(wanted)[:2]:
        [reservation] = client.describe_instances(InstanceIds=[name])["Reservations"]
        same("the instance asked for", [instance["InstanceId"] for instance in reservation["Instances"]], [name])
    describe = client.describe_instances
    same("an unknown id", refused(describe, InstanceIds=["i-0123456789abcdef0"]), ("InvalidInstanceID.NotFound", 400))
    same("4 a page", refused(describe, MaxResults=4), ("InvalidParameterValue", 400))
    same("1001 a page", refused(describe, MaxResults=1001), ("InvalidParameterValue", 400))
    both = refused(describe, MaxResults=5, InstanceIds=["i-0123456789abcdef0"])
    same("ids and a page size", both, ("InvalidParameterCombination", 400))
    same("a token of nobody", refused(describe, NextToken="bm9ib2R5"), ("InvalidNextToken", 400))
    return "filters, ids, bounds and tokens"


def check_db_instances(demo):
    total, engines, states = 0, set(), set()
    for account, region in demo.places():
        client = demo.client("rds", region, account["access_key_id"])
        wanted = demo.resources(account, region, *DB_INSTANCES)
        for size in [20, 100]:
            pages = {"PaginationConfig": {"PageSize": size}}
            databases = read(client, "describe_db_instances", "DBInstances", **pages)
            compare(
                f"DB instances of {account['id']} in {region}, {size} a page",
                databases,
                wanted,
                lambda d: (d["DBInstanceIdentifier"], d["DBInstanceStatus"], d["DBInstanceClass"], tags(d["TagList"])),
            )
        names = {database["DBInstanceIdentifier"] for database in databases}
        for database in databases:
            engines.add(database["Engine"])
            states.add(database["DBInstanceStatus"])
            truth = wanted[database["DBInstanceIdentifier"]]
            same("ARN", database["DBInstanceArn"], truth["arn"])
            same("type", f"AWS::{FAMILY.get(database['Engine'], 'RDS')}::DBInstance", truth["type"])
            same("endpoint", "Endpoint" in database, database["DBInstanceStatus"] != "creating")
            for other in database["ReadReplicaDBInstanceIdentifiers"]:
                expect(other in names, f"{other} is a replica, but does not exist")
        total += len(wanted)
    return f"{total} DB instances of {len(engines)} engines in {len(states)} states"


def check_db_clusters(demo):
    total, engines = 0, set()
    for account, region in demo.places():
        client = demo.client("rds", region, account["access_key_id"])
        wanted = demo.resources(account, region, *DB_CLUSTERS)
        instances = demo.resources(account, region, *DB_INSTANCES)
        for size in [20, 100]:
            pages = {"PaginationConfig": {"PageSize": size}}
            clusters = read(client, "describe_db_clusters", "DBClusters", **pages)
            compare(
                f"DB clusters of {account['id']} in {region}, {size} a page",
                clusters,
                wanted,
                lambda c: (c["DBClusterIdentifier"], c["Status"], c.get("DBClusterInstanceClass"), tags(c["TagList"])),
            )
        for cluster in clusters:
            engines.add(cluster["Engine"])
            truth = wanted[cluster["DBClusterIdentifier"]]
            same("ARN", cluster["DBClusterArn"], truth["arn"])
            same("type", f"AWS::{FAMILY.get(cluster['Engine'], 'RDS')}::DBCluster", truth["type"])
            members = cluster["DBClusterMembers"]
            same("writers", sum(member["IsClusterWriter"] for member in members), min(1, len(members)))
            for member in members:
                expect(member["DBInstanceIdentifier"] in instances, f"member {member} does not exist")
        total += len(wanted)
    return f"{total} DB clusters of {len(engines)} engines"


def check_rds_parameters(demo):
    account = demo.truth["accounts"][0]
    client = demo.client("rds", account["regions"][0], account["access_key_id"])
    wanted = demo.resources(account, account["regions"][0], *DB_INSTANCES)
    filters = [{"Name": "engine", "Values": ["docdb", "neptune"]}]
    found = read(client, "describe_db_instances", "DBInstances", Filters=filters)
    outside = {name for name, truth in wanted.items() if not truth["type"].startswith("AWS::RDS")}
    same("Neptune and DocumentDB", {database["DBInstanceIdentifier"] for database in found}, outside)
    for name in list(wanted)[:1]:
        [database] = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        same("the instance asked for", database["DBInstanceIdentifier"], name)
    describe = client.describe_db_instances
    same("an unknown name", refused(describe, DBInstanceIdentifier="nobody"), ("DBInstanceNotFound", 404))
    same("19 a page", refused(describe, MaxRecords=19), ("InvalidParameterValue", 400))
    same("101 a page", refused(describe, MaxRecords=101), ("InvalidParameterValue", 400))
    same("a marker of nobody", refused(describe, Marker="bm9ib2R5"), ("InvalidParameterValue", 400))
    return "filters, names, bounds and markers"


def check_functions(demo):
    total = 0
    for account, region in demo.places():
        client = demo.client("lambda", region, account["access_key_id"])
        wanted = demo.resources(account, region, "AWS::Lambda::Function")
        for size in [3, 50, 10_000]:
            pages = list(client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": size}))
            expect(all(len(page["Functions"]) <= 50 for page in pages), "more than 50 functions in a page")
            functions = [function for page in pages for function in page["Functions"]]
            what = f"functions of {account['id']} in {region}, {size} a page"
            # Tags and state are not this call's to tell.
            plain = {name: {**truth, "tags": {}} for name, truth in wanted.items()}
            compare(what, functions, plain, lambda f: (f["FunctionName"], f.get("State"), None, tags(f.get("Tags"))))
        for function in functions:
            same("ARN", function["FunctionArn"], wanted[function["FunctionName"]]["arn"])
            same("runtime", "Runtime" in function, function["PackageType"] == "Zip")
        total += len(wanted)
    client = demo.client("lambda", "us-east-1", demo.truth["accounts"][0]["access_key_id"])
    same("a marker of nobody", refused(client.list_functions, Marker="x"), ("InvalidParameterValueException", 400))
    return f"{total} functions"


def check_tags(demo):
    total = 0
    for account, region in demo.places():
        client = demo.client("resourcegroupstaggingapi", region, account["access_key_id"])
        truth = {r["arn"]: r for r in demo.resources(account, region, "AWS::Lambda::Function").values()}
        for size in [1, 50, 100]:
            pages = {"PaginationConfig": {"PageSize": size}, "ResourceTypeFilters": ["lambda:function"]}
            mappings = read(client, "get_resources", "ResourceTagMappingList", **pages)
            same("listed twice", len(mappings), len({mapping["ResourceARN"] for mapping in mappings}))
            listed = {mapping["ResourceARN"]: tags(mapping["Tags"]) for mapping in mappings}
            for arn, resource in truth.items():
                same(f"tags of {arn}", listed.pop(arn, {}), resource["tags"])
            same("ARNs of nobody", listed, {})
        total += len(truth)
    client = demo.client("resourcegroupstaggingapi", "us-east-1", demo.truth["accounts"][0]["access_key_id"])
    same("101 a page", refused(client.get_resources, ResourcesPerPage=101), ("InvalidParameterException", 400))
    return f"tags of {total} functions"


def check_regions(demo):
    for account in demo.truth["accounts"]:
        key, every = account["access_key_id"], set(account["regions"]) | set(account["regions_not_enabled"])
        client = demo.client("ec2", "us-east-1", key)
        enabled = {region["RegionName"] for region in client.describe_regions()["Regions"]}
        same("enabled Regions", enabled, set(account["regions"]))
        listed = client.describe_regions(AllRegions=True)["Regions"]
        same("every Region", {region["RegionName"] for region in listed}, every)
        off = {region["RegionName"] for region in listed if region["OptInStatus"] == "not-opted-in"}
        same("Regions not opted in to", off, set(account["regions_not_enabled"]))
        pages = {"PaginationConfig": {"PageSize": 10}}
        regions = read(demo.client("account", "us-east-1", key), "list_regions", "Regions", **pages)
        on = {r["RegionName"] for r in regions if r["RegionOptStatus"] in ("ENABLED", "ENABLED_BY_DEFAULT")}
        same("account:ListRegions", (on, {r["RegionName"] for r in regions}), (set(account["regions"]), every))
        zones = client.describe_availability_zones()["AvailabilityZones"]
        expect(len(zones) > 1 and {zone["RegionName"] for zone in zones} == {"us-east-1"}, f"zones: {zones}")
    return f"{len(demo.truth['accounts'])} accounts"


def check_identity(demo):
    first = demo.truth["accounts"][0]
    sts = demo.client("sts", "us-east-1", first["access_key_id"])
    same("the caller", sts.get_caller_identity()["Account"], first["id"])
    for account in demo.truth["accounts"]:
        arn = f"arn:aws:iam::{account['id']}:role/path/Inventory"
        answer = sts.assume_role(RoleArn=arn, RoleSessionName="check", ExternalId="demo")
        keys = answer["Credentials"]
        session = demo.client("sts", "us-east-1", keys["AccessKeyId"], keys["SessionToken"]).get_caller_identity()
        same("the session's account", session["Account"], account["id"])
        same("the session's ARN", session["Arn"], f"arn:aws:sts::{account['id']}:assumed-role/Inventory/check")
        same("the ARN that AssumeRole told", answer["AssumedRoleUser"]["Arn"], session["Arn"])
        lost = demo.client("sts", "us-east-1", keys["AccessKeyId"])
        same("no session token", refused(lost.get_caller_identity), ("InvalidClientTokenId", 403))
    nobody = {"RoleArn": "arn:aws:iam::000000000000:role/Inventory", "RoleSessionName": "check"}
    same("an account of nobody", refused(sts.assume_role, **nobody), ("AccessDenied", 403))
    return "callers and sessions"


# boto3 prefers the first for CloudWatch, the Rust SDK speaks the second.
CLOUDWATCH_PROTOCOLS = ["json", "smithy-rpc-v2-cbor"]


def check_metrics(demo):
    total = 0
    for account, region in demo.places():
        wanted = [
            (*oracle.identity(resource), name)
            for resource in demo.truth["resources"]
            if (resource["account_id"], resource["region"]) == (account["id"], region)
            and not resource.get("stopped_at")
            for name in oracle.metrics(resource, demo.truth["seed"])
        ]
        for protocol in CLOUDWATCH_PROTOCOLS:
            client = demo.client("cloudwatch", region, account["access_key_id"], protocol=protocol)
            listed = [
                (metric["Namespace"], dimension["Name"], dimension["Value"], metric["MetricName"])
                for metric in read(client, "list_metrics", "Metrics", RecentlyActive="PT3H")
                for dimension in metric["Dimensions"]
            ]
            same(f"metrics of {account['id']} in {region}, in {protocol}", sorted(listed), sorted(wanted))
        total += len(wanted)
    return f"{total} metrics in {len(CLOUDWATCH_PROTOCOLS)} protocols"


def check_metric_data(demo):
    account, seed = demo.truth["accounts"][0], demo.truth["seed"]
    end = int(time.time()) // 60 * 60 - 120
    span = {"StartTime": end - 3600, "EndTime": end}
    total = 0
    for region, protocol in [(region, protocol) for region in account["regions"][:3] for protocol in CLOUDWATCH_PROTOCOLS]:
        client = demo.client("cloudwatch", region, account["access_key_id"], protocol=protocol)
        places = [r for r in demo.truth["resources"] if (r["account_id"], r["region"]) == (account["id"], region)]
        for resource in places[::4]:
            namespace, dimension, value = oracle.identity(resource)
            for name in sorted(oracle.metrics(resource, seed)):
                dimensions = [{"Name": dimension, "Value": value}]
                metric = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
                query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 600, "Stat": "Average"}}
                results = read(client, "get_metric_data", "MetricDataResults", MetricDataQueries=[query], **span)
                values = dict(zip(results[0]["Timestamps"], results[0]["Values"], strict=True))
                wanted = oracle.series(resource, seed, name, "Average", end - 3600, end, 600, time.time())
                same(f"{name} of {value}", {int(at.timestamp()): v for at, v in values.items()}, wanted)
                answer = client.get_metric_statistics(**metric, **span, Period=600, Statistics=["Average"])
                told = {int(point["Timestamp"].timestamp()): point["Average"] for point in answer["Datapoints"]}
                same(f"statistics of {name} of {value}", told, wanted)
                total += len(wanted)
    return f"{total} datapoints"


def check_metric_refusals(demo):
    account = demo.truth["accounts"][0]
    now = int(time.time())
    span = {"StartTime": now - 3600, "EndTime": now}
    for protocol in CLOUDWATCH_PROTOCOLS:
        client = demo.client("cloudwatch", "us-east-1", account["access_key_id"], protocol=protocol)
        metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization"}
        query = {"Id": "M", "MetricStat": {"Metric": metric, "Period": 600, "Stat": "Average"}}
        data, statistics = client.get_metric_data, client.get_metric_statistics
        same("an id in capitals", refused(data, MetricDataQueries=[query], **span), ("ValidationError", 400))
        query["Id"] = "m"
        nobody = refused(data, MetricDataQueries=[query], NextToken="bm9ib2R5", **span)
        same("a token of nobody", nobody, ("InvalidNextToken", 400))
        none = refused(statistics, **metric, **span, Period=60)
        same("no statistic", none, ("InvalidParameterCombination", 400))
        odd = refused(statistics, **metric, **span, Period=61, Statistics=["Sum"])
        same("61 seconds", odd, ("InvalidParameterValue", 400))
        same("a list's token of nobody", refused(client.list_metrics, NextToken="x"), ("InvalidParameterValue", 400))
    return "ids, tokens, statistics and periods"


def check_refusals(demo):
    account = demo.truth["accounts"][0]
    calls = {
        ("ec2", "describe_instances"): ("AuthFailure", 401),
        ("rds", "describe_db_instances"): ("InvalidClientTokenId", 403),
        ("sts", "get_caller_identity"): ("InvalidClientTokenId", 403),
        ("lambda", "list_functions"): ("UnrecognizedClientException", 403),
        ("cloudwatch", "list_metrics"): ("InvalidClientTokenId", 403),
        ("resourcegroupstaggingapi", "get_resources"): ("UnrecognizedClientException", 400),
    }
    for (service, operation), wanted in calls.items():
        stranger = demo.client(service, "us-east-1", "AKIAIOSFODNN7EXAMPLE")
        same(f"{service}, unknown key", refused(getattr(stranger, operation)), wanted)
        for region in account["regions_not_enabled"][:1]:
            disabled = demo.client(service, region, account["access_key_id"])
            same(f"{service}, Region not enabled", refused(getattr(disabled, operation)), wanted)
    unknown = {
        ("ec2", "describe_vpcs"): ("InvalidAction", 400),
        ("rds", "describe_events"): ("InvalidAction", 400),
        ("sts", "get_session_token"): ("InvalidAction", 400),
        ("lambda", "list_layers"): ("UnknownOperationException", 404),
        ("cloudwatch", "describe_alarms"): ("UnknownOperationException", 404),
        ("resourcegroupstaggingapi", "get_tag_keys"): ("UnknownOperationException", 400),
        ("account", "get_contact_information"): ("UnknownOperationException", 404),
    }
    for (service, operation), wanted in unknown.items():
        client = demo.client(service, "us-east-1", account["access_key_id"])
        same(f"{service}, {operation}", refused(getattr(client, operation)), wanted)
    return f"{len(calls)} services and {len(unknown)} unknown operations"


def check_counts(demo):
    account = demo.truth["accounts"][0]
    demo.get("/_demo/reset-calls", "POST")
    client = demo.client("sts", "us-east-1", account["access_key_id"])
    for _ in range(3):
        client.get_caller_identity()
    counted = demo.get("/_demo/calls")
    name = f"sts:GetCallerIdentity@us-east-1/{account['id']}"
    same("calls", (counted[name], counted["total"]), (3, 3))
    return "3 of 3 calls"


CHECKS = [
    check_regions,
    check_identity,
    check_instances,
    check_instance_attributes,
    check_instance_parameters,
    check_db_instances,
    check_db_clusters,
    check_rds_parameters,
    check_functions,
    check_tags,
    check_metrics,
    check_metric_data,
    check_metric_refusals,
    check_refusals,
    check_counts,
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True, help="the demo server, as `awsinv demo` prints it")
    demo = Demo(parser.parse_args().url)
    failed = 0
    for check in CHECKS:
        name = check.__name__.removeprefix("check_").replace("_", " ")
        try:
            print(f"ok      {name}: {check(demo)}", flush=True)
        except (Mismatch, AssertionError) as mismatch:
            failed += 1
            print(f"FAILED  {name}: {mismatch}", flush=True)
        except Exception:  # A check that breaks must not hide the others.
            failed += 1
            print(f"FAILED  {name}: {traceback.format_exc()}", flush=True)
    print(f"{len(CHECKS) - failed} of {len(CHECKS)} checks passed; {demo.bodies} bodies held against botocore's shapes")
    return 1 if failed or not demo.bodies else 0


if __name__ == "__main__":
    sys.exit(main())
