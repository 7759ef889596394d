"""Commands for a running server and the state of its orgs: load, reset, snapshot, restore, coverage, health."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mockcrm.cli.errors import CommandError

if TYPE_CHECKING:
    from mockcrm.client import ControlClient

Url = Annotated[
    str,
    typer.Option(
        "--url", envvar="MOCKCRM_URL", help="Address of the server.  [http://127.0.0.1:9646]", show_default=False
    ),
]
OrgName = Annotated[str, typer.Option("--org", help="Name of the org.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the response of the control API as JSON.")]
DEFAULT_URL = ""
"""Stands for the default address, which follows MOCKCRM_PORT and MOCKCRM_TLS, so that a container's health check needs
no options."""


@contextmanager
def connect(url: str, sent: str = "") -> Iterator[ControlClient]:
    """Yield a client of the server. Raises CommandError when the server rejects a request or cannot be reached; `sent`
    is the name of the body in its message."""
    from mockcrm.client import ControlClient, ControlError, ServerUnreachable

    try:
        client = ControlClient(url or _usual_address())
    except ServerUnreachable as error:
        raise CommandError(str(error), code=1) from error
    with client:
        try:
            yield client
        except ControlError as error:
            where = error.where or ""
            inside = where.removeprefix("body").lstrip(". ") if where.startswith("body") else ""
            raise CommandError(": ".join(part for part in (sent, inside, error.message) if part)) from error
        except ServerUnreachable as error:
            raise CommandError(str(error), code=1) from error


def _usual_address() -> str:
    scheme = "https" if os.environ.get("MOCKCRM_TLS", "").lower() in ("1", "true", "t", "yes", "y", "on") else "http"
    return f"{scheme}://127.0.0.1:{os.environ.get('MOCKCRM_PORT') or 9646}"


def show(response: Any, text: str, *, as_json: bool) -> None:
    """Print the result of a command: `response` as JSON, or `text`."""
    import orjson

    print(orjson.dumps(response, option=orjson.OPT_INDENT_2).decode() if as_json else text)


def health(url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Check whether a server responds; exit code 1 if none does."""
    with connect(url) as client:
        response = client.health()
    show(response, f"{response['status']}, version {response['version']}", as_json=as_json)


def load(
    fixture: Annotated[str, typer.Argument(metavar="PATH|NAME", help="The fixture to add.")],
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """Add a fixture to an org: a local file, or a fixture of the server by name."""
    from mockcrm.cli.progress import while_sending

    path = Path(fixture)
    with connect(url, fixture) as client:
        found = client.org(org)
        if path.is_file():
            # Sent unchanged: the server's error message gives the place in the file, `connect` adds its name.
            content = _read(path)
            tokens = while_sending(path.name, len(content), lambda counted: found.load(counted(content)))
        else:
            tokens = while_sending(fixture, 0, lambda _: found.load_named(fixture))
    show({"org": org, "tokens": tokens}, f"loaded {fixture} into {org}", as_json=as_json)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: cannot read the file: {error.strerror}") from error


def reset(
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    everything: Annotated[bool, typer.Option("--all", help="Reset every org.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put an org back to the state it was created with."""
    with connect(url) as client:
        names = [org]
        if everything:
            names = client.reset_all()
        else:
            client.org(org).reset()
    show({"orgs": names}, f"reset: {', '.join(names)}", as_json=as_json)


def snapshot(
    name: Annotated[str | None, typer.Argument(help="Name of the snapshot.  [list the snapshots]")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the snapshot of that name instead.")] = False,
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """Save the state of an org under a name, or list its snapshots."""
    with connect(url) as client:
        found = client.org(org)
        if name is None:
            if delete:
                raise CommandError("--delete needs the name of a snapshot")
            saved = found.snapshots()
            text = "\n".join(f"{item['name']}  {item['created']}" for item in saved) or f"{org} has no snapshots"
            show({"snapshots": saved}, text, as_json=as_json)
        elif delete:
            found.delete_snapshot(name)
            show({"name": name, "deleted": True}, f"deleted snapshot {name} of {org}", as_json=as_json)
        else:
            response = found.snapshot(name)
            show(response, f"saved {org} as {name}", as_json=as_json)


def restore(
    name: Annotated[str, typer.Argument(help="The name of the snapshot.")],
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    as_json: AsJson = False,
) -> None:
    """Put an org back to a snapshot."""
    with connect(url) as client:
        client.org(org).restore(name)
    show({"org": org}, f"restored {org} to {name}", as_json=as_json)


def coverage(as_json: AsJson = False) -> None:
    """List the emulated endpoints; with --json also every error and how to trigger it."""
    import orjson

    from mockcrm.coverage import coverage_json

    found = orjson.loads(coverage_json())
    width = max(len(item["path"]) for item in found["endpoints"])
    lines = [
        f"{item['method']:<7}{item['path']:<{width}}  {'since ' + item['since'] if item['since'] else ''}".rstrip()
        for item in found["endpoints"]
    ]
    lines += ["", f"{len(found['errors'])} errors (docs/errors.md), {len(found['assumptions'])} assumptions"]
    show(found, "\n".join(lines), as_json=as_json)


COMMANDS: tuple[Callable[..., Any], ...] = (load, reset, snapshot, restore, coverage, health)
