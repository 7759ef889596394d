"""What mockcrm is compared with: FastAPI routes that answer stored bytes. `uvicorn benchmarks.bare:app`.

BENCHMARK_ANSWERS names the folder with the answers that mockcrm gave: post.json, status.json and page.json.
"""

import os
from pathlib import Path

from fastapi import FastAPI, Response

JSON = "application/json;charset=UTF-8"
ANSWERS = os.environ.get("BENCHMARK_ANSWERS")

app = FastAPI()


def stored(name: str) -> bytes:
    return Path(ANSWERS, name).read_bytes() if ANSWERS else b"{}"


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
