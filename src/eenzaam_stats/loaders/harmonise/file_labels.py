"""Value labels of a file, found by the same key as its values, whatever its columns hold.

The label of the text code ``'1'`` belongs to the code 1, as a cell ``'1'`` does. Whoever asks what
a label says asks here.
"""

from __future__ import annotations

from typing import Any

from eenzaam_stats.loaders.codebook.layout import Variable
from eenzaam_stats.loaders.formats.survey_file import SurveyFile
from eenzaam_stats.loaders.harmonise.column import is_declared
from eenzaam_stats.loaders.harmonise.harmonise import codes_of_file
from eenzaam_stats.loaders.harmonise.labels import require_agreement


def file_labels(variable: Variable, file: SurveyFile, column: str) -> dict[Any, str]:
    """Labels of one column by the code that a cell has once it is read.

    Parameters
    ----------
    variable : Variable
        Row of the codebook that the column fills.
    file : SurveyFile
        Opened file.
    column : str
        Name in the file.

    Returns
    -------
    dict of code to str

    Raises
    ------
    SchemaError
        If two labels of one code say different things.
    """
    labels, _ = codes_of_file(variable, file.value_labels.get(column, {}), (), column=column)
    return labels


def require_file_labels(variable: Variable, file: SurveyFile, column: str) -> dict[Any, str]:
    """Labels of one column, after the check that none contradicts the codebook.

    Raises
    ------
    ScaleError, SchemaError
        As ``labels.require_agreement``; a code that the file declares missing may have any label.
    """
    labels = file_labels(variable, file, column)
    require_agreement(
        variable,
        labels,
        column=column,
        declares=lambda code: is_declared_by_file(variable, file, column, code),
    )
    return labels


def is_declared_by_file(variable: Variable, file: SurveyFile, column: str, code: Any) -> bool:
    """Whether the file declares a code of one column, as ``file_labels`` gives it, missing."""
    ranges = file.missing_ranges.get(column, ())
    _, declared = codes_of_file(variable, {}, ranges, column=column)
    return is_declared(code, declared)
