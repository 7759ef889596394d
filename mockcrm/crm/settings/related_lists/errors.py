"""The errors of related lists alone (docs/contract/mass-update-and-core.md 0.3)."""

from __future__ import annotations

from collections.abc import Sequence

from mockcrm.core.errors.request import InvalidParam, PatternNotMatched
from mockcrm.core.versions import ApiVersion


class StatusUnknown(PatternNotMatched):
    """Raised when the parameter `status` is not a status of related lists; v8 lists what it takes."""

    v8_message = "The status given is invalid."

    def __init__(self, supported: Sequence[str]) -> None:
        super().__init__({"param_name": "status"})
        self._in_v8 = {"param_name": "status", "supported_values": list(supported)}

    def code_in(self, version: ApiVersion) -> str:
        return "INVALID_DATA" if version.has_texts_of_v8 else super().code_in(version)

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return dict(self._in_v8) if version.has_texts_of_v8 else self.details


class LayoutUnknown(InvalidParam):
    """Raised when the parameter `layout_id` is not the id of the module's layout."""

    v8_message = "Invalid Layout Id"
