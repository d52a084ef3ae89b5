"""What CloudWatch has to say of the demo estate, computed without the demo server.

Written from the specification in the documentation of `src/demo/metrics/series.rs` (base datapoints) and
`src/demo/metrics/statistic.rs` (buckets, statistics, retention). Everything is integers and single divisions of
doubles, so values are equal to the last bit.

    truth = server.estate()
    resource, seed = truth["resources"][0], truth["seed"]
    oracle.metrics(resource, seed)                                  # the names of its metrics
    oracle.statistic(resource, seed, "CPUUtilization", "Average", start, end, now)      # one bucket; None = no datapoint
    oracle.series(resource, seed, "CPUUtilization", "p95", start, end, 300, now)        # {bucket's start: value}

Times are seconds since 1970; `now` is the server's clock, and matters only for what is newer, or forgotten.
"""

import dataclasses
import functools
import math

MASK = (1 << 64) - 1
MINUTE, HOUR, DAY = 60, 3600, 86_400

NAMESPACES = {"EC2": "AWS/EC2", "RDS": "AWS/RDS", "Neptune": "AWS/Neptune", "DocDB": "AWS/DocDB", "Lambda": "AWS/Lambda"}
DIMENSIONS = {
    "Instance": "InstanceId",
    "DBInstance": "DBInstanceIdentifier",
    "DBCluster": "DBClusterIdentifier",
    "Function": "FunctionName",
}
CREDITS = {"nano": 72, "micro": 144, "small": 288, "medium": 576, "large": 864}
MEMORY = {"micro": 1, "small": 2, "medium": 4, "xlarge": 16, "2xlarge": 32, "3xlarge": 48, "4xlarge": 64}
UNITS = {
    "CPUUtilization": "Percent",
    "ReadIOPS": "Count/Second",
    "WriteIOPS": "Count/Second",
    "ReplicaLag": "Seconds",
    **dict.fromkeys(
        "NetworkIn NetworkOut EBSReadBytes EBSWriteBytes FreeStorageSpace FreeLocalStorage FreeableMemory "
        "VolumeBytesUsed".split(),
        "Bytes",
    ),
    **dict.fromkeys("AuroraReplicaLag DBInstanceReplicaLag AuroraReplicaLagMaximum Duration".split(), "Milliseconds"),
}


def unit(metric: str) -> str:
    """CloudWatch's word for a metric's unit."""
    return UNITS.get(metric, "Count")


