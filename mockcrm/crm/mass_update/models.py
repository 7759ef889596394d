"""Parsing the body of a mass update into a typed request (docs/contract/mass-update-and-core.md 2.1; errors in 0.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockcrm.core.errors.request import MissingKey, UnreadableBody, WrongType

MAX_IDS = 500


@dataclass(frozen=True, slots=True)
class TerritoryFilter:
    """Limits a view's records to those of a territory, optionally including the territories below it."""

    id: object
    include_child: bool


@dataclass(frozen=True, slots=True)
class MassUpdateBody:
    """The body of a mass update; ids are still as they were sent. Without `ids` the records come from the view."""

    values: Mapping[str, Any]
    ids: tuple[object, ...] = ()
    cvid: object = None
    territory: TerritoryFilter | None = None
    over_write: bool = False
    criteria: Mapping[str, Any] | None = None


def parse(body: object) -> MassUpdateBody:
    """Return the typed request; raise the first error found: in the body, in `data`, then in the other keys."""
    if not isinstance(body, dict):
        raise UnreadableBody
    return MassUpdateBody(
        values=_values(body),
        ids=_ids(body),
        cvid=_cvid(body),
        territory=_territory(body),
        over_write=_flag(body, "over_write", "$.over_write"),
        criteria=_object(body, "criteria", "$.criteria"),
    )


def _wrong(key: str, expected: str, path: str) -> WrongType:
    return WrongType({"expected_data_type": expected, "api_name": key}, path=path)


def _values(body: dict[str, Any]) -> dict[str, Any]:
    """Return the first object of the array `data`; the service documents exactly one, others are ignored (assumed)."""
    if "data" not in body:
        raise MissingKey({"api_name": "data"}, path="$.data")
    data = body["data"]
    if not isinstance(data, list):
        raise _wrong("data", "jsonarray", "$.data")
    for number, item in enumerate(data):
        if not isinstance(item, dict):
            raise _wrong("data", "jsonobject", f"$.data[{number}]")
    return data[0] if data else {}


def _ids(body: dict[str, Any]) -> tuple[object, ...]:
    """Return `ids`, an array of strings or integers; an empty array counts as missing (assumed)."""
    ids = body.get("ids")
    if ids is None:
        return ()
    if not isinstance(ids, list):
        raise _wrong("ids", "jsonarray", "$.ids")
    # There may be millions: one more than the limit is enough to detect that there are too many.
    kept = tuple(ids[: MAX_IDS + 1])
    for number, item in enumerate(kept):
        if not isinstance(item, str | int) or isinstance(item, bool):
            raise _wrong("ids", "bigint", f"$.ids[{number}]")
    return kept


def _cvid(body: dict[str, Any]) -> object:
    cvid = body.get("cvid")
    if cvid is not None and (not isinstance(cvid, str | int) or isinstance(cvid, bool)):
        raise _wrong("cvid", "bigint", "$.cvid")
    return cvid


def _territory(body: dict[str, Any]) -> TerritoryFilter | None:
    territory = _object(body, "territory", "$.territory")
    if territory is None:
        return None
    if territory.get("id") is None:
        raise MissingKey({"api_name": "id"}, path="$.territory.id")
    number = territory["id"]
    if not isinstance(number, str | int) or isinstance(number, bool):
        raise _wrong("id", "bigint", "$.territory.id")
    return TerritoryFilter(number, _flag(territory, "include_child", "$.territory.include_child"))


def _object(body: Mapping[str, Any], key: str, path: str) -> dict[str, Any] | None:
    value = body.get(key)
    if value is not None and not isinstance(value, dict):
        raise _wrong(key, "jsonobject", path)
    return value


def _flag(body: Mapping[str, Any], key: str, path: str) -> bool:
    value = body.get(key)
    if value is not None and not isinstance(value, bool):
        raise _wrong(key, "boolean", path)
    return bool(value)
