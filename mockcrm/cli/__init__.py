"""The command `mockcrm`. Bad input is one line on stderr and exit code 2; what a command needs is imported in it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from mockcrm import __version__
from mockcrm.cli.errors import CommandFault
from mockcrm.cli.fixtures import COMMANDS as FIXTURE_COMMANDS
from mockcrm.cli.jobs import COMMANDS as JOB_COMMANDS
from mockcrm.cli.remote import COMMANDS as REMOTE_COMMANDS
from mockcrm.cli.serve import serve
from mockcrm.cli.traffic import COMMANDS as TRAFFIC_COMMANDS
from mockcrm.cli.traffic import FAULT_COMMANDS

_USAGE: type[Exception] = typer.BadParameter.__mro__[1]
"""Every mistake in a command line; typer gives that class no name of its own."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0, 1 when the server or a check says no, 2 for bad input."""
    try:
        code = command()(args=arguments, prog_name="mockcrm", standalone_mode=False)
    except CommandFault as fault:
        _complain(str(fault))
        sys.exit(fault.code)
    except _USAGE as fault:
        _complain(fault.format_message() or "expected a command, see mockcrm --help")  # type: ignore[attr-defined]
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output (head, less) is gone; there is nobody to tell.
        sys.stderr.close()
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _complain(text: str) -> None:
    print(f"mockcrm: {' '.join(text.split())}", file=sys.stderr)


def _version(asked: bool) -> None:
    if asked:
        print(f"mockcrm {__version__}")
        raise typer.Exit


def _start(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell the version.")] = (
        False
    ),
) -> None:
    """A local server that behaves like the Zoho CRM REST API around mass update."""


def command() -> Any:
    """The command line, as typer makes it."""
    # Without rich: importing it takes longer than everything else that `serve` needs.
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(_start)
    app.command()(serve)
    for command in (*REMOTE_COMMANDS, *JOB_COMMANDS, *TRAFFIC_COMMANDS):
        app.command()(command)
    group = typer.Typer(rich_markup_mode=None, help="Check, describe and make fixtures.")
    for command in FIXTURE_COMMANDS:
        group.command()(command)
    app.add_typer(group, name="fixture")
    group = typer.Typer(rich_markup_mode=None, help="List, add and clear the faults of an org.")
    for name, command in FAULT_COMMANDS.items():
        group.command(name)(command)
    app.add_typer(group, name="faults")
    return typer.main.get_command(app)
