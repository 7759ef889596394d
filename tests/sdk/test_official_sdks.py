"""The official SDKs, unmodified, against a real server: what a test of a client does around a mass update.

What only one of them does is in a file of its own (test_python_sdk2.py); what no SDK here sends is replayed in
test_wire_quirks.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.server import Org

from .driver import KINDS, MAIN, SDK, Kind, kind_of
from .outcomes import deleted, job, problem, refused, scheduled, updated, written

pytestmark = pytest.mark.sdk
every_sdk = pytest.mark.parametrize("process", KINDS, ids=str, indirect=True)
main_sdks = pytest.mark.parametrize("process", MAIN, ids=str, indirect=True)

VIEW = "554023000000091516"
EMEA = "554023000000430409"
LEADS = [f"55402300000048000{number}" for number in range(1, 5)]
ABSENT = "554023000000999999"
ADMINISTRATOR = "554023000000026011"
METADATA = (
    "modules module fields layouts custom_view related_lists territories territory profiles profile roles users org"
)


def lead(record_id: str, name: str, territory: str, status: str = "Contacted") -> dict[str, Any]:
    fields = {"Last_Name": name, "Company": "Zylker", "City": "Old", "Lead_Status": status}
    return {"id": record_id, "territories": [territory], "fields": fields}


FIXTURE: dict[str, Any] = {
    "mockcrm": 1,
    "settings": {"job_policy": {"mode": "manual"}},
    "territories": [{"id": EMEA, "name": "EMEA"}, {"name": "UK", "parent": "EMEA"}, {"name": "APAC"}],
    "custom_views": [
        {
            "id": VIEW,
            "module": "Leads",
            "name": "Contacted",
            "criteria": {"comparator": "equal", "field": "Lead_Status", "value": "Contacted"},
        }
    ],
    "records": {
        "Leads": [
            lead(LEADS[0], "Boyle", "EMEA"),
            lead(LEADS[1], "Byrne", "UK"),
            lead(LEADS[2], "Lim", "APAC"),
            lead(LEADS[3], "Diaz", "EMEA", "Junk Lead"),
        ]
    },
}


@pytest.fixture
def org(make_org: Callable[..., Org]) -> Org:
    return make_org(FIXTURE)


@pytest.fixture
def process(request: pytest.FixtureRequest) -> Iterator[SDK]:
    with SDK(request.param) as running:
        yield running


@pytest.fixture
def sdk(process: SDK, org: Org, tmp_path: Path) -> SDK:
    """An SDK that is signed in."""
    assert process.sign_in(org, tmp_path) == {"class": "Initializer"}
    return process


@pytest.fixture
def kind(process: SDK) -> Kind:
    return process.kind


def cities(sdk: SDK) -> list[str]:
    return [sdk.record("Leads", record_id)["City"] for record_id in LEADS]


def names(answer: dict[str, Any]) -> list[str]:
    assert (answer["class"], answer["http"]) == ("ResponseWrapper", 200), answer
    return [record["Last_Name"] for record in answer["data"]]


# -- signing in ----------------------------------------------------------------------------------------------------


@every_sdk
def test_a_grant_code_signs_in_once(process: SDK, org: Org, tmp_path: Path) -> None:
    code = org.granted["grant_code"]

    process.sign_in(org, tmp_path / "first", grant_token=code)
    assert process.record("Leads", LEADS[0])["Last_Name"] == "Boyle"

    with SDK(process.kind) as other:
        assert "invalid_code" in sign_in_and_read(other, org, tmp_path / "second", grant_token=code)


@main_sdks
def test_a_wrong_client_secret_is_an_exception_of_the_sdk(process: SDK, org: Org, tmp_path: Path) -> None:
    org.granted = {**org.granted, "client_secret": "wrong"}

    assert "invalid_client_secret" in sign_in_and_read(process, org, tmp_path)


def sign_in_and_read(process: SDK, org: Org, folder: Path, **options: Any) -> str:
    """What the SDK's exception says. The older ones ask for a token only when they call."""
    answer = process.sign_in(org, folder, **options)
    if "exception" not in answer:
        answer = process.call("get_record", module="Leads", record_id=LEADS[0])
    return str(answer["exception"])


