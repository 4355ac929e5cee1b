"""Sum single-age population exports to the age bands of ``population.csv``.

The packaged tables hold bands only; the single ages stay with their publishers. Each export is a
CSV with the columns ``year, sex, age, persons, edition, status``: sex ``female`` or ``male``, whole
ages from 0, the last age meaning "and over". Nothing is estimated or smoothed here.

Usage::

    python data/build_population.py --observed OBSERVED.csv --forecast FORECAST.csv \
        --derived DERIVED.csv --out data
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from eenzaam_stats.errors import SourceError

COLUMNS = ("year", "sex", "age", "persons", "edition", "status")
SEXES = {"male": "men", "female": "women"}
BAND_STARTS = (0, 15, 18, 19, *range(20, 100, 5))
KEY = ["edition", "year", "sex", "age_low"]


class Edition(NamedTuple):
    """Name in the packaged tables, publisher's table and how the figures are known."""

    name: str
    table_id: str
    evidence: str


EDITIONS = {
    "observed_7461bev": Edition("cbs_observed", "7461bev", "third_party"),
    "kernprognose2016_83597NED": Edition("cbs_kernprognose_2016", "83597NED", "third_party"),
    "derived_A": Edition("derived_A", "", "derived"),
    "derived_B": Edition("derived_B", "", "derived"),
}


def band_end(start: int) -> int | None:
    """Last age of the band that begins at ``start``; ``None`` for the open band."""
    later = [other for other in BAND_STARTS if other > start]
    return later[0] - 1 if later else None


def band_label(start: int) -> str:
    """Name of a band, for instance ``15-17`` or ``95+``."""
    end = band_end(start)
    return f"{start}+" if end is None else f"{start}-{end}"


def read_single_ages(path: Path, *, years: tuple[int, int], status: str) -> pd.DataFrame:
    """Read one export, check its shape and keep the years asked for.

    Raises
    ------
    SourceError
        If a column, age or sex is absent, a code is unknown, or a row occurs twice.
    """
    frame = pd.read_csv(path)
    absent = [name for name in COLUMNS if name not in frame.columns]
    if absent:
        raise SourceError(f"{path.name} has no column(s) {absent}. Expected {list(COLUMNS)}.")
    for column, known in (("sex", SEXES), ("edition", EDITIONS), ("status", {status: status})):
        unknown = sorted(set(frame[column]) - set(known))
        if unknown:
            raise SourceError(
                f"{path.name}, column {column!r}: unknown value(s) {unknown}. "
                f"Known are {sorted(known)}."
            )
    frame = frame[frame["year"].between(*years)]
    _require_complete(frame, path.name, n_years=years[1] - years[0] + 1)
    return frame


def _require_complete(frame: pd.DataFrame, name: str, *, n_years: int) -> None:
    cells = ["edition", "year", "sex", "age"]
    if frame.duplicated(cells).any():
        raise SourceError(f"{name} gives an age of one year and sex twice. Repair the export.")
    ages = frame.groupby(["edition", "year", "sex"])["age"].agg(["min", "max", "size"])
    whole = (ages["min"] == 0) & (ages["max"] + 1 == ages["size"])
    reaches = ages["max"] >= BAND_STARTS[-1]
    expected = frame["edition"].nunique() * len(SEXES) * n_years
    sound = (whole & reaches).all() and (frame["persons"] >= 0).all()
    if frame.empty or len(ages) != expected or not sound:
        raise SourceError(
            f"{name} misses a year, an age or a whole sex, or counts fewer than 0 persons. "
            "Repair the export."
        )


def bands(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum single ages to bands, one row per edition, year, sex and band."""
    starts = pd.cut(
        frame["age"], [*BAND_STARTS, float("inf")], right=False, labels=list(BAND_STARTS)
    )
    named = frame.assign(
        sex=frame["sex"].map(SEXES),
        age_low=starts.astype(int),
        table_id=frame["edition"].map(lambda code: EDITIONS[code].table_id),
        evidence=frame["edition"].map(lambda code: EDITIONS[code].evidence),
        edition=frame["edition"].map(lambda code: EDITIONS[code].name),
    )
    cells = named.groupby([*KEY, "status", "table_id", "evidence"], sort=True)["persons"].sum()
    out = cells.reset_index()
    out["age_band"] = out["age_low"].map(band_label)
    out["age_high"] = out["age_low"].map(band_end).astype("Int64")
    order = ["year", "sex", "age_band", "age_low", "age_high", "persons"]
    return out[[*order, "edition", "status", "table_id", "evidence"]]


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a table the same way on every machine."""
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    print(f"{path.name}: {len(frame)} rows")


def build(arguments: argparse.Namespace) -> None:
    """Make both tables; the derived run never shares a file with official figures."""
    observed = read_single_ages(arguments.observed, years=(2008, 2025), status="observed")
    forecast = read_single_ages(arguments.forecast, years=(2017, 2060), status="official_forecast")
    derived = read_single_ages(arguments.derived, years=(2025, 2050), status="derived_not_official")
    official = pd.concat([bands(observed), bands(forecast)], ignore_index=True)
    write(official, arguments.out / "population.csv")
    write(bands(derived), arguments.out / "population_derived.csv")


def main(argv: Sequence[str] | None = None) -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name, text in (
        ("observed", "export of StatLine 7461bev, residents on 1 January"),
        ("forecast", "export of StatLine 83597NED, Kernprognose 2016"),
        ("derived", "cohort-component run, derived and not official"),
        ("out", "folder for population.csv and population_derived.csv"),
    ):
        parser.add_argument(f"--{name}", type=Path, required=True, help=text)
    build(parser.parse_args(argv))


if __name__ == "__main__":
    main()
