"""A feed's own text against its page's, character sets by who names them, and rows that the faults of pages are told by."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from test_text_html import PARAGRAPHS, make_page, make_raw

from extractors.documents import make_document
from extractors.text import extract_text, may_be_page
from vocabulary.documents import CleanText, RawDocument
from vocabulary.errors import TextError
from vocabulary.identity import sha256_hex
from vocabulary.words import DocumentOutcome

MORE = "The harbour master, who had spoken against the plan in spring, said that he would not stand in its way any longer."
WALL = "<html><head><title>Just a moment...</title></head><body><p>Checking your browser before accessing the site.</p></body></html>"


def in_feed(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def make_fed(page: str, feed_html: str, **changes: object) -> RawDocument:
    raw = make_raw(page.encode())
    return raw.model_copy(update={"feed_html": feed_html, "raw_sha256": sha256_hex(raw.content), "feed_id": "harbour", **changes})


def test_a_longer_text_of_the_feed_is_used_and_facts_are_the_pages() -> None:
    page = make_page(in_feed(*PARAGRAPHS[:2]), head="<meta property='article:published_time' content='2025-05-27T18:00:00Z'>")
    raw = make_fed(page, in_feed(*PARAGRAPHS, MORE))
    found = extract_text(raw)
    assert found.text.split("\n\n") == [*PARAGRAPHS, MORE]
    assert found.from_feed
    assert str(found.published_on) == "2025-05-27"
    assert make_document(raw, found, timezone=ZoneInfo("UTC")).raw_sha256 == sha256_hex(raw.feed_html.encode())


@pytest.mark.parametrize(
    "feed_html",
    [
        pytest.param(in_feed(PARAGRAPHS[0]), id="shorter"),
        pytest.param(in_feed(*PARAGRAPHS), id="the-same"),
        pytest.param("", id="none"),
        pytest.param("<script>" + "var x = 1;" * 500 + "</script>", id="scripts"),
        pytest.param("<img src='/a.jpg'>" * 50, id="pictures"),
        pytest.param(in_feed(*PARAGRAPHS, MORE, MORE.replace("spring", "winter") + " He went on to say that […]"), id="breaks-off"),
        pytest.param("\x00<p <<&&&" * 300, id="broken-markup"),
    ],
)
def test_the_page_is_used_where_the_feed_has_no_more(feed_html: str) -> None:
    raw = make_fed(make_page(), feed_html)
    found = extract_text(raw)
    assert (found.text, found.from_feed) == ("\n\n".join(PARAGRAPHS), False)
    assert make_document(raw, found, timezone=ZoneInfo("UTC")).raw_sha256 == sha256_hex(raw.content)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(WALL, id="wall"),
        pytest.param("<html><body><div id='root'></div></body></html>", id="scripts"),
        pytest.param(" ", id="empty"),
    ],
)
def test_the_feeds_text_helps_where_the_page_has_none(page: str) -> None:
    found = extract_text(make_fed(page, in_feed(*PARAGRAPHS)))
    assert found.text.split("\n\n") == list(PARAGRAPHS)
    assert found.from_feed


def test_a_teaser_of_the_feed_is_no_article() -> None:
    with pytest.raises(TextError) as caught:
        extract_text(make_fed(WALL, "<p>The board voted on Tuesday to widen the pier and ... </p>"))
    assert caught.value.outcome is DocumentOutcome.BLOCKED


def test_the_final_address_and_the_bytes_are_told() -> None:
    raw = make_raw(make_page().encode()).model_copy(update={"final_url": "https://harbour.example/news/pier", "raw_sha256": "ab" * 32})
    document = make_document(raw, extract_text(raw), timezone=ZoneInfo("UTC"))
    assert (document.url, document.final_url, document.raw_sha256) == (raw.url, "https://harbour.example/news/pier", "ab" * 32)


LINE = "Каварна і гавань чекаюць на рашэнне, сказаў ён, а потым змоўк на цэлую хвіліну і паглядзеў на мора."
CYRILLIC = (LINE, LINE.replace("Каварна", "Крама"), LINE.replace("мора", "неба"))
# header, meta, encoding of the bytes, whether the text is suspect: header beats meta beats detection, and the bytes beat a lie
NAMED = {
    "header-alone": ("windows-1251", None, "windows-1251", False),
    "meta-alone": (None, "windows-1251", "windows-1251", False),
    "header-over-meta": ("windows-1251", "koi8-r", "windows-1251", False),
    "meta-where-the-header-cannot-be": ("utf-8", "windows-1251", "windows-1251", True),
    "no-name": (None, None, "windows-1251", True),
    "utf-8-under-another-name": ("windows-1251", None, "utf-8", True),
    "utf-16-without-a-mark": (None, None, "utf-16-le", True),
    "unknown-name": ("x-no-such-set", None, "utf-8", False),
}


@pytest.mark.parametrize(("header", "meta", "encoding", "suspect"), [pytest.param(*case, id=name) for name, case in NAMED.items()])
def test_row_21_character_set_by_header_meta_and_detection(header: str | None, meta: str | None, encoding: str, suspect: bool) -> None:
    html = make_page("".join(f"<p>{line.replace('і', 'и').replace('ў', 'у')}</p>" for line in CYRILLIC), charset=meta, title="Гавань")
    found = extract_text(make_raw(html.encode(encoding), charset=header))
    assert found.text.split("\n\n") == [line.replace("і", "и").replace("ў", "у") for line in CYRILLIC]
    assert found.encoding_suspect is suspect


def test_row_22_lone_surrogates_and_nul_are_cleaned_before_they_are_stored() -> None:
    script = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A pier \\ud800", "author": "B\\udfff"}</script>'
    body = in_feed(*PARAGRAPHS, "The mayor&#0; of the&#xD800; town\x00 said so.")
    raw = make_fed(make_page(body, head=script), in_feed(*PARAGRAPHS, f"{MORE}\ud800\x00", MORE.replace("spring", "May\udc00")))
    document = make_document(raw.model_copy(update={"title": "Pier \ud800\x00 voted"}), extract_text(raw), timezone=ZoneInfo("UTC"))
    stored = document.model_dump_json()
    assert "\\u0000" not in stored
    assert document.text.encode("utf-8").decode("utf-8") == document.text


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            "<html><body>" + "<div>" * 255 + "".join(f"<p>{p}</p>" for p in PARAGRAPHS) + "</div>" * 255 + "</body></html>", id="255-deep"
        ),
        pytest.param(f"<html><body><article>{in_feed(*PARAGRAPHS)}</article>{'<i>x</i>' * 20_000}</body></html>", id="20000-tags-after-it"),
        pytest.param(f"<html><body><article>{in_feed(*PARAGRAPHS)}", id="cut-off"),
    ],
)
def test_row_37_odd_pages_give_their_text_or_no_text(page: str) -> None:
    try:
        found: CleanText | DocumentOutcome = extract_text(make_raw(page.encode()))
    except TextError as error:
        found = error.outcome
    assert found is DocumentOutcome.NO_TEXT or (isinstance(found, CleanText) and PARAGRAPHS[0] in found.text)


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [
        pytest.param(b"A pier is a wall in the sea.", "text/plain", False, id="text"),
        pytest.param(b"A pier is a wall in the sea.", "text/html", True, id="sent-as-html"),
        pytest.param(b"<!DOCTYPE html><p>A pier", "text/plain", True, id="html"),
        pytest.param("<!DOCTYPE html><p>A pier".encode("utf-16"), "text/plain", True, id="html-of-two-bytes"),
        pytest.param(b"# A pier\n\nWhere x < y and <b> is a tag", "text/markdown", False, id="markdown"),
        pytest.param(b"", "text/plain", False, id="nothing"),
    ],
)
def test_what_may_be_a_page(content: bytes, media_type: str, expected: bool) -> None:
    assert may_be_page(make_raw(content, media_type=media_type)) is expected
    assert may_be_page(make_raw(content, media_type=media_type).model_copy(update={"feed_html": "<p>x</p>"}))


def test_seen_at_is_all_that_a_page_depends_on_beside_its_bytes() -> None:
    raw = make_raw(make_page().encode())
    assert extract_text(raw) == extract_text(raw.model_copy(update={"seen_at": datetime(2025, 6, 3, tzinfo=UTC)}))
