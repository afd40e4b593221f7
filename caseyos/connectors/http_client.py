"""HTTP as every connector speaks it: TLS, a time-out on every step, a size limit, no redirects.

A failed read is a sentence; a failed change is classed by whether it can have happened. What a
request says and what an answer means is the connector's own.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from caseyos.domain.ports.channel import NotDone, Uncertain
from caseyos.errors import CaseyError, ConfigError, LoginRequired, TryLater

if TYPE_CHECKING:
    pass

MAX_ANSWER = 32 * 1024 * 1024  # bytes
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_UNSURE = (408, 409, 425, 500, 502, 503, 504)  # 503 is a no only where it says when to come again
_DEFINITE = (501, 507)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long each step may take, in seconds; `body` bounds reading a whole answer."""

    connect: float = 10
    write: float = 30
    read: float = 30
    body: float = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def etag(self) -> str | None:
        """The version of the resource, quotes and all."""
        return self.headers.get("etag")


class HttpClient:
    """One server, one account. A context manager: leaving it closes the connections."""

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        *,
        waits: Waits | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """`url` is where relative addresses start; plain HTTP only to this computer itself."""
        import httpx

        parts = urlsplit(url)
        local = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not (parts.scheme == "https" or local) or not parts.hostname:
            raise ConfigError(f"{url!r} is no https:// address, and a password goes to no other.")
        self.url = url
        self._origin = (parts.scheme, parts.netloc)
        self._waits = waits or Waits()
        self._http = httpx.Client(
            auth=httpx.BasicAuth(user, password),
            verify=trust or authorities(None),
            timeout=httpx.Timeout(
                connect=self._waits.connect,
                write=self._waits.write,
                read=self._waits.read,
                pool=self._waits.connect,
            ),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "CaseyOS"},
        )

    def __enter__(self) -> HttpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections; never raises."""
        with contextlib.suppress(Exception):  # one that fails to close is gone as well
            self._http.close()

    def read(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """A request that changes nothing: 2xx and 404 are answers, the rest is a sentence raised.

        TryLater for the network and a busy server, LoginRequired for a refused login.
        """
        import httpx

        for _ in range(4):
            try:
                answer = self._exchange(method, url, headers or {}, body)
            except httpx.HTTPError as error:
                raise TryLater(f"{self._host} cannot be asked: {_told(error)}.") from error
            target = answer.headers.get("location")
            if answer.status not in (301, 302, 307, 308) or not target:
                break
            url = self.absolute(urljoin(self.absolute(url), target))
        return self._judged(answer)

    def change(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """The one request with an effect: 2xx, 404, 410 and 412 are answers.

        NotDone where it certainly did not happen, Uncertain where nobody can say.
        """
        import httpx

        try:
            answer = self._exchange(method, url, headers or {}, body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotDone(
                f"{self._host} cannot be reached: {_told(error)}.", temporary=not _untrusted(error)
            ) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise NotDone(f"{url!r} is no address: {_told(error)}.") from error
        except httpx.HTTPError as error:
            raise Uncertain(f"{self._host} did not answer: {_told(error)}.") from error
        status = answer.status
        if 200 <= status < 300 or status in (404, 410, 412):
            return answer
        told = f"{self._host} answered {status} {_reason(status)}"
        again = "retry-after" in answer.headers
        if status == 429 or (status == 503 and again):
            raise NotDone(f"{told}, later.", temporary=True)
        if status in _UNSURE or (status >= 500 and status not in _DEFINITE):
            raise Uncertain(f"{told}, so nobody can say whether it happened.")
        raise NotDone(f"{told}: nothing was changed.")

    def absolute(self, url: str) -> str:
        """An address on this server in full; NotDone's sentence for one that leads elsewhere."""
        full = urljoin(self.url, url)
        parts = urlsplit(full)
        if (parts.scheme, parts.netloc) != self._origin:
            raise ConfigError(
                f"{self._host} sends us on to {parts.scheme}://{parts.netloc}, and your password"
                " goes only where you said.",
                hint=f"set the source's url to {parts.scheme}://{parts.netloc}/",
            )
        return full

    @property
    def _host(self) -> str:
        return self._origin[1]

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        import httpx

        request = self._http.build_request(
            method, self.absolute(url), headers=dict(headers), content=body or None
        )
        response = self._http.send(request, stream=True)
        try:
            content = bytearray()
            end = time.monotonic() + self._waits.body
            for part in response.iter_bytes():
                content += part
                if len(content) > MAX_ANSWER:
                    raise httpx.ReadError(f"an answer over {MAX_ANSWER // 1024 // 1024} MiB")
                if time.monotonic() > end:
                    raise httpx.ReadTimeout("its answer takes too long")
        finally:
            response.close()
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, names, bytes(content))

    def _judged(self, answer: Answer) -> Answer:
        status = answer.status
        if 200 <= status < 300 or status == 404:
            return answer
        told = f"{self._host} answered {status} {_reason(status)}"
        if status == 401:
            raise LoginRequired(
                f"{told}: the user name or the password is not accepted.",
                hint="caseyos auth test",
            )
        if status == 429 or status >= 500:
            raise TryLater(f"{told}.", retry_after=_seconds(answer.headers.get("retry-after")))
        raise Unwilling(f"{told}.", status=status, body=answer.body)


class Unwilling(CaseyError):
    """The server understood a question and will not answer it; `status` and `body` say why."""

    def __init__(self, message: str, *, status: int, body: bytes) -> None:
        super().__init__(message)
        self.status, self.body = status, body


def authorities(ca_file: Path | None) -> ssl.SSLContext:
    """Whom to trust: the system's authorities, or a file's; ConfigError where it has none."""
    try:
        context = ssl.create_default_context(cafile=ca_file and str(ca_file))
    except OSError as error:
        raise ConfigError(f"ca_file {ca_file} holds no certificate that can be read.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _told(error: Exception) -> str:
    """What went wrong, as short as it can be said."""
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return "it took too long"
    if _untrusted(error):
        return "its certificate is not trusted"
    return (str(error) or type(error).__name__).rstrip(".")


def _untrusted(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


def _reason(status: int) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _seconds(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None
