"""Fetch from untrusted http(s) servers, with limits on time, size, redirects and decompression.

Uses `http.client`, which can connect to the exact IP address that was checked (a name may resolve differently a moment
later) and can hold every wait to one deadline. Calls block: run them in a thread (`threads.in_thread`). Knows nothing
of feeds.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urlencode, urlsplit

from tui_pod import __version__
from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean
from tui_pod.net.address import AddressError, Origin, absolute, are_public, check_address, origin
from tui_pod.net.connect import CHUNK, Proxy, ProxyError, TimedSocket, connected, proxy_for, secured
from tui_pod.net.login import Login, find_digest, login_for
from tui_pod.runtime.threads import CancelToken

MAX_REDIRECTS = 20
"""As browsers allow: five trackers before the media host are common, and the host may redirect once more."""
MAX_COOKIES = 20
"""Maximum number of cookies of one origin; they are kept for one chain of redirects."""
MAX_COOKIE = 4096
"""Maximum number of characters of a cookie."""
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
_OFFLINE = frozenset((errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN))


_digests: dict[Origin, dict[str, str]] = {}
"""What servers that want logins of the kind `Digest` last asked for; others get `Basic` at once."""


MAX_INTERIM = 10
"""Interim answers before the final one, as 103 (Early Hints) is."""


class FetchError(UserError):
    """There is no usable answer; the message is for the listener."""

    def __init__(
        self, message: str, status: int | None = None, is_offline: bool = False, is_final: bool = False,
        retry_after: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        """The HTTP status, if there was an answer."""
        self.is_offline = is_offline
        """True if this machine seems to have no network."""
        self.is_final = is_final
        """True if a retry would fail in the same way."""
        self.retry_after = retry_after
        """How long the server asks to wait (seconds); None if it does not say."""

    @property
    def brief(self) -> str:
        """What failed, in a few words."""
        return "the connection failed" if self.status is None else f"the server answers {self.status}"


class LoginWanted(FetchError):
    """The server requires a login, or refused the one that was sent."""

    def __init__(self, address: str, login: Login | None) -> None:
        """Create the error; `login` is the one for this server, which was sent or, over http, withheld."""
        self.origin = origin(address)
        self.login = login
        is_sent = login is not None and login.goes_to(self.origin)
        self.is_kept_back = login is not None and not is_sent
        """True if the login was withheld: it would go over http, which the listener has not agreed to."""
        said = "does not take this login" if is_sent else "wants a login"
        if self.is_kept_back:
            said = "wants the login over http, where others can read it"
        super().__init__(f"{_shown(address)}: the server {said} (401).", 401, is_final=True)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an answer."""

    size: int
    """Most bytes, both as sent and after decompression."""
    seconds: float
    """Longest total time, redirects included."""
    idle: float = 15.0
    """Longest time without a byte (seconds)."""
    head: float = 30.0
    """Longest time until the headers have arrived (seconds), redirects included."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a server."""

    address: str
    allowed: frozenset[Origin] = frozenset()
    """Origins that may be private: see `check_address`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes | None = None
    """A request with a body never follows redirects."""
    logins: tuple[Login, ...] = field(default=(), repr=False)
    """Each is sent only to its own origin, wherever redirects lead."""
    stays: bool = False
    """True if a redirect to another origin is an error."""


@dataclass(slots=True)
class Response:
    """The headers of an answer, after redirects, and its body as a stream."""

    status: int
    address: str
    """The final address."""
    moved_to: str | None
    """The permanent new address (301, 308); None if the requested one is still valid."""
    headers: Mapping[str, str]
    """By lower-case name."""
    chunks: Iterator[bytes]
    """The body, decompressed unless the request asked for a range; raises `FetchError` at a limit or a cut.

    A piece may be empty, for input that decompresses to nothing.
    """
    charset: str | None = None
    """The encoding that the server states, in lower case."""
    login: Login | None = field(default=None, repr=False)
    """The login for the server that answered, whether sent or withheld."""
    authorization: str = field(default="", repr=False)
    """The header that was sent with it; empty if there was none."""

    @property
    def kind(self) -> str:
        """The media type, such as `audio/mpeg`, in lower case; empty if not stated."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def fetch(request: Request, limits: Limits, cancel: CancelToken | None = None) -> tuple[Response, bytes]:
    """Return the answer and its complete body; status 304 is an answer, 400 and above raises.

    Raises FetchError if there was no usable answer within the limits.
    """
    with opened(request, limits, cancel) as response:
        if response.status >= 400:
            raise refusal(response)
        return response, b"".join(response.chunks)


