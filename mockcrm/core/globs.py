"""Globs over paths, for faults and for searches of the journal.

The syntax is that of Python's fnmatch: `*`, `?`, `[seq]`, `[!seq]`, over the whole path, case-sensitive. fnmatch itself
is too slow here: every request is matched against every fault on the event loop, its regular expressions take the
length of the path times that of the pattern, and it caches 32,768 of them for ever. Here each character of the path
takes one step with any pattern, and nothing is cached outside the glob.
"""

from __future__ import annotations

import re
from fnmatch import translate

MAX_LENGTH = 256
"""The longest pattern, in characters; callers check it."""
MAX_STARS = 16
MAX_SETS = 8
"""`[seq]` and `[!seq]`: each is tested on each distinct character of the path."""
MAX_PATH = 2_048
"""The most characters of a path that are matched, and that the journal stores."""
RULE = f"expected a pattern with at most {MAX_STARS} `*` and {MAX_SETS} `[`"
"""The error message when `too_much` returns True."""
_SPECIAL = re.compile(r"[*?\[]")


def too_much(pattern: str) -> bool:
    """Return whether a pattern has more `*` or `[` than allowed."""
    return pattern.count("*") > MAX_STARS or pattern.count("[") > MAX_SETS


class Glob:
    """A compiled pattern.

    Matching runs a nondeterministic automaton whose states are the bits of an integer: bit i says that the first i
    items of the pattern, not counting stars, have matched the characters read so far. `_takes[c]` has the bits of the
    items that match the character c.
    """

    __slots__ = ("_any", "_end", "_loops", "_prefix", "_sets", "_takes", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        special = _SPECIAL.search(pattern)
        self._prefix = pattern if special is None else pattern[: special.start()]
        self._takes: dict[str, int] = {}
        self._any = 0
        """The bits of the items that match any character: `?`."""
        self._loops = 0
        """The bits of the stars, where a state persists."""
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
                # A single set is left to fnmatch, for its treatment of special cases ([]-a], [b-a], [!!]).
                self._sets.append((bit, re.compile(translate(pattern[place - 1 : end]))))
                place = end
            else:
                self._takes[character] = self._takes.get(character, 0) | bit
            bit <<= 1
        self._end = bit

    def matches(self, path: str) -> bool:
        """Return whether the pattern matches the whole path."""
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
    """Return the index behind the set whose `[` is before `start`; 0 when it is not closed, and so a literal `[`."""
    place = start + 1 if pattern[start : start + 1] == "!" else start
    return pattern.find("]", place + 1) + 1  # a `]` in first place is a member
