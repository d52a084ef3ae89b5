"""Every member of AWS's shapes, filled, against boto3's reading of the same: nothing swapped, dropped or made up."""

import pytest

import awsinv
import readback
import whole
from servers import Credentials

KEYS = Credentials("AKIAIOSFODNN7EXAMPLE")


@pytest.fixture(scope="module", params=["full", "false", "bare"])
def filling(request) -> str:
    """How the shapes are filled."""
    return request.param


@pytest.fixture(scope="module")
def read_and_printed(filling, tmp_path_factory) -> tuple[list[dict], awsinv.Ran]:
    """The resources as boto3 reads them, and a run over the same."""
    env = {**KEYS.environment(), "AWS_REGION": whole.REGION}
    with whole.serving(filling) as server:
        read = readback.resources(server, whole.ACCOUNT, KEYS, [whole.REGION])
        args = ["report", "--endpoint-url", server.url, "-o", "json", *readback.INVENTORY_ONLY]
        printed = awsinv.run(args, home=tmp_path_factory.mktemp("whole"), env=env).expect(0)
    # Reservations of instances, and the other three lists, of two each.
    assert len(read) == whole.LENGTH * (whole.LENGTH + 3)
    return read, printed


def test_every_member_is_read_as_boto3_reads_it(read_and_printed):
    read, printed = read_and_printed
    readback.assert_same(printed.document()["resources"], read)


def test_no_sensitive_member_is_printed(read_and_printed):
    read, printed = read_and_printed
    assert whole.SECRET not in printed.stdout and whole.SECRET not in printed.stderr
    assert all(whole.SECRET not in str(resource) for resource in read)


def test_the_fillings_are_what_they_say(read_and_printed, filling):
    """Else the comparison above would prove less than it seems to."""
    read, _ = read_and_printed
    for resource in read:
        attributes = resource["attributes"]
        if filling == "bare":
            # A cluster still names its members.
            assert sum(value not in (None, []) for value in attributes.values()) <= 2 < len(attributes)
            continue
        empty = {name for name, value in attributes.items() if value in (None, [], "")}
        # A cluster where nobody is the writer has none.
        assert empty == ({"db_cluster_writer"} & attributes.keys() if filling == "false" else set())
        booleans = {value for value in attributes.values() if isinstance(value, bool)}
        assert booleans == {filling == "full"} or resource["type"] == "AWS::Lambda::Function"


def test_every_value_is_there_once(read_and_printed, filling):
    """Else two members could be mixed up unseen."""
    if filling != "full":
        return
    read, _ = read_and_printed
    for resource in read:
        values = [str(value) for value in resource["attributes"].values() if not isinstance(value, bool)]
        assert len(values) == len(set(values)) > 20
