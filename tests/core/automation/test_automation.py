"""Automation: what updates by ids and jobs trigger, in which order, and what the control API shows of it."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from mockcrm.core.automation import engine as automation
from mockcrm.core.catalog.states import RecordState
from tests.support.application import NOW, Application, OrgApi, assert_response

NOW_TEXT = "2023-11-14T22:13:20+00:00"
VIEW = "2001"


def when(field: str, value: Any) -> dict[str, Any]:
    return {"comparator": "equal", "field": field, "value": value}


def made(application: Application, module: dict[str, Any], **more: Any) -> OrgApi:
    """An org with two Leads, 1001 and 1002, and the automation of `module`."""
    leads = [{"id": number, "fields": {"Last_Name": "Boyle", "City": "Old"}} for number in ("1001", "1002")]
    return application.org(
        {
            "modules": {"Leads": module},
            "custom_views": [{"id": VIEW, "module": "Leads", "name": "Every Lead"}],
            "records": {"Leads": leads},
            **more,
        }
    )


def listed(org: OrgApi) -> list[dict[str, Any]]:
    response = org.application.send("GET", f"/_mockcrm/orgs/{org.name}/automation")
    assert response.status_code == 200
    content = response.json()
    assert set(content) == {"automation"}
    found: list[dict[str, Any]] = content["automation"]
    return found


def event(kind: str, name: str, record: int, **more: Any) -> dict[str, Any]:
    return {
        "time": NOW_TEXT,
        "kind": kind,
        "name": name,
        "module": "Leads",
        "record_id": str(record),
        "job_id": None,
        "changes": {},
        "webhook": None,
        **more,
    }


def update(org: OrgApi, values: dict[str, Any], *ids: int) -> Any:
    response = org.mass_update("Leads", {"data": [values], "ids": [str(number) for number in ids]})
    assert response.status_code == 200, response.text
    return response


def state(org: OrgApi, number: int) -> list[str]:
    ((value,),) = org.rows("SELECT state FROM record WHERE id = ?", number)
    return RecordState(value).names


# -- workflows ---------------------------------------------------------------------------------------------------


def test_workflow_sets_fields_of_the_records_that_match(application: Application) -> None:
    org = made(
        application, {"workflows": [{"name": "tag", "when": when("City", "New"), "set": {"Lead_Status": "Contacted"}}]}
    )
    update(org, {"City": "Other"}, 1001)
    assert listed(org) == []
    update(org, {"City": "New"}, 1002)
    assert (org.value(1002, "City"), org.value(1002, "Lead_Status")) == ("New", "Contacted")
    assert org.value(1001, "Lead_Status") is None
    assert listed(org) == [event("workflow", "tag", 1002, changes={"Lead_Status": "Contacted"})]


def test_workflow_without_a_condition_takes_every_updated_record_and_no_failed_one(application: Application) -> None:
    org = made(application, {"workflows": [{"name": "all", "set": {"Designation": "CEO"}}]})
    org.set_state(1001, "locked")
    update(org, {"City": "New"}, 1001, 999, 1002)
    assert listed(org) == [event("workflow", "all", 1002, changes={"Designation": "CEO"})]
    assert org.value(1001, "Designation") is None


def test_record_named_twice_fires_once(application: Application) -> None:
    org = made(application, {"workflows": [{"name": "all"}]})
    update(org, {"City": "New"}, 1001, 1001)
    assert listed(org) == [event("workflow", "all", 1001)]


def test_refused_request_fires_nothing(application: Application) -> None:
    org = made(application, {"workflows": [{"name": "all"}]})
    for body in ({"data": [{"Email": "x"}], "ids": ["1001"]}, {"data": [{"City": "x"}], "ids": ["999"]}):
        assert org.mass_update("Leads", body).status_code == 400
    assert listed(org) == []


def test_every_workflow_sees_the_record_as_the_update_left_it(application: Application) -> None:
    org = made(
        application,
        {
            "workflows": [
                {"name": "first", "when": when("City", "New"), "set": {"State": "Changed"}},
                {"name": "chained", "when": when("State", "Changed"), "set": {"Country": "Never"}},
                {"name": "third", "when": when("City", "New"), "set": {"Country": "India"}},
            ]
        },
    )
    update(org, {"City": "New"}, 1001)
    assert [item["name"] for item in listed(org)] == ["first", "third"]
    assert (org.value(1001, "State"), org.value(1001, "Country")) == ("Changed", "India")


def test_field_update_is_made_by_the_user_of_the_update(application: Application) -> None:
    org = made(
        application,
        {"workflows": [{"name": "all", "set": {"State": "x"}}]},
        users=[{"id": "4001", "email": "rep@x.example"}],
        clients=[{"tokens": [{"user": "rep@x.example"}]}],
    )
    update(org.entry_of(1), {"City": "New"}, 1001)
    assert org.rows("SELECT modified_by, modified_time FROM record WHERE id = 1001") == [(4001, NOW)]


def test_field_update_commits_with_its_record_or_not_at_all(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    org = made(application, {"workflows": [{"name": "all", "set": {"State": "x"}}]})
    before = org.dump()

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(automation.events, "insert_events", broken)
    response = org.mass_update("Leads", {"data": [{"City": "New"}], "ids": ["1001"]})
    item = {"code": "INTERNAL_ERROR", "details": {}, "message": "Internal Server Error", "status": "error"}
    assert_response(response, 500, item, "INTERNAL_ERROR")
    assert org.dump() == before


# -- approval and blueprint --------------------------------------------------------------------------------------


def test_matching_record_is_put_into_approval(application: Application) -> None:
    org = made(application, {"approval": {"enter_when": when("City", "New")}})
    update(org, {"City": "New"}, 1001)
    update(org, {"City": "Other"}, 1002)
    assert (state(org, 1001), state(org, 1002)) == (["approval_pending"], [])
    assert listed(org) == [event("approval", "Leads", 1001)]
    response = org.mass_update("Leads", {"data": [{"City": "Again"}], "ids": ["1001"]})
    assert response.headers["x-mockcrm-rule"] == "RECORD_NOT_APPROVED"


def test_matching_record_enters_the_blueprint(application: Application) -> None:
    org = made(application, {"blueprint": {"field": "Lead_Status", "enter_when": when("Lead_Status", "Contacted")}})
    update(org, {"Lead_Status": "Contacted"}, 1001)
    assert state(org, 1001) == ["in_blueprint"]
    assert listed(org) == [event("blueprint", "Lead_Status", 1001)]
    response = org.mass_update("Leads", {"data": [{"Lead_Status": "Junk Lead"}], "ids": ["1001"]})
    assert response.headers["x-mockcrm-rule"] == "RECORD_IN_BLUEPRINT"
    update(org, {"City": "Free"}, 1001)
    assert len(listed(org)) == 1, "a record that is in the blueprint does not enter it again"


def test_rules_without_a_condition_match_no_record(application: Application) -> None:
    org = made(application, {"blueprint": {"field": "Lead_Status"}, "approval": {}})
    update(org, {"City": "New"}, 1001)
    assert (state(org, 1001), listed(org)) == ([], [])


def test_approval_and_blueprint_look_after_the_workflows(application: Application) -> None:
    org = made(
        application,
        {
            "workflows": [{"name": "set", "when": when("City", "New"), "set": {"Lead_Status": "Contacted"}}],
            "approval": {"enter_when": when("Lead_Status", "Contacted")},
            "blueprint": {"field": "Lead_Status", "enter_when": when("Lead_Status", "Contacted")},
        },
    )
    update(org, {"City": "New"}, 1001)
    assert sorted(state(org, 1001)) == ["approval_pending", "in_blueprint"]
    assert listed(org) == [
        event("workflow", "set", 1001, changes={"Lead_Status": "Contacted"}),
        event("approval", "Leads", 1001),
        event("blueprint", "Lead_Status", 1001),
    ]


# -- modules -----------------------------------------------------------------------------------------------------


def test_only_the_module_of_the_record_counts(application: Application) -> None:
    org = application.org(
        {
            "modules": {
                "Tasks": {"workflows": [{"name": "of tasks", "set": {"Subject": "Set"}}]},
                "Leads": {"workflows": [{"name": "of leads"}]},
            },
            "records": {
                "Tasks": [{"id": "1001", "fields": {"Subject": "a"}}],
                "Contacts": [{"id": "1002", "fields": {"Last_Name": "b"}}],
            },
        }
    )
    assert org.mass_update("Contacts", {"data": [{"Department": "x"}], "ids": ["1002"]}).status_code == 200
    assert listed(org) == []
    assert org.mass_update("Activities", {"data": [{"Priority": "High"}], "ids": ["1001"]}).status_code == 200
    assert listed(org) == [event("workflow", "of tasks", 1001, module="Tasks", changes={"Subject": "Set"})]


# -- jobs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("records", "fires"), [(1, True), (999, True), (1000, False), (1001, False)])
def test_job_fires_below_a_thousand_records(application: Application, records: int, fires: bool) -> None:
    org = application.org(
        {
            "modules": {
                "Leads": {
                    "workflows": [{"name": "all", "set": {"State": "x"}}],
                    "approval": {"enter_when": when("City", "New")},
                }
            },
            "custom_views": [{"id": VIEW, "module": "Leads", "name": "Every Lead"}],
            "generate": [{"module": "Leads", "count": records, "fields": {"Last_Name": "Lead {n}"}}],
        }
    )
    job = org.schedule("Leads", {"data": [{"City": "New"}], "cvid": VIEW})
    assert application.send("POST", f"/_mockcrm/orgs/{org.name}/jobs/run").status_code == 200
    assert org.status("Leads", job).json()["data"][0]["Updated_Count"] == records
    fired = listed(org)
    assert len(fired) == (2 * records if fires else 0)
    assert {item["job_id"] for item in fired} == ({job} if fires else set())
    pending = int(RecordState.APPROVAL_PENDING)
    ((count,),) = org.rows(
        "SELECT count(*) FROM record WHERE json_extract(fields, '$.State') = 'x' AND state = ?", pending
    )
    assert count == (records if fires else 0)


def test_job_counts_its_own_records_not_those_of_a_step(application: Application) -> None:
    org = application.org(
        {
            "modules": {"Leads": {"workflows": [{"name": "all"}]}},
            "custom_views": [{"id": VIEW, "module": "Leads", "name": "Every Lead"}],
            "generate": [{"module": "Leads", "count": 1000, "fields": {"Last_Name": "Lead {n}"}}],
        }
    )
    job = org.schedule("Leads", {"data": [{"City": "New"}], "cvid": VIEW})
    application.send("POST", f"/_mockcrm/orgs/{org.name}/jobs/{job}/step", json={"records": 10})
    assert listed(org) == []


def test_job_fires_for_what_it_updated_step_by_step_and_before_it_fails(application: Application) -> None:
    org = made(application, {"workflows": [{"name": "all"}]})
    org.set_state(1001, "locked")
    job = org.schedule("Leads", {"data": [{"City": "New"}], "cvid": VIEW})
    application.send("POST", f"/_mockcrm/orgs/{org.name}/jobs/{job}/step", json={"records": 1})
    assert listed(org) == []
    application.send("POST", f"/_mockcrm/orgs/{org.name}/jobs/{job}/fail", json={"after": 2})
    assert listed(org) == [event("workflow", "all", 1002, job_id=job)]


def test_job_that_fails_at_once_fires_nothing(application: Application) -> None:
    org = made(application, {"workflows": [{"name": "all"}]})
    job = org.schedule("Leads", {"data": [{"City": "New"}], "cvid": VIEW})
    application.send("POST", f"/_mockcrm/orgs/{org.name}/jobs/{job}/fail")
    assert listed(org) == []


# -- the list ----------------------------------------------------------------------------------------------------


def test_list_is_forgotten_on_request(application: Application) -> None:
    org = made(application, {"workflows": [{"name": "all", "set": {"State": "x"}}]})
    update(org, {"City": "New"}, 1001, 1002)
    path = f"/_mockcrm/orgs/{org.name}/automation"
    assert application.send("DELETE", path).json() == {"deleted": 2}
    assert listed(org) == []
    assert org.value(1001, "State") == "x"
    assert application.send("DELETE", path).json() == {"deleted": 0}


def test_list_is_empty_after_a_reset(application: Application) -> None:
    org = made(application, {"workflows": [{"name": "all"}]})
    update(org, {"City": "New"}, 1001)
    application.send("POST", f"/_mockcrm/orgs/{org.name}/reset")
    assert listed(org) == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_list_of_an_org_that_does_not_exist(application: Application, method: str) -> None:
    response = application.send(method, "/_mockcrm/orgs/nobody/automation")
    assert response.status_code == 404
    assert response.json()["error"]["where"] == "path.org"
