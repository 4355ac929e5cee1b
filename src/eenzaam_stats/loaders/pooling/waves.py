"""Several waves of one file in one call: each is read by its own codebook, then they are combined.

No reader is known here; each says how one wave is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TypeAlias, TypeVar

from eenzaam_stats.errors import EenzaamStatsError, OptionError, SchemaError, list_all
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.loaders.pooling.combine import Persons, combine
from eenzaam_stats.loaders.pooling.pooling import ITEMS, Difference
from eenzaam_stats.respondents import PUBLISHED_PREFIX
from eenzaam_stats.survey import Survey
from eenzaam_stats.wave_names import same_wave

Wave: TypeAlias = int | str
Waves: TypeAlias = Wave | Sequence[Wave]
T = TypeVar("T", bound=Wave)
# So many persons do not all repeat every answer by chance.
_ENOUGH = 20
# The people of a panel grow older together, so its age floor rises; the report says so.
_AGEING: tuple[Difference, ...] = ("age_floor", "population")


def read_waves(
    wave: Waves,
    codebook: Callable[[Wave], WaveCodebook],
    read: Callable[[WaveCodebook], Survey],
    *,
    persons: Persons = "different",
) -> Survey:
    """Read one wave, or several waves of one file into one survey.

    Parameters
    ----------
    wave : int, str or sequence of these
        One wave; or several, which are read apart and combined. In a sequence, rows of other years
        are left out and counted.
    codebook : callable
        Rows of the codebook for one wave.
    read : callable
        Reads one wave.
    persons : {"different", "shared"}, default "different"
        Whether the waves hold the same people, as in a panel.

    Returns
    -------
    Survey
        Of one wave as it was read; of several as ``combine`` gives it.

    Raises
    ------
    OptionError
        If no wave is given, one is unknown, or one is given twice.
    SchemaError
        If the same rows would be read as several waves, or the waves cannot be pooled.
    DesignError
        If the designs of the waves cannot be combined.
    """
    books = [codebook(one) for one in one_or_several(wave)]
    if isinstance(wave, str) or not isinstance(wave, Iterable):
        return read(books[0])
    names = [book.name for book in books]
    again = list(dict.fromkeys(name for name in names if names.count(name) > 1))
    if again:
        raise OptionError(f"wave names [{list_all(again)}] more than once. Name each wave once.")
    several = len(books) > 1
    surveys = [read(replace(one, own_rows_only=True, shares_file=several)) for one in books]
    if len(surveys) == 1:
        return surveys[0]
    _require_different_rows(surveys)
    try:
        return combine(surveys, persons=persons, allow=_AGEING if persons == "shared" else ())
    except EenzaamStatsError as error:
        raise type(error)(
            f"wave=[{list_all(names)}]: {error} Read each wave by itself to give combine() options."
        ) from error


def one_or_several(wave: Waves) -> list[Wave]:
    """Waves that were asked for, in their order.

    Raises
    ------
    OptionError
        If the sequence is empty.

    Examples
    --------
    >>> one_or_several([2022, "2024"]), one_or_several("2022")
    ([2022, '2024'], ['2022'])
    """
    if isinstance(wave, str) or not isinstance(wave, Iterable):
        return [wave]
    asked = list(wave)
    if not asked:
        raise OptionError("wave is an empty list. Name at least one wave.")
    return asked


def choose_waves(wave: Waves, known: Sequence[T]) -> list[T]:
    """Waves of a user among those that there are; text that can only mean one is that one.

    Raises
    ------
    OptionError
        If one is not among them, or is named twice.

    Examples
    --------
    >>> choose_waves("2022", [2022, 2024]), choose_waves([2024, "2022"], [2022, 2024])
    ([2022], [2024, 2022])
    """
    found: list[T] = []
    for one in one_or_several(wave):
        match = same_wave(one, known)
        if match is None:
            raise OptionError.among(one, known, name="wave")
        if match in found:
            raise OptionError(f"wave names [{match!r}] more than once. Name each wave once.")
        found.append(match)
    return found


def _require_different_rows(surveys: Sequence[Survey]) -> None:
    """Refuse the same answers of the same rows as two waves."""
    for one, other in combinations(surveys, 2):
        both = _answers(one) & _answers(other)
        twice = one.report.n_kept + other.report.n_kept > one.report.n_read
        if both and (twice or _same_answers(one, other)):
            raise SchemaError(
                f"{one.report.file}: the rows of wave {one.report.wave} are also read as wave "
                f"{other.report.wave}, for nothing in the file tells the waves apart. Add a column "
                "with the wave, or read one wave."
            )


def _answers(survey: Survey) -> set[tuple[str, str]]:
    """Answers about loneliness, and scores, with the column of the file that holds them."""
    return {
        (column.name, column.source_name)
        for column in survey.report.columns
        if column.name in ITEMS or column.name.startswith(PUBLISHED_PREFIX)
    }


def _same_answers(one: Survey, other: Survey) -> bool:
    """Whether the persons of both waves gave the same answers to everything."""
    if not all("person_id" in survey.respondents for survey in (one, other)):
        return False
    names = sorted(name for name, _ in _answers(one) & _answers(other))
    first, second = (
        survey.respondents.dropna(subset="person_id")
        .drop_duplicates("person_id")
        .set_index("person_id")[names]
        .astype("str")
        .fillna("")
        for survey in (one, other)
    )
    both = first.index.intersection(second.index)
    return len(both) >= _ENOUGH and bool((first.loc[both] == second.loc[both]).all(axis=None))
