"""Settings of the server and of an org: defaults, bounds, layers."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockcrm.core.org_settings import OrgSettings, merge
from mockcrm.http.origins import allowed_origins
from mockcrm.settings import Settings
from tests.support.for_each import for_each


@for_each(
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
    assert merge(*layers) == expected
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


@for_each(
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
        {"wrong_type_length": "v2"},
        {"computed_values": "stored"},
        {"nonsense": 1},
        {"job_policy": {"mode": "x"}},
        {"job_policy": {"polls": {"scheduled": -1}}},
        {"job_policy": {"records_per_second": 0}},
    ],
)
def test_setting_out_of_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OrgSettings.model_validate(wrong)


RULES = "hooks.example, *.corp.example,my_app,203.0.113.7,2001:db8::/32,10.0.0.0/8,*"


@for_each("rules", ["", " ", "*", RULES, *RULES.split(",")])
def test_rules_for_the_hosts_of_webhooks(rules: str) -> None:
    assert Settings(webhook_hosts=rules).webhook_hosts == rules


@for_each(
    ("rules", "named"),
    [
        ("https://hooks.example", "'https://hooks.example'"),
        ("hooks.example:8080", "'hooks.example:8080'"),
        ("a,,b", "''"),
        ("ok.example,two words", "'two words'"),
        ("*hooks.example", "'*hooks.example'"),
        ("hooks.*", "'hooks.*'"),
        ("**", "'**'"),
        ("1.2.3", "'1.2.3'"),
        ("*.34", "'*.34'"),
        ("1.2.3.400", "'1.2.3.400'"),
        ("10.0.0.1/8", "got '10.0.0.1/8': 10.0.0.1/8 has host bits set"),
        ("10.0.0.0/33", "'10.0.0.0/33'"),
        ("[::1]", "'[::1]'"),
        ("-x.example", "'-x.example'"),
        ("b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example", "cher.example'"),
    ],
)
def test_an_invalid_webhook_rule_is_named(rules: str, named: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Settings(webhook_hosts=rules)
    (error,) = raised.value.errors()
    assert error["loc"] == ("webhook_hosts",)
    assert named in error["msg"]


@pytest.mark.parametrize(
    ("text", "listed", "everything"),
    [
        ("", set(), False),
        ("*", set(), True),
        ("https://app.test:3000", {"https://app.test:3000"}, False),
        ("HTTPS://App.Test:443, http://app:80,*", {"https://app.test", "http://app"}, True),
        ("http://[FD00::1]:8080,capacitor://localhost", {"http://[fd00::1]:8080", "capacitor://localhost"}, False),
    ],
)
def test_origins_of_pages(text: str, listed: set[str], everything: bool) -> None:
    found = allowed_origins(Settings(origins=text))
    assert (found.listed, found.everything) == (listed, everything)


@for_each(
    "wrong",
    ["app.test", "null", "https://app.test/", "https://a b", "https://", "https://*.test", "a://b,,c://d", "//a.test"],
)
def test_an_invalid_origin_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="expected origins such as"):
        Settings(origins=wrong)
