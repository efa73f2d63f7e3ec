import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from newsroom.checks import ScenarioError
from newsroom.marks import read_events, read_marks, read_positions, set_quotation_marks
from newsroom.scenario import DEFAULT_FOLDER, Scenario, load_scenario
from newsroom.truth import list_first_evidence
from vocabulary.words import Basis, ChangeCause, ChangeKind, ChangeStrength, DatePrecision, Held, Stance


def test_the_scenario_is_as_large_as_it_is_meant_to_be(scenario: Scenario) -> None:
    off_topic = [article for article in scenario.articles if not article.on_topic]
    copies = Counter(article.copy_group for article in scenario.articles if article.copy_group)
    assert len(scenario.articles) >= 120
    assert len(off_topic) >= 35
    assert sum(article.near_miss for article in off_topic) >= 8
    assert len(scenario.days) >= 12
    assert len(scenario.outlets) >= 8
    assert len({outlet.feed_format for outlet in scenario.outlets}) == 7
    assert {outlet.charset for outlet in scenario.outlets} == {"utf-8", "windows-1252", "iso-8859-1", "utf-16"}
    assert len(copies) >= 10
    assert all(2 <= count <= 4 for count in copies.values())


def test_every_kind_of_trouble_is_in_it(scenario: Scenario) -> None:
    articles = scenario.articles
    assert {article.answer for article in articles} == {"page", "bot_wall", "consent_wall"}
    assert {fault.kind for fault in scenario.faults} == {"unavailable", "error", "silent", "frozen", "moved"}
    assert sum(len(article.versions) > 1 for article in articles) >= 2
    assert any(article.retracted_at for article in articles)
    assert sum(article.is_late for article in articles) >= 3
    assert sum(not article.shows_date for article in articles) == 1
    assert any(article.genre == "live" and article.on_topic for article in articles)
    assert any(article.credited_source and article.copy_group is None for article in articles)


def test_every_quote_and_condition_stands_in_its_text(scenario: Scenario) -> None:
    versions = [version for article in scenario.articles for version in article.versions]
    assert sum(len(version.positions) for version in versions) > 900
    for version in versions:
        for truth in (*version.positions, *version.events):
            assert any(truth.quote in part for part in (version.title, *version.paragraphs))
        assert all(position.condition is None or position.condition in version.text for position in version.positions)


def test_all_stances_and_most_actors_and_issues_occur(scenario: Scenario) -> None:
    positions = [position for article in scenario.articles for position in article.versions[0].positions]
    assert {position.stance for position in positions} == set(Stance)
    assert {position.held for position in positions} == set(Held)
    assert {position.basis for position in positions} == set(Basis)
    assert len({position.actor for position in positions}) >= 40
    assert len({position.issue for position in positions}) == 15


def test_reports_of_one_happening_share_its_id(scenario: Scenario) -> None:
    outlets: dict[str, set[str]] = {}
    for article in scenario.articles:
        for event in article.versions[0].events:
            outlets.setdefault(event.happening, set()).add(article.outlet)
    assert len(outlets) >= 40
    assert len(outlets["london-summit"]) >= 3
    assert len(outlets["white-house-august"]) >= 4


def test_a_copy_keeps_the_truth_of_what_it_prints(scenario: Scenario) -> None:
    story, cut = (scenario.article_by_id[id_].versions[0] for id_ in ("paris-lunch-without-americans", "no-common-line-in-paris"))
    kept = {(position.actor, position.issue, position.stance) for position in cut.positions}
    assert kept == {(position.actor, position.issue, position.stance) for position in story.positions}
    assert len(cut.paragraphs) == len(story.paragraphs)  # one cut, one put in
    assert cut.title != story.title


def test_an_edit_takes_its_positions_with_it(scenario: Scenario) -> None:
    first, second = scenario.article_by_id["four-ways-of-saying-perhaps"].versions
    stances = [{position.stance for position in version.positions if position.actor == "GRC"} for version in (first, second)]
    assert stances == [{Stance.SUPPORTS}, {Stance.OPPOSES}]
    assert second.note
    assert not first.note


def test_changes_are_in_order_and_rest_on_articles(scenario: Scenario) -> None:
    firm = [change for change in scenario.changes if change.strength is ChangeStrength.CONFIRMED and not change.optional]
    assert len(firm) >= 25
    assert {change.cause for change in firm} == {ChangeCause.MOVE, ChangeCause.LATE, ChangeCause.RETRACTION}
    assert {change.kind for change in firm} >= {
        ChangeKind.REVERSED,
        ChangeKind.HARDENED,
        ChangeKind.SOFTENED,
        ChangeKind.CONDITION_ADDED,
        ChangeKind.CONDITION_CHANGED,
        ChangeKind.CONDITION_DROPPED,
    }


def test_first_evidence_is_one_line_per_question(scenario: Scenario) -> None:
    lines = list_first_evidence(scenario)
    keys = [(line.actor, line.issue, line.aspect) for line in lines]
    assert len(keys) == len(set(keys))
    found = dict(zip(keys, lines, strict=True))
    assert found["POL", "own_troops", "general"].day == date(2025, 2, 17)
    assert found["LTU", "frozen_assets", "confiscation"].cause is ChangeCause.LATE
    assert found["RUS", "territorial_concessions", "general"].strength is ChangeStrength.SIGNAL


# --- the notation --------------------------------------------------------------------------------------------------------


def test_marks_leave_the_words_and_name_the_sentences() -> None:
    paragraphs, quotes = read_marks('{1 "We will," he said.} And\nthen {b2 he left.}\n\nNobody\'s fault.', curly=True)
    assert paragraphs == ("“We will,” he said. And then he left.", "Nobody’s fault.")
    assert quotes == {"1": "“We will,” he said.", "b2": "he left."}


