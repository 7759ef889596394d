"""Globs over paths, for faults and for searches of the journal.

What they say is what fnmatch documents: `*`, `?`, `[seq]`, `[!seq]`, whole path, case and all. Its regular expressions
take the length of the path times that of the pattern, and it keeps 32,768 of them for ever; every request meets every
fault, on the event loop. Here one character of the path is one step, whatever the pattern, and nothing is kept beyond
the glob itself.
"""

from __future__ import annotations

import re
from fnmatch import translate

MAX_LENGTH = 256
"""Characters of a pattern."""
MAX_STARS = 16
MAX_SETS = 8
"""`[seq]` and `[!seq]`: each is asked about each kind of character in the path."""
MAX_PATH = 2_048
"""Of a longer path only the beginning is looked at (and kept by the journal)."""
RULE = f"expected a pattern with at most {MAX_STARS} `*` and {MAX_SETS} `[`"
"""What `too_much` stands for, in words."""
_SPECIAL = re.compile(r"[*?\[]")


def too_much(pattern: str) -> bool:
    """Whether a pattern that is not too long has too much in it."""
    return pattern.count("*") > MAX_STARS or pattern.count("[") > MAX_SETS


class Glob:
    """A pattern made ready.

    The state is a number: its bit i says that the first i items of the pattern, stars left out, have matched what was
    read so far. `_takes[c]` has the bits of the items that take the character c.
    """

    __slots__ = ("_any", "_end", "_loops", "_prefix", "_sets", "_takes", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        special = _SPECIAL.search(pattern)
        self._prefix = pattern if special is None else pattern[: special.start()]
        self._takes: dict[str, int] = {}
        self._any = 0
        """The items that take any character: `?`."""
        self._loops = 0
        """The places of the stars: there the state stays."""
        self._sets: list[tuple[int, re.Pattern[str]]] = []
        bit = 1
        place = len(self._prefix)
        while place < len(pattern):
            character = pattern[place]
            place += 1
            if character == "*":
                self._loops |= bit
                continue
            if character == "?":
                self._any |= bit
            elif character == "[" and (end := _end_of_set(pattern, place)):
                # One set alone is in fnmatch's own words, odd ones ([]-a], [b-a], [!!]) included.
                self._sets.append((bit, re.compile(translate(pattern[place - 1 : end]))))
                place = end
            else:
                self._takes[character] = self._takes.get(character, 0) | bit
            bit <<= 1
        self._end = bit

    def fits(self, path: str) -> bool:
        """Whether the pattern stands for the path."""
        path = path[:MAX_PATH]
        if not path.startswith(self._prefix):
            return False
        rest = path[len(self._prefix) :]
        takes = {character: self._bits(character) for character in set(rest)}
        loops, state = self._loops, 1
        for character in rest:
            state = (state & takes[character]) << 1 | state & loops
            if not state:
                return False
        return state & self._end != 0

    def _bits(self, character: str) -> int:
        bits = self._takes.get(character, 0) | self._any
        for bit, members in self._sets:
            if members.match(character):
                bits |= bit
        return bits


def _end_of_set(pattern: str, start: int) -> int:
    """Where a set is over that has its `[` before `start`; 0 when it has no end, and is a plain `[`."""
    place = start + 1 if pattern[start : start + 1] == "!" else start
    return pattern.find("]", place + 1) + 1  # a `]` that comes first is a member
