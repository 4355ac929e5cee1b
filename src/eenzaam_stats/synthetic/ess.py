"""``synthesise_ess``: a synthetic file of the European Social Survey, direct question only.

Codes and labels come from the codebook; every row says that it is synthetic. Some rows are of
other countries, so that leaving them out can be seen.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eenzaam_stats.arrays import IntArray
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.synthetic.direct_answers import (
    DirectAnswers,
    DirectSource,
    own_rows,
    write_direct,
)
from eenzaam_stats.synthetic.report import SynthesisReport
from eenzaam_stats.synthetic.sav_content import (
    ORIGIN_COLUMN,
    code_places,
    origin_rows,
)
from eenzaam_stats.vocabulary import MissingKind

ROUNDS = (7, 11)
# Before this round strata and sampling units come in a separate file.
DESIGN_FROM = 11
NETHERLANDS, OTHERS = "NL", ("BE", "DE")
# ASSUMED shares of all, most, some and none of the time.
SHARES = (0.015, 0.045, 0.24, 0.70)
UNKNOWN_AGE, UNKNOWN_AGE_SHARE = 999, 0.01
YOUNGEST, OLDEST, WOMEN_SHARE = 15, 90, 0.51
STRATA, UNITS_PER_STRATUM = 12, 10
OWN_LABELS = {
    ORIGIN_COLUMN: "Source of the row: synthetic",
    "pspwght": "Post-stratification weight including design weight",
    "dweight": "Design weight",
    "pweight": "Population size weight",
    "stratum": "Stratum",
    "psu": "Primary sampling unit",
}
ASSUMPTIONS = (
    "The shares of the direct question are ASSUMED and those of no country; all countries share "
    "them.",
    "Weights, ages, sexes, strata and sampling units are drawn at random and related to nothing.",
)


def synthesise_ess(
    path: str | Path,
    *,
    wave: int = 11,
    n: int = 3_000,
    seed: int = 2025,
    overwrite: bool = False,
) -> SynthesisReport:
    """Write a synthetic file of one round of the European Social Survey.

    Parameters
    ----------
    path : str or Path
        File to write, ``.sav`` or ``.zsav``; its folder must exist.
    wave : {7, 11}
        Round; round 7 has no strata and sampling units in this file.
    n : int, default 3000
        Rows, at least 1,000, three in ten of other countries than the Netherlands.
    seed : int, default 2025
        Seed; the same round, ``n`` and seed give the same values.
    overwrite : bool, default False
        Whether an existing file may be replaced.

    Returns
    -------
    SynthesisReport
        The assumed share and the share among the Dutch rows of the file.

    Raises
    ------
    OptionError
        If the suffix, the round, ``n`` or the seed cannot be used.
    SourceError
        If the folder is absent or the file cannot be written; nothing is left behind.

    See Also
    --------
    eenzaam_stats.loaders.sources.ess.read_ess : Reads the file.

    Notes
    -----
    **Unit.** Shares 0-1 in the report; printed values are percent.

    **Missing data.** One percent of the answers is refused, and one percent of the ages 999.

    **Validated against.** Counts in the file, in ``tests/loaders/sources/test_ess.py``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = synthesise_ess(f"{folder}/ESS11.sav", n=1000)
    >>> report.weight, [(round(m.target, 3), round(m.expected, 3)) for m in report.margins]
    ('pspwght', [(0.06, 0.061)])
    """
    return write_direct(_SOURCE, path, wave=wave, n=n, seed=seed, overwrite=overwrite)


def _columns(
    codebook: WaveCodebook, people: DirectAnswers, place: IntArray, rng: np.random.Generator
) -> dict[str, object]:
    n, own = place.size, own_rows(place.size)
    names = [NETHERLANDS] * own + [OTHERS[other % 2] for other in range(n - own)]
    # Codes go from none to all of the time, the last is the loneliest.
    said = np.where(people.direct < 0, people.direct, len(SHARES) - 1 - people.direct)
    age = rng.integers(YOUNGEST, OLDEST + 1, n)
    columns: dict[str, object] = {
        ORIGIN_COLUMN: origin_rows(n),
        "idno": np.arange(50_001, 50_001 + n),
        "cntry": np.array(names, dtype=object)[place],
        "fltlnl": code_places(said, codebook.variable("fltlnl"), MissingKind.REFUSED),
        "agea": np.where(rng.random(n) < UNKNOWN_AGE_SHARE, UNKNOWN_AGE, age),
        "gndr": np.where(rng.random(n) < WOMEN_SHARE, 2, 1),
        "pspwght": people.weight,
        "dweight": np.ones(n),
        "pweight": np.full(n, 0.4),
    }
    if codebook.year >= DESIGN_FROM:
        stratum = rng.integers(1, STRATA + 1, n)
        columns["stratum"] = stratum
        columns["psu"] = stratum * 100 + rng.integers(1, UNITS_PER_STRATUM + 1, n)
    return columns


_SOURCE = DirectSource(
    name="ess",
    titled="ESS round",
    waves=ROUNDS,
    shares=SHARES,
    often=2,
    columns=_columns,
    labels=lambda _: OWN_LABELS,
    assumptions=ASSUMPTIONS,
)
