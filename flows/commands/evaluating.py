"""The verb `evaluate`: how much of a marked set the extractors find, by the same figures as its own scorer."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.commands.options import JsonFlag, WatchFlag, settings_of
from flows.commands.output import print_json
from vocabulary.errors import SeedError


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command(epilog="Example: stancewatch evaluate --gold gold/dev/gold --docs gold/dev/docs --meta gold/dev/meta.json")(evaluate)


def evaluate(
    ctx: typer.Context,
    gold: Annotated[Path, typer.Option(help="Folder of marked documents, one JSON object each")],
    docs: Annotated[Path, typer.Option(help="Folder of their texts")],
    meta: Annotated[Path, typer.Option(help="JSON list of {doc, published}")],
    watch: WatchFlag = None,
    as_json: JsonFlag = False,
    errors: Annotated[bool, typer.Option("--errors", help="Also list what was missed and what was found wrongly")] = False,
) -> None:
    """Tag the documents of a marked set and print precision, recall and F1."""
    from extractors.evaluation import evaluate as score
    from flows.context import open_context
    from flows.file_tagging import as_prediction, parse_published, read_published, tag_files

    context = open_context(settings_of(ctx, watch=watch))
    records = _records(gold)
    files = [docs / record["doc"] for record in records]
    days = {name: parse_published(text, f"{meta}, {name}") for name, text in read_published(meta).items()}
    if missing := [path.name for path in files if path.name not in days]:
        raise SeedError(f"{meta}: no entry for {missing[0]} (and {len(missing) - 1} more); add {{doc, published}} for each")
    predictions = [as_prediction(found) for found in tag_files(context, files, days)]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    report = score(records, texts, predictions, groups=context.watch.score_groups)
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        typer.echo(report.render(errors=errors))


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
