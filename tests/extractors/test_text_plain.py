import re
from datetime import UTC, date, datetime

import pytest

from extractors.text import extract_text
from vocabulary.documents import CleanText, RawDocument
from vocabulary.errors import TextError
from vocabulary.identity import content_id, sha256_hex
from vocabulary.words import DocumentOutcome, PublishedBasis

NOW = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)

LEAD = "The island's harbour board voted on Tuesday to widen the northern pier, Mayor Lena Holm told the assembly in Port Vale."
SECOND = "Residents of Port Vale have asked for the wider pier since the storm that closed the harbour for eleven days."
THIRD = "Mayor Holm said that the work in Port Vale would start once the council had agreed on the money it needs."


def make_raw(text: str | bytes, *, title: str = "", media_type: str = "text/plain", charset: str | None = None) -> RawDocument:
    content = text if isinstance(text, bytes) else text.encode()
    return RawDocument(
        document_id=content_id("test"),
        url="seed:test",
        final_url="seed:test",
        outlet="Test",
        title=title,
        media_type=media_type,
        charset=charset,
        content=content,
        raw_sha256=sha256_hex(content),
        seen_at=NOW,
    )


def clean(text: str | bytes, *, title: str = "") -> CleanText:
    return extract_text(make_raw(text, title=title))


def page(*blocks: str) -> str:
    return "\n\n".join(blocks)


# Lines around an article, of kinds seen on news pages; each stands between the first and the second paragraph.
CLUTTER = {
    "loader": "loader image",
    "advertisement": "ADVERTISEMENT",
    "story-continues": "Story continues below advertisement",
    "share": "Share this article",
    "share-button": "Facebook",
    "newsletter": "Sign up for our morning newsletter and get the harbour news in your inbox.",
    "subscribe": "Subscribe to our channel for more.",
    "cookie": "We use cookies to give you the best experience on our website.",
    "cookie-buttons": "Accept all cookies",
    "read-more": "Read more: Why the old lighthouse keeps its lamp",
    "also-read": "ALSO READ | The ferry that never sailed",
    "related-inline": "Related: A short history of piers",
    "watch": "WATCH: Drone footage of the northern pier",
    "min-read": "4 min read",
    "updated": "Updated: 1 June 2025 at 10:45 am",
    "clock": "Mon, Jun 02 | 8:15 am",
    "photo-credit": "Boats in the harbour at dawn (AP Photo/Ada Quill)",
    "getty": "Boats in the harbour at dawn. Ada Quill/Getty Images",
    "file-photo": "FILE - Mayor Lena Holm speaks at the pier in May, 2024.",
    "url": "https://harbour.example/pier",
    "handle": "@PortValeNews",
    "tags": "Tags: harbour, pier",
    "copyright": "© 2025 Harbour News. All rights reserved.",
    "click-here": "Click here to see the plans of the pier.",
    "follow": "Follow us on social media",
    "listen": "Listen to this article",
    "link-only": "[The ferry that never sailed after the storm](https://harbour.example/ferry)",
    "reporting-by": "Reporting by Ada Quill; editing by Jon Marsh",
    "rule": "* * *",
    "image": "![A pier](https://harbour.example/pier.jpg)",
    "published": "Published: 2025-05-30",
}


@pytest.mark.parametrize("line", [pytest.param(line, id=name) for name, line in CLUTTER.items()])
def test_clutter_between_paragraphs_goes(line: str) -> None:
    found = clean(page("Port Vale votes for a wider pier", LEAD, line, SECOND, THIRD))
    assert found.text.split("\n\n") == [LEAD, SECOND, THIRD]


# Sentences that begin like clutter but belong to the article.
KEPT = {
    "share-of": "Share prices of the three ferry companies fell after the vote in Port Vale was known, traders said.",
    "published-report": "Published accounts of the storm say that the harbour lost nine of its forty boats in a single night.",
    "follow-vote": "Follow the money, the opposition said, and the pier leads to the owners of the three ferry companies in the bay.",
    "more-than": "More than forty boats were moved on Monday.",
    "comments-said": "Comments by the mayor were met with applause.",
    "watch-verb": "Watch keepers saw the wave first, and they rang the bell of the lighthouse until the last boat had come home.",
    "subhead": "What the council wants",
    "question": "Who pays for the pier?",
    "quoted-word": '"Never again"',
    "short-answer": "Nobody knows.",
    "by-weekday": "By Thursday evening the boats were back.",
    "date-entry": "3 May",
    "advert-word": "The board paid for an advertisement in the national papers that promised an end of the work before the storms.",
    "contributed": "Fishermen contributed to the fund, which now holds two million crowns.",
}


