"""``synthesise_lasa``: a synthetic LASA file with statements and delivered scores of one wave.

Codes and labels come from the codebook; every row says that it is synthetic. The delivered
scores follow the laxer rule of their labels, so that they differ from scores by the manual.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from eenzaam_stats.arrays import IntArray
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.numerics.scales.item_response import draw_answers, solve_cell, total_distribution
from eenzaam_stats.published.reference import reference
from eenzaam_stats.scoring.de_jong_gierveld import DJG11
from eenzaam_stats.synthetic.model import eleven_items
from eenzaam_stats.synthetic.report import SynthesisMargin, SynthesisReport
from eenzaam_stats.synthetic.sav_content import (
    MISSING,
    ORIGIN_COLUMN,
    code_places,
    find_code,
    origin_rows,
    require_size,
    sav_content,
)
from eenzaam_stats.synthetic.writing import require_target, write_whole
from eenzaam_stats.vocabulary import MissingKind, Origin

VERB = "synthesise_lasa()"
TABLE = "lasa_liss"
# Figures of the packaged table that every wave borrows: after 2009, and 2018.
BORROWED = {"lonely": "2009-2018", "severely_lonely": "2018"}
THRESHOLDS = {"lonely": 3, "severely_lonely": 9}
# ASSUMED shares: single answers that are absent, and people who were not interviewed.
ITEM_MISSING, NOT_INTERVIEWED = 0.01, 0.02
UNIT_NONRESPONSE = 6
# Missing items that a delivered score tolerates, by its labels; from H on the total tolerates two.
TOLERATED_TOTAL = {"H": 2, "3B": 2, "MB": 2, "I": 2, "J": 2}
TOLERATED_BLOCK = 1
ASSUMPTIONS = (
    "The prevalences are ASSUMED for every wave: figures of a LASA report on 2009-2018 and 2018, "
    "which rest on up to 14 items, used as if they were of the 11-item scale and of this wave.",
    "Statements come from an item-response model; missing answers are related to nothing.",
    "Delivered scores tolerate as many missing items as their labels say, a missing item counting "
    "0; whether LASA does so is not known. 2B and the name of the key are assumed.",
)


def synthesise_lasa(
    path: str | Path,
    *,
    wave: str = "H",
    n: int = 2_000,
    seed: int = 2025,
    overwrite: bool = False,
) -> SynthesisReport:
    """Write a synthetic LASA file of one wave with known prevalences.

    Parameters
    ----------
    path : str or Path
        File to write, ``.sav`` or ``.zsav``; its folder must exist.
    wave : str, default "H"
        Wave whose names and codes are used: B, C, D, E, 2B, F, G, H, 3B, MB, I or J; 2B and J get
        delivered scores only.
    n : int, default 2000
        Rows, at least 1,000.
    seed : int, default 2025
        Seed; the same wave, ``n`` and seed give the same values.
    overwrite : bool, default False
        Whether an existing file may be replaced.

    Returns
    -------
    SynthesisReport
        Assumed prevalences and what the model gives.

    Raises
    ------
    OptionError
        If the suffix, the wave, ``n`` or the seed cannot be used.
    SourceError
        If the folder is absent or the file cannot be written; nothing is left behind.

    See Also
    --------
    eenzaam_stats.loaders.sources.lasa.read_lasa : Reads the file.

    Notes
    -----
    **Unit.** Prevalences in the report are shares, 0-1; printed values are percent.

    **Missing data.** One percent of the answers is no answer and two percent of the people refused
    the interview. In the waves B to F the emotional score of these people is 6, as in real files.

    **Validated against.** The assumed shares by hand scoring of the file, in
    ``tests/loaders/sources/test_lasa.py``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = synthesise_lasa(f"{folder}/LASAc073.sav", wave="C", n=1000)
    >>> [(m.outcome, m.printed_pct, round(m.expected, 4)) for m in report.margins]
    [('lonely', 23.0, 0.23), ('severely_lonely', 6.0, 0.06)]
    """
    codebook = load_codebook("lasa").wave(wave)
    target = Path(path)
    require_target(target, verb=VERB, overwrite=overwrite)
    require_size(n, seed)
    margins, answers = _draw(n, rng=np.random.default_rng(seed))
    write_whole(
        target,
        sav_content(
            codebook, _columns(codebook, answers), own={ORIGIN_COLUMN: "Herkomst: synthetisch"}
        ),
        title=f"SYNTHETIC LASA wave {codebook.name}, no real respondents",
        notes=["SYNTHETIC DATA: no respondent is real and no figure from this file is a finding."],
        verb=VERB,
        overwrite=overwrite,
    )
    return SynthesisReport(
        source=codebook.title,
        wave=codebook.year,
        origin=Origin.SYNTHETIC,
        file=target.name,
        rows=n,
        seed=seed,
        weight="none",
        cells=(),
        margins=margins,
        assumptions=ASSUMPTIONS,
    )


def _draw(n: int, *, rng: np.random.Generator) -> tuple[tuple[SynthesisMargin, ...], IntArray]:
    """Assumed shares with those of the model, and keyed answers 0..2 of shape (n, 11)."""
    table = reference(TABLE)
    figures = {
        outcome: table[table["outcome"].eq(outcome) & table["wave"].eq(period)].iloc[0]
        for outcome, period in BORROWED.items()
    }
    shares = [float(figure["value"]) / 100 for figure in figures.values()]
    model, bounds = eleven_items(), tuple(THRESHOLDS.values())
    mean, spread = solve_cell(
        model,
        targets=(shares[0], shares[1]),
        thresholds=(bounds[0], bounds[1]),
        missing=ITEM_MISSING,
    )
    total = total_distribution(model, mean=mean, spread=spread, missing=ITEM_MISSING)
    margins = tuple(
        SynthesisMargin(
            outcome=outcome,
            group="total",
            sex="total",
            printed_pct=float(figure["value"]),
            target=share,
            expected=float(total[bound:].sum()),
            evidence=f"assumption; {figure['evidence']}",
        )
        for (outcome, figure), share, bound in zip(figures.items(), shares, bounds, strict=True)
    )
    answers = draw_answers(model, mean=np.full(n, mean), spread=np.full(n, spread), rng=rng).astype(
        np.int64
    )
    answers[rng.random(answers.shape) < ITEM_MISSING] = MISSING
    answers[rng.random(n) < NOT_INTERVIEWED] = MISSING
    return margins, answers


def _columns(codebook: WaveCodebook, answers: IntArray) -> dict[str, object]:
    n = answers.shape[0]
    letter = codebook.prefixes[0]
    absent = (answers == MISSING).all(axis=1)
    columns: dict[str, object] = {
        ORIGIN_COLUMN: origin_rows(n),
        "respnr": np.arange(10_001, 10_001 + n),
    }
    for place, item in enumerate(codebook.items):
        keyed = answers[:, place]
        positive = DJG11.items[place].polarity == "positive"
        said = np.where((keyed == MISSING) | (not positive), keyed, 2 - keyed)
        codes = code_places(said, item, MissingKind.NO_ANSWER)
        refused = find_code(item, MissingKind.REFUSED)
        columns[letter + item.source_names[0]] = np.where(absent, refused, codes)
    return columns | _scores(codebook, answers, absent=absent)


def _scores(
    codebook: WaveCodebook, answers: IntArray, *, absent: npt.NDArray[np.bool_]
) -> dict[str, object]:
    """Return the scores that LASA delivers, by its own rule for missing items."""
    emotional, social = DJG11.blocks()
    parts = {
        "published_total": (tuple(range(11)), TOLERATED_TOTAL.get(codebook.name, 1)),
        "published_emotional": (emotional, TOLERATED_BLOCK),
        "published_social": (social, TOLERATED_BLOCK),
    }
    scores: dict[str, object] = {}
    for name, (items, tolerated) in parts.items():
        (variable,) = codebook.candidates(name)
        own = answers[:, list(items)]
        too_few = (own == MISSING).sum(axis=1) > tolerated
        unscored = find_code(variable, MissingKind.NO_ANSWER)
        score = np.where(too_few, unscored, (own > 0).sum(axis=1))
        unit = UNIT_NONRESPONSE if UNIT_NONRESPONSE in variable.missing else None
        away = find_code(variable, MissingKind.REFUSED) if unit is None else unit
        scores[codebook.prefixes[0] + variable.source_names[0]] = np.where(absent, away, score)
    return scores
