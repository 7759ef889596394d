"""What the tests of criteria share: fields of every kind, a table to query, and a simple model of the rules.

The model reads the JSON tree itself and works on Python values, so that it has no code in common with the SQL.
"""

from __future__ import annotations

import calendar
import operator
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from importlib.resources import files
from typing import Any

import orjson

from mockcrm.core import casefold as folding
from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria import CriteriaContext, compile_criteria, parse_criteria

_TYPES = [
    ("Company", "text", "string"),
    ("Lead_Status", "picklist", "string"),
    ("Description", "textarea", "string"),
    ("Tag", "text", "jsonarray"),
    ("Email_Opt_Out", "boolean", "boolean"),
    ("Annual_Revenue", "currency", "double"),
    ("No_of_Employees", "integer", "integer"),
    ("Score", "bigint", "string"),
    ("Margin", "formula", "double"),
    ("Grade", "formula", "string"),
    ("Birthday", "date", "string"),
    ("Met_At", "datetime", "string"),
    ("Account_Name", "lookup", "jsonobject"),
    ("Layout", "layout", "jsonobject"),
    ("Reviewer", "userlookup", "jsonobject"),
    ("Languages", "multiselectpicklist", "jsonarray"),
    ("Partners", "multiselectlookup", "jsonarray"),
    ("Team", "multiuserlookup", "jsonarray"),
    ("Product_Details", "subform", "jsonarray"),
    ("Territories", "territories", "jsonarray"),
    ("id", "bigint", "string"),
    ("Owner", "ownerlookup", "jsonobject"),
    ("Created_By", "ownerlookup", "jsonobject"),
    ("Modified_By", "ownerlookup", "jsonobject"),
    ("Created_Time", "datetime", "string"),
    ("Modified_Time", "datetime", "string"),
    ("Converted__s", "boolean", "boolean"),
    ("Locked__s", "boolean", "boolean"),
]
FIELDS = {
    name: Field(id=number, api_name=name, field_label=name, data_type=data_type, json_type=json_type)
    for number, (name, data_type, json_type) in enumerate(_TYPES, 1)
}
USER = 554023000000235011
# Tuesday, 30 January 2024, 00:30 in a zone five and a half hours east; still Monday in UTC.
CONTEXT = CriteriaContext(user_id=USER, now=1706554800.0, offset=19800)

COLUMNS = ("id", "state", "owner_id", "created_by", "modified_by", "created_time", "modified_time")
Record = dict[str, Any]


def record(number: int, **values: Any) -> Record:
    """A record with that id; columns by their names, everything else is a field."""
    defaults = dict.fromkeys(COLUMNS, 0) | {
        "id": number,
        "owner_id": 1,
        "created_by": 1,
        "modified_by": 1,
    }
    columns = {name: values.pop(name, default) for name, default in defaults.items()}
    return {**columns, "fields": values}


def table(records: Iterable[Record]) -> sqlite3.Connection:
    """A database of the real schema with these records."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    folding.register(connection)
    connection.executescript((files("mockcrm.core.orgs") / "schema.sql").read_text())
    for item in records:
        connection.execute(
            f"INSERT INTO record (module_id, fields, {', '.join(COLUMNS)}) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
            (orjson.dumps(_with_tags(connection, item["fields"])).decode(), *(item[name] for name in COLUMNS)),
        )
    return connection


def _with_tags(connection: sqlite3.Connection, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with their tags as they are stored: by the ids of rows in another table."""
    names = [tag if isinstance(tag, str) else tag["name"] for tag in fields.get("Tag") or ()]
    for name in names:
        statement = "INSERT OR IGNORE INTO tag (module_id, name, folded, created_by, modified_by, created_time, "
        connection.execute(f"{statement}modified_time) VALUES (1, ?, ?, 1, 1, 0, 0)", (name, folding.fold(name)))
    ids = [
        connection.execute("SELECT id FROM tag WHERE folded = ?", (folding.fold(name),)).fetchone()[0] for name in names
    ]
    return {**fields, "Tag": [{"id": str(one)} for one in ids]} if fields.get("Tag") is not None else fields


