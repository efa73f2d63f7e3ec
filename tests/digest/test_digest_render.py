"""What a reader finds on the page: sections, numbers, words, links; and that it is the same page every time."""

import json
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from digest_samples import (
    DAY,
    LONG_QUOTE,
    make_change,
    make_coverage,
    make_digest,
    make_event,
    make_evidence,
    make_first_seen,
    make_fisheries_digest,
    make_opening_digest,
    make_stance,
)
from jinja2 import DictLoader, Environment
from lxml import html
from make_goldens import build_goldens
from markdown_it import MarkdownIt

from digest import wording
from digest.html_page import _CompiledTemplates
from digest.render import render_html, render_json, render_markdown
from digest.view import NOT_READ_SHOWN, DigestView
from vocabulary import words
from vocabulary.stance import Digest, FeedCoverage
from vocabulary.words import Attribution, Basis, ChangeCause, ChangeKind, ChangeStrength, PollStatus, Stance

SECTIONS = [
    "What changed",
    "Signals",
    "Seen for the first time",
    "Reaffirmed",
    "Where everyone stands",
    "Events",
    "Ahead",
    "What was not covered",
]
DATA = Path(__file__).parent / "data"


def read_page(digest: Digest) -> html.HtmlElement:
    """Return the HTML page of a digest, parsed."""
    return html.document_fromstring(render_html(digest))


def folded(element: html.HtmlElement) -> str:
    """Return the text of an element on one line."""
    return " ".join(element.text_content().split())


def both_texts(digest: Digest) -> list[str]:
    """Return what a reader sees of both renderings, without mark-up, on one line each."""
    rendered = MarkdownIt("commonmark").enable("table").render(render_markdown(digest))
    return [folded(read_page(digest).find("body")), folded(html.document_fromstring(rendered))]


