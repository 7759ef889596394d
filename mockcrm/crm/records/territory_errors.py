"""Errors of the assignment of territories (docs/contract/mass-update-and-core.md 3.6)."""

from __future__ import annotations

from collections.abc import Mapping

from mockcrm.core.errors.base import Shape, ZohoError
from mockcrm.core.errors.records import FieldMissing, InvalidRecordId, RecordLocked
from mockcrm.core.versions import ApiVersion


class TooManyTerritories(ZohoError):
    """Raised when a record would be assigned to more territories than its module allows."""

    name = "TOO_MANY_TERRITORIES"
    code = "LIMIT_EXCEEDED"
    status = 400
    shape = "record"
    message = "Maximum limit of territories for that record exceeds"
    source = "docs/contract/mass-update-and-core.md 3.6 (v7 page; details assumed)"
    trigger = "assigning more than one territory to a deal, or more than ten to another record"


class TerritoryAssigned(ZohoError):
    """Raised when a record is already assigned to the territory."""

    name = "TERRITORY_ASSIGNED"
    code = "DUPLICATE_DATA"
    status = 400
    shape = "record"
    message = "Given territory already exists for that record"
    v8_message = "Given Territory already exists for that record"
    source = "docs/contract/mass-update-and-core.md 3.6 (v7 page; details by the v8 page, which also spells its text)"
    trigger = "assigning a territory that the record already has"


class TerritoryRepeated(ZohoError):
    """Raised when a request names the same territory twice for one record."""

    name = "TERRITORY_REPEATED"
    code = "ALREADY_USED"
    status = 400
    shape = "record"
    message = "Duplicate territory ID found"
    v8_message = "duplicate territory id found"
    source = "docs/contract/mass-update-and-core.md 3.6 (v7 page; v8 page: its text and details)"
    trigger = "the same territory twice for one record"

    def __init__(
        self, details: Mapping[str, object] | None = None, *, path: str | None = None, first: str | None = None
    ) -> None:
        """`first` is the JSON path at which the territory is named for the first time."""
        super().__init__(details, path=path)
        self._first = first

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        details = super().details_in(version)
        if self._first is None or not version.has_texts_of_v8:
            return details
        return {"exists_in": {"json_path": self._first}, **details}


class TerritoriesNotAssignable(ZohoError):
    """Raised when territories are assigned to records of a module that has none."""

    name = "TERRITORIES_NOT_ASSIGNABLE"
    code = "NOT_SUPPORTED"
    status = 400
    message = "the api is not supported for this module"
    source = "docs/contract/mass-update-and-core.md 3.6 (v8 page; the same in earlier versions, assumed)"
    trigger = "assigning territories to records of a module that has none"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": 0} if version.module_errors_name_path_index else {}


class RecordToAssignMissing(FieldMissing):
    """Raised when a record to be assigned to territories has no id (3.6: the text of the v7 page, and that of the v8
    page)."""

    message = "One of the expected parameter is missing"
    v8_message = "required field not found"


class RecordToAssignUnknown(InvalidRecordId):
    """Raised when a record to be assigned to territories does not exist (3.6: the text of the v7 page; text and details
    of the v8 page)."""

    message = "The record Id given seems to be invalid"
    v8_message = "the id given seems to be invalid"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        if not version.has_texts_of_v8:
            return super().details_in(version)
        return {"api_name": "id", "json_path": self.path}


class RecordInPathToAssignUnknown(RecordToAssignUnknown):
    """Raised in v8 when the record in the path of assign_territories does not exist."""

    def shape_in(self, version: ApiVersion) -> Shape:
        return "top"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": 1}


class RecordInPathLocked(RecordLocked):
    """Raised in v8 when the record in the path of assign_territories is locked."""

    def shape_in(self, version: ApiVersion) -> Shape:
        return "top"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": 1}
