"""Reading the text of a fixture, YAML or JSON, into a tree of plain values. Every duplicate key is an error.

YAML is read with the implicit types of JSON only: a date stays text, and so do `yes`, `12:30` and `+10:30`, which YAML
1.1 would silently convert.

The size of a text is measured before it is loaded, because a few lines of YAML with nested aliases can expand to more
than fits into memory.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from typing import Any, NamedTuple

import orjson

from mockcrm.fixture_format.errors import FixtureError, show

MAX_DEPTH = 200
"""Nested mappings and lists. orjson writes more levels, so there is room for the levels that a response adds."""
_WRITTEN_DEPTH = 254
"""The most levels that orjson writes."""
MAX_DIGITS = 4_300
"""Digits of a whole number: Python's own limit, beyond which conversion gets slow."""
MAX_JSON_NODES = 5_000_000
"""Keys and values of a JSON text, overestimated by counting its punctuation. 50,000 records of 20 fields have 2.5 to
4.6 million, depending on the commas and colons in their texts."""
MAX_JSON_CONTAINERS = 1_500_000
"""Lists and mappings among them, which are the most expensive: Python's JSON reader holds the interpreter lock until
the end (a quarter of a second for a million empty lists). 50,000 records of 20 lists have 1.1 million."""
MAX_YAML_NODES = 1_000_000
"""Keys and values of a YAML text with every alias and merge key expanded. Reading a tenth of that takes seconds."""
MAX_CHARACTERS = 64 * 2**20
"""Characters of all keys and values of a YAML text, expanded in the same way."""
_EXPECTED_TOP = "expected a mapping with the key `mockcrm: 1`"
TOO_DEEP = f"nested too deeply; expected at most {MAX_DEPTH} levels"


def read_tree(source: bytes | str | dict[str, Any], name: str) -> dict[str, Any]:
    """Return the mapping in the text of a fixture, or a given mapping itself. Raises FixtureError with line and column
    when it cannot be read."""
    try:
        tree = source if isinstance(source, dict) else _parse(_text(source), name)
        if not isinstance(tree, dict):
            raise FixtureError("", f"{_EXPECTED_TOP}, got {show(tree)}")
        _check(tree)
    except FixtureError as error:
        error.name = name
        raise
    return tree


def _check(tree: dict[str, Any]) -> None:
    # Refuses values that JSON does not have, such as a YAML set or half a surrogate pair.
    try:
        to_json(tree)
    except TypeError as error:
        if str(error).startswith("Recursion"):
            raise FixtureError("", TOO_DEEP) from None
        raise FixtureError("", f"contains a value that JSON does not have: {error}") from None


def to_json(tree: Any) -> bytes:
    """Return a tree as JSON. Raises TypeError when it is nested too deeply (the text begins with `Recursion`) or has a
    value that JSON does not have."""
    # The added levels make orjson, which counts much faster than Python code, enforce MAX_DEPTH.
    for _ in range(_WRITTEN_DEPTH - MAX_DEPTH):
        tree = [tree]
    return orjson.dumps(tree)


def _text(source: bytes | str) -> str:
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FixtureError(f"byte {error.start}", "expected UTF-8 text") from None


def _parse(text: str, name: str) -> Any:
    if name.endswith(".json"):
        return _parse_json(text)
    if text.lstrip()[:1] == "{":
        # A request body does not declare its format. Text in braces that is not JSON may still be YAML.
        try:
            return _parse_json(text)
        except _NoJson:
            pass
    return _parse_yaml(text)


# -- JSON --------------------------------------------------------------------------------------------------------


class _NoJson(FixtureError):
    """The text is not JSON; it may be YAML."""


def loads(text: str, **hooks: Any) -> Any:
    """Return what `json.loads` reads with these hooks. Raises FixtureError when the text is too large, nested too
    deeply or has a number that is too long, json.JSONDecodeError when it is not JSON."""
    if sum(map(text.count, ",:[{")) > MAX_JSON_NODES:
        raise FixtureError("", f"too large; expected at most {MAX_JSON_NODES:,} keys and values (see `generate`)")
    if sum(map(text.count, "[{")) > MAX_JSON_CONTAINERS:
        expected = f"expected at most {MAX_JSON_CONTAINERS:,} lists and mappings (see `generate`)"
        raise FixtureError("", f"too large; {expected}")
    try:
        return json.loads(text, parse_int=lambda digits: _int(text, digits), **hooks)
    except RecursionError:
        raise FixtureError("", TOO_DEEP) from None


def _int(text: str, digits: str) -> int:
    if len(digits) <= MAX_DIGITS:
        return int(digits)
    raise FixtureError(_place(text, text.index(digits)), f"expected a number of at most {MAX_DIGITS:,} digits")


def _place(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}"


