"""Kinds of release, each drawn from a seed: what is asked of whom, and in which run it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np

from disclosure.attack.population import Asked, Population, counted, populated, respondents
from disclosure.attack.release import Release
from disclosure.attack.verbs import OVER, WITHIN, made
from eenzaam_stats.disclosure import PROFILES, DisclosureProfile

Rng = np.random.Generator
Kind = Callable[[Rng], Release]
# how many releases of each kind there are
KINDS: dict[str, int] = {}
_MADE: dict[str, Kind] = {}

OUTCOMES = ("lonely", "severe", "moderate", "not_lonely", "at_least_3", "at_least_5")
SMALL = (
    PROFILES["strict10"],
    PROFILES["strict10"],
    PROFILES["strict10"],
    PROFILES["tabellenboek"],
    PROFILES["ggd30"],
    DisclosureProfile("own5", least_n=5, least_cell=5),
    DisclosureProfile("own3", least_n=3, least_cell=3, group_disclosure=True, decimals=1),
    replace(PROFILES["strict10"], name="two_decimals", decimals=2),
)


def drawn(words: str, number: int) -> Release:
    """The release of a kind with a number: the same each time."""
    return _MADE[words](np.random.default_rng([number, len(words)]))


def kind(words: str, times: int = 57) -> Callable[[Kind], Kind]:
    """Keep a function that draws releases, under words that say what it draws."""

    def keep(function: Kind) -> Kind:
        KINDS[words], _MADE[words] = times, function
        return function

    return keep


def released(rng: Rng, population: Population, asked: list[Asked], runs: list[int] | None = None):
    """Tables of counts of a population, under one of the profiles."""
    profile = SMALL[rng.integers(len(SMALL))]
    asked = list(dict.fromkeys(asked)) if runs is None else asked
    asked = [replace(one, by=tuple(map(str, rng.permutation(one.by)))) for one in asked]
    truth = [counted(population, one) for one in asked]
    return Release(population, *_in_order(asked, truth, runs), profile)


def _in_order(asked: list[Asked], truth: list, runs: list[int] | None):
    """Tables in the order in which they leave."""
    runs = runs or [0] * len(asked)
    order = sorted(range(len(asked)), key=lambda at: runs[at])
    return [asked[at] for at in order], [truth[at] for at in order], [runs[at] for at in order]


def _shape(rng: Rng, *names: str) -> dict[str, int]:
    return {name: int(rng.integers(2, 4)) for name in names}


def _one(rng: Rng, *outcomes: str) -> str:
    return str(rng.choice(outcomes or OUTCOMES))


def _some(rng: Rng, things: list, least: int = 1) -> list:
    number = int(rng.integers(least, len(things) + 1))
    return [things[at] for at in sorted(rng.choice(len(things), number, replace=False))]


def _two(rng: Rng, things: list) -> list:
    return [things[at] for at in rng.choice(len(things), 2, replace=False)]


def _one_of(rng: Rng, things: list):
    return things[int(rng.integers(len(things)))]


def _subsets(columns: list[str]) -> list[tuple[str, ...]]:
    return [one for size in range(len(columns) + 1) for one in combinations(columns, size)]


@kind("classes of a group are a sum")
def _classes(rng):
    people = populated(rng, {"place": int(rng.integers(3, 8))})
    name = _one(rng, "category", "score")
    return released(rng, people, _some(rng, [Asked(name, ("place",)), Asked(name)]))


@kind("classes of crossed groups")
def _crossed_classes(rng):
    people = populated(rng, _shape(rng, "age", "sex"), size=0.012)
    by = _some(rng, _subsets(["age", "sex"]))
    name = _one(rng, "category", "score")
    return released(rng, people, [Asked(name, one) for one in by])


@kind("two tables share a margin that is not shown")
def _common_margin(rng):
    people = populated(rng, _shape(rng, "place", "age", "sex"), size=0.06)
    name = _one(rng)
    tables = [Asked(name, ("place", "sex")), Asked(name, ("place", "age"))]
    return released(rng, people, tables)


@kind("three pairs of three columns")
def _cycle(rng):
    people = populated(rng, _shape(rng, "place", "age", "sex"), size=0.06)
    name = _one(rng)
    return released(
        rng, people, [Asked(name, one) for one in combinations(("place", "age", "sex"), 2)]
    )


@kind("cells and every margin", 15)
def _every_margin(rng):
    columns = ["place", "age", "sex", "work"][: int(rng.integers(1, 5))]
    shape = _shape(rng, *columns) if len(columns) < 3 else dict.fromkeys(columns, 2)
    people = populated(rng, shape, size=0.012 * len(columns))
    names = _two(rng, ["lonely", "severe", "at_least_3", "moderate"])
    if len(columns) == 4:
        names = names[:1]
    return released(rng, people, [Asked(_one(rng, *names), one) for one in _subsets(columns)])


@kind("some of the margins", 15)
def _some_margins(rng):
    columns = ["place", "age", "sex", "work"]
    people = populated(rng, dict.fromkeys(columns, 2), size=0.05)
    name = _one(rng)
    return released(rng, people, [Asked(name, one) for one in _some(rng, _subsets(columns), 2)])


def _places(rng, *, size=0.04, questions=("score",)):
    number = int(rng.integers(5, 9))
    return populated(
        rng,
        {"municipality": number, "sex": 2},
        questions,
        functions={"province": ("municipality", 3), "land": ("province", 2)},
        size=size,
    )


@kind("a column in a table of its own is a function of a finer one")
def _functions_apart(rng):
    people, name = _places(rng), _one(rng)
    tables = [("municipality",), ("province",), ("land",), ("municipality", "sex")]
    tables += [("province", "sex"), ("land", "sex"), ("sex",), ()]
    return released(rng, people, [Asked(name, one) for one in _some(rng, tables, 2)])


@kind("a column is a function of another one of its table")
def _functions_together(rng):
    people, name = _places(rng), _one(rng)
    tables = [("municipality", "province"), ("municipality", "province", "sex")]
    coarse = [("province", "sex"), ("province",), ("land", "sex"), ("land", "province")]
    return released(
        rng, people, [Asked(name, one) for one in _some(rng, tables) + _some(rng, coarse)]
    )


@kind("neighbourhoods in municipalities in provinces")
def _neighbourhoods(rng):
    people = populated(
        rng,
        {"quarter": int(rng.integers(8, 13))},
        functions={"municipality": ("quarter", 5), "province": ("municipality", 2)},
    )
    name = _one(rng)
    columns = [("quarter",), ("municipality",), ("province",), ()]
    return released(rng, people, [Asked(name, one) for one in _some(rng, columns, 2)])


@kind("one outcome is part of another")
def _nested(rng):
    people = populated(rng, _shape(rng, "place", "sex"), size=0.02)
    by = _some(rng, _subsets(["place", "sex"]), 2)
    tables = [Asked(name, one) for name in ("lonely", "severe") for one in by]
    return released(rng, people, tables)


@kind("an outcome by both columns, one within it by each")
def _nested_apart(rng):
    people = populated(rng, _shape(rng, "place", "sex"), size=0.03)
    first, second = rng.permutation(["lonely", "severe"])
    tables = [Asked(first, ("place", "sex")), Asked(second, ("place",)), Asked(second, ("sex",))]
    return released(rng, people, tables)


@kind("an outcome is the difference of two")
def _difference(rng):
    people = populated(rng, _shape(rng, "age", "sex"), size=0.015)
    tables = [Asked(name, ("age", "sex")) for name in ("lonely", "severe")]
    tables += [Asked("moderate", one) for one in _some(rng, _subsets(["age", "sex"]))]
    return released(rng, people, tables)


@kind("an outcome is the rest of another")
def _complement(rng):
    people = populated(rng, _shape(rng, "place", "sex"), size=0.03)
    tables = [Asked("lonely", one) for one in _some(rng, _subsets(["place", "sex"]))]
    tables += [Asked("not_lonely", one) for one in _some(rng, _subsets(["place", "sex"]))]
    return released(rng, people, tables)


@kind("an outcome is a class of a distribution", 15)
def _class_and_flag(rng):
    people = populated(rng, _shape(rng, "place", "sex"), size=0.02)
    tables = [Asked("category", one) for one in _some(rng, _subsets(["place", "sex"]))]
    for name in ("severe", "lonely", "moderate"):
        tables += [Asked(name, one) for one in _some(rng, _subsets(["place", "sex"]))[:2]]
    return released(rng, people, tables)


@kind("several limits of one total score")
def _limits(rng):
    people = populated(rng, _shape(rng, "place", "sex"), size=0.02)
    by = _subsets(["place", "sex"])
    tables = [
        Asked(f"at_least_{cut}", one)
        for cut in _some(rng, [1, 2, 3, 4, 5], 2)
        for one in _some(rng, by)[:2]
    ]
    return released(rng, people, tables)


@kind("a total score by its values and by limits")
def _values_and_limits(rng):
    people = populated(rng, _shape(rng, "place"), size=0.01)
    tables = [Asked("score", ("place",)), Asked("category", ()), Asked("category", ("place",))]
    tables += [Asked(f"at_least_{cut}", ("place",)) for cut in _some(rng, [1, 2, 3, 4, 5])[:2]]
    return released(rng, people, _some(rng, tables, 2))


@kind("outcomes are parts of a third")
def _parts(rng):
    people = populated(rng, _shape(rng, "place", "sex"), ("ill",), size=0.02)
    by = _subsets(["place", "sex"])
    names = _some(rng, ["ill", "serious", "mild", "illness"], 2)
    return released(rng, people, [Asked(name, one) for name in names for one in _some(rng, by)[:2]])


@kind("unrelated outcomes with other missing answers")
def _unrelated(rng):
    people = populated(rng, _shape(rng, "place", "sex"), ("score", "ill"), size=0.03)
    by = _subsets(["place", "sex"])
    names = [_one(rng), _one(rng, "ill", "serious"), _one(rng, "lonely", "severe")]
    return released(rng, people, [Asked(name, one) for name in names for one in _some(rng, by)[:2]])


@kind("an outcome is asked of those who have another")
def _filtered(rng):
    people = populated(rng, _shape(rng, "place", "sex"), ("score", "help"), size=0.02)
    by = _subsets(["place", "sex"])
    tables = [Asked("help", one) for one in _some(rng, by)]
    tables += [Asked("lonely", one) for one in _some(rng, by)]
    return released(rng, people, tables)


@kind("an outcome is asked of some")
def _asked_of_some(rng):
    people = populated(rng, _shape(rng, "place", "sex"), ("help",), size=0.015)
    by = _subsets(["place", "sex"])
    return released(rng, people, [Asked("help", one) for one in _some(rng, by, 2)])


@kind("totals are those of the cells")
def _totals(rng):
    people = populated(rng, _shape(rng, "age", "sex"), size=0.02)
    name = _one(rng)
    by = _subsets(["age", "sex"])
    tables = _some(rng, by)
    totals = _some(rng, tables)
    return released(
        *(rng, people),
        [*(Asked(name, one) for one in tables), *(Asked(name, one, (), "total") for one in totals)],
    )


@kind("women beside everybody", 66)
def _women(rng):
    people = populated(rng, _shape(rng, "place", "age") | {"sex": 2}, size=0.04)
    name = _one(rng)
    tables = [Asked(name, one) for one in _some(rng, _subsets(["place", "age"]))]
    where = (("sex", "s0"),)
    tables += [Asked(name, one, where) for one in _some(rng, _subsets(["place", "age"]))[:2]]
    return released(rng, people, tables)


def _two_waves(rng):
    people = populated(rng, {"wave": 2} | _shape(rng, "place", "sex"), size=0.04)
    people.cells["wave"] = people.cells["wave"].map({"w0": "2020", "w1": "2022"})
    return people


@kind("waves in one file and each wave apart")
def _waves(rng):
    people = _two_waves(rng)
    name = _one(rng)
    both = [("wave", *one) for one in _subsets(["place", "sex"])]
    tables = [Asked(name, one) for one in _some(rng, both)[:2]]
    for wave in ("2020", "2022"):
        tables += [
            Asked(name, one, (("wave", wave),))
            for one in _some(rng, _subsets(["place", "sex"]))[:2]
        ]
    return released(rng, people, tables)


@kind("some persons have no group", 66)
def _without_group(rng):
    people = populated(
        *(rng, _shape(rng, "place", "sex")),
        size=0.02,
        unknown=_some(rng, ["place", "sex"]),
    )
    name = _one(rng)
    return released(
        rng, people, [Asked(name, one) for one in _some(rng, _subsets(["place", "sex"]), 2)]
    )


@kind("groups with nobody")
def _nobody(rng):
    people = populated(rng, _shape(rng, "place", "age", "sex"), size=0.03, empty=0.4)
    name = _one(rng)
    return released(
        rng, people, [Asked(name, one) for one in _some(rng, _subsets(["place", "age", "sex"]), 2)]
    )


def _later(rng, asked):
    """Tables in two or three runs, the first with at least one."""
    runs = sorted(int(one) for one in rng.integers(0, 3, len(asked)))
    return [one - runs[0] for one in runs]


@kind("tables in several runs", 15)
def _runs(rng):
    people = populated(rng, _shape(rng, "place", "age", "sex"), size=0.06)
    name = _one(rng)
    asked = [Asked(name, one) for one in _some(rng, _subsets(["place", "age", "sex"]), 2)]
    asked = [asked[at] for at in rng.permutation(len(asked))]
    return released(rng, people, asked, _later(rng, asked))


@kind("outcomes in several runs", 15)
def _outcome_runs(rng):
    people = populated(rng, _shape(rng, "place", "sex"), size=0.03)
    names = _some(rng, ["lonely", "severe", "moderate", "category", "at_least_3"], 2)
    asked = [Asked(name, one) for name in names for one in _some(rng, _subsets(["place", "sex"]))]
    asked = [asked[at] for at in rng.permutation(len(asked))][:5]
    return released(rng, people, asked, _later(rng, asked))


@kind("places and provinces in several runs")
def _place_runs(rng):
    people, name = _places(rng), _one(rng)
    tables = [("municipality",), ("province",), ("municipality", "sex"), ("province", "sex"), ()]
    asked = [Asked(name, one) for one in _some(rng, tables, 2)]
    asked = [asked[at] for at in rng.permutation(len(asked))]
    return released(rng, people, asked, _later(rng, asked))


@kind("answers are missing by kind")
def _missing_by_kind(rng):
    people = populated(
        rng, _shape(rng, "place", "sex"), size=0.02, missing=float(rng.uniform(1, 6))
    )
    name = _one(rng)
    return released(
        rng, people, [Asked(name, one) for one in _some(rng, _subsets(["place", "sex"]), 2)]
    )


@kind("unrelated outcomes that everybody answered")
def _answered_by_all(rng):
    questions = ("score", "smoker")
    people = populated(rng, _shape(rng, "place", "sex"), questions, size=0.025, missing=0)
    by = _subsets(["place", "sex"])
    names = [_one(rng), "smoker", _one(rng, "lonely", "severe")]
    return released(rng, people, [Asked(name, one) for name in names for one in _some(rng, by)[:2]])


@kind("tables without a row")
def _empty(rng):
    people = populated(rng, _shape(rng, "place", "sex"), size=0.03)
    name = _one(rng)
    tables = [Asked(name, one) for one in _some(rng, _subsets(["place", "sex"]), 2)]
    nobody = Asked(_one(rng), _one_of(rng, _subsets(["place", "sex"])), (("sex", "nobody"),))
    return released(rng, people, [*tables, nobody])


@kind("the total is shown or is not")
def _total(rng):
    people = populated(rng, {"place": int(rng.integers(4, 9))}, size=0.04)
    name = _one(rng)
    return released(rng, people, [Asked(name, ("place",)), *([Asked(name)] * (rng.random() < 0.5))])


@kind("classes and their flags in several runs", 15)
def _class_runs(rng):
    people = populated(rng, _shape(rng, "place", "sex"), size=0.015)
    names = _some(rng, ["category", "score", "lonely", "severe", "at_least_5"], 2)
    by = [("place",), ("sex",), ("place", "sex")]
    asked = [Asked(name, _one_of(rng, by)) for name in [*names, *names]]
    asked = list(dict.fromkeys(asked))[:4]
    asked = [asked[at] for at in rng.permutation(len(asked))]
    return released(rng, people, asked, _later(rng, asked))


@kind("follow-up questions in several runs")
def _follow_up_runs(rng):
    people = populated(rng, _shape(rng, "place", "sex"), ("score", "help"), size=0.02)
    by = [("place",), ("sex",), ("place", "sex")]
    asked = [Asked(name, one) for name in ("lonely", "help") for one in _some(rng, by)[:2]]
    asked = [asked[at] for at in rng.permutation(len(asked))]
    return released(rng, people, asked, _later(rng, asked))


@kind("waves in several runs")
def _wave_runs(rng):
    people = _two_waves(rng)
    name = _one(rng)
    asked = [Asked(name, ("wave", *_one_of(rng, _subsets(["place", "sex"]))))]
    for wave in ("2020", "2022"):
        asked += [
            Asked(name, one, (("wave", wave),))
            for one in _some(rng, _subsets(["place", "sex"]))[:2]
        ]
    asked = [asked[at] for at in rng.permutation(len(asked))]
    return released(rng, people, asked, _later(rng, asked))


@kind("the same tables again", 15)
def _again(rng):
    people = populated(rng, _shape(rng, "place", "sex"), size=0.03)
    names = _two(rng, ["lonely", "severe", "category"])
    by = _some(rng, [("place",), ("sex",), ("place", "sex"), ()], 2)
    asked = [Asked(name, one) for name in names for one in by][:4]
    again = _some(rng, asked)
    return released(rng, people, [*asked, *again], [*_later(rng, asked), *(3 for _ in again)])


@kind("two names of one column")
def _two_names(rng):
    people = populated(
        *(rng, {"place": 4, "sex": 2}), functions={"code": ("place", 4), "area": ("code", 2)}
    )
    name = _one(rng)
    tables = [
        ("place",),
        ("code",),
        ("place", "sex"),
        ("code", "sex"),
        ("area",),
        ("place", "code"),
    ]
    return released(rng, people, [Asked(name, one) for one in _some(rng, tables, 2)])


@kind("bands of age that overlap")
def _bands(rng):
    people = populated(rng, {"age": 5, "sex": 2}, size=0.02)
    at = people.cells["age"].str[1:].astype(int)
    first, second = rng.choice([1, 2, 3, 4], 2, replace=False)
    people.cells["band"] = np.where(at < first, "b0", "b1")
    people.cells["group"] = np.where(at < second, "g0", "g1")
    name = _one(rng)
    tables = [("age",), ("band",), ("group",), ("age", "sex"), ("band", "sex"), ("group", "sex")]
    return released(rng, people, [Asked(name, one) for one in _some(rng, tables, 2)])


@kind("a table of many rows", 5)
def _large(rng):
    people = populated(rng, {"place": 10, "age": 3, "sex": 2}, size=0.02)
    by = [("place", "age"), ("place", "sex"), ("place",), ("age", "sex"), ()]
    return released(rng, people, [Asked("severe", one) for one in by])


@kind("everything together", 15)
def _everything(rng):
    people = _places(rng, size=0.05, questions=("score", "smoker"))
    names = ["lonely", "severe", "moderate", "category", "smoker", "at_least_3", "not_lonely"]
    columns = [("municipality",), ("province", "sex"), ("municipality", "sex"), ("land",), ("sex",)]
    asked = [
        Asked(_one(rng, *names), columns[int(rng.integers(len(columns)))])
        for _ in range(int(rng.integers(2, 6)))
    ]
    asked = list(dict.fromkeys(asked))
    return released(rng, people, asked, _later(rng, asked) if rng.random() < 0.4 else None)


def by_verbs(rng: Rng, people: Population, asked: list[Asked], runs: list[int] | None = None):
    """Tables that the verbs make of the persons one by one, half of them with weights."""
    profile = SMALL[rng.integers(len(SMALL))]
    weighted = bool(rng.random() < 0.5)
    number = int(people.count.sum())
    weights = rng.uniform(0.4, 2.5, number) if weighted else None
    asked = list(dict.fromkeys(asked)) if runs is None else asked
    survey = respondents(people, [*(one.outcome for one in asked), OVER], weights=weights)
    truth = [made(survey, one) for one in asked]
    return Release(people, *_in_order(asked, truth, runs), profile, weighted)


def _with(rng, statistic, outcomes, *, size=0.025):
    """Shares by some columns, and another statistic of the same outcome by some of them."""
    people = populated(rng, {"place": int(rng.integers(3, 6)), "sex": 2}, size=size)
    name = _one(rng, *outcomes)
    by = _some(rng, [("place",), ("sex",), ("place", "sex")], 2)
    tables = [Asked(name, one) for one in by]
    return people, [*tables, *(Asked(name, one, statistic=statistic) for one in _some(rng, by))]


@kind("shares of a file, with weights or without", 9)
def _file(rng):
    people = populated(rng, _shape(rng, "place", "age", "sex"), size=0.06)
    by = _some(rng, _subsets(["place", "age", "sex"]), 2)[:4]
    return by_verbs(rng, people, [Asked(_one(rng, "lonely", "severe"), one) for one in by])


@kind("classes of a file", 9)
def _classes_of_a_file(rng):
    people = populated(rng, _shape(rng, "place", "sex"), size=0.025)
    by = _some(rng, _subsets(["place", "sex"]), 2)
    return by_verbs(rng, people, [Asked(_one(rng, "category", "severe"), one) for one in by])


@kind("places and provinces of a file", 9)
def _places_of_a_file(rng):
    people, name = _places(rng), _one(rng, "lonely", "severe")
    columns = [("municipality",), ("province",), ("municipality", "sex"), ("province", "sex")]
    by = _some(rng, columns, 2)
    asked = [Asked(name, one) for one in by]
    return by_verbs(rng, people, asked, _later(rng, asked) if rng.random() < 0.4 else None)


@kind("the mean of a 0/1 column beside its share", 9)
def _mean_of_a_flag(rng):
    return by_verbs(rng, *_with(rng, "mean", ("lonely", "severe")))


@kind("the sum of a 0/1 column beside its share", 9)
def _sum_of_a_flag(rng):
    return by_verbs(rng, *_with(rng, "sum", ("lonely", "severe")))


@kind("the mean of a score beside its classes and limits", 9)
def _mean_of_a_score(rng):
    people = populated(rng, {"place": int(rng.integers(3, 6)), "sex": 2}, size=0.012)
    by = _some(rng, [("place",), ("sex",), ("place", "sex")])
    tables = [Asked(_one(rng, "score", "category", "lonely", "at_least_5"), one) for one in by]
    statistic = _one(rng, "mean", "sum")
    means = [Asked("score", one, statistic=statistic) for one in _some(rng, by)]
    return by_verbs(rng, people, [*tables, *means])


@kind("the ratio of two outcomes beside their shares", 9)
def _ratio(rng):
    people = populated(rng, {"place": int(rng.integers(3, 7)), "sex": 2}, size=0.02)
    by = _some(rng, [("place",), ("sex",), ("place", "sex")])
    tables = [Asked(name, one) for name in ("severe", OVER) for one in by]
    return by_verbs(
        rng, people, [*tables, *(Asked("severe", one, statistic="ratio") for one in by)]
    )


@kind("differences of groups beside their shares", 9)
def _differences(rng):
    people = populated(rng, {"place": int(rng.integers(3, 7)), "sex": 2}, size=0.025)
    name = _one(rng, "lonely", "severe")
    tables = [Asked(name, ("place",)), *(Asked(name, one) for one in _some(rng, [("sex",), ()]))]
    statistic = _one(rng, "difference", "difference with the rest")
    return by_verbs(rng, people, [*tables, Asked(name, ("place",), statistic=statistic)])


@kind("standardised shares beside the cells", 9)
def _standardised(rng):
    people = populated(rng, {"place": int(rng.integers(3, 6)), WITHIN: 2}, size=0.02)
    name = _one(rng, "lonely", "severe")
    tables = [
        Asked(name, ("place", WITHIN)),
        *(Asked(name, one) for one in [("place",), (WITHIN,)]),
    ]
    keep = [tables[0], *_some(rng, tables[1:])]
    return by_verbs(rng, people, [*keep, Asked(name, ("place",), statistic="standardised")])


@kind("the number of people beside the share", 9)
def _number_of_people(rng):
    people, asked = _with(rng, "total", ("lonely", "severe"))
    name, by = asked[0].outcome, [one.by for one in asked if one.statistic == "proportion"]
    return by_verbs(rng, people, [*asked, *(Asked(name, one, statistic="total") for one in by)])