@main_sdks
def test_an_expired_access_token_is_an_exception_of_the_api(sdk: SDK, org: Org) -> None:
    assert sdk.record("Leads", LEADS[0])["Last_Name"] == "Boyle"
    org.control("POST", "/clock/advance", {"seconds": 3601})

    answer = sdk.call("get_record", module="Leads", record_id=LEADS[0])

    assert answer == {"http": 401, **problem("INVALID_TOKEN", "invalid oauth token", {})}


@every_sdk
def test_what_is_no_record_can_be_read(sdk: SDK) -> None:
    for module in ("Leads", "Quotes"):
        views = sdk.call("custom_views", module=module)["views"]
        view = views.get("Contacted", min(views.values()))

        found = sdk.call("metadata", module=module, view=view, territory=EMEA, profile=ADMINISTRATOR)

        assert found == {name: ["ResponseWrapper", 200] for name in METADATA.split()}


# -- mass update ---------------------------------------------------------------------------------------------------


@every_sdk
def test_ids_are_updated_at_once(process: SDK, org: Org, tmp_path: Path) -> None:
    """With auto refresh an SDK asks for the modules, then for the fields of each, before its first call."""
    process.sign_in(org, tmp_path, auto_refresh_fields=True)

    assert updated(process.mass_update("Leads", {"City": "Chennai"}, ids=LEADS[:2])) == LEADS[:2]

    assert cities(process) == ["Chennai", "Chennai", "Old", "Old"]


@main_sdks
def test_a_bad_id_fails_alone(sdk: SDK, kind: Kind) -> None:
    answer = sdk.mass_update("Leads", {"City": "Chennai"}, ids=[LEADS[0], ABSENT])

    good, bad = answer["data"]
    assert (answer["class"], answer["http"]) == ("MassUpdateActionWrapper", 207 if kind.v8 else 200)
    assert (good["class"], good["details"]["id"]) == ("MassUpdateSuccessResponse", LEADS[0])
    assert bad == problem("INVALID_DATA", "the id given seems to be invalid", {"id": ABSENT})
    assert cities(sdk) == ["Chennai", "Old", "Old", "Old"]


@every_sdk
def test_a_view_is_updated_by_a_job_that_is_followed_to_its_end(sdk: SDK, org: Org) -> None:
    job_id = scheduled(sdk.mass_update("Leads", {"City": "Chennai"}, cvid=VIEW))

    assert sdk.status("Leads", job_id) == job("SCHEDULED", 0, 3)
    org.step(job_id, records=1)
    assert sdk.status("Leads", job_id) == job("RUNNING", 1, 2)
    org.run_jobs()
    assert sdk.status("Leads", job_id) == job("COMPLETED", 3, 0)
    assert cities(sdk) == ["Chennai", "Chennai", "Chennai", "Old"]


@every_sdk
def test_a_view_in_a_territory_is_updated_while_it_is_polled(sdk: SDK, org: Org) -> None:
    org.job_policy("polled", polls={"scheduled": 1, "running": 1})

    def update(city: str, include_child: bool) -> dict[str, Any]:
        territory = {"id": EMEA, "include_child": include_child}
        job_id = scheduled(sdk.mass_update("Leads", {"City": city}, cvid=VIEW, territory=territory))
        statuses = [sdk.status("Leads", job_id)["data"][0]["status"] for _ in range(3)]
        assert statuses == ["SCHEDULED", "RUNNING", "COMPLETED"]
        return sdk.status("Leads", job_id)

    assert update("Chennai", include_child=True) == job("COMPLETED", 2, 0)
    assert update("Erode", include_child=False) == job("COMPLETED", 1, 0)
    assert cities(sdk) == ["Erode", "Chennai", "Old", "Old"]


