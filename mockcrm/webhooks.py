"""Webhooks: one thread that sends what workflows asked for, after the commit.

A webhook has a few seconds and no second try. Whatever becomes of it is noted with its firing; it can neither delay
nor break the update that triggered it.
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from collections.abc import Iterable
from functools import partial

from mockcrm.state.directory import Directory
from mockcrm.state.orgs import OrgGone, OrgRegistry
from mockcrm.state.repository import firings
from mockcrm.state.repository.firings import Firing

LOG = logging.getLogger("mockcrm.webhooks")
TIMEOUT = 5.0
"""Seconds that a webhook's receiver has for each of connecting and answering."""
LONGEST_QUEUE = 10_000


class Webhooks:
    """The queue of webhooks and the thread that empties it; the thread starts with the first webhook."""

    def __init__(self, registry: OrgRegistry) -> None:
        self._registry = registry
        self._queue: queue.Queue[tuple[str, str, Firing] | None] = queue.Queue(LONGEST_QUEUE)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def send(self, org: str, directory: Directory, fired: Iterable[Firing]) -> None:
        """Send the webhooks of these firings soon; returns at once."""
        for firing in fired:
            if firing.webhook is None:
                continue
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="mockcrm-webhooks", daemon=True)
                    self._thread.start()
            try:
                module = directory.modules_by_id[firing.module_id].api_name
                self._queue.put_nowait((org, module, firing))
            except queue.Full:
                self._note(org, firing, None, "too many webhooks are waiting")

    def stop(self) -> None:
        """End the thread after the webhook at hand; what still waits is not sent."""
        if self._thread is not None:
            while True:
                try:
                    self._queue.get_nowait()
                except queue.Empty:
                    break
            self._queue.put(None)
            self._thread.join(1.0)

    def _run(self) -> None:
        import httpx  # a server without webhooks need not load it

        with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
            while (item := self._queue.get()) is not None:
                org, module, firing = item
                content = {"workflow": firing.name, "module": module, "id": str(firing.record_id), "org": org}
                try:
                    status = client.post(str(firing.webhook), json=content).status_code
                except (httpx.HTTPError, httpx.InvalidURL) as fault:
                    self._note(org, firing, None, f"{type(fault).__name__}: {fault}")
                else:
                    self._note(org, firing, status, None)

    def _note(self, name: str, firing: Firing, status: int | None, error: str | None) -> None:
        org = self._registry.pin(name)
        if org is None:
            return
        try:
            org.write_here(partial(firings.webhook_sent, firing_id=firing.id, status=status, error=error))
        except (OrgGone, sqlite3.Error) as fault:
            LOG.warning("org %s: the result of a webhook was lost: %s", name, fault)
        finally:
            self._registry.unpin(org)
