"""The versions of the API, in order."""

from __future__ import annotations

from mockcrm.core.versions import VERSIONS, ApiVersion
from tests.support.for_each import for_each

LABELS = ["v2", "v2.1", "v3", "v4", "v5", "v6", "v7", "v8"]


def test_versions_are_ordered_and_have_labels() -> None:
    assert list(VERSIONS) == LABELS
    assert list(VERSIONS.values()) == sorted(ApiVersion)
    assert [version.label for version in ApiVersion] == LABELS


@for_each(
    ("difference", "first"),
    [
        ("details_name_json_path", "v2.1"),
        ("module_errors_name_path_index", "v2.1"),
        ("unreadable_body_is_parse_error", "v2.1"),
        ("double_types_have_own_words", "v2.1"),
        ("fields_list_record_id", "v2.1"),
        ("fields_parameter_is_mandatory", "v3"),
        ("lookup_module_is_object", "v3"),
        ("view_errors_are_top_level", "v8"),
        ("ids_exclude_cvid", "v8"),
        ("unknown_job_is_invalid_data", "v8"),
    ],
)
def test_difference_holds_from_a_version_on(difference: str, first: str) -> None:
    for version in ApiVersion:
        assert getattr(version, difference) is (version >= VERSIONS[first])


def test_differences_that_end() -> None:
    assert [version.label for version in ApiVersion if version.has_activities] == ["v2", "v2.1"]
    assert [version.label for version in ApiVersion if version.records_carry_v2_keys] == ["v2", "v2.1", "v3"]
    assert {
        version.label: version.none_written_status for version in ApiVersion if version.none_written_status != 400
    } == {"v2": 202}
    assert {version.mixed_mass_update_status for version in ApiVersion if version < ApiVersion.V8} == {200}
    assert ApiVersion.V8.mixed_mass_update_status == 207
