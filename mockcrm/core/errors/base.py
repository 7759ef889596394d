"""What an error is: its code, message and HTTP status per version and status profile, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from mockcrm.core.versions import ApiVersion

StatusProfile = Literal["reference", "article"]
Shape = Literal["top", "data", "record"]
"""Where an error stands: alone (`top`), as the only item of data[], or as the item of one record in data[]."""


class ZohoError(Exception):
    """A refusal in the words of the emulated API.

    `details` is the object of that name; `path` is the JSON path of the offending key of the body, which the
    versions that do so add to the details as `json_path`.
    """

    name: ClassVar[str]
    code: ClassVar[str]
    message: ClassVar[str]
    status: ClassVar[int]
    shape: ClassVar[Shape] = "top"
    source: ClassVar[str] = "assumed"
    trigger: ClassVar[str] = ""

    def __init__(self, details: Mapping[str, object] | None = None, *, path: str | None = None) -> None:
        super().__init__(self.code)
        self.details: dict[str, object] = dict(details or {})
        self.path = path

    @classmethod
    def sample(cls) -> ZohoError:
        """The error as an injected fault raises it, where nothing in the request gave rise to it."""
        return cls()

    def text(self, version: ApiVersion) -> str:
        """The message in the wording of `version`."""
        return self.message

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        """The HTTP status in `version`; `profile` settles rows 9, 12 and 13, where the v2 sources disagree."""
        return self.status

    def shape_in(self, version: ApiVersion) -> Shape:
        """Where the error stands in an answer of `version`."""
        return self.shape

    def code_in(self, version: ApiVersion) -> str:
        """The code in `version`."""
        return self.code

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        """The details as `version` gives them."""
        if self.path is not None and version.details_name_json_path:
            return {**self.details, "json_path": self.path}
        return self.details

    def item(self, version: ApiVersion) -> dict[str, object]:
        """The four keys of the answer: code, details, message, status."""
        return {
            "code": self.code_in(version),
            "details": self.details_in(version),
            "message": self.text(version),
            "status": "error",
        }


class RequestError(ZohoError):
    """A whole request refused by an only item in data[] (S0's sample; rows 1 to 15, 17 and 18)."""

    status = 400
    shape = "data"


class RecordError(ZohoError):
    """Stands in the place of its record; a job counts the record as Failed."""

    status = 400
    shape = "record"

    def __init__(self, record_id: str = "") -> None:
        super().__init__({"id": record_id})
