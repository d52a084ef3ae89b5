"""Compares the metric values of a document with the oracle's, and tells a wrong value from an unknown one."""

import datetime

import oracle

MINUTE, HOUR, DAY = oracle.MINUTE, oracle.HOUR, oracle.DAY


def seconds(text: str) -> int:
    """RFC 3339 as whole seconds since 1970."""
    return int(datetime.datetime.fromisoformat(text).timestamp())


def known(resource: dict) -> dict[tuple[str, str], float | None]:
    """Every value of a resource that is known, `None` = CloudWatch has no datapoints."""
    return {(name, stat): value for name, stats in resource["metrics"].items() for stat, value in stats.items()}


def unknown(resource: dict) -> set[tuple[str, str]] | None:
    """The values that are named as unknown; `None` = all of them are."""
    if "metrics" in resource["unknown"]:
        return None
    named = (name.split(".", 2)[1:] for name in resource["unknown"] if name.startswith("metrics."))
    return {(name, stat) for name, stat in named}


def names_only(resources: list[dict]) -> list[dict]:
    """The resources with the names of their metric values in place of the values.

    Two runs ask at two moments, each for a window of its own: they have the same values, not equal ones. Whether those
    are right is for `Truth` to say.
    """
    return [{**r, "metrics": {name: sorted(stats) for name, stats in r["metrics"].items()}} for r in resources]


class Truth:
    """A demo estate, and what the oracle says of it."""

    def __init__(self, server, seed: int = 1):
        self.resources = {(r["account_id"], r["region"], r["type"], r["id"]): r for r in server.estate()["resources"]}
        self.seed = seed

    def of(self, resource: dict) -> dict:
        """The estate's own record of a resource in a document."""
        return self.resources[resource["account_id"], resource["region"], resource["type"], resource["id"]]

    def value(self, resource: dict, name: str, stat: str, window: tuple[int, int], now: int) -> float | None:
        """What CloudWatch would say of all of the window."""
        subject = self.of(resource)
        if name not in oracle.metrics(subject, self.seed):
            return None
        return oracle.statistic(subject, self.seed, name, stat, *window, now)

    def assert_right(self, document: dict, rel: float = 0.0) -> int:
        """No value of the document is wrong. Returns how many there are, those that are null included.

        The server's clock moves while it is asked, so what it said at the start or at the end are both right.
        """
        window = (seconds(document["metrics_window"]["start"]), seconds(document["metrics_window"]["end"]))
        times = [seconds(document["started_at"]) - 1, seconds(document["finished_at"]) + 1]
        values = 0
        for resource in document["resources"]:
            for (name, stat), value in known(resource).items():
                right = [self.value(resource, name, stat, window, now) for now in times]
                fits = any(
                    value == truth or (None not in (value, truth) and abs(value - truth) <= rel * abs(truth))
                    for truth in right
                )
                assert fits, f"{resource['arn']} {name} {stat}: {value}, not {right}"
                values += 1
        return values


def assert_nothing_hidden(document: dict, whole: dict) -> None:
    """Beside a whole document of the same estate: every resource is there, and each value of it is known or named."""
    assert [r["arn"] for r in document["resources"]] == [r["arn"] for r in whole["resources"]]
    for resource, complete in zip(document["resources"], whole["resources"], strict=True):
        wanted, here, missing = set(known(complete)), set(known(resource)), unknown(resource)
        status = resource["metrics_status"]
        if complete["metrics_status"] == "skipped":
            assert (status, here, missing) == ("skipped", set(), set()), resource["arn"]
        elif missing is None:
            assert status in ("failed", "skipped") and not here, resource["arn"]
        else:
            assert here | missing == wanted and not here & missing, resource["arn"]
            datapoints = any(name.startswith("series.") for name in resource["unknown"])
            assert status == ("partial" if missing or datapoints else "complete"), resource["arn"]
