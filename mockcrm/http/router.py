"""Finds the operation of a request to the emulated API by its path and verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from mockcrm.http.endpoint import Endpoint
from mockcrm.http.not_emulated import NotEmulatedOperation
from mockcrm.http.route import EmulatedOperation, EmulatedRoute, UnknownPath
from mockcrm.http.runtime import Runtime

MAX_CACHED, MAX_PATH = 1024, 128
"""How many paths are cached with what was found for them, and the length of the longest one."""


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
        self._cache: dict[str, tuple[Leaf, dict[str, str]]] = {}
        self.routes: list[BaseRoute] = []
        for endpoint in endpoints:
            routes = {verb: EmulatedRoute(runtime, endpoint, verb) for verb in endpoint.operations}
            self.routes += routes.values()
            if routes:
                self._add(endpoint, {verb: route.app for verb, route in routes.items()})
        for endpoint in endpoints:
            if endpoint.not_emulated:
                self._add(endpoint, dict.fromkeys(endpoint.not_emulated, NotEmulatedOperation(runtime, endpoint)))

    def _add(self, endpoint: Endpoint, operations: Mapping[str, ASGIApp]) -> None:
        """Add the verbs of an endpoint to its path, those that the path does not have yet."""
        leaf = self._leaf(endpoint)
        leaf.operations = {**operations, **leaf.operations}
        if "GET" in leaf.operations:
            leaf.operations.setdefault("HEAD", leaf.operations["GET"])

    def _leaf(self, endpoint: Endpoint) -> Leaf:
        """Return the leaf of the endpoint's path, made if it is missing. Raises ValueError when another endpoint gives
        the parameters of the same path other names, since its handlers could not find their values."""
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
        elif branch.leaf.names != tuple(names):
            raise ValueError(f"{endpoint.path}: expected the parameters {branch.leaf.names}")
        return branch.leaf

    async def handle(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route of `path`, the path below the root path, respond."""
        found = self._cache.get(path)
        if found is None:
            found = self._find(path)
            if found is None:
                await self._unknown(scope, receive, send)
                return
        leaf, scope["path_params"] = found
        await leaf.operations.get(scope["method"], leaf.refusing)(scope, receive, send)

    def _find(self, path: str) -> tuple[Leaf, dict[str, str]] | None:
        """Return the leaf of a path with the values of its parameters, and cache it; None for an unknown path."""
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
            if len(self._cache) >= MAX_CACHED:
                self._cache.clear()
            self._cache[path] = found
        return found