@contextlib.contextmanager
def opened(request: Request, limits: Limits, cancel: CancelToken | None = None) -> Iterator[Response]:
    """Open an address for the length of the block, following redirects and checking each one.

    Raises FetchError as `fetch` does, but any status is an answer.
    """
    cancel = cancel or CancelToken()
    now = time.monotonic()
    deadlines = (now + min(limits.head, limits.seconds), now + limits.seconds)
    address, moved_to, is_permanent = request.address, None, True
    answered: set[Origin] = set()
    cookies = _Cookies()
    for _ in range(MAX_REDIRECTS + 1):
        with _asked(address, request, limits, deadlines, cancel, cookies) as response:
            there, login = origin(address), response.login
            if response.status == 401 and there not in answered and login is not None and login.goes_to(there):
                digest = find_digest(response.headers.get("www-authenticate", ""))
                if login.renew(response.authorization) or digest is not None or there in _digests:
                    answered.add(there)
                    _digests.pop(there, None)
                    if digest is not None:
                        _digests[there] = digest
                    continue
            target = response.headers.get("location") if response.status in _REDIRECTS else None
            if target is None:
                response.moved_to = moved_to
                yield response
                return
            following = _redirected(address, target)
            if request.body is not None or (request.stays and origin(following) != origin(address)):
                said = f"{_shown(address)} redirects to {_shown(following)}, where neither login nor data are sent."
                raise FetchError(said, response.status, is_final=True)
            is_downgrade = address.startswith("https:") and following.startswith("http:")
            is_permanent = is_permanent and response.status in _PERMANENT and not is_downgrade
            address = following
            moved_to = address if is_permanent else moved_to
    raise FetchError(f"{_shown(request.address)} redirects more than {MAX_REDIRECTS} times.", is_final=True)


def refusal(response: Response) -> FetchError:
    """Return the error for a status of 400 and above."""
    wanted = response.headers.get("www-authenticate", "basic")
    if response.status == 401 and ("basic" in wanted.lower() or find_digest(wanted) is not None):
        return LoginWanted(response.address, response.login)
    meaning = {
        401: "wants a kind of login that is not supported",
        404: "does not have it",
        410: "says it is gone for good",
        429: "gets too many requests",
    }.get(response.status, "is in trouble; try again later" if response.status >= 500 else "refuses it")
    is_final = response.status < 500 and response.status != 429
    wait = _retry_after(response.headers.get("retry-after", ""), response.headers.get("date", ""))
    again = f" Try again in {wait:.0f} s." if wait else ""
    said = f"{_shown(response.address)}: the server {meaning} ({response.status}).{again}"
    return FetchError(said, response.status, is_final=is_final, retry_after=wait)


def _retry_after(text: str, date: str) -> float | None:
    """Return the seconds that `Retry-After` asks for (RFC 9110, 10.2.3: seconds or a date); None if unusable.

    The `Date` of the same answer says what the server's clock shows, which may be wrong.
    """
    if text.isdecimal() and len(text) < 8:
        return float(text)
    until = _seconds_of(text)
    now = _seconds_of(date)
    return None if until is None else max(0.0, until - (time.time() if now is None else now))


def _seconds_of(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


class _Cookies:
    """What servers want back within one chain of redirects, each by its origin; see RFC 6265."""

    def __init__(self) -> None:
        self._by_origin: dict[Origin, dict[str, str]] = {}

    def take(self, there: Origin, headers: Message) -> None:
        """Note what an answer sets or, with an age of 0 or less, removes."""
        kept = self._by_origin.setdefault(there, {})
        for line in headers.get_all("set-cookie", []):
            pair, *attributes = (part.strip() for part in line.split(";"))
            name, is_pair, value = pair.partition("=")
            if any(re.fullmatch(r"max-age=(0|-\d+)", part, re.IGNORECASE) for part in attributes):
                kept.pop(name, None)
            elif is_pair and name and pair.isprintable() and len(pair) <= MAX_COOKIE and len(kept) < MAX_COOKIES:
                kept[name] = value

    def header(self, there: Origin) -> dict[str, str]:
        """Return the header for a request; empty if there are no cookies."""
        kept = self._by_origin.get(there)
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())} if kept else {}


