"""MockOrg: one org on a running server, for a test.

It uses only the control API, so that inspecting an org does not use up its faults or limits and adds nothing to its
journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mockcrm.client.control import ControlClient
from mockcrm.client.errors import ControlError
from mockcrm.client.parts import Json
from mockcrm.client.sources import Source, read_source


class MockOrg:
    """An org with the credentials of its administrator: the value of the pytest fixture `mockcrm`, and what
    MockCRM.new_org returns. As a context manager it is deleted at the end.

    Its methods raise ControlError when the server rejects a request (the message says what is invalid and where), and
    ServerUnreachable when none responds.
    """

    def __init__(self, client: ControlClient, response: Json, settings: Mapping[str, Any] | None = None) -> None:
        """Use an org that exists already; `make` creates one.

        Args:
            client: The client of its server.
            response: The response of POST /orgs, with the org's name and credentials.
            settings: Settings of the org, and `job_mode`; they apply from now on and again after each reset.
        """
        self.url: str = response["api_domain"]
        """The base URL: API host and accounts host."""
        self.org: str = response["org"]
        """The org's name."""
        self.token: str = response["access_token"]
        """An access token with all scopes."""
        self.client_id: str = response["client_id"]
        """The id of an OAuth client."""
        self.client_secret: str = response["client_secret"]
        """The secret of that client."""
        self.refresh_token: str = response["refresh_token"]
        """A refresh token with all scopes."""
        self.grant_code: str | None = response["grant_code"]
        """A grant code that can be exchanged once."""
        self.tokens: list[Json] = response["tokens"]
        """The credentials of the fixture's token entries, in order: user, client_id, client_secret, refresh_token,
        access_token, grant_code, scopes."""
        self.control = client.org(self.org)
        """The client of this org with every request of the control API."""
        self.jobs = self.control.jobs
        """The scheduled jobs and their policy."""
        self.faults = self.control.faults
        """The failures that the server injects into responses of this org."""
        self.clock = self.control.clock
        """The org's clock."""
        self.requests = self.control.requests
        """The journal of requests to the org."""
        self._settings = dict(settings or {})
        self._folders: Sequence[Path] = (Path(),)
        self._apply_settings()

    @classmethod
    def make(
        cls,
        client: ControlClient,
        fixture: Source | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        folders: Sequence[Path] = (Path(),),
    ) -> Self:
        """Create an org.

        Args:
            client: The client of the server.
            fixture: Its content: a mapping in the fixture format, the path of a local file, YAML or JSON text, or the
                name of a fixture of the server; None is a standard org without records.
            settings: Settings of the org, and `job_mode`; they override the fixture's and apply again after each reset.
            folders: Where relative paths of files are looked up, in this order.

        Raises:
            FixtureError: The file or text cannot be read.
            ControlError: The fixture or a setting is invalid; then no org was created.
        """
        content, label = (None, "") if fixture is None else read_source(fixture, folders)
        try:
            response = client.create_org(fixture=content)
        except ControlError as error:
            raise _relabel(error, "body.fixture", label) from None
        try:
            made = cls(client, response, settings)
        except ControlError:
            client.org(response["org"]).delete()
            raise
        made._folders = folders
        return made

    @property
    def headers(self) -> dict[str, str]:
        """The headers that authenticate a request as the administrator."""
        return {"Authorization": f"Zoho-oauthtoken {self.token}"}

    # -- content -----------------------------------------------------------------------------------------------

    def load(self, fixture: Source) -> list[Json]:
        """Add a fixture; when it is invalid nothing is loaded.

        Args:
            fixture: A mapping in the fixture format, the path of a local file, YAML or JSON text, or the name of a
                fixture of the server.

        Returns:
            The credentials that the fixture added, like `tokens`.

        Raises:
            FixtureError: The file or text cannot be read.
            ControlError: The fixture is invalid; `where` is the place in it.
        """
        content, label = read_source(fixture, self._folders)
        try:
            return self.control.load_named(content) if isinstance(content, str) else self.control.load(content)
        except ControlError as error:
            raise _relabel(error, "body", label) from None

    def record(self, module: str, record_id: str | int) -> Json:
        """Return a record as it is stored.

        Args:
            module: The module's api_name.
            record_id: The record's id.

        Returns:
            The fields by api_name, and `id`, `Owner`, `Created_By`, `Modified_By` (e-mail addresses), `Created_Time`,
            `Modified_Time` (ISO 8601), `$state` and `$territories` (names).
        """
        found = self.control.record(module, str(record_id))
        return {
            "id": found["id"],
            "Owner": found["owner"],
            "Created_Time": found["created"]["time"],
            "Created_By": found["created"]["by"],
            "Modified_Time": found["modified"]["time"],
            "Modified_By": found["modified"]["by"],
            "$state": found["state"],
            "$territories": [item["name"] for item in found["territories"]],
            **found["fields"],
        }

    def set_record(
        self,
        module: str,
        record_id: str | int,
        *,
        state: list[str] | None = None,
        territories: list[str] | None = None,
    ) -> Json:
        """Set the states or the territories of a record; None leaves them as they are.

        Args:
            module: The module's api_name.
            record_id: The record's id.
            state: Names of states such as ["in_blueprint"]; [] is none.
            territories: Names or ids; [] is none.

        Returns:
            {"id", "module", "state", "territories"} after the change.
        """
        return self.control.set_record(module, str(record_id), state=state, territories=territories)

    def settings(self, **changes: Any) -> Json:
        """Change settings of the org, until the next reset, and return all of them.

        Args:
            changes: The new values, such as `edition="free"`; docs/control-api.md lists the settings.
        """
        return self.control.settings(**changes)

    # -- credentials -------------------------------------------------------------------------------------------

    def token_for(
        self, user: str | None = None, *, scopes: list[str] | None = None, expires_in: int | str = 3600
    ) -> str:
        """Create an access token.

        Args:
            user: The user's e-mail address or id; None is the administrator.
            scopes: Scopes such as ["ZohoCRM.modules.ALL"]; None is all.
            expires_in: The lifetime in seconds of the org's clock, or `never`.
        """
        token: str = self.credentials_for(user, scopes=scopes, expires_in=expires_in)["access_token"]
        return token

    def credentials_for(
        self, user: str | None = None, *, scopes: list[str] | None = None, expires_in: int | str = 3600
    ) -> Json:
        """Create an access token like `token_for` (`user`, `scopes` and `expires_in` are the same) and return it with
        client, secret, refresh token and grant code, like an entry of `tokens`."""
        return self.control.token(user, scopes, expires_in)

    # -- the whole org -----------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Put content, settings, clock, jobs, faults and journal back to the beginning. The credentials stay valid."""
        self.control.reset()
        self._apply_settings()

    def snapshot(self, name: str) -> None:
        """Save the state under `name`, in place of an earlier snapshot of that name."""
        self.control.snapshot(name)

    def restore(self, name: str) -> None:
        """Put the org back to the snapshot `name`."""
        self.control.restore(name)

    def delete(self) -> None:
        """Delete the org, if it still exists. The org `default` stays."""
        with suppress(ControlError):
            self.control.delete()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.delete()

    def __repr__(self) -> str:
        return f"<MockOrg {self.org} at {self.url}>"

    def _apply_settings(self) -> None:
        settings = dict(self._settings)
        mode = settings.pop("job_mode", None)
        if settings:
            self.control.settings(**settings)
        if mode is not None:
            self.jobs.policy(mode=mode)


def _relabel(error: ControlError, inside: str, label: str) -> ControlError:
    """Return the error with its place given relative to the fixture instead of the request body."""
    where = error.where or ""
    if not where.startswith(inside):
        return error
    rest = where[len(inside) :].lstrip(". ")
    return ControlError(error.message, f"{label}: {rest}" if rest else label, error.status)