@pytest.mark.parametrize("name", ["digest.json", "digest.md", "digest.html"])
def test_the_page_is_the_golden_one(name: str) -> None:
    """Whoever changes the page sees the difference; `make_goldens.py` writes the files anew."""
    assert build_goldens()[name] == (DATA / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("digest", [make_fisheries_digest(), make_opening_digest(), make_digest()], ids=["full", "opening", "empty"])
def test_sections_stand_in_their_order(digest: Digest) -> None:
    """The page has the same shape every morning, whatever happened."""
    assert [folded(title) for title in read_page(digest).iter("h2")] == SECTIONS
    assert [line[3:] for line in render_markdown(digest).splitlines() if line.startswith("## ")] == SECTIONS


def test_title_names_the_day_with_its_weekday_and_the_numbers_follow() -> None:
    """One glance: which day, how much of what."""
    digest = make_fisheries_digest()
    summary = (
        "4 confirmed changes · 1 revision of the record · 1 seen for the first time · 2 signals · 2 stances reaffirmed · "
        "37 documents read · 3 of 5 feeds alive"
    )
    lines = render_markdown(digest).splitlines()
    assert lines[:3] == ["# Northern Cod Treaty: Tuesday, 11 March 2031", "", f"**{summary}**"]
    page = read_page(digest)
    assert page.findtext("head/title") == "Northern Cod Treaty: Tuesday, 11 March 2031"
    assert " · ".join(folded(item) for item in page.xpath("//ul[@class='figures']/li")) == summary


def test_the_opening_digest_says_what_it_is_and_how_old() -> None:
    """Nobody may take the last seed day for today."""
    for text in both_texts(make_opening_digest()):
        assert "first digest of the warehouse. It covers the days from 24 January 2031 to 11 March 2031" in text
        assert "last day that the seed documents reach lies 98 days before the day of issue (17 June 2031)" in text


def test_a_later_digest_says_what_it_compares() -> None:
    """A gap between digests shows, and so does a late issue."""
    late = make_digest(previous_day=DAY - timedelta(days=4), issued_on=DAY + timedelta(days=3))
    (line,) = DigestView(late).introduction
    assert line == (
        "Compares the close of 11 March 2031 with the digest of 7 March 2031. "
        "The day covered lies 3 days before the day of issue (14 March 2031)."
    )


DOWN = FeedCoverage(feed_id="down", outlet="Isle Radio", status=PollStatus.TIMEOUT)
NEVER = FeedCoverage(feed_id="never", outlet="Isle Radio", status=None)
UP = FeedCoverage(feed_id="up", outlet="Gazette", status=PollStatus.NOT_MODIFIED)


@pytest.mark.parametrize(
    ("fields", "said", "not_said"),
    [
        ({"documents_read": 0, "feeds": (UP, DOWN)}, "(1 of 2 feeds gave nothing). This is silence", "held"),
        ({"documents_read": 0, "feeds": (UP,)}, "(every feed answered). This is silence", "held"),
        ({"documents_read": 0, "feeds": ()}, "(no feed is watched). This is silence", "held"),
        ({"feeds": (UP, DOWN)}, "12 documents were read, but 1 of 2 feeds gave nothing", "held"),
        ({"feeds": (NEVER,), "feeds_off": True}, "12 documents were read, but the feeds were switched off: a move", "gave nothing"),
        ({"documents_read": 0, "feeds": (NEVER,), "feeds_off": True}, "(the feeds were switched off). This is silence", "gave nothing"),
        ({"feeds": (), "feeds_off": True}, "12 documents were read and nothing failed", "switched off"),
        ({"not_read": ("a: failed",)}, "but 1 item could not be read", "held"),
        ({"documents_read": 1}, "1 document was read and nothing failed", "silence"),
    ],
    ids=[
        "silence-dead-feed",
        "silence-quiet-day",
        "silence-no-feeds",
        "gap-in-the-feeds",
        "feeds-off",
        "silence-feeds-off",
        "off-without-feeds",
        "gap-in-the-items",
        "stability",
    ],
)
def test_no_change_says_whether_it_is_silence_or_stability(fields: dict[str, object], said: str, not_said: str) -> None:
    """Silence passed off as stability is what a reader cannot forgive."""
    digest = make_digest(coverage=make_coverage(**fields))
    assert DigestView(digest).verdict.startswith("No confirmed change")
    assert said in DigestView(digest).verdict
    assert not_said not in DigestView(digest).verdict
    for text in both_texts(digest):
        assert DigestView(digest).verdict in text


def test_revisions_of_the_record_are_not_changes_of_the_actors() -> None:
    """A newer extractor makes no politics: its line stands apart, and the page still says that nobody moved."""
    digest = make_digest(changes=[make_change(cause=cause) for cause in ChangeCause if cause not in wording.OWN_CAUSES])
    view = DigestView(digest)
    assert (view.moves, len(view.revisions)) == ((), 4)
    assert [str(figure) for figure in view.figures[:2]] == ["0 confirmed changes", "4 revisions of the record"]
    for text in both_texts(digest):
        assert "No confirmed change" in text
        assert "No actor moved" in text
        assert text.count("not a move of the actor") == 4


def test_a_change_shows_both_quotes_and_all_that_a_reader_needs_to_check_them() -> None:
    """Who, on what, from where to where, since when, how known, by how many, and both sentences."""
    said_on = DAY - timedelta(days=9)
    before = make_evidence(1, quote="“Yes, if.”", condition="if landings are counted", stance=Stance.CONDITIONAL, said_on=said_on)
    after = make_evidence(2, quote=LONG_QUOTE, stance=Stance.OPPOSES, attribution=Attribution.SPOKESPERSON, outlet="Strait Observer")
    change = make_change("VSK", "inspections", aspect="boarding", before=before, after=after, cause=ChangeCause.LATE, independent_sources=3)
    wanted = [
        "Veskaria",
        "Inspections at sea",
        "Boarding by patrol ships",
        "supports on a condition → ",
        "opposes",
        "changed sides",
        "known late",
        "since 11 March 2031",
        "3 independent sources",
        "said 2 March 2031",
        "“Yes, if.”",
        "Condition: if landings are counted",
        LONG_QUOTE,
        "Elin Marsh, officially (by a spokesperson, a ministry or the state by name)",
        "Strait Observer, Assembly hears the minister on cod, 11 March 2031",
        before.position_id,
        after.position_id,
    ]
    for text in both_texts(make_digest(changes=[change])):
        assert [part for part in wanted if part not in text.replace("→ then", "→")] == []


def test_a_withdrawn_stance_has_words_too() -> None:
    """All evidence gone: the line says so instead of inventing a stance."""
    gone = make_change(after=None, after_stance=None, cause=ChangeCause.RETRACTION, kind=ChangeKind.SOFTENED)
    for text in both_texts(make_digest(changes=[gone])):
        assert "nothing known" in text
        assert "no evidence on record" in text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"attribution": Attribution.REPORTER}, "the reporter's account"),
        ({"attribution": Attribution.ANONYMOUS}, "an unnamed source"),
        ({"attribution": Attribution.CLAIM}, "somebody else claims"),
        ({"basis": Basis.BACKGROUND}, "a background line"),
        ({"confidence": 0.4}, "not yet sure enough"),
    ],
    ids=["reporter", "anonymous", "claim", "background", "unsure"],
)
def test_a_signal_says_why_it_is_not_confirmed(fields: dict[str, object], reason: str) -> None:
    """A signal without its reason would read like a change."""
    signal = make_change(after=make_evidence(3, **fields), strength=ChangeStrength.SIGNAL)
    for text in both_texts(make_digest(changes=[signal])):
        assert "Not confirmed: " in text
        assert reason in text
        assert "0 confirmed changes" in text


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://a.example/x?b=1&c=2", "https://a.example/x?b=1&c=2"),
        ("http://a.example/été/(x)", "http://a.example/%C3%A9t%C3%A9/%28x%29"),
        ("HTTPS://a.example/", "HTTPS://a.example/"),
        ("https://a.example/?x=1&copy;=2", "https://a.example/?x=1&copy;=2"),
        ("seed:brief-1", None),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,hello", None),
        ("ftp://a.example/x", None),
        ("//a.example/x", None),
        ("https:///x", None),
        ("https://good.example@evil.example/", None),
        ("https://good.example\\@evil.example/", None),
        ("https://a.example/\u202egpj", None),
        ("http://[::1", None),
        ("http://[::1]/x", None),
        ("", None),
    ],
    ids=str,
)
def test_only_web_addresses_become_links(url: str, target: str | None) -> None:
    """Everything else is shown as text, in both renderings."""
    digest = make_digest(changes=[make_first_seen("NLA", "cod_quota", make_evidence(url=url))])
    expected = [] if target is None else [target]
    links = [link for link in read_page(digest).iter("a") if not str(link.get("href")).startswith("#")]
    assert [link.get("href") for link in links] == expected
    assert {link.get("rel") for link in links} <= {"noopener noreferrer"}
    rendered = MarkdownIt("commonmark").enable("table").render(render_markdown(digest))
    assert [link.get("href") for link in html.document_fromstring(rendered).iter("a")] == expected


