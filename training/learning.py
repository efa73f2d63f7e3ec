"""Learn the judge from candidates with marks: the trees, the regression of the stances, and the bytes of its file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import lightgbm
import numpy as np
from marked import Item, Marked, as_document
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from extractors.evaluation_matching import sentence_spans, sentences_of
from extractors.judge import Judge, read_judge
from extractors.tagger import Tagger
from vocabulary.words import Stance

STANCES = tuple(str(stance) for stance in Stance)
SEED = 20261130
FEWEST_DOCUMENTS = 4  # in which a fact must occur to count
# trees: small steps and shallow trees, since there are few marks; a third of the facts each, so that no one fact decides
TREES = {
    "n_estimators": 200,
    "learning_rate": 0.05,
    "num_leaves": 40,
    "max_depth": 8,
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
RARITY = 0.2  # power by which rare stances weigh more
OWN_KINDS = ("own", "case")
OWN_WEIGHT = 0.6  # of our own passages against real articles and the script
OPTIONAL_WEIGHT = 0.6  # of optional marks in telling the stance; whether there is a position they do not say


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


def collect(tagger: Tagger, texts: Sequence[Marked]) -> list[Row]:
    """Return the candidates of `texts` with their facts and marks."""
    rows = []
    for marked, views in zip(texts, tagger.view([as_document(marked) for marked in texts]), strict=True):
        spans = sentence_spans(marked.text)
        marks = [(mark, sentences_of((mark["start"], mark["end"]), spans)) for mark in marked.gold["positions"]]
        pairs = Counter((view.actor, view.issue) for view in views)
        for view in views:
            here = sentences_of(view.place, spans)
            fitting = [mark for mark, where in marks if mark["actor"] == view.actor and mark["issue"] == view.issue and where & here]
            fitting.sort(key=lambda mark: bool(mark.get("optional")))
            mark = 0 if not fitting else -1 if fitting[0].get("optional") else 1
            if mark and marked.kind == "case" and pairs[view.actor, view.issue] > 1:
                mark = -1  # a case does not say which of its sentences shows it
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
    weights = [OWN_WEIGHT if row.kind in OWN_KINDS else 1.0 for row in used]
    model.fit(matrix_of([row.facts for row in used], names), [row.mark for row in used], sample_weight=weights)
    return {"facts": np.array(names), **flatten(model.booster_.dump_model()["tree_info"])}


def flatten(trees: Sequence[Item]) -> dict[str, Any]:
    """Return the nodes of `trees` in one set of arrays (`extractors.trees.Forest`)."""
    fact: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []
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

    roots = [add(tree["tree_structure"], 0) for tree in trees]
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
    weights = [rarity[label] * (OWN_WEIGHT if row.kind in OWN_KINDS else 1) * (OPTIONAL_WEIGHT if row.mark < 0 else 1)
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
