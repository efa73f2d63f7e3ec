"""Whose words a text's layout shows: transcripts, interviews, statements, and sentences that name nobody."""

import pytest
from tagging import DAY, coalition_tagger, make_document

from extractors.clauses import Clauses
from extractors.gazetteer import Gazetteer
from extractors.lexicon import load_lexicon
from extractors.mentions import DocumentActors
from extractors.model import load_model, parsable
from extractors.speech import Attributions


def speakers_of(text: str, words: str) -> set[str]:
    """Return the actors among the sources of the sentence that holds `words`, presumed ones too."""
    watch = coalition_tagger()._watch
    nlp, lexicon = load_model(), load_lexicon()
    doc = nlp(parsable(make_document(text).text))
    actors = DocumentActors(doc, watch=watch, gazetteer=Gazetteer(watch, nlp), lexicon=lexicon, day=DAY)
    speech = Attributions(doc, actors, Clauses(actors, lexicon), lexicon)
    at = text.index(words)
    sentence = next(s for s in doc.sents if s.start_char <= at < s.end_char)
    here = [source for source in speech.sources if source.start < sentence.end and source.end > sentence.start]
    return {i for source in here for holder in source.holders for i in holder.ids}


TRANSCRIPT = (
    "Podium notes\n\nQUESTION: Will Moscow agree to the truce?\n\nPRESIDENT TRUMP: I think it can be done by May.\n\n"
    "It would be a good thing.\n\nQUESTION: And the weapons?\n\nPRESIDENT TRUMP: We keep sending them."
)
LETTERS = (
    "An evening in the north\n\nRagna Lie, state secretary in Norway's defence ministry, poured the coffee.\n\n"
    "Q: Will you send a ship?\n\nA: Once the guns are silent.\n\nQ: And soldiers?\n\nA: Not yet."
)
DASHES = (
    "Theo Francken: jets first\n\nWe met the minister on a train.\n\n— Will there be jets?\n\n— There will, after a ceasefire.\n\n"
    "— And soldiers?\n\n— A few hundred, perhaps."
)
QUOTED = (
    "A hoarse voice\n\nEstonia's foreign minister, Jaan Kask, whispered.\n\nWill your people go?\n\n“Before winter, to teach.”\n\n"
    "And before a truce?\n\n“Teachers, yes.”"
)
EXPERT = LETTERS.replace("state secretary in Norway's defence ministry", "an analyst who follows Norway's defence minister")
JOINT = "A common text\n\nWe, the leaders of Estonia, Finland and Sweden, met today.\n\nThe guns have to fall silent."
BULLETS = "Voices\n\nFinnish President Alexander Stubb: “This is progress.”\n\nGerman Chancellor Olaf Scholz*: “We want more. It is late.”"
MINISTER = "Address by the President of Ukraine on the day of the flag\n\nFellow citizens!\n\nThe guns have to fall silent."
TOLD = "Kremlin rejects Trump's statement\n\nThe day was long.\n\nThe guns have to fall silent."
BEFORE = "Notes\n\nThe French president laid out a plan on Monday. There must be a truce first, and then guards along the line."
PAPER = "Notes\n\nThe European draft came late on Monday. It rained. The draft says that guards should watch the line."
ONE = "Notes\n\nTwo French diplomats met visitors from abroad. There would be no jets for the force, one said."
WORDS = "Notes\n\nThe sky, in Macron's words, has to be closed."


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        pytest.param(TRANSCRIPT, "it can be done", {"USA"}, id="name_in_capitals_before_a_colon"),
        pytest.param(TRANSCRIPT, "a good thing", {"USA"}, id="an_answer_of_two_paragraphs"),
        pytest.param(TRANSCRIPT, "And the weapons", set(), id="who_asks_is_nobody"),
        pytest.param(LETTERS, "guns are silent", {"NOR"}, id="the_letter_a_is_the_official_of_the_introduction"),
        pytest.param(LETTERS.replace("Q:", "Q.").replace("A:", "A."), "guns are silent", {"NOR"}, id="letters_with_a_stop"),
        pytest.param(EXPERT, "guns are silent", set(), id="an_analyst_answers_for_nobody"),
        pytest.param(DASHES, "after a ceasefire", {"BEL"}, id="dashes_in_turn"),
        pytest.param(DASHES, "And soldiers", set(), id="a_dash_that_asks"),
        pytest.param(QUOTED, "to teach", {"EST"}, id="quoted_answers_to_printed_questions"),
        pytest.param(JOINT, "fall silent", {"EST", "FIN", "SWE"}, id="we_the_leaders_of"),
        pytest.param(BULLETS, "It is late", {"DEU"}, id="a_bold_name_before_a_colon"),
        pytest.param(MINISTER, "fall silent", {"UKR"}, id="the_author_stands_in_the_title"),
        pytest.param(TOLD, "fall silent", {"RUS"}, id="a_headline_about_a_statement_makes_its_author_no_speaker"),
        pytest.param(BEFORE, "a truce first", {"FRA"}, id="the_sentence_before_tells_of_whom"),
        pytest.param(ONE, "no jets", {"FRA"}, id="one_of_the_officials"),
        pytest.param(PAPER, "guards should watch", {"EUR"}, id="a_draft_speaks_for_its_owner"),
        pytest.param(WORDS, "has to be closed", {"FRA"}, id="in_his_words"),
    ],
)
def test_whose_words_they_are(text: str, words: str, expected: set[str]) -> None:
    assert speakers_of(text, words) == expected
