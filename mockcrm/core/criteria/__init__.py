"""Custom-view criteria: the tree of docs/contract/mass-update-and-core.md 3.4, validated against a module's fields and
compiled to SQL.

`parse_criteria` turns a JSON tree into Leaf and Group objects; `compile_criteria` turns those into one boolean
expression over the table `record`. Behaviour without a source is marked "(assumed)" where it is implemented:
`comparators` (which kinds of field a comparator takes), `conditions` (what matches), and in mockcrm/core/field_types
`operands` (which values a kind takes) and `days` (what the day tokens mean).
"""

from mockcrm.core.criteria.comparators import CriteriaError
from mockcrm.core.criteria.ordering import sort_key
from mockcrm.core.criteria.sql import Sql, compile_criteria
from mockcrm.core.criteria.tree import Criteria, Group, Leaf, names_field, parse_all, parse_criteria
from mockcrm.core.field_types.days import CriteriaContext

__all__ = [
    "Criteria",
    "CriteriaContext",
    "CriteriaError",
    "Group",
    "Leaf",
    "Sql",
    "compile_criteria",
    "names_field",
    "parse_all",
    "parse_criteria",
    "sort_key",
]
