import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.decoding import clean_characters, decode
from extractors.language import detect_language
from extractors.text import extract_text
from vocabulary.documents import CleanText, RawDocument
from vocabulary.errors import TextError
from vocabulary.words import DocumentOutcome

NOW = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)


def extract(content: bytes, *, media_type: str = "text/plain", charset: str | None = None) -> CleanText:
    raw = RawDocument(
        document_id="d",
        url="seed:d",
        final_url="seed:d",
        outlet="Test",
        media_type=media_type,
        charset=charset,
        content=content,
        raw_sha256="0" * 64,
        seen_at=NOW,
    )
    return extract_text(raw)


def extract_or_outcome(content: bytes, *, media_type: str = "text/plain", charset: str | None = None) -> CleanText | DocumentOutcome:
    try:
        return extract(content, media_type=media_type, charset=charset)
    except TextError as error:
        return error.outcome


UKRAINIAN = (
    "Рада порту у вівторок проголосувала за ширший пірс, сказала мера міста. Вона також заявила, що гроші знайдуть, якщо уряд їх дасть. "
)
RUSSIAN = (
    "Совет порта во вторник проголосовал за широкий пирс, сказала мэр города. Она также заявила, что деньги найдут,"
    " если их даст правительство. "
)
GERMAN = (
    "Der Hafenrat stimmte am Dienstag für die größere Mole, sagte die Bürgermeisterin. Sie fügte hinzu, dass es für"
    " die Stadt nicht zu teuer wäre. "
)
POLISH = (
    "Rada portu zagłosowała we wtorek za szerszym molo, powiedziała burmistrzyni. Dodała, że to nie będzie dla "
    "miasta zbyt drogie, jeśli rząd się zgodzi. "
)
FRENCH = (
    "Le conseil du port a voté mardi pour une jetée plus large, a déclaré la maire. Elle a ajouté que ce ne serait "
    "pas trop cher pour la ville. "
)
SPANISH = (
    "El consejo del puerto votó el martes por un muelle más ancho, dijo la alcaldesa. Añadió que no sería muy caro "
    "para la ciudad y que los barcos lo piden. "
)
ITALIAN = (
    "Il consiglio del porto ha votato martedì per un molo più largo, ha detto la sindaca. Ha aggiunto che non "
    "sarebbe troppo caro per la città. "
)
ENGLISH = (
    "The harbour board voted on Tuesday for a wider pier, the mayor said. She added that it would not be too dear "
    "for the town if the state helps. "
)


@pytest.mark.parametrize(
    ("text", "encoding", "charset", "suspect"),
    [
        pytest.param(UKRAINIAN, "utf-8", None, False, id="utf-8"),
        pytest.param(UKRAINIAN, "utf-8-sig", "windows-1251", False, id="mark-beats-declaration"),
        pytest.param(UKRAINIAN, "utf-8", "windows-1251", True, id="utf-8-said-to-be-cp1251"),
        pytest.param(UKRAINIAN, "cp1251", "windows-1251", False, id="cp1251"),
        pytest.param(UKRAINIAN, "cp1251", None, True, id="cp1251-not-said"),
        pytest.param(UKRAINIAN, "cp1251", "utf-8", True, id="cp1251-said-to-be-utf-8"),
        pytest.param(UKRAINIAN, "koi8-u", "koi8-u", False, id="koi8-u"),
        pytest.param(UKRAINIAN, "koi8-u", None, True, id="koi8-u-not-said"),
        pytest.param(RUSSIAN, "koi8-r", "windows-1251", True, id="koi8-r-said-to-be-cp1251"),
        pytest.param(RUSSIAN, "cp1251", "iso-8859-1", True, id="cp1251-said-to-be-latin"),
        pytest.param(UKRAINIAN, "utf-16", None, False, id="utf-16"),
        pytest.param(UKRAINIAN, "utf-16-le", None, True, id="utf-16-without-mark"),
        pytest.param(GERMAN, "utf-16-be", None, True, id="utf-16-be-without-mark"),
        pytest.param(GERMAN, "utf-32", None, False, id="utf-32"),
        pytest.param(GERMAN, "cp1252", "iso-8859-1", False, id="latin-1"),
        pytest.param(GERMAN, "cp1252", None, True, id="cp1252-not-said"),
        pytest.param(GERMAN, "cp1252", "no-such-charset", True, id="unknown-charset"),
        pytest.param(POLISH, "iso-8859-2", "iso-8859-2", False, id="latin-2"),
        pytest.param(ENGLISH, "ascii", "shift_jis", False, id="ascii-said-to-be-anything"),
        pytest.param(ENGLISH, "utf-8", "rot13", False, id="no-character-set-at-all"),
    ],
)
def test_text_is_right_whatever_was_said(text: str, encoding: str, charset: str | None, suspect: bool) -> None:
    found = extract((text * 4).encode(encoding), charset=charset)
    assert found.text == " ".join((text * 4).split())
    assert found.encoding_suspect is suspect


