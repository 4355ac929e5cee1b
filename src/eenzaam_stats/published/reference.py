"""Packaged reference tables: published figures and population counts, each row with its evidence.

The tables live in the folder ``data`` of the repository and of the installed package, described by
``datapackage.json``. This file reads them, checks them and counts residents in them. It estimates
nothing and fetches nothing, and no figure may stand in it.
"""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources import files
from pathlib import Path

import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError, SourceError
from eenzaam_stats.published.packaged import DESCRIPTION, read_verified_frame, resources
from eenzaam_stats.published.population_editions import POPULATIONS
from eenzaam_stats.published.refreshed import in_force
from eenzaam_stats.vocabulary import Evidence, Sex

COUNTED_SEXES = (Sex.MEN, Sex.WOMEN)


def reference_folder() -> Path:
    """Folder with the reference tables, inside the installed package or in a checkout.

    Returns
    -------
    pathlib.Path
        Folder that holds ``datapackage.json`` and the tables it describes.

    Raises
    ------
    SourceError
        If neither place has the tables.

    Examples
    --------
    >>> (reference_folder() / "datapackage.json").is_file()
    True
    """
    package = Path(str(files("eenzaam_stats")))
    for folder in (package / "data", package.parents[1] / "data"):
        if (folder / DESCRIPTION).is_file():
            return folder
    raise SourceError(
        "The reference tables are not beside eenzaam_stats: no data/datapackage.json was found. "
        "Install the package again, or use a complete checkout."
    )


def reference_names() -> tuple[str, ...]:
    """Names of the reference tables, in the order of their description.

    Returns
    -------
    tuple of str
        Names that :func:`reference` accepts.

    Examples
    --------
    >>> reference_names()[:3]
    ('gezondheidsmonitor', 'ssw', 'eu_loneliness_survey')
    """
    return tuple(resources(reference_folder()))


@in_words
def reference(
    name: str, *, evidence: Evidence | str | Collection[Evidence | str] | None = None
) -> pd.DataFrame:
    """Read one reference table.

    Parameters
    ----------
    name : str
        One of :func:`reference_names`.
    evidence : Evidence, str, collection of them, or None, default None
        Levels of evidence to keep; ``None`` keeps all rows.

    Returns
    -------
    pandas.DataFrame
        A fresh frame in the order of the file. ``attrs`` holds ``title``, ``description``,
        ``licence`` and ``attribution`` as text.

    Raises
    ------
    OptionError
        If there is no such table or no such level of evidence.
    SourceError
        If the file is absent or differs from its checksum.

    See Also
    --------
    reference_names : The tables there are.
    persons : Residents counted in the population tables.

    Notes
    -----
    **Unit.** As printed by the publisher, named in the column ``unit``: a percentage stays a
    percentage here and nowhere else in the toolkit.

    **Missing data.** An empty cell is NA in columns of numbers and empty text in columns of text;
    the words ``NA`` and ``None`` are ordinary text. Whole numbers that may be absent are ``Int64``.

    **Validated against.** The published totals in ``population_totals`` and the sources named in
    each row, in ``tests/statline``.

    Examples
    --------
    >>> table = reference("gezondheidsmonitor", evidence="primary")
    >>> overall = table.query("wave == '2022' and dimension == 'total' and sex == 'total'")
    >>> overall[["outcome", "value"]].to_dict("records")
    [{'outcome': 'lonely', 'value': 48.6}, {'outcome': 'severely_lonely', 'value': 14.2}]
    """
    folder = reference_folder()
    described = resources(folder)
    if name not in described:
        raise OptionError.among(name, sorted(described), name="reference table")
    about = described[name]
    kept = _levels(evidence)
    frame = in_force(name, read_verified_frame(folder, name)).copy()
    if kept is not None:
        frame = frame[frame["evidence"].isin(kept)].reset_index(drop=True)
    frame.attrs = {
        "title": about["title"],
        "description": about["description"],
        "licence": "; ".join(licence["title"] for licence in about["licenses"]),
        "attribution": about["attribution"],
    }
    return frame


