"""The control API in this process, and orgs made through it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest

from tests.support.application import HOST, Application

__all__ = ["HOST"]


class Control:
    """The control API of an application; orgs made here are deleted when the test is over."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.made: list[str] = []

    def send(self, method: str, path: str, body: object = None, **arguments: Any) -> httpx.Response:
        """A call below /_mockcrm; `body` as JSON, bytes as they are."""
        content = body if isinstance(body, bytes) else None if body is None else orjson.dumps(body)
        request = self.application.client.request(method, f"/_mockcrm{path}", content=content, **arguments)
        return self.application.run(request)

    def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """The same as status and JSON."""
        response = self.send(method, path, body)
        assert response.headers["Content-Type"] == "application/json", response.text
        return response.status_code, response.json()

    def good(self, method: str, path: str, body: object = None) -> Any:
        """Return the JSON of a call that must succeed."""
        status, found = self.call(method, path, body)
        assert status in (200, 201), found
        return found

    def org(self, fixture: object = None) -> str:
        """A new org; its path below /_mockcrm."""
        response = self.good("POST", "/orgs", {"fixture": fixture})
        self.made.append(response["org"])
        return f"/orgs/{response['org']}"

    def token(self, org: str) -> dict[str, str]:
        """The header of an administrator of the org."""
        return {"Authorization": f"Zoho-oauthtoken {self.good('POST', f'{org}/tokens')['access_token']}"}

    def emulated(self, org: str, method: str, path: str, body: object = None) -> httpx.Response:
        """A call of the emulated API as the org's administrator."""
        content = None if body is None else orjson.dumps(body)
        client = self.application.client
        return self.application.run(client.request(method, path, content=content, headers=self.token(org)))

    def schedule(self, org: str, view: str, city: str = "Chennai") -> str:
        """A job over Leads; its id."""
        body = {"data": [{"City": city}], "cvid": view}
        response = self.emulated(org, "POST", "/crm/v2/Leads/actions/mass_update", body).json()
        job_id: str = response["data"][0]["details"]["job_id"]
        return job_id


@pytest.fixture
def control(application: Application) -> Iterator[Control]:
    found = Control(application)
    yield found
    for name in found.made:
        found.send("DELETE", f"/orgs/{name}")
