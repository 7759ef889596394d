"""The states that a record can be in, as bits of one number (docs/contract/mass-update-and-core.md 7)."""

from __future__ import annotations

from enum import IntFlag


class RecordState(IntFlag):
    """One bit per state; the lower-case member names are those of the fixture format."""

    IN_BLUEPRINT = 1
    STOP_PROCESSING = 2
    APPROVAL_PENDING = 4
    IN_MERGE = 8
    IMAGE_PENDING = 16
    IMAGE_REJECTED = 32
    LOCKED = 64
    CONVERTED = 128
    NO_ACCESS = 256

    @classmethod
    def from_names(cls, names: list[str]) -> RecordState:
        """Return the state with those names in the fixture format. Raises KeyError for an unknown name."""
        state = cls(0)
        for name in names:
            state |= _BY_NAME[name]
        return state

    @property
    def names(self) -> list[str]:
        """The fixture names of the bits set, in the order of the members."""
        return [name for name, bit in _BY_NAME.items() if self & bit]


_BY_NAME = {str(member.name).lower(): member for member in RecordState}
STATE_NAMES: tuple[str, ...] = tuple(_BY_NAME)

NOT_LISTED = RecordState.CONVERTED | RecordState.APPROVAL_PENDING
"""Records in one of these states are not in a plain list, where the parameters `converted` and `approved` default to
false and true (docs/contract/mass-update-and-core.md 4.3)."""
