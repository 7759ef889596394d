"""The JSON of stored values whose form depends on other records or on users."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockcrm.core.org_metadata.model import User


def show_record(value: Any, names: Mapping[int, str | None], _: Mapping[int, User]) -> Any:
    """Return a reference with the name of its record."""
    return _references(value, names.get)


def show_user(value: Any, names: Mapping[int, str | None], users: Mapping[int, User]) -> Any:
    """Return a reference with the name of its user."""

    def name_of(target_id: int) -> str | None:
        user = users.get(target_id)
        return user.full_name if user else names.get(target_id)

    return _references(value, name_of)


def _references(value: Any, name_of: Callable[[int], str | None]) -> Any:
    if isinstance(value, list):
        return [_references(member, name_of) for member in value]
    if isinstance(value, dict) and "id" in value:
        return {"name": name_of(int(value["id"])), "id": value["id"]}
    return value
