"""The record rules: which state prevents what, and in which order
(docs/contract/mass-update-and-core.md 2.2, section 7)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockcrm.core.catalog.states import RecordState
from mockcrm.core.errors import RecordError
from mockcrm.core.errors.records import RecordLocked
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.core.records.rules import RESTRICTED_STATES, RecordChange, check_record, check_state
from tests.support.for_each import for_each
from tests.support.org_metadata import make_metadata

ORG = make_metadata({"modules": {"Deals": {"blueprint": {"field": "Stage"}}}})
LEADS, DEALS, TASKS = ORG.modules["Leads"], ORG.modules["Deals"], ORG.modules["Tasks"]

IN_ORDER = [
    (RecordState.NO_ACCESS, "CANNOT_PERFORM_ACTION"),
    (RecordState.STOP_PROCESSING, "CANNOT_PROCESS"),
    (RecordState.LOCKED, "RECORD_IS_LOCKED"),
    (RecordState.IN_MERGE, "RECORD_IN_MERGE"),
    (RecordState.IMAGE_PENDING, "IMAGE_PENDING"),
    (RecordState.IMAGE_REJECTED, "IMAGE_REJECTED"),
    (RecordState.APPROVAL_PENDING, "RECORD_NOT_APPROVED"),
    (RecordState.IN_BLUEPRINT, "RECORD_IN_BLUEPRINT"),
    (RecordState.CONVERTED, "CONVERTED_RECORD"),
]
"""Section 7's order, written down a second time."""


def broken(state: RecordState, module: OrgModule = DEALS, fields: tuple[str, ...] = ("Stage",)) -> str | None:
    change = RecordChange("1", state, module, fields)
    try:
        check_record(change)
    except RecordError as error:
        return error.name
    return None


@for_each(("state", "rule"), IN_ORDER)
def test_each_state_has_its_rule(state: RecordState, rule: str) -> None:
    with pytest.raises(RecordError) as raised:
        check_record(RecordChange("1", state, DEALS, ("Stage",)))
    assert (raised.value.name, raised.value.details) == (rule, {"id": "1"})


@for_each(("first", "second"), list(itertools.combinations(IN_ORDER, 2)))
def test_of_two_states_the_earlier_rule_raises_the_error(
    first: tuple[RecordState, str], second: tuple[RecordState, str]
) -> None:
    assert broken(first[0] | second[0]) == first[1]


def test_record_in_no_state_passes_and_every_state_is_a_suspect() -> None:
    assert broken(RecordState(0)) is None
    assert {state for state, _ in IN_ORDER} == set(RecordState)
    assert sum(state for state, _ in IN_ORDER) == RESTRICTED_STATES


@for_each(
    ("module", "field", "barred"),
    [
        (DEALS, "Stage", True),
        (DEALS, "Type", False),
        (DEALS, "Amount", False),
        (LEADS, "Lead_Status", True),
        (LEADS, "Rating", True),
        (LEADS, "City", False),
    ],
)
def test_blueprint_bars_its_own_field_or_every_picklist_where_it_names_none(
    module: OrgModule, field: str, barred: bool
) -> None:
    assert broken(RecordState.IN_BLUEPRINT, module, (field,)) == ("RECORD_IN_BLUEPRINT" if barred else None)


def test_blueprint_bars_a_change_of_several_fields_with_its_own() -> None:
    assert broken(RecordState.IN_BLUEPRINT, DEALS, ("Amount", "Stage")) == "RECORD_IN_BLUEPRINT"


def test_record_of_a_module_without_the_field_is_refused_before_its_state() -> None:
    assert broken(RecordState.NO_ACCESS, TASKS, ("Venue",)) == "FIELD_NOT_IN_RECORD_MODULE"
    assert broken(RecordState(0), TASKS, ("Due_Date",)) is None


def test_update_of_a_single_record_may_name_fields_that_mass_update_does_not_take() -> None:
    check_state(RecordChange("1", RecordState(0), LEADS, ("Last_Name", "Email")))
    with pytest.raises(RecordLocked):
        check_state(RecordChange("1", RecordState.LOCKED, LEADS, ("Last_Name",)))


@given(st.integers(0, RESTRICTED_STATES), st.sampled_from(["Stage", "Amount"]))
def test_first_state_in_order_raises_the_error(bits: int, field: str) -> None:
    state = RecordState(bits)
    expected = [rule for bit, rule in IN_ORDER if state & bit and (field == "Stage" or rule != "RECORD_IN_BLUEPRINT")]
    assert broken(state, DEALS, (field,)) == (expected[0] if expected else None)
