"""`mockcrm serve`: the settings from options and environment, and what is printed once the server is ready."""

from __future__ import annotations

import gc
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mockcrm.cli.errors import CommandError

if TYPE_CHECKING:
    from mockcrm.core.orgs.credentials import IssuedCredentials
    from mockcrm.http.runtime import Runtime
    from mockcrm.http.sockets import Addresses
    from mockcrm.settings import Settings

# Values are taken as text, so that Settings checks them in the same way as those of the environment.
Text = str | None


def serve(
    host: Annotated[Text, typer.Option(help="Address to listen on.  [127.0.0.1]")] = None,
    port: Annotated[Text, typer.Option(help="Port to listen on, 0 for any free one.  [9646]")] = None,
    fixture: Annotated[Text, typer.Option(metavar="PATH|NAME", help="Content of the org `default`.  [demo]")] = None,
    data_dir: Annotated[Text, typer.Option(metavar="DIR", help="Folder for the state.  [a temporary folder]")] = None,
    auth: Annotated[Text, typer.Option(metavar="strict|any", help="Which tokens are accepted.  [strict]")] = None,
    status_profile: Annotated[
        Text, typer.Option(metavar="reference|article", help="Which documentation HTTP statuses follow.  [reference]")
    ] = None,
    job_mode: Annotated[
        Text, typer.Option(metavar="auto|paced|polled|manual", help="When scheduled jobs advance.  [auto]")
    ] = None,
    fixture_dir: Annotated[Text, typer.Option(metavar="DIR", help="Where to look up fixture names first.")] = None,
    tls: Annotated[bool | None, typer.Option("--tls", help="Serve https on the port, with the server's own CA.")] = (
        None
    ),
    tls_port: Annotated[Text, typer.Option(metavar="PORT", help="Serve https here too, 0 for any free port.")] = None,
    names: Annotated[
        Text, typer.Option(metavar="NAME[,NAME]", help="Further host names under which clients reach the server.")
    ] = None,
    control_token: Annotated[
        Text, typer.Option(metavar="TOKEN", help="Token that the control API requires in X-Mockcrm-Control.  [none]")
    ] = None,
    webhook_hosts: Annotated[
        Text,
        typer.Option(
            metavar="RULE[,RULE]",
            help="Where webhooks may be sent besides loopback and private addresses: names, *.suffixes, addresses, "
            "networks (CIDR), * for all.",
        ),
    ] = None,
    origins: Annotated[
        Text,
        typer.Option(
            metavar="ORIGIN[,ORIGIN]",
            help="Origins of web pages, besides those of this machine and of redirect URIs, that may use the literal "
            "credentials of a fixture: https://app.test:3000, or * for all.",
        ),
    ] = None,
    log_level: Annotated[
        Text, typer.Option(metavar="critical|error|warning|info|debug", help="What is logged.  [warning]")
    ] = None,
) -> None:
    """Start the server. Every option can also be an environment variable: MOCKCRM_PORT, MOCKCRM_DATA_DIR and so on."""
    given = {
        "host": host,
        "port": port,
        "fixture": fixture,
        "data_dir": data_dir,
        "auth": auth,
        "status_profile": status_profile,
        "job_mode": job_mode,
        "fixture_dir": fixture_dir,
        "tls": tls,
        "tls_port": tls_port,
        "names": names,
        "control_token": control_token,
        "webhook_hosts": webhook_hosts,
        "origins": origins,
        "log_level": log_level,
    }
    # Nearly every object created until the server is ready lives as long as the server: collecting garbage among them
    # would add about 30 ms to the start. `_print_banner` turns the collector on.
    gc.disable()
    try:
        _serve(settings_of({name: value for name, value in given.items() if value is not None}))
    finally:
        gc.enable()


def _serve(settings: Settings) -> None:
    import sqlite3

    from mockcrm import server
    from mockcrm.core.orgs.registry import StateError
    from mockcrm.fixture_format.errors import FixtureError
    from mockcrm.http.sockets import CannotListen
    from mockcrm.http.tls import TlsError

    logging.basicConfig(level=settings.log_level.upper(), format="mockcrm: %(levelname)s: %(message)s")
    try:
        server.serve(settings, _print_banner)
    except (CannotListen, TlsError, StateError, FixtureError) as error:
        raise CommandError(str(error)) from error
    except sqlite3.Error as error:
        raise CommandError(f"data dir {settings.data_dir}: {error}") from error


