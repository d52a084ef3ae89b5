"""A server whose every answer has every member of its shape, each with a value of its own.

No real estate has every member filled, so a field that is mixed up with its neighbour, or read as nothing, could equal
boto3's reading by chance everywhere else. Here it cannot: values are made from botocore's shapes, and all differ.
Two more fillings ask the opposite: is `false` told from nothing, and is a resource kept of which only the id is there?
"""

import contextlib
import json
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

import botocore.session

from servers import Server

ACCOUNT = "123456789012"
REGION = "eu-west-1"
SECRET = "planted-in-every-sensitive-member"

# Elements of each list.
LENGTH = 2

# Members that must have one value, or none, by their path's end.
FIXED = {
    "NextToken": None,
    "Marker": None,
    "NextMarker": None,
    "PaginationToken": None,
    "Account": ACCOUNT,
    "GetCallerIdentityResponse.Arn": f"arn:aws:iam::{ACCOUNT}:user/inventory",
    "Regions.RegionName": REGION,
    "Regions.OptInStatus": "opt-in-not-required",
    # The primary network interface, whose attachment is the instance's creation.
    "Attachment.DeviceIndex": 0,
    "Attachment.NetworkCardIndex": 0,
    "StatusInfos.StatusType": "read replication",
    "Functions.LastModified": "2024-02-29T12:34:56.789+0000",
    "MasterUserPassword": SECRET,
    "TdeCredentialArn": SECRET,
    "MasterUsername": SECRET,
    "Error.Message": SECRET,
    "ClientToken": SECRET,
}

# What a `bare` resource still has: its names, and the one number that the Rust SDK cannot say is missing.
IDENTIFIERS = {"InstanceId", "DBInstanceIdentifier", "DBInstanceArn", "DBClusterIdentifier", "DBClusterArn"}
IDENTIFIERS |= {"FunctionName", "FunctionArn", "ResourceARN", "CodeSize"}

# A GetResources page names what ListFunctions' page names, so these are numbered apart from the rest.
ALIKE = {"FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:{}", "ResourceARN": None}
ALIKE["ResourceARN"] = ALIKE["FunctionArn"]


class Values:
    """Values for a shape, as botocore's parsers would give them but for times, which are text.

    `filling` is `full`, `false` (booleans are, and numbers are 0) or `bare` (nothing but identifiers).
    """

    def __init__(self, filling: str) -> None:
        self.filling = filling
        self.made = 0

    def of(self, shape, path: str = "", element: int = 0):
        """A value for a shape; `path` is where it stands, without the lists' element numbers."""
        fixed = next((end for end in FIXED if f".{path}".endswith(f".{end}")), None)
        if fixed is not None:
            return None if self.filling == "bare" else FIXED[fixed]
        name = path.rpartition(".")[2]
        if name in ALIKE:
            return ALIKE[name].format(element)
        if shape.type_name == "structure":
            made = {key: self.of(member, f"{path}.{key}", element) for key, member in shape.members.items()}
            # The empty list at the top stays: without it the answer would not be one.
            top = "." not in path
            return {
                key: value for key, value in made.items() if value is not None and (value or value in (0, "") or top)
            }
        if shape.type_name == "list":
            elements = [self.of(shape.member, path, number) for number in range(1 if "Regions" in path else LENGTH)]
            return [each for each in elements if each not in (None, {})]
        if shape.type_name == "map":
            return {"DB_PASSWORD": SECRET}
        self.made += 1
        if self.filling == "bare" and name not in IDENTIFIERS:
            return None
        zero = self.filling == "false"
        return {
            "string": lambda: f"{name}-{self.made}",
            "integer": lambda: 0 if zero else 1000 + self.made,
            "long": lambda: 0 if zero else 5_000_000_000 + self.made,
            "double": lambda: 0.0 if zero else self.made + 0.5,
            "boolean": lambda: not zero,
            "timestamp": lambda: (
                f"2024-01-01T{self.made // 3600 % 24:02}:{self.made // 60 % 60:02}:{self.made % 60:02}Z"
            ),
        }[shape.type_name]()


def xml(shape, value, name: str) -> str:
    """A value in the words of the query protocols: names and lists as botocore's parsers expect them."""
    if shape.type_name == "structure":
        return f"<{name}>{members(shape, value)}</{name}>"
    if shape.type_name == "list":
        item = shape.member.serialization.get("name", "member")
        inner = "".join(xml(shape.member, each, item) for each in value)
        return f"<{name}>{inner}</{name}>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(text)}</{name}>"


def members(shape, value: dict) -> str:
    """The members of a structure, without an element around them."""
    return "".join(
        xml(member, value[key], member.serialization.get("name", key))
        for key, member in shape.members.items()
        if key in value
    )


def answer(service: str, operation: str, filling: str) -> tuple[str, bytes]:
    """Content type and body of an operation's whole answer. Who and where are always told."""
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    shape = model.output_shape
    value = Values("full" if operation in ("GetCallerIdentity", "DescribeRegions") else filling).of(
        shape, f"{operation}Response"
    )
    if service in ("lambda", "resourcegroupstaggingapi"):
        return "application/json", json.dumps(value).encode()
    body = members(shape, value)
    wrapper = shape.serialization.get("resultWrapper")
    if wrapper:
        body = f"<{wrapper}>{body}</{wrapper}><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
    else:
        body += "<requestId>r-1</requestId>"
    return "text/xml", f'<{operation}Response xmlns="urn:whole">{body}</{operation}Response>'.encode()


class Handler(BaseHTTPRequestHandler):
    """Finds the operation of a request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802, the name is http.server's
        """ListFunctions is the only one."""
        self.reply("lambda", "ListFunctions")

    def do_POST(self) -> None:  # noqa: N802
        """A form with an Action, or JSON with a target."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        target = self.headers.get("X-Amz-Target")
        service = self.headers["Authorization"].split("/")[3]
        if target:
            self.reply("resourcegroupstaggingapi", target.rpartition(".")[2])
        else:
            self.reply(service, urllib.parse.parse_qs(body)["Action"][0])

    def reply(self, service: str, operation: str) -> None:
        """Sends the whole answer."""
        kind, body = answer(service, operation, self.server.filling)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Says nothing."""


@contextlib.contextmanager
def serving(filling: str) -> Iterator[Server]:
    """The server, on a port of its own, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.filling = filling
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Server("whole", f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
