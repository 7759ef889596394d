"""Errors of the list of modules that v8 spells differently (docs/contract/mass-update-and-core.md 0.3)."""

from __future__ import annotations

from collections.abc import Sequence

from mockcrm.core.errors.request import PatternNotMatched
from mockcrm.core.versions import ApiVersion
from mockcrm.http.errors import ModuleNotInApi


class ModuleNotListed(ModuleNotInApi):
    """Raised when the requested module exists in the product but not in the API."""

    def code_in(self, version: ApiVersion) -> str:
        return "NOT_SUPPORTED" if version.has_texts_of_v8 else super().code_in(version)

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {} if version.has_texts_of_v8 else super().details_in(version)


class StatusUnknown(PatternNotMatched):
    """Raised when the parameter `status` has an unknown value at the place `index`."""

    v8_message = "The status given is invalid."

    def __init__(self, index: int, supported: Sequence[str]) -> None:
        super().__init__({"param_name": "status"})
        self._in_v8 = {"index": index, "supported_values": list(supported), "param_name": "status"}

    def code_in(self, version: ApiVersion) -> str:
        return "INVALID_DATA" if version.has_texts_of_v8 else super().code_in(version)

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return self._in_v8 if version.has_texts_of_v8 else self.details
