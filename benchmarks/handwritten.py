"""The mock that a user would write by hand: the same updates on SQLite, no rules, no accounts, no jobs.

`uvicorn benchmarks.handwritten:app`; BENCHMARK_DATABASE names a file with `lead (id INTEGER PRIMARY KEY, fields
TEXT, modified TEXT)`. Both ways of writing 500 updates are there: one statement for each id, and one for all.
"""

import os
import sqlite3
from datetime import UTC, datetime

import orjson
from fastapi import FastAPI, Request, Response

USER = {"name": "Patricia Boyle", "id": "554023000000235011"}
CREATED = "2026-01-01T00:00:00+00:00"
ONE = "UPDATE lead SET fields = json_set(fields, ?, ?), modified = ? WHERE id = ?"
ALL = "UPDATE lead SET fields = json_set(fields, ?, ?), modified = ? WHERE id IN (SELECT value FROM json_each(?))"

app = FastAPI()
database = sqlite3.connect(os.environ.get("BENCHMARK_DATABASE", ":memory:"), isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = OFF")


def response(ids: list[str], now: str) -> Response:
    details = {"Modified_Time": now, "Modified_By": USER, "Created_Time": CREATED, "Created_By": USER}
    items = [
        {"code": "SUCCESS", "details": {**details, "id": i}, "message": "record updated", "status": "success"}
        for i in ids
    ]
    return Response(orjson.dumps({"data": items}), media_type="application/json;charset=UTF-8")


@app.get("/_mockcrm/health")
async def health() -> Response:
    return Response(b'{"status":"ok"}')


@app.post("/crm/v2/each")
async def each(request: Request) -> Response:
    body = orjson.loads(await request.body())
    ((name, value),) = body["data"][0].items()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    database.execute("BEGIN IMMEDIATE")
    database.executemany(ONE, [(f"$.{name}", value, now, int(i)) for i in body["ids"]])
    database.execute("COMMIT")
    return response(body["ids"], now)


@app.post("/crm/v2/all")
async def all_at_once(request: Request) -> Response:
    body = orjson.loads(await request.body())
    ((name, value),) = body["data"][0].items()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    ids = orjson.dumps([int(i) for i in body["ids"]]).decode()
    database.execute(ALL, (f"$.{name}", value, now, ids))
    return response(body["ids"], now)
