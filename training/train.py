"""Learn the judge of `extractors.judge` from marked texts, measure it on articles that it did not see, and write it.

usage: python training/train.py [--gold DIR --seeds DIR] [--write] [--folds N]

Marked texts: our own passages (`training/passages`) and short cases (`training/cases`) and the newsroom's script, which are part of
the project; with `--gold` (or STANCEWATCH_GOLD) and `--seeds` (or STANCEWATCH_SEEDS) also marked articles of others, which are not.
The held-out figures are by cross-validation grouped by document over the articles of `--gold`, through the whole tagger: no article
is tagged by a judge that learned from it. Without marked articles the folds go over the newsroom's script.

1. candidates and their facts, with what the marks say of them, 2. held-out probabilities, 3. the threshold with the best F1, the curve
of confidence and the figures, 4. the judge from everything, 5. `extractors/data/judge.npz` and `judge.toml`.
The same data and library versions give the same bytes.
"""

import argparse
import hashlib
import json
import os
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from learning import SEED, Row, blank_judge, collect, learn
from marked import Item, Marked, as_document, read_all
from sklearn.linear_model import LogisticRegression

from extractors.evaluation import evaluate
from extractors.evaluation_matching import sentence_spans, sentences_of
from extractors.evaluation_report import Report
from extractors.judge import read_judge
from extractors.tagger import Tagger
from vocabulary.claims import TaggedDocument
from vocabulary.identity import sha256_hex
from vocabulary.watch import Watch
from vocabulary.watch_file import parse_watch

REPO = Path(__file__).resolve().parents[1]
TARGET = REPO / "extractors" / "data"
FOLDS = 5


def fold_of(texts: Sequence[Marked], kind: str, folds: int) -> dict[str, int]:
    """Give each document of `kind` a fold, by a fixed shuffle."""
    names = sorted(marked.name for marked in texts if marked.kind == kind)
    random.Random(SEED).shuffle(names)
    return {name: number % folds for number, name in enumerate(names)}


def cut_at(predictions: Iterable[Item], threshold: float) -> list[Item]:
    """Return the predictions with the positions whose probability reaches `threshold`."""
    return [one | {"positions": [p for p in one["positions"] if p["judge"] >= threshold]} for one in predictions]


def as_prediction(name: str, found: TaggedDocument) -> Item:
    """Return what was found in the form that `evaluate` reads, with the judge's probability out of the trail."""
    positions = []
    for position in found.positions:
        judged = next(float(part.removeprefix("judge:")) for part in position.trail.split() if part.startswith("judge:"))
        said = {name: str(getattr(position, name)) for name in ("actor", "issue", "stance", "quote")}
        positions.append(said | {"judge": judged, "confidence": position.confidence})
    events = [
        {"type": str(e.type), "date": e.date_iso(), "status": str(e.status), "actors": list(e.actors), "quote": e.quote}
        for e in found.events
    ]
    return {"doc": name, "positions": positions, "events": events}


def held_out(watch: Watch, texts: Sequence[Marked], rows: Sequence[Row], kind: str, folds: int) -> list[Item]:
    """Tag every document of `kind` with a judge that did not learn from its fold; all candidates are kept."""
    fold = fold_of(texts, kind, folds)
    predictions = []
    for number in range(folds):
        judge = read_judge(learn([row for row in rows if fold.get(row.name) != number]))
        mine = [marked for marked in texts if fold.get(marked.name) == number]
        tagged = Tagger(watch, judge).tag_parsed([(as_document(marked), 1.0) for marked in mine])
        predictions += [as_prediction(marked.name, found) for marked, found in zip(mine, tagged, strict=True)]
        print(f"fold {number + 1} of {folds}: {len(mine)} documents tagged")
    return predictions


