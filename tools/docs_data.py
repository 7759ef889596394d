"""Reading the docs.yaml files, which contain what the docs pages say about each folder.

A file has up to four keys; each but `ignored` maps chapters of a page to their rows:

- endpoints: "VERB path" -> how it is simplified, `~` when it is not. For a simplification of later versions only:
  {from: v8, simplified: ...} with the first of them. The endpoint's first version comes from its row in endpoints.py.
- ignored: "VERB path" -> the documented parameters and headers of an emulated endpoint that have no effect, with the
  reason of each.
- setups: the name of an error of this folder -> how to cause it (`tools.setups` describes it).
- assumptions: behaviour that no document specifies. `says` is what the server does; `switch` is the setting that
  changes it, if there is one; `sources` says which sources disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from mockcrm.crm import CAPABILITIES

Tree = dict[str, Any]

PACKAGES: tuple[str, ...] = (
    "mockcrm.http",
    "mockcrm.core",
    "mockcrm.accounts",
    *(capability.name for capability in CAPABILITIES),
)
"""The packages that have a docs.yaml, in the order in which their rows stand on the pages."""


@dataclass(frozen=True, slots=True)
class Docs:
    """The content of one docs.yaml, or of all of them: chapter -> rows."""

    endpoints: Mapping[str, Tree] = field(default_factory=dict)
    ignored: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    setups: Mapping[str, Tree] = field(default_factory=dict)
    assumptions: Mapping[str, list[Tree]] = field(default_factory=dict)


@cache
def docs_of(package: str) -> Docs:
    """Return the content of the package's docs.yaml. Raises FileNotFoundError without one, TypeError for an unknown
    key."""
    return Docs(**yaml.safe_load(files(package).joinpath("docs.yaml").read_text("utf-8")))


@cache
def all_docs() -> Docs:
    """Return the rows of every package by chapter. Raises ValueError when two packages have the same row."""
    every = [docs_of(package) for package in PACKAGES]
    assumptions: dict[str, list[Tree]] = {}
    for docs in every:
        for chapter, entries in docs.assumptions.items():
            assumptions.setdefault(chapter, []).extend(entries)
    return Docs(
        endpoints=_merge(docs.endpoints for docs in every),
        ignored={name: reasons for docs in every for name, reasons in docs.ignored.items()},
        setups=_merge(docs.setups for docs in every),
        assumptions=assumptions,
    )


def _merge(parts: Iterable[Mapping[str, Tree]]) -> dict[str, Tree]:
    merged: dict[str, Tree] = {}
    for part in parts:
        for chapter, rows in part.items():
            known = merged.setdefault(chapter, {})
            if twice := known.keys() & rows.keys():
                raise ValueError(f"described twice: {', '.join(sorted(twice))}")
            known.update(rows)
    return merged
