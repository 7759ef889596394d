"""What the running server consists of: handed by `create_app` to the emulated API and to the control API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

from mockcrm.core.automation.webhooks import Webhooks
from mockcrm.core.errors.book import ErrorBook
from mockcrm.core.jobs.worker import Worker
from mockcrm.core.orgs.registry import OrgRegistry
from mockcrm.http.body_budget import MAX_ANONYMOUS_BYTES, Budget
from mockcrm.http.origins import Origins, allowed_origins
from mockcrm.http.page_cache import PageCache
from mockcrm.settings import Settings


@dataclass(frozen=True)
class Runtime:
    """The parts of one running server."""

    settings: Settings
    registry: OrgRegistry
    worker: Worker
    webhooks: Webhooks
    errors: ErrorBook
    page_cache: PageCache = field(default_factory=PageCache)
    anonymous: Budget = field(default_factory=lambda: Budget(MAX_ANONYMOUS_BYTES))

    @cached_property
    def origins(self) -> Origins:
        """The origins of web pages that may use credentials that are not secret."""
        return allowed_origins(self.settings)

    @property
    def waiting_pool(self) -> ThreadPoolExecutor:
        """The threads for what may wait for a gate, a file or a lock."""
        return self.registry.waiting_pool
