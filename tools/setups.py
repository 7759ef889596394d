"""How to cause each error: the rows `setups` of the docs.yaml files. Used only by the docs and the tests.

A row says what to set up, and the request that is then refused:

- fixture: the org's fixture (without `mockcrm: 1`)
- token: the body of POST /_mockcrm/orgs/{org}/tokens, `none` for a request without a token, left out for the
  administrator's
- fault: the body of POST /_mockcrm/orgs/{org}/faults
- before: preceding requests
- request, query, headers, and body (JSON) or text (sent unchanged) or raw (bytes on the socket)
- versions: those that have the error (left out: all)
- job: the same rule inside a job with `cvid` instead of ids, and requests `between` scheduling and running it
- note: a sentence for the page

{times: n, of: x} is a list of n times x; {n} in a text counts from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mockcrm.core.versions import VERSIONS, ApiVersion
from tools.docs_data import Tree, all_docs


@dataclass(frozen=True)
class Request:
    """One request; `path` contains `{version}`. `content` is sent unchanged; without it, `body` is sent as JSON."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def at(self, version: ApiVersion) -> str:
        """Return the path for a version."""
        return self.path.replace("{version}", version.label)


@dataclass(frozen=True)
class Job:
    """The same rule inside a job: the job's view, and the requests between scheduling and running it."""

    cvid: str
    between: tuple[Request, ...] = ()


@dataclass(frozen=True)
class Setup:
    """How one error is caused. `token` is the body of POST /orgs/{org}/tokens, None for the administrator's token, or
    "none" for a request without a token; `raw` is sent over the socket instead of a request."""

    name: str
    group: str
    source: Tree
    fixture: Tree
    token: Tree | str | None
    fault: Tree | None
    before: tuple[Request, ...]
    request: Request
    raw: bytes | None
    versions: tuple[ApiVersion, ...]
    job: Job | None
    note: str


@cache
def setups() -> dict[str, Setup]:
    """Return every setup by the name of its error, in the order of the files."""
    return {
        name: _setup(name, group, entry)
        for group, entries in all_docs().setups.items()
        for name, entry in entries.items()
    }


def _setup(name: str, group: str, entry: Tree) -> Setup:
    job = entry.get("job")
    labels = entry.get("versions", list(VERSIONS))
    return Setup(
        name=name,
        group=group,
        source=entry,
        fixture=entry.get("fixture", {}),
        token=entry.get("token"),
        fault=entry.get("fault"),
        before=tuple(_request(item) for item in entry.get("before", ())),
        request=_request(entry),
        raw=entry["raw"].encode() if "raw" in entry else None,
        versions=tuple(VERSIONS[label] for label in labels),
        job=None if job is None else Job(job["cvid"], tuple(_request(item) for item in job.get("between", ()))),
        note=entry.get("note", ""),
    )


def _request(entry: Tree) -> Request:
    method, _, path = entry["request"].partition(" ")
    query = {name: _parameter(value) for name, value in entry.get("query", {}).items()}
    content = entry["text"].encode() if "text" in entry else None
    return Request(method, path, query, expand_repeat(entry.get("body")), content, entry.get("headers", {}))


def _parameter(value: object) -> str:
    value = expand_repeat(value)
    return ",".join(value) if isinstance(value, list) else str(value)


def expand_repeat(value: Any) -> Any:
    """Return the value with every {times: n, of: x} expanded to a list."""
    if isinstance(value, dict):
        if set(value) == {"times", "of"}:
            return [_with_number(value["of"], number) for number in range(1, value["times"] + 1)]
        return {key: expand_repeat(item) for key, item in value.items()}
    if isinstance(value, list):
        return [expand_repeat(item) for item in value]
    return value


def _with_number(value: Any, number: int) -> Any:
    return value.replace("{n}", str(number)) if isinstance(value, str) else value
