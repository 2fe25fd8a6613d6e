"""Requests to a sign-in provider: to its own hosts only, never redirected, bounded in time and size."""

import json
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from VaultErrors.BackendErrors import errors

#: Bytes of the longest answer that is read.
MAX_ANSWER = 1024 * 1024
_REFUSED = 400


class ProviderRefused(Exception):
    """The provider answered that it will not; nothing of its answer is for clients."""


def is_trustworthy(url: str) -> bool:
    """Whether nobody on the way can read or change what is sent to `url`: HTTPS, or this very machine."""
    parts = urlsplit(url)
    if parts.username or parts.password or parts.fragment or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


class ProviderClient:
    """Asks one provider, whose hosts are known beforehand."""

    def __init__(self, *, hosts: frozenset[str], timeout: float) -> None:
        """Parameters: `hosts`, as in addresses, with a port where it is not the usual one; `timeout`, in seconds."""
        self._hosts, self._timeout = hosts, timeout
        self._opener = urllib.request.build_opener(_NoRedirects)

    def check(self, url: Any, *, what: str) -> str:
        """`url`, if it is one that may be asked. Raises Unavailable, naming `what` it is of the provider."""
        if not isinstance(url, str) or not is_trustworthy(url) or urlsplit(url).netloc not in self._hosts:
            raise errors.server.Unavailable(
                f"The sign-in provider names {what} that this site does not trust."
            )
        return url

    def get(self, url: str) -> dict[str, Any]:
        """The JSON object that is published at `url`. Raises Unavailable."""
        try:
            return self._send(urllib.request.Request(url))  # noqa: S310  # its scheme is checked when it is sent
        except ProviderRefused as error:
            raise errors.server.Unavailable(
                "The sign-in provider does not publish what it should."
            ) from error

    def post(
        self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        """The JSON object that `url` answers to `form`; `basic` are a name and a password.

        Raises ProviderRefused, Unavailable.
        """
        request = urllib.request.Request(url, data=urlencode(form).encode())  # noqa: S310  # as above
        if basic is not None:
            pair = ":".join(quote(part, safe="") for part in basic)
            request.add_header("Authorization", f"Basic {b64encode(pair.encode()).decode()}")
        return self._send(request)

    def _send(self, request: urllib.request.Request) -> dict[str, Any]:
        self.check(request.full_url, what="an address")
        request.add_header("Accept", "application/json")
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                answer = response.read(MAX_ANSWER + 1)
        except urllib.error.HTTPError as error:
            with error:
                if _REFUSED <= error.code < 500:  # noqa: PLR2004  # what is the asker's fault
                    raise ProviderRefused(f"{error.code} of {request.full_url}") from error
            raise errors.server.Unavailable("The sign-in provider fails at the moment; try again.") from error
        except OSError as error:
            raise errors.server.Unavailable("The sign-in provider does not answer; try again.") from error
        return _json_object(answer)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A provider that sends us elsewhere is not followed: that would be a host of its choice."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _json_object(answer: bytes) -> dict[str, Any]:
    try:
        value = json.loads(answer) if len(answer) <= MAX_ANSWER else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise errors.server.Unavailable("The sign-in provider answers what cannot be understood.")
    return value


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
