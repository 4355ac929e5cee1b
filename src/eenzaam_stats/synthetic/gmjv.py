"""``synthesise_gmjv``: a synthetic file of the Gezondheidsmonitor Jongvolwassenen.

Codes and labels come from the codebook; every row says that it is synthetic. Categories and flags
follow from six statements that are drawn and then left out, as in the real file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.pooling.waves import chosen_waves
from eenzaam_stats.numerics.scales.item_response import (
    ItemModel,
    draw_answers,
    solve_cell,
    total_distribution,
)
from eenzaam_stats.published.reference import reference
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.synthetic.gmjv_people import (
    OWN_LABELS,
    design_columns,
    drawn_people,
    person_columns,
)
from eenzaam_stats.synthetic.model import eleven_items
from eenzaam_stats.synthetic.report import SynthesisMargin, SynthesisReport
from eenzaam_stats.synthetic.sav_content import (
    ORIGIN_COLUMN,
    FloatArray,
    origin_rows,
    require_size,
    sav_content,
)
from eenzaam_stats.synthetic.writing import require_target, write_whole
from eenzaam_stats.vocabulary import Origin

VERB = "synthesise_gmjv()"
TABLE, SOURCE = "youth", "Gezondheidsmonitor Jongvolwassenen"
THRESHOLDS: Mapping[str, int] = MappingProxyType({"lonely": 2, "severely_lonely": 5})
# ASSUMED: of 2024 only the severely lonely are published; the somewhat lonely are those of 2022.
ASSUMED_LONELY = {2024: 59.0}
# ASSUMED cut-offs of the social and emotional categories: those of CBS, one and three items.
BLOCK_BOUNDS = (1, 3)
# Share of people without scores; half of them carry the code 9 and half an empty cell.
UNSCORED = 0.02
UNKNOWN = 9
ASSUMPTIONS = (
    "Scores come from six statements of an item-response model; region, age, gender, education, "
    "origin and household are drawn at random and related to nothing. Municipalities are invented.",
    "The cut-offs of the social and emotional categories are those of CBS, an ASSUMPTION.",
    "Half of the unknown scores carry the code 9 and half are empty; no code is declared missing.",
)
_ASSUMED_2024 = (
    "Of 2024 only the severely lonely were found (23 %, unverified); the somewhat lonely of 2022 "
    "(36 %) are ASSUMED for 2024 too."
)


def synthesise_gmjv(
    path: str | Path,
    *,
    wave: int = 2022,
    n: int = 20_000,
    seed: int = 2025,
    overwrite: bool = False,
) -> SynthesisReport:
    """Write a synthetic file of the Gezondheidsmonitor Jongvolwassenen with known prevalences.

    Parameters
    ----------
    path : str or Path
        File to write, ``.sav`` or ``.zsav``; its folder must exist.
    wave : {2022, 2024}
        Year whose weights and strata are used: one of each for 2022, one per level for 2024.
    n : int, default 20000
        Rows, at least 1,000.
    seed : int, default 2025
        Seed; the same year, ``n`` and seed give the same values.
    overwrite : bool, default False
        Whether an existing file may be replaced.

    Returns
    -------
    SynthesisReport
        Published figures, and the prevalences that the model gives.

    Raises
    ------
    OptionError
        If the suffix, the year, ``n`` or the seed cannot be used.
    SourceError
        If the folder is absent or the file cannot be written; nothing is left behind.

    See Also
    --------
    eenzaam_stats.loaders.sources.gmjv.read_gmjv : Reads the file.

    Notes
    -----
    The file of 2024 has weights of 0: respondents without a weight at a level.

    **Unit.** Prevalences in the report are shares, 0-1; printed values are percent.

    **Missing data.** Two percent of the people have no scores, independent of everything.

    **Validated against.** The packaged table, by counting in the file, in
    ``tests/loaders/sources/test_gmjv.py``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = synthesise_gmjv(f"{folder}/gmjv2022.sav", wave=2022, n=1000)
    >>> [(m.outcome, m.printed_pct, round(m.expected, 4)) for m in report.margins]
    [('lonely', 63.0, 0.63), ('severely_lonely', 27.0, 0.27)]
    """
    codebook = load_codebook("gmjv")
    (wave,) = chosen_waves(wave, (2022, 2024))
    own = codebook.wave(str(wave))
    target = Path(path)
    require_target(target, verb=VERB, overwrite=overwrite)
    require_size(n, seed)
    rng = np.random.default_rng(seed)
    model = six_items()
    shares, printed, evidence = _figures(wave)
    mean, spread = solve_cell(
        model,
        targets=(shares["lonely"], shares["severely_lonely"]),
        thresholds=(THRESHOLDS["lonely"], THRESHOLDS["severely_lonely"]),
    )
    people = drawn_people(n, rng=rng)
    columns: dict[str, object] = {
        ORIGIN_COLUMN: origin_rows(n),
        "AGOJB401": np.full(n, wave),
        **person_columns(own, people, rng=rng),
        **_scores(model, mean=np.full(n, mean), spread=np.full(n, spread), rng=rng),
        **design_columns(own, people, rng=rng),
    }
    write_whole(
        target,
        sav_content(own, columns, own=OWN_LABELS),
        title=f"SYNTHETIC Gezondheidsmonitor Jongvolwassenen {wave}, no real respondents",
        notes=["SYNTHETIC DATA: no respondent is real and no figure from this file is a finding."],
        verb=VERB,
        overwrite=overwrite,
    )
    total = total_distribution(model, mean=mean, spread=spread)
    return SynthesisReport(
        source=own.title,
        wave=wave,
        origin=Origin.SYNTHETIC,
        file=target.name,
        rows=n,
        seed=seed,
        weight=own.weights[0],
        cells=(),
        margins=tuple(
            SynthesisMargin(
                outcome=outcome,
                group="total",
                sex="total",
                printed_pct=printed[outcome],
                target=shares[outcome],
                expected=float(total[bound:].sum()),
                evidence=evidence[outcome],
            )
            for outcome, bound in THRESHOLDS.items()
        ),
        assumptions=ASSUMPTIONS + (_ASSUMED_2024,) * (wave in ASSUMED_LONELY),
    )


def six_items() -> ItemModel:
    """Model of the six statements of the short scale, in the order of the manual."""
    eleven = eleven_items()
    own = np.array([item.number for item in DJG6.items]) - 1
    return ItemModel(
        discrimination=eleven.discrimination[own],
        difficulty=eleven.difficulty[own],
        extreme=eleven.extreme[own],
        dimension=eleven.dimension[own],
        correlation=eleven.correlation,
    )


def _figures(wave: int) -> tuple[dict[str, float], dict[str, float], dict[str, str]]:
    """Shares, figures as printed in percent, and their evidence, by outcome."""
    table = reference(TABLE)
    own = table[table["source"].eq(SOURCE) & table["wave"].eq(str(wave))]
    printed, evidence = {}, {}
    for outcome in THRESHOLDS:
        row = own[own["outcome"].eq(outcome)]
        published = not row.empty
        printed[outcome] = float(row["value"].iloc[0]) if published else ASSUMED_LONELY[wave]
        evidence[outcome] = str(row["evidence"].iloc[0]) if published else "assumption"
    return {outcome: value / 100 for outcome, value in printed.items()}, printed, evidence


def _scores(
    model: ItemModel, *, mean: FloatArray, spread: FloatArray, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Return the categories and flags of the file; the statements behind them stay behind."""
    keyed = draw_answers(model, mean=mean, spread=spread, rng=rng) > 0
    emotional, social = (keyed[:, list(block)].sum(axis=1) for block in DJG6.blocks())
    category = np.searchsorted(list(THRESHOLDS.values()), keyed.sum(axis=1), side="right")
    scores = {
        "LVEES402": category,
        "LVEES403": category >= 1,
        "LVEES404": category >= 2,
        "LVEES407": 1 + np.searchsorted(BLOCK_BOUNDS, social, side="right"),
        "LVEES410": 1 + np.searchsorted(BLOCK_BOUNDS, emotional, side="right"),
    }
    chance = rng.random(keyed.shape[0])
    absent = np.where(chance < UNSCORED / 2, np.nan, float(UNKNOWN))
    return {
        name: np.where(chance < UNSCORED, absent, values.astype(np.float64))
        for name, values in scores.items()
    }
