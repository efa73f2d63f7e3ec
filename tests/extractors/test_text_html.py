from datetime import UTC, date, datetime

import pytest

from extractors.text import extract_text, is_html
from vocabulary.documents import CleanText, RawDocument
from vocabulary.errors import TextError
from vocabulary.words import DocumentOutcome, PublishedBasis

NOW = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)

PARAGRAPHS = (
    "The island's harbour board voted on Tuesday to widen the northern pier, Mayor Lena Holm told the assembly in Port Vale.",
    "Residents of Port Vale have asked for the wider pier since the storm that closed the harbour for eleven days last winter.",
    "Mayor Holm said that the work would start once the council had agreed on the money, which should be known before the summer.",
    "The ferry owners, who pay most of the fees, have called the plan too dear and want a smaller one that spares the old quay.",
)
NAVIGATION = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/w'>World</a></li><li><a href='/s'>Sport</a></li></ul></nav>"
RELATED = (
    "<aside class='related'><h3>Related Posts</h3><ul><li><a href='/a'>Moon festival draws crowds</a></li>"
    "<li><a href='/b'>Grey whales return to the bay after forty years</a></li></ul></aside>"
)
FORM = (
    "<section id='comments'><h3>Submit a Comment</h3><form><p>Your email address will not be published.</p>"
    "<textarea></textarea><button>Post Comment</button></form></section>"
)


def make_page(
    body: str = "", *, head: str = "", title: str = "Port Vale votes for a wider pier", extra: str = "", charset: str | None = "utf-8"
) -> str:
    meta = f"<meta charset='{charset}'>" if charset else ""
    inner = body or "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html lang='en'><head>{meta}<title>{title} | Harbour News</title>{head}</head><body><header>{NAVIGATION}</header>"
        f"<main><article><h1>{title}</h1>{inner}</article></main>{extra}"
        "<footer><p>© 2025 Harbour News. All rights reserved.</p></footer></body></html>"
    )


def make_raw(
    content: bytes, *, media_type: str = "text/html", charset: str | None = None, url: str = "https://harbour.example/pier"
) -> RawDocument:
    return RawDocument(
        document_id="d",
        url=url,
        final_url=url,
        outlet="Test",
        media_type=media_type,
        charset=charset,
        content=content,
        raw_sha256="0" * 64,
        seen_at=NOW,
    )


def clean(html: str, *, encoding: str = "utf-8", media_type: str = "text/html", charset: str | None = None) -> CleanText:
    return extract_text(make_raw(html.encode(encoding), media_type=media_type, charset=charset))


def test_page_gives_the_article_only() -> None:
    found = clean(make_page(extra=RELATED + FORM))
    assert found.text == "\n\n".join(PARAGRAPHS)
    assert found.title == "Port Vale votes for a wider pier"
    assert found.language == "en"
    assert not found.encoding_suspect


def test_form_and_teasers_within_the_article_go() -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + f"<p>Share this article</p>{RELATED}{FORM}"
    assert clean(make_page(body)).text == "\n\n".join(PARAGRAPHS)


def test_subheads_and_lists_stay() -> None:
    body = f"<p>{PARAGRAPHS[0]}</p><h2>Who pays?</h2><p>{PARAGRAPHS[1]}</p><ul><li>Forty boats moor there.</li></ul><p>{PARAGRAPHS[2]}</p>"
    lines = clean(make_page(body)).text.split("\n\n")
    assert lines == [PARAGRAPHS[0], "Who pays?", PARAGRAPHS[1], "Forty boats moor there.", PARAGRAPHS[2]]


def test_page_facts() -> None:
    head = (
        "<meta property='og:site_name' content='Harbour News'><meta property='og:title' content='Port Vale votes for a wider pier'>"
        "<meta property='article:published_time' content='2025-05-27T18:00:00Z'>"
    )
    found = clean(make_page(head=head))
    assert (found.outlet, found.published_on, found.published_basis) == ("Harbour News", date(2025, 5, 27), PublishedBasis.PAGE)


@pytest.mark.parametrize("day", ["2031-01-01", "1970-01-01", "0001-01-01", "not a date"])
def test_impossible_page_date_is_none(day: str) -> None:
    found = clean(make_page(head=f"<meta property='article:published_time' content='{day}'>"))
    assert (found.published_on, found.published_basis) == (None, PublishedBasis.SEEN)


