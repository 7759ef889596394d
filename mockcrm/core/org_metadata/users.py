"""What several places share about users: their names, who administers the org, how the API refers to a user."""

from __future__ import annotations

import orjson

from mockcrm.core.org_metadata.model import OrgMetadata, User

ADMINISTRATOR = "Administrator"

_ZONES = {0: "GMT", 12_600: "Asia/Tehran", 16_200: "Asia/Kabul", 19_800: "Asia/Kolkata", 20_700: "Asia/Kathmandu"}
_WESTERNMOST = -12 * 3600


def zone_name(offset: int) -> str:
    """Return the name of a zone of the tz database that has this offset (seconds east of UTC) all year round: fixtures
    have offsets, but the service returns names. Without such a zone, return the offset itself, as `GMT+05:40`."""
    if offset in _ZONES:
        return _ZONES[offset]
    hours, rest = divmod(abs(offset), 3600)
    if rest == 0 and offset >= _WESTERNMOST:
        # Zones named Etc/GMT count westward.
        return f"Etc/GMT{'-' if offset > 0 else '+'}{hours}"
    return f"GMT{'+' if offset > 0 else '-'}{hours:02}:{rest // 60:02}"


def administers(metadata: OrgMetadata, user: User) -> bool:
    """Return whether the user is an administrator of the org."""
    return user.id == metadata.admin_id or metadata.profile_of(user).name == ADMINISTRATOR


def first_and_last_name(user: User) -> tuple[str | None, str]:
    """Return the names of a user, whose full name ends with the last name; a single word is the last name alone."""
    first, space, last = user.full_name.rpartition(" ")
    return first if space else None, last


def zuid(user_id: int) -> str:
    """Return the user's id at the accounts service; the numbers are assumed."""
    return str(600_000_000 + user_id % 100_000_000)


def user_json(metadata: OrgMetadata, user_id: int) -> str:
    """Return `{"name":..,"id":..}` of a user as JSON text, cached with the metadata."""
    cached: dict[int, str] = metadata.cache.setdefault("user_json", {})
    text = cached.get(user_id)
    if text is None:
        user = metadata.users.get(user_id)
        name = user.full_name if user is not None else None
        text = cached[user_id] = orjson.dumps({"name": name, "id": str(user_id)}).decode()
    return text


def user_reference(metadata: OrgMetadata, user_id: int | None) -> dict[str, str | None] | None:
    """Return `{"name","id"}` of a user; None without a user."""
    if user_id is None:
        return None
    user = metadata.users.get(user_id)
    return {"name": None if user is None else user.full_name, "id": str(user_id)}
