"""What the real API has but this server does not is never answered as an error of the client."""

from __future__ import annotations

import pytest

from mockcrm.core.versions import ApiVersion
from mockcrm.http.modules import NOT_EMULATED
from tests.support.application import Application, OrgApi, assert_response, error
from tests.support.for_each import for_each

NOTE = "not emulated by mockcrm, see /_mockcrm/coverage"
UNKNOWN = error("INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
VERSIONS = [version.label for version in ApiVersion]


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org()


def not_emulated(what: str) -> dict[str, object]:
    return error("NOT_EMULATED", NOTE, {"not_emulated": what})


@for_each("version", VERSIONS)
@for_each(
    ("method", "path"),
    [
        ("GET", "Contacts/roles"),
        ("PUT", "Contacts/roles/5"),
        ("GET", "contacts/roles"),
        ("GET", "__zia_org_enrichment"),
        ("POST", "__zia_people_enrichment?module=Leads"),
        ("POST", "upload"),
        ("GET", "org/currencies"),
        ("GET", "settings/pipeline?layout_id=5"),
        ("GET", "Leads/5/__timeline"),
        ("POST", "functions/hello/actions/execute"),
        ("GET", "functions/hello/actions/execute"),
        ("GET", "Leads/5/Emails"),
        ("POST", "Leads/5/actions/send_mail"),
        ("POST", "Leads/5/actions/convert"),
        ("GET", "Leads/5/Products"),
        ("PUT", "Leads/5/Campaigns/6"),
        ("POST", "Leads/5/Notes"),
        ("POST", "coql"),
        ("POST", "users"),
        ("PUT", "users/5"),
        ("DELETE", "users/5"),
        ("POST", "settings/fields?module=Leads"),
        ("DELETE", "settings/layouts/5?module=Leads"),
        ("PUT", "settings/modules/Leads"),
        ("POST", "settings/territories"),
        ("PATCH", "settings/fields/5?module=Leads"),
        ("GET", "workflow_configurations"),
    ],
)
def test_paths_and_verbs(org: OrgApi, method: str, path: str, version: str) -> None:
    response = org.send(method, f"/crm/{version}/{path}", {} if method in ("POST", "PUT") else None)
    what = f"{method} /crm/{version}/{path.partition('?')[0]}"
    assert_response(response, 501, not_emulated(what), "NOT_EMULATED")
    assert response.headers["x-mockcrm-note"] == NOTE


@for_each("version", VERSIONS)
@for_each("module", sorted(NOT_EMULATED))
def test_modules(org: OrgApi, module: str, version: str) -> None:
    for method, path in [
        ("GET", f"{module}?fields=id"),
        ("POST", module),
        ("PUT", f"{module}/5"),
        ("DELETE", f"{module}?ids=5"),
        ("GET", f"{module}/search?word=abc"),
        ("GET", f"{module}/5/Notes"),
        ("GET", f"settings/fields?module={module}"),
        ("GET", f"settings/modules/{module}"),
    ]:
        response = org.send(method, f"/crm/{version}/{path}")
        assert_response(response, 501, not_emulated(f"the module {module}"), "NOT_EMULATED")
        assert response.headers["x-mockcrm-note"] == NOTE


def test_modules_in_any_case(org: OrgApi) -> None:
    response = org.get("/crm/v8/services__s")
    assert_response(response, 501, not_emulated("the module Services__s"), "NOT_EMULATED")
    response = org.get("/crm/v8/Leads/roles")
    assert_response(response, 404, UNKNOWN, "INVALID_URL_PATTERN")


def test_a_custom_module_may_have_such_a_name(application: Application) -> None:
    names = {"singular_label": "Service", "plural_label": "Services"}
    org = application.org({"modules": {"Services__s": names}})
    assert org.get("/crm/v8/Services__s", fields="Name").status_code == 204


@for_each("version", VERSIONS)
@for_each("path", ["settings/nothing", "nothing/at/all", "users/5/nothing", "Leads/actions/nothing", "__nothing/5/6"])
def test_an_unknown_path_is_a_mistake_of_the_client(org: OrgApi, path: str, version: str) -> None:
    response = org.get(f"/crm/{version}/{path}")
    assert_response(response, 404, UNKNOWN, "INVALID_URL_PATTERN")
    assert response.headers["x-mockcrm-note"] == "not a path that mockcrm knows, see /_mockcrm/coverage"


def test_what_the_service_does_not_have_either_stays_an_error(org: OrgApi) -> None:
    bad_verb = error("INVALID_REQUEST_METHOD", "The http request method type is not a valid one")
    for method, path in [
        ("PATCH", "users"),
        ("PATCH", "settings/tags"),
        ("POST", "settings/fields/5"),
        ("PUT", "coql"),
    ]:
        response = org.send(method, f"/crm/v8/{path}")
        assert_response(response, 400, bad_verb, "INVALID_REQUEST_METHOD")
        assert "x-mockcrm-note" not in response.headers
    bad_module = error("INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": 0})
    assert_response(org.get("/crm/v8/Nothing/5/photo"), 400, bad_module, "INVALID_MODULE")


def test_without_an_access_token_it_is_said_too(org: OrgApi, application: Application) -> None:
    for headers in ({}, {"Authorization": "Zoho-oauthtoken 1000.unknown"}):
        response = application.send("GET", "/crm/v8/settings/tags?module=Leads", headers=headers)
        assert_response(response, 501, not_emulated("GET /crm/v8/settings/tags"), "NOT_EMULATED")


def test_an_unknown_version_is_refused_first(org: OrgApi) -> None:
    assert org.get("/crm/v9/settings/tags").json()["code"] == "API_NOT_SUPPORTED"


def test_faults_stand_in_for_what_is_not_emulated(application: Application) -> None:
    org = application.org()
    path = f"/_mockcrm/orgs/{org.name}/faults"
    fault = {"match": {"path": "/crm/v8/settings/tags"}, "error": "INTERNAL_ERROR"}
    assert application.send("POST", path, json=fault).status_code == 201
    assert org.get("/crm/v8/settings/tags").json()["code"] == "INTERNAL_ERROR"


def test_the_journal_shows_it(application: Application) -> None:
    org = application.org()
    org.get("/crm/v8/settings/pipeline")
    (entry,) = application.send("GET", f"/_mockcrm/orgs/{org.name}/requests").json()["requests"]
    assert (entry["path"], entry["status"], entry["rules"]) == ("/crm/v8/settings/pipeline", 501, ["NOT_EMULATED"])
