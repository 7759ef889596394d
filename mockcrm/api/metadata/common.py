"""What the metadata endpoints share: conditional requests, parameters, kept answers."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from mockcrm import errors
from mockcrm.api.call import Call
from mockcrm.api.http import Answer
from mockcrm.clock import iso, parse_iso
from mockcrm.state.directory import Directory
from mockcrm.state.ids import parse_id
from mockcrm.state.orgs import OrgGone

NOT_MODIFIED = Answer(304)


def kept(directory: Directory, key: Hashable, make: Callable[[], bytes]) -> bytes:
    """The finished JSON of `key`, made once for as long as the directory lives."""
    answers: dict[Hashable, bytes] = directory.derived.setdefault("metadata", {})
    body = answers.get(key)
    if body is None:
        body = answers[key] = make()
    return body


def metadata_time(call: Call) -> int:
    """What the API gives as the time of the last change of the metadata, in seconds since the epoch: when the org
    was made. A fixture loaded later does not move it, so a client that asks with If-Modified-Since misses what that
    brought. By the system's clock, as SDKs go by theirs when they ask again."""
    times: dict[str, int] = call.directory.derived.setdefault("metadata_time", {})
    if "created" not in times:
        row = call.runtime.registry.credentials.org(call.org.name)
        if row is None:
            raise OrgGone(call.org.name)
        times["created"] = row.created_time
    return times["created"]


def metadata_time_text(call: Call) -> str:
    """The same as the API writes times."""
    return iso(metadata_time(call), call.directory.org.offset)


def unchanged(call: Call) -> bool:
    """Whether the client's If-Modified-Since is no older than the metadata. SDKs send ISO 8601; what is no such
    time is ignored."""
    sent = call.header(b"if-modified-since")
    if sent is None:
        return False
    try:
        since = parse_iso(sent.strip())
    except (ValueError, OverflowError):
        return False
    return metadata_time(call) <= since


def number_parameter(call: Call, name: str, default: int, most: int) -> int:
    """A whole number from 1 to `most` in the query."""
    text = call.query.get(name)
    if text is None:
        return default
    number = parse_id(text)
    if number is None or not 1 <= number <= most:
        raise errors.InvalidParam({"param_name": name})
    return number
