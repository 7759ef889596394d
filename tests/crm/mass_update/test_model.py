"""Mass update against a plain model of the documented rules: random orgs, by ids and by view, the same outcomes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockcrm.core.catalog.states import STATE_NAMES
from mockcrm.core.jobs import engine
from tests.support.application import Application, OrgApi

VIEW = 501
EMEA, UK, APAC = 601, 602, 603
SUBTREE = {EMEA: {EMEA, UK}, UK: {UK}, APAC: {APAC}}
RULES = {
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
"""The states in the order in which they are checked."""
_NAMES = itertools.count()
few = settings(
    max_examples=settings.default.max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""Each example has an org of its own."""


@dataclass
class Model:
    """A Lead as a plain object."""

    number: int
    states: list[str]
    territories: list[int]
    fields: dict[str, Any]

    def fault(self, field: str) -> str | None:
        """The name of the first rule that the update breaks."""
        for state, rule in RULES.items():
            if state in self.states and (state != "in_blueprint" or field == "Lead_Status"):
                return rule
        return None

    def change(self, field: str, value: Any, over_write: bool) -> None:
        """Return the record after the update."""
        if field == "Languages" and not over_write and value is not None:
            value = list(dict.fromkeys([*(self.fields[field] or []), *value]))
        elif field == "Languages" and value is not None:
            value = list(dict.fromkeys(value))
        self.fields[field] = None if value == "" else value


LANGUAGES = st.none() | st.lists(st.sampled_from("ABCD"), max_size=4)
STORED_LANGUAGES = st.none() | st.lists(st.sampled_from("ABCD"), max_size=3, unique=True)
LEADS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(list(RULES)), max_size=2, unique=True) | st.just([]),
        st.lists(st.sampled_from([EMEA, UK, APAC]), max_size=2, unique=True),
        st.fixed_dictionaries(
            {
                "City": st.sampled_from([None, "Köln", "köln", "Chennai"]),
                "Lead_Status": st.sampled_from([None, "Contacted"]),
                "Languages": STORED_LANGUAGES,
                "No_of_Employees": st.sampled_from([None, 0, 5, 50]),
            }
        ),
    ),
    min_size=1,
    max_size=8,
)
CHANGES = st.one_of(
    st.tuples(st.just("City"), st.sampled_from([None, "", "Neu", 'q"\\'])),
    st.tuples(st.just("Lead_Status"), st.sampled_from([None, "Junk Lead"])),
    st.tuples(st.just("Languages"), LANGUAGES),
    st.tuples(st.just("No_of_Employees"), st.sampled_from([None, 7, -1])),
)
CRITERIA = st.sampled_from(
    [
        None,
        ("City", "equal", "KÖLN", lambda value: (value or "").lower() == "köln"),
        ("City", "not_equal", "Chennai", lambda value: value != "Chennai"),
        ("No_of_Employees", "greater_equal", 5, lambda value: value is not None and value >= 5),
        ("Lead_Status", "in", ["Contacted", "x"], lambda value: value == "Contacted"),
    ]
)


def made(application: Application, leads: list[Any], criteria: Any) -> tuple[OrgApi, dict[int, Model]]:
    """An org and its model."""
    view: dict[str, Any] = {"id": VIEW, "module": "Leads", "name": "View"}
    if criteria is not None:
        view["criteria"] = {"field": criteria[0], "comparator": criteria[1], "value": criteria[2]}
    models = {
        number: Model(number, states, territories, dict(fields))
        for number, (states, territories, fields) in enumerate(leads, 101)
    }
    org = application.org(
        {
            "modules": {
                "Leads": {
                    "fields": [{"api_name": "Languages", "data_type": "multiselectpicklist"}],
                    "blueprint": {"field": "Lead_Status"},
                }
            },
            "custom_views": [view],
            "territories": [
                {"id": EMEA, "name": "EMEA"},
                {"id": UK, "name": "UK", "parent": "EMEA"},
                {"id": APAC, "name": "APAC"},
            ],
            "records": {
                "Leads": [
                    {
                        "id": str(model.number),
                        "state": model.states,
                        "territories": model.territories,
                        "fields": {"Last_Name": f"L {model.number}", **model.fields},
                    }
                    for model in models.values()
                ]
            },
        },
        name=f"model{next(_NAMES)}",
    )
    return org, models


def assert_same_records(org: OrgApi, models: dict[int, Model]) -> None:
    for model in models.values():
        document = org.document(model.number)
        assert {name: document[name] for name in model.fields} == model.fields
        assert document["Last_Name"] == f"L {model.number}"