@pytest.mark.parametrize("line", [pytest.param(line, id=name) for name, line in KEPT.items()])
def test_sentences_like_clutter_stay(line: str) -> None:
    found = clean(page("Port Vale votes for a wider pier", LEAD, line, SECOND, THIRD))
    assert found.text.split("\n\n") == [LEAD, line, SECOND, THIRD]


def test_comment_form_and_teasers_go_to_the_end() -> None:
    form = [
        "2 Comments",
        "Leave a Reply",
        "Required fields are marked *",
        "text",
        "\u00a0",
        "text",
    ]
    teasers = ["Related Posts", "Blue moss", "Blue moss", "Blue moss is a plant of the wet north that covers the walls of wells and..."]
    found = clean(
        page(LEAD, SECOND, *form, *teasers, "The bay ends whaling", "In a bold step the bay has ended whaling, a trade which for two...")
    )
    assert found.text.split("\n\n") == [LEAD, SECOND]
    assert "Leave a Reply" in found.removed
    assert not any("moss" in line for line in found.text.splitlines())


@pytest.mark.parametrize(
    "marker",
    ["Related Posts", "Leave a Reply", "0 Comments", "You may also like", "Most read", "More from this section", "**Recommended for you**"],
)
def test_teasers_with_full_sentences_go_too(marker: str) -> None:
    teaser = "The moon festival drew nine thousand guests to the southern shore, where lanterns burned until the small hours."
    found = clean(
        page(LEAD, SECOND, marker, "Moon festival draws crowds", teaser, "Whales return", "Grey whales came back to the bay this spring.")
    )
    assert found.text.split("\n\n") == [LEAD, SECOND]


def test_article_goes_on_after_a_box_of_related_stories() -> None:
    goes_on = "The council of Port Vale, led by Mayor Holm, has asked three builders for offers and will open them in the summer."
    found = clean(page(LEAD, SECOND, "Related stories", "Moon festival draws crowds", "Whales return to the bay", THIRD, goes_on))
    assert found.text.split("\n\n") == [LEAD, SECOND, THIRD, goes_on]


def test_comments_that_speak_of_the_article_stay_out() -> None:
    comments = ["Mayor Holm of Port Vale should resign at once, for the pier is far too dear for a town of that size.", "Agreed!"]
    found = clean(page(LEAD, SECOND, "2 Comments", "Leave a comment", *comments))
    assert found.text.split("\n\n") == [LEAD, SECOND]


def test_teasers_without_a_marker_at_the_end_go() -> None:
    found = clean(
        page(LEAD, SECOND, THIRD, "Moon festival draws crowds", "The moon festival drew nine thousand guests to the shore, where…")
    )
    assert found.text.split("\n\n") == [LEAD, SECOND, THIRD]


def test_marker_before_the_article_is_only_a_line() -> None:
    found = clean(page("Port Vale votes for a wider pier", "by Ada Quill | Jun 1, 2025 | 0 comments", "Comments", LEAD, SECOND))
    assert (found.title, found.text.split("\n\n")) == ("Port Vale votes for a wider pier", [LEAD, SECOND])


def test_markdown_marks_go_and_words_stay() -> None:
    source = page(
        "# Port Vale votes for a wider *pier*",
        "The **board** voted on Tuesday to widen the [northern pier](https://harbour.example/pier), the __mayor__ told *the assembly*.",
        "## What the council wants",
        "> The pier is our road to the world, the mayor told the guests who had come to the old town hall.",
        "- Forty boats moor there.",
        "2 * 3 boats and snake_case_names stay as they are, said the clerk who counts the boats of the harbour.",
    )
    found = clean(source)
    assert found.title == "Port Vale votes for a wider pier"
    assert found.text.split("\n\n") == [
        "The board voted on Tuesday to widen the northern pier, the mayor told the assembly.",
        "What the council wants",
        "The pier is our road to the world, the mayor told the guests who had come to the old town hall.",
        "Forty boats moor there.",
        "2 * 3 boats and snake_case_names stay as they are, said the clerk who counts the boats of the harbour.",
    ]


REPEATS = {
    "bold-quote-of-the-next": f"**{THIRD.removesuffix('.')}**",
    "italic-caption": "*Residents of Port Vale have asked for the wider pier since the storm*",
    "quote-with-a-changed-word-and-a-name": "**Mayor Lena said that the work in Port Vale would start once the council had agreed - Holm**",
    "quote-mark-block": "> Residents of Port Vale have asked for the wider pier",
    "plain-repeat": "the work in Port Vale would start once the council had agreed on the money",
    "same-paragraph-twice": SECOND,
}


