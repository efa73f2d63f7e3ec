"""Learn the judge of `extractors.judge` from marked texts, measure it on articles that it did not see, and write it.

usage: python training/train.py [--gold DIR --seeds DIR] [--write] [--folds N]

Marked texts: our own passages (`training/passages`) and the newsroom's script, which are part of the project; with `--gold` (or
STANCEWATCH_GOLD) and `--seeds` (or STANCEWATCH_SEEDS) also the marked articles of others, which are not. The held-out figures are by
cross-validation grouped by document over the articles of `--gold`, through the whole tagger: no article is tagged by a judge that
learned from it. Without marked articles the folds go over the newsroom's script.

1. candidates and their facts, with what the marks say of them, 2. held-out probabilities, 3. the threshold with the best F1, the curve
of confidence and the figures, 4. the judge from everything, 5. `extractors/data/judge.npz` and `judge.toml`.
The same data and library versions give the same bytes.
"""

import argparse
import datetime as dt
import hashlib
import json
import os
import random
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from extractors.evaluation import _sentences as sentences_of
from extractors.evaluation import evaluate, sentence_spans
from extractors.judge import Judge, read_judge
from extractors.tagger import Tagger
from newsroom.gold import write_gold
from newsroom.marks import HEADLINE, read_marks, read_positions
from newsroom.scenario import load_scenario
from vocabulary.claims import TaggedDocument
from vocabulary.documents import Document
from vocabulary.identity import sha256_hex
from vocabulary.watch import Watch
from vocabulary.watch_file import parse_watch
from vocabulary.words import PublishedBasis, Stance

