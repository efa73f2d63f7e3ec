import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sources.regular import NotRegularError, TooLongError, read_regular

KINDS: dict[str, tuple[Callable[[Path], object], type[Exception]]] = {
    "pipe": (os.mkfifo, NotRegularError),
    "folder": (os.mkdir, NotRegularError),
    "device without end": (lambda path: path.symlink_to("/dev/zero"), NotRegularError),
    "nothing": (lambda path: None, FileNotFoundError),
    "link to nothing": (lambda path: path.symlink_to("gone"), FileNotFoundError),
    "link to itself": (lambda path: path.symlink_to(path), OSError),
    "one byte too many": (lambda path: path.write_bytes(b"x" * 11), TooLongError),
}


@pytest.mark.parametrize(("make", "error"), KINDS.values(), ids=KINDS.keys())
def test_what_is_no_file_of_its_size_is_refused_at_once(tmp_path: Path, make: Callable[[Path], object], error: type[Exception]) -> None:
    make(tmp_path / "f")
    with pytest.raises(error):
        read_regular(tmp_path / "f", 10)


@pytest.mark.parametrize("content", [b"", b"x" * 10], ids=["empty", "as long as may be"])
def test_a_file_gives_its_bytes(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "f").write_bytes(content)
    (tmp_path / "link").symlink_to("f")
    assert read_regular(tmp_path / "f", 10) == read_regular(tmp_path / "link", 10) == content
