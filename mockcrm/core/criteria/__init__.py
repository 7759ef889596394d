"""Custom-view criteria: the tree of docs/contract/mass-update-and-core.md 3.4, validated against a module's fields and
compiled to SQL.

`parse_criteria` turns a JSON tree into Leaf and Group objects; `compile_criteria` turns those into one boolean
expression over the table `record`. Behaviour without a source is marked "(assumed)" where it is implemented: `kinds`
(which comparators and values a field type takes), `days` (what the day tokens mean), `sql` (what matches).
"""

from mockcrm.core.criteria.comparators import CriteriaError
from mockcrm.core.criteria.ordering import sort_key
from mockcrm.core.criteria.sql import Sql, compile_criteria
from mockcrm.core.criteria.tree import Criteria, Group, Leaf, parse_criteria
from mockcrm.core.field_types.days import CriteriaContext

__all__ = [
    "Criteria",
    "CriteriaContext",
    "CriteriaError",
    "Group",
    "Leaf",
    "Sql",
    "compile_criteria",
    "parse_criteria",
    "sort_key",
]
