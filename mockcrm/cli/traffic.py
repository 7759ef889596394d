"""Commands for the job policy, the faults and the journal of requests of a running server."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any

import typer

from mockcrm.cli.remote import DEFAULT_URL, AsJson, OrgName, Url, connect, show

EVERY = 0.5
"""Seconds between two requests of `requests --follow`."""


# -- policy ------------------------------------------------------------------------------------------------------


def policy(
    mode: Annotated[str | None, typer.Argument(metavar="[auto|paced|polled|manual]", help="The new mode.")] = None,
    start_delay: Annotated[float | None, typer.Option(help="paced: seconds in SCHEDULED.")] = None,
    records_per_second: Annotated[float | None, typer.Option(help="paced: records per second after that.")] = None,
    scheduled: Annotated[int | None, typer.Option(help="polled: number of status reads that see SCHEDULED.")] = None,
    running: Annotated[int | None, typer.Option(help="polled: number of status reads that see RUNNING.")] = None,
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """Show or change when the jobs of an org advance; live jobs continue under the new policy."""
    polls = {name: value for name, value in (("scheduled", scheduled), ("running", running)) if value is not None}
    with connect(url, "policy") as client:
        found = client.org(org).jobs.policy(
            mode=mode, start_delay=start_delay, records_per_second=records_per_second, polls=polls or None
        )
    details = {
        "paced": "{start_delay:g} s in SCHEDULED, then {records_per_second:g} records a second",
        "polled": "{polls[scheduled]} status reads see SCHEDULED, {polls[running]} RUNNING",
    }
    text = details.get(found["mode"], "").format(**found)
    show(found, f"{found['mode']}: {text}" if text else found["mode"], as_json=as_json)


# -- faults ------------------------------------------------------------------------------------------------------


def list_faults(url: Url = DEFAULT_URL, org: OrgName = "default", as_json: AsJson = False) -> None:
    """List the faults of an org, with how often each was seen and fired."""
    with connect(url) as client:
        found = client.org(org).faults.list()
    text = "\n".join(_fault_line(fault) for fault in found) or f"{org} has no faults"
    show({"faults": found}, text, as_json=as_json)


def add_fault(
    method: Annotated[str | None, typer.Option(help="The HTTP method.  [any]")] = None,
    path: Annotated[str | None, typer.Option(help="A glob over the whole path.  [any]")] = None,
    module: Annotated[str | None, typer.Option(help="The module in the path.  [any]")] = None,
    after: Annotated[int | None, typer.Option(help="How many matching requests pass first.  [0]")] = None,
    times: Annotated[int | None, typer.Option(help="How many times it fires.  [always]")] = None,
    error: Annotated[
        str | None, typer.Option(help="Return an error, by its name in docs/errors.md or docs/oauth.md.")
    ] = None,
    status: Annotated[int | None, typer.Option(help="Return this HTTP status.")] = None,
    delay_ms: Annotated[int | None, typer.Option(help="Wait this many milliseconds first.")] = None,
    drop: Annotated[str | None, typer.Option(metavar="request|answer", help="Break the connection.")] = None,
    pieces: Annotated[int | None, typer.Option(help="Send the response in this many pieces.")] = None,
    pause_ms: Annotated[int | None, typer.Option(help="Milliseconds between two pieces.")] = None,
    truncate: Annotated[int | None, typer.Option(help="Break the connection after this many bytes.")] = None,
    body: Annotated[str | None, typer.Option(help="Return this body unchanged.")] = None,
    content_type: Annotated[str | None, typer.Option(help="The Content-Type of the body.  [text/html]")] = None,
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """Make matching requests fail."""
    slow = {name: value for name, value in (("pieces", pieces), ("pause_ms", pause_ms)) if value is not None}
    with connect(url, "fault") as client:
        fault = client.org(org).faults.add(
            method=method or None,
            path=path or None,
            module=module or None,
            after=after,
            times=times,
            error=error,
            status=status,
            delay_ms=delay_ms,
            drop=drop,
            slow=slow or None,
            truncate=truncate,
            body=body,
            content_type=content_type or None,
        )
    show(fault, _fault_line(fault), as_json=as_json)


def clear_faults(
    fault: Annotated[str | None, typer.Argument(metavar="[ID]", help="One fault.  [all]")] = None,
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """Delete the faults of an org, or one of them."""
    with connect(url) as client:
        deleted = client.org(org).faults.clear(fault)
    show({"deleted": deleted}, f"deleted {deleted}", as_json=as_json)


def _fault_line(fault: dict[str, Any]) -> str:
    match = fault["match"]
    meant = " ".join(match[name] for name in ("method", "path", "module") if name in match) or "every request"
    names = ("delay_ms", "drop", "error", "status", "body", "content_type", "slow", "truncate")
    effects = {name: fault[name] for name in names if name in fault}
    what = ", ".join(f"{name} {_words(value)}" for name, value in effects.items())
    when = f"after {fault['after']}, " if fault["after"] else ""
    often = f"{fault['times']} times" if "times" in fault else "always"
    counted = f"seen {fault['seen']}, fired {fault['fired']}"
    return f"{fault['id']}: {meant}: {what} ({when}{often}; {counted})"


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={item}" for name, item in value.items())
    return "half" if value is True else str(value)


# -- requests ----------------------------------------------------------------------------------------------------


def requests(
    method: Annotated[str | None, typer.Option(help="Only this HTTP method.")] = None,
    path: Annotated[str | None, typer.Option(help="Only paths that match a glob.")] = None,
    status: Annotated[int | None, typer.Option(help="Only responses with this HTTP status.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only responses with this error.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Only the newest requests, at most this many.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Continue with new ones until interrupted.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Delete all of them instead.")] = False,
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """Show the latest requests to an org and their responses; with --follow --json one object per line."""
    from mockcrm.testing.journal import request_line

    with connect(url) as client:
        journal = client.org(org).requests
        find = partial(journal.find, method=method, path=path, status=status, rule=rule)
        if clear:
            deleted = journal.clear()
            show({"deleted": deleted}, f"deleted {deleted}", as_json=as_json)
            return
        found = find(limit=limit)
        if not follow:
            text = "\n".join(request_line(entry) for entry in found) or f"{org} has no matching requests"
            show({"requests": found}, text, as_json=as_json)
            return
        last = 0
        while True:
            for entry in found:
                _print_entry(entry, as_json=as_json)
                last = entry["id"]
            time.sleep(EVERY)
            found = find(after=last)


def _print_entry(entry: dict[str, Any], *, as_json: bool) -> None:
    import orjson

    from mockcrm.testing.journal import request_line

    print(orjson.dumps(entry).decode() if as_json else request_line(entry), flush=True)


COMMANDS: tuple[Callable[..., Any], ...] = (policy, requests)
FAULT_COMMANDS: Mapping[str, Callable[..., Any]] = {"list": list_faults, "add": add_fault, "clear": clear_faults}
"""The subcommands of `mockcrm faults`."""
