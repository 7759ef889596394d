"""The API versions of the emulated service, in order, and the named differences between them.

Code outside this module never compares version strings: it asks for a named difference, so that everything
that changed between v2 and v8 can be read here.
"""

from __future__ import annotations

from enum import IntEnum


class ApiVersion(IntEnum):
    """A version of the REST API as it stands in the URL; ordered, so `version >= ApiVersion.V3` reads well."""

    V2 = 20
    V2_1 = 21
    V3 = 30
    V4 = 40
    V5 = 50
    V6 = 60
    V7 = 70
    V8 = 80

    @property
    def label(self) -> str:
        """The version as it stands in a URL: `v2`, `v2.1`, `v3` ..."""
        major, minor = divmod(int(self), 10)
        return f"v{major}.{minor}" if minor else f"v{major}"

    # -- shapes of errors (contract 0.2, 2.2, 2.3) ---------------------------------------------------------

    @property
    def details_name_json_path(self) -> bool:
        """Details that name a key of the body also carry its `json_path` (contract 2.2: from v2.1 on)."""
        return self >= ApiVersion.V2_1

    @property
    def module_errors_name_path_index(self) -> bool:
        """INVALID_MODULE says which part of the path is wrong (contract 0.2: v2.1 and later, from V8 pages)."""
        return self >= ApiVersion.V2_1

    @property
    def unreadable_body_is_parse_error(self) -> bool:
        """A body that is no JSON: UNABLE_TO_PARSE_DATA_TYPE instead of INVALID_REQUEST (contract 0.2)."""
        return self >= ApiVersion.V2_1

    @property
    def view_errors_are_top_level(self) -> bool:
        """Errors about the view or territory stand at top level, not in data[] (contract 2.2, v8 only)."""
        return self >= ApiVersion.V8

    @property
    def permission_errors_name_the_permission(self) -> bool:
        """`permission denied` says which permission is missing (contract 0.2: v2.1 and later)."""
        return self >= ApiVersion.V2_1

    @property
    def module_not_in_api_has_a_capital(self) -> bool:
        """`The given module is not supported in API`; v8 spells it in lower case (contract 0.2)."""
        return self < ApiVersion.V8

    @property
    def scope_error_names_the_url(self) -> bool:
        """`invalid oauth scope to access this URL` instead of `Unauthorized` (contract 0.2: v8, assumed)."""
        return self >= ApiVersion.V8

    # -- mass update (contract 2.1 to 2.4) -----------------------------------------------------------------

    @property
    def mixed_mass_update_status(self) -> int:
        """HTTP status of a mass update by ids of which some failed (contract 2.1: 200, in v8 207)."""
        return 207 if self >= ApiVersion.V8 else 200

    @property
    def article_speaks_of_it(self) -> bool:
        """The status profile `article` counts: S0 is about v2 alone (contract 2.2)."""
        return self == ApiVersion.V2

    @property
    def hidden_field_status(self) -> int:
        """HTTP status of `Field is not visible` (row 6: S1 200, V7 400; between them 200, assumed)."""
        return 400 if self >= ApiVersion.V7 else 200

    @property
    def already_scheduled_status(self) -> int:
        """HTTP status of ALREADY_SCHEDULED under the profile `reference` (row 12: 202, V8 400)."""
        return 400 if self >= ApiVersion.V8 else 202

    @property
    def edition_error_status(self) -> int:
        """HTTP status of FEATURE_NOT_SUPPORTED (contract 2.1: 403, in v8 400)."""
        return 400 if self >= ApiVersion.V8 else 403

    @property
    def invalid_cvid_has_own_text(self) -> bool:
        """`the cvid given seems to be invalid` (contract 2.3, v8)."""
        return self >= ApiVersion.V8

    @property
    def locked_record_names_the_action(self) -> bool:
        """RECORD_LOCKED of a locked record begins with `Sorry` and names the action (row 27, v8)."""
        return self >= ApiVersion.V8

    @property
    def ids_exclude_cvid(self) -> bool:
        """`ids` together with `cvid` or `territory` is an error (contract 2.3, v8); before, ids wins."""
        return self >= ApiVersion.V8

    @property
    def has_activities(self) -> bool:
        """Activities is a module of its own (contract 8: gone from v3)."""
        return self < ApiVersion.V3

    @property
    def unsupported_module_has_own_code(self) -> bool:
        """A module that is there but not mass updated: NOT_SUPPORTED, not INVALID_MODULE (contract 2.1, v8)."""
        return self >= ApiVersion.V8

    @property
    def status_errors_begin_with_capital(self) -> bool:
        """A status read names a bad module with a capital letter (contract 2.4: V7; v8 in lower case)."""
        return self < ApiVersion.V8

    @property
    def unknown_job_is_invalid_data(self) -> bool:
        """An unknown job_id answers 400 INVALID_DATA instead of 404 NOT_FOUND (contract 2.4, v8)."""
        return self >= ApiVersion.V8

    # -- records (contract 4) ------------------------------------------------------------------------------

    @property
    def fields_parameter_is_mandatory(self) -> bool:
        """Lists of records need `fields` (contract 4.3: from v3)."""
        return self >= ApiVersion.V3

    @property
    def too_many_records_is_limit_exceeded(self) -> bool:
        """More than 100 records in a write: LIMIT_EXCEEDED instead of INVALID_DATA (contract 4.5, v8)."""
        return self >= ApiVersion.V8

    @property
    def none_written_status(self) -> int:
        """HTTP status of a record write of which nothing succeeded (contract 4.4: v2 202, later 400)."""
        return 202 if self == ApiVersion.V2 else 400

    @property
    def lookup_module_is_object(self) -> bool:
        """`lookup.module` of a field is `{"api_name","id"}` instead of a string (SDK facts: from v3)."""
        return self >= ApiVersion.V3

    @property
    def fields_list_record_id(self) -> bool:
        """settings/fields has the field `id` (contract 3.2 takes it from V7; not in v2, assumed: the official Python
        SDK 2.0 would refuse the integer id that its own Record.set_id asks for)."""
        return self >= ApiVersion.V2_1

    @property
    def records_carry_v2_keys(self) -> bool:
        """Records carry `$approved`, `$state`, `$converted`; from v4 `Converted__s` and others (contract 4.2)."""
        return self < ApiVersion.V4

    @property
    def double_types_have_own_words(self) -> bool:
        """Currency and percent are named as expected_data_type; in v2 both are `double` (contract 4.6)."""
        return self >= ApiVersion.V2_1

    @property
    def records_have_page_tokens(self) -> bool:
        """Lists of records take page_token, stop at record 2000 without it, and say more in `info` (contract 4.3: from
        v3)."""
        return self >= ApiVersion.V3

    @property
    def lists_sort_by_few_fields(self) -> bool:
        """sort_by is id, Created_Time or Modified_Time and excludes cvid (contract 4.3: V7; from v3, assumed)."""
        return self >= ApiVersion.V3

    @property
    def chosen_fields_bring_special_keys(self) -> bool:
        """Records with chosen `fields` carry the $-keys all the same (contract 4.2: v2, assumed; v2.1 alike); later
        only those that are named."""
        return self < ApiVersion.V3

    @property
    def record_items_tell_approval(self) -> bool:
        """The item of a record written tells its `$approval_state` (contract 4.4: newer answers; from v5, assumed)."""
        return self >= ApiVersion.V5

    @property
    def all_errors_of_a_record(self) -> bool:
        """Several errors of one record are told together as MULTIPLE_OR_MULTI_ERRORS (contract 4.5: from v5)."""
        return self >= ApiVersion.V5

    @property
    def duplicates_show_the_record(self) -> bool:
        """DUPLICATE_DATA shows the record that has the value (contract 4.5: v2.1 and later)."""
        return self >= ApiVersion.V2_1

    @property
    def unknown_record_to_delete_is_top_level(self) -> bool:
        """DELETE of one unknown record answers at top level, not in data[] (contract 4.4: V8; from v2.1, assumed)."""
        return self >= ApiVersion.V2_1

    @property
    def searches_have_all_operators(self) -> bool:
        """Search criteria take not_equal and in, and between for every field (contract 4.7: after v2)."""
        return self >= ApiVersion.V2_1

    @property
    def territories_of_records_are_names(self) -> bool:
        """The territories of a record are their names alone (contract 3.6: v2, assumed)."""
        return self == ApiVersion.V2

    @property
    def territory_assignment_is_scheduled(self) -> bool:
        """Assigning territories answers 202 and SCHEDULED, before 200 and SUCCESS (V7; the vendor's announcement of
        the change for v2 to v6)."""
        return self >= ApiVersion.V7

    @property
    def subforms_are_merged(self) -> bool:
        """An update keeps the rows of a subform that it does not name; before, it replaced them all (assumed)."""
        return self >= ApiVersion.V2_1

    @property
    def too_many_requests_tells_the_limit(self) -> bool:
        """TOO_MANY_REQUESTS says when to come again (contract 0.2: v8)."""
        return self >= ApiVersion.V8

    # -- metadata (contract 3) -----------------------------------------------------------------------------

    @property
    def has_later_metadata(self) -> bool:
        """Fields, layouts, related lists, roles, users and the org have the keys and shapes of v7's pages instead of
        those in the SDKs 2.0 and 2.1 (contract 3; which version brought each is not told: from v3, assumed)."""
        return self >= ApiVersion.V3

    @property
    def modules_have_a_status(self) -> bool:
        """Modules carry a status, by which they can be asked for (contract 3.1: v5 and later)."""
        return self >= ApiVersion.V5

    @property
    def layouts_have_a_source(self) -> bool:
        """Layouts carry api_name, source, mode and the like (contract 3.3: v5 and later)."""
        return self >= ApiVersion.V5

    @property
    def views_have_later_form(self) -> bool:
        """Custom views carry their makers and times, and whom they are shared to; their columns are objects (contract
        3.4: v3 and later; the official SDK 2.1 has the same)."""
        return self >= ApiVersion.V2_1

    @property
    def criteria_name_fields_by_object(self) -> bool:
        """A leaf of a criteria names its field as `{"api_name","id"}`, not by its api_name alone (contract 3.4: v3 and
        later; the official SDK 2.1 cannot read the other form)."""
        return self >= ApiVersion.V2_1

    @property
    def group_operators_in_capitals(self) -> bool:
        """Groups of a criteria are joined by AND and OR (contract 3.4: V7, V8; the SDKs 2.0 and 2.1 have and, or)."""
        return self >= ApiVersion.V3

    @property
    def profiles_have_later_form(self) -> bool:
        """Profiles carry type and custom instead of category (contract 3.7: V7; the official SDK 2.1 has custom)."""
        return self >= ApiVersion.V2_1

    @property
    def territories_have_later_form(self) -> bool:
        """Territories report to one another and come in pages with info, instead of naming a parent_id (contract 3.6:
        v3 and later; the official SDK 2.1 has the same)."""
        return self >= ApiVersion.V2_1

    @property
    def territories_off_is_no_content(self) -> bool:
        """An org without territories answers 204 instead of an error (contract 3.6: v2, assumed)."""
        return self == ApiVersion.V2

    @property
    def territories_off_is_feature_error(self) -> bool:
        """FEATURE_NOT_ENABLED 400 instead of TERRITORY_NOT_ENABLED 403 (contract 3.6: v8)."""
        return self >= ApiVersion.V8


VERSIONS: dict[str, ApiVersion] = {version.label: version for version in ApiVersion}
"""Every version by its label in the URL."""

FIRST, LATEST = min(ApiVersion), max(ApiVersion)
