"""The words and shapes of English time expressions: data and pattern sources for `extractors.dates`, no decisions."""

import re
from functools import cache
from typing import Final, NamedTuple


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NUMBERS: Final = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
WEEKDAY_NUMBERS: Final = {name[:3].lower(): number for number, name in enumerate(WEEKDAYS)}
NUMBERS: Final = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
}
ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1, "final": -1}
SEASON_STARTS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # meteorological, northern

# Months whose names are also words or given names: alone they need a word before them that asks for a time.
AMBIGUOUS_MONTHS: Final = frozenset({"march", "april", "may", "june", "august"})
TIME_PREPOSITIONS: Final = _words(
    "in since by until till til during through throughout before after from of for around between to early late mid last next this"
)
# Only these bear a month whose name a person of the same text has.
STRICT_PREPOSITIONS: Final = _words("in since until till during throughout early late mid last next this")
YEAR_PREPOSITIONS: Final = _words(
    "in since by until till during through throughout before after from of for around between and to year early late mid from"
)
YEAR_DETERMINERS: Final = _words("the a an that this its his her their our failed doomed original landmark early late s")
# "in 2000 villages", "the 2025 troops": a number before one of these counts things and is no year.
COUNTED: Final = _words(
    "troops soldiers people men women children civilians fighters personnel prisoners victims casualties deaths lives drones missiles"
    " rockets shells tanks vehicles aircraft jets ships bombs mines guns rounds homes houses families residents villages towns cities"
    " countries companies firms businesses jobs workers employees members delegates officials officers votes seats euros dollars pounds"
    " roubles rubles hryvnias yuan km kilometres kilometers metres meters miles feet tonnes tons barrels litres liters degrees percent"
    " hectares acres hours days weeks months years times pages copies points more fewer other others additional cases strong megawatts"
)
# Names that hold a weekday: (words before, words after), lower case.
NAMES_BEFORE_WEEKDAY: Final = _words(
    "good black bloody palm easter ash super fat shrove cyber whit sheffield ruby tuesday's man every each most some many joe al"
)
NAMES_AFTER_WEEKDAY: Final = frozenset({"times", "telegraph", "express", "mirror", "mail", "post", "herald", "with", "people", "nights"})


class Rule(NamedTuple):
    """One shape of time expression: the classes of words it may start with, and its pattern source."""

    starters: str
    source: str


FRAGMENTS: Final = {
    "S": r"(?:[^\S\n]{1,3}|\n(?!\n))",
    "MONTH": r"(?:"
    + "|".join(MONTHS)
    + "|"
    + "|".join(m.upper() for m in MONTHS)
    + r"|(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|Jun|Jul)(?![\w])\.?)",
    "FULLMONTH": r"(?:" + "|".join(MONTHS) + r"|(?:Jan|Feb|Sept?|Oct|Nov|Dec)\.)",
    "DAY": r"(?:\d{1,2}(?:st|nd|rd|th)?(?![\d%]|[.,:]\d))",
    "YEAR": r"(?:\d{4,9}(?!\d|,\d|\.\d|[-–/]\d))",
    "YYYY": r"(?:(?:1[5-9]|20)\d\d(?!\d))",
    "WEEKDAY": r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?!\w)|(?:MON|TUES|WEDNES|THURS|FRI|SATUR|SUN)DAY(?!\w))",
    "SHORTDAY": r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?!\w)\.?)",
    "PART": r"(?:morning|afternoon|evening|night|midday|noon|lunchtime)",
    "TO": r"(?:[^\S\n]?[-‐‑‒–—][^\S\n]?|<S>(?:to|until|till|through|and|or)<S>)",
    "NUM": r"(?:~a|~an|~one|~two|~three|~four|~five|~six|~seven|~eight|~nine|~ten|~eleven|~twelve|~thirteen|~fourteen|~fifteen|~twenty"
    r"|~thirty|\d{1,3})",
    "UNIT": r"(?:hour|day|week|fortnight|month|year)s?",
    "UNITS": r"(?:minutes|hours|days|weeks|months|years)",
    "EDGE": r"(?:(?:~the<S>)?(?:very<S>)?(?:~beginning|~start|~end|~close|~middle|~first<S>half|~second<S>half)<S>of)",
    "MOD": r"(?:(?:~early|~mid|~late)(?:<S>in<S>|<S>|-)|(?:<EDGE>)<S>)",
}

