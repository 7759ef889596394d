"""From the text of a fixture to a tree of plain values: YAML or JSON, every duplicate key an error.

YAML is read with few implicit types, those of JSON: a date stays text, and so do `yes`, `12:30` and `+10:30`, which
YAML 1.1 would turn into other things behind the author's back.

A text is measured before anything is made of it: a few lines of YAML whose aliases name aliases stand for more than
any machine holds.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from typing import Any, NamedTuple

import orjson

from mockcrm.fixture_format.errors import FixtureError, shown

MAX_DEPTH = 200
"""Mappings and lists inside each other: fewer than orjson writes, so that responses have room for what is around."""
_WRITTEN_DEPTH = 254
"""What orjson writes."""
MAX_DIGITS = 4_300
"""Of a whole number: as many as Python itself reads, beyond that reading gets slow."""
MAX_JSON_NODES = 5_000_000
"""Keys and values of a JSON text, guessed from above by its punctuation. 50,000 records of 20 fields have 2.5 to 4.6
million, by how many commas and colons are in their texts."""
MAX_JSON_CONTAINERS = 1_500_000
"""Lists and mappings among them, which cost the most: Python's JSON reads on until the end, and as long nothing else in
the process moves (a million empty lists: a quarter of a second). 50,000 records of 20 lists have 1.1 million."""
MAX_YAML_NODES = 1_000_000
"""Keys and values of a YAML text with every alias and merge key expanded. Reading a tenth of them takes seconds."""
MAX_CHARACTERS = 64 * 2**20
"""Of all keys and values of a YAML text, expanded likewise."""
_EXPECTED_TOP = "expected a mapping with the key `mockcrm: 1`"
TOO_DEEP = f"nested too deep; expected at most {MAX_DEPTH} levels"


def read_tree(source: bytes | str | dict[str, Any], name: str) -> dict[str, Any]:
    """The mapping that a fixture's text holds; a mapping is taken as it is. FixtureError tells line and column."""
    try:
        tree = source if isinstance(source, dict) else _parse(_text(source), name)
        if not isinstance(tree, dict):
            raise FixtureError("", f"{_EXPECTED_TOP}, got {shown(tree)}")
        _check(tree)
    except FixtureError as error:
        error.name = name
        raise
    return tree


def _check(tree: dict[str, Any]) -> None:
    # Whatever JSON cannot carry (a set of YAML, half a surrogate pair) ends here.
    try:
        written(tree)
    except TypeError as error:
        if str(error).startswith("Recursion"):
            raise FixtureError("", TOO_DEEP) from None
        raise FixtureError("", f"holds what JSON cannot carry: {error}") from None


def written(tree: Any) -> bytes:
    """A tree as JSON; TypeError when it is too deep (`Recursion...`) or holds what JSON cannot carry."""
    # With so much around it, what is too deep for us is too deep for orjson, which counts much faster than we.
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
        # A request's body says nothing about its format. What is no JSON may still be YAML in braces.
        try:
            return _parse_json(text)
        except _NoJson:
            pass
    return _parse_yaml(text)


# -- JSON --------------------------------------------------------------------------------------------------------


class _NoJson(FixtureError):
    """The text is no JSON; it may be YAML."""


def loads(text: str, **hooks: Any) -> Any:
    """JSON as `json.loads` reads it with these hooks. FixtureError when it is too large, too deep or has a number that
    is too long; json.JSONDecodeError."""
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
        raise FixtureError(_place(text, text.index(digits)), f"{shown(digits)} is too large a number")

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
                raise FixtureError("", f"duplicate key {shown(key)}")
            seen.add(key)
    return found


def _no_constant(text: str) -> float:
    raise _NoJson("", f"not JSON: {text} is no number")


# -- YAML --------------------------------------------------------------------------------------------------------


def _parse_yaml(text: str) -> Any:
    import yaml

    try:
        _measure(text)
        return yaml.load(text, _loader())
    except yaml.MarkedYAMLError as error:
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        if problem.endswith("exceeded maximum nesting depth"):
            problem = TOO_DEEP  # libyaml's own bound is reached before ours where much is opened on one line
        elif not isinstance(error, yaml.constructor.ConstructorError):
            problem = f"not YAML: {problem}"
        raise FixtureError(_at(error.problem_mark or error.context_mark), problem) from None
    except yaml.YAMLError as error:
        raise FixtureError("", f"not YAML: {error}") from None


