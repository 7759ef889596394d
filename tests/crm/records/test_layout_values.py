"""The layout of a record in a write: an object with the id, or the id alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.application import BASE, Application, OrgApi, error
from tests.support.for_each import for_each

LAYOUT = BASE + 91055


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org({"records": {"Leads": [{"id": "301", "fields": {"Last_Name": "Boyle"}}]}})


def put(org: OrgApi, layout: Any) -> dict[str, Any]:
    response = org.send("PUT", "/crm/v2/Leads/301", {"data": [{"City": "Graz", "Layout": layout}]})
    (item,) = response.json()["data"]
    return dict(item)


@for_each("layout", [{"id": str(LAYOUT)}, str(LAYOUT), LAYOUT])
def test_the_id_alone_is_enough(org: OrgApi, layout: Any) -> None:
    assert put(org, layout)["code"] == "SUCCESS"


@for_each("layout", ["Standard", True, []])
def test_another_value_is_refused(org: OrgApi, layout: Any) -> None:
    details = {"expected_data_type": "jsonobject", "api_name": "Layout"}
    assert put(org, layout) == error("INVALID_DATA", "invalid data", details)
