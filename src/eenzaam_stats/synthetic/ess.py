"""``synthesise_ess``: a synthetic file of the European Social Survey, direct question only.

Codes and labels come from the codebook; every row says that it is synthetic. Some rows are of
other countries, so that leaving them out can be seen.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.loaders.pooling.waves import chosen_waves
from eenzaam_stats.synthetic.direct_answers import DirectAnswers, direct_margin, drawn_answers
from eenzaam_stats.synthetic.report import SynthesisReport
from eenzaam_stats.synthetic.sav_content import (
    ORIGIN_COLUMN,
    coded,
    origin_rows,
    require_size,
    sav_content,
)
from eenzaam_stats.synthetic.writing import require_target, write_whole
from eenzaam_stats.vocabulary import MissingKind, Origin

VERB = "synthesise_ess()"
ROUNDS = (7, 11)
# Before this round strata and sampling units come in a separate file.
DESIGN_FROM = 11
NETHERLANDS, OTHERS, OTHER_SHARE = "NL", ("BE", "DE"), 0.3
# ASSUMED shares of all, most, some and none of the time; and of absent answers.
SHARES, MISSING_SHARE = (0.015, 0.045, 0.24, 0.70), 0.01
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
    (wave,) = chosen_waves(wave, ROUNDS)
    target = Path(path)
    require_target(target, verb=VERB, overwrite=overwrite)
    require_size(n, seed)
    codebook = load_codebook("ess").wave(wave)
    rng = np.random.default_rng(seed)
    others = round(OTHER_SHARE * n)
    parts = [
        drawn_answers(size, shares=SHARES, missing=MISSING_SHARE, rng=rng)
        for size in (n - others, others)
    ]
    write_whole(
        target,
        sav_content(codebook, _columns(codebook, parts, rng=rng), own=OWN_LABELS),
        title=f"SYNTHETIC ESS round {wave}, no real respondents",
        notes=["SYNTHETIC DATA: no respondent is real and no figure from this file is a finding."],
        verb=VERB,
        overwrite=overwrite,
    )
    return SynthesisReport(
        source=codebook.title,
        wave=wave,
        origin=Origin.SYNTHETIC,
        file=target.name,
        rows=n,
        seed=seed,
        weight=codebook.weights[0],
        cells=(),
        margins=(direct_margin(parts[0], shares=SHARES, often=2),),
        assumptions=ASSUMPTIONS,
    )


def _columns(
    codebook: WaveCodebook, parts: list[DirectAnswers], *, rng: np.random.Generator
) -> dict[str, object]:
    own, others = (part.direct.size for part in parts)
    n = own + others
    order = rng.permutation(n)
    direct = np.concatenate([part.direct for part in parts])[order]
    weight = np.concatenate([part.weight for part in parts])[order]
    names = [NETHERLANDS] * own + [OTHERS[place % 2] for place in range(others)]
    # Codes go from none to all of the time, the last is the loneliest.
    said = np.where(direct < 0, direct, len(SHARES) - 1 - direct)
    age = rng.integers(YOUNGEST, OLDEST + 1, n)
    columns: dict[str, object] = {
        ORIGIN_COLUMN: origin_rows(n),
        "idno": np.arange(50_001, 50_001 + n),
        "cntry": np.array(names, dtype=object)[order],
        "fltlnl": coded(said, codebook.variable("fltlnl"), MissingKind.REFUSED),
        "agea": np.where(rng.random(n) < UNKNOWN_AGE_SHARE, UNKNOWN_AGE, age),
        "gndr": np.where(rng.random(n) < WOMEN_SHARE, 2, 1),
        "pspwght": weight,
        "dweight": np.ones(n),
        "pweight": np.full(n, 0.4),
    }
    if codebook.year >= DESIGN_FROM:
        stratum = rng.integers(1, STRATA + 1, n)
        columns["stratum"] = stratum
        columns["psu"] = stratum * 100 + rng.integers(1, UNITS_PER_STRATUM + 1, n)
    return columns
