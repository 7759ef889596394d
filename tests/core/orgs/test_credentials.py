"""Clients, grants and tokens: each belongs to one org, has the right lifetime, and survives a reset of its org."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockcrm.app import open_registry
from mockcrm.core import clock
from mockcrm.core.orgs import tokens as module
from mockcrm.core.orgs.credentials import ALL_SCOPES, IssuedCredentials, new_client_id, new_token
from mockcrm.core.orgs.org import OrgGone
from mockcrm.core.orgs.registry import OrgRegistry
from mockcrm.core.orgs.tokens import has_full_length
from mockcrm.fixture_format.parse import parse_fixture
from mockcrm.settings import Settings

NOW = 1000.0
TOKENS = [
    {
        "user": "a@x.example",
        "refresh_token": "r1",
        "access_token": "a1",
        "grant_code": "g1",
        "scopes": ["ZohoCRM.modules.ALL", "ZohoCRM.org.READ"],
    },
    {"user": "a@x.example", "refresh_token": "r2", "access_token": "a2", "grant_code": "g2", "expires_in": "never"},
    {"user": "a@x.example", "refresh_token": "r3", "access_token": "a3", "grant_code": "g3", "expires_in": 60},
]
CLIENTS = {
    "users": [{"id": "41", "email": "a@x.example"}],
    "clients": [{"client_id": "c1", "client_secret": "s1", "tokens": TOKENS}],
}


def fixture(content: dict[str, Any] | None = None) -> Any:
    return parse_fixture({"mockcrm": 1, **(CLIENTS if content is None else content)}, "test")


@pytest.fixture
def registry() -> Iterator[OrgRegistry]:
    made = open_registry(Settings())
    made.create("default", fixture())
    made.create("other", fixture())
    yield made
    made.close()


def test_look_of_tokens_and_client_ids() -> None:
    start, first, second = new_token().split(".")
    assert (start, len(first), len(second)) == ("1000", 32, 32)
    int(first + second, 16)
    assert len({new_token() for _ in range(100)}) == 100
    assert new_client_id().startswith("1000.")


def test_literals_hold_in_the_default_org_alone(registry: OrgRegistry) -> None:
    credentials = registry.credentials
    admin, *entries = credentials.entries("default")
    assert (admin.scopes, admin.client_id != "c1") == (ALL_SCOPES, True)
    assert entries[0] == IssuedCredentials(
        41, "c1", "s1", "r1", "a1", "g1", ("ZohoCRM.modules.ALL", "ZohoCRM.org.READ")
    )
    assert entries[1].scopes == ALL_SCOPES
    other = registry.uid_of("other")
    assert other is not None
    fresh = credentials.entries(other)
    assert len(fresh) == 4
    for entry in fresh:
        assert not {entry.client_id, entry.refresh_token, entry.access_token, entry.grant_code} & {
            *("c1", "r1", "r2", "r3", "a1", "a2", "a3", "g1", "g2", "g3")
        }
        session = credentials.find_token(entry.access_token or "")
        assert session is not None
        assert session.org == other
    assert {entry.client_id for entry in fresh[1:]} == {fresh[1].client_id}
    assert [credentials.find_token(f"a{number}").org for number in (1, 2, 3)] == ["default"] * 3  # type: ignore[union-attr]


def test_access_tokens_live_as_long_as_their_entry_says(registry: OrgRegistry) -> None:
    for _ in range(2):
        with registry.using("default") as org:
            now = org.clock.now()
            lives = [registry.credentials.find_token(f"a{number}").expires for number in (1, 2, 3)]  # type: ignore[union-attr]
        assert lives[1] is None
        assert lives[0] == pytest.approx(now + 3600, abs=60)
        assert lives[2] == pytest.approx(now + 60, abs=60)
        assert lives[0] > lives[2] + 3000  # type: ignore[operator]
        registry.reset("default")


def test_unknown_token_has_no_session(registry: OrgRegistry) -> None:
    for text in ("", "nonsense", "r1", "g1", "c1"):
        assert registry.credentials.find_token(text) is None


def test_issued_token_is_its_grants(registry: OrgRegistry) -> None:
    credentials = registry.credentials
    grant = credentials.grant_by_refresh("r1")
    assert grant is not None
    token = credentials.issue(grant, NOW)
    assert (token.org, token.user_id, token.expires) == ("default", 41, NOW + 3600)
    session = credentials.find_token(token.token)
    assert session is not None
    assert (session.org, session.scopes) == ("default", ("ZohoCRM.modules.ALL", "ZohoCRM.org.READ"))
    credentials.issue(grant, NOW + 3600)  # what has expired is forgotten
    assert credentials.find_token(token.token) is None


def test_revoked_refresh_token_takes_its_access_tokens_along(registry: OrgRegistry) -> None:
    credentials = registry.credentials
    grant = credentials.grant_by_refresh("r1")
    assert grant is not None
    token = credentials.issue(grant, NOW)
    assert credentials.find_token(token.token) is not None
    assert credentials.revoke("r1", lambda org: org == "other") is False
    assert credentials.revoke("r1", lambda org: org == "default") is True
    assert credentials.revoke("r1", lambda _: True) is False
    assert [credentials.find_token(text) for text in (token.token, "a1")] == [None, None]
    assert credentials.grant_by_refresh("r1") is None
    assert credentials.find_token("a2") is not None


def test_revoked_access_token_leaves_its_refresh_token(registry: OrgRegistry) -> None:
    credentials = registry.credentials
    assert credentials.find_token("a1") is not None
    assert credentials.revoke("a1", lambda _: False) is False
    assert credentials.revoke("a1", lambda _: True) is True
    assert credentials.revoke("a1", lambda _: True) is False
    assert credentials.find_token("a1") is None
    assert credentials.grant_by_refresh("r1") is not None
    assert credentials.revoke("nonsense", lambda _: True) is False


def test_token_that_is_revoked_while_it_is_looked_up_is_not_remembered(
    registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = registry.credentials
    read = credentials._read

    def read_then_revoke(*arguments: Any) -> Any:
        found = read(*arguments)
        monkeypatch.undo()
        credentials.revoke("a1", lambda _: True)
        return found

    monkeypatch.setattr(credentials, "_read", read_then_revoke)
    assert credentials.find_token("a1") is not None  # read before it was revoked
    assert credentials.find_token("a1") is None


def test_grant_of_a_later_client_that_a_reset_dropped_owns_no_token_any_more(registry: OrgRegistry) -> None:
    credentials = registry.credentials
    (added,) = registry.load(
        "other", fixture({"clients": [{"tokens": [{"user": "a@x.example"}]}], "users": CLIENTS["users"]})
    )
    registry.reset("other")
    registry.create("third", None)
    (third,) = credentials.entries(registry.uid_of("third") or "")
    assert credentials.find_token(added.access_token or "") is not None
    assert credentials.revoke(third.refresh_token or "", lambda _: True)
    assert credentials.find_token(added.access_token or "") is not None


def test_nothing_is_given_to_an_org_that_is_gone(registry: OrgRegistry) -> None:
    credentials = registry.credentials
    uid = registry.uid_of("other") or ""
    entry = credentials.entries(uid)[1]
    grant, client = credentials.grant_by_refresh(entry.refresh_token or ""), credentials.client(entry.client_id)
    assert grant is not None
    assert client is not None
    registry.delete("other")
    consent = {"offline": True, "again": True, "now": NOW, "limited": False}
    for give in (
        lambda: credentials.issue(grant, NOW),
        lambda: credentials.issue_without_grant(uid, "c1", 41, ALL_SCOPES, None),
        lambda: credentials.add_entry(uid, 41, ALL_SCOPES, expires=None),
        lambda: credentials.add_clients(uid, [{"tokens": []}], literal=False, now=NOW),
        lambda: credentials.add_code(client, 41, ALL_SCOPES, "http://localhost", **consent),  # type: ignore[arg-type]
        lambda: credentials.add_session_consent(client, 41, ALL_SCOPES, "http://localhost"),
    ):
        with pytest.raises(OrgGone):
            give()


def test_credentials_last_as_long_as_the_orgs_clock_says_when_the_systems_is_set_back(
    registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = clock.SYSTEM.now() + 7200
    monkeypatch.setattr(clock, "SYSTEM", clock.SystemClock(lambda: later, lambda: 0.0))
    registry.create("third", None)
    with registry.using("third") as org:
        (entry,) = registry.credentials.entries(org.uid)
        session = registry.credentials.find_token(entry.access_token or "")
        assert session is not None
        assert session.expires == org.clock.now() + 3600


def test_code_works_once(registry: OrgRegistry) -> None:
    credentials = registry.credentials
    grant = credentials.grant_by_code("g1")
    assert grant is not None
    assert [credentials.exchange_code(grant, NOW) is None for _ in range(2)] == [False, True]
    assert credentials.grant_by_code("g1") is None
    assert credentials.grant_by_refresh("r1") is not None


def test_reset_revives_what_the_org_was_created_with(registry: OrgRegistry) -> None:
    credentials = registry.credentials
    uids = [row.uid for row in registry.rows()]
    before = [credentials.entries(uid) for uid in uids]
    grant = credentials.grant_by_refresh("r2")
    code = credentials.grant_by_code("g1")
    assert grant is not None
    assert code is not None
    meanwhile = credentials.issue(grant, NOW)
    assert credentials.exchange_code(code, NOW) is not None
    credentials.revoke("r1", lambda _: True)
    credentials.revoke("a3", lambda _: True)
    registry.load("default", fixture({"clients": [{"client_id": "c9", "tokens": [{"user": "a@x.example"}]}]}))
    assert len(credentials.entries("default")) == 5
    registry.reset("default")
    assert [credentials.entries(uid) for uid in uids] == before
    assert credentials.client("c9") is None
    assert credentials.grant_by_code("g1") is not None
    assert credentials.grant_by_refresh("r1") is not None
    assert [credentials.find_token(text) is not None for text in ("a1", "a3", meanwhile.token)] == [True] * 3


def test_deleted_org_takes_its_credentials_along(registry: OrgRegistry) -> None:
    credentials = registry.credentials
    entries = credentials.entries(registry.uid_of("other") or "")
    assert len(entries) == 4
    for entry in entries:
        assert credentials.find_token(entry.access_token or "") is not None
    registry.delete("other")
    for entry in entries:
        assert credentials.find_token(entry.access_token or "") is None
        assert credentials.client(entry.client_id) is None
        assert credentials.grant_by_refresh(entry.refresh_token or "") is None
    assert credentials.find_token("a1") is not None


def test_literals_loaded_twice_stay_one_entry(registry: OrgRegistry) -> None:
    before = registry.credentials.entries("default")
    registry.load("default", fixture())
    assert registry.credentials.entries("default") == before


def test_full_cache_evicts_and_reads_again(registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CACHED_TOKENS", 1)
    for text in ("a1", "a2", "a1", "a3"):
        assert registry.credentials.find_token(text) is not None


def test_tokens_of_the_services_length() -> None:
    assert has_full_length(new_token())
    for text in ("1000.demo.access", "", None, new_token() + "0", new_token() + "\n", new_token()[:-1] + "g"):
        assert not has_full_length(text)
