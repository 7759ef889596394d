"""The docs.yaml files describe every endpoint, and none that does not exist."""

from __future__ import annotations

import re

import pytest

from mockcrm.core.versions import ApiVersion
from tests.support.application import Application, OrgApi
from tests.support.for_each import for_each
from tools import endpoints
from tools.coverage import ACCOUNTS, ROOT

PLACES = {"version": "v8", "module": "Leads", "api_name": "Leads", "id": "5", "related_list": "Notes"}


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org()


def test_every_endpoint_is_described_and_no_other() -> None:
    accounts = {f"{method} {path}" for path, method, _ in ACCOUNTS}
    there = set(endpoints.first_versions()) | accounts
    assert endpoints.described_operations() == there, "endpoints in docs.yaml and the rows of endpoints differ"


def test_what_is_emulated_is_not_called_missing() -> None:
    assert not endpoints.missing() & set(endpoints.first_versions())


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "coverage.md").read_text("utf-8")
    assert page == endpoints.coverage_page(), "run: python -m tools.coverage"


def test_a_row_has_the_state_in_every_version() -> None:
    states = {row.name: row.states for row in endpoints.rows()}
    assert all(len(found) == len(ApiVersion) for found in states.values())
    children = "GET /crm/{version}/settings/territories/{id}/__child_territories"
    assert states[children] == ("–", "–", "–", "–", "part", "part", "part", "part")  # noqa: RUF001
    assert states["POST /crm/{version}/coql"] == ("no",) * 8
    assert states["GET /crm/{version}/{module}/actions/mass_update"] == ("yes",) * 8


@for_each("name", sorted(endpoints.missing()))
def test_missing_endpoints_are_refused(org: OrgApi, name: str) -> None:
    method, path = name.split()
    response = org.send(method, re.sub(r"{(\w+)}", lambda place: PLACES[place[1]], path))
    assert response.json()["code"] in ("INVALID_URL_PATTERN", "INVALID_REQUEST_METHOD")
