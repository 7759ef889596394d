"""Settings of the server and of an org: defaults, bounds, layers."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockcrm.settings import OrgSettings, Settings, merged


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([], {}),
        ([{"a": 1}, {"b": 2}], {"a": 1, "b": 2}),
        ([{"a": 1}, {"a": None}], {"a": None}),
        ([{"a": {"x": 1, "y": 1}}, {"a": {"y": 2}}, {"a": {"z": 3}}], {"a": {"x": 1, "y": 2, "z": 3}}),
        ([{"a": {"x": 1}}, {"a": 5}], {"a": 5}),
        ([{"a": [1]}, {"a": [2]}], {"a": [2]}),
    ],
)
def test_later_layers_win_key_by_key(layers: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    copies = [dict(layer) for layer in layers]
    assert merged(*layers) == expected
    assert layers == copies


def test_only_what_was_given_counts_as_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().org_options == {}
    assert Settings(auth="strict", job_mode="manual").org_options == {
        "auth": "strict",
        "job_policy": {"mode": "manual"},
    }
    monkeypatch.setenv("MOCKCRM_STATUS_PROFILE", "article")
    assert Settings().org_options == {"status_profile": "article"}
    assert Settings(status_profile="reference").org_options == {"status_profile": "reference"}


def test_server_listens_where_the_contract_says() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.fixture) == ("127.0.0.1", 9646, "demo")


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth": "lax"},
        {"status_profile": "x"},
        {"edition": "deluxe"},
        {"max_body_mb": 0},
        {"max_body_mb": 65},
        {"oauth_error_status": 199},
        {"concurrency": 0},
        {"credits": -1},
        {"strict_picklists": "yes"},
        {"nonsense": 1},
        {"job_policy": {"mode": "x"}},
        {"job_policy": {"polls": {"scheduled": -1}}},
        {"job_policy": {"records_per_second": 0}},
    ],
)
def test_setting_out_of_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OrgSettings.model_validate(wrong)