def test_date_depends_on_when_it_was_read_and_not_on_the_clock() -> None:
    html = make_page(head="<meta property='article:published_time' content='2031-01-01T08:00:00Z'>").encode()
    later = make_raw(html).model_copy(update={"seen_at": datetime(2031, 1, 2, tzinfo=UTC)})
    assert extract_text(later).published_on == date(2031, 1, 1)


def test_published_line_of_the_body_is_read_and_left_out() -> None:
    found = clean(make_page(f"<p>Published: 2025-05-27</p><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>"))
    assert "Published" not in found.text
    assert found.published_on == date(2025, 5, 27)


@pytest.mark.parametrize(
    ("text", "media_type", "expected"),
    [
        pytest.param("<!DOCTYPE html><html></html>", "text/plain", True, id="html-in-a-txt-file"),
        pytest.param("  \n<?xml version='1.0'?><html xmlns='x'>", "text/plain", True, id="xhtml"),
        pytest.param("<!-- saved --><HTML><BODY>", "text/plain", True, id="comment-first"),
        pytest.param("A pier.\n\nIt is wide.", "text/html", False, id="plain-words-sent-as-html"),
        pytest.param("<p>A pier.</p>", "text/html", True, id="fragment-sent-as-html"),
        pytest.param("The tag <p> opens a paragraph.", "text/plain", False, id="text-about-a-tag"),
        pytest.param("# A pier\n\nSome **bold** words <br> here", "text/markdown", False, id="markdown-with-a-tag"),
    ],
)
def test_html_is_told_by_what_it_holds(text: str, media_type: str, expected: bool) -> None:
    assert is_html(text, media_type) is expected


def test_html_in_a_text_file_is_read_as_html() -> None:
    assert clean(make_page(), media_type="text/plain").text == "\n\n".join(PARAGRAPHS)


ENCODED = {
    "header": ("windows-1252", "windows-1252", None, False),
    "meta": ("windows-1252", None, "windows-1252", False),
    "header-says-utf-8-wrongly": ("windows-1252", "utf-8", "windows-1252", True),
    "meta-says-utf-8-wrongly": ("windows-1252", None, "utf-8", True),
    "declared-cyrillic-but-utf-8": ("utf-8", "windows-1251", None, True),
    "nothing-said": ("windows-1252", None, None, True),
    "nothing-said-utf-8": ("utf-8", None, None, False),
    "latin-1-means-windows-1252": ("windows-1252", "iso-8859-1", None, False),
}


@pytest.mark.parametrize(("encoding", "charset", "meta", "suspect"), [pytest.param(*case, id=name) for name, case in ENCODED.items()])
def test_encoding_of_a_page(encoding: str, charset: str | None, meta: str | None, suspect: bool) -> None:
    line = "The café of Björn Çelik “at the pier” – a naïve dream – has closed its doors for good, he told the harbour board."
    found = clean(make_page("".join(f"<p>{text}</p>" for text in (*PARAGRAPHS, line)), charset=meta), encoding=encoding, charset=charset)
    assert found.text.endswith(line)
    assert found.encoding_suspect is suspect


def test_xml_declaration_of_another_character_set_does_no_harm() -> None:
    html = '<?xml version="1.0" encoding="windows-1251"?>' + make_page(charset=None)
    assert clean(html).text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<html><body></body></html>", id="empty-body"),
        pytest.param("<html><body><div id='root'></div><script>start()</script></body></html>", id="built-by-scripts"),
        pytest.param("<html><body>" + "<div>" * 3000 + "deep" + "</div>" * 3000 + "</body></html>", id="too-deep"),
    ],
)
def test_page_without_article(html: str) -> None:
    with pytest.raises(TextError) as caught:
        clean(html)
    assert caught.value.outcome is DocumentOutcome.NO_TEXT


def test_lone_surrogates_and_nulls_of_a_page_are_cleaned() -> None:
    script = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A pier \\ud800", "datePublished": "2025-05-27"}</script>'
    )
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + "<p>The mayor&#0; of the&#xD800; town\x00 said it was enough.</p>"
    found = clean(make_page(body, head=script))
    for value in (found.text, found.title):
        assert value.encode("utf-8").decode("utf-8") == value
        assert "\x00" not in value
    assert "of the" in found.text


def test_pages_do_not_remember_each_other() -> None:
    first, other = make_page(), make_page("".join(f"<p>{text}</p>" for text in reversed(PARAGRAPHS)))
    alone = clean(first)
    for _ in range(4):
        clean(other)
        assert clean(first) == alone
