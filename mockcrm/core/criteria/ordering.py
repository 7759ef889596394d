"""SQL expressions to sort records by a field; they are null for records without a value.

Text sorts case-insensitively, as in comparisons; lookups and multi-selects by their ids or stored text (assumed).
"""

from __future__ import annotations

from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria.comparators import Kind, kind_of
from mockcrm.core.criteria.sql import stored_source
from mockcrm.core.criteria.tree import can_have_criteria


def sort_key(field: Field) -> str | None:
    """Return the SQL expression to sort by; None when records cannot be sorted by the field."""
    if not can_have_criteria(field):
        return None
    kind = kind_of(field)
    source = stored_source(field)
    match kind:
        case Kind.TEXT:
            return f"fold(nullif({source}, ''))"
        case Kind.DATETIME:
            return source if source.startswith("record.") else f"CAST(strftime('%s', {source}) AS INTEGER)"
        case Kind.NUMBER:
            return source if source.startswith("record.") else f"CAST(nullif({source}, '') AS NUMERIC)"
        case Kind.DATE:
            return f"nullif({source}, '')"
    return source