# Order matters where two shapes begin alike: the longer one comes first.
RULES: Final[dict[str, Rule]] = {
    "iso": Rule("digit", r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?![\d-])(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?"),
    "slashed": Rule("digit", r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4})(?![\d/])"),
    "dotted": Rule("digit", r"(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<y>\d{4})(?![\d.])"),
    "span_days": Rule(
        "digit month",
        r"(?P<a>(?:<DAY><S>(?:of<S>)?<MONTH>|<MONTH><S><DAY>)(?:,?<S><YEAR>)?)(?P<to><TO>)"
        r"(?P<b>(?:<DAY><S>(?:of<S>)?<MONTH>|<MONTH><S><DAY>)(?:,?<S><YEAR>)?)",
    ),
    "days_month": Rule("digit", r"(?P<d1><DAY>)(?P<to><TO>)(?P<d2><DAY>)(?:<S>of)?<S>(?P<m><MONTH>)(?:,?<S>(?P<y><YEAR>))?"),
    "month_days": Rule("month", r"(?P<m><MONTH>)<S>(?P<d1><DAY>)(?P<to><TO>)(?P<d2><DAY>)(?!<S>(?:<MONTH>))(?:,?<S>(?P<y><YEAR>))?"),
    "day_month": Rule(
        "digit", r"(?P<d><DAY>)<S>(?:of<S>)?(?P<m><MONTH>)(?:(?:,?<S>(?P<y><YEAR>))|<S>(?:of<S>)?(?P<rel>last|this|next)<S>year)?"
    ),
    "month_day": Rule("month", r"(?P<m><MONTH>)<S>(?P<d><DAY>)(?:(?:,?<S>(?P<y><YEAR>))|,?<S>(?:of<S>)?(?P<rel>last|this|next)<S>year)?"),
    "dated_weekday": Rule(
        "weekday",
        r"(?P<wd><SHORTDAY>)(?:<S><PART>)?(?:,?<S>|<S>?\()(?:the<S>)?(?:(?P<d><DAY>)<S>(?:of<S>)?(?P<m><MONTH>)"
        r"|(?P<m2><MONTH>)<S>(?P<d2><DAY>))(?:,?<S>(?P<y><YEAR>))?",
    ),
    "week_of_day": Rule(
        "the week",
        r"(?:~the<S>)?~week<S>(?:of|beginning|starting)<S>(?P<a><DAY><S>(?:of<S>)?<MONTH>|<MONTH><S><DAY>)(?:,?<S>(?P<y><YEAR>))?",
    ),
    "nth_week": Rule(
        "the nth", r"(?:~the<S>)?(?P<n>~first|~second|~third|~fourth|~last|~final)<S>week<S>(?:of|in)<S>(?P<m><MONTH>)(?:<S>(?P<y><YEAR>))?"
    ),
    "months": Rule("month", r"(?P<m1><FULLMONTH>)(?P<to><TO>)(?P<m2><FULLMONTH>)(?:(?:<S>of|,)?<S>(?P<y><YEAR>))?"),
    "month_year": Rule("month part edge", r"(?P<mod><MOD>)?(?P<m><MONTH>)(?:<S>of|,)?<S>(?P<y><YEAR>)"),
    "month": Rule(
        "month part edge det",
        r"(?P<mod><MOD>)?(?:(?P<det>~last|~this|~next|~the<S>previous|~the<S>following)<S>)?(?P<m><FULLMONTH>)"
        r"(?:,?<S>(?:of<S>)?(?P<rel>last|this|next)<S>year)?",
    ),
    "quarter": Rule(
        "the nth",
        r"(?:~the<S>)?(?P<n>~first|~second|~third|~fourth|~last)<S>(?P<unit>quarter|half)"
        r"(?:<S>of<S>(?:(?P<y><YYYY>)|(?:the|(?P<rel>this|last|next))<S>year))?",
    ),
    "short_quarter": Rule("q", r"Q(?P<n>[1-4])(?:<S>of)?(?:<S>|[-/])(?P<y><YYYY>)"),
    "season": Rule(
        "season det part",
        r"(?:(?P<det>~last|~this|~next|~the<S>coming|~the<S>past|~the)<S>)?(?P<mod>early<S>|late<S>|mid-)?"
        r"(?P<season>~spring|~summer|~autumn|~fall|~winter)(?:,?<S>(?:of<S>)?(?:(?P<y><YYYY>)|(?P<rel>last|this|next)<S>year))?",
    ),
    "decade": Rule("the digit", r"(?:~the<S>)?(?P<mod>(?:early|late)<S>|mid-)?(?P<y>(?:1[5-9]|20)\d0)[’']?s"),
    "years": Rule("digit", r"(?P<a><YYYY>)(?P<to><TO>|/)(?P<b><YYYY>|\d\d(?![\d-]))"),
    "year": Rule("digit part edge", r"(?P<mod><MOD>)?(?P<y><YYYY>)(?![%°]|[.,]\d|[-–/:]\d)"),
    "weekdays": Rule("weekday", r"(?P<a><WEEKDAY>)(?:<S><PART>)?(?P<to><TO>)(?P<b><WEEKDAY>)(?:<S><PART>)?"),
    "weekday": Rule(
        "weekday det part come over",
        r"(?:(?P<det>~last|~next|~this<S>coming|~this<S>past|~this|~the<S>coming|~coming|~the<S>following|~the<S>previous|~the<S>preceding"
        r"|this<S>past|past)<S>)?(?:(?:~early|~late|~earlier|~later|~overnight)(?:<S>on|<S>into|<S>to)?<S>)?(?P<wd><WEEKDAY>)(?:<S><PART>)?"
        r"(?:<S>(?:of<S>)?(?P<week>last|this|next)<S>week(?!\w))?",
    ),
    "far_day": Rule("the", r"~the<S>day<S>(?P<side>after<S>tomorrow|before<S>yesterday)"),
    "today": Rule(
        "today part", r"(?:(?:~earlier|~later|~late|~early)<S>)?(?P<word>~today|~tonight|~yesterday|~tomorrow|~overnight)(?:<S><PART>)?"
    ),
    "this_part": Rule("det part", r"(?:(?:~earlier|~later|~early|~late)<S>)?(?P<det>~this|~last)<S>(?P<part><PART>)"),
    "weekend": Rule(
        "det",
        r"(?:(?P<det>~this<S>coming|~this<S>past|~this|~last|~next|~the<S>coming|~the<S>past|~the<S>previous|~the<S>following|~the)<S>)"
        r"weekend",
    ),
    "running": Rule(
        "within",
        r"(?P<prep>~in|~over|~during|~within)<S>the<S>(?P<side>next|coming|past|last|previous)<S>(?:(?P<n><NUM>)<S>)?(?P<unit><UNIT>)",
    ),
    "period": Rule(
        "det that part edge",
        r"(?:(?P<mod>~early|~earlier|~late|~later|~mid|<EDGE>|~the<S>(?:beginning|start|end|close|middle)<S>of|~towards<S>the<S>end<S>of)<S>)?"
        r"(?P<det>~this<S>coming|~this<S>past|~this|~last|~next|the<S>coming|the<S>current|~the<S>previous|~the<S>preceding|~the<S>following"
        r"|~the<S>next|~the<S>same|~that<S>same|~that|~the)<S>(?P<unit>week|month|year)(?P<before><S>(?:before|after|earlier)(?!<S>(?:last|next)))?",
    ),
    "same_day": Rule(
        "that",
        r"(?P<det>~that<S>same|~that|~the<S>same|~the<S>next|~the<S>following|~the<S>previous|~the<S>preceding)<S>(?P<unit>day|<PART>)",
    ),
    "adjacent_day": Rule("the", r"~the<S>(?:day|night|evening|morning)<S>(?P<side>before|after)"),
    "shifted": Rule(
        "digit num", r"(?P<n><NUM>)<S>(?P<unit><UNIT>)<S>(?P<side>ago|earlier|before|later|afterwards|after|from<S>now|from<S>today)"
    ),
    "ahead": Rule("within", r"(?P<prep>~in|~within)<S>(?:the<S>next<S>)?(?P<n><NUM>)<S>(?P<unit><UNIT>)(?P<time>[’']?s?<S>time)?"),
    "vague_shift": Rule(
        "unit num",
        r"(?:(?:~a<S>few|~several|~some|~many|~a<S>couple<S>of)<S>)?(?P<unit>~minutes|~hours|~days|~weeks|~months|~years)<S>(?P<side>ago|earlier|later|before)",
    ),
    "vague": Rule(
        "within",
        r"(?:~in|~within|~over|~during)<S>(?:the<S>)?(?:(?:coming|recent|next<S>few|next<S>several|past<S>few|last<S>few|next|past|last)<S>)?"
        r"(?P<unit><UNITS>)",
    ),
}