def settings_of(options: dict[str, Any]) -> Settings:
    """Return the settings; only the given options count as set. Raises CommandError, which names the invalid option or
    environment variable."""
    from pydantic import ValidationError

    from mockcrm.settings import Settings

    try:
        settings = Settings(**options)
    except ValidationError as error:
        from mockcrm.core.strict_input import error_message

        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        raise CommandError(f"{_option_name(name, options)}: {error_message(first)}") from None
    return settings


def _option_name(name: str, options: dict[str, Any]) -> str:
    return f"--{name.replace('_', '-')}" if name in options else f"MOCKCRM_{name.upper()}"


# -- what is printed -----------------------------------------------------------------------------------------------


def _print_banner(addresses: Addresses, runtime: Runtime) -> None:
    print("\n".join(banner(addresses, runtime)), flush=True)
    gc.freeze()
    gc.enable()


def banner(addresses: Addresses, runtime: Runtime) -> list[str]:
    """Return the lines to print at the start: addresses, credentials of the default org, ids to try, and a curl command
    that works as printed.

    With a control token they have no credentials: a reader of the terminal or log need not have the token, and whoever
    has it can get the credentials from the control API.
    """
    import orjson

    from mockcrm.core.orgs.registry import DEFAULT
    from mockcrm.core.records import store as records

    with runtime.registry.using(DEFAULT) as org:
        entries = runtime.registry.credentials.entries(org.uid)
        entry = entries[1] if len(entries) > 1 else entries[0]
        metadata = org.metadata
        found = records.page(org.reader, metadata.modules["Deals"].id, 200, 0)
        deal = min((row.id for row in found), default=None)
        views = metadata.views_of("Accounts")
        view = next((item for item in views if item.default), views[0])
    url, settings = addresses.url, runtime.settings
    guarded = settings.control_token is not None
    facts: list[tuple[str, object]] = [
        ("API", url),
        ("accounts", url),
        ("control", f"{url}/_mockcrm"),
        ("over TLS", addresses.tls_url),
        ("CA", addresses.ca),
    ]
    if not guarded:
        facts += [
            ("client id", entry.client_id),
            ("client secret", entry.client_secret),
            ("refresh token", entry.refresh_token),
            ("access token", entry.access_token),
        ]
        longer = _find_longer(entry, entries)
        if longer is not None:
            facts += [("long refresh", longer.refresh_token), ("long access", longer.access_token)]
    facts.append(("Accounts view", f"{view.id} ({view.name})"))
    if deal is not None:
        facts.append(("a Deal", deal))
        body = orjson.dumps({"data": [{"Stage": "Qualification"}], "ids": [str(deal)]}).decode()
        request = f"'{url}/crm/v2/Deals/actions/mass_update' -d '{body}'"
    else:
        request = f"'{url}/crm/v2/users?type=CurrentUser'"
    lines = [f"{name + ':':<15}{value}" for name, value in facts if value is not None]
    if not guarded and not _loopback(settings.host):
        lines += ["", "Other machines can reach this server and use its control API; protect it with --control-token."]
    if guarded:
        return [*lines, "", f"curl -H 'X-Mockcrm-Control: ...' '{url}/_mockcrm/info'"]
    trust = f"--cacert '{addresses.ca}' " if settings.tls else ""
    return [*lines, "", f"curl {trust}-H 'Authorization: Zoho-oauthtoken {entry.access_token}' {request}"]


def _find_longer(entry: IssuedCredentials, entries: Sequence[IssuedCredentials]) -> IssuedCredentials | None:
    """Return the credentials of the same user and client with tokens of the service's length, for SDKs that need them;
    None when the tokens of `entry` have it, or no others do."""
    from mockcrm.core.orgs.tokens import has_full_length

    if has_full_length(entry.access_token):
        return None
    for other in entries:
        same = (other.user_id, other.client_id) == (entry.user_id, entry.client_id)
        if same and has_full_length(other.access_token) and has_full_length(other.refresh_token):
            return other
    return None


def _loopback(host: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
