"""What the emulated API covers: every endpoint, every documented error with a request that causes it, every assumption.

`python -m tools.coverage` generates coverage.json, docs/errors.md and docs/assumptions.md from the docs.yaml of every
folder. The server only reads coverage.json.
"""

from __future__ import annotations

from importlib.resources import files


def coverage_json() -> bytes:
    """Return the generated JSON: {"endpoints": [...], "errors": [...], "assumptions": [...]}."""
    return files("mockcrm.coverage").joinpath("coverage.json").read_bytes()
