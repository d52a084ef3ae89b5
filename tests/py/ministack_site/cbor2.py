"""What ministack needs of the package `cbor2`, which it imports for CloudWatch and does not bring along.

Without it ministack takes a CBOR request for an empty one and answers in JSON. With cbor2 itself it misses every time
in a request, because that makes a `datetime` of a CBOR timestamp where ministack looks for a number: StartTime and
EndTime would count for nothing, and what is put would be put now. So here a timestamp is the number that it is in
CBOR, and all the rest is as in RFC 8949. `servers.ministack` puts this folder, and nothing else, on ministack's path.
"""

import dataclasses
import struct
from typing import Any

EPOCH = 1
BREAK = object()


@dataclasses.dataclass(frozen=True)
class CBORTag:
    """A value and the number that says how it is meant."""

    tag: int
    value: Any


def loads(data: bytes) -> Any:
    """The one value that these bytes are."""
    value, end = _decode(data, 0)
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes follow the value")
    return value


def dumps(value: Any) -> bytes:
    """A value as CBOR, with doubles for all that is not whole."""
    if value is None or isinstance(value, bool):
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list | tuple):
        return _head(4, len(value)) + b"".join(map(dumps, value))
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(dumps(key) + dumps(each) for key, each in value.items())
    if isinstance(value, CBORTag):
        return _head(6, value.tag) + dumps(value.value)
    raise TypeError(f"no CBOR for {type(value)}")


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    size = next(size for size in range(4) if number < 1 << (8 << size))
    return bytes([major << 5 | 24 + size]) + number.to_bytes(1 << size, "big")


def _decode(data: bytes, at: int) -> tuple[Any, int]:
    """The value that begins there, and where it ends."""
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return _simple(data, at, low)
    if low == 31:
        return _indefinite(data, at, major)
    if low > 27:
        raise ValueError(f"reserved: {low}")
    number = low
    if low >= 24:
        size = 1 << (low - 24)
        number, at = int.from_bytes(_take(data, at, size), "big"), at + size
    if major in (0, 1):
        return (number if major == 0 else -1 - number), at
    if major in (2, 3):
        text = _take(data, at, number)
        return (text if major == 2 else text.decode()), at + number
    if major == 6:
        value, at = _decode(data, at)
        return (value if number == EPOCH else CBORTag(number, value)), at
    items = []
    for _ in range(number * (major - 3)):
        item, at = _decode(data, at)
        items.append(item)
    return (items if major == 4 else dict(zip(items[::2], items[1::2], strict=True))), at


def _simple(data: bytes, at: int, low: int) -> tuple[Any, int]:
    if low in (25, 26, 27):
        size = 1 << (low - 24)
        return struct.unpack(">" + {2: "e", 4: "f", 8: "d"}[size], _take(data, at, size))[0], at + size
    return {20: False, 21: True, 22: None, 23: None, 31: BREAK}[low], at


def _indefinite(data: bytes, at: int, major: int) -> tuple[Any, int]:
    items = []
    while True:
        item, at = _decode(data, at)
        if item is BREAK:
            break
        items.append(item)
    return {
        2: lambda: b"".join(items),
        3: lambda: "".join(items),
        4: lambda: items,
        5: lambda: dict(zip(items[::2], items[1::2], strict=True)),
    }[major](), at


def _take(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise ValueError("cut short")
    return data[at : at + size]
