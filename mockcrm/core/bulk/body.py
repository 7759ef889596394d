"""Parsing the keys that the bodies of mass actions have in common (docs/contract/mass-update-and-core.md 2.1).

Each function returns the value of one key, and raises WrongType when it has the wrong JSON type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockcrm.core.bulk.request import TerritoryFilter
from mockcrm.core.errors.request import MissingKey, WrongType

MAX_IDS = 500
"""The most ids that one request may have."""


def wrong_type(key: str, expected: str, path: str) -> WrongType:
    """Return the error of a key that is not of the type `expected`."""
    return WrongType({"expected_data_type": expected, "api_name": key}, path=path)


def parse_ids(body: Mapping[str, Any]) -> tuple[object, ...]:
    """Return `ids`, an array of strings or integers; an empty array counts as missing (assumed)."""
    ids = body.get("ids")
    if ids is None:
        return ()
    if not isinstance(ids, list):
        raise wrong_type("ids", "jsonarray", "$.ids")
    # There may be millions: one more than the limit is enough to detect that there are too many.
    selected = tuple(ids[: MAX_IDS + 1])
    for index, item in enumerate(selected):
        if not isinstance(item, str | int) or isinstance(item, bool):
            raise wrong_type("ids", "bigint", f"$.ids[{index}]")
    return selected


def parse_cvid(body: Mapping[str, Any]) -> object:
    """Return `cvid`, a string or an integer; None when it is missing."""
    cvid = body.get("cvid")
    if cvid is not None and (not isinstance(cvid, str | int) or isinstance(cvid, bool)):
        raise wrong_type("cvid", "bigint", "$.cvid")
    return cvid


def parse_territory(body: Mapping[str, Any]) -> TerritoryFilter | None:
    """Return `territory`, an object with an id; None when it is missing. Raises MissingKey without the id."""
    territory = parse_object(body, "territory", "$.territory")
    if territory is None:
        return None
    if territory.get("id") is None:
        raise MissingKey({"api_name": "id"}, path="$.territory.id")
    territory_id = territory["id"]
    if not isinstance(territory_id, str | int) or isinstance(territory_id, bool):
        raise wrong_type("id", "bigint", "$.territory.id")
    return TerritoryFilter(territory_id, parse_flag(territory, "include_child", "$.territory.include_child"))


def parse_criteria(body: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any] | None:
    """Return `criteria`: a list, as the v8 schema and the official SDKs have it, or a single object; None when it is
    missing or an empty list (assumed)."""
    criteria = body.get("criteria")
    if criteria is not None and not isinstance(criteria, dict | list):
        raise wrong_type("criteria", "jsonarray", "$.criteria")
    return None if criteria == [] else criteria


def parse_object(body: Mapping[str, Any], key: str, path: str) -> dict[str, Any] | None:
    """Return the JSON object of that key; None when it is missing."""
    value = body.get(key)
    if value is not None and not isinstance(value, dict):
        raise wrong_type(key, "jsonobject", path)
    return value


def parse_flag(body: Mapping[str, Any], key: str, path: str) -> bool:
    """Return the boolean of that key; False when it is missing."""
    value = body.get(key)
    if value is not None and not isinstance(value, bool):
        raise wrong_type(key, "boolean", path)
    return bool(value)
