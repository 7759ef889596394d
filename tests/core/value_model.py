"""The documented rules for values, as plain code without regular expressions (docs/values.md)."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, NamedTuple

LETTERS_AND_DIGITS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
DIGITS = frozenset("0123456789")
CONTROLS = {chr(code) for code in range(0x1A)}
NEVER_IN_HOST_START = CONTROLS | set("\"#$%&'*+,./:;<=>?[\\]^`{}~\x7f")
NEVER_IN_HOST = CONTROLS | set("\"$%&'()*+,./<>@[\\]^`{}~\x7f")
IN_EMAIL = frozenset("!#$%&'*+-/=?^_`{|}~.")
NUMBERS = {"integer": 9, "bigint": 18, "double": 16, "currency": 16, "percent": 5}
LENGTHS = {"text": 255, "textarea": 2000, "picklist": 120, "phone": 30, "website": 255, "email": 100}
LENGTHS |= {"date": 20, "datetime": 120, **NUMBERS}
WORDS = {"textarea": "text", "picklist": "text", "multiselectpicklist": "jsonarray", "userlookup": "jsonobject"}
V2_WORDS = {"currency": "double", "percent": "double"}


class Refused(NamedTuple):
    """The details of the error."""

    details: dict[str, object]


def outcome(data_type: str, value: Any, *, v2: bool, offset: int = 0) -> Any:
    """Return the stored value, or Refused with the details."""
    if value is None or (value == "" and data_type in ("text", "textarea", "picklist", "phone", "website", "email")):
        return None
    if data_type in NUMBERS:
        return _number(data_type, value, v2=v2)
    fits, stored = _fits(data_type, value, offset)
    if not fits:
        return _wrong(data_type, value, v2=v2)
    if data_type in LENGTHS and isinstance(value, str) and len(value) > LENGTHS[data_type]:
        return Refused({"maximum_length": LENGTHS[data_type]})
    return stored


def _wrong(data_type: str, value: Any, *, v2: bool) -> Refused:
    word = (V2_WORDS if v2 else {}).get(data_type) or WORDS.get(data_type, data_type)
    details: dict[str, object] = {"expected_data_type": word}
    length = LENGTHS.get(data_type)
    too_long = length is not None and isinstance(value, str) and len(value) > length
    if too_long or (v2 and (data_type in NUMBERS or data_type == "date")):
        details["maximum_length"] = length
    return Refused(details)


def _number(data_type: str, value: Any, *, v2: bool) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return _wrong(data_type, value, v2=v2)
    text = value if isinstance(value, str) else f"{Decimal(repr(value)):f}"
    unsigned = text[1:] if text[:1] == "-" else text
    whole, point, decimals = unsigned.partition(".")
    is_whole = data_type in ("integer", "bigint")
    if not _is_digits(whole) or (point and not _is_digits(decimals)) or (is_whole and point):
        return _wrong(data_type, value, v2=v2)
    if is_whole and isinstance(value, float):
        return _wrong(data_type, value, v2=v2)
    if len(whole.lstrip("0")) > NUMBERS[data_type]:
        return Refused({"maximum_length": NUMBERS[data_type]})
    if len(decimals.rstrip("0")) > 9:
        return Refused({"maximum_decimal_place": 9})
    if data_type == "bigint":
        return str(int(text))
    if isinstance(value, str):
        return float(text) if point else int(text)
    return value


def _is_digits(text: str) -> bool:
    return text != "" and set(text) <= DIGITS


def _fits(data_type: str, value: Any, offset: int) -> tuple[bool, Any]:
    match data_type:
        case "boolean":
            return isinstance(value, bool), value
        case "multiselectpicklist":
            fits = isinstance(value, list) and all(_is_text(member) and len(member) <= 255 for member in value)
            return fits, list(dict.fromkeys(value)) if fits else None
        case "date":
            return _is_text(value) and is_date(value), value
        case "datetime":
            moment = parse_time(value, offset) if _is_text(value) else None
            return moment is not None, moment
        case "phone":
            return _is_text(value) and is_phone(value), value
        case "website":
            return _is_text(value) and is_website(value), value
        case "email":
            return _is_text(value) and is_email(value), value
    return _is_text(value), value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


# -- dates ---------------------------------------------------------------------------------------------------------


def is_date(text: str) -> bool:
    parts = text.split("-")
    if [len(part) for part in parts] != [4, 2, 2] or not all(map(_is_digits, parts)):
        return False
    try:
        date(*map(int, parts))
    except ValueError:
        return False
    return True


def parse_time(text: str, offset: int) -> str | None:
    """The time in the org's zone; None when the text is not one."""
    zone = timezone(timedelta(seconds=offset))
    head, tail = text[:19], text[19:]
    clock = head[11:].split(":")
    if not is_date(head[:10]) or head[10:11] != "T" or [len(part) for part in clock] != [2, 2, 2]:
        return None
    if not all(map(_is_digits, clock)):
        return None
    given = zone
    if tail == "Z":
        given = timezone(timedelta(0))
    elif tail:
        hours, colon, minutes = tail[1:3], tail[3:4], tail[4:]
        if tail[0] not in "+-" or colon != ":" or len(minutes) != 2 or not _is_digits(hours + minutes):
            return None
        if int(hours) > 23 or int(minutes) > 59:
            return None
        shift = timedelta(hours=int(hours), minutes=int(minutes))
        given = timezone(-shift if tail[0] == "-" else shift)
    try:
        moment = datetime(*map(int, head[:10].split("-")), *map(int, clock), tzinfo=given)  # type: ignore[misc, arg-type]
        return moment.astimezone(zone).isoformat()
    except (ValueError, OverflowError):
        return None