def _parse_json(text: str) -> Any:
    def number(digits: str) -> float:
        if math.isfinite(found := float(digits)):
            return found
        raise FixtureError(_place(text, text.index(digits)), f"{show(digits)} is too large a number")

    try:
        return loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=number)
    except json.JSONDecodeError as error:
        raise _NoJson(f"line {error.lineno}, column {error.colno}", f"not JSON: {error.msg}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise FixtureError("", f"duplicate key {show(key)}")
            seen.add(key)
    return found


def _no_constant(text: str) -> float:
    raise _NoJson("", f"not JSON: {text} is not a number")


# -- YAML --------------------------------------------------------------------------------------------------------


def _parse_yaml(text: str) -> Any:
    import yaml

    try:
        _measure(text)
        return yaml.load(text, _loader())
    except yaml.MarkedYAMLError as error:
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        if problem.endswith("exceeded maximum nesting depth"):
            problem = TOO_DEEP  # libyaml's own limit is reached first when many levels are opened on one line
        elif not isinstance(error, yaml.constructor.ConstructorError):
            problem = f"not YAML: {problem}"
        raise FixtureError(_at(error.problem_mark or error.context_mark), problem) from None
    except yaml.YAMLError as error:
        raise FixtureError("", f"not YAML: {error}") from None


def _at(mark: Any) -> str:
    return "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}"


class _Size(NamedTuple):
    """The size of a node with every alias in it expanded."""

    nodes: int
    characters: int
    depth: int


def _measure(text: str) -> None:
    """Raise FixtureError when a YAML text would expand beyond the limits. Only the parser's events are read, nothing is
    built: an alias counts as much as the node it refers to, a merge key as much as what it merges."""
    import yaml

    named: dict[str, _Size] = {}
    unfinished: set[str] = set()
    inside: list[tuple[str | None, list[int]]] = []  # anchors and sizes of the open nodes, the document first

    def add(size: _Size, mark: Any) -> None:
        total = inside[-1][1]
        total[0] += size.nodes
        total[1] += size.characters
        total[2] = max(total[2], size.depth)
        # Checked for every open node, because an alias may refer to it: its size is never used once it is too large.
        if total[0] > MAX_YAML_NODES or total[1] > MAX_CHARACTERS:
            limits = f"{MAX_YAML_NODES:,} keys and values of {MAX_CHARACTERS:,} characters"
            raise FixtureError(_at(mark), f"too large with its aliases expanded; expected at most {limits} in total")
        if total[2] + len(inside) - 1 > MAX_DEPTH:
            raise FixtureError(_at(mark), TOO_DEEP)

    for event in yaml.parse(text, _loader()):
        if isinstance(event, yaml.ScalarEvent):
            size = _Size(1, len(event.value), 0)
            if event.anchor is not None:
                named[event.anchor] = size
            add(size, event.start_mark)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor in unfinished:
                raise FixtureError(_at(event.start_mark), f"the alias *{event.anchor} is inside the node it refers to")
            # The YAML loader reports an alias without an anchor.
            add(named.get(str(event.anchor), _Size(1, 0, 0)), event.start_mark)
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.anchor is not None:
                unfinished.add(event.anchor)
            inside.append((event.anchor, [1, 0, 0]))
            if len(inside) - 1 > MAX_DEPTH:
                raise FixtureError(_at(event.start_mark), TOO_DEEP)
        elif isinstance(event, yaml.DocumentStartEvent):
            inside = [(None, [0, 0, 0])]
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, (nodes, characters, depth) = inside.pop()
            size = _Size(nodes, characters, depth + 1)
            if anchor is not None:
                unfinished.discard(anchor)
                named[anchor] = size
            add(size, event.start_mark)


_KINDS = {"sequence": "list", "mapping": "mapping"}
_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")


@cache
def _loader() -> Any:
    """Return the loader class, created on first use because PyYAML is imported only then."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]  # the base class is chosen at run time
        yaml_implicit_resolvers: dict[str, Any] = {}

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            # PyYAML removes merge keys from a mapping one by one, which is slow for many; YAML allows only one.
            merging = [key for key, _ in node.value if key.tag == "tag:yaml.org,2002:merge"]
            if len(merging) > 1:
                problem = "duplicate key '<<' (merge a list of mappings)"
                raise yaml.constructor.ConstructorError(None, None, problem, merging[1].start_mark)
            self.flatten_mapping(node)
            found: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = self.construct_object(key_node, deep=True)
                if not isinstance(key, str):
                    problem = f"expected text as a key, got {show(key)} (put it in quotes)"
                    raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
                if key in found:
                    problem = f"duplicate key {show(key)}"
                    raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
                found[key] = self.construct_object(value_node, deep=deep)
            return found

    def whole(pattern: re.Pattern[str]) -> re.Pattern[str]:
        return re.compile(f"(?:{pattern.pattern})$")

    def add_constructor(tag: str, form: re.Pattern[str]) -> None:
        construct = getattr(base, f"construct_yaml_{tag}")

        def construct_checked(loader: Any, node: Any) -> Any:
            # A value after a tag like !!int may be any text: PyYAML would raise other errors, or take seconds for a
            # number in base 60.
            short = isinstance(node, yaml.ScalarNode) and len(node.value) <= MAX_DIGITS
            if short and form.fullmatch(node.value):
                found = construct(loader, node)
                if not isinstance(found, float) or math.isfinite(found):
                    return found
            got = show(node.value) if isinstance(node, yaml.ScalarNode) else f"a {_KINDS[node.id]}"
            problem = f"expected a value of the type {tag}, got {got}"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)

        Loader.add_constructor(f"tag:yaml.org,2002:{tag}", construct_checked)

    add_constructor("bool", _BOOL)
    add_constructor("int", _INT)
    add_constructor("float", re.compile(f"{_INT.pattern}|{_FLOAT.pattern}"))
    # Only JSON's types are needed, and constructing others (a date, bytes) may be slow or fail.
    tags = (None, *(f"tag:yaml.org,2002:{tag}" for tag in ("null", "bool", "int", "float", "str", "seq", "map")))
    Loader.yaml_constructors = {tag: Loader.yaml_constructors[tag] for tag in tags}

    for tag, pattern, first in (
        ("null", _NULL, ["~", "n", "N", ""]),
        ("bool", _BOOL, list("tTfF")),
        ("int", _INT, list("-+0123456789")),
        ("float", _FLOAT, list("-+.0123456789")),
        ("merge", re.compile("<<"), ["<"]),
    ):
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", whole(pattern), first)
    return Loader
