"""``synthesise_share``: a synthetic file of SHARE, module mh with the weights beside it.

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

WAVES = (5, 6, 7, 8, 9)
NETHERLANDS, OTHERS = 14, (12, 23)
# ASSUMED shares of often, some of the time, hardly ever or never.
SHARES = (0.06, 0.20, 0.74)
STRATA, UNITS_PER_STRATUM = 10, 8
OWN_LABELS = {
    ORIGIN_COLUMN: "Source of the row: synthetic",
    "stratum1": "Stratum",
    "psu": "Primary sampling unit",
}
ASSUMPTIONS = (
    "The shares of the direct question are ASSUMED and those of no country; all countries share "
    "them. UCLA items come from an item-response model that is fitted to nothing.",
    "Weights, strata, sampling units and missing answers are random and related to nothing.",
)


def synthesise_share(
    path: str | Path,
    *,
    wave: int = 9,
    n: int = 3_000,
    seed: int = 2025,
    overwrite: bool = False,
) -> SynthesisReport:
    """Write a synthetic SHARE file with a known share of the direct question.

    Parameters
    ----------
    path : str or Path
        File to write, ``.sav`` or ``.zsav``; its folder must exist.
    wave : {5, 6, 7, 8, 9}
        Wave whose weight names are used.
    n : int, default 3000
        Rows, at least 1,000, three in ten of other countries than the Netherlands.
    seed : int, default 2025
        Seed; the same wave, ``n`` and seed give the same values.
    overwrite : bool, default False
        Whether an existing file may be replaced.

    Returns
    -------
    SynthesisReport
        The assumed share and the share among the Dutch rows of the file.

    Raises
    ------
    OptionError
        If the suffix, the wave, ``n`` or the seed cannot be used.
    SourceError
        If the folder is absent or the file cannot be written; nothing is left behind.

    See Also
    --------
    eenzaam_stats.loaders.sources.share.read_share : Reads the file.

    Notes
    -----
    **Unit.** Shares 0-1 in the report; printed values are percent.

    **Missing data.** One percent of every answer is don't know.

    **Validated against.** Counts in the file, in ``tests/loaders/sources/test_share.py``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = synthesise_share(f"{folder}/sharew9.sav", wave=9, n=1000)
    >>> report.weight, [(m.target, round(m.expected, 3)) for m in report.margins]
    ('cciw_w9', [(0.06, 0.061)])
    """
    return write_direct(_SOURCE, path, wave=wave, n=n, seed=seed, overwrite=overwrite)


def _labels(codebook: WaveCodebook) -> dict[str, str]:
    labels = {codebook.weights[0]: "Calibrated cross-sectional individual weight"}
    return (
        OWN_LABELS | labels | dict.fromkeys(codebook.wrong_weights, "Calibrated household weight")
    )


def _columns(
    codebook: WaveCodebook, people: DirectAnswers, place: IntArray, rng: np.random.Generator
) -> dict[str, object]:
    n, own = place.size, own_rows(place.size)
    country = np.repeat([NETHERLANDS, *OTHERS], [own, *_halves(n - own)])[place]
    stratum = rng.integers(1, STRATA + 1, n)
    columns: dict[str, object] = {
        ORIGIN_COLUMN: origin_rows(n),
        "mergeid": np.array([f"SY-{number:06d}-01" for number in range(1, n + 1)], dtype=object),
        "country": country,
    }
    for item, name in enumerate(("mh034_", "mh035_", "mh036_")):
        # Codes go from often to hardly ever.
        keyed = people.ucla[:, item]
        said = np.where(keyed < 0, keyed, 2 - keyed)
        columns[name] = code_places(said, codebook.variable(name), MissingKind.DONT_KNOW)
    columns["mh037_"] = code_places(
        people.direct, codebook.variable("mh037_"), MissingKind.DONT_KNOW
    )
    columns[codebook.weights[0]] = people.weight * 1_000.0
    for name in codebook.wrong_weights:
        columns[name] = people.weight * rng.uniform(0.5, 2.0, n) * 1_000.0
    columns["stratum1"] = stratum
    columns["psu"] = stratum * 100 + rng.integers(1, UNITS_PER_STRATUM + 1, n)
    return columns


def _halves(size: int) -> tuple[int, int]:
    return size // 2, size - size // 2


_SOURCE = DirectSource(
    name="share",
    titled="SHARE wave",
    waves=WAVES,
    shares=SHARES,
    often=1,
    columns=_columns,
    labels=_labels,
    assumptions=ASSUMPTIONS,
)