def select(connection: sqlite3.Connection, tree: object, context: CriteriaContext = CONTEXT) -> list[int]:
    """The ids of the records that the SQL of `tree` finds, in order."""
    sql = compile_criteria(parse_criteria(tree, FIELDS), context)
    rows = connection.execute(
        f"SELECT id FROM record WHERE module_id = ? AND {sql.text} ORDER BY id", (1, *sql.parameters)
    )
    return [row[0] for row in rows]


_NEGATIVE = {
    "not_equal": "equal",
    "not_in": "in",
    "not_contains": "contains",
    "not_between": "between",
    "exclude_all": "include_all",
    "exclude_any": "include_any",
}
_ORDER = {
    "less_than": operator.lt,
    "less_equal": operator.le,
    "greater_than": operator.gt,
    "greater_equal": operator.ge,
}


def matches(tree: Mapping[str, Any], item: Record, fields: Mapping[str, Field], context: CriteriaContext) -> bool:
    """Return whether a record matches a valid criteria tree."""
    if "group" in tree:
        results = [matches(member, item, fields, context) for member in tree["group"]]
        return all(results) if tree["group_operator"].lower() == "and" else any(results)
    name = tree["field"] if isinstance(tree["field"], str) else tree["field"]["api_name"]
    comparator, value = tree["comparator"], tree["value"]
    if comparator in _NEGATIVE:
        positive = {**tree, "comparator": _NEGATIVE[comparator]}
        return not matches(positive, item, fields, context)
    stored = _stored(name, item)
    empty = stored is None or stored == "" or stored == [] or stored == {}
    if comparator == "equal" and value in (None, "", "${EMPTY}"):
        return empty
    if comparator == "equal" and value == "${NOTEMPTY}":
        return not empty
    if empty:
        return False
    data_type = fields[name].data_type
    if data_type in ("date", "datetime"):
        return _temporal(stored, comparator, value, data_type, context)
    if isinstance(stored, list):
        return _members(stored, comparator, value, context)
    if data_type in ("lookup", "layout", "userlookup", "ownerlookup"):
        return _simple(_identity(stored, context), comparator, value, lambda given: _identity(given, context))
    if data_type == "boolean":
        return bool(stored) == (value in (True, "true"))
    if fields[name].json_type != "string" or data_type == "bigint":
        return _simple(_number(stored), comparator, value, _number)
    return _simple(_lower(stored), comparator, value, _lower)


def _stored(name: str, item: Record) -> Any:
    match name:
        case "id":
            return item["id"]
        case "Owner":
            return item["owner_id"]
        case "Created_By" | "Modified_By" | "Created_Time" | "Modified_Time":
            return item[name.lower()]
        case "Converted__s":
            return bool(item["state"] & 128)
        case "Locked__s":
            return bool(item["state"] & 64)
    return item["fields"].get(name)


def _simple(stored: Any, comparator: str, value: Any, read: Any) -> bool:
    match comparator:
        case "equal":
            return bool(stored == read(value))
        case "in":
            return stored in [read(given) for given in value]
        case "between":
            return bool(read(value[0]) <= stored <= read(value[1]))
        case "contains":
            return read(value) in stored
        case "starts_with":
            return bool(stored.startswith(read(value)))
        case "ends_with":
            return bool(stored.endswith(read(value)))
    return bool(_ORDER[comparator](stored, read(value)))


def _lower(text: str) -> str:
    return "".join(
        letter if not letter.isascii() and any(low.isascii() for low in letter.lower()) else letter.lower()
        for letter in text
    )


def _number(value: Any) -> int | float:
    if isinstance(value, str):
        return int(value) if value.lstrip("-").isdigit() else float(value)
    return value  # type: ignore[no-any-return]


def _identity(value: Any, context: CriteriaContext) -> int:
    if value == "${CURRENTUSER}":
        return context.user_id
    return int(value["id"] if isinstance(value, dict) else value)


