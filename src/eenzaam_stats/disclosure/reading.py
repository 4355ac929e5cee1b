"""What a reader of released tables knows, as lines of sums with words for each.

Only what is printed enters: counts, hidden rows, and shares whose rounding bounds a count.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eenzaam_stats.disclosure.counts import NO, YES, Columns, Kind, Shown, list_shown_counts
from eenzaam_stats.disclosure.derived import is_counted
from eenzaam_stats.disclosure.feasible import Line
from eenzaam_stats.disclosure.relations import Cell, systems
from eenzaam_stats.disclosure.system import System, Terms
from eenzaam_stats.errors import DisclosureError, SchemaError
from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote
from eenzaam_stats.vocabulary import Flag

COUNT = "count"  # statistic of a table that counts people and nothing else
PARTS = "cells of different tables do not add up to one total, so one of them shows a part only"
SHARES = ("proportion", COUNT)
_HALF, _NEAR, _MOST = 0.5, 1e-9, 8
Limits = Mapping[tuple[int, str], tuple[float, float]]
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A released table with what its text tells beside its numbers.

    Attributes
    ----------
    table : Estimates
        Rows; a hidden one has the flag ``suppressed``, or no number of people with the outcome.
    decimals : int or None
        Decimals of its shares; ``None`` for as many as the shares have.
    limits : mapping of (int, str) to (float, float)
        Per row and ``n_valid`` or ``n_outcome``, bounds that the word of a hidden cell tells.
    """

    table: Estimates
    decimals: int | None = None
    limits: Limits = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """One system with everything that is known of it.

    Attributes
    ----------
    system : System
        Unknowns; NaN where no table prints a count.
    lines : tuple of Line
        Sums, rules, and bounds that shares and words tell.
    shown : sequence of Shown
        Counts of all rows of all tables.
    hidden : frozenset of int
        Numbers of the rows with a hidden count.
    notes : tuple of str
        Sums that could not be taken as equations.
    """

    system: System
    lines: tuple[Line, ...]
    shown: Sequence[Shown]
    hidden: frozenset[int]
    notes: tuple[str, ...]

    def name(self, unknown: int) -> str:
        """Where a count stands, in words."""
        kind, columns, values = self.system.where[unknown]
        rows = self.printing(unknown) or self.system.shows[unknown]
        group = ", ".join(f"{c}={v}" for c, v in zip(columns, values, strict=True)) or "everyone"
        table = f"table {self.shown[rows[0]].table + 1} " if rows else "no table, "
        return f"{table}{group}: {_kind(kind)}"

    def kinds(self, unknown: int, number: int) -> list[tuple[Kind, float]]:
        """What a row calls a count, and prints for it."""
        kind = self.system.where[unknown][0]
        counts = self.shown[number].counts
        return [(own, n) for own, n in counts if self.system.same.get(own, own) == kind]

    def hiding(self, unknown: int) -> dict[int, Kind]:
        """Rows that would print a count and hide it, with what they call it."""
        return {
            at: own
            for at in self.system.shows[unknown]
            if at in self.hidden
            for own, count in self.kinds(unknown, at)
            if math.isnan(count)
        }

    def printing(self, unknown: int) -> list[int]:
        """Rows that print a count."""
        return [
            at
            for at in self.system.shows[unknown]
            if any(not math.isnan(count) for _, count in self.kinds(unknown, at))
        ]

    def numbers(self) -> set[int]:
        """Unknowns that need not be whole: sums of a number."""
        return {at for at, (kind, *_) in enumerate(self.system.where) if kind[0] == "sum"}

    def of_parts(self) -> Reading:
        """The same for tables of which one shows a part: they share no margin by themselves."""
        lines = tuple(
            one
            for one in self.lines
            if all(self.system.shows[at] for at, _ in one.terms)
            or _key(self.system, one.terms)[0] != "sum"
        )
        return replace(self, lines=lines, notes=(*self.notes, PARTS))

    def words(self, line: int) -> str:
        """One line as an equation, with the numbers that are shown."""
        one = self.lines[line]
        if one.words:
            return one.words
        left = [term for term in one.terms if term[1] > 0]
        right = [term for term in one.terms if term[1] < 0]
        if len(left) < len(right):
            left, right = right, left
        sign = "=" if one.low == one.high else "at most"
        return f"{self._side(left)} {sign} {self._side(right)}"

    def _side(self, terms: Sequence[tuple[int, float]]) -> str:
        found = [self._term(at) for at, _ in terms[:_MOST]]
        more = len(terms) - len(found)
        return " + ".join(found) + (f" + {more} more" if more else "") or "0"

    def _term(self, unknown: int) -> str:
        value = self.system.value[unknown]
        unsaid = "hidden" if self.hiding(unknown) else "not shown"
        return f"{self.name(unknown)} ({unsaid if math.isnan(value) else f'{value:g}'})"


