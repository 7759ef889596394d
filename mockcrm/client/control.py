"""ControlClient, the client of one server, and OrgControl, the client of one of its orgs.

Results are the JSON objects of the control API, as dicts; lists are returned without the object around them.
docs/control-api.md describes both.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import orjson

from mockcrm.client.connections import Connections, Content
from mockcrm.client.errors import ControlError, ServerUnreachable
from mockcrm.client.parts import Faults, Jobs, Json, OrgClock, Requests, as_list, without_none


class ControlClient:
    """A client of the control API of one server.

    with ControlClient("http://127.0.0.1:9646") as control:
        made = control.create_org(fixture="blueprint")
        org = control.org(made["org"])
        org.jobs.policy(mode="manual")

    It is thread-safe. Requests have no timeout, because `jobs.run` and a large `load` may take long. All methods raise
    ControlError when the server rejects a request, and ServerUnreachable when none responds.
    """

    def __init__(self, base_url: str, *, token: str | None = None, ca: Path | None = None) -> None:
        """Create a client; no request is sent yet.

        Args:
            base_url: The address of the server, such as http://127.0.0.1:9646.
            token: The server's control token, if it has one; defaults to MOCKCRM_CONTROL_TOKEN.
            ca: The file with the certificate of the server's CA, for https; defaults to MOCKCRM_CA_FILE, then to that
                of the server with its state in MOCKCRM_DATA_DIR.

        Raises:
            ServerUnreachable: The certificate cannot be read.
        """
        self.base_url = base_url.rstrip("/")
        token = token or os.environ.get("MOCKCRM_CONTROL_TOKEN")
        self._headers = {"X-Mockcrm-Control": token} if token else {}
        self._connections = Connections(self.base_url, ca)

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(self, method: str, path: str, body: object = None, content: Content | None = None) -> Any:
        """Send any request of the control API.

        Args:
            method: The HTTP method.
            path: The path below /_mockcrm, such as `/orgs`.
            body: A body that is sent as JSON; None is no body.
            content: The bytes of a body, sent unchanged; it takes the place of `body`.

        Returns:
            The JSON of the response.
        """
        if content is None and body is not None:
            content = _to_json(body)
        try:
            status, text = self._connections.send(method, f"/_mockcrm{path}", content, self._headers)
        except (OSError, HTTPException, ValueError) as error:
            raise ServerUnreachable(f"no mockcrm server responds at {self.base_url}: {error}") from error
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise ServerUnreachable(f"the server at {self.base_url} is not a mockcrm server") from None
        if 200 <= status < 300:
            return found
        rejection = found.get("error") if isinstance(found, dict) else None
        if not isinstance(rejection, dict) or "message" not in rejection:
            raise ServerUnreachable(f"the server at {self.base_url} is not a mockcrm server")
        raise ControlError(rejection["message"], rejection.get("where"), status)

    def health(self) -> Json:
        """Return {"status": "ok", "version": ...}."""
        return dict(self.call("GET", "/health"))

    def info(self) -> Json:
        """Return version and base_url of the server, and its org `default` like `create_org`."""
        return dict(self.call("GET", "/info"))

    def orgs(self) -> list[Json]:
        """Return every org, oldest first: {"org": its name, "created": a time in ISO 8601}."""
        return as_list(self.call("GET", "/orgs"), "orgs")

    def create_org(self, name: str | None = None, fixture: str | Mapping[str, Any] | None = None) -> Json:
        """Create an org.

        Args:
            name: Its name, 1 to 64 letters, digits, `.`, `_` or `-`; None generates one.
            fixture: Its content, as the name of a fixture of the server or as a mapping in the fixture format; None is
                a standard org without records.

        Returns:
            The name `org`, `api_domain`, `accounts_url`, the credentials of its administrator (client_id,
            client_secret, refresh_token, access_token, grant_code), and `tokens`, the same keys with `user` and
            `scopes` for each token entry of the fixture.
        """
        content = dict(fixture) if isinstance(fixture, Mapping) else fixture
        return dict(self.call("POST", "/orgs", without_none(name=name, fixture=content)))

    def reset_all(self) -> list[str]:
        """Reset every org and return the names of those that were reset."""
        names: list[str] = self.call("POST", "/reset-all")["orgs"]
        return names

    def org(self, name: str = "default") -> OrgControl:
        """Return a client of the org `name`; no request is sent yet."""
        return OrgControl(self, name)


class OrgControl:
    """A client of the control API of one org.

    Its methods raise ControlError when the server rejects a request (for an unknown org with status 404), and
    ServerUnreachable when none responds.
    """

    def __init__(self, client: ControlClient, name: str) -> None:
        """`name` is the org's; `client` sends the requests."""
        self.name = name
        """The org's name."""
        self._client = client
        self._path = f"/orgs/{quote(name, safe='')}"
        self.jobs = Jobs(self._call)
        """The scheduled jobs and their policy."""
        self.faults = Faults(self._call)
        """The failures that the server injects."""
        self.clock = OrgClock(self._call)
        """The org's clock."""
        self.requests = Requests(self._call)
        """The journal of requests to the emulated API."""

    def _call(self, method: str, path: str, body: object = None, content: Content | None = None) -> Any:
        return self._client.call(method, self._path + path, body, content)

    # -- content ---------------------------------------------------------------------------------------------------

    def load(self, fixture: str | Content | Mapping[str, Any]) -> list[Json]:
        """Add a fixture to the org; when it is invalid nothing is loaded.

        Args:
            fixture: A mapping in the fixture format, or JSON or YAML text.

        Returns:
            The credentials that the fixture added, like `tokens` of ControlClient.create_org.
        """
        if isinstance(fixture, Mapping):
            return as_list(self._call("POST", "/load", dict(fixture)), "tokens")
        content = fixture.encode() if isinstance(fixture, str) else fixture
        return as_list(self._call("POST", "/load", content=content), "tokens")

    def load_named(self, name: str) -> list[Json]:
        """Add the fixture that the server finds by its `name`, and return like `load`."""
        return as_list(self._call("POST", "/load", {"fixture": name}), "tokens")

    def export(self, *, secrets: bool = False) -> Json:
        """Return the org as a fixture; with `secrets` also the secrets and tokens of its clients."""
        return dict(self._call("GET", "/export?secrets=true" if secrets else "/export"))

    def record(self, module: str, record_id: str) -> Json:
        """Return a record as it is stored: {"id", "owner", "created", "modified", "state", "territories", "fields"}.

        Args:
            module: The module's api_name.
            record_id: The record's id.
        """
        return dict(self._call("GET", _record(module, record_id)))

    def set_record(
        self,
        module: str,
        record_id: str,
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
        changes = without_none(state=state, territories=territories)
        return dict(self._call("PATCH", _record(module, record_id), changes))

    def settings(self, **changes: Any) -> Json:
        """Change settings of the org, until the next reset, and return all of them.

        Args:
            changes: The new values, such as `edition="free"`; docs/control-api.md lists the settings.
        """
        return dict(self._call("PUT", "/settings", changes) if changes else self._call("GET", "/settings"))

    def token(
        self,
        user: str | None = None,
        scopes: list[str] | None = None,
        expires_in: int | str | None = None,
    ) -> Json:
        """Create credentials.

        Args:
            user: The user's e-mail address or id; None is the administrator.
            scopes: Scopes such as ["ZohoCRM.modules.ALL"]; None is all.
            expires_in: The lifetime of the access token in seconds of the org's clock, or `never`; None is 3600.

        Returns:
            {"user", "client_id", "client_secret", "refresh_token", "access_token", "grant_code", "scopes"}.
        """
        return dict(self._call("POST", "/tokens", without_none(user=user, scopes=scopes, expires_in=expires_in)))

    # -- the whole org ---------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Put the org back to the state it was created with."""
        self._call("POST", "/reset")

    def delete(self) -> None:
        """Delete the org. The org `default` cannot be deleted."""
        self._call("DELETE", "")

    def snapshots(self) -> list[Json]:
        """Return the snapshots of the org, ordered by name: {"name", "created": a time in ISO 8601}."""
        return as_list(self._call("GET", "/snapshots"), "snapshots")

    def snapshot(self, name: str) -> Json:
        """Save the state of the org under `name`, in place of an earlier snapshot of that name; return it like
        `snapshots`."""
        return dict(self._call("POST", _snapshot(name)))

    def restore(self, name: str) -> None:
        """Put the org back to the snapshot `name`."""
        self._call("POST", f"{_snapshot(name)}/restore")

    def delete_snapshot(self, name: str) -> None:
        """Delete the snapshot `name`."""
        self._call("DELETE", _snapshot(name))


def _record(module: str, record_id: str) -> str:
    return f"/records/{quote(module, safe='')}/{quote(record_id, safe='')}"


def _snapshot(name: str) -> str:
    return f"/snapshots/{quote(name, safe='')}"


def _to_json(body: object) -> bytes:
    # json for what orjson rejects: fixtures in tests may contain a str Enum or an integer beyond 64 bits.
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body).encode()
