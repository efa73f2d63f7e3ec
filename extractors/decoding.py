"""Bytes of an article to characters: the declared character set where it holds, a better one where it does not.

Follows the WHATWG Encoding Standard where it decides: a byte order mark beats all, iso-8859-1 means windows-1252. Beyond it, bytes
that are UTF-8 but for a few are read so whatever was declared, for no other text is UTF-8 by chance.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from charset_normalizer import from_bytes

from vocabulary.errors import TextError
from vocabulary.words import DocumentOutcome

HEAD_BYTES: Final = 4096  # where a page declares its character set
SAMPLE_BYTES: Final = 100_000
MOST_BROKEN: Final = 0.10  # share of undecodable and control characters above which bytes are no text
MOST_NULS: Final = 0.005
FEW_NULS: Final = 3  # so many are a slip in a text of any length
ODD_A_WORD: Final = 0.005  # a brand name or a slip in every two hundred words is no sign
MOSTLY_ASCII: Final = 0.10  # share of other bytes under which a text is in Latin letters
_LOW_BYTES: Final = bytes(range(9))
_ABOVE_ASCII: Final = bytes(range(0x80, 0x100))

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The first bytes of files that are no text; those in letters are long enough to begin no sentence.
_MAGIC: Final = re.compile(
    rb"%PDF-|\x89PNG|GIF8[79]a|\xff\xd8\xff|PK\x03\x04|\x1f\x8b|\x7fELF|\xd0\xcf\x11\xe0|RIFF.{4}(?:WAVE|AVI |WEBP)|BZh[1-9]1AY&SY",
    re.DOTALL,
)
_ALIASES: Final = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "utf8": "utf-8",
    "iso-8859-9": "cp1254",
}
# Characters of more than one byte that hold together. The longer ones, and the signs and Western letters of the first two lead bytes, stand
# in no text of another character set but by the rarest chance: three or four times as telling as the rest.
_WIDE: Final = re.compile(rb"[\xc2\xc3][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NARROW: Final = re.compile(rb"[\xc4-\xdf][\x80-\xbf]")
_WIDE_WEIGHT: Final = 3
_CUT_OFF: Final = re.compile(rb"(?:[\xe0-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{1,2})\Z")  # a file that ends within a character
_LONE_HALF: Final = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")  # half of a surrogate pair, as careless programs write it
_REPLACED: Final = "\ufffd".encode()
_NO_CHARACTER_SETS: Final = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})
_DECLARED: Final = re.compile(rb"""(?:charset|encoding)\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
# Characters that no editor writes: C0 and C1 controls, halves of surrogate pairs, non-characters, and the invisible ones that
# only mislead (byte order mark, zero width space, soft hyphen, marks and overrides of the writing direction, tags); the colours of a
# terminal; joiners within Latin words, which elsewhere shape letters and faces.
_UNWANTED: Final = re.compile(
    "(?<=[A-Za-z])[\u00ad\u200b-\u200d]+(?=[A-Za-z])"
    "|\x1b\\[[0-9;]{0,20}[A-Za-z]"
    "|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ufeff\u200b\u00ad\u034f\u061c\u180e\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# One set of characters comes first: a search for that is several times as fast as one that has to try alternatives everywhere.
_LINE_END: Final = re.compile("[\r\x0b\x0c\x85\u2028\u2029](?:(?<=\r)\n)?")
_LINE_ENDS: Final = "\r\x0b\x0c\x85\u2028\u2029"
_BROKEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd]")
_LOW_CONTROLS: Final = bytes((*range(0x09), *range(0x0E, 0x20), 0x7F))  # all that is unwanted or broken of a text in ASCII
# Every unwanted run holds one of these; most texts hold none.
_MAYBE_UNWANTED: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
# What UTF-8 looks like when it was read as windows-1252 or windows-1251, and lower case running into upper case.
_MOJIBAKE: Final = re.compile(
    'Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[™œ\u009d“”˜¦"–]|Â[\u00a0-\u00bf]|вЂ[™љњќ“”]|Ð[\u0090-\u00bf°±²³µ¶·¸¹º»¼½¾¿]|Ñ[\u0080-\u008f€‚ƒ„…†‡ˆ‰Š‹]'
)
_ODD: Final = re.compile(
    "[^\\W\\d_][¤¦§¨©¬®¯°±²³´µ¶·¸¹»¼½¾¿×÷ªº¥£¢¡\u2500-\u259f][^\\W\\d_]"  # signs within a word
    "|[^\\W\\d_][³¹±¼¾¤¦][ .,]"  # Central European letters read as Western ones
    "|[а-яґіїє][А-ЯҐІЇЄ]"  # KOI8 read as windows-1251
    "|[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]"  # two scripts in one word
    "|[\u00c0-\u00ff]{4}"  # Cyrillic read as Western
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Characters of a document; `suspect` where they may not be those that were written."""

    text: str
    suspect: bool


def decode(content: bytes, charset: str | None) -> Decoded:
    """Return the characters of `content` without control characters, line ends as newlines.

    Raises TextError: EMPTY where there is nothing but space, NOT_TEXT where the bytes are no text.

    Stages: 1. refuse what is no text; 2. byte order mark; 3. UTF-8, whole or with a few broken bytes; 4. declared character sets;
    5. a guess.
    """
    # 1.
    if not content.strip():
        raise TextError("the document has no bytes but white space: check the file or address", DocumentOutcome.EMPTY)
    if _MAGIC.match(content):
        raise TextError(f"the document is a binary file (starts with {content[:4]!r}): give a text or HTML file", DocumentOutcome.NOT_TEXT)
    read = _decode_marked(content) or _decode_utf8(content, charset) or _decode_broken_utf8(content)
    read = read or _decode_declared(content, charset) or _decode_guessed(content, charset)
    text = read.text
    broken = _count_broken(text)
    if broken > MOST_BROKEN * len(text) or text.count("\x00") > max(FEW_NULS, MOST_NULS * len(text)):
        raise TextError(f"the document is no text: {broken} of {len(text)} characters are not printable", DocumentOutcome.NOT_TEXT)
    suspect = read.suspect or "\ufffd" in text or _looks_garbled(text)
    clean = clean_characters(text)
    if not clean.strip():
        raise TextError("the document holds no printable character: check the file or address", DocumentOutcome.EMPTY)
    return Decoded(clean, suspect)


def clean_characters(text: str) -> str:
    """Return text without control characters and lone surrogates, every line end a newline; all else as it was."""
    if any(sign in text for sign in _LINE_ENDS):
        text = _LINE_END.sub("\n", text)
    may_be = _count_broken(text) > 0 if text.isascii() else _MAYBE_UNWANTED.search(text) is not None
    return _UNWANTED.sub("", text) if may_be else text


def one_line(text: str) -> str:
    """Return a title or name without control characters, its white space single spaces."""
    return " ".join(clean_characters(text).split())


def _decode_marked(content: bytes) -> Decoded | None:
    """Read by byte order mark, or UTF-16 without one: there every other byte is a low one."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return Decoded(content[len(mark) :].decode(encoding, "replace"), False)
    sample = content[:HEAD_BYTES]
    even, odd = sample[0::2], sample[1::2]
    low_even, low_odd = (_count(_LOW_BYTES, half) / max(len(half), 1) for half in (even, odd))
    if len(odd) > 1 and max(low_even, low_odd) > 0.9 and min(low_even, low_odd) < 0.1:
        return Decoded(content.decode("utf-16-le" if low_odd > low_even else "utf-16-be", "replace"), True)
    return None


def _decode_utf8(content: bytes, charset: str | None) -> Decoded | None:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if text.isascii():
        stateful = (charset or "").lower().startswith(("iso-2022", "hz")) and "\x1b" in text
        return None if stateful else Decoded(text, False)
    return Decoded(text, any(name != "utf-8" for name in _declared(content, charset)))


def _decode_broken_utf8(content: bytes) -> Decoded | None:
    """Read as UTF-8 with U+FFFD for what does not fit, where far more of the bytes fit than chance allows.

    In a text of another character set hardly any characters hold together as UTF-8 and nearly all others are broken. Mostly ASCII text
    has few of either, so that a smaller lead decides.
    """
    if content.isascii():
        return None
    repaired = _LONE_HALF.sub(_REPLACED, content)
    text = repaired.decode("utf-8", "replace")
    broken = text.count("\ufffd") - repaired.count(_REPLACED) - bool(_CUT_OFF.search(repaired))
    lead = 2 if _is_mostly_ascii(content) else 4
    wide = len(_WIDE.findall(repaired)) - repaired.count(_REPLACED)
    fits = _WIDE_WEIGHT * wide + len(_NARROW.findall(repaired))
    return Decoded(text, True) if fits >= lead * broken else None


def _decode_declared(content: bytes, charset: str | None) -> Decoded | None:
    """Read by the carrier's, then the page's own declaration, where the bytes fit it."""
    declared = list(dict.fromkeys(_declared(content, charset)))
    for name in declared:
        text = _try(content, name)
        if text is not None and not _count_odd(text):
            return Decoded(text, name != declared[0])
    return None


def _decode_guessed(content: bytes, charset: str | None) -> Decoded:
    """Read as what looks least odd: the declared sets, windows-1252 for a mostly ASCII text, the statistical guess."""
    readings = [_try(content, name) for name in _declared(content, charset) if name != "utf-8"]
    western = content.decode("cp1252", "replace")
    if _is_mostly_ascii(content):
        readings.append(western)  # even with a byte that windows-1252 has no sign for: a guess would turn it into any alphabet
    guess = from_bytes(content[:SAMPLE_BYTES]).best()
    if guess is not None:
        readings.append(_try(content, guess.encoding))
    return Decoded(min((text for text in readings if text is not None), key=_count_odd, default=western), True)


def _is_mostly_ascii(content: bytes) -> bool:
    sample = content[:SAMPLE_BYTES]
    return _count(_ABOVE_ASCII, sample) < MOSTLY_ASCII * len(sample)


def _count(wanted: bytes, content: bytes) -> int:
    """Return how many bytes of `content` are among `wanted`."""
    return len(content) - len(content.translate(None, wanted))


def _declared(content: bytes, charset: str | None) -> list[str]:
    """Return the character sets that the carrier and the page's own head name, those that cannot be meant left out."""
    names = [name for name in (_codec(charset), _codec(_declared_inside(content))) if name is not None]
    # a text of two or four bytes a character holds NULs; without them its name is a slip, as the Encoding Standard has it for pages
    return names if b"\x00" in content else [name for name in names if not name.startswith(("utf-16", "utf-32"))]


def _declared_inside(content: bytes) -> str | None:
    """Return the character set that a page's own head names."""
    found = _DECLARED.search(content[:HEAD_BYTES])
    return None if found is None or b"<" not in content[:HEAD_BYTES] else found[1].decode("ascii", "replace")


def _codec(name: str | None) -> str | None:
    """Return Python's name of a character set, None where it has none; never a codec that is no character set."""
    if not name:
        return None
    low = name.strip().strip("\"'").lower()
    try:
        found = codecs.lookup(_ALIASES.get(low, low))
    except (LookupError, ValueError):
        return None
    return (
        _ALIASES.get(found.name, found.name) if getattr(found, "_is_text_encoding", True) and found.name not in _NO_CHARACTER_SETS else None
    )


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _count_odd(text: str) -> int:
    """Return how often a reading shows what no writer writes: signs, capitals or another script inside words, C1 controls."""
    sample = text[:SAMPLE_BYTES]
    count = len(_ODD.findall(sample)) + _count_broken(sample)
    return count if count > ODD_A_WORD * sample.count(" ") + 1 else 0


def _count_broken(text: str) -> int:
    """Return how many characters are controls or stand for bytes that could not be read."""
    return _count(_LOW_CONTROLS, text.encode("ascii")) if text.isascii() else len(_BROKEN.findall(text))


def _looks_garbled(text: str) -> bool:
    """Tell whether the text was garbled before it came: twice encoded."""
    return not text.isascii() and len(_MOJIBAKE.findall(text[:SAMPLE_BYTES])) >= 3  # one or two may be a text about encodings
