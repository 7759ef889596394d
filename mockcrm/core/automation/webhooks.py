"""Webhooks: one thread that sends what workflows asked for, after the commit.

A webhook goes only where `destinations` allows: its host is resolved here, every address is checked, and the connection
is made to an address that was, so that a second DNS response changes nothing. Redirects are not followed.

A webhook has a few seconds in all and no second try. Whatever becomes of it is noted with its firing; it can neither
delay nor break the update that triggered it. The webhooks of one org go out one after the other, in the order they
fired; those of different orgs do not wait for each other.
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

from mockcrm.core.automation import events as firings
from mockcrm.core.automation.events import Firing
from mockcrm.core.automation.webhook_hosts import Address, HostRules, without_scope
from mockcrm.core.org_metadata.model import Directory
from mockcrm.core.orgs.org import OrgGone
from mockcrm.core.orgs.registry import OrgRegistry, StateError
from mockcrm.core.orgs.registry_store import OrgRow

if TYPE_CHECKING:
    import httpx

LOG = logging.getLogger("mockcrm.core.automation.webhooks")
TIMEOUT = 5.0
"""Seconds for everything: resolving the host, being connected to, reading and beginning its answer."""
LONGEST_QUEUE = 10_000
"""Webhooks of one org that may wait; more are noted as not sent."""
FIRST_PAUSE = 0.05
"""Seconds before a result that could not be stored is stored again; each further pause is twice as long."""
MAX_PAUSE = 15.0
LAST_SECONDS = 1.0
"""What a stop waits for the webhook at hand."""
MAX_LOOKUPS = 64
"""Host names that are looked up at once. Each takes a thread, which the system may keep for as long as it likes."""


Resolver = Callable[[str], Awaitable[list[str]]]


class Refused(Exception):
    """The webhook is not sent; the text is what is noted with its firing."""


class _Stopped(Exception):
    """The pool of threads takes no more work."""


def resolved(name: str) -> list[str]:
    """The addresses of a host name, as the system gives them; OSError, UnicodeError when it has none."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Lookups:
    """Looks host names up, each in a thread of its own: a lookup cannot be broken off, and in a pool a few names whose
    servers are silent would hold up all others, and the end of the process. Of one event loop."""

    def __init__(self, look_up: Callable[[str], list[str]] = resolved) -> None:
        self._look_up = look_up
        self._running: dict[str, asyncio.Future[list[str]]] = {}

    async def __call__(self, name: str) -> list[str]:
        """What the lookup gives or raises; Refused when too many others run. A name that is being looked up already is
        not asked for again, so that one silent name takes one thread."""
        running = self._running.get(name)
        if running is None:
            if len(self._running) >= MAX_LOOKUPS:
                raise Refused(f"{MAX_LOOKUPS} host names are being looked up")
            loop = asyncio.get_running_loop()
            running = loop.create_future()
            threading.Thread(target=self._run, args=(name, loop, running), name="mockcrm-lookup", daemon=True).start()
            self._running[name] = running
        return await asyncio.shield(running)

    def _run(self, name: str, loop: asyncio.AbstractEventLoop, running: asyncio.Future[list[str]]) -> None:
        try:
            tell = partial(running.set_result, self._look_up(name))
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is raised where the lookup is awaited
            tell = partial(running.set_exception, fault)
        try:
            loop.call_soon_threadsafe(self._end, name, running, tell)
        except RuntimeError:
            if not loop.is_closed():
                raise
            # The server stopped meanwhile.

    def _end(self, name: str, running: asyncio.Future[list[str]], tell: Callable[[], None]) -> None:
        del self._running[name]
        tell()
        running.exception()  # asyncio would log one that comes when nobody waits any more


@dataclass(frozen=True, slots=True)
class _Item:
    org: OrgRow
    module: str
    firing: Firing