@in_words
def persons(
    edition: str,
    year: int,
    *,
    age_from: int = 0,
    age_to: int | None = None,
    sex: Sex | str | None = None,
) -> int:
    """Count residents on 1 January of a year, from a packaged population table.

    All residents count, whatever their household: a survey of private households covers fewer.

    Parameters
    ----------
    edition : str
        ``cbs_observed``, ``cbs_kernprognose_2016``, or by name only the runs ``derived_A`` and
        ``derived_B``, which are derived and not official.
    year : int
        Calendar year.
    age_from : int, default 0
        Youngest age that counts; the first age of a band.
    age_to : int or None, default None
        Oldest age that counts, itself included; the last age of a band. ``None`` has no upper end.
    sex : {"men", "women"} or None, default None
        ``None`` counts both.

    Returns
    -------
    int
        Persons.

    Raises
    ------
    OptionError
        If the edition, year or sex is not there, or an age would cut a band.

    See Also
    --------
    reference : The tables themselves.

    Notes
    -----
    **Unit.** Persons.

    **Missing data.** None: every edition has all its years, bands and sexes, and a test says so.

    **Validated against.** Totals published by CBS, in ``tests/published/test_population.py``.

    Examples
    --------
    >>> persons("cbs_observed", 2022, age_from=18)
    14289828
    >>> persons("cbs_kernprognose_2016", 2040, age_from=19)
    14395183
    """
    rows = _year_rows(edition, year)
    lows = sorted(set(rows["age_low"]))
    if age_from not in lows:
        raise OptionError.among(age_from, lows, name="age_from (first age of a band)")
    chosen = rows["age_low"] >= age_from
    if age_to is not None:
        highs = sorted({int(high) for high in rows["age_high"].dropna()})
        if age_to not in highs or age_to < age_from:
            allowed = [high for high in highs if high >= age_from]
            raise OptionError.among(age_to, allowed, name="age_to (last age of a band)")
        chosen &= (rows["age_high"] <= age_to).fillna(False).astype(bool)
    if sex is not None:
        if sex not in COUNTED_SEXES:
            raise OptionError.among(str(sex), [str(known) for known in COUNTED_SEXES], name="sex")
        chosen &= rows["sex"] == sex
    return int(rows.loc[chosen, "persons"].sum())


def edition_rows(edition: str, *, option: str = "population edition") -> pd.DataFrame:
    """Rows of one edition of the population, from the packaged tables or from what replaced them.

    Parameters
    ----------
    edition : str
        Name of a count or forecast.
    option : str
        Name of the option that holds it, for the message.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    OptionError
        If no table has the edition.

    Examples
    --------
    >>> sorted(set(edition_rows("derived_A")["status"]))
    ['derived_not_official']
    """
    tables = [reference(name) for name in POPULATIONS]
    known = [str(name) for table in tables for name in table["edition"].unique()]
    if edition not in known:
        raise OptionError.among(edition, known, name=option)
    table = next(table for table in tables if edition in set(table["edition"]))
    return table[table["edition"] == edition]


def _year_rows(edition: str, year: int) -> pd.DataFrame:
    """Rows of one edition and year."""
    rows = edition_rows(edition)
    years = rows["year"]
    if year not in set(years):
        raise OptionError(
            f"year is {year!r}, which edition {edition!r} does not have. "
            f"Choose one of {years.min()}-{years.max()}."
        )
    return rows[years == year]


def _levels(evidence: Evidence | str | Collection[Evidence | str] | None) -> set[str] | None:
    """Levels of evidence to keep, each one known."""
    if evidence is None:
        return None
    asked = [evidence] if isinstance(evidence, str) else list(evidence)
    known = [str(level) for level in Evidence]
    for level in asked or [""]:
        if level not in known:
            raise OptionError.among(str(level), known, name="evidence")
    return {str(level) for level in asked}
