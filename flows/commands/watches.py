"""The verbs under `watch`: what a watch file holds, and what is wrong with it."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import JsonFlag, settings_of
from flows.commands.output import complain, print_json
from flows.exit_codes import ExitCode
from vocabulary.errors import WatchError


def register(app: typer.Typer) -> None:
    """Add the verbs to `app`."""
    group = typer.Typer(help="Look at watch files.", no_args_is_help=True, rich_markup_mode=None)
    group.command(epilog="Example: stancewatch watch check watches/coalition.toml")(check)
    app.add_typer(group, name="watch")


def check(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Watch file; by default the one of the settings")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Print every problem of a watch file with its line, or what it holds."""
    from vocabulary.watch_file import parse_watch

    path = file or settings_of(ctx).watch
    try:
        watch = parse_watch(_read(path), str(path))
    except WatchError as error:
        for problem in error.problems:
            complain(ValueError(f"{path}: {problem}"))
        raise typer.Exit(ExitCode.ERROR) from error
    offices = sum(len(person.offices) for person in watch.people)
    counts = {
        "actors": len(watch.actors),
        "in_focus": sum(actor.in_focus for actor in watch.actors),
        "people": len(watch.people),
        "offices": offices,
        "issues": len(watch.issues),
        "aspects": sum(len(issue.aspects) for issue in watch.issues),
        "feeds": len(watch.feeds),
        "verified_feeds": sum(feed.verified for feed in watch.feeds),
    }
    if as_json:
        print_json({"file": str(path), "id": watch.id, "version": watch.version, **counts})
        return
    typer.echo(f"{path}: {watch.title} ({watch.id}, version {watch.version})")
    typer.echo(", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items()))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WatchError(str(path), [f"cannot be read: {error}"]) from error