@main_sdks
def test_a_field_that_cannot_be_updated_is_refused(sdk: SDK, kind: Kind) -> None:
    answer = sdk.mass_update("Leads", {"Email": "new@zylker.example"}, ids=[LEADS[0]])

    details = {"api_name": "Email", **({"json_path": "$.data[0].Email"} if kind.later else {})}
    message = "This field cannot be updated in the Mass Update"
    assert answer == refused("INVALID_DATA", message, details, 400)


@main_sdks
def test_a_second_job_on_a_view_is_refused(sdk: SDK, kind: Kind) -> None:
    scheduled(sdk.mass_update("Leads", {"City": "Chennai"}, cvid=VIEW))

    answer = sdk.mass_update("Leads", {"City": "Erode"}, cvid=VIEW)

    error = problem(
        "ALREADY_SCHEDULED",
        "Already a Mass Action scheduler is running for the given cvid",
        {"api_name": "cvid", **({"json_path": "$.cvid"} if kind.later else {})},
    )
    if kind.v8:
        assert answer == {"http": 400, **error}
    else:
        assert answer == {"class": "MassUpdateActionWrapper", "http": 202, "data": [error]}


@every_sdk
def test_an_unknown_job_is_an_exception_of_the_api(sdk: SDK, kind: Kind) -> None:
    error = problem("NOT_FOUND", "Empty response", {})
    if kind.v8:
        error = problem("INVALID_DATA", "The jobid given seems to be invalid", {"param_name": "job_id"})

    assert sdk.status("Leads", ABSENT) == {"http": 400 if kind.v8 else 404, **error}


@main_sdks
def test_an_error_of_the_server_is_an_exception_of_the_api(sdk: SDK, org: Org) -> None:
    org.control("POST", "/faults", {"times": 1, "match": {"module": "Leads"}, "error": "INTERNAL_ERROR"}, expect=201)

    answer = sdk.mass_update("Leads", {"City": "Chennai"}, ids=LEADS)

    assert answer == {"http": 500, **problem("INTERNAL_ERROR", "Internal Server Error", {})}
    assert cities(sdk) == ["Old"] * 4


# -- records -------------------------------------------------------------------------------------------------------


@every_sdk
def test_records_are_created_and_found_in_a_view(sdk: SDK, kind: Kind) -> None:
    good = {"Last_Name": "Novak", "Company": "Zylker", "City": "Brno", "Lead_Status": {"choice": "Contacted"}}
    nameless = {"Company": "Zylker", "Email": "not an address"}

    answer = sdk.call("create_records", module="Leads", records=[good, {**nameless, "Last_Name": "Bad"}])

    assert (answer["class"], answer["http"]) == ("ActionWrapper", 207), answer
    new, bad = answer["data"]
    record_id = written(new, "record added", {"$approval_state"} if kind.v8 else set())
    details = {"api_name": "Email", "expected_data_type": "email"}
    json_path = {"json_path": "$.data[1].Email"} if kind.later else {}
    assert bad == problem("INVALID_DATA", "invalid data", {**details, **json_path})
    found = sdk.record("Leads", record_id)
    assert {name: found[name] for name in ("Last_Name", "City", "Lead_Status", "Email")} == {
        "Last_Name": "Novak",
        "City": "Brno",
        "Lead_Status": "Contacted",
        "Email": None,
    }
    views = sdk.call("custom_views", module="Leads")["views"]
    assert views["Contacted"] == VIEW
    answer = sdk.call("get_records", module="Leads", cvid=views["Contacted"], fields="Last_Name,City")
    assert sorted(names(answer)) == ["Boyle", "Byrne", "Lim", "Novak"]
    info = {"per_page": 200, "count": 4, "page": 1, "more_records": False}
    assert answer["info"] == {**info, **({"next_page_token": None} if kind.v8 else {})}


@main_sdks
def test_records_come_in_pages(sdk: SDK) -> None:
    pages = [sdk.call("get_records", module="Leads", fields="Last_Name", page=page, per_page=3) for page in (1, 2)]

    assert [answer["info"]["more_records"] for answer in pages] == [True, False]
    assert [names(answer) for answer in pages] == [["Diaz", "Lim", "Byrne"], ["Boyle"]]
    assert sdk.call("get_records", module="Leads", fields="Last_Name", page=3) == {"class": "NoneType", "http": 204}