def test_markdown_links_are_those_put_in_and_no_more() -> None:
    """One link per shown piece of evidence or event with a web address."""
    digest = make_fisheries_digest()
    changes = [*digest.changes, *digest.first_seen, *digest.signals]
    shown = [evidence for change in changes for evidence in (change.before, change.after) if evidence]
    shown += [stance.lead for stance in (*digest.reaffirmed, *digest.stances)]
    addresses = [evidence.url for evidence in shown] + [event.url for event in (*digest.events, *digest.ahead)]
    rendered = MarkdownIt("commonmark").enable("table").render(render_markdown(digest))
    assert rendered.count("<a ") == sum(url.startswith("https://") for url in addresses) > 30


def test_the_matrix_says_every_stance_in_words_and_leads_to_its_sentence() -> None:
    """Colour alone tells nothing: each cell has the word and its marks; an empty cell says that nothing is known."""
    digest = make_fisheries_digest()
    page = read_page(digest)
    (table,) = page.xpath("//table[@class='matrix']")
    head, *rows = [[folded(cell) for cell in row] for row in table.iter("tr")]
    assert head == ["Actor", "Cod quota", "Closed season", "Inspections at sea", "End of fuel subsidies"]
    assert rows[0] == ["Isle of Carrow", "supports contested", "undecided ageing", "\N{EN DASH} nothing known", "\N{EN DASH} nothing known"]
    assert rows[5][3] == "Boarding by patrol ships sceptical stale Observers on board supports"
    for cell in page.xpath("//a[contains(@class, 'cell')]"):
        (sentence,) = page.xpath(f"//li[@id='{cell.get('href')[1:]}']")
        assert cell.find_class("word")[0].text in folded(sentence).replace("on a condition", "conditional")
        assert sentence.find(".//blockquote") is not None
    assert len(page.xpath("//a[contains(@class, 'cell')]")) == len(digest.stances)


def test_the_markdown_has_a_table_per_issue_with_the_sentence_behind_each_stance() -> None:
    """The same stances as in the HTML matrix, in tables narrow enough for text."""
    digest = make_fisheries_digest()
    rendered = html.document_fromstring(MarkdownIt("commonmark").enable("table").render(render_markdown(digest)))
    rows = [[folded(cell) for cell in row] for row in rendered.xpath("//table//tr[td]")]
    stances = [row for row in rows if len(row) == 5]
    assert len(stances) == len(digest.stances)
    assert ["Isle of Carrow", "supports, contested", "11 March 2031", "11 March 2031, fresh"] in [row[:4] for row in stances]
    assert any("Québrac “no longer excludes” a spring closure" in row[4] for row in stances)


