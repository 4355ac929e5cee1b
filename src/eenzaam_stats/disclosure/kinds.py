"""Which kinds of answers are equal, parts or sums of each other, found in the counts themselves.

A reader knows by definition that severe loneliness is a part of loneliness, that classes exclude
each other and that a follow-up question was asked of some people only. Nothing of this is declared
in a table, but it shows: it holds in every cell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations, permutations, product

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.disclosure.counts import YES, Kind
from eenzaam_stats.disclosure.system import Rule, System

MOST_SUMMED = 12  # outcomes of which every sum is looked at; of more, sums of two
SHORT_SUM = 2
FEW_CLASSES = 6
_BOTH = 2  # classes of an outcome that people have or have not
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

    def are_equal(self, a: Kind, b: Kind) -> bool:
        """Whether two kinds are the same people in every cell where both are known."""
        found = self.difference(a, b)
        return bool(len(found)) and not found.any()

    def may_equal(self, a: Kind, b: Kind) -> bool:
        """Whether no cell says that two kinds are different people."""
        return not self.difference(a, b).any()

    def agree_in(self, whole: Kind, parts: Sequence[Kind]) -> int:
        """Number of cells with somebody in which the whole and all parts are known."""
        together = sum((self.of[one] for one in parts), self.of[whole])
        return int((np.nan_to_num(together) > 0.0).sum())

    def adds_up(self, whole: Kind, parts: Sequence[Kind]) -> bool:
        """Whether the parts are the whole in every cell where all are known, and in enough."""
        rest = self.of[whole] - sum((self.of[one] for one in parts), np.zeros(1))
        known = rest[~np.isnan(rest)]
        return len(known) >= len(parts) - 1 and len(known) > 0 and not known.any()


def same_kinds(counts: Counts, classes: Mapping[str, Sequence[Kind]]) -> dict[Kind, Kind]:
    """Kinds of one outcome that are a kind of an earlier one: one count in every cell.

    Parameters
    ----------
    counts : Counts
        Of a system that is closed under shared margins.
    classes : mapping of str to sequence of Kind
        Classes of each outcome.

    Returns
    -------
    dict of Kind to Kind
        Those that the same people answered share the people with and without an answer; an outcome
        can be the rest of another one.
    """
    alike = _Alike(counts)
    earlier: list[str] = []
    for outcome, own in classes.items():
        for other in earlier:
            pairs: list[tuple[Kind, Kind]] = [
                (("valid", outcome), ("valid", other)),
                (("missing", outcome), ("missing", other)),
            ]
            if all(alike.are_one(*pair) for pair in pairs):
                for pair in pairs:
                    alike.keep(*pair)
                break
        for kind, like in product(own, [kind for one in earlier for kind in classes[one]]):
            if alike.are_one(kind, like) and alike.counts.of[like].any():
                alike.keep(kind, like)
        earlier.append(outcome)
    return alike.found


class _Alike:
    """Kinds that are one, with the first of each."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.found: dict[Kind, Kind] = {}
        self.groups: dict[Kind, list[Kind]] = {}

    def keep(self, kind: Kind, like: Kind) -> None:
        first = self.found.setdefault(kind, self.found.get(like, like))
        self.groups.setdefault(first, [first]).append(kind)

    def are_one(self, kind: Kind, like: Kind) -> bool:
        # two outcomes can have one count in a total by chance, and not in its groups
        group = self.groups.get(self.found.get(like, like), [like])
        return self.counts.are_equal(kind, like) and all(
            self.counts.may_equal(kind, other) for other in group
        )


def follow_ups(
    counts: Counts, classes: Mapping[str, Sequence[Kind]], same: Mapping[Kind, Kind]
) -> Iterator[Rule]:
    """Kinds of missing that are answers to another question: who was not asked is who said no.

    Parameters
    ----------
    counts : Counts
        Of a system that is closed under shared margins.
    classes : mapping of str to sequence of Kind
        Classes of each outcome.
    same : mapping of Kind to Kind
        Kinds that are one.

    Yields
    ------
    Rule
    """
    told = [kind for kind in counts.of if kind[0] == "missing" and len(kind) > 2]
    for kind, other in product(told, classes):
        if kind[1] != other and np.nansum(counts.of[kind]) > 0:
            missing: Kind = ("missing", other)
            answers = [*classes[other], missing] if missing in counts.of else classes[other]
            sizes = range(1, min(len(answers), FEW_CLASSES + 1))
            runs = [run for size in sizes for run in combinations(answers, size)]
            run = next((one for one in runs if counts.adds_up(kind, one)), None)
            if run is not None:
                terms = ((kind, -1.0), *((same.get(one, one), 1.0) for one in run))
                yield Rule(terms, frozenset([kind]))


def relate_kinds(
    system: System, classes: Mapping[str, Sequence[Kind]], flags: Collection[str]
) -> Iterator[Rule]:
    """Ties between kinds of different outcomes.

    Parameters
    ----------
    system : System
        Unknowns with their values, closed under shared margins.
    classes : mapping of str to sequence of Kind
        Classes of each outcome.
    flags : collection of str
        Outcomes that people have or have not.

    Yields
    ------
    Rule
        Classes that are a sum of those of another outcome, sums of outcomes, and parts; parts get a
        kind of their own for the rest, which is nobody or more.
    """
    counts = Counts(system)
    scales = [one for one in classes if one not in flags]
    for one, other in permutations(classes, 2):
        if other in scales:
            yield from _runs(counts, classes[one], _in_order(classes[other]))
    numbers = [kind for kind in counts.of if kind[0] == "sum"]
    for number, scale in product(numbers, scales):
        yield from _scores(counts, number, classes[scale])
    summed = list(_sums(counts, {one: classes[one] for one in flags}, numbers))
    yield from summed
    yield from _parts(system, counts, list(_find_nested(counts, classes, flags)), summed)


