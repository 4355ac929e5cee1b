"""Made-up populations as counts of persons in finest cells, and the tables that count them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
import pandas as pd

from disclosure.tables import NOTE, row
from eenzaam_stats.design import Design
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.survey import HarmonisationReport, Survey

KINDS_OF_MISSING = ("refused", "dont_know", "not_asked")
SCORES = ("0", "1", "2", "3", "4", "5")
ANSWERS: Mapping[str, tuple[str, ...]] = {
    "score": (*SCORES, "refused", "dont_know"),
    "ill": ("serious", "mild", "no", "refused"),
    "help": ("yes", "no", "refused", "not_asked"),
    "smoker": ("yes", "no", "refused"),
}


@dataclass(frozen=True)
class Question:
    """An outcome: the question it is about, and the answers that count as each of its classes."""

    about: str
    classes: Mapping[str, tuple[str, ...]]


def _flag(about: str, *answers: str) -> Question:
    return Question(about, {"": answers})


QUESTIONS = {
    "lonely": _flag("score", "2", "3", "4", "5"),
    "not_lonely": _flag("score", "0", "1"),
    "severe": _flag("score", "4", "5"),
    "severely_lonely": _flag("score", "4", "5"),
    "moderate": _flag("score", "2", "3"),
    "category": Question(
        "score", {"not": ("0", "1"), "moderate": ("2", "3"), "severe": ("4", "5")}
    ),
    "score": Question("score", {one: (one,) for one in SCORES}),
    **{f"at_least_{cut}": _flag("score", *SCORES[cut:]) for cut in range(1, 6)},
    "ill": _flag("ill", "serious", "mild"),
    "serious": _flag("ill", "serious"),
    "mild": _flag("ill", "mild"),
    "illness": Question("ill", {"serious": ("serious",), "mild": ("mild",), "no": ("no",)}),
    "help": _flag("help", "yes"),
    "smoker": _flag("smoker", "yes"),
}


@dataclass(frozen=True)
class Asked:
    """A table: an outcome by columns, of everybody or of some, as one statistic."""

    outcome: str
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    statistic: str = "proportion"

    @property
    def question(self) -> Question:
        return QUESTIONS[self.outcome]

    @property
    def several(self) -> bool:
        """Whether its rows are classes."""
        return len(self.question.classes) > 1 and self.statistic == "proportion"


@dataclass
class Population:
    """Finest cells, all that can occur, with the number of persons in each.

    Attributes
    ----------
    cells : pandas.DataFrame
        Grouping columns and one column of answers per question. An empty text as the value of a
        grouping column is a person of whom it is not known.
    count : ndarray
        Persons in each.
    """

    cells: pd.DataFrame
    count: np.ndarray
    _masks: dict[tuple[str, tuple[str, ...]], np.ndarray] = field(default_factory=dict)

    def among(self, column: str, *values: str) -> np.ndarray:
        """Finest cells with one of the values."""
        key = (column, values)
        if key not in self._masks:
            self._masks[key] = self.cells[column].isin(values).to_numpy(dtype=bool)
        return self._masks[key]

    def inside(self, asked: Asked, group: Sequence[str] = ()) -> np.ndarray:
        """Finest cells of a row of a table; of all its rows without a group."""
        where = [*asked.where, *zip(asked.by, group, strict=False)]
        found = np.ones(len(self.count), dtype=bool)
        for name, value in where:
            found &= self.among(name, value)
        for name in asked.by:
            found &= ~self.among(name, "")
        return found

    def answered(self, asked: Asked) -> np.ndarray:
        return ~self.among(asked.question.about, *KINDS_OF_MISSING)

    def having(self, asked: Asked, label: str = "") -> np.ndarray:
        return self.among(asked.question.about, *asked.question.classes[label])

    def levels(self, column: str) -> list[str]:
        return sorted(set(self.cells[column]) - {""})

    def total(self, inside: np.ndarray) -> int:
        return int(self.count[inside].sum())


@dataclass(frozen=True)
class Pairs:
    """Which values occur together, as the estimates of a file remember it."""

    population: Population
    asked: Asked

    def values(self, columns: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        cells = self.population.cells
        if not set(columns) <= set(cells):
            return ()
        inside = self.population.inside(replace(self.asked, by=tuple(columns)))
        there = cells.loc[inside & (self.population.count > 0), list(columns)]
        return tuple(sorted(set(there.itertuples(index=False, name=None))))


def counted(population: Population, asked: Asked) -> Estimates:
    """A table in the form that the verbs give, from counts of persons."""
    levels = [population.levels(name) for name in asked.by]
    answered, labels = population.answered(asked), asked.question.classes
    rows = []
    for group in product(*levels):
        inside = population.inside(asked, group)
        if not population.total(inside):
            continue
        n = population.total(inside & answered)
        kinds = [
            (kind, population.total(inside & population.among(asked.question.about, kind)))
            for kind in KINDS_OF_MISSING
        ]
        missing = tuple((kind, count) for kind, count in kinds if count)
        for label in labels:
            yes = population.total(inside & population.having(asked, label))
            one = row((*group, label) if label else group, n, yes, df=n - 1)
            rows.append(replace(one, n_missing=sum(c for _, c in missing), missing=missing))
    by = (*asked.by, asked.outcome) if asked.several else asked.by
    everyone = population.inside(replace(asked, by=()))
    without = population.total(everyone & ~population.inside(asked))
    some = dict(asked.where)
    waves = population.levels("wave") if "wave" in population.cells else ["2022"]
    note = replace(
        NOTE,
        outcome=asked.outcome,
        statistic=asked.statistic,
        wave=some.pop("wave", ", ".join(waves)),
        population=", ".join(("18+", *some.values())),
        n_without_group=without,
    )
    return Estimates(by, tuple(rows), note).of(Pairs(population, asked))


def respondents(
    population: Population, outcomes: Sequence[str], *, weights: np.ndarray | None = None
) -> Survey:
    """The persons one by one, as a file with a column per outcome; an empty text is not known."""
    cells = population.cells
    each = cells.loc[cells.index.repeat(population.count)].reset_index(drop=True)
    frame = each[[name for name in each if name not in ANSWERS]].replace("", None)
    for name in dict.fromkeys(outcomes):
        frame[name] = _answers(each[QUESTIONS[name].about], QUESTIONS[name])
    n = len(frame)
    frame["weight"] = 1.0 if weights is None else weights[:n]
    report = HarmonisationReport("made_up", "2022", "a.sav", "synthetic", "18+", n, n)
    return Survey(frame, Design(weight="weight"), report)


def _answers(said: pd.Series, question: Question) -> pd.Series:
    if question.classes.keys() == set(SCORES):
        return pd.to_numeric(said, errors="coerce").astype("Int64")
    if "" in question.classes:
        flags = said.isin(question.classes[""]).astype(float)
        return flags.mask(said.isin(KINDS_OF_MISSING))
    words = {answer: label for label, some in question.classes.items() for answer in some}
    return said.map(words)


def populated(
    rng: np.random.Generator,
    columns: Mapping[str, int],
    questions: Sequence[str] = ("score",),
    *,
    functions: Mapping[str, tuple[str, int]] | None = None,
    size: float = 0.03,
    empty: float = 0.0,
    unknown: Sequence[str] = (),
    missing: float = 1.0,
) -> Population:
    """A population with columns of so many values.

    ``functions`` are columns that are functions of others, with their number of values; ``empty``
    is the share of groups with nobody; ``unknown`` are columns that some persons lack; ``missing``
    multiplies how many do not answer.
    """
    levels = [
        [*(f"{name[0]}{at}" for at in range(number)), *([""] if name in unknown else [])]
        for name, number in columns.items()
    ]
    groups = pd.DataFrame(list(product(*levels)), columns=list(columns))
    for name, (source, number) in (functions or {}).items():
        order = {
            one: f"{name[0]}{at % number}" for at, one in enumerate(sorted(set(groups[source])))
        }
        groups[name] = groups[source].map({**order, "": ""} if "" in order else order)
    people = rng.negative_binomial(1.3, size, len(groups))
    for name in unknown:
        people[(groups[name] == "").to_numpy()] //= 6
    people[rng.random(len(groups)) < empty] = 0
    answers = [
        one
        for one in product(*(ANSWERS[name] for name in questions))
        if _possible(dict(zip(questions, one, strict=True)))
    ]
    chance = _chances(rng, questions, answers, len(groups), missing)
    count = np.array([rng.multinomial(n, p) for n, p in zip(people, chance, strict=True)])
    cells = groups.loc[groups.index.repeat(len(answers))].reset_index(drop=True)
    for at, name in enumerate(questions):
        cells[name] = [one[at] for one in answers] * len(groups)
    return Population(cells, count.ravel())


def _possible(answer: Mapping[str, str]) -> bool:
    """Help is asked of the lonely only, where both are there; else of those who have a job."""
    if "help" not in answer:
        return True
    if "score" not in answer:
        return True
    return (answer["help"] != "not_asked") is (answer["score"] in SCORES[2:])


_SHARES = {
    "score": (8, 6, 3, 2, 1.0, 0.6, 0.3, 0.3),
    "ill": (0.8, 1.6, 7, 0.3),
    "help": (1.5, 5, 0.2, 1.5),
    "smoker": (2, 7, 0.5),
}


def _chances(rng, questions, answers, number, missing):
    parts = [dict(zip(ANSWERS[name], _SHARES[name], strict=True)) for name in questions]
    weight = [
        np.prod(
            [
                part[said] * (missing if said in KINDS_OF_MISSING[:2] else 1.0)
                for part, said in zip(parts, one, strict=True)
            ]
        )
        for one in answers
    ]
    alpha = 22 * np.array(weight) / sum(weight)
    chance = rng.dirichlet(np.maximum(alpha, 0.02), number)
    chance[:, alpha == 0] = 0
    return chance / chance.sum(axis=1, keepdims=True)
