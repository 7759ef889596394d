"""Commands about a running server: load, reset, jobs, step, health."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mockcrm.cli.faults import CommandFault

if TYPE_CHECKING:
    from mockcrm.client import ControlClient

Url = Annotated[
    str,
    typer.Option(
        "--url", envvar="MOCKCRM_URL", help="Address of the server.  [http://127.0.0.1:9646]", show_default=False
    ),
]
OrgName = Annotated[str, typer.Option("--org", help="Name of the org.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer of the control API as JSON.")]
DEFAULT_URL = ""
"""The usual address; it follows MOCKCRM_PORT and MOCKCRM_TLS, so that a container's health check needs no options."""


@contextmanager
def connected(url: str, sent: str = "") -> Iterator[ControlClient]:
    """A client of the server; its refusals and its absence as CommandFault. `sent` names what stands in the body."""
    from mockcrm.client import ControlClient, ControlError, ServerUnreachable

    try:
        client = ControlClient(url or _usual_address())
    except ServerUnreachable as fault:
        raise CommandFault(str(fault), code=1) from fault
    with client:
        try:
            yield client
        except ControlError as fault:
            where = fault.where or ""
            inside = where.removeprefix("body").lstrip(". ") if where.startswith("body") else ""
            raise CommandFault(": ".join(part for part in (sent, inside, fault.message) if part)) from fault
        except ServerUnreachable as fault:
            raise CommandFault(str(fault), code=1) from fault


def _usual_address() -> str:
    scheme = "https" if os.environ.get("MOCKCRM_TLS", "").lower() in ("1", "true", "t", "yes", "y", "on") else "http"
    return f"{scheme}://127.0.0.1:{os.environ.get('MOCKCRM_PORT') or 9646}"


def show(answer: Any, text: str, *, as_json: bool) -> None:
    """Print what a command answers, for a program or for a person."""
    import orjson

    print(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode() if as_json else text)


def health(url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Ask whether a server answers; exit code 1 when none does."""
    with connected(url) as client:
        answer = client.health()
    show(answer, f"{answer['status']}, version {answer['version']}", as_json=as_json)


def load(
    fixture: Annotated[str, typer.Argument(metavar="PATH|NAME", help="The fixture to add.")],
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """Add a fixture to an org: a file here, or a fixture that the server has under that name."""
    path = Path(fixture)
    with connected(url, fixture) as client:
        # Sent as it is; the server's messages say where in it, `connected` names the file.
        tokens = client.org(org).load(_read(path)) if path.is_file() else client.org(org).load_named(fixture)
    show({"org": org, "tokens": tokens}, f"{fixture} is loaded into {org}", as_json=as_json)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise CommandFault(f"{path}: cannot be read: {fault.strerror}") from fault


def reset(
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    everything: Annotated[bool, typer.Option("--all", help="Reset every org.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put an org back to the state it was created with."""
    with connected(url) as client:
        names = [org]
        if everything:
            names = client.reset_all()
        else:
            client.org(org).reset()
    show({"orgs": names}, f"reset: {', '.join(names)}", as_json=as_json)


def jobs(
    job_id: Annotated[str | None, typer.Argument(help="One job, with its failed records.")] = None,
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """List the scheduled jobs of an org, or show one."""
    with connected(url) as client:
        if job_id is not None:
            job = client.org(org).job(job_id)
            show(job, _job_text(job), as_json=as_json)
            return
        found = client.org(org).jobs()
    if as_json:
        show({"jobs": found}, "", as_json=True)
    elif not found:
        print(f"{org} has no jobs")
    else:
        _table(found)


def _table(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("job", "module", "view", "status"):
        table.add_column(heading, no_wrap=True)
    for heading in ("total", "updated", "failed", "not updated"):
        table.add_column(heading, justify="right", no_wrap=True)
    for job in found:
        counts = (str(job[key]) for key in ("total", "updated", "failed", "not_updated"))
        table.add_row(job["id"], job["module"], job["cvid"], job["status"], *counts)
    # Piped into another program a row stays one line, however long.
    console = Console()
    Console(width=console.width if console.is_terminal else 200).print(table)


def step(
    job_id: Annotated[str, typer.Argument(help="The job.")],
    records: Annotated[int | None, typer.Option(min=1, help="How many records to do.  [one chunk]")] = None,
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """Move a job by hand: start it, then do some of its records."""
    with connected(url) as client:
        job = client.org(org).step(job_id, records)
    show(job, _job_text(job), as_json=as_json)


def _job_text(job: dict[str, Any]) -> str:
    counts = ", ".join(f"{job[key]} {key.replace('_', ' ')}" for key in ("updated", "failed", "not_updated"))
    lines = [f"job {job['id']} on {job['module']}: {job['status']}, {counts} of {job['total']}"]
    lines += [f"  {item['id']}: {item['error']} ({item['message']})" for item in job["failures"]]
    return "\n".join(lines)


COMMANDS: tuple[Callable[..., Any], ...] = (load, reset, jobs, step, health)
