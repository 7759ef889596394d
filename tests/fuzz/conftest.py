"""A server on a socket with one org to fuzz, and a check whether a request changed anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
from schemathesis.generation.case import Case

from mockcrm.core.orgs.registry import DEFAULT
from mockcrm.server import MockCRM

ORG = "fuzzed"
LANGUAGES = {"api_name": "Languages", "data_type": "multiselectpicklist", "pick_list_values": ["A", "B"]}
FIXTURE: dict[str, Any] = {
    "mockcrm": 1,
    "settings": {"job_policy": {"mode": "manual"}},
    "users": [{"id": "554023000000235011", "email": "patricia@zylker.example"}],
    "modules": {
        "Leads": {"fields": [LANGUAGES], "blueprint": {"field": "Lead_Status"}},
        "Clients": {
            "singular_label": "Client",
            "plural_label": "Clients",
            "fields": [{"api_name": "Tier", "data_type": "picklist", "pick_list_values": ["A", "B"]}],
        },
    },
    "custom_views": [
        {"id": "2001", "module": "Leads", "name": "Every Lead"},
        {
            "id": "2002",
            "module": "Leads",
            "name": "Some",
            "criteria": {"comparator": "equal", "field": "City", "value": "A"},
        },
    ],
    "territories": [{"id": "3001", "name": "EMEA"}, {"id": "3002", "name": "UK", "parent": "EMEA"}],
    "records": {
        "Leads": [
            {"id": "1001", "territories": ["EMEA"], "fields": {"Last_Name": "Boyle", "Languages": ["A"], "City": "A"}},
            {"id": "1002", "state": ["in_blueprint"], "fields": {"Last_Name": "Doe", "City": "B"}},
        ],
        "Accounts": [{"id": "1003", "fields": {"Account_Name": "Zylker"}}],
        "Clients": [{"id": "1004", "fields": {"Name": "First", "Tier": "A"}}],
    },
}
KNOWN_IDS = ["1001", "1002", "1003", "1004", "2001", "2002", "3001", "3002", "554023000000235011"]


class Fuzzed:
    """The server and its org."""

    def __init__(self, crm: MockCRM) -> None:
        self.crm = crm
        self.http = httpx.Client(base_url=crm.url, trust_env=False, timeout=60)
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        """Close the connections."""
        self.http.close()
        self._session.close()

    def make_org(self) -> None:
        """Make the org, as it is at the beginning."""
        response = self.http.post("/_mockcrm/orgs", json={"name": ORG, "fixture": FIXTURE})
        assert response.status_code == 201, response.text
        self.token = response.json()["access_token"]
        self.grant = response.json()

    def reset(self) -> None:
        """Put the server back to the beginning: its orgs and their content."""
        registry = self.crm.runtime.registry
        for name in registry.names():
            if name not in (DEFAULT, ORG):
                registry.delete(name)
        if ORG in registry.names():
            registry.reset(ORG)
        else:
            self.make_org()
        registry.reset(DEFAULT)

    def send(self, case: Case, **headers: str) -> httpx.Response:
        """Send a generated request. The response is like those of the rest of the suite;
        the extension `schemathesis` is the same for its checks."""
        came = case.call(
            base_url=self.crm.url + case.operation.schema.base_path.rstrip("/"), session=self._session, headers=headers
        )
        return httpx.Response(
            came.status_code,
            headers=[(name, value) for name, values in came.headers.items() for value in values],
            content=came.content,
            extensions={"schemathesis": came},
        )

    def state(self) -> dict[str, Any]:
        """Every row of every table of every org, and what else the control API can change."""
        registry = self.crm.runtime.registry
        found: dict[str, Any] = {}
        for name in registry.names():
            with registry.using(name) as org:
                found[name] = (org.scan_blocking(tables), org.settings, org.clock, registry.faults.of(org.uid))
        return found


def tables(connection: sqlite3.Connection) -> dict[str, list[Any]]:
    """Every row of every table."""
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    return {name: connection.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2').fetchall() for (name,) in names}


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Fuzzed]:
    with MockCRM("empty") as crm:
        made = Fuzzed(crm)
        try:
            made.make_org()
            yield made
        finally:
            made.close()
