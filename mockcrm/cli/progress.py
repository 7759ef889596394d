"""A bar on the terminal while a large fixture is sent and loaded; nothing for a small one, or when nobody looks."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
Counted = Callable[[bytes], bytes | Iterable[bytes]]
"""Makes a body of bytes one that is counted as it is sent."""

AFTER = 0.5
"""Seconds that a load may take without a bar."""
EVERY = 0.1
PIECE = 64 * 2**10


def while_sending(name: str, size: int, work: Callable[[Counted], T]) -> T:
    """What `work` gives. Meanwhile a bar tells how much of `size` bytes is sent, then that the server is loading."""
    if not sys.stderr.isatty():
        return work(lambda content: content)
    sent = 0

    def counted(content: bytes) -> Iterator[bytes]:
        nonlocal sent
        for start in range(0, len(content), PIECE):
            yield content[start : start + PIECE]
            sent += len(content[start : start + PIECE])

    result: list[T] = []
    faults: list[BaseException] = []
    done = threading.Event()

    def worker() -> None:
        try:
            result.append(work(counted))
        except BaseException as fault:  # noqa: BLE001 - raised again where the command waits
            faults.append(fault)
        finally:
            done.set()

    # A daemon: Ctrl-C ends the command, the load goes on in the server as it would for a closed terminal.
    threading.Thread(target=worker, daemon=True).start()
    if not done.wait(AFTER):
        _show(name, size, lambda: sent, done)
    if faults:
        raise faults[0]
    return result[0]


def _show(name: str, size: int, sent: Callable[[], int], done: threading.Event) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"sending {name}", total=size or None)
        while not done.wait(EVERY):
            if sent() < size:
                progress.update(task, completed=sent())
            else:
                # How far the server is it does not tell: it loads in one transaction.
                progress.update(task, description=f"loading {name}", total=None)
