"""The words that a mapping may use, and the parts of a code entry: lists, no checks.

What a mapping may say stands here once; ``check.py`` compares with it and
``layout.py`` turns it into a codebook.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Literal

from eenzaam_stats.errors import list_all
from eenzaam_stats.loaders.codebook.layout import read_code
from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS, PUBLISHED_PREFIX, UCLA_ITEMS, Column
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.instrument import Scale
from eenzaam_stats.scoring.ucla import UCLA3

Table = Mapping[str, Any]
Households = Literal["private", "all", "unstated"]
MappedEvidence = Literal["user", "confirmed", "secondary", "derived", "unverified"]

NO_COLUMN = "none"
FIRST_YEAR, LAST_YEAR = 1900, 2100
INSTRUMENTS: Mapping[str, Scale | None] = MappingProxyType(
    {"DJG6": DJG6, "DJG11": DJG11, "UCLA3": UCLA3, "DIRECT": DIRECT, "none": None}
)
LONELINESS_ITEMS = (*DJG_ITEMS, *UCLA_ITEMS, "direct")
# Columns that are filled from [source] and [design], never by a [[variable]] row.
FROM_OTHER_TABLES = ("source", "wave", "weight", "stratum", "cluster")
MAPPED_COLUMNS: Mapping[str, Column] = MappingProxyType(
    {column.name: column for column in COLUMNS if column.name not in FROM_OTHER_TABLES}
)

TABLES = ("source", "file", "design", "respondents", "variable")
SOURCE_FIELDS = (
    *("name", "title", "wave", "age_floor", "instrument", "evidence"),
    *("population", "households", "note", "wave_column"),
)
SOURCE_REQUIRED = ("name", "title", "wave", "age_floor", "instrument", "evidence")
DESIGN_FIELDS = (
    *("weight", "stratum", "cluster", "fpc", "single_psu"),
    *("zero_weight", "blank_weight"),
)
# one column, or two for two stages of sampling
STAGED_FIELDS = ("cluster", "fpc")
RESPONDENT_FIELDS = ("column", "keep")
VARIABLE_FIELDS = (
    *("name", "column", "codes", "missing", "number", "min", "max", "text", "else"),
    "note",
)
CONTENT = ("codes", "number", "text")
SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PLACEHOLDER = re.compile(r"<.*>", re.DOTALL)


def is_placeholder(value: object) -> bool:
    """Whether a value of a template was never filled in.

    Examples
    --------
    >>> is_placeholder("<column of the weight>"), is_placeholder("gewicht")
    (True, False)
    """
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value.strip()) is not None


def read_entry(entry: Any) -> tuple[Any, str]:
    """Value and printed label of a code; without a label the value as a word stands for it.

    Examples
    --------
    >>> read_entry(["men", "Man"]), read_entry("more_or_less")
    (('men', 'Man'), ('more_or_less', 'More or less'))
    """
    if isinstance(entry, (list, tuple)) and len(entry) == 2:
        return entry[0], str(entry[1])
    words = str(entry).replace("_", " ")
    return entry, words[:1].upper() + words[1:]


def instruments_in(source: Table) -> tuple[str, ...]:
    """Instruments that a mapping declares, as written."""
    said = source.get("instrument", ())
    if isinstance(said, str):
        return (said,)
    return tuple(said) if isinstance(said, list) else ()


def years_in(source: Table) -> tuple[int, ...]:
    """Years that a mapping is for; empty where one is no year.

    Examples
    --------
    >>> years_in({"wave": 2022}), years_in({"wave": ["2022", 2024]}), years_in({"wave": "soon"})
    ((2022,), (2022, 2024), ())
    """
    said = source.get("wave")
    years = [read_code(str(one)) for one in (said if isinstance(said, list) else [said])]
    whole = [one for one in years if isinstance(one, int) and FIRST_YEAR <= one <= LAST_YEAR]
    return tuple(whole) if len(set(whole)) == len(years) else ()


def is_published(name: str) -> bool:
    """Whether a column holds a score that the file itself carries."""
    return name.startswith(PUBLISHED_PREFIX) and len(name) > len(PUBLISHED_PREFIX)


def nearest(word: object, options: Iterable[str]) -> str:
    """Nearest option, or all of them when none is near.

    Examples
    --------
    >>> nearest("djg_03", ["djg_3", "sex"]), nearest("x", ["men", "women"])
    ("did you mean 'djg_3'?", "options: 'men', 'women'")
    """
    known = list(options)
    close = get_close_matches(str(word), known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"options: {list_all(known)}"