def test_twice_encoded_text_is_suspect() -> None:
    garbled = (GERMAN * 4).encode().decode("cp1252")
    assert extract(garbled.encode()).encoding_suspect


WRITTEN = "The mayor said it’s “time” for a wider pier – the board’s vote was clear. "
STRAY_BYTES = {
    "never-used": b"\xff",
    "western-letter": b"\xe9",
    "western-quote": b"\x92",
    "undefined-in-western": b"\x81",
    "first-half": b"\xc3",
    "two-of-three": b"\xe2\x80",
    "half-a-surrogate-pair": b"\xed\xa0\xbd",
    "a-few": b"\xe9\xe8\xff",
}
BROKEN_TEXTS = {"english": WRITTEN * 3, "ukrainian": UKRAINIAN * 4, "german": GERMAN * 4, "one-accent": ENGLISH + "The café is shut."}


# One accent against three broken bytes tells nothing.
BROKEN_CASES = [
    pytest.param(text, stray, id=f"{text_name}-{stray_name}")
    for text_name, text in BROKEN_TEXTS.items()
    for stray_name, stray in STRAY_BYTES.items()
    if (text_name, len(stray)) != ("one-accent", 3)
]


@pytest.mark.parametrize(("text", "stray"), BROKEN_CASES)
@pytest.mark.parametrize("place", [0.0, 0.4, 1.0], ids=["first", "within", "last"])
@pytest.mark.parametrize("charset", [None, "utf-8", "iso-8859-1", "windows-1251"])
def test_a_broken_byte_is_lost_and_the_rest_is_utf_8(text: str, stray: bytes, place: float, charset: str | None) -> None:
    at = int(place * len(text))
    found = decode(text[:at].encode() + stray + text[at:].encode(), charset)
    assert found.text.replace("\ufffd", "") == text
    assert "\ufffd" in found.text
    assert found.suspect


JAPANESE = "港湾委員会は火曜日に桟橋の拡張を決めたと市長が述べた。カタカナのフェリー会社は高すぎると言った。"
CHINESE = "港口委员会周二投票决定扩建码头，市长说。居民自风暴以来一直要求更宽的码头。"
KOREAN = "항만 위원회는 화요일에 더 넓은 부두를 위해 투표했다고 시장이 말했다. 주민들은 더 넓은 부두를 요구해 왔다."
GREEK = "Το συμβούλιο του λιμανιού ψήφισε την Τρίτη για μια πλατύτερη προβλήτα, είπε η δήμαρχος. "


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (UKRAINIAN, "cp1251"),
        (UKRAINIAN.upper(), "cp1251"),
        (UKRAINIAN, "koi8-u"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN.upper(), "koi8-r"),
        (RUSSIAN, "iso-8859-5"),
        (GERMAN, "cp1252"),
        (FRENCH.upper(), "cp1252"),
        (SPANISH, "iso-8859-1"),
        (POLISH, "iso-8859-2"),
        (POLISH, "cp1250"),
        (GREEK, "cp1253"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc-jp"),
        (JAPANESE, "iso-2022-jp"),
        (CHINESE, "gb18030"),
        (KOREAN, "euc-kr"),
    ],
)
@pytest.mark.parametrize("times", [1, 30])
@pytest.mark.parametrize("head", ["", ENGLISH], ids=["alone", "after-english"])
def test_no_other_character_set_is_taken_for_broken_utf_8(text: str, encoding: str, times: int, head: str) -> None:
    whole = head + text * times
    assert decode(whole.encode(encoding), encoding).text == whole


