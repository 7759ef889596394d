"""The docs.yaml files describe every endpoint, and none that does not exist."""

from __future__ import annotations

import re

import pytest

from mockcrm.core.versions import ApiVersion
from mockcrm.http.modules import NOT_EMULATED
from tests.support.application import Application, OrgApi
from tests.support.for_each import for_each
from tools import endpoints
from tools.coverage import ACCOUNTS, ROOT

PLACES = {"module": "Leads", "api_name": "Leads", "related_list": "Products"}


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org()


def test_every_endpoint_is_described_and_no_other() -> None:
    accounts = {f"{method} {path}" for path, method, _ in ACCOUNTS}
    there = set(endpoints.first_versions()) | accounts
    assert endpoints.described_operations() == there, "endpoints in docs.yaml and the rows of endpoints differ"


def test_what_is_emulated_is_not_called_missing() -> None:
    assert not set(endpoints.not_emulated()) & set(endpoints.first_versions())


def test_what_is_not_emulated_is_listed_once() -> None:
    names = list(endpoints.not_emulated())
    assert len(names) == len(set(names))


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


@for_each("name", list(endpoints.not_emulated()))
@for_each("version", ["v2", "v8"])
def test_what_is_not_emulated_says_so(org: OrgApi, name: str, version: str) -> None:
    method, path = name.split()
    path = re.sub(r"{(\w+)}", lambda place: {**PLACES, "version": version}.get(place[1], "5"), path)
    response = org.send(method, path)
    assert (response.status_code, response.headers["x-mockcrm-rule"]) == (501, "NOT_EMULATED")
    assert response.headers["x-mockcrm-note"] == "not emulated by mockcrm, see /_mockcrm/coverage"
    module = next((module for module in sorted(NOT_EMULATED) if f"/{module}" in path and "Leads" not in path), None)
    assert response.json() == {
        "code": "NOT_EMULATED",
        "details": {"not_emulated": f"{method} {path}" if module is None else f"the module {module}"},
        "message": "not emulated by mockcrm, see /_mockcrm/coverage",
        "status": "error",
    }