REPO = Path(__file__).resolve().parents[1]
TARGET = REPO / "extractors" / "data"
STANCES = tuple(str(stance) for stance in Stance)
FOLDS = 5
SEED = 20261130
FEWEST_DOCUMENTS = 4  # in which a fact must occur to count
# trees: small steps and shallow trees, since there are few marks; a third of the facts each, so that no one fact decides
TREES = {
    "n_estimators": 150,
    "learning_rate": 0.07,
    "num_leaves": 24,
    "max_depth": 6,
    "min_child_samples": 15,
    "subsample": 0.8,
    "subsample_freq": 1,
    "colsample_bytree": 0.25,
    "reg_lambda": 3.0,
    "random_state": SEED,
    "n_jobs": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
STANCE_PENALTY = 0.2
# Odds by which the stance that the rules propose is trusted beyond what the regression makes of it: held out, 2 to 5 do best and 4 is
# within; on short clear sentences rules are nearly always right, and the regression, which adds up, cannot see what a negation turns
TRUST = 4.0
RARITY = 0.4  # power by which rare stances weigh more
OWN_WEIGHT = 0.6  # of our own passages against real articles and the script
OPTIONAL_WEIGHT = 0.6  # of optional marks in telling the stance; whether there is a position they do not say

Item = dict[str, Any]


@dataclass(frozen=True)
class Marked:
    """One marked text."""

    name: str
    text: str
    day: dt.date
    gold: Item
    kind: str


@dataclass(frozen=True)
class Row:
    """One candidate with what the marks say."""

    name: str
    kind: str
    facts: dict[str, float]
    stance_facts: dict[str, float]
    mark: int
    """1 marked, -1 marked as optional, 0 not marked."""
    stance: str


def read_passages(folder: Path) -> Iterable[Marked]:
    """Yield our own passages."""
    for path in sorted(folder.glob("*.toml")):
        for passage in tomllib.loads(path.read_text(encoding="utf-8"))["passages"]:
            paragraphs, quotes = read_marks(passage["body"], curly=False)
            quotes[HEADLINE] = passage["title"]
            text = "\n\n".join([passage["title"], *paragraphs])
            positions = []
            for _, position in read_positions(passage["positions"], quotes, curly=False):
                start = text.index(position.quote)
                said = {"actor": position.actor, "issue": position.issue, "stance": str(position.stance), "optional": position.optional}
                positions.append(said | {"start": start, "end": start + len(position.quote)})
            yield Marked(passage["id"], text, passage["published"], {"doc": passage["id"], "positions": positions, "events": []}, "own")


def read_set(gold: Path, docs: Path, meta: Path, kind: str) -> Iterable[Marked]:
    """Yield a marked set in the form of the annotation guidelines."""
    days = {entry["doc"]: entry["published"] for entry in json.loads(meta.read_text(encoding="utf-8"))}
    for path in sorted(gold.glob("*.json")):
        marks = json.loads(path.read_text(encoding="utf-8"))
        written = days[marks["doc"]][:10]
        day = dt.date.fromisoformat(written if len(written) == 10 else f"{written}-15")
        yield Marked(marks["doc"], (docs / marks["doc"]).read_text(encoding="utf-8"), day, marks, kind)


def read_all(gold: Path | None, seeds: Path | None) -> list[Marked]:
    """Return every marked text at hand."""
    found = list(read_passages(REPO / "training" / "passages"))
    with tempfile.TemporaryDirectory() as folder:
        write_gold(load_scenario(), Path(folder))
        found += read_set(Path(folder, "gold"), Path(folder, "docs"), Path(folder, "meta.json"), "newsroom")
    if gold and gold.is_dir():
        found += read_set(gold / "train" / "gold", gold / "train" / "docs", gold / "train" / "meta.json", "articles")
        if seeds and seeds.is_dir():
            found += read_set(gold / "seeds", seeds, gold / "seeds_meta.json", "seeds")
    return found


def as_document(marked: Marked) -> Document:
    """Return a marked text as the tagger takes it."""
    return Document(
        document_id=marked.name,
        url="",
        outlet="",
        title="",
        published_at=dt.datetime(marked.day.year, marked.day.month, marked.day.day, tzinfo=dt.UTC),
        published_on=marked.day,
        published_basis=PublishedBasis.MANIFEST,
        language="en",
        credited_source="",
        wire_id="",
        feed_id=None,
        text=marked.text,
        text_sha256=sha256_hex(marked.text.encode()),
        raw_sha256=sha256_hex(marked.text.encode()),
        seen_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )


def collect(tagger: Tagger, texts: Sequence[Marked]) -> list[Row]:
    """Return the candidates of `texts` with their facts and marks."""
    rows = []
    for marked, views in zip(texts, tagger.view([as_document(marked) for marked in texts]), strict=True):
        spans = sentence_spans(marked.text)
        marks = [(mark, sentences_of((mark["start"], mark["end"]), spans)) for mark in marked.gold["positions"]]
        for view in views:
            here = sentences_of(view.place, spans)
            fitting = [mark for mark, where in marks if mark["actor"] == view.actor and mark["issue"] == view.issue and where & here]
            fitting.sort(key=lambda mark: bool(mark.get("optional")))
            mark = 0 if not fitting else -1 if fitting[0].get("optional") else 1
            rows.append(Row(marked.name, marked.kind, view.facts, view.stance_facts, mark, fitting[0]["stance"] if fitting else ""))
    return rows


def names_of(rows: Iterable[tuple[str, dict[str, float]]]) -> tuple[str, ...]:
    """Return the facts that occur in enough documents."""
    documents: dict[str, set[str]] = {}
    for name, facts in rows:
        for fact in facts:
            documents.setdefault(fact, set()).add(name)
    return tuple(sorted(fact for fact, where in documents.items() if len(where) >= FEWEST_DOCUMENTS))


def matrix_of(rows: Sequence[dict[str, float]], names: Sequence[str]) -> csr_matrix:
    """Return the facts as a matrix, a row per candidate."""
    column = {name: number for number, name in enumerate(names)}
    cells = [(number, column[fact], value) for number, facts in enumerate(rows) for fact, value in facts.items() if fact in column]
    places, columns, values = zip(*cells, strict=True)
    shape = (len(rows), len(names))
    return csr_matrix((np.asarray(values, np.float32), (np.asarray(places, np.int32), np.asarray(columns, np.int32))), shape=shape)


def grow(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the arrays of the trees, learned from `rows`."""
    used = [row for row in rows if row.mark >= 0]
    names = names_of((row.name, row.facts) for row in used)
    model = lightgbm.LGBMClassifier(**TREES)
    weights = [OWN_WEIGHT if row.kind == "own" else 1.0 for row in used]
    model.fit(matrix_of([row.facts for row in used], names), [row.mark for row in used], sample_weight=weights)
    return {"facts": np.array(names), **flatten(model.booster_.dump_model()["tree_info"])}


def flatten(trees: Sequence[Item]) -> dict[str, Any]:
    """Return the nodes of `trees` in one set of arrays (`extractors.trees.Forest`)."""
    fact: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []
    roots = []
    deepest = 0

    def add(node: Item, depth: int) -> int:
        nonlocal deepest
        place = len(fact)
        deepest = max(deepest, depth)
        is_leaf = "leaf_value" in node
        fact.append(0 if is_leaf else node["split_feature"])
        threshold.append(float("inf") if is_leaf else node["threshold"])
        value.append(node["leaf_value"] if is_leaf else node["internal_value"])
        left.append(place)
        right.append(place)
        if not is_leaf:
            left[place] = add(node["left_child"], depth + 1)
            right[place] = add(node["right_child"], depth + 1)
        return place

    for tree in trees:
        roots.append(add(tree["tree_structure"], 0))
    return {
        "fact": np.array(fact, np.int32),
        "threshold": np.array(threshold),
        "left": np.array(left, np.int32),
        "right": np.array(right, np.int32),
        "value": np.array(value),
        "roots": np.array(roots, np.int32),
        "depth": np.array(deepest),
    }


def learn_stances(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the arrays of the regression that tells the stance."""
    used = [row for row in rows if row.mark]
    everything = [row.facts | row.stance_facts for row in used]
    names = names_of((row.name, facts) for row, facts in zip(used, everything, strict=True))
    labels = np.array([STANCES.index(row.stance) for row in used])
    counts = np.bincount(labels, minlength=len(STANCES))
    rarity = (len(labels) / len(STANCES) / counts) ** RARITY
    weights = [rarity[label] * (OWN_WEIGHT if row.kind == "own" else 1) * (OPTIONAL_WEIGHT if row.mark < 0 else 1)
               for row, label in zip(used, labels, strict=True)]  # fmt: skip
    model = LogisticRegression(C=STANCE_PENALTY, max_iter=500, random_state=SEED)
    model.fit(matrix_of(everything, names), labels, sample_weight=weights)
    return {
        "stance_facts": np.array(names),
        "stance_weights": model.coef_.T.astype(np.float32),
        "stance_bias": model.intercept_.astype(np.float32),
        "stances": np.array(STANCES),
        "trust": np.array(np.log(TRUST)),
    }


def learn(rows: Sequence[Row], *, threshold: float = 0.02, curve: Sequence[float] = (0.0, 1.0, 1.0)) -> bytes:
    """Return a judge learned from `rows`, as the bytes of its file."""
    content = BytesIO()
    decided = {"curve": np.array(curve, dtype=float), "position_threshold": np.array(threshold)}
    np.savez_compressed(content, **grow(rows), **learn_stances(rows), **decided)  # type: ignore[arg-type]
    return content.getvalue()


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
        {"type": str(e.type), "date": e.date_iso(), "status": str(e.status), "actors": list(e.actors), "quote": e.quote} for e in found.events
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


def fit_curve(texts: Sequence[Marked], predictions: Sequence[Item], judge: Judge) -> tuple[list[float], float, list[str]]:
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
    curve, error, lines = fit_curve(measured, cut_at(predictions, threshold), blank_judge())
    print(reports[threshold].render())
    print(f"threshold {threshold}, expected calibration error {error:.3f}")
    print("\n".join(lines))
    # 4. and 5.
    content = learn(rows, threshold=threshold, curve=curve)
    print(f"judge: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    if args.write:
        (TARGET / "judge.npz").write_bytes(content)
        (TARGET / "judge.toml").write_text(describe(texts, rows, reports[threshold], threshold, error, lines, kind, content), encoding="utf-8")


def blank_judge() -> Judge:
    """Return a judge that knows nothing, for collecting candidates."""
    empty = np.zeros(0, np.int32)
    content = BytesIO()
    np.savez_compressed(
        content,
        facts=np.array(["S:length"]),
        fact=np.zeros(1, np.int32),
        threshold=np.array([np.inf]),
        left=np.zeros(1, np.int32),
        right=np.zeros(1, np.int32),
        value=np.zeros(1),
        roots=empty,
        depth=np.array(0),
        stance_facts=np.array(["S:length"]),
        stance_weights=np.zeros((1, len(STANCES))),
        stance_bias=np.zeros(len(STANCES)),
        stances=np.array(STANCES),
        trust=np.array(0.0),
        curve=np.array([0.0, 1.0, 1.0]),
        position_threshold=np.array(0.0),
    )
    return read_judge(content.getvalue())


def describe(
    texts: Sequence[Marked], rows: Sequence[Row], report: Any, threshold: float, error: float, lines: Sequence[str], kind: str, content: bytes
) -> str:
    """Return what `judge.toml` says: what the judge was learned from, by what, and how well it does on what it did not see."""
    told = ["# What extractors/data/judge.npz was learned from, and its figures on articles that it did not learn from; by training/train.py", ""]
    told += [f'sha256 = "{hashlib.sha256(content).hexdigest()}"', f"threshold = {threshold}", f"calibration_error = {error:.4f}", ""]
    told += ["[learned_from]"]
    for name in sorted({marked.kind for marked in texts}):
        mine = [marked for marked in texts if marked.kind == name]
        digest = hashlib.sha256("".join(sorted(sha256_hex((m.text + json.dumps(m.gold, sort_keys=True, default=str)).encode()) for m in mine)).encode())
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
