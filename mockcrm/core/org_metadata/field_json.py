"""The JSON of a field in settings/fields (docs/contract/mass-update-and-core.md 3.2; some keys have the types that the
official SDKs require).

There are two shapes: that of v2 and v2.1, and that of v7, which every version from v3 on has (assumed: the pages of the
versions in between show no difference).
"""

from __future__ import annotations

from typing import Any

from mockcrm.core.catalog.model import Field
from mockcrm.core.org_metadata.layout_sections import section_numbers
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule, Profile
from mockcrm.core.versions import ApiVersion

PICK_LIST_VALUE_IDS = 500_000_000_000
"""First id of the pick list values: a thousand ids for each field (assumed; no other ids are that large)."""

OLD_TYPES = {"territories": "multiselectpicklist", "rollup_summary": "formula"}
"""Types unknown to the v2 SDKs are replaced by known ones of the same JSON form, because the Python SDK 2.0 cannot
insert a record into a module with a field of an unknown type (what the service returns is not known)."""

UI_TYPES = {"ownerlookup": 8, "picklist": 2, "phone": 33, "currency": 36, "layout": 208}
"""The numbers seen in responses of the service; the lookups set by conversion have 133. Others are null."""
CONVERTED = frozenset({"Converted_Account", "Converted_Contact", "Converted_Deal"})

# What the service can do with fields of a type (assumed).
NOT_ON_BUSINESS_CARDS = frozenset(
    {"subform", "layout", "profileimage", "imageupload", "fileupload", "multiselectlookup"}
)
NOT_FILTERED = frozenset({"subform", "layout", "profileimage", "imageupload", "fileupload", "RRULE", "ALARM"})
NOT_SORTED = NOT_FILTERED | {"textarea", "multiselectpicklist", "multiselectlookup", "multiuserlookup", "territories"}
SEARCHED = frozenset({"text", "email", "phone", "website", "picklist", "autonumber"})
SEPARATED = frozenset({"integer", "bigint", "double", "currency"})
WITHOUT_BLUEPRINT = NOT_FILTERED | {"autonumber", "formula", "rollup_summary", "territories"}


def subform_module(field: Field) -> str:
    """Return the name of a subform's module: that of its rows, else the field's api_name."""
    return field.lookup or field.api_name


def linking_module(module: OrgModule, field: Field) -> str:
    """Return the name of the linking module of a field that refers to several records or users; each field has its own,
    as the 8.0 SDKs require."""
    return f"{module.api_name}_X_{field.api_name}"


