"""The $-keys of a record, which are no fields: what the service says about it (docs/contract/mass-update-and-core.md
4.2; notes: docs/contract/around-a-record.md 2.1)."""

from __future__ import annotations

from typing import Any

from mockcrm.core import line_items
from mockcrm.core.catalog.conversions import BECOME
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.core.records import notes
from mockcrm.core.versions import ApiVersion


def every_key(state: RecordState, module: OrgModule) -> dict[str, Any]:
    """Return the $-keys that a record of the module has in some version, in their order, without `$se_module`."""
    if module.api_name == notes.MODULE:
        return {
            "$attachments": None,
            "$editable": not state & (RecordState.LOCKED | RecordState.NO_ACCESS),
            "$sharing_permission": "full_access",
            "$is_shared_to_client": False,
            "$size": None,
            "$state": "save",
            "$voice_note": False,
        }
    pending = bool(state & RecordState.APPROVAL_PENDING)
    members: dict[str, Any] = {
        "$currency_symbol": "$",
        "$field_states": None,
        "$sharing_permission": "full_access",
        "$state": "save",
        "$process_flow": bool(state & RecordState.IN_BLUEPRINT),
        "$locked_for_me": bool(state & RecordState.LOCKED),
        "$approved": not pending,
        "$approval": {"delegate": pending, "approve": pending, "reject": pending, "resubmit": False},
        "$wizard_connection_path": None,
        "$editable": not state & (RecordState.LOCKED | RecordState.NO_ACCESS),
        "$zia_owner_assignment": "owner_recommendation_unavailable",
        "$is_duplicate": False,
        "$review_process": {"approve": False, "reject": False, "resubmit": False},
        "$layout_id": {"display_label": "Standard", "name": "Standard", "id": str(module.layout_id)},
        "$review": None,
        "$canvas_id": None,
        "$zia_visions": None,
        "$orchestration": False,
        "$cpq_executions": None,
        "$data_source_details": {},
        "$stop_processing": bool(state & RecordState.STOP_PROCESSING),
        "$in_merge": bool(state & RecordState.IN_MERGE),
        "$approval_state": "approval_process_pending" if pending else "approved",
        "$pathfinder": False,
    }
    if module.api_name in BECOME:
        members["$converted"] = bool(state & RecordState.CONVERTED)
    if module.api_name == "Leads":
        members["$converted_detail"] = {}
    if module.api_name == line_items.PRODUCTS:
        members["$taxable"] = True
    return members


def missing_keys(version: ApiVersion, module: OrgModule) -> frozenset[str]:
    """Return the $-keys that whole records do not have in `version`; a request may name them all the same."""
    if module.api_name == notes.MODULE:
        return frozenset() if version.notes_show_sharing else frozenset({"$sharing_permission"})
    missing: set[str] = set()
    if not version.records_carry_v2_keys:
        missing |= {"$state", "$converted"}
    if not version.records_show_approved:
        missing.add("$approved")
    if not version.records_show_sharing:
        missing |= {"$sharing_permission", "$zia_visions", "$pathfinder"}
    if not version.records_show_wizards:
        missing.add("$wizard_connection_path")
    if not version.records_show_cpq:
        missing.add("$cpq_executions")
    return frozenset(missing)
