"""The book of errors: names, wording in every version, shapes."""

from __future__ import annotations

from typing import Any

from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.bulk import AlreadyScheduled
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.error_book import ERROR_BOOK
from mockcrm.crm.mass_update.errors import FieldNotAllowed, MaxFieldLimit
from tests.support.for_each import for_each


def made(row: type[ZohoError]) -> ZohoError:
    """Return an error of the row, with the arguments that its class takes."""
    arguments: tuple[Any, ...]
    for arguments in ((), ("x",), ({},)):
        try:
            return row(*arguments)
        except TypeError:
            continue
    raise AssertionError(row)


@for_each("name", sorted(ERROR_BOOK))
def test_row_has_all_parts_of_a_response_in_every_version(name: str) -> None:
    row = ERROR_BOOK[name]
    assert row.trigger
    assert row.source
    error = made(row)
    for version in ApiVersion:
        item = error.item(version)
        assert list(item) == ["code", "details", "message", "status"]
        assert item["status"] == "error"
        assert isinstance(item["details"], dict)
        assert item["code"]
        assert item["message"]
        assert error.shape_in(version) in ("top", "data", "record")
        for profile in ("reference", "article"):
            assert 200 <= error.status_in(version, profile) <= 599  # type: ignore[arg-type]


def test_row_is_found_by_its_name_or_by_a_code_that_it_alone_has() -> None:
    assert ERROR_BOOK.find("MAX_FIELD_LIMIT") is MaxFieldLimit
    assert ERROR_BOOK.find("ALREADY_SCHEDULED") is AlreadyScheduled
    assert ERROR_BOOK.find("INVALID_DATA") is None
    assert ERROR_BOOK.find("nonsense") is None


def test_names_of_faults_and_headers_are_in_one_form() -> None:
    assert all(name.isupper() and name.isascii() and " " not in name and "," not in name for name in ERROR_BOOK)


def test_json_path_is_named_from_v2_1() -> None:
    error = FieldNotAllowed("Email")
    assert error.details_in(ApiVersion.V2) == {"api_name": "Email"}
    assert error.details_in(ApiVersion.V2_1) == {"api_name": "Email", "json_path": "$.data[0].Email"}
