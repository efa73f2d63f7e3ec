"""Write the golden files of the digest anew: `python tests/digest/make_goldens.py`, then read the diff before keeping it."""

from pathlib import Path

from digest_samples import make_fisheries_digest

from digest.render import render_html, render_json, render_markdown

DATA = Path(__file__).parent / "data"


def build_goldens() -> dict[str, str]:
    """Return the golden files as they should be: file name to text."""
    digest = make_fisheries_digest()
    return {"digest.json": render_json(digest), "digest.md": render_markdown(digest), "digest.html": render_html(digest)}


if __name__ == "__main__":
    for name, text in build_goldens().items():
        (DATA / name).write_text(text, encoding="utf-8", newline="\n")
