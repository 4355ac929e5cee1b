"""Words with a fixed meaning: answers, categories, kinds of missing, methods, verdicts.

One list per idea, used by type checker, run-time checks, messages and labels. Words for readers
live in ``labels/nl.toml`` and ``labels/en.toml``, keyed by these values.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from eenzaam_stats.errors import OptionError

Language = Literal["nl", "en"]
IntervalMethod = Literal["logit", "beta", "korn_graubard", "wilson", "wald"]
SinglePsu = Literal["certainty", "centred", "average", "collapsed", "fail"]
SinglePsuDomain = Literal["full_design", "as_single_psu"]
CalibrationMethod = Literal["post_stratify", "rake", "linear", "logit"]
ReplicateMethod = Literal["BRR", "Fay", "JK1", "JKn", "bootstrap"]
ReplicateCentre = Literal["replicates", "estimate"]
SubscaleCutoff = Literal["manual6", "cbs", "rivm2016", "vzinfo"]

MINUS = "\N{MINUS SIGN}"


class Answer(StrEnum):
    """Answers to a De Jong Gierveld item, in order from disagreement to agreement."""

    STRONG_NO = "strong_no"
    NO = "no"
    MORE_OR_LESS = "more_or_less"
    YES = "yes"
    STRONG_YES = "strong_yes"


class Dichotomy(StrEnum):
    """Answers to a De Jong Gierveld item that was stored as two values after dichotomising.

    The first two say which side of the cut speaks for loneliness (keyed); the last two are
    disagreement and agreement (raw), the neutral answer counted with the side that speaks for
    loneliness.
    """

    NOT_LONELY = "not_lonely"
    LONELY = "lonely"
    DICHOTOMISED_NO = "dichotomised_no"
    DICHOTOMISED_YES = "dichotomised_yes"


class Frequency(StrEnum):
    """Answers to a question on how often, in order from never to always."""

    NEVER = "never"
    RARELY = "rarely"
    SOMETIMES = "sometimes"
    OFTEN = "often"
    ALWAYS = "always"


class Category(StrEnum):
    """Classes of a total loneliness score; not every scale uses all four."""

    NOT = "not"
    MODERATE = "moderate"
    SEVERE = "severe"
    VERY_SEVERE = "very_severe"


class Sex(StrEnum):
    """Sex as the source delivers it."""

    MEN = "men"
    WOMEN = "women"
    OTHER = "other"


class MissingKind(StrEnum):
    """Why an answer is not there."""

    REFUSED = "refused"
    DONT_KNOW = "dont_know"
    NOT_ASKED = "not_asked"
    NO_ANSWER = "no_answer"
    INVALID = "invalid"


class Origin(StrEnum):
    """Where a number comes from, printed beside it wherever it is shown."""

    PUBLISHED = "published"
    MICRODATA = "microdata"
    SYNTHETIC = "synthetic"
    DERIVED = "derived"


class Evidence(StrEnum):
    """How well a published figure is documented."""

    PRIMARY = "primary"
    DERIVED = "derived"
    THIRD_PARTY = "third_party"
    PRESS = "press"
    UNVERIFIED = "unverified"


class Flag(StrEnum):
    """Whether an estimate can be used as it stands."""

    RELIABLE = "reliable"
    UNCERTAIN = "uncertain"
    SUPPRESSED = "suppressed"


class Disclosure(StrEnum):
    """Whether an estimate may be released.

    There is one word for what is hidden: whether a row was small itself or was hidden for another
    one bounds its count from above or from below.
    """

    UNCHECKED = "unchecked"
    UNSTATED = "unstated"  # nothing says whether the numbers are of respondents or published
    SAFE = "safe"
    SUPPRESSED = "suppressed"
    PUBLIC = "public"  # made of published tables only


class Verdict(StrEnum):
    """What became of a statement of the letter when it was recomputed."""

    REPRODUCED = "reproduced"
    REPRODUCED_WITH_CAVEAT = "reproduced_with_caveat"
    CONSISTENT = "consistent"
    NOT_REPRODUCIBLE = "not_reproducible"
    QUALITATIVE = "qualitative"


def require_option(value: str, options: object, *, name: str) -> None:
    """Raise when ``value`` is not one of the members of a ``Literal`` alias."""
    allowed = get_args(options)
    if value not in allowed:
        raise OptionError.among(value, allowed, name=name)


@cache
def labels(language: Language) -> Mapping[str, str]:
    """Words for readers in one language, keyed by ``<group>.<value>``.

    Parameters
    ----------
    language : {"nl", "en"}
        Language of the words.

    Returns
    -------
    Mapping[str, str]
        Flat catalogue; both languages have the same keys.

    Raises
    ------
    OptionError
        If the language has no catalogue.

    Examples
    --------
    >>> labels("nl")["verdict.reproduced"]
    'gereproduceerd'
    """
    require_option(language, Language, name="language")
    text = files("eenzaam_stats").joinpath(f"labels/{language}.toml").read_text("utf-8")
    groups = tomllib.loads(text)
    return {
        f"{group}.{key}": word for group, words in groups.items() for key, word in words.items()
    }


def label(key: str, language: Language) -> str:
    """Return one word for readers; an unknown key is an error, never an empty word.

    Examples
    --------
    >>> label("verdict.consistent", "en")
    'consistent'
    """
    catalogue = labels(language)
    if key not in catalogue:
        raise OptionError.among(key, sorted(catalogue), name="label key")
    return catalogue[key]


def format_number(value: float, *, decimals: int, language: Language) -> str:
    """Number as its readers write it: ``1.234,5`` in Dutch, ``1,234.5`` in English.

    Rounds half away from zero on the shortest decimal that reads back as ``value``, as published
    tables do, and never through the locale of the machine. A missing number is a dash.

    Examples
    --------
    >>> format_number(48.25, decimals=1, language="nl")
    '48,3'
    >>> format_number(-854084, decimals=0, language="nl")
    '−854.084'
    >>> format_number(float("nan"), decimals=1, language="en")
    '–'
    """
    if not math.isfinite(value):
        return "\N{EN DASH}"
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(repr(float(value))).quantize(step, rounding=ROUND_HALF_UP)
    signs = str.maketrans(
        {",": label("number.thousands", language), ".": label("number.decimal", language)}
    )
    text = f"{abs(rounded):,.{decimals}f}".translate(signs)
    return f"{MINUS}{text}" if rounded < 0 else text


def format_shortest(value: float, *, language: Language) -> str:
    """Number with no more decimals than it has, six at most.

    Examples
    --------
    >>> format_shortest(97.5, language="nl"), format_shortest(95.0, language="nl")
    ('97,5', '95')
    """
    digits = f"{round(value, 6):f}".rstrip("0").partition(".")[2]
    return format_number(value, decimals=len(digits), language=language)


def format_level(level: float, *, language: Language) -> str:
    """Coverage of an interval for readers, never rounded to another one.

    Examples
    --------
    >>> format_level(0.95, language="nl"), format_level(0.975, language="nl")
    ('95%', '97,5%')
    """
    return add_percent(format_shortest(100 * level, language=language), language)


def format_percent(share: float, *, decimals: int, language: Language) -> str:
    """Share in [0, 1] as a percentage for readers.

    Examples
    --------
    >>> format_percent(0.142, decimals=1, language="nl")
    '14,2%'
    """
    if not math.isfinite(share):
        return format_number(share, decimals=decimals, language=language)
    percent = float(Decimal(repr(float(share))) * 100)
    return add_percent(format_number(percent, decimals=decimals, language=language), language)


def add_percent(number: str, language: Language) -> str:
    """Number that is a percentage, with its sign as readers of the language write it.

    Examples
    --------
    >>> add_percent("14,2", "nl")
    '14,2%'
    """
    return number + label("unit.percent", language)
