"""Which language a text is in, told by its function words. No model: a few dozen words a language are enough for articles."""

import re
from collections import Counter
from functools import cache
from typing import Final

UNKNOWN: Final = "und"
READ_CHARS: Final = 20_000  # the beginning tells as much as the whole
LEAST_WORDS: Final = 5
LEAST_SHARE: Final = 0.12  # function words are 30 to 50 % of running text; lists of names have next to none
LEAST_LEAD: Final = 1.2

# The most frequent function words; words that several languages share count for each of them.
_PROFILES: Final = {
    "en": (
        "the of and to in a that is was for it with as on be at by this had not are but from or have an they which one were her "
        "all she there would their we him been has when who will more no if out so said what up its about into than them can "
        "only other new some could these two"
    ),
    "de": (
        "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie "
        "nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man "
        "sein wurde sei wir ihr kein ich"
    ),
    "fr": (
        "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ou son aux cette "
        "mais comme on elle été ses leur nous vous ont fait être deux même aussi sa était ces entre sans dont leurs selon d l "
        "qu c n s"
    ),
    "es": (
        "de la que el en y a los se del las un por con no una su para es al lo como más pero sus le ya o este ha sí porque esta "
        "entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante fue son según está han ser"
    ),
    "it": (
        "di e il la che in a per è un del non una i con si da le dei alla al sono nel come ha più della lo gli anche su ma dal "
        "delle o ai nella se questo ci sua tra hanno stato essere suo dalla dopo cui loro quando perché dell l un'"
    ),
    "pt": (
        "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser "
        "quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus são"
    ),
    "nl": (
        "de van het een en in is dat op te zijn met voor niet aan er die om ook als dan maar bij uit nog door naar heeft hij ze "
        "wordt of over worden tot je had kan meer was ik dit zich hebben wel geen deze we zij tegen na"
    ),
    "pl": (
        "w i na z się do nie to że o jest jak za po od a przez co dla są ale oraz tym będzie czy który już było być tego jego "
        "ma może która także które ich tej ze był tak jako przed tylko bez pod przy nad podczas"
    ),
    "cs": (
        "a v se na je že o s z do i to k ve pro za by ale po jsou jako od který co při už podle jeho také aby však která před "
        "může bude byl být má než nebo jsem není mezi tak u jen až proti"
    ),
    "sk": (
        "a v sa na je že o s z do i to k vo pre za by ale po sú ako od ktorý čo pri už podľa jeho aj aby však ktorá pred môže "
        "bude bol byť má než alebo som nie medzi tak u len až proti si"
    ),
    "hu": (
        "a az és hogy nem is egy ez meg de ki volt csak el még mint már azt van lesz szerint ha kell vagy után pedig ezt amely "
        "most sem majd lehet között minden aki mert ami akkor több"
    ),
    "ro": (
        "de și în a la cu pe care că o nu din un pentru este mai se sau fi prin după au ce dar al ale lui sunt fost această "
        "acest dacă între am ca cel lor iar spre va vor"
    ),
    "sv": (
        "och i att det som en på är av för med till den har de inte om ett han men var sig från så vi kan hon när år under "
        "också efter eller nu sin där vid mot ska skulle kommer ut får finns vara"
    ),
    "da": (
        "og i at det er en til på som af for med de den der ikke har et om han men var sig fra så vi kan når hun år også efter "
        "eller nu sin hvor ved mod skal ville ud får være blev"
    ),
    "no": (
        "og i at det er en til på som av for med de den ikke har et om han men var seg fra så vi kan når hun år også etter "
        "eller nå sin hvor ved mot skal ville ut får være ble"
    ),
    "fi": (
        "ja on ei että se oli hän mutta kun ovat myös mukaan joka hänen sen ole voi jos tai niin kuin vain nyt olla jo mitä "
        "sitä tämä ollut sekä ettei siitä kanssa"
    ),
    "tr": (
        "ve bir bu da de için ile olarak daha çok olan gibi en ne ama sonra kadar değil o var her iki ise göre tarafından ya ki "
        "mi şu olduğunu oldu içinde"
    ),
    "uk": (
        "і в на з у що та не до за це від про як але його для є які він із й а так вже також після щоб її буде по під був бути "
        "якщо може їх тому має було вони ми цього"
    ),
    "ru": (
        "и в не на что с по как это к из у за от для о а он но же так его или бы все также их до после если уже может был было "
        "были чтобы еще при она мы они этого который будет нет"
    ),
    "bg": (
        "и на в да се за е от с не че по като са до ще към при а или но това той след си бъде тя които ли има между още беше "
        "само който бе през му те"
    ),
    "el": ("και το να η του της με για ο την των που στην από σε είναι τα οι στο θα δεν τον τη ότι ως έχει τους στη μια ή αλλά κατά"),
}
_SCRIPTS: Final = (
    (re.compile(r"[\u0600-\u06ff]"), "ar"),
    (re.compile(r"[\u0590-\u05ff]"), "he"),
    (re.compile(r"[\u3040-\u30ff]"), "ja"),
    (re.compile(r"[\uac00-\ud7af]"), "ko"),
    (re.compile(r"[\u4e00-\u9fff]"), "zh"),
    (re.compile(r"[\u0900-\u097f]"), "hi"),
    (re.compile(r"[\u10a0-\u10ff]"), "ka"),
    (re.compile(r"[\u0530-\u058f]"), "hy"),
)
_WORD: Final = re.compile(r"[^\W\d_]+")
# Letters that only one of two neighbours writes.
_UKRAINIAN: Final = re.compile(r"[іїєґІЇЄҐ]")
_RUSSIAN: Final = re.compile(r"[ыэъёЫЭЪЁ]")


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of a text's language, `und` where its words do not tell."""
    sample = text[:READ_CHARS]
    words = [word.lower() for word in _WORD.findall(sample)]
    by_script = _by_script(sample)
    if by_script is not None:
        return by_script
    if len(words) < LEAST_WORDS:
        return UNKNOWN
    counts = Counter(words)
    scores: Counter[str] = Counter()
    for word, languages in _languages_of().items():
        if (count := counts.get(word, 0)) > 0:
            for language in languages:
                scores[language] += count
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < LEAST_SHARE * len(words):
        return UNKNOWN
    best, score = ranked[0]
    if best in ("uk", "ru", "bg"):
        return _cyrillic(sample, best)
    if len(ranked) > 1 and score < LEAST_LEAD * ranked[1][1] and len(words) < 4 * LEAST_WORDS:
        return UNKNOWN
    return best


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, words in _PROFILES.items():
        for word in sorted(set(words.split())):
            found.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}


def _by_script(sample: str) -> str | None:
    """Return the language of a script that one of our languages has to itself; Japanese before Chinese, which shares its signs."""
    letters = sum(map(str.isalpha, sample))
    for pattern, language in _SCRIPTS:
        share = len(pattern.findall(sample))
        if share * (10 if language == "ja" else 2) > letters > 0:
            return language
    return None


def _cyrillic(sample: str, best: str) -> str:
    """Part Ukrainian from Russian by the letters that the other does not have."""
    ukrainian, russian = len(_UKRAINIAN.findall(sample)), len(_RUSSIAN.findall(sample))
    if ukrainian > 2 * russian:
        return "uk"
    if russian > 2 * ukrainian:
        return "bg" if best == "bg" and not re.search(r"[ыэЫЭ]", sample) else "ru"
    return best
