"""The content of the demo org: the ids in the samples of the source pages, and an example of everything."""

from __future__ import annotations

import pytest

from mockcrm.core.catalog.states import RecordState
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.orgs.tokens import has_full_length
from mockcrm.fixture_format.load import apply_fixture
from mockcrm.fixture_format.parse import parse_fixture
from tests.fixture_format.loading import BASE, NOW, LoadedOrg, packaged
from tests.support.for_each import for_each

SAMPLE_DEALS = (554023000000497007, 554023000000497021, 554023000000497035)
SAMPLE_VIEW = 554023000000091515
SAMPLE_TERRITORY = 554023000000430409


@pytest.fixture(scope="module")
def demo() -> LoadedOrg:
    return LoadedOrg(packaged("demo"))


def test_demo_has_about_200_records(demo: LoadedOrg) -> None:
    modules = demo.metadata.modules_by_id
    counts = demo.rows("SELECT module_id, count(*) FROM record GROUP BY 1")
    assert {modules[number].api_name: count for number, count in counts} == {
        "Leads": 81,
        "Accounts": 34,
        "Contacts": 35,
        "Deals": 35,
        "Clients": 18,
    }


def test_demo_has_a_lead_in_each_record_state(demo: LoadedOrg) -> None:
    states = demo.rows("SELECT state, count(*) FROM record WHERE state > 0 GROUP BY 1")
    assert dict(states) == {int(state): 1 for state in RecordState}


def test_the_sample_deals_exist_and_are_in_no_state(demo: LoadedOrg) -> None:
    marks = ", ".join(map(str, SAMPLE_DEALS))
    assert demo.rows(f"SELECT id, module_id, state FROM record WHERE id IN ({marks})") == [
        (number, BASE + 2181, 0) for number in SAMPLE_DEALS
    ]
    deals = demo.metadata.modules["Deals"]
    languages = deals.fields["Languages_Known"]
    assert languages.data_type == "multiselectpicklist"
    assert languages.mass_update
    assert languages.pick_list_values == ("English", "Spanish", "French", "German", "Tamil")
    assert "Existing Business" in deals.fields["Type"].pick_list_values
    assert "Advertisement" in deals.fields["Lead_Source"].pick_list_values
    assert [demo.document(number)["Languages_Known"] for number in SAMPLE_DEALS] == [
        ["German"],
        ["English", "Tamil"],
        None,
    ]


def test_the_sample_view_and_territory_select_some_accounts(demo: LoadedOrg) -> None:
    there = demo.metadata
    view = there.views[SAMPLE_VIEW]
    assert (view.module, view.name, view.default, view.criteria) == ("Accounts", "All Accounts", True, None)
    assert there.territories[SAMPLE_TERRITORY].name == "EMEA"
    tree = there.subtree(SAMPLE_TERRITORY)
    assert {there.territories[number].name for number in tree} == {"EMEA", "UK", "Germany", "Bavaria"}
    statement = (
        "SELECT count(DISTINCT record_id) FROM record_territory JOIN record ON id = record_id "
        "WHERE module_id = ? AND territory_id IN (SELECT value FROM json_each(?))"
    )
    accounts = there.modules["Accounts"].id
    alone, below = (demo.rows(statement, accounts, str(ids))[0][0] for ids in ([SAMPLE_TERRITORY], tree))
    assert 0 < alone < below < 34
    assert "Education" in there.modules["Accounts"].fields["Industry"].pick_list_values


def test_the_credentials_never_expire(demo: LoadedOrg) -> None:
    (client,) = metadata_store.meta_value(demo.connection, "clients")
    assert (client["client_id"], client["client_secret"]) == ("1000.DEMOCLIENT", "demo-secret")
    assert "http://localhost:5501/redirect.html" in client["redirect_uris"]
    first, *others = client["tokens"]
    assert first == {
        "user_id": 554023000000235011,
        "scopes": [
            "ZohoCRM.mass_update.UPDATE",
            "ZohoCRM.mass_update.READ",
            "ZohoCRM.modules.ALL",
            "ZohoCRM.settings.ALL",
            "ZohoCRM.users.ALL",
            "ZohoCRM.org.ALL",
            "ZohoSearch.securesearch.READ",
            "aaaserver.profile.READ",
        ],
        "refresh_token": "1000.demo.refresh",
        "access_token": "1000.demo.access",
        "grant_code": "1000.demo.grant",
        "expires": False,
        "expires_in": None,
    }
    assert [(token["access_token"], token["scopes"], token["expires"]) for token in others] == [
        ("1000.demo.rep.access", None, False),
        ("1000.demo.support.access", None, False),
        (f"1000.{'acce55':0<31}1.{'acce55':0<31}1", first["scopes"], False),
        (f"1000.{'acce55':0<31}2.{'acce55':0<31}2", None, False),
        (f"1000.{'acce55':0<31}3.{'acce55':0<31}3", None, False),
    ]
    assert [token["user_id"] for token in others[2:]] == [token["user_id"] for token in client["tokens"][:3]]
    for token in others[2:]:
        for name in ("access_token", "refresh_token", "grant_code"):
            assert has_full_length(token[name]), token[name]


def test_demo_has_three_users_with_different_rights(demo: LoadedOrg) -> None:
    there = demo.metadata
    rights = {
        email: there.profile_of(there.users_by_email[f"{email}@zylker.example"])
        for email in ("patricia", "rep", "support")
    }
    assert [profile.name for profile in rights.values()] == ["Administrator", "Standard", "Support"]
    assert [profile.denies("mass_update", "Leads") for profile in rights.values()] == [False, False, True]
    assert rights["support"].fields == {"Leads": {"Annual_Revenue": "read_only", "Rating": "hidden"}}


def test_a_custom_module_exists(demo: LoadedOrg) -> None:
    clients = demo.metadata.modules["Clients"]
    assert (clients.definition.custom, clients.definition.scope) == (True, "custom")
    assert clients.fields["Tier"].mass_update
    assert any(view.name == "All Clients" for view in demo.metadata.views_of("Clients"))


@for_each("name", ["blueprint", "approval", "locked", "territories", "restricted_user", "empty"])
def test_each_scenario_loads_alone_and_onto_the_demo_org(name: str) -> None:
    alone = LoadedOrg(packaged(name))
    both = LoadedOrg(packaged("demo"))
    (before,), (added,) = (org.rows("SELECT count(*) FROM record")[0] for org in (both, alone))
    apply_fixture(both.connection, parse_fixture(packaged(name), name), NOW)
    assert both.rows("SELECT count(*) FROM record") == [(before + added,)]


def test_the_view_over_the_limit_has_one_record_too_many() -> None:
    org = LoadedOrg(packaged("over_limit"))
    assert org.rows("SELECT count(*) FROM record") == [(50_001,)]
