"""The tables of the official SDKs: each package contains the keys and types of every object that its API version has.

`Tables.misfits` compares a JSON value with the table of a class. Where a type does not fit, an SDK raises or drops the
value; keys that a table does not have are no misfit, since the SDKs ignore them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Json = Any
Detail = Mapping[str, Any]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
CLOCK = re.compile(r"\d\d:\d\d")


def _is_int(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _matches(pattern: re.Pattern[str]) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


FITS: Mapping[str, Callable[[Json], bool]] = {
    "String": lambda value: isinstance(value, str),
    "TimeZone": lambda value: isinstance(value, str),
    "Integer": _is_int,
    "Long": lambda value: _is_int(value) or (isinstance(value, str) and value.isdecimal()),
    "Double": lambda value: _is_int(value) or isinstance(value, float),
    "Boolean": lambda value: isinstance(value, bool),
    "DateTime": _matches(TIME),
    "Date": _matches(DAY),
    "LocalDate": _matches(DAY),
    "LocalTime": _matches(CLOCK),
    "Object": lambda value: True,
    "Map": lambda value: isinstance(value, dict),
}
"""Whether a JSON value has a type of the tables."""


class Tables:
    """The tables of one SDK. Classes are named by package and class in lower case: `users.minifieduser`."""

    def __init__(self, path: Path) -> None:
        content = json.loads(path.read_bytes())
        self._classes: dict[str, Mapping[str, Any]] = {_short(name): table for name, table in content.items()}
        self._by_key: dict[str, dict[str, Detail]] = {}

    def _fields(self, name: str) -> dict[str, Detail]:
        """The details of a class by the key in JSON."""
        if name not in self._by_key:
            items = (item for item in self._classes[name].values() if isinstance(item, dict))
            by_key = {item["name"]: item for item in items if "name" in item}
            self._by_key[name] = {key: item for key, item in by_key.items() if key != "keyModified"}
        return self._by_key[name]

    def misfits(self, value: Json, name: str, path: str = "") -> Iterator[str]:
        """Yield a line for each value that the class does not take, with its path."""
        name = _short(name)
        table = self._classes[name]
        if table.get("interface") is True:
            yield from self.misfits(value, self._best(table["classes"], value), path)
            return
        if not isinstance(value, dict):
            yield f"{path}: {_shown(value)} is not {name}"
            return
        for key, detail in self._fields(name).items():
            if value.get(key) is not None:
                yield from self._of_detail(value[key], detail, f"{path}.{key}")

    def _of_detail(self, value: Json, detail: Detail, path: str) -> Iterator[str]:
        kind, structure = _short(detail["type"]), detail.get("structure_name")
        if kind == "List":
            yield from self._of_list(value, detail, path)
        elif kind == "util.choice":
            if detail.get("values") and not _among(value, detail["values"]):
                yield f"{path}: {_shown(value)} is none of {_shown(detail['values'])}"
        elif kind == "Map" and "keys" in detail and isinstance(value, dict):
            for item in detail["keys"]:
                if value.get(item["name"]) is not None:
                    yield from self._of_detail(value[item["name"]], item, f"{path}.{item['name']}")
        elif structure is not None:
            yield from self.misfits(value, _short(structure), path)
        elif kind in FITS and not FITS[kind](value):
            yield f"{path}: {_shown(value)} is not {kind}"

    def _of_list(self, value: Json, detail: Detail, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{path}: {_shown(value)} is not a list"
            return
        of_item = self._item_detail(detail)
        for item in value if of_item is not None else ():
            yield from [f"{path}[]: null"] if item is None else self._of_detail(item, of_item, f"{path}[]")

    def _item_detail(self, detail: Detail) -> Detail | None:
        """What a list holds; None where the table does not say."""
        sub_type = detail.get("sub_type") or detail.get("sub-type")
        if sub_type is not None and not isinstance(sub_type, dict):
            sub_type = {"type": {"str": "String", "int": "Long"}.get(sub_type, sub_type)}
        structure = _short(detail.get("structure_name", ""))
        if structure in self._classes:
            return {"type": structure, "structure_name": structure}
        if structure or sub_type:
            return {**detail, **(sub_type or {"type": structure}), "structure_name": None}
        return None

    def _best(self, classes: list[str], value: Json) -> str:
        """The class that an SDK chooses: the one of whose keys most are there."""
        names = [_short(name) for name in classes]
        if not isinstance(value, dict):
            return names[0]
        return max(names, key=lambda name: self._ratio(name, value))

    def _ratio(self, name: str, value: Mapping[str, Json]) -> float:
        fields = self._fields(name)
        there = [
            key
            for key, detail in fields.items()
            if value.get(key) is not None and ("values" not in detail or _among(value[key], detail["values"]))
        ]
        return len(there) / len(fields) if fields else 0.0


def _among(value: Json, allowed: list[Json]) -> bool:
    return any(value == item and isinstance(value, bool) == isinstance(item, bool) for item in allowed)


def _short(name: str) -> str:
    """A class's name in the form of all languages, from `zohocrmsdk.src.com.zoho.crm.api.users.MinifiedUser` in Python
    and `core/com/zoho/crm/api/users/minified_user` in Node.js; the name of a plain type as it is."""
    parts = re.split(r"[./]", name)
    return ".".join(parts[-2:]).replace("_", "").lower() if len(parts) > 1 else name


def _shown(value: Json) -> str:
    text = json.dumps(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