@pytest.mark.parametrize("line", [pytest.param(line, id=name) for name, line in REPEATS.items()])
def test_what_the_body_says_is_not_said_twice(line: str) -> None:
    found = clean(page(LEAD, SECOND, line, THIRD))
    assert found.text.split("\n\n") == [LEAD, SECOND, THIRD]
    assert len(found.removed) == 1


def test_bold_paragraph_of_its_own_stays() -> None:
    found = clean(page(LEAD, "**The opposition calls the plan a gift to the ferry owners.**", SECOND))
    assert found.text.split("\n\n") == [LEAD, "The opposition calls the plan a gift to the ferry owners.", SECOND]


def test_paragraphs_that_differ_in_a_number_both_stay() -> None:
    lines = ["3 boats sank off the northern pier.", "5 boats sank off the northern pier."]
    assert clean(page(LEAD, *lines, SECOND)).text.split("\n\n") == [LEAD, *lines, SECOND]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(
            "Nobody in the assembly could say whether the owners would agree to a", "delay of the work until spring.", id="open-article"
        ),
        pytest.param(
            "The vote of the harbour board marked a step toward the", "Northern Plan of the old council.", id="open-article-before-a-name"
        ),
        pytest.param("The parties may not share the same love for the harbour as its present", "mayor and her friends.", id="lower-case"),
    ],
)
def test_sentences_cut_by_an_empty_line_are_joined(first: str, second: str) -> None:
    assert clean(page(LEAD, first, second, SECOND)).text.split("\n\n") == [LEAD, f"{first} {second}", SECOND]


def test_subheads_are_not_joined() -> None:
    blocks = [LEAD, "Boats in the bay", SECOND, "Money from the capital", THIRD]
    assert clean(page(*blocks)).text.split("\n\n") == blocks


def test_wrapped_lines_make_one_paragraph() -> None:
    wrapped = (
        "The harbour board voted on Tuesday to widen the\nnorthern pier, which the storm had broken, and\n"
        "to pay for it out of the fund that fishermen\nand ferry owners keep for bad years."
    )
    assert clean(page(wrapped, SECOND)).text.split("\n\n") == [wrapped.replace("\n", " "), SECOND]


def test_one_line_per_paragraph_makes_paragraphs() -> None:
    assert clean("\n".join((LEAD, "Who pays?", SECOND, THIRD))).text.split("\n\n") == [LEAD, "Who pays?", SECOND, THIRD]


TITLES = {
    "first-line": (page("Port Vale votes for a wider pier", LEAD, SECOND), "", "Port Vale votes for a wider pier"),
    "heading-after-site-lines": (
        page("Harbour News", "World", "# Port Vale votes for a wider pier", LEAD),
        "",
        "Port Vale votes for a wider pier",
    ),
    "after-loader-and-stamp": (
        page("loader image", "Mon, May 05 | 9:10 am", "Port Vale votes for a pier", LEAD),
        "",
        "Port Vale votes for a pier",
    ),
    "question": (page("Who pays for the pier?", LEAD, SECOND), "", "Who pays for the pier?"),
    "none": (page(LEAD, SECOND), "", ""),
    "given": (page("Port Vale votes for a wider pier", LEAD), "Port Vale votes for a wider pier", "Port Vale votes for a wider pier"),
    "given-not-in-the-text": (page(LEAD, SECOND), "A pier for Port Vale", "A pier for Port Vale"),
    "given-with-site-name": (page("Port Vale votes for a wider pier", LEAD), "Port Vale votes for a wider pier | Harbour News", None),
    "given-other-typography": (page("Port Vale’s pier wins", LEAD), "Port Vale's pier wins", "Port Vale's pier wins"),
    "given-other-than-heading": (
        page("# A pier wins the vote", LEAD),
        "Port Vale votes for a wider pier",
        "Port Vale votes for a wider pier",
    ),
}


@pytest.mark.parametrize(("text", "given", "expected"), [pytest.param(*case, id=name) for name, case in TITLES.items()])
def test_headline_is_found_and_not_repeated(text: str, given: str, expected: str | None) -> None:
    found = clean(text, title=given)
    assert found.title == (given if expected is None else expected)
    assert found.text.startswith(LEAD)


BYLINES = [
    "By Ada Quill",
    "by | Apr 2, 2025 | 0 comments",
    "By: AQ | Harbour Insight",
    "By Ada Quill and Jon Marsh, Port Vale",
    "BY ADA QUILL",
]


