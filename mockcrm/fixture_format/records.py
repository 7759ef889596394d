"""Loading records: listed ones, deleted ones, and generated ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from mockcrm.core import line_items
from mockcrm.core.catalog.model import Field
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.field_values import InvalidFieldValue
from mockcrm.core.line_totals import PARTS, RECORD_TAXES, check_taxes, tax_ids
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import SE_MODULE, OrgModule
from mockcrm.core.records import auto_numbers, inventory
from mockcrm.core.records import store as records
from mockcrm.core.records.documents import complete, unset_document
from mockcrm.fixture_format import statements as setup
from mockcrm.fixture_format.context import Context
from mockcrm.fixture_format.errors import FixtureError, show
from mockcrm.fixture_format.model import Generate, OwnerCycle, Record, ReferencesCycle, StatesCycle
from mockcrm.fixture_format.tags import tag_references
from mockcrm.fixture_format.values import document_field, stored_value

_Row = tuple[int, int, int, int, int, int, int, int, str]

MAX_TEMPLATES = 4096
"""The most different documents that one `generate` entry prepares; it has the least common multiple of its cycles."""


def load_records(context: Context) -> None:
    """Load records, deleted records and generated records."""
    loaded = []
    for name, entries in (context.fixture.records or {}).items():
        module = _module_of_records(context, name, f"records.{name}")
        loaded.append((module, _load_records(context, module, entries)))
    # Only now, because the products of line items may come later in the fixture.
    for module, given in loaded:
        if given:
            inventory.complete_totals(context.connection, module, context.modules[line_items.PRODUCTS], given)
    for name, removed in (context.fixture.deleted or {}).items():
        module = _module_of_records(context, name, f"deleted.{name}")
        rows = []
        for index, item in enumerate(removed):
            where = f"deleted.{name}[{index}]"
            by = context.existing.admin_id
            creator = by if item.created_by is None else context.user(item.created_by, f"{where}.created_by")
            time, user = context.stamp(item.deleted, by, f"{where}.deleted")
            rows.append((item.id, module.id, item.type, item.name, creator, user, time))
        setup.put_all(context.connection, records.INSERT_DELETED, rows)
    for index, block in enumerate(context.fixture.generate or ()):
        _generate(context, block, f"generate[{index}]")


def _module_of_records(context: Context, name: str, where: str) -> OrgModule:
    module = context.module(name, where)
    if module.definition.pseudo:
        raise FixtureError(where, f"{name} has no records of its own; expected Tasks, Events or Calls")
    return module


def _load_records(context: Context, module: OrgModule, entries: Sequence[Record]) -> dict[int, Mapping[str, Any]]:
    """Load the records of a module. Return the values that the fixture gives those with amounts, by record id."""
    unset = unset_document(module)
    literal = [item.id for item in entries if item.id is not None]
    existing = {row.id: row for row in records.rows(context.connection, literal)} if literal else {}
    first = metadata_store.allocate_ids(context.connection, len(entries) - len(literal))
    numbers = _numbers(context, module, entries, existing)
    rows: list[_Row] = []
    assigned: list[tuple[int, int]] = []
    reassigned: list[tuple[int]] = []
    given: dict[int, Mapping[str, Any]] = {}
    for index, item in enumerate(entries):
        where = f"records.{module.api_name}[{index}]"
        if item.id is None:
            record_id, first = first, first + 1
        else:
            record_id = item.id
        old = existing.get(record_id)
        rows.append(_row(context, module, item, record_id, old, unset, numbers, where))
        if inventory.brings_amounts(module, item.fields or {}):
            given[record_id] = item.fields or {}
        if item.territories is not None:
            _check_territories(module, item.territories, f"{where}.territories")
            if old is not None:
                reassigned.append((record_id,))
            assigned.extend(
                (context.territory(name, f"{where}.territories[{place}]"), record_id)
                for place, name in enumerate(item.territories)
            )
    setup.put_all(context.connection, setup.PUT_RECORD, rows)
    setup.put_all(context.connection, records.CLEAR_TERRITORIES, reassigned)
    setup.put_all(context.connection, records.ASSIGN_TERRITORY, assigned)
    return given


def _row(
    context: Context,
    module: OrgModule,
    item: Record,
    record_id: int,
    old: records.Row | None,
    unset: dict[str, Any],
    numbers: Mapping[str, Iterator[str]],
    where: str,
) -> _Row:
    values = {}
    for name, value in (item.fields or {}).items():
        path = f"{where}.fields.{name}"
        values[name] = _value(context, module, name, value, path)
    if old is None:
        document = complete(unset, values)
        owner = context.existing.admin_id
        state = 0
    else:
        document = complete(orjson.loads(old.fields), values)
        owner, state = old.owner_id, old.state
    for name, following in numbers.items():
        if document[name] is None:
            document[name] = next(following)
    if item.owner is not None:
        owner = context.user(item.owner, f"{where}.owner")
    if item.state is not None:
        state = int(RecordState.from_names(item.state))
    if old is not None and item.created is None:
        created = (old.created_time, old.created_by)
    else:
        created = context.stamp(item.created, owner, f"{where}.created")
    modified = context.stamp(item.modified, owner, f"{where}.modified")
    text = orjson.dumps(document).decode()
    return (record_id, module.id, state, owner, created[1], modified[1], created[0], modified[0], text)


def _value(context: Context, module: OrgModule, name: str, value: Any, where: str) -> Any:
    if name == RECORD_TAXES and line_items.later_name(module) is not None:
        try:
            return check_taxes(value)
        except InvalidFieldValue:
            raise FixtureError(where, f"expected a list of taxes, got {show(value)}") from None
    return _stored(context, module, document_field(module, name, where), value, where)


def _numbers(
    context: Context, module: OrgModule, entries: Sequence[Record], existing: Mapping[int, records.Row]
) -> dict[str, Iterator[str]]:
    """Return the numbers for the records that have none, by the name of the auto-number field. Values that the fixture
    gives are passed over."""
    found: dict[str, Iterator[str]] = {}
    for field in module.auto_numbers:
        name = field.api_name
        given = [(item.fields or {}).get(name) for item in entries]
        missing = [
            item
            for item, value in zip(entries, given, strict=True)
            if value is None and (name in (item.fields or {}) or not _has_value(existing, item.id, name))
        ]
        auto_numbers.pass_over(context.connection, module, field, given)
        if missing:
            first = auto_numbers.take(context.connection, module, field, len(missing))
            found[name] = map(partial(auto_numbers.text_of, field), itertools.count(first))
    return found


def _has_value(existing: Mapping[int, records.Row], record_id: int | None, name: str) -> bool:
    row = None if record_id is None else existing.get(record_id)
    return row is not None and orjson.loads(row.fields).get(name) is not None


def _stored(context: Context, module: OrgModule, field: Field, value: Any, where: str) -> Any:
    stored = stored_value(field, value, where, context.users, context.offset)
    if field is SE_MODULE and stored is not None:
        return context.module(stored, where).api_name
    return tag_references(context, module, stored or ()) if field.type.holds_tags else stored


def _check_territories(module: OrgModule, names: Sequence[str], where: str) -> None:
    if names and not module.definition.territories:
        raise FixtureError(where, f"records of {module.api_name} are not assigned to territories")


# -- generate ----------------------------------------------------------------------------------------------------


def _generate(context: Context, block: Generate, where: str) -> None:
    module = _module_of_records(context, block.module, f"{where}.module")
    owners = _owners(context, block, where)
    states = _states(block)
    territories = _territories(context, module, block, where)
    first = metadata_store.allocate_ids(context.connection, block.count)  # before the ids of tags that it makes
    texts = _texts(context, module, block, where)
    given = []
    for field in module.auto_numbers:
        if (block.fields or {}).get(field.api_name) is None:
            first_number = auto_numbers.take(context.connection, module, field, block.count)
            texts = _numbered(texts, field, first_number)
        else:
            given.append(field)
    created = context.stamp(block.created, 0, f"{where}.created")
    modified = context.stamp(block.modified, 0, f"{where}.modified")

    def rows() -> Iterator[_Row]:
        for index, text in enumerate(texts):
            owner = owners[index % len(owners)]
            yield (
                first + index,
                module.id,
                states[index % len(states)],
                owner,
                created[1] or owner,
                modified[1] or owner,
                created[0],
                modified[0],
                text,
            )

    setup.put_all(context.connection, records.INSERT, rows())
    for field in given:
        auto_numbers.pass_over_stored(context.connection, module, field)
    if any(territories):
        assigned = (
            (territory, first + index)
            for index in range(block.count)
            for territory in territories[index % len(territories)]
        )
        setup.put_all(context.connection, records.ASSIGN_TERRITORY, assigned)


def _owners(context: Context, block: Generate, where: str) -> list[int]:
    if block.owner is None:
        return [context.existing.admin_id]
    if isinstance(block.owner, OwnerCycle):
        return [context.user(email, f"{where}.owner.cycle[{index}]") for index, email in enumerate(block.owner.cycle)]
    return [context.user(block.owner, f"{where}.owner")]


def _states(block: Generate) -> list[int]:
    sets = block.state.cycle if isinstance(block.state, StatesCycle) else [block.state or []]
    return [int(RecordState.from_names(names)) for names in sets]


def _territories(context: Context, module: OrgModule, block: Generate, where: str) -> list[list[int]]:
    if isinstance(block.territories, ReferencesCycle):
        sets, path = block.territories.cycle, f"{where}.territories.cycle"
    else:
        sets, path = [block.territories or []], f"{where}.territories"
    for names in sets:
        _check_territories(module, names, f"{where}.territories")
    return [
        [
            context.territory(name, f"{path}[{place}]" if len(sets) == 1 else f"{path}[{index}][{place}]")
            for place, name in enumerate(names)
        ]
        for index, names in enumerate(sets)
    ]


def _texts(context: Context, module: OrgModule, block: Generate, where: str) -> Iterable[str]:
    """Return the documents of a block, in order.

    Documents at the same position of all cycles differ only in `{n}`, so one document per position is encoded and split
    at its numbers: 50,000 documents of 2 kB take a tenth of a second.
    """
    numbered = {field.api_name: _number_mark(field) for field in module.auto_numbers}
    cycles = {
        name: _cycle(context, module, name, value, block.count, f"{where}.fields.{name}")
        for name, value in (block.fields or {}).items()
        if value is not None or name not in numbered
    }
    completed = _completer(context, module, cycles)
    period = math.lcm(*(len(cycle) for cycle in cycles.values()))
    unset = {**unset_document(module), **numbered}

    def parts(index: int) -> list[str]:
        values = {name: cycle[index % len(cycle)] for name, cycle in cycles.items()}
        document = completed(complete(unset, values), values)
        return orjson.dumps(document).decode().replace(_BARE, "{n}").split("{n}")

    if period > MAX_TEMPLATES:
        return (str(index + 1).join(parts(index)) for index in range(block.count))
    ready = [parts(index) for index in range(min(period, block.count))]
    return (str(index + 1).join(ready[index % period]) for index in range(block.count))


def _completer(
    context: Context, module: OrgModule, cycles: Mapping[str, Sequence[Any]]
) -> Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]:
    """Return a function that adds the totals to a document with certain values: to one with line items or a Sub_Total,
    if no amount is counted with {n}."""
    amounts = [value for name in PARTS for value in cycles.get(name, ())]
    if not inventory.brings_amounts(module, cycles) or _MARK in amounts:
        return lambda document, _: document
    products = context.modules[line_items.PRODUCTS]
    taxes = tax_ids(products)
    lists = [value or () for name in line_items.ITEMS for value in cycles.get(name, ())]
    prices = inventory.product_prices(context.connection, products, [item for items in lists for item in items])
    return lambda document, values: inventory.with_totals(module, document, values, prices, taxes)


def _numbered(texts: Iterable[str], field: Field, first: int) -> Iterator[str]:
    """Return the documents with the numbers of an auto-number field, which counts from `first`."""
    mark = orjson.dumps(_number_mark(field)).decode()
    before, after = (orjson.dumps(text).decode() for text in (field.auto_number.prefix, field.auto_number.suffix))
    return (text.replace(mark, f"{before[:-1]}{number}{after[1:]}", 1) for number, text in enumerate(texts, first))


def _number_mark(field: Field) -> str:
    """Return what stands for the number of an auto-number field in a document: a text that no fixture may contain."""
    return f"\x00{field.api_name}"


_MARK = "\x00{n}"
_BARE = '"\\u0000{n}"'
"""How orjson writes _MARK, a text that is replaced by the number n without quotes."""


def _cycle(context: Context, module: OrgModule, name: str, value: Any, count: int, where: str) -> list[Any]:
    """Return the values that a field takes in turn."""
    if name == RECORD_TAXES:
        return [_value(context, module, name, value, where)]
    field = document_field(module, name, where)
    if not (isinstance(value, dict) and value.keys() == {"cycle"}):
        return [_pattern(context, module, field, value, count, where)]
    members = value["cycle"]
    if not isinstance(members, list) or not members:
        raise FixtureError(f"{where}.cycle", f"expected a list with at least one member, got {show(members)}")
    return [
        _pattern(context, module, field, member, count, f"{where}.cycle[{index}]")
        for index, member in enumerate(members)
    ]


def _pattern(context: Context, module: OrgModule, field: Field, value: Any, count: int, where: str) -> Any:
    """Return a value that may contain `{n}`, validated with the highest number that will replace it."""
    if not isinstance(value, str) or "{n}" not in value:
        return _stored(context, module, field, value, where)
    if field.type.counted and value == "{n}":
        return _MARK
    stored = stored_value(field, value.replace("{n}", str(count)), where, context.users, context.offset)
    if not isinstance(stored, str):
        raise FixtureError(where, f"a {field.data_type} cannot be counted with {{n}}")
    return value