def fit_curve(texts: Sequence[Marked], predictions: Sequence[Item]) -> tuple[list[float], float, list[str]]:
    """Return the curve of confidence, its expected calibration error (ten bins, two-fold over documents) and the curve in words."""
    gold = {marked.name: marked for marked in texts}
    samples = []
    for one in predictions:
        marked = gold[one["doc"]]
        spans = sentence_spans(marked.text)
        marks = [(mark, sentences_of((mark["start"], mark["end"]), spans)) for mark in marked.gold["positions"]]
        for position in one["positions"]:
            start = marked.text.find(position["quote"])
            here = sentences_of((start, start + len(position["quote"])), spans)
            fits = [m for m, where in marks if m["actor"] == position["actor"] and m["issue"] == position["issue"] and where & here]
            right = any(mark["stance"] == position["stance"] for mark in fits)
            samples.append((one["doc"], position["judge"], position["confidence"], right))
    odds = np.array([[np.log(p / (1 - p)) for p in np.clip([s[1], _stance_share(s)], 1e-4, 1 - 1e-4)] for s in samples])
    right = np.array([sample[3] for sample in samples])
    halves = np.array([int(hashlib.sha256(sample[0].encode()).hexdigest(), 16) % 2 for sample in samples])
    estimate = np.zeros(len(samples))
    for half in (0, 1):
        model = LogisticRegression(C=10.0).fit(odds[halves != half], right[halves != half])
        estimate[halves == half] = model.predict_proba(odds[halves == half])[:, 1]
    bins = np.clip((estimate * 10).astype(int), 0, 9)
    error = sum(abs(estimate[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in range(10) if (bins == b).any())
    lines = [
        f"confidence {low / 10:.1f} to {low / 10 + 0.1:.1f}: {int((bins == low).sum())} found, {right[bins == low].mean():.2f} right"
        for low in range(10)
        if (bins == low).any()
    ]
    model = LogisticRegression(C=10.0).fit(odds, right)
    return [float(model.intercept_[0]), *map(float, model.coef_[0])], float(error), lines


def _stance_share(sample: tuple[str, float, float, bool]) -> float:
    """Get the probability of the stance back from a confidence by the plain curve (0, 1, 1)."""
    total = np.log(np.clip(sample[2], 0.02, 0.98) / (1 - np.clip(sample[2], 0.02, 0.98)))
    position = np.clip(sample[1], 1e-4, 1 - 1e-4)
    return float(1 / (1 + np.exp(-(total - np.log(position / (1 - position))))))


def main() -> None:
    """Read the arguments, learn, measure, and write where asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gold", type=Path, default=os.environ.get("STANCEWATCH_GOLD"))
    parser.add_argument("--seeds", type=Path, default=os.environ.get("STANCEWATCH_SEEDS"))
    parser.add_argument("--watch", type=Path, default=REPO / "watches" / "coalition.toml")
    parser.add_argument("--folds", type=int, default=FOLDS)
    parser.add_argument("--write", action="store_true", help="write extractors/data/judge.npz and judge.toml")
    args = parser.parse_args()
    watch = parse_watch(args.watch.read_text(encoding="utf-8"), str(args.watch))
    # 1. candidates
    texts = read_all(Path(args.gold) if args.gold else None, Path(args.seeds) if args.seeds else None)
    first = Tagger(watch, blank_judge())
    rows = collect(first, texts)
    kinds = Counter(marked.kind for marked in texts)
    print(f"texts {dict(kinds)}, candidates {len(rows)}, marked {sum(row.mark == 1 for row in rows)}")
    # 2. held out
    kind = "articles" if "articles" in kinds else "newsroom"
    predictions = held_out(watch, texts, rows, kind, args.folds)
    # 3. threshold, curve, figures
    measured = [marked for marked in texts if marked.kind == kind]
    gold = [marked.gold for marked in measured]
    words = {marked.name: marked.text for marked in measured}
    grid = [round(0.2 + 0.02 * step, 2) for step in range(16)]
    reports = {cut: evaluate(gold, words, cut_at(predictions, cut), groups=watch.score_groups) for cut in grid}
    threshold = max(grid, key=lambda cut: reports[cut].scores["position_detection"].f1)
    curve, error, lines = fit_curve(measured, cut_at(predictions, threshold))
    print(reports[threshold].render())
    print(f"threshold {threshold}, expected calibration error {error:.3f}")
    print("\n".join(lines))
    # 4. and 5.
    content = learn(rows, threshold=threshold, curve=curve)
    print(f"judge: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    if args.write:
        (TARGET / "judge.npz").write_bytes(content)
        (TARGET / "judge.toml").write_text(
            describe(texts, rows, reports[threshold], threshold, error, lines, kind, content), encoding="utf-8"
        )


def describe(
    texts: Sequence[Marked],
    rows: Sequence[Row],
    report: Report,
    threshold: float,
    error: float,
    lines: Sequence[str],
    kind: str,
    content: bytes,
) -> str:
    """Return what `judge.toml` says: what the judge was learned from, by what, and how well it does on what it did not see."""
    told = [
        "# What extractors/data/judge.npz was learned from, and its figures on articles that it did not learn from; by training/train.py",
        "",
    ]
    told += [f'sha256 = "{hashlib.sha256(content).hexdigest()}"', f"threshold = {threshold}", f"calibration_error = {error:.4f}", ""]
    told += ["[learned_from]"]
    for name in sorted({marked.kind for marked in texts}):
        mine = [marked for marked in texts if marked.kind == name]
        digest = hashlib.sha256(
            "".join(sorted(sha256_hex((m.text + json.dumps(m.gold, sort_keys=True, default=str)).encode()) for m in mine)).encode()
        )
        marks = sum(row.mark == 1 for row in rows if row.kind == name)
        told.append(f'{name} = {{ documents = {len(mine)}, marked_candidates = {marks}, sha256 = "{digest.hexdigest()}" }}')
    told += ["", "[libraries]", *(f'{name} = "{version(name)}"' for name in ("lightgbm", "scikit-learn", "numpy", "spacy"))]
    told += ["", f"[held_out.{kind}]"]
    for name, score in report.scores.items():
        told.append(f"{name} = {{ precision = {score.precision:.4f}, recall = {score.recall:.4f}, f1 = {score.f1:.4f} }}")
    told += [f"{name} = {getattr(report, name):.4f}" for name in ("stance_macro_f1", "stance_macro_f1_folded", "stance_accuracy")]
    told += ["", "confidence_curve = [", *(f'  "{line}",' for line in lines), "]"]
    return "\n".join(told) + "\n"


if __name__ == "__main__":
    main()
