"""The day tokens of criteria, such as ${TODAY} and ${LAST_N_DAYS:7}, and the days that they stand for.

docs/contract/mass-update-and-core.md 3.4 names the tokens. Their exact meaning is (assumed): days are those of the
org's time zone, a week begins on Sunday, the last and the next n days both include today, and an age is the number of
days from the date to today.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

_EPOCH = date(1970, 1, 1).toordinal()
_TOKEN = re.compile(r"\$\{([A-Z_]+)(?::(\d{1,4}))?\}([+-]\d{1,4})?", re.ASCII)
Days = tuple[int, int]
"""The first and the last day of a range, both as ordinals of the proleptic calendar (date.toordinal)."""


@dataclass(frozen=True, slots=True)
class CriteriaContext:
    """What tokens depend on: the requesting user, the time (epoch seconds), and the org's seconds east of UTC."""

    user_id: int
    now: float
    offset: int

    @property
    def today(self) -> date:
        """The current day in the org's time zone, limited to two years from the ends of Python's calendar."""
        ordinal = _EPOCH + int((self.now + self.offset) // 86400)
        return date.fromordinal(min(max(ordinal, date.min.toordinal() + 800), date.max.toordinal() - 800))


def _day(shift: int) -> Callable[[date], Days]:
    def days(today: date) -> Days:
        return today.toordinal() + shift, today.toordinal() + shift

    return days


def _week(shift: int) -> Callable[[date], Days]:
    def days(today: date) -> Days:
        sunday = today.toordinal() - today.isoweekday() % 7 + 7 * shift
        return sunday, sunday + 6

    return days


def _month(shift: int) -> Callable[[date], Days]:
    def first(today: date, months: int) -> int:
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        return date(year, month + 1, 1).toordinal()

    def days(today: date) -> Days:
        return first(today, shift), first(today, shift + 1) - 1

    return days


def _year(shift: int) -> Callable[[date], Days]:
    def days(today: date) -> Days:
        return date(today.year + shift, 1, 1).toordinal(), date(today.year + shift, 12, 31).toordinal()

    return days


_NAMED: dict[str, Callable[[date], Days]] = {
    "TODAY": _day(0),
    "YESTERDAY": _day(-1),
    "TOMORROW": _day(1),
    "THISWEEK": _week(0),
    "LASTWEEK": _week(-1),
    "NEXTWEEK": _week(1),
    "THISMONTH": _month(0),
    "LASTMONTH": _month(-1),
    "NEXTMONTH": _month(1),
    "THISYEAR": _year(0),
    "LASTYEAR": _year(-1),
    "NEXTYEAR": _year(1),
}
# Here n is at least 1; in an age it may have either sign.
_COUNTED = ("LAST_N_DAYS", "NEXT_N_DAYS")
_AGES = ("AGEINDAYS", "DUEINDAYS")

TOKEN_FORMS: tuple[str, ...] = (
    *(f"${{{name}}}" for name in _NAMED),
    *(f"${{{name}:n}}" for name in _COUNTED),
    *(f"${{{name}}}+n" for name in _AGES),
)


@dataclass(frozen=True, slots=True)
class DayToken:
    """A token that stands for one or more whole days; `count` is its n, 0 where it has none."""

    name: str
    count: int = 0

    @property
    def is_age(self) -> bool:
        """Whether the token counts days back from today, so that a smaller age is a later day."""
        return self.name == "AGEINDAYS"

    def days(self, context: CriteriaContext) -> Days:
        """Return the days that the token stands for at the time of `context`."""
        today = context.today
        ordinal = today.toordinal()
        match self.name:
            case "LAST_N_DAYS":
                return ordinal - self.count + 1, ordinal
            case "NEXT_N_DAYS":
                return ordinal, ordinal + self.count - 1
            case "AGEINDAYS":
                return ordinal - self.count, ordinal - self.count
            case "DUEINDAYS":
                return ordinal + self.count, ordinal + self.count
        return _NAMED[self.name](today)


def parse_day_token(text: str) -> DayToken | None:
    """Return the token in `text`, None when it is not a day token."""
    match = _TOKEN.fullmatch(text)
    if match is None:
        return None
    name, count, sign = match.groups()
    if name in _NAMED and count is None and sign is None:
        return DayToken(name)
    if name in _COUNTED and count is not None and int(count) > 0 and sign is None:
        return DayToken(name, int(count))
    if name in _AGES and count is None:
        return DayToken(name, int(sign or 0))
    return None


def day_text(ordinal: int) -> str:
    """Return an ordinal as `2024-01-15`, limited to the range of Python's calendar."""
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal())).isoformat()


def day_seconds(days: Days, offset: int) -> tuple[int, int]:
    """Return the first and the last second of `days`, since the epoch, in a zone `offset` seconds east of UTC."""
    first, last = days
    return (first - _EPOCH) * 86400 - offset, (last + 1 - _EPOCH) * 86400 - offset - 1
