"""The rows of the rule book as tests see them: setups of the package, expectations written by hand beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from mockcrm.core.versions import VERSIONS, ApiVersion
from tests.support.application import Application, OrgApi
from tools.setups import Request, Setup, setups

SETUPS = setups()
ALL = list(VERSIONS.values())


@dataclass(frozen=True)
class Expected:
    """The expected responses of a row: status and whole body per version, and the status under the profile `article` in
    v2."""

    responses: dict[ApiVersion, tuple[int, dict[str, Any]]]
    article: int | None


def _expected(entry: dict[str, Any]) -> Expected:
    responses = {}
    for versions, response in entry.items():
        if versions == "article":
            continue
        first, _, last = versions.partition("..")
        for version in ALL:
            if VERSIONS[first] <= version <= VERSIONS[last or first]:
                assert version not in responses, f"{version.label} stands twice"
                responses[version] = (response[0], response[1])
    return Expected(responses, entry.get("article"))


def read_expected() -> dict[str, Expected]:
    """Every expectation by the name of its row."""
    text = Path(__file__).with_name("expected.yaml").read_text("utf-8")
    return {name: _expected(entry) for name, entry in yaml.safe_load(text).items()}


EXPECTED = read_expected()


def control(application: Application, method: str, path: str, body: object = None) -> Any:
    """Send a request of the control API, which must succeed; return its content."""
    response = application.send(method, f"/_mockcrm{path}", **({} if body is None else {"json": body}))
    assert response.status_code in (200, 201), response.text
    return response.json()


class Case:
    """A fresh org, made as the setup of a row says, and the requests of that row."""

    def __init__(self, application: Application, setup: Setup, **settings: Any) -> None:
        fixture = {**setup.fixture, "settings": {**setup.fixture.get("settings", {}), **settings}}
        self.setup = setup
        self.application = application
        self.org: OrgApi = application.org(fixture)
        self._headers = self._sign_in(setup.token)
        if setup.fault is not None:
            control(application, "POST", f"/orgs/{self.org.name}/faults", setup.fault)
        for request in setup.before:
            assert self._sent(request, ApiVersion.V2, self.org.headers).status_code == 200

    def _sign_in(self, token: dict[str, Any] | str | None) -> dict[str, str]:
        if token is None:
            return self.org.headers
        if isinstance(token, str):
            return {}
        response = control(self.application, "POST", f"/orgs/{self.org.name}/tokens", token)
        return {"Authorization": f"Zoho-oauthtoken {response['access_token']}"}

    def send(self, version: ApiVersion) -> httpx.Response:
        """Send the request that causes the row's error, in a version."""
        return self._sent(self.setup.request, version, self._headers)

    def as_administrator(self, request: Request, version: ApiVersion = ApiVersion.V2) -> httpx.Response:
        """Another request of the setup."""
        return self._sent(request, version, self.org.headers)

    def _sent(self, request: Request, version: ApiVersion, headers: dict[str, str]) -> httpx.Response:
        given: dict[str, Any] = {"content": request.content} if request.content is not None else {}
        if request.body is not None:
            given = {"json": request.body}
        if request.query:
            given["params"] = dict(request.query)
        return self.application.send(
            request.method, request.at(version), headers={**headers, **request.headers}, **given
        )

    def state(self) -> dict[str, Any]:
        """Every row of the org's file, jobs and all."""
        return self.org.dump()
