"""The base classes of errors: code, message and HTTP status by version and status profile, and the response shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, Protocol

from mockcrm.core.versions import ApiVersion

StatusProfile = Literal["reference", "article"]
Shape = Literal["top", "data", "record"]
"""Where an error appears in the response: at top level (`top`), as the only item of data[] (`data`), or as the item of
one record in data[] (`record`)."""


class SourceSettings(Protocol):
    """The settings of an org that choose between sources where these disagree about a single error."""

    @property
    def scope_error(self) -> Literal["today", "page"]:
        """Whose text OAUTH_SCOPE_MISMATCH has."""

    @property
    def read_denied_status(self) -> Literal[400, 403]:
        """The HTTP status of READ_DENIED in v8."""


class ZohoError(Exception):
    """An error of the emulated API.

    `details` is the object of that name in the response. `path` is the JSON path of the invalid key in the body; later
    versions add it to the details as `json_path`.
    """

    name: ClassVar[str]
    code: ClassVar[str]
    message: ClassVar[str]
    v8_message: ClassVar[str | None] = None
    """The message in v8, where it differs."""
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
        """Return the error with sample arguments, as an injected fault raises it."""
        return cls()

    def follow(self, settings: SourceSettings) -> None:
        """Take the source that the org's settings choose; called before the error becomes a response of its own."""

    def message_in(self, version: ApiVersion) -> str:
        """Return the message in `version`."""
        if self.v8_message is not None and version.has_texts_of_v8:
            return self.v8_message
        return self.message

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        """Return the HTTP status in `version`. `profile` chooses between the sources of v2 where they disagree (rows 9,
        12 and 13 of docs/contract/mass-update-and-core.md 2.2)."""
        return self.status

    def shape_in(self, version: ApiVersion) -> Shape:
        """Return where the error appears in a response of `version`."""
        return self.shape

    def code_in(self, version: ApiVersion) -> str:
        """Return the code in `version`."""
        return self.code

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        """Return the details in `version`."""
        if self.path is not None and version.details_name_json_path:
            return {**self.details, "json_path": self.path}
        return self.details

    def item(self, version: ApiVersion) -> dict[str, object]:
        """Return the error object of the response: code, details, message, status."""
        return {
            "code": self.code_in(version),
            "details": self.details_in(version),
            "message": self.message_in(version),
            "status": "error",
        }


class RequestError(ZohoError):
    """An error of the whole request, returned as the only item of data[] (rows 1 to 15, 17 and 18 of
    docs/contract/mass-update-and-core.md 2.2; the shape is that of the sample in the article on mass update)."""

    status = 400
    shape = "data"


class RecordError(ZohoError):
    """An error of one record, returned in the record's place; a job counts the record as Failed."""

    status = 400
    shape = "record"

    def __init__(self, record_id: str = "") -> None:
        super().__init__({"id": record_id})


def article_status(article: int, reference: int, version: ApiVersion, profile: StatusProfile) -> int:
    """Return the status of rows 9, 12 and 13. In v2 the article on mass update gives another status than the v2
    reference page (2.2, below the table)."""
    return article if profile == "article" and version.has_article_statuses else reference
