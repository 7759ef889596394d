"""The book of every error that the server can return: those of core, of HTTP and of the capabilities."""

from __future__ import annotations

from collections.abc import Iterable

from mockcrm.core import errors as core_errors
from mockcrm.core.errors.book import ErrorBook, errors_of
from mockcrm.crm import CAPABILITIES
from mockcrm.crm.capability import Capability
from mockcrm.http import errors as http_errors


def error_book(capabilities: Iterable[Capability]) -> ErrorBook:
    """Return the book with the errors of these capabilities. Raises ValueError when two have the same name."""
    own = (row for capability in capabilities for row in capability.errors)
    return ErrorBook((*errors_of(http_errors), *core_errors.ERRORS, *own))


ERROR_BOOK = error_book(CAPABILITIES)
"""The book of the server as it is delivered; a running one has its own in `Runtime.errors`."""
