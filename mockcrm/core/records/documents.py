"""The JSON document of a record: every field of the module that is not a database column, in the module's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from mockcrm.core.org_metadata.model import OrgModule


def unset_document(module: OrgModule) -> dict[str, Any]:
    """Return the document of a record without any values."""
    return dict(module.unset)


def full_name(first: object, last: object) -> str | None:
    """Return the full name, such as `Patricia Boyle`. Either part may be missing; None when both are."""
    return " ".join(part for part in (first, last) if isinstance(part, str) and part) or None


def complete(document: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `document` updated with `values`, and with Full_Name derived from its parts unless it is given."""
    completed = {**document, **values}
    named = "First_Name" in values or "Last_Name" in values
    if named and "Full_Name" in completed and "Full_Name" not in values:
        completed["Full_Name"] = full_name(completed.get("First_Name"), completed.get("Last_Name"))
    return completed


def document_extender(module: OrgModule) -> Callable[[str], str]:
    """Return a function that adds the module's new fields to a stored document, in the module's order."""
    unset = unset_document(module)

    def extended(text: str) -> str:
        return orjson.dumps({**unset, **orjson.loads(text)}).decode()

    return extended
