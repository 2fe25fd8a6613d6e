"""Editing the list of plugins in a settings file that people have typed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from VaultPlatform.activation.settings_file import active_plugins, replace_file, with_active_plugins

pytestmark = pytest.mark.database_independent

ONE_LINE = (
    '{\n  "Base": {\n    "active_plugins": ["A_Plugin"],   "debug" :false\n  },\n\n  "A": {"x": 1.50}\n}\n'
)
#: Text before -> text after switching on B_Plugin behind A_Plugin.
BOTH = '"active_plugins": ["A_Plugin", "B_Plugin"]'
LINES = '{"Base":{"active_plugins":[\r\n\t"A_Plugin"\r\n]}}'
EDITED = {
    ONE_LINE: ONE_LINE.replace('["A_Plugin"]', '["A_Plugin", "B_Plugin"]'),
    LINES: LINES.replace('"A_Plugin"', '"A_Plugin",\r\n\t"B_Plugin"'),
    "{}": f'{{"Base": {{{BOTH}}}}}',
    '\ufeff{ "Base": {} }': f'\ufeff{{ "Base": {{{BOTH}}} }}',
    '{\n  "Base": {\n    "debug": true\n  }\n}': f'{{\n  "Base": {{\n    {BOTH},\n    "debug": true\n  }}\n}}',
    '{"A": {"active_plugins": ["no"]}, "Base": {"active_plugins": []}}': (
        f'{{"A": {{"active_plugins": ["no"]}}, "Base": {{{BOTH}}}}}'
    ),
}


@pytest.mark.parametrize("before", EDITED, ids=range(len(EDITED)))
def test_only_the_list_changes_and_keeps_the_way_it_was_typed(before: str) -> None:
    after = with_active_plugins(before, ["A_Plugin", "B_Plugin"])
    assert after == EDITED[before]
    assert active_plugins(after) == ["A_Plugin", "B_Plugin"]


def test_a_list_that_is_emptied_is_filled_again_in_one_line() -> None:
    empty = with_active_plugins(ONE_LINE, [])
    assert '"active_plugins": []' in empty
    assert with_active_plugins(empty, ["A_Plugin"]) == ONE_LINE


_json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_names = st.lists(st.from_regex(r"[A-Za-z_]\w{0,8}", fullmatch=True), unique=True, max_size=4)


@given(
    document=st.dictionaries(st.text().filter(lambda key: key != "Base"), _json, max_size=4),
    base=st.none()
    | st.dictionaries(st.text().filter(lambda key: key != "active_plugins"), _json, max_size=3),
    before=st.none() | _names,
    after=_names,
    indent=st.none() | st.integers(0, 4),
    ascii_only=st.booleans(),
)
def test_whatever_else_the_file_says_stays_and_the_list_is_the_new_one(
    document, base, before, after, indent, ascii_only
) -> None:
    if base is not None:
        document["Base"] = base if before is None else {**base, "active_plugins": before}
    edited = json.loads(
        with_active_plugins(json.dumps(document, indent=indent, ensure_ascii=ascii_only), after)
    )
    assert edited["Base"].pop("active_plugins") == after
    document.setdefault("Base", {}).pop("active_plugins", None)
    assert edited == document


def test_a_file_is_replaced_with_its_mode_and_without_a_draft(tmp_path: Path) -> None:
    file = tmp_path / "VaultSettings.json"
    file.write_text("before")
    file.chmod(0o640)
    replace_file(file, b"after")
    assert file.read_bytes() == b"after"
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "VaultSettings.json"
    file.mkdir()
    (file / "inside").touch()
    with pytest.raises(OSError, match=r"."):
        replace_file(file, b"after")
    assert list(tmp_path.iterdir()) == [file]
