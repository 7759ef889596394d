"""The web pages that may use credentials that anybody can know: those of this machine and those the operator lists."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from mockcrm.core.web_origins import is_loopback_origin, normal_origin, parse_origins
from mockcrm.http.data_centres import is_own_host, own_names
from mockcrm.settings import Settings


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins that the operator lists, and the host names of this server."""

    listed: frozenset[str]
    names: frozenset[str]
    everything: bool = False

    def allow(self, origin: str, scheme: str, host: str, registered: Set[str]) -> bool:
        """Return whether a page of `origin` may use literal credentials of an org. `registered` are the origins of the
        redirect URIs of the org's clients, `scheme` and `host` those of the request (`host`: its Host header)."""
        if self.everything:
            return True
        page = normal_origin(origin)
        if page is None:
            return False
        if page in self.listed or page in registered or is_loopback_origin(page):
            return True
        # A page of the server itself, unless its host name may have been pointed here by an attacker (DNS rebinding).
        return page == normal_origin(f"{scheme}://{host}") and is_own_host(host, self.names)


def allowed_origins(settings: Settings) -> Origins:
    """Return the pages that may use literal credentials, besides those of this machine and of redirect URIs."""
    listed, everything = parse_origins(settings.origins)
    return Origins(listed, own_names(settings.host, settings.host_names), everything)
