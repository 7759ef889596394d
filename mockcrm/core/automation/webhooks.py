"""Webhooks: one thread that sends the webhooks of workflows after the commit.

Webhooks are sent only to addresses that the host rules allow. The host is resolved here, every address is checked, and
the connection is made to a checked address, so a second DNS response cannot change the destination. Redirects are not
followed.

A webhook has a few seconds in total and is not retried. Its result is stored with its automation event; it can neither
delay the update that triggered it nor make it fail. The webhooks of one org are sent one after the other, in the order
of their events; those of different orgs do not wait for each other.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sqlite3
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING

from mockcrm.core.automation import events
from mockcrm.core.automation.events import AutomationEvent
from mockcrm.core.automation.webhook_hosts import Address, HostRules, without_scope
from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.core.orgs.org import OrgGone
from mockcrm.core.orgs.registry import OrgRegistry, StateError
from mockcrm.core.orgs.registry_store import OrgRow

if TYPE_CHECKING:
    import httpx

LOG = logging.getLogger("mockcrm.core.automation.webhooks")
TIMEOUT = 5.0
"""Seconds in total for resolving the host, connecting, sending, and the start of the response."""
MAX_QUEUE = 10_000
"""The most webhooks of one org that may wait; any more are not sent, and their events say so."""
FIRST_PAUSE = 0.05
"""Seconds before storing a result is first retried; each further pause is twice as long."""
MAX_PAUSE = 15.0
STOP_TIMEOUT = 1.0
"""Seconds that a stop waits for webhooks being sent."""
MAX_LOOKUPS = 64
"""The most host names that are resolved at the same time. Each uses a thread until the system's resolver returns."""


Resolver = Callable[[str], Awaitable[list[str]]]


class DestinationRefused(Exception):
    """Raised when a webhook is not sent; the text is stored with its automation event."""


class _Stopped(Exception):
    """Raised when the pool of threads accepts no more work."""


