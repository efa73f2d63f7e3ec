"""Content ids: equal for equal parts, different for different ones."""

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary.identity import ID_LENGTH, content_id, sha256_hex

# a lone NUL is what stands for None inside
PARTS = st.lists(st.one_of(st.none(), st.just("\x00"), st.text(max_size=6)), max_size=4).map(tuple)


@settings(deadline=None)
@given(first=PARTS, second=PARTS)
def test_ids_are_equal_for_equal_parts_only(first: tuple[str | None, ...], second: tuple[str | None, ...]) -> None:
    assert (content_id(*first) == content_id(*second)) == (first == second)


@settings(deadline=None)
@given(parts=PARTS)
def test_an_id_has_one_form(parts: tuple[str | None, ...]) -> None:
    assert re.fullmatch(rf"[0-9a-f]{{{ID_LENGTH}}}", content_id(*parts))


@settings(deadline=None)
@given(left=st.text(min_size=1, max_size=5), right=st.text(min_size=1, max_size=5))
def test_parts_do_not_run_together(left: str, right: str) -> None:
    whole = left + right
    cuts = {content_id(whole[:at], whole[at:]) for at in range(len(whole) + 1)}
    assert len(cuts) == len(whole) + 1
    assert content_id(whole) not in cuts


def test_none_empty_and_absent_differ() -> None:
    ids = [content_id(), content_id(None), content_id(""), content_id("None"), content_id(None, None), content_id("", "")]
    assert len(set(ids)) == len(ids)


def test_order_counts() -> None:
    assert content_id("a", "b") != content_id("b", "a")


def test_numbers_count_as_written() -> None:
    assert content_id(1) == content_id("1")
    assert all(a != b for a, b in pairwise([content_id(1), content_id(1.0), content_id("01")]))


def test_a_lone_surrogate_is_no_error() -> None:
    assert content_id("\ud800") != content_id("\ud801")


def test_none_differs_from_a_nul() -> None:
    assert len({content_id(None), content_id("\x00"), content_id("\x00\x00"), content_id("\xff\x00"), content_id("")}) == 5


def test_known_values_do_not_drift() -> None:
    # stored ids would no longer be found
    assert content_id("seed", 1, None) == "55d9d5f9f252031d2ba7"
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
