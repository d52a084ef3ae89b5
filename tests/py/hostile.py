"""A proxy in front of the demo server that gives CloudWatch's answers another shape: false, odd, or none at all.

All else passes through. It writes CBOR itself, so that it can say what no well-behaved library would, and counts what
its answers would have cost: every query of GetMetricData and every request to GetMetricStatistics answered with 200.

    with hostile.before(demo, lambda ask: ask.honest() | {"NextToken": "again"}) as server: ...
"""

import contextlib
import dataclasses
import datetime
import http.client
import http.server
import re
import socket
import struct
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator

import botocore.exceptions

import servers

DATA, STATISTICS = "GetMetricData", "GetMetricStatistics"


@dataclasses.dataclass(frozen=True)
class At:
    """A time, as CBOR's tag 1 has it; NaN and infinity are possible."""

    seconds: float


def encode(value) -> bytes:
    """CBOR of a value made of dicts, lists, strings, bytes, numbers, booleans, None and `At`."""

    def head(major: int, size: int) -> bytes:
        if size < 24:
            return bytes([major << 5 | size])
        for code, form in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
            if size < 1 << 8 * struct.calcsize(form):
                return bytes([major << 5 | code]) + struct.pack(form, size)
        raise OverflowError(size)

    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case str():
            text = value.encode()
            return head(3, len(text)) + text
        case bytes():
            return head(2, len(value)) + value
        case At(seconds):
            return b"\xc1" + encode(seconds)
        case list():
            return head(4, len(value)) + b"".join(map(encode, value))
        case dict():
            return head(5, len(value)) + b"".join(encode(part) for pair in value.items() for part in pair)
    raise TypeError(type(value))


def decode(data: bytes):
    """The value that `encode` makes into this; of others' CBOR, all that AWS's protocol uses."""
    at = 0

    def take(count: int) -> bytes:
        nonlocal at
        at += count
        if at > len(data):
            raise ValueError("the data ends too soon")
        return data[at - count : at]

    stop = object()

    def until_stop():
        while (found := item()) is not stop:
            yield found

    def item():
        first = take(1)[0]
        major, size = first >> 5, first & 31
        if major == 7:
            if size in (25, 26, 27):
                return struct.unpack({25: ">e", 26: ">f", 27: ">d"}[size], take(1 << size - 24))[0]
            return {20: False, 21: True, 22: None, 23: None, 31: stop}[size]
        endless = size == 31
        if 24 <= size <= 27:
            size = int.from_bytes(take(1 << size - 24))
        match major:
            case 0:
                return size
            case 1:
                return -1 - size
            case 2 | 3:
                raw = b"".join(p if isinstance(p, bytes) else p.encode() for p in until_stop()) if endless else take(size)
                return raw.decode() if major == 3 else raw
            case 4:
                return list(until_stop()) if endless else [item() for _ in range(size)]
            case 5:
                if endless:
                    flat = list(until_stop())
                    return dict(zip(flat[::2], flat[1::2], strict=True))
                return {item(): item() for _ in range(size)}
        return At(item())

    return item()


@dataclasses.dataclass(frozen=True)
class Raw:
    """An answer down to its bytes. Of `cut` bytes of it, the connection ends in the middle."""

    body: bytes
    status: int = 200
    content_type: str = "application/cbor"
    headers: dict[str, str] = dataclasses.field(default_factory=lambda: {"smithy-protocol": "rpc-v2-cbor"})
    cut: int | None = None


def error(status: int, code: str | None, message: str = "no") -> Raw:
    """An error as CloudWatch words it; without a code, as a proxy might."""
    body = {"message": message} | ({"__type": f"com.amazonaws.cloudwatch#{code}"} if code else {})
    return Raw(encode(body), status)


class Closed:
    """No answer: the connection ends."""


@dataclasses.dataclass(frozen=True)
class Ask:
    """One request to CloudWatch."""

    operation: str
    region: str
    input: dict
    # How many requests of this operation came before.
    number: int
    _forward: Callable

    @property
    def queries(self) -> list[dict]:
        """The queries of a GetMetricData request."""
        return self.input.get("MetricDataQueries", [])

    def honest(self) -> dict:
        """What the demo server says, whatever token the proxy has invented."""
        asked = {name: value for name, value in self.input.items() if name != "NextToken"}
        status, body, _ = self._forward(encode(asked))
        if status != 200:
            raise RuntimeError(f"{self.operation}: {status} {body!r}")
        return decode(body)

    def raw(self) -> Raw:
        """What the demo server says, in its bytes."""
        status, body, kind = self._forward(None)
        return Raw(body, status, kind)

    def results(self, points: Callable[[dict], list[tuple]], **more) -> dict:
        """An answer in which `points` says the (time, value) pairs of each query."""
        results = []
        for query in self.queries:
            pairs = points(query)
            results.append({
                "Id": query["Id"], "Label": "x", "StatusCode": "Complete",
                "Timestamps": [At(at) for at, _ in pairs], "Values": [value for _, value in pairs],
            } | more)
        return {"MetricDataResults": results, "Messages": []}

    @property
    def start(self) -> int:
        """The window's first second."""
        return int(self.input["StartTime"].seconds)


