"""Fit the weights of `extractors/data/confidence.toml` to marked articles, and print how well they are calibrated.

usage: python benchmarks/calibrate_confidence.py --gold DIR --docs DIR --meta FILE [--watch FILE] [--write]

Logistic regression with an L2 penalty, full batch Newton steps, on whether a position found is marked with the same stance
(optional marks count as right where they agree). Figures are by five-fold cross-validation over documents: expected calibration
error in ten bins, and the curve of precision by confidence.
"""

import argparse
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from extractors.confidence import features_of
from extractors.evaluation import _match as match_items
from extractors.evaluation import _same_position as same_position
from extractors.evaluation import _sentences as sentences_of
from extractors.evaluation import _sentences_of_quote as sentences_of_quote
from extractors.evaluation import fold, sentence_spans
from flows.context import open_context
from flows.file_tagging import as_prediction, parse_published, read_published, tag_files
from flows.settings import load_settings
from vocabulary.words import Attribution, Stance

PENALTY = 4.0
RAREST = 5  # a fact seen less often gets no weight of its own
FOLDS = 5
BINS = 10


def main() -> None:
    """Read the arguments, fit, print, and write where asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--docs", type=Path, required=True)
    parser.add_argument("--meta", type=Path, required=True)
    parser.add_argument("--watch", type=Path, default=None)
    parser.add_argument("--write", action="store_true", help="write extractors/data/confidence.toml")
    args = parser.parse_args()
    rows = collect(args.gold, args.docs, args.meta, args.watch)
    counts = Counter(name for names, _, _ in rows for name in names)
    names = sorted(name for name, count in counts.items() if count >= RAREST)
    matrix, labels, folds = encode(rows, names)
    held_out = np.zeros(len(rows))
    for number in range(FOLDS):
        weights = fit(matrix[folds != number], labels[folds != number])
        held_out[folds == number] = sigmoid(matrix[folds == number] @ weights)
    print(f"positions {len(rows)}, right {int(labels.sum())} ({labels.mean():.3f}), facts {len(names)}")
    print(f"expected calibration error, {FOLDS}-fold over documents: {calibration_error(held_out, labels):.3f}")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        kept = held_out >= threshold
        share = labels[kept].mean() if kept.any() else float("nan")
        print(f"confidence >= {threshold:.1f}: {int(kept.sum()):4d} positions, precision {share:.3f}")
    if args.write:
        digest = hashlib.sha256("".join(sorted(path.name for path in args.gold.glob("*.json"))).encode()).hexdigest()[:16]
        write(
            names,
            fit(matrix, labels),
            f"{len(rows)} positions of {len(list(args.gold.glob('*.json')))} marked articles (file names {digest})",
        )


def collect(gold: Path, docs: Path, meta: Path, watch: Path | None) -> list[tuple[list[str], bool, str]]:
    """Tag the marked documents; return for each position its facts, whether it is right, and its document."""
    context = open_context(load_settings(flags={"watch": watch} if watch else {}))
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(gold.glob("*.json"))]
    days = {name: parse_published(text, name) for name, text in read_published(meta).items()}
    found = [as_prediction(one) for one in tag_files(context, [docs / record["doc"] for record in records], days)]
    rows = []
    for record, prediction in zip(records, found, strict=True):
        rows += [
            (names, right, record["doc"]) for names, right in judged(record, prediction, (docs / record["doc"]).read_text(encoding="utf-8"))
        ]
    return rows


def judged(record: dict[str, Any], prediction: dict[str, Any], text: str) -> list[tuple[list[str], bool]]:
    """Return the facts of each position of one document and whether a mark agrees with it."""
    spans = sentence_spans(text)
    folded, offsets = fold(text)
    marks = [{**item, "in": sentences_of((item["start"], item["end"]), spans)} for item in record["positions"]]
    said = [{**item, "in": sentences_of_quote(item["quote"], folded, offsets, spans)} for item in prediction["positions"]]
    right = {p for g, p in match_items(marks, said, same_position) if marks[g]["stance"] == said[p]["stance"]}
    return [
        (features_of(item["trail"], stance=Stance(item["stance"]), attribution=Attribution(item["attribution"])), index in right)
        for index, item in enumerate(said)
    ]


def encode(rows: list[tuple[list[str], bool, str]], names: list[str]) -> tuple[Any, Any, Any]:
    """Return the matrix of facts (positions x names), the labels, and the fold of each position by its document."""
    column = {name: index for index, name in enumerate(names)}
    matrix = np.zeros((len(rows), len(names)))
    for row, (facts, _, _) in enumerate(rows):
        for name in facts:
            if name in column:
                matrix[row, column[name]] = 1.0
    labels = np.array([float(right) for _, right, _ in rows])
    folds = np.array([int(hashlib.sha256(doc.encode()).hexdigest(), 16) % FOLDS for _, _, doc in rows])
    return matrix, labels, folds


def sigmoid(values: Any) -> Any:
    """Return the logistic function."""
    return 1 / (1 + np.exp(-values))


def fit(matrix: Any, labels: Any) -> Any:
    """Return the weights by Newton's method; the penalty keeps the Hessian regular."""
    weights = np.zeros(matrix.shape[1])
    for _ in range(25):
        chance = sigmoid(matrix @ weights)
        gradient = matrix.T @ (chance - labels) + PENALTY * weights
        hessian = (matrix * (chance * (1 - chance))[:, None]).T @ matrix + PENALTY * np.eye(len(weights))
        weights = weights - np.linalg.solve(hessian, gradient)
    return weights


def calibration_error(chances: Any, labels: Any) -> float:
    """Return the expected calibration error over ten bins of equal width (Naeini et al., AAAI 2015)."""
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    return float(
        sum(abs(chances[bins == b].mean() - labels[bins == b].mean()) * (bins == b).mean() for b in range(BINS) if (bins == b).any())
    )


def write(names: list[str], weights: Any, source: str) -> None:
    """Write the weights with what they were fitted to."""
    lines = [f"# Written by benchmarks/calibrate_confidence.py: fitted to {source}.", "[weights]"]
    lines += [f"{json.dumps(name)} = {weight:.3f}" for name, weight in zip(names, weights, strict=True)]
    Path("extractors/data/confidence.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
