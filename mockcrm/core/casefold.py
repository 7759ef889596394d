"""Comparing text without case, the same in Python and in SQL.

SQLite's own lower() knows ASCII letters only, and NOCASE leaves KÖLN unlike köln. `fold` lowers every
character for itself, so that it never changes the number of characters, and never makes an ASCII letter out
of a character that is none (the Kelvin sign, the capital I with a dot). So for a needle of ASCII characters
SQLite's lower() gives the same answers as `fold`, and a scan need not call back into Python for each row.
"""

from __future__ import annotations

import sqlite3


class _Folds(dict[int, str]):
    """What each character folds to, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        lowered = character.lower()
        # Kelvin sign and dotted capital I: an ASCII needle must not find them, as SQLite's lower() would not.
        if code > 127 and any(item.isascii() for item in lowered):
            lowered = character
        self[code] = lowered
        return lowered


_FOLDS = _Folds()


def fold(text: str) -> str:
    """`text` with each character lowered for itself; as many characters as before."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def _fold_value(value: str | bytes | int | float | None) -> str | bytes | int | float | None:
    return fold(value) if isinstance(value, str) else value


def register(connection: sqlite3.Connection) -> None:
    """Give `connection` the SQL function fold(text); null and numbers come back as they are."""
    connection.create_function("fold", 1, _fold_value, deterministic=True)