# First words by class; either case of the first letter is meant.
STARTERS: Final = {
    "month": " ".join((*MONTHS, *(m.upper() for m in MONTHS), "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec")),
    "weekday": " ".join((*WEEKDAYS, *(d.upper() for d in WEEKDAYS), "Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun")),
    "the": "the",
    "that": "that the",
    "det": "last next this the",
    "come": "coming past",
    "over": "overnight",
    "part": "early earlier late later mid",
    "edge": "the very beginning start end close middle first second towards",
    "nth": "first second third fourth last final",
    "week": "week",
    "q": "Q1 Q2 Q3 Q4",
    "season": "spring summer autumn fall winter",
    "today": "today tonight yesterday tomorrow overnight",
    "within": "in over during within",
    "num": " ".join((*NUMBERS, "several some many")),
    "unit": "minutes hours days weeks months years",
}


def expand(source: str) -> str:
    """Return a rule source as a regular expression: fragments filled in, `~x` for a letter of either case."""
    while (filled := re.sub(r"(?<!P)<([A-Z]+)>", lambda m: FRAGMENTS[m[1]], source)) != source:
        source = filled
    return re.sub(r"~([a-z])", lambda m: f"[{m[1].upper()}{m[1]}]", source)


@cache
def parser(name: str) -> re.Pattern[str]:
    """Return a rule with its named groups, compiled when a text first asks for it."""
    return re.compile(expand(RULES[name].source) + r"(?!\w)")


@cache
def rules_by_word() -> dict[str, tuple[str, ...]]:
    """Return for each first word the rules that may start with it, in order; `digit` stands for any number.

    Looking up the first word keeps the cost at one dictionary access for most words of a text. The rules are not joined into
    one pattern per word: the same rules would be compiled a dozen times, which took longer than reading a day's news with them.
    """
    classes: dict[str, set[str]] = {"digit": {"digit"}}
    for name, words in STARTERS.items():
        for word in words.split():
            for form in {word, word[0].upper() + word[1:]}:
                classes.setdefault(form, set()).add(name)
    return {word: tuple(name for name, rule in RULES.items() if names & set(rule.starters.split())) for word, names in classes.items()}
