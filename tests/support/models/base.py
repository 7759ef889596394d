"""What the response models are made of: strict objects whose every key is required, ids, times, errors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model


class Strict(BaseModel):
    """An object with exactly these keys; nothing is converted. A key that may be null has a type that says so, and
    no key has a default, so that a missing one fails."""

    model_config = ConfigDict(extra="forbid", strict=True)


Id = Annotated[str, Field(pattern=r"^[0-9]{16,19}$")]
"""An id as the API writes it: a string of digits."""
Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")]
"""A time with an offset that has a colon, which some SDKs cannot do without."""
Scalar = str | int | float | bool | None


class Reference(Strict):
    """What has a name and an id: a user, a role, a profile."""

    name: str | None
    id: Id


class Named(Strict):
    """What has an api_name and an id: a field, a module."""

    api_name: str
    id: Id


class Info(Strict):
    """The page that a list answers."""

    per_page: int
    count: int
    page: int
    more_records: bool


class ErrorItem(Strict):
    """An error: alone, or in the place of a record."""

    code: str
    details: dict[str, Any]
    message: str
    status: Literal["error"]


class ChangedId(Strict):
    """What a change of metadata tells of what it changed."""

    id: Id


class ChangedItem(Strict):
    """A change of metadata that was made."""

    code: Literal["SUCCESS"]
    details: ChangedId
    message: str
    status: Literal["success"]


class ErrorsInData(Strict):
    """A request or its records refused in data[]."""

    data: Annotated[list[ErrorItem], Field(min_length=1)]


ErrorAnswer = ErrorItem | ErrorsInData


def listed(key: str, item: Any, **more: Any) -> type[Strict]:
    """The model of an answer that has a list of `item` under `key`, never an empty one, and `more` keys."""
    fields: dict[str, Any] = {"items": (Annotated[list[item], Field(min_length=1, alias=key)], ...)}
    fields |= {name: (kind, ...) for name, kind in more.items()}
    return create_model(f"Listed_{key}", __base__=Strict, **fields)
