"""The settings of a public site in docs/security.md: Django's own checks find nothing, and odd ones are told."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from VaultPlatform.checks import https_needs_a_proxy, not_everybody_is_a_proxy

REPOSITORY = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.database_independent


def check(folder: Path, settings: dict[str, Any]) -> tuple[int, str]:
    """Exit code and words of `manage.py check --deploy` on a site of these settings."""
    file = folder / "VaultSettings.json"
    file.write_text(json.dumps(settings))
    environment = {**os.environ, "VAULT_HOME": str(folder / "home"), "VAULT_SETTINGS": str(file)}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


PAGE = (REPOSITORY / "docs" / "security.md").read_text()
#: What the page shows of the check.
SAID = "System check identified no issues (1 silenced)."


@pytest.fixture(scope="module")
def documented() -> dict[str, Any]:
    """The settings file of a public site in docs/security.md."""
    blocks = re.findall(r"```json\n(\{\n.*?\n\})\n```", PAGE, re.DOTALL)
    return dict(next(json.loads(block) for block in blocks if '"https"' in block))


def test_the_documented_settings_leave_nothing_to_say(tmp_path: Path, documented: dict[str, Any]) -> None:
    code, words = check(tmp_path, documented)
    assert (code, words.strip()) == (0, SAID), words
    assert f"manage.py check --deploy\n{SAID}" in PAGE


def test_settings_of_a_site_without_https_do(tmp_path: Path) -> None:
    code, words = check(tmp_path, {})
    assert code != 0
    assert "security.W008" in words


def test_https_without_a_proxy_does_not_start(tmp_path: Path, documented: dict[str, Any]) -> None:
    code, words = check(tmp_path, {"Base": {**documented["Base"], "trusted_proxies": []}})
    assert code != 0
    assert "vault.E002" in words


def test_the_checks_tell_a_site_that_is_well_from_one_that_is_not(settings: Any) -> None:
    settings.TRUSTED_PROXIES, settings.SECURE_SSL_REDIRECT = ("10.0.0.0/8",), True
    assert https_needs_a_proxy() == not_everybody_is_a_proxy() == []
    settings.TRUSTED_PROXIES = ("10.0.0.7", "::/0")
    assert [message.id for message in not_everybody_is_a_proxy()] == ["vault.W001"]
    settings.TRUSTED_PROXIES = ()
    assert [message.id for message in https_needs_a_proxy()] == ["vault.E002"]
