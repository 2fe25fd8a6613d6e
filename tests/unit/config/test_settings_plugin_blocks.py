"""Plugins' blocks: whose block is whose, and what a plugin gets of its own."""

from enum import Enum
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from VaultPlatform.config import Secret, SettingsError, Target

pytestmark = pytest.mark.database_independent

BOOKMARKS = {"Base": {"active_plugins": ["Bookmarks_Plugin"]}}


class Colour(Enum):
    RED = "red"


class Feed(BaseModel):
    url: str
    every_minutes: int = 5


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class Bookmarks(BaseModel):
    max_per_user: int = Field(default=1000, ge=1)
    colour: Colour = Colour.RED
    folder: Path = Path("bookmarks")
    limit: int | str | None = None
    feeds: list[Feed] = []
    by_name: dict[str, Feed] = {}
    more: Open = Open()
    api_key: Secret | None = None
    previews: Target | None = None


@pytest.fixture
def refusal(load, settings_file):
    """What asking for the block of `Bookmarks_Plugin` says, a line for each problem."""

    def refusal(block, model=Bookmarks, name="Bookmarks_Plugin"):
        settings = load({**BOOKMARKS, "Bookmarks": block})
        with pytest.raises(SettingsError) as caught:
            settings.plugin(name, model)
        assert caught.value.__context__ is None
        return [line.removeprefix(f"{settings_file}: ") for line in str(caught.value).splitlines()]

    return refusal


@pytest.mark.parametrize("key", ["Bookmarks", "Bookmarks_Plugin"])
def test_a_block_serves_its_plugin_by_full_or_short_name(load, key):
    settings = load({**BOOKMARKS, key: {"max_per_user": 7, "colour": "red", "folder": "x"}})
    block = settings.plugin("Bookmarks_Plugin", Bookmarks)
    assert (block.max_per_user, block.colour, block.folder) == (7, Colour.RED, Path("x"))


def test_a_plugin_without_a_block_gets_its_models_defaults(load):
    settings = load({})
    assert settings.plugin("Bookmarks_Plugin", Bookmarks) == Bookmarks()
    assert settings.plugin("Bookmarks_Plugin") == {}


def test_without_a_model_the_block_is_read_only_all_through(load):
    settings = load({"Bookmarks": {"a": {"b": [1, {"c": 2}]}, "key": {"$env": "X"}}})
    block = settings.plugin("Bookmarks_Plugin")
    assert block["a"]["b"][1]["c"] == 2
    assert isinstance(block["key"], Secret)
    for part in (block, block["a"], block["a"]["b"], block["a"]["b"][1]):
        with pytest.raises(TypeError):
            part[0] = 1


def test_two_blocks_of_an_active_plugin_are_ambiguous(problems):
    line = (
        "Bookmarks: Bookmarks_Plugin and Bookmarks are both blocks of the plugin Bookmarks_Plugin;"
        " expected one of the two"
    )
    assert problems({**BOOKMARKS, "Bookmarks": {}, "Bookmarks_Plugin": {}}) == [line]


def test_two_blocks_of_a_plugin_that_is_off_refuse_only_the_asking(load):
    settings = load({"Bookmarks": {}, "Bookmarks_Plugin": {}})
    assert settings.unused_blocks([]) == ["Bookmarks", "Bookmarks_Plugin"]
    with pytest.raises(SettingsError, match="both blocks of the plugin Bookmarks_Plugin"):
        settings.plugin("Bookmarks_Plugin")


@pytest.mark.parametrize("known", [{"Base": {"active_plugins": ["Maps", "Maps_Plugin"]}}, {}])
def test_a_short_name_that_is_another_plugins_name_is_that_plugins_block(load, known):
    settings = load({**known, "Maps": {"a": 1}}, known_plugins=["Maps", "Maps_Plugin"])
    assert settings.plugin("Maps") == {"a": 1}
    assert settings.plugin("Maps_Plugin") == {}
    assert settings.unused_blocks(["Maps_Plugin"]) == ["Maps"]


def test_a_plugins_short_name_never_reaches_a_core_section(load):
    settings = load(
        {"Base": {"active_plugins": ["Cache_Plugin"]}, "Cache": {"target": "a:B"}, "Cache_Plugin": {"a": 1}}
    )
    assert settings.plugin("Cache_Plugin") == {"a": 1}


