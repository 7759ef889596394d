"""What a mass update does when no rule prevents it, by ids and by view
(docs/contract/mass-update-and-core.md 2.1, 2.4)."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mockcrm.core.jobs import engine
from tests.support.application import ADMIN, BASE, Application, OrgApi, assert_response, error
from tests.support.for_each import for_each
from tests.support.zylker import (
    ACCOUNT,
    ALL_CLIENTS,
    ALL_DEALS,
    ALL_LEADS,
    APAC,
    CALL,
    CLIENT,
    CREATED,
    DEAL,
    EMEA,
    ENTRY,
    EVENT,
    GOOD,
    GOOD_LEADS,
    IN_STATE,
    NOW_TEXT,
    REPS_LEADS,
    TASK,
    UK,
    leaf,
    user_id,
    zylker,
)

CITY = [{"City": "New"}]
ACTIVITIES_VIEW = 520


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(zylker())


def updated(number: int, by: dict[str, str] = ADMIN) -> dict[str, Any]:
    """The item of a record that was updated."""
    details = {
        "Modified_Time": NOW_TEXT,
        "Modified_By": by,
        "Created_Time": CREATED,
        "id": str(number),
        "Created_By": ADMIN,
    }
    return {"code": "SUCCESS", "details": details, "message": "record updated", "status": "success"}


def unknown(sent: str) -> dict[str, Any]:
    return error("INVALID_DATA", "the id given seems to be invalid", {"id": sent})


def finish(org: OrgApi) -> None:
    with org.using() as opened:
        engine.run(opened)


def counts(org: OrgApi, module: str, job_id: str) -> tuple[Any, ...]:
    (item,) = org.status(module, job_id).json()["data"]
    return tuple(item[key] for key in ("Status", "Total_Count", "Updated_Count", "Failed_Count", "Not_Updated_Count"))


# -- by ids --------------------------------------------------------------------------------------------------------


@for_each("version", ["v2", "v2.1", "v3", "v4", "v5", "v6", "v7", "v8"])
def test_outcomes_are_in_the_order_of_the_ids(org: OrgApi, version: str) -> None:
    first, second, third = GOOD
    response = org.mass_update("Leads", {"data": CITY, "ids": [str(third), first, str(second)]}, version)
    assert_response(response, 200, {"data": [updated(third), updated(first), updated(second)]})
    assert [org.value(number, "City") for number in GOOD] == ["New"] * 3
    assert {org.value(number, "City") for number in IN_STATE.values()} == {"Old"}


@pytest.mark.parametrize(("version", "status"), [("v2", 200), ("v2.1", 200), ("v7", 200), ("v8", 207)])
def test_some_ids_fail_in_their_places(org: OrgApi, version: str, status: int) -> None:
    locked = org.mass_update("Leads", {"data": CITY, "ids": [IN_STATE["locked"]]}, version).json()["data"][0]
    ids = ["999", str(GOOD[0]), str(IN_STATE["locked"]), "00111", "-1", "1_1", str(GOOD[1])]
    response = org.mass_update("Leads", {"data": CITY, "ids": ids}, version)
    items = [unknown("999"), updated(GOOD[0]), locked, updated(111), unknown("-1"), unknown("1_1"), updated(GOOD[1])]
    assert_response(response, status, {"data": items}, "INVALID_RECORD_ID,RECORD_IS_LOCKED")


def test_repeated_id_has_two_outcomes(org: OrgApi) -> None:
    response = org.mass_update("Leads", {"data": CITY, "ids": ["111", 111, "999", "999"]})
    items = [updated(111), updated(111), unknown("999"), unknown("999")]
    assert_response(response, 200, {"data": items}, "INVALID_RECORD_ID")


def test_status_of_failures_alone_is_what_their_rows_have_in_common(application: Application) -> None:
    org = application.org(zylker(status_profile="article"))
    status = {"data": [{"Lead_Status": "Contacted"}]}
    blueprint, locked = IN_STATE["in_blueprint"], IN_STATE["locked"]
    assert org.mass_update("Leads", {**status, "ids": [blueprint, blueprint]}).status_code == 200
    assert org.mass_update("Leads", {**status, "ids": [blueprint, locked]}).status_code == 400
    assert org.mass_update("Leads", {**status, "ids": [locked, "999"]}).status_code == 400


@pytest.mark.parametrize("version", ["v2", "v7"])
def test_ids_win_over_a_cvid_before_v8(org: OrgApi, version: str) -> None:
    body = {"data": CITY, "ids": ["111"], "cvid": "no view at all", "territory": {"id": "1"}, "criteria": {"a": 1}}
    assert_response(org.mass_update("Leads", body, version), 200, {"data": [updated(111)]})
    assert org.jobs() == []


def test_500_ids_with_one_unknown(application: Application) -> None:
    generated = {"module": "Leads", "count": 499, "fields": {"Last_Name": "L"}}
    org = application.org({"generate": [generated]})
    ids = [str(row[0]) for row in org.rows("SELECT id FROM record ORDER BY id DESC")]
    response = org.mass_update("Leads", {"data": CITY, "ids": [*ids[:200], "1", *ids[200:]]})
    items = response.json()["data"]
    assert [item["details"]["id"] for item in items] == [*ids[:200], "1", *ids[200:]]
    assert [item["code"] for item in items] == ["SUCCESS"] * 200 + ["INVALID_DATA"] + ["SUCCESS"] * 299
    assert org.rows("SELECT count(*) FROM record WHERE fields ->> 'City' = 'New'") == [(499,)]


def test_an_update_is_its_users_at_the_orgs_time(org: OrgApi) -> None:
    rep = {"name": "Rep", "id": user_id("rep")}
    response = org.entry_of(ENTRY["rep"]).mass_update("Leads", {"data": CITY, "ids": ["111"]})
    assert_response(response, 200, {"data": [updated(111, rep)]})
    assert org.rows("SELECT modified_by, modified_time, owner_id FROM record WHERE id = 111") == [
        (int(rep["id"]), 1_700_000_000, BASE + 150013)
    ]


def test_three_fields_of_a_deal_at_once(org: OrgApi) -> None:
    values = {"Amount": 12.5, "Closing_Date": "2024-02-29", "Probability": "80"}
    assert org.mass_update("Deals", {"data": [values], "ids": [DEAL]}).status_code == 200
    document = org.document(DEAL)
    assert {name: document[name] for name in values} == {**values, "Probability": 80}


@for_each(
    ("field", "value"),
    [
        ("City", None),
        ("City", 'quote " and \\ and \u2028 and 😀'),
        ("Email_Opt_Out", True),
        ("No_of_Employees", 0),
        ("Languages", []),
        ("Languages", None),
    ],
)
@for_each("ids", [["111"], ["111", "112"]])
def test_values_are_stored_as_they_were_sent(org: OrgApi, field: str, value: object, ids: list[str]) -> None:
    assert org.mass_update("Leads", {"data": [{field: value}], "ids": ids}).status_code == 200
    assert [org.value(int(number), field) for number in ids] == [value] * len(ids)
    shown = org.get("/crm/v2/Leads/111").json()["data"][0][field]
    assert (shown, type(shown)) == (value, type(value))


def test_an_empty_text_empties_the_field(org: OrgApi) -> None:
    assert org.mass_update("Leads", {"data": [{"City": ""}], "ids": ["111"]}).status_code == 200
    assert org.value(111, "City") is None
    assert org.get("/crm/v2/Leads/111").json()["data"][0]["City"] is None


def test_numbers_keep_their_digits_and_booleans_their_type(org: OrgApi) -> None:
    org.mass_update("Deals", {"data": [{"Amount": 0.1}], "ids": [DEAL]})
    assert b'"Amount":0.1,' in org.get(f"/crm/v2/Deals/{DEAL}").content
    org.mass_update("Deals", {"data": [{"Amount": 1234567890123456}], "ids": [DEAL]})
    assert b'"Amount":1234567890123456,' in org.get(f"/crm/v2/Deals/{DEAL}").content


def test_last_of_a_repeated_key_counts(org: OrgApi) -> None:
    body = b'{"data":[{"City":"A"}],"data":[{"City":"B","City":"C"}],"ids":["111"]}'
    assert org.send("POST", "/crm/v2/Leads/actions/mass_update", body).status_code == 200
    assert org.value(111, "City") == "C"


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/json"])
def test_body_is_json_with_any_content_type(org: OrgApi, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    body = orjson.dumps({"data": CITY, "ids": ["111"]})
    response = org.send("POST", "/crm/v2/Leads/actions/mass_update?", body, headers=headers)
    assert_response(response, 200, {"data": [updated(111)]})


# -- by view -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["v2", "v7", "v8"])
def test_view_becomes_a_job(org: OrgApi, version: str) -> None:
    response = org.mass_update("Leads", {"data": CITY, "cvid": str(ALL_LEADS)}, version)
    (job,) = org.jobs()
    details = {"job_id": str(job.id)}
    message = "mass update scheduled successfully"
    item = {"code": "SUCCESS", "details": details, "message": message, "status": "success"}
    assert_response(response, 200, {"data": [item]})
    waiting = {
        "Status": "SCHEDULED",
        "Failed_Count": 0,
        "Updated_Count": 0,
        "Not_Updated_Count": 11,
        "Total_Count": 11,
    }
    assert_response(org.status("Leads", str(job.id), version), 200, {"data": [waiting]})
    finish(org)
    done = {
        "Status": "COMPLETED",
        "Failed_Count": 7,
        "Updated_Count": 4,
        "Not_Updated_Count": 0,
        "Total_Count": 11,
    }
    assert_response(org.status("Leads", str(job.id), version), 200, {"data": [done]})
    assert org.failures(str(job.id)) == {
        IN_STATE["stop_processing"]: "CANNOT_PROCESS",
        IN_STATE["approval_pending"]: "RECORD_NOT_APPROVED",
        IN_STATE["in_merge"]: "RECORD_IN_MERGE",
        IN_STATE["image_pending"]: "IMAGE_PENDING",
        IN_STATE["image_rejected"]: "IMAGE_REJECTED",
        IN_STATE["locked"]: "RECORD_IS_LOCKED",
        IN_STATE["no_access"]: "CANNOT_PERFORM_ACTION",
    }
    assert [org.value(number, "City") for number in (*GOOD, IN_STATE["in_blueprint"])] == ["New"] * 4
    assert org.value(IN_STATE["converted"], "City") == "Old"


def test_converted_leads_are_included_when_the_criteria_name_them(org: OrgApi) -> None:
    converted = str(BASE + 87503)
    job = org.schedule("Leads", {"data": CITY, "cvid": converted})
    finish(org)
    assert counts(org, "Leads", job) == ("COMPLETED", 1, 0, 1, 0)
    assert org.failures(job) == {IN_STATE["converted"]: "CONVERTED_RECORD"}


def test_view_is_taken_as_it_was_when_the_job_was_scheduled(org: OrgApi) -> None:
    job = org.schedule("Leads", {"data": CITY, "cvid": GOOD_LEADS})
    org.mass_update("Leads", {"data": [{"Designation": "bad"}], "ids": ["111"]})
    org.mass_update("Leads", {"data": [{"Designation": "good"}], "ids": [IN_STATE["in_blueprint"]]})
    finish(org)
    assert counts(org, "Leads", job) == ("COMPLETED", 3, 3, 0, 0)
    assert org.value(111, "City") == "New"


def test_job_belongs_to_the_user_who_scheduled_it_and_runs_at_the_orgs_time(org: OrgApi) -> None:
    org.entry_of(ENTRY["rep"]).schedule("Leads", {"data": CITY, "cvid": REPS_LEADS})
    with org.using() as opened:
        opened.set_clock(opened.clock.advance(60))
    finish(org)
    rows = org.rows("SELECT modified_by, modified_time FROM record WHERE id = 111")
    assert rows == [(int(user_id("rep")), 1_700_000_060)]


def test_view_is_busy_until_its_job_is_done_and_other_views_are_not(org: OrgApi) -> None:
    org.schedule("Leads", {"data": CITY, "cvid": ALL_LEADS})
    org.schedule("Leads", {"data": CITY, "cvid": GOOD_LEADS})
    busy = org.mass_update("Leads", {"data": CITY, "cvid": ALL_LEADS, "territory": {"id": APAC}})
    assert busy.json()["data"][0]["code"] == "ALREADY_SCHEDULED"
    with org.using() as opened:
        engine.step(opened, records=1)
    assert org.mass_update("Leads", {"data": CITY, "cvid": ALL_LEADS}).json()["data"][0]["code"] == "ALREADY_SCHEDULED"
    (item,) = org.mass_update("Leads", {"data": CITY, "cvid": ALL_LEADS}, "v7").json()["data"]
    assert item["details"] == {"api_name": "cvid", "json_path": "$.cvid"}
    item = org.mass_update("Leads", {"data": CITY, "cvid": ALL_LEADS}, "v8").json()
    assert (item["code"], item["details"]) == ("ALREADY_SCHEDULED", {"api_name": "cvid"})
    finish(org)
    org.schedule("Leads", {"data": CITY, "cvid": ALL_LEADS})


@for_each(
    ("territory", "expected"),
    [
        ({"id": str(EMEA)}, {111}),
        ({"id": EMEA, "include_child": False}, {111}),
        ({"id": EMEA, "include_child": True}, {111, 112}),
        ({"id": UK, "include_child": True}, {112}),
        ({"id": APAC}, {113, 112}),
        (None, {111, 112, 113}),
    ],
)
def test_territory_cuts_a_view(application: Application, territory: Any, expected: set[int]) -> None:
    fixture = zylker()
    for lead, names in zip(fixture["records"]["Leads"], (["EMEA"], ["UK", "APAC"], ["APAC"]), strict=False):
        lead["territories"] = names
    org = application.org(fixture)
    job = org.schedule("Leads", {"data": CITY, "cvid": GOOD_LEADS, "territory": territory})
    finish(org)
    assert counts(org, "Leads", job) == ("COMPLETED", len(expected), len(expected), 0, 0)
    assert {number for number in GOOD if org.value(number, "City") == "New"} == expected


def test_territory_without_records_is_row_15(org: OrgApi) -> None:
    response = org.mass_update("Leads", {"data": CITY, "cvid": ALL_LEADS, "territory": {"id": EMEA}})
    assert response.json()["data"][0]["code"] == "NO_RECORDS_FOUND"


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (leaf("Last_Name", "lead 112"), {112}),
        (leaf("Last_Name", "Lead 112", "not_equal"), {111, 113}),
        ({"group_operator": "or", "group": [leaf("Last_Name", "Lead 111"), leaf("Last_Name", "Lead 113")]}, {111, 113}),
        (
            {
                "comparator": "equal",
                "field": {"api_name": "Last_Name", "id": "1"},
                "type": "value",
                "value": "Lead 111",
            },
            {111},
        ),
        ([leaf("Last_Name", "lead 112")], {112}),
        ([leaf("Last_Name", "Lead 112", "not_equal"), leaf("Last_Name", "Lead 113", "not_equal")], {111}),
        (
            [
                {"group_operator": "OR", "group": [leaf("Last_Name", "Lead 111"), leaf("Last_Name", "Lead 112")]},
                {"group_operator": "and", "group": [leaf("Last_Name", "Lead 111", "not_equal")]},
            ],
            {112},
        ),
        ([], set(GOOD)),
    ],
)
def test_criteria_key_filters_the_view_further(org: OrgApi, criteria: Any, expected: set[int]) -> None:
    org.schedule("Leads", {"data": CITY, "cvid": GOOD_LEADS, "criteria": criteria})
    finish(org)
    assert {number for number in GOOD if org.value(number, "City") == "New"} == expected
    assert org.value(IN_STATE["in_blueprint"], "City") == "Old"


def test_shared_view_is_for_its_users(org: OrgApi) -> None:
    org.entry_of(ENTRY["rep"]).schedule("Leads", {"data": CITY, "cvid": REPS_LEADS})
    refused = org.entry_of(ENTRY["narrow"]).mass_update("Leads", {"data": CITY, "cvid": REPS_LEADS})
    assert refused.json()["data"][0]["code"] == "NO_PERMISSION"


# -- multi-selects -------------------------------------------------------------------------------------------------

LANGUAGES = [
    (None, ["A"], None, ["A"]),
    ([], ["A", "B"], None, ["A", "B"]),
    (["B", "A"], ["C", "A"], None, ["B", "A", "C"]),
    (["B", "A"], ["C", "A"], False, ["B", "A", "C"]),
    (["B", "A"], ["C", "A", "C"], True, ["C", "A"]),
    (["B"], ["b", "B "], False, ["B", "b", "B "]),
    (["B"], [], False, ["B"]),
    (["B"], [], True, []),
    (["B"], None, False, None),
    (["B"], None, True, None),
    (["1", "true"], ["1", "null"], False, ["1", "true", "null"]),
]


@for_each(("there", "sent", "over_write", "expected"), LANGUAGES)
@for_each("way", ["one id", "two ids", "view"])
def test_multi_select_is_added_to_unless_over_write_replaces_it(
    application: Application, way: str, there: Any, sent: Any, over_write: bool | None, expected: Any
) -> None:
    fields = {"Deal_Name": "D", "Languages": there}
    fixture = zylker()
    fixture["records"]["Deals"] = [{"id": str(DEAL), "fields": fields}, {"id": str(DEAL + 1), "fields": fields}]
    org = application.org(fixture)
    body: dict[str, Any] = {"data": [{"Languages": sent, "Next_Step": "x"}]}
    if over_write is not None:
        body["over_write"] = over_write
    if way == "view":
        org.schedule("Deals", {**body, "cvid": ALL_DEALS})
        finish(org)
    else:
        ids = [str(DEAL)] if way == "one id" else [str(DEAL), str(DEAL + 1)]
        assert org.mass_update("Deals", {**body, "ids": ids}).status_code == 200
    assert org.value(DEAL, "Languages") == expected
    assert org.value(DEAL, "Next_Step") == "x"


def test_over_write_means_nothing_to_other_types(org: OrgApi) -> None:
    for over_write in (True, False):
        body = {"data": [{"City": f"{over_write}"}], "ids": ["111"], "over_write": over_write}
        assert org.mass_update("Leads", body).status_code == 200
        assert org.value(111, "City") == f"{over_write}"


# -- Activities, custom modules, scopes ----------------------------------------------------------------------------


def test_activities_are_tasks_events_and_calls(org: OrgApi) -> None:
    ids = [str(TASK), str(EVENT), str(CALL), str(GOOD[0])]
    items = org.mass_update("Activities", {"data": [{"Subject": "New"}], "ids": ids}).json()["data"]
    not_allowed = error("INVALID_DATA", "This field cannot be updated in the Mass Update", {"id": str(EVENT)})
    assert items == [updated(TASK), not_allowed, updated(CALL), unknown(str(GOOD[0]))]
    assert [org.value(TASK, "Subject"), org.value(CALL, "Subject")] == ["New", "New"]
    assert org.value(EVENT, "Event_Title") == "E"


def test_activities_by_view(application: Application) -> None:
    fixture = zylker()
    fixture["custom_views"].append({"id": ACTIVITIES_VIEW, "module": "Activities", "name": "All of them"})
    fixture["records"]["Tasks"].append({"id": "260", "fields": {"Subject": "T"}, "state": ["locked"]})
    org = application.org(fixture)
    job = org.schedule("Activities", {"data": [{"Subject": "New"}], "cvid": ACTIVITIES_VIEW})
    finish(org)
    assert counts(org, "Activities", job) == ("COMPLETED", 4, 2, 2, 0)
    assert org.failures(job) == {EVENT: "FIELD_NOT_IN_RECORD_MODULE", 260: "RECORD_IS_LOCKED"}


@pytest.mark.parametrize("way", ["ids", "view"])
def test_field_that_only_activities_have_fits_no_record(application: Application, way: str) -> None:
    fixture = zylker()
    fixture["modules"]["Activities"] = {"fields": [{"api_name": "Mood", "data_type": "text"}]}
    fixture["modules"]["Tasks"] = {"fields": [{"api_name": "Status", "mass_update": False}]}
    fixture["custom_views"].append({"id": ACTIVITIES_VIEW, "module": "Activities", "name": "All of them"})
    org = application.org(fixture)
    for field in ("Mood", "Status"):
        if way == "ids":
            response = org.mass_update("Activities", {"data": [{field: "x"}], "ids": [TASK, EVENT, CALL]})
            assert response.headers["x-mockcrm-rule"] == "FIELD_NOT_IN_RECORD_MODULE"
        else:
            job = org.schedule("Activities", {"data": [{field: "x"}], "cvid": ACTIVITIES_VIEW})
            finish(org)
            assert counts(org, "Activities", job) == ("COMPLETED", 3, 0, 3, 0)
            assert set(org.failures(job).values()) == {"FIELD_NOT_IN_RECORD_MODULE"}
        assert org.value(TASK, "Status") is None


@pytest.mark.parametrize("version", ["v3", "v7", "v8"])
def test_activities_are_gone_from_v3(org: OrgApi, version: str) -> None:
    response = org.mass_update("Activities", {"data": [{"Subject": "New"}], "ids": [TASK]}, version)
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_MODULE")


@for_each("module", ["Tasks", "Events", "Calls", "Cases"])
@for_each("version", ["v2", "v2.1", "v7", "v8"])
def test_modules_that_only_v8_mass_updates(org: OrgApi, module: str, version: str) -> None:
    response = org.mass_update(module, {"data": [{"Nonsense": "New"}], "ids": [TASK]}, version)
    expected = "FIELD_NOT_ALLOWED" if version == "v8" else "INVALID_MODULE"
    assert response.headers["x-mockcrm-rule"] == expected


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ("ZohoCRM.mass_update.custom.UPDATE", True),
        ("ZohoCRM.mass_update.Clients.UPDATE", True),
        ("ZohoCRM.mass_update.clients.ALL", True),
        ("ZohoCRM.mass_update.leads.ALL", False),
        ("ZohoCRM.modules.custom.ALL", False),
    ],
)
def test_scopes_of_custom_modules(application: Application, scope: str, covered: bool) -> None:
    fixture = zylker()
    fixture["clients"] = [{"tokens": [{"user": "rep@x.example", "scopes": [scope]}]}]
    org = application.org(fixture).entry_of(1)
    response = org.mass_update("Clients", {"data": [{"Tier": "A"}], "ids": [CLIENT]})
    assert response.status_code == (200 if covered else 401)


def test_custom_module_by_view(org: OrgApi) -> None:
    job = org.schedule("Clients", {"data": [{"Tier": "Z"}], "cvid": ALL_CLIENTS})
    finish(org)
    assert counts(org, "Clients", job) == ("COMPLETED", 1, 1, 0, 0)
    assert org.value(CLIENT, "Tier") == "Z"


def test_strict_picklists_are_a_setting(application: Application) -> None:
    org = application.org(zylker(strict_picklists=True))
    response = org.mass_update("Clients", {"data": [{"Tier": "Z"}], "ids": [CLIENT]})
    assert response.json()["data"][0]["details"] == {"expected_data_type": "text", "api_name": "Tier"}
    assert org.mass_update("Clients", {"data": [{"Tier": "A"}], "ids": [CLIENT]}).status_code == 200


def test_module_without_a_territory_takes_no_harm_from_ids_with_one(org: OrgApi) -> None:
    body = {"data": [{"Account_Site": "x"}], "ids": [ACCOUNT], "territory": {"id": EMEA}}
    assert_response(org.mass_update("Accounts", body), 200, {"data": [updated(ACCOUNT)]})
