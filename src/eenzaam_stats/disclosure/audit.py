"""The verb ``audit``: what a reader of released tables can work out about each hidden row."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import pandas as pd

from eenzaam_stats.disclosure.derived import Released, is_counted, require_released
from eenzaam_stats.disclosure.feasible import ContradictionError, Range, ranges, solve
from eenzaam_stats.disclosure.profiles import DisclosureProfile, find_profile
from eenzaam_stats.disclosure.reading import Published, Reading, readings
from eenzaam_stats.disclosure.relations import Cell
from eenzaam_stats.disclosure.visible import Visible, not_looked_at, visible_rows
from eenzaam_stats.errors import SchemaError
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.vocabulary import Flag

_WORDS = {"valid": "with an answer", "class": "in class", "sum": "sum of the number"}
_NEAR, _DIGITS, _MOST = 1e-6, 6, 12
STAYS = (
    "SECRET: bounds of hidden counts, for the place where the respondents are. Do not release this."
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reader can work out about one count of a hidden row.

    Attributes
    ----------
    table : int
        Which table, from 1.
    group : tuple of str
        Group of the row.
    what : str
        People with an answer, or in a class; or the sum of a number.
    low, high : float
        Least and largest number that agree with everything shown; infinite where nothing bounds it.
    protection : float
        How far apart they should lie at least.
    whole : bool
        Whether they are those of whole numbers; otherwise of the relaxation to any number, and
        whole numbers can only be nearer.
    disclosed : bool
        Whether they are nearer than that, and the count may break a rule of the profile or no count
        of the row is protected.
    by : tuple of str
        Equations that they follow from, in words, where the bounds are nearer than the protection;
        of a count that is found out, in order.
    """

    table: int
    group: tuple[str, ...]
    what: str
    low: float
    high: float
    protection: float
    whole: bool
    disclosed: bool = False
    by: tuple[str, ...] = ()

    @property
    def width(self) -> float:
        """Distance of the bounds; 0 where the count is found out."""
        return self.high - self.low

    @property
    def narrow(self) -> bool:
        """Whether the bounds lie nearer than the protection."""
        return self.width < self.protection - _NEAR

    def describe(self) -> str:
        """One sentence with the equations below it."""
        found = f"is {self.low:g}" if self.width == 0 else f"is {self.low:g} to {self.high:g}"
        how = "" if self.whole else " (or nearer: bounds of the relaxation)"
        head = (
            f"table {self.table}, {', '.join(self.group) or 'everyone'}: {self.what} {found}{how}"
        )
        more = [f"and {len(self.by) - _MOST} more"] if len(self.by) > _MOST else []
        return "\n".join([head, *(f"    because {one}" for one in [*self.by[:_MOST], *more])])


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a reader can work out about a release, for the place where the respondents are.

    Attributes
    ----------
    profile : DisclosureProfile
        Rules that say how far apart bounds should lie.
    hidden : int
        Rows with a hidden count.
    bounds : tuple of Bounds
        Every count of these rows, the narrowest first.
    notes : tuple of str
        What was not taken as known.
    shown : int
        Rows that are shown and were looked at.
    visible : tuple of Visible
        Rows that are shown and break a rule of the profile.
    not_looked_at : tuple of str
        What this audit says nothing about.
    """

    profile: DisclosureProfile
    hidden: int
    bounds: tuple[Bounds, ...]
    notes: tuple[str, ...] = ()
    shown: int = 0
    visible: tuple[Visible, ...] = ()
    not_looked_at: tuple[str, ...] = ()

    @property
    def disclosures(self) -> tuple[Bounds, ...]:
        """Counts that the release gives away."""
        return tuple(one for one in self.bounds if one.disclosed)

    @property
    def safe(self) -> bool:
        """Whether something was looked at, nothing is disclosed and no shown row breaks a rule."""
        return bool(self.hidden or self.shown) and not (self.disclosures or self.visible)

    def verdict(self) -> str:
        """Whether the tables are safe, in one line, with what was not looked at."""
        name = self.profile.name
        found = (
            f"safe under profile {name}: no hidden count is disclosed and no shown row breaks a "
            "rule"
            if self.safe
            else f"not safe under profile {name}: {len(self.visible)} shown row(s) break a rule, "
            f"{len(self.disclosures)} hidden count(s) disclosed"
        )
        nothing = "" if self.hidden or self.shown else ", because no row could be looked at"
        return f"{found}{nothing}. Not looked at: {'; '.join(self.not_looked_at)}."

    def describe(self) -> str:
        """Report as text; its first line says that it holds secrets, its last one the verdict."""
        narrow = sum(one.narrow and not one.disclosed for one in self.bounds)
        whole = sum(one.whole for one in self.bounds)
        lines = [
            STAYS,
            self.profile.describe(),
            f"{self.hidden} hidden row(s), {len(self.bounds)} hidden count(s): "
            f"{len(self.disclosures)} disclosed. {narrow} more are nearer than the protection and "
            "large enough to be shown, in rows whose other counts are protected. Bounds of "
            f"{whole} are those of whole numbers, of {len(self.bounds) - whole} those of the "
            f"relaxation. {len(self.visible)} of {self.shown} shown row(s) break a rule.",
            *(f"note: {one}" for one in self.notes),
            *(one.describe() for one in self.visible),
            *(one.describe() for one in self.disclosures),
            self.verdict(),
        ]
        return "\n".join(lines)

    def to_json(self) -> str:
        """Report as one JSON document; infinite bounds are ``null``."""
        rows = [
            {
                **asdict(one),
                **{name: _finite(getattr(one, name)) for name in ("low", "high", "protection")},
            }
            for one in self.bounds
        ]
        document = {
            "use": STAYS,
            "profile": asdict(self.profile),
            "hidden": self.hidden,
            "disclosed": len(self.disclosures),
            "shown": self.shown,
            "visible": [asdict(one) for one in self.visible],
            "safe": self.safe,
            "verdict": self.verdict(),
            "not_looked_at": self.not_looked_at,
            "notes": self.notes,
            "bounds": rows,
        }
        return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def audit(
    estimates: Released | Published | Sequence[Released | Published],
    profile: str | DisclosureProfile = "strict10",
    *,
    together: pd.DataFrame | None = None,
) -> AuditReport:
    """Work out what a reader of released tables can find about each hidden count.

    Parameters
    ----------
    estimates : Estimates, or sequence of Estimates and Comparisons
        Released tables, of this package or of others; a hidden row has the flag ``suppressed``.
        Give everything that can be read together: the totals as well, and what left before.
    profile : str or DisclosureProfile, default "strict10"
        Its rules say how far apart bounds should lie.
    together : pandas.DataFrame or None, default None
        Values that everyone knows to occur together, one column each: municipality and province.

    Returns
    -------
    AuditReport
        Bounds of every hidden count, those that are disclosed, and by which equations; rows that
        are shown and break a rule; and whether the tables are safe. For the place where the
        respondents are: it holds what must not be found.

    Raises
    ------
    OptionError
        If no profile has that name.
    SchemaError
        If something is no estimate, or tables count different people for one cell.

    See Also
    --------
    eenzaam_stats.suppress : Hide what this would find.

    Notes
    -----
    Sums with one unknown are solved first. What is left falls apart into components; each unknown
    has two linear programmes (HiGHS, one model a component), and where whole numbers do not reach
    their ends, two programmes over whole numbers in a component of up to 200 unknowns. In a larger
    one the bounds are those of the relaxation, which whole numbers can only make narrower. An
    unweighted share that is printed without its count bounds the count by its rounding.
    Comparisons, ratios and standardised shares are no sums and are not used.

    A row that is shown and breaks a rule of the profile is listed as it stands; what a table
    does not print (weights, contributions) cannot be judged and is named as not looked at.

    A count is **disclosed** when its bounds lie nearer than the profile protects, and it is small
    enough to break a rule or every count of its row is as near. A larger count can be known
    although its row is hidden: who answered is the same number in the table of another outcome.

    **Unit.** People, unweighted.

    **Missing data.** A total that no table shows is not known here: give it, when it is published
    elsewhere.

    **Validated against.** Hand arithmetic, and an attack in the finest cells, in
    ``tests/disclosure``.

    References
    ----------
    .. [1] Hundepool, A., et al. (2012). Statistical disclosure control. Wiley.

    Examples
    --------
    >>> from eenzaam_stats.results.estimates import Estimate, Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "microdata", "Taylor", 0.95,
    ...                 "weight", "", 0, "0")
    >>> def row(group, n, yes):
    ...     return Estimate(group, yes / n, 0.1, 0.1, 0.9, n - 1, n, 0, float(n), 1.0,
    ...                     n_outcome=yes)
    >>> regions = Estimates(("region",), (row(("a",), 40, 20), row(("b",), 8, 4).hide()), note)
    >>> everyone = Estimates((), (row((), 48, 24),), note)
    >>> found = audit([regions, everyone])
    >>> print(found.disclosures[-1].describe())
    table 1, b: with an answer is 8
        because table 1 region=a: with an answer (40) + table 1 region=b: with an answer (hidden) \