def test_what_was_not_covered_is_told() -> None:
    """Outcomes in words, items with reasons, feeds by cause, actors without news."""
    for text in both_texts(make_fisheries_digest()):
        for part in (
            "37 documents of the day read; 1,204 in the warehouse",
            "in a language that is not read",
            "https://isle.example/a_b: bad_date (dated 2099-01-01)",
            "never polled (1): Isle Radio",
            "did not answer in time (1): Strait Observer",
            "Isle of Carrow, Olmara.",
        ):
            assert part in text


def test_feeds_that_gave_nothing_are_told_by_cause() -> None:
    """Ninety errors of one cause are one line: what a library wrote stays in the JSON."""
    words = "no whole answer: ClientConnectorDNSError: Cannot connect to host {0}:443 ssl:default [Could not contact DNS servers]"
    down = [
        FeedCoverage(feed_id=f"f{n}", outlet=f"Outlet {n % 40:02}", status=PollStatus.UNREACHABLE, detail=words.format(f"o{n}.example"))
        for n in range(80)
    ]
    down += [
        FeedCoverage(
            feed_id="a", outlet="A <b> Post", status=PollStatus.HTTP_ERROR, detail="https://a.example/rss answers with status 503"
        ),
        FeedCoverage(feed_id="b", outlet="Isle Radio", status=PollStatus.UNREACHABLE, detail="https://dns.example: no whole answer: odd"),
        FeedCoverage(feed_id="c", outlet="Gazette", status=PollStatus.UNREACHABLE, detail="OSError: Connect call failed ('::1', 9)"),
    ]
    digest = make_digest(coverage=make_coverage(feeds=tuple(down)))
    for text in both_texts(digest):
        assert "not reachable: name not resolved (80): Outlet 00, Outlet 01, Outlet 02" in text
        assert text.count("Outlet 39") == 1
        assert "answers with an error: status 503 (1): A <b> Post" in text
        assert "not reachable (1): Isle Radio" in text
        assert "not reachable: connection refused (1): Gazette" in text
        assert "ClientConnector" not in text
    assert "ClientConnectorDNSError" in render_json(digest)


def test_feeds_that_are_switched_off_are_one_sentence() -> None:
    """Nothing was asked, so nothing failed."""
    digest = make_digest(coverage=make_coverage(feeds=(NEVER, UP), feeds_off=True))
    for text in both_texts(digest):
        assert "feeds off" in text
        assert "Feeds were switched off: nothing was polled." in text
        assert "alive" not in text
        assert "never polled" not in text


def test_documents_of_earlier_days_are_told_apart() -> None:
    """What became known late is not of the day."""
    for text in both_texts(make_digest(coverage=make_coverage(documents_read=7, documents_late=5, documents_total=10))):
        assert "7 documents read, 5 of them of earlier days and read only now; 10 in the warehouse." in text


def test_a_very_long_list_of_unread_items_is_cut_with_its_number() -> None:
    """A thousand bad items must not bury the page, and must not vanish."""
    digest = make_digest(coverage=make_coverage(not_read=tuple(f"item-{n:04d}: failed" for n in range(1000))))
    for text in both_texts(digest):
        assert "(1,000)" in text
        assert text.count(": failed") == NOT_READ_SHOWN
        assert f"and {1000 - NOT_READ_SHOWN} more, listed in the JSON" in text


def test_events_show_their_days_as_precisely_as_known() -> None:
    """A range stays a range, an unknown day stays unknown."""
    events = [make_event(1), make_event(2, date_iso="2031-W10"), make_event(3, date_iso=None, starts_on=None)]
    for text in both_texts(make_digest(events=events)):
        assert "11 March 2031 · Meeting" in text or "11 March 2031 Meeting" in text
        assert "2031-W10" in text
        assert "day unknown" in text


def test_the_page_is_self_contained_and_locked() -> None:
    """No script, nothing from outside, and a policy that would forbid it."""
    page = read_page(make_fisheries_digest())
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert page.get("lang") == "en"
    assert page.xpath("//script | //link | //img | //iframe | //@src | //@style") == []
    assert "url(" not in render_html(make_fisheries_digest())


