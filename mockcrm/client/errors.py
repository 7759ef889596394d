"""The errors that the client raises."""

from __future__ import annotations


class ControlError(Exception):
    """The control API rejected a request; the server has changed nothing.

    Attributes:
        message: What is invalid and what was expected, in one line.
        where: The invalid part of the request, such as `body.records` or `path.org`; None when it is the whole request.
        status: The HTTP status of the response, from 400.
    """

    def __init__(self, message: str, where: str | None, status: int) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message
        self.where = where
        self.status = status


class ServerUnreachable(Exception):
    """No mockcrm server responds at the address, or the certificate of its CA cannot be read.

    The message is one line."""
