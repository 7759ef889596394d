"""Scopes and rights of profiles (docs/contract/mass-update-and-core.md 0.1 steps 6 and 7, 1.7)."""

from __future__ import annotations

import pytest

from mockcrm.core.org_metadata.model import Profile
from mockcrm.http import errors
from mockcrm.http.scopes import OAuthScope, covers, module_subs, require_read_right, require_scope
from tests.support.for_each import for_each
from tests.support.org_metadata import make_metadata

ORG = make_metadata(
    {
        "modules": {"Clients": {"singular_label": "Client", "plural_label": "Clients"}},
        "users": [{"email": "rep@x.example"}],
    }
)
LEADS = ORG.modules["Leads"]
UPDATE_LEADS = OAuthScope("mass_update", "update", module_subs(LEADS))


@for_each(
    ("granted", "covered"),
    [
        ("ZohoCRM.mass_update.UPDATE", True),
        ("ZohoCRM.mass_update.ALL", True),
        ("ZohoCRM.mass_update.WRITE", True),
        ("zohocrm.MASS_UPDATE.update", True),
        ("ZohoCRM.mass_update.leads.UPDATE", True),
        ("ZohoCRM.mass_update.Leads.ALL", True),
        (" ZohoCRM.mass_update.leads.write ", True),
        ("ZohoCRM.mass_update.READ", False),
        ("ZohoCRM.mass_update.CREATE", False),
        ("ZohoCRM.mass_update.contacts.UPDATE", False),
        ("ZohoCRM.mass_update.custom.UPDATE", False),
        ("ZohoCRM.modules.ALL", False),
        ("ZohoCRM.modules.leads.ALL", False),
        ("ZohoCRM.mass_update", False),
        ("ZohoCRM.mass_update.leads.UPDATE.more", False),
        ("ZohoCRM", False),
        ("", False),
        ("ZohoFiles.mass_update.ALL", False),
        ("mass_update.ALL", False),
    ],
)
def test_granted_scope_covers_the_needed_one(granted: str, covered: bool) -> None:
    assert covers((granted,), UPDATE_LEADS) is covered
    assert covers(("ZohoFiles.files.ALL", granted), UPDATE_LEADS) is covered


@pytest.mark.parametrize(
    ("operation", "covered"), [("create", True), ("update", True), ("read", False), ("delete", False)]
)
def test_write_is_create_and_update(operation: str, covered: bool) -> None:
    assert covers(("ZohoCRM.modules.leads.WRITE",), OAuthScope("modules", operation, ("leads",))) is covered


def test_endpoint_without_a_sub_takes_no_scope_that_has_one() -> None:
    assert covers(("ZohoCRM.users.READ",), OAuthScope("users", "read"))
    assert not covers(("ZohoCRM.users.leads.READ",), OAuthScope("users", "read"))


@pytest.mark.parametrize(
    ("module", "subs"),
    [
        ("Leads", ("leads",)),
        ("Price_Books", ("price_books", "pricebooks")),
        ("Sales_Orders", ("sales_orders", "salesorders")),
        ("Clients", ("clients", "custom")),
    ],
)
def test_module_has_the_words_that_scopes_call_it_by(module: str, subs: tuple[str, ...]) -> None:
    assert module_subs(ORG.modules[module]) == subs


def test_scope_that_is_not_granted_is_row_21() -> None:
    require_scope(("ZohoCRM.mass_update.UPDATE",), UPDATE_LEADS)
    with pytest.raises(errors.ScopeMismatch):
        require_scope((), UPDATE_LEADS)


EVERYTHING = Profile(1, "all")


def test_reading_is_a_right_of_its_own() -> None:
    require_read_right(EVERYTHING, LEADS)
    with pytest.raises(errors.ReadDenied):
        require_read_right(Profile(1, "x", frozenset({"read"})), LEADS)
