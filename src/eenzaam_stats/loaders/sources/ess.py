"""``read_ess``: Dutch respondents of the European Social Survey, the direct question.

Names, codes and weights are in the codebook; what stands here is what a file without the best
weight means.
"""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

from eenzaam_stats.arguments import in_words
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.loaders.formats.file_options import FileWords
from eenzaam_stats.loaders.formats.opened import open_file
from eenzaam_stats.loaders.harmonise.cache import CacheKey, cache_survey
from eenzaam_stats.loaders.harmonise.reading import as_survey, harmonise_file
from eenzaam_stats.loaders.pooling.waves import Waves, read_waves
from eenzaam_stats.survey import Survey

NAME = "ess"
DESIGN_WEIGHT = "dweight"
_DESIGN_WEIGHT_NOTE = (
    "dweight makes up for unequal chances of selection only, not for who took part; pspwght does "
    "both and is not in the file or was not asked for"
)


@in_words
def read_ess(
    path: str | Path,
    *,
    wave: Waves,
    weight: str | None = None,
    cache: str | Path | None = None,
    **file_words: Unpack[FileWords],
) -> Survey:
    """Read and harmonise the Dutch respondents of one round of the European Social Survey.

    Parameters
    ----------
    path : str or Path
        Integrated file of a round, of all countries or of one.
    wave : int, str or sequence of these
        Number of the round: 3, 6, 7 or 11; or several rounds of a cumulative file in one list, of
        which rows of other rounds are left out and counted.
    weight : str, optional
        Name of the weight. Without it ``pspwght`` is taken, or ``dweight`` where it is absent.
    cache : str or Path, optional
        Folder in which the survey is kept as Parquet and found again, as long as file, codebook,
        options and package are the same. It then holds answers of persons, as the file does.
    **file_words
        How the file is written, where it does not say so itself: ``decimal``, ``thousands``,
        ``keep_words``, ``skip_rows``, ``header_row``, ``sheet``, ``limits``; see
        :class:`~eenzaam_stats.loaders.formats.file_options.FileOptions`.

    Returns
    -------
    Survey
        One row per Dutch respondent with the direct question, age and sex.

    Raises
    ------
    OptionError
        If the round is unknown.
    SourceError
        If the file is absent, damaged, of another survey, or holds no Dutch respondents.
    UnknownColumnError
        If the question or the country is not in the file.
    UnknownCodeError
        If an answer is neither valid nor missing in the codebook.
    ScaleError
        If value labels contradict the direction of the codebook.
    DesignError
        If the weight is ``pweight``, absent or not above zero, or a stratum or cluster is blank.

    See Also
    --------
    eenzaam_stats.synthetic.ess.synthesise_ess : A file to try it on.

    Notes
    -----
    The question is about the past week. Strata and sampling units are in the main file from round
    11 on; before, they come in a separate file and the design has none.

    **Unit.** Ages in years; weights as in the file; the wave is the number of the round.

    **Missing data.** 7 is refused, 8 don't know and 9 no answer; an age of 999 is missing.

    **Validated against.** Planted reversals and a file counted by hand, in
    ``tests/loaders/sources/test_ess.py``.

    Examples
    --------
    >>> read_ess("ESS11.sav", wave=10)
    Traceback (most recent call last):
    eenzaam_stats.errors.OptionError: wave is 10, which is not an option. Choose one of 3, 6, 7, 11.
    """

    def read(codebook: WaveCodebook) -> Survey:
        def from_file() -> Survey:
            reading = harmonise_file(open_file(path, **file_words), codebook, weight=weight)
            chosen = reading.columns["weight"].source_name.casefold()
            notes = (_DESIGN_WEIGHT_NOTE,) if chosen == DESIGN_WEIGHT else ()
            return as_survey(reading, source=NAME, notes=notes)

        key = CacheKey(NAME, (Path(path),), repr(codebook), {"weight": weight} | file_words)
        return cache_survey(cache, key, from_file)

    return read_waves(wave, load_codebook(NAME).wave, read)