Answer = Callable[[Ask], dict | Raw | type[Closed]]


def honest(ask: Ask) -> Raw:
    """Passes everything on."""
    return ask.raw()


class Hostile(servers.Server):
    """The proxy, while it runs, and what it has seen."""

    def __init__(self, upstream: servers.Server, url: str):
        super().__init__("hostile", url)
        object.__setattr__(self, "upstream", upstream)
        object.__setattr__(self, "seen", Seen())

    @property
    def sizes(self) -> list[int]:
        """How many queries each GetMetricData request had."""
        return [len(queries) for operation, _, queries in self.seen.asked if operation == DATA]

    def count(self, operation: str) -> int:
        """Requests of this operation."""
        return sum(asked == operation for asked, _, _ in self.seen.asked)

    @property
    def cost(self) -> int:
        """What was answered with 200, in thousandths of a cent."""
        return self.seen.billed


class Seen:
    """What the proxy has been asked, from all its threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.asked: list[tuple[str, str, list]] = []
        self.billed = 0
        self.errors: list[BaseException] = []


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Written by `before`.
    upstream: str
    answer: Answer
    seen: Seen

    def log_message(self, *_):
        pass

    def _forward(self, body: bytes) -> tuple[int, bytes, str]:
        there = urllib.parse.urlsplit(self.upstream)
        connection = http.client.HTTPConnection(there.hostname, there.port, timeout=60)
        try:
            dropped = ("connection", "content-length", "transfer-encoding", "accept-encoding")
            headers = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers.get("content-type", "")
        finally:
            connection.close()

    def _any(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        named = re.search(r"/service/GraniteServiceVersion20100801/operation/(\w+)$", self.path)
        if not named:
            status, answer, kind = self._forward(body)
            return self._write(Raw(answer, status, kind, {}))
        operation = named.group(1)
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers.get("authorization", ""))
        try:
            asked = decode(body)
        except BaseException as error:
            self.seen.errors.append(error)
            raise
        with self.seen.lock:
            number = sum(before == operation for before, _, _ in self.seen.asked)
            self.seen.asked.append((operation, scope.group(1) if scope else "", asked.get("MetricDataQueries", [])))
        ask = Ask(operation, scope.group(1) if scope else "", asked, number, lambda other: self._forward(other or body))
        try:
            answer = type(self).answer(ask)
        except BaseException as error:
            self.seen.errors.append(error)
            raise
        if answer is Closed:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        raw = answer if isinstance(answer, Raw) else Raw(encode(answer))
        if raw.status == 200:
            with self.seen.lock:
                self.seen.billed += len(ask.queries) if operation == DATA else 1
        return self._write(raw)

    def _write(self, raw: Raw):
        self.send_response(raw.status)
        for name, value in raw.headers.items():
            self.send_header(name, value)
        if raw.content_type:
            self.send_header("content-type", raw.content_type)
        self.send_header("content-length", str(len(raw.body)))
        self.end_headers()
        self.wfile.write(raw.body[: raw.cut])
        if raw.cut is not None:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request, client_address):
        """Who is hung up on hangs up too; that is no news. Errors of answers are kept, and raised at the end."""


@contextlib.contextmanager
def before(upstream: servers.Server, answer: Answer = honest) -> Iterator[Hostile]:
    """The proxy before this server, until the block ends. An error inside `answer` is raised there."""
    listener = _Server(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    proxy = Hostile(upstream, f"http://127.0.0.1:{listener.server_port}")
    state = {"upstream": upstream.url, "answer": staticmethod(answer), "seen": proxy.seen}
    listener.RequestHandlerClass = type("Handler", (_Handler,), state)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        listener.shutdown()
        listener.server_close()
    # Connections that end are what this is about; anything else is a mistake of the test.
    for broken in proxy.seen.errors:
        if not isinstance(broken, (OSError, http.client.HTTPException)):
            raise broken


def translated(client: Callable[[str], object]) -> Answer:
    """Asks through boto3, whose client of a Region `client` makes: for servers that cannot speak CBOR themselves."""

    def to_boto(value):
        match value:
            case At(seconds):
                return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
            case dict():
                return {name: to_boto(part) for name, part in value.items()}
            case list():
                return list(map(to_boto, value))
        return value

    def to_cbor(value):
        match value:
            case datetime.datetime():
                return At(value.timestamp())
            case dict():
                return {name: to_cbor(part) for name, part in value.items() if name != "ResponseMetadata"}
            case list():
                return list(map(to_cbor, value))
        return value

    clients = {}

    def answer(ask: Ask):
        if ask.region not in clients:
            clients[ask.region] = client(ask.region)
        of = clients[ask.region]
        operation = {DATA: of.get_metric_data, STATISTICS: of.get_metric_statistics}[ask.operation]
        try:
            return to_cbor(operation(**to_boto(ask.input)))
        except botocore.exceptions.ClientError as refused:
            said = refused.response
            return error(said["ResponseMetadata"]["HTTPStatusCode"], said["Error"]["Code"], said["Error"]["Message"])

    return answer


def slowly(seconds: float, answer: Answer = honest) -> Answer:
    """The same, after so long."""

    def waits(ask: Ask):
        time.sleep(seconds)
        return answer(ask)

    return waits
