"""Each version's SDK reads all metadata, people, the org and one record of every module, and drops no value of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.live.server import Org

from .driver import SDK, Kind, kind_of
from .whole_org import FIXTURE, fill, reads

pytestmark = pytest.mark.sdk
SLOW = pytest.mark.slow
VERSIONS = [
    kind_of("python-2.0"),
    *(pytest.param(kind_of(f"python-{number}"), marks=SLOW) for number in ("2.1", "5.0", "6.0", "7.0")),
    kind_of("python-8.0"),
]
OWN_FAULTS = {"v5": {".data[].Sub_Total", ".data[].Grand_Total"}}
"""What an SDK drops whatever is answered: 5.0 looks the type of a formula up by an object of its own."""


@pytest.mark.parametrize("process", VERSIONS, ids=str, indirect=True)
def test_no_value_is_dropped(process: SDK, kind: Kind, make_org: Callable[..., Org], tmp_path: Path) -> None:
    org = make_org(FIXTURE)

    def call(method: str, path: str, body: Any = None, **params: str) -> tuple[int, Any]:
        response = org.server.http.request(method, path, json=body, params=params, headers=org.headers)
        return response.status_code, response.json() if response.content else None

    made = fill(call)
    process.sign_in(org, tmp_path)
    lost: dict[str, str] = {}
    for read in reads(call, kind.version, made):
        path = f"/crm/{kind.version}/{read.path}"
        status, wire = call("GET", path, **read.params)
        if status == 204:
            continue
        query = "&".join(f"{name}={value}" for name, value in read.params.items())
        module = read.path.partition("/")[0] if read.package == "record" else None
        outcome = process.call("read", package=read.package, path=f"{path}?{query}", module=module)
        lost.update((place, f"{path}: {place}: {text}") for place, text in dropped(wire, outcome.get("object")))
    own = OWN_FAULTS.get(kind.version, set())
    assert lost.keys() - own == set(), "\n".join(lost.values())
    assert own - lost.keys() == set()


def dropped(wire: Any, got: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the place of each value that the SDK lost, and what became of it. Keys unknown to it are not in `got`."""
    if isinstance(wire, dict) and isinstance(got, dict):
        for key in wire.keys() & got.keys():
            yield from dropped(wire[key], got[key], f"{path}.{key}")
    elif isinstance(wire, list) and isinstance(got, list) and len(wire) == len(got):
        for one, other in zip(wire, got, strict=True):
            yield from dropped(one, other, f"{path}[]")
    elif not _same(wire, got):
        yield path, f"{wire!r} became {got!r}"


def _same(wire: Any, got: Any) -> bool:
    if wire == got or str(wire) == str(got):
        return True
    try:
        return datetime.fromisoformat(str(wire)) == datetime.fromisoformat(str(got))
    except ValueError:
        return False
