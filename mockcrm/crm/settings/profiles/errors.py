"""The error of profiles alone (docs/contract/mass-update-and-core.md 0.3)."""

from __future__ import annotations

from mockcrm.core.errors.request import PatternNotMatched
from mockcrm.core.versions import ApiVersion


class TypeUnknown(PatternNotMatched):
    """Raised when the parameter `type` is not a type of profiles."""

    v8_message = "invalid data"

    def code_in(self, version: ApiVersion) -> str:
        return "INVALID_DATA" if version.has_texts_of_v8 else super().code_in(version)
