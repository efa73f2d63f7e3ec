"""What a page says of itself: dates that it writes and no others, a title without scripts, signs that are its own."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trafilatura import extract_metadata, load_html

from extractors.date_page import hide_impossible, is_written
from extractors.date_words import MONTHS
from extractors.text import _read_metadata, extract_text
from vocabulary.documents import CleanText, RawDocument
from vocabulary.words import PublishedBasis

NOW = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)
TITLE = "Port Vale votes for a wider pier"
PARAGRAPHS = (
    "The island's harbour board voted on Tuesday to widen the northern pier, Mayor Lena Holm told the assembly in Port Vale.",
    "Residents of Port Vale have asked for the wider pier since the storm that closed the harbour for eleven days last winter.",
    "Mayor Holm said that the work would start once the council had agreed on the money, which should be known before the summer.",
)
MONTH_DAY = date(2025, 5, 27)


def make_page(*, head: str = "", before: str = "", after: str = "", h1: str = TITLE, title: str = TITLE) -> str:
    paragraphs = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head>"
        f"<body><main><article><h1>{h1}</h1>{before}{paragraphs}{after}</article></main></body></html>"
    )


def clean(html: str, *, url: str = "https://harbour.example/pier") -> CleanText:
    raw = RawDocument(
        document_id="d",
        url=url,
        final_url=url,
        outlet="Test",
        media_type="text/html",
        content=html.encode(),
        raw_sha256="0" * 64,
        seen_at=NOW,
        feed_id="post",
    )
    return extract_text(raw)


def dated_page(where: str, day: str) -> str:
    match where:
        case "meta":
            return make_page(head=f"<meta property='article:published_time' content='{day}'>")
        case "time":
            return make_page(before=f"<time datetime='{day}'>then</time>")
        case "json":
            return make_page(head=f'<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": "{day}"}}</script>')
        case _:
            return make_page(before=f"<p class='date'>{day}</p>")


PLACES = ("meta", "time", "json", "shown")
IMPOSSIBLE = (
    "2025-02-31",
    "2025-02-31T10:00:00Z",
    "2025-02-41",
    "2025-02-311",
    "2025-13-05",
    "2025-00-10",
    "2025/02/31",
    "31/02/2025",
    "31.02.2025",
    "31 February 2025",
    "41 February 2025",
    "February 30, 2025",
    "20250231",
    "0000-00-00",
    "2025-02",
    "02/2025",
    "2025 February",
)


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("day", IMPOSSIBLE)
def test_a_date_that_cannot_be_is_no_other_date(where: str, day: str) -> None:
    found = clean(dated_page(where, day))
    assert (found.published_on, found.published_basis) == (None, PublishedBasis.SEEN)


WRITTEN = (
    "2025-05-27",
    "2025-05-27T23:30:00-05:00",
    "2025-05-27 10:00:00",
    "2025/05/27",
    "27/05/2025",
    "27.05.2025",
    "27 May 2025",
    "27th of May 2025",
    "May 27, 2025",
    "Tuesday, May 27, 2025 at 10:15 am",
    "20250527",
    "20250527T101500",
)


@pytest.mark.parametrize("where", ["meta", "time", "shown"])
@pytest.mark.parametrize("day", WRITTEN)
def test_a_date_that_a_page_writes_is_read(where: str, day: str) -> None:
    found = clean(dated_page(where, day))
    assert (found.published_on, found.published_basis) == (MONTH_DAY, PublishedBasis.PAGE)


BAD = "<meta property='article:published_time' content='2025-02-31T10:00:00Z'>"
GOOD_JSON = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2025-05-27"}</script>'
BYLINE = "<p>by Ada Quill | May 27, 2025 | 0 comments</p>"
FALLS = {
    "other-metadata": (BAD + GOOD_JSON, "", "https://harbour.example/pier", PublishedBasis.PAGE),
    "address": (BAD, "", "https://harbour.example/2025/05/27/pier", PublishedBasis.PAGE),
    "address-that-cannot-be": (BAD, BYLINE, "https://harbour.example/2025/02/31/pier", PublishedBasis.TEXT),
    "time-element": (BAD, "<time datetime='2025-05-27'>then</time>", "https://harbour.example/pier", PublishedBasis.PAGE),
    "byline": (BAD, BYLINE, "https://harbour.example/pier", PublishedBasis.TEXT),
}


@pytest.mark.parametrize(("head", "before", "url", "basis"), FALLS.values(), ids=FALLS.keys())
def test_the_next_source_of_a_date_is_asked(head: str, before: str, url: str, basis: PublishedBasis) -> None:
    found = clean(make_page(head=head, before=before), url=url)
    assert (found.published_on, found.published_basis) == (MONTH_DAY, basis)


def test_impossible_dates_stay_in_the_text() -> None:
    line = "The plan of the council bears the date 31 February 2025, which made the whole assembly of Port Vale laugh."
    assert clean(make_page(after=f"<p>{line}</p>")).text.endswith(line)


@pytest.mark.parametrize(
    ("source", "hidden"),
    [
        ("a 2025-02-31 b", "a  b"),
        ("<time datetime='2025-02'>", "<time datetime=''>"),
        ('<meta content="2025-02" name="x">', '<meta content="" name="x">'),
        ("29 February 2025 and Feb 30, 2024", " and Feb "),
        ("31\u00a0April\u00a02025", ""),
    ],
)
def test_impossible_dates_are_hidden(source: str, hidden: str) -> None:
    assert hide_impossible(source) == hidden


@pytest.mark.parametrize(
    "source",
    [
        "29 February 2024",
        "2024-02-29T10:00",
        "13/04/2025",
        "04/13/2025",
        "04.13.2025",
        "1231 April 2025",
        "room 31, 2025",
        "10_11_2025",
        "2025-02-1999",
        "31 Augu\u017ft 2025x",
        "v1.2.2025",
        "12025-02-31",
        "2025-02",
    ],
)
def test_everything_else_stays(source: str) -> None:
    assert hide_impossible(source) == source


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-02",
        "2025-3-2",
        "20250302101500",
        "2/3/25",
        "03.02.2025",
        "2 March 2025",
        "2nd of March, 2025",
        "Mar. 2, 2025",
        "2&nbsp;March 2025",
    ],
)
def test_a_day_that_is_written(text: str) -> None:
    assert is_written(date(2025, 3, 2), text)


@pytest.mark.parametrize("text", ["", "2025-03", "March 2025", "22 March 2025", "2025-03-21", "12/3/2025", "2 March 2024", "2 May 2025"])
def test_a_day_that_is_not_written(text: str) -> None:
    assert not is_written(date(2025, 3, 2), text)


PIECES = (
    *MONTHS,
    *(name[:3] for name in MONTHS),
    "Sept",
    "maY",
    "ſeptember",
    "of",
    "st",
    "nd",
    "rd",
    "th",
    "&nbsp;",
    "&#160;",
    "\u00a0",
    " ",
    "-",
    "/",
)
GAP = r"(?:[\s-]|&nbsp;|&#160;){1,4}"


def writes_plainly(day: date, text: str) -> bool:
    """Tell whether a text gives a day, by one pattern for each form that is tried at every character."""
    y, m, d = f"{day.year}", f"0?{day.month}", f"0?{day.day}"
    full = MONTHS[day.month - 1]
    name = f"(?:{full}|{full[:3]}t?)"
    forms = (
        rf"(?<!\d){y}[-/._]{m}[-/._]{d}(?!\d)",
        rf"(?<!\d){day:%Y%m%d}",
        rf"(?<!\d)(?:{d}[-/.]{m}|{m}[-/.]{d})[-/.](?:{y}|{y[2:]})(?!\d)",
        rf"(?<!\d){d}(?:st|nd|rd|th)?\.?{GAP}(?:of{GAP})?{name}[,.]?{GAP}{y}(?!\d)",
        rf"{name}\.?{GAP}{d}(?:st|nd|rd|th)?,?{GAP}{y}(?!\d)",
    )
    return any(re.search(form, text, re.IGNORECASE) for form in forms)


@given(
    day=st.dates(date(1990, 1, 1), date(2030, 12, 31)),
    pieces=st.lists(st.sampled_from([*PIECES, ".", ",", "_", "0", "1", "x", "YEAR", "yy", "MONTH", "DAY", "NAME"]), max_size=14),
)
def test_a_day_is_found_as_plain_patterns_find_it(day: date, pieces: list[str]) -> None:
    own = {"YEAR": f"{day.year}", "yy": f"{day.year}"[2:], "MONTH": f"{day.month}", "DAY": f"{day.day}", "NAME": MONTHS[day.month - 1]}
    text = "".join(own.get(piece, piece) for piece in pieces)
    assert is_written(day, text) == writes_plainly(day, text)


RULES = {"original_date": True, "extensive_search": False, "max_date": "2025-06-03"}
SELF_NAMED = {
    "nothing": {},
    "open-graph": {
        "head": "<meta property='og:title' content='The pier'><meta property='og:site_name' content='the post'>"
        "<meta property='og:url' content='https://post.example/a'>"
    },
    "twitter": {"head": "<meta name='twitter:title' content='The pier'><meta name='twitter:site' content='@post'>"},
    "json": {
        "head": '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "The pier",'
        ' "datePublished": "2025-05-27T10:00:00Z", "author": {"name": "Ann Lee"},'
        ' "publisher": {"@type": "Organization", "name": "The Post"}}</script>'
    },
    "broken-json": {"head": '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "The </script>'},
    "canonical-address": {"head": "<link rel='canonical' href='/a/2025/05/27/pier'>"},
    "site-in-the-title": {"h1": "", "title": f"{TITLE} - post.example"},
    "many-headings": {"after": "<h1>More</h1><h1>Other</h1>"},
    "a-time": {"before": "<time datetime='2025-05-27T08:00'>Tuesday</time><span class='author'>By Ann Lee</span>"},
    "keywords": {"head": "<meta name='keywords' content='pier, harbour'><meta name='author' content='Ann Lee'>"},
    "headline-of-many-blanks": {"h1": "The&nbsp;  pier &amp;amp; the \x0b harbour"},
}


@pytest.mark.parametrize("url", [None, "https://harbour.example/2025/05/26/pier"], ids=["no-address", "address"])
@pytest.mark.parametrize("case", SELF_NAMED)
def test_a_pages_facts_are_those_of_trafilatura(case: str, url: str | None) -> None:
    html = make_page(**SELF_NAMED[case])
    whole = extract_metadata(html, url, RULES)
    read = _read_metadata(load_html(html), url, date(2025, 6, 3))
    assert read is not None
    assert (read.title, read.date, read.sitename, read.url) == (whole.title, whole.date, whole.sitename, whole.url)
    assert not read.categories  # not asked for


SCRIPT = "<script>var board = 'x < 1';</script>"
TITLES = {
    "script-in-the-headline": {"h1": f"Port Vale votes{SCRIPT} for a wider pier"},
    "style-in-the-headline": {"h1": f"<style>.a {{ color: red }}</style>{TITLE}"},
    "icon-in-the-headline": {"h1": f"<svg><title>Share</title></svg>{TITLE}"},
    "nested": {"h1": f"<span>{SCRIPT}Port Vale votes</span> for a wider pier<noscript>on</noscript>"},
    "script-in-the-title": {"h1": "", "title": "Port Vale votes <script>var board = 1;</script>for a wider pier"},
    "marks-in-the-title": {"head": "<meta property='og:title' content='Port Vale &lt;em&gt;votes&lt;/em&gt; for a wider pier'>"},
}


@pytest.mark.parametrize("parts", TITLES.values(), ids=TITLES.keys())
def test_a_title_is_words(parts: dict[str, str]) -> None:
    found = clean(make_page(**parts))
    assert found.title == TITLE
    assert found.text == "\n\n".join(PARAGRAPHS)


SIGNS = (
    "The clerk wrote [pier](https://harbour.example/pier) and **not** one word _more_ on the board of the harbour that day.",
    "# 5 is the number of the pier that the board of Port Vale wants to widen before the summer, said the mayor of the town.",
    "> 40 boats moor there, which is more than the harbour of Port Vale was ever built for, the mayor of the town has said.",
    "The clerk of the board teaches that <b> makes a word bold on a page and that __init__ is a name in a program of his.",
)


@pytest.mark.parametrize("line", SIGNS)
def test_signs_of_a_page_are_its_own(line: str) -> None:
    written = line.replace("<", "&lt;").replace(">", "&gt;")
    assert clean(make_page(after=f"<p>{written}</p>")).text.split("\n\n") == [*PARAGRAPHS, line]


def test_list_items_of_a_page_lose_their_mark() -> None:
    after = "<ul><li>Forty boats moor there.</li><li>Nine are ferries.</li></ul>"
    assert clean(make_page(after=after)).text.split("\n\n")[-2:] == ["Forty boats moor there.", "Nine are ferries."]
