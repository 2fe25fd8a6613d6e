"""Sizes: no file beyond 500 lines, no function beyond 60, and most far below."""

import ast
from statistics import median

import pytest

from tests.architecture.sizes import MAX_FILE, MAX_FUNCTION, file_sizes, function_sizes, functions_of, report
from tests.architecture.tree import all_sources, our_sources

pytestmark = pytest.mark.database_independent


def test_no_file_is_too_long() -> None:
    assert [size for size in file_sizes(all_sources()) if size.lines > MAX_FILE] == []


def test_no_function_is_too_long() -> None:
    assert [size for size in function_sizes(all_sources()) if size.lines > MAX_FUNCTION] == []


def test_a_file_has_about_ninety_lines_and_a_function_about_ten() -> None:
    assert median(size.lines for size in file_sizes(our_sources())) <= 90
    assert median(size.lines for size in function_sizes(our_sources())) <= 12


def test_a_function_is_measured_from_its_first_line_to_its_last() -> None:
    source = "class A:\n    @property\n    def b(self):\n        '''Text.'''\n\n        return 1\n"
    assert [size.lines for size in functions_of(ast.parse(source), "a.py")] == [4]


def test_the_report_says_what_is_longest() -> None:
    longest = function_sizes(our_sources())[0]
    assert f"{longest.lines:7} {longest.what}" in report()
