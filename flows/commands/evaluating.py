"""The verb `evaluate`: how much of a marked set the extractors find, by the same figures as its own scorer, and against their floors."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands.options import JsonFlag, WatchFlag, settings_of
from flows.commands.output import print_json, put, say
from vocabulary.errors import SeedError, TerminalError

if TYPE_CHECKING:  # starting is to stay light
    from extractors.evaluation_report import Report
    from flows.floors import Comparison
    from flows.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command(epilog="Example: stancewatch evaluate --gold gold/dev/gold --docs gold/dev/docs --meta gold/dev/meta.json")(evaluate)


def evaluate(
    ctx: typer.Context,
    gold: Annotated[Path, typer.Option(help="Folder of marked documents, one JSON object each")],
    docs: Annotated[Path, typer.Option(help="Folder of their texts")],
    meta: Annotated[Path, typer.Option(help="JSON list of {doc, published}, with outlet where known")],
    watch: WatchFlag = None,
    as_json: JsonFlag = False,
    errors: Annotated[bool, typer.Option("--errors", help="Also list what was missed and what was found wrongly")] = False,
    floors: Annotated[Path | None, typer.Option(metavar="FILE", help="TOML file of floors; a figure below one is exit code 1")] = None,
    update: Annotated[bool, typer.Option("--update", help="Raise the floors to what is measured, rounded down to 0.01")] = False,
    allow_regression: Annotated[bool, typer.Option("--allow-regression", help="With --update: lower floors as well")] = False,
) -> None:
    """Tag the documents of a marked set and print precision, recall and F1, with intervals, and by issue, actor and outlet.

    With --floors, each figure is held against the floor that the file has for this set, under the name of the folder of marks
    (of its parent where it is just called `gold`).
    """
    if (update and floors is None) or (allow_regression and not update):
        raise typer.BadParameter("--update needs --floors FILE, and --allow-regression needs --update", param_hint="--floors")
    report, marked_sha256 = _measure(settings_of(ctx, watch=watch), gold, docs, meta)
    comparison = _compare(floors, gold, report, marked_sha256) if floors else None
    if as_json:
        print_json(report.model_dump(mode="json") | ({"floors": comparison.as_json()} if comparison else {}))
    else:
        put(report.render(errors=errors))
        for line in comparison.lines() if comparison else ():
            typer.echo(line)
    if comparison and floors:
        _judge(floors, comparison, update=update, allow_regression=allow_regression)


def _measure(settings: "Settings", gold: Path, docs: Path, meta: Path) -> tuple["Report", str]:
    """Return the figures of a marked set, and its hash."""
    from extractors.evaluation import evaluate as score
    from flows.context import open_context
    from flows.file_tagging import as_prediction, parse_published, read_outlets, read_published, tag_files
    from flows.floors import hash_marked_set

    context = open_context(settings)
    records = _records(gold)
    files = [docs / record["doc"] for record in records]
    days = {name: parse_published(text, f"{meta}, {name}") for name, text in read_published(meta).items()}
    if missing := [path.name for path in files if path.name not in days]:
        raise SeedError(f"{meta}: no entry for {missing[0]} (and {len(missing) - 1} more); add {{doc, published}} for each")
    predictions = [as_prediction(found) for found in tag_files(context, files, days)]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    watch = context.watch
    report = score(
        records,
        texts,
        predictions,
        groups=watch.score_groups,
        outlets=read_outlets(meta),
        operating_point=watch.rules.operating_point,
    )
    return report, hash_marked_set(sorted(gold.glob("*.json")), files, days)


def _compare(floors: Path, gold: Path, report: "Report", marked_sha256: str) -> "Comparison":
    from flows.floors import Comparison, Floors, figures_of, name_of_set, read_floors

    name = name_of_set(gold)
    return Comparison(name, Floors(marked_sha256, figures_of(report)), read_floors(floors).get(name))


def _judge(floors: Path, comparison: "Comparison", *, update: bool, allow_regression: bool) -> None:
    """Raise the floors, or raise `TerminalError` where the figures do not hold against them."""
    from flows.floors import raised, read_floors, write_floors

    if update:
        sets = read_floors(floors)
        write_floors(floors, {**sets, comparison.name: raised(comparison, allow_regression=allow_regression)})
        say(f"{floors}: floors of {comparison.name!r} written")
    elif problems := comparison.problems():
        raise TerminalError(f"{floors}: {'; '.join(problems)}; --update writes floors anew, and only upward")


def _records(folder: Path) -> list[dict[str, Any]]:
    """Return the marked documents of `folder`, in name order. Raises `SeedError`."""
    try:
        records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
        names = [record["doc"] for record in records]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SeedError(f"{folder}: holds a file that is no marked document: {type(error).__name__}: {error}") from error
    if not names:
        raise SeedError(f"{folder}: holds no marked documents (*.json)")
    return records