def _kind(kind: Kind) -> str:
    if kind[0] == "class":
        return {YES: f"with {kind[1]}", NO: f"without {kind[1]}"}.get(
            kind[2], f"{kind[1]}={kind[2]}"
        )
    words = {
        "valid": "with an answer",
        "missing": "without an answer",
        "people": "people",
        "sum": "sum of",
        "rest": "difference of",
    }
    named = kind[1:] if kind[0] in ("sum", "rest") else ()
    return " ".join([words.get(kind[0], kind[0]), *named])


def readings(
    tables: Sequence[tuple[int, Published]], together: Sequence[Cell] = ()
) -> Iterator[Reading]:
    """What is known of the people of every source.

    Parameters
    ----------
    tables : sequence of (int, Published)
        Released tables with their number.
    together : sequence of (columns, values)
        Values that occur together and that everyone knows, such as a municipality and its province.

    Yields
    ------
    Reading

    Raises
    ------
    SchemaError
        If tables of one source count different people for one cell.
    """
    counted = [(at, one) for at, one in tables if is_counted(one.table)]
    by_number = dict(counted)
    shown = [
        _classes(one, by_number[one.table].table)
        for one in list_shown_counts([(at, one.table) for at, one in counted])
    ]
    shown = _without_assumed(shown, by_number)
    hidden = frozenset(
        number
        for number, one in enumerate(shown)
        if is_hidden(by_number[one.table].table, by_number[one.table].table.rows[one.row])
    )
    sources = dict.fromkeys(one.people for one in shown)
    try:
        found = systems(shown, {source: list(together) for source in sources})
    except DisclosureError as problem:
        words = str(problem).replace("suppress()", "audit()")
        raise SchemaError(words) from problem
    for source, system in found.items():
        at = _places(system)
        own = [number for number, one in enumerate(shown) if one.people == source]
        left_out: dict[Columns, float] = {}
        for number in own:
            note = by_number[shown[number].table].table.footnote
            for columns in {system.where[unknown][1] for unknown in at.get(number, {}).values()}:
                left_out[columns] = max(left_out.get(columns, 0.0), _without_group(note))
        sums, notes = _true_sums(system, left_out)
        told = [
            line
            for number in own
            for line in _read_bounds(
                _own_places(system, shown[number], at.get(number, {})),
                shown[number],
                by_number[shown[number].table],
            )
        ]
        yield Reading(system, (*sums, *told), shown, hidden, notes)


def is_hidden(table: Estimates, row: Estimate) -> bool:
    """Whether a row has a count that is not printed."""
    if row.flag is Flag.SUPPRESSED or row.n_valid is None:
        return True
    share = table.footnote.statistic == "proportion"
    return share and row.n_outcome is None and not math.isfinite(row.estimate)


def _classes(one: Shown, table: Estimates) -> Shown:
    """Counts of a table that does not print who has the outcome, or asks for none.

    The sum of a number is printed with some digits: it enters as bounds, and not as a value.
    """
    counts = tuple((kind, math.nan if kind[0] == "sum" else count) for kind, count in one.counts)
    if table.footnote.statistic in SHARES and all(kind[0] != "class" for kind, _ in counts):
        counts = tuple((kind, count) for kind, count in counts if kind[0] != "sum")
        if table.footnote.statistic == "proportion":
            counts += tuple((("class", one.outcome, word), math.nan) for word in (YES, NO))
    return replace(one, counts=counts)


def _without_assumed(shown: Sequence[Shown], tables: Mapping[int, Published]) -> list[Shown]:
    """Counts without the missing answers that a table of others does not print.

    They are taken as nobody, so that outcomes with the same people are found; where outcomes have
    other numbers of people, somebody did not answer.
    """
    people: dict[tuple[object, ...], set[float]] = {}
    for one in shown:
        n = dict(one.counts)["valid", one.outcome]
        if not math.isnan(n):
            people.setdefault((one.people, one.columns, one.values), set()).add(n)
    if all(len(found) == 1 for found in people.values()):
        return list(shown)
    return [
        replace(
            one,
            counts=tuple(
                (kind, math.nan if kind[0] == "missing" else count) for kind, count in one.counts
            ),
        )
        if not tables[one.table].table.footnote.origin
        else one
        for one in shown
    ]


def _places(system: System) -> dict[int, dict[Kind, int]]:
    """Unknowns of every row by their kind."""
    found: dict[int, dict[Kind, int]] = {}
    for unknown, rows in enumerate(system.shows):
        for number in rows:
            found.setdefault(number, {})[system.where[unknown][0]] = unknown
    return found


def _own_places(system: System, one: Shown, at: Mapping[Kind, int]) -> dict[str, int]:
    """Unknowns of a row by what it calls them: valid, missing, sum, or the class."""
    named = ((kind, at.get(system.same.get(kind, kind))) for kind, _ in one.counts)
    return {
        kind[-1] if kind[0] == "class" else kind[0]: unknown
        for kind, unknown in named
        if unknown is not None and (kind[0] != "missing" or kind[2:] == ())
    }


def _without_group(note: Footnote) -> float:
    """People without a group; of a few, whose number is not told, any number."""
    return math.inf if note.n_without_group is None else float(note.n_without_group)


