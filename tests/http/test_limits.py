"""Limits of an org: calls at once, credits within 24 hours; off unless its settings say so
(docs/contract/mass-update-and-core.md 6)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from mockcrm.core.orgs.org import Org
from mockcrm.core.versions import VERSIONS, ApiVersion
from tests.support.application import Application, OrgApi, assert_response, error
from tests.support.for_each import for_each
from tests.support.zylker import zylker

HEADER = "x-api-credits-remaining"
USED_UP = error("API_LIMIT_EXCEEDED", "API limit exceeded")
LEAD = "/crm/v2/Leads/111"


def limited(application: Application, **settings: Any) -> OrgApi:
    return application.org(zylker(**settings))


async def someone_waits(org: Org) -> None:
    """Wait until a write waits for the gate, which has no signal for it."""
    while not org.gate._waiters:  # noqa: ASYNC110 - there is no event
        await asyncio.sleep(0)


def together(org: OrgApi, *paths: str) -> list[httpx.Response]:
    """Send a write that has to wait for the gate, then several GETs, then let the write continue."""

    async def send() -> list[httpx.Response]:
        client = org.application.client
        with org.using() as opened:
            await opened.gate.acquire()
            write = asyncio.ensure_future(client.put(LEAD, json={"data": [{"City": "New"}]}, headers=org.headers))
            await someone_waits(opened)
            responses = [await client.get(path, headers=org.headers) for path in paths]
            opened.gate.release()
            return [*responses, await write]

    return org.application.run(send())


def test_without_settings_nothing_is_counted(application: Application) -> None:
    org = limited(application)
    for _ in range(20):
        response = org.get(LEAD)
        assert response.status_code == 200
        assert HEADER not in response.headers


@for_each("version", list(ApiVersion))
def test_more_calls_at_once_than_the_org_may_are_refused(application: Application, version: ApiVersion) -> None:
    org = limited(application, concurrency=1)
    refused, write = together(org, LEAD.replace("v2", version.label))
    assert (refused.status_code, refused.headers["x-mockcrm-rule"]) == (429, "TOO_MANY_REQUESTS")
    body = refused.json()
    details = body.pop("details")
    assert body == {"code": "TOO_MANY_REQUESTS", "message": "Too many requests...", "status": "error"}
    assert set(details) == ({"retry_after", "limit", "window", "trace_id"} if version is ApiVersion.V8 else set())
    assert write.json()["data"][0]["code"] == "SUCCESS"
    assert org.get(LEAD).status_code == 200


def test_concurrent_calls_up_to_the_limit_succeed(application: Application) -> None:
    org = limited(application, concurrency=2)
    assert [response.status_code for response in together(org, LEAD, LEAD, "/crm/v2/Nothing")] == [200, 200, 400, 200]


def test_other_orgs_are_not_held_up(application: Application) -> None:
    org, other = limited(application, concurrency=1), limited(application, concurrency=1)

    async def send() -> int:
        with org.using() as opened:
            await opened.gate.acquire()
            write = asyncio.ensure_future(
                application.client.put(LEAD, json={"data": [{"City": "New"}]}, headers=org.headers)
            )
            await someone_waits(opened)
            response = await application.client.get(LEAD, headers=other.headers)
            opened.gate.release()
            await write
            return response.status_code

    assert application.run(send()) == 200


def test_credits_are_announced_from_half_of_them_on_and_then_used_up(application: Application) -> None:
    org = limited(application, credits=4)
    assert [org.get(LEAD).headers.get(HEADER) for _ in range(4)] == [None, "2", "1", "0"]
    refused = org.get(LEAD)
    assert_response(refused, 429, USED_UP, "API_LIMIT_EXCEEDED")
    assert refused.headers[HEADER] == "0"


def test_a_refused_call_costs_a_credit_too_but_not_one_without_a_token(application: Application) -> None:
    org = limited(application, credits=3)
    assert application.send("GET", LEAD).status_code == 401
    assert org.get("/crm/v2/Nothing").status_code == 400
    assert org.send("PATCH", LEAD).headers[HEADER] == "1"


def test_credits_come_back_after_24_hours_of_the_org_s_clock(application: Application) -> None:
    org = limited(application, credits=2)
    assert [org.get(LEAD).status_code for _ in range(3)] == [200, 200, 429]
    advance(org, 86_399)
    assert org.get(LEAD).status_code == 429
    advance(org, 1)
    assert [org.get(LEAD).status_code for _ in range(3)] == [200, 200, 429]


def test_credits_by_a_clock_that_is_put_back(application: Application) -> None:
    org = limited(application, credits=1)
    assert org.get(LEAD).status_code == 200
    advance(org, -10)
    assert [org.get(LEAD).status_code for _ in range(2)] == [200, 429]


def test_reset_gives_the_credits_back(application: Application) -> None:
    org = limited(application, credits=1)
    assert [org.get(LEAD).status_code for _ in range(2)] == [200, 429]
    assert application.send("POST", f"/_mockcrm/orgs/{org.name}/reset").status_code < 300
    assert [org.get(LEAD).status_code for _ in range(2)] == [200, 429]


def test_limits_come_before_verb_module_and_scope_but_after_the_token(application: Application) -> None:
    org = limited(application, credits=0)
    for method, path in (("PATCH", LEAD), ("GET", "/crm/v2/Nothing"), ("POST", "/crm/v2/Leads/actions/mass_update")):
        assert_response(org.send(method, path), 429, USED_UP, "API_LIMIT_EXCEEDED")
    assert org.get("/crm/v99/Leads").json()["code"] == "API_NOT_SUPPORTED"
    assert application.send("GET", LEAD, headers={"Authorization": "Bearer x"}).json()["code"] == "INVALID_TOKEN"


def test_every_version_pays(application: Application) -> None:
    org = limited(application, credits=len(VERSIONS))
    statuses = [org.get(f"/crm/{label}/Leads/111").status_code for label in VERSIONS]
    assert statuses == [200] * len(VERSIONS)
    assert org.get(LEAD).status_code == 429


def advance(org: OrgApi, seconds: int) -> None:
    with org.using() as opened:
        opened.change_clock(lambda clock: clock.advance(seconds))