@pytest.mark.parametrize("line", BYLINES)
def test_bylines_go(line: str) -> None:
    assert clean(page("Port Vale votes for a wider pier", line, LEAD, SECOND)).text.split("\n\n") == [LEAD, SECOND]


DATES = {
    "published-line": (page("A pier for the north", "Published: 2025-03-26", LEAD), date(2025, 3, 26)),
    "byline": (page("A pier for the north", "by | Apr 2, 2025 | 0 comments", LEAD), date(2025, 4, 2)),
    "stamp": (page("A pier for the north", "26 March 2025, 10:00 GMT", LEAD), date(2025, 3, 26)),
    "dateline": (f"PORT VALE, March 26, 2025 — {LEAD}\n\n{SECOND}", date(2025, 3, 26)),
    "published-before-updated": (
        page("A pier", "By Ada Quill", "Published 26 March 2025", "Updated 1 April 2025", LEAD),
        date(2025, 3, 26),
    ),
    "no-year": (page("A pier for the north", "Mon, May 05 | 9:10 am", LEAD), None),
    "in-the-body-only": (page("A pier for the north", LEAD, "The first pier was opened on 3 May 1921 by the king."), None),
    "declared-line-before-a-byline": (page("A pier", "by | Apr 2, 2025 | 0 comments", "Published: 2025-03-26", LEAD), date(2025, 3, 26)),
    "second-declared-line": (page("A pier", "Published: online", "Publication date: 26 March 2025", LEAD), date(2025, 3, 26)),
    "year-first": (page("A pier", "Published: 2025/03/26 10:45", LEAD), date(2025, 3, 26)),
    "day-first": (page("A pier", "Published: 26-03-2025", LEAD), date(2025, 3, 26)),
    "month-between-dashes": (page("A pier", "Published: 26-Mar-2025", LEAD), date(2025, 3, 26)),
    "dot-behind-the-day": (page("A pier", "Published: 26. March 2025", LEAD), date(2025, 3, 26)),
    "digits-alone": (page("A pier", "Published: 2025-3-26", LEAD), date(2025, 3, 26)),
    "bold-label": (page("A pier", "**Published:** 26 March 2025", LEAD), date(2025, 3, 26)),
    "front-matter": (f"---\ntitle: A pier\ndate: 2025-03-26\n---\n\n# A pier\n\n{LEAD}", date(2025, 3, 26)),
    "dateline-before-the-web": (f"PORT VALE, March 26, 1925 — {LEAD}\n\n{SECOND}", None),
    "a-paper-and-no-date": (page("A pier for the north", "Published: The Harbour Times", LEAD), None),
    "an-event-to-come": (page("A pier for the north", "Date: 5 June 2031", LEAD), None),
    "a-day-without-year": (page("A pier for the north", "Date: Thursday, 5 June, 10 am", LEAD), None),
    "updated-only": (page("A pier for the north", "Updated: 31 February 2025", LEAD), None),
    "unclear-with-a-byline": (page("A pier for the north", "Date: 03/04/2025", "by | Apr 3, 2025 | 0 comments", LEAD), date(2025, 4, 3)),
    "line-after-the-head": (page(*(f"{LEAD} ({number})" for number in range(14)), "Published: 2025-02-31"), None),
}


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*case, id=name) for name, case in DATES.items()])
def test_date_of_the_head_is_read(text: str, expected: date | None) -> None:
    found = clean(text)
    assert found.published_on == expected
    assert found.published_basis == (PublishedBasis.SEEN if expected is None else PublishedBasis.TEXT)
    assert not re.search(r"Published:? \d", found.text)


BAD_DATES = {
    "no-such-day": "Published: 2025-02-31",
    "no-such-day-and-a-time": "Published: 2025-02-31T10:00:00Z",
    "no-such-month": "Published: 2025-13-05",
    "no-such-day-in-words": "Published: 31 February 2025",
    "no-such-day-without-colon": "Published on 31 February 2025",
    "no-such-day-bold": "**Published:** February 30, 2025",
    "no-such-day-under-another-label": "Date: 31.02.2025",
    "no-such-day-posted": "Posted on February 31, 2025",
    "no-such-day-and-another": "Published: 2025-02-31, updated 2025-03-05",
    "no-such-day-year-first": "Published: 2025/02/31",
    "could-be-two": "Published: 03/04/2025",
    "could-be-two-with-dashes": "Published: 03-04-2025",
    "could-be-two-under-another-label": "date: 03/04/2025",
    "day-missing": "Published: March 2025",
    "year-missing": "Published: 26 March",
    "relative": "Published: yesterday",
    "hours-ago": "Published: 3 hours ago",
    "digits": "Published: 250326",
    "after-it-was-read": "Published: 2031-03-26",
    "after-it-was-read-without-colon": "Published 26 March 2031",
    "before-the-web": "Published: 1925-03-26",
    "year-one": "Publication date: 0001-01-01",
}


