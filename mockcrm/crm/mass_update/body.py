"""The body of a mass update, parsed (docs/contract/mass-update-and-core.md 2.1; errors in 0.2), and the request being
checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from mockcrm.core.bulk.body import parse_criteria, parse_cvid, parse_flag, parse_ids, parse_territory, wrong_type
from mockcrm.core.bulk.request import BulkBody, BulkRequest
from mockcrm.core.catalog.model import Field
from mockcrm.core.errors.request import MissingKey, UnreadableBody
from mockcrm.core.field_values import ValueContext
from mockcrm.core.records.store import Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class MassUpdateBody(BulkBody):
    """The body of a mass update: the new values by the name of their field, and the keys that select records."""

    values: Mapping[str, Any]
    over_write: bool = False


def parse(body: object) -> MassUpdateBody:
    """Return the typed body; raise the first error found: in the body, in `data`, then in the other keys."""
    if not isinstance(body, dict):
        raise UnreadableBody
    return MassUpdateBody(
        values=_values(body),
        ids=parse_ids(body),
        cvid=parse_cvid(body),
        territory=parse_territory(body),
        over_write=parse_flag(body, "over_write", "$.over_write"),
        criteria=parse_criteria(body),
    )


def _values(body: dict[str, Any]) -> dict[str, Any]:
    """Return the first object of the array `data`; the service documents exactly one, others are ignored (assumed)."""
    if "data" not in body:
        raise MissingKey({"api_name": "data"}, path="$.data")
    data = body["data"]
    if not isinstance(data, list):
        raise wrong_type("data", "jsonarray", "$.data")
    for index, item in enumerate(data):
        if not isinstance(item, dict):
            raise wrong_type("data", "jsonobject", f"$.data[{index}]")
    return data[0] if data else {}


@dataclass(kw_only=True)
class MassUpdateRequest(BulkRequest):
    """One mass update being checked; `body` and `changes`, the values in stored form, are filled in by the rules.
    `values` is what the check of values depends on."""

    raw: object
    values: ValueContext
    body: MassUpdateBody = field(init=False)
    changes: dict[Field, Any] = field(init=False, default_factory=dict)

    @property
    def assignments(self) -> list[Assignment]:
        """The values as SQL assignments; those of a multi-select are added to the stored ones unless over_write is
        true."""
        return [
            Assignment(
                item.api_name,
                orjson.dumps(value).decode(),
                add=item.type.can_append and not self.body.over_write and value is not None,
            )
            for item, value in self.changes.items()
        ]