def _at(mark: Any) -> str:
    return "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}"


class _Size(NamedTuple):
    """How large a node is with every alias in it expanded."""

    nodes: int
    characters: int
    depth: int


def _measure(text: str) -> None:
    """FixtureError when a YAML text stands for too much. Its events are read one by one, nothing is built: an alias
    counts as much as what it names, a merge key as what it merges."""
    import yaml

    named: dict[str, _Size] = {}
    unfinished: set[str] = set()
    inside: list[tuple[str | None, list[int]]] = []  # the anchors and sizes of what is open, the document first

    def add(size: _Size, mark: Any) -> None:
        total = inside[-1][1]
        total[0] += size.nodes
        total[1] += size.characters
        total[2] = max(total[2], size.depth)
        # What is open counts wherever it may be named, so that nothing is added up that is too large already.
        if total[0] > MAX_YAML_NODES or total[1] > MAX_CHARACTERS:
            limits = f"{MAX_YAML_NODES:,} keys and values of {MAX_CHARACTERS:,} characters"
            raise FixtureError(_at(mark), f"too large with its aliases expanded; expected at most {limits} in all")
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
                raise FixtureError(_at(event.start_mark), f"the alias *{event.anchor} stands inside what it names")
            # One that names nothing is for the parser to refuse.
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
    """The loader class, made on first use because PyYAML is imported only then."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]  # which of the two is known at run time
        yaml_implicit_resolvers: dict[str, Any] = {}

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            # PyYAML takes merge keys out of a mapping one by one, which is slow for many; YAML wants them to be one.
            merging = [key for key, _ in node.value if key.tag == "tag:yaml.org,2002:merge"]
            if len(merging) > 1:
                problem = "duplicate key '<<' (merge a list of mappings)"
                raise yaml.constructor.ConstructorError(None, None, problem, merging[1].start_mark)
            self.flatten_mapping(node)
            found: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = self.construct_object(key_node, deep=True)
                if not isinstance(key, str):
                    problem = f"expected text as a key, got {shown(key)} (put it in quotes)"
                    raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
                if key in found:
                    problem = f"duplicate key {shown(key)}"
                    raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
                found[key] = self.construct_object(value_node, deep=deep)
            return found

    def whole(pattern: re.Pattern[str]) -> re.Pattern[str]:
        return re.compile(f"(?:{pattern.pattern})$")

    def told(tag: str, form: re.Pattern[str]) -> None:
        construct = getattr(base, f"construct_yaml_{tag}")

        def constructed(loader: Any, node: Any) -> Any:
            # What stands behind a tag like !!int may be anything: PyYAML would fail in its own ways, or reckon for
            # seconds with a number to the base of 60.
            short = isinstance(node, yaml.ScalarNode) and len(node.value) <= MAX_DIGITS
            if short and form.fullmatch(node.value):
                found = construct(loader, node)
                if not isinstance(found, float) or math.isfinite(found):
                    return found
            got = shown(node.value) if isinstance(node, yaml.ScalarNode) else f"a {_KINDS[node.id]}"
            problem = f"expected a value of the type {tag}, got {got}"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)

        Loader.add_constructor(f"tag:yaml.org,2002:{tag}", constructed)

    told("bool", _BOOL)
    told("int", _INT)
    told("float", re.compile(f"{_INT.pattern}|{_FLOAT.pattern}"))
    # Only what JSON has is wanted, and making the rest (a date, bytes) may take long or be of no use.
    kept = (None, *(f"tag:yaml.org,2002:{tag}" for tag in ("null", "bool", "int", "float", "str", "seq", "map")))
    Loader.yaml_constructors = {tag: Loader.yaml_constructors[tag] for tag in kept}

    for tag, pattern, first in (
        ("null", _NULL, ["~", "n", "N", ""]),
        ("bool", _BOOL, list("tTfF")),
        ("int", _INT, list("-+0123456789")),
        ("float", _FLOAT, list("-+.0123456789")),
        ("merge", re.compile("<<"), ["<"]),
    ):
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", whole(pattern), first)
    return Loader
