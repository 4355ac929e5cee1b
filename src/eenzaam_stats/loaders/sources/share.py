"""``read_share``: Dutch respondents of SHARE, the UCLA items and the direct question.

Names, codes, weights and the country that is kept are in the codebook. Public scripts disagree on
the direction of the answers: labels are compared, and the shares are checked.
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

NAME = "share"


@in_words
def read_share(
    path: str | Path,
    *,
    wave: Waves,
    weight: str | None = None,
    cache: str | Path | None = None,
    **file_words: Unpack[FileWords],
) -> Survey:
    """Read and harmonise the Dutch respondents of SHARE.

    Parameters
    ----------
    path : str or Path
        File with the module ``mh``, the country and the weights and design of ``gv_weights`` beside
        it, one row per person and one wave.
    wave : int, str or sequence of these
        Number of the wave, 5 to 9, ``"8 Corona"`` or ``"9 Corona"`` for the questionnaires of the
        pandemic; or several in one list, of which persons are the same people.
    weight : str, optional
        Name of the weight. Without it the calibrated individual weight of the wave is taken.
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
        One row per Dutch respondent with the three UCLA items and the direct question.

    Raises
    ------
    OptionError
        If the wave is unknown.
    SourceError
        If the file is absent, damaged, of another survey, or holds no Dutch respondents.
    UnknownColumnError
        If a question or the country is not in the file.
    UnknownCodeError
        If an answer is neither valid nor missing in the codebook.
    ScaleError
        If value labels contradict the direction of the codebook.
    DesignError
        If the weight is one of households, absent, zero or negative, or blank for everybody, or a
        stratum or cluster is blank.

    See Also
    --------
    eenzaam_stats.synthetic.share.synthesise_share : A file to try it on.

    Notes
    -----
    A high code means less lonely: 1 often, 3 hardly ever or never. The report says whether labels
    confirm it, whether items and direct question point the same way, and whether frequent
    loneliness is the minority.

    **Unit.** Weights as in the file; the wave is its number.

    **Missing data.** -1 is don't know and -2 refused; the kind stands in a column such as
    ``ucla_1_missing``. A blank calibrated weight means that someone, such as a partner under 50, is
    not in the sample of people of 50 and older; these rows are left out and counted.

    **Validated against.** Planted reversals and a file counted by hand, in
    ``tests/loaders/sources/test_share.py``; no real file is public.

    Examples
    --------
    >>> read_share("sharew9.sav", wave=4)
    Traceback (most recent call last):
    eenzaam_stats.errors.OptionError: wave is 4, which is not an option. Choose one of '5', ...
    """

    def read(codebook: WaveCodebook) -> Survey:
        def from_file() -> Survey:
            reading = harmonise_file(open_file(path, **file_words), codebook, weight=weight)
            return as_survey(reading, source=NAME)

        key = CacheKey(NAME, (Path(path),), repr(codebook), {"weight": weight} | file_words)
        return cache_survey(cache, key, from_file)

    return read_waves(wave, load_codebook(NAME).wave, read, persons="shared")
