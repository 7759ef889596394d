"""The clock and the settings of an org by the control API."""

from __future__ import annotations

import pytest

from tests.support.for_each import for_each

from .conftest import Control

SETTINGS = {
    "status_profile": "reference",
    "auth": "strict",
    "edition": None,
    "strict_picklists": False,
    "wrong_type_length": "by_version",
    "computed_values": "ignored",
    "oauth_error_status": 200,
    "throttle_status": 400,
    "not_found_body": "json",
    "scope_error": "today",
    "read_denied_status": 403,
    "token_limits": False,
    "concurrency": None,
    "credits": None,
    "max_body_mb": 10.0,
    "access_token_seconds": 3600,
    "trial": False,
    "bundle_paid_type": "with_edition",
    "lookup_by_name": "contacts",
    "se_module_required": True,
    "tags_per_module": 100,
}


def test_a_frozen_clock_stands_and_is_advanced(control: Control) -> None:
    clock = f"{control.org({'mockcrm': 1, 'org': {'time_zone': '+05:30'}})}/clock"

    frozen = control.good("PUT", clock, {"now": "2024-01-15T10:30:00+05:30", "frozen": True})

    assert frozen == {"now": "2024-01-15T10:30:00+05:30", "frozen": True}
    assert control.good("GET", clock) == frozen
    later = {"now": "2024-01-15T11:30:01+05:30", "frozen": True}
    assert control.good("POST", f"{clock}/advance", {"seconds": 3601.5}) == later
    assert control.good("POST", f"{clock}/advance") == later
    assert control.good("PUT", clock) == later


def test_the_time_may_be_given_in_seconds_and_the_clock_goes_on_as_it_did(control: Control) -> None:
    clock = f"{control.org()}/clock"
    control.good("PUT", clock, {"frozen": True})

    assert control.good("PUT", clock, {"now": 1_700_000_000}) == {"now": "2023-11-14T22:13:20+00:00", "frozen": True}
    assert control.good("PUT", clock, {"now": "1970-01-01T00:00:00"}) == {
        "now": "1970-01-01T00:00:00+00:00",
        "frozen": True,
    }
    running = control.good("PUT", clock, {"frozen": False})
    assert (running["frozen"], running["now"][:16]) == (False, "1970-01-01T00:00")


@for_each(
    ("path", "body", "where"),
    [
        ("", {"now": "yesterday"}, "body.now"),
        ("", {"now": -1}, "body.now"),
        ("", {"now": True}, "body.now"),
        ("", {"now": "9999-12-31T23:59:59Z"}, "body.now"),
        ("", {"frozen": 1}, "body.frozen"),
        ("", {"later": 1}, "body.later"),
        ("/advance", {"seconds": -1}, "body.seconds"),
        ("/advance", {"seconds": "1"}, "body.seconds"),
        ("/advance", {"seconds": 253_402_214_399}, "body.seconds"),
        ("/advance", b'{"seconds": NaN}', "body.seconds"),
        ("/advance", b'{"seconds": 1e999}', "body.seconds"),
    ],
)
def test_a_bad_time_changes_nothing(control: Control, path: str, body: object, where: str) -> None:
    clock = f"{control.org()}/clock"
    before = control.good("PUT", clock, {"now": 1_700_000_000, "frozen": True})

    status, response = control.call("POST" if path else "PUT", clock + path, body)

    assert (status, response["error"]["where"]) == (400, where)
    assert control.good("GET", clock) == before


def test_settings_change_by_the_keys_given(control: Control) -> None:
    path = f"{control.org()}/settings"

    assert control.good("GET", path) == SETTINGS
    assert control.good("PUT", path) == SETTINGS
    changed = {**SETTINGS, "edition": "free", "max_body_mb": 1.5}
    assert control.good("PUT", path, {"edition": "free", "max_body_mb": 1.5}) == changed
    assert control.good("PUT", path, {"edition": None}) == {**changed, "edition": None}


@pytest.mark.parametrize(
    ("body", "message", "where"),
    [
        ({"auth": "maybe"}, "expected one of: strict, any, got 'maybe'", "body.auth"),
        ({"max_body_mb": 100}, "expected 64 or less, got 100", "body.max_body_mb"),
        ({"token_limits": 1}, "expected true or false, got 1", "body.token_limits"),
        ({"job_policy": {}}, f"unknown key; expected one of: {', '.join(SETTINGS)}", "body.job_policy"),
        ({"edition": "free", "auth": 1}, "expected one of: strict, any, got 1", "body.auth"),
    ],
)
def test_bad_settings_change_nothing(control: Control, body: object, message: str, where: str) -> None:
    path = f"{control.org()}/settings"

    assert control.call("PUT", path, body) == (400, {"error": {"message": message, "where": where}})
    assert control.good("GET", path) == SETTINGS


def test_settings_hold_at_once(control: Control) -> None:
    org = control.org()
    client = control.application.client

    def status() -> int:
        headers = {"Authorization": "Zoho-oauthtoken 1000.unknown"}
        url = f"/o/{org.removeprefix('/orgs/')}/crm/v2/org"
        return control.application.run(client.get(url, headers=headers)).status_code

    assert status() == 401
    control.good("PUT", f"{org}/settings", {"auth": "any"})
    assert status() == 200


def test_every_setting_says_what_it_does(control: Control) -> None:
    schemas = control.good("GET", "/openapi.json")["components"]["schemas"]
    settings = schemas["SettingsChange"]["properties"]
    assert [key for key, schema in settings.items() if "description" not in schema] == []
    assert set(settings) == set(control.good("GET", f"{control.org()}/settings"))