@pytest.mark.parametrize("name", ["Base", "Database", "base", "STORAGE", "Search"])
def test_a_plugin_named_like_a_core_section_is_refused(load, name):
    settings = load({"Base": {"active_plugins": [name]}})
    with pytest.raises(SettingsError, match=f"{name}: the plugin {name} is named like a section of the core"):
        settings.plugin(name)


@pytest.mark.parametrize(
    ("key", "section"), [("Databse", "Database"), ("base", "Base"), ("Storages", "Storage"), ("auth", "Auth")]
)
def test_a_misspelt_section_is_refused_with_the_section_meant(problems, key, section):
    [line] = problems({key: {"port": 1}})
    assert problems({key: 5}) == [line]
    assert line.startswith(f"{key}: unknown section; ")
    assert line.endswith(f"; did you mean {section}?")


def test_a_plugin_may_be_named_nearly_like_a_section(load, problems):
    assert load({"Base": {"active_plugins": ["Storages"]}, "Storages": {"a": 1}}).plugin("Storages") == {
        "a": 1
    }
    assert load({"Storages": {}}, known_plugins=["Storages_Plugin"]).unused_blocks([]) == ["Storages"]
    assert len(problems({"Base": {"active_plugins": ["storage"]}, "storage": {}})) == 1


def test_a_block_must_be_an_object(problems):
    assert problems({"Bookmarks": [1]}) == ["Bookmarks: found an array; expected an object"]


def test_blocks_no_active_plugin_answers_for_are_listed(load):
    settings = load({**BOOKMARKS, "Bookmarks": {}, "Old_Plugin": {}, "LLM": {}})
    assert settings.unused_blocks(["Bookmarks_Plugin"]) == ["Old_Plugin", "LLM"]
    assert settings.unused_blocks(["LLM_Plugin", "Old_Plugin", "Bookmarks_Plugin"]) == []


def test_an_unknown_key_of_a_plugin_is_refused_at_any_depth_with_the_nearest(refusal):
    assert refusal({"max_per_usr": 1, "feeds": [{"url": "u", "evry_minutes": 1}], "max_per_user": "5"}) == [
        (
            "Bookmarks.max_per_usr: unknown key; expected one of api_key, by_name, colour, feeds, folder, limit,"
            " max_per_user, more, previews; did you mean max_per_user?"
        ),
        (
            "Bookmarks.feeds[0].evry_minutes: unknown key; expected one of every_minutes, url; did you mean"
            " every_minutes?"
        ),
        "Bookmarks.max_per_user: found a text; expected a whole number",
    ]


def test_a_model_that_takes_further_keys_on_purpose_is_let(load):
    block = {"more": {"x": 1}, "by_name": {"a": {"url": "u"}}, "previews": {"target": "pathlib:Path", "y": 1}}
    settings = load({**BOOKMARKS, "Bookmarks": block})
    value = settings.plugin("Bookmarks_Plugin", Bookmarks)
    assert value.more.model_extra == {"x": 1}
    assert value.previews.arguments == {"y": 1}
    assert value.by_name["a"].url == "u"
    assert settings.plugin("Bookmarks_Plugin", Open).model_extra.keys() == block.keys()


def test_a_plugins_wrong_values_name_the_key_as_written(refusal):
    assert refusal({"feeds": [{}], "max_per_user": 0, "limit": []}) == [
        "Bookmarks.max_per_user: found 0; expected greater than or equal to 1",
        "Bookmarks.limit: found an array; expected a whole number",
        "Bookmarks.limit: found an array; expected a text",
        "Bookmarks.feeds[0].url: this key is required and missing; expected a value for it",
    ]


def test_a_required_key_is_missed_under_the_plugins_name_when_there_is_no_block(load, settings_file):
    with pytest.raises(SettingsError) as caught:
        load({}).plugin("Feed_Plugin", Feed)
    assert str(caught.value) == (
        f"{settings_file}: Feed_Plugin.url: this key is required and missing; expected a value for it"
    )


def test_a_plugins_secret_names_its_key_when_it_is_missing(load, refusal, monkeypatch):
    monkeypatch.delenv("TEST_NONE", raising=False)
    settings = load({**BOOKMARKS, "Bookmarks": {"api_key": {"$env": "TEST_NONE"}}})
    with pytest.raises(
        SettingsError, match=r"Bookmarks\.api_key: the environment variable TEST_NONE is not set"
    ):
        settings.plugin("Bookmarks_Plugin", Bookmarks).api_key.resolve()
    assert "hunter2" not in refusal({"api_key": "hunter2"})[0]
    assert "hunter2" not in refusal({"key": {"$env": ["hunter2"]}}, model=None)[0]