@few
@given(
    leads=LEADS,
    change=CHANGES,
    over_write=st.booleans(),
    picks=st.lists(st.integers(-3, 9), min_size=1, max_size=30),
    as_numbers=st.booleans(),
)
def test_by_ids(
    application: Application, leads: Any, change: Any, over_write: bool, picks: list[int], as_numbers: bool
) -> None:
    org, models = made(application, leads, None)
    try:
        field, value = change
        ids = [101 + pick for pick in picks]
        sent = ids if as_numbers else [str(number) for number in ids]
        response = org.mass_update("Leads", {"data": [{field: value}], "ids": sent, "over_write": over_write})
        expected = []
        for number in ids:
            model = models.get(number)
            expected.append("INVALID_RECORD_ID" if model is None else model.fault(field))
        for number in set(ids) & models.keys():
            if models[number].fault(field) is None:
                models[number].change(field, value, over_write)
        items = response.json()["data"]
        assert [item["details"]["id"] for item in items] == [str(number) for number in ids]
        assert [item["status"] for item in items] == ["success" if rule is None else "error" for rule in expected]
        rules = dict.fromkeys(rule for rule in expected if rule is not None)
        assert response.headers.get("x-mockcrm-rule", "") == ",".join(rules)
        assert response.status_code == (400 if all(expected) else 200)
        assert_same_records(org, models)
    finally:
        application.registry.delete(org.name)


@few
@given(
    leads=LEADS,
    change=CHANGES,
    over_write=st.booleans(),
    criteria=CRITERIA,
    territory=st.none() | st.tuples(st.sampled_from([EMEA, UK, APAC]), st.booleans()),
    steps=st.lists(st.integers(0, 3), max_size=4),
)
def test_by_view(
    application: Application, leads: Any, change: Any, over_write: bool, criteria: Any, territory: Any, steps: Any
) -> None:
    org, models = made(application, leads, criteria)
    try:
        field, value = change
        body: dict[str, Any] = {"data": [{field: value}], "cvid": VIEW, "over_write": over_write}
        allowed = None
        if territory is not None:
            body["territory"] = {"id": str(territory[0]), "include_child": territory[1]}
            allowed = SUBTREE[territory[0]] if territory[1] else {territory[0]}
        taken = [
            model
            for model in models.values()
            if "converted" not in model.states
            and (criteria is None or criteria[3](model.fields[criteria[0]]))
            and (allowed is None or allowed & set(model.territories))
        ]
        response = org.mass_update("Leads", body)
        if not taken:
            assert response.json()["data"][0]["code"] == "NO_RECORDS_FOUND"
            assert_same_records(org, models)
            return
        job_id = response.json()["data"][0]["details"]["job_id"]
        faults = {model.number: model.fault(field) for model in taken}
        with org.using() as opened:
            done = 0
            for records in steps:
                moved = engine.step(opened, int(job_id), records)
                done = min(done + records, len(taken))
                assert moved is not None
                assert (moved.total, moved.updated + moved.failed) == (len(taken), done)
                assert moved.status == ("COMPLETED" if done == len(taken) else "RUNNING")
            engine.run(opened)
        for model in taken:
            if faults[model.number] is None:
                model.change(field, value, over_write)
        failed = {number: rule for number, rule in faults.items() if rule is not None}
        status = org.status("Leads", job_id).json()["data"][0]
        assert status == {
            "Status": "COMPLETED",
            "Failed_Count": len(failed),
            "Updated_Count": len(taken) - len(failed),
            "Not_Updated_Count": 0,
            "Total_Count": len(taken),
        }
        assert org.failures(job_id) == failed
        assert_same_records(org, models)
    finally:
        application.registry.delete(org.name)


@few
@given(leads=LEADS, change=CHANGES, over_write=st.booleans())
def test_by_ids_and_by_view_are_the_same(application: Application, leads: Any, change: Any, over_write: bool) -> None:
    leads = [([state for state in states if state != "converted"], *rest) for states, *rest in leads]
    by_ids, models = made(application, leads, None)
    by_view, _ = made(application, leads, None)
    try:
        body = {"data": [dict([change])], "over_write": over_write}
        response = by_ids.mass_update("Leads", {**body, "ids": [str(number) for number in models]})
        job_id = by_view.schedule("Leads", {**body, "cvid": VIEW})
        with by_view.using() as opened:
            engine.run(opened)
        refused = [int(item["details"]["id"]) for item in response.json()["data"] if item["status"] == "error"]
        assert refused == list(by_view.failures(job_id))
        columns = "id, state, owner_id, modified_by, fields"
        query = f"SELECT {columns} FROM record ORDER BY id"
        assert by_ids.rows(query) == by_view.rows(query)
    finally:
        for org in (by_ids, by_view):
            application.registry.delete(org.name)


def test_the_model_knows_every_state() -> None:
    assert set(RULES) == set(STATE_NAMES)
