"""The OpenAPI document of the control API, which the server serves. docs/control-openapi.json is the same as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

Tree = dict[str, Any]

USUAL = "http://127.0.0.1:9646/_mockcrm"
ABOUT = """\
The API by which tests, scripts and people control the server: orgs and their content, jobs, faults, the clock, the
journal. It uses JSON and has its own errors; faults do not apply to it, and its requests are not in the journal."""


def describe(app: FastAPI) -> Tree:
    """Return the OpenAPI document, with operation ids that generated clients can use as names: `orgs_make_org`."""
    document = FastAPI.openapi(app)
    if "servers" in document:
        return document  # FastAPI caches the document
    document["info"]["description"] = ABOUT
    document["servers"] = [{"url": USUAL, "description": "`mockcrm serve` with its default settings"}]
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
    """Yield the method, path and operation of each endpoint, in the order of their definition."""
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            yield verb.upper(), path, operation
