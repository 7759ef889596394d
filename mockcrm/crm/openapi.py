"""What the OpenAPI documents say of the emulated API: its endpoint rows with the models of their capabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockcrm.crm.capability import Capability
from mockcrm.http.openapi import DescribedOperation


def operations(capabilities: Sequence[Capability]) -> Iterator[DescribedOperation]:
    """Yield every operation of the capabilities, in the order in which paths are matched. Imports their models."""
    for capability in capabilities:
        if not any(endpoint.operations for endpoint in capability.endpoints):
            continue  # known paths that are not emulated
        documented = capability.documented()
        for endpoint in capability.endpoints:
            for verb, operation in endpoint.operations.items():
                name = operation.handler.__name__
                yield DescribedOperation(
                    path=endpoint.path,
                    verb=verb,
                    name=name,
                    tag=capability.name.rpartition(".")[2],
                    documented=documented[name],
                    error_names=documented[name].every_error(),
                    since=max(endpoint.since, operation.since),
                )
