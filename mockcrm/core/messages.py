"""Words that messages about invalid input have in common. It imports nothing: the pytest plugin uses it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def show(value: object) -> str:
    """Return a value as messages quote it: short, on one line, with the spelling of YAML and JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def one_of(names: Iterable[str]) -> str:
    """Return `expected one of: a, b, c`; a long list is cut off."""
    listed = list(names)
    more = f" ... ({len(listed)} in total)" if len(listed) > 40 else ""
    return f"expected one of: {', '.join(listed[:40])}{more}"


def format_path(path: Sequence[int | str]) -> str:
    """Return a path such as `records.Leads[3].state[0]` from its steps."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
