"""The base classes of errors, and the errors that core raises or that several capabilities share.

Rules raise these errors; no other code creates an error response of the emulated API. `source` names the section of
the contract and, in brackets, where its statement comes from: the v2 reference page or the vendor's article on mass
update, the v7 and v8 pages, the tables inside the official v2 SDKs, or other public material such as forum posts and
client fixtures. "assumed" means that no document says it.

An error that only one capability raises is in the `errors.py` of its folder below mockcrm/crm; those of the checks
of every request are in mockcrm/http/errors.py.
"""

from __future__ import annotations

from mockcrm.core.errors import bulk, metadata, records, request
from mockcrm.core.errors.base import RecordError, RequestError, Shape, StatusProfile, ZohoError
from mockcrm.core.errors.book import errors_of

__all__ = ["ERRORS", "RecordError", "RequestError", "Shape", "StatusProfile", "ZohoError"]

ERRORS = errors_of(request, bulk, records, metadata)
"""The errors that core raises or that several capabilities share."""
