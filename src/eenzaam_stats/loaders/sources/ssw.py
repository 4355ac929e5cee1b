"""``read_ssw``: CBS Sociale samenhang en welzijn, through a mapping that its user wrote.

No codebook of SSW is public, so names and codes are the user's. What is public is demanded here:
the six items, the age floor, the households and the first wave that has these items.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Unpack

from eenzaam_stats.arguments import in_words
from eenzaam_stats.loaders.formats.file_options import FileWords
from eenzaam_stats.loaders.mapping.check import Problem, mapping_problems
from eenzaam_stats.loaders.mapping.labels import Table
from eenzaam_stats.loaders.mapping.mapping import mapping_tables, read_by_tables, require_sound
from eenzaam_stats.loaders.mapping.ssw import NAME
from eenzaam_stats.loaders.pooling.waves import Waves
from eenzaam_stats.survey import Survey

ORDER = "items are matched by name; CBS prints them in the order 3 4 7 9 8 10 of the manual"


@in_words
def read_ssw(
    path: str | Path,
    mapping: str | Path,
    *,
    wave: Waves | None = None,
    cache: str | Path | None = None,
    **file_words: Unpack[FileWords],
) -> Survey:
    """Read and harmonise a file of CBS Sociale samenhang en welzijn.

    Parameters
    ----------
    path : str or Path
        File in any format of ``read_mapped``.
    mapping : str or Path
        Mapping in TOML, made from the template ``ssw`` and filled in from the documentation of CBS
        Microdata.
    wave : int, str or sequence of these, optional
        Years to read, of those that the mapping names; without it all of them.
    cache : str or Path, optional
        Folder in which the survey is kept as Parquet and found again, as long as file, mapping,
        options and package are the same. It then holds answers of persons, as the file does.
    **file_words
        How the file is written, where it does not say so itself: ``decimal``, ``thousands``,
        ``keep_words``, ``skip_rows``, ``header_row``, ``sheet``, ``limits``; see
        :class:`~eenzaam_stats.loaders.formats.file_options.FileOptions`.

    Returns
    -------
    Survey
        People of 15 and older in private households with the six items ``djg_3, djg_4, djg_7,
        djg_8, djg_9, djg_10``. The classes of CBS follow with
        ``score(survey, DJG6, subscale_cutoff="cbs")``.

    Raises
    ------
    SchemaError
        If the mapping is not one of SSW or has other problems; all are listed.
    SourceError, ScaleError, UnknownColumnError, UnknownCodeError, DesignError
        As in ``read_mapped``.

    See Also
    --------
    eenzaam_stats.loaders.codebook.template.write_template : The mapping to fill in.
    eenzaam_stats.synthetic.ssw.synthesise_ssw : A synthetic file with its mapping.

    Notes
    -----
    Waves before 2019 are refused: their items were others, and figures from them make no series
    with later ones.

    **Unit.** Weights in the unit of the file.

    **Missing data.** As in ``read_mapped``.

    **Validated against.** Published prevalences, from a synthetic file made to meet them, in
    ``tests/loaders/sources/test_ssw.py``.

    Examples
    --------
    >>> import tempfile
    >>> from eenzaam_stats.synthetic.ssw import synthesise_ssw
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = synthesise_ssw(f"{folder}/demo.sav", n=1000)
    ...     survey = read_ssw(f"{folder}/demo.sav", f"{folder}/demo.toml")
    >>> len(survey.respondents), survey.respondents["source"].unique().tolist()
    (1000, ['ssw (synthetic)'])
    """
    raw = mapping_tables(mapping)
    name = Path(mapping).name
    require_sound((*_other_source(raw), *mapping_problems(raw)), name=name)
    survey = read_by_tables(path, raw, name=name, wave=wave, cache=cache, file_words=file_words)
    notes = (*survey.report.notes, ORDER)
    return replace(survey, report=replace(survey.report, notes=notes))


def _other_source(raw: Table) -> tuple[Problem, ...]:
    """Problem of a mapping that was written for another source."""
    source = raw.get("source")
    said = source.get("name") if isinstance(source, dict) else None
    if said == NAME:
        return ()
    return (Problem("source", f"[source] name is {said!r}; read_ssw() needs {NAME!r}"),)
