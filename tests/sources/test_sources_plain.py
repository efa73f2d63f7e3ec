"""Plain text of titles and teasers: the quick way gives what the parser gives."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sources.plain
from sources.plain import plain_text

_PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<b>", "</b>", "<br/>", "<br>", '<a href="/x?a=1">', "</a>", "<img src='x' alt=\"a b\"/>", "<div class='c'>",
        "</div>", "<ul>", "<li>", "</ul>", "word", " ", "\n", "two words", "1 > 0", "<h2>", "</h2>", "<SPAN>", "</span>", "<p",
        "<a href=x>",
        '<a title="x>y">', "<", "<!-- c -->", "<script>alert(1)</script>", "&amp;lt;b&amp;gt;", "&lt;i&gt;", "é", "<table><tr><td>",
    ]
)  # fmt: skip


def parsed(text: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources.plain, "_SIMPLE_TAG", re.compile(r"(?!)"))
        return plain_text(text, 10_000)


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_simple_markup_is_read_as_a_parser_reads_it(text: str) -> None:
    # but for blanks: a parser joins the words around a tag that ends nothing
    assert plain_text(text, 10_000).replace(" ", "") == parsed(text).replace(" ", "")


def test_what_runs_or_hides_is_never_text() -> None:
    assert plain_text("<p>a</p><script>alert(1)</script><style>b{}</style><p>c</p>", 100) == "a c"
