"""Reading and validating query parameters and headers; each error names its parameter."""

from __future__ import annotations

from mockcrm.core.clock import parse_iso
from mockcrm.core.errors.request import InvalidParam, RequiredParamMissing
from mockcrm.core.ids import parse_id
from mockcrm.http import errors
from mockcrm.http.call import Call

MAX_PER_PAGE = 200
MAX_FIELDS = 50
MAX_IDS = 100
MAX_PAGE = 1_000_000


def whole_number(call: Call, name: str, default: int, maximum: int) -> int:
    """Return a parameter that is a whole number from 1 to `maximum`."""
    text = call.query.get(name)
    if text is None:
        return default
    found = parse_id(text)
    if found is None or not 1 <= found <= maximum:
        raise InvalidParam({"param_name": name})
    return found


def page(call: Call) -> int:
    """Return `page`, counted from 1."""
    return whole_number(call, "page", 1, MAX_PAGE)


def page_of_records(call: Call) -> int:
    """Return `page` of a list of records, of deleted records or of a search. In v2 the page 0 is the first one: the
    first generation of the Python SDK sends it by default (docs/contract/sdk-clients.md 5; assumed)."""
    if call.version.page_0_is_the_first and call.query.get("page") == "0":
        return 1
    return page(call)


def per_page(call: Call, maximum: int = MAX_PER_PAGE) -> int:
    """Return `per_page`. Defaults to 200."""
    return whole_number(call, "per_page", MAX_PER_PAGE, maximum)


def choice(call: Call, name: str, default: str, *others: str) -> str:
    """Return a parameter that is `default` or one of `others`, compared without case."""
    text = call.query.get(name, default).lower()
    if text not in (default, *others):
        raise InvalidParam({"param_name": name})
    return text


def names(text: str) -> list[str]:
    """Return the names of a comma-separated list without duplicates. Raises TooManyFields above 50."""
    found = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if len(found) > MAX_FIELDS:
        raise errors.TooManyFields
    return found


def fields_of_list(call: Call) -> list[str] | None:
    """Return `fields` of a list. None means every field, which only versions before v3 allow."""
    text = call.query.get("fields")
    if text is None and call.version.fields_parameter_is_mandatory:
        raise RequiredParamMissing({"param_name": "fields"})
    return None if text is None else names(text)


def fields_of_record(call: Call) -> list[str] | None:
    """Return `fields` where it is optional; None means every field."""
    text = call.query.get("fields")
    return None if text is None else names(text)


def ids(call: Call) -> list[int]:
    """Return `ids`, at most 100."""
    sent = call.query["ids"].split(",")
    found = [parse_id(text.strip()) for text in sent]
    if len(sent) > MAX_IDS or None in found:
        raise InvalidParam({"param_name": "ids"})
    return [item for item in found if item is not None]


def time_header(call: Call, name: str) -> int | None:
    """Return the ISO 8601 time in a header as seconds since the epoch; None if missing. An invalid time is ignored
    (assumed)."""
    sent = call.header(name)
    try:
        return None if sent is None else parse_iso(sent.strip())
    except (ValueError, OverflowError):
        return None
