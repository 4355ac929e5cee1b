"""The nouns of the ledger: a statement, what a recomputation found, and the row they make.

Values only: nothing here reads, computes or judges, and no number of a source may enter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from eenzaam_stats.vocabulary import Evidence, Language, Verdict

Interval = tuple[float, float]


class Theme(StrEnum):
    """Chapters of the report, in order."""

    PREVALENCE = "prevalence"
    TREND = "trend"
    NUMBERS_OF_PEOPLE = "numbers_of_people"
    PROJECTION = "projection"
    HEALTH = "health"
    GROUPS = "groups"
    EUROPE = "europe"
    YOUTH = "youth"
    GOVERNMENT = "government"
    INTERVENTIONS = "interventions"
    POLICY = "policy"
    STRUCTURE = "structure"


class Kind(StrEnum):
    """What sort of statement it is."""

    NUMBER = "number"
    COUNT = "count"
    RATIO = "ratio"
    RANKING = "ranking"
    DIRECTION = "direction"
    DATE = "date"
    JUDGEMENT = "judgement"


class Basis(StrEnum):
    """How the recomputed quantity relates to the one in the letter."""

    SAME = "same"
    CONDITIONAL = "conditional"
    RELATED = "related"
    NONE = "none"
    JUDGEMENT = "judgement"


class Unit(StrEnum):
    """Unit of the recomputed value; a month is a number such as 202104."""

    PERCENT = "percent"
    PERCENTAGE_POINTS = "percentage_points"
    PERCENTILE_POINTS = "percentile_points"
    PERSONS = "persons"
    THOUSAND_PERSONS = "thousand_persons"
    COUNT = "count"
    RATIO = "ratio"
    YEARS = "years"
    YEAR = "year"
    MONTH = "month"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Claim:
    """One quantitative statement of the letter.

    Attributes
    ----------
    id : str
        Kebab-case name, unique in the ledger.
    theme : Theme
        Chapter of the report.
    page : str
        Page or pages of the letter, with a footnote where the statement stands in one.
    kind : Kind
        Sort of statement.
    statement_nl, statement_en : str
        Paraphrase, at most 30 words.
    printed : str
        The number as the letter prints it, a few words at most; empty for a statement without one.
    cited : str
        The notes that the letter gives for it, or ``none``.
    unit : Unit
        Unit of the recomputed value and of ``low`` and ``high``.
    decimals : int
        Decimals with which the recomputed value is printed.
    low, high : float or None
        Smallest and largest value that the printed wording allows, bounds included; ``None`` when
        there is nothing to test or when the yardstick is itself recomputed.
    bounds_nl, bounds_en : str
        One sentence that says why these bounds.
    basis : Basis
        How the recomputed quantity relates to the one in the letter.
    method_nl, method_en : str
        How it is recomputed, one sentence.
    inputs : tuple of str
        Reference tables that the recomputation reads.
    source_url : str
        Public address of the source, or a DOI; empty when it is the letter itself.
    caveat_nl, caveat_en : str
        What a reader must know before using the number; empty when there is nothing.
    """

    id: str
    theme: Theme
    page: str
    kind: Kind
    statement_nl: str
    statement_en: str
    printed: str
    cited: str
    unit: Unit
    decimals: int
    basis: Basis
    method_nl: str
    method_en: str
    inputs: tuple[str, ...]
    source_url: str
    caveat_nl: str
    caveat_en: str
    low: float | None = None
    high: float | None = None
    bounds_nl: str = ""
    bounds_en: str = ""

    @property
    def interval(self) -> Interval | None:
        """Values that the printed wording allows, bounds included."""
        if self.low is None or self.high is None:
            return None
        return (self.low, self.high)


@dataclass(frozen=True, slots=True)
class Input:
    """One number that a recomputation took from a reference table.

    Attributes
    ----------
    table : str
        Name of the reference table.
    what : str
        The row in a few words, made of its own columns.
    value : float or None
        As the table gives it; ``None`` when only words are printed.
    unit : str
        Unit as the table names it.
    evidence : Evidence
        How well the number is documented.
    url : str
        Where it was published.
    live : str
        Live table, its last change and the date of reading; empty for a packaged number.
    """

    table: str
    what: str
    value: float | None
    unit: str
    evidence: Evidence
    url: str
    live: str = ""


class Alternative(NamedTuple):
    """Another outcome that a reader should see beside the tested one, in the unit of the claim."""

    label_en: str
    label_nl: str
    value: float


@dataclass(frozen=True, slots=True)
class Recomputation:
    """What a recomputation found.

    Attributes
    ----------
    value : float or None
        The value to test, in the unit of the claim; ``None`` when public data cannot give it.
    shown_en, shown_nl : str
        The finding in a few words.
    inputs : tuple of Input
        The numbers it rests on.
    alternatives : tuple of Alternative
        Other outcomes: another base, another edition, another source.
    interval : tuple of float or None
        Yardstick computed from the tables; takes the place of the interval of the claim.
    """

    value: float | None
    shown_en: str
    shown_nl: str
    inputs: tuple[Input, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    interval: Interval | None = None

    @property
    def evidence(self) -> Evidence | None:
        """Weakest evidence among the inputs; ``None`` without inputs."""
        order = list(Evidence)
        return max((i.evidence for i in self.inputs), key=order.index, default=None)

    @property
    def live(self) -> tuple[str, ...]:
        """Live tables among the inputs, each once; empty where all numbers are packaged."""
        return tuple(dict.fromkeys(one.live for one in self.inputs if one.live))


def read_text(record: Claim | Recomputation | Alternative, name: str, language: Language) -> str:
    """Text of a record in one language: its field ``<name>_<language>``.

    Examples
    --------
    >>> read_text(Alternative("adults", "volwassenen", 676385.0), "label", "nl")
    'volwassenen'
    """
    return str(getattr(record, f"{name}_{language}"))


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A statement with what became of it.

    Attributes
    ----------
    claim : Claim
        The statement.
    recomputation : Recomputation
        What was found; without value and inputs for a judgement.
    verdict : Verdict
        Follows from the two by :func:`eenzaam_stats.letter.verdict.verdict`.
    evidence : Evidence or None
        Weakest evidence of the inputs.
    """

    claim: Claim
    recomputation: Recomputation
    verdict: Verdict
    evidence: Evidence | None = field(default=None)

    @property
    def interval(self) -> Interval | None:
        """The yardstick that was used: recomputed where there is one, else that of the claim."""
        return self.recomputation.interval or self.claim.interval
