"""Components by target: what cannot be imported or called is told before anything is built."""

import sys
from pathlib import Path

import pytest

from VaultPlatform.config import SettingsError

pytestmark = pytest.mark.database_independent

STORE = """
class Store:
    class Inner:
        pass

    def __init__(self, *, root, bucket="main", options=None):
        self.root, self.bucket, self.options = root, bucket, options

class Anything:
    def __init__(self, **options):
        self.options = options

LIMIT = 5
"""


@pytest.fixture
def cache(load):
    """The `Cache` target made of these keys."""
    return lambda **keys: load({"Cache": keys}).Cache


@pytest.fixture
def refusal(cache, settings_file):
    """What `check` says of the `Cache` target made of these keys, a line for each problem."""

    def refusal(offered=(), **keys):
        with pytest.raises(SettingsError) as caught:
            cache(**keys).check(**dict(offered))
        return [line.removeprefix(f"{settings_file}: ") for line in str(caught.value).splitlines()]

    return refusal


@pytest.mark.parametrize("separator", [":", "."])
def test_a_target_is_built_with_its_arguments(cache, module, separator):
    store = cache(target=f"{module(STORE)}{separator}Store", root="/srv", options={"a": [1]}).build()
    assert (type(store).__name__, store.root, store.bucket, store.options) == (
        "Store",
        "/srv",
        "main",
        {"a": [1]},
    )


def test_a_colon_target_reaches_into_a_class(cache, module):
    assert type(cache(target=f"{module(STORE)}:Store.Inner").build()).__qualname__ == "Store.Inner"


def test_what_the_host_offers_goes_to_parameters_of_that_name_and_settings_win(cache, module):
    name = module(STORE)
    store = cache(target=f"{name}:Store", bucket="mine").build(root="/host", bucket="host", clock="unused")
    assert (store.root, store.bucket) == ("/host", "mine")
    assert cache(target=f"{name}:Anything", a=1).build(root="/host").options == {"root": "/host", "a": 1}


def test_checking_builds_nothing(cache, module):
    target = cache(target=f"{module('def make(): raise RuntimeError')}:make")
    target.check()
    with pytest.raises(RuntimeError) as caught:
        target.build()
    assert caught.value.__notes__ == [f"raised while building {target.target} for Cache"]


def test_an_unknown_module_is_named(refusal):
    assert refusal(target="no_such_package.cache:Store") == [
        "Cache.target: there is no module 'no_such_package'; expected an installed one"
    ]
    assert refusal(target="json.nothing:Store") == [
        "Cache.target: there is no module 'json.nothing'; expected an installed one"
    ]


def test_an_import_error_inside_the_module_is_not_taken_for_a_missing_module(refusal, module):
    name = module("import no_such_driver")
    assert refusal(target=f"{name}:Store") == [
        (
            f"Cache.target: module '{name}' is there but fails when imported: ModuleNotFoundError:"
            " No module named 'no_such_driver'"
        )
    ]


def test_an_error_inside_the_module_is_reported_as_itself(refusal, module):
    name = module("1 / 0")
    assert refusal(target=f"{name}:Store") == [
        f"Cache.target: module '{name}' is there but fails when imported: ZeroDivisionError: division by zero"
    ]
    assert name not in sys.modules


def test_an_unknown_attribute_names_the_nearest(refusal, module):
    name = module(STORE)
    assert refusal(target=f"{name}:Stor") == [
        f"Cache.target: '{name}' has no 'Stor'; expected a class or function of it; did you mean Store?"
    ]


def test_what_cannot_be_called_is_refused(refusal, module):
    name = module(STORE)
    assert refusal(target=f"{name}:LIMIT") == [
        f"Cache.target: '{name}:LIMIT' is a int; expected a class or function"
    ]


def test_unknown_and_missing_arguments_are_told_together(refusal, module):
    name = module(STORE)
    assert refusal(target=f"{name}:Store", buckets="x") == [
        (
            f"Cache.buckets: {name}:Store takes no such argument; expected bucket, options, root;"
            " did you mean bucket?"
        ),
        f"Cache.root: {name}:Store needs this argument; expected a value for root",
    ]
    assert refusal({"root": "/"}, target=f"{name}:Store", zzz=1) == [
        f"Cache.zzz: {name}:Store takes no such argument; expected bucket, options, root"
    ]


def test_a_misspelt_key_of_the_section_itself_is_found_among_the_arguments(load, module):
    settings = load({"Storage": {"target": f"{module(STORE)}:Store", "root": "/", "max_uplod_bytes": 5}})
    with pytest.raises(SettingsError, match=r"Storage\.max_uplod_bytes: .*; did you mean max_upload_bytes\?"):
        settings.Storage.check()


def test_the_sections_own_keys_are_no_arguments(load, module):
    settings = load({"Storage": {"target": f"{module(STORE)}:Store", "root": "/", "max_upload_bytes": 5}})
    assert settings.Storage.arguments == {"root": "/"}
    assert settings.Storage.build().root == "/"


@pytest.mark.parametrize("text", ["", "json", "json:", ":Store", "a b:C", "a-b.c:D", "a..b:C", "a:b:c"])
def test_what_is_no_target_string_is_refused_when_the_file_is_read(problems, text):
    assert problems({"Cache": {"target": text}}) == [
        'Cache.target: this is no target; expected "package.module:Class" or "package.module.Class"'
    ]


def test_secrets_among_the_arguments_arrive_as_values_at_any_depth(
    cache, module, tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("TEST_BUCKET_KEY", "hunter2")
    (tmp_path / "id").write_text("vault\n")
    reference = {"keys": [{"$env": "TEST_BUCKET_KEY"}], "id": {"$file": "id"}}
    target = cache(target=f"{module(STORE)}:Store", root="/", options=reference)
    assert "hunter2" not in repr(target)
    assert target.build().options == {"keys": ["hunter2"], "id": "vault"}
    monkeypatch.delenv("TEST_BUCKET_KEY")
    with pytest.raises(
        SettingsError, match=r"Cache\.options\.keys\[0\]: the environment variable TEST_BUCKET_KEY"
    ):
        target.build()


def test_a_broken_reference_among_the_arguments_is_refused_when_the_file_is_read(problems):
    [line] = problems({"Cache": {"target": "a:B", "options": {"key": {"$env": 5}}}})
    assert line.startswith("Cache.options: this is no reference to a secret; expected ")


def test_an_argument_may_be_called_as_a_method_of_the_target_is(cache, module, monkeypatch):
    monkeypatch.delenv("TEST_NONE", raising=False)
    target = cache(target=f"{module(STORE)}:Anything", check={"$env": "TEST_NONE"})
    target.check()
    with pytest.raises(SettingsError, match=r"Cache\.check: the environment variable TEST_NONE"):
        target.build()
