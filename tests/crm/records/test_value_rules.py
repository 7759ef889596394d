"""The rules for values over the wire: in an insert, an update, an upsert and a mass update, in every version
(docs/values.md)."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.versions import ApiVersion
from tests.support.application import Application, OrgApi, assert_refused, error
from tests.support.for_each import for_each

FIELDS = [
    {"api_name": "How_many_people", "data_type": "integer"},
    {"api_name": "Two_Digits", "data_type": "integer", "length": 2},
    {"api_name": "Account_Code", "data_type": "bigint"},
    {"api_name": "Weight", "data_type": "double"},
    {"api_name": "Price", "data_type": "currency", "decimal_place": 2},
    {"api_name": "Share", "data_type": "percent"},
    {"api_name": "Joined", "data_type": "date"},
    {"api_name": "Seen", "data_type": "datetime"},
    {"api_name": "Second_Phone", "data_type": "phone"},
    {"api_name": "Blog", "data_type": "website"},
    {"api_name": "Tier", "data_type": "picklist"},
    {"api_name": "Destination", "data_type": "multiselectpicklist"},
    {"api_name": "Vip", "data_type": "boolean"},
    {"api_name": "Small", "data_type": "textarea", "length": 2000},
    {"api_name": "Large", "data_type": "textarea", "length": 32000},
    {"api_name": "Number", "data_type": "autonumber"},
    {"api_name": "Total", "data_type": "formula", "read_only": False},
    {"api_name": "Sum", "data_type": "rollup_summary"},
    {"api_name": "Friends", "data_type": "multiuserlookup"},
    {"api_name": "Contacts_Met", "data_type": "multiselectlookup", "lookup": "Contacts"},
    {"api_name": "Pictures", "data_type": "imageupload"},
    {"api_name": "Papers", "data_type": "fileupload"},
    {"api_name": "Reminders", "data_type": "multireminder"},
    {"api_name": "Guests", "data_type": "participants"},
    {"api_name": "Visits", "data_type": "subform"},
]
FIXTURE: dict[str, Any] = {
    "modules": {"Leads": {"fields": FIELDS}},
    "records": {"Leads": [{"id": "101", "fields": {"Last_Name": "A", "Email": "a@x.example"}}]},
}
LENGTHS = {"How_many_people": 9, "Account_Code": 18, "Weight": 16, "Price": 16, "Share": 5, "Joined": 20}


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def assert_everywhere_refused(
    org: OrgApi,
    version: ApiVersion,
    name: str,
    value: object,
    details: dict[str, object],
    *,
    path: str = "",
    mass_update: bool = True,
) -> None:
    """Assert the whole response of each kind of write with this value."""
    v2 = version is ApiVersion.V2
    where = {} if v2 else {"json_path": f"$.data[0].{name}{path}"}
    item = error("INVALID_DATA", "invalid data", {**details, **where})
    base, status = f"/crm/{version.label}/Leads", 202 if v2 else 400
    record = {"Last_Name": "B", name: value}
    for method, url, sent in (
        ("POST", base, record),
        ("PUT", base, {**record, "id": "101"}),
        ("PUT", f"{base}/101", record),
        ("POST", f"{base}/upsert", record),
        ("POST", f"{base}/upsert", {"Email": "a@x.example", **record}),
    ):
        assert_refused(org.send(method, url, {"data": [sent]}), status, "INVALID_RECORD_VALUE", item, top=False)
    if mass_update:
        body = {"data": [{name: value}], "ids": ["101"]}
        assert_refused(org.mass_update("Leads", body, version.label), 400, "INVALID_VALUE", item, top=False)
    assert org.rows("SELECT count(*) FROM record") == [(1,)]
    assert org.document(101)["Last_Name"] == "A"


@for_each(
    ("name", "value", "details"),
    [
        ("Second_Phone", "() Not provided.", {"expected_data_type": "phone"}),
        ("Second_Phone", 447779330558, {"expected_data_type": "phone"}),
        ("Second_Phone", "1" * 31, {"maximum_length": 30}),
        ("Blog", "n/a", {"expected_data_type": "website"}),
        ("Blog", "example.com/" + "x" * 244, {"maximum_length": 255}),
        ("Tier", "x" * 121, {"maximum_length": 120}),
        ("Tier", ["A"], {"expected_data_type": "text"}),
        ("City", "x" * 101, {"maximum_length": 100}),
        ("Destination", "Villa", {"expected_data_type": "jsonarray"}),
        ("Vip", "true", {"expected_data_type": "boolean"}),
        ("Seen", "2025-08-16T16:26:04.240Z", {"expected_data_type": "datetime"}),
        ("How_many_people", "1-2 People", {"expected_data_type": "integer", "maximum_length": 9}),
        ("How_many_people", 1_234_567_890, {"maximum_length": 9}),
        ("Two_Digits", 100, {"maximum_length": 2}),
        ("Account_Code", "1234567890123456789", {"maximum_length": 18}),
        ("Account_Code", "not a whole number", {"expected_data_type": "bigint"}),
        ("Weight", 12345678901234567, {"maximum_length": 16}),
        ("Weight", "0.1234567891", {"maximum_decimal_place": 9}),
        ("Price", 1.005, {"maximum_decimal_place": 2}),
        ("Share", 123456, {"maximum_length": 5}),
        ("Joined", "1985-04-12T00:00:00.000Z", {"expected_data_type": "date", "maximum_length": 20}),
    ],
)
@for_each("version", list(ApiVersion))
def test_invalid_value_is_refused_everywhere(
    org: OrgApi, version: ApiVersion, name: str, value: object, details: dict[str, object]
) -> None:
    if version is ApiVersion.V2 and details == {"expected_data_type": "bigint"}:
        details = {**details, "maximum_length": 18}
    assert_everywhere_refused(org, version, name, value, {**details, "api_name": name})


@for_each(
    ("name", "word", "in_v2"),
    [
        ("How_many_people", "integer", "integer"),
        ("Account_Code", "bigint", "bigint"),
        ("Weight", "double", "double"),
        ("Price", "currency", "double"),
        ("Share", "percent", "double"),
        ("Joined", "date", "date"),
    ],
)
@for_each("value", ["x", True, [1]])
@for_each("version", list(ApiVersion))
def test_wrong_number_or_date_shows_the_length_in_v2(
    org: OrgApi, version: ApiVersion, name: str, word: str, in_v2: str, value: object
) -> None:
    if version is ApiVersion.V2:
        details = {"expected_data_type": in_v2, "maximum_length": LENGTHS[name], "api_name": name}
    else:
        details = {"expected_data_type": word, "api_name": name}
    assert_everywhere_refused(org, version, name, value, details)


@for_each(
    ("name", "value", "details", "path"),
    [
        ("Email", "[ENCRYPTED]", {"expected_data_type": "email", "api_name": "Email"}, ""),
        ("Email", "a" * 93 + "@b.example", {"maximum_length": 100, "api_name": "Email"}, ""),
        ("Small", "x" * 2001, {"maximum_length": 2000, "api_name": "Small"}, ""),
        ("Large", "x" * 32001, {"maximum_length": 32000, "api_name": "Large"}, ""),
        ("Friends", "41", {"expected_data_type": "jsonarray", "api_name": "Friends"}, ""),
        ("Friends", ["41"], {"expected_data_type": "jsonobject", "api_name": "Friends"}, "[0]"),
        ("Friends", [{"id": "x"}], {"expected_data_type": "bigint", "api_name": "id"}, "[0].id"),
        (
            "Contacts_Met",
            [{"Met": {"id": "1"}}, {"Met": {"id": "x"}}],
            {"expected_data_type": "bigint", "api_name": "id"},
            "[1].Met.id",
        ),
        ("Contacts_Met", [{"Met": 1}], {"expected_data_type": "jsonobject", "api_name": "Contacts_Met"}, "[0]"),
        ("Visits", {"Day": 1}, {"expected_data_type": "jsonarray", "api_name": "Visits"}, ""),
        ("Visits", [{"Day": 1}, 2], {"expected_data_type": "jsonobject", "api_name": "Visits"}, "[1]"),
        ("Pictures", {}, {"expected_data_type": "jsonarray", "api_name": "Pictures"}, ""),
        ("Pictures", [7], {"expected_data_type": "jsonobject", "api_name": "Pictures"}, "[0]"),
        ("Papers", [{}], {"expected_data_type": "text", "api_name": "File_Id__s"}, "[0].File_Id__s"),
        (
            "Reminders",
            [{"unit": "soon", "period": "minutes"}],
            {"expected_data_type": "integer", "api_name": "unit"},
            "[0].unit",
        ),
        ("Reminders", [{"unit": 5}], {"expected_data_type": "text", "api_name": "period"}, "[0].period"),
        ("Guests", ["a@x.example"], {"expected_data_type": "jsonobject", "api_name": "Guests"}, "[0]"),
        ("Guests", [{"type": "group", "participant": "1"}], {"api_name": "type"}, "[0].type"),
        (
            "Guests",
            [{"type": "lead", "participant": "x"}],
            {"expected_data_type": "bigint", "api_name": "participant"},
            "[0].participant",
        ),
        (
            "Guests",
            [{"type": "email", "Email": "nobody"}],
            {"expected_data_type": "email", "api_name": "Email"},
            "[0].Email",
        ),
    ],
)
@for_each("version", [ApiVersion.V2, ApiVersion.V2_1, ApiVersion.V8])
def test_invalid_value_of_a_field_without_mass_update(
    org: OrgApi, version: ApiVersion, name: str, value: object, details: dict[str, object], path: str
) -> None:
    assert_everywhere_refused(org, version, name, value, details, path=path, mass_update=False)


VALID: dict[str, Any] = {
    "Phone": "+44 7779 330558",
    "Second_Phone": "91(987)654321",
    "Website": "www.example.com",
    "Blog": "example.com",
    "Email": "p.boyle@zylker.com",
    "City": "x" * 100,
    "Tier": "not in the list",
    "Small": "x" * 2000,
    "How_many_people": 123456789,
    "Account_Code": "999999999999999999",
    "Weight": 1234567890123456,
    "Price": 250000.9,
    "Share": 12345,
    "Joined": "2017-08-16",
    "Seen": "2017-08-16T14:32:23+00:00",
    "Vip": True,
    "Destination": ["Villa", "Chalet"],
    "Friends": [{"Friends": {"id": "41", "name": "Boyle"}}],
    "Contacts_Met": [{"Met": {"id": "42"}}],
    "Pictures": [{"File_Id__s": "2cxxxxxxxxxxxx2fa"}],
    "Papers": ["2cxxxxxxxxxxxx2fb"],
    "Reminders": [{"unit": 15, "period": "minutes"}, {"unit": 1, "period": "days", "time": "10.30"}],
    "Guests": [{"name": "John", "type": "contact", "participant": "43"}, {"type": "email", "Email": "p@x.example"}],
}


@for_each("version", list(ApiVersion))
def test_valid_values_are_stored(org: OrgApi, version: ApiVersion) -> None:
    response = org.send("POST", f"/crm/{version.label}/Leads", {"data": [{"Last_Name": "B", **VALID}]})
    assert response.status_code == 201, response.text
    document = org.document(int(response.json()["data"][0]["details"]["id"]))
    assert {name: document[name] for name in VALID} == VALID


@for_each("version", list(ApiVersion))
def test_phone_of_a_mass_update(org: OrgApi, version: ApiVersion) -> None:
    for value, stored in (("+44 7779 330558", "+44 7779 330558"), ("", None)):
        body = {"data": [{"Second_Phone": value}], "ids": ["101"]}
        assert org.mass_update("Leads", body, version.label).json()["data"][0]["code"] == "SUCCESS"
        assert org.value(101, "Second_Phone") == stored


def test_answers_that_a_form_got(org: OrgApi) -> None:
    """The two responses of the service that a user of a form builder quoted: first the phone, then the number."""
    record = {
        "Last_Name": "Person",
        "Phone": "() Not provided.",
        "Description": "",
        "How_many_people": "3-4 People",
    }
    phone = error("INVALID_DATA", "invalid data", {"expected_data_type": "phone", "api_name": "Phone"})
    assert_refused(org.send("POST", "/crm/v2/Leads", {"data": [record]}), 202, "INVALID_RECORD_VALUE", phone, top=False)
    record["Phone"] = "+44 7779 330558"
    details = {"expected_data_type": "integer", "maximum_length": 9, "api_name": "How_many_people"}
    people = error("INVALID_DATA", "invalid data", details)
    response = org.send("POST", "/crm/v2/Leads", {"data": [record]})
    assert_refused(response, 202, "INVALID_RECORD_VALUE", people, top=False)


def test_computed_values_are_ignored_in_records_and_refused_in_a_mass_update(org: OrgApi) -> None:
    computed = {"Number": "A-7", "Total": 12.5, "Sum": ["any", "value"]}
    response = org.send("POST", "/crm/v8/Leads", {"data": [{"Last_Name": "B", **computed}]})
    assert response.status_code == 201
    document = org.document(int(response.json()["data"][0]["details"]["id"]))
    assert [document[name] for name in computed] == ["2", None, None]
    for name, value in computed.items():
        item = error("INVALID_DATA", "This field cannot be updated in the Mass Update", {"api_name": name})
        body = {"data": [{name: value}], "ids": ["101"]}
        assert_refused(org.mass_update("Leads", body), 400, "FIELD_NOT_ALLOWED", item, top=False)


# -- tasks and events ----------------------------------------------------------------------------------------------

RRULE = "FREQ=DAILY;INTERVAL=1;DTSTART=2023-05-20;UNTIL=2023-05-28"
ALARM = "ACTION=EMAIL;TRIGGER=-P1D;TRIGGER_TIME=22:52"


@for_each(
    ("name", "value"),
    [
        ("Recurring_Activity", {"RRULE": RRULE}),
        ("Recurring_Activity", {"RRULE": "FREQ=WEEKLY"}),
        ("Remind_At", {"ALARM": ALARM}),
        ("Remind_At", {"ALARM": "FREQ=NONE;ACTION=EMAILANDPOPUP;TRIGGER=DATE-TIME:2020-07-03T12:30:00+05:30"}),
        ("Remind_At", None),
    ],
)
def test_recurrences_and_reminders_of_a_task(org: OrgApi, name: str, value: object) -> None:
    response = org.send("POST", "/crm/v7/Tasks", {"data": [{"Subject": "Call back", name: value}]})
    assert response.status_code == 201, response.text
    assert org.document(int(response.json()["data"][0]["details"]["id"]))[name] == value


@for_each(
    ("name", "value", "details", "path"),
    [
        ("Recurring_Activity", RRULE, {"expected_data_type": "jsonobject", "api_name": "Recurring_Activity"}, ""),
        ("Recurring_Activity", {}, {"expected_data_type": "text", "api_name": "RRULE"}, ".RRULE"),
        ("Recurring_Activity", {"RRULE": "every day"}, {"api_name": "RRULE"}, ".RRULE"),
        ("Recurring_Activity", {"RRULE": "FREQ=HOURLY"}, {"api_name": "RRULE"}, ".RRULE"),
        ("Recurring_Activity", {"RRULE": "FREQ=DAILY;INTERVAL=x"}, {"api_name": "RRULE"}, ".RRULE"),
        ("Recurring_Activity", {"RRULE": "FREQ=DAILY;INTERVAL=\u0663"}, {"api_name": "RRULE"}, ".RRULE"),
        ("Remind_At", [ALARM], {"expected_data_type": "jsonobject", "api_name": "Remind_At"}, ""),
        ("Remind_At", {"ALARM": 1}, {"expected_data_type": "text", "api_name": "ALARM"}, ".ALARM"),
        ("Remind_At", {"ALARM": "ACTION=SHOUT;TRIGGER=-P1D"}, {"api_name": "ALARM"}, ".ALARM"),
        ("Remind_At", {"ALARM": "ACTION=EMAIL"}, {"api_name": "ALARM"}, ".ALARM"),
    ],
)
@for_each("version", [ApiVersion.V2, ApiVersion.V2_1, ApiVersion.V8])
def test_invalid_recurrences_and_reminders(
    org: OrgApi, version: ApiVersion, name: str, value: object, details: dict[str, object], path: str
) -> None:
    v2 = version is ApiVersion.V2
    where = {} if v2 else {"json_path": f"$.data[0].{name}{path}"}
    item = error("INVALID_DATA", "invalid data", {**details, **where})
    body = {"data": [{"Subject": "Call back", name: value}]}
    response = org.send("POST", f"/crm/{version.label}/Tasks", body)
    assert_refused(response, 202 if v2 else 400, "INVALID_RECORD_VALUE", item, top=False)


EVENT = {
    "Event_Title": "Review",
    "Start_DateTime": "2026-08-25T10:00:00-05:00",
    "End_DateTime": "2026-08-25T11:00:00-05:00",
}


@for_each("version", list(ApiVersion))
def test_reminders_of_an_event(org: OrgApi, version: ApiVersion) -> None:
    url, reminders = f"/crm/{version.label}/Events", [{"unit": 15, "period": "minutes"}]
    added = org.send("POST", url, {"data": [{**EVENT, "Remind_At": reminders}]})
    assert added.status_code == 201, added.text
    shown = org.get(f"{url}/{added.json()['data'][0]['details']['id']}", fields="Remind_At")
    assert shown.json()["data"][0]["Remind_At"] == reminders
    v2 = version is ApiVersion.V2
    for value, details, path in (
        ("15 mins", {"expected_data_type": "jsonarray", "api_name": "Remind_At"}, ""),
        ([{"unit": "x", "period": "minutes"}], {"expected_data_type": "integer", "api_name": "unit"}, "[0].unit"),
    ):
        where = {} if v2 else {"json_path": f"$.data[0].Remind_At{path}"}
        item = error("INVALID_DATA", "invalid data", {**details, **where})
        response = org.send("POST", url, {"data": [{**EVENT, "Remind_At": value}]})
        assert_refused(response, 202 if v2 else 400, "INVALID_RECORD_VALUE", item, top=False)


@for_each("version", [ApiVersion.V2, ApiVersion.V8])
@for_each("kind", [[], {}, 1, True, "Lead"])
def test_types_of_participants(org: OrgApi, version: ApiVersion, kind: object) -> None:
    v2 = version is ApiVersion.V2
    where = {} if v2 else {"json_path": "$.data[0].Participants[0].type"}
    item = error("INVALID_DATA", "invalid data", {"api_name": "type", **where})
    body = {"data": [{**EVENT, "Participants": [{"type": kind, "participant": "101"}]}]}
    response = org.send("POST", f"/crm/{version.label}/Events", body)
    assert_refused(response, 202 if v2 else 400, "INVALID_RECORD_VALUE", item, top=False)
