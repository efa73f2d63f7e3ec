"""Strangers' text in every field: nothing executes, nothing becomes mark-up, and it still shows as what it is."""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pytest
from digest_samples import make_change, make_digest, make_evidence, make_fisheries_digest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, sync_playwright
from pydantic import BaseModel

from digest.markdown import escape
from digest.render import render_html, render_json, render_markdown
from digest.strangers import shown
from vocabulary.stance import Digest

CHROMIUM = Path("/usr/bin/chromium")
PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "handler": "' onmouseover='alert(1)' autofocus onfocus='alert(1)",
    "style-end": "</style></title></textarea><svg onload=alert(1)>",
    "iframe": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "comment": "<!-- --!> <![CDATA[ ]]> <?php",
    "entities": "&lt;script&gt; &#60;b&#62; &copy; R&D",
    "template": "{{ 7*7 }} {% include 'x' %} {# x #}",
    "script-link": "x](javascript:alert(1)) [y](javascript:alert(1)) \\](javascript:alert(1))",
    "image": "![x](https://evil.example/x.png) ![ref][1]",
    "definition": '[1]: https://evil.example/ "x"',
    "autolinks": "<https://evil.example/> https://evil.example/ www.evil.example a@evil.example ftp://evil.example",
    "table": "a | b\n--- | ---\n1 | 2 \\| 3 || \\\\| 4",
    "heading": "# heading\n\n## more\n\nsetext\n===\n---",
    "quote": "> quote\n> more",
    "list": "- item\n* item\n+ item",
    "numbers": "1. item\n2) item",
    "number-and-host": "1.example.org 2",
    "fence": "```\ncode\n```\n~~~\n    indented",
    "code": "`x` ``y`",
    "emphasis": "*a* **b** _c_ __d__ ~~e~~ a*b_c",
    "alert": "[!WARNING] [ ] [x] task",
    "rule": "---",
    "backslash": "ends with \\",
    "controls": "a\x00b\x1b[31mc\x7fd\x9be\ufffff",
    "surrogate": "a\ud800b\udfffc",
    "bidi": "user\u202etxt.exe\u2066 \u200f\u2069",
    "right-to-left": "שלום 12 | <b>",
    "separators": "a\u2028b\u2029c\x85d\x0be",
}
FRAMES = {
    "paragraph": "{}",
    "quotation": "> {}",
    "item": "- {}",
    "numbered": "1. {}",
    "cell": "| {} | b |\n| --- | --- |\n| {} | d |",
    "link": "[{}](<https://a.example/>)",
}
ALLOWED_TAGS = (
    "html head meta title style body header main footer nav section article div p h1 h2 h3 ul ol li a b strong span bdi code cite "
    "time figure figcaption blockquote details summary table caption thead tbody tr th td"
)
ALLOWED_ATTRIBUTES = "lang charset http-equiv content name id class href rel datetime scope role tabindex"


def poisoned(value: object, payload: str, *, url: str = "https://a.example/") -> object:
    """Return a record with `payload` in every text field, in the keys of its mappings too; `url` in every address."""
    if isinstance(value, BaseModel):
        fields = {name: url if name == "url" else poisoned(getattr(value, name), payload, url=url) for name in type(value).model_fields}
        return value.model_copy(update=fields)
    if isinstance(value, tuple):
        return tuple(poisoned(item, payload, url=url) for item in value)
    if isinstance(value, dict):
        return dict.fromkeys([payload], poisoned(next(iter(value.values())), payload, url=url)) if value else value
    return payload if isinstance(value, str) and not isinstance(value, Enum) else value


def poison(payload: str, url: str = "https://a.example/") -> Digest:
    """Return the fisheries digest with `payload` in every text field."""
    digest = poisoned(make_fisheries_digest(), payload, url=url)
    assert isinstance(digest, Digest)
    return digest


def page_tags(digest: Digest) -> list[str]:
    """Return the tags of the HTML page, in order."""
    return [str(element.tag) for element in html.document_fromstring(render_html(digest)).iter()]


