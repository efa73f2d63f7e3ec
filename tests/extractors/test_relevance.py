"""The relevance gate: anchors, parties, actors and themes, on a watch about a bridge."""

import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.relevance import LONG_TEXT, RelevanceGate, _pattern
from vocabulary.watch_file import parse_watch

WATCH = """
[watch]
id = "bridge"
title = "The bridge on the Lenn"
about = "Who wants the bridge built"

[relevance]
anchors = ["ARL"]
themes = ["river|valley"]
min_themes = 2
{more}

[[roles]]
id = "head_of_government"
titles = ["prime minister"]
weight = 1.0
is_head = true

[[actors]]
id = "ARL"
kind = "state"
names = ["Arland"]
demonyms = ["Arlander"]

[[actors]]
id = "BOR"
kind = "state"
names = ["Borland"]
demonyms = ["Borlander"]

[[actors]]
id = "MAE"
kind = "state"
names = ["May"]

[[people]]
name = "Ida Holm"
surname = "Holm"

[[people.offices]]
actor = "BOR"
role = "head_of_government"
title = "Prime Minister"
from = "2020-01-01"
source = "https://borland.example/government"
verified = true

[[issues]]
id = "the_bridge"
title = "The bridge"
meaning = "It is to be built"
cues = ["bridge", "build bridge"]
"""


@cache
def make_gate(more: str = "") -> RelevanceGate:
    return RelevanceGate(parse_watch(WATCH.replace("{more}", more), "watch.toml"))


STRICT = 'parties = ["BOR"]\nmin_actors = 2\nmin_density = 3'
FILLER = "The people of the town spoke of the weather and of the long winter. "


@pytest.mark.parametrize(
    ("text", "plain", "strict"),
    [
        pytest.param("Arland and Borland want the bridge on the river.", True, True, id="about-it"),
        pytest.param("Borland wants the bridge on the river.", False, False, id="no-anchor"),
        pytest.param("Arland and Borland speak of fish.", False, False, id="no-theme"),
        pytest.param("Arland has a bridge and a river.", True, False, id="one-actor"),
        pytest.param("Arland may have a bridge on a river.", True, False, id="may-is-no-name-here"),
        pytest.param("Arland and Ida Holm spoke of the bridge on the river.", True, True, id="who-speaks-for-an-actor-is-one"),
        pytest.param("Arland and Borland have a bridge and a river. " + FILLER * 8, True, False, id="at-the-edge-of-a-long-text"),
        pytest.param("Arland and Borland want a bridge in the valley. " * 40 + FILLER * 400, True, True, id="a-part-of-a-very-long-text"),
        pytest.param("", False, False, id="nothing"),
    ],
)
def test_whole_text(text: str, plain: bool, strict: bool) -> None:
    assert (make_gate().score(text) > 0) is plain
    assert (make_gate(STRICT).score(text) > 0) is strict


def test_a_very_long_text_needs_no_more_than_a_long_one() -> None:
    core = "Arland and Borland want a bridge in the valley. " * 34
    assert core.count(" ") * 3 < LONG_TEXT
    scores = [make_gate(STRICT).score(core + FILLER * count) for count in (100, 400, 4000)]
    assert all(score > 0 for score in scores)
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("teaser", "plain", "strict"),
    [
        pytest.param("Arland wants the bridge", True, True, id="anchor-and-theme"),
        pytest.param("Arland and the Arlander way", True, True, id="two-anchors"),
        pytest.param("Arland wins the cup", False, False, id="anchor-alone"),
        pytest.param("Borland speaks: Ida Holm answers questions", False, True, id="party-twice"),
        pytest.param("Borland wins the cup", False, False, id="party-once"),
        pytest.param("A bridge in the valley", False, False, id="themes-alone"),
    ],
)
def test_teaser(teaser: str, plain: bool, strict: bool) -> None:
    assert make_gate().passes_teaser(teaser) is plain
    assert make_gate(STRICT).passes_teaser(teaser) is strict


@given(
    texts=st.sets(st.text(alphabet="ab-'. é1", min_size=1, max_size=6), min_size=1, max_size=12),
    searched=st.text(alphabet="ab-'. é1", max_size=60),
)
def test_a_tree_of_letters_finds_what_a_list_finds(texts: set[str], searched: str) -> None:
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    plain = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
    assert [found.span() for found in _pattern(texts).finditer(searched)] == [found.span() for found in plain.finditer(searched)]


def test_no_word_is_found_where_there_are_none_to_look_for() -> None:
    assert _pattern(set()).search("anything") is None
