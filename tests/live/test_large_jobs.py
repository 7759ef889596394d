"""The documented ceiling of a scheduled mass update: 50,000 records are accepted, 50,001 are rejected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .exported import values
from .matching import JSON, refusal
from .server import Org

VIEW = "554023000000091517"


def leads(count: int) -> dict[str, Any]:
    return {
        "mockcrm": 1,
        "custom_views": [{"id": VIEW, "module": "Leads", "name": "Everybody"}],
        "generate": [
            {
                "module": "Leads",
                "count": count,
                "fields": {"Last_Name": "Lead {n}", "Company": "Zylker", "City": "Madurai"},
            }
        ],
    }


def test_fifty_thousand_records_are_changed_and_one_more_is_refused(make_org: Callable[..., Org]) -> None:
    org = make_org(leads(50_001))

    response = org.mass_update("Leads", {"data": [{"City": "Chennai"}], "cvid": VIEW})

    assert response.status_code == 400
    assert response.headers["Content-Type"] == JSON
    assert response.json() == {"data": [refusal("LIMIT_EXCEEDED", "Record count exceeded")]}
    assert org.jobs() == []  # that nothing else changes either is tests/rulebook/test_rows.py's

    first = org.get("/crm/v2/Leads", per_page=1).json()["data"][0]["id"]
    org.server.http.delete(f"/crm/v2/Leads/{first}", headers=org.headers).raise_for_status()
    job_id = org.schedule("Leads", VIEW, {"City": "Chennai"})

    assert org.wait_for_job("Leads", job_id) == {
        "Status": "COMPLETED",
        "Failed_Count": 0,
        "Updated_Count": 50_000,
        "Not_Updated_Count": 0,
        "Total_Count": 50_000,
    }
    assert values(org, "Leads", "City") == {"Chennai": 50_000}
