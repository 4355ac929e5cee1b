"""Which sources have a synthetic file, and one function for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError
from eenzaam_stats.synthetic.ess import synthesise_ess
from eenzaam_stats.synthetic.eu_survey import synthesise_eu_survey
from eenzaam_stats.synthetic.gezondheidsmonitor import synthesise_gezondheidsmonitor
from eenzaam_stats.synthetic.gmjv import synthesise_gmjv
from eenzaam_stats.synthetic.lasa import synthesise_lasa
from eenzaam_stats.synthetic.liss import synthesise_liss
from eenzaam_stats.synthetic.report import SynthesisReport
from eenzaam_stats.synthetic.share import synthesise_share
from eenzaam_stats.synthetic.ssw import synthesise_ssw

SYNTHESISERS: Mapping[str, Callable[..., SynthesisReport]] = {
    "ess": synthesise_ess,
    "eu_loneliness_survey": synthesise_eu_survey,
    "gezondheidsmonitor": synthesise_gezondheidsmonitor,
    "gmjv": synthesise_gmjv,
    "lasa": synthesise_lasa,
    "liss": synthesise_liss,
    "share": synthesise_share,
    "ssw": synthesise_ssw,
}
WITHOUT_WAVES = ("eu_loneliness_survey",)
FOLDERS = ("liss",)


@in_words
def synthesise(
    source: str,
    path: str | Path,
    *,
    wave: int | str | None = None,
    n: int | None = None,
    seed: int = 2025,
    overwrite: bool = False,
) -> SynthesisReport:
    """Write a synthetic file of a source in its real layout; no respondent is real.

    Parameters
    ----------
    source : str
        Source whose layout is imitated: ess, eu_loneliness_survey, gezondheidsmonitor, gmjv, lasa,
        liss, share or ssw.
    path : str or Path
        File to write, or the folder of a panel; the suffix chooses among the layouts of a source.
    wave : int or str, optional
        Year of the wave, its number (ess, share) or its letter (lasa); without it the default of
        the source. The EU Loneliness Survey has one.
    n : int, optional
        Respondents (of a panel: per wave); without it the default of the source.
    seed : int, default 2025
        Seed; the same options and seed give the same values.
    overwrite : bool, default False
        Whether an existing file may be replaced; a folder with content never is.

    Returns
    -------
    SynthesisReport
        Targets with their evidence, and what is assumed.

    Raises
    ------
    OptionError
        If there is no such source, or an option is not possible for it.
    SourceError
        If the file or folder cannot be written; nothing is left behind.

    See Also
    --------
    synthesise_gezondheidsmonitor : The model, and what it promises.

    Notes
    -----
    **Unit.** Prevalences in the report are shares, 0-1.

    **Missing data.** As each source declares it; drawn independent of the answers.

    **Validated against.** The published figures, in ``tests/loaders/test_synthetic*.py``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = synthesise("gezondheidsmonitor", f"{folder}/demo.sav", wave=2022, n=1000)
    >>> report.rows
    1000
    """
    if source not in SYNTHESISERS:
        raise OptionError.among(source, sorted(SYNTHESISERS), name="source")
    if wave is not None and source in WITHOUT_WAVES:
        raise OptionError(f"{source} has one wave only. Leave out the wave.")
    options = {"wave": wave, "n": n, "overwrite": None if source in FOLDERS else overwrite}
    given = {name: value for name, value in options.items() if value is not None}
    return SYNTHESISERS[source](path, seed=seed, **given)
