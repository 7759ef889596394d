"""The command `mockcrm`. Invalid input is reported in one line on stderr, with exit code 2.

Each command imports what it needs itself, so that starting one does not load the others.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from mockcrm import __version__
from mockcrm.cli.errors import CommandError
from mockcrm.cli.fixtures import COMMANDS as FIXTURE_COMMANDS
from mockcrm.cli.jobs import COMMANDS as JOB_COMMANDS
from mockcrm.cli.remote import COMMANDS as REMOTE_COMMANDS
from mockcrm.cli.serve import serve
from mockcrm.cli.traffic import COMMANDS as TRAFFIC_COMMANDS
from mockcrm.cli.traffic import FAULT_COMMANDS

_USAGE: type[Exception] = typer.BadParameter.__mro__[1]
"""The base class of all errors in a command line; typer does not export it."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 for success, 1 when the server cannot be reached, 2 for invalid input."""
    try:
        code = command()(args=arguments, prog_name="mockcrm", standalone_mode=False)
    except CommandError as error:
        _print_error(str(error))
        sys.exit(error.code)
    except _USAGE as error:
        _print_error(error.format_message() or "expected a command, see mockcrm --help")  # type: ignore[attr-defined]
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # The reader of the output (head, less) closed the pipe: no message can reach the user.
        sys.stderr.close()
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _print_error(text: str) -> None:
    print(f"mockcrm: {' '.join(text.split())}", file=sys.stderr)


def _version(requested: bool) -> None:
    if requested:
        print(f"mockcrm {__version__}")
        raise typer.Exit


def _start(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = (
        False
    ),
) -> None:
    """A local server that behaves like the Zoho CRM REST API around mass update."""


def command() -> Any:
    """Return the command line as the click command that typer builds."""
    # Without rich: importing it takes longer than everything else that `serve` needs.
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(_start)
    app.command()(serve)
    for command in (*REMOTE_COMMANDS, *JOB_COMMANDS, *TRAFFIC_COMMANDS):
        app.command()(command)
    group = typer.Typer(rich_markup_mode=None, help="Check, describe and export fixtures.")
    for command in FIXTURE_COMMANDS:
        group.command()(command)
    app.add_typer(group, name="fixture")
    group = typer.Typer(rich_markup_mode=None, help="List, add and clear the faults of an org.")
    for name, command in FAULT_COMMANDS.items():
        group.command(name)(command)
    app.add_typer(group, name="faults")
    return typer.main.get_command(app)