def _true_sums(
    system: System, left_out: Mapping[Columns, float]
) -> tuple[list[Line], tuple[str, ...]]:
    """Sums and rules as lines; those that shown counts contradict are bounds, or are left out."""
    equations = [(terms, _key(system, terms)) for terms in system.equations()]
    broken = {key for terms, key in equations if _residual(system, terms)}
    lines, notes = [], dict[str, None]()
    for terms, key in equations:
        if key[0] == "rule" and key in broken:
            continue
        missing = 0.0
        if key[0] == "sum":
            fine, coarse = key[2], key[3]
            own, less = (left_out.get(one, 0.0) for one in (fine, coarse))  # type: ignore[call-overload]
            missing = max(own - (less if math.isfinite(less) else 0.0), 0.0)
            missing = math.inf if key in broken and not missing else missing
            if missing:
                notes[_partly(fine, coarse)] = None  # type: ignore[arg-type]
        lines.append(Line(terms, low=-missing, high=0.0))
    return lines, tuple(notes)


def _partly(fine: Columns, coarse: Columns) -> str:
    return (
        f"the cells by {', '.join(fine)} hold fewer people than the margin by "
        f"{', '.join(coarse) or 'nothing'}: people without a group. Those sums are taken as bounds"
    )


def _key(system: System, terms: Terms) -> Key:
    """What kind of sum it is: all of a kind hold, or none is certain."""
    where = [system.where[at] for at, _ in terms]
    if len({kind for kind, _, _ in where}) == 1:
        return ("sum", where[0][0][0], where[0][1], where[-1][1])
    return (
        "rule",
        *sorted((kind, factor) for (kind, _, _), (_, factor) in zip(where, terms, strict=True)),
    )


def _residual(system: System, terms: Terms) -> bool:
    total = sum(factor * system.value[at] for at, factor in terms)
    return abs(total) > _HALF  # false where a count is hidden


def _read_bounds(at: Mapping[str, int], one: Shown, published: Published) -> Iterator[Line]:
    """Bounds that a printed share or a word in a hidden cell gives."""
    table = published.table
    row = table.rows[one.row]
    place = f"table {one.table + 1} {_group(one)}"
    for word, unknown in (("n_valid", at.get("valid")), ("n_outcome", at.get(YES))):
        limits = published.limits.get((one.row, word))
        if limits and unknown is not None:
            low, high = limits
            words = f"{place}: the word in the cell says {low:g} to {high:g}"
            yield Line(((unknown, 1.0),), low, high, words)
    if _is_share(table, row) and YES in at:
        decimals = find_decimals(published)
        words = (
            f"{place}: share {row.estimate:.{decimals}f} of {row.n_valid or 'an unknown number'}"
        )
        yield from _of_share((at[YES], at["valid"]), row, decimals, words)
    if "sum" in at and row.flag is not Flag.SUPPRESSED:
        weight = row.weight_sum if table.footnote.statistic == "mean" else 1.0
        half = _half_digit(row.estimate, table.rows) * weight
        total = row.estimate * weight
        words = f"{place}: {table.footnote.statistic} {row.estimate:.12g}"
        if math.isfinite(total):
            yield Line(((at["sum"], 1.0),), max(total - half, 0.0), total + half, words)


def _group(one: Shown) -> str:
    pairs = zip(one.columns, one.values, strict=True)
    return ", ".join(f"{name}={value}" for name, value in pairs) or "everyone"


def _is_share(table: Estimates, row: Estimate) -> bool:
    """Whether a row prints an unweighted share without its count."""
    unweighted = not table.footnote.weight and table.footnote.statistic == "proportion"
    return unweighted and row.n_outcome is None and math.isfinite(row.estimate)


def _of_share(
    unknowns: tuple[int, int], row: Estimate, decimals: int, words: str
) -> Iterator[Line]:
    """Bounds that the rounding of a share leaves for the people who have the outcome."""
    yes, valid = unknowns
    half = _HALF * 10.0**-decimals + _NEAR
    low, high = row.estimate - half, row.estimate + half
    if row.n_valid is not None:
        yield Line(((yes, 1.0),), low * row.n_valid, high * row.n_valid, words)
        return
    yield Line(((yes, 1.0), (valid, -high)), -math.inf, 0.0, words)
    yield Line(((yes, 1.0), (valid, -low)), 0.0, math.inf, words)


def _half_digit(value: float, rows: Sequence[Estimate]) -> float:
    """Half of the last digit of a number that has as many digits as any of its table."""
    texts = [
        f"{row.estimate:.15e}".partition("e")[0] for row in rows if math.isfinite(row.estimate)
    ]
    digits = max((len(text.rstrip("0").replace("-", "")) - 1 for text in texts), default=1)
    exponent = math.floor(math.log10(abs(value))) if value else 0
    return _HALF * 10.0 ** (exponent - max(digits, 1) + 1)


def find_decimals(published: Published) -> int:
    """Decimals of the shares of a table: as said, or as many as any share needs."""
    if published.decimals is not None:
        return published.decimals
    shares = [f"{row.estimate:.12g}" for row in published.table.rows if math.isfinite(row.estimate)]
    return max((len(text.partition(".")[2]) for text in shares if "e" not in text), default=0)