def mix(value: int) -> int:
    """SplitMix64's output function."""
    z = (value + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def key(seed: int, words: list[str]) -> int:
    """FNV-1a over words that are kept apart, mixed."""
    value = 0xCBF29CE484222325 ^ mix(seed)
    for word in words:
        for byte in word.encode() + b"\xff":
            value = ((value ^ byte) * 0x100000001B3) & MASK
    return mix(value)


def identity(resource: dict) -> tuple[str, str, str]:
    """Namespace, dimension name and dimension value of a resource's metrics."""
    _, service, kind = resource["type"].split("::")
    return NAMESPACES[service], DIMENSIONS[kind], resource["id"]


@dataclasses.dataclass(frozen=True)
class Base:
    """What a service sends for one slot."""

    count: float
    sum: float
    minimum: float
    maximum: float


class Subject:
    """A resource and everything about it that does not change."""

    def __init__(self, resource: dict, seed: int):
        self.resource = resource
        self.kind = resource["type"].split("::")[2]
        self.key = key(seed, [resource["account_id"], resource["region"], *identity(resource)])
        temper = self.trait(1) % 100
        self.temper = "idle" if temper < 15 else "hot" if temper < 25 else "ordinary"
        self.scale = 1 + self.trait(5) % 20
        self.start = resource.get("launched_at") or resource.get("created_at") or 0
        self.stop = resource.get("stopped_at")
        self.size = (resource["class"] or "").rsplit(".", 1)[-1]

    @functools.lru_cache(maxsize=64)
    def trait(self, nth: int) -> int:
        return mix((self.key + nth) & MASK)

    @functools.lru_cache(maxsize=64)
    def series_key(self, metric: str) -> int:
        return key(self.key, [metric])

    def load(self, t: int) -> int:
        minute = t // 60
        noise = mix(self.key ^ minute)
        if self.temper == "idle":
            return 5 + noise % 15
        if self.temper == "hot":
            return 850 + noise % 150
        day = 720 - abs((minute + self.trait(2) % 180) % 1440 - 720)
        if (t // DAY + 4) % 7 in (0, 6):
            day //= 2
        return 100 + self.trait(3) % 100 + (300 + self.trait(4) % 300) * day // 720 + noise % 60

    def every(self, metric: str) -> int:
        slow = self.kind == "Instance" and (metric == "CPUCreditBalance" or self.resource["monitoring"] != "enabled")
        return 300 if slow else 60

    def base(self, metric: str, t: int) -> Base | None:
        """The base datapoint of the slot that begins at `t`, if the resource sends one."""
        load, draw = self.load(t), mix(self.series_key(metric) ^ (t // 60))
        if self.kind == "Function":
            return self.invoked(metric, load, draw, t // 60)
        value = self.value(metric, load, draw, t)
        return Base(1.0, value, value, value)

    def value(self, metric: str, load: int, draw: int, t: int) -> float:
        work, every = load * self.scale, self.every(metric)
        match metric:
            case "CPUUtilization":
                return (load * 100 + draw % 100) / 1000
            case "NetworkIn":
                return float(work * every * 50 + draw % 1000)
            case "NetworkOut":
                return float(work * every * 80 + draw % 1000)
            case "EBSReadBytes":
                return float(work * every * 20 + draw % 8 * 4096)
            case "EBSWriteBytes":
                return float(work * every * 30 + draw % 8 * 4096)
            case "StatusCheckFailed":
                return float(self.trait(6) % 40 == 0 and mix(self.series_key(metric) ^ (t // 21_600)) % 4 == 0)
            case "CPUCreditBalance":
                if self.temper == "hot":
                    return draw % 2000 / 1000
                return CREDITS.get(self.size, 1152) * (1000 - load // 2) / 1000
            case "DatabaseConnections":
                return 0.0 if self.temper == "idle" else float(work // 20)
            case "FreeStorageSpace":
                return float((self.resource["storage_gib"] << 30) // 1_000_000 * self.free_parts(draw, t))
            case "FreeLocalStorage":
                total = (1 + self.trait(9) % 8) << 35
                return float(total // 1_000_000 * (900_000 - load * 500) + draw % 4096)
            case "FreeableMemory":
                total = MEMORY.get(self.size, 8) << 30
                return float(total // 1_000_000 * (700_000 - load * 600) + draw % 1024 * 1024)
            case "ReadIOPS":
                return (work * 100 + draw % 1000) / 1000
            case "WriteIOPS":
                return (work * 60 + draw % 1000) / 1000
            case "ReplicaLag":
                return float(60 + load) if self.temper == "hot" else draw % 3000 / 1000
            case "AuroraReplicaLag" | "DBInstanceReplicaLag":
                return (8000 + draw % 24_000) / 1000
            case "AuroraReplicaLagMaximum":
                return (12_000 + draw % 40_000) / 1000
            case "VolumeBytesUsed":
                return float(((1 + self.trait(10) % 500) << 30) + ((t // HOUR - 400_000) << 20))
            case "ServerlessDatabaseCapacity":
                low, high = (int(units * 2) for units in self.resource["serverless"])
                return (low + (high - low) * load // 1000) / 2
        raise ValueError(f"no metric is called {metric}")

    def free_parts(self, draw: int, t: int) -> int:
        if self.resource["state"] == "storage-full":
            return 200 + draw % 100
        if self.trait(7) % 8 == 0:
            return 1_000_000 - t % 2_592_000 * 10 // 27
        return 300_000 + self.trait(8) % 500_000 - t // 60 % 1440 * 10

    def invoked(self, metric: str, load: int, draw: int, minute: int) -> Base | None:
        if self.temper == "idle":
            return None
        rate = (200, 3000, 40_000, 600_000)[self.trait(5) % 4]
        calls = (load * rate // 1000 + mix(self.series_key("Invocations") ^ minute) % 1000) // 1000
        if calls == 0:
            return None
        average = (20 + self.trait(8) % 3000) * 1000

        def some_of_them(some: int) -> Base:
            return Base(float(calls), float(some), float(some == calls), float(some > 0))

        match metric:
            case "Invocations":
                return Base(float(calls), float(calls), 1.0, 1.0)
            case "Errors":
                often = self.trait(6) % 8 == 0
                return some_of_them(calls * (200 + draw % 300) // 1000 if often else int(draw % 200 == 0))
            case "Throttles":
                return some_of_them(calls // 5 if self.temper == "hot" else 0)
            case "Duration":
                if calls == 1:
                    only = average + draw % average
                    return Base(1.0, only / 1000, only / 1000, only / 1000)
                least, most = average // 2 + draw % 1000, average + average * (draw // 1000 % 400) // 100
                total = least + most + (calls - 2) * average
                return Base(float(calls), total / 1000, least / 1000, most / 1000)
            case "ConcurrentExecutions":
                most = 1 + calls * average // 60_000_000
                if calls == 1:
                    return Base(1.0, 1.0, 1.0, 1.0)
                return Base(float(calls), float(1 + most + (calls - 2) * ((1 + most) // 2)), 1.0, float(most))
        raise ValueError(f"no metric is called {metric}")


@functools.lru_cache(maxsize=4096)
def _subject(frozen: tuple, seed: int) -> Subject:
    return Subject({name: list(value) if isinstance(value, tuple) else value for name, value in frozen}, seed)


def subject(resource: dict, seed: int) -> Subject:
    """The resource, known from before if it was asked about before."""
    kept = {name: value for name, value in resource.items() if name != "tags"}
    return _subject(tuple((name, tuple(v) if isinstance(v, list) else v) for name, v in kept.items()), seed)


def metrics(resource: dict, seed: int) -> set[str]:
    """The names of a resource's metrics."""
    _, service, kind = resource["type"].split("::")
    aurora = (resource.get("engine") or "").startswith("aurora")
    match kind:
        case "Instance" if resource["state"] != "pending":
            names = {"CPUUtilization", "NetworkIn", "NetworkOut", "StatusCheckFailed", "EBSReadBytes", "EBSWriteBytes"}
            return names | ({"CPUCreditBalance"} if resource["class"].startswith("t") else set())
        case "DBInstance" if resource["state"] not in ("stopped", "creating", "failed"):
            if resource["created_at"] is None:
                return set()
            names = {"CPUUtilization", "FreeableMemory"}
            if service != "Neptune":
                names |= {"DatabaseConnections", "ReadIOPS", "WriteIOPS"}
                names.add("FreeLocalStorage" if aurora or service == "DocDB" else "FreeStorageSpace")
            lag = {"replica": "ReplicaLag"}.get(resource["role"])
            if resource["role"] == "reader":
                lag = "AuroraReplicaLag" if aurora else "DBInstanceReplicaLag" if service == "DocDB" else None
            if lag:
                names.add(lag)
            return names | ({"CPUCreditBalance"} if resource["class"].startswith("db.t") else set())
        case "DBCluster":
            names = {"VolumeBytesUsed"} if aurora or service != "RDS" else set()
            if resource["members"] and resource["state"] != "stopped":
                names.add("CPUUtilization")
                if service != "Neptune":
                    names.add("DatabaseConnections")
                if aurora and resource["members"] > 1:
                    names.add("AuroraReplicaLagMaximum")
                if resource["serverless"]:
                    names.add("ServerlessDatabaseCapacity")
            return names
        case "Function" if subject(resource, seed).temper != "idle":
            return {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"}
    return set()


def _bucket(of: Subject, metric: str, statistic: str, start: int, end: int, now: int) -> float | None:
    every = of.every(metric)
    first = -(-max(start, of.start) // every) * every
    last = now if of.stop is None else min(now, of.stop)
    slots = (of.base(metric, t) for t in range(first, end, every) if t + every <= last)
    bases = [base for base in slots if base is not None]
    if not bases:
        return None
    total = count = 0.0
    for base in bases:  # In this order: sum() of newer Pythons adds up more precisely than CloudWatch's `+`.
        total += base.sum
        count += base.count
    match statistic:
        case "SampleCount":
            return count
        case "Sum":
            return total
        case "Average":
            return total / count
        case "Minimum":
            return min(base.minimum for base in bases)
        case "Maximum":
            return max(base.maximum for base in bases)
    whole, _, decimals = statistic.removeprefix("p").partition(".")
    hundredths = int(whole + decimals.ljust(2, "0"))
    ranked = sorted(base.sum / base.count for base in bases)
    return ranked[max(1, -(-hundredths * len(ranked) // 10_000)) - 1]


def series(
    resource: dict, seed: int, metric: str, statistic: str, start: int, end: int, period: int, now: float = math.inf
) -> dict[int, float]:
    """The datapoints of `[start, end)`, by the start of their bucket."""
    if metric not in metrics(resource, seed):
        return {}
    of = subject(resource, seed)
    age = 0 if math.isinf(now) else now - start
    rounded = HOUR if age > 63 * DAY else 300 if age > 15 * DAY else min(period, MINUTE)
    start -= start % rounded
    if period % HOUR == 0:
        kept = 455 * DAY
    elif period % 300 == 0:
        kept = 63 * DAY
    else:
        kept = 15 * DAY if period % MINUTE == 0 else 3 * HOUR
    found = {}
    for begin in range(start, end, period):
        if not math.isinf(now) and now - begin > kept:
            continue
        value = _bucket(of, metric, statistic, begin, min(begin + period, end), now)
        if value is not None:
            found[begin] = value
    return found


def statistic(
    resource: dict, seed: int, metric: str, statistic: str, start: int, end: int, now: float = math.inf
) -> float | None:
    """The statistic of all of `[start, end)`; `None` if there is no datapoint. `start` is not rounded down."""
    if metric not in metrics(resource, seed):
        return None
    return _bucket(subject(resource, seed), metric, statistic, start, end, now)