@every_sdk
def test_records_are_found_by_criteria(sdk: SDK, kind: Kind) -> None:
    criteria = "((Lead_Status:equals:Contacted)and(Last_Name:starts_with:B))"

    assert sorted(names(sdk.call("search_records", module="Leads", criteria=criteria))) == ["Boyle", "Byrne"]
    nobody = sdk.call("search_records", module="Leads", criteria="(Last_Name:equals:Nobody)")
    assert nobody == {"class": "NoneType", "http": 204}
    if kind.later:
        answer = sdk.call("count_records", module="Leads", criteria=criteria)
        assert (answer["class"], answer["http"], int(answer["count"])) == ("CountWrapper", 200, 2)


@every_sdk
def test_records_are_updated(sdk: SDK, kind: Kind) -> None:
    records = [{"id": LEADS[0], "City": "Graz"}, {"id": ABSENT, "City": "Graz"}]

    answer = sdk.call("update_records", module="Leads", records=records)

    assert (answer["class"], answer["http"]) == ("ActionWrapper", 207), answer
    good, bad = answer["data"]
    more = {"$approval_state"} if kind.v8 else set()
    assert written(good, "record updated", more) == LEADS[0]
    details = {"id": ABSENT, **({"json_path": "$.data[1].id"} if kind.later else {})}
    assert bad == problem("INVALID_DATA", "the id given seems to be invalid", details)
    answer = sdk.call("update_record", module="Leads", record_id=LEADS[1], record={"City": "Linz"})
    assert (answer["class"], answer["http"]) == ("ActionWrapper", 200), answer
    assert [written(item, "record updated", more) for item in answer["data"]] == [LEADS[1]]
    assert cities(sdk) == ["Graz", "Linz", "Old", "Old"]


@every_sdk
def test_an_upsert_inserts_or_updates(sdk: SDK, kind: Kind) -> None:
    def upsert(city: str) -> tuple[str, str, Any]:
        record = {"Last_Name": "Novak", "Company": "Zylker", "Email": "novak@zylker.example", "City": city}
        answer = sdk.call("upsert_records", module="Leads", records=[record], duplicate_check_fields=["Email"])
        assert (answer["class"], answer["http"]) == ("ActionWrapper", 200), answer
        (item,) = answer["data"]
        message = "record added" if item["action"] == "insert" else "record updated"
        record_id = written(item, message, {"$approval_state"} if kind.v8 else set())
        return record_id, item["action"], item["duplicate_field"]

    record_id, action, field = upsert("Brno")
    assert (action, field) == ("insert", None)
    assert upsert("Praha") == (record_id, "update", "Email")
    assert sdk.record("Leads", record_id)["City"] == "Praha"


@every_sdk
def test_records_are_deleted(sdk: SDK) -> None:
    one = sdk.call("delete_record", module="Leads", record_id=LEADS[0])
    two = sdk.call("delete_records", module="Leads", ids=LEADS[1:3])

    assert one == {"class": "ActionWrapper", "http": 200, "data": [deleted(LEADS[0])]}
    assert two == {"class": "ActionWrapper", "http": 200, "data": [deleted(record_id) for record_id in LEADS[1:3]]}
    gone = sdk.call("get_record", module="Leads", record_id=LEADS[0])
    assert gone == {"class": "NoneType", "http": 204}
    assert names(sdk.call("get_records", module="Leads", fields="Last_Name")) == ["Diaz"]
    answer = sdk.call("get_deleted_records", module="Leads", type="all")
    assert (answer["class"], answer["http"]) == ("DeletedRecordsWrapper", 200)
    assert {item["id"]: item["display_name"] for item in answer["data"]} == {
        LEADS[0]: "Boyle",
        LEADS[1]: "Byrne",
        LEADS[2]: "Lim",
    }