def markdown_tokens(text: str) -> list[str]:
    """Return the kinds of all Markdown tokens, the plain text left out."""
    kinds = []
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text):
        kinds.append(f"{token.type}{token.tag}")
        kinds += [child.type for child in token.children or [] if child.type not in {"text", "text_special"}]
    return kinds


@pytest.fixture(scope="module")
def harmless_tags() -> list[str]:
    """Return the tags of the page whose every text is harmless."""
    return page_tags(poison("harmless words"))


@pytest.fixture(scope="module")
def harmless_tokens() -> list[str]:
    """Return the Markdown tokens of the digest whose every text is harmless."""
    return markdown_tokens(render_markdown(poison("harmless words")))


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_html_keeps_its_shape_whatever_strangers_write(payload: str, harmless_tags: list[str]) -> None:
    """The page has the same tags in the same order as with harmless words, and only known tags and attributes."""
    digest = poison(payload)
    page = html.document_fromstring(render_html(digest))
    assert page_tags(digest) == harmless_tags
    assert {str(element.tag) for element in page.iter()} <= set(ALLOWED_TAGS.split())
    attributes = {str(name) for element in page.iter() for name in element.attrib}
    assert {name for name in attributes if not name.startswith("aria-")} <= set(ALLOWED_ATTRIBUTES.split())
    assert {href for href in page.xpath("//@href") if not href.startswith("#")} == {"https://a.example/"}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_html_shows_the_words_as_they_are(payload: str) -> None:
    """Made harmless is not made away with: the reader sees what was written."""
    page = html.document_fromstring(render_html(poison(payload)))
    assert {quote.text_content().strip() for quote in page.iter("blockquote")} == {shown(payload)}
    assert not any(ord(char) < 32 and char != "\n" for char in page.text_content())


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_markdown_keeps_its_shape_whatever_strangers_write(payload: str, harmless_tokens: list[str]) -> None:
    """Same blocks, same number of links, no raw HTML, in a strict renderer."""
    assert markdown_tokens(render_markdown(poison(payload))) == harmless_tokens


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_escaped_text_shows_as_itself_in_every_place(payload: str, frame: str) -> None:
    """What is escaped renders as the same words, in a paragraph, quote, list, table cell and link."""
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    rendered = renderer.render(frame.replace("{}", escape(payload)))
    harmless = renderer.render(frame.replace("{}", "words"))
    page = html.fragment_fromstring(rendered, create_parent="div")
    expected = html.fragment_fromstring(harmless, create_parent="div")
    assert [element.tag for element in page.iter()] == [element.tag for element in expected.iter()]
    text = "".join(char for char in page.text_content() if char not in "\u2068\u2069")
    assert shown(payload) in text