@contextlib.contextmanager
def _asked(
    address: str,
    request: Request,
    limits: Limits,
    deadlines: tuple[float, float],
    cancel: CancelToken,
    cookies: _Cookies,
) -> Iterator[Response]:
    """Send a request to one server without following redirects; the deadlines are for the headers and in total."""
    try:
        numbers = check_address(address, request.allowed)
        scheme, host, port = there = origin(address)
    except AddressError as error:
        raise FetchError(str(error), is_offline=error.is_unknown, is_final=not error.is_unknown) from None
    cancel.check()
    login = login_for(there, request.logins)
    parts = urlsplit(address)
    sent = login.parameters if login is not None and login.goes_to(there) else {}
    added = urlencode({name: text for name, text in sent.items() if f"&{name}=" not in f"&{parts.query}"})
    query = "&".join(filter(None, (parts.query, added)))
    target = (parts.path or "/") + (f"?{query}" if query else "")
    headers_sent = cookies.header(there) | _headers(request, login, there, target)
    authorization = headers_sent.get("Authorization", "")
    with contextlib.ExitStack() as stack:
        head, deadline = deadlines
        explained = partial(_explained, address, limits, deadline, cancel)
        with _explained(address, replace(limits, seconds=min(limits.head, limits.seconds)), head, cancel):
            proxy = proxy_for(there) if are_public(numbers) else None  # none for the listener's own network
            if proxy is None:
                connection = stack.enter_context(connected(host, port, numbers, head, cancel))
            else:
                connection = stack.enter_context(_connected_to_proxy(proxy, head, cancel))
            if scheme == "https":
                if proxy is not None:
                    _open_tunnel(connection, proxy, there, limits.idle, head)
                connection.settimeout(max(0.001, head - time.monotonic()))
                connection = stack.enter_context(secured(connection, host, port))
                stack.enter_context(cancel.waking(connection))
            client = http.client.HTTPConnection(host, port)
            client.response_class = _FinalResponse
            client.default_port = 443 if scheme == "https" else 80  # otherwise the Host header would contain it
            client.sock = timed = TimedSocket(connection, limits.idle, head)
            if proxy is not None and scheme == "http":
                target, headers_sent = f"http://{parts.netloc}{target}", headers_sent | proxy.headers
            client.request(request.method, target, request.body, headers_sent)
            response = client.getresponse()
            timed.deadline = deadline
        headers = {name.lower(): value for name, value in response.getheaders()}
        cookies.take(there, response.headers)
        if "www-authenticate" in headers:  # one per login scheme
            headers["www-authenticate"] = ", ".join(response.headers.get_all("www-authenticate", []))
        body = _body(response, headers, limits, explained)
        yield Response(response.status, address, None, headers, body, _charset(response.headers), login, authorization)


def _connected_to_proxy(
    proxy: Proxy, deadline: float, cancel: CancelToken
) -> contextlib.AbstractContextManager[socket.socket]:
    try:
        found = socket.getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM)
    except OSError:
        raise ProxyError(f"the proxy {clean(proxy.host, 80)} cannot be found") from None
    return connected(proxy.host, proxy.port, [str(entry[4][0]) for entry in found], deadline, cancel)


def _open_tunnel(connection: socket.socket, proxy: Proxy, there: Origin, idle: float, deadline: float) -> None:
    """Have a proxy connect to a server. Raises ProxyError if it refuses."""
    _, host, port = there
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    timed = TimedSocket(connection, idle, deadline)
    lines = [
        f"CONNECT {place} HTTP/1.1",
        f"Host: {place}",
        *(f"{name}: {value}" for name, value in proxy.headers.items()),
    ]
    timed.sendall("\r\n".join([*lines, "", ""]).encode())
    response = http.client.HTTPResponse(timed, method="CONNECT")  # type: ignore[arg-type]
    response.begin()
    if response.status != 200:
        raise ProxyError(f"the proxy {clean(proxy.host, 80)} refuses it ({response.status})")


def _charset(headers: Message) -> str | None:
    try:
        return headers.get_content_charset()
    except ValueError:  # it contains a NUL or thousands of digits
        return None


def _headers(request: Request, login: Login | None, there: Origin, target: str) -> dict[str, str]:
    coding = "identity" if "Range" in request.headers else "gzip"
    headers = {"User-Agent": f"tui-pod/{__version__}", "Accept": "*/*", "Accept-Encoding": coding, **request.headers}
    if login is not None and login.goes_to(there):
        if "Authorization" not in headers and (login.user or login.password):
            headers["Authorization"] = login.header(_digests.get(there), request.method, target)
        headers |= login.headers
    return headers


class _FinalResponse(http.client.HTTPResponse):
    """An answer without the interim ones before it, such as 103 (Early Hints), of which Python skips only 100."""

    def _read_status(self) -> tuple[str, int, str]:
        found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
        for _ in range(MAX_INTERIM):
            if not 100 < found[1] < 200:
                return found
            http.client.parse_headers(self.fp)
            found = super()._read_status()  # type: ignore[misc]
        raise http.client.BadStatusLine("no final answer")


