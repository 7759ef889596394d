"""Values that equal every value of one form: a response that contains ids and times can be compared as a whole."""

from __future__ import annotations

import re


class Form:
    """Equals every string that `pattern` matches in full."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self.pattern, other) is not None

    def __hash__(self) -> int:
        return hash(self.pattern)

    def __repr__(self) -> str:
        return f"Form({self.pattern!r})"


JSON = "application/json;charset=UTF-8"
ID = Form(r"[0-9]{16,19}")
TIME = Form(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
NAME = Form(r".+")

SCHEDULED = {
    "data": [
        {
            "code": "SUCCESS",
            "details": {"job_id": ID},
            "message": "mass update scheduled successfully",
            "status": "success",
        }
    ]
}
ALREADY_SCHEDULED = {
    "data": [
        {
            "code": "ALREADY_SCHEDULED",
            "details": {"api_name": "cvid"},
            "message": "Already a Mass Action scheduler is running for the given cvid",
            "status": "error",
        }
    ]
}


def record_updated(record_id: str, by: object = None) -> dict[str, object]:
    """The item of one updated record; `by` is the user `{"name", "id"}` who modified it."""
    someone = {"name": NAME, "id": ID}
    return {
        "code": "SUCCESS",
        "details": {
            "Modified_Time": TIME,
            "Modified_By": someone if by is None else by,
            "Created_Time": TIME,
            "id": record_id,
            "Created_By": someone,
        },
        "message": "record updated",
        "status": "success",
    }


def refusal(code: str, message: str, details: object = None) -> dict[str, object]:
    """Return the four keys of an error at top level (`top`) or as an item."""
    return {
        "code": code,
        "details": {} if details is None else details,
        "message": message,
        "status": "error",
    }
