"""Walls, shells and errors are told from articles, and articles about them pass."""

import pytest
from test_text_html import make_raw
from wall_pages import AROUND, article_page, wall_articles, wall_pages

from extractors.boilerplate import bare, fold
from extractors.text import extract_text
from extractors.walls import KINDS, load_phrases
from vocabulary.errors import TextError
from vocabulary.words import DocumentOutcome

WALLS = [(name, page, word) for word in (DocumentOutcome.BLOCKED, DocumentOutcome.NO_TEXT) for name, page in wall_pages(word).items()]
ARTICLES = wall_articles()


@pytest.mark.parametrize(("page", "outcome"), [pytest.param(page, word, id=name) for name, page, word in WALLS])
def test_row_36_a_wall_is_told_from_an_article(page: str, outcome: DocumentOutcome) -> None:
    with pytest.raises(TextError) as caught:
        extract_text(make_raw(page.encode()))
    assert caught.value.outcome is outcome


@pytest.mark.parametrize("around", list(AROUND))
@pytest.mark.parametrize("name", list(ARTICLES))
def test_row_36_an_article_about_walls_passes(name: str, around: str) -> None:
    title, paragraphs = ARTICLES[name]
    found = extract_text(make_raw(article_page(title, paragraphs, AROUND[around]).encode()))
    assert [line for line in paragraphs if line not in found.text] == []


@pytest.mark.parametrize("name", list(ARTICLES))
def test_row_36_the_same_without_markup(name: str) -> None:
    title, paragraphs = ARTICLES[name]
    text = "\n\n".join((title, *paragraphs))
    found = extract_text(make_raw(text.encode(), media_type="text/plain"))
    assert [line for line in paragraphs if line not in found.text] == []


def test_there_are_forty_of_each_and_every_kind_is_tried() -> None:
    assert len(WALLS) >= 40
    assert len(ARTICLES) >= 40
    assert {name.partition("-")[0] for name, _, _ in WALLS} == {"bot", "consent", "pay", "script", "error"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_phrase_is_written_as_it_is_compared(kind: str) -> None:
    data = load_phrases()[kind]
    assert [title for title in data["titles"] if bare(title) != title] == []
    assert [text for name in ("phrases", "topics", "starts", "stubs") for text in data.get(name, []) if fold(text) != text.strip()] == []
