"""Case-insensitive comparison of text, the same in Python and in SQL.

SQLite's own lower() and NOCASE convert only ASCII letters, so KÖLN would differ from köln. `fold` lowers every
character separately, so that the number of characters never changes, and never turns a non-ASCII character (the Kelvin
sign, the capital I with a dot) into an ASCII letter. So for an ASCII search text SQLite's lower() finds the same
records as `fold`, and a scan need not call into Python for each row.
"""

from __future__ import annotations

import sqlite3


class _Folds(dict[int, str]):
    """A translation table from each character to its folded form, filled on demand."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        lowered = character.lower()
        # Kelvin sign and dotted capital I: an ASCII search text must not find them, because SQLite's lower() would not.
        if code > 127 and any(item.isascii() for item in lowered):
            lowered = character
        self[code] = lowered
        return lowered


_FOLDS = _Folds()


def fold(text: str) -> str:
    """Return `text` with each character lowered separately; the number of characters stays the same."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def _fold_value(value: str | bytes | int | float | None) -> str | bytes | int | float | None:
    return fold(value) if isinstance(value, str) else value


def register(connection: sqlite3.Connection) -> None:
    """Add the SQL function fold(text) to `connection`; it returns null and numbers unchanged."""
    connection.create_function("fold", 1, _fold_value, deterministic=True)
