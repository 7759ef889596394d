"""The JSON of a field in settings/fields (docs/contract/mass-update-and-core.md 3.2; some keys have the types that the
official SDKs require).

There are three shapes: that of v2 and v2.1; that of v7, which every version from v3 on has (assumed: the pages of the
versions in between show no difference); and that of the description of v8, which has more keys, and leaves out keys
without a value where v7 has null.
"""

from __future__ import annotations

from typing import Any

from mockcrm.core.catalog.model import Field
from mockcrm.core.org_metadata.layout_sections import section_numbers
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule, Profile
from mockcrm.core.versions import ApiVersion

NEVER_NULL_IN_V8 = ("length", "convert_mapping", "column_name", "quick_sequence_number")


class FieldItems:
    """Makes the JSON of the fields of one module, for one version and profile."""

    def __init__(self, metadata: OrgMetadata, module: OrgModule, version: ApiVersion, profile: Profile) -> None:
        self.metadata = metadata
        self.module = module
        self.version = version
        self._profile = profile
        self.later = version.has_later_metadata
        self._sections = section_numbers(module)

    def all(self) -> list[dict[str, Any]]:
        """Return the fields of the version that the profile does not hide."""
        return [self.item(field) for field in self.module.definition.fields if self.visible(field)]

    def visible(self, field: Field) -> bool:
        """Return whether the version has the field and the profile does not hide it."""
        if field.api_name == "id" and not self.version.fields_list_record_id:
            return False
        access = self._profile.field_access(self.module.api_name, field.api_name)
        return field.exists_in(self.version) and access != "hidden"

    def item(self, field: Field) -> dict[str, Any]:
        """Return the JSON of one field."""
        item = self._common(field)
        if self.later:
            item |= self._later_keys(field)
        item |= field.type.describe(self, field)
        return self._as_described(item) if self.version.fields_leave_out_what_they_lack else item

    def id_of(self, running: int) -> str:
        """Return the whole id of a part of the module from its last part."""
        return str(self.module.base + running)

    def _common(self, field: Field) -> dict[str, Any]:
        """Return the keys of v2, in the form of the version."""
        row = field.type
        restricted = self._restricted(field)
        return {
            "system_mandatory": field.system_mandatory,
            "private": None,
            "webhook": True,
            "json_type": field.json_type,
            "crypt": None,
            "field_label": field.field_label,
            "tooltip": None,
            "created_source": "default",
            "field_read_only": field.always_read_only,
            "display_label": field.field_label,
            "read_only": field.read_only or restricted,
            "association_details": None,
            "quick_sequence_number": None,
            "businesscard_supported": row.on_business_cards,
            "multi_module_lookup": {},
            "currency": {},
            "id": self.id_of(field.id),
            "custom_field": field.custom,
            "lookup": {},
            "convert_mapping": None,
            "visible": True,
            "length": field.length,
            "view_type": {
                "view": field.in_view,
                "edit": field.editable and not restricted,
                "quick_create": field.quick_creatable and not restricted,
                "create": field.creatable and not restricted,
            },
            "column_name": None,
            "subform": None,
            "api_name": field.api_name,
            "unique": self._unique(field),
            # A boolean breaks the SDKs of v3 and later; every SDK accepts null.
            "history_tracking": None,
            "data_type": row.name if self.later else row.name_in_v2 or row.name,
            "formula": {},
            "decimal_place": field.decimal_place,
            "mass_update": field.mass_updatable,
            "blueprint_supported": field.api_writable and row.in_blueprints,
            "multiselectlookup": {},
            "pick_list_values": self._pick_list_values(field),
            "auto_number": {},
            "default_value": None,
            "section_id": self._sections[field.api_name],
            "validation_rule": None,
            "mandatory": field.system_mandatory,
        }

    def _later_keys(self, field: Field) -> dict[str, Any]:
        """Return the keys that v7 adds."""
        row = field.type
        restricted = self._restricted(field)
        created = field.writable and not restricted
        updated = field.updatable and not restricted
        return {
            "associated_module": None,
            "operation_type": {
                "web_update": updated,
                "api_create": created,
                "web_create": created,
                "api_update": updated,
            },
            "colour_code_enabled_by_system": False,
            "type": "used",
            "customizable_properties": [],
            "created_time": None,
            "modified_time": None,
            "filterable": row.filterable,
            "sortable": row.sortable,
            "searchable": row.searchable,
            "external": None,
            "separator": row.has_separator,
            "virtual_field": row.module_of_rows is not None,
            "display_type": -1,
            "ui_type": row.ui_type if field.ui_type is None else field.ui_type,
            "multiuserlookup": {},
            "email_parser": {"fields_update_supported": False, "record_operations_supported": False},
            "hipaa_compliance": None,
            "hipaa_compliance_enabled": False,
            "rollup_summary": {},
            "display_field": field.api_name == self.module.definition.display_field,
            "pick_list_values_sorted_lexically": False,
            "layout_associations": [{"api_name": "Standard__s", "name": "Standard", "id": str(self.module.layout_id)}],
            "profiles": [
                {
                    "permission_type": self._permission(profile, field),
                    "name": profile.name,
                    "id": str(profile.id),
                }
                for profile in self.metadata.profiles.values()
            ],
            "global_picklist": None,
            "enable_colour_code": False,
        }

    # -- single keys -------------------------------------------------------------------------------------------

    def _restricted(self, field: Field) -> bool:
        """Return whether the caller's profile may only read the field."""
        return self._profile.field_access(self.module.api_name, field.api_name) == "read_only"

    def _permission(self, profile: Profile, field: Field) -> str:
        access = profile.field_access(self.module.api_name, field.api_name)
        if access is not None:
            return access
        return "read_only" if field.read_only and field.always_read_only else "read_write"

    def _as_described(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return the item in the form of the v8 description (openapi files of the vendor)."""
        if not item["multiuserlookup"]:
            del item["multiuserlookup"]
        for key in NEVER_NULL_IN_V8:
            if item[key] is None:
                del item[key]
        return item | {"history_tracking_enabled": False, "range": None, "public": False}

    def target(self, field: Field) -> OrgModule | None:
        """Return the module that a field points to; None when it varies or is not a module of this version."""
        target = None if field.lookup is None else self.metadata.modules.get(field.lookup)
        return target if target is not None and target.definition.exists_in(self.version) else None

    def _unique(self, field: Field) -> dict[str, Any]:
        if not field.unique:
            return {}
        return {"case_sensitive": False} if self.later else {"casesensitive": "false"}

    def _pick_list_values(self, field: Field) -> list[dict[str, Any]]:
        if not self.later:
            return [
                {"display_value": value, "sequence_number": number, "maps": [], "actual_value": value}
                for number, value in enumerate(field.pick_list_values, 1)
            ]
        return [
            {
                "display_value": value,
                "sequence_number": number,
                "reference_value": value,
                "colour_code": None,
                "actual_value": value,
                "id": self.id_of(value_id),
                "type": "used",
            }
            for number, (value_id, value) in enumerate(field.pick_list_ids.items(), 1)
        ]
