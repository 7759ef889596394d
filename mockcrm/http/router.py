"""Finds the operation of a request to the emulated API by its path and verb."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from mockcrm.http.endpoint import Endpoint
from mockcrm.http.not_emulated import NotEmulatedOperation
from mockcrm.http.route import EmulatedOperation, EmulatedRoute, UnknownPath
from mockcrm.http.runtime import Runtime

MAX_FOUND, MAX_PATH = 1024, 128
"""How many paths are kept with what was found for them, and how long a path may be to be kept."""


class Leaf:
    """A path of the emulated API: the names of its parameters, the operation of each verb, and the one that refuses
    every other verb."""

    __slots__ = ("names", "operations", "refusing")

    def __init__(self, names: tuple[str, ...], refusing: ASGIApp) -> None:
        self.names = names
        self.operations: dict[str, ASGIApp] = {}
        self.refusing = refusing


class Branch:
    """What may follow one part of a path: the next part by its text, or any text as the value of a parameter."""

    __slots__ = ("any_text", "by_text", "leaf")

    def __init__(self) -> None:
        self.by_text: dict[str, Branch] = {}
        self.any_text: Branch | None = None
        self.leaf: Leaf | None = None


class EmulatedRouter:
    """Finds the route of a request to the emulated API, part by part. A part that is written in a path of the API
    always wins over a parameter: `settings` is never the name of a module, nor `search` the id of a record.

    A verb that the service has at a path but this server does not is NOT_EMULATED, also without a valid access token;
    one that the service does not have either is refused in its turn, after the access token. HEAD finds what GET finds.
    docs/performance.md compares it with Starlette's router."""

    def __init__(self, runtime: Runtime, endpoints: Sequence[Endpoint]) -> None:
        self._runtime = runtime
        self._unknown = UnknownPath(runtime)
        self._root = Branch()
        self._found: dict[str, tuple[Leaf, dict[str, str]]] = {}
        self.routes: list[BaseRoute] = []
        for endpoint in endpoints:
            if endpoint.operations:
                self._add(endpoint)
        for endpoint in endpoints:
            if endpoint.not_emulated:
                self._add_not_emulated(endpoint)

    def _add(self, endpoint: Endpoint) -> None:
        leaf = self._leaf(endpoint)
        for verb in endpoint.operations:
            route = EmulatedRoute(self._runtime, endpoint, verb)
            self.routes.append(route)
            leaf.operations.setdefault(verb, route.app)
        if "GET" in leaf.operations:
            leaf.operations.setdefault("HEAD", leaf.operations["GET"])

    def _add_not_emulated(self, endpoint: Endpoint) -> None:
        leaf = self._leaf(endpoint)
        operation = NotEmulatedOperation(self._runtime, endpoint)
        for verb in endpoint.not_emulated:
            leaf.operations.setdefault(verb, operation)
        if "GET" in leaf.operations:
            leaf.operations.setdefault("HEAD", leaf.operations["GET"])

    def _leaf(self, endpoint: Endpoint) -> Leaf:
        """Return the leaf of the endpoint's path, made if it is not there yet."""
        branch, names = self._root, []
        for part in endpoint.path.split("/")[1:]:
            if not part.startswith("{"):
                branch = branch.by_text.setdefault(part, Branch())
                continue
            names.append(part[1:-1])
            if branch.any_text is None:
                branch.any_text = Branch()
            branch = branch.any_text
        if branch.leaf is None:
            branch.leaf = Leaf(tuple(names), EmulatedOperation(self._runtime, endpoint, None))
        return branch.leaf

    async def handle(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route of `path`, the path below the root path, respond."""
        found = self._found.get(path)
        if found is None:
            found = self._find(path)
            if found is None:
                await self._unknown(scope, receive, send)
                return
        leaf, scope["path_params"] = found
        await leaf.operations.get(scope["method"], leaf.refusing)(scope, receive, send)

    def _find(self, path: str) -> tuple[Leaf, dict[str, str]] | None:
        """Return the leaf of a path with the values of its parameters, None for an unknown path; keep it for the next
        request."""
        branch = self._root
        values: list[str] = []
        for part in path.split("/")[1:]:
            following = branch.by_text.get(part)
            if following is None:
                following = branch.any_text
                if following is None or not part:
                    return None
                values.append(part)
            branch = following
        leaf = branch.leaf
        if leaf is None:
            return None
        found = leaf, dict(zip(leaf.names, values, strict=True))
        if len(path) <= MAX_PATH:
            if len(self._found) >= MAX_FOUND:
                self._found.clear()
            self._found[path] = found
        return found
