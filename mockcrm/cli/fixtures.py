"""`mockcrm fixture`: check a fixture without a server, print the schema, export an org as a fixture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from mockcrm.cli.errors import CommandError
from mockcrm.cli.remote import DEFAULT_URL, AsJson, OrgName, Url, connect, show


def validate(
    fixtures: Annotated[list[str], typer.Argument(metavar="PATH|NAME...", help="The fixtures to check.")],
    as_json: AsJson = False,
) -> None:
    """Load fixtures into a temporary org, and report the first error."""
    import sqlite3
    from contextlib import closing

    from mockcrm.core.orgs.schema import create_schema
    from mockcrm.fixture_format.errors import FixtureError
    from mockcrm.fixture_format.find import read_fixture
    from mockcrm.fixture_format.load import create_org
    from mockcrm.fixture_format.parse import parse_fixture

    try:
        for fixture in fixtures:
            name, content = read_fixture(fixture)
            with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
                create_schema(connection)
                create_org(connection, parse_fixture(content, name), 0)
    except FixtureError as error:
        raise CommandError(str(error)) from error
    text = "\n".join(f"{fixture}: valid" for fixture in fixtures)
    show({"fixtures": fixtures}, text, as_json=as_json)


def schema() -> None:
    """Print the JSON Schema of the fixture format."""
    from mockcrm.fixture_format.json_schema import schema_text

    print(schema_text(), end="")


def export(
    url: Url = DEFAULT_URL,
    org: OrgName = "default",
    secrets: Annotated[bool, typer.Option("--secrets", help="Include the secrets and tokens of its clients.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print an org of a running server as a fixture, in YAML."""
    with connect(url) as client:
        tree = client.org(org).export(secrets=secrets)
    if as_json:
        show(tree, "", as_json=True)
        return
    import sys

    import yaml

    yaml.safe_dump(tree, sys.stdout, sort_keys=False, allow_unicode=True, width=120)


COMMANDS: tuple[Callable[..., Any], ...] = (validate, schema, export)
