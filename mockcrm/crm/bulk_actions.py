"""The actions that the job engine runs, collected from the capabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from mockcrm.core.bulk.action import Action
from mockcrm.crm.capability import Capability


def bulk_actions(capabilities: Iterable[Capability]) -> Mapping[str, Action]:
    """Return every action by the name that its jobs carry. Raises ValueError when two have the same name."""
    actions: dict[str, Action] = {}
    for capability in capabilities:
        for action in capability.actions:
            if actions.setdefault(action.name, action) is not action:
                raise ValueError(f"two actions are named {action.name}")
    return MappingProxyType(actions)