def _in_order(kinds: Sequence[Kind]) -> list[Kind]:
    """Classes in the order of their scores, where they are scores."""
    try:
        return sorted(kinds, key=lambda one: float(one[2]))
    except ValueError:
        return list(kinds)


def _runs(counts: Counts, kinds: Sequence[Kind], finer: Sequence[Kind]) -> Iterator[Rule]:
    """Classes as sums of finer ones: neighbours, or any when there are few."""
    ends = combinations(range(len(finer) + 1), 2)
    runs = {tuple(finer[low:high]) for low, high in ends}
    if len(finer) <= FEW_CLASSES:
        runs |= {some for size in range(1, len(finer)) for some in combinations(finer, size)}
    found = {
        kind: [run for run in sorted(runs) if kind not in run and counts.adds_up(kind, run)]
        for kind in kinds
    }
    first = [some[0] for some in found.values() if some]
    all_of_them = sorted(one for run in first for one in run) == sorted(finer)
    for kind, some in found.items():
        for run in some:
            if len(run) > 1 and (
                all_of_them or counts.agree_in(kind, run) > 1 or len(kinds) == _BOTH
            ):
                yield Rule(((kind, -1.0), *((one, 1.0) for one in run)), frozenset([kind]))


def _scores(counts: Counts, number: Kind, kinds: Sequence[Kind]) -> Iterator[Rule]:
    """The sum of a score as its classes times their scores; with weights it is another number."""
    try:
        terms = tuple((kind, float(kind[2])) for kind in kinds)
    except ValueError:
        return
    rest = sum((factor * counts.of[kind] for kind, factor in terms), -counts.of[number])
    known = rest[~np.isnan(rest)]
    if len(known) and not known.any():
        yield Rule(((number, -1.0), *terms), frozenset([number]))


def _sums(
    counts: Counts, flags: Mapping[str, Sequence[Kind]], numbers: Sequence[Kind]
) -> Iterator[Rule]:
    """Outcomes that together are another one, everyone who answered, or the sum of a score."""
    parts = list(dict.fromkeys(kinds[0] for kinds in flags.values()))
    parts = [one for one in parts if np.nansum(counts.of[one]) > 0]
    answered = [kind for kind in counts.of if kind[0] == "valid"]
    wholes = [*parts, *answered, *numbers]
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
    pairs: Sequence[tuple[Kind, Kind]],
    summed: Sequence[Rule],
) -> Iterator[Rule]:
    """Kinds that are part of another: nested and exclusive outcomes, questions asked of some."""
    sums = [[kind for kind, _ in rule.terms] for rule in summed]
    wider: dict[Kind, set[Kind]] = {}
    for part, whole in pairs:
        wider.setdefault(part, set()).add(whole)
    for part, whole in pairs:
        one_of = {part, ("class", *whole[1:2], YES)}
        chains = [
            [one]
            for one in wider[part] - {whole}
            if whole in wider.get(one, ()) and one not in wider.get(whole, ())
        ]
        chains += [kinds for kinds in sums if kinds[0] == whole and part in kinds[1:]]
        chains += [kinds for kinds in sums if one_of <= set(kinds[1:])]
        if not any(_are_counted(system, (part, whole), kinds) for kinds in chains):
            yield _part(system, counts, part, whole)


def _are_counted(system: System, pair: tuple[Kind, Kind], kinds: Sequence[Kind]) -> bool:
    """Whether kinds that say the same of a pair are there wherever the pair is."""
    part, whole = pair
    both = [columns for kind, columns in system.cells if kind == part]
    both = [columns for columns in both if (whole, columns) in system.cells]
    return all((kind, columns) in system.cells for kind in kinds for columns in both)


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


def _find_nested(
    counts: Counts, classes: Mapping[str, Sequence[Kind]], flags: Collection[str]
) -> Iterator[tuple[Kind, Kind]]:
    """Pairs of kinds of two outcomes, of which the first is nowhere more than the second."""
    answered = [kind for kind in counts.of if kind[0] == "valid"]
    for valid, kinds in product(answered, classes.values()):
        yield from ((valid, one) for one in kinds if _is_part(counts, valid, one))
    for a, b in combinations([one for one in classes if one in flags], 2):
        (yes_a, no_a), (yes_b, no_b) = classes[a], classes[b]
        pairs = ((yes_a, yes_b), (yes_b, yes_a), (yes_a, no_b), (no_a, yes_b))
        yield from [one for one in pairs if _is_part(counts, *one)][:1]


def _is_part(counts: Counts, part: Kind, whole: Kind) -> bool:
    if part == whole:
        return False
    rest = counts.difference(part, whole)
    if not len(rest):
        return part[2:] == whole[2:] == (YES,) and PARTS.get(part[1]) == whole[1]
    return bool((rest >= 0.0).all())
