"""What commands print: reports for people and for programs, errors as one line."""

import json
from pathlib import Path
from typing import Any

import typer

from flows.reports import DigestReport, RunReport

_DIGEST_LINES = 25


def say(line: str) -> None:
    """Print a line about the work itself to stderr, so that stdout holds results only."""
    typer.echo(line, err=True)


def complain(error: Exception) -> None:
    """Print `error` as one line."""
    typer.echo(f"stancewatch: {' '.join(str(error).split())}", err=True)


def print_json(value: Any) -> None:
    """Print `value` as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


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
        typer.echo("\n".join(lines[:_DIGEST_LINES]))
        if len(lines) > _DIGEST_LINES:
            typer.echo(f"... {len(lines) - _DIGEST_LINES} more lines; the same as a page: {Path(digest.path).with_suffix('.html')}")
