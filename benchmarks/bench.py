"""What the rows of the table share: the servers and orgs, made when first needed, and how long to measure."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import orjson

from benchmarks import fixtures
from benchmarks.client import Loop, request_bytes
from benchmarks.processes import Org, Server, free_port, mockcrm_command, uvicorn_command


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int
    seconds: float
    job_rounds: int
    large: int
    resets: int
    requests: int


FULL = Effort(rounds=15, seconds=0.5, job_rounds=9, large=1_000_000, resets=1_000, requests=100_000)
QUICK = Effort(rounds=5, seconds=0.2, job_rounds=3, large=200_000, resets=200, requests=10_000)


class Bench:
    """One run; a context manager that ends every process it started."""

    def __init__(self, folder: Path, effort: Effort) -> None:
        self.folder = folder
        self.effort = effort
        self.loop = Loop()
        self._stack = ExitStack()
        self._orgs: dict[tuple[int, int], Org] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self.loop.close()

    def say(self, text: str) -> None:
        """Report progress on stderr."""
        print(f"  .. {text}", file=sys.stderr, flush=True)

    def serve(self, command: list[str], port: int, env: dict[str, str] | None = None) -> Server:
        """Start a server that lives until the end of the run."""
        return self._stack.enter_context(Server(command, port, self.folder, env)).until_ready()

    @cached_property
    def mock(self) -> Server:
        """mockcrm with the demo fixture."""
        port = free_port()
        return self.serve(mockcrm_command(port), port)

    def root(self) -> Path:
        """Return the folder in which the server `mock` has its files."""
        (found,) = self.folder.glob("mockcrm-*")
        return found

    def org(self, count: int, one_in: int = 1) -> Org:
        """Return an org with `count` Leads, whose view contains one in `one_in`."""
        key = (count, one_in)
        if key not in self._orgs:
            server = self.mock
            known = set((self.root() / "templates").glob("*.sqlite"))
            self.say(f"making an org with {count:,} Leads")
            fixture = fixtures.leads(count, one_in=one_in)
            made = server.ask("POST", "/_mockcrm/orgs", {"fixture": fixture}, expect=201)
            (template,) = set((self.root() / "templates").glob("*.sqlite")) - known
            self._orgs[key] = Org(server, orjson.loads(made), template)
        return self._orgs[key]

    @cached_property
    def finished_job(self) -> str:
        """The id of a job of the small org that is COMPLETED."""
        org = self.small
        scheduled = self.schedule(org, "Active")
        while b"COMPLETED" not in org.get(f"/Leads/actions/mass_update?job_id={scheduled}"):
            pass
        return scheduled

    def schedule(self, org: Org, value: str) -> str:
        """Schedule a job over the org's view and return its id."""
        body: dict[str, Any] = {"data": [{"Rating": value}], "cvid": fixtures.VIEW}
        path = "/crm/v2/Leads/actions/mass_update"
        response = orjson.loads(org.server.ask("POST", path, body, token=org.token))
        return str(response["data"][0]["details"]["job_id"])

    @property
    def small(self) -> Org:
        """An org of 500 Leads."""
        return self.org(500)

    @property
    def middle(self) -> Org:
        """An org of 50,000 Leads."""
        return self.org(50_000)

    def singles(self, org: Org) -> list[bytes]:
        """Mass updates of one record each, in turn over records and values."""
        ids = org.ids(200)
        return [
            org.mass_update(fixtures.RATINGS[place % len(fixtures.RATINGS)], ids=[number])
            for place, number in enumerate(ids)
        ]

    @cached_property
    def bare(self) -> Server:
        """The bare FastAPI application, with the responses of mockcrm."""
        responses = self.folder / "responses"
        responses.mkdir()
        org = self.small
        body = {"data": [{"Rating": "Active"}], "ids": org.ids(1)}
        post = org.server.ask("POST", "/crm/v2/Leads/actions/mass_update", body, token=org.token)
        (responses / "post.json").write_bytes(post)
        status = org.get(f"/Leads/actions/mass_update?job_id={self.finished_job}")
        (responses / "status.json").write_bytes(status)
        (responses / "page.json").write_bytes(org.get("/Leads"))
        port = free_port()
        return self.serve(uvicorn_command("benchmarks.bare:app", port), port, {"BENCHMARK_RESPONSES": str(responses)})


def bare_request(method: str, path: str, body: bytes = b"") -> bytes:
    """A request to the bare application, with as many bytes as mockcrm gets."""
    return request_bytes(method, f"/crm/v2{path}", token="1000." + "0" * 32 + "." + "0" * 32, body=body)
