"""The requests of the emulated API that the tests of this folder send."""

from __future__ import annotations

from typing import Any

import httpx

from mockcrm.testing import MockOrg

BOYLE = "554023000000480001"
VIEW = "554023000000091518"
LEADS = "/crm/v2/Leads"
ONE = {"records": {"Leads": [{"id": BOYLE, "fields": {"Last_Name": "Boyle", "Company": "Zylker"}}]}}
"""A fixture with one Lead."""
FIVE = {
    "custom_views": [{"id": VIEW, "module": "Leads", "name": "Everybody"}],
    "generate": [{"module": "Leads", "count": 5, "fields": {"Last_Name": "L {n}", "Company": "Z"}}],
}
"""A fixture with five Leads and a view of them."""


def send(org: MockOrg, method: str, path: str, body: Any = None, token: str | None = None) -> httpx.Response:
    """A request as the administrator, or with another token."""
    headers = org.headers if token is None else {"Authorization": f"Zoho-oauthtoken {token}"}
    return httpx.request(method, org.url + path, json=body, headers=headers, trust_env=False)


def schedule(org: MockOrg) -> str:
    """The id of a job over the view."""
    body = {"data": [{"City": "Erode"}], "cvid": VIEW}
    response = send(org, "POST", f"{LEADS}/actions/mass_update", body).json()
    job_id: str = response["data"][0]["details"]["job_id"]
    return job_id


def status(org: MockOrg, job_id: str) -> str:
    """Return the job's status as the API shows it."""
    response = send(org, "GET", f"{LEADS}/actions/mass_update?job_id={job_id}").json()
    job_status: str = response["data"][0]["Status"]
    return job_status
