"""Every row of a wave of the LISS panel gets the background of the month of its own fieldwork.

Which files there are is decided elsewhere; here it is decided which one a row needs, and what is
said when it is not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

import numpy as np

from eenzaam_stats.errors import SourceError
from eenzaam_stats.keys import key_form
from eenzaam_stats.loaders.codebook.layout import Codebook
from eenzaam_stats.loaders.formats.file_options import FileWords
from eenzaam_stats.loaders.harmonise.column import Harmonised
from eenzaam_stats.loaders.pooling.shared_persons import LEAST_FOUND
from eenzaam_stats.loaders.sources.liss.background import Background, read_background, take_rows
from eenzaam_stats.loaders.sources.liss.stack import stack_columns
from eenzaam_stats.loaders.sources.liss.wave import MONTH, PERSON, WaveReading
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.vocabulary import Origin


@dataclass(frozen=True, slots=True, eq=False)
class WaveBackground:
    """Background of all rows of one wave.

    Attributes
    ----------
    columns : mapping of str to Harmonised
        Harmonised columns of length n; empty when no month has a file.
    origins : tuple of Origin
        Of the files that were read.
    notes : tuple of str
        Months without a file and people who are not in it, counted.
    checks : tuple of CheckResult
        Whether the background files hold the people of the wave.
    """

    columns: Mapping[str, Harmonised]
    origins: tuple[Origin, ...]
    notes: tuple[str, ...]
    checks: tuple[CheckResult, ...] = ()


def wave_background(
    reading: WaveReading,
    files: Mapping[int, Path],
    *,
    codebook: Codebook,
    named: bool,
    leave_out: Sequence[str],
    **file_words: Unpack[FileWords],
) -> WaveBackground:
    """Background of the rows of one wave, each from the file of its own month.

    Parameters
    ----------
    reading : WaveReading
        Wave with persons and months.
    files : mapping of int to Path
        Background file of each month, by YYYYMM.
    codebook : Codebook
        All waves; the rows of the year of a month are used for its file.
    named : bool
        Whether the user named the background files: then a month without a file is an error.
    leave_out : sequence of str
        Harmonised columns that must not be read.

    Returns
    -------
    WaveBackground
        Rows whose month has no file count as not asked, people who are not in the file as no
        answer.

    Raises
    ------
    SourceError
        If the user named background files and a month of the fieldwork is not among them.
    """
    months = reading.columns[MONTH].values.to_numpy(dtype=np.int64, na_value=0)
    needed, counts = np.unique(months[months > 0], return_counts=True)
    absent = [
        f"{month} ({n:,} row(s))"
        for month, n in zip(needed.tolist(), counts.tolist(), strict=True)
        if month not in files
    ]
    if absent and named:
        raise SourceError(
            f"{reading.code} ({reading.file}) needs the background of {', '.join(absent)}, and "
            "that month is not among the background files given. Add its file avars_YYYYMM, or "
            "leave out background= to read what there is."
        )
    parts: list[Background | None] = []
    places = []
    for month in np.unique(months).tolist():
        at = np.flatnonzero(months == month)
        places.append(at)
        parts.append(
            read_background(
                files[month],
                month,
                people=reading.columns[PERSON].values.iloc[at],
                wave=codebook.wave(min(max(month // 100, codebook.years[0]), codebook.years[-1])),
                leave_out=leave_out,
                **file_words,
            )
            if month in files
            else None
        )
    return _join_background(reading, parts, places, absent)


def _join_background(
    reading: WaveReading,
    parts: Sequence[Background | None],
    places: Sequence[np.ndarray[tuple[int], np.dtype[np.intp]]],
    absent: Sequence[str],
) -> WaveBackground:
    read = [part for part in parts if part is not None]
    names = dict.fromkeys(name for part in read for name in part.columns)
    back = np.argsort(np.concatenate(places), kind="stable")
    lengths = [len(at) for at in places]
    columns = {
        name: take_rows(
            stack_columns([part.columns.get(name) if part else None for part in parts], lengths),
            back,
        )
        for name in names
    }
    unknown = sum(int((~part.found).sum()) for part in read)
    notes = [note for part in read for note in part.notes]
    if absent:
        notes.append(
            f"{reading.code}: no background file avars_YYYYMM for {', '.join(absent)}: household "
            "and background are missing there"
        )
    if unknown:
        notes.append(
            f"{reading.code}: {unknown:,} person(s) are not in the background file of their month"
        )
    return WaveBackground(
        columns,
        tuple(part.origin for part in read),
        tuple(notes),
        _check(reading, read, unknown=unknown),
    )


def _check(
    reading: WaveReading, read: Sequence[Background], *, unknown: int
) -> tuple[CheckResult, ...]:
    """Fail when most people of a wave are not in the background file of their month."""
    asked = sum(len(part.found) for part in read)
    if asked - unknown >= LEAST_FOUND * asked:
        return ()
    forms = " and ".join(dict.fromkeys(part.form for part in read))
    message = (
        f"{reading.code}: {asked - unknown:,} of {asked:,} persons are in the background file of "
        f"their month, fewer than {LEAST_FOUND:.0%}: keys look like "
        f"{key_form(reading.columns[PERSON].values.dropna())} in {reading.file} and {forms} in the "
        "background"
    )
    return (CheckResult("persons in the background", False, message),)