# -- phone numbers -------------------------------------------------------------------------------------------------


def _run(text: str, start: int) -> int:
    """The end of the letters and digits at `start`."""
    while start < len(text) and text[start] in LETTERS_AND_DIGITS:
        start += 1
    return start


def _group(text: str, start: int) -> int:
    """The end of a group: a dot or hyphen, a space, letters and digits, of which only the last are needed."""
    at = start + (text[start : start + 1] in (".", "-"))
    at += text[at : at + 1] == " "
    end = _run(text, at)
    return end if end > at else start


def _bracketed(text: str, start: int) -> int:
    """The end of a bracketed group and what follows it directly."""
    at = start + (text[start : start + 1] == " ")
    if text[at : at + 1] != "(" or text[at + 1 : at + 2] in (".", "-"):
        return start
    at += 1
    groups = 0
    while True:
        inner = at + (text[at : at + 1] in (" ", ".", "-"))
        end = _run(text, inner)
        if end == inner:
            break
        at, groups = end, groups + 1
    if not groups or text[at : at + 1] != ")" or text[at + 1 : at + 2] == ".":
        return start
    at += 1
    after = at + (text[at : at + 1] in (" ", "-"))
    end = _run(text, after)
    return end if end > after else at


def is_phone(text: str) -> bool:
    at = int(text[:1] == "+")
    if text[at : at + 1] in (".", "-"):
        return False
    start = at
    while (end := _group(text, at)) > at or (end := _bracketed(text, at)) > at:
        at = end
    if at == start:
        return False
    extensions = at
    while True:
        comma = extensions
        while text[comma : comma + 1] == ",":
            comma += 1
        comma += text[comma : comma + 1] == ";"
        end = _run(text, comma)
        if end == comma:
            break
        extensions = end
    if extensions > at:
        at = extensions
        while text[at : at + 1] == "#" and (end := _run(text, at + 1)) > at + 1:
            at = end
    at += text[at : at + 1] in ("#", ";")
    return at == len(text)


# -- addresses -----------------------------------------------------------------------------------------------------


def is_website(text: str) -> bool:
    for scheme in ("", "http://", "https://", "ftp://"):
        if text.startswith(scheme):
            rest = text[len(scheme) :]
            if _is_address(rest) or (rest[:3] == "www" and rest[3:4] not in ("", "\n") and _is_address(rest[4:])):
                return True
    return False


def _is_address(text: str) -> bool:
    ends = [index for index, char in enumerate(text) if char in "/?"]
    return any(_is_host(text[:end]) and "\n" not in text[end:] for end in [*ends, len(text)])


def _is_host(text: str) -> bool:
    first, *parts = text.split(".")
    if not first or not parts or not all(parts):
        return False
    return not set(first) & NEVER_IN_HOST_START and not set("".join(parts)) & NEVER_IN_HOST


def _is_letter(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM"


def _is_alphanumeric(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN"


def is_email(text: str) -> bool:
    if text.count("@") != 1:
        return False
    local, domain = text.split("@")
    *labels, last = domain.split(".")
    if not local or not labels or not 4 <= len(domain) <= 256:
        return False
    if not (_is_alphanumeric(local[0]) or local[0] in "_+-"):
        return False
    if not all(_is_alphanumeric(char) or char in IN_EMAIL for char in local):
        return False
    if not 2 <= len(last) <= 22 or not all(map(_is_letter, last)):
        return False
    return all(
        label
        and _is_alphanumeric(label[0])
        and _is_alphanumeric(label[-1])
        and all(_is_alphanumeric(char) or char in "-_" for char in label)
        for label in labels
    )