def _members(stored: list[Any], comparator: str, value: Any, context: CriteriaContext) -> bool:
    def read(given: Any) -> Any:
        if isinstance(given, dict):
            return _identity(given, context) if "id" in given else _lower(given["name"])
        if isinstance(given, int) or given == "${CURRENTUSER}" or ids:
            return _identity(given, context)
        return _lower(given)

    ids = any(isinstance(given, dict) and "id" in given for given in stored)
    have = {read(given) for given in stored}
    expected = {read(given) for given in (value if isinstance(value, list) else [value])}
    if comparator == "equal":
        return have == expected
    return expected <= have if comparator == "include_all" else bool(expected & have)


def _temporal(stored: Any, comparator: str, value: Any, data_type: str, context: CriteriaContext) -> bool:
    zone = timezone(timedelta(seconds=context.offset))
    today = datetime.fromtimestamp(context.now, zone).date()
    if data_type == "date":
        moment: date | datetime = date.fromisoformat(stored)
        day = moment
    else:
        moment = (
            datetime.fromtimestamp(stored, zone) if isinstance(stored, int) else datetime.fromisoformat(stored)
        ).replace(microsecond=0)
        day = moment.astimezone(zone).date()
    values = value if isinstance(value, list) else [value]
    if all(given.startswith("${AGEINDAYS}") for given in values):
        ages = [int(given.removeprefix("${AGEINDAYS}") or 0) for given in values]
        age = (today - day).days
        return _simple(age, comparator, ages if isinstance(value, list) else ages[0], int)
    windows = [_window(given, today, data_type) for given in values]

    def place(window: tuple[Any, Any]) -> int:
        """-1 before the window, 0 in it, 1 after it."""
        it = moment if isinstance(window[0], datetime) else day
        return -1 if it < window[0] else 1 if it > window[1] else 0

    match comparator:
        case "equal" | "in":
            return any(place(window) == 0 for window in windows)
        case "between":
            return place(windows[0]) >= 0 and place(windows[1]) <= 0
    return bool(_ORDER[comparator](place(windows[0]), 0))


def _window(value: str, today: date, data_type: str) -> tuple[date, date]:
    def days(first: int, last: int) -> tuple[date, date]:
        return today + timedelta(days=first), today + timedelta(days=last)

    def month(year: int, number: int) -> tuple[date, date]:
        return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])

    if value.startswith("${DUEINDAYS}"):
        due = int(value.removeprefix("${DUEINDAYS}") or 0)
        return days(due, due)
    if value.startswith("${AGEINDAYS}"):
        age = int(value.removeprefix("${AGEINDAYS}") or 0)
        return days(-age, -age)
    if value.startswith("${LAST_N_DAYS:"):
        return days(1 - int(value[14:-1]), 0)
    if value.startswith("${NEXT_N_DAYS:"):
        return days(0, int(value[14:-1]) - 1)
    sunday = -((today.weekday() + 1) % 7)
    before = today.replace(day=1) - timedelta(days=1)
    after = today.replace(day=28) + timedelta(days=7)
    named = {
        "${TODAY}": days(0, 0),
        "${YESTERDAY}": days(-1, -1),
        "${TOMORROW}": days(1, 1),
        "${THISWEEK}": days(sunday, sunday + 6),
        "${LASTWEEK}": days(sunday - 7, sunday - 1),
        "${NEXTWEEK}": days(sunday + 7, sunday + 13),
        "${THISMONTH}": month(today.year, today.month),
        "${LASTMONTH}": month(before.year, before.month),
        "${NEXTMONTH}": month(after.year, after.month),
        "${THISYEAR}": (date(today.year, 1, 1), date(today.year, 12, 31)),
        "${LASTYEAR}": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        "${NEXTYEAR}": (date(today.year + 1, 1, 1), date(today.year + 1, 12, 31)),
    }
    if value in named:
        return named[value]
    if data_type == "datetime" and len(value) > 10:
        instant = datetime.fromisoformat(value).replace(microsecond=0)
        return instant, instant
    return date.fromisoformat(value), date.fromisoformat(value)
