"""Custom-view criteria: the tree of contract 3.4, checked against a module's fields, and the same as SQL.

`parse_criteria` checks a JSON tree and gives Leaf and Group; `compile_criteria` turns those into one boolean
expression over the table `record`. What no document says is marked assumed where it is decided: `kinds`
(which comparators and values a type of field takes), `days` (what the day tokens mean), `sql` (what matches).
"""

from mockcrm.core.criteria.comparators import CriteriaError
from mockcrm.core.criteria.days import CriteriaContext
from mockcrm.core.criteria.ordering import sort_key
from mockcrm.core.criteria.sql import Sql, compile_criteria
from mockcrm.core.criteria.tree import Criteria, Group, Leaf, parse_criteria

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
