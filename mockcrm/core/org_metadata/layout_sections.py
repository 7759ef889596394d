"""The sections of a module's layout (the grouping is assumed; the names are those of a new org: Lead Information,
Address Information, Description Information, one per subform)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mockcrm.core.catalog.model import Field
from mockcrm.core.field_types import LayoutSection
from mockcrm.core.org_metadata.model import OrgModule

SECTION_IDS = 480_000_000_000
"""First id of the sections of layouts: a hundred ids for each module (assumed; no other ids are that large)."""

_ADDRESS = re.compile(r"(.*_)?(Street|City|State|Zip|Zip_Code|Country)|(Billing|Shipping)_Code")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its place in the layout, counted from 1, and its fields."""

    number: int
    label: str
    subform: bool
    fields: tuple[Field, ...]

    @property
    def custom(self) -> bool:
        """Whether the org added the section, with a subform of its own."""
        return self.subform and self.fields[0].custom

    @property
    def name_in_v8(self) -> str:
        """The api_name in v8: letters, digits and underscores, at most 50, the first of them a letter; that of a
        subform is the api_name of its field."""
        if self.subform:
            return self.fields[0].api_name
        name = _NOT_IN_A_NAME.sub("_", self.label).strip("_")
        return (name if name[:1].isalpha() else f"Section_{name or self.number}")[:50].rstrip("_")


def section_id(module: OrgModule, section: Section) -> str:
    """Return the id of a section of the module's layout."""
    return str(module.base + SECTION_IDS + (module.id - module.base) * 100 + section.number)


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
