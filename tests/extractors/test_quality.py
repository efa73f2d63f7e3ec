"""The quality of the extractors on the marked sets does not fall: `stancewatch evaluate --floors` over the committed floors.

Two marked sets are no part of the project: STANCEWATCH_GOLD and STANCEWATCH_SEEDS name them where they are. The third is the newsroom's
script, written out by `python -m newsroom.gold FOLDER`. After an improvement:
`stancewatch evaluate --gold ... --docs ... --meta ... --floors tests/quality_floors.toml --update` for each set.
"""

import os
import re
import tomllib
from pathlib import Path

import pytest

from flows.cli import main
from newsroom.gold import write_gold
from newsroom.scenario import load_scenario

REPO = Path(__file__).resolve().parents[2]
FLOORS = REPO / "tests" / "quality_floors.toml"
GOLD = Path(os.environ.get("STANCEWATCH_GOLD") or "not-set")
SEEDS = Path(os.environ.get("STANCEWATCH_SEEDS") or "not-set")
SETS = {
    "seeds": (GOLD / "seeds", SEEDS, GOLD / "seeds_meta.json"),
    "train": (GOLD / "train" / "gold", GOLD / "train" / "docs", GOLD / "train" / "meta.json"),
}
NEWSROOM = "newsroom"


@pytest.mark.parametrize("name", ["seeds", pytest.param("train", marks=pytest.mark.slow), NEWSROOM])
def test_no_figure_is_under_its_floor(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if name == NEWSROOM:
        folder = tmp_path / NEWSROOM
        write_gold(load_scenario(), folder)
        gold, docs, meta = folder / "gold", folder / "docs", folder / "meta.json"
    else:
        gold, docs, meta = SETS[name]
    if not (gold.is_dir() and docs.is_dir()):
        pytest.skip(f"STANCEWATCH_GOLD and STANCEWATCH_SEEDS name no folders with the marked set {name!r}: its quality is not checked")
    watch = REPO / "watches" / "coalition.toml"
    flags = ("--gold", str(gold), "--docs", str(docs), "--meta", str(meta), "--watch", str(watch), "--floors", str(FLOORS))
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(tmp_path), "evaluate", *flags])
    out, err = capsys.readouterr()
    assert not ended.value.code, f"{err}\n{out}"
    assert re.search(r"(?m)^ungrounded +0$", out), out


def test_floors_hold_names_and_numbers_only() -> None:
    sets = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    assert set(sets) == {*SETS, NEWSROOM}
    for table in sets.values():
        assert set(table) == {"marked_sha256", "floors"}
        assert re.fullmatch(r"[0-9a-f]{64}", table["marked_sha256"])
        assert {"position_detection_f1", "position_full_f1", "event_detection_f1", "stance_macro_f1"} <= set(table["floors"])
        assert all(0 < floor <= 1 for floor in table["floors"].values())
