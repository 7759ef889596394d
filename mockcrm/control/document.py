"""The control API described: its OpenAPI, as the server answers it and docs/control-openapi.json keeps it for clients
in other languages, and docs/control-api.md, the same for a person.

`python -m mockcrm.control.document docs` writes both files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson
from fastapi import FastAPI

from mockcrm.control.body import MAX_BODY_BYTES, MAX_FIXTURE_BYTES
from mockcrm.fixture_format.source import MAX_DEPTH, MAX_JSON_CONTAINERS, MAX_JSON_NODES, MAX_YAML_NODES

Tree = dict[str, Any]

USUAL = "http://127.0.0.1:9646/_mockcrm"
ABOUT = """\
What tests, scripts and people tell the server: orgs and their content, jobs, faults, the clock, the journal. JSON, with
errors of its own; never faulted, never in the journal."""


def describe(app: FastAPI) -> Tree:
    """The OpenAPI document, with operation ids that generated clients can use as names: `orgs_make_org`."""
    document = FastAPI.openapi(app)
    if "servers" in document:
        return document  # FastAPI keeps what it made once
    document["info"]["description"] = ABOUT
    document["servers"] = [{"url": USUAL, "description": "`mockcrm serve` as it starts"}]
    document["components"]["securitySchemes"] = {
        "controlToken": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Mockcrm-Control",
            "description": "only for a server that was started with --control-token",
        }
    }
    document["security"] = [{}, {"controlToken": []}]
    for _, _, operation in operations(document):
        name = operation["summary"].lower().replace(" ", "_")
        operation["operationId"] = f"{operation['tags'][0]}_{name}"
        operation["summary"] = operation["description"].split(". ")[0].split("; ")[0].rstrip(".")
    return document


def operations(document: Tree) -> Iterator[tuple[str, str, Tree]]:
    """Verb, path and operation of each call, in the order they were written."""
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            yield verb.upper(), path, operation


# -- the page ----------------------------------------------------------------------------------------------------

YAML_NODES, JSON_NODES, CONTAINERS = (f"{limit:,}" for limit in (MAX_YAML_NODES, MAX_JSON_NODES, MAX_JSON_CONTAINERS))
LIMIT, FIXTURE_LIMIT = (f"{limit // 2**20} MiB" for limit in (MAX_BODY_BYTES, MAX_FIXTURE_BYTES))
HEAD = f"""\
# The control API

<!-- made by `python -m mockcrm.control.document docs`; a test compares -->

{ABOUT}
It lives under `/_mockcrm` of the server and describes itself at `/_mockcrm/docs` and `/_mockcrm/openapi.json`;
[control-openapi.json](control-openapi.json) is the same for generators of clients.

- Bodies are JSON whatever their Content-Type says, and may be left out where every key may. Unknown keys are errors.
- A refusal is a 4xx with `{{"error": {{"message": "...", "where": "body.records"}}}}`; nothing was changed then.
- A body of more than {LIMIT} (where it may carry a fixture {FIXTURE_LIMIT}) is a 413.
- A fixture nests {MAX_DEPTH} levels. It has {YAML_NODES} keys and values at most in YAML, where aliases and merge
  keys count as what they stand for, and about {JSON_NODES} in JSON, of these {CONTAINERS}
  lists and objects. More records come from `generate`.
- A disk that is full or fails is a 507, a file that another process holds a 503; what a call had begun is undone then.
- PUT and PATCH change only the keys that they are given.
- A server started with `--control-token` wants it in `X-Mockcrm-Control`.
- `{{org}}` is an org's name; that of the command line is `default`.

`?` marks what may be left out.
"""


def page(document: Tree) -> str:
    """docs/control-api.md."""
    schemas: Tree = document["components"]["schemas"]
    lines = [HEAD]
    tag = ""
    for verb, path, operation in operations(document):
        if operation["tags"][0] != tag:
            tag = operation["tags"][0]
            lines += [f"## {tag}", ""]
        lines += [f"### `{verb} {path}`", "", " ".join(operation["description"].split()), ""]
        lines += list(_sent(operation, schemas))
        status, answer = next((code, it) for code, it in operation["responses"].items() if code.startswith("2"))
        lines += [f"Answers {status}{_answered(answer, schemas)}", ""]
    return "\n".join(lines)


def _sent(operation: Tree, schemas: Tree) -> Iterator[str]:
    query = [item for item in operation.get("parameters", ()) if item["in"] == "query"]
    for item in query:
        about = f", {item['description']}" if "description" in item else ""
        yield f"- `?{item['name']}=` {_kind(item['schema'], schemas)}{about}"
    body = operation.get("requestBody", {})
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    name = _model(schema)
    if name is not None:
        yield from (f"- `{key}`? {_kind(value, schemas)}" for key, value in schemas[name]["properties"].items())
        notes = " ".join(schemas[name].get("description", "").partition(". ")[2].split())
        if notes:
            yield ""
            yield notes
    elif "description" in body:
        yield f"Sent is: {body['description']}"
    if query or body:
        yield ""


def _answered(answer: Tree, schemas: Tree) -> str:
    kinds = list(answer.get("content", {}))
    if kinds == ["application/json"]:
        name = _model(answer["content"]["application/json"].get("schema", {}))
        if name is None:
            return "."
        return f" with {', '.join(f'`{key}`' for key in schemas[name]['properties'])}."
    return f" as {kinds[0]}." if kinds else "."


def _model(schema: Tree) -> str | None:
    """The first model that a schema names."""
    for member in (schema, *schema.get("anyOf", ())):
        if "$ref" in member:
            return str(member["$ref"].rpartition("/")[2])
    return None


_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
}


def _kind(schema: Tree, schemas: Tree) -> str:
    """What a value has to be, in words."""
    if "anyOf" in schema:
        members = [_kind(member, schemas) for member in schema["anyOf"] if member.get("type") != "null"]
        return " or ".join(dict.fromkeys(members))
    if "$ref" in schema:
        properties = schemas[schema["$ref"].rpartition("/")[2]]["properties"]
        return f"object of {', '.join(f'`{key}`' for key in properties)}"
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(f"`{orjson.dumps(value).decode()}`" for value in values)
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'], schemas)}"
    words = "time" if schema.get("format") == "date-time" else _WORDS.get(schema.get("type", ""), "anything")
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
    if low is not None or high is not None:
        bounds = [f"from {low:g}" if low is not None else "", f"to {high:.12g}" if high is not None else ""]
        words += f" {' '.join(part for part in bounds if part)}"
    return words


# -- the files ---------------------------------------------------------------------------------------------------


def generated() -> dict[str, str]:
    """The files of docs/ by name."""
    from mockcrm.control.app import create_control
    from mockcrm.http.runtime import Runtime
    from mockcrm.settings import Settings

    # Describing needs no state: nothing is called.
    runtime = cast(Runtime, SimpleNamespace(settings=Settings()))
    document = describe(create_control(runtime))
    return {
        "control-openapi.json": orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n",
        "control-api.md": page(document),
    }


if __name__ == "__main__":
    for name, text in generated().items():
        Path(sys.argv[1], name).write_text(text, "utf-8")
