"""Normal forms and limits of what is said about documents."""

import json

import pytest

from VaultManagement.Documents.bll import HelperFunctions


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("/", ""),
        ("a", "a"),
        ("/a//b/", "a/b"),
        (" a / b ", "a/b"),
        ("a/.b", "a/.b"),
        ("Cafe\u0301", "Caf\u00e9"),
    ],
)
def test_a_folder_has_one_name(given: str, kept: str) -> None:
    assert HelperFunctions.normal_folder(given) == kept


@pytest.mark.parametrize("folder", ["..", "a/../b", ".", "/./", "a/ .. /b"])
def test_a_folder_that_climbs_is_refused(folder: str) -> None:
    with pytest.raises(ValueError, match="no folder names"):
        HelperFunctions.normal_folder(folder)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\report.pdf", "report.pdf"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("nul\x00.txt", "nul.txt"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("   ", "file"),
        ("", "file"),
        ("Cafe\u0301.txt", "Caf\u00e9.txt"),
    ],
)
def test_a_file_name_is_a_printable_base_name(given: str, kept: str) -> None:
    assert HelperFunctions.normal_filename(given) == kept


def test_a_long_file_name_keeps_its_ending() -> None:
    name = HelperFunctions.normal_filename("x" * 400 + ".pdf")
    assert len(name) == HelperFunctions.MAX_FILENAME and name.endswith("x.pdf")
    assert HelperFunctions.normal_filename("." + "x" * 400) == "." + "x" * 254
    longer_in_its_normal_form = "\u0958" * 200 + ".pdf"
    assert len(HelperFunctions.normal_filename(longer_in_its_normal_form)) == HelperFunctions.MAX_FILENAME


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("application/pdf", "application/pdf"),
        ("Text/HTML; charset=utf-8", "text/html"),
        ("", "application/octet-stream"),
        ("pdf", "application/octet-stream"),
        ("a/b\r\nX: y", "application/octet-stream"),
        ("text/" + "x" * 200, "application/octet-stream"),
        ("tëxt/plain", "application/octet-stream"),
    ],
)
def test_a_content_type_is_well_formed_or_the_default(given: str, kept: str) -> None:
    assert HelperFunctions.normal_content_type(given) == kept


def nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = {"deeper": value}
    return value


GOOD = [{}, {"a": 1, "b": [True, None, 1.5, "é😀"]}, nested(5), {"x": "é" * 8000}]


@pytest.mark.parametrize("attributes", GOOD, ids=["empty", "mixed", "five levels", "nearly 16 KiB"])
def test_attributes_within_the_limits_pass(attributes: object) -> None:
    HelperFunctions.check_attributes(attributes)


BAD = {
    "list": ([], "JSON object"),
    "text": ("x", "JSON object"),
    "null": (None, "JSON object"),
    "six levels": (nested(6), "deeper than 5"),
    "six levels, the last empty": ({"a": [[[[[]]]]]}, "deeper than 5"),
    "more than 16 KiB of UTF-8": ({"x": "é" * 8192}, "16 KiB"),
    "NaN": ({"x": [json.loads("NaN")]}, "not JSON"),
    "a number that overflows": ({"x": json.loads("1e999")}, "not JSON"),
    "NUL": ({"x": "a\x00"}, "cannot be stored"),
    "NUL in a key": ({"a\x00": 1}, "cannot be stored"),
    "half a surrogate pair": ({"x": ["\ud800"]}, "cannot be stored"),
}


@pytest.mark.parametrize(("attributes", "why"), BAD.values(), ids=BAD.keys())
def test_attributes_that_cannot_be_kept_are_refused(attributes: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        HelperFunctions.check_attributes(attributes)


def test_search_finds_whatever_the_case_and_the_composition() -> None:
    searchable = HelperFunctions.searchable_text(title="GRÖSSE", filename="Cafe\u0301.PDF")
    for wanted in ("größe", "gro\u0308sse", "CAF\u00c9", "pdf"):
        assert HelperFunctions.searched_text(wanted) in searchable
