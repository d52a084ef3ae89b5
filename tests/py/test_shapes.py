"""Every member of AWS's shapes is mapped, or left out for a reason; and every row names a member that exists."""

import botocore.session
import pytest

import shape_map
from shape_map import Key, Left, ShapeMap

# The keys of every resource, as the contract lists them.
RESOURCE_KEYS = {
    "type", "arn", "id", "account_id", "region", "name", "availability_zone", "state", "class",
    "created_at", "modified_at", "tags", "attributes", "metrics", "metrics_status", "unknown",
}  # fmt: skip


def leaves(shape, prefix="", above=()):
    """The paths of a shape's leaves, with `[]` after lists; a shape inside itself ends there."""
    for name, member in shape.members.items():
        path = prefix + name
        while member.type_name == "list":
            member, path = member.member, path + "[]"
        if member.type_name == "structure" and member.name not in above:
            yield from leaves(member, path + ".", (*above, member.name))
        else:
            yield path


def members(table: ShapeMap) -> set[str]:
    """Every leaf of the table's shape, and for instances of the reservation around it."""
    model = botocore.session.get_session().get_service_model(table.service)
    found = set(leaves(model.shape_for(table.shape)))
    if table is shape_map.EC2_INSTANCE:
        around = model.shape_for("Reservation").members
        found |= {f"Reservation.{name}" + ("[]" if m.type_name == "list" else "") for name, m in around.items()}
    assert len(found) > 50, "botocore's shape is far smaller than it should be"
    return found


def covers(rule: str, path: str) -> bool:
    """Whether a row stands for a leaf: it is the leaf, or above it."""
    return path == rule or path.startswith((rule + ".", rule + "[]"))


@pytest.mark.parametrize("table", shape_map.ALL, ids=lambda table: table.shape)
def test_every_member_of_the_shape_is_mapped_or_left_out_for_a_reason(table):
    forgotten = {path for path in members(table) if not any(covers(rule, path) for rule in table.members)}
    assert not forgotten, f"{table.shape}: map these in shape_map.py, or say why not: {sorted(forgotten)}"


@pytest.mark.parametrize("table", shape_map.ALL, ids=lambda table: table.shape)
def test_every_row_names_a_member_that_exists(table):
    found = members(table)
    idle = [rule for rule in table.members if not any(covers(rule, path) for path in found)]
    assert not idle, f"{table.shape} has no such member: {idle}"


@pytest.mark.parametrize("table", shape_map.ALL, ids=lambda table: table.shape)
def test_no_two_rows_stand_for_one_member(table):
    for path in members(table):
        rules = [rule for rule in table.members if covers(rule, path)]
        assert len(rules) == 1, f"{table.shape}: {path} is in {rules}"


@pytest.mark.parametrize("table", shape_map.ALL, ids=lambda table: table.shape)
def test_everything_left_out_has_a_reason(table):
    for path, rule in table.members.items():
        assert isinstance(rule, Key | list) or (isinstance(rule, Left) and len(rule.reason) > 15), path


@pytest.mark.parametrize("table", shape_map.ALL, ids=lambda table: table.shape)
def test_the_table_makes_a_whole_resource(table):
    targets = {key.target.split(".")[0] for _, key in table.keys()}
    assert targets | set(table.constants) | {"account_id", "region", "unknown"} == RESOURCE_KEYS


def test_a_secret_is_never_mapped():
    words = ("password", "secretstring", "environment", "userdata", "username", "authsecret", "credential")
    for table in shape_map.ALL:
        mapped = [path for path, _ in table.keys() if any(word in path.lower() for word in words)]
        assert not mapped, f"{table.shape}: {mapped}"
