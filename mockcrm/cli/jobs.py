"""Commands for the scheduled jobs of a running server: list, watch and advance them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mockcrm.cli.remote import DEFAULT_URL, AsJson, OrgName, Url, connect, show

if TYPE_CHECKING:
    from mockcrm.client import OrgControl

EVERY = 0.2
"""Seconds between two requests of `jobs --watch`."""
LIVE = ("SCHEDULED", "RUNNING")


def jobs(
    job_id: Annotated[str | None, typer.Argument(help="One job, with its failed records.")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Show progress until no job is live; with --json one job per line.")
    ] = False,
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """List the scheduled jobs of an org, or show one."""
    with connect(url) as client:
        control = client.org(org)
        if watch:
            _watch(lambda: _list_jobs(control, job_id), as_json=as_json)
            return
        if job_id is not None:
            job = control.jobs.get(job_id)
            show(job, _job_text(job), as_json=as_json)
            return
        found = control.jobs.list()
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
    # In a pipe a row must stay one line, however long.
    console = Console()
    Console(width=console.width if console.is_terminal else 200).print(table)


# -- watching ----------------------------------------------------------------------------------------------------

Look = Callable[[], list[dict[str, Any]]]


def _list_jobs(control: OrgControl, job_id: str | None) -> list[dict[str, Any]]:
    """Return the jobs of an org, or only one; without the failed records, of which there may be many."""
    if job_id is None:
        return control.jobs.list()
    found = [job for job in control.jobs.list() if job["id"] == job_id]
    return found or [control.jobs.get(job_id)]  # raises ControlError for an unknown id


def _watch(look: Look, *, as_json: bool) -> None:
    from rich.console import Console

    console = Console()
    if as_json or not console.is_terminal:
        _print_changes(look, as_json=as_json)
    else:
        _show_bars(look, console)


def _print_changes(look: Look, *, as_json: bool) -> None:
    """Print a line for each job and each change of it, for a pipe."""
    import orjson

    printed: dict[str, dict[str, Any]] = {}
    while True:
        found = look()
        for job in found:
            if printed.get(job["id"]) != job:
                printed[job["id"]] = job
                print(orjson.dumps(job).decode() if as_json else _line(job), flush=True)
        if not any(job["status"] in LIVE for job in found):
            return
        time.sleep(EVERY)


def _show_bars(look: Look, console: Any) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.fields[job]}  {task.description:<9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}", style="red"),
        TimeElapsedColumn(),
    )
    bars: dict[str, Any] = {}
    with Progress(*columns, console=console) as progress:
        while True:
            found = look()
            for job in found:
                live = job["status"] in LIVE
                if job["id"] not in bars:
                    bars[job["id"]] = progress.add_task("", job=f"{job['id']} {job['module']}", failed="")
                progress.update(
                    bars[job["id"]],
                    description=job["status"],
                    total=job["total"],
                    completed=job["updated"] + job["failed"],
                    failed=f"{job['failed']} failed" if job["failed"] else "",
                )
                if not live:
                    progress.stop_task(bars[job["id"]])
            if not any(job["status"] in LIVE for job in found):
                return
            time.sleep(EVERY)


# -- advancing ---------------------------------------------------------------------------------------------------


def step(
    job_id: Annotated[str, typer.Argument(help="The job.")],
    records: Annotated[int | None, typer.Option(min=1, help="How many records to process.  [one chunk]")] = None,
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """Advance a job by hand: start it, then process some of its records."""
    with connect(url) as client:
        job = client.org(org).jobs.step(job_id, records)
    show(job, _job_text(job), as_json=as_json)


def fail(
    job_id: Annotated[str, typer.Argument(help="The job.")],
    after: Annotated[int | None, typer.Option(min=0, help="Records to process before it fails.  [0]")] = None,
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """Make a job fail."""
    with connect(url) as client:
        job = client.org(org).jobs.fail(job_id, after)
    show(job, _job_text(job), as_json=as_json)


def run(url: Url = DEFAULT_URL, org: OrgName = "default", as_json: AsJson = False) -> None:
    """Run every live job of an org to its end under any policy."""
    with connect(url) as client:
        found = client.org(org).jobs.run()
    show({"jobs": found}, "\n".join(_line(job) for job in found) or f"{org} has no live jobs", as_json=as_json)


def _line(job: dict[str, Any]) -> str:
    counts = ", ".join(f"{job[key]} {key.replace('_', ' ')}" for key in ("updated", "failed", "not_updated"))
    return f"job {job['id']} on {job['module']}: {job['status']}, {counts} of {job['total']}"


def _job_text(job: dict[str, Any]) -> str:
    return "\n".join(
        [_line(job), *(f"  {item['id']}: {item['error']} ({item['message']})" for item in job["failures"])]
    )


COMMANDS: tuple[Callable[..., Any], ...] = (jobs, step, fail, run)