@pytest.mark.parametrize(
    ("content", "charset", "expected"),
    [
        pytest.param(b"<meta charset='utf-16'> caf\xe9 at the pier", None, "café at the pier", id="page-says-utf-16"),
        pytest.param(b"caf\xe9 at the pier", "utf-16", "café at the pier", id="carrier-says-utf-16"),
        pytest.param(b"caf\xe9 \\x41 at the pier", "unicode_escape", "café \\x41 at the pier", id="carrier-says-escapes"),
        pytest.param("港口委员会".encode("utf-16-le") + b"\n\x00", "utf-16-le", "港口委员会", id="utf-16-that-is-meant"),
        pytest.param(ENGLISH.encode() + b"\x81\x90", None, ENGLISH, id="bytes-of-no-western-sign"),
        pytest.param("It’s time".encode()[:-6], None, "It", id="cut-off-within-a-character"),
        pytest.param(b"It\x92s caf\xe9 time", None, "It’s café time", id="western-without-a-word"),
    ],
)
def test_a_character_set_that_cannot_be_meant_is_not_used(content: bytes, charset: str | None, expected: str) -> None:
    assert expected in decode(content, charset).text


@pytest.mark.parametrize("text", ["RIFFRAFF at the pier, says mayor", "BZh is no word.", "GIF8 is none either.", "PK goal wins the cup."])
def test_words_that_begin_like_a_binary_file_are_text(text: str) -> None:
    assert decode(text.encode(), None).text == text


@pytest.mark.parametrize("start", [b"GIF89a", b"RIFF\x10\x00\x00\x00WAVEfmt ", b"BZh91AY&SY", b"PK\x03\x04"])
def test_binary_files_are_no_text(start: bytes) -> None:
    with pytest.raises(TextError) as caught:
        decode(start + b" and some words after it", None)
    assert caught.value.outcome is DocumentOutcome.NOT_TEXT


def test_a_stray_null_is_no_binary_file() -> None:
    assert decode(b"The pier\x00 is wide.", None).text == "The pier is wide."


def test_undecodable_bytes_are_suspect_and_the_rest_is_read() -> None:
    found = extract((UKRAINIAN * 8).encode()[:900] + b"\xff\xfe" + (UKRAINIAN * 8).encode(), charset="utf-8")
    assert found.encoding_suspect
    assert "проголосувала" in found.text


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        pytest.param(b"", DocumentOutcome.EMPTY, id="nothing"),
        pytest.param(b" \n\t \r\n", DocumentOutcome.EMPTY, id="white-space"),
        pytest.param("\ufeff\u200b\u00a0".encode(), DocumentOutcome.EMPTY, id="invisible"),
        pytest.param(b"\x00" * 400, DocumentOutcome.NOT_TEXT, id="nulls"),
        pytest.param(b"%PDF-1.7\n some words", DocumentOutcome.NOT_TEXT, id="pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), DocumentOutcome.NOT_TEXT, id="png"),
        pytest.param(b"\x7fELF" + bytes(range(256)) * 4, DocumentOutcome.NOT_TEXT, id="program"),
        pytest.param(bytes(range(1, 32)) * 40, DocumentOutcome.NOT_TEXT, id="controls"),
        pytest.param(b"---\n***\n===", DocumentOutcome.NO_TEXT, id="rules-only"),
    ],
)
def test_bytes_that_give_no_text(content: bytes, outcome: DocumentOutcome) -> None:
    with pytest.raises(TextError) as caught:
        extract(content)
    assert caught.value.outcome is outcome


HIDDEN = "\u200e\u200f\u061c\u180e\u034f\u2061\u206a\ufff9\U000e0041\x1b[31m\x1b[0m"
JOINED = {
    "within-a-latin-word": ("sol\u200cdi\u200d\u200bers", "soldiers"),
    "hyphen-and-joiner": ("sol\u00ad\u200cdiers", "soldiers"),
    "faces": ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
    "persian": ("می\u200cخواهم", "می\u200cخواهم"),
}


@pytest.mark.parametrize(("text", "expected"), JOINED.values(), ids=JOINED.keys())
def test_joiners_go_from_latin_words_only(text: str, expected: str) -> None:
    assert clean_characters(text) == expected
    assert clean_characters(expected) == expected


