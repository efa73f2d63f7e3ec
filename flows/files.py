"""Write files so that a reader, or a machine that loses power, finds the old one or the new one and never half of either."""

import os
from pathlib import Path

from digest.render import render_html, render_json, render_markdown
from vocabulary.errors import WarehouseError
from vocabulary.stance import Digest


def write_atomically(path: Path, content: str) -> None:
    """Write `content` to `path` in UTF-8: a temporary file beside it, fsync, rename, fsync of the folder.

    The temporary file has one fixed name, so that a killed run leaves at most one behind and the next one takes it over;
    the warehouse's lock sees to it that one process writes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def digest_folder(digests: Path, digest: Digest) -> Path:
    """Return the folder of one digest's files."""
    return digests / digest.day.isoformat()


def write_digest(digests: Path, digest: Digest, *, latest: bool) -> Path:
    """Write the files of `digest` and, where it is the `latest`, the copies beside the day folders; return its Markdown file.

    A file that holds the same content already is left alone. Raises `WarehouseError` where the folder cannot be written.
    """
    rendered = {"md": render_markdown(digest), "html": render_html(digest), "json": render_json(digest)}
    folder = digest_folder(digests, digest)
    targets = [(folder / f"digest.{suffix}", text) for suffix, text in rendered.items()]
    if latest:
        targets += [(digests / f"latest.{suffix}", text) for suffix, text in rendered.items()]
    for path, text in targets:
        try:
            if not path.is_file() or path.read_bytes() != text.encode():
                write_atomically(path, text)
        except OSError as error:
            raise WarehouseError(f"{path}: cannot be written: {error.strerror}; make it writable, then run `digest` again") from error
    return folder / "digest.md"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
