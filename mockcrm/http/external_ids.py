"""The header X-EXTERNAL, which says that ids in the path, the query or the body are values of an external field.

External ids are not emulated. A request in which they would be taken for ids of records gets NOT_EMULATED; the
response to a list or a search, which has no ids, has a note.
"""

from __future__ import annotations

from mockcrm.http import errors
from mockcrm.http.call import Call

NOTE = "the header X-EXTERNAL: not emulated by mockcrm, see /_mockcrm/coverage"


def refuse_external_ids(call: Call) -> None:
    """Raise NotEmulated when the header says that the request has external ids."""
    if call.header("x-external"):
        raise errors.NotEmulated("the header X-EXTERNAL")


def note_external_ids(call: Call) -> None:
    """Raise NotEmulated when a list with `ids` has the header; note in the response to another one that the header has
    no effect."""
    if call.header("x-external"):
        if "ids" in call.query:
            raise errors.NotEmulated("the header X-EXTERNAL")
        call.note(NOTE)
