"""Who may ask: checks of host, origin, token and size before a request is served, and headers for all pages.

A page on the internet may send a browser to 127.0.0.1, under a name of its own (DNS rebinding) or with a form (request
forgery); so requests must name this server as their host, and whoever changes anything must come from its own pages.
Sources: OWASP cheat sheets on cross-site request forgery and HTTP headers; RFC 9110, sections 7.2 (Host) and 15.5.14.
"""

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from dataclasses import dataclass
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from json import dumps
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY_BYTES = 1 << 20
"""Largest body of a request: a scenario of some ten thousand lines."""

COOKIE = "farwatch-token"

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    b"connect-src 'self'; font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'"
)

HEADERS = (
    (b"content-security-policy", _POLICY),
    (b"cache-control", b"no-store"),
    (b"vary", b"accept"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""On every answer that does not bring its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By which names this server may be called, and what must be shown to it.

    hosts: `name:port`. port: where the server listens on every address of the machine, it may also be called by any IP
    address with this port: a page that rebinds a name must use a name. token: None where none is needed.
    """

    hosts: Collection[str]
    port: int | None = None
    token: str | None = None

    def may_be_called(self, host: str) -> bool:
        """Whether a Host header names this server."""
        name, _, port = host.lower().rpartition(":")
        if host.lower() in self.hosts:
            return True
        try:
            return self.port is not None and port == str(self.port) and bool(ip_address(name.strip("[]")))
        except ValueError:
            return False

    @property
    def cookie(self) -> str:
        """Name of the cookie: cookies do not tell ports apart, so the name does."""
        return f"{COOKIE}-{self.port or ''.join(sorted(self.hosts)[:1]).rpartition(':')[2]}"


@dataclass(frozen=True, slots=True)
class Guard:
    """Wraps an application: refuses what does not fit the rules, bounds bodies, adds headers."""

    app: Asgi
    rules: Rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; WebSockets, of which there are none, are closed."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        sending = _with_headers(send)
        refused = _refusal(scope, said, self.rules)
        if refused is not None:
            await _answer(sending, *refused)
        elif self.rules.token is not None and _shown_in_query(scope) is not None:
            await _remember(sending, self.rules, scope)
        else:
            await self._served(scope, receive, sending)

    async def _served(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, with its body read and bounded where it may have one."""
        if scope["method"] in SAFE:
            await self.app(scope, receive, send)
            return
        try:
            body = await _body(receive)
        except EOFError:
            return  # half of a wish is none, and nobody is there who could be answered
        if body is None:
            await _answer(send, 413, f"the body is larger than {MOST_BODY_BYTES} bytes")
            return
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, again, send)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is too large, whatever length was declared; EOFError where it breaks off."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise EOFError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BODY_BYTES:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)


def _refusal(scope: Scope, said: dict[str, str], rules: Rules) -> tuple[int, str] | None:
    """Status and reason why a request is not served; None where it is."""
    if not rules.may_be_called(said.get("host", "")):
        return 421, "this server is not called by that name"
    origin = said.get("origin")
    foreign = origin is not None and not rules.may_be_called(origin.partition("://")[2])
    elsewhere = said.get("sec-fetch-site", "none") not in {"same-origin", "none"}
    link = scope["method"] == "GET" and said.get("sec-fetch-mode") == "navigate"
    if foreign or (elsewhere and not link):
        return 403, "only this server's own pages may ask for that"
    length = said.get("content-length", "0")
    if not length.isdecimal() or len(length) > 12 or int(length) > MOST_BODY_BYTES:
        return 413, f"the body is larger than {MOST_BODY_BYTES} bytes"
    if rules.token is not None and not _knows(scope, said, rules):
        return 401, "the token is missing: open the address that the server printed"
    return None


def _knows(scope: Scope, said: dict[str, str], rules: Rules) -> bool:
    """Whether a request shows the token, in its header, its cookie or, of a page, its query."""
    shown = [said.get("authorization", "").removeprefix("Bearer "), _shown_in_query(scope) or ""]
    try:
        morsel = SimpleCookie(said.get("cookie", "")).get(rules.cookie)
        shown.append(morsel.value if morsel else "")
    except CookieError:
        pass
    return any(compare_digest(one.encode(), (rules.token or "").encode()) for one in shown)


def _shown_in_query(scope: Scope) -> str | None:
    """The token in an address: only to look at a page, from where it goes into the cookie."""
    return dict(_query(scope)).get("token") if scope["method"] == "GET" else None


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)


async def _remember(send: Send, rules: Rules, scope: Scope) -> None:
    """Keep the token in a cookie, and send the browser to the same page without it in the address."""
    cookie = f"{rules.cookie}={rules.token}; Path=/; HttpOnly; SameSite=Strict"
    rest = urlencode([(name, value) for name, value in _query(scope) if name != "token"])
    place = "/" + quote(scope["path"].lstrip("/")) + (f"?{rest}" if rest else "")
    headers = [(b"location", place.encode()), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _answer(send: Send, status: int, reason: str) -> None:
    body = dumps({"error": reason, "problems": []}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_headers(send: Send) -> Send:
    """A `send` that adds HEADERS to the start of an answer, but for those it brings itself."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message.get("headers", [])}
            message["headers"] = [*message.get("headers", []), *((n, v) for n, v in HEADERS if n not in own)]
        await send(message)

    return sending
