"""The rights of profiles that mass update requires (docs/contract/mass-update-and-core.md 0.1 step 7)."""

from __future__ import annotations

import pytest

from mockcrm.core.org_metadata.model import Profile
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.mass_update import errors, rules
from tests.support.bulk import EVERYTHING, mass_update_request
from tests.support.org_metadata import make_metadata

ORG = make_metadata({"users": [{"email": "rep@x.example"}]})
LEADS = ORG.modules["Leads"]


@pytest.mark.parametrize("denied", ["mass_update", "update"])
@pytest.mark.parametrize("general", [True, False])
def test_mass_update_needs_mass_update_and_update(denied: str, general: bool) -> None:
    rules.require_mass_update_right(EVERYTHING, LEADS)
    rights = frozenset({denied})
    profile = Profile(1, "x", rights) if general else Profile(1, "x", modules={"Leads": rights})
    with pytest.raises(errors.MassUpdateDenied) as raised:
        rules.require_mass_update_right(profile, LEADS)
    assert raised.value.details_in(ApiVersion.V2) == {}
    assert raised.value.details_in(ApiVersion.V2_1) == {"permissions": ["Crm_Implied_Mass_Update_Leads"]}
    if not general:
        rules.require_mass_update_right(profile, ORG.modules["Accounts"])


def test_scheduling_is_a_right_of_its_own() -> None:
    others = Profile(1, "x", frozenset({"read", "mass_update"}))
    denied = Profile(1, "x", frozenset({"schedule_mass_update"}))
    for profile in (EVERYTHING, others):
        rules.schedule_allowed(mass_update_request(ORG, LEADS, {}, profile=profile))
    with pytest.raises(errors.ScheduleDenied):
        rules.schedule_allowed(mass_update_request(ORG, LEADS, {}, profile=denied))


def test_reading_the_status_is_a_right_of_its_own() -> None:
    rules.require_status_right(EVERYTHING, LEADS)
    with pytest.raises(errors.StatusDenied):
        rules.require_status_right(Profile(1, "x", frozenset({"mass_update_status"})), LEADS)