def test_the_headline_is_evidence_too_and_a_copy_has_its_own(scenario: Scenario) -> None:
    story, copy = (scenario.article_by_id[id_].versions[0] for id_ in ("kyiv-says-yes-to-thirty-days", "thirty-days-if-moscow-agrees"))
    assert story.title in {position.quote for position in story.positions}
    assert not {story.title, copy.title} & {position.quote for position in copy.positions}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("\"I said 'no'\"", "“I said ‘no’”", id="nested"),
        pytest.param("it's the Baltics' turn", "it’s the Baltics’ turn", id="apostrophes"),
        pytest.param('(a "word")', "(a “word”)", id="brackets"),
    ],
)
def test_quotation_marks_keep_the_length(text: str, expected: str) -> None:
    assert set_quotation_marks(text) == expected
    assert len(expected) == len(text)


def test_a_line_of_positions_is_one_position_per_actor() -> None:
    line = "1 | AAA BBB | roads/width | conditional | own_words | Ann Other | past; if=if it is dry; on=2025-01-02; optional"
    found = [position for _, position in read_positions(line, {"1": "They would pave it if it is dry."}, curly=False)]
    assert [position.actor for position in found] == ["AAA", "BBB"]
    assert found[0].aspect == "width"
    assert found[0].condition == "if it is dry"
    assert found[0].held is Held.PAST
    assert found[0].said_on == date(2025, 1, 2)
    assert found[0].optional


@pytest.mark.parametrize(
    ("when", "precision"),
    [
        ("2025-03-02", DatePrecision.DAY),
        ("2025-W11", DatePrecision.WEEK),
        ("2025-03", DatePrecision.MONTH),
        ("2025", DatePrecision.YEAR),
        ("2025-03-02/2025-03-04", DatePrecision.RANGE),
        ("-", DatePrecision.NONE),
    ],
)
def test_the_form_of_a_date_is_its_precision(when: str, precision: DatePrecision) -> None:
    line = f"e | meeting | {when} | past | AAA BBB | - | - | the-fair"
    ((_, event),) = read_events(line, {"e": "They met at the fair."}, curly=False)
    assert event.precision is precision
    assert event.date_iso == (None if when == "-" else when)


# --- scripts that do not hold --------------------------------------------------------------------------------------------

BREAKAGES = [
    pytest.param("2025-02-17.toml", "{3 Chancellor", "Chancellor", "a brace marks nothing", id="brace_without_label"),
    pytest.param("2025-02-17.toml", "if=once there was a peace", "if=once there was a war", "does not stand in the text", id="condition"),
    pytest.param("2025-02-17.toml", "| own_words | Donald Tusk\n", "| own_words | Ronald Tusk\n", "the speaker", id="speaker"),
    pytest.param("2025-02-17.toml", "3 | DEU | own_troops | sceptical", "3 | DEU | own_troops | grumpy", "grumpy", id="stance"),
    pytest.param("2025-02-17.toml", "3 | DEU | own_troops", "3 | DEX | own_troops", "DEX is no actor", id="actor"),
    pytest.param("2025-02-17.toml", "3 | DEU | own_troops", "3 | DEU | own_tropes", "own_tropes is no issue", id="issue"),
    pytest.param("2025-02-17.toml", "3 | DEU | own_troops", "3 | DEU | own_troops/rain", "no issue and aspect", id="aspect"),
    pytest.param("2025-02-17.toml", "3 | DEU | own_troops", "99 | DEU | own_troops", "show nothing", id="mark_without_line"),
    pytest.param("2025-02-17.toml", 'outlet = "sierra-ledger"', 'outlet = "sierra-leger"', "sierra-leger does not exist", id="outlet"),
    pytest.param("2025-03-28.toml", 'old = "{1 Greece', 'old = "{1 Grease', "which the text does not hold", id="edit"),
    pytest.param("2025-03-28.toml", "at = 2025-03-29T06:30:00Z", "at = 2025-03-27T06:30:00Z", "order of time", id="edit_before"),
    pytest.param("2025-09-05.toml", "retracted = 2025-09-06", "retracted = 2025-09-04", "is retracted before", id="retraction_before"),
    pytest.param("2025-03-06.toml", "dated = 2025-02-28", "dated = 2025-03-28", "after it appears", id="dated_after"),
    pytest.param("2025-03-06.toml", 'id = "orchestra-strike"', 'id = "sudan-truce-fails"', "stands 2 times", id="same_id"),
    pytest.param("2025-02-17.toml", 'copy_of = "paris-lunch-without-americans"', 'copy_of = "nothing"', "does not exist", id="copy_of"),
    pytest.param("changes.toml", '"washington-halts-deliveries"', '"washington-halts"', "do not exist", id="evidence"),
    pytest.param("faults.toml", 'outlet = "meridian"', 'outlet = "meridiem"', "fault of meridiem", id="fault"),
]


@pytest.mark.parametrize(("file", "old", "new", "problem"), BREAKAGES)
def test_a_script_that_does_not_hold_is_refused(tmp_path: Path, scenario: Scenario, file: str, old: str, new: str, problem: str) -> None:
    folder = tmp_path / "scenario"
    shutil.copytree(DEFAULT_FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    positions = [position for article in scenario.articles for position in article.versions[0].positions]
    issues: dict[str, set[str]] = {}
    for position in positions:
        issues.setdefault(position.issue, set()).add(position.aspect)
    actors = {actor for article in scenario.articles for event in article.versions[0].events for actor in (*event.actors, *event.targets)}
    with pytest.raises(ScenarioError) as caught:
        load_scenario(folder, actors=actors | {position.actor for position in positions}, issues=issues)
    assert problem in str(caught.value)
