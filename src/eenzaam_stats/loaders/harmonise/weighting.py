"""The weight that is right for loneliness, and the stratum: which column, and are its values sound.

The wrong weight is the commonest error in this field, so a column is taken from the codebook or
named by the user, never found by its looks.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import (
    DesignError,
    EenzaamStatsWarning,
    OptionError,
    list_all,
    users_level,
)
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.loaders.harmonise.matching import NameIndex
from eenzaam_stats.loaders.harmonise.number_labels import compare_label
from eenzaam_stats.messages import is_shown, show_label, show_names
from eenzaam_stats.results.estimates import CheckResult

# A mean weight this near to 1 speaks for weights that add up to the respondents.
NEAR_ONE = 0.01
# A mean weight above this speaks for weights that add up to people.
PEOPLE_PER_RESPONDENT = 5.0


def level_column(levels: Mapping[str, str], weights_for: str) -> str:
    """Name of the weight or stratum for one level of the estimates.

    Raises
    ------
    OptionError
        If the source does not know the level.
    """
    if weights_for not in levels:
        raise OptionError.among(weights_for, levels, name="weights_for")
    return levels[weights_for]


def weight_column(
    wave: WaveCodebook, index: NameIndex, *, weight: str | None, file: str
) -> tuple[str | None, tuple[str, ...]]:
    """Name in the file of the weight to use.

    Parameters
    ----------
    wave : WaveCodebook
        Right, wrong and doubtful weights of the wave.
    index : NameIndex
        Names in the file.
    weight : str or None
        Name that the user asks for; ``None`` takes the one of the codebook.
    file : str
        File name for messages.

    Returns
    -------
    column : str or None
        Name in the file; ``None`` when the source delivers no weights and none is named.
    notes : tuple of str
        What a reader must know about this choice.

    Raises
    ------
    DesignError
        If the weight is known to be wrong for loneliness, is not in the file, or must be named
        because none is documented for the wave.

    Warns
    -----
    EenzaamStatsWarning
        If the weight is doubtful for loneliness.
    """
    place = f"{wave.title} {wave.name} ({file})"
    if weight is None and not wave.delivers_weights:
        return None, ("the source delivers no weights: every figure is unweighted",)
    if weight is None:
        return _find_weight(wave, index, place=place)
    wrong = _reason(weight, wave.wrong_weights, index)
    if wrong is not None:
        right = f"Use [{list_all(wave.weights)}]."
        raise DesignError(
            f"{place}: {weight!r} is the wrong weight for loneliness: {wrong}. {right}"
        )
    column = index.find(weight)
    if column is None:
        raise DesignError(
            f"{place} has no column {weight!r}. Columns that look like weights: "
            f"[{show_names(index.weights())}]."
        )
    return column, _note_choice(wave, index, column)


def _find_weight(
    wave: WaveCodebook, index: NameIndex, *, place: str
) -> tuple[str | None, tuple[str, ...]]:
    seen = f"Columns that look like weights: [{show_names(index.weights())}]."
    if not wave.weights:
        raise DesignError(
            f"{place} needs weight=: no weight for loneliness is documented for this wave. "
            f"{seen} Ask the supplier of the file which one is for the loneliness questions."
        )
    columns = [column for name in wave.weights if (column := index.find(name)) is not None]
    if not columns:
        raise DesignError(
            f"{place} needs the weight for loneliness, [{list_all(wave.weights)}], which is not in "
            f"the file. {seen} Name the right one with weight=."
        )
    used, *others = columns
    unused = tuple(f"{other} is in the file too and was not used" for other in others)
    return used, tuple(f"weight {used}; {sentence}" for sentence in unused)


def _note_choice(wave: WaveCodebook, index: NameIndex, column: str) -> tuple[str, ...]:
    doubt = _reason(column, wave.discouraged_weights, index)
    if doubt is not None:
        sentence = f"weight {column}, chosen by the user, is doubtful for loneliness: {doubt}"
        warnings.warn(
            f"{wave.title} {wave.name}: {sentence}.", EenzaamStatsWarning, stacklevel=users_level()
        )
        return (sentence,)
    documented = {name.casefold() for name in (*wave.weights, *wave.weight_levels.values())}
    if index.bare(column) in documented:
        return ()
    known = f"the codebook has [{list_all(wave.weights)}]" if wave.weights else "none is documented"
    return (f"weight {column} was chosen by the user; for loneliness {known}",)


def _reason(name: str, reasons: Mapping[str, str], index: NameIndex) -> str | None:
    wanted = index.bare(name)
    return next((why for known, why in reasons.items() if known.casefold() == wanted), None)


def sound_weights(raw: RawColumn, *, place: str) -> npt.NDArray[np.float64]:
    """Weights as numbers, after the check that each is finite and above zero.

    Parameters
    ----------
    raw : RawColumn
        Weights as the file has them.
    place : str
        Source and wave, for messages.

    Returns
    -------
    ndarray of float, shape (n,)

    Raises
    ------
    DesignError
        If a weight is blank, declared missing, infinite, zero, negative or text, or has a label
        that is not its number; with the number of rows and the first one.
    """
    values = raw.without_declared()
    if not pd.api.types.is_numeric_dtype(values):
        raise DesignError(
            f"{place}: the weight {raw.name!r} holds text instead of numbers. "
            "Make it a numeric variable in the file."
        )
    weights = values.to_numpy(np.float64, na_value=np.nan)
    _require_numbers(raw, weights, place=place)
    bad = ~(np.isfinite(weights) & (weights > 0))
    if bad.any():
        raise DesignError(
            f"{place}: the weight {raw.name!r} is blank, zero, negative or infinite in "
            f"{int(bad.sum()):,} row(s), first in row {raw.rows[int(bad.argmax())]}. "
            "Remove the rows that are not in the loneliness sample, or choose another weight."
        )
    return weights


def _require_numbers(raw: RawColumn, weights: npt.NDArray[np.float64], *, place: str) -> None:
    """Raise when the file gives a weight in use a label that is another thing than the number."""
    for code, label in raw.labels.items():
        at = weights == code if not isinstance(code, str) else np.zeros(len(weights), np.bool_)
        if at.any() and compare_label(code, label) != "number":
            raise DesignError(
                f"{place}: the weight {raw.name!r} is {code:g} in {int(at.sum()):,} row(s), first "
                f"in row {raw.rows[int(at.argmax())]}, and the file labels that "
                f"{show_label(label)}. Declare "
                "it missing in the file, or remove the label where it is a weight."
            )


_MANY_PEOPLE = 1e5


def weight_total(name: str, weights: npt.NDArray[np.float64]) -> CheckResult:
    """Say what the weights add up to: respondents, people, or neither.

    Examples
    --------
    >>> import numpy as np
    >>> weight_total("ewGGD", np.array([0.5, 1.5])).message
    'ewGGD adds up to 2.0 over 2 rows, mean 1.000: it looks standardised to the respondents'
    """
    mean = float(weights.mean())
    if abs(mean - 1.0) <= NEAR_ONE:
        looks = "it looks standardised to the respondents"
    elif mean >= PEOPLE_PER_RESPONDENT:
        looks = "it looks like a number of people"
    else:
        looks = "this is neither the respondents nor plainly a number of people"
    # a mean of many digits may be what every row has
    said = f"{mean:.3f}" if mean < _MANY_PEOPLE else f"{mean:.3g}"
    message = (
        f"{name} adds up to {weights.sum():,.1f} over {weights.size:,} rows, mean {said}: {looks}"
    )
    return CheckResult("sum of weights", None, message)


def complete_strata(
    text: pd.Series[str],
    rows: npt.NDArray[np.int64],
    *,
    name: str,
    place: str,
    what: str = "stratum",
    words: Collection[str] = (),
) -> pd.Series[str]:
    """Strata or clusters, after the check that every row has one.

    Parameters
    ----------
    text : pandas.Series of str
        Stratum or cluster of every row; blank where it has none.
    rows : ndarray of int
        Row numbers in the file.
    name, place, what : str
        Column, source and what it is, for messages.
    words : collection of str
        Words of the column that were taken for a blank.

    Raises
    ------
    DesignError
        If rows have none; with their number and the first one.
    """
    blank = text.isna().to_numpy(dtype=np.bool_)
    if blank.any():
        shown = sorted(word.strip() for word in words if word.strip() and is_shown(word.strip()))
        said = f" The word(s) [{list_all(shown)}] mean that it is blank." if shown else ""
        kept = f", or say keep_words={{{name!r}: {shown}}} if they are values" if shown else ""
        raise DesignError(
            f"{place}: the {what} {name!r} is blank in {int(blank.sum()):,} row(s), first in row "
            f"{rows[int(blank.argmax())]}.{said} Complete it in the file or remove the "
            f"column{kept}."
        )
    return text
