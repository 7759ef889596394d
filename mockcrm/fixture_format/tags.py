"""Loading tags: those that a fixture lists by module, and those that its records name, which are made when they are
missing. Limits of the API (length of names, number per module and record) do not hold for fixtures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockcrm.core.casefold import fold
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.core.records import tags
from mockcrm.core.records.tags import Tag
from mockcrm.fixture_format import statements as setup
from mockcrm.fixture_format.context import Context
from mockcrm.fixture_format.errors import FixtureError, show
from mockcrm.fixture_format.model import TagDef
from mockcrm.fixture_format.people import same_id


def load_tags(context: Context) -> None:
    """Load the tags that the fixture lists. The keys of an entry replace stored values."""
    for name, entries in (context.fixture.tags or {}).items():
        where = f"tags.{name}"
        module = context.module(name, where)
        if not any(field.type.holds_tags for field in module.definition.fields):
            raise FixtureError(where, f"records of {name} have no tags")
        _check_names(entries, where)
        found = (_tag(context, module, item, f"{where}[{place}]") for place, item in enumerate(entries))
        setup.put_all(context.connection, setup.PUT_TAG, list(found))


def _check_names(entries: Sequence[TagDef], where: str) -> None:
    seen: dict[str, int] = {}
    for place, item in enumerate(entries):
        first = seen.setdefault(fold(item.name), place)
        if first != place:
            raise FixtureError(f"{where}[{place}].name", f"{show(item.name)} is already in {where}[{first}]")


def _tag(context: Context, module: OrgModule, item: TagDef, where: str) -> Tag:
    folded = fold(item.name)
    old = context.tags.get((module.id, folded))
    if old is None:
        tag_id = context.new_id() if item.id is None else item.id
        created = context.stamp(item.created, context.existing.admin_id, f"{where}.created")
    else:
        tag_id = same_id(old.id, item.id, f"the tag {item.name}", where)
        created = (old.created_time, old.created_by)
        if item.created is not None:
            created = context.stamp(item.created, old.created_by, f"{where}.created")
    modified = created
    if item.modified is not None:
        modified = context.stamp(item.modified, created[1], f"{where}.modified")
    color = item.color_code or (None if old is None else old.color_code)
    tag = Tag(tag_id, module.id, item.name, folded, color, created[1], modified[1], created[0], modified[0])
    context.tags[module.id, folded] = tag
    return tag


def tag_references(context: Context, module: OrgModule, value: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the tags of a record, which the fixture names, as they are stored; missing ones are made."""
    return [{"id": str(one)} for one in dict.fromkeys(_find_or_make(context, module, item) for item in value)]


def _find_or_make(context: Context, module: OrgModule, item: Mapping[str, Any]) -> int:
    key = (module.id, fold(item["name"]))
    if key not in context.tags:
        used = {tag.id for tag in context.tags.values()}
        given = parse_id(item.get("id"))
        tag_id = context.new_id() if given is None or given in used else given
        admin, now = context.existing.admin_id, context.now
        context.tags[key] = Tag(tag_id, module.id, item["name"], key[1], None, admin, admin, now, now)
        tags.insert(context.connection, [context.tags[key]])
    return context.tags[key].id
