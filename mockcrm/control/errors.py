"""Errors of the control API, and the messages for input that pydantic rejected."""

from __future__ import annotations

from mockcrm.core.strict_input import ErrorDetails, error_message


class ControlError(Exception):
    """A request is rejected: the response is `{"error": {"message", "where"?}}` with a 4xx status. `where` is the
    invalid part of the request, such as `body.records`."""

    def __init__(self, status: int, message: str, where: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.where = where


def sentence(error: ErrorDetails) -> str:
    """Return the message for invalid input: what was expected, and the value."""
    if error["type"] == "json_invalid":
        return f"not JSON: {error['ctx']['error']} (character {error['loc'][-1]})"
    return error_message(error)
