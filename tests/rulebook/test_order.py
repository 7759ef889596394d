"""The order of checks where tests/http/test_order_of_checks.py stops: rules of a field, of a record, of the edition,
of a status read and of record writes. Of two rules broken in one request the earlier raises its error
(docs/contract/mass-update-and-core.md 0.1, 2.1, 7).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from mockcrm.core.faults import Match
from mockcrm.core.records import rules as records
from mockcrm.crm.mass_update import rules as mass_update
from tests.support.application import Application, OrgApi
from tests.support.for_each import for_each

LEAD = {"id": "1001", "fields": {"Last_Name": "Boyle"}}


def names(rules: tuple[Callable[..., None], ...]) -> list[str]:
    return [rule.__name__ for rule in rules]


def test_order_can_be_read_in_tuples() -> None:
    assert names(mass_update.BODY_RULES) == [
        "body_is_readable",
        "mode_given",
        "ids_stand_alone",
        "some_field",
        "field_count_within_limit",
        "fields_allowed",
    ]
    assert names(mass_update.FIELD_RULES) == [
        "field_may_be_mass_updated",
        "field_visible",
        "field_editable",
        "field_in_no_layout_rule",
        "field_in_no_validation_rule",
        "value_fits",
    ]
    assert names(mass_update.IDS_RULES) == ["ids_within_limit"]
    assert names(mass_update.VIEW_RULES) == [
        "schedule_allowed",
        "edition_schedules",
        "view_exists",
        "view_accessible",
        "territory_supported",
        "territory_exists",
        "criteria_readable",
    ]
    assert names(records.RECORD_RULES) == [
        "record_has_fields",
        "record_accessible",
        "record_not_stopped",
        "record_not_locked",
        "record_not_in_merge",
        "image_not_pending",
        "image_not_rejected",
        "record_approved",
        "record_not_in_blueprint",
        "record_not_converted",
    ]


def rule_of(response: Any) -> str | None:
    found: str | None = response.headers.get("x-mockcrm-rule")
    return found


# -- one field that breaks two rules -----------------------------------------------------------------------------

FIELD_RULES = [
    "FIELD_NOT_ALLOWED",
    "FIELD_NOT_VISIBLE",
    "FIELD_EDIT_DENIED",
    "FIELD_IN_LAYOUT_RULE",
    "FIELD_IN_VALIDATION_RULE",
    "INVALID_VALUE",
]


NEVER_BOTH = ("FIELD_NOT_VISIBLE", "FIELD_EDIT_DENIED")
"""A profile hides a field or lets it be read."""


@for_each(("first", "second"), [pair for pair in itertools.combinations(FIELD_RULES, 2) if pair != NEVER_BOTH])
def test_field_rules(application: Application, first: str, second: str) -> None:
    broken = {first, second}
    name = "Email" if "FIELD_NOT_ALLOWED" in broken else "City"
    access = {"FIELD_NOT_VISIBLE": "hidden", "FIELD_EDIT_DENIED": "read_only"}
    hidden: dict[str, str] = {}
    for rule in broken & access.keys():
        hidden[name] = access[rule]
    module = {"FIELD_IN_LAYOUT_RULE": "layout_rules", "FIELD_IN_VALIDATION_RULE": "validation_rules"}
    org = application.org(
        {
            "profiles": [{"name": "P", "fields": {"Leads": hidden}}],
            "users": [{"email": "rep@x.example", "profile": "P"}],
            "clients": [{"tokens": [{"user": "rep@x.example"}]}],
            "modules": {"Leads": {module[rule]: [name] for rule in broken if rule in module}},
            "records": {"Leads": [LEAD]},
        }
    ).entry_of(1)
    value = 5 if "INVALID_VALUE" in broken else "x@y.example"
    assert rule_of(org.mass_update("Leads", {"data": [{name: value}], "ids": ["1001"]})) == first


def test_first_offending_field_of_the_body_decides(application: Application) -> None:
    org = application.org({"modules": {"Deals": {"layout_rules": ["Type"]}}})
    body = {"data": [{"Next_Step": "x", "Type": "x", "Account_Name": "1"}], "ids": ["1"]}
    assert rule_of(org.mass_update("Deals", body)) == "FIELD_IN_LAYOUT_RULE"
    body = {"data": [{"Next_Step": "x", "Account_Name": "1", "Type": "x"}], "ids": ["1"]}
    assert rule_of(org.mass_update("Deals", body)) == "FIELD_NOT_ALLOWED"


# -- one record in two states ------------------------------------------------------------------------------------

STATES = {
    "no_access": "CANNOT_PERFORM_ACTION",
    "stop_processing": "CANNOT_PROCESS",
    "locked": "RECORD_IS_LOCKED",
    "in_merge": "RECORD_IN_MERGE",
    "image_pending": "IMAGE_PENDING",
    "image_rejected": "IMAGE_REJECTED",
    "approval_pending": "RECORD_NOT_APPROVED",
    "in_blueprint": "RECORD_IN_BLUEPRINT",
    "converted": "CONVERTED_RECORD",
}


@pytest.fixture(scope="module")
def states(application: Application) -> OrgApi:
    pairs = itertools.combinations(STATES, 2)
    return application.org(
        {
            "custom_views": [
                {
                    "id": "2001",
                    "module": "Leads",
                    "name": "Every Lead",
                    "criteria": {"comparator": "not_equal", "field": "Converted__s", "value": "${EMPTY}"},
                }
            ],
            "records": {
                "Leads": [
                    {"id": str(1001 + number), "state": list(pair), "fields": {"Last_Name": "Boyle"}}
                    for number, pair in enumerate(pairs)
                ]
            },
        }
    )


def test_record_rules(states: OrgApi) -> None:
    pairs = list(itertools.combinations(STATES, 2))
    ids = [str(1001 + number) for number in range(len(pairs))]
    for number, (first, _) in zip(ids, pairs, strict=True):
        response = states.mass_update("Leads", {"data": [{"Lead_Status": "Contacted"}], "ids": [number]})
        assert (rule_of(response), first) == (STATES[first], first)
        response = states.send("PUT", f"/crm/v2/Leads/{number}", {"data": [{"Lead_Status": "Contacted"}]})
        expected = STATES[first].replace("RECORD_NOT_APPROVED", "UPDATE_NOT_APPROVED")
        assert (rule_of(response), first) == (expected, first)


def test_record_rules_inside_a_job(states: OrgApi) -> None:
    pairs = list(itertools.combinations(STATES, 2))
    job = states.schedule("Leads", {"data": [{"Lead_Status": "Contacted"}], "cvid": "2001"})
    states.application.send("POST", f"/_mockcrm/orgs/{states.name}/jobs/run")
    failed = states.failures(job)
    assert len(failed) == len(pairs)
    assert failed == {1001 + number: STATES[first] for number, (first, _) in enumerate(pairs)}


# -- whole requests ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """A request whose parts the steps break."""

    method: str
    path: str
    user: str = "admin"
    scopes: tuple[str, ...] = ()
    module: str = "Leads"
    version: str = "v2"
    signed: bool = True
    body: Any = None
    params: Mapping[str, str] = field(default_factory=dict)


Step = tuple[str, dict[str, Any]]

SIGN_IN: list[Step] = [("API_VERSION_UNKNOWN", {"version": "v1"}), ("AUTHENTICATION_FAILURE", {"signed": False})]
STATUS: list[Step] = [
    *SIGN_IN,
    ("STATUS_INVALID_MODULE", {"module": "Nothing"}),
    ("OAUTH_SCOPE_MISMATCH", {"scopes": ("ZohoCRM.mass_update.UPDATE",)}),
    ("READ_DENIED", {"user": "no_read@x.example"}),
    ("STATUS_DENIED", {"user": "no_status@x.example"}),
    ("JOB_ID_MISSING", {"params": {}}),
    ("NOT_FOUND", {"params": {"job_id": "999"}}),
]
LIST: list[Step] = [
    *SIGN_IN,
    ("INVALID_REQUEST_METHOD", {"method": "PATCH"}),
    ("INVALID_MODULE", {"module": "Nothing"}),
    ("OAUTH_SCOPE_MISMATCH", {"scopes": ("ZohoCRM.modules.leads.CREATE",)}),
    ("READ_DENIED", {"user": "no_read@x.example"}),
    ("INVALID_PARAM", {"params": {"page": "-1"}}),
]
INSERT: list[Step] = [
    *SIGN_IN,
    ("INVALID_MODULE", {"module": "Nothing"}),
    ("OAUTH_SCOPE_MISMATCH", {"scopes": ("ZohoCRM.modules.leads.READ",)}),
    ("WRITE_DENIED", {"user": "no_write@x.example"}),
    ("INVALID_REQUEST", {"body": b"{"}),
    ("MISSING_KEY", {"body": {}}),
    ("WRONG_TYPE", {"body": {"data": {}}}),
    ("TOO_MANY_RECORDS", {"body": {"data": [{}] * 101}}),
    ("FIELD_MISSING", {"body": {"data": [{}]}}),
]
PATHS = {
    "status": (Request("GET", "/crm/{version}/{module}/actions/mass_update", params={"job_id": "1"}), STATUS),
    "list": (Request("GET", "/crm/{version}/{module}"), LIST),
    "insert": (Request("POST", "/crm/{version}/{module}", body={"data": [{"Last_Name": "x"}]}), INSERT),
}
DENIED = {
    "no_read": ["read"],
    "no_status": ["mass_update_status"],
    "no_write": ["create"],
    "no_schedule": ["schedule_mass_update"],
}


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(
        {
            "profiles": [{"name": name, "deny": deny} for name, deny in DENIED.items()],
            "users": [{"email": f"{name}@x.example", "profile": name} for name in DENIED],
            "records": {"Leads": [LEAD]},
        }
    )


def token(org: OrgApi, request: Request) -> str:
    body: dict[str, Any] = {} if request.user == "admin" else {"user": request.user}
    if request.scopes:
        body["scopes"] = list(request.scopes)
    response = org.application.send("POST", f"/_mockcrm/orgs/{org.name}/tokens", json=body)
    return str(response.json()["access_token"])


def rule_of_request(org: OrgApi, request: Request) -> str | None:
    headers = {"Authorization": f"Zoho-oauthtoken {token(org, request)}"} if request.signed else {}
    path = request.path.format(version=request.version, module=request.module)
    content = {"content": request.body} if isinstance(request.body, bytes) else {"json": request.body}
    if request.body is None:
        content = {}
    return rule_of(
        org.application.send(request.method, path, headers=headers, params=dict(request.params) or None, **content)
    )


CASES = [
    (kind, first, second)
    for kind, (_, steps) in PATHS.items()
    for first, second in itertools.combinations(steps, 2)
    if not first[1].keys() & second[1].keys()
]


@for_each(("kind", "first", "second"), CASES)
def test_requests(org: OrgApi, kind: str, first: Step, second: Step) -> None:
    request = replace(PATHS[kind][0], **first[1])
    assert rule_of_request(org, replace(request, **second[1])) == first[0]


# -- faults, edition, territory ----------------------------------------------------------------------------------


def test_injected_fault_applies_after_authentication_and_before_the_rest(application: Application) -> None:
    org = application.org()
    application.registry.faults.add(org.uid, Match(), error="INTERNAL_ERROR")
    assert rule_of(application.send("GET", "/crm/v2/Leads")) == "AUTHENTICATION_FAILURE"
    assert rule_of(org.get("/crm/v1/Leads")) == "API_VERSION_UNKNOWN"
    assert rule_of(org.send("PATCH", "/crm/v2/Leads")) == "INTERNAL_ERROR"
    assert rule_of(org.get("/crm/v2/Nothing")) == "INTERNAL_ERROR"


VIEW_STEPS: list[tuple[str, dict[str, Any]]] = [
    ("INVALID_VALUE", {"data": [{"Manufacturer": 5}]}),
    ("SCHEDULE_DENIED", {"user": "no_schedule@x.example"}),
    ("FEATURE_NOT_SUPPORTED", {"edition": "professional"}),
    ("INVALID_CVID", {"cvid": "999"}),
    ("VIEW_NOT_ACCESSIBLE", {"cvid": "2002"}),
    ("TERRITORY_NOT_SUPPORTED", {"territory": {"id": "999"}}),
    ("ALREADY_SCHEDULED", {"cvid": "2003"}),
    ("NO_RECORDS_FOUND", {"cvid": "2001"}),
]


@for_each(
    ("first", "second"),
    [
        (first, second)
        for first, second in itertools.combinations(VIEW_STEPS, 2)
        if not first[1].keys() & second[1].keys()
    ],
)
def test_by_view(application: Application, first: Step, second: Step) -> None:
    everything = {
        "profiles": [{"name": "no_schedule", "deny": ["schedule_mass_update"]}],
        "users": [{"email": "no_schedule@x.example", "profile": "no_schedule"}],
        "custom_views": [
            {
                "id": "2001",
                "module": "Products",
                "name": "None",
                "criteria": {"comparator": "equal", "field": "Product_Name", "value": "Nothing"},
            },
            {"id": "2002", "module": "Leads", "name": "Leads"},
            {"id": "2003", "module": "Products", "name": "Busy"},
        ],
        "records": {"Products": [{"id": "1001", "fields": {"Product_Name": "Anything"}}]},
    }
    org = application.org(everything)
    org.schedule("Products", {"data": [{"Manufacturer": "x"}], "cvid": "2003"})
    body: dict[str, Any] = {"data": [{"Manufacturer": "x"}], "cvid": "2001", **first[1], **second[1]}
    edition = body.pop("edition", None)
    if edition is not None:
        with org.using() as opened:
            opened.change_settings({"edition": edition})
    request = Request("POST", "/crm/{version}/{module}/actions/mass_update", module="Products")
    user = body.pop("user", "admin")
    assert rule_of_request(org, replace(request, user=user, body=body)) == first[0]
