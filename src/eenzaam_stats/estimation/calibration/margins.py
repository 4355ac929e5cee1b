"""Population margins as a user writes them, read and checked once.

It knows no respondents; those are compared with the margins by the verb.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeAlias

import pandas as pd

from eenzaam_stats.errors import SchemaError, UnknownColumnError, verb, verb_named
from eenzaam_stats.estimation.aggregates.domains import text
from eenzaam_stats.estimation.variance.targets import POPULATION
from eenzaam_stats.messages import show_label
from eenzaam_stats.number_columns import numbers_or_nan

Counts: TypeAlias = "Mapping[object, float] | pd.Series[Any] | pd.DataFrame"
Margins: TypeAlias = "Mapping[str, Counts | float] | Sequence[pd.DataFrame | pd.Series[Any]]"

# Counts of one population that were rounded apart differ more; floating point differs less.
SAME_TOTAL = 1e-9


@dataclass(frozen=True, slots=True)
class Margin:
    """People of the population per category of a column, or of crossed columns.

    Attributes
    ----------
    columns : tuple of str
        Columns; several are crossed.
    classes : tuple of tuple of str
        Categories with people, as text.
    population : tuple of float
        Their number, above 0.
    empty : tuple of tuple of str
        Categories in which nobody lives.
    about : str
        What was counted, when the margin says so.
    """

    columns: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...]
    population: tuple[float, ...]
    empty: tuple[tuple[str, ...], ...] = ()
    about: str = ""

    @property
    def total(self) -> float:
        """People in all categories."""
        return math.fsum(self.population)

    @property
    def name(self) -> str:
        """Columns in words."""
        return " x ".join(self.columns)

    def describe_category(self, one: Sequence[str]) -> str:
        """A category in words, with its columns."""
        return ", ".join(f"{c} {show_label(v)}" for c, v in zip(self.columns, one, strict=True))


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that weights are to be calibrated to.

    Attributes
    ----------
    margins : tuple of Margin
        Categories, all with the same total.
    numeric : tuple of (str, float)
        Numeric columns with their population total.
    """

    margins: tuple[Margin, ...]
    numeric: tuple[tuple[str, float], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Categorical columns, each once."""
        return tuple(dict.fromkeys(name for margin in self.margins for name in margin.columns))

    @property
    def total(self) -> float | None:
        """People in the population; ``None`` when only numeric columns are given."""
        return self.margins[0].total if self.margins else None

    def describe_totals(self) -> tuple[str, ...]:
        """Every population figure in words, in the order of the auxiliaries."""
        classes = (
            margin.describe_category(one) for margin in self.margins for one in margin.classes
        )
        return (*classes, *(f"the total of {name}" for name, _ in self.numeric))

    def totals(self) -> tuple[float, ...]:
        """Every population figure, in the same order."""
        counts = (count for margin in self.margins for count in margin.population)
        return (*counts, *(total for _, total in self.numeric))


@verb_named("calibrate()")
def read_margins(margins: Margins) -> Wanted:
    """Margins of a user, checked.

    Parameters
    ----------
    margins : mapping or sequence
        Column to counts per category (mapping, series, or frame with the columns and
        ``population``), or to one number, the total of a numeric column; or frames, and series with
        named index levels.

    Returns
    -------
    Wanted

    Raises
    ------
    SchemaError
        If nothing is given, a count is negative or missing, a category occurs twice, or totals
        differ.
    UnknownColumnError
        If a frame lacks ``population``.

    Examples
    --------
    >>> found = read_margins({"sex": {"men": 40, "women": 60}, "household_size": 230.0})
    >>> found.describe_totals()
    ("sex 'men'", "sex 'women'", 'the total of household_size')
    """
    named: Sequence[tuple[str | None, Any]] = (
        list(margins.items())
        if isinstance(margins, Mapping)
        else [(None, one) for one in ([margins] if isinstance(margins, pd.DataFrame) else margins)]
    )
    numeric = tuple(
        (str(name), float(one)) for name, one in named if isinstance(one, Real) and name
    )
    found = tuple(_margin(name, one) for name, one in named if not isinstance(one, Real))
    if not named:
        raise SchemaError(
            f"{verb()} needs at least one margin. Give people per category, "
            "for instance {'sex': {'men': 49, 'women': 51}}."
        )
    _require_same_total(found)
    return Wanted(found, numeric)


def _margin(name: str | None, counts: Any) -> Margin:
    columns, pairs = _pairs(name, counts)
    word = Margin(columns, (), ())
    people: dict[tuple[str, ...], float] = {}
    for one, count in pairs:
        if one in people:
            raise SchemaError(
                f"{verb()}: {word.describe_category(one)} occurs twice in its margin. Add them up."
            )
        if not (math.isfinite(count) and count >= 0.0):
            raise SchemaError(
                f"{verb()} needs a population of 0 or more in every category, and "
                f"{word.describe_category(one)} has {count!r}. Correct the margin."
            )
        people[one] = count
    # A category that the population does not have needs no respondents, but whoever is in it is
    # named.
    some = {one: count for one, count in people.items() if count > 0.0}
    if not some:
        raise SchemaError(f"{verb()}: the margin of {word.name} counts nobody. Give people.")
    about = str(counts.attrs.get(POPULATION, "")) if hasattr(counts, "attrs") else ""
    return Margin(
        columns,
        tuple(some),
        tuple(some.values()),
        empty=tuple(one for one in people if one not in some),
        about=about,
    )


def _pairs(
    name: str | None, counts: Any
) -> tuple[tuple[str, ...], list[tuple[tuple[str, ...], float]]]:
    """Columns of a margin, and its categories as text with their counts."""
    if isinstance(counts, pd.DataFrame):
        if POPULATION not in counts:
            raise UnknownColumnError.among(
                [POPULATION], list(counts.columns), needed_for="a margin of calibrate()"
            )
        counts = counts.set_index([c for c in counts.columns if c != POPULATION])[POPULATION]
    if isinstance(counts, pd.Series):
        names = [str(level) for level in counts.index.names if level is not None]
        columns = tuple(names) or ((name,) if name else ())
    elif isinstance(counts, Mapping) and name:
        columns = (name,)
    else:
        columns = ()
    if not columns:
        raise SchemaError(
            f"{verb()} needs to know the column of every margin. Give a frame with that column and "
            "'population', or {'column': {category: people}}."
        )
    items = [(one if len(columns) > 1 else (one,), count) for one, count in counts.items()]
    given = pd.Series([n for _, n in items], dtype=object, name=POPULATION)
    people = numbers_or_nan(given, place=f"{verb()}, a margin").tolist()
    keys = [tuple(text(value) for value in one) for one, _ in items]
    return columns, list(zip(keys, people, strict=True))


def _require_same_total(margins: Sequence[Margin]) -> None:
    for margin in margins[1:]:
        first, other = margins[0].total, margin.total
        if abs(other - first) > SAME_TOTAL * first:
            raise SchemaError(
                f"{verb()} needs margins of one population: {margins[0].name} adds up to "
                f"{first:,.10g} and {margin.name} to {other:,.10g}. Take both from one source, or "
                "rescale them to the same total."
            )