= table 2 everyone: with an answer (48)
    """
    chosen = find_profile(profile)
    given = tuple(estimates) if isinstance(estimates, Sequence) else (estimates,)
    plain = [one.table if isinstance(one, Published) else one for one in given]
    require_released(plain, verb="audit()")
    tables = [
        (at, one if isinstance(one, Published) else Published(one))
        for at, one in enumerate(given)
        if isinstance(one, Estimates | Published)
    ]
    notes = dict.fromkeys(
        f"table {at} ({one.footnote.statistic}) is no table of counts and is not used"
        for at, one in enumerate(plain, start=1)
        if not isinstance(one, Estimates) or not is_counted(one)
    )
    found: list[Bounds] = []
    hidden = 0
    for whole in readings(tables, list_known_cells(together)):
        reading = _consistent(whole)
        notes.update(dict.fromkeys(reading.notes))
        per_row = _bounds(reading, dict(tables), chosen)
        hidden += len(per_row)
        found += [one for bounds in per_row for one in _judge_bounds(bounds, chosen)]
    order = sorted(
        found, key=lambda one: (not one.disclosed, one.width, one.table, one.group, one.what)
    )
    counted = [(at, one) for at, one in tables if is_counted(one.table)]
    shown = sum(row.flag is not Flag.SUPPRESSED for _, one in counted for row in one.table.rows)
    return AuditReport(
        chosen,
        hidden,
        tuple(order),
        tuple(notes),
        shown,
        tuple(row for at, one in counted for row in visible_rows(at + 1, one, chosen)),
        not_looked_at([one for _, one in counted], chosen, skipped=len(given) - len(counted)),
    )


def list_known_cells(together: pd.DataFrame | None) -> list[Cell]:
    """Rows of values as cells."""
    if together is None:
        return []
    if not isinstance(together, pd.DataFrame):
        raise SchemaError(
            "audit() needs together= as a frame with one column per kind of area, and it got "
            f"{type(together).__name__}. Give pandas.DataFrame({{'municipality': [...], "
            "'province': [...]}})."
        )
    columns = tuple(map(str, together.columns))
    order = sorted(range(len(columns)), key=columns.__getitem__)
    names = tuple(columns[at] for at in order)
    rows = together.drop_duplicates().itertuples(index=False, name=None)
    return [(names, tuple(str(row[at]) for at in order)) for row in rows]


def _consistent(reading: Reading) -> Reading:
    """The reading, without margins that no table shows where tables of a part contradict them."""
    try:
        solve(reading.lines, reading.system.value, reading.numbers())
    except ContradictionError:
        return reading.of_parts()
    return reading


def _bounds(
    reading: Reading, tables: dict[int, Published], profile: DisclosureProfile
) -> list[list[Bounds]]:
    """Bounds of the counts of every hidden row."""
    system = reading.system
    asked = {
        at: hiding
        for at in range(len(system.where))
        if (hiding := {n: k for n, k in reading.hiding(at).items() if k[0] in _WORDS})
    }
    try:
        found = ranges(
            reading.lines,
            system.value,
            asked=list(asked),
            numbers=reading.numbers(),
            wide=profile.of_people().width,
        )
    except ContradictionError as problem:
        raise _contradicting(reading, problem.line) from problem
    rows: dict[int, list[Bounds]] = {}
    for unknown, hiding in asked.items():
        one = _one(reading, unknown, found[unknown], profile)
        for number, kind in hiding.items():
            place = reading.shown[number]
            group = tables[place.table].table.rows[place.row].group
            what = " ".join([_WORDS[kind[0]], *kind[2:]])
            rows.setdefault(number, []).append(
                replace(one, table=place.table + 1, group=group, what=what)
            )
    return list(rows.values())


def _one(reading: Reading, unknown: int, found: Range, profile: DisclosureProfile) -> Bounds:
    system = reading.system
    kind = system.where[unknown][0]
    low, high = round(found.low, _DIGITS) + 0.0, round(found.high, _DIGITS) + 0.0
    if kind[0] == "sum":
        protection = profile.of_sum(low).width
    else:
        everyone = system.cells.get((kind, ()), {}).get(())
        total = math.inf if everyone is None else system.value[everyone]
        protection = profile.of_people(total=math.inf if math.isnan(total) else total).width
    bounds = Bounds(0, (), "", low, high, protection, found.whole)
    return replace(bounds, by=_equations(reading, unknown, found)) if bounds.narrow else bounds


def _equations(reading: Reading, unknown: int, found: Range) -> tuple[str, ...]:
    if reading.printing(unknown):
        return (f"{reading.name(unknown)} is shown there",)
    return tuple(reading.words(line) for line in found.lines)


def _judge_bounds(bounds: list[Bounds], profile: DisclosureProfile) -> list[Bounds]:
    """Counts of one row, with what is disclosed of them."""
    whole_row = all(one.narrow for one in bounds)
    least = float(max(profile.least_n, profile.least_cell, 2))
    return [
        replace(
            one,
            disclosed=one.narrow and (whole_row or one.low < least or one.what == _WORDS["sum"]),
        )
        for one in bounds
    ]


def _contradicting(reading: Reading, line: int) -> SchemaError:
    where = f": {reading.words(line)}" if line >= 0 else ""
    return SchemaError(
        "audit() found counts that cannot hold together, so the tables count different people, are "
        f"rounded, or print weighted shares or numbers as unweighted ones{where}. Give tables of "
        "the same respondents with their unweighted counts, or the part that belongs together."
    )
