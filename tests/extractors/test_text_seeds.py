import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.text import extract_text
from vocabulary.documents import CleanText, RawDocument

OWN = Path(__file__).parents[2] / "seeds"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
NOISE = (
    "Submit a Comment",
    "Related Posts",
    "loader",
    "**",
    "0 Comments",
    "Your email address",
    "Tags:",
    "Published:",
    "By: ",
    "by |",
    "](http",
)


def real_files() -> list[Path]:
    folder = os.environ.get("STANCEWATCH_SEEDS", "")
    return sorted(Path(folder).glob("*.txt")) if folder else []


def read(path: Path) -> CleanText:
    media_type = "text/html" if path.suffix == ".html" else "text/plain"
    raw = RawDocument(
        document_id=path.stem,
        url=f"seed:{path.stem}",
        final_url=f"seed:{path.stem}",
        outlet="Test",
        media_type=media_type,
        content=path.read_bytes(),
        raw_sha256="0" * 64,
        seen_at=NOW,
    )
    return extract_text(raw)


def fold(text: str) -> str:
    """Fold as quotations are looked up: white space, typographic signs, and the marks `*` and `#`."""
    table = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00a0": " ", "*": "", "#": ""})
    return re.sub(r"\s+", " ", text.translate(table))


def check(path: Path) -> None:
    found = read(path)
    assert found.language == "en"
    assert not found.encoding_suspect
    for noise in NOISE:
        assert noise not in found.text
    lines = found.text.split("\n")
    assert not any(line.startswith("#") for line in lines)
    assert found.title == "" or found.title not in lines
    paragraphs = [line for line in lines if line]
    assert len(set(paragraphs)) == len(paragraphs)
    assert len(paragraphs) >= 8


def test_seeds_folder_is_named() -> None:
    if not real_files():
        pytest.skip("STANCEWATCH_SEEDS names no folder with documents: the real seeds are not checked")
    assert len(real_files()) >= 5


@pytest.mark.parametrize("path", real_files(), ids=lambda path: path.stem)
def test_real_seed_comes_out_clean(path: Path) -> None:
    check(path)
    original = fold(path.read_text(encoding="utf-8"))
    found = read(path)
    for paragraph in found.text.split("\n\n"):
        assert fold(paragraph) in original


@pytest.mark.parametrize(
    "path", sorted(path for path in OWN.glob("brief-*") if path.suffix in (".txt", ".html")), ids=lambda path: path.stem
)
def test_own_brief_comes_out_clean(path: Path) -> None:
    check(path)
    found = read(path)
    assert found.title
    assert found.published_on is not None
    assert all(line.startswith("Published") for line in found.removed)
