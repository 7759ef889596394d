"""The API versions of the emulated service, in order, and the named differences between them.

Code outside this module never compares versions: it uses a named difference, so that everything that changed between
v2 and v8 can be read here. The numbers in brackets are sections of docs/contract/mass-update-and-core.md; "row" is a
row of its error table, 2.2.
"""

from __future__ import annotations

from enum import IntEnum


class ApiVersion(IntEnum):
    """A version of the REST API, as in the URL. Versions are ordered: `version >= ApiVersion.V3`."""

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
        """The version as written in a URL: `v2`, `v2.1`, `v3` ..."""
        major, minor = divmod(int(self), 10)
        return f"v{major}.{minor}" if minor else f"v{major}"

    # -- shapes of errors (0.2, 2.2, 2.3) ------------------------------------------------------------------

    @property
    def details_name_json_path(self) -> bool:
        """Details that name a key of the body also contain its `json_path` (2.2: from v2.1 on)."""
        return self >= ApiVersion.V2_1

    @property
    def module_errors_name_path_index(self) -> bool:
        """The details of INVALID_MODULE contain the position in the path (0.2: from v2.1 on, from the v8 pages)."""
        return self >= ApiVersion.V2_1

    @property
    def unreadable_body_is_parse_error(self) -> bool:
        """A body that is not JSON gets UNABLE_TO_PARSE_DATA_TYPE instead of INVALID_REQUEST (0.2)."""
        return self >= ApiVersion.V2_1

    @property
    def view_errors_are_top_level(self) -> bool:
        """Errors about the view or territory are at top level, not in data[] (2.2: v8 only)."""
        return self >= ApiVersion.V8

    @property
    def permission_errors_name_the_permission(self) -> bool:
        """The details of `permission denied` contain the missing permission (0.2: from v2.1 on)."""
        return self >= ApiVersion.V2_1

    @property
    def module_not_in_api_has_a_capital(self) -> bool:
        """The message is `The given module is not supported in API`; v8 writes it in lower case (0.2)."""
        return self < ApiVersion.V8

    @property
    def has_texts_of_v8(self) -> bool:
        """Errors whose message or details differ on the v8 pages have those (0.3)."""
        return self >= ApiVersion.V8

    # -- mass update (2.1 to 2.4) --------------------------------------------------------------------------

    @property
    def mixed_mass_update_status(self) -> int:
        """HTTP status of a mass update by ids in which some records failed (2.1: 200, in v8 207)."""
        return 207 if self >= ApiVersion.V8 else 200

    @property
    def has_article_statuses(self) -> bool:
        """The status profile `article` has an effect: the article on mass update describes only v2 (2.2)."""
        return self == ApiVersion.V2

    @property
    def hidden_field_status(self) -> int:
        """HTTP status of `Field is not visible` (row 6: v2 reference page 200, v7 page 400; in other versions 200,
        assumed)."""
        return 400 if self >= ApiVersion.V7 else 200

    @property
    def already_scheduled_status(self) -> int:
        """HTTP status of ALREADY_SCHEDULED in the status profile `reference` (row 12: 202, in v8 400)."""
        return 400 if self >= ApiVersion.V8 else 202

    @property
    def edition_error_status(self) -> int:
        """HTTP status of FEATURE_NOT_SUPPORTED (2.1: 403, in v8 400)."""
        return 400 if self >= ApiVersion.V8 else 403

    @property
    def invalid_cvid_has_own_text(self) -> bool:
        """The message for an unknown cvid is `the cvid given seems to be invalid` (2.3: v8)."""
        return self >= ApiVersion.V8

    @property
    def ids_exclude_cvid(self) -> bool:
        """`ids` together with `cvid` or `territory` is an error (2.3: v8); before, only `ids` is used."""
        return self >= ApiVersion.V8

    @property
    def has_activities(self) -> bool:
        """Activities is a module (8: not from v3 on)."""
        return self < ApiVersion.V3

    @property
    def unsupported_module_has_own_code(self) -> bool:
        """An existing module without mass update gets NOT_SUPPORTED instead of INVALID_MODULE (2.1: v8)."""
        return self >= ApiVersion.V8

    @property
    def capitalized_status_errors(self) -> bool:
        """The message for an invalid module in a status read has a capital letter (2.4: v7 page; not in v8)."""
        return self < ApiVersion.V8

    @property
    def unknown_job_is_invalid_data(self) -> bool:
        """An unknown job_id gets 400 INVALID_DATA instead of 404 NOT_FOUND (2.4: v8)."""
        return self >= ApiVersion.V8

    # -- records (4) ---------------------------------------------------------------------------------------

    @property
    def fields_parameter_is_mandatory(self) -> bool:
        """Lists of records require the parameter `fields` (4.3: from v3 on)."""
        return self >= ApiVersion.V3

    @property
    def too_many_records_is_limit_exceeded(self) -> bool:
        """A write of more than 100 records gets LIMIT_EXCEEDED instead of INVALID_DATA (4.5: v8)."""
        return self >= ApiVersion.V8

    @property
    def none_written_status(self) -> int:
        """HTTP status of a write in which every record failed (4.4: v2 202, later 400)."""
        return 202 if self == ApiVersion.V2 else 400

    @property
    def lookup_module_is_object(self) -> bool:
        """`lookup.module` of a field is `{"api_name","id"}` instead of a string (3.2; from the official SDKs: from v3
        on)."""
        return self >= ApiVersion.V3

    @property
    def fields_list_record_id(self) -> bool:
        """settings/fields lists the field `id` (3.2, from the v7 page; not in v2, assumed: with it, the official Python
        SDK 2.0 would reject the integer id that its own Record.set_id requires)."""
        return self >= ApiVersion.V2_1

    @property
    def records_carry_v2_keys(self) -> bool:
        """Records have `$state` and `$converted`; from v4 on `Converted__s` (4.2)."""
        return self < ApiVersion.V4

    @property
    def records_show_approved(self) -> bool:
        """Records have `$approved` (4.2: live responses of v2; not those of v3)."""
        return self < ApiVersion.V3

    @property
    def records_show_sharing(self) -> bool:
        """Records have `$sharing_permission`, `$zia_visions` and `$pathfinder` (4.2: live responses from v3 on)."""
        return self >= ApiVersion.V3

    @property
    def records_show_wizards(self) -> bool:
        """Records have `$wizard_connection_path` (4.2: a live response of v4, v7 page)."""
        return self >= ApiVersion.V4

    @property
    def records_show_cpq(self) -> bool:
        """Records have `$cpq_executions` (4.2: named by the v8 pages of modules)."""
        return self >= ApiVersion.V8

    @property
    def notes_name_parents_by_module(self) -> bool:
        """Parent_Id of a note contains the module of the record (around-a-record.md 2.1: from v6 on)."""
        return self >= ApiVersion.V6

    @property
    def notes_show_se_module(self) -> bool:
        """Notes have `$se_module` (around-a-record.md 2.1: not in v8)."""
        return self < ApiVersion.V8

    @property
    def notes_show_sharing(self) -> bool:
        """Notes have `$sharing_permission` (around-a-record.md 2.1: from v2.1 on)."""
        return self >= ApiVersion.V2_1

    @property
    def notes_need_content_or_title(self) -> bool:
        """A note needs a content or a title; before, a content (around-a-record.md 2.1: v8)."""
        return self >= ApiVersion.V8

    @property
    def tags_have_colors(self) -> bool:
        """The tags of a record have a `color_code` beside name and id (4.2: the official SDK 2.1 has it, 2.0 not)."""
        return self >= ApiVersion.V2_1

    @property
    def tag_limit_is_of_the_license(self) -> bool:
        """More tags than a module may have get LICENSE_LIMIT_EXCEEDED without details (around-a-record.md 3.4: v2)."""
        return self == ApiVersion.V2

    @property
    def tag_limits_have_v8_texts(self) -> bool:
        """Too many tags of a record are INVALID_DATA with maximum_length, and the limit of a module has another text
        (around-a-record.md 3.4: v8)."""
        return self >= ApiVersion.V8

    @property
    def double_types_have_own_words(self) -> bool:
        """expected_data_type is `currency` or `percent` for these types; in v2 it is `double` (4.6)."""
        return self >= ApiVersion.V2_1

    @property
    def wrong_numbers_show_length(self) -> bool:
        """The error for a number or date of the wrong type always names the length of the field (4.6: v2; later only
        if the value is longer, as in the responses and examples of v6 and v8)."""
        return self == ApiVersion.V2

    @property
    def records_have_page_tokens(self) -> bool:
        """Lists of records support page_token, end at record 2000 without it, and have more keys in `info` (4.3: from
        v3 on)."""
        return self >= ApiVersion.V3

    @property
    def searches_show_only_their_order(self) -> bool:
        """The `info` of a search has sort_by and sort_order, but no tokens and no `call` and `email` (4.7: v8)."""
        return self >= ApiVersion.V8

    @property
    def page_0_is_the_first(self) -> bool:
        """`page=0` of records is the first page (4.3: v2, as a client of it sends; the v8 pages have a minimum of 1;
        between them an error, assumed)."""
        return self == ApiVersion.V2

    @property
    def lists_sort_by_few_fields(self) -> bool:
        """sort_by is id, Created_Time or Modified_Time, and an error together with cvid (4.3: v7 page; from v3 on,
        assumed)."""
        return self >= ApiVersion.V3

    @property
    def chosen_fields_bring_special_keys(self) -> bool:
        """Records requested with `fields` still have all $-keys (4.2: v2 and v2.1, assumed); later only named ones."""
        return self < ApiVersion.V3

    @property
    def record_items_show_approval(self) -> bool:
        """The item of a written record contains its `$approval_state` (4.4: newer responses; from v5 on, assumed)."""
        return self >= ApiVersion.V5

    @property
    def all_errors_of_a_record(self) -> bool:
        """Several errors of one record are returned together as MULTIPLE_OR_MULTI_ERRORS (4.5: from v5 on)."""
        return self >= ApiVersion.V5

    @property
    def duplicates_show_the_record(self) -> bool:
        """The details of DUPLICATE_DATA describe the record that has the value (4.5: from v2.1 on)."""
        return self >= ApiVersion.V2_1

    @property
    def unknown_record_to_delete_is_top_level(self) -> bool:
        """The error of a DELETE of one unknown record is at top level, not in data[] (4.4: v8 page; from v2.1,
        assumed)."""
        return self >= ApiVersion.V2_1

    @property
    def searches_have_all_operators(self) -> bool:
        """Search criteria support every operator; in v2 only equals and starts_with, and ranges of numbers and dates
        (4.7)."""
        return self >= ApiVersion.V2_1

    @property
    def territories_of_records_are_names(self) -> bool:
        """The territories of a record are a list of names (3.6: v2, assumed)."""
        return self == ApiVersion.V2

    @property
    def territory_assignment_is_scheduled(self) -> bool:
        """Assigning territories gets 202 and SCHEDULED, before v7 200 and SUCCESS (v7 page; for v2 to v6 the
        vendor's announcement of the change)."""
        return self >= ApiVersion.V7

    @property
    def subforms_are_merged(self) -> bool:
        """An update of a subform keeps the rows that it does not name; in v2 it replaces all rows (assumed)."""
        return self >= ApiVersion.V2_1

    @property
    def too_many_requests_shows_the_limit(self) -> bool:
        """The details of TOO_MANY_REQUESTS contain the limit and when to retry (0.2: v8)."""
        return self >= ApiVersion.V8

    # -- metadata (3) --------------------------------------------------------------------------------------

    @property
    def has_later_metadata(self) -> bool:
        """Fields, layouts, related lists, roles, users and the org have the keys and shapes of the v7 pages instead of
        those in the official SDKs 2.0 and 2.1 (3; no source says which version introduced them; from v3 on, assumed).
        """
        return self >= ApiVersion.V3

    @property
    def modules_have_a_status(self) -> bool:
        """Modules have a status, by which they can be filtered (3.1: from v5 on)."""
        return self >= ApiVersion.V5

    @property
    def layouts_have_a_source(self) -> bool:
        """Layouts have api_name, source, mode and similar keys (3.3: from v5 on)."""
        return self >= ApiVersion.V5

    @property
    def views_have_later_form(self) -> bool:
        """Custom views have created_by, modified_by, their times and shared_to; their columns are objects (3.4: from v3
        on; the official SDK 2.1 has the same)."""
        return self >= ApiVersion.V2_1

    @property
    def criteria_name_fields_by_object(self) -> bool:
        """A leaf of criteria has its field as `{"api_name","id"}` instead of an api_name (3.4: from v3 on; the official
        SDK 2.1 cannot read the other form)."""
        return self >= ApiVersion.V2_1

    @property
    def group_operators_in_capitals(self) -> bool:
        """The group operators of criteria are AND and OR (3.4: v7 and v8 pages; and, or in the official SDKs 2.0 and
        2.1)."""
        return self >= ApiVersion.V3

    @property
    def profiles_have_later_form(self) -> bool:
        """Profiles have type and custom instead of category (3.7: v7 page; the official SDK 2.1 has custom)."""
        return self >= ApiVersion.V2_1

    @property
    def profiles_are_described_by_v8(self) -> bool:
        """Profiles have an api_name, and their list an `info` (3.7: v8 schema)."""
        return self >= ApiVersion.V8

    @property
    def territories_have_later_form(self) -> bool:
        """Territories have reporting_to instead of parent_id, and their list has pages and info (3.6: from v3 on; the
        official SDK 2.1 has the same)."""
        return self >= ApiVersion.V2_1

    @property
    def territories_off_is_no_content(self) -> bool:
        """Territories of an org without any get 204 instead of an error (3.6: v2, assumed)."""
        return self == ApiVersion.V2

    @property
    def territories_off_is_feature_error(self) -> bool:
        """Territories of an org without any get FEATURE_NOT_ENABLED 400 instead of TERRITORY_NOT_ENABLED 403
        (3.6: v8)."""
        return self >= ApiVersion.V8

    @property
    def fields_show_the_kind_of_text(self) -> bool:
        """Fields of several lines have `textarea` (3.2: from v6 on, from the official SDKs)."""
        return self >= ApiVersion.V6

    @property
    def fields_leave_out_what_they_lack(self) -> bool:
        """Fields have the keys of the v8 description, which allows no null in some of them: these are left out (3.2:
        v8)."""
        return self >= ApiVersion.V8

    @property
    def section_api_names_have_spaces(self) -> bool:
        """The api_name of a section is its name, `Deal Information`; in v8 it has underscores (3.3)."""
        return self < ApiVersion.V8

    @property
    def tab_traversal_is_text(self) -> bool:
        """`tab_traversal` of a section is a word instead of an integer (3.3: from v6 on, from the official SDKs)."""
        return self >= ApiVersion.V6

    @property
    def layouts_show_business_cards(self) -> bool:
        """Layouts have show_business_card, and sections a type (3.3: from v2.1 on, from the official SDKs)."""
        return self >= ApiVersion.V2_1

    @property
    def sections_have_ids(self) -> bool:
        """Sections of layouts have an id (3.3: not in the official SDKs 2.0 and 2.1; from v3 on, assumed)."""
        return self >= ApiVersion.V3

    @property
    def sections_have_a_mode(self) -> bool:
        """Sections of layouts have a mode (3.3: from v7 on)."""
        return self >= ApiVersion.V7

    @property
    def sections_allow_actions(self) -> bool:
        """Sections of layouts have actions_allowed (3.3: v8)."""
        return self >= ApiVersion.V8

    @property
    def modules_show_blueprint_support(self) -> bool:
        """Modules have isBlueprintSupported and, by name, $on_demand_properties (3.1: from v2.1 on, from the official
        SDKs)."""
        return self >= ApiVersion.V2_1

    @property
    def modules_have_charts(self) -> bool:
        """Modules have, by name, chart_view and chart_view_supported (3.1: from v6 on, from the official SDKs)."""
        return self >= ApiVersion.V6

    @property
    def modules_show_lookup_support(self) -> bool:
        """Modules have lookupable and public_fields_configured, and no territory when there is none (3.1: v8)."""
        return self >= ApiVersion.V8

    @property
    def org_has_a_hierarchy(self) -> bool:
        """The org has hierarchy_preferences and hipaa_compliance_enabled (3.7: from v2.1 on, from the official
        SDKs)."""
        return self >= ApiVersion.V2_1

    @property
    def org_has_a_type(self) -> bool:
        """The org has a type and a created_time (3.7: from v6 on, from the official SDKs)."""
        return self >= ApiVersion.V6

    @property
    def license_has_a_trial_action(self) -> bool:
        """The license of the org has trial_action (3.7: the official SDKs 5.0 to 8.0; not in the v8 description)."""
        return ApiVersion.V5 <= self <= ApiVersion.V7

    @property
    def one_view_translates_the_headings(self) -> bool:
        """A custom view by its id comes with `info.translation` (3.4: v2; the first-generation SDK reads it)."""
        return self == ApiVersion.V2

    @property
    def lookups_are_described_by_v8(self) -> bool:
        """The module of a lookup has crypt, and its query_details a system_query_id (3.2: OAS)."""
        return self >= ApiVersion.V8

    @property
    def auto_numbers_show_their_length(self) -> bool:
        """The auto_number of a field has starting_number_length (3.2: the official SDKs 5.0 to 8.0, OAS)."""
        return self >= ApiVersion.V5

    @property
    def linking_modules_have_details(self) -> bool:
        """A field that refers to several records or users has linking_details and connected_details instead of
        linking_module, connected_module and the names of their lookups (3.2: the official SDKs 8.0 and 5.0 to 7.0)."""
        return self >= ApiVersion.V8

    @property
    def taxes_of_products_are_objects(self) -> bool:
        """The members of Tax of a product are `{"value","id"}` instead of names (4.1: v2 pages; from v2.1 on, from the
        official SDKs)."""
        return self >= ApiVersion.V2_1


VERSIONS: dict[str, ApiVersion] = {version.label: version for version in ApiVersion}
"""Every version by its label in the URL."""

FIRST, LATEST = min(ApiVersion), max(ApiVersion)
