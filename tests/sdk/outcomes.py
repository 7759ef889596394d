"""The expected outcomes of an SDK's calls, in the form of scripts/python_lines.py with ids as strings."""

from __future__ import annotations

from typing import Any

Outcome = dict[str, Any]
STAMPS = {"Modified_Time", "Modified_By", "Created_Time", "id", "Created_By"}


def updated(response: Outcome) -> list[str]:
    """Return the ids of a mass update whose records must all be updated."""
    assert (response["class"], response["http"]) == ("MassUpdateActionWrapper", 200), response
    for item in response["data"]:
        assert item["class"] == "MassUpdateSuccessResponse", item
        assert (item["status"], item["code"], item["message"]) == ("success", "SUCCESS", "record updated")
        assert item["details"].keys() == STAMPS
    return [item["details"]["id"] for item in response["data"]]


def scheduled(response: Outcome) -> str:
    """The job id of a mass update that must have scheduled one."""
    assert (response["class"], response["http"]) == ("MassUpdateActionWrapper", 200), response
    (item,) = response["data"]
    job_id = item["details"]["job_id"]
    assert item == {
        "class": "MassUpdateSuccessResponse",
        "status": "success",
        "code": "SUCCESS",
        "message": "mass update scheduled successfully",
        "details": {"job_id": job_id},
    }
    return str(job_id)


def job(status: str, updated_count: int, not_updated_count: int) -> Outcome:
    """Return the status of a job without failed records."""
    counts = {"failed_count": 0, "updated_count": updated_count, "not_updated_count": not_updated_count}
    total = updated_count + not_updated_count
    item = {"class": "MassUpdate", "status": status, **counts, "total_count": total}
    return {"class": "MassUpdateResponseWrapper", "http": 200, "data": [item]}


def problem(code: str, message: str, details: Outcome) -> Outcome:
    """Return one error, as an item or as the whole response: the SDK's own APIException."""
    return {"class": "APIException", "status": "error", "code": code, "message": message, "details": details}


def refused(code: str, message: str, details: Outcome, http: int) -> Outcome:
    """A mass update whose only item is that error."""
    return {"class": "MassUpdateActionWrapper", "http": http, "data": [problem(code, message, details)]}


def written(item: Outcome, message: str, more: frozenset[str] | set[str] = frozenset()) -> str:
    """The id of a record that an insert, update or upsert must have written."""
    assert (item["class"], item["status"], item["code"]) == ("SuccessResponse", "success", "SUCCESS"), item
    assert item["message"] == message
    assert item["details"].keys() == STAMPS | more
    return str(item["details"]["id"])


def deleted(record_id: str) -> Outcome:
    """The item of a deleted record."""
    return {
        "class": "SuccessResponse",
        "status": "success",
        "code": "SUCCESS",
        "message": "record deleted",
        "details": {"id": record_id},
        "action": None,
        "duplicate_field": None,
    }
