"""Of two errors in one request the earlier rule determines the response (docs/contract/mass-update-and-core.md 0.1,
2.1).

Each step below breaks one rule of a request that is otherwise valid. Every pair of steps is put into one request:
the response has to be that of the earlier step, in every version.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from mockcrm.core.bulk import view
from tests.support.application import Application, OrgApi
from tests.support.for_each import for_each
from tests.support.zylker import ALL_LEADS, BUSY_LEADS, EMEA, GOOD, NO_LEADS, zylker


@dataclass
class Request:
    """A request to be broken."""

    method: str = "POST"
    version: str = "v2"
    path: str = "/crm/{version}/{module}/actions/mass_update"
    module: str = "Leads"
    body: Any = field(default_factory=dict)
    token: str | None = "admin"

    def send(self, org: OrgApi, tokens: dict[str, str]) -> tuple[int, str | None]:
        headers = (
            {} if self.token is None else {"Authorization": f"Zoho-oauthtoken {tokens.get(self.token, self.token)}"}
        )
        path = self.path.format(version=self.version, module=self.module)
        if isinstance(self.body, bytes):
            response = org.application.send(self.method, path, content=self.body, headers=headers)
        else:
            response = org.application.send(self.method, path, json=self.body, headers=headers)
        return response.status_code, response.headers.get("x-mockcrm-rule")


Break = Callable[[Request], None]


def put(**values: Any) -> Break:
    """Sets attributes of the request."""

    def change(request: Request) -> None:
        for name, value in values.items():
            setattr(request, name, value)

    return change


def body(**values: Any) -> Break:
    """Sets keys of the body, if it is still an object."""

    def change(request: Request) -> None:
        if isinstance(request.body, dict):
            request.body.update(values)

    return change


def without(*keys: str) -> Break:
    """Removes keys from the body, if it is still an object."""

    def change(request: Request) -> None:
        if isinstance(request.body, dict):
            for key in keys:
                request.body.pop(key, None)

    return change


def token(user: str) -> Break:
    return put(token=user)


def fields(values: dict[str, Any]) -> Break:
    return body(data=[values])


Step = tuple[str, Break]

REQUEST: list[Step] = [
    ("INVALID_URL_PATTERN", put(path="/crm/{version}/{module}/actions/mass_updates")),
    ("API_VERSION_UNKNOWN", put(version="v1")),
    ("AUTHENTICATION_FAILURE", put(token=None)),
    ("INVALID_TOKEN", token("1000.nobody")),
    ("INVALID_REQUEST_METHOD", put(method="PATCH")),
    ("INVALID_MODULE", put(module="Nonsense")),
    ("OAUTH_SCOPE_MISMATCH", token("scopeless")),
    ("MASS_UPDATE_DENIED", token("no_mass_update")),
    ("INVALID_REQUEST", put(body=b"{")),
]
BODY: list[Step] = [
    ("MISSING_KEY", without("data")),
    ("WRONG_TYPE", body(over_write="yes")),
    ("NEITHER_IDS_NOR_CVID", without("ids", "cvid")),
]
FIELDS: list[Step] = [
    ("NO_FIELD_FOUND", fields({})),
    ("MAX_FIELD_LIMIT", fields({"City": 1, "Email": 1})),
    ("FIELD_NOT_ALLOWED", fields({"Email": 1})),
    ("INVALID_VALUE", fields({"City": 1})),
]
IDS: list[Step] = [
    ("LIMIT_EXCEEDED", body(ids=["999"] * 501)),
    ("INVALID_RECORD_ID", body(ids=["999"])),
]
VIEW: list[Step] = [
    ("SCHEDULE_DENIED", token("no_schedule")),
    ("INVALID_CVID", body(cvid="999")),
    ("VIEW_NOT_ACCESSIBLE", body(cvid="502")),
    ("INVALID_TERRITORY_ID", body(territory={"id": "999"})),
    ("WRONG_TYPE", body(criteria={"comparator": "equal", "field": "Nonsense", "value": 1})),
    ("ALREADY_SCHEDULED", body(cvid=BUSY_LEADS)),
    ("LIMIT_EXCEEDED", body(cvid=ALL_LEADS, territory={"id": EMEA})),
    ("NO_RECORDS_FOUND", body(cvid=NO_LEADS)),
]
BY_IDS = [*REQUEST, *BODY, *FIELDS, *IDS]
BY_VIEW = [*REQUEST, *BODY, *FIELDS, *VIEW]


def same_key(first: Step, second: Step) -> bool:
    """Both change the same part of the request, so they cannot be broken together."""
    return touched(first[1]) & touched(second[1]) != set()


def touched(change: Break) -> set[str]:
    probe = Request(body={"data": 0, "ids": 0, "cvid": 0})
    before = dict(vars(probe), body=None)
    content = dict(probe.body)
    change(probe)
    found = {name for name, value in vars(probe).items() if name != "body" and value != before[name]}
    if not isinstance(probe.body, dict):
        return found | {"data", "ids", "cvid", "territory", "over_write", "criteria"}
    keys = content.keys() | probe.body.keys()
    return found | {key for key in keys if content.get(key, ...) != probe.body.get(key, ...)}


def pairs(steps: list[Step]) -> list[tuple[Step, Step]]:
    return [(first, second) for first, second in itertools.combinations(steps, 2) if not same_key(first, second)]


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    fixture = zylker()
    for lead in fixture["records"]["Leads"][:3]:
        lead["territories"] = [EMEA]
    made = application.org(fixture)
    made.schedule("Leads", {"data": [{"City": "x"}], "cvid": BUSY_LEADS})
    return made


@pytest.fixture(scope="module")
def tokens(org: OrgApi) -> dict[str, str]:
    entries = org.application.registry.credentials.entries(org.uid)
    names = [
        "admin",
        "rep",
        "narrow",
        "no_mass_update",
        "no_update",
        "no_schedule",
        "no_read",
        "no_records",
        "scopeless",
    ]
    return {name: entry.access_token or "" for name, entry in zip(names, entries, strict=True)}


@pytest.fixture(autouse=True)
def _two_records_in_a_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "MAX_VIEW_RECORDS", 2)


@for_each("version", ["v2", "v8"])
@for_each(("first", "second"), pairs(BY_IDS))
def test_by_ids(org: OrgApi, tokens: dict[str, str], first: Step, second: Step, version: str) -> None:
    request = Request(version=version, body={"data": [{"City": "x"}], "ids": [str(GOOD[0])]})
    first[1](request)
    second[1](request)
    assert request.send(org, tokens)[1] == first[0]


@for_each("version", ["v2", "v8"])
@for_each(("first", "second"), pairs(BY_VIEW))
def test_by_view(org: OrgApi, tokens: dict[str, str], first: Step, second: Step, version: str) -> None:
    request = Request(version=version, body={"data": [{"City": "x"}], "cvid": str(ALL_LEADS)})
    first[1](request)
    second[1](request)
    assert request.send(org, tokens)[1] == first[0]


def test_edition_is_checked_after_the_right_to_schedule_and_before_the_view(application: Application) -> None:
    org = application.org(zylker(edition="standard"))
    request = {"data": [{"City": "x"}], "cvid": "999"}
    assert org.mass_update("Leads", request).headers["x-mockcrm-rule"] == "FEATURE_NOT_SUPPORTED"
    assert org.entry_of(5).mass_update("Leads", request).headers["x-mockcrm-rule"] == "SCHEDULE_DENIED"


def test_module_territories_are_checked_after_the_view_and_before_the_territory(org: OrgApi) -> None:
    request: dict[str, Any] = {"data": [{"Product_Active": True}], "cvid": "512", "territory": {"id": "999"}}
    assert org.mass_update("Products", request).headers["x-mockcrm-rule"] == "TERRITORY_NOT_SUPPORTED"
    request["cvid"] = "511"
    assert org.mass_update("Products", request).headers["x-mockcrm-rule"] == "VIEW_NOT_ACCESSIBLE"


def test_status_needs_the_right_to_read_before_the_job(org: OrgApi) -> None:
    response = org.entry_of(6).get("/crm/v2/Leads/actions/mass_update")
    assert response.headers["x-mockcrm-rule"] == "READ_DENIED"
