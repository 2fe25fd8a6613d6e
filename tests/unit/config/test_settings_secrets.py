"""Secrets are references: never in the file, never printed, looked up late with an error naming the key."""

import json

import pytest

from VaultPlatform.config import Secret, SettingsError, reveal

pytestmark = pytest.mark.database_independent

HOW = '{"$env": "NAME"} for an environment variable or {"$file": "path"} for a file'


def test_a_secret_is_read_from_the_environment_when_it_is_used(load, monkeypatch):
    settings = load({"Database": {"password": {"$env": "TEST_DB_PASSWORD"}}})
    monkeypatch.setenv("TEST_DB_PASSWORD", "first")
    assert settings.Database.password.resolve() == "first"
    monkeypatch.setenv("TEST_DB_PASSWORD", "second")
    assert settings.Database.password.resolve() == "second"


def test_a_secret_file_is_found_from_the_settings_files_folder(load, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "password").write_text(" two\nlines \n")
    settings = load({"Database": {"password": {"$file": "secrets/password"}}})
    assert settings.Database.password.resolve() == " two\nlines "


def test_an_absent_variable_is_named_with_the_key(load, settings_file, monkeypatch):
    monkeypatch.delenv("TEST_KEY", raising=False)
    settings = load({"Auth": {"signing_key": {"$env": "TEST_KEY"}}})
    with pytest.raises(SettingsError) as caught:
        settings.Auth.signing_key.resolve()
    expected = (
        "the environment variable TEST_KEY is not set; expected TEST_KEY in the environment of every process"
    )
    assert str(caught.value) == f"{settings_file}: Auth.signing_key: {expected}"


@pytest.mark.parametrize(
    ("content", "found"),
    [(None, "there is no file"), (b"", "is empty"), (b"\n", "is empty"), (b"\xff", "it is not UTF-8 text")],
)
def test_an_unusable_secret_file_is_named_with_the_key(load, tmp_path, content, found):
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    with pytest.raises(SettingsError, match=f"Auth.signing_key: .*{found}"):
        load({"Auth": {"signing_key": {"$file": "key"}}}).Auth.signing_key.resolve()


def test_an_empty_variable_is_no_secret(load, monkeypatch):
    monkeypatch.setenv("TEST_KEY", "")
    with pytest.raises(SettingsError, match=r"the secret at Secret\(\$env=TEST_KEY\) is empty"):
        load({"Auth": {"signing_key": {"$env": "TEST_KEY"}}}).Auth.signing_key.resolve()


@pytest.mark.parametrize("written", ["hunter2", 5, ["hunter2"], True])
def test_a_plain_secret_is_refused_with_how_to_write_a_reference(problems, written):
    line = f"Database.password: a secret is not written into this file; expected {HOW}"
    assert problems({"Database": {"password": written}}) == [line]


@pytest.mark.parametrize("written", [{}, {"$env": "A", "$file": "b"}])
def test_a_secret_has_exactly_one_reference(problems, written):
    [line] = problems({"Database": {"password": written}})
    assert line.startswith("Database.password: a secret has one reference, not none or both")


def test_a_misspelt_reference_names_the_nearest(problems):
    [line] = problems({"Database": {"password": {"$evn": "A"}}})
    assert line == "Database.password.$evn: unknown key; expected one of $env, $file; did you mean $env?"


def test_settings_show_the_reference_and_never_the_value(load, monkeypatch):
    monkeypatch.setenv("TEST_DB_PASSWORD", "hunter2")
    settings = load(
        {
            "Database": {"password": {"$env": "TEST_DB_PASSWORD"}},
            "Cache": {"target": "a:B", "k": {"$env": "X"}},
        }
    )
    assert settings.Database.password.resolve() == "hunter2"
    shown = [
        repr(settings),
        str(settings),
        repr(settings.model_dump()),
        settings.model_dump_json(),
        f"{settings}",
    ]
    assert "hunter2" not in "".join(shown)
    assert json.loads(settings.model_dump_json())["Database"]["password"] == {"$env": "TEST_DB_PASSWORD"}
    assert repr(settings.Database.password) == "Secret($env=TEST_DB_PASSWORD)"


@pytest.mark.parametrize(
    "url",
    [
        "amqp://vault:hunter2@mq:5672//",
        "redis://:hunter2@cache:6379/0",
        "redis://cache:6379/0?password=hunter2",
        "sentinel://one:26379;sentinel://:hunter2@two:26379",
    ],
)
def test_an_address_with_a_password_must_be_a_reference(problems, url):
    [line] = problems({"Celery": {"broker_url": url}})
    assert line.startswith("Celery.broker_url: this address holds a password; expected a reference")
    assert "hunter2" not in line


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:6379/0", "amqp://vault@mq//", "sentinel://a:1;sentinel://b:2"]
)
def test_an_address_without_a_password_is_plain_text(load, url):
    assert reveal(load({"Celery": {"broker_url": url}}).Celery.broker_url) == url


def test_a_whole_address_may_be_a_reference(load, monkeypatch):
    monkeypatch.setenv("TEST_BROKER", "amqp://vault:hunter2@mq//")
    settings = load({"Celery": {"broker_url": {"$env": "TEST_BROKER"}}})
    assert isinstance(settings.Celery.broker_url, Secret)
    assert reveal(settings.Celery.broker_url) == "amqp://vault:hunter2@mq//"


@pytest.mark.parametrize("written", [5, {}, {"$evn": "hunter2"}, {"$env": 7}, ["hunter2"]])
def test_what_is_no_address_is_refused_in_one_line(problems, written):
    [line] = problems({"Celery": {"broker_url": written}})
    assert line.startswith("Celery.broker_url: ")
    assert HOW in line
    assert "hunter2" not in line
