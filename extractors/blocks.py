"""Plain text, Markdown or the text of a page cut into blocks: one paragraph, heading or list item each, its marks taken off and kept."""

import re
from dataclasses import dataclass
from typing import Final

WRAP_COLUMN: Final = 100  # editors that wrap lines do so before this column
PROSE_WORDS: Final = 12
LINK_SHARE: Final = 0.8
TERMINAL: Final = ".!?…"
CLOSERS: Final = "\"'”’»)]*_ "

_HEADING: Final = re.compile(r"^\s{0,3}(#{1,6})\s+(\S.*?)\s{0,5}#*\s*$")
_UNDERLINE: Final = re.compile(r"^\s{0,3}(?:={3,}|-{3,}|\*{3,}|_{3,}|(?:[*_-]\s){3,})\s*$")
_BULLET: Final = re.compile(r"^\s{0,8}(?:[*•◦▪‣·+]|[-–—](?!-))\s+(?=\S)")
_PAGE_BULLET: Final = re.compile(
    r"^\s{0,8}(?:[•◦▪‣·]|[-–—](?!-))\s+(?=\S)"
)  # of these the first are typed, the hyphen stands for a list item
_QUOTE: Final = re.compile(r"^\s{0,3}(?:>\s?){1,5}")
_IMAGE: Final = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\s]{0,600}(?:\s\"[^\"\n]{0,200}\")?\)")
_LINK: Final = re.compile(r"\[([^\[\]\n]{0,300})\]\([^()\s]{0,600}(?:\s\"[^\"\n]{0,200}\")?\)")
_BOLD: Final = re.compile(r"\*{2,3}|(?<![\w_])_{2,3}(?=\S)|(?<=[\S])_{2,3}(?![\w_])")
_ITALIC: Final = re.compile(r"(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])|(?<![\w_])_(?=[^\s_])|(?<=[^\s_])_(?![\w_])")
_TAG: Final = re.compile(
    r"</?(?:p|br|b|i|em|strong|div|span|a|u|h[1-6]|ul|ol|li|figure|figcaption|blockquote)(?:\s[^<>\n]{0,300})?/?>", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or list item; `text` is `raw` without marks and with single spaces."""

    raw: str
    text: str
    heading: int = 0
    emphasis: bool = False  # the whole of it bold or italic: a pull-quote, a caption or a subhead
    quoted: bool = False
    item: bool = False
    linked: bool = False  # nearly all of it is the text of links

    @property
    def words(self) -> int:
        """Return the number of words."""
        return self.text.count(" ") + 1 if self.text else 0

    @property
    def ends(self) -> bool:
        """Tell whether it ends as a sentence does."""
        return self.text.rstrip(CLOSERS)[-1:] in tuple(TERMINAL) or self.text.rstrip("*_ ")[-2:] in ('."', ".”", ".'", ".’")

    @property
    def is_prose(self) -> bool:
        """Tell whether it reads as a paragraph of running text, not cut short as teasers are."""
        return self.words >= PROSE_WORDS and self.heading == 0 and self.ends and not self.is_cut

    @property
    def is_cut(self) -> bool:
        """Tell whether it breaks off with dots, as teasers do."""
        tail = self.text.rstrip("\"'”’»)] ")
        return tail.endswith(("...", "…", "[…", "[...", "[&hellip;"))


def split_blocks(text: str, *, markdown: bool = True) -> list[Block]:
    """Return the blocks of a text in order. Wrapped lines are joined; other lines stand for themselves.

    Without `markdown`, stars, brackets and tags are the text's own signs: what a page shows has no marks left but those of list items.
    """
    blocks: list[Block] = []
    group: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.strip():
            group.append(line)
            continue
        blocks.extend(block for raw in _unwrap(group) if (block := make_block(raw, markdown=markdown)) is not None)
        group = []
    return blocks


def make_block(raw: str, *, markdown: bool = True) -> Block | None:
    """Return the block of one line, None where nothing but marks is in it."""
    if _UNDERLINE.match(raw):
        return None
    return _make_marked(raw) if markdown else _make_shown(raw)


def _make_shown(raw: str) -> Block | None:
    """Return the block of one line of a page."""
    mark = _PAGE_BULLET.match(raw)
    line = raw if mark is None else raw[mark.end() :]
    clean = _trim_subhead(" ".join(line.split()), item=mark is not None)
    return Block(raw.strip(), clean, item=mark is not None) if clean else None


def _make_marked(raw: str) -> Block | None:
    """Return the block of one line of plain text or Markdown."""
    line, heading, quoted, item = raw, 0, False, False
    if (mark := _QUOTE.match(line)) is not None:
        line, quoted = line[mark.end() :], True
    if (found := _HEADING.match(line)) is not None:
        line, heading = found[2], len(found[1])
    elif (mark := _BULLET.match(line)) is not None:
        line, item = line[mark.end() :], True
    core = line.strip()
    emphasis = _is_all_emphasis(core)
    clean = _trim_subhead(strip_marks(core), item=item)
    linked = sum(len(found[1]) for found in _LINK.finditer(core)) >= LINK_SHARE * len(clean)
    return Block(raw.strip(), clean, heading, emphasis, quoted, item, linked) if clean else None


def _trim_subhead(line: str, *, item: bool) -> str:
    """Return a line without the dash behind it, where one stood before it: an agency's subhead, `- Missiles -`."""
    return line[:-2].rstrip() if item and line.endswith((" -", " –", " —")) else line


def strip_marks(line: str) -> str:
    """Return a line without Markdown marks, its white space folded; the words stay as they are."""
    line = _IMAGE.sub(" ", line)
    line = _LINK.sub(r"\1", line)
    if "<" in line:
        line = _TAG.sub(" ", line)
    line = _ITALIC.sub("", _BOLD.sub("", line))
    return " ".join(line.split())


def _is_all_emphasis(core: str) -> bool:
    """Tell whether one pair of marks embraces the whole line."""
    for mark in ("***", "**", "__", "*", "_"):
        if len(core) > 2 * len(mark) and core.startswith(mark) and core.rstrip(".").endswith(mark):
            return mark not in core[len(mark) : -len(mark) - 1]
    return False


def _unwrap(group: list[str]) -> list[str]:
    """Return the paragraphs of lines that stand together: one where an editor wrapped them, else each line."""
    if len(group) < 3:  # two lines do not show a wrap
        if len(group) == 2 and _HEADING.match(group[0]) is None and _is_broken_off(group[0]) and group[1][:1].islower():
            return [f"{group[0].rstrip()} {group[1].lstrip()}"]
        return group
    lengths = [len(line) for line in group[:-1]]
    longest = max(lengths)
    full = sum(length >= 0.75 * longest for length in lengths)  # a wrapped line ends where the next word did not fit
    open_ends = sum(_is_broken_off(line) for line in group[:-1])
    marked = any(_HEADING.match(line) or _BULLET.match(line) or _QUOTE.match(line) for line in group)
    if marked or not 40 < longest <= WRAP_COLUMN or full < 0.8 * len(lengths) or open_ends < 0.5 * len(lengths):
        return group
    return [" ".join(line.strip() for line in group)]


def _is_broken_off(line: str) -> bool:
    return line.rstrip(CLOSERS)[-1:] not in tuple(TERMINAL + ":")
