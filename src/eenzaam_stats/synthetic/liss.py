"""``synthesise_liss``: a folder of synthetic waves and background files as LISS delivers them.

What is asked for and what it gives stand here; people are drawn in ``liss_panel.py`` and become
files here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.age_bands import LISS_BANDS, band_edges
from eenzaam_stats.errors import OptionError
from eenzaam_stats.files.writing import require_new_folder, write_folder
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import Codebook, WaveCodebook
from eenzaam_stats.loaders.sources.liss.wave import wave_codes
from eenzaam_stats.numerics.scales.item_response import solve_cell, total_distribution
from eenzaam_stats.published.reference import reference
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, THREE_ANSWERS
from eenzaam_stats.synthetic.columns import ORIGIN_COLUMN
from eenzaam_stats.synthetic.liss_panel import (
    DJG_NUMBERS,
    DONT_KNOW,
    LatentCell,
    PanelWave,
    draw_waves,
    gap_share,
    six_items,
)
from eenzaam_stats.synthetic.report import SynthesisMargin, SynthesisReport
from eenzaam_stats.synthetic.writing import write_sav
from eenzaam_stats.vocabulary import Origin

VERB = "synthesise_liss()"
MIN_ROWS = 100
MAX_ROWS = 20_000
ASSUMPTIONS = (
    "No loneliness figure of the panel is packaged: every wave borrows the shares of Sociale "
    "samenhang en welzijn (15 and older) of the published year nearest to it, an ASSUMPTION.",
    "Attrition, refreshment, households, months of the fieldwork and the stability of loneliness "
    "from wave to wave are ASSUMED, not estimated.",
    "Missing answers are drawn at random and related to nothing; loneliness is not related to age, "
    "sex, education or household.",
    "Value lists of oplcat, lftdcat and herkomstgroep are stand-ins: the lists of the archive were "
    "not seen. Other background variables are left out.",
    "The files have no weights, as the files of the panel have none.",
)


@dataclass(frozen=True, slots=True)
class _Target:
    year: int
    evidence: str
    shares: tuple[float, float]
    printed: tuple[float, float]


def synthesise_liss(
    path: str | Path,
    *,
    wave: int | Sequence[int] | None = None,
    n: int = 6_000,
    seed: int = 2025,
    shares: Mapping[int, tuple[float, float]] | None = None,
) -> SynthesisReport:
    """Write a folder with a synthetic LISS panel: waves, and background files of their months.

    Parameters
    ----------
    path : str or Path
        Folder to make; it may exist when it is empty, and its own folder must exist.
    wave : int or sequence of int, optional
        Years of the waves; without it all of 2008-2025.
    n : int, default 6000
        Respondents of each wave, 100 to 20,000.
    seed : int, default 2025
        Seed; the same waves, ``n`` and seed give the same people.
    shares : mapping of int to (float, float), optional
        Shares to plant instead of the borrowed ones, for tests of what comes after: per year the
        share that is lonely (somewhat or severely) and the share that is severely lonely.

    Returns
    -------
    SynthesisReport
        Shares asked for and shares of the model, per wave; ``wave`` is the last one.

    Raises
    ------
    OptionError
        If a wave, ``n``, the seed or a share cannot be used.
    SourceError
        If the folder holds files or cannot be written; nothing is left behind.

    See Also
    --------
    eenzaam_stats.loaders.sources.liss.read.read_liss : Reads the folder.

    Notes
    -----
    Six items come from two correlated latent dimensions, of which a part stays with a person over
    the waves. Mean and spread per wave are solved so that P(total >= 2) and P(total >= 5) equal the
    borrowed shares.

    **Unit.** Prevalences in the report are shares, 0-1; printed values are percent.

    **Missing data.** Items are blank at random, and -9 from cs20m on; the satisfaction with
    contacts is 999 up to cs19l and -9 after it where someone does not know.

    **Validated against.** The borrowed figures by hand scoring of the files, in
    ``tests/synthetic/test_synthetic_liss.py``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = synthesise_liss(f"{folder}/liss", wave=[2019, 2020], n=500)
    >>> report.rows, [(m.group, round(m.expected, 3)) for m in report.margins]
    (1000, [('2019', 0.344), ('2019', 0.087), ('2020', 0.344), ('2020', 0.087)])
    """
    folder = Path(path)
    codebook = load_codebook("liss")
    years = _require_years(wave, codebook)
    require_new_folder(folder, needed_by=VERB)
    _require_numbers(n, seed)
    targets = [_plant_shares(year, shares) or _target(year) for year in years]
    cells = {target.year: _solve_target(target, codebook) for target in targets}

    def write(part: Path) -> None:
        for own in draw_waves(cells, rows=n, rng=np.random.default_rng(seed)):
            write_wave(part, own, codebook)

    write_folder(folder, write, needed_by=VERB)
    return SynthesisReport(
        source=codebook.title,
        wave=years[-1],
        origin=Origin.SYNTHETIC,
        file=folder.name,
        rows=n * len(years),
        seed=seed,
        weight="none",
        cells=(),
        margins=tuple(m for target in targets for m in _margins(target, cells[target.year])),
        assumptions=ASSUMPTIONS,
    )


def _require_years(wave: int | Sequence[int] | None, codebook: Codebook) -> list[int]:
    if wave is None:
        return list(codebook.years)
    years = sorted({wave} if isinstance(wave, int | str) else set(wave))
    for year in years:
        if year not in codebook.years:
            raise OptionError.among(year, codebook.years, name="wave")
    if not years:
        raise OptionError("wave is an empty list. Give one or more years.")
    return years


def _require_numbers(n: int, seed: int) -> None:
    if not MIN_ROWS <= n <= MAX_ROWS:
        raise OptionError(f"n is {n}. Choose {MIN_ROWS} or more, up to {MAX_ROWS:,}.")
    if seed < 0:
        raise OptionError(f"seed is {seed}. Choose 0 or more.")


def _target(year: int) -> _Target:
    """Shares of the published year nearest to a wave; the earlier one when two are as near."""
    table = reference("ssw", evidence="primary")
    table = table[(table["dimension"] == "total") & (table["sex"] == "total")]
    rows = table.assign(wave=table["wave"].astype(str)).groupby("wave")
    printed = {int(str(wave)): own.set_index("outcome")["value"] for wave, own in rows}
    full = {
        wave: (float(own["somewhat_lonely"]), float(own["severely_lonely"]))
        for wave, own in printed.items()
        if {"somewhat_lonely", "severely_lonely"} <= set(own.index)
    }
    nearest = min(full, key=lambda wave: (abs(wave - year), wave))
    somewhat, severe = full[nearest]
    both = round(somewhat + severe, 6)
    evidence = f"primary for {nearest}, borrowed"
    return _Target(year, evidence, (both / 100, severe / 100), (both, severe))


def _plant_shares(year: int, shares: Mapping[int, tuple[float, float]] | None) -> _Target | None:
    """Shares that were asked for in a year, or nothing."""
    if not shares or year not in shares:
        return None
    lonely, severe = shares[year]
    if not 0.0 < severe < lonely < 1.0:
        raise OptionError(
            f"{VERB} needs shares with 0 < severely lonely < lonely < 1, and got {lonely:g} lonely "
            f"and {severe:g} severely lonely for {year}."
        )
    return _Target(year, "planted", (lonely, severe), (100 * lonely, 100 * severe))


def _offers_dont_know(wave: WaveCodebook) -> bool:
    return any(item.missing for item in wave.items)


def _solve_target(target: _Target, codebook: Codebook) -> LatentCell:
    dont_know = _offers_dont_know(codebook.wave(target.year))
    low, high = (flag.lowest for flag in DJG6.flags)
    mean, spread = solve_cell(
        six_items(),
        targets=target.shares,
        thresholds=(low, high),
        missing=gap_share(dont_know=dont_know),
    )
    return LatentCell(mean, spread, dont_know)


def _margins(target: _Target, cell: LatentCell) -> list[SynthesisMargin]:
    total = total_distribution(
        six_items(),
        mean=cell.mean,
        spread=cell.spread,
        missing=gap_share(dont_know=cell.dont_know),
    )
    return [
        SynthesisMargin(
            outcome=flag.name,
            group=str(target.year),
            sex="total",
            printed_pct=printed,
            target=share,
            expected=float(total[flag.lowest :].sum()),
            evidence=target.evidence,
        )
        for flag, share, printed in zip(DJG6.flags, target.shares, target.printed, strict=True)
    ]


# Files of the synthetic LISS panel: names, columns, codes and labels of waves and background.
# Codes and names come from the codebook, file names follow the variants of the archive, and every
# file and row says that it is synthetic. Short English labels stand in for those of the archive.

# Spellings of the archive; other waves take the last one.
FILE_NAMES: Mapping[str, str] = {
    "cs08a": "cs08a_2p_EN.sav",
    "cs11d": "cs11d_EN_3.0p.sav",
    "cs12e": "cs12e_1.0p_EN.sav",
    "cs20m": "cs20m_EN_1.1p.sav",
}
_OTHER_NAME = "{code}_EN_1.0p.sav"
_BACKGROUND_NAME = "avars_{month}_EN_1.0p.sav"
# ASSUMED months of the fieldwork; people of sex 3 are in the files since February 2022.
MONTHS, THIRD_SEX_FROM, ORIGIN_FROM = (10, 11), 2022, 2010
ANSWER_LABELS = {"yes": "yes", "more_or_less": "more or less", "no": "no"}
ITEM_LABELS = {
    3: "Sense of emptiness",
    4: "People to count on in trouble",
    7: "People to trust",
    8: "People one is close to",
    9: "Do you miss people around",
    10: "Feeling deserted",
}
SEX_LABELS = {1: "Male", 2: "Female", 3: "Other"}
EDUCATION_LABELS = {
    1: "primary school",
    2: "vmbo",
    3: "havo/vwo",
    4: "mbo",
    5: "hbo",
    6: "wo",
}
ORIGIN_LABELS = {0: "Dutch background", 101: "Western background", 102: "Non-western background"}
AGE_LABELS = {
    1: "14 years and younger",
    2: "15 - 24 years",
    3: "25 - 34 years",
    4: "35 - 44 years",
    5: "45 - 54 years",
    6: "55 - 64 years",
    7: "65 years and older",
}


def write_wave(folder: Path, own: PanelWave, codebook: Codebook) -> None:
    """Write one wave and the background of its two months into a folder."""
    code = next(code for code, year in wave_codes(codebook).items() if year == own.year)
    wave = codebook.wave(own.year)
    name = FILE_NAMES.get(code, _OTHER_NAME.format(code=code))
    months = own.year * 100 + np.array(MONTHS)
    frame, labels, values = _core_study(own, code, wave, months)
    _write(folder / name, frame, labels=labels, values=values)
    for month in months.tolist():
        frame, labels, values = _background(own, month)
        _write(folder / _BACKGROUND_NAME.format(month=month), frame, labels=labels, values=values)


def _core_study(
    own: PanelWave, code: str, wave: WaveCodebook, months: npt.NDArray[np.int64]
) -> tuple[pd.DataFrame, dict[str, str], dict[str, dict[int, str]]]:
    dont_know = next(iter(wave.candidates("satisfaction_contacts")[-1].missing))
    columns: dict[str, Any] = {
        ORIGIN_COLUMN: np.full(len(own.respondent), Origin.SYNTHETIC.value, dtype=object),
        "nomem_encr": own.members.person[own.respondent],
        f"{code}_m": months[own.second_month.astype(np.int64)],
        f"{code}283": np.where(own.satisfaction == DONT_KNOW, dont_know, own.satisfaction),
    }
    labels = {"nomem_encr": "Number of household member encrypted", f"{code}_m": "Year and month"}
    labels[f"{code}283"] = "Satisfaction with social contacts"
    values = {f"{code}283": {int(dont_know): "I don't know"}}
    for place, number in enumerate(DJG_NUMBERS):
        name, item = f"{code}{284 + place}", wave.candidates(f"djg_{number}")[0]
        code_of = {value: float(own_code) for own_code, (value, _) in item.codes.items()}
        keyed = [code_of[answer] for answer in THREE_ANSWERS]
        if DJG6.items[place].polarity == "positive":
            keyed.reverse()
        gap = next((float(own_code) for own_code in item.missing), np.nan)
        # The last two are reached by DONT_KNOW and BLANK, which count from the end.
        columns[name] = np.array([*keyed, gap, np.nan])[own.answers[:, place]]
        labels[name] = ITEM_LABELS[number]
        values[name] = {int(c): ANSWER_LABELS[str(v)] for c, (v, _) in item.codes.items()}
        values[name] |= {int(c): "I don't know" for c in item.missing}
    return pd.DataFrame(columns), labels, values


def _background(
    own: PanelWave, month: int
) -> tuple[pd.DataFrame, dict[str, str], dict[str, dict[int, str]]]:
    """Background of all members, respondents or not, as it stands in one month."""
    members = own.members
    age = own.year - members.birth_year
    sexes = members.sex if own.year >= THIRD_SEX_FROM else np.minimum(members.sex, 1)
    columns: dict[str, Any] = {
        ORIGIN_COLUMN: np.full(len(age), Origin.SYNTHETIC.value, dtype=object),
        "nohouse_encr": members.household,
        "nomem_encr": members.person,
        "wave": np.full(len(age), month),
        "geslacht": sexes + 1,
        "gebjaar": members.birth_year,
        "leeftijd": age,
        "lftdcat": np.searchsorted([low for low, _ in band_edges(LISS_BANDS)], age, side="right"),
        "oplcat": members.education + 1,
    }
    values: dict[str, dict[int, str]] = {
        "geslacht": {c: s for c, s in SEX_LABELS.items() if c < 3 or own.year >= THIRD_SEX_FROM},
        "lftdcat": AGE_LABELS,
        "oplcat": EDUCATION_LABELS,
    }
    if own.year >= ORIGIN_FROM:
        columns["herkomstgroep"] = np.array(list(ORIGIN_LABELS))[members.origin]
        values["herkomstgroep"] = ORIGIN_LABELS
    return pd.DataFrame(columns), {"nohouse_encr": "Number of household encrypted"}, values


def _write(
    path: Path,
    frame: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    values: Mapping[str, Mapping[int, str]],
) -> None:
    write_sav(
        path,
        frame,
        file_label=f"SYNTHETIC LISS panel, {path.stem}, no real respondents",
        column_labels=dict(labels),
        variable_value_labels={
            name: {float(code): word for code, word in said.items()}
            for name, said in values.items()
        },
        row_compress=True,
    )
