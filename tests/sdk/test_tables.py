"""What mockcrm answers against the tables of every official SDK: no value of a type that an SDK cannot convert."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.application import Application

from .driver import KINDS, MORE, NPM_SDKS, PYTHON_SDKS, Kind
from .tables import Tables
from .whole_org import FIXTURE, VIEW, Read, fill, reads

Answer = tuple[Read, Any]


def package_folder(kind: Kind) -> Path:
    """The folder in which an SDK's table is."""
    if kind.node:
        return NPM_SDKS / "node_modules" / str(kind.package)
    name = "zcrmsdk" if kind.script == "python_sdk2.py" else "zohocrmsdk"
    if kind.package:
        return PYTHON_SDKS / kind.package / name
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def tables_of(kind: Kind) -> Tables:
    if (reason := kind.missing_package()) is not None:
        pytest.skip(reason)
    places = ("src", "config", "lib/config", "dist/config")
    found = [package_folder(kind) / place / "json_details.json" for place in places]
    return Tables(next(path for path in found if path.exists()))


@pytest.fixture(scope="module")
def answers(application: Application) -> Iterator[Callable[[str], list[Answer]]]:
    """What each GET of `whole_org.reads` answers in an API version."""
    org = application.org(FIXTURE)

    def call(method: str, path: str, body: Any = None, **params: str) -> tuple[int, Any]:
        response = org.send(method, path, body, params=params)
        return response.status_code, response.json() if response.content else None

    made = fill(call)

    @cache
    def of_version(version: str) -> list[Answer]:
        found = []
        for read in reads(call, version, made):
            status, body = call("GET", f"/crm/{version}/{read.path}", **read.params)
            assert status in (200, 204), (read, body)
            if status == 200:
                found.append((read, body))
        return found

    return of_version


SAMPLE = "the table lists what its author saw; others are in Zoho's own samples of the version"
LATER = {"v5", "v6", "v7", "v8"}
EXPECTED: dict[str, tuple[set[str], str]] = {
    "users.users[].date_format": (LATER, SAMPLE),
    "users.users[].number_separator": (LATER, SAMPLE),
    "profiles.profiles[].permissions_details[].enabled": ({"v5"}, SAMPLE),
    "fields.fields[].data_type": ({"v5"}, SAMPLE),
    "fields.fields[].length": ({"v5"}, SAMPLE),
    "layouts.layouts[].sections[].fields[].data_type": ({"v5"}, SAMPLE),
    "layouts.layouts[].sections[].fields[].length": ({"v5"}, SAMPLE),
    "org.org[].type": ({"v6", "v7", "v8"}, "production in the samples of these versions, Production in the tables"),
}
"""The only misfits, by their place: the versions and the reason. One that is not found any more fails the test."""
every_kind = pytest.mark.parametrize("kind", [*KINDS, *MORE], ids=str)


@every_kind
def test_every_type_fits(kind: Kind, answers: Callable[[str], list[Answer]]) -> None:
    tables = tables_of(kind)
    found: dict[str, str] = {}
    for read, body in answers(kind.version):
        for misfit in tables.misfits(body, f"{read.package}.response_handler"):
            found.setdefault(f"{read.package}{misfit.partition(': ')[0]}", f"{read.path}: {misfit}")
    expected = {place for place, (versions, _) in EXPECTED.items() if kind.version in versions}
    assert found.keys() - expected == set(), "\n".join(found[place] for place in found.keys() - expected)
    assert expected - found.keys() == set(), "no misfits any more: remove them from EXPECTED"


@every_kind
def test_outcomes_fit(kind: Kind, application: Application) -> None:
    """Writes, mass updates, jobs and errors. Of errors only the types: the tables list a few codes and messages."""
    org, tables = application.org(FIXTURE), tables_of(kind)
    base = f"/crm/{kind.version}"

    def check(handler: str, method: str, path: str, body: Any = None, status: int = 200, **params: str) -> Any:
        response = org.send(method, f"{base}{path}", body, params=params)
        assert response.status_code == status, response.text
        misfits = tables.misfits(response.json(), f"record.{handler}")
        found = [line for line in misfits if not line.partition(": ")[0].endswith((".code", ".message"))]
        assert not found, (path, found)
        return response.json()

    lead = {"Last_Name": "Novak", "Email": "novak@zylker.example"}
    made = check("action_handler", "POST", "/Leads", {"data": [lead]}, 201)["data"][0]["details"]["id"]
    check("action_handler", "POST", "/Leads", {"data": [lead, {}]}, 207)
    check("action_handler", "POST", "/Leads/upsert", {"data": [lead]})
    check("action_handler", "PUT", f"/Leads/{made}", {"data": [{"City": "Graz", "Lead_Status": "Contacted"}]})
    found = check("response_handler", "GET", "/Leads", fields="Last_Name,Owner,Tag", per_page="1")
    assert found["info"]["more_records"] is True
    if kind.version != "v2":
        check("count_handler", "GET", "/Leads/actions/count")
    actions = "/Leads/actions/mass_update"
    body = {"data": [{"City": "Linz"}]}
    check("mass_update_action_handler", "POST", actions, {**body, "ids": [made]})
    check("mass_update_action_handler", "POST", actions, {**body, "ids": ["5"]}, 400)
    job = check("mass_update_action_handler", "POST", actions, {**body, "cvid": VIEW})["data"][0]["details"]["job_id"]
    check("mass_update_response_handler", "GET", actions, job_id=job)
    check("mass_update_response_handler", "GET", actions, status=400 if kind.v8 else 404, job_id="5")
    check("action_handler", "DELETE", f"/Leads/{made}")
    check("deleted_records_handler", "GET", "/Leads/deleted")
    check("response_handler", "GET", "/Nothing", status=400, fields="id")
