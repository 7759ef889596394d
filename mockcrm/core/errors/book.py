"""The book of errors: every error class by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType

from mockcrm.core.errors.base import ZohoError


def errors_of(*modules: ModuleType) -> tuple[type[ZohoError], ...]:
    """Return the error classes that the modules define, in their order; those without a name of their own are base
    classes and left out."""
    return tuple(
        row
        for module in modules
        for row in vars(module).values()
        if isinstance(row, type)
        and issubclass(row, ZohoError)
        and row.__module__ == module.__name__
        and "name" in row.__dict__
    )


class ErrorBook(Mapping[str, type[ZohoError]]):
    """Every error class by the name that injected faults, the journal, the docs and the header X-Mockcrm-Rule use.

    Raises ValueError when two classes have the same name.
    """

    def __init__(self, rows: Iterable[type[ZohoError]]) -> None:
        self._rows: dict[str, type[ZohoError]] = {}
        for row in rows:
            if self._rows.setdefault(row.name, row) is not row:
                raise ValueError(f"two errors are named {row.name}")

    def __getitem__(self, name: str) -> type[ZohoError]:
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, name: str) -> type[ZohoError] | None:
        """Return the error class with that name, or the only one with that code; None if there is none."""
        if name in self._rows:
            return self._rows[name]
        by_code = [row for row in self._rows.values() if row.code == name]
        return by_code[0] if len(by_code) == 1 else None
