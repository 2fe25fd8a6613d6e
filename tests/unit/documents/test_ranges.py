"""Ranges of content, against a reference that works on the list of all positions."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from VaultErrors.BackendErrors import errors
from VaultManagement.Documents.ranges import requested_range

WHOLE = "whole"
UNSATISFIABLE = "unsatisfiable"


def reference(header: str, size: int) -> list[int] | str:
    """What RFC 9110 says, the slow way: positions of the bytes wanted."""
    form = re.fullmatch(r"bytes=([0-9]*)-([0-9]*)", header)
    if form is None or form.groups() == ("", "") or size == 0:
        return WHOLE
    first, last = form.groups()
    if first and last and int(first) > int(last):
        return WHOLE
    if first:
        wanted = [at for at in range(size) if at >= int(first) and (not last or at <= int(last))]
    else:
        wanted = [at for at in range(size) if at >= size - int(last)]
    return wanted or UNSATISFIABLE


def ours(header: str, size: int) -> list[int] | str:
    try:
        part = requested_range(header, size=size)
    except errors.bad_request.RangeNotSatisfiable as error:
        return UNSATISFIABLE if error.headers == {"Content-Range": f"bytes */{size}"} else "no Content-Range"
    if part is None:
        return WHOLE
    assert part.content_range == f"bytes {part.start}-{part.end - 1}/{size}"
    assert part.length == part.end - part.start
    return list(range(part.start, part.end))


number = st.one_of(st.just(""), st.integers(0, 40).map(str))
headers = st.one_of(
    st.tuples(number, number).map(lambda pair: f"bytes={pair[0]}-{pair[1]}"),
    st.from_regex(r"(bytes|items)?[= ]?[-0-9,]{0,6}", fullmatch=True),
)


@given(header=headers, size=st.integers(0, 30))
@example(header="bytes=-0", size=5)
@example(header="bytes=0-", size=0)
@example(header="bytes=4-4", size=5)
@example(header="bytes=5-", size=5)
@example(header="bytes=-9", size=5)
def test_a_range_is_what_the_reference_makes_of_it(header: str, size: int) -> None:
    assert ours(header, size) == reference(header, size)


@pytest.mark.parametrize(
    "header", ["bytes=0-1,3-4", "bytes=0-1,", "bytes=²-", "bytes=1-0", "bytes", "", "bytes=-", "x=0-1"]
)
def test_several_or_malformed_ranges_mean_the_whole(header: str) -> None:
    assert requested_range(header, size=10) is None


@pytest.mark.parametrize("header", ["Bytes=0-4", "bytes= 0-4", " bytes=0-4 ", "BYTES=0-4"])
def test_unit_and_blanks_may_be_written_in_any_way(header: str) -> None:
    part = requested_range(header, size=10)
    assert part is not None and (part.start, part.end) == (0, 5)


def test_a_number_of_absurd_length_is_no_error() -> None:
    assert requested_range(f"bytes={'9' * 5000}-", size=10) is None
    assert ours(f"bytes=0-{'9' * 19}", 3) == [0, 1, 2]
