"""What mockcrm is compared with: FastAPI routes that return stored bytes. `uvicorn benchmarks.bare:app`.

BENCHMARK_RESPONSES names the folder with the responses of mockcrm: post.json, status.json and page.json.
"""

import os
from pathlib import Path

from fastapi import FastAPI, Response

JSON = "application/json;charset=UTF-8"
RESPONSES = os.environ.get("BENCHMARK_RESPONSES")

app = FastAPI()


def stored(name: str) -> bytes:
    return Path(RESPONSES, name).read_bytes() if RESPONSES else b"{}"


POST, STATUS, PAGE = stored("post.json"), stored("status.json"), stored("page.json")


@app.get("/_mockcrm/health")
async def health() -> Response:
    return Response(b'{"status":"ok"}', media_type=JSON)


@app.post("/crm/v2/Leads/actions/mass_update")
async def mass_update() -> Response:
    return Response(POST, media_type=JSON)


@app.get("/crm/v2/Leads/actions/mass_update")
async def job_status() -> Response:
    return Response(STATUS, media_type=JSON)


@app.get("/crm/v2/Leads")
async def page() -> Response:
    return Response(PAGE, media_type=JSON)
