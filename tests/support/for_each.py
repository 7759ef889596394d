"""A loop of cases in one test, for cases that are one behaviour: a failure lists every case that failed."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest


def for_each(names: str | Sequence[str], cases: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run the decorated test once for each case, within one test item.

    The arguments are those of `pytest.mark.parametrize`, and decorators may be stacked. Unlike there, all cases share
    the fixtures of one test. Every case runs; those that fail are raised together as one AssertionError whose cause is
    the first of them.
    """
    arguments = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    rows = [case if len(arguments) > 1 else (case,) for case in cases]
    assert rows, f"no cases of {names}"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(*positional: Any, **fixtures: Any) -> None:
            failures: list[tuple[str, BaseException]] = []
            for row in rows:
                case = dict(zip(arguments, row, strict=True))
                try:
                    test(*positional, **fixtures, **case)
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - it is raised again below
                    name = ", ".join(f"{key}={_shorten(value)}" for key, value in case.items())
                    failures.append((name, error))
            if failures:
                summary = "\n".join(f"  {name}: {type(error).__name__}: {error}" for name, error in failures)
                raise AssertionError(f"{len(failures)} of {len(rows)} cases failed:\n{summary}") from failures[0][1]

        signature = inspect.signature(test)
        parameters = [item for name, item in signature.parameters.items() if name not in arguments]
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return run

    return decorate


def _shorten(value: object, length: int = 80) -> str:
    """Return the repr of a value, cut so that a body of megabytes does not fill the screen."""
    text = repr(value) if not callable(value) else getattr(value, "__name__", repr(value))
    return text if len(text) <= length else f"{text[: length - 3]}..."