@given(st.text(alphabet=st.sampled_from("ab1 .:/@\\`*_[]()<>|~{}#+-=!&;\n\t\"'\u202e\u05d0"), max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_mix_of_marks_renders_as_the_text_it_was(text: str) -> None:
    """Property: inside a quote, escaped text is one paragraph of exactly the words that went in."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(f"> {escape(text)}")
    if not shown(text):
        return
    assert [token.type for token in tokens] == ["blockquote_open", "paragraph_open", "inline", "paragraph_close", "blockquote_close"]
    children = tokens[2].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children).strip("\u2068\u2069") == shown(text)


@pytest.mark.parametrize("text", ["https://evil.example", "www.evil.example", "evil.example/x", "a@evil.example", "ftp://evil.example"])
def test_no_bare_address_is_left_for_renderers_that_link_by_themselves(text: str) -> None:
    """Renderers with automatic links look for `://`, `www.`, `@` and `host.name`: each is broken by a backslash."""
    assert not any(mark in escape(text) for mark in ("s://", "p://", "www.", "l.e", "a@"))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:x",
        'https://a.example/" onclick="alert(1)',
        "https://a.example/><script>alert(1)</script>",
        "https://a.example/>)<script>alert(1)</script>",
        "https://a.example/x)](javascript:alert(1))",
        "https://a.example/a|b`c*d_e",
        "file:///etc/passwd",
    ],
    ids=str,
)
def test_addresses_break_out_of_nothing(url: str) -> None:
    """A link leads to http or https or is none; its shape does not depend on its text."""
    digest = poison("harmless words", url)
    page = html.document_fromstring(render_html(digest))
    targets = {href for href in page.xpath("//@href") if not href.startswith("#")}
    assert all(target.startswith("https://a.example/") for target in targets)
    assert {str(element.tag) for element in page.iter()} <= set(ALLOWED_TAGS.split())
    assert {str(name) for element in page.iter() for name in element.attrib if not str(name).startswith("aria-")} <= set(
        ALLOWED_ATTRIBUTES.split()
    )
    rendered = html.document_fromstring(MarkdownIt("commonmark", {"html": True}).enable("table").render(render_markdown(digest)))
    assert set(rendered.xpath("//@href")) == targets
    assert rendered.xpath("//script | //@onclick | //img") == []


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_every_rendering_can_be_written_to_a_file(payload: str) -> None:
    """Lone surrogates and controls must not stop the morning's page."""
    digest = poison(payload)
    for text in (render_markdown(digest), render_html(digest), render_json(digest)):
        assert text.encode("utf-8").decode("utf-8") == text
        assert not {char for char in text if (ord(char) < 32 and char != "\n") or char in "\x7f\x9b\u202e"}


def test_direction_overrides_show_and_right_to_left_words_are_isolated() -> None:
    """A quote may not read as other words than it has, nor reorder what stands beside it."""
    digest = make_digest(changes=[make_change(after=make_evidence(quote="pay \u202e001 now", speaker="דנה"))])
    assert "pay \ufffd001 now" in render_markdown(digest)
    assert "<bdi>pay \ufffd001 now</bdi>" in render_html(digest)
    assert "\u2068דנה\u2069, in own words" in render_markdown(digest)
    assert "<bdi>דנה</bdi>" in render_html(digest)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield one Chromium for the module."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed (Debian: apt-get install chromium)")
    quiet = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet.split())
        yield chromium
        chromium.close()


@pytest.mark.chromium
def test_nothing_executes_and_nothing_is_fetched_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    """Each payload in every field, opened in Chromium: no dialog, no request but the page itself."""
    dialogs: list[str] = []
    requests: list[str] = []
    page = browser.new_page()
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: requests.append(request.url))
    for number, (name, payload) in enumerate(PAYLOADS.items()):
        url = "javascript:alert(1)" if number % 2 else f"https://a.example/{payload}"
        file = tmp_path / f"{name}.html"
        file.write_text(render_html(poison(payload, url)), encoding="utf-8")
        page.goto(file.as_uri())
        assert page.locator("h2").count() == 8
    assert dialogs == []
    assert requests == [(tmp_path / f"{name}.html").as_uri() for name in PAYLOADS]
    page.close()


@pytest.mark.chromium
def test_the_policy_stops_what_escaping_might_miss(browser: Browser, tmp_path: Path) -> None:
    """The second lock, tried alone: mark-up put into the open page neither runs nor loads."""
    file = tmp_path / "digest.html"
    file.write_text(render_html(make_fisheries_digest()), encoding="utf-8")
    page = browser.new_page()
    dialogs: list[str] = []
    failures: list[str | None] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(file.as_uri())
    page.on("requestfailed", lambda request: failures.append(request.failure))
    page.on("requestfinished", lambda request: failures.append("loaded"))
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img id=planted src=\"http://127.0.0.1:9/x\" onerror=\"alert(1)\">')")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'alert(2)'}))")
    page.wait_for_function("document.getElementById('planted').complete")
    assert (dialogs, failures) == ([], ["csp"])
    page.close()


@pytest.mark.chromium
def test_the_page_fits_a_phone_and_each_stance_opens_its_sentence(browser: Browser, tmp_path: Path) -> None:
    """No sideways scrolling at 400 pixels; a cell of the matrix leads into the folded list of sentences."""
    file = tmp_path / "digest.html"
    file.write_text(render_html(make_fisheries_digest()), encoding="utf-8")
    page = browser.new_page(viewport={"width": 400, "height": 800})
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    sentence = page.locator("#sentence-1 blockquote")
    assert not sentence.is_visible()
    page.locator("a[href='#sentence-1']").click()
    assert sentence.is_visible()
    page.close()
