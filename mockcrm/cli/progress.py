"""A progress bar while a large fixture is sent and loaded; none for a small one, or when stderr is not a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
Counted = Callable[[bytes], bytes | Iterable[bytes]]
"""Wraps a body so that its bytes are counted as they are sent."""

AFTER = 0.5
"""Seconds that a load may take before the bar is shown."""
EVERY = 0.1
PIECE = 64 * 2**10


def while_sending(name: str, size: int, work: Callable[[Counted], T]) -> T:
    """Run `work` and return its result, while a bar shows how much of `size` bytes is sent, then that the server loads
    them."""
    if not sys.stderr.isatty():
        return work(lambda content: content)
    sent = 0

    def counted(content: bytes) -> Iterator[bytes]:
        nonlocal sent
        for start in range(0, len(content), PIECE):
            yield content[start : start + PIECE]
            sent += len(content[start : start + PIECE])

    result: list[T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def worker() -> None:
        try:
            result.append(work(counted))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread of the command
            errors.append(error)
        finally:
            done.set()

    # A daemon thread, so that Ctrl-C ends the command; the server goes on loading, as after a closed terminal.
    threading.Thread(target=worker, daemon=True).start()
    if not done.wait(AFTER):
        _show(name, size, lambda: sent, done)
    if errors:
        raise errors[0]
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
                # The server loads in one transaction and reports no progress.
                progress.update(task, description=f"loading {name}", total=None)
