"""The settings of identity as their page shows them: keys that sign, and a provider to sign in through."""

from pathlib import Path

import pytest

from tests.acceptance.readme.fences import blocks_of
from VaultPlatform.config import load_settings
from VaultPlatform.identity.oidc import OpenIdConnect
from VaultPlatform.keys import configured_token_keys

pytestmark = pytest.mark.database_independent


def test_the_example_is_a_site_with_two_keys_and_a_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [example] = [block for block in blocks_of("docs/identity.md") if block.language == "json"]
    for name in ("VAULT_SIGNING_KEY", "VAULT_SIGNING_KEY_BEFORE", "VAULT_OIDC_SECRET"):
        monkeypatch.setenv(name, name.ljust(32, "x"))
    file = tmp_path / "VaultSettings.json"
    file.write_text(example.text, encoding="utf-8")
    auth = load_settings(file).Auth
    assert list(configured_token_keys(auth)) == ["2026", "2027"]
    assert auth.oidc is not None
    provider = auth.oidc.build()
    assert isinstance(provider, OpenIdConnect)
    assert provider.issuer == "https://id.example.org"


def test_the_arguments_on_the_page_are_those_of_the_provider() -> None:
    from inspect import signature

    page = Path("docs/identity.md").read_text(encoding="utf-8")
    table = page.partition("| argument |")[2].partition("\n\n")[0]
    named = {
        name
        for row in table.splitlines()
        for name in row.partition(" | ")[0].replace("`", "").strip("| ").split(", ")
    }
    assert set(signature(OpenIdConnect).parameters) <= named