def _redirected(address: str, target: str) -> str:
    with contextlib.suppress(UnicodeError):
        target = target.encode("latin-1").decode("utf-8")  # http.client reads headers as Latin-1
    following = absolute(target, address)
    if following is None:
        said = f"{_shown(address)} redirects to {_shown(target)}, which is not an http or https address."
        raise FetchError(said, is_final=True)
    return following


def _body(
    response: http.client.HTTPResponse,
    headers: Mapping[str, str],
    limits: Limits,
    explained: Callable[[], contextlib.AbstractContextManager[None]],
) -> Iterator[bytes]:
    """Yield the body in pieces; exceptions of the consumer pass through unchanged."""
    coding = headers.get("content-encoding", "").strip().lower()
    pieces = _limited(_whole(response, headers), limits)
    if coding in ("gzip", "x-gzip"):
        pieces = _limited(_inflated(pieces), limits)
    elif coding not in ("", "identity"):
        raise FetchError(f"The server used an unsupported compression ({clean(coding, 40)}).")
    while True:
        with explained():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress gzip, with one or several members (RFC 1952), in pieces of at most `CHUNK` bytes.

    Raises EOFError if the body is cut off, zlib.error if it is damaged.
    """
    inflater: zlib._Decompress | None = None
    for data in chunks:
        while data:
            if inflater is None or inflater.eof:
                if inflater is not None and not data.startswith(b"\x1f"):
                    return  # padding after the last member, which `gzip` ignores too
                inflater = zlib.decompressobj(wbits=31)
            yield inflater.decompress(data, CHUNK)
            data = inflater.unconsumed_tail or inflater.unused_data
    if inflater is not None and not inflater.eof:
        raise EOFError


def _limited(pieces: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limits.size:
            raise FetchError(f"The answer is larger than {limits.size // 1024**2} MB.", is_final=True)
        yield piece


def _whole(response: http.client.HTTPResponse, headers: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the body as sent; raise FetchError if it is shorter than announced."""
    announced = headers.get("content-length", "")
    is_chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    size = 0
    while chunk := response.read1(CHUNK):
        size += len(chunk)
        yield chunk
    if response.status not in (204, 304) and not is_chunked and announced.isdecimal() and size < int(announced):
        raise FetchError("The connection broke off before the end.")


@contextlib.contextmanager
def _explained(address: str, limits: Limits, deadline: float, cancel: CancelToken) -> Iterator[None]:
    """Turn every kind of failure into a FetchError with a reason."""
    try:
        yield
    except (OSError, EOFError, http.client.HTTPException, ValueError, zlib.error) as error:
        cancel.check()
        is_offline = isinstance(error, OSError) and error.errno in _OFFLINE
        is_final = isinstance(error, ssl.SSLCertVerificationError)
        said = f"{_shown(address)}: {_reason(error, limits, deadline)}"
        raise FetchError(said, is_offline=is_offline, is_final=is_final) from error


def _reason(error: Exception, limits: Limits, deadline: float) -> str:
    if isinstance(error, TimeoutError):
        is_over = time.monotonic() >= deadline
        return f"not done within {limits.seconds:.0f} s." if is_over else f"no answer for {limits.idle:.0f} s."
    explained: tuple[tuple[type[Exception], Callable[[], str]], ...] = (
        (ssl.SSLCertVerificationError, lambda: _untrusted(error)),
        (ProxyError, lambda: f"{error}."),
        (ssl.SSLError, lambda: "no secure connection could be made."),
        (ConnectionRefusedError, lambda: "nothing answers there."),
        (http.client.RemoteDisconnected, lambda: "the connection broke off before an answer."),
        (EOFError, lambda: "the connection broke off before the end."),
        (zlib.error, lambda: "its answer cannot be decompressed."),
        (OSError, lambda: f"{clean(getattr(error, 'strerror', None) or 'the connection broke off', 80)}."),
    )
    return next((tell() for kind, tell in explained if isinstance(error, kind)), "its answer is not HTTP.")


def _untrusted(error: Exception) -> str:
    reason = clean(getattr(error, "verify_message", None) or "unknown reason", 80)
    hint = "If it is a server of your own, name its certificate in network.trusted_certificates."
    return f"its certificate is not trusted ({reason}). {hint}"


def _shown(address: str) -> str:
    """Return an address short enough to read, without what may be secret in it."""
    return clean(address.partition("?")[0], 100)
