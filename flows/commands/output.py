"""What commands print: reports for people and for programs, errors as one line."""

import json
import math
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import typer

from flows.exit_codes import ExitCode
from flows.reports import DigestReport, RunReport
from vocabulary.errors import TerminalError

_DIGEST_LINES = 25
# what would move the cursor or turn the text around; titles and quotes are a stranger's words
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def say(line: str) -> None:
    """Print a line about the work itself to stderr, so that stdout holds results only."""
    typer.echo(line, err=True)


def complain(error: Exception) -> None:
    """Print `error` as one line."""
    words = without_controls(" ".join(str(error).split()))
    typer.echo(f"stancewatch: {words}".encode("utf-8", "backslashreplace").decode("utf-8"), err=True)


@contextmanager
def telling_lost_output() -> Iterator[None]:
    """Turn an output that cannot be written, such as to a full disk, into one line; whatever a file name holds can be printed.

    Who stops reading, as `head` does, needs no line.
    """
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except OSError as error:
        if not _is_output_lost():
            raise
        if isinstance(error, BrokenPipeError):
            sys.exit(ExitCode.ERROR)
        raise TerminalError(f"the output cannot be written: {error.strerror}; send it to another place") from error


def _is_output_lost() -> bool:
    """Tell whether stdout takes no more, and if so throw away what it did not take, which Python would try again at the end."""
    try:
        sys.stdout.write("\n")  # what failed before may have been dropped, so that there is nothing to flush
        sys.stdout.flush()
    except OSError:
        with open(os.devnull, "wb") as nowhere, suppress(OSError, ValueError):
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        return True
    return False


def put(line: str = "") -> None:
    """Print a line of a result for people, which may hold anybody's words."""
    typer.echo(without_controls(line))


def without_controls(text: str) -> str:
    """Return `text` with control characters, but tabs and line feeds, as `<1b>`."""
    return _CONTROLS.sub(lambda found: f"<{ord(found.group()):02x}>", text)


def put_lines(lines: Iterable[str]) -> None:
    """Print many lines, as they are."""
    if sys.stdout is not None:  # closed by whoever started us
        sys.stdout.writelines(f"{line}\n" for line in lines)


def json_value(value: Any) -> Any:
    """Return `value` as JSON can say it: bytes in hexadecimal, and numbers that are none as PostgreSQL writes them, in quotes."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {key if isinstance(key, str) else str(json_value(key)): json_value(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(entry) for entry in value]
    return value


def json_line(value: Any, *, indent: int | None = None) -> str:
    """Return `value` as JSON text."""
    return json.dumps(json_value(value), indent=indent, ensure_ascii=False, default=str, allow_nan=False)


def print_json(value: Any) -> None:
    """Print `value` as JSON."""
    typer.echo(json_line(value, indent=2))


def print_run(report: RunReport, *, as_json: bool, with_digest: bool = True) -> None:
    """Print what a run did, and the beginning of the digest at its end."""
    if as_json:
        print_json({"status": report.status, **report.model_dump(mode="json")})
        return
    for step in report.steps:
        typer.echo(step.line())
    for note in report.notes:
        typer.echo(f"note: {note}")
    if report.digest is not None:
        print_digest(report.digest, beginning=with_digest)


def print_digest(digest: DigestReport, *, beginning: bool) -> None:
    """Print where a digest is and, if asked, how it begins."""
    for note in digest.notes:
        typer.echo(f"digest: {note}")
    if not digest.path:
        return
    words = {"issued": "issued", "reprinted": "as issued before", "no_data": "the last one issued"}[digest.state]
    typer.echo(f"digest {digest.number} for {digest.day} ({words}): {digest.path}")
    if beginning:
        lines = Path(digest.path).read_text(encoding="utf-8").splitlines()
        typer.echo("")
        put("\n".join(lines[:_DIGEST_LINES]))
        if len(lines) > _DIGEST_LINES:
            typer.echo(f"... {len(lines) - _DIGEST_LINES} more lines; the same as a page: {Path(digest.path).with_suffix('.html')}")