class Webhooks:
    """The webhooks that wait, and the thread that sends them; the thread starts with the first webhook."""

    def __init__(self, registry: OrgRegistry, rules: HostRules | None = None) -> None:
        self._registry = registry
        self._rules = rules or HostRules()
        self.resolve: Resolver = Lookups()
        """How a host name becomes addresses; tests put another in its place."""
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False
        # Only the thread looks at these: what waits per org, who sends it.
        self._waiting: dict[str, deque[_Item]] = {}
        self._senders: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None

    def send(self, org: OrgRow, directory: Directory, fired: Iterable[Firing]) -> None:
        """Send the webhooks of these firings soon; returns at once, and raises nothing."""
        items = []
        for firing in fired:
            if firing.webhook is not None:
                # A reset between the commit and this call may have taken the module away.
                module = directory.modules_by_id.get(firing.module_id)
                items.append(_Item(org, str(firing.module_id) if module is None else module.api_name, firing))
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
        """End the thread; what still waits is not sent, and the webhook at hand has a second to end."""
        with self._lock:
            self._stopped = True
            loop, thread = self._loop, self._thread
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(self._end)
            thread.join(LAST_SECONDS + 1)

    # -- in the thread -----------------------------------------------------------------------------------------

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        import httpx  # a server without webhooks need not load it

        asyncio.set_event_loop(loop)
        # No connection is used twice: one to an address was made, and its certificate checked, for one name.
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
        assert self._loop is not None
        self._loop.stop()

    async def _close(self) -> None:
        if self._senders:
            _, late = await asyncio.wait(self._senders, timeout=LAST_SECONDS)
            for sender in late:
                sender.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        assert self._client is not None
        await self._client.aclose()

    def _accept(self, items: list[_Item]) -> None:
        org = items[0].org.uid
        idle = org not in self._waiting
        waiting = self._waiting.setdefault(org, deque())
        room = max(0, LONGEST_QUEUE - len(waiting))
        waiting.extend(items[:room])
        if items[room:]:
            self._begin(self._note(items[room:], None, "too many webhooks are waiting"))
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
                await self._note([item], status, error)
        finally:
            del self._waiting[org]

    async def _post(self, item: _Item) -> tuple[int | None, str | None]:
        """The HTTP status of the receiver's response, or why there is none."""
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._deliver(item), None
        except Refused as refusal:
            return None, f"not sent: {refusal}"
        except TimeoutError:
            return None, f"no answer within {TIMEOUT:g} seconds"
        except Exception as fault:
            # Besides httpx's own errors, odd addresses bring up ValueError, OverflowError and groups of them: whatever
            # it is, the thread has to go on with the next webhook.
            LOG.debug("webhook %s", item.firing.webhook, exc_info=True)
            first: BaseException = fault
            while isinstance(first, BaseExceptionGroup):
                first = first.exceptions[0]
            return None, f"{type(first).__name__}: {first}"

    async def _deliver(self, item: _Item) -> int:
        import httpx

        assert self._client is not None
        firing = item.firing
        url = httpx.URL(str(firing.webhook))
        name = url.raw_host.decode("ascii")
        content = {"workflow": firing.name, "module": item.module, "id": str(firing.record_id), "org": item.org.name}
        addresses = await self._checked(name)
        for number, address in enumerate(addresses, 1):
            last = number == len(addresses)
            # A host whose first address leads nowhere still gets its webhook at the next: each has its share of time.
            timeout = httpx.Timeout(None, connect=None if last else TIMEOUT / len(addresses))
            try:
                # The status is all that counts: the body of the response is not waited for.
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

    async def _checked(self, name: str) -> list[Address]:
        """The addresses of a host, when a webhook may go to each of them; Refused."""
        if not name:
            raise ValueError("the address has no host")  # the resolver would take it for this machine
        try:
            literal: Address | None = ip_address(name)
        except ValueError:
            literal = None
        addresses = [ip_address(text) for text in await self.resolve(name)] if literal is None else [literal]
        # What is connected to is what was checked: a scope could only say otherwise.
        addresses = [address if address.is_link_local else without_scope(address) for address in addresses]
        for address in addresses:
            if not self._rules.allow(name, address):
                # Versions of Python write an IPv4 address inside an IPv6 one in different ways.
                shown = getattr(address, "ipv4_mapped", None) or address
                called = str(shown) if literal is not None else f"{shown} ({name})"
                raise Refused(f"--webhook-hosts does not allow {called}")
        return addresses

    async def _note(self, items: Sequence[_Item], status: int | None, error: str | None) -> None:
        """Note what became of webhooks of one org. Raises nothing: the org's next webhook has to be sent."""
        org = items[0].org
        try:
            await self._store_patiently(items, status, error)
        except (OrgGone, StateError, _Stopped) as gone:
            # The org or the whole server went away meanwhile, or the org's file is damaged.
            LOG.debug("org %s: the result of a webhook was lost: %s", org.name, gone)
        except sqlite3.Error as failure:
            LOG.warning("org %s: the results of %d webhooks were lost: %s", org.name, len(items), failure)
        except Exception:
            # Whatever is wrong with us, the webhooks that wait behind this one are still to be sent.
            LOG.exception("org %s: the results of %d webhooks were lost", org.name, len(items))

    async def _store_patiently(self, items: Sequence[_Item], status: int | None, error: str | None) -> None:
        """Store it in a thread, since the org's gate and its disk are waited for, and again while the disk does not
        take it."""
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
            numbers = [item.firing.id for item in items]
            # No waiting here while another process holds the file: that would keep a thread that others need.
            org.try_write(partial(firings.webhooks_sent, firing_ids=numbers, status=status, error=error))
        finally:
            org.unpin()
