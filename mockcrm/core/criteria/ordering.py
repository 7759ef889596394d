"""SQL expressions to sort records by a field; they are null for records without a value.

Text sorts case-insensitively, as in comparisons; lookups and multi-selects by their ids or stored text (assumed).
"""

from __future__ import annotations

from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria.conditions import COLUMNS, stored_source
from mockcrm.core.criteria.tree import can_have_criteria


def sort_key(field: Field) -> str | None:
    """Return the SQL expression to sort by; None when records cannot be sorted by the field."""
    if not can_have_criteria(field):
        return None
    return COLUMNS.get(field.api_name) or field.kind.sorted.format(stored_source(field))
