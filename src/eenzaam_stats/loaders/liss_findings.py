"""Sentences and checks for the report of a reading of the LISS panel: counts per wave.

Nothing is decided or changed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from eenzaam_stats.errors import users_level
from eenzaam_stats.loaders.column import KINDS, VALID, Harmonised
from eenzaam_stats.loaders.item_direction import with_single_items
from eenzaam_stats.loaders.liss_background import HOUSEHOLD
from eenzaam_stats.loaders.liss_files import CORONA, CORONA_REASON, LissFiles
from eenzaam_stats.loaders.liss_household import WaveBackground
from eenzaam_stats.loaders.liss_wave import MONTH, PERSON, WaveReading
from eenzaam_stats.loaders.reading_checks import asked_checks
from eenzaam_stats.loaders.shared_persons import check_shared_persons
from eenzaam_stats.results import CheckResult
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.scoring.direction import check_direction, require_direction
from eenzaam_stats.vocabulary import Origin

ITEMS = tuple(item.column for item in DJG6.items)
UNWEIGHTED = (
    "unweighted: the panel delivers no weights; calibrate to population figures of CBS before a "
    "figure is said to describe the Netherlands"
)


def liss_checks(
    waves: Sequence[WaveReading], frame: pd.DataFrame, *, least_shared: float
) -> tuple[CheckResult, ...]:
    """Direction of the items in every wave, with a warning when one fails, and persons of waves.

    A reversed wave among many sound ones would not be seen in all rows together.
    """
    directions = [_direction(wave) for wave in waves]
    asked = [check for wave in waves for check in asked_checks(wave.columns, place=wave.code)]
    persons = int(frame[PERSON].nunique())
    message = f"each of {persons:,} persons occurs at most once in each of {len(waves)} wave(s)"
    keyed = [(wave.code, wave.columns[PERSON].values) for wave in waves]
    shared = check_shared_persons(keyed, least=least_shared)
    return (CheckResult("duplicates", True, message), shared, *directions, *asked)


def _direction(wave: WaveReading) -> CheckResult:
    frame = pd.DataFrame({name: wave.columns[name].values for name in ITEMS})
    check = with_single_items(check_direction(frame, DJG6), frame, DJG6)
    require_direction(
        check, where=f"read_liss(), wave {wave.code}", strict=False, stacklevel=users_level() + 1
    )
    return CheckResult(check.name, check.passed, f"{wave.code}: {check.message}", check.rows)


def liss_notes(
    waves: Sequence[WaveReading],
    backgrounds: Sequence[WaveBackground],
    columns: Mapping[str, Harmonised],
    *,
    files: LissFiles,
    leave_out: Sequence[str],
) -> tuple[str, ...]:
    """Notes of one reading, in the order in which a reader needs them."""
    return (
        *_general(waves, columns),
        *(_counts(wave) for wave in waves),
        *(note for wave in waves for note in wave.notes),
        *(note for wave in waves for note in _other_year(wave)),
        *(note for own in backgrounds for note in own.notes),
        *_files(files),
        *([f"left out by the user: {', '.join(leave_out)}"] if leave_out else []),
    )


def _general(waves: Sequence[WaveReading], columns: Mapping[str, Harmonised]) -> Iterator[str]:
    if any(wave.origin is Origin.SYNTHETIC for wave in waves):
        yield "the files say that they are synthetic: no figure from them describes real people"
    yield UNWEIGHTED
    if len(waves) > 1:
        yield "a person has a row in every wave answered: rows are not independent over waves"
    if HOUSEHOLD not in columns:
        yield (
            "no background file was read: people of one household cannot be told apart, and age, "
            "sex and education are missing"
        )
        return
    unknown = int((columns[HOUSEHOLD].kinds != VALID).sum())
    if unknown:
        yield f"{HOUSEHOLD} is missing in {unknown:,} row(s), which have no cluster"


def _counts(wave: WaveReading) -> str:
    kinds = np.stack([wave.columns[name].kinds for name in ITEMS])
    complete = int((kinds == VALID).all(axis=0).sum())
    missing = [
        f"{kind.value} {n:,}"
        for place, kind in enumerate(KINDS)
        if (n := int((kinds == place).sum()))
    ]
    return (
        f"{wave.code} ({wave.year}, {wave.file}): {wave.n:,} rows, {complete:,} with all six "
        f"items; missing answers: {', '.join(missing) or 'none'}"
    )


def _other_year(wave: WaveReading) -> Iterator[str]:
    years = wave.columns[MONTH].values.dropna() // 100
    other = int((years != wave.year).sum())
    if other:
        yield f"{wave.code}: {other:,} row(s) were interviewed in another year than {wave.year}"


def _files(files: LissFiles) -> Iterator[str]:
    if files.older:
        yield f"not read, a higher version is there: {', '.join(files.older)}"
    if files.unasked:
        yield f"not read, another wave than was asked for: {', '.join(files.unasked)}"
    if files.others:
        yield f"not read, no wave or background file: {', '.join(files.others)}"
    corona = [name for name in files.others if CORONA in name.casefold()]
    if corona:
        yield f"{', '.join(corona)} left aside on purpose: {CORONA_REASON}"
