from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.date_words import MONTHS, WEEKDAYS
from extractors.dates import DateKind, find_dates, resolve_weekday
from vocabulary.words import DatePrecision

ANCHOR = date(2025, 3, 26)
SMALL = """
    the a in on of and to from between by last next this early late mid end week month year day days weeks ago later before after
    three 3 15 31 30th 2025 2014 20255 1990s Feb. Sept Q2 - – , . ( ) / : morning night today yesterday overnight first second quarter
    half summer winter following previous same will said due met within coming few hours
"""
WORDS = (*MONTHS, *WEEKDAYS, *SMALL.split(), "\n", "\n\n")

texts = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join) | st.text(max_size=200)
anchors = st.dates(date(1990, 1, 1), date(2060, 12, 31)) | st.sampled_from([date.min, date.max, date(2024, 2, 29)])


@settings(max_examples=400, deadline=None)
@given(texts, anchors)
def test_dates_of_any_text_slice_to_their_words_in_order(text: str, anchor: date) -> None:
    end = 0
    for mention in find_dates(text, anchor):
        assert end <= mention.span.start < mention.span.end <= len(text)
        assert text[mention.span.start : mention.span.end] == mention.date.raw
        assert mention.date.raw.strip() == mention.date.raw
        end = mention.span.end
        first, last = mention.date.starts_on, mention.date.ends_on
        assert (first is None) == (last is None) == (mention.date.precision is DatePrecision.NONE)
        assert first is None or last is None or first <= last
        assert (mention.date.iso() is None) == (first is None)


@settings(max_examples=200, deadline=None)
@given(texts, anchors)
def test_dates_depend_on_the_arguments_only(text: str, anchor: date) -> None:
    assert find_dates(text, anchor) == find_dates(text, anchor)


PARAGRAPHS = (
    "The two men met on 17 February and will meet on Thursday.",
    "Last week the board said so; next month it votes.",
    "In August 2024, during the summer, nothing moved until 3 September 2024.",
    "The treaty of 1994 was signed three years ago, they said on Monday morning.",
    "Between 3 and 5 May the drills begin, at the end of the week.",
    "Nothing happens here.",
)


@settings(max_examples=60, deadline=None)
@given(st.permutations(PARAGRAPHS))
def test_dates_of_a_paragraph_do_not_depend_on_its_place(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)
    expected = []
    at = 0
    for paragraph in paragraphs:
        expected += [(mention.span.start + at, mention.date, mention.kind) for mention in find_dates(paragraph, ANCHOR)]
        at += len(paragraph) + 2
    assert [(mention.span.start, mention.date, mention.kind) for mention in find_dates(text, ANCHOR)] == expected


@given(st.integers(0, 6), st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.sampled_from([True, False, None]))
def test_dates_weekday_is_that_day_within_a_week(weekday: int, anchor: date, future: bool | None) -> None:
    day = resolve_weekday(weekday, anchor, future)
    assert day.weekday() == weekday
    assert abs(day - anchor) <= timedelta(days=6)
    assert (day >= anchor) if future else (day <= anchor)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_dates_written_out_read_back(day: date, anchor: date) -> None:
    month = MONTHS[day.month - 1]
    for words in (
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        day.isoformat(),
        f"{WEEKDAYS[day.weekday()]}, {day.day} {month} {day.year}",
    ):
        assert [mention.date.iso() for mention in find_dates(f"They met on {words}.", anchor)] == [day.isoformat()]


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(-40, 40))
def test_dates_without_a_year_take_the_near_one(anchor: date, gap: int) -> None:
    day = anchor + timedelta(days=gap)
    if (day.month, day.day) != (2, 29):
        assert [mention.date.starts_on for mention in find_dates(f"It is {day.day} {MONTHS[day.month - 1]} there.", anchor)] == [day]


@pytest.mark.parametrize(
    ("text", "weekday", "future", "kind"),
    [
        ("They will meet on Friday.", 4, True, DateKind.WEEKDAY),
        ("They met on Friday.", 4, False, DateKind.WEEKDAY),
        ("Friday.", 4, None, DateKind.WEEKDAY),
        ("They met yesterday.", None, None, DateKind.DEICTIC),
    ],
)
def test_dates_mention_tells_weekday_and_tense(text: str, weekday: int | None, future: bool | None, kind: DateKind) -> None:
    mention = find_dates(text, ANCHOR)[0]
    assert (mention.weekday, mention.future, mention.kind) == (weekday, future, kind)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("March " * 40_000, id="months"),
        pytest.param("in the " * 40_000, id="small-words"),
        pytest.param("2025-03-27" * 20_000, id="glued-dates"),
        pytest.param("on Monday " * 2_000, id="weekdays"),
        pytest.param("a day later " * 15_000, id="anaphora"),
        pytest.param("1 2 3 " * 40_000, id="numbers"),
        pytest.param("9" * 200_000, id="one-number"),
        pytest.param("March" + " " * 200_000 + "2025", id="long-gap"),
        pytest.param("Aa " * 70_000 + "May", id="names"),
    ],
)
def test_dates_of_hostile_text_come_to_an_end(text: str) -> None:
    assert all(text[m.span.start : m.span.end] == m.date.raw for m in find_dates(text, ANCHOR))