def resolve_host(name: str) -> list[str]:
    """Return the addresses of a host name from the system's resolver. Raises OSError or UnicodeError when it has
    none."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class HostResolver:
    """Resolves host names for one event loop, each in a thread of its own. A lookup cannot be cancelled, so in a thread
    pool a few names whose servers do not respond would block all others and the end of the process."""

    def __init__(self, look_up: Callable[[str], list[str]] = resolve_host) -> None:
        self._look_up = look_up
        self._running: dict[str, asyncio.Future[list[str]]] = {}

    async def __call__(self, name: str) -> list[str]:
        """Return the addresses of a host name. Raises the error of the lookup, or DestinationRefused when too many
        lookups are running. A name that is already being resolved shares its lookup, so that it uses only one
        thread."""
        running = self._running.get(name)
        if running is None:
            if len(self._running) >= MAX_LOOKUPS:
                raise DestinationRefused(f"already resolving {MAX_LOOKUPS} host names")
            loop = asyncio.get_running_loop()
            running = loop.create_future()
            threading.Thread(target=self._run, args=(name, loop, running), name="mockcrm-lookup", daemon=True).start()
            self._running[name] = running
        return await asyncio.shield(running)

    def _run(self, name: str, loop: asyncio.AbstractEventLoop, running: asyncio.Future[list[str]]) -> None:
        try:
            set_result = partial(running.set_result, self._look_up(name))
        except Exception as error:  # noqa: BLE001 - any error is raised again where the lookup is awaited
            set_result = partial(running.set_exception, error)
        try:
            loop.call_soon_threadsafe(self._end, name, running, set_result)
        except RuntimeError:
            if not loop.is_closed():
                raise
            # The server has stopped in the meantime.

    def _end(self, name: str, running: asyncio.Future[list[str]], set_result: Callable[[], None]) -> None:
        del self._running[name]
        set_result()
        running.exception()  # marked as retrieved, or asyncio would log it when nobody waits for the result


@dataclass(frozen=True, slots=True)
class _Item:
    org: OrgRow
    module: str
    event: AutomationEvent


class Webhooks:
    """The waiting webhooks, and the thread that sends them, which starts with the first webhook."""

    def __init__(self, registry: OrgRegistry, rules: HostRules | None = None) -> None:
        self._registry = registry
        self._rules = rules or HostRules()
        self.resolve: Resolver = HostResolver()
        """Resolves a host name to addresses; tests replace it."""
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False
        # Used only by the thread: the waiting webhooks of each org, and the tasks that send them.
        self._waiting: dict[str, deque[_Item]] = {}
        self._senders: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient  # made by the thread

    def send(self, org: OrgRow, metadata: OrgMetadata, fired: Iterable[AutomationEvent]) -> None:
        """Queue the webhooks of these automation events; returns immediately and raises no error."""
        items = []
        for event in fired:
            if event.webhook is not None:
                # A reset between the commit and this call may have removed the module.
                module = metadata.modules_by_id.get(event.module_id)
                items.append(_Item(org, str(event.module_id) if module is None else module.api_name, event))
        if not items:
            return
        with self._lock:
            if self._stopped:
                return
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._run, args=(self._loop,), daemon=True)
                self._thread.name = "mockcrm-webhooks"
                self._thread.start()
            self._loop.call_soon_threadsafe(self._accept, items)

    def stop(self) -> None:
        """End the thread. Waiting webhooks are not sent; those being sent have a second to finish."""
        with self._lock:
            self._stopped = True
            loop, thread = self._loop, self._thread
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(self._end)
            thread.join(STOP_TIMEOUT + 1)

    # -- in the thread -----------------------------------------------------------------------------------------

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        import httpx  # imported here because a server without webhooks does not need it

        asyncio.set_event_loop(loop)
        # No connection is reused: it was made, and its certificate checked, for one host name only.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(timeout=None, trust_env=False, follow_redirects=False, limits=limits)
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(self._close())
            loop.close()

    def _end(self) -> None:
        for waiting in self._waiting.values():
            waiting.clear()
        asyncio.get_running_loop().stop()

    async def _close(self) -> None:
        if self._senders:
            _, late = await asyncio.wait(self._senders, timeout=STOP_TIMEOUT)
            for sender in late:
                sender.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._client.aclose()

    def _accept(self, items: list[_Item]) -> None:
        org = items[0].org.uid
        idle = org not in self._waiting
        waiting = self._waiting.setdefault(org, deque())
        room = max(0, MAX_QUEUE - len(waiting))
        waiting.extend(items[:room])
        if items[room:]:
            self._begin(self._store_result(items[room:], None, "too many webhooks are waiting"))
        if idle:
            self._begin(self._send_all(org))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._senders.add(task)
        task.add_done_callback(self._senders.discard)

    async def _send_all(self, org: str) -> None:
        waiting = self._waiting[org]
        try:
            while waiting:
                item = waiting.popleft()
                status, error = await self._post(item)
                await self._store_result([item], status, error)
        finally:
            del self._waiting[org]

    async def _post(self, item: _Item) -> tuple[int | None, str | None]:
        """Return the HTTP status of the receiver's response, or the reason why there is none."""
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._deliver(item), None
        except DestinationRefused as refusal:
            return None, f"not sent: {refusal}"
        except TimeoutError:
            return None, f"no response within {TIMEOUT:g} seconds"
        except Exception as error:
            # Besides httpx's own errors, unusual addresses cause ValueError, OverflowError and groups of them. After
            # any error the thread has to continue with the next webhook.
            LOG.debug("webhook %s", item.event.webhook, exc_info=True)
            first: BaseException = error
            while isinstance(first, BaseExceptionGroup):
                first = first.exceptions[0]
            return None, f"{type(first).__name__}: {first}"

    async def _deliver(self, item: _Item) -> int:
        import httpx

        event = item.event
        url = httpx.URL(str(event.webhook))
        name = url.raw_host.decode("ascii")
        content = {"workflow": event.name, "module": item.module, "id": str(event.record_id), "org": item.org.name}
        addresses = await self._checked_addresses(name)
        for number, address in enumerate(addresses, 1):
            last = number == len(addresses)
            # Each address but the last has only a share of the time to connect, so that the next ones are tried too.
            timeout = httpx.Timeout(None, connect=None if last else TIMEOUT / len(addresses))
            try:
                # Only the status is needed, so the body of the response is not read.
                async with self._client.stream(
                    "POST",
                    url.copy_with(host=str(address)),
                    json=content,
                    headers={"Host": url.netloc.decode("ascii")},
                    extensions={"sni_hostname": name.removesuffix(".")},
                    timeout=timeout,
                ) as response:
                    return response.status_code
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if last:
                    raise
        raise OSError(f"{name} has no address")

    async def _checked_addresses(self, name: str) -> list[Address]:
        """Return the addresses of a host. Raises DestinationRefused when the host rules do not allow one of them."""
        if not name:
            raise ValueError("the URL has no host")  # the resolver would return this machine's addresses
        try:
            literal: Address | None = ip_address(name)
        except ValueError:
            literal = None
        addresses = [ip_address(text) for text in await self.resolve(name)] if literal is None else [literal]
        # The scope is removed so that the connection goes to exactly the address that is checked.
        addresses = [address if address.is_link_local else without_scope(address) for address in addresses]
        for address in addresses:
            if not self._rules.allow(name, address):
                # Python versions differ in how they write an IPv4-mapped IPv6 address.
                shown = getattr(address, "ipv4_mapped", None) or address
                called = str(shown) if literal is not None else f"{shown} ({name})"
                raise DestinationRefused(f"--webhook-hosts does not allow {called}")
        return addresses

    async def _store_result(self, items: Sequence[_Item], status: int | None, error: str | None) -> None:
        """Store the result of webhooks of one org. Raises no error, so that the org's next webhook is sent."""
        org = items[0].org
        try:
            await self._store_patiently(items, status, error)
        except (OrgGone, StateError, _Stopped) as gone:
            # The org was deleted or the server stopped in the meantime, or the org's file is damaged.
            LOG.debug("org %s: the result of a webhook was lost: %s", org.name, gone)
        except sqlite3.Error as failure:
            LOG.warning("org %s: the results of %d webhooks were lost: %s", org.name, len(items), failure)
        except Exception:
            # After any error, the webhooks that wait behind this one still have to be sent.
            LOG.exception("org %s: the results of %d webhooks were lost", org.name, len(items))

    async def _store_patiently(self, items: Sequence[_Item], status: int | None, error: str | None) -> None:
        """Store a result, retrying while SQLite reports an error. This runs in a thread because it waits for the org's
        gate and the disk."""
        pause = FIRST_PAUSE
        while True:
            try:
                storing = asyncio.get_running_loop().run_in_executor(
                    self._registry.waiting_pool, self._store, items, status, error
                )
            except RuntimeError as failure:
                if not self._stopped:
                    raise
                raise _Stopped("the server has stopped") from failure
            try:
                await storing
            except sqlite3.Error:
                if pause > MAX_PAUSE:
                    raise
            else:
                return
            await asyncio.sleep(pause)
            pause *= 2

    def _store(self, items: Sequence[_Item], status: int | None, error: str | None) -> None:
        org = self._registry.pin_uid(items[0].org.uid, patient=False)
        if org is None:
            return
        try:
            event_ids = [item.event.id for item in items]
            # Does not wait while another process has locked the file, because that would block a shared thread.
            org.try_write(partial(events.set_webhook_outcome, event_ids=event_ids, status=status, error=error))
        finally:
            org.unpin()
