"""What the emulated API covers: every endpoint, every documented error and how to get it, every assumption.

`setups.yaml` and `assumptions.yaml` are the source; `python -m tools.coverage` writes coverage.json beside them
and docs/errors.md and docs/assumptions.md from it. The server only hands out coverage.json.
"""

from __future__ import annotations

from importlib.resources import files


def published() -> bytes:
    """{"endpoints": [...], "errors": [...], "assumptions": [...]} as JSON, as generated."""
    return files("mockcrm.coverage").joinpath("coverage.json").read_bytes()