def test_control_characters_go_and_all_others_stay() -> None:
    dirty = "A\x00 pier\x07 for\u200b the\ufeff nor\u00adth\u202e.\r\nCafe\u0301 \u2014 \u201cyes\u201d \U0001f6a2 \u2028end\ud800"
    assert clean_characters(dirty + HIDDEN) == clean_characters(dirty)
    assert clean_characters(dirty) == "A pier for the north.\nCafe\u0301 \u2014 \u201cyes\u201d \U0001f6a2 \nend"


def test_white_space_becomes_single_spaces() -> None:
    assert extract("The\u00a0pier \t is\u2009 wide,\u202fshe said.".encode()).text == "The pier is wide, she said."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        (FRENCH, "fr"),
        (SPANISH, "es"),
        (ITALIAN, "it"),
        (POLISH, "pl"),
        (UKRAINIAN, "uk"),
        (RUSSIAN, "ru"),
        ("港湾委員会は火曜日に桟橋の拡張を決めたと市長が述べた。", "ja"),
        ("港口委员会周二投票决定扩建码头，市长说。", "zh"),
        ("صوت مجلس الميناء يوم الثلاثاء لصالح توسيع الرصيف", "ar"),
        ("Holm Quill Marsh Vale Northland Harbour Pier Storm", "und"),
        ("", "und"),
        ("12 345 6789", "und"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_other_language_is_told_and_not_refused() -> None:
    assert extract((GERMAN * 3).encode()).language == "de"


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from(["text/plain", "text/html"]), st.sampled_from([None, "utf-8", "windows-1251", "utf-16", "x"])
)
def test_any_bytes_give_text_or_one_word(content: bytes, media_type: str, charset: str | None) -> None:
    found = extract_or_outcome(content, media_type=media_type, charset=charset)
    if isinstance(found, CleanText):
        assert found.text.strip() == found.text != ""
        assert found.text.encode("utf-8")
    else:
        assert found in (DocumentOutcome.EMPTY, DocumentOutcome.NOT_TEXT, DocumentOutcome.NO_TEXT)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_kept_words_stand_in_the_original(text: str) -> None:
    content = text.encode("utf-8", "replace")
    try:
        found = extract(content)
    except TextError:
        return
    signs = "*#_[]()!<>"
    original = "".join(char for char in decode(content, None).text if not char.isspace() and char not in signs)
    for paragraph in found.text.split("\n\n"):
        for word in paragraph.split():
            assert "".join(char for char in word if char not in signs) in original


LONG = 200_000
MOST_SECONDS = 10  # of processor time: what takes the square of its length takes minutes, the rest under two


@contextmanager
def processor_seconds(most: float) -> Iterator[None]:
    """Fail where the body takes more processor time than `most`, however busy the machine is."""

    def give_up(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"more than {most} seconds of processor time")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, most)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


HOSTILE = {
    "spaces": " " * LONG + "x",
    "open-brackets": "[" * LONG,
    "half-links": "[a](" * (LONG // 4),
    "images": "![" * (LONG // 2),
    "stars": "*" * LONG,
    "loose-stars": "* a " * (LONG // 4),
    "underscores": "_a" * (LONG // 2),
    "hashes": "#" * LONG,
    "less-than": "<" * LONG,
    "comments": "<!--" * (LONG // 4),
    "one-word": "a" * LONG,
    "by-by": "by " * (LONG // 3),
    "quotes": '"' * LONG,
    "markers": "0 Comments\n\n" * (LONG // 12),
    "same-line": "The mayor said on Monday that the pier would stand for ever.\n" * (LONG // 61),
    "all-bold": "\n\n".join(f"**Quote {i} says that mayor number {i} met on Monday with nobody**" for i in range(LONG // 70)),
    "deep-page": "<html><body>" + "<div>" * (LONG // 12) + "x" + "</div>" * (LONG // 12),
    "open-links": "<html><body>" + "<a href=x>" * (LONG // 40),
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in HOSTILE.items()])
def test_hostile_text_comes_to_an_end(text: str) -> None:
    with processor_seconds(MOST_SECONDS):
        found = extract_or_outcome(text.encode())
    assert isinstance(found, CleanText) or found is DocumentOutcome.NO_TEXT
