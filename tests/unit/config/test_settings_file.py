"""The settings file as JSON: what cannot be read is refused with the place in it."""

from pathlib import Path

import pytest

from VaultPlatform.config import SettingsError, load_settings

pytestmark = pytest.mark.database_independent


def test_a_missing_file_is_named_with_how_to_make_one(tmp_path):
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "none.json")
    text = str(caught.value)
    assert text.startswith(f"{tmp_path / 'none.json'}: there is no such file; expected ")
    assert '{"Base": {"active_plugins": []}}' in text
    assert "VAULT_SETTINGS" in text


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"cannot be read \(Is a directory\)"):
        load_settings(tmp_path)


def test_a_syntax_error_is_given_by_line_and_column(problems):
    [line] = problems('{\n  "Base": {\n    "debug": true,\n  }\n}')
    assert line.startswith("line 4, column 3: not valid JSON: ")
    assert "no comma after the last entry" in line


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[]", "holds an array; expected a JSON object"),
        ('"Base"', "holds a single value; expected a JSON object"),
        ("", "line 1, column 1: not valid JSON"),
        ('{"Auth": {"max_failures": NaN}}', "NaN is not JSON; expected a finite number"),
        ('{"Auth": {"max_failures": -Infinity}}', "-Infinity is not JSON"),
        ("[" * 200_000, "is nested too deeply"),
        ('{"Base": {"allowed_hosts": ["\\ud800"]}}', "holds half of a surrogate pair"),
    ],
)
def test_what_is_no_json_object_is_refused_in_one_line(problems, text, found):
    [line] = problems(text)
    assert line.startswith(found)


def test_a_file_that_is_not_utf8_is_refused(settings_file: Path):
    settings_file.write_bytes(b'{"Base": {"allowed_hosts": ["\xe4"]}}')
    with pytest.raises(SettingsError, match="byte 29 is not UTF-8"):
        load_settings(settings_file)


def test_a_byte_order_mark_is_no_error(settings_file: Path):
    settings_file.write_bytes(b'\xef\xbb\xbf{"Base": {"debug": true}}')
    assert load_settings(settings_file).Base.debug


def test_every_key_that_appears_twice_is_named_at_any_depth(problems):
    text = '{"Base": {"debug": true, "debug": false}, "Jobs": {"list": [{"a": 1}, {"a": 1, "a": 1}]}}'
    assert problems(text) == [
        "Base.debug: appears more than once; expected each key once",
        "Jobs.list[1].a: appears more than once; expected each key once",
    ]
    assert len(problems('{"Base": {}, "Base": {}, "Base": {}}')) == 1
