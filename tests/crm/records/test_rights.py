"""The rights of profiles that writing records requires (docs/contract/mass-update-and-core.md 0.1 step 7)."""

from __future__ import annotations

import pytest

from mockcrm.core.org_metadata.model import Profile
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.records import errors, rules
from tests.support.org_metadata import make_metadata

LEADS = make_metadata().modules["Leads"]
EVERYTHING = Profile(1, "all")


def test_each_write_has_its_right_and_its_message() -> None:
    rights = {
        "create": (rules.require_create_right, "add", "Permission denied", "Crm_Implied_Create_Leads"),
        "update": (rules.require_update_right, "update", "Permission denied", "Crm_Implied_Edit_Leads"),
        "delete": (rules.require_delete_right, "delete", "Permission denied to delete", "Crm_Implied_Delete_Leads"),
    }
    for denied in rights:
        profile = Profile(1, "x", frozenset({denied}))
        for right, (require, verb, in_v8, permission) in rights.items():
            message = f"Permission denied to {verb} records"
            require(EVERYTHING, LEADS)
            if right != denied:
                require(profile, LEADS)
                continue
            with pytest.raises(errors.WriteDenied) as raised:
                require(profile, LEADS)
            assert raised.value.message_in(ApiVersion.V7) == message
            assert raised.value.details_in(ApiVersion.V7) == {}
            assert raised.value.message_in(ApiVersion.V8) == in_v8
            assert raised.value.details_in(ApiVersion.V8) == {"permissions": [permission]}
