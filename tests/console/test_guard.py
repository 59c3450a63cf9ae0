"""Who may ask: what a page on the internet, another machine or a careless program sends is refused, and every answer
carries its headers."""

import asyncio

import pytest

from farwatch.console.guard import HEADERS, MOST_BODY_BYTES, Guard, Rules

HOST = "127.0.0.1:8402"
HERE = Rules(hosts={HOST, "localhost:8402"})
ELSEWHERE = Rules(hosts={HOST, "desk:8402"}, port=8402, token="open-sesame")


def ask(rules=HERE, method="GET", path="/", query=b"", body=(b"",), **headers):
    """Status, headers, body and what reached the application, of one request."""
    reached, sent = [], []

    async def app(scope, receive, send):
        message = {"more_body": scope["method"] not in {"GET", "HEAD"}}
        while message.get("more_body"):
            message = await receive()
            reached.append(message["body"])
        reached.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"well"})

    parts = list(body)

    async def receive():
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message):
        sent.append(message)

    named = {"host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in named.items() if value is not None]
    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": raw}
    asyncio.run(Guard(app, rules)(scope, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"], reached


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8402",
        "127.0.0.1",
        "127.0.0.1:80",
        "",
        None,
        "127.0.0.1:8402.evil.io",
        "127.0.0.2:8402",
        "[::1]:8402",
        "127.0.0.1:8402@evil.io",
    ],
)
def test_a_rebound_name_is_refused(host):
    """A name on the internet that leads to 127.0.0.1 is not this server's."""
    status, _, body, reached = ask(host=host)
    assert (status, reached) == (421, [])
    assert b"evil" not in body


@pytest.mark.parametrize("host", [HOST, "localhost:8402", "LOCALHOST:8402"])
def test_own_names_are_served(host):
    """In any case of letters."""
    assert ask(host=host)[0] == 200


def test_on_every_address_numbers_are_names_and_foreign_names_are_not():
    """A server that listens on every address is called by an address, which a rebound name is not."""
    token = "Bearer open-sesame"
    for host, status in (
        ("192.0.2.7:8402", 200),
        ("[2001:db8::1]:8402", 200),
        ("192.0.2.7:80", 421),
        ("evil.io:8402", 421),
    ):
        assert ask(ELSEWHERE, host=host, authorization=token)[0] == status, host


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1", ""])
def test_another_origin_is_refused(method, origin):
    """Pages of others, sandboxed documents and other ports of this machine."""
    assert ask(method=method, origin=origin)[0] == 403


def test_own_pages_may_change_things():
    """With the origin that a browser sends then."""
    assert ask(method="POST", origin=f"http://{HOST}", sec_fetch_site="same-origin")[0] == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "?"])
def test_a_form_elsewhere_is_refused_by_fetch_metadata(site):
    """Also where no origin is sent."""
    assert ask(method="POST", sec_fetch_site=site)[0] == 403
    assert ask(method="GET", sec_fetch_site=site)[0] == 403  # a picture in a page elsewhere, which would cost a sweep
    assert ask(method="POST", sec_fetch_site=site, sec_fetch_mode="navigate")[0] == 403
    assert ask(method="GET", sec_fetch_site=site, sec_fetch_mode="navigate")[0] == 200  # a link to a page


@pytest.mark.parametrize("length", [str(MOST_BODY_BYTES + 1), "9" * 400, "-1", "1e3", "x", "٣"])
def test_a_declared_length_is_bounded(length):
    """Too large, or no number: nothing is read."""
    assert ask(method="PUT", content_length=length.encode().decode("latin-1"))[0] == 413


def test_a_body_without_a_length_is_bounded():
    """Chunks are counted, and the application sees none of them."""
    status, _, _, reached = ask(method="POST", body=[b"x" * 400_000] * 4)
    assert (status, reached) == (413, [])
    status, _, _, reached = ask(method="POST", body=[b"x" * 300_000] * 3)
    assert (status, len(reached[0])) == (200, 900_000)


def test_a_length_that_lies_is_bounded():
    """Declared small, sent large."""
    assert ask(method="POST", body=[b"x" * (MOST_BODY_BYTES + 1)], content_length="3")[0] == 413


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": "open-sesam"},
        {"cookie": "farwatch-token-8402=no"},
        {"cookie": "farwatch-token=open-sesame"},
        {"cookie": "\x00;=;;farwatch"},
        {"query": b"token=nearly"},
        {"query": b"token="},
    ],
)
@pytest.mark.parametrize("path", ["/", "/static/console.js", "/openapi.json", "/runs/a/progress"])
def test_without_the_token_nothing_is_served(shown, path):
    """Bound to another address, every address needs it."""
    assert ask(ELSEWHERE, path=path, **shown)[::3] == (401, [])


@pytest.mark.parametrize(
    "shown", [{"authorization": "Bearer open-sesame"}, {"cookie": "a=b; farwatch-token-8402=open-sesame"}]
)
def test_with_the_token_it_is_served(shown):
    """From a program, and from a browser."""
    assert ask(ELSEWHERE, **shown)[0] == 200


def test_a_token_in_the_address_goes_into_a_cookie():
    """The address that was printed is opened once; the page that follows no longer carries the token."""
    status, headers, _, reached = ask(ELSEWHERE, path="/runs/a b", query=b"t=3&token=open-sesame")
    assert (status, reached) == (303, [])
    assert headers[b"location"] == b"/runs/a%20b?t=3"
    assert headers[b"set-cookie"] == b"farwatch-token-8402=open-sesame; Path=/; HttpOnly; SameSite=Strict"
    assert ask(ELSEWHERE, method="POST", query=b"token=open-sesame")[0] == 401


@pytest.mark.parametrize("path", ["//evil.io", "/\\evil.io", "/\r\nset-cookie: a=b", "/é"])
def test_the_way_on_stays_here(path):
    """No address leads the browser elsewhere or writes a header."""
    place = ask(ELSEWHERE, path=path, query=b"token=open-sesame")[1][b"location"]
    assert place.startswith(b"/")
    assert not set(place) & set(b"\r\n\\")
    assert not place.startswith(b"//")


def test_every_answer_carries_the_headers():
    """Served, refused, sent on."""
    for answer in (ask(), ask(host="evil"), ask(ELSEWHERE), ask(ELSEWHERE, query=b"token=open-sesame")):
        assert {name: answer[1].get(name) for name, _ in HEADERS} == dict(HEADERS)


def test_no_script_but_its_own():
    """The policy allows no inline script, no eval, no other host and no frame elsewhere."""
    policy = dict(part.split(" ", 1) for part in dict(HEADERS)[b"content-security-policy"].decode().split("; "))
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert not [value for value in policy.values() if "http" in value or "*" in value or "eval" in value]


def test_websockets_are_closed():
    """There are none."""
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(Guard(None, HERE)({"type": "websocket", "headers": []}, None, send))
    assert sent == [{"type": "websocket.close"}]


def test_half_a_body_is_no_wish():
    """Whoever goes away in the middle of a body has asked for nothing, also where the half would do."""
    reached, sent = [], []

    async def app(scope, _receive, _send):
        reached.append(scope["path"])

    parts = [{"type": "http.request", "body": b"{}", "more_body": True}, {"type": "http.disconnect"}]

    async def receive():
        return parts.pop(0)

    async def send(message):
        sent.append(message)

    headers = [(b"host", HOST.encode())]
    scope = {"type": "http", "method": "POST", "path": "/runs", "query_string": b"", "headers": headers}
    asyncio.run(Guard(app, HERE)(scope, receive, send))
    assert (reached, sent, parts) == ([], [], [])