def test_the_footer_tells_versions_and_how_a_quote_is_checked() -> None:
    """Whoever doubts a line finds the command and the ids."""
    digest = make_fisheries_digest()
    for text in both_texts(digest):
        assert "12 March 2031, 05:00 UTC" in text
        for part in ("stancewatch explain ID", digest.digest_id, digest.watch_version, digest.extractor_version):
            assert part in text


@pytest.mark.parametrize("digest", [make_fisheries_digest(), make_opening_digest(), make_digest()], ids=["full", "opening", "empty"])
def test_json_gives_the_equal_record_back(digest: Digest) -> None:
    """The issued JSON is what is kept: nothing may be lost in it."""
    text = render_json(digest)
    assert Digest.model_validate_json(text) == digest
    assert text == json.dumps(json.loads(text), sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def test_json_keeps_odd_characters_and_shows_no_invisible_ones() -> None:
    """Direction marks and controls travel as escapes; a lone surrogate, which no file can hold, is replaced."""
    odd = "a\x00\x1b\x85\u202e\u2028\ufeff|é😀"
    digest = make_digest(changes=[make_change(after=make_evidence(quote=odd))])
    text = render_json(digest)
    assert Digest.model_validate_json(text) == digest
    assert "a\\u0000\\u001b\\u0085\\u202e\\u2028\\ufeff|é😀" in text
    broken = render_json(make_digest(changes=[make_change(after=make_evidence(quote="a\ud800b"))]))
    assert Digest.model_validate_json(broken.encode()).changes[0].after == make_evidence(quote="a\ufffdb")


@pytest.mark.parametrize("render", [render_markdown, render_html, render_json])
def test_the_same_digest_gives_the_same_bytes(render: object) -> None:
    """Neither time, nor the order of a mapping, nor a way through JSON leaves a trace."""
    assert callable(render)
    digest = make_fisheries_digest()
    names = dict(reversed(digest.actor_names.items()))
    turned = digest.model_copy(update={"actor_names": names, "issue_titles": dict(reversed(digest.issue_titles.items()))})
    stored = Digest.model_validate_json(render_json(digest))
    assert render(digest) == render(digest) == render(turned) == render(stored)


@pytest.mark.parametrize(
    ("table", "word_list"),
    [
        ("STANCE_WORDS", words.Stance),
        ("STANCE_MEANINGS", words.Stance),
        ("KIND_WORDS", words.ChangeKind),
        ("CAUSE_WORDS", words.ChangeCause),
        ("ATTRIBUTION_WORDS", words.Attribution),
        ("BASIS_WORDS", words.Basis),
        ("DATE_BASIS_WORDS", words.DateBasis),
        ("FRESHNESS_WORDS", words.Freshness),
        ("EVENT_WORDS", words.EventType),
        ("EVENT_STATUS_WORDS", words.EventStatus),
        ("OUTCOME_WORDS", words.DocumentOutcome),
        ("POLL_WORDS", words.PollStatus),
    ],
)
def test_every_word_of_the_closed_lists_has_plain_words(table: str, word_list: type[StrEnum]) -> None:
    """A word added to a list must not break tomorrow's page."""
    assert set(getattr(wording, table)) == set(word_list)


def test_a_page_without_stances_or_names_still_stands() -> None:
    """A record from elsewhere may lack names: the ids stand in."""
    bare = make_digest(stances=[make_stance("NLA", "cod_quota", Stance.SUPPORTS, aspect="odd")]).model_copy(
        update={"actor_names": {}, "issue_titles": {}, "aspect_titles": {}}
    )
    for text in both_texts(bare):
        assert "NLA" in text
        assert "cod_quota" in text


@pytest.mark.parametrize("damage", ["none", "cut", "foreign", "folder is a file"])
def test_compiled_templates_are_kept_and_never_stand_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    folder = tmp_path / "kept"
    if damage == "folder is a file":
        folder.write_text("in the way", encoding="utf-8")

    def render() -> str:
        kept = _CompiledTemplates(str(folder), "%s.cache")
        return Environment(loader=DictLoader({"page": "{{ 6 * 7 }}"}), bytecode_cache=kept).get_template("page").render()

    assert render() == "42"
    for file in folder.glob("*.cache") if folder.is_dir() else ():
        if damage == "cut":
            file.write_bytes(file.read_bytes()[:-5])
        elif damage == "foreign":
            file.write_bytes(b"no template")
    assert render() == "42"
    assert folder.is_file() or len(list(folder.glob("*.cache"))) == 1