@pytest.mark.parametrize("line", BAD_DATES.values(), ids=BAD_DATES.keys())
def test_a_declared_date_that_cannot_be_is_a_bad_date_and_no_other_date(line: str) -> None:
    text = page("A pier for the north", line, "by | Apr 2, 2025 | 0 comments" if line.startswith("Published:") else "By Ada Quill", LEAD)
    with pytest.raises(TextError, match="gives no day on which") as caught:
        clean(text)
    assert caught.value.outcome is DocumentOutcome.BAD_DATE
    # whoever gives a date has the word, and an article of the web is as it is
    dated = make_raw(text).model_copy(update={"published_at": NOW, "published_basis": PublishedBasis.MANIFEST})
    polled = make_raw(text).model_copy(update={"feed_id": "post"})
    for raw in (dated, polled):
        assert extract_text(raw).published_on is None


CREDITS = {
    "dateline": (f"PORT VALE — (AP) — {LEAD}", "AP"),
    "dateline-without-dashes": (f"PORT VALE (Reuters) - {LEAD}", "Reuters"),
    "dateline-with-country": (f"PORT VALE, Northland (AFP) — {LEAD}", "AFP"),
    "told": (page(LEAD, "The plan is dead, a diplomat told Reuters in a call on Friday evening from the capital."), "Reuters"),
    "told-the": (page(LEAD, "The plan is dead, a diplomat told The Associated Press in a call on Friday evening."), "AP"),
    "source-line": (page(LEAD, SECOND, "Source: dpa"), "dpa"),
    "with-wires": (page(LEAD, SECOND, "With AFP and other wires"), "AFP"),
    "byline": (page("A pier for the north", "By: AQ | AP Insight", LEAD), "AP"),
    "tass-style": (f"PORT VALE, May 26. /TASS/. {LEAD}", "TASS"),
    "none": (page(LEAD, "The wiretap of the tapas bar was reported to the press association of bakers."), ""),
}


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*case, id=name) for name, case in CREDITS.items()])
def test_credited_agency(text: str, expected: str) -> None:
    assert clean(text).credited_source == expected


NOTICES = {
    "consent": (
        "We value your privacy\n\nWe and our partners store and/or access information on a device.\n\nAccept all cookies",
        DocumentOutcome.BLOCKED,
    ),
    "scripts": ("Please enable JavaScript to continue.", DocumentOutcome.NO_TEXT),
    "captcha": ("Checking your browser before you go on. Verify you are human by pressing the button below.", DocumentOutcome.BLOCKED),
    "buttons-only": ("Menu\n\nShare\n\nFacebook\n\nTwitter", DocumentOutcome.NO_TEXT),
    "paywall": ("Subscribe to continue reading this story. Already a subscriber? Log in to continue.", DocumentOutcome.BLOCKED),
}


@pytest.mark.parametrize(("text", "outcome"), [pytest.param(*case, id=name) for name, case in NOTICES.items()])
def test_notices_are_no_article(text: str, outcome: DocumentOutcome) -> None:
    with pytest.raises(TextError) as caught:
        clean(text)
    assert caught.value.outcome is outcome


def test_short_article_is_one() -> None:
    assert (
        clean("Port Vale gets its pier.\n\nThe board voted on Tuesday.").text == "Port Vale gets its pier.\n\nThe board voted on Tuesday."
    )


def test_article_about_cookies_is_one() -> None:
    text = page(
        *(
            f"In year {year} the court ruled that a site which uses cookies must ask its readers before it does so again."
            for year in range(9)
        )
    )
    assert clean(text).text == text


def test_same_bytes_same_text() -> None:
    raw = make_raw(page("A pier", "By Ada Quill", LEAD, "**A pier**", SECOND, "Related Posts", "Moss"))
    assert extract_text(raw) == extract_text(raw)


def test_cleaning_its_own_result_changes_nothing() -> None:
    once = clean(page("# A pier for the north", LEAD, "Who pays?", SECOND, THIRD))
    again = clean(once.text, title=once.title)
    assert (again.text, again.removed) == (once.text, ())
