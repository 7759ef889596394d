"""The error of a command, as the one line that the user sees."""

from __future__ import annotations


class CommandError(Exception):
    """A command failed. The message is one line; `code` is the exit code: 2 for invalid input, 1 for any other
    error."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code
