"""Orgs with a number of Leads in one view, and the status of a job over them."""

from __future__ import annotations

from typing import Any

from tests.support.application import Application, OrgApi

VIEW = 501
ONE_CITY = {"data": [{"City": "New"}], "cvid": str(VIEW)}
Seen = tuple[str, int, int]
"""Status, Updated_Count, Not_Updated_Count."""


def org_with_leads(application: Application, count: int, *, views: int = 1, **policy: Any) -> OrgApi:
    """A new org under a job policy; `views` of them, from VIEW on, hold all its Leads."""
    fixture: dict[str, Any] = {
        "settings": {"job_policy": policy},
        "custom_views": [
            {"id": str(VIEW + number), "module": "Leads", "name": f"View {number}"} for number in range(views)
        ],
    }
    if count:
        fixture["generate"] = [{"module": "Leads", "count": count, "fields": {"Last_Name": "Lead {n}", "City": "Old"}}]
    return application.org(fixture)


def schedule(org: OrgApi, view: int = VIEW) -> str:
    """A job over a view."""
    return org.schedule("Leads", {**ONE_CITY, "cvid": str(view)})


def seen(org: OrgApi, job_id: str) -> Seen:
    """One status read by a client."""
    (item,) = org.status("Leads", job_id).json()["data"]
    assert item["Total_Count"] == item["Updated_Count"] + item["Failed_Count"] + item["Not_Updated_Count"], item
    return item["Status"], item["Updated_Count"], item["Not_Updated_Count"]


def control(org: OrgApi, method: str, path: str, body: object = None) -> Any:
    """Send a request of the control API about the org; return its JSON."""
    response = org.application.send(method, f"/_mockcrm/orgs/{org.name}{path}", json=body)
    assert response.is_success, response.text
    return response.json()