@every_sdk
def test_records_with_rows_and_links_can_be_read(process: SDK, make_org: Callable[..., Org], tmp_path: Path) -> None:
    """Twice, since the SDKs keep what they learn of the modules of rows and links."""
    fields = [
        {"api_name": "Stops", "data_type": "subform"},
        {"api_name": "Partners", "data_type": "multiselectlookup", "lookup": "Accounts"},
        {"api_name": "Team", "data_type": "multiuserlookup"},
    ]
    org = make_org(
        {
            "mockcrm": 1,
            "modules": {"Tours": {"singular_label": "Tour", "plural_label": "Tours", "fields": fields}},
        }
    )

    def add(module: str, **values: Any) -> dict[str, str]:
        answer = org.server.post(f"/crm/v2/{module}", json={"data": [values]}, headers=org.headers)
        assert answer.status_code == 201, answer.text
        return {"id": answer.json()["data"][0]["details"]["id"]}

    account = add("Accounts", Account_Name="Zylker")
    product = add("Products", Product_Name="Pump", Unit_Price=10)
    items = [{"product": product, "quantity": quantity, "list_price": 10} for quantity in (1, 2)]
    time = {"Start_DateTime": "2026-01-02T10:00:00+05:30", "End_DateTime": "2026-01-02T11:00:00+05:30"}
    prices = [{"from_range": 1, "to_range": 5, "discount": 0}, {"from_range": 6, "to_range": 10, "discount": 5}]
    people = [{"type": "email", "participant": f"{name}@zylker.example"} for name in ("a", "b")]
    records = {
        "Quotes": add("Quotes", Subject="Pumps", Account_Name=account, Product_Details=items),
        "Price_Books": add("Price_Books", Price_Book_Name="All", Pricing_Model="Flat", Pricing_Details=prices),
        "Events": add("Events", Event_Title="Visit", Participants=people, **time),
        "Tours": add(
            "Tours", Name="North", Stops=[{"City": "Oslo"}, {"City": "Bergen"}], Partners=[{"Partners": account}]
        ),
    }
    process.sign_in(org, tmp_path)

    for module, record in [*records.items()] * 2:
        assert process.record(module, record["id"])["id"] == record["id"], module


@main_sdks
def test_a_record_without_its_mandatory_field_is_refused(sdk: SDK, kind: Kind) -> None:
    answer = sdk.call("create_records", module="Leads", records=[{"Company": "Zylker"}])

    details = {"api_name": "Last_Name", **({"json_path": "$.data[0].Last_Name"} if kind.later else {})}
    assert answer == {
        "class": "ActionWrapper",
        "http": 400 if kind.later else 202,
        "data": [problem("MANDATORY_NOT_FOUND", "required field not found", details)],
    }


# -- what only some can do -----------------------------------------------------------------------------------------


def test_a_read_is_tried_again_by_the_sdk(org: Org, tmp_path: Path) -> None:
    """Those for Node.js send a GET up to three times where the answer is a 500, at first after a second."""
    with SDK(kind_of("nodejs-2.0")) as sdk:
        sdk.sign_in(org, tmp_path)
        assert sdk.record("Leads", LEADS[0])["City"] == "Old"
        org.control("POST", "/faults", {"times": 1, "match": {"module": "Leads"}, "status": 500}, expect=201)

        assert sdk.record("Leads", LEADS[0])["City"] == "Old"
    (fault,) = org.control("GET", "/faults")["faults"]
    assert (fault["seen"], fault["fired"]) == (2, 1)


def test_a_refresh_token_is_revoked(org: Org, tmp_path: Path) -> None:
    """Of the SDKs here only Python's 8.0 has a call for it that works."""
    kind = kind_of("python-8.0")
    with SDK(kind) as sdk:
        sdk.sign_in(org, tmp_path / "first")
        assert sdk.call("revoke") == {"revoked": True}
    with SDK(kind) as sdk:
        assert "invalid_code" in sign_in_and_read(sdk, org, tmp_path / "second")
