"""The org in which the SDKs act, and which of them a test is for."""

from __future__ import annotations

from typing import Any

import pytest

from .driver import KINDS, MAIN, MORE, SDK

MORE_PARAMS = [pytest.param(kind, marks=pytest.mark.slow) for kind in MORE]
every_sdk = pytest.mark.parametrize("process", [*KINDS, *MORE_PARAMS], ids=str, indirect=True)
main_sdks = pytest.mark.parametrize("process", MAIN, ids=str, indirect=True)
VIEW = "554023000000091516"
EMEA = "554023000000430409"
LEADS = [f"55402300000048000{number}" for number in range(1, 5)]
ABSENT = "554023000000999999"


def lead(record_id: str, name: str, territory: str, status: str = "Contacted") -> dict[str, Any]:
    fields = {"Last_Name": name, "Company": "Zylker", "City": "Old", "Lead_Status": status}
    return {"id": record_id, "territories": [territory], "fields": fields}


FIXTURE: dict[str, Any] = {
    "mockcrm": 1,
    "settings": {"job_policy": {"mode": "manual"}},
    "territories": [{"id": EMEA, "name": "EMEA"}, {"name": "UK", "parent": "EMEA"}, {"name": "APAC"}],
    "custom_views": [
        {
            "id": VIEW,
            "module": "Leads",
            "name": "Contacted",
            "criteria": {"comparator": "equal", "field": "Lead_Status", "value": "Contacted"},
        }
    ],
    "records": {
        "Leads": [
            lead(LEADS[0], "Boyle", "EMEA"),
            lead(LEADS[1], "Byrne", "UK"),
            lead(LEADS[2], "Lim", "APAC"),
            lead(LEADS[3], "Diaz", "EMEA", "Junk Lead"),
        ]
    },
}


def cities(sdk: SDK) -> list[str]:
    return [sdk.record("Leads", record_id)["City"] for record_id in LEADS]


def names(response: dict[str, Any]) -> list[str]:
    assert (response["class"], response["http"]) == ("ResponseWrapper", 200), response
    return [record["Last_Name"] for record in response["data"]]
