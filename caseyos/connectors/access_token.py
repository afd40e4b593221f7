"""Access tokens made from a refresh token (RFC 6749, section 6), each used until near its end.

The refresh token is the secret a person keeps; what is made from it lives in memory alone.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from caseyos.domain.text import safe_line
from caseyos.errors import ConfigError, LoginRequired, TryLater

EARLY = 120.0  # seconds before its end at which a token is no longer used
MAX_ANSWER = 256 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Who asks: the operator's own client at the provider; `secret` is empty for a public one."""

    token_url: str
    client_id: str
    secret: Callable[[], str]
    login_command: str
    timeout: float = 30.0
    trust: ssl.SSLContext | None = None


class AccessTokens:
    """Called, it gives a token that is good now: TryLater, LoginRequired or ConfigError else."""

    def __init__(
        self,
        client: OAuthClient,
        refresh: Callable[[], str],
        register: Callable[[str], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._refresh, self._register, self._now = client, refresh, register, now
        self._token, self._good_until = "", 0.0

    def __call__(self) -> str:
        if not self._token or self._now() >= self._good_until:
            answer = self._ask()
            self._token = str(answer["access_token"])
            self._register(self._token)
            self._good_until = self._now() + float(answer.get("expires_in") or 0) - EARLY
        return self._token

    def _ask(self) -> dict[str, Any]:
        """One request for a token; an answer that holds one."""
        import httpx

        client = self._client
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._refresh(),
            "client_id": client.client_id,
        }
        secret = client.secret()
        if secret:
            form["client_secret"] = secret
        try:
            with httpx.Client(
                verify=client.trust or ssl.create_default_context(),
                timeout=client.timeout,
                follow_redirects=False,
                trust_env=False,
            ) as http:
                answer = http.post(client.token_url, data=form)
        except httpx.HTTPError as error:
            told = safe_line(str(error) or type(error).__name__, 120)
            raise TryLater(f"{self._host} cannot be asked for a token: {told}.") from error
        return self._judged(answer.status_code, answer.content[:MAX_ANSWER])

    def _judged(self, status: int, body: bytes) -> dict[str, Any]:
        try:
            found = json.loads(body)
        except ValueError:
            found = {}
        found = found if isinstance(found, dict) else {}
        if status == 200 and found.get("access_token"):
            return found
        said = safe_line(str(found.get("error_description") or found.get("error") or status), 160)
        if found.get("error") == "invalid_grant":
            raise LoginRequired(
                f"{self._host} no longer takes the refresh token: {said}.",
                hint=self._client.login_command,
            )
        if status in (408, 425, 429) or status >= 500 or status == 200:
            raise TryLater(f"{self._host} gives no token now: {said}.")
        raise ConfigError(f"{self._host} refuses the OAuth client: {said}.")

    @property
    def _host(self) -> str:
        return safe_line(urlsplit(self._client.token_url).hostname or "the token server", 80)
