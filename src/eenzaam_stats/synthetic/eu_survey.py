"""``synthesise_eu_survey``: a synthetic file in the layouts of the EU Loneliness Survey 2022.

Codes, labels and names come from the codebook; every row says that it is synthetic. The file name
decides the flavour: ``..._values.csv`` holds codes, ``..._labels.csv`` holds the printed labels and
``.dta`` holds codes with value labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import OptionError
from eenzaam_stats.files.writing import write_file
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import Variable, WaveCodebook
from eenzaam_stats.synthetic.eu_people import (
    EU4,
    EU4_ROWS,
    MISSING,
    OFTEN,
    SOMETIMES,
    CountryFigures,
    Panel,
    country_figures,
    draw_panel,
)
from eenzaam_stats.synthetic.report import SynthesisMargin, SynthesisReport
from eenzaam_stats.synthetic.writing import require_target, write_dta
from eenzaam_stats.vocabulary import MissingKind, Origin, require_option

EuSample = Literal["eu27", "eu4"]
FLAVOURS = ("_values.csv", "_labels.csv", ".dta")
VERB = "synthesise_eu_survey()"
YEAR = 2022
WAVES: Mapping[str, str] = MappingProxyType({"eu27": "2022 EU27", "eu4": "2022 EU4"})
MIN_ROWS = 1_000
ORIGIN_COLUMN = "source"
ASSUMPTIONS = (
    "Direct question: the two published shares of every country are met to the nearest person, so "
    "samples vary less than real ones; the split within them is an ASSUMPTION.",
    "De Jong Gierveld and UCLA items come from an item-response model that is not fitted to any "
    "published figure; lonelier countries by the direct question are lonelier here.",
    "Missing answers, ages, sexes and weights are drawn at random and related to nothing; "
    "w_country_04 and the sizes of countries behind w_eu27 are invented.",
    "A few ages are 15 and a few years of birth are 1, as in public copies of the real file.",
    "Variables whose value labels are not documented are left out.",
)
_EU4_ASSUMPTION = (
    "No figure of the EU4 sample is packaged: it borrows the shares of the EU27 sample, and its "
    "sizes by country are an ASSUMPTION."
)


def synthesise_eu_survey(
    path: str | Path,
    *,
    sample: EuSample = "eu27",
    n: int | None = None,
    seed: int = 2025,
    overwrite: bool = False,
) -> SynthesisReport:
    """Write a synthetic file of the EU Loneliness Survey with known prevalences.

    Parameters
    ----------
    path : str or Path
        File to write, ending in ``_values.csv``, ``_labels.csv`` or ``.dta``; its folder must
        exist.
    sample : {"eu27", "eu4"}, default "eu27"
        Sample whose countries and columns are imitated; ``"eu4"`` has France, Italy, Poland and
        Sweden only.
    n : int, optional
        Rows, at least 1,000; without it the size of the real sample, 25,646 or 4,029. Countries
        keep their proportions.
    seed : int, default 2025
        Seed; the same sample, ``n`` and seed give the same values in all three flavours.
    overwrite : bool, default False
        Whether an existing file may be replaced.

    Returns
    -------
    SynthesisReport
        Derived shares per country and what the file holds.

    Raises
    ------
    OptionError
        If the ending of the name, the sample, ``n`` or the seed cannot be used.
    SourceError
        If the folder is absent or the file cannot be written; nothing is left behind.

    See Also
    --------
    eenzaam_stats.loaders.sources.eu_survey.read_eu_survey : Reads the file.

    Notes
    -----
    Items come from two correlated latent dimensions, the direct question from the rank of the same
    latent loneliness plus noise within the country. The shares "most or all" and "some, most or
    all" of the time are those of the packaged table ``eu_loneliness_survey``, unweighted, among the
    people who answered.

    **Unit.** Prevalences in the report are shares, 0-1; printed values are percent.

    **Missing data.** The direct question goes unanswered in the proportion of the table, as don't
    know or refused; items at random, with some people who skip a whole block.

    **Validated against.** The packaged table, by counting in the file, in
    ``tests/synthetic/test_synthetic_eu.py``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = synthesise_eu_survey(f"{folder}/demo_values.csv")
    >>> report.rows, report.weight
    (25646, 'w_country')
    >>> [round(m.expected, 4) for m in report.margins if m.group == "Netherlands"]
    [0.1026, 0.2269]
    """
    require_option(sample, EuSample, name="sample")
    target = Path(path)
    require_target(target, suffixes=FLAVOURS, verb=VERB, overwrite=overwrite)
    figures = tuple(f for f in country_figures() if sample == "eu27" or f.name in EU4)
    rows = _require_rows(n, sample=sample, figures=figures)
    if seed < 0:
        raise OptionError(f"seed is {seed}, which is below 0. Choose a whole number from 0 up.")
    panel = draw_panel(figures, rows=rows, rng=np.random.default_rng(seed))
    codebook = load_codebook("eu_loneliness_survey").wave(WAVES[sample])
    frame = _code_columns(codebook, panel, figures=figures, sample=sample)
    _write(target, codebook, frame, sample=sample, overwrite=overwrite)
    return SynthesisReport(
        source=codebook.title,
        wave=YEAR,
        origin=Origin.SYNTHETIC,
        file=target.name,
        rows=rows,
        seed=seed,
        weight="w_country",
        cells=(),
        margins=tuple(_margins(panel, figures)),
        assumptions=ASSUMPTIONS + (_EU4_ASSUMPTION,) * (sample == "eu4"),
    )


def _require_rows(n: int | None, *, sample: str, figures: tuple[CountryFigures, ...]) -> int:
    if n is None:
        return EU4_ROWS if sample == "eu4" else sum(figure.rows for figure in figures)
    if n < MIN_ROWS:
        raise OptionError(
            f"n is {n}, too few for people in every country. Ask for {MIN_ROWS:,} or more."
        )
    return n


def _code_columns(
    codebook: WaveCodebook, panel: Panel, *, figures: tuple[CountryFigures, ...], sample: str
) -> pd.DataFrame:
    """Return all columns as codes of the file, in file order."""
    n = panel.country.shape[0]
    country = codebook.variable("country")
    code_of = {value: code for code, (value, _) in country.codes.items()}
    columns: dict[str, Any] = {
        ORIGIN_COLUMN: np.full(n, Origin.SYNTHETIC.value, dtype=object),
        "id_pers" if sample == "eu27" else "id": np.arange(1, n + 1),
        "country": np.array([code_of[figure.name] for figure in figures])[panel.country],
        "age": _keep_or(panel.age, codebook.variable("age"), MissingKind.NOT_ASKED),
        "date_birth_year": panel.birth_year,
        "gender": _at(panel.sex, codebook.variable("gender"), MissingKind.REFUSED),
    }
    for place, letter in enumerate("abcdef"):
        # Agreement speaks for loneliness in a-c and against it in d-f.
        answers = panel.djg[:, place]
        keyed = np.where((answers == MISSING) | (place >= 3), answers, 2 - answers)
        name = f"loneliness_djg_{letter}"
        columns[name] = _at(keyed, codebook.variable(name), MissingKind.REFUSED)
    for place, letter in enumerate("abc"):
        name = f"loneliness_ucla_{letter}"
        columns[name] = _at(panel.ucla[:, place], codebook.variable(name), MissingKind.REFUSED)
    direct = codebook.variable("loneliness_direct")
    kind = np.arange(n) % 2
    columns["loneliness_direct"] = np.where(
        kind == 1,
        _at(panel.direct, direct, MissingKind.REFUSED),
        _at(panel.direct, direct, MissingKind.DONT_KNOW),
    )
    columns["w_country"] = panel.within
    columns["w_country_04"] = np.minimum(panel.within, 2.0)
    if sample == "eu27":
        columns["w_eu27"] = panel.across
    return pd.DataFrame(columns)


def _at(
    places: npt.NDArray[np.int64], variable: Variable, kind: MissingKind
) -> npt.NDArray[np.int64]:
    """Codes by their place in the codebook; a missing answer gets the code of its kind."""
    codes = np.array([*variable.codes, _missing_code(variable, kind)])
    return codes[places]


def _keep_or(
    values: npt.NDArray[np.int64], variable: Variable, kind: MissingKind
) -> npt.NDArray[np.int64]:
    return np.where(values == MISSING, _missing_code(variable, kind), values)


def _missing_code(variable: Variable, kind: MissingKind) -> int:
    return next(int(code) for code, own in variable.missing.items() if own is kind)


def _write(
    path: Path, codebook: WaveCodebook, frame: pd.DataFrame, *, sample: str, overwrite: bool
) -> None:
    known = {
        name: variable
        for variable in codebook.variables
        for name in variable.source_names
        if name in frame.columns
    }
    labels: dict[str, dict[Any, str]] = {
        name: dict(variable.value_labels.items()) for name, variable in known.items()
    }
    name = path.name.casefold()

    def write(part: Path) -> None:
        if name.endswith(".dta"):
            write_dta(
                part,
                frame,
                file_label=f"SYNTHETIC EU Loneliness Survey 2022, {sample}, no real respondents",
                column_labels={own: variable.label_nl for own, variable in known.items()},
                variable_value_labels={own: said for own, said in labels.items() if said},
            )
        else:
            shown = _label_codes(frame, labels) if name.endswith("_labels.csv") else frame
            shown.to_csv(part, index=False, encoding="utf-8", lineterminator="\n")

    write_file(path, write, needed_by=VERB, overwrite=overwrite)


def _label_codes(frame: pd.DataFrame, labels: Mapping[str, Mapping[Any, str]]) -> pd.DataFrame:
    """Codes that have a label become that label; free numbers stay."""
    shown = frame.copy()
    for name, said in labels.items():
        if said:
            shown[name] = [said.get(code, code) for code in frame[name].tolist()]
    return shown


def _margins(panel: Panel, figures: tuple[CountryFigures, ...]) -> list[SynthesisMargin]:
    """Derived shares per country beside the shares in the file."""
    margins = []
    for place, figure in enumerate(figures):
        answers = panel.direct[(panel.country == place) & (panel.direct != MISSING)]
        for outcome, last in ((OFTEN, 1), (SOMETIMES, 2)):
            margins.append(
                SynthesisMargin(
                    outcome=outcome,
                    group=figure.name,
                    sex="total",
                    printed_pct=figure.printed[outcome],
                    target=figure.shares[outcome],
                    expected=float(np.mean(answers <= last)),
                    evidence=figure.evidence,
                )
            )
    return margins
