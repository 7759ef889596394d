"""Criteria in request bodies: conditions on fields, in groups (docs/contract/mass-update-and-core.md 3.4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from mockcrm.core.criteria.comparators import COMPARATORS
from mockcrm.core.criteria.tree import MAX_MEMBERS
from mockcrm.http.schema.base import ApiModel, FieldName, RecordId

Comparator = TypeAliasType(
    "Comparator", Annotated[str, Field(json_schema_extra={"enum": list(COMPARATORS)}, examples=["equal"])]
)


class FieldByName(ApiModel):
    """A field by its api_name."""

    api_name: FieldName
    id: RecordId | None = None


class Condition(ApiModel):
    """A condition on one field. `value` is of the field's type, a list for `in` and `between`, or a token such as
    `${TODAY}` or `${EMPTY}`."""

    comparator: Comparator
    field: FieldName | FieldByName
    type: Literal["value"] | None = None
    value: Any = None


class ConditionGroup(ApiModel):
    """Conditions of which all or any have to match."""

    group_operator: Annotated[Literal["and", "or"], Field(description="in capitals, too")]
    group: Annotated[list[Condition | ConditionGroup], Field(min_length=1, max_length=MAX_MEMBERS)]
