"""The journal of requests as text, for the terminal and for the report of a failed test."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

Entry = dict[str, Any]
"""One request, as the control API returns it."""
MAX_BODY_CHARACTERS = 600
"""Maximum characters of a body in a report."""


def request_line(entry: Entry) -> str:
    """Return a request as a line: `2024-01-15T10:30:00+05:30 GET /crm/v2/Leads 400 INVALID_TOKEN (fault 3) 1.2 ms`."""
    query = f"?{urlencode(entry['query'], safe='*')}" if entry["query"] else ""
    status = "dropped" if entry["status"] is None else str(entry["status"])
    rules = "".join(f" {rule}" for rule in entry["rules"])
    fault = f" (fault {entry['fault']})" if entry["fault"] else ""
    return (
        f"{entry['time']} {entry['method']} {entry['path']}{query} {status}{rules}{fault} {entry['duration_ms']:.1f} ms"
    )


def report(entries: Sequence[Entry], count: int) -> str:
    """Return the report of the latest of `count` requests: below each its body and, for an error, the body of the
    response."""
    if not entries:
        return "no requests"
    lines = [f"the last {len(entries)} of {count} requests"] if count > len(entries) else []
    for entry in entries:
        lines.append(request_line(entry))
        if entry["body"] is not None:
            lines.append(f"  request  {_format_body(entry['body'])}")
        if entry["rules"] or entry["status"] is None or entry["status"] >= 400:
            lines.append(f"  response {_format_body(entry['answer'])}")
    return "\n".join(lines)


def _format_body(body: Any) -> str:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= MAX_BODY_CHARACTERS else f"{text[:MAX_BODY_CHARACTERS]}... ({len(text)} characters)"
