"""``read_liss``: files of the LISS panel become one ``Survey`` of persons by waves.

The order of the steps is all that stands here; names, codes and missing codes are in the codebook.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.design import Design
from eenzaam_stats.errors import OptionError, SchemaError, users_level, verb_named
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import Codebook
from eenzaam_stats.loaders.formats.file_options import FileWords
from eenzaam_stats.loaders.harmonise.cache import CacheKey, cache_survey
from eenzaam_stats.loaders.harmonise.checks import check_asked
from eenzaam_stats.loaders.harmonise.column import KINDS, VALID, Harmonised
from eenzaam_stats.loaders.harmonise.item_direction import with_single_items
from eenzaam_stats.loaders.pooling.shared_persons import (
    LEAST_SHARED,
    check_shared_persons,
    require_share,
)
from eenzaam_stats.loaders.pooling.waves import Waves, choose_waves, one_or_several
from eenzaam_stats.loaders.sources.liss.background import HOUSEHOLD
from eenzaam_stats.loaders.sources.liss.files import (
    CORONA,
    CORONA_REASON,
    LissFiles,
    Paths,
    background_files,
    panel_files,
)
from eenzaam_stats.loaders.sources.liss.household import WaveBackground, wave_background
from eenzaam_stats.loaders.sources.liss.stack import stack_columns
from eenzaam_stats.loaders.sources.liss.wave import (
    MONTH,
    PERSON,
    WaveReading,
    read_wave,
    wave_codes,
)
from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS, MISSING_SUFFIX
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.scoring.direction import check_direction, require_direction
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Origin

NAME = "liss"


@in_words
def read_liss(
    path: Paths,
    *,
    wave: Waves | None = None,
    background: Paths | None = None,
    leave_out: Sequence[str] = (),
    least_shared: float = LEAST_SHARED,
    cache: str | Path | None = None,
    **file_words: Unpack[FileWords],
) -> Survey:
    """Read and harmonise waves of the core study Social Integration and Leisure of LISS.

    Parameters
    ----------
    path : str, Path or sequence of these
        Folder with the files as the archive names them, a list of files, or one file. Waves are
        found by ``cs08a`` to ``cs25r`` at the start of the name; of several versions the highest
        is read. Other files of a folder are listed in the report.
    wave : int, str or sequence of these, optional
        Years, or codes such as ``"cs08a"``, of the waves to read; without it all that are there.
    background : str, Path or sequence of these, optional
        Background files ``avars_YYYYMM``, or their folder; then every month of the fieldwork must
        be there. Without it the ones in the folder, or beside the files, are used.
    leave_out : sequence of str, default ()
        Optional harmonised columns that must not be read.
    least_shared : float, default 0.1
        Share (0-1) of the persons of a wave that must be in the wave next to it. With fewer, for
        instance because keys are written in another form, a check of the report fails.
    cache : str or Path, optional
        Folder in which the survey is kept as Parquet and found again, as long as every wave and
        background file, the names of the other files, codebook, options and package are the same.
        It then holds answers of persons, as the files do.
    **file_words
        How the file is written, where it does not say so itself: ``decimal``, ``thousands``,
        ``keep_words``, ``skip_rows``, ``header_row``, ``sheet``, ``limits``; see
        :class:`~eenzaam_stats.loaders.formats.file_options.FileOptions`.

    Returns
    -------
    Survey
        One row per person and wave: ``source, wave, month, person_id``, the items ``djg_3, djg_4,
        djg_7, djg_8, djg_9, djg_10``, and, where a background file of the month of the fieldwork
        is there, ``household_id, age, sex, education`` and more. The design has no weight, for none
        is delivered, no stratum, and the household as cluster.

    Raises
    ------
    SourceError
        If a path is absent, damaged or no file of the panel, year and letter of a name do not
        agree, two files claim one wave and version, a questionnaire on the coronavirus is given
        (it asks how people feel now), or a named background lacks a month.
    UnknownColumnError
        If an item, the person, the month or the household is absent.
    SchemaError
        If labels of the columns do not name the items, a person is blank or occurs twice in a wave
        or a month, months do not fit, or synthetic and other files are mixed.
    ScaleError
        If value labels contradict the codebook, or are absent in a wave whose layout is unverified.
    UnknownCodeError
        If a value is neither valid nor missing in its wave.
    OptionError
        If a column to leave out is no optional column.

    Warns
    -----
    EenzaamStatsWarning
        If the answers of a wave point in opposite directions.

    See Also
    --------
    eenzaam_stats.scoring.scale.score : Scores from the items, with ``DJG6``.
    eenzaam_stats.estimation.prevalence.prevalence : Needs ``weights=None`` for this survey.

    Notes
    -----
    Figures are unweighted: the panel delivers no weights, and says to use population figures of
    CBS. ``prevalence()`` therefore asks for ``weights=None``, and it refuses the household as a
    cluster until it can use clusters. A person in several waves has several rows, which are not
    independent: estimate per wave.

    Background files are joined on the person alone, from the month of the fieldwork of each row.
    Education, origin, household type, marital status and age group take the value labels of the
    file, for their value lists were not seen.

    **Unit.** ``satisfaction_contacts`` is 0 to 10; ages are years.

    **Missing data.** A blank item is no answer; from cs20m on -9 is don't know. 999 is don't know
    for the satisfaction up to cs19l and for no other variable. Rows without a background file
    count as not asked, persons who are not in it as no answer.

    **Validated against.** Synthetic panels whose answers are known, in
    ``tests/loaders/sources/test_liss.py``; no real file is public.

    Examples
    --------
    >>> read_liss("codebook.pdf")
    Traceback (most recent call last):
    eenzaam_stats.errors.SourceError: codebook.pdf does not exist. Check the path.
    """
    codebook = load_codebook(NAME)
    _require_optional(leave_out, codebook)
    codes = wave_codes(codebook)
    require_share(least_shared, name="least_shared")
    files = panel_files(path, codes=codes)
    if wave is not None:
        files = files.of_codes(_choose_codes(wave, {code: codes[code] for code in files.waves}))
    months = files.backgrounds if background is None else background_files(background)

    def read() -> Survey:
        return _survey(
            files,
            months,
            named=background is not None,
            leave_out=leave_out,
            least_shared=least_shared,
            file_words=file_words,
        )

    options = {
        "months": sorted(months),
        "named": background is not None,
        "leave_out": list(leave_out),
        "least_shared": least_shared,
        "not read": [*files.older, *files.others, *files.unasked],
        **file_words,
    }
    counted = (*files.waves.values(), *(months[month] for month in sorted(months)))
    return cache_survey(cache, CacheKey(NAME, counted, repr(codebook), options), read)


def _choose_codes(wave: Waves, codes: Mapping[str, int]) -> list[str]:
    """Codes of the waves that were asked for by year or by code."""
    by_code = {code.casefold(): year for code, year in codes.items()}
    years = [by_code.get(str(one).strip().casefold(), one) for one in one_or_several(wave)]
    chosen = choose_waves(years, list(codes.values()))
    return [code for code, year in codes.items() if year in chosen]


def _survey(
    files: LissFiles,
    months: Mapping[int, Path],
    *,
    named: bool,
    leave_out: Sequence[str],
    least_shared: float,
    file_words: FileWords,
) -> Survey:
    codebook = load_codebook(NAME)
    codes = wave_codes(codebook)
    waves = [
        read_wave(file, code, wave=codebook.wave(codes[code]), leave_out=leave_out, **file_words)
        for code, file in files.waves.items()
    ]
    backgrounds = [
        wave_background(
            wave, months, codebook=codebook, named=named, leave_out=leave_out, **file_words
        )
        for wave in waves
    ]
    origin = _one_origin(waves, backgrounds)
    columns = _columns(waves, backgrounds)
    frame = _respondents(waves, columns, origin=origin)
    return Survey(
        respondents=frame,
        design=Design(cluster=HOUSEHOLD if HOUSEHOLD in columns else None),
        report=HarmonisationReport(
            source=NAME,
            wave=_years([wave.year for wave in waves]),
            file=_file_names(files),
            origin=origin,
            population=codebook.waves[-1].population,
            age_floor=codebook.waves[-1].age_floor,
            n_read=len(frame),
            n_kept=len(frame),
            columns=tuple(column.report() for column in columns.values()),
            checks=(
                *liss_checks(waves, frame, least_shared=least_shared),
                *(check for own in backgrounds for check in own.checks),
            ),
            notes=liss_notes(waves, backgrounds, columns, files=files, leave_out=leave_out),
        ),
    )


def _require_optional(leave_out: Sequence[str], codebook: Codebook) -> None:
    optional = sorted(
        {
            variable.name
            for wave in codebook.waves
            for variable in wave.variables
            if variable.role == "demographic"
        }
    )
    for name in leave_out:
        if name not in optional:
            raise OptionError.among(name, optional, name="leave_out")


def _one_origin(waves: Sequence[WaveReading], backgrounds: Sequence[WaveBackground]) -> Origin:
    """Origin of all files; real and synthetic people are never put in one frame."""
    origins = {wave.origin for wave in waves}
    origins |= {origin for own in backgrounds for origin in own.origins}
    if len(origins) > 1:
        names = ", ".join(wave.file for wave in waves if wave.origin is Origin.SYNTHETIC)
        raise SchemaError(
            "read_liss() got synthetic files among others. Synthetic waves: "
            f"{names or 'none, but background files are'}. Keep synthetic files apart."
        )
    return origins.pop()


def _columns(
    waves: Sequence[WaveReading], backgrounds: Sequence[WaveBackground]
) -> dict[str, Harmonised]:
    """All columns over all waves, in the order of the schema; the month as 1-12."""
    lengths = [wave.n for wave in waves]
    parts = [
        dict(wave.columns) | dict(own.columns) for wave, own in zip(waves, backgrounds, strict=True)
    ]
    names = dict.fromkeys(name for part in parts for name in part)
    schema = [column.name for column in COLUMNS if column.name in names]
    columns = {
        name: stack_columns([part.get(name) for part in parts], lengths)
        for name in [*schema, *(name for name in names if name not in schema)]
    }
    month = columns[MONTH]
    columns[MONTH] = Harmonised(
        MONTH, month.source_name, month.values % 100, month.kinds, ("YYYYMM -> month of the year",)
    )
    return columns


def _respondents(
    waves: Sequence[WaveReading], columns: Mapping[str, Harmonised], *, origin: Origin
) -> pd.DataFrame:
    lengths = [wave.n for wave in waves]
    source = f"{NAME} (synthetic)" if origin is Origin.SYNTHETIC else NAME
    series: dict[str, pd.Series[Any]] = {
        "source": pd.Series([source], dtype="str").repeat(sum(lengths)).reset_index(drop=True),
        "wave": pd.Series(np.repeat([wave.year for wave in waves], lengths).astype(np.int64)),
    }
    series |= {name: column.values for name, column in columns.items()}
    for name in DJG_ITEMS:
        if name in columns and (columns[name].kinds != VALID).any():
            series[name + MISSING_SUFFIX] = columns[name].missing_series()
    return pd.DataFrame(series)


def _years(years: Sequence[int]) -> str:
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]}-{years[-1]}"
    return ", ".join(str(year) for year in years)


def _file_names(files: LissFiles) -> str:
    names = [file.name for file in files.waves.values()]
    return names[0] if len(names) == 1 else f"{names[0]} ... {names[-1]} ({len(names)} files)"


# Sentences and checks for the report of a reading of the LISS panel: counts per wave. Nothing is
# decided or changed here.

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
    asked = [check for wave in waves for check in check_asked(wave.columns, place=wave.code)]
    persons = int(frame[PERSON].nunique())
    message = f"each of {persons:,} persons occurs at most once in each of {len(waves)} wave(s)"
    keyed = [(wave.code, wave.columns[PERSON].values) for wave in waves]
    shared = check_shared_persons(keyed, least=least_shared)
    return (CheckResult("duplicates", True, message), shared, *directions, *asked)


def _direction(wave: WaveReading) -> CheckResult:
    frame = pd.DataFrame({name: wave.columns[name].values for name in ITEMS})
    check = with_single_items(check_direction(frame, DJG6), frame, DJG6)
    with verb_named(f"read_liss(), wave {wave.code}"):
        require_direction(check, strict=False, stacklevel=users_level() + 1)
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
