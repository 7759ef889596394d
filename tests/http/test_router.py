"""How a path of the emulated API is found: part by part, a written part before a parameter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mockcrm.crm import ENDPOINTS
from mockcrm.http.route import EmulatedOperation, UnknownPath
from mockcrm.http.router import MAX_CACHED, MAX_PATH, EmulatedRouter
from tests.support.application import Application
from tests.support.for_each import for_each


@pytest.fixture
def router(application: Application) -> EmulatedRouter:
    return EmulatedRouter(application.app.state.runtime, ENDPOINTS)


def found(router: EmulatedRouter, path: str) -> dict[str, str] | None:
    leaf = router._find(path)
    return None if leaf is None else leaf[1]


@for_each(
    ("path", "params"),
    [
        ("/crm/v8/Leads", {"version": "v8", "module": "Leads"}),
        ("/crm/v8/Leads/5", {"version": "v8", "module": "Leads", "id": "5"}),
        ("/crm/v8/Leads/search", {"version": "v8", "module": "Leads"}),
        ("/crm/v8/Leads/actions/mass_update", {"version": "v8", "module": "Leads"}),
        ("/crm/v8/settings/modules/Leads", {"version": "v8", "api_name": "Leads"}),
        ("/crm/bulk/v8/read/5", {"version": "v8", "id": "5"}),
        ("/crm/v8/Le ads/5\n6", {"version": "v8", "module": "Le ads", "id": "5\n6"}),
        ("/crm/v8/settings/nothing", None),
        ("/crm/v8/Leads/search/5", None),
        ("/crm/v8/Leads/actions", None),
        ("/crm/v8/Leads/actions/mass_update/", None),
        ("/crm/v8/Leads/", None),
        ("/crm/v8//5", None),
        ("/crm/v8", None),
        ("/crm/", None),
    ],
)
def test_what_is_found(router: EmulatedRouter, path: str, params: dict[str, str] | None) -> None:
    assert found(router, path) == params
    assert found(router, path) == params


def test_few_short_paths_are_cached(router: EmulatedRouter) -> None:
    for number in range(3 * MAX_CACHED):
        assert found(router, f"/crm/v8/Leads/{number}") is not None
        assert found(router, f"/crm/v8/settings/{number}") is None
    assert 0 < len(router._cache) <= MAX_CACHED
    router._cache.clear()
    assert found(router, "/crm/v8/Leads/" + "5" * MAX_PATH) is not None
    assert not router._cache


def test_the_parameters_of_a_path_have_one_name(router: EmulatedRouter) -> None:
    (row,) = (endpoint for endpoint in ENDPOINTS if endpoint.path == "/crm/{version}/{module}/{id}")
    other = replace(row, path="/crm/{version}/{module}/{record}")
    with pytest.raises(ValueError, match="record"):
        EmulatedRouter(router._runtime, [row, other])


def test_every_row_is_reached_by_its_own_path(router: EmulatedRouter) -> None:
    for endpoint in ENDPOINTS:
        path = endpoint.path.replace("{version}", "v8").replace("{", "").replace("}", "")
        leaf = router._find(path)
        assert leaf is not None, endpoint.path
        for verb in (*endpoint.operations, *endpoint.not_emulated):
            app: Any = leaf[0].operations[verb]
            assert isinstance(app, EmulatedOperation), (verb, endpoint.path)
            assert not isinstance(app, UnknownPath)