class FieldItems:
    """Makes the JSON of the fields of one module, for one version and profile."""

    def __init__(self, directory: OrgMetadata, module: OrgModule, version: ApiVersion, profile: Profile) -> None:
        self._directory = directory
        self._module = module
        self._version = version
        self._profile = profile
        self._later = version.has_later_metadata
        self._sections = section_numbers(module)

    def all(self) -> list[dict[str, Any]]:
        """Return the fields of the version that the profile does not hide."""
        return [self.item(field) for field in self._module.module.fields if self.visible(field)]

    def visible(self, field: Field) -> bool:
        """Return whether the version has the field and the profile does not hide it."""
        if field.api_name == "id" and not self._version.fields_list_record_id:
            return False
        access = self._profile.field_access(self._module.api_name, field.api_name)
        return field.known_in(self._version) and access != "hidden"

    def item(self, field: Field) -> dict[str, Any]:
        """Return the JSON of one field."""
        item = self._common(field)
        if self._later:
            item |= self._later_keys(field)
        return item

    def _id(self, running: int) -> str:
        return str(self._module.base + running)

    def _common(self, field: Field) -> dict[str, Any]:
        """Return the keys of v2, in the form of the version."""
        kind = field.data_type
        read_only = self._read_only(field)
        written = field.api_writable and not read_only
        return {
            "system_mandatory": field.system_mandatory,
            "private": None,
            "webhook": True,
            "json_type": field.json_type,
            "crypt": None,
            "field_label": field.field_label,
            "tooltip": None,
            "created_source": "default",
            "field_read_only": read_only,
            "display_label": field.field_label,
            "read_only": read_only,
            "association_details": None,
            "quick_sequence_number": None,
            "businesscard_supported": kind not in NOT_ON_BUSINESS_CARDS,
            "multi_module_lookup": {},
            "currency": self._currency(field),
            "id": self._id(field.id),
            "custom_field": field.custom,
            "lookup": self._lookup(field),
            "convert_mapping": None,
            "visible": True,
            "length": field.length,
            "view_type": {
                "view": True,
                "edit": written,
                "quick_create": field.system_mandatory,
                "create": written,
            },
            "column_name": None,
            "subform": self._subform(field),
            "api_name": field.api_name,
            "unique": self._unique(field),
            # A boolean breaks the SDKs of v3 and later; every SDK accepts null.
            "history_tracking": None,
            "data_type": kind if self._later else OLD_TYPES.get(kind, kind),
            "formula": self._formula(field),
            "decimal_place": field.decimal_place,
            "mass_update": field.mass_update and not (field.unique or field.read_only),
            "blueprint_supported": field.api_writable and kind not in WITHOUT_BLUEPRINT,
            "multiselectlookup": self._multiselectlookup(field),
            "pick_list_values": self._pick_list_values(field),
            "auto_number": {"prefix": "", "suffix": "", "start_number": 1} if kind == "autonumber" else {},
            "default_value": None,
            "section_id": self._sections[field.api_name],
            "validation_rule": None,
            "mandatory": field.system_mandatory,
        }

    def _later_keys(self, field: Field) -> dict[str, Any]:
        """Return the keys that v7 adds."""
        kind = field.data_type
        written = field.api_writable and not self._read_only(field)
        return {
            # The 8.0 SDKs read a subform's module from this key.
            "associated_module": self._subform(field),
            "operation_type": {
                "web_update": written,
                "api_create": written,
                "web_create": written,
                "api_update": written,
            },
            "colour_code_enabled_by_system": False,
            "type": "used",
            "customizable_properties": [],
            "created_time": None,
            "modified_time": None,
            "filterable": kind not in NOT_FILTERED,
            "sortable": kind not in NOT_SORTED,
            "searchable": kind in SEARCHED,
            "external": None,
            "separator": kind in SEPARATED,
            "virtual_field": False,
            "display_type": -1,
            "ui_type": 133 if field.api_name in CONVERTED else UI_TYPES.get(kind),
            "multiuserlookup": self._linking(field) if kind == "multiuserlookup" else {},
            "email_parser": {"fields_update_supported": False, "record_operations_supported": False},
            "hipaa_compliance": None,
            "hipaa_compliance_enabled": False,
            "rollup_summary": {"return_type": "double"} if kind == "rollup_summary" else {},
            "display_field": field.api_name == self._module.module.display_field,
            "pick_list_values_sorted_lexically": False,
            "layout_associations": [{"api_name": "Standard__s", "name": "Standard", "id": str(self._module.layout_id)}],
            "profiles": [
                {
                    "permission_type": profile.field_access(self._module.api_name, field.api_name) or "read_write",
                    "name": profile.name,
                    "id": str(profile.id),
                }
                for profile in self._directory.profiles.values()
            ],
            "global_picklist": None,
            "enable_colour_code": False,
        }

    # -- single keys -------------------------------------------------------------------------------------------

    def _read_only(self, field: Field) -> bool:
        access = self._profile.field_access(self._module.api_name, field.api_name)
        return field.read_only or access == "read_only"

    def _currency(self, field: Field) -> dict[str, Any]:
        if field.data_type != "currency":
            return {}
        precision = 2 if field.decimal_place is None else field.decimal_place
        return {"rounding_option": "normal", "precision": precision}

    def _lookup(self, field: Field) -> dict[str, Any]:
        """Return the target of a lookup; {} when its target varies or is not a module of this version."""
        target = self._target(field)
        if target is None or field.data_type not in ("lookup", "consent_lookup"):
            return {}
        module: object = target.api_name
        if self._version.lookup_module_is_object:
            module = {"api_name": target.api_name, "id": str(target.id)}
        item = {
            "module": module,
            "display_label": self._module.module.plural_label,
            "api_name": self._module.api_name,
            "id": self._id(field.id),
        }
        if self._later:
            item |= {"query_details": {}, "revalidate_filter_during_edit": False}
        return item

    def _target(self, field: Field) -> OrgModule | None:
        target = None if field.lookup is None else self._directory.modules.get(field.lookup)
        return target if target is not None and target.module.known_in(self._version) else None

    def _subform(self, field: Field) -> dict[str, Any] | None:
        """Return the module of a subform's rows: a string in every version, which SDKs require."""
        if field.data_type != "subform":
            return None
        target = self._target(field)
        number = self._id(field.id) if target is None else str(target.id)
        return {"module": subform_module(field), "id": number}

    def _multiselectlookup(self, field: Field) -> dict[str, Any]:
        """Return the modules that a multi-select lookup links."""
        if field.data_type != "multiselectlookup":
            return {}
        if self._later:
            return self._linking(field)
        return {
            "display_label": self._module.module.plural_label,
            "linking_module": linking_module(self._module, field),
            "lookup_apiname": self._module.api_name,
            "api_name": field.api_name,
            "connectedlookup_apiname": field.lookup,
            "id": self._id(field.id),
        }

    def _linking(self, field: Field) -> dict[str, Any]:
        """Return the later form, by the key tables of the 8.0 SDKs: without linking_details they fail when they refresh
        their fields."""
        name, number = linking_module(self._module, field), self._id(field.id)
        target = self._target(field)
        far = "Users" if target is None else target.api_name
        return {
            "linking_details": {
                "module": {"visibility": 0, "plural_label": name, "api_name": name, "id": number},
                "lookup_field": {"api_name": self._module.api_name, "field_label": field.field_label, "id": number},
                "connected_lookup_field": {"api_name": far, "field_label": field.field_label, "id": number},
            },
            "connected_details": {
                "module": {"api_name": far, "id": None if target is None else str(target.id)},
            },
            "record_access": False,
        }

    def _unique(self, field: Field) -> dict[str, Any]:
        if not field.unique:
            return {}
        return {"case_sensitive": False} if self._later else {"casesensitive": "false"}

    def _formula(self, field: Field) -> dict[str, Any]:
        kinds = ("formula",) if self._later else ("formula", "rollup_summary")
        if field.data_type not in kinds:
            return {}
        return {"return_type": "text" if field.json_type == "string" else field.json_type, "expression": None}

    def _pick_list_values(self, field: Field) -> list[dict[str, Any]]:
        values = enumerate(field.pick_list_values, 1)
        if not self._later:
            return [
                {"display_value": value, "sequence_number": number, "maps": [], "actual_value": value}
                for number, value in values
            ]
        first = PICK_LIST_VALUE_IDS + field.id * 1000
        return [
            {
                "display_value": value,
                "sequence_number": number,
                "reference_value": value,
                "colour_code": None,
                "actual_value": value,
                "id": self._id(first + number),
                "type": "used",
            }
            for number, value in values
        ]
