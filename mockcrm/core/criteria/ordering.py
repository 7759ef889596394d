"""The value of a field as an SQL expression to sort records by; null where the record has none.

Text sorts without case, as it compares; lookups and multi-selects by their ids or stored text (assumed).
"""

from __future__ import annotations

from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria.comparators import Kind, kind_of
from mockcrm.core.criteria.sql import stored_source
from mockcrm.core.criteria.tree import takes_criteria


def sort_key(field: Field) -> str | None:
    """The expression to sort by; None for a field that has none."""
    if not takes_criteria(field):
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
