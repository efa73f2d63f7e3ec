"""Small records that steps and runs return: plain numbers and words, fit for JSON, and the exit code that follows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, TypeVar

from pydantic import Field

from flows.exit_codes import ExitCode
from vocabulary.documents import Record
from vocabulary.words import FAILED_POLLS, DocumentOutcome, PollStatus, RunStatus

FAILED_OUTCOMES = frozenset(DocumentOutcome) - {
    DocumentOutcome.TAGGED,
    DocumentOutcome.UNCHANGED,
    DocumentOutcome.OFF_TOPIC,
    DocumentOutcome.OTHER_LANGUAGE,
}
Word = TypeVar("Word", DocumentOutcome, PollStatus)
DigestState = Literal["issued", "reprinted", "no_data"]


class StepReport(Record):
    """What one step did. `inputs` is the sum of `outcomes` and `passed_on`: no item is lost between the words."""

    step: str = Field(description="first_batch, poll, tag, build_day or digest")
    inputs: int = Field(default=0, ge=0, description="Items that the step was given")
    outcomes: dict[DocumentOutcome, int] = Field(default_factory=dict, description="Final word to number of items")
    passed_on: int = Field(default=0, ge=0, description="Documents stored for the tagger, which gives them their word")
    polls: dict[PollStatus, int] = Field(default_factory=dict, description="Word of a feed's poll to number of feeds")
    notes: tuple[str, ...] = Field(default=(), description="What a reader should know, one line each")

    @property
    def is_partial(self) -> bool:
        """Tell whether some feed or document failed."""
        return any(word in FAILED_OUTCOMES for word in self.outcomes) or any(word in FAILED_POLLS for word in self.polls)

    def line(self) -> str:
        """Return the step in one line for people."""
        words = [f"{number} {word}" for word, number in self.outcomes.items()] + [f"{self.passed_on} to tag"] * bool(self.passed_on)
        feeds = [f"{number} {word}" for word, number in self.polls.items()]
        parts = [f"{self.inputs} items: {', '.join(words)}"] * bool(self.inputs) + [f"feeds: {', '.join(feeds)}"] * bool(feeds)
        return f"{self.step}: {'; '.join([*parts, *self.notes]) or 'nothing to do'}"


class DigestReport(Record):
    """What became of a day's digest."""

    state: DigestState = Field(description="issued now, reprinted as issued before, or no_data: nothing was read for the day")
    day: date | None = Field(default=None, description="Day of the digest that `path` holds; None where there is none at all")
    number: int | None = Field(default=None, description="Its number")
    path: str = Field(default="", description="Its Markdown file; empty where there is none")
    notes: tuple[str, ...] = Field(default=(), description="What a reader should know, one line each")


class RunReport(Record):
    """What one run did, step by step."""

    run_id: str = Field(description="Run")
    steps: tuple[StepReport, ...] = Field(default=(), description="Steps in order")
    digest: DigestReport | None = Field(default=None, description="The digest at its end; None for a run without one")
    notes: tuple[str, ...] = Field(default=(), description="What a reader should know about the run as a whole")

    @property
    def status(self) -> RunStatus:
        """Return how the run ended."""
        polled = [word for step in self.steps for word in step.polls]
        if self.digest is not None and self.digest.state == "no_data" and polled and FAILED_POLLS.issuperset(polled):
            return RunStatus.NO_DATA  # not a part of the work failed but all of it
        if any(step.is_partial for step in self.steps):
            return RunStatus.PARTIAL
        if self.digest is not None and self.digest.state == "no_data" and not self.digest.path:
            return RunStatus.NO_DATA
        return RunStatus.DONE

    @property
    def exit_code(self) -> ExitCode:
        """Return the exit code of a command that made this run."""
        return {RunStatus.PARTIAL: ExitCode.PARTIAL, RunStatus.NO_DATA: ExitCode.NO_DATA}.get(self.status, ExitCode.DONE)

    def detail(self) -> str:
        """Return all steps in one line, as the table of runs keeps it."""
        notes = (*(self.digest.notes if self.digest else ()), *self.notes)
        return " | ".join([*(step.line() for step in self.steps), *notes])


def count_words(words: Iterable[Word]) -> dict[Word, int]:
    """Return each word with its number, the most frequent first."""
    return _in_order(Counter(words))


def add_reports(step: str, reports: Iterable[StepReport]) -> StepReport:
    """Return the sum of the reports of one step's batches."""
    outcomes: Counter[DocumentOutcome] = Counter()
    polls: Counter[PollStatus] = Counter()
    inputs = passed_on = 0
    notes: list[str] = []
    for report in reports:
        outcomes.update(report.outcomes)
        polls.update(report.polls)
        inputs += report.inputs
        passed_on += report.passed_on
        notes += [note for note in report.notes if note not in notes]
    return StepReport(
        step=step, inputs=inputs, outcomes=_in_order(outcomes), passed_on=passed_on, polls=_in_order(polls), notes=tuple(notes)
    )


def _in_order(counted: Mapping[Word, int]) -> dict[Word, int]:
    """Return the counts with the most frequent word first."""
    return {word: counted[word] for word in sorted(counted, key=lambda word: (-counted[word], word))}
