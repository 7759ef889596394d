"""The official SDKs' ways on the wire, for those that this suite cannot run: a `Dialect` sends what its SDK sends, and
`checked` compares a response with what all of the SDKs need. Both were seen with ten SDKs and a local server."""

from __future__ import annotations

import gzip
import http.client
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

BOUNDARY = "--------------------------515890814546601021194782"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
WITH_COLON = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
ID_KEY = re.compile(r"(^|_)(?<!section_)id$")


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Dialect:
    """How one SDK writes its requests. `numbers`: ids in bodies as JSON numbers where the SDK holds them as such."""

    name: str
    token_form: Literal["urlencoded", "unescaped", "multipart"] = "urlencoded"
    json_type: str | None = None
    trailing_ampersand: bool = False
    empty_length: bool = False
    accept_encoding: str | None = None
    numbers: bool = False
    more: Mapping[str, str] = field(default_factory=dict)

    def query(self, params: Mapping[str, Any]) -> str:
        if not params:
            return ""
        if self.json_type == "application/x-www-form-urlencoded":
            return "?" + urlencode(params)
        text = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in params.items())
        return f"?{text}&" if self.trailing_ampersand else f"?{text}"

    def form(self, fields: Mapping[str, str]) -> tuple[str, bytes]:
        """The Content-Type and the body of a token request."""
        if self.token_form == "unescaped":
            return "application/x-www-form-urlencoded", "&".join(f"{n}={v}" for n, v in fields.items()).encode()
        if self.token_form == "urlencoded":
            return "application/x-www-form-urlencoded", urlencode(fields).encode()
        parts = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        return f"multipart/form-data; boundary={BOUNDARY}", f"{''.join(parts)}--{BOUNDARY}--\r\n".encode()

    def ids(self, *given: str) -> list[Any]:
        return [int(item) if self.numbers else item for item in given]


DIALECTS = (
    Dialect("python", accept_encoding="gzip, deflate", more={"Accept": "*/*"}),
    Dialect("nodejs", "multipart", None, True, True, accept_encoding="gzip, deflate, br"),
    Dialect("typescript", "multipart", accept_encoding="gzip, deflate, br"),
    Dialect("php", "unescaped", "application/x-www-form-urlencoded", more={"Accept": "*/*"}),
    Dialect(
        "ruby",
        json_type="application/x-www-form-urlencoded",
        accept_encoding="gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
        numbers=True,
    ),
    Dialect("java", json_type="text/plain; charset=UTF-8", accept_encoding="gzip,deflate", numbers=True),
)


class Client:
    """One SDK's side of a connection; every response is `checked`."""

    def __init__(self, dialect: Dialect, url: str) -> None:
        self.dialect = dialect
        self.authorization: str | None = None
        place = urlsplit(url)
        self._connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=60)

    def close(self) -> None:
        self._connection.close()

    def token(self, path: str, **fields: str) -> Response:
        """POST to the accounts host."""
        content_type, body = self.dialect.form(fields)
        return self._send("POST", path, {"Content-Type": content_type}, body)

    def call(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None, **params: Any
    ) -> Response:
        """A call of the API with the token that was signed in."""
        dialect = self.dialect
        sent_headers = {"X-ZOHO-SDK": f"test/{dialect.name}/1:mock", **dialect.more, **(headers or {})}
        if self.authorization is not None:
            sent_headers["Authorization"] = self.authorization
        content = None if body is None else json.dumps(body).encode()
        if content is not None and dialect.json_type is not None:
            sent_headers["Content-Type"] = dialect.json_type
        if content is None and dialect.empty_length:
            sent_headers["Content-Length"] = "0"
        return self._send(method, path + dialect.query(params), sent_headers, content)

    def _send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        connection = self._connection
        connection.putrequest(method, target, skip_accept_encoding=True)
        if self.dialect.accept_encoding is not None:
            connection.putheader("Accept-Encoding", self.dialect.accept_encoding)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        with connection.getresponse() as response:
            read = response.read()
            found = {name.lower(): value for name, value in response.getheaders()}
        if found.get("content-encoding") == "gzip":
            assert "gzip" in (self.dialect.accept_encoding or ""), "compressed although the client does not accept it"
            read = gzip.decompress(read)
        else:
            assert "content-encoding" not in found
        return checked(Response(response.status, found, read))


def checked(response: Response) -> Response:
    """Assert that a response with any status has what every SDK needs."""
    if response.status in (204, 304):
        assert response.content == b""
        return response
    assert response.headers["content-type"].partition(";")[0] == "application/json", response
    assert b"\n" not in response.content, "PHP reads only what follows the last newline"
    for path, found in objects(response.json()):
        if found.keys() >= {"code", "message", "status"}:
            assert isinstance(found["details"], dict), f"{path}: Java throws on details {found['details']!r}"
        for key, value in found.items():
            if ID_KEY.search(key):
                assert not isinstance(value, int | float), f"{path}/{key}: an id is a string, not {value!r}"
            if isinstance(value, str) and TIME.match(value):
                assert WITH_COLON.fullmatch(value), f"{path}/{key}: {value!r} has no offset with a colon"
    return response


def objects(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object in a JSON value, with its place."""
    if isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            yield from objects(item, f"{path}/{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from objects(item, f"{path}/{number}")
