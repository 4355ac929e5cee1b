"""Confidence bounds that stand in rows of their own, turned into columns beside the estimate.

A dimension of margins holds the value, its lower and its upper bound as members. Forgetting that
triples every count and averages bounds into estimates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from eenzaam_stats.errors import ChangedTableError, OptionError, list_all
from eenzaam_stats.statline.decode import VALUE, Layout
from eenzaam_stats.statline.description import Dimension, TableDescription

Margins = Literal["wide", "value", "long"]
ESTIMATE = "MW00000"
_BOUND = re.compile(r"M([OB])G(\d{4})")
SIDES = {"O": "conf_low", "B": "conf_high"}
USUAL = "0095"
SLACK = 1e-9


def margin_dimension(description: TableDescription) -> Dimension | None:
    """The dimension whose members are a value and its bounds; ``None`` where there is none."""
    return next((d for d in description.dimensions if ESTIMATE in d.codes), None)


def read_bounds(dimension: Dimension) -> Mapping[str, str]:
    """Column suffix of each bound among the members of a dimension.

    Parameters
    ----------
    dimension : Dimension
        One with the value as a member.

    Returns
    -------
    mapping of str to str
        ``conf_low`` and ``conf_high`` for 95 %; another level has its number, ``conf_low_67``.

    Raises
    ------
    ChangedTableError
        If a bound has no counterpart on the other side, or a member is neither value nor bound.
    """
    found = {code: _BOUND.fullmatch(code) for code in dimension.codes if code != ESTIMATE}
    unknown = [code for code, match in found.items() if match is None]
    sides = {code: (match[1], match[2]) for code, match in found.items() if match}
    levels = [{n for side, n in sides.values() if side == wanted} for wanted in SIDES]
    if unknown or not sides or levels[0] != levels[1]:
        raise ChangedTableError(
            f"Dimension {dimension.key!r} has the members [{list_all(dimension.codes)}], which are "
            "not a value with a lower and an upper bound. Read it with margins='long' and look."
        )
    return {
        code: SIDES[side] + ("" if level == USUAL else f"_{int(level)}")
        for code, (side, level) in sides.items()
    }


def arrange_margins(frame: pd.DataFrame, layout: Layout, margins: Margins) -> pd.DataFrame:
    """Frame with its margins as asked for; a table without margins stays as it is.

    Raises
    ------
    OptionError
        If ``margins`` is not an option.
    ChangedTableError
        As :func:`wide`.
    """
    options = ("wide", "value", "long")
    if margins not in options:
        raise OptionError.among(margins, options, name="margins")
    dimension = margin_dimension(layout.description)
    if dimension is None or margins == "long":
        return frame
    if margins == "wide":
        return wide(frame, layout, dimension)
    kept = frame[frame[dimension.key] == ESTIMATE].reset_index(drop=True)
    return kept.drop(columns=[dimension.key, f"{dimension.key}_label"])


def wide(frame: pd.DataFrame, layout: Layout, dimension: Dimension) -> pd.DataFrame:
    """Bounds as columns behind each topic.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows with value and bounds below each other.
    layout : Layout
        What the columns are.
    dimension : Dimension
        That of the margins.

    Returns
    -------
    pandas.DataFrame
        One row per estimate, in the order of the estimates; without the dimension of the margins.

    Raises
    ------
    ChangedTableError
        If an estimate has not exactly one row per bound, or lies outside its bounds.

    Notes
    -----
    **Missing data.** A bound never fills a missing value: where the value is missing, so it stays.
    """
    bounds = read_bounds(dimension)
    description = layout.description
    keys = [d.key for d in description.dimensions if d.key != dimension.key]
    estimates = frame[frame[dimension.key] == ESTIMATE].reset_index(drop=True)
    cells = pd.MultiIndex.from_frame(estimates[keys].astype(str))
    topics = _figures(layout)
    for code, suffix in bounds.items():
        rows = frame[frame[dimension.key] == code]
        other = pd.MultiIndex.from_frame(rows[keys].astype(str))
        single = not (cells.has_duplicates or other.has_duplicates)
        order = other.get_indexer(cells) if single else np.array([-1])
        if len(cells) != len(other) or (order < 0).any():
            raise ChangedTableError(
                f"Table {description.info.id!r} has {len(cells)} estimates and {len(other)} rows "
                f"of the bound {code!r}, which do not fit one to one. Ask for all members of "
                f"{dimension.key!r}, or read with margins='long' and look."
            )
        for topic in topics:
            estimates[f"{topic}_{suffix}"] = rows[topic].to_numpy()[order]
    for topic in topics:
        _require_between(estimates, topic, list(bounds.values()), description.info.id)
    first = [str(c) for c in estimates if c not in {dimension.key, f"{dimension.key}_label"}]
    return estimates[_beside(first, topics, list(bounds.values()))]


def _figures(layout: Layout) -> list[str]:
    if layout.description.is_long:
        return [VALUE]
    return [layout.description.names[t.key] for t in layout.topics if not t.is_text]


def _require_between(frame: pd.DataFrame, topic: str, suffixes: list[str], table: str) -> None:
    for suffix in suffixes:
        gap = frame[f"{topic}_{suffix}"] - frame[topic]
        wrong = gap > SLACK if suffix.startswith("conf_low") else gap < -SLACK
        if wrong.any():
            raise ChangedTableError(
                f"Table {table!r}, topic {topic!r}: {int(wrong.sum())} estimate(s) lie outside "
                f"their bound {suffix!r}, first in row {int(wrong.to_numpy().argmax())}. "
                "Read with margins='long' and look."
            )


def _beside(columns: list[str], topics: list[str], suffixes: list[str]) -> list[str]:
    """Columns with the bounds right behind their topic."""
    bounds = {f"{topic}_{suffix}" for topic in topics for suffix in suffixes}
    ordered = []
    for column in columns:
        if column not in bounds:
            ordered.append(column)
        if column in topics:
            ordered += [f"{column}_{suffix}" for suffix in suffixes]
    return ordered
