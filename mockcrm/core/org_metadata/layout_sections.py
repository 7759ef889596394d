"""The sections of a module's layout (the grouping is assumed; the names are those of a new org: Lead Information,
Address Information, Description Information, one per subform)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mockcrm.core.catalog.model import Field
from mockcrm.core.field_types import LayoutSection
from mockcrm.core.org_metadata.model import OrgModule

_ADDRESS = re.compile(r"(.*_)?(Street|City|State|Zip|Zip_Code|Country)|(Billing|Shipping)_Code")


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its place in the layout, counted from 1, and its fields."""

    number: int
    label: str
    subform: bool
    fields: tuple[Field, ...]


def sections_of(module: OrgModule) -> list[Section]:
    """Return the sections of the module's layout, with the fields of every version and profile."""
    main: list[Field] = []
    address: list[Field] = []
    description: list[Field] = []
    parts: list[tuple[str, bool, list[Field]]] = [
        (f"{module.definition.singular_label} Information", False, main),
        ("Address Information", False, address),
    ]
    for field in module.definition.fields:
        if field.type.section is LayoutSection.OWN:
            parts.append((field.field_label, True, [field]))
        elif field.type.section is LayoutSection.DESCRIPTION:
            description.append(field)
        elif _ADDRESS.fullmatch(field.api_name):
            address.append(field)
        else:
            main.append(field)
    parts.append(("Description Information", False, description))
    filled = ((label, subform, fields) for label, subform, fields in parts if fields)
    return [Section(number, label, subform, tuple(fields)) for number, (label, subform, fields) in enumerate(filled, 1)]


def section_numbers(module: OrgModule) -> dict[str, int]:
    """Return the number of each field's section, by the field's api_name."""
    return {field.api_name: section.number for section in sections_of(module) for field in section.fields}
