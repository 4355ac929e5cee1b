"""Which kinds of answers are equal, parts or sums of each other, found in the counts themselves.

A reader knows by definition that severe loneliness is a part of loneliness, that classes exclude
each other and that a follow-up question was asked of some people only. Nothing of this is declared
in a table, but it shows: it holds in every cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.disclosure.counts import NO, YES, Kind
from eenzaam_stats.disclosure.system import Rule, System

FloatArray = NDArray[np.float64]
MOST_SUMMED = 12  # outcomes of which every sum is looked at; of more, sums of two
SHORT_SUM = 2
FEW_CLASSES = 6
# what a reader knows of outcomes by their names, also where no cell shows it any more
PARTS = {"severely_lonely": "lonely", "very_severely_lonely": "severely_lonely"}
_LOOKED_AT = 64  # cells that most candidates fail on
# a rest of more people than this bounds nobody: moves are of tens of people
_FAR = 200.0


class Counts:
    """Counts of every kind in every cell, one array per kind.

    Parameters
    ----------
    system : System
        Unknowns with their values.
    """

    def __init__(self, system: System) -> None:
        places: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
        for (_, columns), cells in system.cells.items():
            for values in cells:
                places.setdefault((columns, values), len(places))
        self.of: dict[Kind, FloatArray] = {}
        for (kind, columns), cells in system.cells.items():
            found = self.of.setdefault(kind, np.full(len(places), np.nan))
            where = [places[columns, values] for values in cells]
            found[where] = [system.value[at] for at in cells.values()]

    def difference(self, a: Kind, b: Kind) -> FloatArray:
        """``b`` less ``a`` in the cells where both are known."""
        found = self.of[b] - self.of[a]
        return np.asarray(found[~np.isnan(found)])

    def adds_up(self, whole: Kind, parts: Sequence[Kind]) -> bool:
        """Whether the parts are the whole in every cell where all are known, and in enough."""
        rest = self.of[whole] - sum((self.of[one] for one in parts), np.zeros(1))
        known = rest[~np.isnan(rest)]
        return len(known) >= len(parts) - 1 and len(known) > 0 and not known.any()


def related(system: System, classes: Mapping[str, Sequence[str]]) -> Iterator[Rule]:
    """Ties between kinds of different outcomes.

    Parameters
    ----------
    system : System
        Unknowns with their values, closed under shared margins.
    classes : mapping of str to sequence of str
        Classes of each outcome.

    Yields
    ------
    Rule
        Runs of classes that are an outcome, sums of outcomes, and parts; parts get a kind of their
        own for the rest, which is nobody or more.
    """
    counts = Counts(system)
    flags = [one for one, names in classes.items() if set(names) == {YES, NO}]
    scales = [one for one in classes if one not in flags]
    for flag, scale in product(flags, scales):
        yield from _runs(counts, ("class", flag, YES), scale, classes[scale])
    numbers = [kind for kind in counts.of if kind[0] == "sum"]
    for number, scale in product(numbers, scales):
        yield from _scores(counts, number, scale, classes[scale])
    summed = list(_sums(counts, flags, numbers))
    yield from summed
    yield from _parts(system, counts, classes, summed)


def _runs(counts: Counts, flag: Kind, scale: str, names: Sequence[str]) -> Iterator[Rule]:
    """The flag as a sum of some classes: neighbours, or any when there are few."""
    kinds: list[Kind] = [("class", scale, one) for one in names]
    ends = combinations(range(len(kinds) + 1), 2)
    runs = {tuple(kinds[low:high]) for low, high in ends}
    if len(kinds) <= FEW_CLASSES:
        runs |= {some for size in range(1, len(kinds)) for some in combinations(kinds, size)}
    for run in sorted(runs):
        if counts.adds_up(flag, run):
            yield Rule(((flag, -1.0), *((one, 1.0) for one in run)), frozenset([flag, run[0]]))


def _scores(counts: Counts, number: Kind, scale: str, names: Sequence[str]) -> Iterator[Rule]:
    """The sum of a score as its classes times their scores; with weights it is another number."""
    try:
        terms = tuple((("class", scale, one), float(one)) for one in names)
    except ValueError:
        return
    rest = sum((factor * counts.of[kind] for kind, factor in terms), -counts.of[number])
    known = rest[~np.isnan(rest)]
    if len(known) and not known.any():
        yield Rule(((number, -1.0), *terms), frozenset([number, terms[0][0]]))


def _sums(counts: Counts, flags: Sequence[str], numbers: Sequence[Kind]) -> Iterator[Rule]:
    """Outcomes that together are another one, everyone who answered, or the sum of a score."""
    parts: list[Kind] = [("class", one, YES) for one in flags]
    parts = [one for one in parts if np.nansum(counts.of[one]) > 0]
    wholes: list[Kind] = [*parts, *(("valid", one) for one in flags), *numbers]
    longest = len(parts) if len(parts) <= MOST_SUMMED else SHORT_SUM
    found: list[tuple[Kind, frozenset[Kind]]] = []
    for size in range(SHORT_SUM, longest + 1):
        for whole, some in _candidates(counts, wholes, parts, size):
            chosen = frozenset(some)
            again = any(whole == one and chosen >= other for one, other in found)
            if whole not in chosen and not again and counts.adds_up(whole, some):
                found.append((whole, chosen))
                terms = ((whole, -1.0), *((one, 1.0) for one in some))
                yield Rule(terms, frozenset(kind for kind, _ in terms))


def _candidates(
    counts: Counts, wholes: Sequence[Kind], parts: Sequence[Kind], size: int
) -> Iterator[tuple[Kind, tuple[Kind, ...]]]:
    """Wholes and parts that agree in the first cells, looked at all at once."""
    if len(parts) < size:
        return
    every = np.array([counts.of[one] for one in parts])
    order = np.argsort(np.isnan(every).sum(axis=0), kind="stable")[:_LOOKED_AT]
    some = list(combinations(range(len(parts)), size))
    totals = every[:, order][np.array(some)].sum(axis=1)
    for whole in wholes:
        rest = totals - counts.of[whole][order]
        agrees = ~(np.nan_to_num(rest) != 0.0).any(axis=1)
        for at in np.flatnonzero(agrees):
            yield whole, tuple(parts[place] for place in some[at])


def _parts(
    system: System,
    counts: Counts,
    classes: Mapping[str, Sequence[str]],
    summed: Sequence[Rule],
) -> Iterator[Rule]:
    """Kinds that are part of another: nested and exclusive outcomes, questions asked of some."""
    pairs = list(_nested(counts, classes))
    known = {(part, rule.terms[0][0]) for rule in summed for part, _ in rule.terms[1:]}
    wider: dict[Kind, set[Kind]] = {}
    for part, whole in [*pairs, *known]:
        wider.setdefault(part, set()).add(whole)
    for part, whole in pairs:
        between = any(
            whole in wider.get(one, ()) and one not in wider.get(whole, ())
            for one in wider[part] - {whole}
        )
        if not between and (part, whole) not in known:
            yield _part(system, counts, part, whole)


def _part(system: System, counts: Counts, part: Kind, whole: Kind) -> Rule:
    """One kind with a rest is the other; without one where nobody is left in any cell."""
    known = counts.difference(part, whole)
    if len(known) and not known.any():
        return Rule(((whole, 1.0), (part, -1.0)), frozenset([whole, part]))
    rest: Kind = ("rest", *whole[1:], *part[1:])
    for (kind, columns), cells in list(system.cells.items()):
        others = system.cells.get((part, columns), {}) if kind == whole else {}
        for values in [one for one in cells if one in others]:
            count = system.value[cells[values]] - system.value[others[values]]
            if not count > _FAR:
                system.value[system.unknown(rest, columns, values)] = count
    return Rule(((whole, 1.0), (part, -1.0), (rest, -1.0)), frozenset([whole, part, rest]))


def _nested(counts: Counts, classes: Mapping[str, Sequence[str]]) -> Iterator[tuple[Kind, Kind]]:
    """Pairs of kinds of two outcomes, of which the first is nowhere more than the second."""
    for a, b in combinations(classes, 2):
        if {*classes[a], *classes[b]} == {YES, NO}:
            yes_a, yes_b, no_b = ("class", a, YES), ("class", b, YES), ("class", b, NO)
            pairs = ((yes_a, yes_b), (yes_b, yes_a), (yes_a, no_b), (("class", a, NO), yes_b))
            yield from [one for one in pairs if _is_part(counts, *one)][:1]
        for asked, other in ((a, b), (b, a)):
            part: Kind = ("valid", asked)
            answers: list[Kind] = [("class", other, one) for one in classes[other]]
            yield from ((part, one) for one in answers if _is_part(counts, part, one))


def _is_part(counts: Counts, part: Kind, whole: Kind) -> bool:
    rest = counts.difference(part, whole)
    if not len(rest):
        return part[2:] == whole[2:] == (YES,) and PARTS.get(part[1]) == whole[1]
    return bool((rest >= 0.0).all())
