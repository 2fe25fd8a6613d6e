"""A real provider on this machine, and people who go there and come back."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from rest_framework.test import APIClient

from tests.integration.oidc.provider import REDIRECT_URI
from tests.site import REPOSITORY
from VaultPlatform.identity.oidc import OpenIdConnect


@dataclass(frozen=True, kw_only=True)
class Provider:
    address: str
    client_id: str
    client_secret: str

    @property
    def issuer(self) -> str:
        return f"{self.address}/o"

    def client(self, **options: Any) -> OpenIdConnect:
        """The vault's side, as the settings would describe it."""
        known = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uri": REDIRECT_URI,
        }
        return OpenIdConnect(**{"issuer": self.issuer, **known, **options})

    def visit(self, url: str, *, user: str) -> dict[str, str]:
        """What `user`, who signs in there, is sent back with."""
        with requests.Session() as browser:
            assert browser.get(f"{self.address}/sign-in", params={"user": user}, timeout=30).ok
            answer = browser.get(url, allow_redirects=False, timeout=30)
        assert answer.status_code == 302, answer.text
        assert answer.headers["Location"].startswith(REDIRECT_URI)
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return {name: values[0] for name, values in query.items()}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: Any) -> Iterator[Provider]:
    command = [
        sys.executable,
        "-m",
        "tests.integration.oidc.provider",
        str(tmp_path_factory.mktemp("provider")),
    ]
    process = subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield Provider(**json.loads(process.stdout.readline()))
    finally:
        process.communicate(timeout=30)


@pytest.fixture
def offered(settings: Any, provider: Provider) -> Callable[..., None]:
    """`offered(claim=…)`: the site has the provider."""

    def offered(**options: Any) -> None:
        settings.SIGN_IN_PROVIDER = provider.client(**options)

    return offered


@pytest.fixture
def browser(org: Any) -> APIClient:
    """A client that keeps cookies."""
    return APIClient(headers={"Org": org.slug})


@pytest.fixture
def begun(browser: APIClient) -> Callable[..., str]:
    """Where the person is sent."""

    def begun(client: APIClient = browser) -> str:
        response = client.post("/vault/auth/oidc/start")
        assert response.status_code == 200, response.content
        return str(response.json()["authorization_url"])

    return begun
